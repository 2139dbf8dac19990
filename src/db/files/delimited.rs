//! Tables as text: CSV, TSV, and what else stands between fields.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::dialect::{Dialect, FirstLine};
use super::error::FileError;
use super::input::{self, Consumed};
use super::lines::{Lines, LinesError, MAX_RECORD};
use super::row::{Places, Raw, Row, Rows};
use crate::text;

/// Bytes from which is told how a table is written.
const HEAD: usize = 1 << 18;

/// How a person says what the first line is.
const FLAG: &str = "--csv-header";

/// The rows of a table as text.
pub(super) struct Delimited {
    path: PathBuf,
    lines: Lines<Box<dyn Read + Send>>,
    names: Vec<String>,
    /// Columns that have a name, or that the first row has.
    width: usize,
    title: usize,
    header: bool,
    /// Somebody said what the first line is.
    told: bool,
    /// Nothing shows that the first line has the names.
    unproven: bool,
    /// A record was read and not yet given out; before it so many rows that are empty lines.
    ready: bool,
    empty: u64,
    /// Empty lines behind the last record of a table with one column.
    trailing: u64,
    short: Places,
    long: Places,
    recoded: Places,
}

impl Delimited {
    /// Opens the file at `path`; `preferred` is what its name says of what stands between fields.
    pub(super) fn open(path: &Path, preferred: Option<u8>, first_line: FirstLine, consumed: &Consumed) -> Result<Self, FileError> {
        let unreadable = |error: std::io::Error| FileError::on_reading(path, &error);
        let head = input::head(path, HEAD).map_err(unreadable)?;
        let dialect = Dialect::of(&head, head.len() < HEAD, preferred, first_line);
        let mut text = input::open(path, consumed).map_err(unreadable)?;
        std::io::copy(&mut text.by_ref().take(dialect.directive as u64), &mut std::io::sink()).map_err(unreadable)?;
        let mut own = Self {
            path: path.into(),
            lines: Lines::new(text, dialect.delimiter),
            names: Vec::new(),
            width: 0,
            title: dialect.title,
            header: dialect.header,
            told: first_line != FirstLine::Guessed,
            unproven: dialect.unproven,
            ready: false,
            empty: 0,
            trailing: 0,
            short: Places::default(),
            long: Places::default(),
            recoded: Places::default(),
        };
        for _ in 0..dialect.title {
            own.record()?;
        }
        if !own.record()? {
            return Err(FileError::Empty { path: path.into() });
        }
        own.width = own.lines.len();
        if dialect.header {
            let named = (0..own.width).map(|at| name(own.lines.field(at)));
            own.names = dialect.unnamed_first.then(|| "row".to_owned()).into_iter().chain(named).collect();
            own.width = own.names.len();
        } else {
            own.names = (1..=own.width).map(numbered).collect();
            own.ready = true;
        }
        Ok(own)
    }

    fn record(&mut self) -> Result<bool, FileError> {
        let message = |message: String| FileError::Broken { path: self.path.clone(), form: "a table of text", message };
        self.lines.next().map_err(|error| match error {
            // Also gzip that breaks off.
            LinesError::Io(error) => FileError::on_reading(&self.path, &error),
            LinesError::Quote { line } => message(format!("a quote that is opened in the row of line {line} is never closed")),
            LinesError::Long { line } => message(format!(
                "the row that begins in line {line} takes more than {}: a quote may not be closed",
                text::bytes(MAX_RECORD as u64)
            )),
        })
    }

    fn take(&mut self, row: &mut Row) {
        let (bytes, ends) = self.lines.bytes();
        let sound = std::str::from_utf8(bytes).is_ok();
        if sound {
            row.bytes.extend_from_slice(bytes);
        } else {
            self.recoded.add(self.lines.line());
        }
        let mut start = 0;
        for (at, &end) in ends.iter().enumerate() {
            let raw = match end - start {
                0 if self.lines.is_quoted(at) => Raw::Empty,
                0 => Raw::Null,
                _ if sound => Raw::Written(start..end),
                _ => {
                    let field = self.lines.field(at);
                    let letters = std::str::from_utf8(field).map_or_else(|_| input::from_windows(field), str::to_owned);
                    Raw::Written(row.keep(letters.as_bytes()))
                }
            };
            row.cells.push(raw);
            start = end;
        }
        if row.cells.len() < self.width {
            self.short.add(self.lines.line());
        }
        // A comma at the end of each line is no column.
        while row.cells.len() > self.width && row.cells.last() == Some(&Raw::Null) {
            row.cells.pop();
        }
        if row.cells.len() > self.width {
            self.long.add(self.lines.line());
            while self.names.len() < row.cells.len() {
                self.names.push(numbered(self.names.len() + 1));
            }
        }
    }
}

/// What a column without a name is called.
fn numbered(number: usize) -> String {
    format!("column_{number}")
}

fn name(field: &[u8]) -> String {
    std::str::from_utf8(field).map_or_else(|_| input::from_windows(field), str::to_owned)
}

impl Rows for Delimited {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, FileError> {
        row.clear();
        if !self.ready {
            if !self.record()? {
                self.trailing = if self.width == 1 { self.lines.blank() } else { 0 };
                return Ok(false);
            }
            // Where there is one column, a line with nothing in it is a row with nothing in it.
            self.empty = if self.width == 1 { self.lines.blank() } else { 0 };
            self.ready = true;
        }
        if self.empty > 0 {
            self.empty -= 1;
            row.cells.push(Raw::Null);
            return Ok(true);
        }
        self.ready = false;
        self.take(row);
        Ok(true)
    }

    fn notes(&self) -> Vec<String> {
        let title = (self.title > 0).then(|| {
            let lines = text::counted(self.title as u64, "line", "lines");
            format!("{lines} before the table {} not part of it", if self.title == 1 { "is" } else { "are" })
        });
        let header = match (self.header, self.told) {
            (true, _) if self.unproven => {
                Some(format!("its first line is taken for names, which nothing in it shows ({FLAG} no reads it as a row)"))
            }
            (true, _) => None,
            (false, true) => Some(format!("its columns are called {} and so on", numbered(1))),
            (false, false) => Some(format!(
                "it has no line of names: its columns are called {} and so on ({FLAG} yes takes names from its first line)",
                numbered(1)
            )),
        };
        let extra = numbered(self.width + 1);
        let long = format!("more fields than there are names: they are in {extra}");
        let long = self.long.words("row has", "rows have", &long);
        let short = self.short.words("row has", "rows have", "fewer fields than there are columns: the others are NULL");
        let recoded = self.recoded.words("row is", "rows are", "not in UTF-8, and read as Windows-1252");
        let trailing = (self.trailing > 0).then(|| {
            let lines = text::counted(self.trailing, "empty line", "empty lines");
            format!("{lines} at its end {}", if self.trailing == 1 { "is no row" } else { "are no rows" })
        });
        [title, header, long, short, recoded, trailing].into_iter().flatten().collect()
    }
}
