//! What a date asked of a number becomes.

use super::*;
use crate::schema::{Column, Holds, Meaning, Table, TimeUnit};
use crate::sql::change::ChangeKind;

fn schema() -> Schema {
    let times = |unit: TimeUnit, mixed: bool| {
        Meaning::Time(Times { units: vec![unit], mixed, first: "2024-01-01".into(), last: "2026-02-19".into() })
    };
    let column = |name: &str, meaning: Meaning| Column { name: name.into(), meaning, ..Column::default() };
    let columns = vec![
        column("id", Meaning::Plain),
        column("title", Meaning::Plain),
        column("createdAt", times(TimeUnit::UnixMillis, false)),
        column("unix", times(TimeUnit::UnixSeconds, false)),
        column("webkit", times(TimeUnit::WebKitMicros, false)),
        column("cocoa", times(TimeUnit::AppleSeconds, false)),
        column("jd", times(TimeUnit::JulianDays, false)),
        column("ymd", times(TimeUnit::YearMonthDay, false)),
        column("ole", times(TimeUnit::OleDays, false)),
        column("knex", times(TimeUnit::UnixMillis, true)),
        column("day", Meaning::Plain),
        Column { samples: vec!["2023-01-05 10:00:00..2024-02-01 09:00:00".into()], holds: Holds::Texts, ..column("at", Meaning::Plain) },
    ];
    Schema { tables: vec![Table { name: "visit".into(), columns, ..Table::default() }] }
}

#[track_caller]
fn check(from: &str, expected: &str) {
    let schema = schema();
    let sql = |rest: &str| format!("SELECT id FROM visit AS v WHERE {rest}");
    let (now, changes) = mend(&sql(from), &schema);
    assert_eq!(now, sql(expected));
    assert_eq!(changes.is_empty(), from == expected, "{changes:?}");
    assert!(changes.iter().all(|change| change.kind == ChangeKind::Date));
    assert_eq!(mend(&now, &schema).0, now, "once is enough");
}

#[track_caller]
fn stays(sql: &str) {
    check(sql, sql);
}

#[test]
fn a_date_function_is_given_what_it_reads() {
    check("date(createdAt) = '2024-01-05'", "date(createdAt / 1000, 'unixepoch') = '2024-01-05'");
    check("strftime('%Y', v.webkit) = '2024'", "strftime('%Y', v.webkit / 1000000 - 11644473600, 'unixepoch') = '2024'");
    check("date(unix, 'start of month') > '2024'", "date(unix, 'unixepoch', 'start of month') > '2024'");
    check("julianday('now') - julianday(cocoa) < 7", "julianday('now') - julianday(cocoa + 978307200, 'unixepoch') < 7");
    check("date(max(createdAt)) > '2024'", "date(max(createdAt) / 1000, 'unixepoch') > '2024'");
    check("strftime('%m', ymd) = '03'", "strftime('%m', printf('%04d-%02d-%02d', ymd / 10000, ymd / 100 % 100, ymd % 100)) = '03'");
    check("date(ole) > '2024'", "date(ole + 2415018.5) > '2024'");
    stays("date(jd) > '2024'");
    stays("date(day) > '2024'");
}

#[test]
fn a_wrong_scale_is_put_right_and_a_right_one_stays() {
    check("date(createdAt, 'unixepoch') > '2024'", "date(createdAt / 1000, 'unixepoch') > '2024'");
    check("date(createdAt / 1000) > '2024'", "date(createdAt / 1000, 'unixepoch') > '2024'");
    check("date(webkit / 1000000, 'unixepoch') > '2024'", "date(webkit / 1000000 - 11644473600, 'unixepoch') > '2024'");
    check("date(unix / 1000, 'unixepoch', 'localtime') > '2024'", "date(unix, 'unixepoch', 'localtime') > '2024'");
    check("date(jd, 'unixepoch') > '2024'", "date(jd) > '2024'");
    stays("date(createdAt / 1000, 'unixepoch') > '2024'");
    stays("date(createdAt / 1000.0, 'unixepoch') > '2024'");
    stays("date((createdAt / (1000)), 'unixepoch') > '2024'");
    stays("date(webkit / 1000000 - 11644473600, 'unixepoch') > '2024'");
    stays("date((webkit - 11644473600000000) / 1000000, 'unixepoch') > '2024'");
    stays("date(CAST(createdAt AS REAL) / 1000, 'unixepoch') > '2024'");
    stays("date(createdAt / 86400000.0 + 2440587.5) > '2024'");
    stays("date(ole + 2415018.5) > '2024'");
    stays("datetime(unix, 'auto') > '2024'");
    stays("date(cocoa + 978307200, 'unixepoch') > '2024'");
}

#[test]
fn what_is_compared_with_a_date_becomes_one() {
    check("createdAt >= '2024-01-01'", "date(createdAt / 1000, 'unixepoch') >= '2024-01-01'");
    check("'2024-01-01' < v.createdAt", "'2024-01-01' < date(v.createdAt / 1000, 'unixepoch')");
    check("unix = '2024-03'", "strftime('%Y-%m', unix, 'unixepoch') = '2024-03'");
    check("unix = '2024'", "strftime('%Y', unix, 'unixepoch') = '2024'");
    check("unix > 2020", "CAST(strftime('%Y', unix, 'unixepoch') AS INTEGER) > 2020");
    check("createdAt < '2024-01-01T10:00:00Z'", "datetime(createdAt / 1000, 'unixepoch') < '2024-01-01 10:00:00'");
    check("createdAt > date('now', '-7 days')", "date(createdAt / 1000, 'unixepoch') > date('now', '-7 days')");
    check("createdAt > datetime('now')", "datetime(createdAt / 1000, 'unixepoch') > datetime('now')");
    check("createdAt > unixepoch('now')", "unixepoch(createdAt / 1000, 'unixepoch') > unixepoch('now')");
    check("createdAt > strftime('%s', 'now') - 86400", "unixepoch(createdAt / 1000, 'unixepoch') > strftime('%s', 'now') - 86400");
    check("createdAt > 1704067200", "unixepoch(createdAt / 1000, 'unixepoch') > 1704067200");
    check("createdAt > CURRENT_DATE", "date(createdAt / 1000, 'unixepoch') > CURRENT_DATE");
    check(
        "createdAt BETWEEN '2024-01-01' AND '2024-12-31' AND id = 3",
        "date(createdAt / 1000, 'unixepoch') BETWEEN '2024-01-01' AND '2024-12-31' AND id = 3",
    );
    check("createdAt LIKE '2018%'", "datetime(createdAt / 1000, 'unixepoch') LIKE '2018%'");
    check("createdAt NOT LIKE '%-05-%'", "datetime(createdAt / 1000, 'unixepoch') NOT LIKE '%-05-%'");
    check("createdAt IN ('2024-01-01', '2024-01-02')", "date(createdAt / 1000, 'unixepoch') IN ('2024-01-01', '2024-01-02')");
    check("substr(createdAt, 1, 4) = '2024'", "substr(datetime(createdAt / 1000, 'unixepoch'), 1, 4) = '2024'");
    check(
        "(SELECT max(createdAt) AS last FROM visit) > 0 AND createdAt > (date('now'))",
        "(SELECT max(createdAt) AS last FROM visit) > 0 AND date(createdAt / 1000, 'unixepoch') > (date('now'))",
    );
}

#[test]
fn a_difference_with_a_date_is_one_of_days() {
    check("julianday('now') - createdAt > 30", "julianday('now') - julianday(createdAt / 1000, 'unixepoch') > 30");
    check("date('now') - createdAt > 30", "julianday(date('now')) - julianday(createdAt / 1000, 'unixepoch') > 30");
    check("unixepoch() - createdAt > 30", "unixepoch() - unixepoch(createdAt / 1000, 'unixepoch') > 30");
    check("createdAt - cocoa > 30", "julianday(createdAt / 1000, 'unixepoch') - julianday(cocoa + 978307200, 'unixepoch') > 30");
    stays("unixepoch() - unix > 30");
    stays("createdAt - createdAt > 30");
}

#[test]
fn a_column_of_numbers_and_texts_is_both() {
    check("knex >= '2024-01-01'", "CASE typeof(knex) WHEN 'text' THEN date(knex) ELSE date(knex / 1000, 'unixepoch') END >= '2024-01-01'");
    check(
        "date(knex) = '2024-01-01'",
        "CASE typeof(knex) WHEN 'text' THEN date(knex) ELSE date(knex / 1000, 'unixepoch') END = '2024-01-01'",
    );
}

#[test]
fn what_is_no_date_stays() {
    for sql in [
        "createdAt > 1704067200000",
        "createdAt = id",
        "createdAt IS NULL",
        "unix > 1704067200",
        "unix > strftime('%s', 'now') - 86400",
        "title LIKE '2018%'",
        "title >= '2024-01-01'",
        "title = 'createdAt'",
        "createdAt IN (SELECT createdAt FROM visit)",
        "ymd > 20240101",
        "ymd LIKE '2024%'",
        "day > '2024-01-01'",
    ] {
        stays(sql);
    }
}

/// What a query is mended to gives what the date means, whatever the unit: asked of SQLite by `db`'s tests.
#[test]
fn subqueries_and_expressions_hand_on_what_they_count() {
    let schema = schema();
    let (sql, _) = mend("WITH d AS (SELECT title, createdAt FROM visit) SELECT date(createdAt) FROM d", &schema);
    assert_eq!(sql, "WITH d AS (SELECT title, createdAt FROM visit) SELECT date(createdAt / 1000, 'unixepoch') FROM d");
    let (sql, _) = mend("SELECT strftime('%Y', createdAt) AS y, count(*) FROM visit GROUP BY strftime('%Y', createdAt)", &schema);
    assert_eq!(sql.matches("createdAt / 1000, 'unixepoch'").count(), 2);
}

#[test]
fn a_text_with_a_time_of_day_is_compared_as_a_day() {
    check("at = '2023-05-01'", "date(at) = '2023-05-01'");
    check("v.at <= '2023-12-31'", "date(v.at) <= '2023-12-31'");
    check("at BETWEEN '2023-01-01' AND '2023-12-31'", "date(at) BETWEEN '2023-01-01' AND '2023-12-31'");
    check("at >= '2023-01-01' AND at < '2023-12-31'", "at >= '2023-01-01' AND at < '2024-01-01'");
    check("at >= '2024-02-01' AND at < '2024-02-29'", "at >= '2024-02-01' AND at < '2024-03-01'");
    check(
        "createdAt >= '2023-01-01' AND createdAt < '2023-12-31'",
        "date(createdAt / 1000, 'unixepoch') >= '2023-01-01' AND date(createdAt / 1000, 'unixepoch') < '2024-01-01'",
    );
    check("createdAt > 20230217", "CAST(strftime('%Y%m%d', createdAt / 1000, 'unixepoch') AS INTEGER) > 20230217");
    stays("createdAt > 20231317");
    stays("at >= '2023-01-01' AND at < '2024-01-01'");
    stays("at < '2023-12-31'");
    stays("at >= '2023-05-01'");
    stays("at = '2023-05-01 10:00:00'");
    stays("day = '2023-05-01'");
}
