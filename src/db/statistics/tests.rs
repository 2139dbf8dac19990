//! Which columns are taken for points in time, and which are not.

use rusqlite::Connection;

use crate::db::Database;
use crate::random::Random;
use crate::schema::{Meaning, Schema, TimeUnit};
use crate::signal::Cancel;

fn schema_of(make: impl FnOnce(&Connection)) -> Schema {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN").unwrap();
    make(&connection);
    connection.execute_batch("COMMIT").unwrap();
    drop(connection);
    Database::open(&path).unwrap().schema(&Cancel::new()).unwrap()
}

/// The value of a Unix time in `unit`.
fn value(unit: TimeUnit, seconds: f64) -> f64 {
    match unit {
        TimeUnit::UnixSeconds => seconds.floor(),
        TimeUnit::UnixMillis => (seconds * 1e3).floor(),
        TimeUnit::UnixMicros => (seconds * 1e6).floor(),
        TimeUnit::UnixNanos => (seconds * 1e9).floor(),
        TimeUnit::UnixDays => (seconds / 86_400.0).floor(),
        TimeUnit::AppleSeconds => seconds - 978_307_200.0,
        TimeUnit::AppleNanos => ((seconds - 978_307_200.0) * 1e9).floor(),
        TimeUnit::WebKitMicros => ((seconds + 11_644_473_600.0) * 1e6).floor(),
        TimeUnit::FileTime => ((seconds + 11_644_473_600.0) * 1e7).floor(),
        TimeUnit::DotNetTicks => ((seconds + 62_135_596_800.0) * 1e7).floor(),
        TimeUnit::YearOneMicros => ((seconds + 62_135_596_800.0) * 1e6).floor(),
        TimeUnit::OleDays => seconds / 86_400.0 + 25_569.0,
        TimeUnit::JulianDays => seconds / 86_400.0 + 2_440_587.5,
        TimeUnit::YearMonthDay | TimeUnit::YearMonthDayTime => {
            let text = TimeUnit::UnixSeconds.shown(seconds).unwrap();
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            digits[..if unit == TimeUnit::YearMonthDay { 8 } else { 14 }].parse().unwrap()
        }
    }
}

/// A name and a declared type under which programs keep the unit.
fn habits(unit: TimeUnit) -> &'static [(&'static str, &'static str)] {
    match unit {
        TimeUnit::UnixSeconds => &[("created", "INTEGER"), ("mtime", "INT"), ("last_login", "BIGINT"), ("sent_at", ""), ("x", "TIMESTAMP")],
        TimeUnit::UnixMillis => &[("createdAt", "DATETIME"), ("start_time", "BIGINT"), ("ts", "INTEGER"), ("x", "INTEGER")],
        TimeUnit::UnixMicros => &[("visit_date", "INTEGER"), ("x", "INTEGER"), ("last_visit", "LONG")],
        TimeUnit::UnixNanos => &[("timestamp", "INTEGER"), ("x", "BIGINT")],
        TimeUnit::UnixDays => &[("day_date", "DATE"), ("date", "INTEGER")],
        TimeUnit::AppleSeconds => &[("core_data", "TIMESTAMP"), ("cocoa_date", "REAL"), ("ZCREATIONDATE", "TIMESTAMP")],
        TimeUnit::AppleNanos => &[("date", "INTEGER"), ("date_read", "INTEGER")],
        TimeUnit::WebKitMicros => &[("last_visit_time", "INTEGER"), ("x", "INTEGER")],
        TimeUnit::FileTime => &[("filetime", "INTEGER"), ("x", "INTEGER")],
        TimeUnit::DotNetTicks => &[("CreatedTicks", "INTEGER"), ("Date", "bigint"), ("x", "INTEGER")],
        TimeUnit::YearOneMicros => &[("datetime_taken", "INTEGER"), ("x", "INTEGER")],
        TimeUnit::OleDays => &[("ole_date", "REAL"), ("excel_date", "DOUBLE")],
        TimeUnit::JulianDays => &[("julian", "REAL"), ("date", "REAL"), ("x", "REAL")],
        TimeUnit::YearMonthDay => &[("ymd", "INTEGER"), ("day", "TEXT"), ("x", "INTEGER")],
        TimeUnit::YearMonthDayTime => &[("stamp", "INTEGER"), ("taken", "TEXT"), ("x", "INTEGER")],
    }
}

/// Twenty columns of each unit, with NULLs, zeros, texts and slips among them.
#[test]
fn every_unit_is_recognised_through_noise() {
    let mut random = Random::new(23);
    let mut below = |n: usize| random.below(n);
    let mut wrong = Vec::new();
    for unit in TimeUnit::ALL {
        for round in 0..20 {
            let habits = habits(unit);
            let (name, declared) = habits[round % habits.len()];
            // Nanoseconds were not written before the century.
            let from = if unit == TimeUnit::AppleNanos { 1.3e9 } else { 1.0e9 };
            let (start, span) = (from + below(300_000_000) as f64, 86_400.0 * (20 + below(2_000)) as f64);
            let schema = schema_of(|connection| {
                connection.execute_batch(&format!("CREATE TABLE t (id INTEGER PRIMARY KEY, \"{name}\" {declared}, title TEXT)")).unwrap();
                for row in 0..120 {
                    let at = value(unit, (start + span * below(10_000) as f64 / 10_000.0).min(1.79e9));
                    let whole = at.fract() == 0.0;
                    let stored = match below(30) {
                        0..3 => "NULL".into(),
                        3 => "0".into(),
                        4 if row > 10 => "7".into(),
                        _ if whole && declared == "TEXT" => format!("'{at:.0}'"),
                        _ if whole => format!("{at:.0}"),
                        _ => format!("{at:.6}"),
                    };
                    connection.execute(&format!("INSERT INTO t VALUES ({row}, {stored}, 'a')"), []).unwrap();
                }
            });
            let meaning = &schema.tables[0].columns[1].meaning;
            if meaning.times().map(|times| times.unit()) != Some(unit) {
                wrong.push(format!("{unit} as {name} {declared}: {meaning:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}: {wrong:#?}", wrong.len());
}

/// Whole days as spreadsheets number them, under names of dates and others.
#[test]
fn whole_days_of_spreadsheets_are_dates_where_a_name_says_so() {
    #[track_caller]
    fn check(name: &str, declared: &str, days: std::ops::Range<usize>, expected: Option<TimeUnit>) {
        let mut random = Random::new(29);
        let schema = schema_of(|connection| {
            connection.execute_batch(&format!("CREATE TABLE t (id INTEGER PRIMARY KEY, \"{name}\" {declared})")).unwrap();
            for row in 0..80 {
                let day = days.start + random.below(days.len());
                connection.execute(&format!("INSERT INTO t VALUES ({row}, {day}.0)"), []).unwrap();
            }
        });
        assert_eq!(schema.tables[0].columns[1].meaning.times().map(|times| times.unit()), expected, "{name}");
    }
    check("Order Date", "INTEGER", 44_000..45_900, Some(TimeUnit::OleDays));
    check("Date of Birth", "REAL", 18_000..41_000, Some(TimeUnit::OleDays));
    check("geburtsdatum", "REAL", 18_000..41_000, Some(TimeUnit::OleDays));
    check("date", "INTEGER", 18_000..20_400, Some(TimeUnit::UnixDays));
    for ordinary in ["date_count", "date_id", "price", "time", "race_time", "birth_weight", "population"] {
        check(ordinary, "INTEGER", 30_000..50_000, None);
    }
}

/// Numbers that programs keep and that are no times, as ranges.
#[test]
fn ordinary_numbers_are_no_times() {
    const ORDINARY: [(&str, i64, i64); 34] = [
        ("id", 1, 5_000),
        ("customer_id", 1_000_000_000, 1_900_000_000),
        ("phone", 2_010_000_000, 9_899_999_999),
        ("phone_number", 491_510_000_000, 491_799_999_999),
        ("x", 1, 100),
        ("x", 0, 2_000_000_000),
        ("x", 1_000_000_000, 9_999_999_999),
        ("value", 20_000, 60_000),
        ("price", 20_000, 60_000),
        ("salary", 30_000, 120_000),
        ("year", 1950, 2026),
        ("population", 100_000, 1_400_000_000),
        ("isbn", 9_780_000_000_000, 9_799_999_999_999),
        ("barcode", 1_000_000_000_000, 1_999_999_999_999),
        ("ean", 1_600_000_000_000, 1_799_999_999_999),
        ("card_number", 4_000_000_000_000_000, 5_599_999_999_999_999),
        ("account", 10_000_000, 99_999_999),
        ("zip", 10_000, 99_999),
        ("size", 1_000_000_000, 2_000_000_000),
        ("bytes", 1_500_000_000, 1_700_000_000),
        ("views", 900_000_000, 2_000_000_000),
        ("revenue", 1_000_000_000, 2_000_000_000),
        ("order_number", 20_230_000, 20_239_999),
        ("snowflake", 600_000_000_000_000_000, 1_300_000_000_000_000_000),
        ("message_id", 600_000_000_000_000_000, 1_300_000_000_000_000_000),
        ("hash", i64::MIN / 2, i64::MAX / 2),
        ("x", i64::MIN / 2, i64::MAX / 2),
        ("duration_ms", 100_000, 500_000),
        ("total_time", 10, 500_000),
        ("score", 0, 1_000_000),
        ("x", 10_000_000, 99_999_999),
        ("number", 1_600_000_000, 1_700_000_000),
        ("play_count", 1_500_000_000, 1_600_000_000),
        ("rank", 2_440_000, 2_470_000),
    ];
    let mut random = Random::new(24);
    let mut wrong = Vec::new();
    for round in 0..15 {
        let schema = schema_of(|connection| {
            for (place, (name, low, high)) in ORDINARY.iter().enumerate() {
                connection.execute_batch(&format!("CREATE TABLE t{place} (k TEXT, \"{name}\" INTEGER)")).unwrap();
                let width = high.abs_diff(*low);
                for row in 0..60 {
                    let number = low.wrapping_add_unsigned(random.next_u64() % width);
                    connection.execute(&format!("INSERT INTO t{place} VALUES ('a{row}', {number})"), []).unwrap();
                }
            }
        });
        for table in &schema.tables {
            if table.columns[1].meaning.times().is_some() {
                wrong.push(format!("{round} {}: {:?}", table.columns[1].name, table.columns[1].meaning));
            }
        }
    }
    assert!(wrong.is_empty(), "{}: {wrong:#?}", wrong.len());
}

/// As a schema's text tells it.
fn meaning_told(schema: &Schema) -> String {
    let meaning = &schema.tables[0].columns[0].meaning;
    meaning.told().or_else(|| meaning.prefix()).unwrap_or_default()
}

#[track_caller]
fn check(declared: &str, values: &[&str], expected: &str) {
    let schema = schema_of(|connection| {
        connection.execute_batch(&format!("CREATE TABLE t ({declared})")).unwrap();
        for value in values {
            connection.execute(&format!("INSERT INTO t VALUES ({value})"), []).unwrap();
        }
    });
    let told = match &schema.tables[0].columns[0].meaning {
        Meaning::Plain => "plain".to_owned(),
        Meaning::Time(times) => times.told(),
        Meaning::Span(unit) => unit.words().to_owned(),
        Meaning::Boolean(words) => format!("{}/{}", words.yes, words.no),
        Meaning::Json(_)
        | Meaning::TextBlob
        | Meaning::Numerator { .. }
        | Meaning::Number(_)
        | Meaning::LocalDate(_)
        | Meaning::Clock(_) => meaning_told(&schema),
    };
    assert_eq!(told, expected, "{declared}");
}

#[test]
fn what_a_column_is_told_to_be() {
    check("created DATETIME", &["1704067200000", "1771459200000"], "ms since 1970, 2024-01-01..2026-02-19");
    check("created INTEGER", &["1704067200", "NULL", "0", "1771459200"], "s since 1970, 2024-01-01..2026-02-19");
    check("created INTEGER", &["1704067200", "1704067200"], "plain");
    check("created TEXT", &["'1704067200'", "'1771459200'"], "s since 1970, 2024-01-01..2026-02-19");
    check("created", &["1704067200000", "'2024-05-01 10:00:00'", "1771459200000"], "ms since 1970 or text, 2024-01-01..2026-02-19");
    check("created TEXT", &["'2024-01-01'", "'2024-02-01'"], "plain");
    check("admin BOOLEAN", &["'t'", "'f'"], "t/f");
    check("admin BOOLEAN", &["'Y'"], "Y/N");
    check("admin BOOLEAN", &["0", "1"], "plain");
    check("took bigint", &["3600000000", "90000000"], "duration in us");
    check("took DATETIME", &["'1970-01-02 00:00:00.000000'", "'1970-01-01 01:00:00.000000'"], "duration counted from 1970-01-01");
    check("letter TEXT", &["'y'"], "plain");
    check("meta TEXT", &[r#"'{"city": "Rome", "tags": ["a"], "b": {"c": 1}}'"#, "NULL", "''"], "JSON: $.city, $.tags[], $.b.c");
    check("meta BLOB", &[r#"x'7b2261223a312c226262223a322c22636363223a337d'"#], "JSON: $.a, $.bb, $.ccc");
    check("meta TEXT", &["'{not json}'"], "plain");
    check("path BLOB", &["CAST('/music/é/1.mp3' AS BLOB)", "CAST('/b' AS BLOB)", "NULL"], "text as blob");
    check("path BLOB", &["CAST('/music/é/1.mp3' AS BLOB)", "x'00ff'"], "plain");
    check("path BLOB", &["x'6162'"], "plain");
    check("path BLOB", &["CAST('/music/é/1.mp3' AS BLOB)", "3"], "plain");
    check("letter TEXT", &["'y'", "'n'", "'x'"], "plain");
    check("population TEXT", &["'2148000'", "'99800'", "NULL"], "number as text");
    check("fee TEXT", &["'$9.50'", "'$1,250.00'"], "number as text with ',' between thousands, $");
    check("worth NUMERIC", &["'1,250'", "950", "'2,000'"], "number as text with ',' between thousands");
    check("joined DATE", &["'05/01/2024'", "'28/12/2022'"], "DD/MM/YYYY as text, 2022-12-28..2024-01-05");
    check("zip TEXT", &["'10115'", "'1010'"], "plain");
}

#[test]
fn a_range_is_told_only_where_no_row_lies_outside() {
    let schema = schema_of(|connection| {
        let rows = "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) SELECT i, 2 * i FROM n";
        connection.execute_batch(&format!("CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER); INSERT INTO t {rows}")).unwrap();
        connection.execute_batch("CREATE VIEW all_of_it AS SELECT v FROM t; CREATE VIEW some AS SELECT v FROM t LIMIT 5").unwrap();
    });
    let told: Vec<&str> = schema.tables.iter().flat_map(|t| &t.columns).flat_map(|c| &c.samples).map(String::as_str).collect();
    assert_eq!(told, ["1..3000", "2..6000", "from 2", "2..10"]);
}

#[test]
fn a_files_own_dictionary_names_its_columns() {
    let called = |sql: &str| {
        let schema = schema_of(|connection| connection.execute_batch(sql).unwrap());
        schema.table("rivers").unwrap().columns.iter().map(|column| column.called.join("|")).collect::<Vec<_>>()
    };
    let rivers =
        "CREATE TABLE rivers (id INTEGER PRIMARY KEY, property_0 TEXT, property_1 TEXT); INSERT INTO rivers VALUES (1, 'a', 'Nile');";
    let gpkg = "CREATE TABLE gpkg_data_columns (table_name TEXT, column_name TEXT, name TEXT, title TEXT, description TEXT);
        INSERT INTO gpkg_data_columns VALUES ('rivers', 'property_1', 'Name', 'Name', 'name of the river'), ('lakes', 'property_0', 'x', 'x', 'x'),
        ('RIVERS', 'ID', NULL, 'id', '')";
    assert_eq!(called(&format!("{rivers}{gpkg}")), ["", "", "Name|name of the river"]);
    let codebook = "CREATE TABLE codebook (variable TEXT, label TEXT);
        INSERT INTO codebook VALUES ('id', 'Number'), ('property_0', 'Rank'), ('property_1', 'River')";
    assert_eq!(called(&format!("{rivers}{codebook}")), ["Number", "Rank", "River"]);
    let other = "CREATE TABLE setting (field TEXT, label TEXT); INSERT INTO setting VALUES ('id', 'Number'), ('a', 'A'), ('b', 'B')";
    assert_eq!(called(&format!("{rivers}{other}")), ["", "", ""]);
}

#[test]
fn numerators_are_told_with_their_denominators() {
    let schema = schema_of(|connection| {
        connection
            .execute_batch(
                "CREATE TABLE splits (value_num BIGINT, value_denom BIGINT, page_num INTEGER, ZDURATIONVALUE INTEGER, ZDURATIONTIMESCALE INTEGER);
                 INSERT INTO splits VALUES (1050, 100, 3, 900, 600), (99, 100, 4, 30, 600)",
            )
            .unwrap();
    });
    let told: Vec<Option<String>> = schema.tables[0].columns.iter().map(|column| column.meaning.prefix()).collect();
    assert_eq!(told, [Some("over value_denom".into()), None, None, Some("over ZDURATIONTIMESCALE".into()), None]);
}

/// Birthdays before 1970; a unit that two readings leave open, beside a column that says which; one value in every row.
#[test]
fn what_stands_beside_and_before_tells_the_unit() {
    let schema = schema_of(|connection| {
        connection
            .execute_batch(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, birthday INTEGER, born_days INTEGER, born INTEGER, created INTEGER, updated REAL, closed_at INTEGER,
                 balance_change INTEGER);
                 CREATE TABLE alone (id INTEGER PRIMARY KEY, updated REAL)",
            )
            .unwrap();
        for row in 0..60i64 {
            let (day, at) = (row * 331 - 7_000, 1_678_000_000 + row * 900_000);
            let updated = at as f64 - 978_307_200.0 + 0.25;
            let values =
                format!("{row}, {}, {day}, {}, {at}, {updated}, 1700000000, {}", day * 86_400, 1950 + row, (row - 30) * 100_000_000);
            connection.execute(&format!("INSERT INTO t VALUES ({values})"), []).unwrap();
            connection.execute(&format!("INSERT INTO alone VALUES ({row}, {updated})"), []).unwrap();
        }
    });
    let units = |table: &str, column: &str| {
        schema.table(table).unwrap().column(column).unwrap().meaning.times().map(|times| times.units.clone()).unwrap_or_default()
    };
    assert_eq!(units("t", "birthday"), [TimeUnit::UnixSeconds]);
    assert_eq!(units("t", "born_days"), [TimeUnit::UnixDays]);
    assert_eq!(units("t", "born"), []);
    assert_eq!(units("t", "balance_change"), []);
    assert_eq!(units("t", "updated"), [TimeUnit::AppleSeconds]);
    assert_eq!(units("alone", "updated"), [TimeUnit::AppleSeconds, TimeUnit::UnixSeconds]);
    let closed = schema.table("t").unwrap().column("closed_at").unwrap();
    assert_eq!(closed.meaning, Meaning::Plain);
    assert_eq!(closed.perhaps.as_ref().map(|times| times.unit()), Some(TimeUnit::UnixSeconds));
    assert!(schema.table("t").unwrap().column("born").unwrap().perhaps.is_none());
}

#[test]
fn the_smallest_integer_is_no_value() {
    let schema = schema_of(|connection| {
        connection.execute_batch("CREATE TABLE t (outage BIGINT)").unwrap();
        for value in [i64::MIN, 180_000_000_000, 600_000_000_000, i64::MIN] {
            connection.execute("INSERT INTO t VALUES (?)", [value]).unwrap();
        }
    });
    let column = &schema.tables[0].columns[0];
    assert_eq!((column.samples.as_slice(), column.has_null), (["180000000000..600000000000".to_owned()].as_slice(), true));
}
