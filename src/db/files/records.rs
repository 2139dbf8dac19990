//! The rows of a file one at a time, as objects: for data sets, which are read and not asked.

use std::io::{self, Read};
use std::path::Path;

use serde_json::{Map, Value};

use super::dialect::FirstLine;
use super::error::FileError;
use super::form::Form;
use super::input::{self, Consumed};
use super::names;
use super::row::{Raw, Row, Rows};

/// The rows of a table as text or of a Parquet file.
pub struct Records {
    rows: Box<dyn Rows>,
    row: Row,
}

impl std::fmt::Debug for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Records").field("names", &self.rows.names()).finish_non_exhaustive()
    }
}

impl Records {
    /// Opens the file at `path`; `None` where it is neither a table as text nor Parquet.
    pub fn open(path: &Path) -> Result<Option<Self>, FileError> {
        match Form::of(path) {
            Some(form @ (Form::Delimited(_) | Form::Parquet)) => {
                Ok(Some(Self { rows: form.open(path, FirstLine::Guessed, &Consumed::default())?, row: Row::default() }))
            }
            _ => Ok(None),
        }
    }

    /// The next row, its fields as text where the file has no types; `None` behind the last one.
    pub fn next_row(&mut self) -> Result<Option<Map<String, Value>>, FileError> {
        if !self.rows.next(&mut self.row)? {
            return Ok(None);
        }
        let names = names::columns(self.rows.names());
        let cells = self.row.cells.iter().chain(std::iter::repeat(&Raw::Null));
        Ok(Some(names.into_iter().zip(cells).map(|(name, raw)| (name, self.value(raw))).collect()))
    }

    fn value(&self, raw: &Raw) -> Value {
        let text = |range| String::from_utf8_lossy(self.row.get(range)).into_owned();
        match raw {
            Raw::Null => Value::Null,
            Raw::Empty => Value::from(""),
            Raw::Written(range) | Raw::Text(range) => Value::from(text(range)),
            Raw::Json(range) => serde_json::from_slice(self.row.get(range)).unwrap_or_else(|_| Value::from(text(range))),
            Raw::Bool(value) => Value::from(*value),
            Raw::Integer(n) => Value::from(*n),
            Raw::Real(x) => Value::from(*x),
            Raw::Blob(range) => Value::from(text(range)),
        }
    }
}

/// The text of a file, unpacked where it is packed by gzip, in UTF-8, without a byte order mark.
pub fn open_text(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    input::open(path, &Consumed::default())
}
