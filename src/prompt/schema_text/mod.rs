//! A schema as the text a prompt carries.
//!
//! Where all of it does not fit, it shrinks in this order: tables that programs keep for themselves, tables without rows, samples but one;
//! then a question gets the tables that it is about; without a question, or where nothing links, samples go, types, columns that are no
//! keys, and last whole tables.
//!
//! - `statement`: one table
//! - `minor`: tables that shrink first
//! - `whole`: every table
//! - `subset`: the tables that a question is about

mod minor;
mod statement;
mod subset;
#[cfg(test)]
mod tests;
mod whole;

use std::borrow::Cow;

use crate::schema::{Schema, ValueHit};
use crate::sql::quote::identifier;

/// Bytes of the line that names bookkeeping tables, before its end.
const BOOKKEEPING_BYTES: usize = 200;

/// `schema` as `CREATE TABLE` statements of at most about `budget` bytes. Where all of it does not fit, bookkeeping and empty tables shrink
/// first; then the sample values go, then the types, then columns that are no keys; last, whole tables, those with the fewest keys first,
/// with their number said.
pub fn schema_text(schema: &Schema, budget: usize) -> String {
    let schema = &*schema.readable();
    let (schema, note) = without_bookkeeping(schema);
    let room = budget.saturating_sub(note.len());
    whole::told(&schema, room, None).unwrap_or_else(|| whole::most_of(&schema, room)) + &note
}

/// As [`schema_text`] while every table with rows fits with its samples: no question changes that text, and a bookkeeping or empty table
/// that `question` names follows behind it. Of a larger schema, the tables that `question` and the values it mentions (`hits`) link to, and
/// those that join them; of their columns, keys and linked ones first.
pub fn schema_text_for(schema: &Schema, budget: usize, question: &str, hits: &[ValueHit]) -> String {
    let schema = &*schema.readable();
    let (schema, note) = without_bookkeeping(schema);
    let room = budget.saturating_sub(note.len());
    let text = whole::told(&schema, room, Some((question, hits)))
        .or_else(|| subset::subset_for(&schema, room, question, hits))
        .unwrap_or_else(|| whole::most_of(&schema, room));
    text + &note
}

/// The schema without what a profile says that the file's program keeps for itself, and a line that names it.
fn without_bookkeeping(schema: &Schema) -> (Cow<'_, Schema>, String) {
    let mut left_out = schema.tables.iter().filter(|table| table.bookkeeping).map(|table| identifier(&table.name)).peekable();
    if left_out.peek().is_none() || schema.tables.iter().all(|table| table.bookkeeping) {
        return (Cow::Borrowed(schema), String::new());
    }
    let mut note = String::from("-- bookkeeping, not shown: ");
    for (i, name) in left_out.enumerate() {
        if note.len() + name.len() > BOOKKEEPING_BYTES {
            note.push_str(if i == 0 { "..." } else { ", ..." });
            break;
        }
        note.push_str(if i == 0 { "" } else { ", " });
        note.push_str(&crate::text::sanitize(&name));
    }
    note.push('\n');
    let mut shown = schema.clone();
    shown.tables.retain(|table| !table.bookkeeping);
    (Cow::Owned(shown), note)
}

/// The `CREATE` statements of `schema` as they are stored, as many whole ones as fit `budget` bytes. What an untuned baseline is asked with.
pub fn schema_as_stored(schema: &Schema, budget: usize) -> String {
    let schema = &*schema.readable();
    let mut text = String::new();
    for table in schema.tables.iter().filter(|table| !table.sql.is_empty()) {
        if text.len() + table.sql.len() + 3 <= budget {
            text.push_str(table.sql.trim());
            text.push_str(";\n\n");
        }
    }
    text
}
