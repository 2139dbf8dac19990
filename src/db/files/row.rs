//! A row on its way from a file to a table, in buffers that are used again for the next one.

use std::ops::Range;

use super::error::FileError;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Raw {
    /// Nothing, or JSON's `null`.
    Null,
    /// Text of which only its characters tell what it is: a field of CSV, a number of JSON.
    Written(Range<usize>),
    /// Empty text, between quotes: nobody's number, but not nothing either.
    Empty,
    /// Text, whatever it looks like.
    Text(Range<usize>),
    /// A JSON list or object.
    Json(Range<usize>),
    Bool(bool),
    Integer(i64),
    Real(f64),
    Blob(Range<usize>),
}

/// One row. Ranges of [`Raw`] are in `bytes`.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) bytes: Vec<u8>,
    pub(super) cells: Vec<Raw>,
}

impl Row {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.cells.clear();
    }

    /// The bytes of a cell.
    pub(super) fn get(&self, range: &Range<usize>) -> &[u8] {
        self.bytes.get(range.clone()).unwrap_or_default()
    }

    /// Keeps bytes, and says where.
    pub(super) fn keep(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }

    /// Sets the cell of a column; those before it that are not there yet are nothing.
    pub(super) fn set(&mut self, column: usize, raw: Raw) {
        if column >= self.cells.len() {
            self.cells.resize(column + 1, Raw::Null);
        }
        if let Some(cell) = self.cells.get_mut(column) {
            *cell = raw;
        }
    }
}

/// The rows of a file, one after another.
pub(super) trait Rows {
    /// What its columns are called so far: with JSON and with ragged lines, more may come.
    fn names(&self) -> &[String];

    /// What is known of a column before a row is read, as bits of [`super::kind`].
    fn known(&self, _column: usize) -> u32 {
        0
    }

    /// Reads the next row; `false` behind the last one.
    fn next(&mut self, row: &mut Row) -> Result<bool, FileError>;

    /// What a person should know of how the rows read so far were read, a sentence each.
    fn notes(&self) -> Vec<String>;
}

/// Places of one kind, counted: how often, and where first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) count: u64,
    /// A line, from 1.
    pub(super) first: u64,
}

impl Places {
    pub(super) fn add(&mut self, line: u64) {
        if self.count == 0 {
            self.first = line;
        }
        self.count += 1;
    }

    /// `3 rows have more fields ... (the first in line 17)`; `None` where there are none.
    pub(super) fn words(&self, one: &str, several: &str, rest: &str) -> Option<String> {
        let place = if self.count == 1 { "in line" } else { "the first in line" };
        (self.count > 0).then(|| format!("{} {rest} ({place} {})", crate::text::counted(self.count, one, several), self.first))
    }
}
