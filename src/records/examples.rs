//! Answers that were accepted, which are examples for the database, and answers that were rejected.

use super::databases::DatabaseId;
use super::error::RecordsError;
use super::open::{NOW_MS, Records};
use crate::text::follow::points_back;

/// A question and the SQL that a person accepted for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// As asked.
    pub question: String,
    /// As accepted.
    pub sql: String,
    /// What the question followed on; `None` for one that stands by itself, and where an earlier sqllama did not keep it.
    pub before: Option<Before>,
    /// Milliseconds since 1970.
    pub at_ms: i64,
}

impl Accepted {
    /// Whether the question says by itself what it asks for. One that followed on another does not, nor does one whose words point back
    /// at something that was not kept.
    pub fn stands_alone(&self) -> bool {
        self.before.is_none() && !points_back(&self.question)
    }

    /// Whether it is an example to learn from: it stands alone, or brings what it followed on.
    pub fn is_example(&self) -> bool {
        self.before.is_some() || self.stands_alone()
    }
}

/// The question that another one followed on, and its SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// As asked.
    pub question: String,
    /// As answered.
    pub sql: String,
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

/// `sql` as it is compared: how it is laid out does not matter.
pub fn fold_sql(sql: &str) -> String {
    let words: Vec<&str> = sql.split_whitespace().collect();
    words.join(" ").trim_end_matches([';', ' ']).to_owned()
}

fn accepted_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Accepted> {
    let (question, sql): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
    let before = question.zip(sql).map(|(question, sql)| Before { question, sql });
    Ok(Accepted { question: row.get(0)?, sql: row.get(1)?, before, at_ms: row.get(2)? })
}

impl Records {
    /// Keeps `sql` as the answer to `question`, which stands by itself; an earlier one is replaced.
    pub fn accept(&self, database: DatabaseId, question: &str, sql: &str) -> Result<(), RecordsError> {
        let text = format!(
            "INSERT INTO accepted (database_id, folded, question, sql, at_ms) VALUES (?1, ?2, ?3, ?4, {NOW_MS}) \
             ON CONFLICT DO UPDATE SET question = excluded.question, sql = excluded.sql, at_ms = excluded.at_ms"
        );
        self.change(&text, (database.0, fold_question(question), question.trim(), sql)).map(|_| ())
    }

    /// Keeps `sql` as the answer to `question` where that follows on `before`; an earlier one is replaced.
    pub fn accept_after(&self, database: DatabaseId, question: &str, sql: &str, before: &Before) -> Result<(), RecordsError> {
        let text = format!(
            "INSERT INTO accepted_after (database_id, folded, follows, question, sql, before_question, before_sql, at_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, {NOW_MS}) \
             ON CONFLICT DO UPDATE SET question = excluded.question, sql = excluded.sql, before_question = excluded.before_question, \
             before_sql = excluded.before_sql, at_ms = excluded.at_ms"
        );
        let (folded, follows) = (fold_question(question), fold_sql(&before.sql));
        self.change(&text, (database.0, folded, follows, question.trim(), sql, before.question.trim(), &before.sql)).map(|_| ())
    }

    /// Every accepted answer, the oldest first.
    pub fn accepted(&self, database: DatabaseId) -> Result<Vec<Accepted>, RecordsError> {
        let sql = "SELECT question, sql, at_ms, NULL, NULL, folded FROM accepted WHERE database_id = ?1 UNION ALL \
                   SELECT question, sql, at_ms, before_question, before_sql, folded FROM accepted_after WHERE database_id = ?1 \
                   ORDER BY 3, 6, 5";
        self.all(sql, [database.0], accepted_row)
    }

    /// The SQL accepted for `question`, which stands by itself. None where its words point back: it would answer another conversation.
    pub fn accepted_sql(&self, database: DatabaseId, question: &str) -> Result<Option<String>, RecordsError> {
        if points_back(question) {
            return Ok(None);
        }
        let sql = "SELECT sql FROM accepted WHERE database_id = ?1 AND folded = ?2";
        self.one(sql, (database.0, fold_question(question)), |row| row.get(0))
    }

    /// The SQL accepted for `question` where it follows on a question that was answered with `before`.
    pub fn accepted_sql_after(&self, database: DatabaseId, question: &str, before: &str) -> Result<Option<String>, RecordsError> {
        let sql = "SELECT sql FROM accepted_after WHERE database_id = ?1 AND folded = ?2 AND follows = ?3";
        self.one(sql, (database.0, fold_question(question), fold_sql(before)), |row| row.get(0))
    }

    /// Takes an acceptance back, whatever the question followed on; whether there was one.
    pub fn unaccept(&self, database: DatabaseId, question: &str) -> Result<bool, RecordsError> {
        self.together(|records| {
            let mut gone = 0;
            for table in ["accepted", "accepted_after"] {
                let sql = format!("DELETE FROM {table} WHERE database_id = ?1 AND folded = ?2");
                gone += records.change(&sql, (database.0, fold_question(question)))?;
            }
            Ok(gone > 0)
        })
    }

    /// Keeps that `sql` was wrong for `question`, and why. If it was the accepted answer, it no longer is.
    pub fn reject(&self, database: DatabaseId, question: &str, sql: &str, note: &str) -> Result<(), RecordsError> {
        self.together(|records| {
            let text = format!("INSERT INTO rejected (database_id, question, sql, note, at_ms) VALUES (?1, ?2, ?3, ?4, {NOW_MS})");
            records.change(&text, (database.0, question.trim(), sql, note.trim()))?;
            for table in ["accepted", "accepted_after"] {
                let gone = format!("DELETE FROM {table} WHERE database_id = ?1 AND folded = ?2 AND sql = ?3");
                records.change(&gone, (database.0, fold_question(question), sql))?;
            }
            Ok(())
        })
    }

    /// Every rejected answer, the oldest first.
    pub fn rejected(&self, database: DatabaseId) -> Result<Vec<Rejected>, RecordsError> {
        let sql = "SELECT question, sql, note, at_ms FROM rejected WHERE database_id = ?1 ORDER BY id";
        self.all(sql, [database.0], |row| Ok(Rejected { question: row.get(0)?, sql: row.get(1)?, note: row.get(2)?, at_ms: row.get(3)? }))
    }
}
