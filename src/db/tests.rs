//! Hostile files, hostile statements, each lock by itself, cancelling, WAL.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::*;
use crate::schema::{KeyOrigin, TableKind};
use crate::signal::{Cancel, Stop};
use crate::sql::quote::quoted_identifier;
use crate::sql::{ReadOnlySql, guard};

struct Fixture {
    folder: tempfile::TempDir,
}

impl Fixture {
    fn new(sql: &str) -> Self {
        let fixture = Self { folder: tempfile::tempdir().unwrap() };
        Connection::open(fixture.file()).unwrap().execute_batch(sql).unwrap();
        fixture
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("file without extension")
    }

    /// Names and bytes of everything in the folder.
    fn contents(&self) -> Vec<(PathBuf, Vec<u8>)> {
        contents(self.folder.path())
    }
}

fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).map(|p| (p.clone(), fs::read(p).unwrap())).collect();
    all.sort();
    all
}

fn run(database: &Database, sql: &str) -> Result<Table, DbError> {
    database.execute(&guard::check(sql).unwrap(), &Limits::default(), &Cancel::new())
}

#[track_caller]
fn count(database: &Database, sql: &str) -> Cell {
    run(database, sql).unwrap().rows[0][0].clone()
}

#[track_caller]
fn open_error(path: &Path) -> DbError {
    let error = Database::open(path).unwrap_err();
    assert!(error.is_open_error() && !error.hint().is_empty());
    error
}

#[test]
fn files_that_are_no_database_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    assert!(matches!(open_error(&folder.path().join("none.db")), DbError::Missing { .. }));
    assert!(!folder.path().join("none.db").exists());
    assert!(matches!(open_error(folder.path()), DbError::NotAFile { .. }));
    let text = write("text.db", b"id,name\n1,anna\n".repeat(50).as_slice());
    assert!(matches!(open_error(&text), DbError::NotADatabase { kind: recognise::FileKind::Csv, .. }));
    let mut state = 1u32;
    let random: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(8192)
    .collect();
    assert!(matches!(open_error(&write("locked.db", &random)), DbError::NotADatabase { kind: recognise::FileKind::Encrypted, .. }));
    let fixture = Fixture::new(
        "CREATE TABLE t(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<5000) INSERT INTO t SELECT i FROM n",
    );
    let whole = fs::read(fixture.file()).unwrap();
    for length in [20, 99, 3000, 4096, whole.len() / 2, whole.len() - 100] {
        let error = open_error(&write("short.db", &whole[..length]));
        assert!(matches!(error, DbError::Truncated { .. }), "{length}: {error:?}");
    }
    let mut broken = whole;
    broken[100..400].fill(0xab);
    assert!(matches!(open_error(&write("broken.db", &broken)), DbError::Corrupt { .. }));
    let empty = Database::open(write("empty.db", b"")).unwrap();
    assert_eq!(empty.schema(&Cancel::new()).unwrap().tables, []);
    assert_eq!(count(&empty, "SELECT 1"), Cell::Integer(1));
}

#[test]
fn addresses_open_too() {
    let fixture = Fixture::new("CREATE TABLE t(a); INSERT INTO t VALUES (7)");
    let encoded = fixture.file().to_str().unwrap().replace(' ', "%20");
    for uri in [format!("file:{encoded}"), format!("file://{encoded}?mode=rwc"), format!("file://localhost{encoded}?immutable=1#x")] {
        assert_eq!(count(&Database::open(&uri).unwrap(), "SELECT a FROM t"), Cell::Integer(7), "{uri}");
    }
    for uri in ["file::memory:?mode=memory", "file:", "file://host/x", "file:x?vfs=unix-none"] {
        assert!(matches!(Database::open(uri), Err(DbError::BadUri { .. })), "{uri}");
    }
}

/// The statements of the brief, straight at the locks behind the guard.
const WRITES: [&str; 14] = [
    "DROP TABLE t",
    "DELETE FROM t",
    "INSERT INTO t VALUES (2) RETURNING a",
    "PRAGMA writable_schema=1",
    "PRAGMA query_only=0",
    "PRAGMA journal_mode=WAL",
    "PRAGMA user_version=9",
    "ATTACH 'other.db' AS o",
    "VACUUM INTO 'other.db'",
    "WITH x AS (SELECT 1) DELETE FROM t",
    "/* SELECT */ UPDATE t SET a=3",
    "SELECT load_extension('x')",
    "SELECT writefile('x', 'y')",
    "SELECT 1; DROP TABLE t",
];

#[test]
fn without_the_guard_nothing_is_written_either() {
    let fixture = Fixture::new("CREATE TABLE t(a); INSERT INTO t VALUES (1)");
    let before = fixture.contents();
    let database = Database::open(fixture.file()).unwrap();
    for sql in WRITES {
        assert!(guard::check(sql).is_err(), "{sql}");
        let sql = ReadOnlySql::unchecked_for_tests(sql);
        let error = database.execute(&sql, &Limits::default(), &Cancel::new()).unwrap_err();
        assert!(matches!(error, DbError::Refused { .. } | DbError::Sql { .. }), "{sql:?}: {error:?}");
        assert!(database.check(&sql).is_err(), "{sql:?}");
    }
    assert_eq!(count(&database, "SELECT a FROM t"), Cell::Integer(1));
    drop(database);
    assert_eq!(fixture.contents(), before);
}

#[test]
fn the_connection_alone_writes_nothing() {
    let fixture = Fixture::new("CREATE TABLE t(a); INSERT INTO t VALUES (1)");
    let before = fixture.contents();
    let location = open::locate(&fixture.file()).unwrap();
    let connection = open::connect(&location, open::Mode::Shared).unwrap();
    let target = fixture.folder.path().join("other.db");
    for sql in ["DROP TABLE t", "DELETE FROM t", "CREATE TEMP TABLE u(a)", "PRAGMA query_only=0; DELETE FROM t", "PRAGMA user_version=9"] {
        // `query_only` can be turned off by a pragma; the file stays read-only all the same.
        assert!(connection.execute_batch(sql).is_err() || sql.starts_with("CREATE TEMP"), "{sql}");
    }
    assert!(connection.execute_batch(&format!("ATTACH '{}' AS o; CREATE TABLE o.x(a)", target.display())).is_err());
    assert!(connection.execute_batch(&format!("VACUUM INTO '{}'", target.display())).is_err());
    drop(connection);
    assert_eq!(fixture.contents(), before);
}

#[test]
fn sqlites_own_word_is_a_lock() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("CREATE TABLE t(a)").unwrap();
    for sql in ["DELETE FROM t", "INSERT INTO t VALUES (1) RETURNING a", "PRAGMA user_version=3", "DROP TABLE t"] {
        assert!(
            matches!(database::prepare(&connection, sql, &Default::default()), Err(database::Failure::Ours(DbError::Refused { .. }))),
            "{sql}"
        );
    }
    assert!(database::prepare(&connection, "SELECT * FROM t", &Default::default()).is_ok());
}

#[test]
fn what_the_guard_lets_through_sqlite_calls_read_only() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("CREATE TABLE t(a, b)").unwrap();
    for sql in [
        "SELECT a FROM t INDEXED BY x",
        "WITH x AS (VALUES (1)) SELECT * FROM x",
        "EXPLAIN QUERY PLAN SELECT 1",
        "SELECT replace(a, 'x', 'y') FROM t",
        "WITH x AS (SELECT 1) REPLACE INTO t SELECT 1, 2",
        "EXPLAIN INSERT INTO t VALUES (1, 2)",
        "SELECT * FROM (DELETE FROM t RETURNING a)",
    ] {
        if let (Ok(passed), Ok(statement)) = (guard::check(sql), connection.prepare(sql)) {
            assert!(statement.readonly(), "{}", passed.as_str());
        }
    }
}

#[test]
fn strange_names_are_read() {
    let fixture = Fixture::new(
        "CREATE TABLE \"select\" (\"a\"\"b\" INTEGER PRIMARY KEY, \"x\ny\" TEXT, [c'd] REAL);
         INSERT INTO \"select\" VALUES (1, 'one', 1.5), (2, 'two', NULL);
         CREATE VIEW broken AS SELECT * FROM gone;
         CREATE VIEW quoted AS SELECT \"hello\" AS h FROM \"select\";
         CREATE VIRTUAL TABLE words USING fts5(body);
         INSERT INTO words VALUES ('a quick fox');
         CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1);
         INSERT INTO boxes VALUES (1, 0, 2)",
    );
    let database = Database::open(fixture.file()).unwrap();
    let schema = database.schema(&Cancel::new()).unwrap();
    let table = schema.table("select").unwrap();
    assert_eq!(table.primary_key, ["a\"b"]);
    assert_eq!(table.row_count, Some(2));
    assert_eq!(table.columns.iter().map(|c| c.samples.clone()).collect::<Vec<_>>(), [vec!["1..2"], vec!["one", "two"], vec!["1.5"]]);
    let names: Vec<&str> = schema.tables.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["select", "broken", "quoted", "words", "boxes"]);
    assert_eq!(schema.table("words").unwrap().kind, TableKind::Virtual);
    assert_eq!(schema.table("quoted").unwrap().kind, TableKind::View);
    assert_eq!(count(&database, "SELECT max(\"a\"\"b\") FROM \"select\""), Cell::Integer(2));
    assert_eq!(count(&database, "SELECT h FROM quoted"), Cell::Text("hello".into()));
    assert_eq!(count(&database, "SELECT count(*) FROM words WHERE words MATCH 'fox'"), Cell::Integer(1));
    assert_eq!(count(&database, "SELECT count(*) FROM boxes WHERE x0 < 1"), Cell::Integer(1));
    // An invented column in double quotes is an error, not a constant.
    assert!(
        matches!(run(&database, "SELECT \"nmae\" FROM \"select\""), Err(DbError::Sql { message }) if message == "no such column: \"nmae\" - should this be a string literal in single-quotes?")
    );
}

#[test]
fn wide_and_many_are_fast() {
    let columns: Vec<String> = (0..2000).map(|i| quoted_identifier(&format!("column {i}"))).collect();
    let mut sql = format!("BEGIN; CREATE TABLE wide ({});", columns.join(","));
    for i in 0..300 {
        sql += &format!("CREATE TABLE t{i} (id INTEGER PRIMARY KEY, a TEXT, b REAL, c, d, e, f);");
    }
    let fixture = Fixture::new(&(sql + "INSERT INTO wide (\"column 0\") VALUES (1); COMMIT"));
    let database = Database::open(fixture.file()).unwrap();
    let start = Instant::now();
    let schema = database.schema(&Cancel::new()).unwrap();
    assert_eq!((schema.tables.len(), schema.tables[0].columns.len()), (301, 2000));
    assert_eq!(run(&database, "SELECT * FROM wide").unwrap().columns.len(), 2000);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn keys_are_declared_or_plain() {
    let fixture = Fixture::new(
        "CREATE TABLE customers(id INTEGER PRIMARY KEY); INSERT INTO customers VALUES (1), (2);
         CREATE TABLE city(city_id INTEGER PRIMARY KEY); INSERT INTO city VALUES (5);
         CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INTEGER, city_id INTEGER, other_id INTEGER, paid INTEGER REFERENCES customers);
         INSERT INTO orders VALUES (1, 2, 99, 3, 1)",
    );
    let schema = Database::open(fixture.file()).unwrap().schema(&Cancel::new()).unwrap();
    let keys: Vec<_> = schema
        .table("orders")
        .unwrap()
        .foreign_keys
        .iter()
        .map(|k| (k.columns[0].as_str(), k.foreign_table.as_str(), k.foreign_columns[0].as_str(), k.origin))
        .collect();
    // No city is numbered 99, so that name proved nothing.
    assert_eq!(keys, [("paid", "customers", "id", KeyOrigin::Declared), ("customer_id", "customers", "id", KeyOrigin::Inferred)]);
}

const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n";

#[test]
fn a_cancel_acts_within_50_ms() {
    let fixture = Fixture::new("CREATE TABLE t(a)");
    let database = Database::open(fixture.file()).unwrap();
    let cancel = Cancel::new();
    let raised = std::thread::scope(|scope| {
        let query = scope.spawn(|| {
            let result = database.execute(&guard::check(ENDLESS).unwrap(), &Limits::default(), &cancel);
            (result, Instant::now())
        });
        std::thread::yield_now();
        let raised = Instant::now();
        cancel.cancel();
        let (result, ended) = query.join().unwrap();
        assert_eq!(result, Err(DbError::Stopped(Stop::Cancelled)));
        ended.saturating_duration_since(raised)
    });
    println!("stopped after {raised:?}");
    assert!(raised < Duration::from_millis(250), "{raised:?}");
    // And the connection serves the next query.
    assert_eq!(count(&database, "SELECT 1"), Cell::Integer(1));
}

#[test]
fn limits_hold() {
    let fixture = Fixture::new("CREATE TABLE t(a)");
    let database = Database::open(fixture.file()).unwrap();
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT i, zeroblob(1000) FROM n";
    let limited = |limits: Limits, sql: &str| database.execute(&guard::check(sql).unwrap(), &limits, &Cancel::new());
    let by_rows = limited(Limits { max_rows: 3, ..Limits::default() }, rows).unwrap();
    assert_eq!((by_rows.rows.len(), by_rows.truncated), (3, true));
    let by_bytes = limited(Limits { max_bytes: 5_000, max_rows: usize::MAX, ..Limits::default() }, rows).unwrap();
    assert!(by_bytes.truncated && by_bytes.rows.len() < 6);
    let in_time = limited(Limits { timeout: Duration::from_millis(5), ..Limits::default() }, ENDLESS);
    assert_eq!(in_time, Err(DbError::Stopped(Stop::TimedOut)));
    let exact = limited(Limits { max_rows: 2, ..Limits::default() }, "VALUES (1), (NULL)").unwrap();
    assert_eq!((exact.rows, exact.truncated), (vec![vec![Cell::Integer(1)], vec![Cell::Null]], false));
    assert_eq!(run(&database, "SELECT ?1"), Err(DbError::Parameters { count: 1 }));
}

#[test]
fn a_log_is_read_and_nothing_is_left_beside_it() {
    let fixture = Fixture::new("PRAGMA journal_mode=WAL; CREATE TABLE t(a); INSERT INTO t VALUES (1)");
    // Closed cleanly: no log. Opening must not begin one.
    let before = fixture.contents();
    assert_eq!(before.len(), 1);
    let database = Database::open(fixture.file()).unwrap();
    assert_eq!(count(&database, "SELECT count(*) FROM t"), Cell::Integer(1));
    assert_eq!(fixture.contents(), before);
    // A writer comes: its rows are seen, also those that are in the log only.
    let writer = Connection::open(fixture.file()).unwrap();
    writer.execute_batch("INSERT INTO t VALUES (2)").unwrap();
    assert_eq!(count(&database, "SELECT count(*) FROM t"), Cell::Integer(2));
    writer.execute_batch("INSERT INTO t VALUES (3)").unwrap();
    assert_eq!(count(&database, "SELECT count(*) FROM t"), Cell::Integer(3));
    // A copy taken in the middle: file and log, without the index.
    let copy = tempfile::tempdir().unwrap();
    fs::copy(fixture.file(), copy.path().join("c.db")).unwrap();
    fs::copy(fixture.folder.path().join("file without extension-wal"), copy.path().join("c.db-wal")).unwrap();
    let before = contents(copy.path());
    let copied = Database::open(copy.path().join("c.db")).unwrap();
    assert_eq!(count(&copied, "SELECT count(*) FROM t"), Cell::Integer(3));
    drop(copied);
    assert_eq!(contents(copy.path()), before);
    drop(writer);
    assert_eq!(count(&database, "SELECT count(*) FROM t"), Cell::Integer(3));
}

#[test]
fn a_writers_lock_is_waited_for_and_the_wait_can_be_cancelled() {
    let fixture = Fixture::new("CREATE TABLE t(a); INSERT INTO t VALUES (1)");
    let database = Database::open(fixture.file()).unwrap();
    let writer = Connection::open(fixture.file()).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE; INSERT INTO t VALUES (2)").unwrap();
    assert_eq!(count(&database, "SELECT count(*) FROM t"), Cell::Integer(1));
    writer.execute_batch("COMMIT; BEGIN EXCLUSIVE").unwrap();
    let limits = Limits { timeout: Duration::from_millis(30), ..Limits::default() };
    let stopped = database.execute(&guard::check("SELECT * FROM t").unwrap(), &limits, &Cancel::new());
    assert_eq!(stopped, Err(DbError::Stopped(Stop::TimedOut)));
    writer.execute_batch("ROLLBACK").unwrap();
    assert_eq!(count(&database, "SELECT count(*) FROM t"), Cell::Integer(2));
}
