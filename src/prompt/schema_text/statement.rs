//! One table as a `CREATE TABLE` statement, with as much as there is room for.

use std::collections::HashSet;

use super::pieces::{Rung, one_line, samples_of, table_comment, words};
use super::styles;
use crate::prompt::form::SchemaStyle;
use crate::schema::{Column, Table};
use crate::sql::quote::{identifier, in_database, table_name};

/// Sample values of a column, at most.
pub(super) const SAMPLES: usize = 3;

/// How many tables are left out, in a line.
pub(super) fn not_shown(tables: usize) -> String {
    match tables {
        0 => String::new(),
        n => format!("-- {}\n", crate::text::counted(n as u64, "more table is not shown", "more tables are not shown")),
    }
}

/// Room for a line that says how much is not shown.
pub(super) const NOTE_BYTES: usize = 50;

/// Said once where every table is cut down to its keys.
pub(super) const KEYS_ONLY: &str = "-- only key columns are shown\n";

/// `table` as `rung` lets it. Where columns have to go, those with the lowest of `scores` do, the last ones first.
pub(super) fn statement(table: &Table, rung: &Rung, scores: &[f32]) -> String {
    let keys: HashSet<&str> = key_columns(table).into_iter().collect();
    let mut plain: Vec<usize> =
        (0..table.columns.len()).filter(|&i| table.columns.get(i).is_some_and(|c| !keys.contains(c.name.as_str()))).collect();
    let score = |i: usize| scores.get(i).copied().unwrap_or(0.0);
    plain.sort_by(|&a, &b| score(b).total_cmp(&score(a)));
    let left_out: HashSet<usize> = plain.iter().skip(rung.plain_columns).copied().collect();
    let columns: Vec<&Column> = table.columns.iter().enumerate().filter(|(i, _)| !left_out.contains(i)).map(|(_, column)| column).collect();
    let note = match left_out.len() {
        0 => None,
        _ if rung.plain_columns == 0 => None, // said once for all tables
        n => Some(crate::text::counted(n as u64, "more column is not shown", "more columns are not shown")),
    };
    match rung.style {
        SchemaStyle::Statements => described(table, &columns, rung, note.as_deref()),
        SchemaStyle::Exemplified => styles::exemplified(table, &columns, rung, note.as_deref()),
        SchemaStyle::MSchema => styles::m_schema(table, &columns, rung, note.as_deref()),
    }
}

/// Our own statement.
fn described(table: &Table, columns: &[&Column], rung: &Rung, note: Option<&str>) -> String {
    let mut lines = Vec::new();
    for column in columns {
        let mut line = format!("  {}", identifier(&column.name));
        if rung.types && !column.declared_type.is_empty() {
            line.push_str(&format!(" {}", one_line(&column.declared_type)));
        }
        if table.primary_key.len() == 1 && is_primary(table, &column.name) {
            line.push_str(" PRIMARY KEY");
        }
        lines.push((line, comment(column, rung.samples)));
    }
    if table.primary_key.len() > 1 {
        lines.push((format!("  PRIMARY KEY ({})", names(&table.primary_key)), String::new()));
    }
    for key in &table.foreign_keys {
        let (from, to) = (names(&key.columns), names(&key.foreign_columns));
        lines.push((
            format!("  FOREIGN KEY ({from}) REFERENCES {} ({to})", in_database(key.database(table), &key.foreign_table)),
            String::new(),
        ));
    }
    let last = lines.len().saturating_sub(1);
    let body: Vec<String> = lines
        .into_iter()
        .enumerate()
        .map(|(i, (line, comment))| {
            let comma = if i < last { "," } else { "" };
            if comment.is_empty() { format!("{line}{comma}") } else { format!("{line}{comma} -- {comment}") }
        })
        .collect();
    let note = note.map(|note| format!("\n  -- {note}")).unwrap_or_default();
    let known = table_comment(table);
    let known = if known.is_empty() { known } else { format!(" -- {known}") };
    format!("CREATE TABLE {} ({known}\n{}{note}\n);\n", table_name(table), body.join("\n"))
}

/// The columns of its primary key and of its foreign keys, in their order.
pub(super) fn key_columns(table: &Table) -> Vec<&str> {
    let keys = || table.primary_key.iter().chain(table.foreign_keys.iter().flat_map(|key| &key.columns));
    let is_key = |name: &str| keys().any(|key| key.eq_ignore_ascii_case(name));
    table.columns.iter().map(|column| column.name.as_str()).filter(|name| is_key(name)).collect()
}

fn is_primary(table: &Table, column: &str) -> bool {
    table.primary_key.iter().any(|key| key.eq_ignore_ascii_case(column))
}

fn names(columns: &[String]) -> String {
    columns.iter().map(|name| identifier(name)).collect::<Vec<_>>().join(", ")
}

/// What stands behind a column: what the file calls it, what has to be known, what its values stand for, and `samples` of them. What values
/// stand for is told without them too: a model cannot guess it, and it takes few tokens.
fn comment(column: &Column, samples: usize) -> String {
    let values = match column.meaning.told() {
        Some(told) => crate::text::sanitize(&told).into_owned(),
        None => {
            let samples = samples_of(column, samples);
            let shown: Vec<String> = column.samples.iter().take(samples).map(|sample| one_line(sample)).collect();
            match (column.meaning.prefix(), shown.join(", ")) {
                (Some(prefix), shown) if shown.is_empty() => one_line(&prefix),
                (Some(prefix), shown) => format!("{}, e.g. {shown}", one_line(&prefix)),
                (None, shown) => shown,
            }
        }
    };
    let [called, known] = words(column);
    let parts: Vec<String> = [called, known, values].into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("; ")
}
