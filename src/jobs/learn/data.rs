//! What can be learned of a database: examples in parts, and the files of a run that hold them.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::super::compare::{MADE, held_out_file};
use super::super::examples::{Source, of_database, put, rows_text};
use super::super::message::JobFailure;
use super::super::split::{Parts, Wanted, split};
use super::super::stale::{self, Stale};
use super::about::About;
use super::budget::{MOST_CHOOSING, MOST_COMPARED, Settled};
use crate::dataset::{DatasetError, Example, Examples, ReadOptions};
use crate::db::Limits;
use crate::eval::Question;
use crate::records::Accepted;
use crate::signal::Cancel;
use crate::sql::guard;

/// Examples that are made, at most: a small database gives fewer.
const MADE_COUNT: usize = 800;
/// An accepted answer that takes longer is no example.
const QUERY_TIME: Duration = Duration::from_secs(10);
/// The same parts for the same database, also where learning goes on.
const SEED: u64 = 29;

/// What there is to learn.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Gathered {
    /// Examples in parts.
    pub(super) parts: Parts,
    /// How many of them a person accepted.
    pub(super) accepted: usize,
    /// How many were made.
    pub(super) made: usize,
    /// Accepted answers that no longer run.
    pub(super) stale: Vec<Stale>,
    /// Accepted answers that the model is not told of.
    pub(super) private: usize,
}

/// Gathers accepted answers and made ones, and holds some out.
pub(super) fn gather(about: &About, accepted: &[Accepted], cancel: &Cancel) -> Result<Gathered, JobFailure> {
    let About { database, schema, private } = about;
    let mut stale = stale::of_accepted(database, accepted);
    stale.extend(failing(about, accepted, &stale, cancel));
    let is_stale = |answer: &Accepted| stale.iter().any(|stale| stale.sql == answer.sql && stale.question == answer.question);
    let sound: Vec<Accepted> = accepted.iter().filter(|answer| !is_stale(answer)).cloned().collect();
    let tells = |answer: &Accepted| private.is_mentioned(&answer.sql) || private.is_mentioned(&answer.question);
    let (told, kept): (Vec<Accepted>, Vec<Accepted>) = sound.into_iter().partition(tells);
    let shown = private.shown(schema);
    let source = Source { database, schema: &shown, db_id: about.db_id() };
    let examples = of_database(&kept, MADE_COUNT, &source, cancel)?;
    let own = examples.iter().filter(|example| is_own(example)).count();
    let made = examples.len() - own;
    let parts = split(examples, Wanted { choose: MOST_CHOOSING, compare: MOST_COMPARED }, SEED);
    Ok(Gathered { parts, accepted: own, made, stale, private: told.len() })
}

/// Accepted answers that can be prepared and do not run to their end: nothing can be judged by them.
fn failing(about: &About, accepted: &[Accepted], stale: &[Stale], cancel: &Cancel) -> Vec<Stale> {
    let limits = Limits { timeout: QUERY_TIME, ..Limits::default() };
    let fails = |answer: &Accepted| {
        let error = guard::check(&answer.sql).ok().and_then(|query| about.database.execute(&query, &limits, cancel).err())?;
        Some(Stale { question: answer.question.clone(), sql: answer.sql.clone(), reason: error.to_string(), accepted: true })
    };
    accepted.iter().filter(|answer| !stale.iter().any(|stale| stale.sql == answer.sql)).filter_map(fails).collect()
}

fn is_own(example: &Example) -> bool {
    example.source.as_deref() == Some("accepted")
}

/// Held-out examples as questions, by their place: how many are asked is settled later.
pub(super) fn questions(held: &[Example]) -> Vec<Question> {
    let question = |(at, example): (usize, &Example)| Question {
        id: format!("{}{at}", if is_own(example) { "accepted-" } else { MADE }),
        db_id: example.db_id.clone().unwrap_or_default(),
        question: example.asked().to_owned(),
        accepted: vec![example.answer.clone()],
        hint: None,
    };
    held.iter().enumerate().map(question).collect()
}

/// What a person accepted stands first, then made ones in their order, which spreads what they do.
fn learned(parts: &Parts, rows: usize) -> Vec<Example> {
    let (own, made): (Vec<&Example>, Vec<&Example>) = parts.learned.iter().partition(|example| is_own(example));
    own.into_iter().chain(made).take(rows).cloned().collect()
}

/// Rows whose loss is looked at on the way: those that choose, or a few where their loss is all that chooses.
fn choosing(parts: &Parts, settled: &Settled) -> Vec<Example> {
    let wanted = if settled.choose == 0 { MOST_CHOOSING } else { settled.choose };
    parts.choose.iter().take(wanted).cloned().collect()
}

/// The examples of a run's file: those it was begun with, whatever became of the database since.
pub(super) fn read_rows(file: &Path, cancel: &Cancel) -> Result<Vec<Example>, JobFailure> {
    let failed = |error: DatasetError| JobFailure { message: error.to_string(), hint: Some("`sqllama learn DB --new` begins anew".into()) };
    if std::fs::metadata(file).is_ok_and(|metadata| metadata.len() == 0) {
        return Ok(Vec::new());
    }
    let rows = Examples::open(file, &ReadOptions::default(), cancel).map_err(failed)?;
    rows.collect::<Result<_, _>>().map_err(failed)
}

/// Writes what `settled` takes of `parts` beside the run's folder.
pub(super) fn write(folder: &Path, parts: &Parts, settled: &Settled) -> Result<(), JobFailure> {
    put(&folder.with_extension("examples.jsonl"), &rows_text(&learned(parts, settled.rows)))?;
    put(&folder.with_extension("held.jsonl"), &rows_text(&choosing(parts, settled)))?;
    let asked = questions(&parts.compare);
    let rows = asked.iter().take(settled.compare).map(
        |question| json!({ "id": question.id, "db_id": question.db_id, "question": question.question, "query": question.accepted.first() }),
    );
    put(&held_out_file(folder), &json!(rows.collect::<Vec<_>>()).to_string())
}
