//! Row counts, sample values, and whether values bear out an inferred key. Every part has a time of its own.

use std::collections::HashMap;
use std::time::Duration;

use rusqlite::types::ValueRef;

use super::database::{Database, cell_of};
use super::error::DbError;
use super::table::Cell;
use crate::schema::{Column, ForeignKey, KeyOrigin, Schema, Table, TableKind};
use crate::signal::{Cancel, Stop};
use crate::sql::quote::quoted_identifier;

/// For all tables together.
const TOTAL: Duration = Duration::from_secs(5);
/// For one query of ours.
const ONE_QUERY: Duration = Duration::from_millis(250);
/// Rows looked at for samples.
const ROWS: usize = 1_000;
/// Cells looked at for samples, so that a wide table gives fewer rows.
const CELLS: usize = 100_000;
/// Values of a text column shown.
const VALUES: usize = 4;
/// Characters of a value shown.
const LENGTH: usize = 40;

/// Fills what can be found out in the time there is.
pub(super) fn fill(database: &Database, schema: &mut Schema, cancel: &Cancel) -> Result<(), DbError> {
    let budget = cancel.with_timeout(TOTAL);
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
        sample(database, table, &budget);
    }
    let mut contradicted: Vec<(usize, ForeignKey)> = Vec::new();
    for (i, table) in schema.tables.iter().enumerate() {
        for key in table.foreign_keys.iter().filter(|key| key.origin == KeyOrigin::Inferred) {
            if orphans(database, table, key, &budget).is_some_and(|n| n > 0) {
                contradicted.push((i, key.clone()));
            }
        }
    }
    for (i, wrong) in contradicted {
        if let Some(table) = schema.tables.get_mut(i) {
            table.foreign_keys.retain(|key| *key != wrong);
        }
    }
    match cancel.stop() {
        Some(Stop::Cancelled) => Err(DbError::Stopped(Stop::Cancelled)),
        _ => Ok(()),
    }
}

/// The result of a query that may fail or run out of time without harm.
fn quick<T>(database: &Database, budget: &Cancel, work: impl Fn(&rusqlite::Connection) -> rusqlite::Result<T>) -> Option<T> {
    database.with(&budget.with_timeout(ONE_QUERY), |connection| Ok(work(connection)?)).ok()
}

/// How many of the first values have no partner; `None` where that could not be found out.
fn orphans(database: &Database, table: &Table, key: &ForeignKey, budget: &Cancel) -> Option<i64> {
    let (column, target) = (key.columns.first()?, key.foreign_columns.first()?);
    let sql = format!(
        "SELECT count(*) FROM (SELECT DISTINCT {column} AS v FROM {table} WHERE {column} IS NOT NULL LIMIT 200) AS s WHERE NOT EXISTS (SELECT 1 FROM {other} AS o WHERE o.{target} = s.v)",
        column = quoted_identifier(column),
        table = quoted_identifier(&table.name),
        other = quoted_identifier(&key.foreign_table),
        target = quoted_identifier(target),
    );
    quick(database, budget, |c| c.query_row(&sql, [], |row| row.get(0)))
}

/// What the rows looked at said about one column.
#[derive(Debug, Clone, Default)]
struct Seen {
    texts: HashMap<String, (usize, usize)>,
    numbers: Vec<f64>,
    shown: Option<(Cell, Cell)>,
}

fn sample(database: &Database, table: &mut Table, budget: &Cancel) {
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
        while let Some(row) = cursor.next()? {
            // A few large rows take longer than the steps between two looks of SQLite's own.
            if budget.is_stopped() {
                break;
            }
            for (i, column) in seen.iter_mut().enumerate() {
                column.note(row.get_ref(i)?, order);
            }
            order += 1;
        }
        Ok(seen)
    });
    let Some(mut seen) = seen else { return };
    if table.row_count.is_some_and(|n| n > rows as u64) {
        widen(database, &name, &names, &mut seen, budget);
    }
    for (column, seen) in table.columns.iter_mut().zip(seen) {
        column.samples = seen.samples();
    }
}

/// Asks the whole table for the range of the columns that have one, in one scan.
fn widen(database: &Database, table: &str, names: &[String], seen: &mut [Seen], budget: &Cancel) {
    let ranged: Vec<usize> = seen.iter().enumerate().filter(|(_, s)| s.is_ranged()).map(|(i, _)| i).take(100).collect();
    let parts: Vec<String> = ranged.iter().filter_map(|&i| names.get(i)).map(|name| format!("min({name}), max({name})")).collect();
    if parts.is_empty() {
        return;
    }
    let sql = format!("SELECT {} FROM {table}", parts.join(", "));
    let range = quick(database, budget, |c| {
        c.query_row(&sql, [], |row| {
            (0..ranged.len()).map(|i| Ok((cell_of(row.get_ref(2 * i)?), cell_of(row.get_ref(2 * i + 1)?)))).collect::<Result<Vec<_>, _>>()
        })
    });
    for (&i, pair) in ranged.iter().zip(range.unwrap_or_default()) {
        if let Some(column) = seen.get_mut(i) {
            column.shown = Some(pair);
        }
    }
}

impl Seen {
    fn note(&mut self, value: ValueRef<'_>, order: usize) {
        match value {
            ValueRef::Text(bytes) => {
                // Only the beginning is looked at, however long the value is; four bytes are the longest character.
                let text = String::from_utf8_lossy(bytes.get(..4 * (LENGTH + 1)).unwrap_or(bytes));
                let cut: String = text.chars().take(LENGTH + 1).collect();
                let cut = if cut.chars().count() > LENGTH { cut.chars().take(LENGTH - 1).chain(['…']).collect() } else { cut };
                self.texts.entry(cut).or_insert((0, order)).0 += 1;
            }
            ValueRef::Integer(_) | ValueRef::Real(_) => {
                let cell = cell_of(value);
                let value = number(&cell);
                self.numbers.push(value);
                self.shown = match self.shown.take() {
                    Some((low, high)) => {
                        let new_low = if value < number(&low) { cell.clone() } else { low };
                        let new_high = if value > number(&high) { cell } else { high };
                        Some((new_low, new_high))
                    }
                    None => Some((cell.clone(), cell)),
                };
            }
            ValueRef::Null | ValueRef::Blob(_) => {}
        }
    }

    /// Numbers, or texts that all begin like an ISO date.
    fn is_ranged(&self) -> bool {
        if self.texts.is_empty() { !self.numbers.is_empty() } else { self.numbers.is_empty() && self.texts.keys().all(|t| is_date(t)) }
    }

    fn samples(self) -> Vec<String> {
        if self.texts.is_empty() && !self.numbers.is_empty() {
            return self.shown.map(|(low, high)| range(&show(&low), &show(&high))).into_iter().collect();
        }
        if self.is_ranged() {
            let (low, high) = match &self.shown {
                Some((low, high)) => (show(low), show(high)),
                None => (self.texts.keys().min().cloned().unwrap_or_default(), self.texts.keys().max().cloned().unwrap_or_default()),
            };
            return vec![range(&low, &high)];
        }
        let mut texts: Vec<(String, (usize, usize))> = self.texts.into_iter().filter(|(t, _)| !t.is_empty()).collect();
        // The frequent first; among equals in the order they were met.
        texts.sort_by(|(_, (a, first_a)), (_, (b, first_b))| b.cmp(a).then(first_a.cmp(first_b)).then(std::cmp::Ordering::Equal));
        texts.into_iter().take(VALUES).map(|(text, _)| text).collect()
    }
}

fn range(low: &str, high: &str) -> String {
    if low == high { low.to_owned() } else { format!("{low}..{high}") }
}

fn number(cell: &Cell) -> f64 {
    match cell {
        Cell::Integer(n) => *n as f64,
        Cell::Real(x) => *x,
        _ => f64::NAN,
    }
}

fn show(cell: &Cell) -> String {
    match cell {
        Cell::Integer(n) => n.to_string(),
        Cell::Real(x) => x.to_string(),
        Cell::Text(text) => text.chars().take(LENGTH).collect(),
        Cell::Null | Cell::Blob(_) => String::new(),
    }
}

/// Whether `text` begins with `YYYY-MM-DD`.
fn is_date(text: &str) -> bool {
    text.len() >= 10 && text.bytes().take(10).enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() })
}
