//! The rows of a spool: those in view, one in full, all of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::order::Order;
use crate::db::database::cell_of;
use crate::db::error::DbError;
use crate::db::sqlite_error::sqlite_message;
use crate::db::table::{Cell, ColumnInfo};
use crate::signal::Cancel;

/// Page cache of each connection, in KiB.
pub const CACHE_KIB: i64 = 16 << 10;
/// Characters of a text that [`Spool::peek`] gives.
pub(super) const PEEK: usize = 256;

/// A drained result.
pub struct Spool {
    pub(super) columns: Vec<ColumnInfo>,
    pub(super) rows: usize,
    pub(super) truncated: bool,
    pub(super) read: Mutex<Reader>,
    pub(super) work: Mutex<Connection>,
    /// Watched by the working connection.
    pub(super) watched: Arc<Mutex<Cancel>>,
}

/// The connection that reads for the screen.
pub(super) struct Reader {
    pub(super) connection: Connection,
    /// The last window: frames ask for the same one again and again.
    pub(super) last: Option<(Window, Arc<Vec<Vec<Peek>>>)>,
}

/// Rows and columns in view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    order: Option<usize>,
    first: usize,
    count: usize,
    columns: Vec<usize>,
}

/// The beginning of a cell: enough to draw it.
#[derive(Debug, Clone, PartialEq)]
pub enum Peek {
    /// `NULL`.
    Null,
    /// 64-bit integer.
    Integer(i64),
    /// IEEE 754 double.
    Real(f64),
    /// The first characters of a text.
    Text(String),
    /// The size of a blob.
    Blob(u64),
}

impl Spool {
    /// The columns.
    pub fn columns(&self) -> &[ColumnInfo] {
        &self.columns
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Whether the query had more rows, or more bytes, than the limits let through.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// The beginnings of the cells of `columns` in `count` rows from `first` on, in `order`.
    pub fn peek(&self, order: Option<&Order>, first: usize, count: usize, columns: &[usize]) -> Result<Arc<Vec<Vec<Peek>>>, DbError> {
        let window = Window { order: order.map(Order::name), first, count, columns: columns.to_vec() };
        let mut reader = lock(&self.read);
        if let Some((last, rows)) = &reader.last
            && *last == window
        {
            return Ok(Arc::clone(rows));
        }
        let parts: Vec<String> = columns
            .iter()
            .map(|c| {
                format!("CASE typeof(c{c}) WHEN 'text' THEN substr(c{c}, 1, {PEEK}) WHEN 'blob' THEN length(c{c}) ELSE c{c} END, typeof(c{c}) = 'blob'")
            })
            .collect();
        let sql = if parts.is_empty() {
            "SELECT 1 FROM t WHERE rowid = ?1".to_owned()
        } else {
            format!("SELECT {} FROM t WHERE rowid = ?1", parts.join(", "))
        };
        let read = |connection: &Connection| -> rusqlite::Result<Vec<Vec<Peek>>> {
            let mut statement = connection.prepare_cached(&sql)?;
            let last = first.saturating_add(count).min(order.map_or(self.rows, Order::len));
            (first.min(last)..last)
                .map(|position| {
                    statement.query_row([row_id(order, position)], |row| {
                        (0..columns.len()).map(|i| Ok(peek_of(row.get_ref(2 * i)?, row.get(2 * i + 1)?))).collect()
                    })
                })
                .collect()
        };
        let rows = Arc::new(read(&reader.connection).map_err(|error| failed(&error))?);
        reader.last = Some((window, Arc::clone(&rows)));
        Ok(rows)
    }

    /// One row in full.
    pub fn row(&self, order: Option<&Order>, position: usize) -> Result<Vec<Cell>, DbError> {
        let reader = lock(&self.read);
        let read = || {
            let mut statement = reader.connection.prepare_cached("SELECT * FROM t WHERE rowid = ?1")?;
            statement.query_row([row_id(order, position)], |row| (0..self.columns.len()).map(|i| Ok(cell_of(row.get_ref(i)?))).collect())
        };
        read().map_err(|error| failed(&error))
    }

    /// One cell in full.
    pub fn cell(&self, order: Option<&Order>, position: usize, column: usize) -> Result<Cell, DbError> {
        let reader = lock(&self.read);
        let read = || {
            let mut statement = reader.connection.prepare_cached(&format!("SELECT c{column} FROM t WHERE rowid = ?1"))?;
            statement.query_row([row_id(order, position)], |row| Ok(cell_of(row.get_ref(0)?)))
        };
        read().map_err(|error| failed(&error))
    }

    /// Every row in `order`, in full, one after the other; `each` says whether to go on.
    pub fn for_each(&self, order: Option<&Order>, cancel: &Cancel, mut each: impl FnMut(&[Cell]) -> bool) -> Result<(), DbError> {
        self.working(cancel, |connection| {
            let width = self.columns.len();
            let mut cells = Vec::with_capacity(width);
            let mut take = |row: &rusqlite::Row<'_>| -> rusqlite::Result<bool> {
                cells.clear();
                for i in 0..width {
                    cells.push(cell_of(row.get_ref(i)?));
                }
                Ok(each(&cells))
            };
            match order {
                None => {
                    let mut statement = connection.prepare_cached("SELECT * FROM t ORDER BY rowid")?;
                    let mut rows = statement.query([])?;
                    while let Some(row) = rows.next()? {
                        if !take(row)? || cancel.is_stopped() {
                            break;
                        }
                    }
                }
                Some(order) => {
                    let mut statement = connection.prepare_cached("SELECT * FROM t WHERE rowid = ?1")?;
                    for position in 0..order.len() {
                        if !statement.query_row([row_id(Some(order), position)], &mut take)? || cancel.is_stopped() {
                            break;
                        }
                    }
                }
            }
            Ok(())
        })
    }

    /// Lends the working connection while `cancel` is watched.
    pub(super) fn working<T>(&self, cancel: &Cancel, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, DbError> {
        let connection = lock(&self.work);
        *lock(&self.watched) = cancel.clone();
        let done = work(&connection);
        *lock(&self.watched) = Cancel::new();
        match (cancel.stop(), done) {
            (Some(stop), _) => Err(DbError::Stopped(stop)),
            (None, done) => done.map_err(|error| failed(&error)),
        }
    }
}

impl std::fmt::Debug for Spool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spool").field("columns", &self.columns.len()).field("rows", &self.rows).field("truncated", &self.truncated).finish()
    }
}

/// A spool equals itself: what comes from two runs is never the same result.
impl PartialEq for Spool {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Spool {}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// SQLite counts rows from 1.
fn row_id(order: Option<&Order>, position: usize) -> i64 {
    order.map_or(position as i64, |order| order.row(position) as i64) + 1
}

fn peek_of(value: ValueRef<'_>, is_blob: bool) -> Peek {
    match value {
        ValueRef::Integer(n) if is_blob => Peek::Blob(u64::try_from(n).unwrap_or_default()),
        ValueRef::Null => Peek::Null,
        ValueRef::Integer(n) => Peek::Integer(n),
        ValueRef::Real(x) => Peek::Real(x),
        ValueRef::Text(bytes) => Peek::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Peek::Blob(bytes.len() as u64),
    }
}

/// An error of the temporary file.
pub(super) fn failed(error: &rusqlite::Error) -> DbError {
    DbError::Spool { message: sqlite_message(error) }
}
