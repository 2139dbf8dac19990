//! `examples`: accepted answers, as rows to learn from, and which of them no longer run.

use std::io::{Write, stderr, stdout};
use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::columns::print_columns;
use super::data::args::RowFormat;
use super::database::open;
use super::failure::Failure;
use super::interrupt;
use super::load_adapter::known;
use super::settings::Settings;
use crate::dataset::{Example, ExampleWriter};
use crate::jobs::stale::{self, Stale};
use crate::prompt::{SCHEMA_BYTES, Turn, schema_text};
use crate::records::Accepted;
use crate::text;

/// Subcommands of `examples`.
#[derive(Debug, Subcommand)]
pub enum ExamplesCommand {
    /// Answers that were accepted for a database
    List {
        /// A SQLite file, or `demo`
        database: String,
    },
    /// Those that no longer run on it, and what of its adapter's training no longer does
    Check {
        /// A SQLite file, or `demo`
        database: String,
        /// One JSON list
        #[arg(long)]
        json: bool,
    },
    /// Write them as a data set
    Export {
        /// A SQLite file, or `demo`
        database: String,
        /// The shape of its rows
        #[arg(long, value_enum, default_value = "context")]
        to: RowFormat,
        /// The new file: a JSON list where it ends in `.json`, else JSON lines
        #[arg(long)]
        out: PathBuf,
    },
}

/// Runs a subcommand of `examples`.
pub(super) fn run_examples(command: &ExamplesCommand, settings: &Settings) -> Result<u8, Failure> {
    let (ExamplesCommand::List { database: name }
    | ExamplesCommand::Check { database: name, .. }
    | ExamplesCommand::Export { database: name, .. }) = command;
    let database = open(name, settings)?;
    let schema = database.schema(&interrupt::watch())?;
    let (records, id) = known(settings, &database, &schema)?;
    let accepted = records.accepted(id)?;
    match command {
        ExamplesCommand::List { .. } => {
            if accepted.is_empty() {
                writeln!(stderr(), "no answer was accepted for this database yet")?;
                return Ok(0);
            }
            let line = |text: &str| text::ellipsis(&text::sanitize(text), 80).into_owned();
            let asked = |answer: &Accepted| match &answer.before {
                Some(before) => format!("{} > {}", before.question, answer.question),
                None => answer.question.clone(),
            };
            let rows = accepted.iter().map(|answer| vec![line(&asked(answer)), line(&answer.sql)]);
            print_columns(&std::iter::once(vec!["QUESTION".to_owned(), "SQL".to_owned()]).chain(rows).collect::<Vec<_>>())?;
            let stale = stale::of_accepted(&database, &accepted).len();
            if stale > 0 {
                let name = text::sanitize(name);
                writeln!(stderr(), "{stale} of them no longer run; `sqllama examples check {name}` says which and why")?;
            }
        }
        ExamplesCommand::Check { json, .. } => {
            let mut all = stale::of_accepted(&database, &accepted);
            if let Some(run) = records.attachment(id)? {
                all.extend(stale::of_run(&database, &run, &interrupt::watch()).into_iter().filter(|stale| !stale.accepted));
            }
            return tell_stale(&all, *json, accepted.len());
        }
        ExamplesCommand::Export { to, out, .. } => {
            super::data::rows::refuse_existing(out)?;
            let context = schema_text(&schema, SCHEMA_BYTES);
            let mut writer = ExampleWriter::create(out, (*to).into())?;
            let (whole, fragments): (Vec<Accepted>, Vec<Accepted>) = accepted.into_iter().partition(Accepted::is_example);
            for answer in whole {
                let previous = answer.before.map(|before| Turn { question: before.question, sql: before.sql });
                let mut example = Example::question(answer.question, context.clone(), answer.sql).after(previous);
                example.db_id = database.path().file_stem().map(|stem| stem.to_string_lossy().into_owned());
                example.source = Some("accepted".into());
                writer.write(&example)?;
            }
            let rows = writer.finish()?;
            if !fragments.is_empty() {
                let count = text::counted(fragments.len() as u64, "follow-up", "follow-ups");
                writeln!(stderr(), "left out {count} that an earlier sqllama kept without the question before")?;
            }
            writeln!(stderr(), "wrote {}", text::counted(rows as u64, "row", "rows"))?;
            writeln!(stdout(), "{}", out.display())?;
        }
    }
    Ok(0)
}

/// Names what no longer runs; 1 where there is any.
fn tell_stale(all: &[Stale], json: bool, accepted: usize) -> Result<u8, Failure> {
    let of = |stale: &Stale| if stale.accepted { "accepted" } else { "learned" };
    let code = u8::from(!all.is_empty());
    if json {
        let rows =
            all.iter().map(|stale| json!({ "question": stale.question, "sql": stale.sql, "reason": stale.reason, "from": of(stale) }));
        writeln!(stdout(), "{}", rows.collect::<serde_json::Value>())?;
        return Ok(code);
    }
    if all.is_empty() {
        writeln!(stderr(), "every example runs ({})", text::counted(accepted as u64, "accepted answer", "accepted answers"))?;
        return Ok(code);
    }
    let line = |text: &str| text::ellipsis(&text::sanitize(text), 60).into_owned();
    let rows = all.iter().map(|stale| vec![of(stale).to_owned(), line(&stale.question), line(&stale.sql), line(&stale.reason)]);
    let head = ["FROM", "QUESTION", "SQL", "REASON"].map(str::to_owned).to_vec();
    print_columns(&std::iter::once(head).chain(rows).collect::<Vec<_>>())?;
    if all.iter().any(|stale| !stale.accepted) {
        writeln!(stderr(), "hint: the attached adapter learned another schema; `sqllama learn DB --new` learns this one")?;
    }
    Ok(code)
}
