//! `schema`: what of a database a prompt carries.

use std::io::{Write, stderr, stdout};

use clap::Args as ClapArgs;

use super::beside::BesideArgs;
use super::columns::for_stdout;
use super::database::{open_watched, say_if_empty, say_what_is_left_out, values};
use super::failure::Failure;
use super::interrupt;
use super::settings::Settings;
use crate::prompt::{SCHEMA_BYTES, length_lines, schema_text, schema_text_for, value_lines};
use crate::sql::lengths;
use crate::text::sanitize;

/// Arguments of `schema`.
#[derive(Debug, ClapArgs)]
pub struct SchemaArgs {
    /// A SQLite file, or `demo`, or files with tables: CSV, TSV, JSON, Parquet, with `+` between several
    pub database: String,
    /// The question the schema is for; the whole schema is shown as long as none of it is left out for a question
    #[arg(long)]
    pub question: Option<String>,
    /// What is opened beside it
    #[command(flatten)]
    pub beside: BesideArgs,
}

/// Prints the schema as a prompt carries it; with a question, what of it that question gets, and the values and lengths it mentions.
pub(super) fn run_schema(args: &SchemaArgs, settings: &Settings) -> Result<u8, Failure> {
    let settings = &settings.with_files(&args.beside);
    let cancel = interrupt::watch();
    let database = open_watched(&args.beside.set(&args.database)?.to_string(), settings, &cancel)?;
    let schema = database.schema(&cancel)?;
    say_if_empty(&schema)?;
    say_what_is_left_out(&schema)?;
    for note in database.profile_notes(&schema, &cancel) {
        writeln!(stderr(), "{}", sanitize(&note))?;
    }
    let Some(question) = args.question.as_deref() else {
        return print(&schema_text(&schema, SCHEMA_BYTES));
    };
    let index = values(settings, &database, &schema, &cancel)?;
    let hits = index.find(question);
    print(&format!(
        "{}{}",
        schema_text_for(&schema, SCHEMA_BYTES, question, &hits),
        value_lines(&hits) + &length_lines(&lengths(&schema, question))
    ))
}

/// As a prompt has it, but for control characters that a name may have.
fn print(text: &str) -> Result<u8, Failure> {
    stdout().write_all(for_stdout(text).as_bytes())?;
    Ok(0)
}
