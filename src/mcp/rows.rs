//! A result cut to what a model reads: so many rows, so many bytes, and of a long value its beginning.

use std::ops::ControlFlow;

use serde_json::{Value, json};

use super::error::cut;
use crate::db::export::{RowFormat, cell_to_json};
use crate::db::{Cell, ColumnInfo, Format, RowSink, Table, write_table};

/// Rows of a result where a client does not say how many.
pub(super) const DEFAULT_ROWS: usize = 100;
/// Bytes of a result's rows as JSON: some ten thousand tokens, which is what clients let through.
pub(super) const MAX_BYTES: usize = 40_000;
/// Bytes of one value: of a longer one the beginning is given.
const MAX_CELL_BYTES: usize = 2_000;
/// Bytes that each value of a row may have however many columns there are.
const MIN_CELL_BYTES: usize = 16;
/// Columns at most: beside the names of more there would be no room for rows.
const MAX_COLUMNS: usize = 500;
/// Bytes of a column's name.
const MAX_NAME_BYTES: usize = 64;

/// A result, row by row, as long as there is room.
#[derive(Debug, Default)]
pub(super) struct Bounded {
    /// What has room. A value that is cut ends in a word that says so.
    pub(super) table: Table,
    /// The rows as JSON.
    pub(super) rows: Vec<Vec<Value>>,
    /// Values that were cut.
    pub(super) cut_values: usize,
    /// Columns that were left out.
    pub(super) cut_columns: usize,
    bytes: usize,
    most_rows: usize,
}

impl Bounded {
    /// Takes `most_rows` rows.
    pub(super) fn new(most_rows: usize) -> Self {
        Self { most_rows, ..Self::default() }
    }

    /// Takes a table that is there.
    pub(super) fn of(table: &Table, most_rows: usize) -> Self {
        let mut bounded = Self::new(most_rows);
        let _ = bounded.begin(&table.columns);
        let taken = table.rows.iter().try_for_each(|row| bounded.row(row));
        bounded.table.truncated |= table.truncated && taken.is_continue();
        bounded
    }

    /// As a table in Markdown, whose cells show control characters.
    pub(super) fn markdown(&self) -> String {
        let mut text = Vec::new();
        // Writing into memory does not fail.
        let _ = write_table(&self.table, Format::Rows(RowFormat::Markdown), &mut text);
        String::from_utf8_lossy(&text).into_owned()
    }

    fn most_bytes_of_a_cell(&self) -> usize {
        (MAX_BYTES / 2 / self.table.columns.len().max(1)).clamp(MIN_CELL_BYTES, MAX_CELL_BYTES)
    }
}

impl RowSink for Bounded {
    fn begin(&mut self, columns: &[ColumnInfo]) -> ControlFlow<()> {
        self.cut_columns = columns.len().saturating_sub(MAX_COLUMNS);
        let kept = columns.iter().take(MAX_COLUMNS);
        let short = |text: &str| cut(text, MAX_NAME_BYTES).into_owned();
        self.table.columns = kept
            .map(|column| ColumnInfo { name: short(&column.name), declared_type: column.declared_type.as_deref().map(short) })
            .collect();
        ControlFlow::Continue(())
    }

    fn row(&mut self, cells: &[Cell]) -> ControlFlow<()> {
        if self.rows.len() >= self.most_rows {
            self.table.truncated = true;
            return ControlFlow::Break(());
        }
        let most = self.most_bytes_of_a_cell();
        let mut was_cut = 0;
        let (kept, row): (Vec<Cell>, Vec<Value>) = cells
            .iter()
            .take(self.table.columns.len())
            .map(|cell| match shortened(cell, most) {
                None => (cell.clone(), cell_to_json(cell)),
                Some(short) => {
                    was_cut += 1;
                    short
                }
            })
            .unzip();
        let bytes: usize = row.iter().map(|value| value.to_string().len() + 1).sum();
        if self.bytes + bytes > MAX_BYTES && !self.rows.is_empty() {
            self.table.truncated = true;
            return ControlFlow::Break(());
        }
        self.bytes += bytes;
        self.cut_values += was_cut;
        self.table.rows.push(kept);
        self.rows.push(row);
        ControlFlow::Continue(())
    }
}

/// The beginning of a value that has more than `most` bytes, as a cell and as JSON.
fn shortened(cell: &Cell, most: usize) -> Option<(Cell, Value)> {
    match cell {
        Cell::Text(text) if text.len() > most => {
            let short = cut(text, most).into_owned();
            Some((Cell::Text(short.clone()), short.into()))
        }
        Cell::Blob(bytes) if bytes.len() > most / 2 => {
            let kept = Cell::Blob(bytes.get(..most / 2).unwrap_or_default().to_vec());
            let Value::Object(mut object) = cell_to_json(&kept) else { return None };
            object.insert("bytes".into(), json!(bytes.len()));
            Some((Cell::Text(format!("a BLOB of {} bytes", bytes.len())), Value::Object(object)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(count: usize) -> Vec<ColumnInfo> {
        (0..count).map(|n| ColumnInfo { name: format!("c{n}"), declared_type: None }).collect()
    }

    #[track_caller]
    fn check(table: &Table, most_rows: usize, rows: usize, truncated: bool, cut_values: usize) {
        let bounded = Bounded::of(table, most_rows);
        assert_eq!((bounded.rows.len(), bounded.table.truncated, bounded.cut_values), (rows, truncated, cut_values));
        let bytes = serde_json::to_string(&bounded.rows).unwrap().len();
        // Escapes can make JSON longer than the bytes it says; a first row is let through whatever it takes.
        assert!(bytes <= 7 * MAX_BYTES && bounded.markdown().len() <= 7 * MAX_BYTES, "{bytes}");
    }

    #[test]
    fn rows_are_cut_where_there_are_more() {
        let table = |rows: Vec<Vec<Cell>>, width| Table { columns: columns(width), rows, truncated: false };
        let numbers = |count: i64| table((0..count).map(|n| vec![Cell::Integer(n)]).collect(), 1);
        check(&numbers(3), 3, 3, false, 0);
        check(&numbers(4), 3, 3, true, 0);
        check(&numbers(0), 3, 0, false, 0);
        check(&numbers(3), 0, 0, true, 0);
        check(&Table { truncated: true, ..numbers(3) }, 3, 3, true, 0);
        check(&numbers(100_000), 100_000, 8_222, true, 0);
        let text = |length: usize| Cell::Text("x".repeat(length));
        check(&table(vec![vec![text(MAX_CELL_BYTES)], vec![text(MAX_CELL_BYTES + 1)]], 1), 9, 2, false, 1);
        check(&table(vec![vec![text(1_900)]; 100], 1), 100, 21, true, 0);
        check(&table(vec![vec![text(1 << 20); 2_000]; 3], 2_000), 9, 1, true, MAX_COLUMNS);
        check(&table(vec![vec![Cell::Text("\u{1}".repeat(1 << 20)); 2_000]; 3], 2_000), 9, 1, true, MAX_COLUMNS);
        check(&table(vec![vec![Cell::Blob(vec![7; 5_000])]], 1), 9, 1, false, 1);
    }

    #[test]
    fn what_is_cut_says_so() {
        let cells = vec![Cell::Text("é".repeat(3_000)), Cell::Blob(vec![255; 5_000]), Cell::Real(f64::INFINITY), Cell::Null];
        let table = Table { columns: columns(4), rows: vec![cells], truncated: false };
        let bounded = Bounded::of(&table, 1);
        let [text, blob, real, null] = bounded.rows[0].as_slice() else { panic!() };
        assert!(text.as_str().unwrap().ends_with("é… (cut: 6000 bytes in all)"));
        assert_eq!((blob["hex"].as_str().unwrap().len(), &blob["bytes"]), (MAX_CELL_BYTES, &json!(5_000)));
        assert_eq!((real, null), (&Value::Null, &Value::Null));
        assert!(bounded.markdown().contains("| a BLOB of 5000 bytes |"), "{}", bounded.markdown());
    }
}
