//! What is kept for a database, counted and forgotten.

use std::path::{Path, PathBuf};

use super::databases::{DatabaseId, settled};
use super::error::RecordsError;
use super::open::Records;

/// How much is kept for a database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// Questions and queries of its history.
    pub history: u64,
    /// Accepted answers.
    pub accepted: u64,
    /// Rejected answers.
    pub rejected: u64,
    /// Notes.
    pub notes: u64,
    /// Favourites.
    pub favourites: u64,
    /// Drafts.
    pub drafts: u64,
    /// Values of parameters.
    pub values: u64,
    /// The attached adapter.
    pub adapter: Option<PathBuf>,
}

impl Records {
    /// The database at `path`, where it is known.
    pub fn find(&self, path: &Path) -> Result<Option<DatabaseId>, RecordsError> {
        self.one("SELECT id FROM databases WHERE path = ?1", [settled(path)?], |row| row.get(0).map(DatabaseId))
    }

    /// What is kept for it.
    pub fn kept(&self, database: DatabaseId) -> Result<Kept, RecordsError> {
        let count = |table: &str| -> Result<u64, RecordsError> {
            let sql = format!("SELECT count(*) FROM {table} WHERE database_id = ?1");
            Ok(self.one::<i64>(&sql, [database.0], |row| row.get(0))?.unwrap_or_default().unsigned_abs())
        };
        Ok(Kept {
            history: count("history")?,
            accepted: count("accepted")?,
            rejected: count("rejected")?,
            notes: count("notes")?,
            favourites: count("favourites")?,
            drafts: count("drafts")?,
            values: count("parameter_values")?,
            adapter: self.attachment(database)?,
        })
    }

    /// Every database and the folder of the adapter attached to it.
    pub fn attachments(&self) -> Result<Vec<(PathBuf, PathBuf)>, RecordsError> {
        let sql = "SELECT d.path, t.adapter FROM attachments t JOIN databases d ON d.id = t.database_id ORDER BY d.path";
        let path = |text: String| PathBuf::from(text);
        self.all(sql, [], |row| Ok((path(row.get(0)?), path(row.get(1)?))))
    }

    /// Forgets databases and everything kept for them; the bytes are written over.
    pub fn erase(&self, databases: &[DatabaseId]) -> Result<(), RecordsError> {
        self.one("PRAGMA secure_delete = ON", [], |_| Ok(()))?;
        self.together(|records| databases.iter().try_for_each(|database| records.forget(*database)))?;
        // The log still has the old pages. It is emptied now where no other process reads it, else when the last one closes.
        self.one("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map(|_| ())
    }
}
