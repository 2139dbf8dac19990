//! Aligned columns. Their widths are known once the last row is: until then the cells wait, in memory as long as they are few, else in an
//! unlinked temporary file.

use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use tempfile::SpooledTempFile;

use super::super::table::{Cell, ColumnInfo};
use super::cells::cell_to_text;
use crate::text;

/// Widest column, in terminal columns.
const MAX_WIDTH: usize = 60;
/// Bytes of cells that wait in memory.
const IN_MEMORY: usize = 4 << 20;

/// Writes aligned columns to `out`.
pub(super) struct AlignedWriter<W: Write> {
    out: W,
    header: bool,
    null: String,
    names: Vec<String>,
    columns: Vec<Column>,
    cells: BufWriter<SpooledTempFile>,
    rows: usize,
}

/// What is known of a column so far.
#[derive(Debug, Clone)]
struct Column {
    width: usize,
    /// No cell of it was anything but a number or NULL.
    numeric: bool,
    /// Some cell of it was not NULL.
    told: bool,
}

impl<W: Write> AlignedWriter<W> {
    pub(super) fn begin(columns: &[ColumnInfo], header: bool, null: Option<&str>, out: W) -> Self {
        let names: Vec<String> = columns.iter().map(|c| text::ellipsis(&text::sanitize(&c.name), MAX_WIDTH).into_owned()).collect();
        let width = |name: &String| if header { text::width(name).max(1) } else { 1 };
        Self {
            out,
            header,
            null: text::sanitize(null.unwrap_or("NULL")).into_owned(),
            columns: names.iter().map(|name| Column { width: width(name), numeric: true, told: false }).collect(),
            names,
            cells: BufWriter::new(SpooledTempFile::new(IN_MEMORY)),
            rows: 0,
        }
    }

    pub(super) fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        self.rows += 1;
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            let shown = if *cell == Cell::Null { self.null.clone() } else { cell_to_text(cell) };
            let shown = text::ellipsis(&shown, MAX_WIDTH);
            column.width = column.width.max(text::width(&shown));
            column.numeric &= matches!(cell, Cell::Integer(_) | Cell::Real(_) | Cell::Null);
            column.told |= *cell != Cell::Null;
            self.cells.write_all(&(shown.len() as u32).to_le_bytes())?;
            self.cells.write_all(shown.as_bytes())?;
        }
        Ok(())
    }

    pub(super) fn end(mut self) -> io::Result<()> {
        if self.columns.is_empty() {
            return Ok(());
        }
        if self.header {
            write_line(&self.columns, &self.names, &mut self.out)?;
            let rules: Vec<String> = self.columns.iter().map(|column| "─".repeat(column.width)).collect();
            write_line(&self.columns, &rules, &mut self.out)?;
        }
        let mut file = self.cells.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        let mut file = BufReader::new(file);
        let mut cells = vec![String::new(); self.columns.len()];
        for _ in 0..self.rows {
            for cell in &mut cells {
                let mut length = [0; 4];
                file.read_exact(&mut length)?;
                cell.clear();
                file.by_ref().take(u64::from(u32::from_le_bytes(length))).read_to_string(cell)?;
            }
            write_line(&self.columns, &cells, &mut self.out)?;
        }
        self.out.flush()
    }
}

fn write_line(columns: &[Column], cells: &[String], out: &mut impl Write) -> io::Result<()> {
    let mut line = String::new();
    for (i, (cell, column)) in cells.iter().zip(columns).enumerate() {
        let blanks = " ".repeat(column.width.saturating_sub(text::width(cell)));
        if i > 0 {
            line.push_str("  ");
        }
        let right = column.numeric && column.told;
        line.push_str(&if right { blanks + cell } else { cell.to_owned() + &blanks });
    }
    writeln!(out, "{}", line.trim_end())
}
