//! `run`: a notebook run again, its results beside those it keeps.
//!
//! Files on their floors, the lowest first:
//! - [`args`]: what can be typed
//! - `asking`: questions without SQL
//! - `cell`: what became of a cell
//! - `report`: what was found, in words and as JSON

pub mod args;
mod asking;
mod cell;
mod report;

use std::io::{Write, stderr};
use std::path::Path;

use serde_json::json;

use self::args::{NotebookArgs, ReportFormat};
use self::asking::Asking;
use self::cell::{CellRun, CellState};
use super::database::open;
use super::failure::Failure;
use super::input::Source;
use super::interrupt;
use super::output::Out;
use super::parameters::bindings;
use super::settings::Settings;
use crate::notebook::{self, Notebook, RunOptions, Update, file};
use crate::text;

/// Columns of a terminal that does not say how many it has.
const WIDTH: usize = 100;

/// Runs a notebook, and says what differs; writes what is asked for.
pub(super) fn run_notebook(args: &NotebookArgs, settings: &Settings) -> Result<u8, Failure> {
    let source = Source::of_path(&args.file);
    let is_stdin = source == Source::Stdin;
    if is_stdin && args.update {
        return Err(Failure::new(2, "what comes from stdin cannot be written back; give --update a file"));
    }
    let notebook = match source {
        Source::Stdin => Notebook::parse(source.read(file::MAX_BYTES)?),
        Source::File(path) => file::read(path)?,
    };
    let named = match &args.database {
        Some(name) => Some(name.clone()),
        None => notebook.database_set(if is_stdin { Path::new("") } else { &args.file })?.map(|set| set.to_string()),
    };
    let name = named.ok_or_else(|| {
        let hint = "give --database, or begin the notebook with lines `---`, `database: FILE`, `---`";
        Failure { hint: Some(hint.into()), ..Failure::new(2, "the notebook names no database") }
    })?;
    let all: Vec<&str> = notebook.cells.iter().filter_map(|cell| cell.sql.as_ref()).map(|(sql, _)| sql.as_str()).collect();
    let options = RunOptions {
        max_rows: args.max_rows,
        timeout: settings.timeout(args.timeout),
        parameters: bindings(&args.parameters, &all.join("\n;\n"))?,
    };
    let cancel = interrupt::watch();
    let database = open(&name, settings)?;
    let mut asking = None;
    let mut out = Out::stdout();
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let width = args.width.or(columns).unwrap_or(WIDTH).max(20);
    let mut runs = Vec::with_capacity(notebook.cells.len());
    for cell in &notebook.cells {
        let state = match (&cell.sql, &cell.question) {
            _ if cell.skipped => CellState::Skipped,
            (Some((sql, _)), _) => CellState::Ran {
                sql: None,
                statements: notebook::run_sql(&database, sql, &cell.kept, &options, &cancel).map_err(|_| Failure::interrupted())?,
            },
            (None, Some((question, _))) if args.ask && !question.is_empty() => {
                let model = match &mut asking {
                    Some(model) => model,
                    None => asking.insert(Asking::begin(args, settings, &database, &cancel)?),
                };
                match model.sql(question, settings, &database, &cancel)? {
                    Err(why) => CellState::NotAnswered(why),
                    Ok(sql) => {
                        let statements = notebook::run_sql(&database, &sql, &[], &options, &cancel).map_err(|_| Failure::interrupted())?;
                        CellState::Ran { sql: Some(sql), statements }
                    }
                }
            }
            _ => CellState::Unanswered,
        };
        let run = CellRun::of(cell, state);
        if args.format == ReportFormat::Text {
            report::write_text(&run, width, &mut out)?;
        }
        runs.push(run);
    }
    // Told before anything is written: whoever reads it may have gone.
    let mut written = false;
    if args.update {
        let updates: Vec<Update> = runs.iter().enumerate().filter_map(|(at, run)| run.update(at)).collect();
        written = file::replace(&args.file, &notebook.text, &notebook::updated(&notebook, &updates))?;
    }
    let count = |word: &str| runs.iter().filter(|run| run.word() == word).count();
    let counts = ["same", "differs", "new", "unreadable", "failed", "unanswered", "skipped"].map(|word| (word, count(word)));
    match args.format {
        ReportFormat::Json => {
            let mut whole = json!({ "notebook": source.name(), "database": database.set().in_line() });
            if let Some(entries) = whole.as_object_mut() {
                entries.insert("cells".into(), runs.iter().map(report::to_json).collect());
                entries.extend(counts.iter().map(|(word, count)| ((*word).to_owned(), (*count).into())));
                entries.insert("written".into(), written.into());
            }
            writeln!(out, "{}", serde_json::to_string_pretty(&whole)?)?;
        }
        ReportFormat::Text => {
            let counts: Vec<String> =
                counts.iter().filter(|(_, count)| *count > 0).map(|(word, count)| format!("{count} {word}")).collect();
            let cells = text::counted(runs.len() as u64, "cell", "cells");
            let counts = if counts.is_empty() { "no block of SQL, and no question".into() } else { counts.join(", ") };
            writeln!(out, "{cells}: {counts}")?;
        }
    }
    out.finish()?;
    if args.update {
        let said = if written { "written" } else { "nothing to write: it is as it was" };
        writeln!(stderr(), "{}: {said}", source.name())?;
    }
    Ok(runs.iter().map(|run| run.code(args.update)).max().unwrap_or(0))
}
