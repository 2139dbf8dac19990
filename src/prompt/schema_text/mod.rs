//! A schema as the text a prompt carries.
//!
//! Tables that a profile gives to the program are only named. Where all of the rest does not fit, it shrinks in this order: tables that programs keep for themselves, tables without rows, samples but one;
//! then a question gets the tables that it is about; without a question, or where nothing links, samples go, types, columns that are no
//! keys, and last whole tables.
//!
//! Files on their floors, the lowest first:
//! - `pieces`: what is told of a table and its columns
//! - `styles`: one table as models know it that were tuned on other texts than ours
//! - `statement`: one table
//! - `minor`: tables that shrink first
//! - `whole`: every table
//! - `subset`: the tables that a question is about

mod minor;
mod pieces;
mod statement;
mod styles;
mod subset;
#[cfg(test)]
mod tests;
mod whole;

use super::form::SchemaStyle;
use crate::schema::{Schema, ValueHit};

/// What a schema may take of a prompt: about 4,096 tokens, at three and a half bytes each.
pub const SCHEMA_BYTES: usize = 14_000;

/// `schema` as `CREATE TABLE` statements of at most about `budget` bytes. Where all of it does not fit, bookkeeping and empty tables shrink
/// first; then the sample values go, then the types, then columns that are no keys; last, whole tables, those with the fewest keys first,
/// with their number said.
pub fn schema_text(schema: &Schema, budget: usize) -> String {
    schema_text_in(SchemaStyle::Statements, schema, budget, None)
}

/// As [`schema_text`] while every table with rows fits with its samples: no question changes that text, and a bookkeeping or empty table
/// that `question` names follows behind it. Of a larger schema, the tables that `question` and the values it mentions (`hits`) link to, and
/// those that join them; of their columns, keys and linked ones first.
pub fn schema_text_for(schema: &Schema, budget: usize, question: &str, hits: &[ValueHit]) -> String {
    schema_text_in(SchemaStyle::Statements, schema, budget, Some((question, hits)))
}

/// The same in any style, for a question and the values it mentions where they are `asked`.
pub fn schema_text_in(style: SchemaStyle, schema: &Schema, budget: usize, asked: Option<(&str, &[ValueHit])>) -> String {
    let schema = &*schema.readable();
    let budget = budget.saturating_sub(styles::room_beside(style, schema));
    let text = whole::told(schema, style, budget, asked)
        .or_else(|| asked.and_then(|(question, hits)| subset::subset_for(schema, style, budget, question, hits)))
        .unwrap_or_else(|| whole::most_of(schema, style, budget));
    styles::with_what_stands_beside(style, schema, text)
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
