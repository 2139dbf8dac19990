//! Columns whose texts are read as numbers or dates: what mending wrote around them is no news to a reader.

use sqlparser::ast::{BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Value};

use super::scope::last_name;

/// Expressions in expressions that are looked into.
const DEEPEST: usize = 16;

/// The column that is a number in `CAST(replace(fee, '$', '') AS REAL)`.
pub(super) fn number_of(expr: &Expr) -> Option<&Expr> {
    let Expr::Cast { expr: inner, .. } = expr else { return None };
    matches!(inner.as_ref(), Expr::Function(_) | Expr::Case { .. }).then(|| only(inner, &["replace", "typeof"], 0)).flatten()
}

/// The column that is a date in `substr(joined, 7, 4) || '-' || substr(joined, 4, 2) || '-' || substr(joined, 1, 2)`.
pub(super) fn date_of(expr: &Expr) -> Option<&Expr> {
    let names = ["substr", "replace", "printf", "instr"];
    match expr {
        Expr::Nested(inner) => date_of(inner),
        Expr::Case { operand: None, conditions, else_result: None, .. } => match conditions.as_slice() {
            [when] => date_of(&when.result),
            _ => None,
        },
        Expr::BinaryOp { op: BinaryOperator::StringConcat, .. } => {
            // The year, the month and the day with dashes between.
            let text = expr.to_string().to_lowercase();
            let cut = text.contains("substr") && (text.contains("'-'") || text.contains("-%02d-%02d"));
            cut.then(|| only(expr, &names, 0)).flatten()
        }
        Expr::Function(function) if last_name(&function.name).is_some_and(|name| name.eq_ignore_ascii_case("replace")) => {
            let FunctionArguments::List(list) = &function.args else { return None };
            // `2024/01/05` with its strokes made dashes.
            let dash =
                list.args.last().is_some_and(|last| matches!(argument(last), Some(Expr::Value(value)) if is_text(&value.value, "-")));
            dash.then(|| only(expr, &names, 0)).flatten()
        }
        _ => None,
    }
}

fn argument(argument: &FunctionArg) -> Option<&Expr> {
    if let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = argument { Some(expr) } else { None }
}

fn is_text(value: &Value, expected: &str) -> bool {
    matches!(value, Value::SingleQuotedString(text) if text == expected)
}

/// The one column in `expr`, where there are but calls of `functions`, literals and what puts them together, and no other column.
fn only<'e>(expr: &'e Expr, functions: &[&str], depth: usize) -> Option<&'e Expr> {
    let mut found: Option<&Expr> = None;
    gather(expr, functions, depth, &mut found).then_some(found).flatten()
}

/// Whether `expr` is made of that alone; the column is noted.
fn gather<'e>(expr: &'e Expr, functions: &[&str], depth: usize, found: &mut Option<&'e Expr>) -> bool {
    if depth > DEEPEST {
        return false;
    }
    let mut inside = |expr: &'e Expr| gather(expr, functions, depth + 1, found);
    match expr {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => {
            let same = found.is_none_or(|known| known.to_string() == expr.to_string());
            *found = Some(expr);
            same
        }
        Expr::Value(_) => true,
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } | Expr::UnaryOp { expr: inner, .. } => inside(inner),
        Expr::BinaryOp { left, right, .. } => inside(left) && inside(right),
        Expr::Substring { expr, substring_from, substring_for, .. } => {
            inside(expr) && substring_from.as_deref().is_none_or(&mut inside) && substring_for.as_deref().is_none_or(&mut inside)
        }
        Expr::Case { operand: None, conditions, else_result, .. } => {
            conditions.iter().all(|when| inside(&when.condition) && inside(&when.result)) && else_result.as_deref().is_none_or(&mut inside)
        }
        Expr::Like { expr, pattern, .. } => inside(expr) && inside(pattern),
        Expr::Function(function) => {
            let known = last_name(&function.name).is_some_and(|name| functions.iter().any(|other| other.eq_ignore_ascii_case(&name)));
            let FunctionArguments::List(list) = &function.args else { return false };
            known && list.args.iter().all(|one| argument(one).is_some_and(&mut inside))
        }
        _ => false,
    }
}
