//! What was asked and run. Bounded: the oldest entries go.

use std::path::PathBuf;

use super::databases::DatabaseId;
use super::error::RecordsError;
use super::open::{NOW_MS, Records};

/// Entries kept, all databases together.
const KEPT: i64 = 50_000;
/// The oldest are looked for once in so many entries.
const PRUNE_EVERY: i64 = 256;

/// How far it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryState {
    /// It was proposed or checked, and did not run.
    Proposed,
    /// It ran.
    Ran,
    /// It failed.
    Failed,
    /// It would have done more than read.
    Refused,
    /// The person stopped it.
    Cancelled,
}

impl HistoryState {
    const NAMES: [(Self, &'static str); 5] = [
        (Self::Proposed, "proposed"),
        (Self::Ran, "ran"),
        (Self::Failed, "failed"),
        (Self::Refused, "refused"),
        (Self::Cancelled, "cancelled"),
    ];

    /// As it is written down.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }

    fn of(name: &str) -> Self {
        Self::NAMES.iter().find(|(_, known)| *known == name).map_or(Self::Proposed, |(state, _)| *state)
    }
}

/// What is to be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct NewHistory {
    /// In which database.
    pub database: DatabaseId,
    /// What was asked; `None` for SQL that a person wrote.
    pub question: Option<String>,
    /// What ran, or should have.
    pub sql: String,
    /// How far it came.
    pub state: HistoryState,
    /// Rows of its result.
    pub rows: Option<u64>,
    /// Milliseconds it took.
    pub ms: f64,
    /// In which tab of the screen, counted from 0.
    pub tab: u32,
}

/// What was kept.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// Its name here.
    pub id: i64,
    /// Where the database was.
    pub path: PathBuf,
    /// When: milliseconds since 1970.
    pub at_ms: i64,
    /// What.
    pub entry: NewHistory,
}

/// Whose history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// This database's.
    Database(DatabaseId),
    /// Every database's.
    Everywhere,
}

impl Records {
    /// Keeps what was asked or run. Gives its id.
    pub fn add_history(&self, new: &NewHistory) -> Result<i64, RecordsError> {
        let sql = format!(
            "INSERT INTO history (database_id, question, sql, state, rows, ms, tab, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, {NOW_MS})"
        );
        let rows = new.rows.and_then(|rows| i64::try_from(rows).ok());
        self.change(&sql, (new.database.0, &new.question, &new.sql, new.state.name(), rows, new.ms, new.tab))?;
        let id = self.last_id();
        if id % PRUNE_EVERY == 0 {
            self.change("DELETE FROM history WHERE id <= ?1", [id - KEPT])?;
        }
        Ok(id)
    }

    /// Entries whose question or SQL has every word of `text` (letter case aside, for ASCII), the latest first.
    pub fn search_history(&self, text: &str, scope: Scope, limit: usize) -> Result<Vec<HistoryEntry>, RecordsError> {
        let (own, id) = match scope {
            Scope::Database(database) => ("h.database_id = ?2", database.0),
            Scope::Everywhere => ("?2 IS NOT NULL", 0),
        };
        let mut sql = format!(
            "SELECT h.id, d.path, h.at_ms, h.database_id, h.question, h.sql, h.state, h.rows, h.ms, h.tab \
             FROM history h JOIN databases d ON d.id = h.database_id WHERE {own}"
        );
        let words: Vec<String> = text.split_whitespace().map(like).collect();
        for at in 0..words.len() {
            sql.push_str(&format!(" AND (coalesce(h.question, '') || ' ' || h.sql) LIKE ?{} ESCAPE '\\'", at + 3));
        }
        sql.push_str(" ORDER BY h.id DESC LIMIT ?1");
        let mut parameters: Vec<&dyn rusqlite::ToSql> = Vec::with_capacity(words.len() + 2);
        let limit = limit as i64;
        parameters.push(&limit);
        parameters.push(&id);
        parameters.extend(words.iter().map(|word| word as &dyn rusqlite::ToSql));
        self.all(&sql, parameters.as_slice(), |row| {
            Ok(HistoryEntry {
                id: row.get(0)?,
                path: PathBuf::from(row.get::<_, String>(1)?),
                at_ms: row.get(2)?,
                entry: NewHistory {
                    database: DatabaseId(row.get(3)?),
                    question: row.get(4)?,
                    sql: row.get(5)?,
                    state: HistoryState::of(&row.get::<_, String>(6)?),
                    rows: row.get::<_, Option<i64>>(7)?.map(i64::unsigned_abs),
                    ms: row.get(8)?,
                    tab: row.get(9)?,
                },
            })
        })
    }

    /// Removes one entry; whether there was one.
    pub fn remove_history(&self, id: i64) -> Result<bool, RecordsError> {
        self.change("DELETE FROM history WHERE id = ?1", [id]).map(|rows| rows > 0)
    }
}

/// A pattern of LIKE for texts that contain `word`.
fn like(word: &str) -> String {
    let mut out = String::from("%");
    for c in word.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('%');
    out
}
