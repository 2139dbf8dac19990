//! The type of a column, from all of its values: the one that loses nothing of any of them.

use super::number::{self, Number};
use super::row::{Raw, Row};

/// What was seen in a column, a bit each.
pub(super) const INTEGER: u32 = 1;
/// An integer that a double cannot hold.
pub(super) const LONG: u32 = 1 << 1;
/// A number with a point that is no whole number with points between thousands.
pub(super) const POINT: u32 = 1 << 2;
/// One that may be.
const GROUPED: u32 = 1 << 3;
/// A number with a decimal comma.
const COMMA: u32 = 1 << 4;
/// One whose comma may stand between thousands.
const OPEN: u32 = 1 << 5;
/// Written text that is no number.
const WORD: u32 = 1 << 6;
/// A word that stands for a missing number, such as `NA`.
const MISSING: u32 = 1 << 7;
pub(super) const TEXT: u32 = 1 << 8;
pub(super) const BOOL: u32 = 1 << 9;
pub(super) const BLOB: u32 = 1 << 10;
/// Anything at all.
const SOMETHING: u32 = 1 << 11;
/// Any kind of number.
const ANY_NUMBER: u32 = INTEGER | POINT | GROUPED | COMMA | OPEN;

/// The largest integer up to which a double holds all of them.
const EXACT: u64 = 1 << 53;

/// A column's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Real,
    /// Reals written with a comma.
    RealComma,
    Text,
    Boolean,
    Blob,
    /// Values of several types, each as it is.
    Any,
}

impl Kind {
    /// The type of a column in which `seen` was; `comma` where another column of the file has decimal commas for certain.
    pub(super) fn of(seen: u32, comma: bool) -> Self {
        let has = |bits: u32| seen & bits != 0;
        let only = |bits: u32| seen & !(bits | SOMETHING) == 0;
        if has(BLOB) {
            return if only(BLOB) { Self::Blob } else { Self::Any };
        }
        if has(BOOL) {
            return if only(BOOL) { Self::Boolean } else { Self::Any };
        }
        if has(TEXT) {
            return if only(TEXT) { Self::Text } else { Self::Any };
        }
        if has(WORD) || !has(ANY_NUMBER) {
            return Self::Text;
        }
        if has(COMMA) {
            return if has(POINT | LONG) { Self::Text } else { Self::RealComma };
        }
        if has(OPEN) {
            return if comma && !has(POINT | GROUPED | LONG) { Self::RealComma } else { Self::Text };
        }
        if !has(POINT | GROUPED) {
            return Self::Integer;
        }
        // In a file with decimal commas `1.234` is most likely a thousand and more.
        if comma && !has(POINT) {
            return Self::Text;
        }
        // No double holds the integers: each number as it is.
        if has(LONG) { Self::Any } else { Self::Real }
    }

    /// The types of all columns of a file.
    pub(super) fn all(seen: &[u32]) -> Vec<Self> {
        let comma = seen.iter().any(|bits| bits & COMMA != 0 && Self::of(*bits, false) == Self::RealComma);
        seen.iter().map(|bits| Self::of(*bits, comma)).collect()
    }

    /// What the column is declared as. Dates stay text: with a numeric affinity SQLite would compare `'2024'` as a number.
    pub(super) fn declared(self) -> &'static str {
        match self {
            Self::Integer => " INTEGER",
            Self::Real | Self::RealComma => " REAL",
            Self::Text => " TEXT",
            Self::Boolean => " BOOLEAN",
            Self::Blob => " BLOB",
            Self::Any => "",
        }
    }
}

/// A value as it goes into a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Stored<'r> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'r [u8]),
    Blob(&'r [u8]),
    /// Nothing, for a word that stands for a missing number.
    Missing(&'r [u8]),
}

/// Whether a column in which `seen` was is text whatever else comes.
pub(super) fn is_settled(seen: u32) -> bool {
    seen & WORD != 0 && seen & (TEXT | BOOL | BLOB) == 0
}

/// What a cell is: adds it to what was `seen` of its column, and gives what is stored in one of `kind`.
pub(super) fn take<'r>(raw: &Raw, row: &'r Row, kind: Kind, seen: &mut u32) -> Stored<'r> {
    if *raw != Raw::Null {
        *seen |= SOMETHING;
    }
    match raw {
        Raw::Null => Stored::Null,
        Raw::Empty if kind == Kind::Text => Stored::Text(b""),
        Raw::Empty => Stored::Null,
        Raw::Text(range) | Raw::Json(range) => {
            *seen |= TEXT;
            Stored::Text(row.get(range))
        }
        Raw::Blob(range) => {
            *seen |= BLOB;
            Stored::Blob(row.get(range))
        }
        Raw::Bool(value) => {
            *seen |= BOOL;
            match (kind, value) {
                (Kind::Boolean, _) => Stored::Integer(i64::from(*value)),
                (_, true) => Stored::Text(b"true"),
                (_, false) => Stored::Text(b"false"),
            }
        }
        Raw::Integer(n) => integer(*n, kind, seen),
        // SQLite has no NaN.
        Raw::Real(x) if x.is_nan() => Stored::Missing(b"NaN"),
        Raw::Real(x) => {
            *seen |= POINT;
            Stored::Real(*x)
        }
        Raw::Written(range) => written(row.get(range), kind, seen),
    }
}

fn integer(n: i64, kind: Kind, seen: &mut u32) -> Stored<'static> {
    *seen |= if n.unsigned_abs() > EXACT { INTEGER | LONG } else { INTEGER };
    if matches!(kind, Kind::Real | Kind::RealComma) { Stored::Real(n as f64) } else { Stored::Integer(n) }
}

fn written<'r>(text: &'r [u8], kind: Kind, seen: &mut u32) -> Stored<'r> {
    if kind == Kind::Text && is_settled(*seen) {
        return Stored::Text(text);
    }
    let trimmed = text.trim_ascii();
    let number = number::parse(trimmed);
    let stored = match number {
        Some(Number::Integer(n)) => integer(n, kind, seen),
        Some(Number::Point { value, grouped }) => {
            *seen |= if grouped { GROUPED } else { POINT };
            match kind {
                // Thousands: the points mean nothing.
                Kind::RealComma => Stored::Real(if grouped { (value * 1000.0).round() } else { value }),
                _ => Stored::Real(value),
            }
        }
        Some(Number::Comma { value, open }) => {
            *seen |= if open { OPEN } else { COMMA };
            if kind == Kind::RealComma { Stored::Real(value) } else { Stored::Text(text) }
        }
        None if trimmed.is_empty() || number::stands_for_nothing(trimmed) => {
            *seen |= MISSING;
            match kind {
                Kind::Text | Kind::Any => Stored::Text(text),
                // Spaces only pad; an end of a line was written by somebody.
                _ if text.iter().all(|byte| *byte == b' ') => Stored::Null,
                _ => Stored::Missing(if trimmed.is_empty() { text } else { trimmed }),
            }
        }
        None => {
            *seen |= WORD;
            Stored::Text(text)
        }
    };
    if kind == Kind::Text { Stored::Text(text) } else { stored }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The type of a column of CSV with these fields.
    fn kinds(columns: &[&[&str]]) -> Vec<Kind> {
        let seen: Vec<u32> = columns
            .iter()
            .map(|fields| {
                let mut seen = 0;
                for field in *fields {
                    let mut row = Row::default();
                    let range = row.keep(field.as_bytes());
                    take(&Raw::Written(range), &row, Kind::Text, &mut seen);
                }
                seen
            })
            .collect();
        Kind::all(&seen)
    }

    #[track_caller]
    fn check(fields: &[&str], expected: Kind) {
        assert_eq!(kinds(&[fields]), [expected], "{fields:?}");
    }

    #[test]
    fn a_type_holds_all_of_a_column() {
        check(&["1", "-2", " 3 "], Kind::Integer);
        check(&["1", "2.5"], Kind::Real);
        check(&["1", "NA", "NaN", "\\N"], Kind::Integer);
        check(&["NA", "NaN"], Kind::Text);
        check(&[], Kind::Text);
        check(&["1", "00123"], Kind::Text);
        check(&["12345678901234567890"], Kind::Text);
        check(&["9007199254740993", "0.5"], Kind::Any);
        check(&["9007199254740993", "5"], Kind::Integer);
        check(&["12,5", "7", "1.234,50"], Kind::RealComma);
        check(&["12,5", "1.5"], Kind::Text);
        check(&["1,234", "5,678"], Kind::Text);
        check(&["1.234", "5.678"], Kind::Real);
        check(&["2024-01-05"], Kind::Text);
        check(&["true", "false"], Kind::Text);
    }

    #[test]
    fn one_columns_commas_tell_of_the_others() {
        assert_eq!(kinds(&[&["12,5"], &["1.234"], &["1,234"], &["7"]]), [Kind::RealComma, Kind::Text, Kind::RealComma, Kind::Integer]);
        assert_eq!(kinds(&[&["12.5"], &["1.234"], &["1,234"]]), [Kind::Real, Kind::Real, Kind::Text]);
    }

    #[test]
    fn values_with_types_of_their_own_keep_them() {
        let kind = |cells: &[Raw]| {
            let mut row = Row::default();
            row.keep(b"5");
            let mut seen = 0;
            for cell in cells {
                let _ = take(cell, &row, Kind::Any, &mut seen);
            }
            Kind::of(seen, false)
        };
        let (text, number, json) = (Raw::Text(0..1), Raw::Written(0..1), Raw::Json(0..1));
        assert_eq!(kind(&[text.clone(), Raw::Null]), Kind::Text);
        assert_eq!(kind(&[text.clone(), number.clone()]), Kind::Any);
        assert_eq!(kind(&[text.clone(), json]), Kind::Text);
        assert_eq!(kind(&[Raw::Bool(true), Raw::Null]), Kind::Boolean);
        assert_eq!(kind(&[Raw::Bool(true), number]), Kind::Any);
        assert_eq!(kind(&[Raw::Blob(0..1)]), Kind::Blob);
        assert_eq!(kind(&[Raw::Integer(1), Raw::Real(0.5)]), Kind::Real);
        assert_eq!(kind(&[Raw::Integer(i64::MAX), Raw::Real(0.5)]), Kind::Any);
    }
}
