//! Whether the row that ORDER BY and LIMIT 1 take is the only one of its kind: a query that asks the database.

use sqlparser::ast::{Expr, GroupByExpr, Ident, LimitClause, OrderByKind, OrderBySort, SelectItem, SetExpr, Value};

use super::tree;

/// Terms of ORDER BY that are looked at.
const MOST_TERMS: usize = 8;

/// A query that gives the first two rows in place of the first, with what they are ordered by in its last columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Read-only as the query that it is made of.
    pub sql: String,
    /// How many of the last columns say what the rows are ordered by.
    pub terms: usize,
    /// Whether the first of these counts the rows of each group, those with the most in front.
    pub most_rows: bool,
}

/// What asks whether another row ties with the one that `sql` takes. `None` where it takes all, takes several, or orders nothing.
pub fn probe(sql: &str) -> Option<Probe> {
    let mut query = tree::query(sql)?;
    let OrderByKind::Expressions(terms) = &query.order_by.as_ref()?.kind else { return None };
    let falls = matches!(terms.first()?.options.sort, Some(OrderBySort::Desc));
    if terms.is_empty() || terms.len() > MOST_TERMS {
        return None;
    }
    let terms: Vec<Expr> = terms.iter().map(|term| term.expr.clone()).collect();
    match &mut query.limit_clause {
        Some(LimitClause::LimitOffset { limit: Some(limit), offset: None, limit_by }) if limit_by.is_empty() && is_one(limit) => {
            *limit = Expr::value(Value::Number("2".into(), false));
        }
        _ => return None,
    }
    let SetExpr::Select(select) = query.body.as_mut() else { return None };
    if select.distinct.is_some() {
        return None;
    }
    let is_grouped = !matches!(&select.group_by, GroupByExpr::Expressions(by, _) if by.is_empty());
    let counts =
        terms.first().map(|term| meant(term, &select.projection).unwrap_or_else(|| term.clone())).is_some_and(|term| is_count(&term));
    let count = terms.len();
    for (place, term) in terms.into_iter().enumerate() {
        let expr = meant(&term, &select.projection).unwrap_or(term);
        select.projection.push(SelectItem::ExprWithAlias { expr, alias: Ident::new(format!("tie_{place}")) });
    }
    Some(Probe { sql: query.to_string(), terms: count, most_rows: falls && is_grouped && counts })
}

fn is_count(term: &Expr) -> bool {
    matches!(term, Expr::Function(function) if function.name.to_string().eq_ignore_ascii_case("count"))
}

fn is_one(limit: &Expr) -> bool {
    matches!(limit, Expr::Value(value) if matches!(&value.value, Value::Number(text, _) if text == "1"))
}

/// The result column that a term of ORDER BY names by its place or its alias.
fn meant(term: &Expr, projection: &[SelectItem]) -> Option<Expr> {
    let of = |item: &SelectItem| match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr.clone()),
        _ => None,
    };
    match term {
        Expr::Value(value) => match &value.value {
            Value::Number(text, _) => projection.get(text.parse::<usize>().ok()?.checked_sub(1)?).and_then(of),
            _ => None,
        },
        Expr::Identifier(name) => {
            let called = |item: &&SelectItem| matches!(item, SelectItem::ExprWithAlias { alias, .. } if alias.value.eq_ignore_ascii_case(&name.value));
            projection.iter().find(called).and_then(of)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, expected: Option<&str>) {
        assert_eq!(probe(sql).map(|probe| probe.sql).as_deref(), expected, "{sql}");
    }

    #[test]
    fn the_second_row_is_asked_for() {
        check("SELECT name FROM c ORDER BY age DESC LIMIT 1", Some("SELECT name, age AS tie_0 FROM c ORDER BY age DESC LIMIT 2"));
        check(
            "SELECT city, count(*) AS n FROM c GROUP BY city ORDER BY n DESC LIMIT 1",
            Some("SELECT city, count(*) AS n, count(*) AS tie_0 FROM c GROUP BY city ORDER BY n DESC LIMIT 2"),
        );
        check("SELECT name, age FROM c ORDER BY 2 LIMIT 1", Some("SELECT name, age, age AS tie_0 FROM c ORDER BY 2 LIMIT 2"));
    }

    #[test]
    fn others_are_not() {
        for sql in [
            "SELECT name FROM c ORDER BY age LIMIT 3",
            "SELECT name FROM c LIMIT 1",
            "SELECT name FROM c ORDER BY age",
            "SELECT DISTINCT name FROM c ORDER BY age LIMIT 1",
            "SELECT name FROM c ORDER BY age LIMIT 1 OFFSET 1",
            "SELECT name FROM c UNION SELECT name FROM d ORDER BY name LIMIT 1",
            "no sql",
        ] {
            check(sql, None);
        }
    }
}
