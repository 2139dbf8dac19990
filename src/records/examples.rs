//! Answers that were accepted, which are examples for the database, and answers that were rejected.

use super::databases::DatabaseId;
use super::error::RecordsError;
use super::open::{NOW_MS, Records};

/// A question and the SQL that a person accepted for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// As asked.
    pub question: String,
    /// As accepted.
    pub sql: String,
    /// Milliseconds since 1970.
    pub at_ms: i64,
}

/// An answer that a person rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// As asked.
    pub question: String,
    /// What was wrong.
    pub sql: String,
    /// Why, in the person's words; empty where they gave none.
    pub note: String,
    /// Milliseconds since 1970.
    pub at_ms: i64,
}

/// `question` as it is compared: letter case, blanks, and punctuation at the end do not matter.
pub fn fold_question(question: &str) -> String {
    let words: Vec<String> = question.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ").trim_end_matches(['.', '?', '!', ';', ':', ',', '。', '？', '！', ' ']).to_owned()
}

fn accepted_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Accepted> {
    Ok(Accepted { question: row.get(0)?, sql: row.get(1)?, at_ms: row.get(2)? })
}

impl Records {
    /// Keeps `sql` as the answer to `question`; an earlier one is replaced.
    pub fn accept(&self, database: DatabaseId, question: &str, sql: &str) -> Result<(), RecordsError> {
        let text = format!(
            "INSERT INTO accepted (database_id, folded, question, sql, at_ms) VALUES (?1, ?2, ?3, ?4, {NOW_MS}) \
             ON CONFLICT DO UPDATE SET question = excluded.question, sql = excluded.sql, at_ms = excluded.at_ms"
        );
        self.change(&text, (database.0, fold_question(question), question.trim(), sql)).map(|_| ())
    }

    /// Every accepted answer, the oldest first.
    pub fn accepted(&self, database: DatabaseId) -> Result<Vec<Accepted>, RecordsError> {
        let sql = "SELECT question, sql, at_ms FROM accepted WHERE database_id = ?1 ORDER BY at_ms, folded";
        self.all(sql, [database.0], accepted_row)
    }

    /// The SQL accepted for `question`.
    pub fn accepted_sql(&self, database: DatabaseId, question: &str) -> Result<Option<String>, RecordsError> {
        let sql = "SELECT sql FROM accepted WHERE database_id = ?1 AND folded = ?2";
        self.one(sql, (database.0, fold_question(question)), |row| row.get(0))
    }

    /// Takes an acceptance back; whether there was one.
    pub fn unaccept(&self, database: DatabaseId, question: &str) -> Result<bool, RecordsError> {
        let sql = "DELETE FROM accepted WHERE database_id = ?1 AND folded = ?2";
        self.change(sql, (database.0, fold_question(question))).map(|rows| rows > 0)
    }

    /// Keeps that `sql` was wrong for `question`, and why. If it was the accepted answer, it no longer is.
    pub fn reject(&self, database: DatabaseId, question: &str, sql: &str, note: &str) -> Result<(), RecordsError> {
        self.together(|records| {
            let text = format!("INSERT INTO rejected (database_id, question, sql, note, at_ms) VALUES (?1, ?2, ?3, ?4, {NOW_MS})");
            records.change(&text, (database.0, question.trim(), sql, note.trim()))?;
            let gone = "DELETE FROM accepted WHERE database_id = ?1 AND folded = ?2 AND sql = ?3";
            records.change(gone, (database.0, fold_question(question), sql)).map(|_| ())
        })
    }

    /// Every rejected answer, the oldest first.
    pub fn rejected(&self, database: DatabaseId) -> Result<Vec<Rejected>, RecordsError> {
        let sql = "SELECT question, sql, note, at_ms FROM rejected WHERE database_id = ?1 ORDER BY id";
        self.all(sql, [database.0], |row| Ok(Rejected { question: row.get(0)?, sql: row.get(1)?, note: row.get(2)?, at_ms: row.get(3)? }))
    }
}
