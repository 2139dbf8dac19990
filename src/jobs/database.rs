//! Opening databases, running statements.

use std::sync::Arc;
use std::time::Instant;

use super::message::{JobFailure, Outcome, Report, Work};
use super::workers::{Open, Opened, Opener, Reporter, Task, lock, misplaced};
use crate::db::{DbError, Limits};
use crate::signal::{Cancel, Stop};
use crate::sql::guard;

/// Rows of a plan at most.
const PLAN_ROWS: usize = 10_000;

pub(super) fn work(task: &Task, opener: &Opener, open: &Opened, limits: &Limits, report: &Reporter) -> Result<Outcome, JobFailure> {
    match &task.work {
        Work::Open { database } => open_database(task, database, opener, open, report),
        Work::Run { sql } => run(task, sql, &opened(open)?, limits, report),
        Work::Plan { sql } => plan(sql, &opened(open)?, limits, &task.cancel),
        _ => Err(misplaced()),
    }
}

fn open_database(task: &Task, name: &str, opener: &Opener, open: &Opened, report: &Reporter) -> Result<Outcome, JobFailure> {
    let database = Arc::new(opener(name)?);
    let path = database.path().display().to_string();
    let mut schema = match database.schema_outline(&task.cancel) {
        Err(DbError::Stopped(Stop::Cancelled)) => return Ok(Outcome::Cancelled),
        other => other?,
    };
    report(Report::Outline { job: task.job, path: path.clone(), schema: Arc::new(schema.clone()) });
    match database.fill_statistics(&mut schema, &task.cancel) {
        Err(DbError::Stopped(Stop::Cancelled)) => return Ok(Outcome::Cancelled),
        other => other?,
    }
    let schema = Arc::new(schema);
    let asking = Arc::new(opener(name)?);
    *lock(open) = Some(Open { database, asking, schema: Arc::clone(&schema), values: Arc::default() });
    Ok(Outcome::Opened { path, schema })
}

/// The open database.
pub(super) fn opened(open: &Opened) -> Result<Open, JobFailure> {
    let nothing = || JobFailure { message: "no database is open yet".into(), hint: Some("wait until it is, or open another".into()) };
    lock(open).clone().ok_or_else(nothing)
}

fn run(task: &Task, sql: &str, open: &Open, limits: &Limits, report: &Reporter) -> Result<Outcome, JobFailure> {
    let sql = checked(sql)?;
    let start = Instant::now();
    let mut progress = |rows| report(Report::Rows { job: task.job, rows });
    match open.database.spool(&sql, limits, &task.cancel, &mut progress) {
        Ok(spool) => Ok(Outcome::Ran { spool: Arc::new(spool), elapsed: start.elapsed() }),
        Err(DbError::Stopped(Stop::Cancelled)) => Ok(Outcome::Cancelled),
        Err(error) => Err(error.into()),
    }
}

fn plan(sql: &str, open: &Open, limits: &Limits, cancel: &Cancel) -> Result<Outcome, JobFailure> {
    // The statement itself has to pass: `EXPLAIN` would let more through.
    let sql = checked(sql)?;
    let explained = checked(&format!("EXPLAIN QUERY PLAN {}", sql.as_str()))?;
    match open.database.execute(&explained, &Limits { max_rows: PLAN_ROWS, ..*limits }, cancel) {
        Ok(table) => Ok(Outcome::Planned(table)),
        Err(DbError::Stopped(Stop::Cancelled)) => Ok(Outcome::Cancelled),
        Err(error) => Err(error.into()),
    }
}

fn checked(sql: &str) -> Result<crate::sql::ReadOnlySql, JobFailure> {
    guard::check(sql).map_err(|error| JobFailure { message: error.to_string(), hint: Some(error.hint().to_string()) })
}
