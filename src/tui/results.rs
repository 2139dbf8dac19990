//! The rows of the last query, and where the cursor is in them.

use std::sync::Arc;
use std::time::Duration;

use crate::db::{Cell, Table};
use crate::jobs::JobFailure;
use crate::text;

/// No column is drawn wider than this; the cell window shows the rest.
const WIDEST: usize = 40;
/// Rows that column widths are measured on.
const MEASURED: usize = 200;

/// What the result pane shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Content {
    /// Nothing ran yet.
    #[default]
    Empty,
    /// Rows.
    Rows {
        /// They.
        table: Arc<Table>,
        /// How long the query took.
        elapsed: Duration,
    },
    /// The query failed.
    Failed(JobFailure),
    /// The query was cancelled.
    Cancelled,
}

/// The pane.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Results {
    /// What it shows.
    pub content: Content,
    /// Row of the cursor.
    pub row: usize,
    /// Column of the cursor.
    pub column: usize,
    /// Drawn width of each column.
    pub widths: Vec<usize>,
}

impl Results {
    /// Shows `table`, from its first cell.
    pub fn show(&mut self, table: Arc<Table>, elapsed: Duration) {
        let widths = (0..table.columns.len()).map(|column| measure(&table, column)).collect();
        *self = Self { widths, content: Content::Rows { table, elapsed }, row: 0, column: 0 };
    }

    /// The rows, where there are some.
    pub fn table(&self) -> Option<&Arc<Table>> {
        match &self.content {
            Content::Rows { table, .. } => Some(table),
            _ => None,
        }
    }

    /// Moves the cursor by `rows` and `columns`, as far as there are cells.
    pub fn move_by(&mut self, rows: isize, columns: isize) {
        let Some((height, width)) = self.table().map(|table| (table.rows.len(), table.columns.len())) else { return };
        self.row = self.row.saturating_add_signed(rows).min(height.saturating_sub(1));
        self.column = self.column.saturating_add_signed(columns).min(width.saturating_sub(1));
    }

    /// The cell under the cursor.
    pub fn cell(&self) -> Option<&Cell> {
        self.table()?.rows.get(self.row)?.get(self.column)
    }

    /// The name of the cursor's column.
    pub fn column_name(&self) -> Option<&str> {
        self.table()?.columns.get(self.column).map(|column| column.name.as_str())
    }

    /// The first column to draw, so that the cursor's column fits into `width`.
    pub fn first_column(&self, width: usize) -> usize {
        let mut first = self.column;
        let mut used = self.widths.get(first).copied().unwrap_or(0);
        while first > 0 {
            let wider = used + 2 + self.widths.get(first - 1).copied().unwrap_or(0);
            if wider > width {
                break;
            }
            used = wider;
            first -= 1;
        }
        first
    }
}

fn measure(table: &Table, column: usize) -> usize {
    let name = table.columns.get(column).map_or(0, |info| text::width(&text::sanitize(&info.name)));
    let cells = table.rows.iter().take(MEASURED).filter_map(|row| row.get(column)).map(|cell| text::width(&shown(cell)));
    cells.fold(name, usize::max).clamp(1, WIDEST)
}

/// A cell as one line of a table.
pub fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".into(),
        Cell::Integer(n) => n.to_string(),
        Cell::Real(x) => x.to_string(),
        // A table's cell never needs more than its first screenful.
        Cell::Text(text) => text::sanitize(&text.chars().take(4 * WIDEST).collect::<String>()).into_owned(),
        Cell::Blob(bytes) => format!("BLOB, {}", text::bytes(bytes.len() as u64)),
    }
}

/// A cell in full: JSON indented, control characters visible, bytes in hexadecimal.
pub fn in_full(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => match serde_json::from_str::<serde_json::Value>(text) {
            Ok(value @ (serde_json::Value::Object(_) | serde_json::Value::Array(_))) => {
                text::sanitize_lines(&serde_json::to_string_pretty(&value).unwrap_or_default()).into_owned()
            }
            _ => text::sanitize_lines(text).into_owned(),
        },
        Cell::Blob(bytes) => {
            let lines = bytes.chunks(16).take(4096).map(|line| line.iter().map(|byte| format!("{byte:02x} ")).collect::<String>());
            format!("{}\n{}", shown(cell), lines.collect::<Vec<_>>().join("\n"))
        }
        other => shown(other),
    }
}

/// A cell as it is copied.
pub fn copied(cell: &Cell) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        other => shown(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::ColumnInfo;

    fn results(columns: usize) -> Results {
        let info = |i: usize| ColumnInfo { name: format!("column_{i}"), declared_type: None };
        let table = Table { columns: (0..columns).map(info).collect(), rows: vec![vec![Cell::Integer(1); columns]; 3], truncated: false };
        let mut results = Results::default();
        results.show(Arc::new(table), Duration::ZERO);
        results
    }

    #[test]
    fn the_cursor_stays_inside() {
        let mut results = results(2);
        results.move_by(99, 99);
        assert_eq!((results.row, results.column), (2, 1));
        results.move_by(-99, -99);
        assert_eq!((results.row, results.column), (0, 0));
        let mut empty = Results::default();
        empty.move_by(1, 1);
        assert_eq!((empty.row, empty.cell()), (0, None));
    }

    #[test]
    fn the_cursors_column_is_in_view() {
        let mut results = results(10);
        assert_eq!(results.first_column(30), 0);
        results.column = 9;
        assert_eq!(results.first_column(30), 7);
        assert_eq!(results.first_column(3), 9);
    }

    #[test]
    fn cells_are_shown_in_full_and_copied_as_they_are() {
        assert_eq!(in_full(&Cell::Text("{\"a\":[1]}".into())), "{\n  \"a\": [\n    1\n  ]\n}");
        assert_eq!(in_full(&Cell::Text("a\x1b[2J\nb".into())), "a\\u{1b}[2J\nb");
        assert_eq!(in_full(&Cell::Blob(vec![0, 255])), "BLOB, 2 B\n00 ff ");
        assert_eq!(
            ["", "a\tb", "00ff"],
            [Cell::Null, Cell::Text("a\tb".into()), Cell::Blob(vec![0, 255])].map(|cell| copied(&cell)).each_ref().map(String::as_str)
        );
        assert_eq!(shown(&Cell::Text("a\nb".into())), "a\\nb");
    }
}
