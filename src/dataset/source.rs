//! The rows of a file, whatever form it has: JSON lists and lines, an object of lists, CSV and its kin, Parquet, each packed or not.

use std::io::{BufReader, Read};
use std::path::Path;

use serde_json::{Map, Value};

use super::error::{DatasetError, RowProblem};
use super::rows::{PARTS, Rows, RowsError};
use crate::db::files::{FileError, Records, first_list, open_text};

/// Bytes from which is told whether a file is an object of lists.
const HEAD: usize = 1 << 16;

/// A row: its fields, or why it has none.
#[derive(Debug)]
pub(super) struct SourceRow {
    /// From 1.
    pub(super) row: usize,
    /// From 1; in a table without lines, the row.
    pub(super) line: usize,
    pub(super) fields: Result<Map<String, Value>, RowProblem>,
    /// The key of the list it is in.
    pub(super) part: Option<String>,
}

/// A file's rows.
pub(super) enum Source {
    Json(Rows<BufReader<Box<dyn Read + Send>>>),
    Table(Records, usize),
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self, DatasetError> {
        let read_error = |source| DatasetError::Read { path: path.into(), source };
        if std::fs::metadata(path).map_err(read_error)?.is_dir() {
            return Err(read_error(std::io::ErrorKind::IsADirectory.into()));
        }
        let table = Records::open(path).map_err(|error| match error {
            FileError::Empty { path } => DatasetError::Empty { path },
            other => DatasetError::Table(other),
        })?;
        if let Some(table) = table {
            return Ok(Self::Table(table, 0));
        }
        let mut head = Vec::new();
        open_text(path).map_err(read_error)?.take(HEAD as u64).read_to_end(&mut head).map_err(read_error)?;
        let input = BufReader::with_capacity(1 << 16, open_text(path).map_err(read_error)?);
        match has_parts(&head) {
            true => Rows::of_parts(input).map(Self::Json).map_err(|error| at(path, error)),
            false => Ok(Self::Json(Rows::new(input))),
        }
    }

    /// The next row; an error where the file itself is broken.
    pub(super) fn next(&mut self, path: &Path) -> Result<Option<SourceRow>, DatasetError> {
        match self {
            Self::Json(rows) => {
                let Some(raw) = rows.next().transpose().map_err(|error| at(path, error))? else { return Ok(None) };
                let fields = serde_json::from_slice(&raw.text).map_err(|error| RowProblem::NotJson(error.to_string()));
                Ok(Some(SourceRow { row: raw.row, line: raw.line, fields, part: raw.part }))
            }
            Self::Table(records, count) => {
                let Some(fields) = records.next_row().map_err(DatasetError::Table)? else { return Ok(None) };
                *count += 1;
                Ok(Some(SourceRow { row: *count, line: *count, fields: Ok(fields), part: None }))
            }
        }
    }
}

/// Whether a file that begins with `head` is an object whose first list is one of rows, by its key.
fn has_parts(head: &[u8]) -> bool {
    first_list(head).is_some_and(|key| PARTS.contains(&key.as_str()))
}

/// Whether rows of the part called so are for learning: not those to judge by.
pub(super) fn is_learned(part: &str) -> bool {
    !matches!(part, "validation" | "valid" | "val" | "dev" | "test" | "eval")
}

fn at(path: &Path, error: RowsError) -> DatasetError {
    match error {
        RowsError::Io(source) => DatasetError::Read { path: path.into(), source },
        RowsError::Row { row, line, problem } => DatasetError::Row { path: path.into(), row, line, problem },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_of_lists_is_told_from_a_row() {
        for (head, expected) in [
            ("{\"train\": [{\"question\"", true),
            (" {\"version\": \"1 [beta]\", \"data\": [ {", true),
            ("{\"version\": 1, \"data\": [ {", true),
            ("{\"messages\": [{\"role\"", false),
            ("{\"question\": \"x\", \"train\": [1]}", false),
            ("[{\"a\": 1}]", false),
        ] {
            assert_eq!(has_parts(head.as_bytes()), expected, "{head}");
        }
    }
}
