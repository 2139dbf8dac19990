//! The rows of a file into a table, one after another. Types are told from a first look and checked against every row: where a later row
//! shows that they were wrong, the file is read once more with what is known then, so that no value is bent into a type.

use std::path::Path;
use std::sync::atomic::Ordering;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ToSql};

use super::dialect::FirstLine;
use super::error::FileError;
use super::form::Form;
use super::input::Consumed;
use super::kind::{self, Kind, Stored};
use super::names;
use super::row::{Row, Rows};
use crate::signal::Cancel;
use crate::sql::quote::quoted_identifier as quoted;
use crate::text;

/// Rows of the first look.
const LOOKED_AT: u64 = 20_000;
/// Rows between two words on how far it is, two looks whether to stop, and two whether the types still hold.
const BETWEEN_WORDS: u64 = 4_096;
/// What SQLite takes (`sqlite.org/limits.html`, 2).
const MAX_COLUMNS: usize = 2_000;
/// Readings of a file: one, one more where the first look did not see all there is, and one more where the file changed.
const MOST_READINGS: usize = 3;
/// Words for nothing that are told of a column.
const MAX_WORDS: usize = 3;

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Bytes of the files that were read.
    pub done: u64,
    /// Bytes of all files.
    pub total: u64,
    /// Rows so far, of this file.
    pub rows: u64,
}

/// Why an import ended early.
#[derive(Debug)]
pub(super) enum Ended {
    File(FileError),
    Sqlite(rusqlite::Error),
}

impl From<FileError> for Ended {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl From<rusqlite::Error> for Ended {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// A table that was filled.
#[derive(Debug)]
pub(super) struct Imported {
    pub(super) rows: u64,
    /// What a person should know, a sentence each.
    pub(super) notes: Vec<String>,
}

/// What was seen of a file's columns.
#[derive(Debug, Default, Clone)]
struct Columns {
    names: Vec<String>,
    seen: Vec<u32>,
    /// Words that stood for a missing number, and how often.
    missing: Vec<(u64, Vec<String>)>,
}

impl Columns {
    fn grow(&mut self, rows: &dyn Rows) {
        for column in self.names.len()..rows.names().len() {
            self.names.push(rows.names().get(column).cloned().unwrap_or_default());
            self.seen.push(rows.known(column));
            self.missing.push((0, Vec::new()));
        }
    }

    fn kinds(&self) -> Vec<Kind> {
        Kind::all(&self.seen)
    }

    fn miss(&mut self, column: usize, word: &[u8]) {
        if let Some((count, words)) = self.missing.get_mut(column) {
            *count += 1;
            if words.len() < MAX_WORDS && !words.iter().any(|known| known.as_bytes() == word) {
                words.push(String::from_utf8_lossy(word).into_owned());
            }
        }
    }

    fn notes(&self) -> Vec<String> {
        let told = |((count, words), name): (&(u64, Vec<String>), &String)| {
            let words: Vec<String> = words.iter().map(|word| format!("`{}`", text::sanitize(word))).collect();
            (*count > 0).then(|| format!("{} in `{}` is read as NULL ({})", words.join(", "), text::sanitize(name), times(*count)))
        };
        self.missing.iter().zip(&self.names).filter_map(told).collect()
    }
}

fn times(count: u64) -> String {
    if count == 1 { "once".into() } else { format!("{} times", text::count(count)) }
}

/// One import.
pub(super) struct Import<'a> {
    pub(super) path: &'a Path,
    pub(super) form: Form,
    /// What is said of a table as text.
    pub(super) first_line: FirstLine,
    /// What the table is called.
    pub(super) table: &'a str,
    pub(super) connection: &'a Connection,
    pub(super) cancel: &'a Cancel,
    /// Bytes of all files, and of those before this one.
    pub(super) total: u64,
    pub(super) before: u64,
}

impl Import<'_> {
    /// Fills the table.
    pub(super) fn run(&self, progress: &mut dyn FnMut(Progress)) -> Result<Imported, Ended> {
        let mut guess = self.look()?;
        for _ in 0..MOST_READINGS {
            let columns = names::columns(&guess.names);
            self.create(&columns, &guess.kinds())?;
            let (found, imported) = self.fill(&guess, progress)?;
            if let Some(imported) = imported {
                return Ok(imported);
            }
            self.connection.execute_batch(&format!("DROP TABLE {}", quoted(self.table)))?;
            guess = found;
        }
        // The same rows would have had the same types.
        Err(FileError::Changing { path: self.path.into() }.into())
    }

    /// What the first rows tell of the columns.
    fn look(&self) -> Result<Columns, Ended> {
        let mut rows = self.form.open(self.path, self.first_line, &Consumed::default())?;
        let (mut columns, mut row) = (Columns::default(), Row::default());
        columns.grow(&*rows);
        let mut looked_at = 0;
        while looked_at < LOOKED_AT && rows.next(&mut row)? {
            looked_at += 1;
            if looked_at % BETWEEN_WORDS == 0
                && let Some(stop) = self.cancel.stop()
            {
                return Err(FileError::Stopped(stop).into());
            }
            self.see(&mut columns, &*rows, &row, looked_at == 1)?;
        }
        if columns.names.is_empty() {
            return Err(FileError::Empty { path: self.path.into() }.into());
        }
        Ok(columns)
    }

    /// Adds a row to what was seen.
    fn see(&self, columns: &mut Columns, rows: &dyn Rows, row: &Row, first: bool) -> Result<(), Ended> {
        if row.cells.len() > columns.names.len() || first {
            columns.grow(rows);
        }
        if columns.names.len() > MAX_COLUMNS {
            return Err(FileError::Columns { path: self.path.into(), limit: MAX_COLUMNS }.into());
        }
        for (raw, seen) in row.cells.iter().zip(&mut columns.seen) {
            kind::take(raw, row, Kind::Text, seen);
        }
        Ok(())
    }

    fn create(&self, columns: &[String], kinds: &[Kind]) -> Result<(), Ended> {
        if columns.len() > MAX_COLUMNS {
            return Err(FileError::Columns { path: self.path.into(), limit: MAX_COLUMNS }.into());
        }
        let column = |(name, kind): (&String, &Kind)| format!("{}{}", quoted(name), kind.declared());
        let columns: Vec<String> = columns.iter().zip(kinds).map(column).collect();
        self.connection.execute_batch(&format!("CREATE TABLE {} ({})", quoted(self.table), columns.join(", ")))?;
        Ok(())
    }

    /// Reads all rows into the table; what was seen of them, and where that is not what was expected, nothing more.
    fn fill(&self, guess: &Columns, progress: &mut dyn FnMut(Progress)) -> Result<(Columns, Option<Imported>), Ended> {
        let consumed = Consumed::default();
        let mut rows = self.form.open(self.path, self.first_line, &consumed)?;
        let width = guess.names.len();
        let marks = vec!["?"; width].join(", ");
        let mut insert = self.connection.prepare(&format!("INSERT INTO {} VALUES ({marks})", quoted(self.table)))?;
        let kinds = guess.kinds();
        let (mut columns, mut row, mut count, mut holds) = (Columns::default(), Row::default(), 0u64, true);
        columns.grow(&*rows);
        while rows.next(&mut row)? {
            count += 1;
            if holds && row.cells.len() <= width {
                if columns.names.len() < width {
                    columns.grow(&*rows);
                }
                for (at, kind) in kinds.iter().enumerate() {
                    let stored = match (row.cells.get(at), columns.seen.get_mut(at)) {
                        (Some(raw), Some(seen)) => kind::take(raw, &row, *kind, seen),
                        _ => Stored::Null,
                    };
                    if let Stored::Missing(word) = stored {
                        columns.miss(at, word);
                    }
                    insert.raw_bind_parameter(at + 1, Bound(stored))?;
                }
                insert.raw_execute()?;
            } else {
                holds = false;
                self.see(&mut columns, &*rows, &row, false)?;
            }
            if count % BETWEEN_WORDS == 0 {
                if let Some(stop) = self.cancel.stop() {
                    return Err(FileError::Stopped(stop).into());
                }
                holds = holds && columns.is_within(guess);
                let done = self.before + consumed.load(Ordering::Relaxed).min(self.total.saturating_sub(self.before));
                progress(Progress { done, total: self.total, rows: count });
            }
        }
        columns.grow(&*rows);
        let expected = columns.names == guess.names && columns.kinds() == kinds;
        if !(holds && expected) {
            return Ok((columns, None));
        }
        let mut notes = rows.notes();
        notes.extend(columns.notes());
        Ok((columns, Some(Imported { rows: count, notes })))
    }
}

impl Columns {
    /// Whether what was seen so far may still turn out as expected: nothing is in it that was not expected.
    fn is_within(&self, guess: &Self) -> bool {
        self.seen
            .iter()
            .zip(&guess.seen)
            .all(|(seen, expected)| seen & !expected == 0 || Kind::of(seen | expected, false) == Kind::of(*expected, false))
    }
}

/// A value on its way into SQLite.
struct Bound<'r>(Stored<'r>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Stored::Null | Stored::Missing(_) => ToSqlOutput::Owned(Value::Null),
            Stored::Integer(n) => ToSqlOutput::Owned(Value::Integer(n)),
            Stored::Real(x) => ToSqlOutput::Owned(Value::Real(x)),
            Stored::Text(bytes) => ToSqlOutput::Borrowed(ValueRef::Text(bytes)),
            Stored::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}
