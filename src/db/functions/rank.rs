//! Median, percentiles and the most frequent value.

use std::cmp::Ordering;
use std::collections::HashMap;

use rusqlite::functions::{Aggregate, Context};
use rusqlite::types::{Value, ValueRef};

use super::arguments::{Refusal, real};
use super::spread::argument;

/// What the values of one group may take, in bytes.
const MOST_BYTES: usize = 256 << 20;

/// SQLite's order of values: NULL, numbers, texts, blobs.
pub(super) fn order(a: &ValueRef<'_>, b: &ValueRef<'_>) -> Ordering {
    let class = |value: &ValueRef<'_>| match value {
        ValueRef::Null => 0,
        ValueRef::Integer(_) | ValueRef::Real(_) => 1,
        ValueRef::Text(_) => 2,
        ValueRef::Blob(_) => 3,
    };
    match (a, b) {
        (ValueRef::Integer(a), ValueRef::Integer(b)) => a.cmp(b),
        (ValueRef::Integer(a), ValueRef::Real(b)) => (*a as f64).total_cmp(b),
        (ValueRef::Real(a), ValueRef::Integer(b)) => a.total_cmp(&(*b as f64)),
        (ValueRef::Real(a), ValueRef::Real(b)) => a.total_cmp(b),
        (ValueRef::Text(a), ValueRef::Text(b)) | (ValueRef::Blob(a), ValueRef::Blob(b)) => a.cmp(b),
        _ => class(a).cmp(&class(b)),
    }
}

fn full<T>() -> rusqlite::Result<T> {
    Err(Refusal(format!("the values of one group take more than {} MiB", MOST_BYTES >> 20)).into_error())
}

/// Between two numbers where none stands at the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Between {
    /// The middle.
    Median,
    /// At a part of the whole, 0 to 1.
    Part,
    /// At a percentage.
    Percent,
}

/// Numbers so far, and the place that is asked for.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    numbers: Vec<f64>,
    part: Option<f64>,
}

/// The place, which has to be the same in all rows.
fn place(context: &Context<'_>, known: &mut Option<f64>, scale: f64) -> rusqlite::Result<()> {
    let told = argument(context, 1)?.map(|part| part / scale).filter(|part| (0.0..=1.0).contains(part));
    match (told, *known) {
        (Some(part), None) => *known = Some(part),
        (Some(part), Some(before)) if part == before => {}
        _ => return Err(Refusal("the percentile has to be one number within its bounds".into()).into_error()),
    }
    Ok(())
}

impl Aggregate<Numbers, Value> for Between {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Numbers> {
        Ok(Numbers::default())
    }

    fn step(&self, context: &mut Context<'_>, state: &mut Numbers) -> rusqlite::Result<()> {
        match self {
            Self::Median => {}
            Self::Part => place(context, &mut state.part, 1.0)?,
            Self::Percent => place(context, &mut state.part, 100.0)?,
        }
        if let Some(x) = argument(context, 0)? {
            if state.numbers.len() * size_of::<f64>() >= MOST_BYTES {
                return full();
            }
            state.numbers.push(x);
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, state: Option<Numbers>) -> rusqlite::Result<Value> {
        let Numbers { mut numbers, part } = state.unwrap_or_default();
        let Some(last) = numbers.len().checked_sub(1) else { return Ok(Value::Null) };
        let at = part.unwrap_or(0.5) * last as f64;
        let below = at.floor() as usize;
        let (_, low, above) = numbers.select_nth_unstable_by(below.min(last), f64::total_cmp);
        let low = *low;
        let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
        Ok(real(if at.fract() == 0.0 { low } else { low + (high - low) * at.fract() }))
    }
}

/// The first value, in order, up to which a part of all lie. Any kind of value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing;

/// Values so far, and the place that is asked for.
#[derive(Debug, Default)]
pub(super) struct Values {
    values: Vec<Value>,
    bytes: usize,
    part: Option<f64>,
}

fn bytes_of(value: &ValueRef<'_>) -> usize {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => size_of::<Value>() + bytes.len(),
        _ => size_of::<Value>(),
    }
}

fn owned(value: ValueRef<'_>) -> rusqlite::Result<Value> {
    Value::try_from(value).map_err(|error| Refusal(error.to_string()).into_error())
}

impl Aggregate<Values, Value> for Standing {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Values> {
        Ok(Values::default())
    }

    fn step(&self, context: &mut Context<'_>, state: &mut Values) -> rusqlite::Result<()> {
        place(context, &mut state.part, 1.0)?;
        let value = context.get_raw(0);
        if value != ValueRef::Null {
            state.bytes += bytes_of(&value);
            if state.bytes > MOST_BYTES {
                return full();
            }
            state.values.push(owned(value)?);
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, state: Option<Values>) -> rusqlite::Result<Value> {
        let Values { mut values, part, .. } = state.unwrap_or_default();
        let Some(last) = values.len().checked_sub(1) else { return Ok(Value::Null) };
        let at = (part.unwrap_or(0.5) * values.len() as f64).ceil() as usize;
        let (_, value, _) = values.select_nth_unstable_by(at.saturating_sub(1).min(last), |a, b| order(&a.into(), &b.into()));
        Ok(value.clone())
    }
}

/// The most frequent value; of several the one that came first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mode;

/// How often each value came, and when first.
#[derive(Debug, Default)]
pub(super) struct Counts {
    counts: HashMap<Key, (u64, usize)>,
    bytes: usize,
}

/// A value by which counts are kept: a whole number is one, however it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Integer(i64),
    Real(u64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
}

impl Aggregate<Counts, Value> for Mode {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Counts> {
        Ok(Counts::default())
    }

    fn step(&self, context: &mut Context<'_>, state: &mut Counts) -> rusqlite::Result<()> {
        let value = context.get_raw(0);
        let key = match value {
            ValueRef::Null => return Ok(()),
            ValueRef::Integer(n) => Key::Integer(n),
            ValueRef::Real(x) if x.fract() == 0.0 && x.abs() < 9e15 => Key::Integer(x as i64),
            ValueRef::Real(x) => Key::Real(x.to_bits()),
            ValueRef::Text(bytes) => Key::Text(bytes.to_vec()),
            ValueRef::Blob(bytes) => Key::Blob(bytes.to_vec()),
        };
        let came = state.counts.len();
        let slot = state.counts.entry(key).or_insert((0, came));
        slot.0 += 1;
        if slot.0 == 1 {
            state.bytes += 2 * bytes_of(&value);
        }
        if state.bytes > MOST_BYTES { full() } else { Ok(()) }
    }

    fn finalize(&self, _: &mut Context<'_>, state: Option<Counts>) -> rusqlite::Result<Value> {
        let counts = state.unwrap_or_default().counts;
        let most = counts.into_iter().max_by_key(|(_, (count, came))| (*count, std::cmp::Reverse(*came)));
        Ok(match most.map(|(key, _)| key) {
            None => Value::Null,
            Some(Key::Integer(n)) => Value::Integer(n),
            Some(Key::Real(bits)) => Value::Real(f64::from_bits(bits)),
            Some(Key::Text(bytes)) => Value::Text(String::from_utf8_lossy(&bytes).into_owned()),
            Some(Key::Blob(bytes)) => Value::Blob(bytes),
        })
    }
}
