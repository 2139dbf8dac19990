//! `query` and `schema`, and what every command that reads a database shares.

use std::io::{Write, stdout};
use std::time::Duration;

use super::args::{OutputFormat, QueryArgs};
use super::failure::Failure;
use crate::db::{Database, Format, Limits, demo, write_table};
use crate::prompt::schema_text;
use crate::signal::Cancel;
use crate::sql::guard;
use crate::store::Paths;

/// About 4,096 tokens of schema, at three and a half bytes each.
pub(super) const SCHEMA_BYTES: usize = 14_000;

pub(super) fn run_query(args: &QueryArgs) -> Result<u8, Failure> {
    let database = open(&args.database)?;
    let sql = guard::check(&args.sql)?;
    let table = database.execute(&sql, &limits(args.max_rows, args.timeout), &Cancel::new())?;
    write_table(&table, format_of(args.format), &mut stdout().lock())?;
    Ok(0)
}

pub(super) fn run_schema(database: &str) -> Result<u8, Failure> {
    let schema = open(database)?.schema(&Cancel::new())?;
    write!(stdout(), "{}", schema_text(&schema, SCHEMA_BYTES))?;
    Ok(0)
}

pub(super) fn open(database: &str) -> Result<Database, Failure> {
    if database == "demo" {
        return Ok(Database::open(demo::path(&Paths::find()?.cache)?)?);
    }
    Ok(Database::open(database)?)
}

pub(super) fn format_of(format: OutputFormat) -> Format {
    match format {
        OutputFormat::Table => Format::Table,
        OutputFormat::Csv => Format::Csv,
        OutputFormat::Json => Format::Json,
        OutputFormat::Ndjson => Format::Ndjson,
        OutputFormat::Markdown => Format::Markdown,
    }
}

pub(super) fn limits(max_rows: usize, timeout: u64) -> Limits {
    Limits { max_rows, timeout: Duration::from_secs(timeout), ..Limits::default() }
}
