//! From a draft to a statement that SQLite prepares, with every change recorded.

use super::as_numbers::mend_numbers;
use super::event::Fix;
use super::keyed::mend_keys;
use super::literals::{mend_inside, mend_literals};
use super::mentioned::mend_mentioned;
use super::request::{AskRequest, Mending};
use super::widened::mend_anchored;
use crate::db::{Database, DbError, Table};
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::sql::quotes::mend_double_quotes;
use crate::sql::{Change, ChangeKind, ReadOnlySql, guard, mend_for};

/// How far a draft came.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fate {
    /// SQLite prepared it; nothing was to run.
    Checked(ReadOnlySql),
    /// It ran.
    Ran(ReadOnlySql, Table),
    /// It is no statement that SQLite takes, or it failed while it ran.
    Failed(String),
    /// It would do more than read.
    Refused(String),
}

/// A judged draft.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Judged {
    /// The statement as it stands after mending.
    pub(super) sql: String,
    pub(super) fixes: Vec<Fix>,
    /// Checked, failed or refused.
    pub(super) fate: Fate,
}

/// Mends `draft`, the answer to `request`, and has SQLite prepare it. Where mending does not help, the statement and the error are those
/// of the draft as written.
///
/// # Errors
/// Only where the database itself fails.
pub(super) fn mend_and_check(
    database: &Database,
    schema: &Schema,
    draft: &str,
    request: &AskRequest,
    cancel: &Cancel,
) -> Result<Judged, DbError> {
    let judged = mend_names(database, schema, draft, request)?;
    let (Fate::Checked(_), Some(index)) = (&judged.fate, &request.values) else { return Ok(judged) };
    let (sql, mut values) = mend_literals(&judged.sql, schema, index, database, cancel);
    let (sql, inside) = mend_inside(&sql, schema, index);
    values.extend(inside);
    let (sql, keys) = mend_keys(&sql, schema, &request.question, index, database, cancel);
    values.extend(keys);
    let (mut sql, widened) = mend_anchored(&sql, schema, &request.question, database, cancel);
    values.extend(widened);
    let (narrowed, mentioned) = mend_mentioned(&sql, schema, &request.question, index);
    sql = narrowed;
    values.extend(mentioned);
    if let Some((read, numbers)) = mend_numbers(&sql, schema, database, cancel) {
        sql = read;
        values.extend(numbers);
    }
    if values.is_empty() {
        return Ok(judged);
    }
    let with_values = check(database, sql, judged.fixes.iter().cloned().chain(values).collect())?;
    Ok(if matches!(with_values.fate, Fate::Checked(_)) { with_values } else { judged })
}

fn mend_names(database: &Database, schema: &Schema, draft: &str, request: &AskRequest) -> Result<Judged, DbError> {
    if request.mending == Mending::Names {
        let mended = mend_for(draft, schema, &request.question);
        let fix = |change: Change| Fix { kind: change.kind.word().into(), from: change.from, to: change.to };
        let judged = check(database, mended.sql, mended.changes.into_iter().map(fix).collect())?;
        if !matches!(judged.fate, Fate::Failed(_)) {
            return Ok(judged);
        }
    }
    let (sql, quotes) = mend_double_quotes(draft, schema);
    let fix = |(from, to)| Fix { kind: ChangeKind::DoubleQuotes.word().into(), from, to };
    check(database, sql, quotes.into_iter().map(fix).collect())
}

fn check(database: &Database, sql: String, fixes: Vec<Fix>) -> Result<Judged, DbError> {
    let fate = match guard::check(&sql) {
        Err(error) if error.is_refusal() => Fate::Refused(error.to_string()),
        Err(error) => Fate::Failed(error.to_string()),
        Ok(checked) => match database.check(&checked) {
            Ok(_) => Fate::Checked(checked),
            Err(DbError::Sql { message }) => Fate::Failed(message),
            Err(DbError::Refused { message }) => Fate::Refused(message),
            Err(other) => return Err(other),
        },
    };
    Ok(Judged { sql, fixes, fate })
}
