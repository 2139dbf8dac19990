//! Results as text: for people, for spreadsheets, for programs, for documents. [`TableWriter`] takes one row after the other.
//!
//! Files on their floors, the lowest first:
//! - `cells`: one value
//! - `layout`: formats, and what can be different in them
//! - `aligned`: columns for reading
//! - `delimited`: fields with commas or tabs
//! - `rows`: rows, one after the other

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::table::{Cell, ColumnInfo, Table};

mod aligned;
mod cells;
mod delimited;
mod layout;
mod rows;

use aligned::AlignedWriter;
pub use cells::{cell_to_copy, cell_to_field, cell_to_json, cell_to_sql, cell_to_text, real};
pub use layout::{Format, Layout, RowFormat};
pub use rows::{RowWriter, distinct_names};

/// Writes rows in any format.
pub struct TableWriter<W: Write>(Writer<W>);

enum Writer<W: Write> {
    Aligned(Box<AlignedWriter<W>>),
    Rows(RowWriter<W>),
}

impl<W: Write> TableWriter<W> {
    /// Writes what stands before the first row.
    pub fn begin(layout: &Layout, columns: &[ColumnInfo], out: W) -> io::Result<Self> {
        Ok(Self(match layout.format {
            Format::Table => Writer::Aligned(Box::new(AlignedWriter::begin(columns, layout.header, layout.null.as_deref(), out))),
            Format::Rows(format) => Writer::Rows(RowWriter::begin_with(format, layout, columns, out)?),
        }))
    }

    /// Writes one row.
    pub fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        match &mut self.0 {
            Writer::Aligned(writer) => writer.row(cells),
            Writer::Rows(writer) => writer.row(cells),
        }
    }

    /// Writes what stands behind the last row.
    pub fn end(self, truncated: bool) -> io::Result<()> {
        self.end_with(truncated, &Map::new())
    }

    /// As [`Self::end`]; in one object, the entries of `tail` come behind those that are always there.
    pub fn end_with(self, truncated: bool, tail: &Map<String, Value>) -> io::Result<()> {
        match self.0 {
            Writer::Aligned(writer) => writer.end(),
            Writer::Rows(writer) => writer.end_with(truncated, tail),
        }
    }
}

impl<W: Write> From<RowWriter<W>> for TableWriter<W> {
    fn from(writer: RowWriter<W>) -> Self {
        Self(Writer::Rows(writer))
    }
}

/// Writes `table` in `format`, ending in a line feed.
pub fn write_table(table: &Table, format: Format, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = TableWriter::begin(&Layout { format, ..Layout::default() }, &table.columns, out)?;
    table.rows.iter().try_for_each(|row| writer.row(row))?;
    writer.end(table.truncated)
}

#[cfg(test)]
mod tests;
