//! Which columns of a result are shares: something counted or added up, divided by more of the same.

use sqlparser::ast::{BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, SelectItem, SetExpr};

use super::tree;

/// A column that is a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Its place in the result.
    pub column: usize,
    /// Whether the rows are all the parts of one whole, so that they have to add up to it.
    pub whole: bool,
}

/// The columns of the result of `sql` that are shares of counts or sums.
pub fn shares(sql: &str) -> Vec<Share> {
    let Some(query) = tree::query(sql) else { return Vec::new() };
    let SetExpr::Select(select) = query.body.as_ref() else { return Vec::new() };
    let grouped = matches!(&select.group_by, GroupByExpr::Expressions(terms, _) if !terms.is_empty());
    let all = grouped && select.having.is_none() && select.selection.is_none() && query.limit_clause.is_none() && select.distinct.is_none();
    let mut out = Vec::new();
    for (column, item) in select.projection.iter().enumerate() {
        let (SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) = item else { return Vec::new() };
        let Some((part, of)) = divided(expr) else { continue };
        if let Some(plain) = counted(part)
            && (counted(of).is_some() || matches!(strip(of), Expr::Subquery(_)))
        {
            // A share of the group's own rows adds up to nothing.
            let outside =
                matches!(strip(of), Expr::Subquery(_)) || matches!(strip(of), Expr::Function(function) if function.over.is_some());
            out.push(Share { column, whole: all && plain && outside });
        }
    }
    out
}

/// The two sides of the division that `expr` is, factors and rounding left out.
fn divided(expr: &Expr) -> Option<(&Expr, &Expr)> {
    match strip(expr) {
        Expr::BinaryOp { left, op: BinaryOperator::Divide, right } => Some((left, right)),
        Expr::BinaryOp { left, op: BinaryOperator::Multiply, right } => divided(left).or_else(|| divided(right)),
        Expr::Function(function) if is(function, &["round"]) => divided(argument(function)?),
        _ => None,
    }
}

/// Whether `expr` is a count or a sum, times a number at most: true where every row counts, false where a condition chooses.
fn counted(expr: &Expr) -> Option<bool> {
    match strip(expr) {
        Expr::BinaryOp { left, op: BinaryOperator::Multiply, right } => counted(left).or_else(|| counted(right)),
        Expr::Function(function) if is(function, &["count", "sum", "total"]) => {
            let FunctionArguments::List(list) = &function.args else { return None };
            let plain = match list.args.as_slice() {
                [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)] => true,
                [FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Identifier(_) | Expr::CompoundIdentifier(_)))] => true,
                [FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Function(inner)))] => is(inner, &["count", "sum"]),
                _ => false,
            };
            Some(plain && function.filter.is_none() && list.duplicate_treatment.is_none())
        }
        _ => None,
    }
}

fn strip(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => strip(inner),
        other => other,
    }
}

fn is(function: &Function, names: &[&str]) -> bool {
    let name = function.name.0.last().and_then(|part| part.as_ident());
    name.is_some_and(|name| names.iter().any(|other| other.eq_ignore_ascii_case(&name.value)))
}

fn argument(function: &Function) -> Option<&Expr> {
    let FunctionArguments::List(list) = &function.args else { return None };
    match list.args.first()? {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, expected: &[(usize, bool)]) {
        let found: Vec<(usize, bool)> = shares(sql).into_iter().map(|share| (share.column, share.whole)).collect();
        assert_eq!(found, expected, "{sql}");
    }

    #[test]
    fn shares_are_found() {
        check("SELECT city, 100.0 * count(*) / (SELECT count(*) FROM c) FROM c GROUP BY city", &[(1, true)]);
        check("SELECT city, round(count(*) * 100.0 / sum(count(*)) OVER (), 1) FROM c GROUP BY city", &[(1, true)]);
        check("SELECT 100.0 * sum(active = 1) / count(*) FROM c", &[(0, false)]);
        check("SELECT city, 100.0 * sum(active) / count(*) FROM c GROUP BY city", &[(1, false)]);
        check("SELECT city, 100.0 * count(*) / (SELECT count(*) FROM c) FROM c WHERE age > 3 GROUP BY city", &[(1, false)]);
        check("SELECT CAST(count(*) AS REAL) / (SELECT count(*) FROM c) FROM c WHERE x", &[(0, false)]);
        check("SELECT price / 2, sum(price) FROM c", &[]);
        check("SELECT avg(price) / 60 FROM c", &[]);
    }
}
