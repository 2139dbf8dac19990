//! Texts that are numbers under the conditions of a query, and are compared or ordered letter by letter: `max(value)` of
//! `attribute WHERE key = 'max_temp'`, where other keys have words. The syntax does not show it: the database is asked.

use std::ops::Range;

use super::edits::replaced;
use super::lex::{TokenKind, name_of};
use super::resolve::resolve;
use super::tokens::{Part, Tokens};
use crate::schema::{Column, Holds, Meaning, Schema};

/// What of a text `v` says that it is one number: a date and a version have digits, signs and points, too.
const IS_NUMBER: &str = "v GLOB '*[0-9]*' AND v NOT GLOB '*[^0-9.-]*' AND v NOT GLOB '?*-*' AND v NOT GLOB '*.*.*'";
/// Rows that one look reads.
const ROWS: usize = 200;
/// More of them are not asked: each takes a look into the database.
const MOST: usize = 4;

/// A column that may hold numbers as text where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsNumbers {
    /// Where it stands, its qualifier included, in bytes.
    pub range: Range<usize>,
    /// As it is written.
    pub column: String,
    /// Gives one row of two numbers: the texts under the query's other conditions, and those of them that are numbers.
    pub sql: String,
}

impl AsNumbers {
    /// What stands in its place where all are numbers.
    pub fn cast(&self) -> String {
        format!("CAST({} AS REAL)", self.column)
    }
}

/// `sql` with `places`, which are in order, read as numbers.
pub fn read_as_numbers(sql: &str, places: &[AsNumbers]) -> Option<String> {
    let edits: Vec<(Range<usize>, String)> = places.iter().map(|place| (place.range.clone(), place.cast())).collect();
    replaced(sql, &edits)
}

/// The places of `sql` to ask about, in order.
pub fn as_numbers(sql: &str, schema: &Schema) -> Vec<AsNumbers> {
    let tokens = Tokens::new(sql);
    let Some(arm) = tokens.arm(0).filter(|arm| arm.end >= tokens.len() || tokens.text(arm.end) == ";") else { return Vec::new() };
    let (Some(from), Some(condition)) = (arm.clause(Part::From), arm.clause(Part::Where)) else { return Vec::new() };
    let inside = condition.start + 1..condition.end;
    let equates = tokens.find(inside.clone(), &["=", "==", "in", "like"]).is_some();
    let Some(resolution) = (if equates && tokens.find(inside.clone(), &["or"]).is_none() { resolve(sql, schema) } else { None }) else {
        return Vec::new();
    };
    let mut found: Vec<AsNumbers> = Vec::new();
    for reference in resolution.references.iter().filter(|reference| reference.scope == 0) {
        let column = resolution.source(reference).and_then(|source| source.table()?.column(&reference.name.text));
        let Some(at) = (0..tokens.len()).find(|at| tokens.bytes(*at..at + 1).start == reference.range.start) else { continue };
        let Some(end) = tokens.operand_after(at).filter(|end| column.is_some_and(is_mixed) && is_ordered(&tokens, &arm, at, *end)) else {
            continue;
        };
        let name = tokens.piece(at..end);
        let others = tokens.split(inside.clone(), "and").into_iter().filter(|range| !range.contains(&at));
        let conditions: Vec<&str> = others.map(|range| tokens.piece(range)).collect();
        if conditions.is_empty() {
            continue;
        }
        let sql = format!(
            "SELECT count(*), count(CASE WHEN {IS_NUMBER} THEN 1 END) FROM (SELECT {name} AS v {} WHERE {name} IS NOT NULL AND {} LIMIT {ROWS})",
            tokens.piece(from.clone()),
            conditions.join(" AND ")
        );
        found.push(AsNumbers { range: tokens.bytes(at..end), column: name.to_owned(), sql });
    }
    found.sort_by_key(|place| place.range.start);
    found.dedup_by_key(|place| place.range.start);
    found.truncate(MOST);
    found
}

/// Whether a column holds texts of which some that are known are no numbers: those that all are have a form of their own.
fn is_mixed(column: &Column) -> bool {
    let words = column.samples.iter().any(|text| text.trim().parse::<f64>().is_err());
    column.holds == Holds::Texts && column.meaning == Meaning::Plain && words
}

/// Whether the order of the operand at tokens `at..end` matters: in `min` and `max`, in ORDER BY, compared with a number.
fn is_ordered(tokens: &Tokens<'_>, arm: &super::tokens::Arm, at: usize, end: usize) -> bool {
    let in_call = at >= 2
        && tokens.text(at - 1) == "("
        && tokens.text(end) == ")"
        && tokens.is(at - 2, &["min", "max"])
        && tokens.call(at - 2).is_some();
    let ends = end >= tokens.len() || tokens.is(end, &["asc", "desc", ",", "limit", "nulls", ";"]);
    let term = ends
        && arm.clause(Part::OrderBy).is_some_and(|range| range.contains(&at))
        && (tokens.before(at) == "," || tokens.is(at.saturating_sub(1), &["by"]));
    let is_number = |at: usize| match tokens.kind(at) {
        Some(TokenKind::Number) => true,
        Some(TokenKind::String) => name_of(tokens.text(at)).parse::<f64>().is_ok(),
        _ => false,
    };
    let compared = tokens.is(end, &["<", "<=", ">", ">="]) && is_number(end + 1)
        || tokens.is(end, &["between"]) && is_number(end + 1) && is_number(end + 3);
    let behind = at >= 2 && tokens.is(at - 1, &["<", "<=", ">", ">="]) && is_number(at - 2);
    in_call || term || compared || behind
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;

    fn schema() -> Schema {
        let column = |name: &str, samples: &[&str]| Column {
            name: name.into(),
            holds: Holds::Texts,
            samples: samples.iter().map(|text| (*text).to_owned()).collect(),
            ..Column::default()
        };
        let columns = vec![column("key", &["room", "max_temp"]), column("value", &["Attic", "true"]), column("no", &["01", "02"])];
        Schema { tables: vec![Table { name: "attribute".into(), columns, ..Table::default() }] }
    }

    #[track_caller]
    fn check(sql: &str, expected: Option<&str>) {
        let found = as_numbers(sql, &schema());
        assert_eq!(read_as_numbers(sql, &found).filter(|_| !found.is_empty()).as_deref(), expected, "{sql}");
    }

    #[test]
    fn what_is_ordered_under_a_condition_is_asked() {
        check(
            "SELECT max(value) FROM attribute WHERE key = 'max_temp'",
            Some("SELECT max(CAST(value AS REAL)) FROM attribute WHERE key = 'max_temp'"),
        );
        check(
            "SELECT a.key FROM attribute a WHERE a.key = 'max_temp' AND a.value > '50' ORDER BY a.value DESC LIMIT 1",
            Some(
                "SELECT a.key FROM attribute a WHERE a.key = 'max_temp' AND CAST(a.value AS REAL) > '50' ORDER BY CAST(a.value AS REAL) DESC LIMIT 1",
            ),
        );
        let found = as_numbers("SELECT key FROM attribute WHERE key = 'max_temp' AND value BETWEEN 5 AND 9 AND no = 'x'", &schema());
        let expected = format!(
            "SELECT count(*), count(CASE WHEN {IS_NUMBER} THEN 1 END) FROM (SELECT value AS v FROM attribute WHERE value IS NOT NULL \
             AND key = 'max_temp' AND no = 'x' LIMIT 200)"
        );
        assert_eq!(found.into_iter().map(|place| place.sql).collect::<Vec<_>>(), [expected]);
    }

    #[test]
    fn other_places_are_not() {
        for sql in [
            "SELECT max(value) FROM attribute",
            "SELECT value FROM attribute WHERE key = 'max_temp'",
            "SELECT max(no) FROM attribute WHERE key = 'max_temp'",
            "SELECT key FROM attribute WHERE key = 'room' AND value = '5'",
            "SELECT key FROM attribute WHERE key = 'room' OR value > '5'",
            "SELECT key FROM attribute WHERE value > '5'",
            "SELECT max(value) FROM attribute WHERE key = 'a' UNION SELECT 1",
        ] {
            check(sql, None);
        }
    }
}
