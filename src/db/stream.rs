//! Rows handed over one after the other as SQLite finds them: a result of any length in the memory of one row.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use super::columns::columns_of;
use super::database::{Database, Failure, cell_of, prepare_with};
use super::error::DbError;
use super::parameters::Parameters;
use super::sqlite_error::{is_busy, sqlite_message};
use super::table::{Cell, ColumnInfo, Limits, Table};
use crate::signal::Cancel;
use crate::sql::ReadOnlySql;

/// Takes a result. What it does must not wait for long, since the cursor is open meanwhile, and must not use the database.
pub trait RowSink {
    /// Hears the columns, once, before any row.
    fn begin(&mut self, columns: &[ColumnInfo]) -> ControlFlow<()>;
    /// Takes one row; `Break` wants no more.
    fn row(&mut self, cells: &[Cell]) -> ControlFlow<()>;
}

/// A result that is kept as it comes: the limits are its bounds.
#[derive(Debug, Clone, Default)]
pub struct Collected {
    /// As far as it came; whether it was cut, the stream says.
    pub table: Table,
}

impl RowSink for Collected {
    fn begin(&mut self, columns: &[ColumnInfo]) -> ControlFlow<()> {
        self.table.columns = columns.to_vec();
        ControlFlow::Continue(())
    }

    fn row(&mut self, cells: &[Cell]) -> ControlFlow<()> {
        self.table.rows.push(cells.to_vec());
        ControlFlow::Continue(())
    }
}

/// How a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Streamed {
    /// Rows that were handed over.
    pub rows: usize,
    /// Whether the query had more rows, or more bytes, than the limits let through.
    pub truncated: bool,
}

impl Database {
    /// Runs `sql` and hands its rows to `sink` until it ends, a limit is reached, the sink wants no more, or `cancel` says stop. The cursor
    /// is closed when this returns.
    pub fn stream(
        &self,
        sql: &ReadOnlySql,
        parameters: &Parameters,
        limits: &Limits,
        cancel: &Cancel,
        sink: &mut dyn RowSink,
    ) -> Result<Streamed, DbError> {
        let cancel = cancel.with_timeout(limits.timeout);
        let sink = Mutex::new(sink);
        self.with_owners(&cancel, |connection, owners| {
            let mut prepared = prepare_with(connection, sql.as_str(), owners)?;
            parameters.bind(&mut prepared.statement, &prepared.sql)?;
            let columns = columns_of(connection, &prepared.statement, &prepared.sql);
            let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
            let mut stream = Stream { limits, cancel: &cancel, bytes: 0, done: Streamed::default() };
            let mut rows = prepared.statement.raw_query();
            // A lock is waited for by doing all of this again, so nobody hears of it before there is a row.
            let mut row = rows.next()?;
            if sink.begin(&columns).is_break() {
                return Ok(stream.done);
            }
            let mut cells = Vec::with_capacity(columns.len());
            while let Some(found) = row {
                if stream.is_over()? {
                    break;
                }
                cells.clear();
                for i in 0..columns.len() {
                    let value = found.get_ref(i)?;
                    cells.push(cell_of(value));
                }
                if !stream.admits(&cells) || sink.row(&cells).is_break() {
                    break;
                }
                stream.done.rows += 1;
                row = match rows.next() {
                    Ok(row) => row,
                    Err(error) if is_busy(&error) => {
                        let (path, message) = (self.path().clone(), sqlite_message(&error));
                        return Err(Failure::Ours(DbError::Busy { path, message }));
                    }
                    Err(error) => return Err(error.into()),
                };
            }
            Ok(stream.done)
        })
    }
}

struct Stream<'a> {
    limits: &'a Limits,
    cancel: &'a Cancel,
    bytes: usize,
    done: Streamed,
}

impl Stream<'_> {
    /// There is another row: whether it is one too many.
    fn is_over(&mut self) -> Result<bool, Failure> {
        if let Some(stop) = self.cancel.stop() {
            return Err(Failure::Ours(DbError::Stopped(stop)));
        }
        self.done.truncated = self.done.rows >= self.limits.max_rows || self.bytes >= self.limits.max_bytes;
        Ok(self.done.truncated)
    }

    /// Whether the bytes of this row are let through. One row may be larger than the limit by itself: only the first is.
    fn admits(&mut self, cells: &[Cell]) -> bool {
        let bytes = cells.iter().map(|cell| match cell {
            Cell::Text(text) => text.len(),
            Cell::Blob(blob) => blob.len(),
            _ => 0,
        });
        self.bytes = self.bytes.saturating_add(size_of_val(cells)).saturating_add(bytes.sum());
        self.done.truncated = self.bytes > self.limits.max_bytes && self.done.rows > 0;
        !self.done.truncated
    }
}
