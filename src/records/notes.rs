//! Lasting hints for one database: "orders with status 9 are cancelled".

use std::path::Path;

use super::databases::DatabaseId;
use super::error::RecordsError;
use super::open::{NOW_MS, Records};
use crate::schema::{DatabaseSet, Private};

/// A hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its name here.
    pub id: i64,
    /// As written.
    pub text: String,
}

impl Records {
    /// Keeps a hint; one with the same words is kept once. Gives its id.
    pub fn add_note(&self, database: DatabaseId, text: &str) -> Result<i64, RecordsError> {
        let sql = format!(
            "INSERT INTO notes (database_id, text, at_ms) VALUES (?1, ?2, {NOW_MS}) ON CONFLICT DO UPDATE SET at_ms = at_ms RETURNING id"
        );
        Ok(self.one(&sql, (database.0, text.trim()), |row| row.get(0))?.unwrap_or_default())
    }

    /// Every hint, the oldest first. Of files that are open together, what is kept private of each by itself, too.
    pub fn notes(&self, database: DatabaseId) -> Result<Vec<Note>, RecordsError> {
        let mut notes = self.own_notes(database)?;
        let path: Option<String> = self.one("SELECT path FROM databases WHERE id = ?1", [database.0], |row| row.get(0))?;
        let set = DatabaseSet::read(path.as_deref().unwrap_or_default());
        let files = std::iter::once(&set.main).chain(set.beside.iter().map(|file| &file.file));
        for file in files.filter(|_| !set.beside.is_empty()) {
            if let Some(id) = self.find(Path::new(file))? {
                notes.extend(self.own_notes(id)?.into_iter().filter(|note| !Private::of_notes([note.text.clone()]).0.is_empty()));
            }
        }
        Ok(notes)
    }

    fn own_notes(&self, database: DatabaseId) -> Result<Vec<Note>, RecordsError> {
        let sql = "SELECT id, text FROM notes WHERE database_id = ?1 ORDER BY id";
        self.all(sql, [database.0], |row| Ok(Note { id: row.get(0)?, text: row.get(1)? }))
    }

    /// Removes a hint; whether there was one.
    pub fn remove_note(&self, id: i64) -> Result<bool, RecordsError> {
        self.change("DELETE FROM notes WHERE id = ?1", [id]).map(|rows| rows > 0)
    }
}
