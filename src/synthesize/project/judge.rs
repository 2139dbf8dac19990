//! Whether a draft is worth learning from: its question says all, its query answers something, and nothing in it is idle.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::schema::Schema;
use super::verify;
use crate::db::{Cell, Database, DbError, Limits, Table};
use crate::signal::Cancel;
use crate::sql::guard;
use crate::sql::hardness::{Hardness, hardness};

/// Rows of an answer that anybody reads.
const MOST_ROWS: usize = 200;

/// Rows without their order, each once: a set operation sorts, and takes what stands there twice once.
fn different(rows: &[Vec<Cell>]) -> BTreeSet<String> {
    rows.iter().map(|row| format!("{row:?}")).collect()
}

/// How hard a good draft is; `None` for one that is not good.
pub fn judge(database: &Database, schema: &Schema, draft: &Draft, cancel: &Cancel) -> Result<Option<Hardness>, DbError> {
    if verify::left_out(draft, schema).is_some() {
        return Ok(None);
    }
    let Some(hardness) = hardness(&draft.sql) else { return Ok(None) };
    let Some(answer) = run(database, &draft.sql, cancel)? else { return Ok(None) };
    let says_nothing = |cell: &Cell| matches!(cell, Cell::Null | Cell::Integer(0));
    if answer.rows.is_empty() || answer.rows.len() >= MOST_ROWS || answer.rows.iter().all(|row| row.iter().all(says_nothing)) {
        return Ok(None);
    }
    if let Some(tie) = &draft.tie {
        let Some(order) = run(database, tie, cancel)? else { return Ok(None) };
        let [.., before, last] = order.rows.as_slice() else { return Ok(None) };
        if before.first() == last.first() {
            return Ok(None);
        }
    }
    for weaker in &draft.weaker {
        match run(database, weaker, cancel)? {
            Some(other) if different(&other.rows) != different(&answer.rows) => {}
            _ => return Ok(None),
        }
    }
    Ok(Some(hardness))
}

/// What a query returns; `None` where it is refused or fails.
fn run(database: &Database, sql: &str, cancel: &Cancel) -> Result<Option<Table>, DbError> {
    let Ok(query) = guard::check(sql) else { return Ok(None) };
    match database.execute(&query, &Limits { max_rows: MOST_ROWS, ..Limits::default() }, cancel) {
        Ok(table) => Ok(Some(table)),
        Err(DbError::Stopped(stop)) => Err(DbError::Stopped(stop)),
        Err(_) => Ok(None),
    }
}
