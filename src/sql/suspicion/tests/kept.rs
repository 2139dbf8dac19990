//! Units and yes or no in the names of columns, later places of an order, ends of years, and the right queries beside them.

use super::calm::check;
use crate::schema::{Column, Holds, Meaning, Numerals, Table};
use crate::sql::suspicion::*;
use SuspicionKind::*;

/// Products with what their columns' names say that they keep.
fn goods() -> Schema {
    let column = |(name, sample): (&str, &str)| Column {
        name: name.into(),
        declared_type: "INTEGER".into(),
        holds: Holds::Numbers,
        samples: vec![sample.into()],
        ..Column::default()
    };
    let columns = [
        ("id", "1..9"),
        ("weight_g", "2..90000"),
        ("length_mm", "1..900"),
        ("play_seconds", "3..9000"),
        ("net_grams", "2..9000"),
        ("is_active", "0..1"),
        ("birth_month", "1..12"),
        ("price_usd", "2..900"),
        ("weekday", "1..7"),
        ("status", "0..3"),
        ("built", "1890..2019"),
    ];
    let name = Column {
        name: "name".into(),
        declared_type: "TEXT".into(),
        holds: Holds::Texts,
        samples: vec!["Desk".into()],
        ..Column::default()
    };
    let table = Table {
        name: "product".into(),
        columns: columns.into_iter().map(column).chain([name]).collect(),
        primary_key: vec!["id".into()],
        ..Table::default()
    };
    Schema { tables: vec![table] }
}

#[track_caller]
fn of_goods(question: &str, rest: &str, expected: &[SuspicionKind]) {
    let found = suspicions(&format!("SELECT name FROM product {rest}"), &goods(), Some(Asked::alone(question)));
    assert_eq!(found.iter().map(|suspicion| suspicion.kind).collect::<Vec<_>>(), expected, "{question} {rest} {found:?}");
}

#[test]
fn years_are_no_ages() {
    of_goods("Products older than 10", "WHERE built > 10", &[OtherUnit]);
    of_goods("Products of after 2010", "WHERE built > 2010", &[]);
}

#[test]
fn numbers_that_no_row_has_are_said() {
    of_goods("Products sold on a Sunday", "WHERE weekday = 0", &[Unexplained]);
    of_goods("Products sold on a Sunday", "WHERE weekday = 7", &[]);
    of_goods("Products that are closed", "WHERE status = 5", &[StrangeNumber, Unexplained]);
    of_goods("Products of status 5", "WHERE status = 5", &[]);
    of_goods("Products that have no play time", "WHERE play_seconds = 0", &[]);
    of_goods("Products that are active", "WHERE is_active = 1", &[]);
}

#[test]
fn amounts_of_several_kinds_are_not_put_together() {
    #[track_caller]
    fn check(sql: &str, expected: &[SuspicionKind]) {
        let column = |name: &str, holds, samples: &[&str]| Column {
            name: name.into(),
            holds,
            samples: samples.iter().map(|sample| (*sample).to_owned()).collect(),
            ..Column::default()
        };
        let columns = vec![
            column("amount", Holds::Numbers, &["1..900"]),
            column("weeks", Holds::Numbers, &["1..9"]),
            column("currency", Holds::Texts, &["EUR", "USD"]),
            column("type", Holds::Texts, &["in", "out"]),
        ];
        let schema = Schema { tables: vec![Table { name: "payment".into(), columns, ..Table::default() }] };
        let found = suspicions(sql, &schema, None);
        assert_eq!(found.iter().map(|suspicion| suspicion.kind).collect::<Vec<_>>(), expected, "{sql} {found:?}");
    }
    check("SELECT SUM(amount) FROM payment", &[OtherUnit]);
    check("SELECT AVG(p.amount * 2) FROM payment p", &[OtherUnit]);
    check("SELECT currency, SUM(amount) FROM payment GROUP BY currency", &[]);
    check("SELECT SUM(amount) FROM payment WHERE currency = 'EUR'", &[]);
    check("SELECT MAX(amount), SUM(weeks) FROM payment", &[]);
    check("SELECT type, SUM(amount) FROM payment GROUP BY type", &[]);
}

#[test]
fn what_is_spent_may_be_below_nothing() {
    #[track_caller]
    fn check(question: &str, sql: &str, expected: &[SuspicionKind]) {
        let column = |name: &str, holds, meaning, samples: &[&str]| Column {
            name: name.into(),
            holds,
            meaning,
            samples: samples.iter().map(|sample| (*sample).to_owned()).collect(),
            ..Column::default()
        };
        let columns = vec![
            column("amount", Holds::Numbers, Meaning::Plain, &["-900..3100.5"]),
            column("text", Holds::Texts, Meaning::Number(Numerals::default()), &["-950.00", "3,120.50"]),
            column("price", Holds::Numbers, Meaning::Plain, &["1..90"]),
            column("category", Holds::Texts, Meaning::Plain, &["rent", "food"]),
        ];
        let schema = Schema { tables: vec![Table { name: "entry".into(), columns, ..Table::default() }] };
        let found = suspicions(sql, &schema, Some(Asked::alone(question)));
        assert_eq!(found.iter().map(|suspicion| suspicion.kind).collect::<Vec<_>>(), expected, "{sql} {found:?}");
    }
    let most = "Which category did I spend the most on?";
    let by = |term: &str| format!("SELECT category FROM entry GROUP BY category ORDER BY {term} LIMIT 1");
    check(most, &by("SUM(amount) DESC"), &[OtherEnd]);
    check(most, &by("SUM(CAST(replace(text, ',', '') AS REAL)) DESC"), &[OtherEnd]);
    check("What was my largest expense?", "SELECT MAX(amount) FROM entry", &[OtherEnd]);
    for right in ["SUM(-amount) DESC", "SUM(abs(amount)) DESC", "SUM(price) DESC"] {
        check(most, &by(right), &[]);
    }
    check("What was my largest income?", "SELECT MAX(amount) FROM entry", &[]);
    check(most, "SELECT category FROM entry WHERE amount < 0 GROUP BY category ORDER BY SUM(amount) DESC LIMIT 1", &[]);
}

#[test]
fn currencies_are_not_mixed_up() {
    of_goods("Products that cost more than 10 euros", "WHERE price_usd > 10", &[OtherUnit]);
    of_goods("Products in the order of their price in yen", "ORDER BY price_usd", &[OtherUnit]);
    of_goods("Products that cost more than 10 dollars", "WHERE price_usd > 10", &[]);
    of_goods("Products that cost more than 10", "WHERE price_usd > 10", &[]);
}

#[test]
fn units_in_names_are_not_mixed_up() {
    of_goods("Products heavier than 5 kg", "WHERE weight_g > 5", &[OtherUnit]);
    of_goods("Products of at most 2 metres", "WHERE length_mm <= 2", &[OtherUnit]);
    of_goods("Products that play longer than 6 minutes", "WHERE play_seconds > 6", &[OtherUnit]);
    of_goods("Products heavier than 5 kg", "WHERE net_grams > 5", &[OtherUnit]);
    of_goods("Products lighter than 2.5kg", "WHERE weight_g < 2.5", &[OtherUnit]);
    of_goods("Products heavier than 5 kg", "WHERE weight_g > 5000", &[]);
    of_goods("Products heavier than 5 grams", "WHERE weight_g > 5", &[]);
    of_goods("Products that play longer than 6 seconds", "WHERE play_seconds > 6", &[]);
    of_goods("Products born in month 5", "WHERE birth_month = 5", &[]);
}

#[test]
fn an_opposite_in_one_word_is_seen() {
    of_goods("Inactive products", "WHERE is_active = 1", &[NothingExcluded]);
    of_goods("Inactive products", "WHERE is_active = 0", &[]);
    of_goods("Active products", "WHERE is_active = 1", &[]);
}

#[test]
fn more_ends_and_later_places() {
    of_goods("The lightest product", "ORDER BY weight_g DESC LIMIT 1", &[OtherEnd]);
    of_goods("The lightest product", "ORDER BY weight_g LIMIT 1", &[]);
    of_goods("The second heaviest product", "ORDER BY weight_g DESC LIMIT 1", &[OtherEnd]);
    of_goods("The second heaviest product", "ORDER BY weight_g DESC LIMIT 1 OFFSET 1", &[]);
    of_goods("The second heaviest product", "ORDER BY weight_g DESC LIMIT 1, 1", &[]);
}

#[test]
fn a_year_ends_where_it_ends() {
    let sql = |rest: &str| format!("SELECT id FROM orders WHERE placed_on {rest}");
    check("orders in 2023", &sql("BETWEEN '2023-01-01' AND '2024-12-31'"), &[OtherPeriod]);
    check("orders in March 2023", &sql(">= '2023-03-01' AND placed_on < '2023-05-01'"), &[OtherPeriod]);
    check("orders in 2023", &sql("BETWEEN '2023-01-01' AND '2023-12-31'"), &[]);
    check("orders in 2023", &sql(">= '2023-01-01' AND placed_on < '2024-01-01'"), &[]);
    check("orders in December 2023", &sql(">= '2023-12-01' AND placed_on < '2024-01-01'"), &[]);
}

#[test]
fn the_country_of_a_nation_is_asked_for() {
    check("Swiss customers", "SELECT name FROM customer WHERE city = 'Switzerland'", &[]);
    check("Swiss customers", "SELECT name FROM customer WHERE city = 'Denmark'", &[UnaskedValue]);
}

#[test]
fn texts_that_are_no_numbers_are_not_added_up() {
    check("Total city of the customers", "SELECT sum(city) FROM customer", &[TextAgainstNumber]);
    check("Total age of the customers", "SELECT sum(age) FROM customer", &[]);
}
