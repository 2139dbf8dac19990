//! One query of ours, which may take no long time.

use std::time::Duration;

use crate::db::database::Database;
use crate::signal::Cancel;

/// For one query of ours.
const ONE_QUERY: Duration = Duration::from_millis(250);

/// The result of a query that may fail or run out of time without harm.
pub(super) fn quick<T>(database: &Database, budget: &Cancel, work: impl Fn(&rusqlite::Connection) -> rusqlite::Result<T>) -> Option<T> {
    database.with(&budget.with_timeout(ONE_QUERY), |connection| Ok(work(connection)?)).ok()
}
