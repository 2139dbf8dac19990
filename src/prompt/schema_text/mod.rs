//! A schema as the text a prompt carries.
//!
//! Tables that a profile gives to the program are only named. Where all of the rest does not fit, it shrinks in this order: tables that programs keep for themselves, tables without rows, samples but one;
//! then a question gets the tables that it is about; without a question, or where nothing links, samples go, types, columns that are no
//! keys, and last whole tables.
//!
//! Files on their floors, the lowest first:
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

use crate::schema::{Schema, ValueHit};

/// What a schema may take of a prompt: about 4,096 tokens, at three and a half bytes each.
pub const SCHEMA_BYTES: usize = 14_000;

/// `schema` as `CREATE TABLE` statements of at most about `budget` bytes. Where all of it does not fit, bookkeeping and empty tables shrink
/// first; then the sample values go, then the types, then columns that are no keys; last, whole tables, those with the fewest keys first,
/// with their number said.
pub fn schema_text(schema: &Schema, budget: usize) -> String {
    let schema = &*schema.readable();
    whole::told(schema, budget, None).unwrap_or_else(|| whole::most_of(schema, budget))
}

/// As [`schema_text`] while every table with rows fits with its samples: no question changes that text, and a bookkeeping or empty table
/// that `question` names follows behind it. Of a larger schema, the tables that `question` and the values it mentions (`hits`) link to, and
/// those that join them; of their columns, keys and linked ones first.
pub fn schema_text_for(schema: &Schema, budget: usize, question: &str, hits: &[ValueHit]) -> String {
    let schema = &*schema.readable();
    whole::told(schema, budget, Some((question, hits)))
        .or_else(|| subset::subset_for(schema, budget, question, hits))
        .unwrap_or_else(|| whole::most_of(schema, budget))
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
