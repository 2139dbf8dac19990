//! What a call of a function of ours is given, and what it can refuse.

use std::borrow::Cow;
use std::sync::Arc;

use rusqlite::functions::Context;
use rusqlite::types::{Value, ValueRef};

use super::moment::Moment;

/// Longest text that a function of ours makes, in bytes.
pub(super) const LONGEST: usize = 16 << 20;

/// Why a call has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refusal(pub(super) String);

impl Refusal {
    pub(super) fn into_error(self) -> rusqlite::Error {
        rusqlite::Error::UserFunctionError(Box::new(self))
    }
}

/// What a call gives.
pub(super) type Outcome = Result<Value, Refusal>;

/// The arguments of one call.
pub(super) struct Arguments<'a, 'c> {
    context: &'a Context<'c>,
    name: &'static str,
}

impl<'a, 'c> Arguments<'a, 'c> {
    pub(super) fn new(context: &'a Context<'c>, name: &'static str) -> Self {
        Self { context, name }
    }

    pub(super) fn len(&self) -> usize {
        self.context.len()
    }

    /// NULL where there is no such argument.
    pub(super) fn value(&self, n: usize) -> ValueRef<'a> {
        if n < self.context.len() { self.context.get_raw(n) } else { ValueRef::Null }
    }

    pub(super) fn has_null(&self) -> bool {
        (0..self.len()).any(|n| self.value(n) == ValueRef::Null)
    }

    /// No function of ours looks at longer texts than it makes.
    pub(super) fn within_bounds(&self) -> Result<(), Refusal> {
        let long = |n: usize| matches!(self.value(n), ValueRef::Text(bytes) | ValueRef::Blob(bytes) if bytes.len() > LONGEST);
        if (0..self.len()).any(long) { self.refuse(&format!("a text is longer than {} MiB", LONGEST >> 20)) } else { Ok(()) }
    }

    /// The argument as SQLite writes it.
    pub(super) fn text(&self, n: usize) -> Cow<'a, str> {
        text_of(self.value(n))
    }

    /// The argument as a number; `None` where it is none.
    pub(super) fn number(&self, n: usize) -> Option<f64> {
        number_of(self.value(n))
    }

    /// The argument as a whole number, cut off.
    pub(super) fn whole(&self, n: usize) -> Result<i64, Refusal> {
        match self.value(n) {
            ValueRef::Integer(value) => Ok(value),
            _ => match self.number(n) {
                Some(value) if value.abs() < 9e15 => Ok(value.trunc() as i64),
                _ => self.refuse(&format!("argument {} is no whole number", n + 1)),
            },
        }
    }

    /// The argument as a date with or without a time.
    pub(super) fn moment(&self, n: usize) -> Option<Moment> {
        match self.value(n) {
            ValueRef::Text(bytes) => Moment::read(&String::from_utf8_lossy(bytes)),
            _ => None,
        }
    }

    /// What `make` makes of argument `n`, once for all rows where that is the same for all.
    pub(super) fn once<T: Send + Sync + 'static>(&self, n: usize, make: impl FnOnce() -> Result<T, Refusal>) -> Result<Arc<T>, Refusal> {
        let place = i32::try_from(n).unwrap_or(0);
        self.context.get_or_create_aux(place, |_| make()).map_err(|error| match error {
            rusqlite::Error::UserFunctionError(inner) => Refusal(inner.to_string()),
            other => Refusal(other.to_string()),
        })
    }

    /// No value, and why.
    pub(super) fn refuse<T>(&self, why: &str) -> Result<T, Refusal> {
        Err(Refusal(format!("{}(): {why}", self.name)))
    }

    /// A text, unless it is longer than texts of ours may be.
    pub(super) fn long(&self, bytes: Option<usize>) -> Result<(), Refusal> {
        match bytes {
            Some(bytes) if bytes <= LONGEST => Ok(()),
            _ => self.refuse(&format!("the text would be longer than {} MiB", LONGEST >> 20)),
        }
    }

    /// A function of one number; NULL for what is no number, and where there is no value.
    pub(super) fn real(&self, work: impl Fn(f64) -> f64) -> Outcome {
        Ok(self.number(0).map_or(Value::Null, |x| real(work(x))))
    }

    /// The same of two.
    pub(super) fn reals(&self, work: impl Fn(f64, f64) -> f64) -> Outcome {
        Ok(self.number(0).zip(self.number(1)).map_or(Value::Null, |(x, y)| real(work(x, y))))
    }
}

pub(super) fn text(text: impl Into<String>) -> Outcome {
    Ok(Value::Text(text.into()))
}

pub(super) fn truth(value: bool) -> Outcome {
    Ok(Value::Integer(i64::from(value)))
}

/// SQLite has no value that is not a number.
pub(super) fn real(x: f64) -> Value {
    if x.is_nan() { Value::Null } else { Value::Real(x) }
}

/// A whole number where it is one that fits.
pub(super) fn whole(x: usize) -> Outcome {
    Ok(Value::Integer(i64::try_from(x).unwrap_or(i64::MAX)))
}

pub(super) fn number_of(value: ValueRef<'_>) -> Option<f64> {
    match value {
        ValueRef::Integer(n) => Some(n as f64),
        ValueRef::Real(x) => Some(x),
        ValueRef::Text(bytes) => {
            let text = std::str::from_utf8(bytes).ok()?.trim();
            // Rust reads words such as `inf` too.
            text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)).then(|| text.parse().ok()).flatten()
        }
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}

pub(super) fn text_of(value: ValueRef<'_>) -> Cow<'_, str> {
    match value {
        ValueRef::Null => Cow::Borrowed(""),
        ValueRef::Integer(n) => Cow::Owned(n.to_string()),
        ValueRef::Real(x) if x.fract() == 0.0 && x.abs() < 1e15 => Cow::Owned(format!("{x:.1}")),
        ValueRef::Real(x) => Cow::Owned(x.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes),
    }
}
