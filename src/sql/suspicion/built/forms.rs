//! Grouping, ordering and conditions of one SELECT.

use sqlparser::ast::{BinaryOperator, Expr, GroupByExpr, SelectItem, UnaryOperator, Value};

use crate::sql::resolve::{Clause, Resolution};
use crate::sql::suspicion::read::blocks::{Block, names};
use crate::sql::suspicion::read::expressions::{aggregate, aggregates, conjuncts, each_expression, literal};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};

pub(in crate::sql::suspicion) fn look(block: &Block<'_>, resolution: &Resolution<'_>, out: &mut Vec<Suspicion>) {
    let grouped = !matches!(&block.select.group_by, GroupByExpr::Expressions(terms, _) if terms.is_empty());
    let found = aggregates(&block.select.projection);
    if !grouped {
        if !aggregates(&block.order_by).is_empty() {
            let sentence = "it orders by an aggregate without GROUP BY, so that there is one row to order";
            suspect(out, SuspicionKind::AggregateOrder, sentence);
        }
        if block.select.having.is_some() && found.is_empty() {
            suspect(out, SuspicionKind::HavingWithoutGroup, "it has HAVING without GROUP BY, so that all rows are one group");
        }
        bare_beside_aggregate(block, &found, out);
    }
    limit_on_key(block, resolution, grouped, out);
    shown_twice(block, out);
    group_of_one(block, out);
    let conditions = [&block.select.selection, &block.select.having];
    for condition in conditions.into_iter().flatten() {
        each_expression(condition, &mut |expr, _| compared_with_null(expr, out));
        let mut all = Vec::new();
        conjuncts(condition, &mut all);
        contradictions(&all, out);
    }
}

/// SQLite takes such a column from any row, save beside one `min` or `max`, where it is that row's.
fn bare_beside_aggregate(block: &Block<'_>, found: &[String], out: &mut Vec<Suspicion>) {
    let one_extreme = found.len() == 1 && found.iter().all(|name| name == "min" || name == "max");
    if found.is_empty() || one_extreme {
        return;
    }
    for item in &block.select.projection {
        let (SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) = item else { continue };
        let name = match expr {
            Expr::Identifier(name) => &name.value,
            Expr::CompoundIdentifier(parts) => match parts.last() {
                Some(name) => &name.value,
                None => continue,
            },
            _ => continue,
        };
        let sentence = format!("{name} stands beside an aggregate without GROUP BY, so that it is any row's");
        return suspect(out, SuspicionKind::BareBesideAggregate, sentence);
    }
}

/// One column in the place of two that were asked for.
fn shown_twice(block: &Block<'_>, out: &mut Vec<Suspicion>) {
    let shown = names(&block.select.projection);
    let again = shown.iter().enumerate().find(|(at, column)| block.outermost && shown.iter().skip(at + 1).any(|other| other == *column));
    if let Some((_, column)) = again {
        suspect(out, SuspicionKind::ShownTwice, format!("it shows {column} twice"));
    }
}

fn limit_on_key(block: &Block<'_>, resolution: &Resolution<'_>, grouped: bool, out: &mut Vec<Suspicion>) {
    let [term] = block.order_by.as_slice() else { return };
    if block.limit.as_deref() != Some("1") || grouped || aggregate(&term.expr).is_some() {
        return;
    }
    let mut ordered = resolution.references.iter().filter(|r| r.scope == block.index && r.clause == Clause::OrderBy);
    let (Some(reference), None) = (ordered.next(), ordered.next()) else { return };
    let Some(table) = resolution.source(reference).and_then(|source| source.table()) else { return };
    let is_key = matches!(table.primary_key.as_slice(), [key] if key.eq_ignore_ascii_case(&reference.name.text));
    if is_key && matches!(term.expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_)) {
        let sentence = format!("it takes the first row by {}, which only numbers the rows of {}", reference.name.text, table.name);
        suspect(out, SuspicionKind::LimitOnKey, sentence);
    }
}

fn group_of_one(block: &Block<'_>, out: &mut Vec<Suspicion>) {
    let [source] = block.scope.sources.as_slice() else { return };
    let Some(table) = source.table() else { return };
    let ([key], GroupByExpr::Expressions(terms, _)) = (table.primary_key.as_slice(), &block.select.group_by) else { return };
    let is_key = |term: &Expr| match term {
        Expr::Identifier(name) => name.value.eq_ignore_ascii_case(key),
        Expr::CompoundIdentifier(parts) => parts.last().is_some_and(|name| name.value.eq_ignore_ascii_case(key)),
        _ => false,
    };
    let counted = [aggregates(&block.select.projection), aggregates(&block.order_by), aggregates(&block.select.having)].concat();
    if terms.iter().any(is_key) && counted.iter().any(|name| name == "count") {
        let sentence = format!("it groups {} by its key {key}, so that every group is one row", table.name);
        suspect(out, SuspicionKind::GroupOfOne, sentence);
    }
}

fn compared_with_null(expr: &Expr, out: &mut Vec<Suspicion>) {
    let Expr::BinaryOp { left, op, right } = expr else { return };
    let null = [left, right].into_iter().any(|side| matches!(literal(side), Some(Value::Null)));
    if null && matches!(op, BinaryOperator::Eq | BinaryOperator::NotEq) {
        suspect(out, SuspicionKind::ComparedWithNull, "it compares with NULL by = or <>, which is never true: IS NULL is meant");
    }
}

/// What one comparison says of a column.
#[derive(Debug, Clone, PartialEq)]
struct Bound {
    column: String,
    operator: BinaryOperator,
    text: String,
    number: Option<f64>,
}

fn bound(expr: &Expr) -> Option<Bound> {
    let Expr::BinaryOp { left, op, right } = expr else { return None };
    let column = matches!(left.as_ref(), Expr::Identifier(_) | Expr::CompoundIdentifier(_)).then(|| left.to_string().to_lowercase())?;
    let (value, sign) = match right.as_ref() {
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => (literal(expr)?, -1.0),
        other => (literal(other)?, 1.0),
    };
    let (text, number) = match value {
        Value::Number(text, _) => (text.clone(), text.parse().ok().map(|number: f64| sign * number)),
        Value::SingleQuotedString(text) => (text.to_lowercase(), None),
        _ => return None,
    };
    Some(Bound { column, operator: op.clone(), text, number })
}

/// Two conditions on one column that no value fulfils both.
fn contradictions(conditions: &[&Expr], out: &mut Vec<Suspicion>) {
    use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq};
    let bounds: Vec<Bound> = conditions.iter().take(64).filter_map(|condition| bound(condition)).collect();
    let differ = |a: &Bound, b: &Bound| a.text != b.text && (a.number.is_none() || a.number != b.number);
    let idle = bounds.iter().find(|one| {
        let fixed = |other: &&Bound| other.column == one.column && other.operator == Eq && differ(other, one);
        one.operator == BinaryOperator::NotEq && bounds.iter().any(|other| fixed(&other))
    });
    if let Some(idle) = idle {
        let sentence = format!("{} <> {} says nothing beside {0} = another value", idle.column, idle.text);
        suspect(out, SuspicionKind::IdleCondition, sentence);
    }
    for (at, one) in bounds.iter().enumerate() {
        for other in bounds.iter().skip(at + 1).filter(|other| other.column == one.column) {
            let never = match (&one.operator, &other.operator, one.number, other.number) {
                (Eq, Eq, Some(a), Some(b)) => a != b,
                (Eq, Eq, None, None) => one.text != other.text,
                (Gt | GtEq, Lt | LtEq, Some(low), Some(high)) | (Lt | LtEq, Gt | GtEq, Some(high), Some(low)) => low > high,
                _ => false,
            };
            if never {
                let sentence = format!("no row fulfils both conditions on {}", one.column);
                suspect(out, SuspicionKind::AlwaysFalse, sentence);
            }
        }
    }
    for condition in conditions {
        if let Expr::Between { low, high, negated: false, .. } = condition
            && let (Some(Value::Number(low, _)), Some(Value::Number(high, _))) = (literal(low), literal(high))
            && let (Ok(low), Ok(high)) = (low.parse::<f64>(), high.parse::<f64>())
            && low > high
        {
            suspect(out, SuspicionKind::AlwaysFalse, format!("no value is between {low} and {high}"));
        }
    }
}
