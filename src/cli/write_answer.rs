//! An answer on stdout and stderr.

use std::io::{Write, stderr, stdout};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::dates::{units_json, units_of};
use super::failure::Failure;
use super::output::args::OutputFormat;
use super::output::{Out, OutputArgs, ResultSink, RowLimit};
use super::settings::Settings;
use crate::ask::{Answer, AnswerState, KEPT};
use crate::db::{Database, Parameters, Streamed, Table};
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::sql::guard;
use crate::text;

/// What an answer is written with.
pub(super) struct AnswerWriter<'a> {
    pub(super) output: &'a OutputArgs,
    /// Its SQL is wanted and nothing else.
    pub(super) sql_only: bool,
    pub(super) settings: &'a Settings,
    pub(super) database: &'a Database,
    pub(super) schema: &'a Schema,
    pub(super) cancel: &'a Cancel,
}

impl AnswerWriter<'_> {
    /// Writes it as the arguments say.
    pub(super) fn write(&self, answer: &mut Answer) -> Result<(), Failure> {
        if self.output.format == OutputFormat::Json {
            return self.write_json(answer);
        }
        if !self.narrate(answer)? {
            return Ok(());
        }
        if let Some(table) = answer.table.take() {
            let mut out = Out::stdout();
            let limit = self.limit(&out);
            let layout = self.output.layout();
            let sql = answer.sql.clone();
            let mut sink = ResultSink::new(&layout, &mut out);
            if self.output.shows_dates() {
                sink = sink.with_dates(&sql, self.schema);
            }
            let done = self.rows(answer, table, limit, &mut sink)?;
            sink.end(done.truncated, Map::new())?;
            out.finish()?;
            let rows = text::counted(done.rows as u64, "row", "rows");
            writeln!(stderr(), "{rows} in {}", text::duration(Duration::from_secs_f64(answer.timings.total_ms / 1000.0)))?;
            if done.truncated {
                limit.say_cut(done.rows)?;
            }
        }
        Ok(())
    }

    fn limit(&self, out: &Out) -> RowLimit {
        self.settings.row_limit(self.output.max_rows, out.is_terminal())
    }

    /// Hands the rows on: those that the answer came with, or all that are wanted, where it was cut to be compared with others.
    fn rows(&self, answer: &mut Answer, table: Table, limit: RowLimit, sink: &mut ResultSink<'_>) -> Result<Streamed, Failure> {
        if !table.truncated || table.rows.len() >= limit.rows {
            sink.take(&table);
            return Ok(Streamed { rows: table.rows.len(), truncated: table.truncated });
        }
        drop(table);
        let limits = limit.apply(self.settings.limits(None, self.output.timeout));
        let start = Instant::now();
        let done = self.database.stream(&guard::check(&answer.sql)?, &Parameters::new(), &limits, self.cancel, sink)?;
        let ms = start.elapsed().as_secs_f64() * 1000.0;
        answer.timings.query_ms += ms;
        answer.timings.total_ms += ms;
        Ok(done)
    }

    /// Says on stderr what came before the rows; whether rows are to follow.
    fn narrate(&self, answer: &Answer) -> Result<bool, Failure> {
        if let Some(error) = &answer.error {
            writeln!(stderr(), "{}\nerror: {}", text::sanitize_lines(&answer.sql), text::sanitize_lines(error))?;
            return Ok(false);
        }
        if self.sql_only {
            writeln!(stdout(), "{}", text::sanitize_lines(&answer.sql))?;
            return Ok(false);
        }
        writeln!(stderr(), "{}", text::sanitize_lines(&answer.sql))?;
        for fix in &answer.fixes {
            let (from, to) = (text::sanitize(&fix.from), text::sanitize(&fix.to));
            match fix.kind.as_str() {
                KEPT => writeln!(stderr(), "{to}")?,
                "reading" => writeln!(stderr(), "read: {from}: {to}")?,
                "guessed_key" => writeln!(stderr(), "guessed: {from} goes with {to}, a key that nobody declared")?,
                _ if fix.from.is_empty() => writeln!(stderr(), "added: {to}")?,
                _ if fix.to.is_empty() => writeln!(stderr(), "left out: {from}")?,
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
            return Ok(false);
        }
        Ok(true)
    }

    /// One object; its rows go through as they come, so that any number of them does.
    fn write_json(&self, answer: &mut Answer) -> Result<(), Failure> {
        let mut out = Out::stdout();
        let limit = self.limit(&out);
        let layout = self.output.layout();
        let table = answer.table.take().unwrap_or_default();
        let head = json!({
            "question": answer.question,
            "sql": answer.sql,
            "state": answer.state,
            "columns": table.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(),
            "units": units_json(&units_of(&answer.sql, self.schema, table.columns.len())),
        });
        let mut sink = ResultSink::new(&layout, &mut out).with_head(entries(head));
        let done = self.rows(answer, table, limit, &mut sink)?;
        let mut tail = entries(json!({
            "confidence": answer.confidence,
            "reason": answer.reason,
            "fixes": answer.fixes,
            "candidates": answer.candidates,
            "attempts": answer.attempts,
            "missing": answer.missing,
            "timings": serde_json::to_value(&answer.timings)?,
            "model": { "name": answer.model.name, "sha256": answer.model.sha256 },
            "error": answer.error,
        }));
        if let Some(ask_back) = &answer.ask_back {
            tail.insert("ask_back".into(), serde_json::to_value(ask_back)?);
        }
        sink.end(done.truncated, tail)?;
        out.finish()?;
        if done.truncated {
            limit.say_cut(done.rows)?;
        }
        Ok(())
    }
}

fn entries(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(entries) => entries,
        _ => Map::new(),
    }
}
