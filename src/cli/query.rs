//! `query` and `schema`, and what every command that reads a database shares.

use std::io::{Write, stderr, stdout};
use std::sync::Arc;

use super::args::{OutputFormat, QueryArgs};
use super::dates::{units_json, units_of, with_dates};
use super::failure::Failure;
use super::interrupt;
use super::settings::Settings;
use crate::db::export::table_to_json;
use crate::db::{Database, Format, Table, ValueIndex, ValueLimits, demo, write_table};
use crate::prompt::{SCHEMA_BYTES, schema_text, schema_text_for, value_lines};
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::sql::guard;
use crate::text::sanitize;

/// Runs SQL that a person wrote.
pub(super) fn run_query(args: &QueryArgs, settings: &Settings) -> Result<u8, Failure> {
    let cancel = interrupt::watch();
    let database = open(&args.database, settings)?;
    let sql = guard::check(&args.sql)?;
    let table = database.execute(&sql, &settings.limits(args.max_rows, args.timeout), &cancel)?;
    write_result(&table, args, &database, &cancel)?;
    Ok(0)
}

fn write_result(table: &Table, args: &QueryArgs, database: &Database, cancel: &Cancel) -> Result<(), Failure> {
    let out = &mut stdout().lock();
    // Looking at values to find out what they count takes a while: only where it is asked for.
    if !args.dates || matches!(args.format, OutputFormat::Csv | OutputFormat::Ndjson) {
        return Ok(write_table(table, format_of(args.format), out)?);
    }
    let units = units_of(&args.sql, &database.schema(cancel)?, table);
    if matches!(args.format, OutputFormat::Json) {
        let mut object = table_to_json(table);
        if let Some(object) = object.as_object_mut() {
            object.insert("units".into(), units_json(&units));
        }
        return Ok(writeln!(out, "{object}")?);
    }
    Ok(write_table(&with_dates(table, &units)?, format_of(args.format), out)?)
}

/// Prints the schema as a prompt carries it; with a question, what of it that question gets, and the values it mentions.
pub(super) fn run_schema(database: &str, question: Option<&str>, settings: &Settings) -> Result<u8, Failure> {
    let cancel = interrupt::watch();
    let database = open(database, settings)?;
    let schema = database.schema(&cancel)?;
    say_if_empty(&schema)?;
    for note in database.profile_notes(&schema, &cancel) {
        writeln!(stderr(), "{}", sanitize(&note))?;
    }
    let Some(question) = question else {
        write!(stdout(), "{}", schema_text(&schema, SCHEMA_BYTES))?;
        return Ok(0);
    };
    let index = values(settings, &database, &schema, &cancel)?;
    let hits = index.find(question);
    write!(stdout(), "{}{}", schema_text_for(&schema, SCHEMA_BYTES, question, &hits), value_lines(&hits))?;
    Ok(0)
}

/// The database's values, from an earlier run or read now.
pub(super) fn values(settings: &Settings, database: &Database, schema: &Schema, cancel: &Cancel) -> Result<Arc<ValueIndex>, Failure> {
    Ok(Arc::new(ValueIndex::open_or_build(&settings.paths, database, schema, &ValueLimits::default(), cancel)?))
}

/// Tells a person that there is nothing to ask about.
pub(super) fn say_if_empty(schema: &Schema) -> Result<(), Failure> {
    if schema.tables.is_empty() {
        writeln!(stderr(), "there are no tables in this database")?;
    }
    Ok(())
}

/// Opens a database by its path or address; `demo` is the bundled one. Says how it is read, where that is not as SQLite reads it.
pub(super) fn open(database: &str, settings: &Settings) -> Result<Database, Failure> {
    if database == "demo" {
        return Ok(Database::open(demo::path(&settings.paths.cache)?)?);
    }
    let opened = Database::open(database)?;
    for note in opened.notes() {
        writeln!(stderr(), "note: {note}")?;
    }
    Ok(opened)
}

/// The format as the database room calls it.
pub(super) fn format_of(format: OutputFormat) -> Format {
    match format {
        OutputFormat::Table => Format::Table,
        OutputFormat::Csv => Format::Csv,
        OutputFormat::Json => Format::Json,
        OutputFormat::Ndjson => Format::Ndjson,
        OutputFormat::Markdown => Format::Markdown,
    }
}
