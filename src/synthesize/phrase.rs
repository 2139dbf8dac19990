//! Conditions and orders, in SQL and in the words of a person.

use super::facts::{ColumnFacts, Role, TableFacts, literal, spoken};
use super::words::{article, plural};
use crate::db::Cell;
use crate::random::Random;
use crate::sql::quote::identifier;

/// A condition on the rows of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    /// `country = 'Chile'`, the column qualified.
    pub(super) sql: String,
    /// What stands behind the noun: `from Chile`.
    pub(super) words: String,
    /// Its column.
    pub(super) column: String,
}

/// `customer.city`.
pub(super) fn qualified(table: &TableFacts, column: &ColumnFacts) -> String {
    format!("{}.{}", identifier(&table.name), identifier(&column.name))
}

/// A column in a statement: with its table where there are several.
pub(super) fn named(table: &TableFacts, column: &ColumnFacts, several: bool) -> String {
    if several { qualified(table, column) } else { identifier(&column.name) }
}

/// A condition that some rows of `table` meet; `None` where it has no column for one.
pub(super) fn condition(table: &TableFacts, several: bool, random: &mut Random) -> Option<Condition> {
    condition_without(table, several, &[], random)
}

/// As [`condition`], on none of the columns `without`.
pub(super) fn condition_without(table: &TableFacts, several: bool, without: &[&str], random: &mut Random) -> Option<Condition> {
    let asked = [Role::Category, Role::Number, Role::Year, Role::Date, Role::Name, Role::Text];
    let mut columns = table.of_role(&asked);
    columns.retain(|column| !without.contains(&column.name.as_str()) && !column.values.is_empty());
    // A few texts make better questions than many.
    let weight = |column: &ColumnFacts| match column.role {
        Role::Category => 4,
        Role::Number | Role::Year | Role::Date => 2,
        _ => 1,
    };
    let total: usize = columns.iter().map(|column| weight(column)).sum();
    let mut at = random.below(total);
    let column = columns.into_iter().find(|column| {
        let here = at < weight(column);
        at = at.saturating_sub(weight(column));
        here
    })?;
    let sql = named(table, column, several);
    let (sql, words) = match column.role {
        Role::Number => number_condition(column, &sql, random)?,
        Role::Year => year_condition(column, &sql, random)?,
        Role::Date => date_condition(column, &sql, random)?,
        _ => text_condition(table, column, &sql, random)?,
    };
    Some(Condition { sql, words, column: column.name.clone() })
}

/// A value of a column: one that stands in several rows more often than one that stands in a single one.
pub(super) fn value<'a>(column: &'a ColumnFacts, random: &mut Random) -> Option<&'a Cell> {
    let total: usize = column.counts.iter().sum();
    let mut at = random.below(total);
    for (value, count) in column.values.iter().zip(&column.counts) {
        if at < *count {
            return Some(value);
        }
        at -= count;
    }
    None
}

fn text_condition(table: &TableFacts, column: &ColumnFacts, sql: &str, random: &mut Random) -> Option<(String, String)> {
    let first = value(column, random)?;
    let (said, phrase) = (said(first), column.phrase.as_str());
    // "The names of the artists whose name is ..." asks for nothing.
    let single = column.values.iter().position(|value| value == first).and_then(|at| column.counts.get(at)) == Some(&1);
    let asks_for_itself = single && table.display_columns().contains(&column);
    // Now and then two values, or a beginning.
    if column.role == Role::Category && random.once_in(6) {
        let second = value(column, random).filter(|second| *second != first)?;
        let sql = format!("{sql} IN ({}, {})", literal(first)?, literal(second)?);
        return Some((sql, format!("whose {phrase} is {said} or {}", self::said(second))));
    }
    if column.role == Role::Category && random.once_in(8) {
        return Some((format!("{sql} <> {}", literal(first)?), format!("whose {phrase} is not {said}")));
    }
    if column.role == Role::Name && (asks_for_itself || random.once_in(2)) {
        let begin: String = spoken(first).chars().take(1).collect();
        if !begin.chars().all(char::is_alphabetic) {
            return None;
        }
        return Some((format!("{sql} LIKE '{begin}%'"), format!("whose {phrase} starts with {}", begin.to_uppercase())));
    }
    if asks_for_itself || single && column.role == Role::Text && !random.once_in(3) {
        return None;
    }
    let last = phrase.rsplit(' ').next().unwrap_or_default();
    let place = ["country", "city", "state", "region", "county", "hometown", "nation", "town"].contains(&last);
    let words = match last {
        _ if place && table.people && !phrase.contains(' ') => format!("from {said}"),
        _ if place && !phrase.contains(' ') => format!("in {said}"),
        "nationality" | "gender" | "sex" => format!("whose {phrase} is {said}"),
        "name" | "title" if table.people || random.once_in(2) => format!("whose {phrase} is {said}"),
        "name" => format!("named {said}"),
        "title" => format!("with the title {said}"),
        "type" | "genre" | "category" | "kind" if random.once_in(2) => format!("of {phrase} {said}"),
        _ if random.once_in(2) => format!("with {phrase} {said}"),
        _ => format!("whose {phrase} is {said}"),
    };
    Some((format!("{sql} = {}", literal(first)?), words))
}

fn number_condition(column: &ColumnFacts, sql: &str, random: &mut Random) -> Option<(String, String)> {
    // Neither the least nor the greatest: a bound there says nothing.
    let inner = column.values.get(1..column.values.len().checked_sub(1)?)?;
    let value = random.pick(inner)?;
    let (number, said, phrase) = (literal(value)?, spoken(value), column.phrase.as_str());
    let is = |word: &str| phrase == word;
    let counts = phrase.starts_with("number of ").then(|| phrase.trim_start_matches("number of ").to_owned());
    let (operator, words) = match random.below(6) {
        0 | 1 if is("age") => (">", format!("older than {said}")),
        2 | 3 if is("age") => ("<", format!("younger than {said}")),
        0 | 1 => match &counts {
            Some(things) => (">", format!("with more than {said} {}", plural(&super::words::singular(things)))),
            None => (
                ">",
                pick(
                    random,
                    &[format!("with {} {phrase} above {said}", article(phrase)), format!("whose {phrase} is greater than {said}")],
                ),
            ),
        },
        2 | 3 => match &counts {
            Some(things) => ("<", format!("with fewer than {said} {}", plural(&super::words::singular(things)))),
            None => (
                "<",
                pick(random, &[format!("with {} {phrase} below {said}", article(phrase)), format!("whose {phrase} is less than {said}")]),
            ),
        },
        4 => (">=", format!("with {} {phrase} of at least {said}", article(phrase))),
        _ => {
            let other = random.pick(inner).filter(|other| *other != value)?;
            let (low, high) = if number_of(value) < number_of(other) { (value, other) } else { (other, value) };
            let sql = format!("{sql} BETWEEN {} AND {}", literal(low)?, literal(high)?);
            return Some((sql, format!("with {} {phrase} between {} and {}", article(phrase), spoken(low), spoken(high))));
        }
    };
    Some((format!("{sql} {operator} {number}"), words))
}

fn year_condition(column: &ColumnFacts, sql: &str, random: &mut Random) -> Option<(String, String)> {
    let value = random.pick(&column.values)?;
    let (number, phrase) = (literal(value)?, column.phrase.as_str());
    let (operator, words) = match random.below(3) {
        0 => (">", format!("with {} {phrase} after {number}", article(phrase))),
        1 => ("<", format!("with {} {phrase} before {number}", article(phrase))),
        _ => ("=", format!("whose {phrase} is {number}")),
    };
    Some((format!("{sql} {operator} {number}"), words))
}

fn date_condition(column: &ColumnFacts, sql: &str, random: &mut Random) -> Option<(String, String)> {
    let value = spoken(random.pick(&column.values)?);
    let (year, day, phrase) = (value.get(..4)?.to_owned(), value.get(..10)?.to_owned(), column.phrase.as_str());
    let (sql, words) = match random.below(4) {
        0 => (format!("{sql} > '{day}'"), format!("whose {phrase} is after {day}")),
        1 => (format!("{sql} < '{day}'"), format!("whose {phrase} is before {day}")),
        _ if phrase == "date" => (format!("strftime('%Y', {sql}) = '{year}'"), format!("from {year}")),
        _ => (format!("strftime('%Y', {sql}) = '{year}'"), format!("with {} {phrase} in {year}", article(phrase))),
    };
    Some((sql, words))
}

/// A value in a sentence: quoted where it would be read as a part of it.
pub(super) fn said(cell: &Cell) -> String {
    let text = spoken(cell);
    let plain =
        text.split(' ').all(|word| word.starts_with(|c: char| c.is_uppercase() || c.is_numeric()) && !word.ends_with(['?', '.', ',']));
    if matches!(cell, Cell::Text(_)) && (!plain || text.split(' ').count() > 3) { format!("\"{text}\"") } else { text }
}

pub(super) fn number_of(cell: &Cell) -> f64 {
    match cell {
        Cell::Integer(value) => *value as f64,
        Cell::Real(value) => *value,
        _ => 0.0,
    }
}

/// One of several ways to say it.
pub(super) fn pick(random: &mut Random, ways: &[String]) -> String {
    random.pick(ways).cloned().unwrap_or_default()
}

/// What an answer shows of a row: `name`, `first and last name`.
pub(super) fn shown(table: &TableFacts) -> String {
    match table.display_columns().as_slice() {
        [first, last] if first.phrase == "first name" && last.phrase == "last name" => "first and last name".into(),
        columns => columns.iter().map(|column| column.phrase.as_str()).collect::<Vec<_>>().join(" and "),
    }
}

/// As [`shown`], of several rows: `names`.
pub(super) fn shown_many(table: &TableFacts) -> String {
    plural(&shown(table))
}

/// The columns of [`shown`] in a statement.
pub(super) fn shown_sql(table: &TableFacts, several: bool) -> String {
    table.display_columns().iter().map(|column| named(table, column, several)).collect::<Vec<_>>().join(", ")
}
