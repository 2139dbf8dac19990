//! What a statement computes from the columns of one table: queries that ask the database what comes of it.
//!
//! A date that is NULL in every row, and a number that is compared with a text, run without an error and are true of no row, or of all.
//! The syntax shows neither where the value comes out of a document or an expression.

use std::ops::Range;

use super::lex::{TokenKind, name_of};
use super::quote::{identifier, table_name};
use super::resolve::{Binding, Resolution, resolve};
use super::tokens::{COMPARISONS, Tokens};
use crate::schema::Schema;

/// Rows that one probe looks at.
const ROWS: usize = 200;
/// More of them are not asked: each takes a look into the database.
const MOST: usize = 4;
/// Functions that give a date, with the place of the date among their arguments.
const DATES: [(&str, usize); 6] = [("date", 0), ("datetime", 0), ("time", 0), ("julianday", 0), ("unixepoch", 0), ("strftime", 1)];
/// Functions whose value has no affinity, so that a number and a text are never equal.
const VALUES: [&str; 8] = ["json_extract", "jsonb_extract", "strftime", "substr", "substring", "lower", "upper", "trim"];

/// What a probe finds out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asks {
    /// Whether the call is NULL in every row: the probe gives the rows, and those in which the call is not NULL.
    Dated,
    /// Whether the column is NULL in no row, where the query wants it to be: the probe gives whether there are rows, and whether it is in one.
    Null,
    /// Whether the value is of another kind than the literal that it is compared with: the probe gives how many are numbers, and how many texts.
    Compared {
        /// As it is written.
        literal: String,
        /// Whether it is a text, and not a number.
        is_text: bool,
    },
}

/// A query to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Gives one row of two numbers.
    pub sql: String,
    /// The part of the statement that is asked about.
    pub value: String,
    /// What for.
    pub asks: Asks,
}

/// The probes of `sql`, in the order in which their values stand.
pub fn probes(sql: &str, schema: &Schema) -> Vec<Probe> {
    let Some(resolution) = resolve(sql, schema) else { return Vec::new() };
    let tokens = Tokens::new(sql);
    // What an outer join makes up is NULL in no row of the table.
    let outer = (0..tokens.len()).any(|at| tokens.is(at, &["left", "right", "full", "outer"]) && tokens.text(at + 1) != "(");
    let nulls = |at: usize| if outer { None } else { null(&tokens, &resolution, at) };
    let found = (0..tokens.len())
        .filter_map(|at| dated(&tokens, &resolution, at).or_else(|| compared(&tokens, &resolution, at)).or_else(|| nulls(at)));
    let mut out: Vec<Probe> = Vec::new();
    for probe in found {
        if out.len() < MOST && !out.iter().any(|other| other.value == probe.value && other.asks == probe.asks) {
            out.push(probe);
        }
    }
    out
}

/// The date call at token `at`.
fn dated(tokens: &Tokens<'_>, resolution: &Resolution<'_>, at: usize) -> Option<Probe> {
    let (_, place) = DATES.into_iter().find(|(name, _)| tokens.is(at, &[name]))?;
    let call = tokens.call(at)?;
    let argument = call.arguments.get(place)?.clone();
    let whole = at..call.close + 1;
    // A column among the modifiers alone makes it NULL where it is.
    source(tokens, resolution, &argument)?;
    let from = source(tokens, resolution, &whole)?;
    let (value, argument) = (tokens.piece(whole), tokens.piece(argument));
    let sql = format!("SELECT count(*), count(v) FROM (SELECT {value} AS v FROM {from} WHERE ({argument}) IS NOT NULL LIMIT {ROWS})");
    Some(Probe { sql, value: value.to_owned(), asks: Asks::Dated })
}

/// `IS NULL` behind a column, at token `at`.
fn null(tokens: &Tokens<'_>, resolution: &Resolution<'_>, at: usize) -> Option<Probe> {
    if !tokens.is(at, &["is"]) || !tokens.is(at + 1, &["null"]) {
        return None;
    }
    let start = tokens.operand_before(at)?;
    let is_column = resolution.references.iter().any(|reference| reference.range.start == tokens.bytes(start..at).start);
    let wanted = matches!(tokens.before(start), "(") || tokens.is(start.checked_sub(1)?, &["where", "and", "on", "having"]);
    let from = source(tokens, resolution, &(start..at)).filter(|_| is_column && wanted)?;
    let value = tokens.piece(start..at);
    let sql = format!("SELECT EXISTS (SELECT 1 FROM {from}), EXISTS (SELECT 1 FROM {from} WHERE {value} IS NULL)");
    Some(Probe { sql, value: value.to_owned(), asks: Asks::Null })
}

/// The comparison at token `at` of something computed with a literal behind it.
fn compared(tokens: &Tokens<'_>, resolution: &Resolution<'_>, at: usize) -> Option<Probe> {
    if !COMPARISONS.contains(&tokens.text(at)) {
        return None;
    }
    let is_text = match tokens.kind(at + 1)? {
        TokenKind::String => true,
        TokenKind::Number => false,
        _ => return None,
    };
    // What is computed further with the literal is no literal.
    if matches!(tokens.text(at + 2), "+" | "-" | "*" | "/" | "%" | "||") {
        return None;
    }
    let whole = computed(tokens, at)?..at;
    let from = source(tokens, resolution, &whole)?;
    let value = tokens.piece(whole);
    let sql = format!(
        "SELECT count(CASE WHEN typeof(v) IN ('integer', 'real') THEN 1 END), count(CASE typeof(v) WHEN 'text' THEN 1 END) \
         FROM (SELECT {value} AS v FROM {from} WHERE ({value}) IS NOT NULL LIMIT {ROWS})"
    );
    let literal = tokens.text(at + 1).to_owned();
    Some(Probe { sql, value: value.to_owned(), asks: Asks::Compared { literal, is_text } })
}

/// Where a value without affinity begins that ends before token `end`: a call of one of [`VALUES`], or a chain of arrows.
fn computed(tokens: &Tokens<'_>, end: usize) -> Option<usize> {
    let mut start = tokens.operand_before(end)?;
    let mut arrows = false;
    while start.checked_sub(1).is_some_and(|before| matches!(tokens.text(before), "->" | "->>")) {
        arrows = true;
        start = tokens.operand_before(start - 1)?;
    }
    let before = tokens.before(start);
    let is_part = matches!(before, "+" | "-" | "*" | "/" | "%" | "||");
    (!is_part && (arrows || tokens.is(start, &VALUES) && tokens.call(start).is_some())).then_some(start)
}

/// The one table of which all columns in `range` are, as FROM names it; `None` where there are several, none, or a query inside.
fn source(tokens: &Tokens<'_>, resolution: &Resolution<'_>, range: &Range<usize>) -> Option<String> {
    let aggregates = ["select", "count", "sum", "avg", "total", "min", "max", "group_concat", "string_agg", "over"];
    if range.clone().any(|at| tokens.is(at, &aggregates) || tokens.kind(at) == Some(TokenKind::Parameter)) {
        return None;
    }
    let bytes = tokens.bytes(range.clone());
    let mut inside = resolution.references.iter().filter(|other| bytes.contains(&other.range.start));
    let first = inside.next()?;
    let Binding::Column { .. } = first.binding else { return None };
    if inside.any(|other| other.binding != first.binding) {
        return None;
    }
    let source = resolution.source(first)?;
    let table = table_name(source.table()?);
    Some(if source.aliased { format!("{table} AS {}", identifier(&name_of(&source.alias))) } else { table })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Table};

    #[track_caller]
    fn check(condition: &str, expected: &[&str]) {
        let column = |name: &str| Column { name: name.into(), ..Column::default() };
        let table = |name: &str| Table { name: name.into(), columns: vec![column("id"), column("doc"), column("day")], ..Table::default() };
        let schema = Schema { tables: vec![table("event"), table("my log")] };
        let found = probes(&format!("SELECT e.id FROM event AS e JOIN \"my log\" ON e.id = \"my log\".id WHERE {condition}"), &schema);
        assert_eq!(found.iter().map(|probe| probe.value.as_str()).collect::<Vec<_>>(), expected, "{condition}");
    }

    #[test]
    fn what_is_computed_of_one_table_is_asked() {
        check("strftime('%Y', e.day) = '2023'", &["strftime('%Y', e.day)", "strftime('%Y', e.day)"]);
        check("date(e.day) = '2023-01-01'", &["date(e.day)"]);
        check("e.doc ->> 'at' >= '2023-01-01'", &["e.doc ->> 'at'"]);
        check("e.doc -> 'a' ->> 'b' > 5", &["e.doc -> 'a' ->> 'b'"]);
        check("json_extract(e.doc, '$.n') = '5'", &["json_extract(e.doc, '$.n')"]);
    }

    #[test]
    fn columns_that_are_to_be_null_are_asked() {
        check("e.day IS NULL", &["e.day"]);
        check("(e.doc IS NULL AND e.id > 5)", &["e.doc"]);
        check("e.day IS NOT NULL", &[]);
        check("e.id = 5 OR e.day IS NULL", &[]);
        check("lower(e.day) IS NULL", &[]);
    }

    #[test]
    fn other_things_are_not() {
        for condition in [
            "e.day > '2023-01-01'",
            "e.id = 5",
            "date('now') > '2023-01-01'",
            "julianday(e.day, '+' || \"my log\".id || ' days') > 5",
            "CAST(e.doc ->> 'n' AS INTEGER) > 5",
            "json_extract(e.doc, '$.n') > 5 + 1",
            "date((SELECT max(day) FROM event)) > '2023'",
        ] {
            check(condition, &[]);
        }
    }

    #[test]
    fn a_probe_is_a_query_of_its_own() {
        let column = Column { name: "day".into(), ..Column::default() };
        let schema = Schema { tables: vec![Table { name: "my log".into(), columns: vec![column], ..Table::default() }] };
        let found = probes("SELECT count(*) FROM \"my log\" AS l WHERE date(l.day) > '2023-01-01'", &schema);
        let expected = "SELECT count(*), count(v) FROM (SELECT date(l.day) AS v FROM \"my log\" AS l WHERE (l.day) IS NOT NULL LIMIT 200)";
        assert_eq!(found.iter().map(|probe| probe.sql.as_str()).collect::<Vec<_>>(), [expected]);
    }
}
