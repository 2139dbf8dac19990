//! Favourites, and text that survives a crash.

use super::databases::DatabaseId;
use super::error::RecordsError;
use super::open::{NOW_MS, Records};

/// SQL that a person wants at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Favourite {
    /// Its name here.
    pub id: i64,
    /// What it is called: often the question.
    pub title: String,
    /// The SQL.
    pub sql: String,
}

/// What was being written in one tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The tab, counted from 0.
    pub tab: u32,
    /// The line for questions.
    pub question: String,
    /// The editor.
    pub sql: String,
}

impl Records {
    /// Keeps SQL as a favourite; the same SQL is kept once. Gives its id.
    pub fn add_favourite(&self, database: DatabaseId, title: &str, sql: &str) -> Result<i64, RecordsError> {
        let text = format!(
            "INSERT INTO favourites (database_id, title, sql, at_ms) VALUES (?1, ?2, ?3, {NOW_MS}) \
             ON CONFLICT DO UPDATE SET title = excluded.title RETURNING id"
        );
        Ok(self.one(&text, (database.0, title.trim(), sql), |row| row.get(0))?.unwrap_or_default())
    }

    /// Every favourite of a database, by title.
    pub fn favourites(&self, database: DatabaseId) -> Result<Vec<Favourite>, RecordsError> {
        let sql = "SELECT id, title, sql FROM favourites WHERE database_id = ?1 ORDER BY title, id";
        self.all(sql, [database.0], |row| Ok(Favourite { id: row.get(0)?, title: row.get(1)?, sql: row.get(2)? }))
    }

    /// Removes a favourite; whether there was one.
    pub fn remove_favourite(&self, id: i64) -> Result<bool, RecordsError> {
        self.change("DELETE FROM favourites WHERE id = ?1", [id]).map(|rows| rows > 0)
    }

    /// Keeps what is being written in a tab; an empty draft is removed.
    pub fn save_draft(&self, database: DatabaseId, draft: &Draft) -> Result<(), RecordsError> {
        if draft.sql.trim().is_empty() && draft.question.trim().is_empty() {
            let sql = "DELETE FROM drafts WHERE database_id = ?1 AND tab = ?2";
            return self.change(sql, (database.0, draft.tab)).map(|_| ());
        }
        let text = format!(
            "INSERT INTO drafts (database_id, tab, question, sql, at_ms) VALUES (?1, ?2, ?3, ?4, {NOW_MS}) \
             ON CONFLICT DO UPDATE SET question = excluded.question, sql = excluded.sql, at_ms = excluded.at_ms"
        );
        self.change(&text, (database.0, draft.tab, &draft.question, &draft.sql)).map(|_| ())
    }

    /// What was being written, by tab.
    pub fn drafts(&self, database: DatabaseId) -> Result<Vec<Draft>, RecordsError> {
        let sql = "SELECT tab, question, sql FROM drafts WHERE database_id = ?1 ORDER BY tab";
        self.all(sql, [database.0], |row| Ok(Draft { tab: row.get(0)?, question: row.get(1)?, sql: row.get(2)? }))
    }
}
