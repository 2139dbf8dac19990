//! `ask`: a question, its SQL, its rows.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::time::{Duration, Instant};

use serde_json::json;

use super::args::{AskArgs, OutputFormat, PromptForm};
use super::dates::{units_json, units_of, with_dates};
use super::failure::Failure;
use super::interrupt;
use super::load::Loading;
use super::load_adapter::{attached, find_adapter, form_of, load_with_adapter};
use super::pull::{bring, decide};
use super::query::{format_of, open, say_if_empty, values};
use super::settings::Settings;
use crate::ask::pipeline::MAX_QUESTION_BYTES;
use crate::ask::{Answer, AnswerState, AskError, AskEvent, AskRequest, Candidates, Execution, MAX_REPAIRS, Names, Recalled, ask};
use crate::db::{Database, export, write_table};
use crate::llm::placement::refuse_without_cuda;
use crate::llm::{ModelInfo, Sampling};
use crate::prompt::Form;
use crate::records::{Records, RecordsError};
use crate::schema::Schema;
use crate::text;

/// Asks the model, checks and runs its SQL, prints the rows.
pub(super) fn run_ask(args: &AskArgs, settings: &Settings) -> Result<u8, Failure> {
    refuse_what_is_not_there(args)?;
    settings.apply_threads(args.threads);
    let database = open(&args.database, settings)?;
    let wanted = decide(args, settings)?;
    let cancel = interrupt::watch();
    let chosen = bring(wanted, settings, &cancel)?;
    let schema = database.schema(&cancel)?;
    say_if_empty(&schema)?;
    let start = Instant::now();
    let attached = if args.adapter == "auto" { attached(settings, &database, &schema) } else { None };
    let adapter = find_adapter(settings, &args.adapter, attached)?;
    let loading = Loading { drafting: !args.no_draft, computing: args.computing };
    let mut model = load_with_adapter(settings, &chosen, loading, adapter.as_ref())?;
    let load_ms = start.elapsed().as_secs_f64() * 1000.0;
    let request = AskRequest {
        hint: args.hint.clone(),
        values: if args.no_values { None } else { Some(values(settings, &database, &schema, &cancel)?) },
        demonstrations: (!args.no_demonstrations).then(Default::default),
        names: if args.no_constrain { Names::Free } else { Names::Locked },
        repairs: if args.no_repair { 0 } else { MAX_REPAIRS },
        candidates: candidates(args.candidates),
        execution: if args.sql_only { Execution::Never } else { Execution::Answer },
        answer_within: settings.answer_within(args.answer_within).filter(|_| args.seed.is_none()),
        sampling: Sampling { seed: args.seed.unwrap_or(0), ..Sampling::default() },
        limits: settings.limits(args.max_rows, args.timeout),
        ..AskRequest::new(&args.question, form_for(form_of(settings.prompt(args.prompt), adapter.as_ref()), model.info()))
    };
    let request = match recall(settings, &database, &schema, &args.question) {
        Ok(recalled) => recalled.apply(request),
        Err(error) => {
            writeln!(stderr(), "what you said before is not taken into account: {error}\nhint: {}", error.hint())?;
            request
        }
    };
    let live = stderr().is_terminal();
    let mut narrate = |event| {
        let _ = match event {
            AskEvent::Prompt(prompt) if args.show_prompt => writeln!(stderr(), "{}", text::sanitize_lines(&prompt)),
            AskEvent::Reading { done, total, .. } if live => write!(stderr(), "\rreading {}% ", 100 * done / total.max(1)),
            AskEvent::Drawing { drafts, reason } => writeln!(stderr(), "{reason}: comparing it with {drafts} more"),
            AskEvent::Repairing { repair, failed } => writeln!(stderr(), "repair {repair}: {}", text::sanitize(&failed.error)),
            _ => Ok(()),
        };
    };
    let result = ask(&database, &schema, model.as_mut(), &request, &cancel, &mut narrate);
    if live {
        write!(stderr(), "\r             \r")?;
    }
    let mut answer = result?;
    answer.timings.load_ms = load_ms;
    answer.timings.total_ms += load_ms;
    write_answer(args, &answer, &schema)?;
    Ok(match answer.state {
        AnswerState::Ran | AnswerState::Checked | AnswerState::Clarify => 0,
        AnswerState::Failed | AnswerState::Unanswerable => 1,
        AnswerState::Refused => 4,
    })
}

fn recall(settings: &Settings, database: &Database, schema: &Schema, question: &str) -> Result<Recalled, RecordsError> {
    let records = Records::open(&settings.paths)?;
    let id = records.database(database.path(), &schema.fingerprint())?;
    Recalled::look_up(&records, id, question)
}

/// The form to ask `model` in.
pub(super) fn form_for(wanted: PromptForm, model: &ModelInfo) -> Form {
    match wanted {
        PromptForm::Alpaca => Form::Alpaca,
        PromptForm::Chat => Form::Chat,
        PromptForm::Auto if model.has_chat_template => Form::Chat,
        PromptForm::Auto => Form::Alpaca,
    }
}

/// As many drafts as typed, else as doubt calls for.
pub(super) fn candidates(typed: Option<u32>) -> Candidates {
    typed.map_or_else(Candidates::default, |n| Candidates::Exactly(n as usize))
}

/// Says before any work what cannot be done. `--no-values` switches off what is not there yet: nothing is wrong with it.
fn refuse_what_is_not_there(args: &AskArgs) -> Result<(), Failure> {
    let bytes = args.question.len();
    if bytes > MAX_QUESTION_BYTES {
        return Err(AskError::QuestionTooLong { bytes }.into());
    }
    Ok(refuse_without_cuda(args.computing.device.into())?)
}

fn write_answer(args: &AskArgs, answer: &Answer, schema: &Schema) -> Result<(), Failure> {
    if matches!(args.format, OutputFormat::Json) {
        writeln!(stdout(), "{}", answer_json(answer, schema)?)?;
        return Ok(());
    }
    if let Some(error) = &answer.error {
        writeln!(stderr(), "{}\nerror: {}", text::sanitize_lines(&answer.sql), text::sanitize_lines(error))?;
        return Ok(());
    }
    if args.sql_only {
        writeln!(stdout(), "{}", text::sanitize_lines(&answer.sql))?;
        return Ok(());
    }
    writeln!(stderr(), "{}", text::sanitize_lines(&answer.sql))?;
    for fix in &answer.fixes {
        let (from, to) = (text::sanitize(&fix.from), text::sanitize(&fix.to));
        match fix.kind.as_str() {
            "guessed_key" => writeln!(stderr(), "guessed: {from} goes with {to}, a key that nobody declared")?,
            _ if fix.from.is_empty() => writeln!(stderr(), "added: {to}")?,
            _ => writeln!(stderr(), "mended: {from} is now {to}")?,
        }
    }
    if let Some(confidence) = answer.confidence {
        writeln!(stderr(), "confidence {:.0}%: {}", 100.0 * confidence, text::sanitize(&answer.reason))?;
    }
    if let Some(ask_back) = &answer.ask_back {
        writeln!(stderr(), "{}", text::sanitize_lines(&ask_back.question))?;
        for choice in &ask_back.choices {
            writeln!(stderr(), "  {}: {}", text::sanitize(&choice.text), text::sanitize(&choice.sql))?;
        }
    }
    if answer.state == AnswerState::Unanswerable {
        let words = text::sanitize(&answer.missing.join(", ")).into_owned();
        writeln!(
            stderr(),
            "error: the database holds nothing about: {words}\nhint: run the query above with `sqllama query` if it is what you mean"
        )?;
        return Ok(());
    }
    if let Some(table) = &answer.table {
        let dated = args.dates && matches!(args.format, OutputFormat::Table | OutputFormat::Markdown);
        if dated {
            let table = with_dates(table, &units_of(&answer.sql, schema, table))?;
            write_table(&table, format_of(args.format), &mut stdout().lock())?;
        } else {
            write_table(table, format_of(args.format), &mut stdout().lock())?;
        }
        let rows = text::counted(table.rows.len() as u64, "row", "rows");
        let more = if table.truncated { ", cut at the limit" } else { "" };
        writeln!(stderr(), "{rows}{more} in {}", text::duration(Duration::from_secs_f64(answer.timings.total_ms / 1000.0)))?;
    }
    Ok(())
}

fn answer_json(answer: &Answer, schema: &Schema) -> Result<serde_json::Value, Failure> {
    let table = answer.table.clone().unwrap_or_default();
    let mut object = json!({
        "question": answer.question,
        "sql": answer.sql,
        "state": answer.state,
        "columns": table.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(),
        "units": units_json(&units_of(&answer.sql, schema, &table)),
        "rows": export::rows_to_json(&table),
        "row_count": table.rows.len(),
        "truncated": table.truncated,
        "confidence": answer.confidence,
        "reason": answer.reason,
        "fixes": answer.fixes,
        "candidates": answer.candidates,
        "attempts": answer.attempts,
        "missing": answer.missing,
        "timings": serde_json::to_value(&answer.timings)?,
        "model": { "name": answer.model.name, "sha256": answer.model.sha256 },
        "error": answer.error,
    });
    if let (Some(ask_back), Some(object)) = (&answer.ask_back, object.as_object_mut()) {
        object.insert("ask_back".into(), serde_json::to_value(ask_back)?);
    }
    Ok(object)
}
