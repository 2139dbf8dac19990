//! Spools as the screen uses them.

use rusqlite::Connection;

use super::rows::PEEK;
use super::*;
use crate::db::{Cell, ColumnInfo, DbError, Limits, Table};
use crate::signal::Cancel;
use crate::sql::guard;

fn spool() -> Spool {
    let info = |name: &str| ColumnInfo { name: name.into(), declared_type: None };
    let row = |n: i64, text: &str| vec![Cell::Integer(n), Cell::Text(text.into()), Cell::Null, Cell::Blob(vec![0; 3])];
    let mut rows = vec![row(3, "b"), row(1, "A"), row(2, "a%"), row(2, "")];
    rows.push(vec![Cell::Real(2.5), Cell::Null, Cell::Text("x".repeat(1000)), Cell::Null]);
    Spool::of_table(&Table { columns: ["n", "t", "u", "v"].map(info).to_vec(), rows, truncated: true }).unwrap()
}

fn ids(spool: &Spool, sort: Option<(usize, bool)>, filter: &str, column: usize) -> Vec<u32> {
    let arrangement =
        Arrangement { sort: sort.map(|(column, descending)| Sort { column, descending }), filter: Filter::parse(filter, column) };
    let order = spool.arrange(&arrangement, &Cancel::new()).unwrap();
    (0..order.len()).map(|position| order.row(position)).collect()
}

#[test]
fn windows_show_the_beginnings_of_cells() {
    let spool = spool();
    assert_eq!((spool.len(), spool.is_truncated()), (5, true));
    let rows = spool.peek(None, 3, 9, &[1, 3, 2]).unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0], [Peek::Text(String::new()), Peek::Blob(3), Peek::Null]);
    assert_eq!(rows[1], [Peek::Null, Peek::Null, Peek::Text("x".repeat(PEEK))]);
    assert_eq!(spool.cell(None, 4, 2).unwrap(), Cell::Text("x".repeat(1000)));
    assert_eq!(spool.row(None, 0).unwrap()[3], Cell::Blob(vec![0; 3]));
    assert_eq!(spool.peek(None, 99, 9, &[0]).unwrap().len(), 0);
    assert!(spool.cell(None, 99, 0).is_err());
}

#[test]
fn rows_are_sorted_and_filtered() {
    let spool = spool();
    assert_eq!(ids(&spool, Some((0, false)), "", 0), [1, 2, 3, 4, 0]);
    assert_eq!(ids(&spool, Some((0, true)), "", 0), [0, 4, 2, 3, 1]);
    assert_eq!(ids(&spool, Some((1, false)), "", 0), [4, 3, 1, 2, 0]);
    assert_eq!(ids(&spool, None, "a", 0), [1, 2]);
    assert_eq!(ids(&spool, None, "a%", 0), [2]);
    assert_eq!(ids(&spool, None, ">= 2.5", 0), [0, 4]);
    assert_eq!(ids(&spool, None, "!= 2", 0), [0, 1, 4]);
    assert_eq!(ids(&spool, None, "=a", 1), [1]);
    assert_eq!(ids(&spool, None, "null", 1), [4]);
    assert_eq!(ids(&spool, Some((0, true)), "!null", 1), [0, 2, 3, 1]);
    let order = spool.arrange(&Arrangement { sort: Some(Sort { column: 0, descending: true }), filter: None }, &Cancel::new()).unwrap();
    assert_eq!(spool.peek(Some(&order), 0, 2, &[0]).unwrap().as_slice(), [[Peek::Integer(3)], [Peek::Real(2.5)]]);
    let mut seen = Vec::new();
    spool
        .for_each(Some(&order), &Cancel::new(), |cells| {
            seen.push(cells[0].clone());
            seen.len() < 2
        })
        .unwrap();
    assert_eq!(seen, [Cell::Integer(3), Cell::Real(2.5)]);
}

#[test]
fn a_column_is_summed_up() {
    let spool = spool();
    let summary = spool.summarise(1, None, &Cancel::new()).unwrap();
    assert_eq!((summary.rows, summary.nulls, summary.empty, summary.distinct), (5, 1, 1, 4));
    assert_eq!((summary.min, summary.max, summary.mean), (Cell::Text(String::new()), Cell::Text("b".into()), None));
    let numbers = spool.summarise(0, None, &Cancel::new()).unwrap();
    assert_eq!((numbers.mean, numbers.top[0].clone()), (Some(2.1), (Cell::Integer(2), 2)));
    assert_eq!((numbers.sum, numbers.median), (Cell::Real(10.5), Some(2.0)));
    assert_eq!((summary.sum, summary.median), (Cell::Null, None));
    let sums = |cells: &[Cell]| {
        let columns = vec![ColumnInfo { name: "a".into(), declared_type: None }];
        let table = Table { columns, rows: cells.iter().map(|cell| vec![cell.clone()]).collect(), truncated: false };
        let summary = Spool::of_table(&table).unwrap().summarise(0, None, &Cancel::new()).unwrap();
        (summary.sum, summary.median)
    };
    let int = Cell::Integer;
    assert_eq!(sums(&[int(3), Cell::Null, int(1), Cell::Text("x".into()), int(10), int(2)]), (int(16), Some(2.5)));
    assert_eq!(sums(&[int(i64::MAX), int(1)]), (Cell::Real(i64::MAX as f64 + 1.0), Some(i64::MAX as f64 / 2.0)));
    assert_eq!(sums(&[int(i64::MAX), int(-1)]), (int(i64::MAX - 1), Some(i64::MAX as f64 / 2.0)));
    assert_eq!(sums(&[Cell::Text("x".into())]), (Cell::Null, None));
}

#[test]
fn charts_get_bounded_points() {
    let spool = spool();
    let Points::Series { series, complete } = spool.series(Some(1), 0, None).unwrap() else { panic!() };
    assert_eq!((series.labels[2].as_deref().unwrap(), series.y.as_slice(), complete), ("a%", [3.0, 1.0, 2.0, 2.0, 2.5].as_slice(), true));
    let Points::Histogram(bins) = spool.histogram(0, 2, false, None, &Cancel::new()).unwrap() else { panic!() };
    assert_eq!(bins.iter().map(|bin| bin.count).collect::<Vec<_>>(), [1, 4]);
}

fn numbers() -> (tempfile::TempDir, crate::db::Database) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE n (i)").unwrap();
    (folder, crate::db::Database::open(path).unwrap())
}

#[test]
fn many_rows_stay_out_of_memory_and_leave_no_file() {
    let (_folder, database) = numbers();
    let sql =
        guard::check("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, 'row ' || i FROM n LIMIT 20000").unwrap();
    let limits = Limits { max_rows: 1 << 20, max_bytes: 1 << 30, ..Limits::default() };
    let mut heard = Vec::new();
    let spool = database.spool(&sql, &limits, &Cancel::new(), &mut |rows| heard.push(rows)).unwrap();
    assert_eq!((spool.len(), spool.is_truncated(), heard.len()), (20000, false, 4));
    assert_eq!(spool.peek(None, 19_999, 5, &[1]).unwrap().as_slice(), [[Peek::Text("row 20000".into())]]);
    let few = database.spool(&sql, &Limits { max_rows: 7, ..limits }, &Cancel::new(), &mut |_| {}).unwrap();
    assert_eq!((few.len(), few.is_truncated()), (7, true));
    let cancel = Cancel::new();
    cancel.cancel();
    assert!(matches!(database.spool(&sql, &limits, &cancel, &mut |_| {}), Err(DbError::Stopped(_))));
    assert!(matches!(spool.arrange(&Arrangement::default(), &cancel), Err(DbError::Stopped(_))));
    assert_eq!(spool.arrange(&Arrangement::default(), &Cancel::new()).unwrap().len(), 20000);
}

#[test]
fn a_failing_query_says_what_sqlite_says() {
    let (_folder, database) = numbers();
    let sql = guard::check("SELECT nope FROM n").unwrap();
    let error = database.spool(&sql, &Limits::default(), &Cancel::new(), &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("no such column: nope"), "{error}");
}
