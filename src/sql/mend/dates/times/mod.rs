//! Points in time that are kept as numbers, where a query takes them for dates: `date(createdAt)`, `createdAt >= '2024-01-01'`.
//!
//! SQLite compares a number with a text without an error (every number comes first) and reads it as a Julian day in a date function, so
//! such a query runs and answers something else. The schema knows what a column counts ([`crate::schema::Times`]); its name is put into
//! the date function that makes both sides alike.
//!
//! Files on their floors, the lowest first:
//! - `sight`: the statement, and what its columns count
//! - `affine`: what a query computes from a column before it gives it to a date function
//! - `kind`: which form of a date stands on the other side
//! - `clock`: what is computed from a moment on the other side
//! - `calls`: arguments of date functions
//! - `compared`: comparisons, patterns, lists, differences
//! - `days`: texts with a time of day, compared with a day alone

mod affine;
mod calls;
mod clock;
mod compared;
mod days;
mod kind;
mod sight;
#[cfg(test)]
mod tests;

use self::sight::{Sight, has_time, rest_of_day};
use crate::schema::{Schema, Times};
use crate::sql::change::Change;
use crate::sql::resolve::resolve;

/// More changes than this are no slip.
const MAX_CHANGES: usize = 32;

/// `sql` with every date that is asked of a number asked of what the number counts, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let (mut now, mut changes) = (sql.to_owned(), Vec::new());
    if !schema.tables.iter().any(|table| {
        table
            .columns
            .iter()
            .any(|column| column.meaning.times().is_some() || column.perhaps.is_some() || has_time(column) || rest_of_day(column).is_some())
    }) {
        return (now, changes);
    }
    for _ in 0..MAX_CHANGES {
        let Some(resolution) = resolve(&now, schema) else { break };
        let sight = Sight::new(&now, &resolution);
        // From the back, so that what stands inside a call is changed before the call.
        let at = (0..sight.tokens.len()).rev();
        let Some(edit) = at.into_iter().find_map(|at| {
            let called = calls::rewrite(&sight, at).or_else(|| compared::rewrite(&sight, at)).or_else(|| days::rewrite(&sight, at));
            called.or_else(|| calls::lasting(&sight, at)).or_else(|| calls::ordered(&sight, at))
        }) else {
            break;
        };
        let Some((next, change)) = edit.apply(&now) else { break };
        now = next;
        if !changes.contains(&change) {
            changes.push(change);
        }
    }
    (now, changes)
}

/// The columns of `sql` that a date function or a date is applied to and of which it is open what they count: for a word of doubt.
pub(crate) fn open_questions<'s>(sql: &str, schema: &'s Schema) -> Vec<(String, &'s Times)> {
    let Some(resolution) = resolve(sql, schema) else { return Vec::new() };
    let sight = Sight::new(sql, &resolution);
    let mut out: Vec<(String, &Times)> = Vec::new();
    for at in 0..sight.tokens.len() {
        let Some((place, _)) = calls::time_argument(&sight, at) else { continue };
        let Some(found) = sight.affine(place).filter(|found| found.times.is_open()) else { continue };
        let name = sight.tokens.piece(found.operand).to_owned();
        if !out.iter().any(|(known, _)| *known == name) {
            out.push((name, found.times));
        }
    }
    out
}
