//! From a draft to a statement that SQLite prepares, with every change recorded.

use super::candidate::Fate;
use super::event::Fix;
use super::request::Mending;
use crate::db::{Database, DbError};
use crate::schema::Schema;
use crate::sql::qualify::requalify;
use crate::sql::quotes::mend_double_quotes;
use crate::sql::{ReadOnlySql, guard};

/// More qualifiers than this are not wrong by slip.
const MAX_FIXES: usize = 8;

/// A judged draft.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Judged {
    /// The statement as it stands after mending.
    pub(super) sql: String,
    pub(super) fixes: Vec<Fix>,
    /// Checked, failed or refused.
    pub(super) fate: Fate,
}

/// Mends `draft` and has SQLite prepare it. Where nothing helps, the statement and the error are those of the draft as written.
///
/// # Errors
/// Only where the database itself fails.
pub(super) fn mend_and_check(database: &Database, schema: &Schema, draft: &str, mending: Mending) -> Result<Judged, DbError> {
    let (sql, fixes) = mend_double_quotes(draft, schema);
    let fixes: Vec<Fix> = fixes.into_iter().map(|(from, to)| Fix { kind: "double_quotes".into(), from, to }).collect();
    let checked = match guard::check(&sql) {
        Ok(checked) => checked,
        Err(error) if error.is_refusal() => return Ok(Judged { sql, fixes, fate: Fate::Refused(error.to_string()) }),
        Err(error) => return Ok(Judged { sql, fixes, fate: Fate::Failed(error.to_string()) }),
    };
    let error = match database.check(&checked) {
        Ok(_) => return Ok(Judged { sql, fixes, fate: Fate::Checked(checked) }),
        Err(error @ DbError::Sql { .. }) => error,
        Err(other) => return Err(other),
    };
    if mending == Mending::Names
        && let Some((mended, more)) = requalify_all(database, schema, checked, error.clone())
    {
        let fixes = fixes.into_iter().chain(more).collect();
        return Ok(Judged { sql: mended.as_str().into(), fixes, fate: Fate::Checked(mended) });
    }
    let message = match error {
        DbError::Sql { message } => message,
        other => other.to_string(),
    };
    Ok(Judged { sql, fixes, fate: Fate::Failed(message) })
}

/// Changes qualifiers that name the wrong table, as long as SQLite complains of one and only one other table can be meant.
fn requalify_all(database: &Database, schema: &Schema, sql: ReadOnlySql, error: DbError) -> Option<(ReadOnlySql, Vec<Fix>)> {
    let (mut error, mut now, mut fixes) = (error, sql, Vec::new());
    // Two tables that lack each other's columns cannot send a qualifier to and fro for ever.
    while fixes.len() < MAX_FIXES {
        let DbError::Sql { message } = &error else { return None };
        let change = requalify(now.as_str(), message.strip_prefix("no such column: ")?, schema)?;
        let changed = guard::check(&change.sql).ok()?;
        fixes.push(Fix { kind: "qualifier".into(), from: change.from, to: change.to });
        match database.check(&changed) {
            Ok(_) => return Some((changed, fixes)),
            Err(next) => (error, now) = (next, changed),
        }
    }
    None
}
