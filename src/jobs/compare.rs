//! Execution accuracy without and with an adapter, on questions that it was not trained on: through the evaluation engine, question by
//! question, so that a comparison that was cut off goes on where it ended.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::adapted::failure_of;
use super::judge::Values;
use super::message::{JobFailure, Outcome, Report};
use super::task::{Open, Reporter, Task};
use super::training::{Changed, RunComparison};
use crate::ask::{AskRequest, Demonstrations};
use crate::dataset::{Example, Examples, ReadOptions};
use crate::db::{Database, Limits};
use crate::eval::{self, EvalError, EvalEvent, EvalInputs, Question, Record, report::Share};
use crate::llm::{Adapter, Generate};
use crate::prompt::{Form, Turn};
use crate::schema::{Private, Schema};
use crate::signal::Cancel;
use crate::train::TrainConfig;
use crate::train::run::{COMPARISON as FOLDER, settings};

/// Answers without and with the adapter.
const FILES: [&str; 2] = ["before.jsonl", "after.jsonl"];
/// Rows of an answer that are compared.
const MAX_ROWS: usize = 100_000;
/// Questions that are asked at most: each is answered twice.
const MOST: usize = 100;
/// Below this, a difference counts as one.
const LEVEL: f64 = 0.05;
/// How made questions are told from a person's own.
pub(super) const MADE: &str = "made-";

/// The file of questions held out for the run in `folder`, beside it.
pub(super) fn held_out_file(folder: &Path) -> PathBuf {
    folder.with_extension("held.json")
}

/// Asks the held-out questions of the run in `folder` without its adapter, then with it. The model has the adapter afterwards or not.
pub(super) fn compare(
    task: &Task,
    folder: &Path,
    open: &Open,
    asked: (&mut dyn Generate, Form),
    limits: &Limits,
    report: &Reporter,
) -> Result<Outcome, JobFailure> {
    let config = settings(folder).map_err(|error| JobFailure { message: error.to_string(), hint: error.hint() })?;
    let (questions, databases) = held_out(folder, &config, open)?;
    let own = databases.is_none();
    let against = Against {
        questions: &questions,
        databases: databases.unwrap_or_default(),
        opened: own.then(|| (Arc::clone(&open.asking), Arc::clone(&open.schema))),
        before: None,
        private: Private::default(),
        limits: *limits,
    };
    let mut told = |text: String| report(Report::Progress { job: task.job, text });
    match both_sides(folder, &against, asked, &task.cancel, &mut told)? {
        Some(compared) => Ok(Outcome::RunCompared { folder: folder.to_owned(), compared: Box::new(compared) }),
        None => Ok(Outcome::Cancelled),
    }
}

/// What a run's adapter is held against.
pub(super) struct Against<'a> {
    /// What is asked.
    pub(super) questions: &'a [Question],
    /// The folder of their databases, where there are several.
    pub(super) databases: PathBuf,
    /// The database that they are about, where it is one that is open.
    pub(super) opened: Option<(Arc<Database>, Arc<Schema>)>,
    /// What answers until now: an adapter, or the model as it came.
    pub(super) before: Option<&'a Adapter>,
    /// What of the database the model is not told.
    pub(super) private: Private,
    /// Of queries.
    pub(super) limits: Limits,
}

impl<'a> Against<'a> {
    /// The model as it came, on questions about one database that is open.
    pub(super) fn one(
        questions: &'a [Question],
        database: &Arc<Database>,
        schema: &Arc<Schema>,
        private: &Private,
        limits: Limits,
    ) -> Self {
        let opened = Some((Arc::clone(database), Arc::clone(schema)));
        Self { questions, databases: PathBuf::new(), opened, before: None, private: private.clone(), limits }
    }
}

/// Asks the same questions as it was and with the adapter in `folder`, through the whole pipeline; `None` where it was stopped. What was
/// answered stays, and is not asked again.
pub(super) fn both_sides(
    folder: &Path,
    against: &Against<'_>,
    (model, form): (&mut dyn Generate, Form),
    cancel: &Cancel,
    told: &mut dyn FnMut(String),
) -> Result<Option<RunComparison>, JobFailure> {
    let adapter = Adapter::read(folder).map_err(failure_of)?;
    // It says at once where the adapter is another model's.
    model.set_adapter(Some(&adapter)).map_err(failure_of)?;
    let place = folder.join(FOLDER);
    fs::create_dir_all(&place).map_err(|error| unusable(&place, &error))?;
    let shown = learned_from(folder).map(Arc::new);
    for (file, adapter) in [(FILES[0], against.before), (FILES[1], Some(&adapter))] {
        model.set_adapter(adapter).map_err(failure_of)?;
        let form = adapter.map_or(form, |adapter| trained_form(adapter, form));
        let what = if file == FILES[1] { "with the adapter" } else { "as it was" };
        let mut told = |done: usize, right: usize| {
            told(format!("comparing, {what}: {done}/{}, {right} right", against.questions.len()));
        };
        match ask_all(&place.join(file), against, shown.clone(), (&mut *model, form), cancel, &mut told) {
            Ok(()) => {}
            Err(EvalError::Stopped) => return Ok(None),
            Err(error) => return Err(failed(&error)),
        }
    }
    let unreadable = || JobFailure { message: format!("{} cannot be read", place.display()), hint: None };
    read(folder).ok_or_else(unreadable).map(Some)
}

/// The form that an adapter was trained in; `otherwise` where it does not say.
pub(super) fn trained_form(adapter: &Adapter, otherwise: Form) -> Form {
    adapter.card.as_ref().and_then(|card| Form::named(&card.prompt)).unwrap_or(otherwise)
}

/// The examples of the database that the run in `folder` learned from: the model may be shown them, and no others, which might be held out.
fn learned_from(folder: &Path) -> Option<Demonstrations> {
    let rows = Examples::open(&folder.with_extension("examples.jsonl"), &ReadOptions::default(), &Cancel::new()).ok()?;
    let turn = |example: Example| Turn { question: example.asked().to_owned(), sql: example.answer.clone() };
    Some(Demonstrations::of(rows.flatten().filter(|example| example.previous().is_none()).map(turn)))
}

pub(super) fn failed(error: &EvalError) -> JobFailure {
    JobFailure { message: error.to_string(), hint: error.hint().map(Into::into) }
}

fn unusable(path: &Path, error: &std::io::Error) -> JobFailure {
    JobFailure {
        message: format!("{}: {error}", path.display()),
        hint: Some("free some space, then compare again: what was answered stays".into()),
    }
}

/// The questions, and the folder of databases that they are about; `None` where that is the open one.
fn held_out(folder: &Path, config: &TrainConfig, open: &Open) -> Result<(Vec<Question>, Option<PathBuf>), JobFailure> {
    let own = held_out_file(folder);
    let (file, databases) = match (&config.eval_data_path, own.is_file()) {
        (_, true) => (own, None),
        (Some(file), false) => {
            let beside = file.with_file_name("databases");
            let folder = config.databases.clone().or_else(|| beside.is_dir().then_some(beside));
            (file.clone(), folder.filter(|folder| folder != open.asking.path()))
        }
        (None, false) => {
            return Err(JobFailure {
                message: "this run has no held-out questions, so nothing can be compared".into(),
                hint: Some("train with at least ten examples of this database, or name a file of held-out questions".into()),
            });
        }
    };
    let mut questions = eval::read_questions(&file).map_err(|error| failed(&error))?;
    questions.truncate(MOST);
    Ok((questions, databases))
}

/// Asks what is not answered in `file` yet, and writes each answer there.
pub(super) fn ask_all(
    file: &Path,
    against: &Against<'_>,
    demonstrations: Option<Arc<Demonstrations>>,
    (model, form): (&mut dyn Generate, Form),
    cancel: &Cancel,
    told: &mut dyn FnMut(usize, usize),
) -> Result<(), EvalError> {
    let write = |error: std::io::Error| EvalError::Records { path: file.into(), reason: error.to_string() };
    // Written again whole: a line that was cut off by a kill is gone.
    let records = if file.is_file() { eval::read_records(file)? } else { Vec::new() };
    let lines = |records: &[Record]| {
        records.iter().filter_map(|record| serde_json::to_string(record).ok()).map(|line| line + "\n").collect::<String>()
    };
    fs::write(file, lines(&records)).map_err(write)?;
    let mut out = OpenOptions::new().append(true).open(file).map_err(write)?;
    let done: HashSet<(String, String)> = records.iter().map(|record| (record.db_id.clone(), record.id.clone())).collect();
    let mut right = records.iter().filter(|record| record.ok).count();
    told(done.len(), right);
    let Against { questions, databases, opened, private, limits, .. } = against;
    let inputs = EvalInputs { questions, databases: databases.clone(), done, opened: opened.clone(), demonstrations };
    let limits = Limits { max_rows: MAX_ROWS, ..*limits };
    let mut values = Values::default();
    eval::evaluate(
        &inputs,
        model,
        &mut |question, database, schema| AskRequest {
            hint: question.hint.clone(),
            values: values.of(database, schema, cancel),
            private: private.clone(),
            limits,
            ..AskRequest::new(&question.question, form)
        },
        cancel,
        &mut |EvalEvent::Judged { record, done, .. }| {
            right += usize::from(record.ok);
            writeln!(out, "{}", serde_json::to_string(&record)?)?;
            told(done, right);
            Ok(())
        },
    )
}

/// The comparison of the run in `folder`, where it was done.
pub(super) fn read(folder: &Path) -> Option<RunComparison> {
    let read = |name: &str| eval::read_records(&folder.join(FOLDER).join(name)).ok();
    let (before, after) = (read(FILES[0])?, read(FILES[1])?);
    (!after.is_empty()).then(|| of_records(&before, &after))
}

/// How many of the person's own questions the run in `folder` mended, and how many it broke.
pub(super) fn own_changes(folder: &Path) -> (usize, usize) {
    let own = |name: &str| {
        let mut records = eval::read_records(&folder.join(FOLDER).join(name)).unwrap_or_default();
        records.retain(|record| !record.id.starts_with(MADE));
        records
    };
    let (before, after) = (own(FILES[0]), own(FILES[1]));
    let changed = eval::compare(&before, &after);
    (changed.fixed.len(), changed.broken.len())
}

fn of_records(before: &[Record], after: &[Record]) -> RunComparison {
    let comparison = eval::compare(before, after);
    let changed = |pairs: &[(&Record, &Record)]| {
        let one = |(old, new): &(&Record, &Record)| Changed {
            question: new.question.clone(),
            before: old.sql.clone(),
            after: new.sql.clone(),
            gold: new.gold.clone(),
        };
        pairs.iter().map(one).collect::<Vec<_>>()
    };
    let both = |wanted: &dyn Fn(&Record) -> bool| {
        let ids: HashSet<(&str, &str)> = after.iter().filter(|r| wanted(r)).map(|r| (r.db_id.as_str(), r.id.as_str())).collect();
        let paired: Vec<&Record> = before.iter().filter(|r| ids.contains(&(r.db_id.as_str(), r.id.as_str()))).collect();
        let now = after.iter().filter(|r| wanted(r) && r.ok).count();
        (Share::of(paired.iter().filter(|r| r.ok).count(), paired.len()), Share::of(now, ids.len()))
    };
    let share = |right| Share::of(right, comparison.paired);
    let mut shares = vec![("all".to_owned(), share(comparison.right_before), share(comparison.right_after))];
    let made = |record: &Record| record.id.starts_with(MADE);
    if after.iter().any(made) && !after.iter().all(made) {
        for (name, (before, after)) in [("yours", both(&|r| !made(r))), ("made", both(&made))] {
            shares.push((name.to_owned(), before, after));
        }
    }
    let (fixed, broken) = (comparison.fixed.len(), comparison.broken.len());
    RunComparison {
        shares,
        fixed: changed(&comparison.fixed),
        broken: changed(&comparison.broken),
        p_value: comparison.p_value,
        verdict: verdict(comparison.paired, fixed, broken, comparison.p_value),
    }
}

/// What the numbers mean, in a sentence that promises no more than they do.
fn verdict(paired: usize, fixed: usize, broken: usize, p_value: f64) -> String {
    // The fewest questions whose being fixed, with none broken, would not pass for chance.
    let least = (1..).find(|&n| eval::compare::sign_test(n, 0) <= LEVEL).unwrap_or(usize::MAX);
    match p_value <= LEVEL {
        true if fixed > broken => "The adapter is better on these questions, and that is hardly chance.".into(),
        true => "The adapter is worse on these questions, and that is hardly chance.".into(),
        false if paired < least => {
            format!("{paired} questions are too few to show anything: even if all were fixed, it could be chance. Hold out more.")
        }
        false if fixed == broken => "No difference is shown.".into(),
        false => {
            let side = if fixed > broken { "better" } else { "worse" };
            format!("No difference is shown: {side} by {} of {paired} questions, which can be chance.", fixed.abs_diff(broken))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(paired: usize, fixed: usize, broken: usize, expected: &str) {
        let said = verdict(paired, fixed, broken, eval::compare::sign_test(fixed, broken));
        assert!(said.contains(expected), "{said}");
    }

    #[test]
    fn no_more_is_said_than_is_shown() {
        check(40, 12, 2, "is better");
        check(40, 2, 12, "is worse");
        check(5, 5, 0, "5 questions are too few");
        check(6, 6, 0, "is better");
        check(40, 4, 4, "No difference is shown.");
        check(40, 5, 3, "better by 2 of 40 questions, which can be chance");
    }
}
