//! Other ways to make one value of many rows.

use rusqlite::functions::{Aggregate, Context};
use rusqlite::types::{Value, ValueRef};

use super::arguments::{Refusal, real};
use super::rank::order;
use super::spread::argument;

/// How rows become one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gather {
    /// The first argument of the row in which the second is greatest; of several the first row.
    AtGreatest,
    /// The same for the least.
    AtLeast,
    /// The first that is not NULL.
    Any,
    /// Rows in which it is true.
    CountIf,
    BitAnd,
    BitOr,
    BitXor,
    Product,
    /// The root of the product.
    GeometricMean,
}

/// What came so far.
#[derive(Debug, Default)]
pub(super) struct State {
    kept: Option<Value>,
    by: Option<Value>,
    bits: Option<i64>,
    n: i64,
    number: f64,
}

fn bits(context: &Context<'_>) -> rusqlite::Result<Option<i64>> {
    match context.get_raw(0) {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(n) => Ok(Some(n)),
        _ => Err(Refusal("bits are asked of something that is no whole number".into()).into_error()),
    }
}

impl Aggregate<State, Value> for Gather {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<State> {
        Ok(State::default())
    }

    fn step(&self, context: &mut Context<'_>, state: &mut State) -> rusqlite::Result<()> {
        let owned = |n: usize| Value::try_from(context.get_raw(n)).map_err(|error| Refusal(error.to_string()).into_error());
        match self {
            Self::AtGreatest | Self::AtLeast => {
                let (value, by) = (context.get_raw(0), context.get_raw(1));
                let wins = state.by.as_ref().is_none_or(|best| {
                    let order = order(&by, &best.into());
                    if *self == Self::AtGreatest { order.is_gt() } else { order.is_lt() }
                });
                if wins && value != ValueRef::Null && by != ValueRef::Null {
                    (state.kept, state.by) = (Some(owned(0)?), Some(owned(1)?));
                }
            }
            Self::Any if state.kept.is_none() && context.get_raw(0) != ValueRef::Null => state.kept = Some(owned(0)?),
            Self::Any => {}
            Self::CountIf => state.n += i64::from(argument(context, 0)?.is_some_and(|x| x != 0.0)),
            Self::BitAnd | Self::BitOr | Self::BitXor => {
                if let Some(x) = bits(context)? {
                    state.bits = Some(match (state.bits, self) {
                        (None, _) => x,
                        (Some(before), Self::BitAnd) => before & x,
                        (Some(before), Self::BitOr) => before | x,
                        (Some(before), _) => before ^ x,
                    });
                }
            }
            Self::Product | Self::GeometricMean => {
                if let Some(x) = argument(context, 0)? {
                    let first = state.n == 0;
                    state.n += 1;
                    match self {
                        Self::Product => state.number = if first { x } else { state.number * x },
                        _ => state.number += if x > 0.0 { x.ln() } else { f64::NAN },
                    }
                }
            }
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, state: Option<State>) -> rusqlite::Result<Value> {
        let state = state.unwrap_or_default();
        Ok(match self {
            Self::AtGreatest | Self::AtLeast | Self::Any => state.kept.unwrap_or(Value::Null),
            Self::CountIf => Value::Integer(state.n),
            Self::BitAnd | Self::BitOr | Self::BitXor => state.bits.map_or(Value::Null, Value::Integer),
            Self::Product | Self::GeometricMean if state.n == 0 => Value::Null,
            Self::Product => real(state.number),
            Self::GeometricMean => real((state.number / state.n as f64).exp()),
        })
    }
}
