//! From a draft to a statement that SQLite prepares, with every change recorded.

use super::candidate::Fate;
use super::event::Fix;
use super::request::Mending;
use crate::db::{Database, DbError};
use crate::schema::Schema;
use crate::sql::quotes::mend_double_quotes;
use crate::sql::{guard, mend};

/// A judged draft.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Judged {
    /// The statement as it stands after mending.
    pub(super) sql: String,
    pub(super) fixes: Vec<Fix>,
    /// Checked, failed or refused.
    pub(super) fate: Fate,
}

/// Mends `draft` where SQLite does not prepare it as it stands. Where nothing helps, the statement and the error are those of the draft
/// as written.
///
/// # Errors
/// Only where the database itself fails.
pub(super) fn mend_and_check(database: &Database, schema: &Schema, draft: &str, mending: Mending) -> Result<Judged, DbError> {
    let (sql, quotes) = mend_double_quotes(draft, schema);
    let fixes = quotes.into_iter().map(|(from, to)| Fix { kind: "double_quotes".into(), from, to }).collect();
    let as_written = check(database, sql, fixes)?;
    if mending == Mending::Quotes || !matches!(as_written.fate, Fate::Failed(_)) {
        return Ok(as_written);
    }
    let mended = mend(draft, schema);
    if mended.changes.is_empty() {
        return Ok(as_written);
    }
    let fix = |change: crate::sql::Change| Fix { kind: change.kind.word().into(), from: change.from, to: change.to };
    let mended = check(database, mended.sql, mended.changes.into_iter().map(fix).collect())?;
    Ok(if matches!(mended.fate, Fate::Failed(_)) { as_written } else { mended })
}

fn check(database: &Database, sql: String, fixes: Vec<Fix>) -> Result<Judged, DbError> {
    let fate = match guard::check(&sql) {
        Err(error) if error.is_refusal() => Fate::Refused(error.to_string()),
        Err(error) => Fate::Failed(error.to_string()),
        Ok(checked) => match database.check(&checked) {
            Ok(_) => Fate::Checked(checked),
            Err(DbError::Sql { message }) => Fate::Failed(message),
            Err(other) => return Err(other),
        },
    };
    Ok(Judged { sql, fixes, fate })
}
