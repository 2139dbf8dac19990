//! The tool `schema`: what a database holds.

use super::arguments::SchemaArguments;
use super::error::{ToolError, cut};
use super::files::File;
use super::private::private_of;
use super::results::{Returned, SchemaResult, TableSummary};
use crate::prompt::{SCHEMA_BYTES, length_lines, schema_text, schema_text_for, value_lines};
use crate::schema::{Schema, TableKind};
use crate::signal::Cancel;
use crate::sql::lengths;
use crate::store::Paths;
use crate::text;

/// Tables that are listed.
const MAX_TABLES: usize = 300;
/// Bytes of a table's name in the list.
const MAX_NAME_BYTES: usize = 64;
/// Bytes of the schema's text where tables are named: what was asked for may be longer than what a prompt carries.
const NAMED_BYTES: usize = 3 * SCHEMA_BYTES;
/// What a schema's text may have beyond its budget: notes on what is left out, and names that are longer than any sense.
const SLACK_BYTES: usize = 4_000;
/// Notes that are given.
const MAX_NOTES: usize = 20;
/// Bytes of a note or of a line of values.
const MAX_NOTE_BYTES: usize = 400;

/// Tells what `file` holds.
pub(super) fn tell(arguments: &SchemaArguments, file: &File, paths: &Paths, cancel: &Cancel) -> Result<Returned, ToolError> {
    let private = private_of(file, paths)?;
    let known = file.schema(&file.database, cancel)?;
    let whole = private.shown(&known);
    let named = arguments.tables.as_deref().unwrap_or_default();
    let (wanted, budget) = match named {
        [] => ((*whole).clone(), SCHEMA_BYTES),
        names => (only(&whole, names, &file.name)?, NAMED_BYTES),
    };
    let (schema, values) = match &arguments.question {
        None => (schema_text(&wanted, budget), Vec::new()),
        Some(question) => {
            let mut hits = file.read(&file.database, paths, cancel)?.values.find(question);
            hits.retain(|hit| whole.table(&hit.table).is_some_and(|table| table.column(&hit.column).is_some()));
            let lines = value_lines(&hits) + &length_lines(&lengths(&whole, question));
            (schema_text_for(&wanted, budget, question, &hits), lines.lines().map(str::to_owned).collect())
        }
    };
    let all = schema_text(&wanted, usize::MAX);
    let mut notes = file.database.notes();
    notes.extend(file.database.profile_notes(&whole, cancel));
    notes.retain(|note| !private.is_mentioned(note));
    let short = |text: &String| cut(text, MAX_NOTE_BYTES).into_owned();
    let result = SchemaResult {
        database: file.name.clone(),
        truncated: schema.len() < all.len(),
        schema: cut(&schema, budget + SLACK_BYTES).into_owned(),
        tables: wanted.tables.iter().take(MAX_TABLES).map(summary).collect(),
        tables_truncated: wanted.tables.len() > MAX_TABLES,
        values: values.iter().map(short).collect(),
        notes: notes.iter().take(MAX_NOTES).map(short).collect(),
    };
    let text = text_of(&result, wanted.tables.len());
    let structured = serde_json::to_value(&result).map_err(|error| ToolError::Internal { message: error.to_string() })?;
    Ok(Returned { structured, text, failed: false })
}

/// The tables of `schema` that are named.
fn only(schema: &Schema, names: &[String], database: &str) -> Result<Schema, ToolError> {
    let mut tables = Vec::new();
    for name in names {
        let found = schema.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name));
        let table = found.ok_or_else(|| ToolError::NoTable { name: name.clone(), database: database.to_owned() })?;
        tables.push(table.clone());
    }
    Ok(Schema { tables })
}

fn summary(table: &crate::schema::Table) -> TableSummary {
    TableSummary {
        name: cut(&table.name, MAX_NAME_BYTES).into_owned(),
        kind: match table.kind {
            TableKind::Table => "table",
            TableKind::View => "view",
            TableKind::Virtual => "virtual table",
        },
        columns: table.columns.len(),
        rows: table.row_count,
        unreadable: table.unreadable.as_ref().map(|why| cut(why, MAX_NOTE_BYTES).into_owned()),
    }
}

fn text_of(result: &SchemaResult, tables: usize) -> String {
    let mut text = result.schema.clone();
    if tables == 0 {
        text.push_str("there are no tables in this database\n");
    }
    result.values.iter().chain(&result.notes).for_each(|line| {
        text.push_str(line);
        text.push('\n');
    });
    if result.truncated {
        let names: Vec<&str> = result.tables.iter().map(|table| table.name.as_str()).collect();
        let more = if result.tables_truncated { ", and more" } else { "" };
        let of = text::counted(tables as u64, "table", "tables");
        text.push_str(&format!(
            "cut: name `tables`, or give the `question`, to see what is left out of the {of}: {}{more}\n",
            names.join(", ")
        ));
    }
    text::sanitize_lines(&text).into_owned()
}
