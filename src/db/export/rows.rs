//! Rows written one after the other: a result need not fit in memory.

use std::collections::HashSet;
use std::io::{self, Write};

use serde_json::{Map, Value};

use super::super::table::{Cell, ColumnInfo};
use super::cells::{cell_to_json, cell_to_sql, cell_to_text};
use super::delimited::Delimited;
use super::layout::{Layout, RowFormat};
use crate::sql::quote::identifier;
use crate::text;

/// Writes rows to `out`. Buffers nothing itself.
pub struct RowWriter<W: Write> {
    out: W,
    kind: Kind,
    names: Vec<String>,
    rows: usize,
}

enum Kind {
    Delimited(Delimited),
    Json,
    JsonRows,
    Ndjson,
    Markdown {
        null: Option<String>,
    },
    /// What stands before the values of each row, and whether all of it is one transaction.
    Sql {
        head: String,
        whole: bool,
    },
}

impl<W: Write> RowWriter<W> {
    /// Writes what stands before the first row.
    pub fn begin(format: RowFormat, columns: &[ColumnInfo], out: W) -> io::Result<Self> {
        Self::begin_with(format, &Layout::default(), columns, out)
    }

    /// As [`Self::begin`], with the header and the word for NULL of `layout`, whose format is not looked at.
    pub fn begin_with(format: RowFormat, layout: &Layout, columns: &[ColumnInfo], mut out: W) -> io::Result<Self> {
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let kind = match format {
            RowFormat::Csv | RowFormat::Tsv => {
                let delimiter = if format == RowFormat::Csv { ',' } else { '\t' };
                let delimited = Delimited::new(delimiter, layout.null.as_deref());
                if layout.header {
                    delimited.names(&names, &mut out)?;
                }
                Kind::Delimited(delimited)
            }
            RowFormat::Json => {
                let head = Map::from_iter([("columns".to_owned(), Value::from(names))]);
                return Self::begin_json(&head, out);
            }
            RowFormat::JsonRows => {
                out.write_all(b"[")?;
                Kind::JsonRows
            }
            RowFormat::Ndjson => Kind::Ndjson,
            RowFormat::Markdown => {
                line(&mut out, names.iter().map(|name| escape(&text::sanitize(name))).collect())?;
                line(&mut out, names.iter().map(|_| "---".to_owned()).collect())?;
                Kind::Markdown { null: layout.null.clone() }
            }
            RowFormat::Sql => {
                let table = identifier(layout.table.as_deref().unwrap_or(Layout::TABLE));
                let own: Vec<String> = distinct_names(columns).iter().map(|name| identifier(name)).collect();
                // Without types: values keep theirs.
                if layout.header {
                    writeln!(out, "BEGIN;\nCREATE TABLE {table} ({});", own.join(", "))?;
                }
                Kind::Sql { head: insert_head(&table, &own), whole: layout.header }
            }
        };
        Ok(Self { out, kind, names: distinct_names(columns), rows: 0 })
    }

    /// Begins statements that fill a table which is there: `table` and `columns` as statements name them.
    pub fn begin_inserts(table: &str, columns: &[String], out: W) -> Self {
        Self { out, kind: Kind::Sql { head: insert_head(table, columns), whole: false }, names: Vec::new(), rows: 0 }
    }

    /// Begins one object with the entries of `head`, behind which `rows` comes.
    pub fn begin_json(head: &Map<String, Value>, mut out: W) -> io::Result<Self> {
        out.write_all(b"{")?;
        for (key, value) in head {
            entry(&mut out, key, value)?;
            out.write_all(b",")?;
        }
        out.write_all(b"\"rows\":[")?;
        Ok(Self { out, kind: Kind::Json, names: Vec::new(), rows: 0 })
    }

    /// Writes one row.
    pub fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        self.rows += 1;
        let out = &mut self.out;
        match &self.kind {
            Kind::Delimited(delimited) => delimited.row(cells, out),
            Kind::Json => {
                if self.rows > 1 {
                    out.write_all(b",")?;
                }
                serde_json::to_writer(out, &Value::Array(cells.iter().map(cell_to_json).collect())).map_err(io::Error::from)
            }
            Kind::JsonRows => {
                out.write_all(if self.rows > 1 { b",\n" } else { b"\n" })?;
                object(out, &self.names, cells)
            }
            Kind::Ndjson => {
                object(out, &self.names, cells)?;
                writeln!(out)
            }
            Kind::Markdown { null } => {
                let shown = |cell: &Cell| match (cell, null) {
                    (Cell::Null, Some(null)) => text::sanitize(null).into_owned(),
                    _ => cell_to_text(cell),
                };
                line(out, cells.iter().map(|cell| escape(&shown(cell))).collect())
            }
            Kind::Sql { head, .. } => writeln!(out, "{head}{});", cells.iter().map(cell_to_sql).collect::<Vec<_>>().join(", ")),
        }
    }

    /// As [`Self::end`], and gives back what it was written to.
    pub fn end_into(mut self, truncated: bool) -> io::Result<W> {
        self.write_end(truncated, &Map::new())?;
        Ok(self.out)
    }

    /// Writes what stands behind the last row.
    pub fn end(self, truncated: bool) -> io::Result<()> {
        self.end_with(truncated, &Map::new())
    }

    /// As [`Self::end`]; in one object, the entries of `tail` come behind those that are always there.
    pub fn end_with(mut self, truncated: bool, tail: &Map<String, Value>) -> io::Result<()> {
        self.write_end(truncated, tail)
    }

    fn write_end(&mut self, truncated: bool, tail: &Map<String, Value>) -> io::Result<()> {
        match self.kind {
            Kind::Json => {
                write!(self.out, "],\"row_count\":{},\"truncated\":{truncated}", self.rows)?;
                for (key, value) in tail {
                    self.out.write_all(b",")?;
                    entry(&mut self.out, key, value)?;
                }
                self.out.write_all(b"}\n")?;
            }
            Kind::JsonRows => self.out.write_all(if self.rows > 0 { b"\n]\n" } else { b"]\n" })?,
            Kind::Sql { whole: true, .. } => self.out.write_all(b"COMMIT;\n")?,
            Kind::Delimited(_) | Kind::Ndjson | Kind::Markdown { .. } | Kind::Sql { .. } => {}
        }
        self.out.flush()
    }
}

fn insert_head(table: &str, columns: &[String]) -> String {
    format!("INSERT INTO {table} ({}) VALUES (", columns.join(", "))
}

fn entry(out: &mut impl Write, key: &str, value: &Value) -> io::Result<()> {
    serde_json::to_writer(&mut *out, key).map_err(io::Error::from)?;
    out.write_all(b":")?;
    serde_json::to_writer(out, value).map_err(io::Error::from)
}

fn object(out: &mut impl Write, names: &[String], cells: &[Cell]) -> io::Result<()> {
    let object: Map<String, Value> = names.iter().cloned().zip(cells.iter().map(cell_to_json)).collect();
    serde_json::to_writer(out, &object).map_err(io::Error::from)
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
