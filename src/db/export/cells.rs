//! One value as text: for people, for programs, to be pasted elsewhere.

use serde_json::{Value, json};

use super::super::table::Cell;
use crate::sql::quote::string_literal;
use crate::text;

/// A value as JSON: integers stay exact, a blob is `{"hex": "..."}`, and what JSON cannot say (infinities) is `null`.
pub fn cell_to_json(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Integer(n) => Value::from(*n),
        Cell::Real(x) => serde_json::Number::from_f64(*x).map_or(Value::Null, Value::Number),
        Cell::Text(text) => Value::from(text.as_str()),
        Cell::Blob(bytes) => json!({ "hex": hex(bytes) }),
    }
}

/// A value in one line for people: `NULL` for nothing, control characters visible.
pub fn cell_to_text(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Integer(n) => n.to_string(),
        Cell::Real(x) => real(*x),
        Cell::Text(text) => text::sanitize(text).into_owned(),
        Cell::Blob(bytes) if bytes.len() > 32 => {
            format!("x'{}…' ({})", hex(bytes.get(..16).unwrap_or(&[])), text::bytes(bytes.len() as u64))
        }
        Cell::Blob(bytes) => format!("x'{}'", hex(bytes)),
    }
}

/// A value as it is pasted elsewhere: nothing for `NULL`, text as it is, bytes in hexadecimal.
pub fn cell_to_copy(cell: &Cell) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Integer(n) => n.to_string(),
        Cell::Real(x) => real(*x),
        Cell::Text(text) => text.clone(),
        Cell::Blob(bytes) => hex(bytes),
    }
}

/// A value as one of several that are pasted with tabs between them, and rows on lines: as spreadsheets quote what has either in it.
pub fn cell_to_field(cell: &Cell) -> String {
    let text = cell_to_copy(cell);
    if text.contains(['\t', '\n', '\r', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// A value as a literal of SQL that gives the same value. (SQLite has no NaN.)
pub fn cell_to_sql(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Integer(n) => n.to_string(),
        // `sqlite.org/faq.html`: a number too large to hold is infinite.
        Cell::Real(x) if *x == f64::INFINITY => "9e999".to_owned(),
        Cell::Real(x) if *x == f64::NEG_INFINITY => "-9e999".to_owned(),
        Cell::Real(x) => real(*x),
        // A NUL would end the statement.
        Cell::Text(text) if text.contains('\0') => format!("CAST(x'{}' AS TEXT)", hex(text.as_bytes())),
        Cell::Text(text) => string_literal(text),
        Cell::Blob(bytes) => format!("x'{}'", hex(bytes)),
    }
}

/// Shortest digits that read back as the same number, with a point as SQLite writes it: it is seen that it is no integer.
pub fn real(x: f64) -> String {
    if x.is_finite() && (x == 0.0 || (1e-5..1e15).contains(&x.abs())) { format!("{x:?}") } else { format!("{x:e}") }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
