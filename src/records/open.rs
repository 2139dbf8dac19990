//! Opening our file: made where it is missing, brought up to date where it is older, left alone where it is damaged or newer.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Params, Row, TransactionBehavior};

use super::error::RecordsError;
use super::migrations::{APPLICATION_ID, STEPS};
use crate::store::Paths;

/// How long a process waits for another's write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The open file. One connection: give each thread its own.
#[derive(Debug)]
pub struct Records {
    connection: Connection,
    path: PathBuf,
}

impl Records {
    /// Opens the file of `paths`, or makes it.
    pub fn open(paths: &Paths) -> Result<Self, RecordsError> {
        Self::open_file(&paths.records())
    }

    pub(super) fn open_file(path: &Path) -> Result<Self, RecordsError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|error| RecordsError::Unusable { path: folder.to_owned(), message: error.to_string() })?;
        }
        let explain = |error: rusqlite::Error| RecordsError::of(path, &error);
        let connection = Connection::open(path).map_err(explain)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(explain)?;
        let mut records = Self { connection, path: path.to_owned() };
        // Nothing is written before the file is known to be ours: a foreign one would lose its journal mode.
        records.inspect()?;
        records.connection.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON").map_err(explain)?;
        records.migrate()?;
        Ok(records)
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn inspect(&self) -> Result<u32, RecordsError> {
        // One statement sees one state of the file: another process may be making it.
        let sql =
            "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id, pragma_user_version";
        let numbers = self.one::<(i64, i64, i64)>(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let (application, version, tables) = numbers.unwrap_or_default();
        if application != APPLICATION_ID && (version != 0 || tables != 0) {
            return Err(RecordsError::NotOurs { path: self.path.clone() });
        }
        let (version, known) = (u32::try_from(version).unwrap_or(u32::MAX), STEPS.len() as u32);
        if version > known {
            return Err(RecordsError::Newer { path: self.path.clone(), found: version, known });
        }
        Ok(version)
    }

    /// Takes the steps that are missing, all or none.
    fn migrate(&mut self) -> Result<(), RecordsError> {
        if self.inspect()? as usize == STEPS.len() {
            return Ok(());
        }
        let path = self.path.clone();
        let explain = |error: rusqlite::Error| RecordsError::of(&path, &error);
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(explain)?;
        // Another process may have taken them between the look and the lock.
        let done = self.inspect().and_then(|version| {
            for step in STEPS.iter().skip(version as usize) {
                self.connection.execute_batch(step).map_err(explain)?;
            }
            self.connection
                .execute_batch(&format!("PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={}; COMMIT", STEPS.len()))
                .map_err(explain)
        });
        if done.is_err() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        done
    }

    /// Runs a statement that changes something; gives the number of rows changed.
    pub(super) fn change(&self, sql: &str, parameters: impl Params) -> Result<usize, RecordsError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(parameters))
            .map_err(|e| RecordsError::of(&self.path, &e))
    }

    /// The first row of a query.
    pub(super) fn one<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, RecordsError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row(parameters, read).optional())
            .map_err(|e| RecordsError::of(&self.path, &e))
    }

    /// Every row of a query.
    pub(super) fn all<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, RecordsError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_map(parameters, read)?.collect())
            .map_err(|e| RecordsError::of(&self.path, &e))
    }

    /// Several changes, all or none.
    pub(super) fn together<T>(&self, work: impl FnOnce(&Self) -> Result<T, RecordsError>) -> Result<T, RecordsError> {
        let explain = |error: rusqlite::Error| RecordsError::of(&self.path, &error);
        let transaction = rusqlite::Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate).map_err(explain)?;
        let done = work(self)?;
        transaction.commit().map_err(explain)?;
        Ok(done)
    }

    pub(super) fn last_id(&self) -> i64 {
        self.connection.last_insert_rowid()
    }
}

/// Milliseconds since 1970, in SQL.
pub(super) const NOW_MS: &str = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";
