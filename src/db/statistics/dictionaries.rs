//! What a file says of its own columns: tables that call columns by words of people, and numerators beside their denominators.

use super::quick::quick;
use crate::db::database::Database;
use crate::schema::{Column, Holds, Meaning, Schema, Table, TableKind};
use crate::signal::Cancel;
use crate::sql::quote::quoted_identifier;

/// Columns of a dictionary, in lower case: which table, which column, and what it is called, the best first.
const TABLES: [&str; 4] = ["table_name", "table", "tablename", "layer_name"];
const COLUMNS: [&str; 6] = ["column_name", "column", "columnname", "field_name", "field", "variable"];
const WORDS: [&str; 8] = ["title", "label", "alias", "display_name", "name", "caption", "description", "comment"];
/// Rows of a dictionary that are read.
const ROWS: usize = 5_000;
/// Letters of one entry.
const LENGTH: usize = 80;
/// Names that one column has.
const MOST: usize = 3;
/// Where no table is told, so many names have to be columns, and half of all.
const FEWEST: usize = 3;
/// Endings of a numerator and of its denominator, in lower case.
const FRACTIONS: [(&str, &str); 4] =
    [("_num", "_denom"), ("_numerator", "_denominator"), ("numerator", "denominator"), ("value", "timescale")];

/// Gives the columns of `schema` the names that the file's own tables have for them.
pub(super) fn read(database: &Database, schema: &mut Schema, budget: &Cancel) {
    let dictionaries: Vec<Dictionary> = schema.tables.iter().filter_map(Dictionary::of).take(4).collect();
    for dictionary in dictionaries {
        let Some(rows) = quick(database, budget, |connection| {
            let mut statement = connection.prepare(&dictionary.sql)?;
            let mut cursor = statement.query([])?;
            let mut rows: Vec<Vec<String>> = Vec::new();
            while let Some(row) = cursor.next()? {
                let text = |i| row.get_ref(i).ok().and_then(|value| value.as_str().ok()).unwrap_or("").trim().to_owned();
                rows.push((0..dictionary.width).map(text).collect());
            }
            Ok(rows)
        }) else {
            continue;
        };
        let entries: Vec<Entry> = rows.into_iter().filter_map(|row| Entry::of(row, dictionary.tells_tables)).collect();
        if dictionary.tells_tables || is_of_columns(&entries, schema) {
            entries.iter().for_each(|entry| entry.apply(schema));
        }
    }
}

/// Marks the columns that count parts which another column of the table gives the size of.
pub(super) fn find_fractions(table: &mut Table) {
    let numbers = |column: &Column| matches!(column.holds, Holds::Numbers);
    let over = |column: &Column| {
        let name = column.name.to_ascii_lowercase();
        FRACTIONS.iter().find_map(|(upper, lower)| {
            let other = format!("{}{lower}", name.strip_suffix(upper)?);
            table
                .columns
                .iter()
                .find(|column| numbers(column) && column.name.eq_ignore_ascii_case(&other))
                .map(|column| column.name.clone())
        })
    };
    let found: Vec<Option<String>> = table.columns.iter().map(|column| over(column).filter(|_| numbers(column))).collect();
    for (column, over) in table.columns.iter_mut().zip(found) {
        if let Some(over) = over {
            column.meaning = Meaning::Numerator { over };
        }
    }
}

/// A table that tells of columns, and how it is read.
struct Dictionary {
    sql: String,
    width: usize,
    tells_tables: bool,
}

impl Dictionary {
    fn of(table: &Table) -> Option<Self> {
        if table.kind != TableKind::Table || table.row_count.is_none_or(|rows| rows == 0) {
            return None;
        }
        let find = |names: &[&str]| names.iter().find_map(|name| table.column(name)).map(|column| column.name.clone());
        let (told, column) = (find(&TABLES), find(&COLUMNS)?);
        let words: Vec<String> = WORDS.iter().filter_map(|name| table.column(name)).map(|column| column.name.clone()).collect();
        if words.is_empty() || words.contains(&column) {
            return None;
        }
        let tells_tables = told.is_some();
        let names: Vec<String> = told.into_iter().chain([column]).chain(words).map(|name| quoted_identifier(&name)).collect();
        let sql = format!("SELECT {} FROM {} LIMIT {ROWS}", names.join(", "), quoted_identifier(&table.name));
        Some(Self { sql, width: names.len(), tells_tables })
    }
}

struct Entry {
    /// Empty where the dictionary tells of columns alone.
    table: String,
    column: String,
    words: Vec<String>,
}

impl Entry {
    fn of(row: Vec<String>, tells_tables: bool) -> Option<Self> {
        let mut cells = row.into_iter();
        let table = if tells_tables { cells.next()? } else { String::new() };
        let column = cells.next()?;
        let words: Vec<String> = cells.filter(|word| !word.is_empty()).map(|word| word.chars().take(LENGTH).collect()).collect();
        (!column.is_empty() && !words.is_empty()).then_some(Self { table, column, words })
    }

    fn apply(&self, schema: &mut Schema) {
        let of_table = |table: &&mut Table| self.table.is_empty() || table.name.eq_ignore_ascii_case(&self.table);
        for table in schema.tables.iter_mut().filter(of_table) {
            for column in table.columns.iter_mut().filter(|column| column.name.eq_ignore_ascii_case(&self.column)) {
                for word in &self.words {
                    let known = word.eq_ignore_ascii_case(&column.name) || column.called.iter().any(|own| own.eq_ignore_ascii_case(word));
                    if !known && column.called.len() < MOST {
                        column.called.push(word.clone());
                    }
                }
            }
        }
    }
}

/// Whether a dictionary without tables tells of columns of this file at all.
fn is_of_columns(entries: &[Entry], schema: &Schema) -> bool {
    let known = entries.iter().filter(|entry| schema.tables.iter().any(|table| table.column(&entry.column).is_some())).count();
    known >= FEWEST && 2 * known >= entries.len()
}
