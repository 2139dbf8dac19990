//! What a statement returns as columns keep it: a column, a product of one with others, or an aggregate of such.

use std::ops::Range;

use crate::sql::tokens::Tokens;

/// Aggregates whose value is a measure where they are of measures.
const AGGREGATES: [&str; 5] = ["sum", "avg", "min", "max", "total"];

/// A result column of that kind, by its tokens.
pub(super) struct Returned {
    /// All of it but its alias.
    pub(super) value: Range<usize>,
    /// Whether an aggregate is around it, and adds up.
    pub(super) aggregate: Option<Aggregate>,
    /// The names that are multiplied; one, where it is a column.
    pub(super) factors: Vec<Range<usize>>,
}

/// What an aggregate makes of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aggregate {
    /// It adds them up.
    Sum,
    /// It takes one of them, or their mean.
    One,
}

/// Those of the first SELECT, in order.
pub(super) fn returned(tokens: &Tokens<'_>) -> Vec<Returned> {
    let items = tokens.arm(0).and_then(|arm| arm.items(tokens)).unwrap_or_default();
    let read = |item: Range<usize>| {
        let value = item.start..tokens.find(item.clone(), &["as"]).unwrap_or(item.end);
        let call = tokens.call(value.start).filter(|call| call.close + 1 == value.end && tokens.is(value.start, &AGGREGATES));
        let aggregate = call.as_ref().map(|_| if tokens.is(value.start, &["sum", "total"]) { Aggregate::Sum } else { Aggregate::One });
        let inside = match call {
            Some(call) => call.arguments.first().filter(|_| call.arguments.len() == 1)?.clone(),
            None => value.clone(),
        };
        let factors = tokens.split(inside, "*");
        let is_name = |factor: &Range<usize>| tokens.operand_after(factor.start) == Some(factor.end);
        factors.iter().all(is_name).then_some(Returned { value, aggregate, factors })
    };
    items.into_iter().filter_map(read).collect()
}
