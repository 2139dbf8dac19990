//! Rows written one after the other: a result need not fit in memory.

use std::collections::HashSet;
use std::io::{self, Write};

use serde_json::{Map, Value};

use super::super::table::{Cell, ColumnInfo};
use super::cells::{cell_to_copy, cell_to_json, cell_to_text};
use crate::text;

/// Formats that need not see every row before they write the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// Comma-separated, RFC 4180, with a header.
    Csv,
    /// One object: `columns`, `rows` (arrays, in column order), `row_count`, `truncated`.
    Json,
    /// One object a row.
    Ndjson,
    /// A Markdown table.
    Markdown,
}

/// Writes rows to `out`. Buffers nothing itself, save for CSV.
pub struct RowWriter<W: Write> {
    out: Out<W>,
    names: Vec<String>,
    rows: usize,
}

enum Out<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Json(W),
    Ndjson(W),
    Markdown(W),
}

impl<W: Write> RowWriter<W> {
    /// Writes what stands before the first row.
    pub fn begin(format: RowFormat, columns: &[ColumnInfo], mut out: W) -> io::Result<Self> {
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let out = match format {
            RowFormat::Csv => {
                let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
                writer.write_record(&names)?;
                Out::Csv(Box::new(writer))
            }
            RowFormat::Json => {
                out.write_all(b"{\"columns\":")?;
                serde_json::to_writer(&mut out, &names).map_err(io::Error::from)?;
                out.write_all(b",\"rows\":[")?;
                Out::Json(out)
            }
            RowFormat::Ndjson => Out::Ndjson(out),
            RowFormat::Markdown => {
                line(&mut out, names.iter().map(|name| escape(&text::sanitize(name))).collect())?;
                line(&mut out, names.iter().map(|_| "---".to_owned()).collect())?;
                Out::Markdown(out)
            }
        };
        Ok(Self { out, names: distinct_names(columns), rows: 0 })
    }

    /// Writes one row.
    pub fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        self.rows += 1;
        match &mut self.out {
            Out::Csv(writer) => Ok(writer.write_record(cells.iter().map(cell_to_copy))?),
            Out::Json(out) => {
                if self.rows > 1 {
                    out.write_all(b",")?;
                }
                serde_json::to_writer(out, &Value::Array(cells.iter().map(cell_to_json).collect())).map_err(io::Error::from)
            }
            Out::Ndjson(out) => {
                let object: Map<String, Value> = self.names.iter().cloned().zip(cells.iter().map(cell_to_json)).collect();
                serde_json::to_writer(&mut *out, &object).map_err(io::Error::from)?;
                writeln!(out)
            }
            Out::Markdown(out) => line(out, cells.iter().map(|cell| escape(&cell_to_text(cell))).collect()),
        }
    }

    /// Writes what stands behind the last row.
    pub fn end(self, truncated: bool) -> io::Result<()> {
        match self.out {
            Out::Csv(mut writer) => writer.flush(),
            Out::Json(mut out) => {
                writeln!(out, "],\"row_count\":{},\"truncated\":{truncated}}}", self.rows)?;
                out.flush()
            }
            Out::Ndjson(mut out) | Out::Markdown(mut out) => out.flush(),
        }
    }
}

fn line(out: &mut impl Write, cells: Vec<String>) -> io::Result<()> {
    writeln!(out, "| {} |", cells.join(" | "))
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|")
}

/// Column names, later ones of the same name with a number: `id`, `id_2`.
pub fn distinct_names(columns: &[ColumnInfo]) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    columns
        .iter()
        .map(|column| {
            let mut name = column.name.clone();
            let mut n = 2;
            while !taken.insert(name.to_lowercase()) {
                name = format!("{}_{n}", column.name);
                n += 1;
            }
            name
        })
        .collect()
}
