//! A number that the question gives with its unit, and a column whose values lie all on one side of it, and far away: what is kept there may
//! be of another unit.

use sqlparser::ast::{BinaryOperator, Expr, Value};

use super::blocks::Blocks;
use super::columns::Columns;
use super::expressions::{each_expression, literal};
use super::reason::{Suspicion, SuspicionKind, suspect};
use super::words::Question;
use crate::schema::{Column, Holds, Meaning};

/// Values that are so many times the number are far away.
const FAR: f64 = 5.0;

pub(super) fn look(blocks: &Blocks<'_>, columns: &Columns<'_, '_>, question: &Question, out: &mut Vec<Suspicion>) {
    let mut look = |of: &Expr, value: &Expr, wants_more: Option<bool>| {
        let Some(Value::Number(number, _)) = literal(value) else { return };
        let Some(number) = number.parse::<f64>().ok().filter(|number| *number > 0.0 && question.measures(*number)) else { return };
        let Some(column) = columns.of(of).map(|named| named.column) else { return };
        if let Some(range) = far(column, number, wants_more) {
            let sentence = format!("every {} is far from {number} ({range}), which may be of another unit", column.name);
            suspect(out, SuspicionKind::OtherUnit, sentence);
        }
    };
    for block in &blocks.out {
        for condition in [&block.select.selection, &block.select.having].into_iter().flatten() {
            each_expression(condition, &mut |expr, _| match expr {
                Expr::BinaryOp { left, op, right } => {
                    let more = match op {
                        BinaryOperator::Gt | BinaryOperator::GtEq => Some(true),
                        BinaryOperator::Lt | BinaryOperator::LtEq => Some(false),
                        BinaryOperator::Eq => None,
                        _ => return,
                    };
                    look(left, right, more);
                    look(right, left, more.map(|more| !more));
                }
                Expr::Between { expr, low, high, negated: false } => {
                    look(expr, low, Some(true));
                    look(expr, high, Some(false));
                }
                _ => {}
            });
        }
    }
}

/// The range of a column's values, where a condition that wants more than `number`, or less, or it alone, is true of all of them, or of none.
fn far(column: &Column, number: f64, wants_more: Option<bool>) -> Option<&str> {
    let range = column.samples.first().filter(|_| column.holds == Holds::Numbers && column.meaning == Meaning::Plain)?;
    let (low, high) = range.split_once("..")?;
    let (low, high): (f64, f64) = (low.parse().ok()?, high.parse().ok()?);
    let all_more = low >= FAR * number;
    let all_less = high > 0.0 && high * FAR <= number;
    let is_far = match wants_more {
        Some(true) | None => all_more || all_less,
        // Nothing is less than what everything is more than: a ceiling.
        Some(false) => all_more,
    };
    is_far.then_some(range.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(range: &str, number: f64, wants_more: Option<bool>, expected: bool) {
        let column = Column { name: "c".into(), holds: Holds::Numbers, samples: vec![range.into()], ..Column::default() };
        assert_eq!(far(&column, number, wants_more).is_some(), expected, "{range} {number}");
    }

    #[test]
    fn values_far_away_are_of_another_unit() {
        check("32..139", 1.0, Some(true), true);
        check("0.01..1.04", 12.0, Some(true), true);
        check("710..9775", 50.0, Some(true), true);
        check("710..9775", 50.0, Some(false), true);
        check("710..9775", 50.0, None, true);
        check("187..13682", 100.0, Some(true), false);
        check("0..604800000", 7.0, Some(true), false);
        check("1..90", 500.0, Some(false), false);
        check("Ann", 5.0, Some(true), false);
    }
}
