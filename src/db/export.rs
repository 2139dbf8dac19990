//! Results as text: for people, for spreadsheets, for programs, for documents. [`RowWriter`] takes one row after the other.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::table::{Cell, ColumnInfo, Table};
use crate::text;

mod aligned;
mod delimited;
#[cfg(test)]
mod round_trip;
mod rows;

use aligned::AlignedWriter;
pub use rows::{RowFormat, RowWriter, distinct_names};

/// How a table is written. Names are the command line's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Aligned columns for reading.
    #[default]
    Table,
    /// As [`RowFormat`] has it.
    Rows(RowFormat),
}

/// A format, and what can be different in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The format.
    pub format: Format,
    /// Whether the names of the columns stand first, where they can be left out: in a table, CSV and TSV.
    pub header: bool,
    /// What stands for NULL where a format has no word for it; `None` for what is usual there.
    pub null: Option<String>,
}

impl Default for Layout {
    fn default() -> Self {
        Self { format: Format::Table, header: true, null: None }
    }
}

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

/// A value as JSON: integers stay exact, a blob is `{"hex": "..."}`, and what JSON cannot say (infinities) is `null`.
pub fn cell_to_json(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Integer(n) => Value::from(*n),
        Cell::Real(x) => serde_json::Number::from_f64(*x).map_or(Value::Null, Value::Number),
        Cell::Text(text) => Value::from(text.as_str()),
        Cell::Blob(bytes) => json!({ "hex": hex(bytes) }),
    }
}

/// A value in one line for people: `NULL` for nothing, control characters visible.
pub fn cell_to_text(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Integer(n) => n.to_string(),
        Cell::Real(x) => real(*x),
        Cell::Text(text) => text::sanitize(text).into_owned(),
        Cell::Blob(bytes) if bytes.len() > 32 => {
            format!("x'{}…' ({})", hex(bytes.get(..16).unwrap_or(&[])), text::bytes(bytes.len() as u64))
        }
        Cell::Blob(bytes) => format!("x'{}'", hex(bytes)),
    }
}

/// A value as it is pasted elsewhere: nothing for `NULL`, text as it is, bytes in hexadecimal.
pub fn cell_to_copy(cell: &Cell) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Integer(n) => n.to_string(),
        Cell::Real(x) => real(*x),
        Cell::Text(text) => text.clone(),
        Cell::Blob(bytes) => hex(bytes),
    }
}

/// Shortest digits that read back as the same number, with a point as SQLite writes it.
fn real(x: f64) -> String {
    if x.is_finite() && (x == 0.0 || (1e-5..1e15).contains(&x.abs())) { format!("{x:?}") } else { format!("{x:e}") }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
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
        check_layout(&table(), &Layout { format, ..Layout::default() }, expected);
    }

    #[track_caller]
    fn check_layout(table: &Table, layout: &Layout, expected: &str) {
        let mut out = Vec::new();
        let mut writer = TableWriter::begin(layout, &table.columns, &mut out).unwrap();
        table.rows.iter().for_each(|row| writer.row(row).unwrap());
        writer.end(table.truncated).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn every_format_keeps_what_it_can() {
        check(Format::Rows(RowFormat::Csv), "id,name,id\n9223372036854775807,\"Zürich|\x1b\"\"\",\ninf,,00ff\n");
        check(
            Format::Rows(RowFormat::Json),
            "{\"columns\":[\"id\",\"name\",\"id\"],\"rows\":[[9223372036854775807,\"Zürich|\\u001b\\\"\",null],[null,\"\",{\"hex\":\"00ff\"}]],\"row_count\":2,\"truncated\":true}\n",
        );
        check(
            Format::Rows(RowFormat::Ndjson),
            "{\"id\":9223372036854775807,\"name\":\"Zürich|\\u001b\\\"\",\"id_2\":null}\n{\"id\":null,\"name\":\"\",\"id_2\":{\"hex\":\"00ff\"}}\n",
        );
        check(
            Format::Table,
            "                 id  name            id\n───────────────────  ──────────────  ───────\n9223372036854775807  Zürich|\\u{1b}\"  NULL\n                inf                  x'00ff'\n",
        );
        check(
            Format::Rows(RowFormat::Markdown),
            "| id | name | id |\n| --- | --- | --- |\n| 9223372036854775807 | Zürich\\|\\\\u{1b}\" | NULL |\n| inf |  | x'00ff' |\n",
        );
    }

    #[test]
    fn rows_are_objects_in_one_array() {
        check(
            Format::Rows(RowFormat::JsonRows),
            "[\n{\"id\":9223372036854775807,\"name\":\"Zürich|\\u001b\\\"\",\"id_2\":null},\n{\"id\":null,\"name\":\"\",\"id_2\":{\"hex\":\"00ff\"}}\n]\n",
        );
        let empty = Table { columns: table().columns, ..Table::default() };
        check_layout(&empty, &Layout { format: Format::Rows(RowFormat::JsonRows), ..Layout::default() }, "[]\n");
    }

    #[test]
    fn nothing_and_empty_text_can_be_told_apart() {
        let column = |name: &str| ColumnInfo { name: name.into(), declared_type: None };
        let text = |text: &str| Cell::Text(text.into());
        let table = Table {
            columns: vec![column("a"), column("b\tc")],
            rows: vec![vec![Cell::Null, text("")], vec![text("\\N"), text("x\ty")]],
            truncated: false,
        };
        let layout = |format, header, null: Option<&str>| Layout { format: Format::Rows(format), header, null: null.map(str::to_owned) };
        check_layout(&table, &layout(RowFormat::Csv, true, None), "a,b\tc\n,\n\\N,x\ty\n");
        check_layout(&table, &layout(RowFormat::Csv, false, Some("")), ",\"\"\n\\N,x\ty\n");
        check_layout(&table, &layout(RowFormat::Tsv, true, Some("\\N")), "a\t\"b\tc\"\n\\N\t\n\"\\N\"\t\"x\ty\"\n");
        check_layout(
            &table,
            &layout(RowFormat::Markdown, false, Some("-")),
            "| a | b\\\\tc |\n| --- | --- |\n| - |  |\n| \\\\N | x\\\\ty |\n",
        );
        let one = Table { columns: vec![column("a")], rows: vec![vec![Cell::Null], vec![text("")]], truncated: false };
        check_layout(&one, &layout(RowFormat::Csv, true, None), "a\n\"\"\n\"\"\n");
        check_layout(&one, &layout(RowFormat::Csv, true, Some("")), "a\n\n\"\"\n");
        check_layout(&one, &Layout { format: Format::Table, header: false, null: Some("-".into()) }, "-\n\n");
    }

    #[test]
    fn columns_are_aligned_over_more_rows_than_fit_in_memory() {
        let column = |name: &str| ColumnInfo { name: name.into(), declared_type: None };
        let columns = [column("n"), column("text")];
        let mut out = Vec::new();
        let mut writer = TableWriter::begin(&Layout::default(), &columns, &mut out).unwrap();
        for n in 0..100_000 {
            writer.row(&[Cell::Integer(n), Cell::Text("x".repeat(n as usize % 100))]).unwrap();
        }
        writer.end(false).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), 100_002);
        assert_eq!(text.lines().nth(1).unwrap(), format!("{}  {}", "─".repeat(5), "─".repeat(60)));
        assert_eq!(text.lines().last().unwrap(), format!("99999  {}…", "x".repeat(59)));
    }
}
