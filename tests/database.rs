//! Database files as people have them: odd names, encodings and shapes, values and queries without bounds.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use sqllama::db::{Cell, Database, DbError, Limits, Table};
use sqllama::schema::TableKind;
use sqllama::signal::{Cancel, Stop};
use sqllama::sql::guard;

/// A folder with a database made by `sql`.
pub(crate) struct Home(pub(crate) tempfile::TempDir);

impl Home {
    pub(crate) fn new(sql: &str) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        home.writer().execute_batch(sql).unwrap();
        home
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.path().join("data")
    }

    pub(crate) fn writer(&self) -> Connection {
        Connection::open(self.file()).unwrap()
    }

    pub(crate) fn open(&self) -> Database {
        Database::open(self.file()).unwrap()
    }

    /// What lies in the folder now, copied elsewhere: what a crash leaves.
    pub(crate) fn crash(&self) -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        for (path, bytes) in contents(self.0.path()) {
            fs::write(copy.0.path().join(path.file_name().unwrap()), bytes).unwrap();
        }
        copy
    }
}

pub(crate) fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).map(|p| (p.clone(), fs::read(p).unwrap())).collect();
    all.sort();
    all
}

pub(crate) fn run(database: &Database, sql: &str) -> Result<Table, DbError> {
    run_within(database, sql, Limits::default())
}

pub(crate) fn run_within(database: &Database, sql: &str, limits: Limits) -> Result<Table, DbError> {
    database.execute(&guard::check(sql).unwrap(), &limits, &Cancel::new())
}

#[track_caller]
pub(crate) fn check_value(database: &Database, sql: &str, expected: Cell) {
    assert_eq!(run(database, sql).unwrap().rows, [[expected]], "{sql}");
}

/// Replaces marks in the stored schema by bytes that are not UTF-8, as old programs wrote names in their own encodings.
fn spoil(home: &Home) {
    let writer = home.writer();
    writer.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false).unwrap();
    writer
        .execute_batch(
            "PRAGMA writable_schema=ON;
             UPDATE sqlite_schema SET sql = CAST(replace(CAST(sql AS BLOB), x'7171', x'E4FF') AS TEXT),
                                      name = CAST(replace(CAST(name AS BLOB), x'7171', x'E4FF') AS TEXT),
                                      tbl_name = CAST(replace(CAST(tbl_name AS BLOB), x'7171', x'E4FF') AS TEXT);
             PRAGMA writable_schema=RESET",
        )
        .unwrap();
}

#[test]
fn names_and_types_that_are_not_utf_8_break_nothing() {
    let home = Home::new(
        "PRAGMA foreign_keys=OFF;
         CREATE TABLE plain(id INTEGER PRIMARY KEY, \"priqqce\" REALqq, name TEXT REFERENCES \"otherqq\"(a));
         INSERT INTO plain VALUES (1, 2.5, 'x');
         CREATE TABLE \"otherqq\"(a TEXT, b INTqq); INSERT INTO \"otherqq\" VALUES ('x', 1);
         CREATE VIEW seen AS SELECT * FROM plain;
         CREATE INDEX \"iqq\" ON plain(\"priqqce\");
         CREATE VIRTUAL TABLE words USING fts5(\"bodyqq\", title); INSERT INTO words VALUES ('a fox', 'b')",
    );
    spoil(&home);
    let database = home.open();
    let schema = database.schema(&Cancel::new()).unwrap();
    let names: Vec<&str> = schema.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["plain", "other\u{FFFD}\u{FFFD}", "seen", "words"]);
    let plain = schema.table("plain").unwrap();
    assert_eq!(plain.columns[1].name, "pri\u{FFFD}\u{FFFD}ce");
    assert_eq!(plain.columns[1].declared_type, "REAL\u{FFFD}\u{FFFD}");
    assert_eq!(plain.columns[1].samples, [""; 0], "no statement can name it");
    assert_eq!((plain.row_count, plain.columns[2].samples.as_slice()), (Some(1), &["x".to_owned()][..]));
    assert_eq!(schema.tables[1].columns.len(), 2);
    for table in ["plain", "seen"] {
        let all = run(&database, &format!("SELECT * FROM {table}")).unwrap();
        assert_eq!(all.columns[1].name, "pri\u{FFFD}\u{FFFD}ce");
        assert_eq!(all.columns[1].declared_type.as_deref(), Some("REAL\u{FFFD}\u{FFFD}"));
        assert_eq!(all.rows, [[Cell::Integer(1), Cell::Real(2.5), Cell::Text("x".into())]]);
    }
    check_value(&database, "SELECT title FROM words WHERE words MATCH 'fox'", Cell::Text("b".into()));
    assert_eq!(database.check(&guard::check("SELECT * FROM words").unwrap()).unwrap().len(), 2);
    assert!(matches!(run(&database, "SELECT * FROM nope"), Err(DbError::Sql { .. })));
}

#[test]
fn every_encoding_is_read() {
    for encoding in ["UTF-8", "UTF-16le", "UTF-16be"] {
        let home = Home::new(&format!(
            "PRAGMA encoding='{encoding}'; CREATE TABLE \"Länder\"(\"größe\" TEXT); INSERT INTO \"Länder\" VALUES ('übergroß 😀')"
        ));
        let database = home.open();
        assert_eq!(database.schema(&Cancel::new()).unwrap().tables[0].name, "Länder", "{encoding}");
        check_value(&database, "SELECT \"größe\" FROM \"Länder\"", Cell::Text("übergroß 😀".into()));
    }
}

#[test]
fn all_kinds_of_columns_and_tables_are_told() {
    let home = Home::new(
        "CREATE TABLE line(price REAL, amount INT, total REAL GENERATED ALWAYS AS (price * amount) VIRTUAL, twice REAL AS (total * 2) STORED);
         INSERT INTO line(price, amount) VALUES (1.5, 2);
         CREATE TABLE pair(a TEXT, b INT, c, PRIMARY KEY (b, a)) WITHOUT ROWID; INSERT INTO pair VALUES ('x', 1, NULL);
         CREATE TABLE exact(n INT, t TEXT, x ANY) STRICT; INSERT INTO exact VALUES (1, 'a', x'00');
         CREATE VIRTUAL TABLE words USING fts5(title, body); INSERT INTO words VALUES ('Fox', 'a quick fox');
         CREATE VIEW gone AS SELECT * FROM nowhere;
         CREATE VIEW circle AS SELECT * FROM round; CREATE VIEW round AS SELECT * FROM circle;
         CREATE VIEW fails AS SELECT nofunction(a) AS x FROM pair;
         CREATE VIEW fine AS SELECT a AS \"a b\" FROM pair;
         CREATE TABLE \"select\"(\"a\"\"b\" INTEGER PRIMARY KEY); INSERT INTO \"select\" VALUES (7)",
    );
    let database = home.open();
    let schema = database.schema(&Cancel::new()).unwrap();
    let columns = |name: &str| schema.table(name).unwrap().columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>();
    assert_eq!(columns("line"), ["price", "amount", "total", "twice"]);
    assert_eq!(schema.table("line").unwrap().columns[2].samples, ["3"]);
    assert_eq!((columns("pair"), schema.table("pair").unwrap().primary_key.clone()), (vec!["a", "b", "c"], vec!["b".into(), "a".into()]));
    assert_eq!(columns("exact"), ["n", "t", "x"]);
    assert_eq!((columns("words"), schema.table("words").unwrap().kind), (vec!["title", "body"], TableKind::Virtual));
    assert_eq!(columns("fine"), ["a b"]);
    for broken in ["gone", "circle", "round"] {
        assert_eq!((columns(broken).len(), schema.table(broken).unwrap().kind), (0, TableKind::View), "{broken}");
    }
    assert!(!schema.tables.iter().any(|table| table.name.starts_with("words_")), "full-text search keeps its tables to itself");
    for sql in ["SELECT * FROM gone", "SELECT * FROM circle", "SELECT * FROM fails"] {
        assert!(matches!(run(&database, sql), Err(DbError::Sql { .. })), "{sql}: {:?}", run(&database, sql));
    }
    check_value(&database, "SELECT total FROM line", Cell::Real(3.0));
    check_value(&database, "SELECT \"a\"\"b\" FROM \"select\"", Cell::Integer(7));
    check_value(&database, "SELECT title FROM words('quick')", Cell::Text("Fox".into()));
    check_value(&database, "SELECT x FROM exact", Cell::Blob(vec![0]));
}

#[test]
fn text_with_nul_and_broken_text_come_through() {
    let home =
        Home::new("CREATE TABLE t(a TEXT); INSERT INTO t VALUES (CAST(x'610062' AS TEXT)), (CAST(x'61ff62' AS TEXT)), (char(27, 7))");
    let database = home.open();
    let rows = run(&database, "SELECT a FROM t ORDER BY rowid").unwrap().rows;
    let expected = ["a\0b", "a\u{FFFD}b", "\u{1b}\u{7}"].map(|text| vec![Cell::Text(text.into())]);
    assert_eq!(rows, expected);
    assert_eq!(database.schema(&Cancel::new()).unwrap().tables[0].columns[0].samples.len(), 3);
    let mut out = Vec::new();
    sqllama::db::write_table(&run(&database, "SELECT a FROM t").unwrap(), sqllama::db::Format::Table, &mut out).unwrap();
    assert!(out.iter().all(|byte| *byte == b'\n' || *byte >= b' '), "{:?}", String::from_utf8_lossy(&out));
}

#[test]
fn a_huge_blob_is_bounded() {
    let home = Home::new(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a BLOB, b TEXT); INSERT INTO t VALUES (1, zeroblob(80000000), 'x'), (2, zeroblob(80000000), 'y'), (3, x'01', 'z')",
    );
    let database = home.open();
    let start = Instant::now();
    let table = run(&database, "SELECT * FROM t").unwrap();
    // Larger than the limit by itself: kept as the only row.
    assert_eq!((table.rows.len(), table.truncated), (1, true));
    assert!(matches!(&table.rows[0][1], Cell::Blob(bytes) if bytes.len() == 80_000_000));
    let schema = database.schema(&Cancel::new()).unwrap();
    assert_eq!(schema.tables[0].columns[2].samples, ["x", "y", "z"]);
    check_value(&database, "SELECT length(a) FROM t WHERE id = 2", Cell::Integer(80_000_000));
    let error = run(&database, "SELECT zeroblob(2000000000)").unwrap_err();
    assert_eq!(error, DbError::Sql { message: "string or blob too big".into() });
    println!("a file with 160 MB in blobs: {:?}", start.elapsed());
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_million_rows_are_counted_or_left_uncounted_in_bounded_time() {
    let home = Home::new(
        "CREATE TABLE big(id INTEGER PRIMARY KEY, a TEXT, b REAL);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 1000000) INSERT INTO big SELECT i, 'text ' || i, i * 0.5 FROM n;
         CREATE TABLE small(a); INSERT INTO small VALUES (1)",
    );
    let database = home.open();
    let start = Instant::now();
    let schema = database.schema(&Cancel::new()).unwrap();
    let (took, count) = (start.elapsed(), schema.table("big").unwrap().row_count);
    println!("a million rows: schema in {took:?}, counted {count:?}");
    assert!(took < Duration::from_secs(6), "{took:?}");
    assert!(count.is_none_or(|n| n == 1_000_000));
    assert_eq!(schema.table("small").unwrap().row_count, Some(1));
    let table = run(&database, "SELECT * FROM big").unwrap();
    assert_eq!((table.rows.len(), table.truncated), (1000, true));
    // Out of time before it begins: nothing is known of the rows, and that is no error.
    let mut schema = database.schema_outline(&Cancel::new()).unwrap();
    database.fill_statistics(&mut schema, &Cancel::new().with_timeout(Duration::ZERO)).unwrap();
    assert!(schema.tables.iter().all(|table| table.row_count.is_none()));
}

/// The aim is 50 ms; a machine that does other things too gets more.
const STOPPED: Duration = Duration::from_millis(250);

/// Cancels `sql` after a while, and gives the time until it had ended; `None` where it was done before.
fn time_to_stop(database: &Database, sql: &str, after: Duration) -> Option<Duration> {
    let cancel = Cancel::new();
    let sql = guard::check(sql).unwrap();
    std::thread::scope(|scope| {
        let query = scope.spawn(|| (database.execute(&sql, &Limits::default(), &cancel), Instant::now()));
        std::thread::sleep(after);
        let raised = Instant::now();
        cancel.cancel();
        let (result, ended) = query.join().unwrap();
        match result {
            Ok(_) => None,
            Err(error) => {
                assert_eq!(error, DbError::Stopped(Stop::Cancelled), "{sql:?}");
                Some(ended.saturating_duration_since(raised))
            }
        }
    })
}

#[test]
fn runaway_queries_stop_when_told() {
    let database = Home::new("CREATE TABLE t(a)").open();
    for sql in [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT (i*7919+13) % 100000007 FROM n) SELECT count(*) FROM n",
        "WITH RECURSIVE n(i, s) AS (SELECT 1, 'x' UNION ALL SELECT i+1, hex(randomblob(5000)) FROM n) SELECT max(s) FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 30000) SELECT count(*) FROM n a, n b, n c WHERE a.i+b.i=c.i",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 100000000) SELECT i FROM n ORDER BY random() LIMIT 1",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 100000000) SELECT count(DISTINCT i) FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 100000000) SELECT group_concat(i) FROM n",
    ] {
        let time = time_to_stop(&database, sql, Duration::from_millis(200)).expect("it has no end");
        println!("stopped after {time:?}: {sql}");
        assert!(time < STOPPED, "{time:?}: {sql}");
    }
    check_value(&database, "SELECT 1", Cell::Integer(1));
}

/// Sorting is one step of SQLite's machine; it looks up in between because it sorts in runs of a cache's size.
#[test]
fn a_large_sort_stops_when_told() {
    let database = Home::new("CREATE TABLE t(a)").open();
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 5000000) SELECT i FROM n ORDER BY random()";
    for after in [300, 700, 1100, 1500, 1900] {
        if let Some(time) = time_to_stop(&database, sql, Duration::from_millis(after)) {
            println!("sort stopped after {time:?}");
            assert!(time < STOPPED, "{time:?} after {after} ms");
        }
    }
}
