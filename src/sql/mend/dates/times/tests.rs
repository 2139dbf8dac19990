//! What a date asked of a number becomes.

use super::*;
use crate::schema::{Column, Holds, Meaning, Table, TimeUnit};
use crate::sql::change::ChangeKind;

fn schema() -> Schema {
    let times = |unit: TimeUnit, mixed: bool| {
        Meaning::Time(Times { units: vec![unit], mixed, never: false, first: "2024-01-01".into(), last: "2026-02-19".into() })
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
        Column { perhaps: times(TimeUnit::UnixSeconds, false).times().cloned(), ..column("odd", Meaning::Plain) },
        Column { samples: vec!["2023-01".into(), "2024-02".into()], holds: Holds::Texts, ..column("month", Meaning::Plain) },
        Column { samples: vec!["2023".into(), "2024".into()], holds: Holds::Texts, ..column("yr", Meaning::Plain) },
        Column { samples: vec!["2023-01-05..2024-02-01".into()], holds: Holds::Texts, ..column("iso", Meaning::Plain) },
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
    check(
        "timestampdiff('day', unix, createdAt) > 3",
        "timestampdiff('day', datetime(unix, 'unixepoch'), datetime(createdAt / 1000, 'unixepoch')) > 3",
    );
    stays("timestampdiff('day', at, iso) > 3");
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

#[test]
fn a_moment_that_is_computed_with_is_compared_in_its_unit() {
    for right in [
        "createdAt >= strftime('%s', '2024-01-01') * 1000",
        "createdAt >= 1000 * unixepoch('2024-01-01')",
        "createdAt >= unixepoch('2024-01-01') * 1000 AND createdAt < unixepoch('2024-02-01') * 1000",
        "createdAt >= CAST(strftime('%s', '2024-01-01') AS INTEGER) * 1000",
        "createdAt >= (unixepoch('now') - 7 * 86400) * 1000",
        "createdAt BETWEEN unixepoch('2024-01-01') * 1000 AND unixepoch('2024-02-01') * 1000",
        "createdAt > (julianday('2024-01-01') - 2440587.5) * 86400000",
        "cocoa > strftime('%s', '2024-01-01') - 978307200",
        "webkit > (unixepoch('2024-01-01') + 11644473600) * 1000000",
        "jd > julianday('now') - 30",
        "ole > julianday('2024-01-01') - 2415018.5",
        "(strftime('%s', 'now') - createdAt / 1000) / 86400 > 7",
        "unixepoch('now') * 1000 - createdAt > 7",
    ] {
        stays(right);
    }
    check("createdAt > unixepoch('now') - 7 * 86400", "unixepoch(createdAt / 1000, 'unixepoch') > unixepoch('now') - 7 * 86400");
    check("unix > unixepoch('2024-01-01') * 1000", "unixepoch(unix, 'unixepoch') * 1000 > unixepoch('2024-01-01') * 1000");
    check("createdAt > julianday('now') - 7", "julianday(createdAt / 1000, 'unixepoch') > julianday('now') - 7");
}

#[test]
fn a_number_of_another_unit_is_met_in_that() {
    check("unix >= 1704067200000", "unixepoch(unix, 'unixepoch') * 1000 >= 1704067200000");
    check("cocoa >= 1704067200", "unixepoch(cocoa + 978307200, 'unixepoch') >= 1704067200");
    check("webkit >= 1704067200000000", "unixepoch(webkit / 1000000 - 11644473600, 'unixepoch') * 1000000 >= 1704067200000000");
    check(
        "webkit BETWEEN 1704067200 AND 1706745600",
        "unixepoch(webkit / 1000000 - 11644473600, 'unixepoch') BETWEEN 1704067200 AND 1706745600",
    );
    for right in ["webkit >= 13348540800000000", "cocoa > 725760000", "ole > 45292", "jd > 2460310.5", "ymd < 20250000", "createdAt > 0"] {
        stays(right);
    }
}

#[test]
fn digits_are_cut_where_their_parts_stand() {
    for right in
        ["substr(ymd, 1, 4) = '2024'", "substr(ymd, 5, 2) = '01'", "substr(ymd, -2) = '31'", "substr(CAST(ymd AS TEXT), 5, 2) = '01'"]
    {
        stays(right);
    }
    check("substr(ymd, 6, 2) = '01'", "substr(datetime(printf('%04d-%02d-%02d', ymd / 10000, ymd / 100 % 100, ymd % 100)), 6, 2) = '01'");
    let day = |name: &str| format!("julianday(printf('%04d-%02d-%02d', {name} / 10000, {name} / 100 % 100, {name} % 100))");
    check("max(ymd) - min(ymd) > 7", &format!("{} - {} > 7", day("max(ymd)"), day("min(ymd)")));
}

#[test]
fn other_spellings_of_a_day_are_days() {
    check("createdAt >= '2024-1-5'", "date(createdAt / 1000, 'unixepoch') >= '2024-01-05'");
    check("createdAt >= '2024/01/05'", "date(createdAt / 1000, 'unixepoch') >= '2024-01-05'");
    check("createdAt >= '20240105'", "strftime('%Y%m%d', createdAt / 1000, 'unixepoch') >= '20240105'");
    stays("createdAt >= '01/05/2024'");
    stays("cocoa >= '20240105'");
}

#[test]
fn two_columns_are_compared_in_one_unit() {
    check("unix = createdAt", "unix = unixepoch(createdAt / 1000, 'unixepoch')");
    check("cocoa > v.createdAt", "unixepoch(cocoa + 978307200, 'unixepoch') > unixepoch(v.createdAt / 1000, 'unixepoch')");
    check("createdAt >= iso", "date(createdAt / 1000, 'unixepoch') >= iso");
    check("createdAt < at", "datetime(createdAt / 1000, 'unixepoch') < at");
    check(
        "knex < createdAt",
        "CASE typeof(knex) WHEN 'text' THEN datetime(knex) ELSE datetime(knex / 1000, 'unixepoch') END < datetime(createdAt / 1000, 'unixepoch')",
    );
    stays("createdAt < v.createdAt");
}

#[test]
fn numbers_among_texts_are_ordered_by_the_moment() {
    let moment = "CASE typeof(knex) WHEN 'text' THEN datetime(knex) ELSE datetime(knex / 1000, 'unixepoch') END";
    check("id > 0 ORDER BY knex DESC, id", &format!("id > 0 ORDER BY {moment} DESC, id"));
    check("id > 0 ORDER BY id, knex", &format!("id > 0 ORDER BY id, {moment}"));
    check("id = (SELECT max(knex) FROM visit)", &format!("id = (SELECT max({moment}) FROM visit)"));
    stays("id > 0 ORDER BY createdAt");
    stays("id > 0 GROUP BY knex");
}

#[test]
fn a_date_that_is_asked_of_a_number_says_what_it_counts() {
    check("odd >= '2024-01-01'", "date(odd, 'unixepoch') >= '2024-01-01'");
    check("strftime('%Y', odd) = '2024'", "strftime('%Y', odd, 'unixepoch') = '2024'");
    stays("odd > 5");
}

#[test]
fn a_result_column_counts_what_it_is_of() {
    let schema = schema();
    let (sql, _) = mend("SELECT title, max(createdAt) AS latest FROM visit GROUP BY title HAVING latest < '2024-10-01'", &schema);
    assert!(sql.ends_with("HAVING date(latest / 1000, 'unixepoch') < '2024-10-01'"), "{sql}");
    for right in [
        "SELECT title, max(createdAt) / 1000 AS latest FROM visit GROUP BY title HAVING latest < 5",
        "SELECT title, date(createdAt / 1000, 'unixepoch') AS latest FROM visit WHERE latest < '2024-10-01'",
        "SELECT title, id + createdAt AS latest FROM visit WHERE latest < '2024-10-01'",
    ] {
        assert_eq!(mend(right, &schema).0, right);
    }
}

#[test]
fn months_and_years_as_text_are_days_to_a_date() {
    check("month >= '2024-01-01'", "month || '-01' >= '2024-01-01'");
    check("v.month BETWEEN '2024-01-01' AND '2024-03-31'", "v.month || '-01' BETWEEN '2024-01-01' AND '2024-03-31'");
    check("strftime('%Y', month) = '2024'", "strftime('%Y', month || '-01') = '2024'");
    check("yr > date('now', '-2 years')", "yr || '-01-01' > date('now', '-2 years')");
    check("strftime('%Y', yr) = '2024'", "strftime('%Y', yr || '-01-01') = '2024'");
    for right in ["month >= '2024-01'", "month LIKE '2024%'", "yr = '2024'", "yr = 2024", "substr(month, 1, 4) = '2024'", "yr IS NULL"] {
        stays(right);
    }
}
