//! Expressions of other databases, by the values that those gave: rewritten to the same value, or refused, or read one way and told so.

use std::collections::BTreeMap;
use std::path::Path;

use crate::db::{Cell, Database, Limits};
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::sql::{Mended, guard, mend};

/// What became of an expression.
#[derive(Debug, PartialEq)]
enum Outcome {
    Same,
    /// No value, and why.
    Refused(String),
    /// Another value, where databases differ, and it is said which is meant.
    Told(String),
    Differs(String),
}

/// The table that the servers had under that name, with their types in SQLite's words.
const TABLE: &str = "BEGIN;
    CREATE TABLE t(id INTEGER, name TEXT, d DATE, ts TIMESTAMP, n INTEGER, r REAL, m DECIMAL(12,3), b BOOLEAN);
    INSERT INTO t VALUES
        (1, 'Ada', '2024-01-31', '2024-01-31 10:30:00', 7, 2.5, 12.35, TRUE),
        (2, 'Béa', '2024-02-29', '2024-02-29 23:59:59', -7, -2.5, -0.5, FALSE),
        (3, 'carl oneil', '2023-12-31', '2023-12-31 00:00:00', 10, 3.75, 100, TRUE),
        (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (5, 'A_1%', '2021-01-03', '2021-01-03 12:00:00', 0, 0.1, 2.675, FALSE),
        (6, 'zoë 42', '1999-07-01', '1999-07-01 06:07:08', 3, 1000.0, 1234567.89, TRUE);
    COMMIT;";

/// A database with that table, or with none.
struct Judge {
    database: Database,
    schema: Schema,
    _folder: tempfile::TempDir,
}

impl Judge {
    fn new(tables: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("judge.db");
        rusqlite::Connection::open(&path).unwrap().execute_batch(tables).unwrap();
        let database = Database::open(&path).unwrap();
        let schema = database.schema(&Cancel::new()).unwrap();
        Self { database, schema, _folder: folder }
    }

    fn run(&self, sql: &str) -> Result<String, String> {
        let checked = guard::check(sql).map_err(|error| error.to_string())?;
        let table = self.database.execute(&checked, &Limits::default(), &Cancel::new()).map_err(|error| error.to_string())?;
        let rows = table.rows.iter().map(|row| row.iter().map(shown).collect::<Vec<_>>().join("|"));
        Ok(rows.collect::<Vec<_>>().join("\n"))
    }

    /// As a draft goes: mended, and where that is not taken, as it was written.
    fn outcome(&self, sql: &str, expected: &str) -> Outcome {
        let Mended { sql: mended, changes, .. } = mend(sql, &self.schema);
        let checked = guard::check(&mended).ok().and_then(|checked| self.database.check(&checked).err());
        let value = match checked {
            None => self.run(&mended),
            Some(error) => self.run(sql).map_err(|_| error.to_string()),
        };
        match value {
            Err(error) => Outcome::Refused(format!("{mended}: {error}")),
            Ok(value) if same(&value, expected) => Outcome::Same,
            Ok(value) if changes.iter().any(|change| change.kind.word() == "reading") => Outcome::Told(format!("{mended}: {value}")),
            Ok(value) => Outcome::Differs(format!("{mended}: {value}")),
        }
    }
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Integer(n) => n.to_string(),
        Cell::Real(x) => x.to_string(),
        Cell::Text(text) => text.clone(),
        Cell::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Texts are the same letter for letter; numbers as far as the expected one is written out.
fn same(value: &str, expected: &str) -> bool {
    let cells = |text: &str| -> Vec<String> { text.split(['|', '\n']).map(str::to_owned).collect() };
    let (value, expected) = (cells(value), cells(expected));
    let number = |text: &str| text.parse::<f64>().ok().filter(|_| text.starts_with(|c: char| c.is_ascii_digit() || c == '-'));
    value.len() == expected.len()
        && value.iter().zip(&expected).all(|(a, b)| match (number(a), number(b)) {
            (Some(x), Some(y)) => {
                let places = b.split_once('.').map_or(0, |(_, places)| places.len().min(12));
                (x - y).abs() <= 0.5 * 10f64.powi(-i32::try_from(places).unwrap()) * f64::from(u8::from(places > 0)) + y.abs() * 1e-9
            }
            _ => a == b,
        })
}

/// Judges a file of lines with `engine`, `sql` and `value`; gives the counts by engine, and fails where a value is another one silently.
#[track_caller]
fn judge(path: &Path, tables: &str) -> BTreeMap<String, [usize; 4]> {
    let text = std::fs::read_to_string(path).unwrap();
    let judge = Judge::new(tables);
    let (mut counts, mut wrong): (BTreeMap<String, [usize; 4]>, Vec<String>) = Default::default();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let [engine, sql, value] = ["engine", "sql", "value"].map(|key| case[key].as_str().unwrap().to_owned());
        let outcome = judge.outcome(&sql, &value);
        let place = match &outcome {
            Outcome::Same => 0,
            Outcome::Refused(_) => 1,
            Outcome::Told(_) => 2,
            Outcome::Differs(_) => 3,
        };
        counts.entry(engine.clone()).or_default()[place] += 1;
        match outcome {
            Outcome::Differs(found) => wrong.push(format!("{engine}: {sql}\n   {value:?}, not {found}")),
            Outcome::Refused(why) => println!("refused {engine}: {sql}\n   {why}"),
            Outcome::Told(found) => println!("told {engine}: {sql}\n   {value:?}, not {found}"),
            Outcome::Same => {}
        }
    }
    for (engine, [same, refused, told, differ]) in &counts {
        println!("{engine}: {same} the same, {refused} refused, {told} read otherwise and told so, {differ} differ");
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    counts
}

#[test]
fn values_of_three_servers() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases/dialects/values.jsonl");
    if !path.is_file() {
        println!("skipped: there is no {}", path.display());
        return;
    }
    let counts = judge(&path, "");
    let of = |place: usize| counts.values().map(|counts| counts[place]).sum::<usize>();
    assert!(of(0) >= 150, "{counts:?}");
}

/// More of the same kinds, run once on PostgreSQL 15.18 (UTF-8, C.UTF-8), MariaDB 10.11.19 (utf8mb4, UTC) and DuckDB 2.0.1 (its Python
/// package): `psql -At`, `mariadb -N --raw`, `str` of Python's values; NULL as `NULL`, truth as 1 and 0, UTC's `+00` left out.
#[test]
fn values_of_our_own() {
    let counts = judge(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dialects.jsonl"), "");
    let of = |place: usize| counts.values().map(|counts| counts[place]).sum::<usize>();
    assert!(of(0) > 1_000 && of(1) < 60 && of(2) < 80, "{counts:?}");
}

/// The same with columns in place of literals.
#[test]
fn values_of_columns() {
    let counts = judge(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dialects_columns.jsonl"), TABLE);
    assert!(counts.values().map(|counts| counts[0]).sum::<usize>() > 120, "{counts:?}");
}
