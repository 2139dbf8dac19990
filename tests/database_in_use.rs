//! Database files that a crash left, or that somebody writes now. Nothing is ever written, neither in them nor beside them.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use sqllama::db::{Cell, Database, DbError, Limits};
use sqllama::signal::Stop;

use crate::database::{Home, check_value, contents, run, run_within};

const MANY: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 20000)";

/// A writer in the middle of a change that was too large for its cache: pages are in the file, the old ones in the journal.
fn in_the_middle(home: &Home) -> Connection {
    let writer = home.writer();
    let change = format!("PRAGMA cache_size=5; BEGIN; {MANY} INSERT INTO t SELECT i FROM n");
    writer.execute_batch(&change).unwrap();
    writer
}

#[test]
fn a_hot_journal_is_said_and_left_alone() {
    let home = Home::new(&format!("CREATE TABLE t(a); {MANY} INSERT INTO t SELECT i FROM n"));
    let database = home.open();
    let writer = in_the_middle(&home);
    assert!(fs::metadata(home.0.path().join("data-journal")).unwrap().len() > 512, "the change spilled");
    let crashed = home.crash();
    let before = contents(crashed.0.path());
    let error = Database::open(crashed.file()).unwrap_err();
    assert!(matches!(error, DbError::NeedsRecovery { .. }), "{error:?}");
    assert!(error.hint().contains("sqlite3"));
    assert_eq!(contents(crashed.0.path()), before);
    // Recovered by a program that may write, it opens.
    crashed.writer().query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0)).unwrap();
    check_value(&crashed.open(), "SELECT count(*) FROM t", Cell::Integer(20_000));
    // The writer lives: before its commit the old rows are seen, or its lock is; never half of a change.
    let limits = Limits { timeout: Duration::from_millis(50), ..Limits::default() };
    match run_within(&database, "SELECT count(*) FROM t", limits) {
        Ok(table) => assert_eq!(table.rows, [[Cell::Integer(20_000)]]),
        Err(error) => assert_eq!(error, DbError::Stopped(Stop::TimedOut)),
    }
    writer.execute_batch("COMMIT").unwrap();
    check_value(&database, "SELECT count(*) FROM t", Cell::Integer(40_000));
}

#[test]
fn a_journal_that_turns_up_later_is_said_too() {
    let home = Home::new(&format!("CREATE TABLE t(a); {MANY} INSERT INTO t SELECT i FROM n"));
    let other = Home::new("CREATE TABLE t(a)");
    let database = other.open();
    let _writer = in_the_middle(&home);
    let crashed = home.crash();
    for name in ["data", "data-journal"] {
        let bytes = fs::read(crashed.0.path().join(name)).unwrap();
        fs::write(other.0.path().join(name), bytes).unwrap();
    }
    let error = run(&database, "SELECT count(*) FROM t").unwrap_err();
    assert!(matches!(error, DbError::NeedsRecovery { .. }), "{error:?}");
}

#[test]
fn journals_that_are_not_hot_do_not_matter() {
    for mode in ["PERSIST", "TRUNCATE"] {
        let home = Home::new(&format!("PRAGMA journal_mode={mode}; CREATE TABLE t(a); INSERT INTO t VALUES (1)"));
        assert!(home.0.path().join("data-journal").exists(), "{mode}");
        let before = contents(home.0.path());
        check_value(&home.open(), "SELECT a FROM t", Cell::Integer(1));
        assert_eq!(contents(home.0.path()), before);
    }
}

#[test]
fn logs_left_by_a_crash_are_read() {
    let home = Home::new("PRAGMA journal_mode=WAL; CREATE TABLE t(a); INSERT INTO t VALUES (1)");
    let writer = home.writer();
    writer.execute_batch("PRAGMA wal_autocheckpoint=0; INSERT INTO t VALUES (2); INSERT INTO t VALUES (3)").unwrap();
    let index = "data-shm";
    // With its index, without, with a damaged, an empty and a cut one; with a log that was cut in its last frame.
    type Damage = fn(&Path);
    let damages: [(&str, Damage, i64); 6] = [
        ("as it was", |_| (), 3),
        ("no index", |folder| fs::remove_file(folder.join("data-shm")).unwrap(), 3),
        ("noise for an index", |folder| fs::write(folder.join("data-shm"), [0xa5; 32768]).unwrap(), 3),
        ("an empty index", |folder| fs::write(folder.join("data-shm"), b"").unwrap(), 3),
        ("a short index", |folder| fs::write(folder.join("data-shm"), [0; 100]).unwrap(), 3),
        (
            "a cut log",
            |folder| {
                let log = fs::read(folder.join("data-wal")).unwrap();
                fs::write(folder.join("data-wal"), &log[..log.len() - 10]).unwrap();
                fs::remove_file(folder.join("data-shm")).unwrap();
            },
            2,
        ),
    ];
    for (name, damage, rows) in damages {
        let crashed = home.crash();
        assert!(crashed.0.path().join(index).exists());
        damage(crashed.0.path());
        let before = contents(crashed.0.path());
        let database = Database::open(crashed.file()).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(run(&database, "SELECT count(*) FROM t").unwrap().rows, [[Cell::Integer(rows)]], "{name}");
        drop(database);
        assert_eq!(contents(crashed.0.path()), before, "{name}");
    }
    drop(writer);
}

/// An unwritable folder, where the system keeps us out; root is let in everywhere, so there an immutable address stands for it.
#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new("PRAGMA journal_mode=WAL; CREATE TABLE t(a); INSERT INTO t VALUES (1)");
    let writer = home.writer();
    writer.execute_batch("INSERT INTO t VALUES (2)").unwrap();
    for without_index in [false, true] {
        let copy = home.crash();
        if without_index {
            fs::remove_file(copy.0.path().join("data-shm")).unwrap();
        }
        fs::set_permissions(copy.0.path(), fs::Permissions::from_mode(0o555)).unwrap();
        if fs::write(copy.0.path().join("probe"), b"").is_ok() {
            println!("skipped: this user can write everywhere");
        }
        check_value(&copy.open(), "SELECT count(*) FROM t", Cell::Integer(2));
        fs::set_permissions(copy.0.path(), fs::Permissions::from_mode(0o755)).unwrap();
        // Somebody who says that a file never changes gets the file alone, without its log.
        let uri = format!("file:{}?immutable=1", copy.file().display());
        check_value(&Database::open(uri).unwrap(), "SELECT count(*) FROM t", Cell::Integer(1));
    }
    drop(writer);
}

#[test]
fn a_writer_that_holds_the_file_is_waited_for() {
    let home = Home::new("CREATE TABLE t(a); INSERT INTO t VALUES (1)");
    let writer = home.writer();
    writer.execute_batch("BEGIN EXCLUSIVE; INSERT INTO t VALUES (2)").unwrap();
    // It lets go in time.
    std::thread::scope(|scope| {
        let opened = scope.spawn(|| home.open());
        std::thread::sleep(Duration::from_millis(150));
        writer.execute_batch("COMMIT").unwrap();
        check_value(&opened.join().unwrap(), "SELECT count(*) FROM t", Cell::Integer(2));
    });
    // It does not.
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let start = Instant::now();
    let error = Database::open(home.file()).unwrap_err();
    assert!(matches!(error, DbError::Busy { .. }), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}
