//! Results as text: for people, for spreadsheets, for programs, for documents. [`RowWriter`] takes one row after the other.
//!
//! Files on their floors, the lowest first:
//! - `cells`: one value
//! - `rows`: rows, one after the other

use std::io::{self, Write};

use serde_json::{Value, json};

use super::table::{Cell, Table};
use crate::text;

mod cells;
mod rows;

pub use cells::{cell_to_copy, cell_to_json, cell_to_text};
pub use rows::{RowFormat, RowWriter, distinct_names};

/// How a table is written. Names are the command line's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Aligned columns for reading.
    #[default]
    Table,
    /// Comma-separated, RFC 4180, with a header.
    Csv,
    /// One object: `columns`, `rows` (arrays, in column order), `row_count`, `truncated`.
    Json,
    /// One object a row.
    Ndjson,
    /// A Markdown table.
    Markdown,
}

/// Widest column of [`Format::Table`], in terminal columns.
const MAX_WIDTH: usize = 60;

/// Writes `table` in `format`, ending in a line feed.
pub fn write_table(table: &Table, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Table => write_aligned(table, out),
        Format::Csv => write_rows(table, RowFormat::Csv, out),
        Format::Json => write_rows(table, RowFormat::Json, out),
        Format::Ndjson => write_rows(table, RowFormat::Ndjson, out),
        Format::Markdown => write_rows(table, RowFormat::Markdown, out),
    }
}

fn write_rows(table: &Table, format: RowFormat, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = RowWriter::begin(format, &table.columns, out)?;
    table.rows.iter().try_for_each(|row| writer.row(row))?;
    writer.end(table.truncated)
}

/// `{columns, rows, row_count, truncated}`.
pub fn table_to_json(table: &Table) -> Value {
    let columns: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
    json!({ "columns": columns, "rows": rows_to_json(table), "row_count": table.rows.len(), "truncated": table.truncated })
}

/// The rows as arrays, in column order.
pub fn rows_to_json(table: &Table) -> Value {
    Value::Array(table.rows.iter().map(|row| Value::Array(row.iter().map(cell_to_json).collect())).collect())
}

fn write_aligned(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    if table.columns.is_empty() {
        return Ok(());
    }
    let head: Vec<String> = table.columns.iter().map(|c| text::sanitize(&c.name).into_owned()).collect();
    let body: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(cell_to_text).collect()).collect();
    let widths: Vec<usize> = (0..head.len())
        .map(|i| {
            let cells = body.iter().filter_map(|row| row.get(i)).chain(head.get(i));
            cells.map(|cell| text::width(cell)).max().unwrap_or(0).clamp(1, MAX_WIDTH)
        })
        .collect();
    let numeric: Vec<bool> = (0..head.len())
        .map(|i| {
            let mut cells = table.rows.iter().filter_map(|row| row.get(i)).filter(|c| **c != Cell::Null).peekable();
            cells.peek().is_some() && cells.all(|c| matches!(c, Cell::Integer(_) | Cell::Real(_)))
        })
        .collect();
    let mut line = |cells: &[String]| -> io::Result<()> {
        let mut text = String::new();
        for ((cell, &width), &right) in cells.iter().zip(&widths).zip(&numeric) {
            let cell = text::ellipsis(cell, width);
            let blanks = " ".repeat(width.saturating_sub(text::width(&cell)));
            if !text.is_empty() {
                text.push_str("  ");
            }
            // An empty first cell still has to push the next one to its place.
            text.push_str(&if right { blanks + &cell } else { cell.into_owned() + &blanks });
        }
        writeln!(out, "{}", text.trim_end())
    };
    line(&head)?;
    line(&widths.iter().map(|&w| "─".repeat(w)).collect::<Vec<_>>())?;
    body.iter().try_for_each(|row| line(row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::ColumnInfo;

    fn table() -> Table {
        let column = |name: &str| ColumnInfo { name: name.into(), declared_type: None };
        Table {
            columns: vec![column("id"), column("name"), column("id")],
            rows: vec![
                vec![Cell::Integer(i64::MAX), Cell::Text("Zürich|\x1b\"".into()), Cell::Null],
                vec![Cell::Real(f64::INFINITY), Cell::Text(String::new()), Cell::Blob(vec![0, 255])],
            ],
            truncated: true,
        }
    }

    #[track_caller]
    fn check(format: Format, expected: &str) {
        let mut out = Vec::new();
        write_table(&table(), format, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn every_format_keeps_what_it_can() {
        check(Format::Csv, "id,name,id\n9223372036854775807,\"Zürich|\x1b\"\"\",\ninf,,00ff\n");
        check(
            Format::Json,
            "{\"columns\":[\"id\",\"name\",\"id\"],\"rows\":[[9223372036854775807,\"Zürich|\\u001b\\\"\",null],[null,\"\",{\"hex\":\"00ff\"}]],\"row_count\":2,\"truncated\":true}\n",
        );
        check(
            Format::Ndjson,
            "{\"id\":9223372036854775807,\"name\":\"Zürich|\\u001b\\\"\",\"id_2\":null}\n{\"id\":null,\"name\":\"\",\"id_2\":{\"hex\":\"00ff\"}}\n",
        );
        check(
            Format::Table,
            "                 id  name            id\n───────────────────  ──────────────  ───────\n9223372036854775807  Zürich|\\u{1b}\"  NULL\n                inf                  x'00ff'\n",
        );
        check(
            Format::Markdown,
            "| id | name | id |\n| --- | --- | --- |\n| 9223372036854775807 | Zürich\\|\\\\u{1b}\" | NULL |\n| inf |  | x'00ff' |\n",
        );
    }
}
