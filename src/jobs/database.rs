//! Opening databases, running and comparing statements, and noticing that a file changed.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::message::{Compared, JobFailure, Outcome, Report, Work};
use super::stale;
use super::task::{Open, Opened, Opener, Reporter, Task, lock, misplaced};
use crate::ask::name_hint;
use crate::db::files::Progress;
use crate::db::parameters::typed_value;
use crate::db::{Cell, Collected, Database, DbError, FileChange, FileStamp, Limits, Parameters, Table, difference};
use crate::records::Accepted;
use crate::signal::{Cancel, Stop};
use crate::sql::{guard, parameters, result_units};
use crate::text;

/// Rows of a plan at most.
const PLAN_ROWS: usize = 10_000;
/// Results that are compared get as many rows, and as long.
const COMPARED: Limits = Limits { max_rows: 1000, max_bytes: 16 << 20, timeout: Duration::from_secs(10) };

pub(super) fn work(task: &Task, opener: &Opener, open: &Opened, limits: &Limits, report: &Reporter) -> Result<Outcome, JobFailure> {
    match &task.work {
        Work::Open { database } => open_database(task, database, opener, open, report),
        Work::Run { sql, parameters } => match current(task, opener, open, report)? {
            Some(now) => run(task, sql, parameters, &now, limits, report),
            None => Ok(Outcome::Cancelled),
        },
        Work::Plan { sql } => plan(sql, &opened(open)?, limits, &task.cancel),
        Work::Refresh => refresh(task, opener, open, report),
        _ => Err(misplaced()),
    }
}

/// Compares on a thread of its own: neither a query of the person's nor the model is waited for.
pub(super) fn compare_work(task: &Task, open: &Opened) -> Result<Outcome, JobFailure> {
    match &task.work {
        Work::Compare { sqls } => compare(sqls, &opened(open)?, &task.cancel),
        _ => Err(misplaced()),
    }
}

/// Which examples no longer run, those of the person's first.
pub(super) fn stale_work(task: &Task, accepted: &[Accepted], learned: Option<&Path>, open: &Opened) -> Result<Outcome, JobFailure> {
    let Open { asking, .. } = opened(open)?;
    let mut all = stale::of_accepted(&asking, accepted);
    if let Some(run) = learned {
        all.extend(stale::of_run(&asking, run, &task.cancel).into_iter().filter(|stale| !stale.accepted));
    }
    Ok(Outcome::Stale(all))
}

fn open_database(task: &Task, name: &str, opener: &Opener, open: &Opened, report: &Reporter) -> Result<Outcome, JobFailure> {
    let Some(database) = opened_by(task, name, opener, report)?.map(Arc::new) else { return Ok(Outcome::Cancelled) };
    let made = database.stamps_now();
    let seen = Arc::new(Mutex::new(made.clone()));
    let path = database.label().display().to_string();
    let mut schema = match database.schema_outline(&task.cancel) {
        Err(DbError::Stopped(Stop::Cancelled)) => return Ok(Outcome::Cancelled),
        other => other?,
    };
    report(Report::Outline { job: task.job, path: path.clone(), schema: Arc::new(schema.clone()) });
    let mut notes = database.notes();
    notes.extend(database.profile_notes(&schema, &task.cancel));
    if !notes.is_empty() {
        report(Report::Notes { job: task.job, notes });
    }
    match database.fill_statistics(&mut schema, &task.cancel) {
        Err(DbError::Stopped(Stop::Cancelled)) => return Ok(Outcome::Cancelled),
        other => other?,
    }
    let schema = Arc::new(schema);
    let Some(asking) = opened_by(task, name, opener, report)?.map(Arc::new) else { return Ok(Outcome::Cancelled) };
    *lock(open) =
        Some(Open { database, asking, schema: Arc::clone(&schema), values: Arc::default(), demonstrations: Arc::default(), seen, made });
    Ok(Outcome::Opened { path, schema })
}

/// Opens what is named, and tells how far it is where that takes a while; `None` where it was stopped.
fn opened_by(task: &Task, name: &str, opener: &Opener, report: &Reporter) -> Result<Option<Database>, JobFailure> {
    let mut tell = |progress: Progress| {
        let share = 100 * progress.done / progress.total.max(1);
        let text = format!("reading {share}%, {}", text::counted(progress.rows, "row", "rows"));
        report(Report::Progress { job: task.job, text });
    };
    match opener(name, &task.cancel, &mut tell) {
        Err(_) if task.cancel.is_stopped() => Ok(None),
        other => other.map(Some),
    }
}

/// The open database; where it is a copy of files that changed since, they are read anew. `None` where that was stopped.
fn current(task: &Task, opener: &Opener, open: &Opened, report: &Reporter) -> Result<Option<Open>, JobFailure> {
    let mut now = opened(open)?;
    let stamps = now.database.stamps_now();
    let changed = |(made, now): (&FileStamp, &FileStamp)| !matches!(made.change_to(now), FileChange::Same | FileChange::Gone);
    if !now.database.is_made_of_files() || !now.made.iter().zip(&stamps).any(changed) {
        return Ok(Some(now));
    }
    let name = now.database.label().display().to_string();
    let anew = || -> Result<_, JobFailure> { Ok(opened_by(task, &name, opener, report)?.map(Arc::new)) };
    match anew().and_then(|database| Ok((database, anew()?))) {
        Ok((Some(database), Some(asking))) => {
            (now.database, now.asking, now.made) = (database, asking, stamps);
            *lock(open) = Some(now.clone());
            Ok(Some(now))
        }
        Ok(_) => Ok(None),
        // What was read of them is still here.
        Err(JobFailure { message, .. }) => {
            let notes = vec![format!("the files changed and cannot be read anew: {message}")];
            report(Report::Notes { job: task.job, notes });
            Ok(Some(now))
        }
    }
}

/// Reads schema and counts again, after somebody wrote. Where tables and columns are the same, samples stay as they are, so that the model
/// need not read the schema again.
fn refresh(task: &Task, opener: &Opener, open: &Opened, report: &Reporter) -> Result<Outcome, JobFailure> {
    let cancel = &task.cancel;
    let Some(now) = current(task, opener, open, report)? else { return Ok(Outcome::Cancelled) };
    let read = || -> Result<_, DbError> {
        let mut fresh = now.database.schema_outline(cancel)?;
        now.database.fill_statistics(&mut fresh, cancel)?;
        Ok(fresh)
    };
    let fresh = match read() {
        Err(DbError::Stopped(Stop::Cancelled)) => return Ok(Outcome::Cancelled),
        other => other?,
    };
    let restructured = fresh.fingerprint() != now.schema.fingerprint();
    let schema = if restructured {
        fresh
    } else {
        let mut schema = (*now.schema).clone();
        for (table, counted) in schema.tables.iter_mut().zip(&fresh.tables) {
            table.row_count = counted.row_count;
        }
        schema
    };
    let schema = Arc::new(schema);
    *lock(open) = Some(Open { schema: Arc::clone(&schema), values: Arc::default(), demonstrations: Arc::default(), ..now });
    Ok(Outcome::Refreshed { schema, restructured })
}

/// What happened to the open database's file since the last look.
pub(super) fn look(open: &Opened) -> Outcome {
    let same = Outcome::Looked { change: FileChange::Same, file: None };
    let Some(now) = lock(open).clone() else { return same };
    let later = now.database.stamps_now();
    let before = std::mem::replace(&mut *lock(&now.seen), later.clone());
    let changes = before.iter().zip(&later).map(|(before, later)| before.change_to(later));
    let Some((change, path)) = changes.zip(now.database.paths()).max_by_key(|(change, _)| weight(change)) else { return same };
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned());
    Outcome::Looked { change, file: file.filter(|_| later.len() > 1) }
}

/// Of changes to several files, the one that is told.
fn weight(change: &FileChange) -> u8 {
    match change {
        FileChange::Same => 0,
        FileChange::Written => 1,
        FileChange::Replaced => 2,
        FileChange::Gone => 3,
    }
}

/// The open database.
pub(super) fn opened(open: &Opened) -> Result<Open, JobFailure> {
    let nothing = || JobFailure { message: "no database is open yet".into(), hint: Some("wait until it is, or open another".into()) };
    lock(open).clone().ok_or_else(nothing)
}

fn run(task: &Task, sql: &str, typed: &[(String, String)], open: &Open, limits: &Limits, report: &Reporter) -> Result<Outcome, JobFailure> {
    let sql = checked(sql)?;
    let mut values = Parameters::new();
    typed.iter().for_each(|(name, value)| values.set(name, typed_value(value)));
    let start = Instant::now();
    let mut progress = |rows| report(Report::Rows { job: task.job, rows });
    match open.database.spool_with(&sql, &values, limits, &task.cancel, &mut progress) {
        Ok(spool) => {
            let elapsed = start.elapsed();
            Ok(Outcome::Ran { spool: Arc::new(spool), elapsed, units: result_units(sql.as_str(), &open.schema) })
        }
        Err(DbError::Stopped(Stop::Cancelled)) => Ok(Outcome::Cancelled),
        Err(error) => {
            let said = match &error {
                DbError::Sql { message } => name_hint(sql.as_str(), message, &open.schema),
                _ => None,
            };
            let failure = JobFailure::from(error);
            Err(JobFailure { hint: said.or(failure.hint), ..failure })
        }
    }
}

/// Runs each statement, and holds its rows beside those of the first.
fn compare(sqls: &[String], open: &Open, cancel: &Cancel) -> Result<Outcome, JobFailure> {
    let mut results: Vec<(String, Result<Table, JobFailure>)> = Vec::with_capacity(sqls.len());
    for sql in sqls {
        // Not on the person's connection: theirs may be busy.
        let ran = checked(sql).and_then(|checked| match open.asking.execute(&checked, &COMPARED, cancel) {
            Err(DbError::Stopped(Stop::Cancelled)) => Ok(None),
            other => Ok(Some(other?)),
        });
        match ran {
            Ok(None) => return Ok(Outcome::Cancelled),
            Ok(Some(table)) => results.push((sql.clone(), Ok(table))),
            Err(failure) => results.push((sql.clone(), Err(failure))),
        }
    }
    let first = results.first().and_then(|(_, table)| table.clone().ok());
    let compared = results.into_iter().enumerate().map(|(at, (sql, table))| {
        let difference = match (&first, &table) {
            (Some(first), Ok(table)) if at > 0 => Some(difference(first, table)),
            _ => None,
        };
        Compared { sql, table, difference }
    });
    Ok(Outcome::Compared(compared.collect()))
}

fn plan(sql: &str, open: &Open, limits: &Limits, cancel: &Cancel) -> Result<Outcome, JobFailure> {
    // The statement itself has to pass: `EXPLAIN` would let more through.
    let sql = checked(sql)?;
    let explained = checked(&format!("EXPLAIN QUERY PLAN {}", sql.as_str()))?;
    // A plan is the same whatever the values.
    let mut values = Parameters::new();
    parameters(sql.as_str()).into_iter().for_each(|name| values.set(name, Cell::Null));
    let mut rows = Collected::default();
    match open.database.stream(&explained, &values, &Limits { max_rows: PLAN_ROWS, ..*limits }, cancel, &mut rows) {
        Ok(_) => Ok(Outcome::Planned(rows.table)),
        Err(DbError::Stopped(Stop::Cancelled)) => Ok(Outcome::Cancelled),
        Err(error) => Err(error.into()),
    }
}

fn checked(sql: &str) -> Result<crate::sql::ReadOnlySql, JobFailure> {
    guard::check(sql).map_err(|error| JobFailure { message: error.to_string(), hint: Some(error.hint().to_string()) })
}
