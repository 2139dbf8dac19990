//! A cell run over a database, held beside what it keeps.

use super::book::{Cell, KeptBlock};
use super::change::{Change, change};
use super::kept::KeptResult;
use crate::db::{Collected, Database, DbError, Limits, Parameters, RowOrder, Table};
use crate::signal::{Cancel, Stop};
use crate::sql::{GuardError, guard, shape, statements};

/// Rows of a result that are kept, where nobody says.
pub const ROWS: usize = 100;
/// Rows of a result that are kept at most: a notebook is read by people.
pub const MOST_ROWS: usize = 10_000;
/// Bytes of a result that are kept.
pub const BYTES: usize = 4 << 20;

/// How cells are run.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// At most this many rows of each result, 0 for [`MOST_ROWS`]; `None`: as many as are kept, else [`ROWS`].
    pub max_rows: Option<usize>,
    /// How long a statement may take.
    pub timeout: Option<std::time::Duration>,
    /// Values of parameters.
    pub parameters: Parameters,
}

/// Why a statement has no result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RunError {
    /// It may not run.
    #[error("{0}")]
    Guard(GuardError),
    /// SQLite, or the file, would not have it.
    #[error("{message}")]
    Database {
        /// One sentence.
        message: String,
        /// What to do about it; empty where nothing is to be said.
        hint: String,
        /// Whether it was refused or ran out of time.
        refused: bool,
    },
}

impl RunError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Guard(error) => Some(error.hint().into_owned()),
            Self::Database { hint, .. } => Some(hint.clone()).filter(|hint| !hint.is_empty()),
        }
    }

    /// Whether it was refused, or ran out of time, rather than wrong.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Guard(error) => error.is_refusal(),
            Self::Database { refused, .. } => *refused,
        }
    }
}

/// What became of a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Its result is the one kept.
    Same,
    /// Its result is another.
    Differs(Change),
    /// Nothing is kept of it.
    New,
    /// What is kept of it cannot be read: why.
    Unreadable(String),
    /// It has no result: why.
    Failed(RunError),
}

/// A statement that was run.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The statement.
    pub sql: String,
    /// What is kept of it, where that can be read.
    pub kept: Option<KeptResult>,
    /// Its result; empty where it failed.
    pub now: KeptResult,
    /// How they compare.
    pub verdict: Verdict,
}

/// Runs the statements of `cell`. Kept results that no statement is left for come at the end, as what differs.
///
/// # Errors
/// [`Stop`] where `cancel` was raised. What is wrong with a statement is its verdict.
pub fn run(database: &Database, cell: &Cell, options: &RunOptions, cancel: &Cancel) -> Result<Vec<Statement>, Stop> {
    match &cell.sql {
        Some((sql, _)) => run_sql(database, sql, &cell.kept, options, cancel),
        None => Ok(Vec::new()),
    }
}

/// The same for statements and what is kept of each.
///
/// # Errors
/// As [`run`].
pub fn run_sql(
    database: &Database,
    sql: &str,
    blocks: &[KeptBlock],
    options: &RunOptions,
    cancel: &Cancel,
) -> Result<Vec<Statement>, Stop> {
    let mut ranges = statements(sql);
    if ranges.is_empty() {
        // The guard says what it thinks of nothing.
        ranges.push(0..sql.len());
    }
    let mut done = Vec::with_capacity(ranges.len());
    for (at, range) in ranges.into_iter().enumerate() {
        let sql = sql.get(range).unwrap_or_default();
        let block = blocks.get(at).map(|block| &block.result);
        let kept = block.and_then(|result| result.as_ref().ok());
        let unreadable = block.and_then(|result| result.as_ref().err());
        let (now, verdict) = match rows(database, sql, kept, options, cancel)? {
            Err(error) => (KeptResult::default(), Verdict::Failed(error)),
            Ok(now) => {
                let verdict = match (kept, unreadable) {
                    (_, Some(problem)) => Verdict::Unreadable(problem.clone()),
                    (None, None) => Verdict::New,
                    (Some(kept), None) => judge(sql, &kept.table, &now.table),
                };
                (now, verdict)
            }
        };
        done.push(Statement { sql: sql.to_owned(), kept: kept.cloned(), now, verdict });
    }
    for block in blocks.iter().skip(done.len()) {
        let kept = block.result.clone().ok();
        let change =
            Change { columns: true, missing: (0..kept.as_ref().map_or(0, |kept| kept.table.rows.len())).collect(), ..Change::default() };
        done.push(Statement { sql: String::new(), kept, now: KeptResult::default(), verdict: Verdict::Differs(change) });
    }
    Ok(done)
}

fn judge(sql: &str, kept: &Table, now: &Table) -> Verdict {
    let order = if shape(sql).is_some_and(|shape| shape.ordered) { RowOrder::Counts } else { RowOrder::Free };
    let change = change(kept, now, order);
    if change.is_none() { Verdict::Same } else { Verdict::Differs(change) }
}

fn rows(
    database: &Database,
    sql: &str,
    kept: Option<&KeptResult>,
    options: &RunOptions,
    cancel: &Cancel,
) -> Result<Result<KeptResult, RunError>, Stop> {
    let checked = match guard::check(sql) {
        Ok(checked) => checked,
        Err(error) => return Ok(Err(RunError::Guard(error))),
    };
    let max_rows = match (options.max_rows, kept.map(|kept| &kept.table)) {
        (Some(0), _) => MOST_ROWS,
        (Some(rows), _) => rows.min(MOST_ROWS),
        // As far as what is kept goes.
        (None, Some(table)) if table.truncated => table.rows.len(),
        (None, Some(table)) => table.rows.len().max(ROWS),
        (None, None) => ROWS,
    };
    let default = Limits::default();
    let limits = Limits { max_rows, max_bytes: BYTES, timeout: options.timeout.unwrap_or(default.timeout) };
    let mut rows = Collected::default();
    match database.stream(&checked, &options.parameters, &limits, cancel, &mut rows) {
        Ok(done) => Ok(Ok(KeptResult::of(Table { truncated: done.truncated, ..rows.table }))),
        Err(DbError::Stopped(Stop::Cancelled)) => Err(Stop::Cancelled),
        Err(error) => {
            let refused = matches!(error, DbError::Stopped(_) | DbError::Refused { .. });
            Ok(Err(RunError::Database { message: error.to_string(), hint: error.hint().into_owned(), refused }))
        }
    }
}
