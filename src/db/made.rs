//! Databases of our own, out of statements that we wrote: the sample, and those that made-up examples are about.

use std::path::Path;

use rusqlite::Connection;

/// Makes the database `path` out of `batches` of statements, in one transaction; the same statements give the same bytes. What went wrong
/// is said in SQLite's words.
pub fn write(path: &Path, batches: &[&str]) -> Result<(), String> {
    run(path, batches).map_err(|error| error.to_string())
}

fn run(path: &Path, batches: &[&str]) -> rusqlite::Result<()> {
    let connection = Connection::open(path)?;
    // Who keeps the file has it on the disk before it gets its name. Keys are checked once all rows are there, whatever the order of the tables.
    connection
        .execute_batch("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON; BEGIN; PRAGMA defer_foreign_keys=ON;")?;
    for batch in batches {
        connection.execute_batch(batch)?;
    }
    connection.execute_batch("COMMIT")?;
    connection.close().map_err(|(_, error)| error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_may_come_before_what_they_refer_to_and_must_refer_to_something() {
        let folder = tempfile::tempdir().unwrap();
        let tables = "CREATE TABLE a (x INTEGER PRIMARY KEY); CREATE TABLE b (y INTEGER REFERENCES a (x));";
        assert_eq!(write(&folder.path().join("1"), &[tables, "INSERT INTO b VALUES (1); INSERT INTO a VALUES (1);"]), Ok(()));
        let refused = write(&folder.path().join("2"), &[tables, "INSERT INTO b VALUES (2); INSERT INTO a VALUES (1);"]);
        assert!(refused.is_err_and(|error| error.contains("FOREIGN KEY")), "nothing is there for it");
    }
}
