//! Which adapter goes with which database.

use std::path::{Path, PathBuf};

use super::databases::DatabaseId;
use super::error::RecordsError;
use super::open::{NOW_MS, Records};

impl Records {
    /// Attaches the adapter in folder `adapter`; an earlier one is replaced.
    pub fn attach(&self, database: DatabaseId, adapter: &Path) -> Result<(), RecordsError> {
        let whole = std::path::absolute(adapter).unwrap_or_else(|_| adapter.to_owned());
        let folder = whole.to_str().ok_or_else(|| RecordsError::PathNotText { path: whole.clone() })?;
        let sql = format!(
            "INSERT INTO attachments (database_id, adapter, at_ms) VALUES (?1, ?2, {NOW_MS}) \
             ON CONFLICT DO UPDATE SET adapter = excluded.adapter, at_ms = excluded.at_ms"
        );
        self.change(&sql, (database.0, folder)).map(|_| ())
    }

    /// Detaches it; whether there was one.
    pub fn detach(&self, database: DatabaseId) -> Result<bool, RecordsError> {
        self.change("DELETE FROM attachments WHERE database_id = ?1", [database.0]).map(|rows| rows > 0)
    }

    /// The folder of the attached adapter. It need not be there any more.
    pub fn attachment(&self, database: DatabaseId) -> Result<Option<PathBuf>, RecordsError> {
        let sql = "SELECT adapter FROM attachments WHERE database_id = ?1";
        Ok(self.one(sql, [database.0], |row| row.get::<_, String>(0))?.map(PathBuf::from))
    }
}
