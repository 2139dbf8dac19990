//! Filling a spool: from a query, or from rows that are here.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ToSql};

use super::super::columns::columns_of;
use super::super::database::{Database, Failure, prepare, prepare_with};
use super::super::error::DbError;
use super::super::parameters::{Parameters, value_of};
use super::super::table::{Cell, ColumnInfo, Limits, Table};
use super::rows::{CACHE_KIB, Reader, Spool, failed, lock};
use crate::signal::Cancel;
use crate::sql::ReadOnlySql;

/// Rows between two words about how far it is.
const ROWS_BETWEEN_WORDS: usize = 4096;
/// Begins the names of files of results.
const PREFIX: &str = "sqllama-result-";
/// What is younger may be in use.
const YOUNG: Duration = Duration::from_secs(24 * 3600);
/// Virtual machine instructions of the working connection between two looks at the stop flag.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

impl Database {
    /// Runs `sql` and drains its rows into a spool until it ends, a limit is reached, or `cancel` says stop. `progress` hears the number of
    /// rows now and then. The cursor is closed when this returns.
    pub fn spool(&self, sql: &ReadOnlySql, limits: &Limits, cancel: &Cancel, progress: &mut dyn FnMut(usize)) -> Result<Spool, DbError> {
        self.spool_with(sql, &Parameters::new(), limits, cancel, progress)
    }

    /// As [`Self::spool`], with values for the parameters.
    pub fn spool_with(
        &self,
        sql: &ReadOnlySql,
        parameters: &Parameters,
        limits: &Limits,
        cancel: &Cancel,
        progress: &mut dyn FnMut(usize),
    ) -> Result<Spool, DbError> {
        let cancel = cancel.with_timeout(limits.timeout);
        let progress = Mutex::new(progress);
        self.with_owners(&cancel, |connection, owners| {
            let mut prepared = match parameters.is_empty() {
                true => prepare(connection, sql.as_str(), owners)?,
                false => prepare_with(connection, sql.as_str(), owners)?,
            };
            parameters.bind(&mut prepared.statement, &prepared.sql)?;
            let mut filler = Filler::new(columns_of(connection, &prepared.statement, &prepared.sql)).map_err(Failure::Ours)?;
            let mut rows = prepared.statement.raw_query();
            let mut truncated = false;
            while let Some(row) = rows.next()? {
                if let Some(stop) = cancel.stop() {
                    return Err(Failure::Ours(DbError::Stopped(stop)));
                }
                if filler.rows >= limits.max_rows || filler.bytes >= limits.max_bytes {
                    truncated = true;
                    break;
                }
                filler.put(|i| row.get_ref(i)).map_err(Failure::Ours)?;
                if filler.rows.is_multiple_of(ROWS_BETWEEN_WORDS) {
                    (*lock(&progress))(filler.rows);
                }
            }
            filler.finish(truncated).map_err(Failure::Ours)
        })
    }
}

impl Spool {
    /// Rows that are here as a spool.
    pub fn of_table(table: &Table) -> Result<Self, DbError> {
        let mut filler = Filler::new(table.columns.clone())?;
        for row in &table.rows {
            filler.put(|i| Ok(row.get(i).map_or(ValueRef::Null, value_of)))?;
        }
        filler.finish(table.truncated)
    }
}

/// Files of results that were left in the system's temporary folder: by a process that ended between making one and unlinking it, or on a
/// system that cannot unlink what is open. Young ones may still be in use.
pub fn left_behind() -> Vec<(PathBuf, u64)> {
    let entries = std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX));
    let mut old: Vec<(PathBuf, u64)> = files
        .filter_map(|entry| {
            let data = entry.path().symlink_metadata().ok().filter(std::fs::Metadata::is_file)?;
            let age = data.modified().ok()?.elapsed().ok()?;
            (age > YOUNG).then(|| (entry.path(), data.len()))
        })
        .collect();
    old.sort();
    old
}

struct Filler {
    file: tempfile::TempPath,
    connection: Connection,
    columns: Vec<ColumnInfo>,
    insert: String,
    rows: usize,
    bytes: usize,
}

impl Filler {
    fn new(columns: Vec<ColumnInfo>) -> Result<Self, DbError> {
        let unusable = |error: std::io::Error| DbError::Spool { message: error.to_string() };
        let file = tempfile::Builder::new().prefix(PREFIX).tempfile().map_err(unusable)?.into_temp_path();
        let connection = Connection::open(&file).map_err(|error| failed(&error))?;
        // A statement without columns gives no rows; a table needs one column all the same.
        let names: Vec<String> = (0..columns.len().max(1)).map(|i| format!("c{i}")).collect();
        let places = vec!["?"; names.len()].join(", ");
        connection
            .execute_batch(&format!(
                "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-{CACHE_KIB}; BEGIN; CREATE TABLE t ({})",
                names.join(", ")
            ))
            .map_err(|error| failed(&error))?;
        Ok(Self { file, connection, columns, insert: format!("INSERT INTO t VALUES ({places})"), rows: 0, bytes: 0 })
    }

    fn put<'v>(&mut self, value: impl Fn(usize) -> rusqlite::Result<ValueRef<'v>>) -> Result<(), DbError> {
        let mut put = || -> rusqlite::Result<()> {
            let mut statement = self.connection.prepare_cached(&self.insert)?;
            for i in 0..self.columns.len() {
                let value = value(i)?;
                self.bytes = self.bytes.saturating_add(size_of::<Cell>()).saturating_add(match value {
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len(),
                    _ => 0,
                });
                statement.raw_bind_parameter(i + 1, Bound(value))?;
            }
            statement.raw_execute()?;
            self.rows += 1;
            Ok(())
        };
        put().map_err(|error| failed(&error))
    }

    /// Closes the writing: from now on there are only readers.
    fn finish(self, truncated: bool) -> Result<Spool, DbError> {
        let (mut connection, file) = (self.connection, self.file);
        let finish = || -> rusqlite::Result<(Connection, Connection, Arc<Mutex<Cancel>>)> {
            connection.execute_batch("COMMIT; PRAGMA query_only=ON; PRAGMA temp_store=FILE")?;
            let read = Connection::open(&file)?;
            read.execute_batch(&format!("PRAGMA cache_size=-{CACHE_KIB}; PRAGMA query_only=ON"))?;
            // Looks at the file, so that it may be unlinked.
            read.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
            let watched = Arc::new(Mutex::new(Cancel::new()));
            let watching = Arc::clone(&watched);
            connection.progress_handler(STEPS_BETWEEN_LOOKS, Some(move || lock(&watching).is_stopped()))?;
            connection.flush_prepared_statement_cache();
            Ok((connection, read, watched))
        };
        let (work, read, watched) = finish().map_err(|error| failed(&error))?;
        // Gone from the folder, and from the disk with the last connection, also after a crash. Where a system cannot do that, the file
        // goes when the program ends.
        let _ = file.close();
        Ok(Spool {
            columns: self.columns,
            rows: self.rows,
            truncated,
            read: Mutex::new(Reader { connection: read, last: None }),
            work: Mutex::new(work),
            watched,
        })
    }
}

/// A value on its way into the spool; text that is not UTF-8 is replaced, as everywhere.
struct Bound<'v>(ValueRef<'v>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
                Ok(_) => ToSqlOutput::Borrowed(self.0),
                Err(_) => ToSqlOutput::Owned(Value::Text(String::from_utf8_lossy(bytes).into_owned())),
            },
            other => ToSqlOutput::Borrowed(other),
        })
    }
}
