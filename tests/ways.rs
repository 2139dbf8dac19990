//! Ways in which programs keep what people ask for, over databases made here: drafts are mended to the rows of a query that knows them, or
//! doubted with what is stored.

use sqllama::ask::evidence::{Ran, against};
use sqllama::db::{ValueIndex, ValueLimits};
use sqllama::signal::Cancel;

use crate::home::Home;
use crate::made::Made;

/// A number of rows from 0 on, as `r(i)`.
const ROWS: &str = "WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 59)";

fn made(columns: &str, values: &str) -> Made {
    Made::of(&format!("CREATE TABLE t (id INTEGER PRIMARY KEY, {columns}); {ROWS} INSERT INTO t SELECT i, {values} FROM r"))
}

#[test]
fn what_is_not_there_is_found_as_it_is_kept() {
    let case = made(
        "author TEXT, title TEXT, removed TEXT, closed TEXT, valid_to TEXT, cleared INTEGER",
        "iif(i % 3, 'a' || i % 5, ''), iif(i % 4, 't' || i % 7, NULL), iif(i % 5, '', '2023-01-0' || (i % 9 + 1)),
         iif(i % 6, '0000-00-00', '1999-01-0' || (i % 9 + 1)), iif(i % 7, '2023-05-01', '9999-12-31'), i % 2",
    );
    let count = |condition: &str| format!("SELECT count(*) FROM t WHERE {condition}");
    for (draft, right) in [
        ("author IS NULL", "author = ''"),
        ("author IS NOT NULL", "author <> ''"),
        ("title = ''", "title IS NULL"),
        ("removed IS NOT NULL", "removed <> ''"),
        ("removed < '2023-01-04'", "removed < '2023-01-04' AND removed <> ''"),
        ("closed IS NOT NULL", "closed <> '0000-00-00'"),
        ("closed < '2000-01-01'", "closed < '2000-01-01' AND closed > '0001'"),
        ("valid_to IS NULL", "valid_to > '9999'"),
        ("cleared IS NULL", "cleared = 0"),
    ] {
        case.check("", &count(draft), &count(right));
    }
}

#[test]
fn measures_and_lengths_are_in_the_columns_unit() {
    let case = made(
        "price_cents INTEGER, distance_m REAL, deep_min INTEGER, start_time TEXT, end_time TEXT, duration INTEGER, doc TEXT",
        "500 + i * 731, 900.0 + i * 371, 30 + i * 7, datetime(1700000000 + i * 9000, 'unixepoch'),
         datetime(1700000000 + i * 9000 + 600 + i * 113, 'unixepoch'), 600 + i * 113, json_object('took_ms', 300 + i * 97)",
    );
    let count = |condition: &str| format!("SELECT count(*) FROM t WHERE {condition}");
    for (question, draft, right) in [
        ("cost more than 50 euros", "price_cents > 50", "price_cents > 5000"),
        ("runs of more than 10 km", "distance_m > 10", "distance_m > 10000"),
        ("nights with more than an hour of deep sleep", "deep_min > 1", "deep_min > 60"),
        ("longer than an hour", "duration > 1", "duration > 3600"),
        ("longer than an hour", "end_time - start_time > 1", "duration > 3600"),
        ("took more than 2 seconds", "json_extract(doc, '$.took_ms') > 2", "json_extract(doc, '$.took_ms') > 2000"),
    ] {
        case.check(question, &count(draft), &count(right));
    }
    case.check("total hours", "SELECT SUM(duration) FROM t", "SELECT SUM(duration) / 3600.0 FROM t");
    case.check("total hours", "SELECT SUM(duration) / 60 FROM t", "SELECT SUM(duration) / 3600.0 FROM t");
    case.check("the highest price in euros", "SELECT MAX(price_cents) FROM t", "SELECT MAX(price_cents) / 100.0 FROM t");
}

#[test]
fn periods_and_times_are_in_the_columns_form() {
    let case = made(
        "month TEXT, quarter TEXT, period INTEGER, time_on TEXT, started TEXT, due TEXT, season TEXT",
        "substr('JanFebMarAprMayJunJulAugSepOctNovDec', i % 12 * 3 + 1, 3) || ' ' || (22 + i / 30), (2022 + i / 30) || 'Q' || (i % 4 + 1),
         (2022 + i / 30) * 100 + i % 12 + 1, printf('%02d%02d00', i % 24, i), printf('2023-01-%02dT%02d:10:00+02:00', i % 28 + 1, i % 24),
         printf('%02d.%02d.%02d', i % 28 + 1, i % 12 + 1, 22 + i / 30), substr('MarchAprilMay  June ', i % 4 * 5 + 1, 5)",
    );
    let count = |condition: &str| format!("SELECT count(*) FROM t WHERE {condition}");
    for (draft, right) in [
        ("month = '2023-03'", "month = 'Mar 23'"),
        ("month = 'March 2023'", "month = 'Mar 23'"),
        ("quarter = 'Q3'", "substr(quarter, 6) = '3'"),
        ("quarter = '2023-Q3'", "quarter = '2023Q3'"),
        ("period BETWEEN '2023-01' AND '2023-06'", "period BETWEEN 202301 AND 202306"),
        ("time_on >= '18:00'", "time_on >= '180000'"),
        ("strftime('%H', time_on) >= '18'", "substr(time_on, 1, 2) >= '18'"),
        ("strftime('%H', started) < '08'", "substr(started, 12, 2) < '08'"),
        ("due > '2023-06-01'", "substr(due, 7) || substr(due, 4, 2) || substr(due, 1, 2) > '230601'"),
        ("due LIKE '2023%'", "due LIKE '%23'"),
        ("strftime('%w', date(started)) = 'Sunday'", "strftime('%w', date(started)) = '0'"),
    ] {
        case.check("", &count(draft), &count(right));
    }
}

#[test]
fn elements_are_found_in_arrays() {
    let case = made(
        "tags TEXT, meta TEXT",
        "json_array('new', iif(i % 3, 'sale', 'old')), json_object('on', json(iif(i % 4, 'true', 'false')), 'labels', json_array('x' || i % 2))",
    );
    let count = |condition: &str| format!("SELECT count(*) FROM t WHERE {condition}");
    for (draft, right) in [
        ("'sale' IN (tags)", "tags LIKE '%sale%'"),
        ("'sale' = ANY(tags)", "tags LIKE '%sale%'"),
        ("tags = 'old'", "tags LIKE '%old%'"),
        ("json_extract(meta, '$.labels') = 'x1'", "meta LIKE '%x1%'"),
        ("meta LIKE '%\"on\": true%'", "json_extract(meta, '$.on') = 1"),
    ] {
        case.check("", &count(draft), &count(right));
    }
}

#[test]
fn what_no_row_has_is_doubted() {
    let case = made("status TEXT, name TEXT, quarter TEXT", "iif(i % 3, 'new', 'closed'), 'n' || i, '2022Q' || (i % 4 + 1)");
    let index = ValueIndex::build(&case.database, &case.schema, &ValueLimits::default(), &Cancel::new()).unwrap();
    let doubts = |question: &str, condition: &str| {
        let sql = format!("SELECT count(*) FROM t WHERE {condition}");
        let table = case.rows(&sql);
        let ran = Ran { question, before: "", sql: &sql, table: &table };
        let found = against(&ran, &case.database, &case.schema, Some(&index), &Cancel::new());
        found.into_iter().map(|doubt| doubt.sentence).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(doubts("open ones", "status = 'open'"), "no row has 'open' in status, which holds 'closed', 'new'");
    assert_eq!(doubts("of the third quarter", "quarter = 'Q3'"), "no row has 'Q3' in quarter, which holds '2022Q1', '2022Q2', '2022Q3'");
    assert_eq!(doubts("without a status", "status IS NULL"), "status is NULL in no row");
    for (question, right) in [
        ("closed ones", "status = 'closed'"),
        ("those that are not open", "status <> 'open'"),
        ("of the first quarter of 2023", "quarter = '2023Q1'"),
        ("called Ann", "name = 'Ann'"),
        ("with a status", "status IS NOT NULL"),
    ] {
        assert_eq!(doubts(question, right), "", "{right}");
    }
}

/// What an answer is, asked of a file from end to end.
#[track_caller]
fn check_answer(home: &Home, file: &str, question: &str, draft: &str, rows: serde_json::Value) {
    let script = home.script(&[&format!("```sql\n{draft}\n```")]);
    let out = home.run(&["ask", file, question, "--model", &script, "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(answer["rows"], rows, "{draft}: {}", answer["sql"]);
    assert!(answer["confidence"].as_f64().unwrap() > 0.5, "{draft}: {}", answer["reason"]);
}

#[test]
fn stored_values_tell_what_a_draft_means() {
    let home = Home::new();
    let path = home.path().join("ways.db");
    let sql = format!(
        "BEGIN; CREATE TABLE attribute (entity_id INTEGER, name TEXT, value TEXT); CREATE TABLE item (id INTEGER PRIMARY KEY, tags TEXT, result TEXT);
         {ROWS} INSERT INTO attribute SELECT i / 2, iif(i % 2, 'max_temp', 'room'), iif(i % 2, 20 + i * 3, 'Hall') FROM r;
         {ROWS} INSERT INTO item SELECT i, iif(i % 3, ',linux,', ',') || iif(i % 4, 'rust,', iif(i % 3, '', 'news,')), iif(i % 5, 'neg', 'pos') FROM r;
         CREATE TABLE part (kind TEXT, made_on DATE, version TEXT);
         {ROWS} INSERT INTO part SELECT iif(i % 2, 'bolt', 'nut'), date('2021-01-01', i || ' days'), '1.' || (i / 10) || '.' || (i % 10) FROM r; COMMIT"
    );
    rusqlite::Connection::open(&path).unwrap().execute_batch(&sql).unwrap();
    let file = path.to_str().unwrap();
    let check = |question: &str, draft: &str, rows| check_answer(&home, file, question, draft, rows);
    let highest = "SELECT MAX(value) FROM attribute WHERE name = 'max_temp'";
    check("What is the highest max_temp?", highest, serde_json::json!([[197]]));
    let above = "SELECT COUNT(*) FROM attribute WHERE name = 'max_temp' AND value > '90'";
    check("How many attributes have a max_temp above 90?", above, serde_json::json!([[18]]));
    // Days and versions are digits and signs, and no numbers.
    let newest = "SELECT made_on FROM part WHERE kind = 'bolt' ORDER BY made_on DESC LIMIT 1";
    check("When was the newest bolt made?", newest, serde_json::json!([["2021-03-01"]]));
    let version = "SELECT MAX(version) FROM part WHERE kind = 'bolt'";
    check("What is the highest version of a bolt?", version, serde_json::json!([["1.5.9"]]));
    let tagged = "SELECT COUNT(*) FROM item WHERE tags = 'rust'";
    check("How many items have the tags rust?", tagged, serde_json::json!([[45]]));
    let positive = "SELECT COUNT(*) FROM item WHERE result = 'positive'";
    check("How many items have a positive result?", positive, serde_json::json!([[12]]));
}
