//! Functions of ours by table, by what Python's modules say, and at their bounds.

use rusqlite::Connection;
use rusqlite::types::Value;

use super::{REGISTRY, install_for_tests};

fn sqlite() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    install_for_tests(&connection);
    connection
}

fn run(connection: &Connection, expression: &str) -> Result<String, String> {
    let value = connection.query_row(&format!("SELECT {expression}"), [], |row| row.get::<_, Value>(0));
    value.map_err(|error| error.to_string()).map(|value| match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(n) => n.to_string(),
        Value::Real(x) => x.to_string(),
        Value::Text(text) => text,
        Value::Blob(bytes) => format!("{bytes:?}"),
    })
}

#[track_caller]
fn check(expression: &str, expected: &str) {
    let value = run(&sqlite(), expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
    let close = match (value.parse::<f64>(), expected.parse::<f64>()) {
        (Ok(a), Ok(b)) => (a - b).abs() <= 1e-9 * b.abs().max(1.0),
        _ => value == expected,
    };
    assert!(close, "{expression}: {value}, not {expected}");
}

/// No value, and the reason has `words` in it.
#[track_caller]
fn refuses(expression: &str, words: &str) {
    let error = run(&sqlite(), expression).expect_err(expression);
    assert!(error.contains(words), "{expression}: {error}");
}

/// `tests/fixtures/functions.tsv` is what `tests/peers/function_values.py` printed (Python 3.11).
#[test]
fn python_says_the_same() {
    let connection = sqlite();
    let mut wrong = Vec::new();
    let lines = include_str!("../../../tests/fixtures/functions.tsv");
    for line in lines.lines() {
        let (expression, expected) = line.split_once('\t').unwrap();
        let value = run(&connection, expression).unwrap_or_else(|error| error);
        let close = match (value.parse::<f64>(), expected.parse::<f64>()) {
            (Ok(a), Ok(b)) => (a - b).abs() <= 1e-9 * b.abs().max(1.0),
            _ => value == expected,
        };
        if !close {
            wrong.push(format!("{expression}: {value}, not {expected}"));
        }
    }
    assert!(lines.lines().count() > 600 && wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn null_in_null_out() {
    for function in REGISTRY.iter().filter(|function| matches!(function.work, super::registry::Work::Strict(_))) {
        for &count in function.arguments.iter().filter(|count| **count > 0) {
            let arguments = vec!["NULL"; usize::try_from(count).unwrap()].join(", ");
            check(&format!("{}({arguments})", function.name), "NULL");
        }
    }
    check("greatest(1, NULL, 3)", "3");
    check("least(NULL, 'b', 'a')", "a");
    check("greatest(NULL, NULL)", "NULL");
    check("field(NULL, 'a')", "0");
    check("elt(2, 'a', NULL)", "NULL");
    for aggregate in ["median", "stddev", "mode", "any_value", "product", "bit_or"] {
        check(&format!("{aggregate}(value) FROM json_each('[]')"), "NULL");
        check(
            &format!("{aggregate}(value) FROM json_each('[null, 4, null, 4]')"),
            if aggregate == "stddev" {
                "0"
            } else if aggregate == "product" {
                "16"
            } else {
                "4"
            },
        );
    }
}

#[test]
fn what_is_no_number() {
    check("sqrt(-1)", "NULL");
    check("sqrt('nine')", "NULL");
    check("sqrt('9')", "3");
    check("ln(0)", "NULL");
    check("mod(7, 0)", "NULL");
    check("div(7, 0)", "NULL");
    check("round('12abc', 0)", "12");
    check("typeof(mod(7, 2)) || typeof(div(7, 2)) || typeof(ceil(2)) || typeof(round(2))", "integerintegerintegerreal");
    check("try_number('12') + try_number(' 3.5 ')", "15.5");
    check("try_number('12 kg')", "NULL");
    check("try_number('inf')", "NULL");
    refuses("median(value) FROM json_each('[1, \"x\"]')", "`x` is no number");
    refuses("percentile(value, 101) FROM json_each('[1]')", "within its bounds");
    refuses("percentile_cont(value, value) FROM json_each('[0.1, 0.2]')", "one number");
    refuses("to_boolean('perhaps')", "neither true nor false");
    refuses("make_date(2024, 2, 30)", "no such day");
}

#[test]
fn what_databases_differ_on_is_refused() {
    refuses("lpad('a', -1, 'x')", "differ");
    refuses("lpad('a', 3, '')", "differ");
    refuses("split_part('a,b', ',', 0)", "part 0");
    refuses("str_to_date('2024', '%Y')", "no whole date");
    refuses("regexp_replace('a', 'a', 'b', 1)", "not known here");
}

#[test]
fn patterns() {
    check("'abc' REGEXP '^a'", "1");
    check("'ABC' REGEXP '^a'", "0");
    check("'ABC' REGEXP '(?i)^a'", "1");
    check("NULL REGEXP 'a'", "NULL");
    check("count(*) FROM json_each('[\"a1\", \"b\", \"c3\"]') WHERE value REGEXP '[0-9]'", "2");
    check("regexp_like('a' || char(10) || 'b', 'a.b')", "1");
    check("regexp_like('xAx', 'a', value) FROM json_each('[\"i\", \"c\"]')", "1");
    check("group_concat(regexp_like('xAx', 'a', value)) FROM json_each('[\"i\", \"c\"]')", "1,0");
    check("regexp_replace('2024-03-05', '(\\d+)-(\\d+)', '\\2/\\1')", "03/2024-05");
    check("regexp_replace('aaa', 'a', '[\\&]', 'g')", "[a][a][a]");
    check("regexp_count('a1b22', '[0-9]')", "3");
    check("regexp_extract('a12b', '([a-z])([0-9]+)', 2)", "12");
    check("regexp_part('key=value', '=(.*)')", "value");
    check("regexp_substr('none', '[0-9]')", "NULL");
    check("similar_to('abc', '(a|b)%')", "1");
    check("similar_to('a%c', 'a\\%c')", "1");
    check("similar_to('abc', 'a[a-c_]c')", "1");
    refuses("'a' REGEXP '(a'", "not one that is known");
    refuses("'a' REGEXP '(?=a)'", "not one that is known");
    refuses("regexp_extract('a', 'a', 3)", "no such group");
}

/// None of these may take long or much: they run where nothing can interrupt them.
#[test]
fn bounds() {
    let start = std::time::Instant::now();
    refuses("repeat('x', 1000000000)", "16 MiB");
    refuses("lpad('x', 1000000000, 'y')", "16 MiB");
    refuses("levenshtein(printf('%.5000c', 'a'), 'b')", "1000 letters");
    refuses("'a' REGEXP printf('%.2000c', 'a')", "1000 bytes");
    refuses("'a' REGEXP '((a{100}){100}){100}'", "too large");
    refuses("printf('%.2000000c', 'a') REGEXP 'a'", "1024 KiB");
    refuses("regexp_count(printf('%.70000c', 'a'), 'a')", "64 KiB");
    check("length(regexp_replace(printf('%.60000c', 'a'), '.*[^A-Z]|[A-Z]', 'x', 'g'))", "1");
    check("printf('%.60000c', 'a') REGEXP '(a?){60}a{60}$'", "1");
    check("printf('%.60000c', 'a') || 'b' REGEXP '(a+)+$'", "0");
    check("date_shift('2024-01-01', '+999999999999 months')", "NULL");
    check("date_shift('9999-12-31', '+1 days') IS NOT NULL", "1");
    assert!(start.elapsed() < std::time::Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn every_function_is_offered_to_the_model_and_described() {
    let mut names: Vec<&str> = REGISTRY.iter().map(|function| function.name).collect();
    for function in REGISTRY {
        assert!(crate::sql::lock::offers_function(function.name), "{}", function.name);
        assert!(function.form.to_lowercase().contains(function.name) && !function.says.is_empty(), "{}", function.name);
    }
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all, "a name comes twice");
}

/// What a file says through `Database`, made with our functions at hand.
struct File {
    database: crate::db::Database,
    _folder: tempfile::TempDir,
}

impl File {
    fn new(sql: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.db");
        let connection = Connection::open(&path).unwrap();
        install_for_tests(&connection);
        connection.execute_batch(&format!("BEGIN; {sql}; COMMIT")).unwrap();
        Self { database: crate::db::Database::open(&path).unwrap(), _folder: folder }
    }

    #[track_caller]
    fn check(&self, sql: &str, expected: &[crate::db::Cell]) {
        let checked = crate::sql::guard::check(sql).unwrap();
        let table = self.database.execute(&checked, &crate::db::Limits::default(), &crate::signal::Cancel::new());
        let rows = table.unwrap_or_else(|error| panic!("{sql}: {error}")).rows;
        assert_eq!(rows.concat(), expected, "{sql}");
    }
}

#[test]
fn views_and_indexes_of_a_file_may_call_ours() {
    use crate::db::Cell::{Integer, Real, Text};
    let file = File::new(
        "CREATE TABLE t(x REAL, name TEXT); INSERT INTO t VALUES (9, 'ada'), (16, 'bob');
         CREATE VIEW roots AS SELECT sqrt(x) AS root FROM t;
         CREATE VIEW shown AS SELECT initcap(name) AS name FROM t WHERE name REGEXP '^a';
         CREATE INDEX by_shown ON t(initcap(name))",
    );
    file.check("SELECT root FROM roots", &[Real(3.0), Real(4.0)]);
    file.check("SELECT name FROM shown", &[Text("Ada".into())]);
    file.check("SELECT count(*) FROM t WHERE initcap(name) = 'Bob'", &[Integer(1)]);
    let notes = file.database.notes().join("\n");
    // The owner's may differ from ours; a square root is one everywhere.
    assert!(notes.contains("`initcap`") && notes.contains("`REGEXP`") || notes.contains("`regexp`"), "{notes}");
    assert!(!notes.contains("sqrt"), "{notes}");
}

#[test]
fn an_index_keeps_what_sqlites_own_function_gave() {
    use crate::db::Cell::Real;
    let plain = File::new("CREATE TABLE t(x); INSERT INTO t VALUES (2.675)");
    plain.check("SELECT round(x, 2), round(1234.5, -2) FROM t", &[Real(2.68), Real(1200.0)]);
    // The index was made by SQLite's.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.db");
    let sql = "BEGIN; CREATE TABLE t(x); INSERT INTO t VALUES (2.675); CREATE INDEX i ON t(round(x, 2)); COMMIT";
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    let indexed = File { database: crate::db::Database::open(&path).unwrap(), _folder: folder };
    indexed.check("SELECT round(x, 2) FROM t WHERE round(x, 2) = 2.67", &[Real(2.67)]);
}

#[test]
fn an_owners_function_of_the_same_name_stays_the_owners() {
    use crate::db::Cell::Text;
    let file = File::new("CREATE TABLE t(name TEXT, tag TEXT); INSERT INTO t VALUES ('a', 'x'), ('a', 'y')");
    file.check("SELECT concat(name, '-', tag) FROM t LIMIT 1", &[Text("a-x".into())]);
    // In calibre's files it adds up rows.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calibre.db");
    let connection = Connection::open(&path).unwrap();
    let sql = "BEGIN; CREATE TABLE t(name TEXT, tag TEXT); INSERT INTO t VALUES ('a', 'x'), ('a', 'y');
               CREATE VIEW v AS SELECT name, (SELECT concat(tag) FROM t AS u WHERE u.name = t.name) AS tags, title_sort(name) AS sort FROM t; COMMIT";
    connection.execute_batch(sql).unwrap();
    drop(connection);
    let calibre = File { database: crate::db::Database::open(&path).unwrap(), _folder: folder };
    calibre.check("SELECT DISTINCT tags FROM v", &[Text("x,y".into())]);
}
