//! The unit of a column of lengths whose numbers leave it open, told by the moments beside it: `duration` is how long it is from `start_time`
//! to `end_time`.

use super::durations::says_span;
use super::hints::words_of;
use super::quick::quick;
use crate::db::database::Database;
use crate::schema::{Column, DateText, Holds, Meaning, Schema, SpanUnit, Table, TableKind, TimeUnit, Times};
use crate::signal::Cancel;
use crate::sql::quote::quoted_identifier;
use crate::sql::stretch::{BEGINS, ENDS};

/// Rows looked at.
const ROWS: usize = 500;
/// Fewer that are longer than nothing say nothing.
const FEWEST: i64 = 3;
/// Of a hundred rows, so many have to fit.
const MOST: i64 = 90;
/// Units, and by how many seconds a row may miss: a unit is cut off or rounded.
const UNITS: [(SpanUnit, f64); 4] = [(SpanUnit::Seconds, 1.0), (SpanUnit::Minutes, 60.0), (SpanUnit::Millis, 1.0), (SpanUnit::Hours, 60.0)];

/// Tells the unit of every such column of `table`.
pub(super) fn tell(database: &Database, table: &mut Table, budget: &Cancel) {
    let is_open = |column: &Column| column.meaning == Meaning::Plain && column.holds == Holds::Numbers && says_span(&column.name);
    let open: Vec<usize> = table.columns.iter().enumerate().filter(|(_, column)| is_open(column)).map(|(at, _)| at).collect();
    if open.is_empty() || table.kind != TableKind::Table {
        return;
    }
    let (Some(begin), Some(end)) = (moment(table, &BEGINS), moment(table, &ENDS)) else { return };
    for at in open {
        let Some(column) = table.columns.get(at) else { continue };
        let name = quoted_identifier(&column.name);
        let fits: Vec<String> =
            UNITS.iter().map(|(unit, slack)| format!("sum(abs(took - {name} / {:.9}) <= {slack:.1})", unit.per_second())).collect();
        let sql = format!(
            "SELECT count(*), {} FROM (SELECT {end} - {begin} AS took, {name} FROM {} WHERE {name} > 0 LIMIT {ROWS}) WHERE took > 60",
            fits.join(", "),
            quoted_identifier(&table.name)
        );
        let counts = quick(database, budget, |c| {
            c.query_row(&sql, [], |row| {
                (0..=UNITS.len()).map(|i| Ok(row.get::<_, Option<i64>>(i)?.unwrap_or(0))).collect::<Result<Vec<_>, _>>()
            })
        });
        let Some((rows, fitting)) = counts.as_deref().and_then(|counts| counts.split_first()).filter(|(rows, _)| **rows >= FEWEST) else {
            continue;
        };
        let unit = UNITS.iter().zip(fitting).find(|(_, fit)| **fit * 100 >= MOST * rows).map(|((unit, _), _)| *unit);
        if let (Some(unit), Some(column)) = (unit, table.columns.get_mut(at)) {
            column.meaning = Meaning::Span(unit);
        }
    }
}

/// Names of lengths that programs measure themselves, in the unit of their moments.
const MEASURED: [&str; 4] = ["duration", "elapsed", "runtime", "playtime"];
/// A length that is at least this long in some row is in milliseconds where moments are: 10 minutes, or else a week.
const LONG: f64 = 600_000.0;

/// Tells the unit of lengths whose numbers leave it open, in a file that keeps all of its moments in milliseconds.
pub(super) fn tell_by_moments(schema: &mut Schema) {
    let mut units =
        schema.tables.iter().flat_map(|table| &table.columns).filter_map(|column| column.meaning.times()).map(Times::unit).peekable();
    if units.peek().is_none() || !units.all(|unit| unit == TimeUnit::UnixMillis) {
        return;
    }
    for table in &mut schema.tables {
        let keys: Vec<String> = table.primary_key.iter().chain(table.foreign_keys.iter().flat_map(|key| &key.columns)).cloned().collect();
        for column in &mut table.columns {
            let measured = words_of(&column.name).last().is_some_and(|last| MEASURED.contains(&last.as_str()));
            let open = column.meaning == Meaning::Plain && column.holds == Holds::Numbers && !keys.contains(&column.name);
            if measured && open && column.is_whole() && column.range().is_some_and(|(least, most)| least >= 0.0 && most >= LONG) {
                column.meaning = Meaning::Span(SpanUnit::Millis);
            }
        }
    }
}

/// The seconds since 1970 of the one column of moments whose name has one of `words`, as SQL.
fn moment(table: &Table, words: &[&str]) -> Option<String> {
    let named = |column: &&Column| words_of(&column.name).iter().any(|word| words.contains(&word.as_str()));
    let seconds = |column: &Column| {
        let name = quoted_identifier(&column.name);
        if let Some(times) = column.meaning.times().filter(|times| !times.is_open() && !times.mixed) {
            return Some(format!("unixepoch({})", times.sql_arguments(&name)));
        }
        let dated = column.holds == Holds::Texts && column.samples.first().is_some_and(|text| DateText::of(text) == Some(DateText::Time));
        dated.then(|| format!("unixepoch({name})"))
    };
    let mut found = table.columns.iter().filter(named).filter_map(seconds);
    found.next().filter(|_| found.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    /// The unit of `took` in a table with these columns, in rows that each begin an hour later.
    #[track_caller]
    fn check(begin: &str, end: &str, took: &str, expected: Option<SpanUnit>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("made.db");
        let sql = format!(
            "BEGIN; CREATE TABLE entry (id INTEGER PRIMARY KEY, start_time, end_time, duration);
             WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 40), m AS (SELECT i, 1700000000 + i * 3600 AS s, 300 + i * 137 AS d FROM r)
             INSERT INTO entry SELECT i, {begin}, {end}, {took} FROM m; COMMIT"
        );
        Connection::open(&path).unwrap().execute_batch(&sql).unwrap();
        let schema = Database::open(&path).unwrap().schema(&Cancel::new()).unwrap();
        assert_eq!(schema.tables[0].columns[3].meaning.span(), expected, "{begin} {end} {took}");
    }

    #[test]
    fn moments_tell_the_unit() {
        let (begin, end) = ("datetime(s, 'unixepoch')", "datetime(s + d, 'unixepoch')");
        check(begin, end, "d", Some(SpanUnit::Seconds));
        check(begin, end, "d / 60", Some(SpanUnit::Minutes));
        check(begin, end, "d / 3600.0", Some(SpanUnit::Hours));
        check("s * 1000", "(s + d) * 1000", "d * 1000 + 7", Some(SpanUnit::Millis));
        check("s", "CASE WHEN i % 20 = 3 THEN NULL ELSE s + d END", "d", Some(SpanUnit::Seconds));
        check(begin, end, "i * 7 + 1", None);
        check("'a'", "'b'", "d", None);
    }
}
