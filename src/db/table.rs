//! What a query returns.

use std::time::Duration;

/// A value, with SQLite's types.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// `NULL`.
    Null,
    /// 64-bit integer.
    Integer(i64),
    /// IEEE 754 double.
    Real(f64),
    /// Text; bytes that are not UTF-8 were replaced.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnInfo {
    /// Its name or alias, as SQLite gives it.
    pub name: String,
    /// The declared type of the table column it comes from, if any.
    pub declared_type: Option<String>,
}

/// A bounded result: the cursor is closed, the rows are here.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// The columns.
    pub columns: Vec<ColumnInfo>,
    /// Row by row, as many cells as columns.
    pub rows: Vec<Vec<Cell>>,
    /// Whether the query had more rows, or more bytes, than the limits let through.
    pub truncated: bool,
}

/// How much a query may return, and how long it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// At most this many rows are kept.
    pub max_rows: usize,
    /// At most about this many bytes are kept.
    pub max_bytes: usize,
    /// The query is interrupted after this long.
    pub timeout: Duration,
}

impl Default for Limits {
    /// 1,000 rows, 64 MiB, 30 s.
    fn default() -> Self {
        Self { max_rows: 1000, max_bytes: 64 << 20, timeout: Duration::from_secs(30) }
    }
}
