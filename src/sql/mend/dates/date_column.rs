//! A date asked of a column that keeps none, where its table has one column that does: `time LIKE '2024%'` over milliseconds that a review
//! took, beside the moment at which it was made; `time_fired` that a newer version of its program leaves NULL, beside `time_fired_ts`.
//!
//! Such a condition can be true of no row, or of all: nothing that was meant is lost with the other column's name in its place.

use std::collections::HashMap;

use crate::schema::{Column, DateText, Holds, Schema, Table};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::quote::identifier;
use crate::sql::resolve::resolve;
use crate::sql::tokens::Tokens;
use crate::text::words::split_name;

/// Words of names that speak of moments, and of their parts.
const MOMENTS: [&str; 21] = [
    "date", "at", "on", "when", "day", "month", "year", "week", "quarter", "hour", "since", "until", "from", "due", "start", "end", "last",
    "first", "login", "seen", "stamp",
];

/// `sql` with the table's dates where a number that is no date was asked for one, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let Some(resolution) = resolve(sql, schema) else { return (sql.to_owned(), Vec::new()) };
    let known = resolution.references.iter().filter_map(|reference| {
        let table = resolution.source(reference)?.table()?;
        let column = table.column(&reference.name.text)?;
        let plain = column.holds == Holds::Numbers && column.meaning.times().is_none() && !may_be_dates(column);
        // What was looked at and holds nothing but NULL.
        let empty = column.holds == Holds::Unknown && column.has_null && column.samples.is_empty();
        let dates = if empty { successor(table, column).or_else(|| only_dates(table)) } else { only_dates(table) };
        Some((reference.range.start, dates?)).filter(|_| plain || empty)
    });
    let columns: HashMap<usize, &Column> = known.collect();
    let tokens = Tokens::new(sql);
    let redirected = |at: usize| {
        let dates = columns.get(&tokens.bytes(at..at + 1).start)?;
        let end = tokens.operand_after(at).filter(|_| is_asked_for_a_date(&tokens, at))?;
        // The last part of a dotted name.
        Some((tokens.bytes(end - 1..end), identifier(&dates.name)))
    };
    let places = if columns.is_empty() { 0 } else { tokens.len() };
    edited(sql, ChangeKind::Column, (0..places).filter_map(redirected).collect())
}

/// The only column of `table` that keeps points in time.
fn only_dates(table: &Table) -> Option<&Column> {
    let mut dated = table.columns.iter().filter(is_dated);
    dated.next().filter(|_| dated.next().is_none())
}

/// The only column of points in time whose name goes on from that of `empty`: `last_updated_ts` from `last_updated`.
fn successor<'t>(table: &'t Table, empty: &Column) -> Option<&'t Column> {
    let words = split_name(&empty.name);
    let mut next = table.columns.iter().filter(is_dated).filter(|column| split_name(&column.name).strip_prefix(words.as_slice()).is_some());
    next.next().filter(|_| next.next().is_none())
}

/// Whether the numbers may be dates in a form that nobody recognised: a query that asks for them means this column.
fn may_be_dates(column: &Column) -> bool {
    let says = || split_name(&column.name).iter().any(|word| MOMENTS.contains(&word.as_str()) || is_participle(word));
    column.perhaps.is_some() || column.meaning.span().is_none() && says()
}

/// `accepted`, `surveyed`: when something was done, or how often.
fn is_participle(word: &str) -> bool {
    word.len() > 4 && word.ends_with("ed") && !word.ends_with("eed")
}

fn is_dated(column: &&Column) -> bool {
    column.has_moments()
}

/// Whether the column that begins at token `at` is compared with a date, or is what a date function reads.
fn is_asked_for_a_date(tokens: &Tokens<'_>, at: usize) -> bool {
    let Some(end) = tokens.operand_after(at) else { return false };
    let is_date = |at: usize| {
        let text = name_of(tokens.text(at));
        match tokens.kind(at) {
            Some(TokenKind::String) => DateText::is_day(text.trim_end_matches('%')) || is_year_pattern(&text),
            _ => tokens.is(at, &["date", "datetime"]) && tokens.call(at).is_some(),
        }
    };
    let compares = ["<", "<=", ">", ">=", "=", "<>", "!=", "like", "between"];
    let behind = tokens.is(end, &compares) && is_date(end + 1);
    let before = at
        .checked_sub(2)
        .is_some_and(|literal| tokens.is(at - 1, &compares) && tokens.kind(literal) == Some(TokenKind::String) && is_date(literal));
    behind || before || is_read_as_date(tokens, at)
}

/// Whether a date function reads the column that begins at token `at`.
fn is_read_as_date(tokens: &Tokens<'_>, at: usize) -> bool {
    let back = |steps: usize, words: &[&str]| at.checked_sub(steps).is_some_and(|at| tokens.is(at, words));
    let first = back(1, &["("]) && back(2, &["date", "datetime", "julianday", "unixepoch"]);
    // Hours may be asked of what keeps times of day.
    let of_hours = || at.checked_sub(2).is_some_and(|format| ["%H", "%M", "%S"].iter().any(|part| tokens.text(format).contains(part)));
    first || (back(1, &[","]) && back(3, &["("]) && back(4, &["strftime"]) && !of_hours())
}

/// `2024%`, `2024-03%`.
fn is_year_pattern(text: &str) -> bool {
    let Some(begun) = text.strip_suffix('%') else { return false };
    let digits = |part: &str, count: usize| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    match begun.trim_end_matches('-').split_once('-') {
        Some((year, month)) => digits(year, 4) && digits(month, 2),
        None => digits(begun.trim_end_matches('-'), 4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Meaning, SpanUnit, TimeUnit, Times};

    fn schema(second: bool) -> Schema {
        let number = |name: &str, meaning| Column { name: name.into(), meaning, holds: Holds::Numbers, ..Column::default() };
        let mut columns = vec![
            number(
                "id",
                Meaning::Time(Times {
                    units: vec![TimeUnit::UnixMillis],
                    mixed: false,
                    never: false,
                    first: String::new(),
                    last: String::new(),
                }),
            ),
            number("time", Meaning::Span(SpanUnit::Millis)),
            number("ease", Meaning::Plain),
            number("last_login", Meaning::Plain),
            number("surveyed", Meaning::Plain),
            number("year", Meaning::Plain),
            Column { name: "note".into(), holds: Holds::Texts, ..Column::default() },
        ];
        if second {
            columns.push(Column { name: "due".into(), holds: Holds::Texts, samples: vec!["2024-01-02".into()], ..Column::default() });
        }
        Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] }
    }

    #[track_caller]
    fn check(condition: &str, expected: &str) {
        let sql = |condition: &str| format!("SELECT ease FROM t WHERE {condition}");
        let (now, changes) = mend(&sql(condition), &schema(false));
        assert_eq!(now, sql(expected));
        assert_eq!(changes.is_empty(), condition == expected);
        assert!(mend(&sql(condition), &schema(true)).1.is_empty(), "of two columns with dates, none is chosen");
    }

    #[test]
    fn the_only_dates_of_a_table_are_asked() {
        check("time LIKE '2024%'", "id LIKE '2024%'");
        // What may keep dates of its own is meant by its name.
        for condition in ["last_login LIKE '2024%'", "strftime('%H', time) = '18'", "surveyed > '2024-01-01'", "year = '2024-01-01'"] {
            check(condition, condition);
        }
        check("t.time >= '2024-01-01' AND t.time < '2025-01-01'", "t.id >= '2024-01-01' AND t.id < '2025-01-01'");
        check("time BETWEEN '2024-01-01' AND '2024-12-31'", "id BETWEEN '2024-01-01' AND '2024-12-31'");
        check("'2024-01-01' <= ease", "'2024-01-01' <= id");
        check("strftime('%Y', time) = '2024'", "strftime('%Y', id) = '2024'");
        check("date(time) = '2024-05-01'", "date(id) = '2024-05-01'");
        check("ease > date('now')", "id > date('now')");
    }

    #[test]
    fn what_a_newer_version_leaves_null_goes_to_the_column_that_goes_on_from_it() {
        let mut schema = schema(true);
        let empty = Column { name: "last_seen".into(), has_null: true, ..Column::default() };
        let times = Times { units: vec![TimeUnit::UnixSeconds], mixed: false, never: false, first: String::new(), last: String::new() };
        let next = Column { name: "last_seen_ts".into(), meaning: Meaning::Time(times), holds: Holds::Numbers, ..Column::default() };
        schema.tables[0].columns.extend([empty, next]);
        let mended = |condition: &str| mend(&format!("SELECT ease FROM t WHERE {condition}"), &schema).0.split_off(25);
        assert_eq!(mended("last_seen LIKE '2024%'"), "last_seen_ts LIKE '2024%'");
        assert_eq!(mended("last_seen IS NULL"), "last_seen IS NULL");
        // The others are several.
        assert_eq!(mended("time LIKE '2024%'"), "time LIKE '2024%'");
    }

    #[test]
    fn what_asks_for_no_date_stays() {
        for condition in ["time > 2024", "time = '2024'", "note LIKE '2024%'", "note > '2024-01-01'", "id LIKE '2024%'", "ease = 'good'"] {
            check(condition, condition);
        }
    }
}
