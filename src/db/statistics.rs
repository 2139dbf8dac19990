//! Row counts and sample values; then inferred keys are confirmed (`keys`). Every part has a time of its own.
//!
//! Files on their floors, the lowest first:
//! - `quick`: one query of ours
//! - `documents`: JSON kept as text
//! - `languages`: names of moments in other languages, and in one word
//! - `vocabulary`: words in names of columns, by what they say of a number
//! - `hints`: what a name and a declared type say of numbers
//! - `dictionaries`: what the file says of its own columns
//! - `times`: which unit numbers count, where they are points in time
//! - `durations`: which unit spans of time are counted in
//! - `written`: numbers and dates kept as text
//! - `seen`: what the rows that were looked at say about a column
//! - `spanned`: the unit of lengths, told by the moments beside them
//! - `views`: columns of views that are a table's

mod dictionaries;
mod documents;
mod durations;
mod hints;
mod languages;
mod quick;
mod seen;
mod spanned;
#[cfg(test)]
mod tests;
mod times;
mod views;
mod vocabulary;
mod written;

use std::time::Duration;

use self::quick::quick;
use self::seen::{Known, Seen};
use super::database::{Database, cell_of};
use super::error::DbError;
use super::keys;
use crate::schema::{Column, Holds, Meaning, Profile, Schema, Table, TableKind, Times};
use crate::signal::{Cancel, Stop};
use crate::sql::quote::quoted_identifier;

/// For all tables together.
const TOTAL: Duration = Duration::from_secs(5);
/// Rows looked at for samples.
const ROWS: usize = 1_000;
/// Cells looked at for samples, so that a wide table gives fewer rows.
const CELLS: usize = 100_000;

/// Years that a column of what happened to a program's rows spans at most.
const MOST_YEARS: i32 = 30;

/// Fills what can be found out in the time there is.
pub(super) fn fill(database: &Database, schema: &mut Schema, cancel: &Cancel) -> Result<(), DbError> {
    let budget = cancel.with_timeout(TOTAL);
    let profiles = database.recognised(schema, &budget);
    for table in schema.tables.iter_mut().filter(|table| table.unreadable.is_none()) {
        if budget.is_stopped() {
            break;
        }
        if table.kind == TableKind::Table {
            table.row_count = quick(database, &budget, |c| {
                c.query_row(&format!("SELECT count(*) FROM {}", quoted_identifier(&table.name)), [], |row| row.get::<_, i64>(0))
            })
            .and_then(|n| u64::try_from(n).ok());
        }
        sample(database, table, &profiles, &budget);
        dictionaries::find_fractions(table);
        spanned::tell(database, table, &budget);
    }
    spanned::tell_by_moments(schema);
    views::hand_on(schema);
    dictionaries::read(database, schema, &budget);
    keys::confirm(database, schema, &profiles, &budget);
    match cancel.stop() {
        Some(Stop::Cancelled) => Err(DbError::Stopped(Stop::Cancelled)),
        _ => Ok(()),
    }
}

fn sample(database: &Database, table: &mut Table, profiles: &[&Profile], budget: &Cancel) {
    if table.columns.is_empty() {
        return;
    }
    // A name that is not UTF-8 cannot be written in a statement: such a column counts as empty.
    let name_of = |c: &Column| if c.name.contains(char::REPLACEMENT_CHARACTER) { "NULL".into() } else { quoted_identifier(&c.name) };
    let names: Vec<String> = table.columns.iter().map(name_of).collect();
    let rows = ROWS.min(CELLS / names.len()).max(20);
    let name = quoted_identifier(&table.name);
    let sql = format!("SELECT {} FROM {name} LIMIT {rows}", names.join(", "));
    let width = names.len();
    let seen = quick(database, budget, |connection| {
        let mut statement = connection.prepare(&sql)?;
        let mut cursor = statement.query([])?;
        let mut seen = vec![Seen::default(); width];
        let mut order = 0;
        let at_end = loop {
            let row = match cursor.next() {
                Ok(Some(row)) => row,
                Ok(None) => break order < rows,
                // Time is up: what was seen until then is something.
                Err(_) if order > 0 => break false,
                Err(error) => return Err(error),
            };
            // A few large rows take longer than the steps between two looks of SQLite's own.
            if budget.is_stopped() {
                break false;
            }
            for (i, column) in seen.iter_mut().enumerate() {
                column.note(row.get_ref(i)?, order);
            }
            order += 1;
        };
        Ok((seen, at_end || table.row_count.is_some_and(|n| n <= order as u64)))
    });
    let Some((mut seen, all)) = seen else { return };
    // A count that took too long is no reason to take the first rows for all of them.
    match table.kind {
        _ if all => {}
        TableKind::Table => widen(database, table, &names, &mut seen, budget),
        // All rows of a view may be any work.
        TableKind::View | TableKind::Virtual => seen.iter_mut().for_each(Seen::leave_open),
    }
    let core_data = table.column("Z_PK").is_some();
    let (primary_key, foreign_keys) = (&table.primary_key, &table.foreign_keys);
    for (column, seen) in table.columns.iter_mut().zip(&seen) {
        column.samples = seen.samples();
        column.holds = seen.holds();
        column.has_null = seen.has_null();
        column.has_empty = seen.has_empty();
        let named = |names: &[String]| matches!(names, [name] if name.eq_ignore_ascii_case(&column.name));
        let key = named(primary_key) || foreign_keys.iter().any(|key| named(&key.columns));
        let told = profiles.iter().flat_map(|profile| &profile.units).find(|(place, _)| place.is_column(&table.name, &column.name));
        let known = Known {
            hint: hints::hint(&column.name, &column.declared_type, core_data),
            unit: told.map(|(_, unit)| *unit),
            key,
            asked: false,
        };
        column.meaning = seen.meaning(&column.name, &column.declared_type, known);
        let length = profiles.iter().flat_map(|profile| &profile.lengths).find(|(place, _)| place.is_column(&table.name, &column.name));
        // What the values say comes first.
        if let (Some((_, unit)), Holds::Numbers, Meaning::Plain | Meaning::Span(_)) = (length, column.holds, &column.meaning) {
            column.meaning = Meaning::Span(*unit);
        }
        column.perhaps = seen.perhaps(&column.meaning, &column.name, &column.declared_type, known);
    }
    settle(table, &seen);
}

/// The year of `2024-01-31`.
fn year(date: &str) -> Option<i32> {
    date.get(..4)?.parse().ok()
}

/// Leaves no unit open where the dates of the other columns tell it.
fn settle(table: &mut Table, seen: &[Seen]) {
    // What spans a lifetime says nothing of the others.
    let is_narrow = |times: &&Times| match (year(&times.first), year(&times.last)) {
        (Some(first), Some(last)) => !times.is_open() && last - first <= MOST_YEARS,
        _ => false,
    };
    let sure = || table.columns.iter().filter_map(|column| column.meaning.times()).filter(is_narrow);
    let ends = (sure().map(|times| times.first.clone()).min(), sure().map(|times| times.last.clone()).max());
    let (Some(first), Some(last)) = ends else { return };
    for (column, seen) in table.columns.iter_mut().zip(seen) {
        if let Meaning::Time(times) = &mut column.meaning
            && times.is_open()
        {
            seen.settle(times, (&first, &last));
        }
    }
}

/// Asks the whole table for the range of the columns that have one, in one scan; where that takes too long, those that begin an index.
fn widen(database: &Database, table: &Table, names: &[String], seen: &mut [Seen], budget: &Cancel) {
    let ranged: Vec<usize> = seen.iter().enumerate().filter(|(_, s)| s.is_ranged()).map(|(i, _)| i).take(100).collect();
    let name = quoted_identifier(&table.name);
    let parts: Vec<String> = ranged.iter().filter_map(|&i| names.get(i)).map(|name| format!("min({name}), max({name})")).collect();
    if parts.is_empty() {
        return;
    }
    let sql = format!("SELECT {} FROM {name}", parts.join(", "));
    let range = quick(database, budget, |c| {
        c.query_row(&sql, [], |row| {
            (0..ranged.len()).map(|i| Ok((cell_of(row.get_ref(2 * i)?), cell_of(row.get_ref(2 * i + 1)?)))).collect::<Result<Vec<_>, _>>()
        })
    });
    let indexed = if range.is_some() { Vec::new() } else { indexed(database, table, budget) };
    for (at, &i) in ranged.iter().enumerate() {
        let (Some(column), Some(quoted)) = (seen.get_mut(i), names.get(i)) else { continue };
        let pair = match &range {
            Some(pairs) => pairs.get(at).cloned(),
            None if table.columns.get(i).is_some_and(|column| indexed.contains(&column.name.to_ascii_lowercase())) => {
                // Apart, each is one step to an end of the index.
                let sql = format!("SELECT (SELECT min({quoted}) FROM {name}), (SELECT max({quoted}) FROM {name})");
                quick(database, budget, |c| c.query_row(&sql, [], |row| Ok((cell_of(row.get_ref(0)?), cell_of(row.get_ref(1)?)))))
            }
            None => None,
        };
        match pair {
            Some((low, high)) => column.widen(low, high),
            None => column.leave_open(),
        }
    }
}

/// Columns that begin an index of the whole table, or are its row's number: in lower case.
fn indexed(database: &Database, table: &Table, budget: &Cancel) -> Vec<String> {
    let sql = "SELECT lower(i.name) FROM pragma_index_list(?1) AS l, pragma_index_info(l.name) AS i WHERE i.seqno = 0 AND NOT l.partial";
    let mut names = quick(database, budget, |c| {
        c.prepare(sql)?.query_map([&table.name], |row| row.get::<_, Option<String>>(0))?.collect::<Result<Vec<_>, _>>()
    });
    let mut names: Vec<String> = names.take().unwrap_or_default().into_iter().flatten().collect();
    names.extend(match table.primary_key.as_slice() {
        [only] => Some(only.to_ascii_lowercase()),
        _ => None,
    });
    names
}
