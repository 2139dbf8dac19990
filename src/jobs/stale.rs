//! Examples that no longer run: a table or a column they name is gone since they were accepted or learned.

use std::path::Path;

use crate::dataset::{Examples, ReadOptions};
use crate::db::{Database, DbError};
use crate::records::Accepted;
use crate::signal::Cancel;
use crate::sql::guard;

/// Rows of a run that are looked at, at most.
const MOST_ROWS: usize = 5_000;

/// An example that no longer runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// In a person's words.
    pub question: String,
    /// Its SQL.
    pub sql: String,
    /// SQLite's word for what is wrong.
    pub reason: String,
    /// Whether a person accepted it; else a run learned it.
    pub accepted: bool,
}

/// Why `sql` cannot run on the database as it is now; `None` where it can, and where that cannot be said (the file is locked). Nothing runs. It
/// is taken as it stands: a quoted column that is gone would be read as a text otherwise.
pub fn reason(database: &Database, sql: &str) -> Option<String> {
    let checked = match guard::check(sql) {
        Ok(checked) => checked,
        Err(error) => return Some(error.to_string()),
    };
    match database.check(&checked) {
        Err(error @ DbError::Sql { .. }) => Some(error.to_string()),
        _ => None,
    }
}

/// Accepted answers that no longer run.
pub fn of_accepted(database: &Database, accepted: &[Accepted]) -> Vec<Stale> {
    let stale = |answer: &Accepted| {
        let (question, sql) = (answer.question.clone(), answer.sql.clone());
        reason(database, &sql).map(|reason| Stale { question, sql, reason, accepted: true })
    };
    accepted.iter().filter_map(stale).collect()
}

/// Rows that the run in `folder` learned of its database and that no longer run; none where it learned from other files.
pub fn of_run(database: &Database, folder: &Path, cancel: &Cancel) -> Vec<Stale> {
    let file = folder.with_extension("examples.jsonl");
    let Ok(rows) = Examples::open(&file, &ReadOptions::default(), cancel) else { return Vec::new() };
    let rows = rows.flatten().take(MOST_ROWS).take_while(|_| !cancel.is_stopped());
    let stale = rows.filter_map(|row| {
        let reason = reason(database, &row.answer)?;
        let accepted = row.source.as_deref() == Some("accepted");
        Some(Stale { question: row.asked().to_owned(), sql: row.answer, reason, accepted })
    });
    stale.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_schema_change_breaks_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.db");
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.execute_batch("CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, city TEXT); CREATE TABLE gone (a)").unwrap();
        let accepted: Vec<Accepted> = ["SELECT name FROM customer", "SELECT \"city\" FROM customer", "SELECT count(*) FROM gone"]
            .into_iter()
            .map(|sql| Accepted { question: format!("Q: {sql}?"), sql: sql.into(), before: None, at_ms: 0 })
            .collect();
        let run = folder.path().join("runs").join("learn-shop");
        std::fs::create_dir_all(run.parent().unwrap()).unwrap();
        let rows = accepted.iter().map(|answer| {
            let row = serde_json::json!({ "question": answer.question, "context": "CREATE TABLE t (a)", "answer": answer.sql });
            format!("{row}\n")
        });
        std::fs::write(run.with_extension("examples.jsonl"), rows.collect::<String>()).unwrap();
        let check = |expected: &[(&str, &str)]| {
            let database = Database::open(&path).unwrap();
            let of_accepted = of_accepted(&database, &accepted);
            let of_run = of_run(&database, &run, &Cancel::new());
            for stale in [&of_accepted, &of_run] {
                assert_eq!(stale.len(), expected.len(), "{stale:?}");
                for (stale, (sql, reason)) in stale.iter().zip(expected) {
                    assert!(stale.sql.contains(sql) && stale.reason.contains(reason), "{stale:?}");
                }
            }
            assert!(of_accepted.iter().all(|stale| stale.accepted) && of_run.iter().all(|stale| !stale.accepted));
        };
        check(&[]);
        // A quoted name that is gone is no text: it does not run either.
        connection.execute_batch("DROP TABLE gone; ALTER TABLE customer RENAME COLUMN city TO town").unwrap();
        check(&[("city", "city"), ("gone", "gone")]);
        connection.execute_batch("ALTER TABLE customer RENAME COLUMN town TO city; CREATE TABLE gone (a)").unwrap();
        check(&[]);
        let none = of_run(&Database::open(&path).unwrap(), &folder.path().join("other"), &Cancel::new());
        assert_eq!(none, []);
    }
}
