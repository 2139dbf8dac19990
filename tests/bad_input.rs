//! Databases and statements that somebody got wrong, or wrote to do harm: the exit code, a clear message, and the file's bytes unchanged.

use std::path::Path;

use rusqlite::Connection;

use crate::home::Home;

fn database(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(sql).unwrap();
    connection.close().unwrap();
}

/// Bytes that look like noise, the same in every run.
pub(crate) fn noise(n: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(n).collect()
}

#[test]
fn files_that_are_no_database() {
    let home = Home::new();
    let check = |bytes: &[u8], code: i32, stdout: &str, stderr: &str| {
        let path = home.file("x.db", bytes);
        let script = home.script(&["SELECT 1"]);
        for args in
            [&["query", path.to_str().unwrap(), "SELECT 1 AS one"][..], &["ask", path.to_str().unwrap(), "what?", "--model", &script]]
        {
            home.check(args, code, stdout, stderr);
            assert_eq!(std::fs::read(&path).unwrap(), bytes);
        }
    };
    check(b"name,price\nbread,3\n", 3, "", "is a table as text, not an SQLite database (19 bytes");
    check(b"name,price\nbread,3\n", 3, "", "hint: give it a name that ends in .csv");
    check(&noise(8192), 3, "", "hint: it may be encrypted");
    check(b"", 0, "1", "");
    let whole = home.path().join("whole.db");
    database(&whole, "CREATE TABLE t (a); INSERT INTO t SELECT value FROM json_each('[1,2,3]'); CREATE TABLE u (b)");
    let mut bytes = std::fs::read(&whole).unwrap();
    bytes.truncate(4096);
    check(&bytes, 3, "", "is cut short: its header says 12288 bytes, and it has 4096");
    bytes.truncate(60);
    check(&bytes, 3, "", "is cut short");
    home.check(&["query", home.path().to_str().unwrap(), "SELECT 1"], 3, "", "is not a file");
    #[cfg(unix)]
    home.check(&["query", "/dev/null", "SELECT 1"], 3, "", "hint: a file is read more than once, which a pipe or a device cannot be");
}

#[test]
fn an_empty_database_has_no_tables_and_says_so() {
    let home = Home::new();
    let path = home.file("empty.db", b"");
    let path = path.to_str().unwrap();
    home.check(&["schema", path], 0, "", "there are no tables");
    home.check(&["query", path, "SELECT * FROM t"], 1, "", "no such table: t");
}

#[test]
fn names_that_need_quotes() {
    let home = Home::new();
    let path = home.path().join("names.db");
    database(&path, r#"CREATE TABLE "select" ("a""b" TEXT, "x y" INTEGER, ";--" REAL); INSERT INTO "select" VALUES ('it''s', 7, 0.5)"#);
    let db = path.to_str().unwrap();
    let bytes = std::fs::read(&path).unwrap();
    home.check(&["schema", db], 0, "CREATE TABLE \"select\" (\n  \"a\"\"b\" TEXT", "");
    home.check(&["query", db, r#"SELECT "a""b", ";--" FROM "select""#, "--format", "csv"], 0, "\"a\"\"b\",;--\nit's,0.5\n", "");
    let script = home.script(&[r#"SELECT "a""b" FROM "select" WHERE "x y" = 7"#]);
    home.check(&["ask", db, "what?", "--model", &script, "--format", "csv"], 0, "it's", "");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_table_of_2000_columns_does_not_blow_the_prompt() {
    let home = Home::new();
    let path = home.path().join("wide.db");
    let columns: Vec<String> = (0..2000).map(|i| format!("measurement_number_{i} REAL")).collect();
    let rows = "INSERT INTO wide (measurement_number_7) VALUES (1); CREATE TABLE small (a, b); INSERT INTO small VALUES (1, 2)";
    database(&path, &format!("CREATE TABLE wide ({}); {rows}", columns.join(", ")));
    let db = path.to_str().unwrap();
    let out = home.run(&["schema", db]);
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(text.len() < 14_500, "{} bytes", text.len());
    assert!(text.contains("measurement_number_0") && text.contains("more columns are not shown"), "{text}");
    assert!(text.contains("CREATE TABLE small"), "{text}");
    let script = home.script(&["SELECT measurement_number_1999 FROM wide"]);
    home.check(&["ask", db, "the last?", "--model", &script], 0, "measurement_number_1999", "1 row in ");
}

#[test]
fn statements_that_do_more_than_read() {
    let home = Home::new();
    let path = home.path().join("shop.db");
    database(
        &path,
        "CREATE TABLE item (name TEXT, price REAL); INSERT INTO item VALUES ('bread', 3.5); CREATE VIEW cheap AS SELECT * FROM item",
    );
    let db = path.to_str().unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let target = home.path().join("written");
    let write = format!("SELECT writefile('{}', 'x')", target.display());
    let read = format!("SELECT readfile('{db}')");
    let attach = format!("ATTACH '{}' AS other", target.display());
    let vacuum = format!("VACUUM INTO '{}'", target.display());
    for (sql, code) in [
        ("DROP TABLE item", 4),
        ("PRAGMA writable_schema=1", 4),
        ("PRAGMA journal_mode=WAL", 4),
        (attach.as_str(), 4),
        (vacuum.as_str(), 4),
        ("SELECT 1; DELETE FROM item", 4),
        ("SELECT 1;;; DROP TABLE item", 4),
        ("WITH gone AS (SELECT 1) DELETE FROM item", 4),
        ("WITH gone AS (DELETE FROM item RETURNING *) SELECT * FROM gone", 4),
        ("/* SELECT */ DELETE FROM item", 4),
        ("-- only a question\nUPDATE item SET price = 0", 4),
        ("SELECT 1 /* ; */ ; /* */ INSERT INTO item VALUES (1, 2)", 4),
        ("EXPLAIN DELETE FROM item", 4),
        ("BEGIN", 4),
        ("REINDEX", 4),
        ("SELECT load_extension('x')", 4),
        (write.as_str(), 4),
        (read.as_str(), 4),
        ("", 1),
        ("; -- nothing", 1),
        ("SELECT", 1),
    ] {
        let out = home.run(&["query", db, sql]);
        let stderr = String::from_utf8_lossy(&out.stderr);
        println!("{code} {sql}\n  {}", stderr.trim_end());
        assert_eq!(out.status.code(), Some(code), "{sql}: {stderr}");
        assert!(stderr.starts_with("error: ") && out.stdout.is_empty(), "{sql}: {stderr}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "{sql}");
        assert!(!target.exists(), "{sql}");
    }
    assert!(!home.path().join("shop.db-wal").exists() && !home.path().join("shop.db-journal").exists());
}
