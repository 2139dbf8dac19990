//! The texts of one column, and how many of them are read.

use std::ops::Range;
use std::time::Duration;

use crate::schema::ValueHit;

/// How much of a database is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueLimits {
    /// For all columns together.
    pub total: Duration,
    /// For one column.
    pub one_column: Duration,
    /// Values of all columns together.
    pub values: usize,
    /// Values of one column.
    pub column_values: usize,
    /// Bytes of all values together.
    pub bytes: usize,
    /// A longer text, in bytes, is no value that a question would mention.
    pub value_bytes: usize,
}

impl Default for ValueLimits {
    /// 5 s, 500 ms a column; 200,000 values, 20,000 a column; 8 MiB; values up to 80 bytes.
    fn default() -> Self {
        Self {
            total: Duration::from_secs(5),
            one_column: Duration::from_millis(500),
            values: 200_000,
            column_values: 20_000,
            bytes: 8 << 20,
            value_bytes: 80,
        }
    }
}

/// How much of one column is read.
pub(super) struct Bounds {
    pub(super) values: usize,
    pub(super) bytes: usize,
    /// Of one value.
    pub(super) value_bytes: usize,
}

/// The distinct texts of one column, or of one place in its JSON documents.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct ColumnValues {
    /// The table's file, where that was opened beside the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) database: Option<String>,
    pub(super) table: String,
    pub(super) column: String,
    /// The place in its documents, `$.app` or `$.tags[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
    /// Sorted, distinct.
    pub(super) values: Vec<String>,
    /// Whether these are all texts of the column.
    pub(super) complete: bool,
}

impl ColumnValues {
    /// A mention of one of its values.
    pub(super) fn hit(&self, value: &str, words: Range<usize>, exact: bool, score: u16) -> ValueHit {
        ValueHit {
            database: self.database.clone(),
            table: self.table.clone(),
            column: self.column.clone(),
            path: self.path.clone(),
            value: value.to_owned(),
            words,
            exact,
            score,
        }
    }

    /// What the values are called: the column, or the last key of their place in its documents.
    pub(super) fn called(&self) -> &str {
        let key = |path: &str| path.rfind('.').map(|dot| dot + 1);
        match self.path.as_deref().and_then(|path| path.get(key(path)?..)) {
            Some(key) => key.trim_end_matches("[]").trim_matches('"'),
            None => &self.column,
        }
    }
}

/// Whether most values look like keys, hashes, moments: digits in them, and no blank between words.
pub(super) fn is_made_by_machines(values: &[String]) -> bool {
    let made = |value: &&String| {
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        let letters = value.chars().filter(|c| c.is_alphabetic()).count();
        digits > 0 && (digits >= letters || !value.contains(' ') && value.len() >= 16)
    };
    values.iter().filter(made).count() * 10 > values.len() * 8
}
