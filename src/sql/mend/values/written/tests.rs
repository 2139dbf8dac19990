//! What becomes of numbers and dates kept as text.

use super::*;
use crate::schema::{DateOrder, Holds, LocalDates, Meaning, Numerals, Table};
use crate::sql::mend::check_mended;

fn schema() -> Schema {
    let column = |name: &str, meaning: Meaning| Column {
        name: name.into(),
        declared_type: "TEXT".into(),
        holds: Holds::Texts,
        meaning,
        ..Column::default()
    };
    let dates = |order, separator, padded, open: &str| {
        let (first, last) = ("2021-11-30".into(), "2024-01-05".into());
        Meaning::LocalDate(LocalDates {
            order,
            separator,
            padded,
            timed: false,
            century: None,
            others: false,
            open: open.into(),
            first,
            last,
        })
    };
    let columns = vec![
        Column { declared_type: "INTEGER".into(), holds: Holds::Numbers, ..column("id", Meaning::Plain) },
        column("name", Meaning::Plain),
        column("pop", Meaning::Number(Numerals::default())),
        column("area", Meaning::Number(Numerals { fractions: true, ..Numerals::default() })),
        column("fee", Meaning::Number(Numerals { before: "$".into(), grouping: vec![','], fractions: true, ..Numerals::default() })),
        column("open", Meaning::Number(Numerals { open: true, fractions: true, ..Numerals::default() })),
        column("joined", dates(DateOrder::DayMonthYear, '/', true, "")),
        column("left_on", dates(DateOrder::MonthDayYear, '/', false, "")),
        column("padded", dates(DateOrder::MonthDayYear, '/', true, "")),
        column("either", dates(DateOrder::MonthDayYear, '/', true, "day or month first")),
    ];
    Schema { tables: vec![Table { name: "member".into(), columns, ..Table::default() }] }
}

#[track_caller]
fn whole(from: &str, expected: &str) {
    let schema = schema();
    check_mended(|sql| mend(sql, &schema), from, expected, "");
}

#[track_caller]
fn check(from: &str, expected: &str) {
    let sql = |rest: &str| format!("SELECT name FROM member AS m {rest}");
    whole(&sql(from), &sql(expected));
}

const FEE: &str = "CAST(replace(replace(fee, '$', ''), ',', '') AS REAL)";
const JOINED: &str = "(substr(joined, 7, 4) || '-' || substr(joined, 4, 2) || '-' || substr(joined, 1, 2))";

#[test]
fn numbers_in_calls_are_no_places_of_columns() {
    // The 1 in `substr(left_on, 1, 2)` was read as the first result column, again and again.
    let day = "(substr(left_on, 7, 4) || '-' || substr(left_on, 1, 2) || '-' || substr(left_on, 4, 2))";
    let sql = "SELECT left_on FROM member ORDER BY left_on DESC LIMIT 1";
    let (now, _) = mend(sql, &schema());
    assert!(now.len() < 400, "{now}");
    whole(
        "SELECT padded FROM member ORDER BY padded DESC LIMIT 1",
        &format!("SELECT padded FROM member ORDER BY {} DESC LIMIT 1", day.replace("left_on", "padded")),
    );
    whole(
        "SELECT padded FROM member ORDER BY name, 1",
        &format!("SELECT padded FROM member ORDER BY name, {}", day.replace("left_on", "padded")),
    );
}

#[test]
fn numbers_are_compared_as_numbers() {
    check("WHERE pop > 100000", "WHERE CAST(pop AS NUMERIC) > 100000");
    check("WHERE 100.5 <= m.area AND id = 3", "WHERE 100.5 <= CAST(m.area AS REAL) AND id = 3");
    check("WHERE pop > '100000'", "WHERE CAST(pop AS NUMERIC) > 100000");
    check("WHERE pop BETWEEN 5 AND 100", "WHERE CAST(pop AS NUMERIC) BETWEEN 5 AND 100");
    check("WHERE pop NOT IN (5, 6)", "WHERE CAST(pop AS NUMERIC) NOT IN (5, 6)");
    check("WHERE area = 9.5", "WHERE CAST(area AS REAL) = 9.5");
    check("WHERE fee > 100", &format!("WHERE {FEE} > 100"));
    check("WHERE fee > '$1,000'", &format!("WHERE {FEE} > 1000"));
    check("WHERE pop > area", "WHERE CAST(pop AS NUMERIC) > CAST(area AS REAL)");
    check("WHERE fee = id", &format!("WHERE {FEE} = id"));
    check("WHERE pop > (SELECT avg(pop) FROM member)", "WHERE CAST(pop AS NUMERIC) > (SELECT avg(pop) FROM member)");
    check(
        "WHERE fee > (SELECT fee FROM member WHERE name = 'Ann')",
        &format!("WHERE {FEE} > (SELECT {FEE} FROM member WHERE name = 'Ann')"),
    );
}

#[test]
fn numbers_are_ordered_and_added_up() {
    check("ORDER BY pop DESC LIMIT 1", "ORDER BY CAST(pop AS NUMERIC) DESC LIMIT 1");
    check("ORDER BY name, m.pop", "ORDER BY name, CAST(m.pop AS NUMERIC)");
    whole("SELECT max(pop), min(fee) FROM member", &format!("SELECT max(CAST(pop AS NUMERIC)), min({FEE}) FROM member"));
    whole("SELECT sum(fee), avg(pop) FROM member", &format!("SELECT sum({FEE}), avg(pop) FROM member"));
    whole("SELECT name, fee * 2 FROM member", &format!("SELECT name, {FEE} * 2 FROM member"));
    whole("SELECT CAST(fee AS REAL) FROM member", &format!("SELECT {FEE} FROM member"));
    whole("SELECT name, pop AS p FROM member ORDER BY p DESC", "SELECT name, pop AS p FROM member ORDER BY CAST(pop AS NUMERIC) DESC");
    whole("SELECT name, pop FROM member ORDER BY 2 DESC", "SELECT name, pop FROM member ORDER BY CAST(pop AS NUMERIC) DESC");
}

#[test]
fn what_is_right_as_text_stays() {
    for right in [
        "WHERE pop = '99800'",
        "WHERE fee = '$9.50'",
        "WHERE pop LIKE '9%'",
        "WHERE pop IS NULL",
        "WHERE pop = id",
        "WHERE CAST(pop AS INTEGER) > 5",
        "WHERE CAST(replace(fee, '$', '') AS REAL) > 5",
        "WHERE name > 5",
        "GROUP BY pop",
        "ORDER BY name",
        "ORDER BY pop + 0",
        "WHERE pop > 'many'",
        "WHERE joined = '05/01/2024'",
        "WHERE joined LIKE '%/2024'",
        "WHERE substr(joined, 7, 4) = '2024'",
        "WHERE name = '2024-01-01'",
        "WHERE joined IS NOT NULL",
        "GROUP BY joined",
    ] {
        check(right, right);
    }
}

#[test]
fn local_dates_are_read() {
    check("WHERE joined > '2023-01-01'", &format!("WHERE {JOINED} > '2023-01-01'"));
    check("WHERE joined > '01/06/2023'", &format!("WHERE {JOINED} > '2023-06-01'"));
    check("WHERE joined >= '2023'", &format!("WHERE substr({JOINED}, 1, 4) >= '2023'"));
    check("WHERE joined = 2023", &format!("WHERE CAST(substr({JOINED}, 1, 4) AS INTEGER) = 2023"));
    check("WHERE joined BETWEEN '2023-01-01' AND '2023-12-31'", &format!("WHERE {JOINED} BETWEEN '2023-01-01' AND '2023-12-31'"));
    check("WHERE strftime('%Y', joined) = '2023'", &format!("WHERE strftime('%Y', {JOINED}) = '2023'"));
    check("WHERE date(joined) > date('now', '-1 year')", &format!("WHERE date({JOINED}) > date('now', '-1 year')"));
    check("WHERE joined LIKE '2023%'", &format!("WHERE {JOINED} LIKE '2023%'"));
    check("WHERE substr(joined, 1, 4) = '2023'", &format!("WHERE substr({JOINED}, 1, 4) = '2023'"));
    check("ORDER BY joined DESC", &format!("ORDER BY {JOINED} DESC"));
    check("WHERE joined = (SELECT max(joined) FROM member)", &format!("WHERE {JOINED} = (SELECT max({JOINED}) FROM member)"));
    check(
        "ORDER BY left_on",
        "ORDER BY (substr(left_on, -4) || printf('-%02d-%02d', CAST(left_on AS INTEGER), CAST(substr(left_on, instr(left_on, '/') + 1) AS INTEGER)))",
    );
}

#[test]
fn what_is_open_is_asked_and_not_changed() {
    for (sql, name) in [
        ("SELECT name FROM member ORDER BY either", "either"),
        ("SELECT name FROM member WHERE either > '2024-01-01'", "either"),
        ("SELECT max(open) FROM member", "open"),
    ] {
        whole(sql, sql);
        assert_eq!(open_questions(sql, &schema()).first().map(|(name, _)| name.as_str()), Some(name), "{sql}");
    }
    assert_eq!(open_questions("SELECT either, open FROM member WHERE joined > '2024-01-01'", &schema()), []);
}
