//! Divisions that lose what they are for: whole numbers divided by whole numbers, and shares of themselves.

use sqlparser::ast::{BinaryOperator, DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Query, SetExpr, Value};

use crate::sql::suspicion::read::columns::Columns;
use crate::sql::suspicion::read::expressions::{aggregate, each_expression};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::Question;
use crate::sql::visitor::{Visitor, visit};
use crate::text::numbers::SHARES;

/// Functions that read a date: what is divided in them is a date in another unit.
const DATE_FUNCTIONS: &[&str] = &["date", "datetime", "time", "julianday", "unixepoch", "strftime", "printf", "format", "substr"];
/// Words of a question that ask for a whole number of something.
const WHOLE: &[&str] =
    &["decade", "decades", "century", "centuries", "whole", "integer", "rounded", "bucket", "buckets", "bin", "bins", "band", "bands"];
/// Expressions in expressions that are looked into.
const DEEPEST: usize = 12;

pub(in crate::sql::suspicion) fn look(query: &Query, columns: &Columns<'_, '_>, question: Option<&Question>, out: &mut Vec<Suspicion>) {
    if question.is_some_and(|question| question.has_any(WHOLE)) {
        return;
    }
    let shares = question.is_some_and(|question| question.has_any(SHARES) || question.text.contains('%'));
    let mut divisions = Divisions { columns, dates: 0, grouped: grouped_by(query), shares, found: Vec::new() };
    visit(query, &mut divisions);
    for (kind, sentence) in divisions.found.into_iter().take(1) {
        suspect(out, kind, sentence);
    }
}

/// What the outermost SELECT groups by, as it is written: a division there makes classes.
fn grouped_by(query: &Query) -> Vec<String> {
    let SetExpr::Select(select) = query.body.as_ref() else { return Vec::new() };
    match &select.group_by {
        sqlparser::ast::GroupByExpr::Expressions(terms, _) => terms.iter().map(ToString::to_string).collect(),
        sqlparser::ast::GroupByExpr::All(_) => Vec::new(),
    }
}

struct Divisions<'a, 's> {
    columns: &'a Columns<'a, 's>,
    /// Calls of date functions, and casts to whole numbers, that the present place is inside of.
    dates: usize,
    grouped: Vec<String>,
    /// Whether the question asks for a share.
    shares: bool,
    found: Vec<(SuspicionKind, String)>,
}

impl Divisions<'_, '_> {
    /// Whether `expr` is a whole number in every row, as far as can be told.
    fn is_whole(&self, expr: &Expr, depth: usize) -> bool {
        if depth > DEEPEST {
            return false;
        }
        let whole = |expr: &Expr| self.is_whole(expr, depth + 1);
        match expr {
            Expr::Value(value) => matches!(&value.value, Value::Number(text, _) if text.bytes().all(|b| b.is_ascii_digit())),
            Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } => whole(inner),
            Expr::BinaryOp { left, op: BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply, right } => {
                whole(left) && whole(right)
            }
            Expr::Cast { data_type, .. } => matches!(data_type, DataType::Int(_) | DataType::Integer(_) | DataType::BigInt(_)),
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => self.columns.of(expr).is_some_and(|named| named.column.is_whole()),
            Expr::Subquery(query) => match query.body.as_ref() {
                SetExpr::Select(select) => match select.projection.as_slice() {
                    [sqlparser::ast::SelectItem::UnnamedExpr(expr)] => whole(expr),
                    _ => false,
                },
                _ => false,
            },
            Expr::Case { conditions, else_result, .. } => {
                conditions.iter().all(|when| whole(&when.result)) && else_result.as_deref().is_none_or(whole)
            }
            Expr::Function(function) => match function_name(function).as_deref() {
                Some("count") => true,
                Some("length" | "instr" | "unixepoch") => true,
                Some("sum" | "min" | "max" | "abs" | "coalesce" | "ifnull" | "nullif" | "iif") => {
                    let arguments = arguments(function);
                    let counted = if function_name(function).as_deref() == Some("iif") { 1 } else { 0 };
                    // A condition is 0 or 1.
                    !arguments.is_empty() && arguments.iter().skip(counted).all(|argument| whole(argument) || is_condition(argument))
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn division(&mut self, left: &Expr, right: &Expr, whole: &Expr) {
        let written = whole.to_string();
        if self.grouped.iter().any(|term| term.contains(&written)) {
            return;
        }
        // A quarter of the year is a whole number of it.
        if written.ends_with("/ 3") && written.contains("'%m'") {
            return;
        }
        let (a, b) = (bare(left), bare(right));
        if self.shares && a == b && aggregate_inside(left) {
            let sentence = format!("{written} divides a number by itself, so that every share is the same");
            return self.found.push((SuspicionKind::ShareOfItself, sentence));
        }
        if self.is_whole(left, 0) && self.is_whole(right, 0) {
            let sentence = format!("{written} divides whole numbers, which cuts off what is behind the point");
            self.found.push((SuspicionKind::WholeDivision, sentence));
        }
    }
}

impl Visitor for Divisions<'_, '_> {
    fn pre_visit_expr(&mut self, expr: &Expr) {
        if hides(expr) {
            self.dates += 1;
        }
        if let Expr::BinaryOp { left, op: BinaryOperator::Divide, right } = expr
            && self.dates == 0
        {
            self.division(left, right, expr);
        }
    }

    fn post_visit_expr(&mut self, expr: &Expr) {
        if hides(expr) {
            self.dates -= 1;
        }
    }
}

/// Whether what is divided inside of `expr` is meant to be whole: a date, a cast, a multiple of the divisor, a rest.
fn hides(expr: &Expr) -> bool {
    match expr {
        Expr::Function(function) => function_name(function).is_some_and(|name| DATE_FUNCTIONS.contains(&name.as_str())),
        Expr::Cast { data_type: DataType::Int(_) | DataType::Integer(_) | DataType::BigInt(_) | DataType::Text, .. } => true,
        Expr::BinaryOp { left, op: BinaryOperator::Multiply, right } => {
            let by = |expr: &Expr| match strip(expr) {
                Expr::BinaryOp { op: BinaryOperator::Divide, right, .. } => Some(right.to_string()),
                _ => None,
            };
            by(left).is_some_and(|divisor| divisor == right.to_string()) || by(right).is_some_and(|divisor| divisor == left.to_string())
        }
        Expr::BinaryOp { op: BinaryOperator::Modulo, .. } => true,
        _ => false,
    }
}

fn strip(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) => strip(inner),
        other => other,
    }
}

/// `expr` as it is written, without factors, brackets and casts.
fn bare(expr: &Expr) -> String {
    match expr {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => bare(inner),
        Expr::BinaryOp { left, op: BinaryOperator::Multiply, right } => match (left.as_ref(), right.as_ref()) {
            (Expr::Value(_), other) | (other, Expr::Value(_)) => bare(other),
            _ => expr.to_string().to_lowercase(),
        },
        other => other.to_string().to_lowercase(),
    }
}

fn aggregate_inside(expr: &Expr) -> bool {
    let mut found = false;
    each_expression(expr, &mut |expr, _| found |= aggregate(expr).is_some());
    found
}

fn is_condition(expr: &Expr) -> bool {
    use BinaryOperator::{And, Eq, Gt, GtEq, Lt, LtEq, NotEq, Or};
    match strip(expr) {
        Expr::BinaryOp { op, .. } => matches!(op, And | Eq | Gt | GtEq | Lt | LtEq | NotEq | Or),
        Expr::IsNull(_) | Expr::IsNotNull(_) | Expr::In { .. } | Expr::Like { .. } | Expr::Between { .. } => true,
        _ => false,
    }
}

fn function_name(function: &Function) -> Option<String> {
    Some(function.name.0.last()?.as_ident()?.value.to_ascii_lowercase())
}

fn arguments(function: &Function) -> Vec<&Expr> {
    let FunctionArguments::List(list) = &function.args else { return Vec::new() };
    let exprs = list.args.iter().filter_map(|argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    });
    exprs.collect()
}
