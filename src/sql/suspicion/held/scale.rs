//! A number that the question gives with its unit, and a column whose values lie all on one side of it, and far away: what is kept there may
//! be of another unit. And a number that the question does not give, and that no row of the column can have.

use sqlparser::ast::{BinaryOperator, Expr, Value};

use crate::schema::{Column, Holds, Meaning};
use crate::sql::suspicion::read::blocks::Blocks;
use crate::sql::suspicion::read::columns::Columns;
use crate::sql::suspicion::read::expressions::{each_expression, literal};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::Question;
use crate::text::words::split_name;

/// Values that are so many times the number are far away.
const FAR: f64 = 5.0;
/// Values that lie closer together are yes and no.
const FEWEST: f64 = 2.0;
/// Words that ask for nothing of a kind.
const NONE: [&str; 10] = ["no", "not", "none", "never", "without", "zero", "nothing", "free", "empty", "any"];

pub(in crate::sql::suspicion) fn look(blocks: &Blocks<'_>, columns: &Columns<'_, '_>, question: &Question, out: &mut Vec<Suspicion>) {
    let mut look = |of: &Expr, value: &Expr, wants_more: Option<bool>| {
        let Some(Value::Number(number, _)) = literal(value) else { return };
        let Some(column) = columns.of(of).map(|named| named.column) else { return };
        let Ok(number) = number.parse::<f64>() else { return };
        if wants_more.is_none()
            && let Some(range) = outside(column, number, question)
        {
            let sentence = format!("{} is compared with {number}, which the question does not say, and holds {range}", column.name);
            suspect(out, SuspicionKind::Unexplained, sentence);
        }
        if number <= 0.0 || !question.measures(number) {
            return;
        }
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

/// The range of a column's values, where `number` lies outside and no word of the question explains it.
fn outside<'c>(column: &'c Column, number: f64, question: &Question) -> Option<&'c str> {
    let range = column.samples.first().filter(|_| column.holds == Holds::Numbers && column.meaning == Meaning::Plain)?;
    let (low, high) = column.range()?;
    let is_none = number == 0.0 && question.has_any(&NONE);
    // A number of a name or a year is said in other words.
    let is_outside = !(low..=high).contains(&number) && high - low >= FEWEST && number.abs() <= high.abs().max(low.abs()) * FAR;
    // A day of the week may be any number; which, the column says.
    let is_day = high <= 7.0 && split_name(&column.name).iter().any(|word| ["weekday", "dow", "dayofweek"].contains(&word.as_str()));
    (is_outside && !is_none && (is_day || !question.gives(number))).then_some(range.as_str())
}

/// The range of a column's values, where a condition that wants more than `number`, or less, or it alone, is true of all of them, or of none.
fn far(column: &Column, number: f64, wants_more: Option<bool>) -> Option<&str> {
    let range = column.samples.first().filter(|_| column.holds == Holds::Numbers && column.meaning == Meaning::Plain)?;
    let (low, high) = column.range()?;
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
