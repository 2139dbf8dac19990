//! The habits of other dialects rewritten for SQLite, token by token, so that it works where there is no syntax tree.
//!
//! What is rewritten gives what PostgreSQL, MySQL and DuckDB give (and what the one database gives whose form it is), whatever the values, or it is left, and SQLite complains of it. Only what
//! SQLite does not accept is touched, or what it accepts with a meaning that nobody has in mind (`CAST(x AS DATE)` is a number there,
//! `'a' + b` is 0). Where databases differ on one text, its reading is told ([`crate::sql::ChangeKind::Reading`]). What has no counterpart
//! (`ROLLUP`, `QUALIFY`) is left for SQLite to complain of. Functions that SQLite lacks are ours (`db::functions`).
//!
//! Files on their floors, the lowest first:
//! - `habit`: whose habits a statement has
//! - `sight`: the statement, and what kinds of values its operands are
//! - `literals`: dates as they are written out
//! - `disputes`: texts on which databases differ, and what is said of them
//! - `functions`: calls that are spelt differently
//! - `groups`: aggregates
//! - `dates`: parts and beginnings of dates
//! - `lengths`: intervals in the one form that steps are read from
//! - `shifts`: steps in time
//! - `spans`: counts of units between dates
//! - `others`: calls that only SQL Server, Oracle, BigQuery or Snowflake have
//! - `vendors`: what means something else in Oracle and Snowflake, and more calls of one database
//! - `formats`: dates and numbers as text
//! - `numbers`: casts, quotients, remainders, powers
//! - `compares`: texts beside numbers
//! - `patterns`: LIKE and regular expressions
//! - `tables`: what stands where a table may, and where NULL comes
//! - `syntax`: everything else that is not a call

mod compares;
mod dates;
mod disputes;
mod formats;
mod functions;
mod groups;
mod habit;
mod lengths;
mod literals;
mod numbers;
mod others;
mod patterns;
mod shifts;
mod sight;
mod spans;
mod syntax;
mod tables;
mod vendors;

use std::ops::Range;

use self::habit::Habit;
use self::sight::{Edits, Named, Sight};
use super::change::{Change, ChangeKind};
use super::tokens::Tokens;
use crate::schema::Schema;

/// More rewritings than this are no habit.
const MAX_REWRITINGS: usize = 64;

/// Bytes up to which a statement is looked at: every rewriting reads it once more.
const MAX_BYTES: usize = 64 * 1024;

/// `sql` as SQLite would have it, and the changes in order. The types that `schema` is declared with tell what operands are.
pub fn rewrite(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let (mut now, mut changes) = (sql.to_owned(), Vec::new());
    if sql.len() > MAX_BYTES {
        return (now, changes);
    }
    // Of the statement as it was written: what is rewritten has SQLite's habits.
    let written = Tokens::new(sql);
    let (habit, named) = (Habit::of(&written, schema), Named::of(&written));
    let first = Sight { tokens: written, habit, named: &named, schema };
    let readings = disputes::readings(&first);
    if let Some((next, change)) = apply(&now, numbers::quotients(&first)) {
        changes.push(change);
        now = next;
    }
    for _ in 0..MAX_REWRITINGS {
        let sight = Sight { tokens: Tokens::new(&now), habit, named: &named, schema };
        // From the back, so that what stands inside a call is rewritten before the call.
        let Some(edits) = (0..sight.tokens.len()).rev().find_map(|at| rule(&sight, at)) else { break };
        let Some((next, change)) = apply(&now, edits) else { break };
        changes.push(change);
        now = next;
    }
    changes.extend(readings.into_iter().map(|(from, to)| Change { kind: ChangeKind::Reading, from, to }));
    (now, changes)
}

fn rule(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    if literals::is_handed_impossible(sight, at) {
        return None;
    }
    vendors::rewrite(sight, at)
        .or_else(|| others::rewrite(sight, at))
        .or_else(|| functions::rewrite(sight, at))
        .or_else(|| groups::rewrite(sight, at))
        .or_else(|| dates::rewrite(sight, at))
        .or_else(|| lengths::rewrite(sight, at))
        .or_else(|| shifts::rewrite(sight, at))
        .or_else(|| spans::rewrite(sight, at))
        .or_else(|| formats::rewrite(sight, at))
        .or_else(|| numbers::rewrite(sight, at))
        .or_else(|| compares::rewrite(sight, at))
        .or_else(|| patterns::rewrite(sight, at))
        .or_else(|| tables::rewrite(sight, at))
        .or_else(|| syntax::rewrite(sight, at))
}

/// The text with the edits made, and the change as it is told. `None` where nothing changes.
fn apply(now: &str, mut edits: Edits) -> Option<(String, Change)> {
    edits.sort_by_key(|(range, _)| range.start);
    let mut next = String::with_capacity(now.len() + 32);
    let mut at = 0;
    for (range, to) in &edits {
        next.push_str(now.get(at..range.start).unwrap_or_default());
        next.push_str(to);
        at = range.end;
        // What is left out takes its blank along.
        let rest = now.get(at..).unwrap_or_default();
        if to.is_empty() && next.ends_with(' ') && (rest.is_empty() || rest.starts_with([' ', ')', ';'])) {
            next.pop();
        }
    }
    next.push_str(now.get(at..).unwrap_or_default());
    if next == now {
        return None;
    }
    let told = |range: &Range<usize>| now.get(range.clone()).unwrap_or_default().trim().to_owned();
    let from: Vec<String> = edits.iter().map(|(range, _)| told(range)).filter(|text| !text.is_empty()).collect();
    let to: Vec<&str> = edits.iter().map(|(_, to)| to.trim()).filter(|text| !text.is_empty()).collect();
    Some((next, Change { kind: ChangeKind::Dialect, from: from.join(" "), to: to.join(" ") }))
}

#[cfg(test)]
mod tests;
