//! Wrong queries that were once believed, and the right ones beside them.

use crate::schema::{Column, ForeignKey, Holds, Table};
use crate::sql::suspicion::*;
use SuspicionKind::*;

/// Customers, their orders and what is in them, with countries that have a capital.
pub(super) fn sales() -> Schema {
    let column = |(name, declared, sample): &(&str, &str, &str)| Column {
        name: (*name).into(),
        declared_type: (*declared).into(),
        holds: if *declared == "TEXT" { Holds::Texts } else { Holds::Numbers },
        samples: vec![(*sample).into()],
        ..Column::default()
    };
    let table = |name: &str, columns: &[(&str, &str, &str)], keys: &[(&str, &str, &str)]| Table {
        name: name.into(),
        columns: columns.iter().map(column).collect(),
        primary_key: vec![columns[0].0.into()],
        foreign_keys: keys.iter().map(|(own, table, foreign)| ForeignKey::declared(own, table, foreign)).collect(),
        ..Table::default()
    };
    let mut schema = Schema {
        tables: vec![
            table(
                "customer",
                &[
                    ("id", "INTEGER", "1..9"),
                    ("name", "TEXT", "Ann"),
                    ("city", "TEXT", "Bonn"),
                    ("age", "INTEGER", "18..80"),
                    ("referred_by", "INTEGER", "1..9"),
                ],
                &[],
            ),
            table(
                "orders",
                &[
                    ("id", "INTEGER", "1..9"),
                    ("customer_id", "INTEGER", "1..9"),
                    ("placed_on", "TEXT", "2020-01-05..2024-02-01"),
                    ("status", "TEXT", "paid"),
                    ("total", "INTEGER", "1..900"),
                    ("weight", "INTEGER", "1..900"),
                    ("surcharge", "INTEGER", "1..90"),
                    ("year", "INTEGER", "2019..2024"),
                ],
                &[("customer_id", "customer", "id")],
            ),
            table(
                "item",
                &[
                    ("id", "INTEGER", "1..9"),
                    ("order_id", "INTEGER", "1..9"),
                    ("product_id", "INTEGER", "1..9"),
                    ("price", "REAL", "0.5..9.5"),
                ],
                &[("order_id", "orders", "id"), ("product_id", "product", "id")],
            ),
            table("product", &[("id", "INTEGER", "1..9"), ("title", "TEXT", "Lamp")], &[]),
            table(
                "country",
                &[("code", "TEXT", "FRA"), ("name", "TEXT", "France"), ("capital", "INTEGER", "1..99")],
                &[("capital", "town", "id")],
            ),
            table("town", &[("id", "INTEGER", "1..99"), ("name", "TEXT", "Paris"), ("people", "INTEGER", "1..9000")], &[]),
            table(
                "language",
                &[
                    ("country_code", "TEXT", "FRA"),
                    ("language", "TEXT", "French"),
                    ("IsOfficial", "TEXT", "T"),
                    ("share", "REAL", "0.1..99.9"),
                ],
                &[("country_code", "country", "code")],
            ),
        ],
    };
    schema.tables[6].columns[2].samples.push("F".into());
    schema.tables[6].primary_key.push("language".into());
    schema.tables[0].columns[4].has_null = true;
    schema
}

#[track_caller]
pub(super) fn check(question: &str, sql: &str, expected: &[SuspicionKind]) {
    let found: Vec<SuspicionKind> = suspicions(sql, &sales(), Some(Asked::alone(question))).into_iter().map(|one| one.kind).collect();
    assert_eq!(found, expected, "{question}\n{sql}");
}

#[test]
fn keys_of_different_things_are_not_equal() {
    for sql in [
        "SELECT o.status FROM orders o JOIN product p ON p.id = o.customer_id WHERE p.title = 'Lamp'",
        "SELECT o.status FROM orders o, product p WHERE p.id = o.customer_id AND p.title = 'Lamp'",
        "SELECT status FROM orders WHERE customer_id IN (SELECT id FROM product WHERE title = 'Lamp')",
        "SELECT status FROM orders WHERE customer_id = (SELECT id FROM product WHERE title = 'Lamp')",
    ] {
        check("orders of Lamp", sql, &[MixedKeys]);
    }
    let sentence = suspicions("SELECT o.status FROM orders o, product p WHERE p.id = o.customer_id", &sales(), None).remove(0).sentence;
    assert_eq!(sentence, "product.id and orders.customer_id (a customer) name different things, and they are equated");
    for right in [
        "SELECT o.status FROM orders o JOIN customer c ON c.id = o.customer_id WHERE c.name = 'Ann'",
        "SELECT i.price FROM item i JOIN orders o ON o.id = i.order_id JOIN customer c ON c.id = o.customer_id WHERE c.name = 'Ann'",
        "SELECT status FROM orders WHERE customer_id IN (SELECT id FROM customer WHERE name = 'Ann')",
        "SELECT a.name FROM customer a JOIN customer b ON b.id = a.referred_by WHERE b.name = 'Ann'",
    ] {
        check("of Ann", right, &[]);
    }
}

#[test]
fn a_key_is_no_name() {
    check("What is the capital of France?", "SELECT capital FROM country WHERE name = 'France'", &[OnlyKey]);
    check("Who placed the largest order?", "SELECT customer_id FROM orders ORDER BY total DESC LIMIT 1", &[OnlyKey]);
    check(
        "Which product was sold most?",
        "SELECT product_id, count(*) FROM item GROUP BY product_id ORDER BY count(*) DESC LIMIT 1",
        &[OnlyKey],
    );
    check("What is the id of the capital of France?", "SELECT capital FROM country WHERE name = 'France'", &[]);
    check("Give the product numbers that were sold.", "SELECT DISTINCT product_id FROM item", &[]);
    check("What is the capital of France?", "SELECT t.name FROM country c JOIN town t ON t.id = c.capital WHERE c.name = 'France'", &[]);
    check("Which years had orders?", "SELECT DISTINCT year FROM orders", &[]);
}

#[test]
fn one_of_all_is_not_one_of_each() {
    let one = "SELECT city, name FROM customer ORDER BY age DESC LIMIT 1";
    for question in [
        "For each city, who is the oldest customer?",
        "the oldest customer in each city",
        "the oldest customer of each city",
        "for every city the oldest",
    ] {
        check(question, one, &[OneOfAll]);
    }
    check("Which customer is the oldest?", one, &[]);
    check("the city with the most customers per capita", "SELECT city FROM customer GROUP BY city ORDER BY count(*) DESC LIMIT 1", &[]);
}

#[test]
fn a_year_begins_and_ends_where_it_does() {
    let with = |condition: &str| format!("SELECT status FROM orders WHERE {condition}");
    for (question, wrong) in [
        ("orders placed after 2022", "placed_on > '2022-01-01'"),
        ("orders placed after 2022", "placed_on >= '2022-01-01'"),
        ("orders placed after 2022", "placed_on > '2022'"),
        ("orders placed later than 2022", "strftime('%Y', placed_on) >= '2022'"),
        ("orders after the year 2022", "year >= 2022"),
        ("orders after March 2022", "placed_on > '2022-03-01'"),
        ("orders since 2022", "placed_on > '2022-12-31'"),
        ("orders since 2022", "year > 2022"),
        ("orders before 2022", "placed_on < '2022-12-31'"),
        ("orders before 2022", "year <= 2022"),
        ("orders in 2022", "placed_on >= '2022-01-01'"),
        ("orders in 2022", "year >= 2022"),
    ] {
        check(question, &with(wrong), &[OtherPeriod]);
    }
    for (question, right) in [
        ("orders placed after 2022", "placed_on > '2022-12-31'"),
        ("orders placed after 2022", "placed_on >= '2023-01-01'"),
        ("orders placed after 2022", "strftime('%Y', placed_on) > '2022'"),
        ("orders after 2022", "year > 2022"),
        ("orders after 2022", "year >= 2023"),
        ("orders after March 2022", "placed_on >= '2022-04-01'"),
        ("orders after March 3, 2022", "placed_on > '2022-03-03'"),
        ("orders after 2022-01-01", "placed_on > '2022-01-01'"),
        ("orders since 2022", "placed_on >= '2022-01-01'"),
        ("orders since 2022", "year >= 2022"),
        ("orders before 2022", "placed_on < '2022-01-01'"),
        ("orders before 2022", "year < 2022"),
        ("orders in or after 2022", "placed_on >= '2022-01-01'"),
        ("orders in 2022", "placed_on >= '2022-01-01' AND placed_on < '2023-01-01'"),
        ("orders in 2022", "placed_on BETWEEN '2022-01-01' AND '2022-12-31'"),
        ("orders in 2022", "strftime('%Y', placed_on) = '2022'"),
        ("orders in 2022", "year = 2022"),
    ] {
        check(question, &with(right), &[]);
    }
}

#[test]
fn whole_numbers_lose_what_is_behind_the_point() {
    for wrong in [
        "SELECT sum(total) / count(*) FROM orders",
        "SELECT 100 * sum(status = 'paid') / count(*) FROM orders",
        "SELECT count(*) / (SELECT count(*) FROM customer) FROM orders",
        "SELECT sum(CASE WHEN status = 'paid' THEN 1 ELSE 0 END) * 100 / count(*) FROM orders",
        "SELECT total / weight FROM orders",
        "SELECT total / 2 FROM orders",
    ] {
        check("share of paid orders, 100, 2", wrong, &[WholeDivision]);
    }
    for right in [
        "SELECT sum(total) * 1.0 / count(*) FROM orders",
        "SELECT 100.0 * sum(status = 'paid') / count(*) FROM orders",
        "SELECT CAST(count(*) AS REAL) / (SELECT count(*) FROM customer) FROM orders",
        "SELECT avg(total) / 2 FROM orders",
        "SELECT sum(price) / count(*) FROM item",
        "SELECT year / 10 * 10, count(*) FROM orders GROUP BY year / 10 * 10",
        "SELECT date(total / 1000, 'unixepoch') FROM orders",
        "SELECT CAST(total / 2 AS INTEGER) FROM orders",
    ] {
        check("share of paid orders, 100, 2", right, &[]);
    }
    check("orders per decade", "SELECT year / 10 FROM orders", &[]);
    check("percentage of orders by status", "SELECT status, 100.0 * count(*) / count(*) FROM orders GROUP BY status", &[ShareOfItself]);
}

#[test]
fn joins_multiply() {
    check("total of orders with items", "SELECT sum(o.total) FROM orders o JOIN item i ON i.order_id = o.id", &[IdleJoin, MultipliedSum]);
    check(
        "total by city of orders with a price over 5",
        "SELECT c.city, sum(o.total) FROM customer c JOIN orders o ON o.customer_id = c.id JOIN item i ON i.order_id = o.id WHERE i.price > 5 GROUP BY c.city",
        &[MultipliedSum],
    );
    check(
        "How many customers have orders over 5?",
        "SELECT count(*) FROM customer c JOIN orders o ON o.customer_id = c.id WHERE o.total > 5",
        &[MultipliedCount],
    );
    check("total of all items", "SELECT sum(o.total) FROM orders o JOIN item i ON i.order_id = o.id", &[]);
    for right in [
        "SELECT sum(i.price) FROM orders o JOIN item i ON i.order_id = o.id WHERE o.status = 'paid'",
        "SELECT c.city, sum(o.total) FROM customer c JOIN orders o ON o.customer_id = c.id GROUP BY c.city",
        "SELECT p.title, sum(o.total) FROM orders o JOIN item i ON i.order_id = o.id JOIN product p ON p.id = i.product_id GROUP BY p.id",
        "SELECT sum(o.total) FROM orders o JOIN item i ON i.order_id = o.id WHERE i.product_id = 5",
        "SELECT max(o.total) FROM orders o JOIN item i ON i.order_id = o.id WHERE i.price > 5",
    ] {
        check("total of what was paid, over 5", right, &[]);
    }
    let distinct = "SELECT count(DISTINCT c.id) FROM customer c JOIN orders o ON o.customer_id = c.id WHERE o.total > 5";
    check("How many customers have orders over 5?", distinct, &[]);
    check("How many orders has Ann?", "SELECT count(*) FROM customer c JOIN orders o ON o.customer_id = c.id WHERE c.name = 'Ann'", &[]);
}

#[test]
fn made_up_rows_averages_and_nulls() {
    let left =
        |counted: &str| format!("SELECT c.name, count({counted}) FROM customer c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id");
    check("orders of each customer", &left("*"), &[MadeUpRow]);
    check("orders of each customer", &left("c.id"), &[IdleJoin, MadeUpRow]);
    check("orders of each customer", &left("o.id"), &[]);
    let averages = "SELECT avg(a) FROM (SELECT avg(total) AS a FROM orders GROUP BY customer_id)";
    check("the average order", averages, &[AverageOfAverages]);
    check("the average of the average orders", averages, &[]);
    check("the average number of orders", "SELECT avg(n) FROM (SELECT count(*) AS n FROM orders GROUP BY customer_id)", &[]);
    let not_in = |rest: &str| format!("SELECT name FROM customer WHERE id NOT IN (SELECT referred_by FROM customer{rest})");
    check("Who has not referred anybody?", &not_in(""), &[NotInNull]);
    check("Who has not referred anybody?", &not_in(" WHERE referred_by IS NOT NULL"), &[]);
    check("Who has not ordered?", "SELECT name FROM customer WHERE id NOT IN (SELECT customer_id FROM orders)", &[]);
}

#[test]
fn a_word_that_names_a_column_is_used() {
    let of = |rest: &str| format!("SELECT language FROM language WHERE country_code = 'FRA'{rest}");
    check("official languages of FRA", &of(""), &[UnusedFlag]);
    check("official languages of FRA", &of(" AND IsOfficial = 'T'"), &[]);
    check("languages of FRA", &of(""), &[]);
    check("What is the maximum surcharge of all orders?", "SELECT max(total) FROM orders", &[UnusedColumn, OtherMeasure]);
    check("What is the maximum surcharge of all orders?", "SELECT max(surcharge) FROM orders", &[]);
    // A word that stands for many things names no column for certain, but where a measure is asked for.
    check("What is the maximum weight of all orders?", "SELECT max(total) FROM orders", &[OtherMeasure]);
    check("How many customers weigh more?", "SELECT count(*) FROM customer", &[]);
    check("How many official languages does FRA have?", "SELECT count(language) FROM language WHERE country_code = 'FRA'", &[UnusedFlag]);
}

#[test]
fn what_nobody_asked_for_is_not_taken() {
    check("How many orders are there?", "SELECT count(*) FROM orders WHERE status = 'cancelled'", &[UnaskedValue]);
    check("names of customers", "SELECT name FROM customer WHERE city = 'Bonn am Rhein'", &[UnaskedValue]);
    check("How many orders were cancelled?", "SELECT count(*) FROM orders WHERE status = 'cancelled'", &[]);
    check("cancellations", "SELECT count(*) FROM orders WHERE status = 'cancelled'", &[]);
    check("customers of LA", "SELECT name FROM customer WHERE city = 'Los Angeles'", &[]);
    check("customers in Germany", "SELECT name FROM customer WHERE city = 'DEU'", &[]);
    let before = Asked { question: "and how many are there?", before: "cancelled orders" };
    assert_eq!(suspicions("SELECT count(*) FROM orders WHERE status = 'cancelled'", &sales(), Some(before)), []);
}

#[test]
fn numbers_are_summed_and_rows_counted() {
    let mut schema = sales();
    schema.tables[1].columns[4].name = "likes".into();
    let kinds = |question, sql: &str| -> Vec<SuspicionKind> {
        suspicions(sql, &schema, Some(Asked::alone(question))).into_iter().map(|one| one.kind).collect()
    };
    let of_likes =
        |aggregate: &str| format!("SELECT customer_id, {aggregate} FROM orders GROUP BY customer_id ORDER BY {aggregate} DESC LIMIT 1");
    assert!(kinds("Which customer got the most likes?", &of_likes("count(likes)")).contains(&CountsQuantity));
    assert!(!kinds("Which customer got the most likes?", &of_likes("sum(likes)")).contains(&CountsQuantity));
    assert!(!kinds("Which customer got the most orders?", &of_likes("count(*)")).contains(&CountsQuantity));
}

#[test]
fn a_group_has_no_row_of_its_own() {
    check("the weight of each status", "SELECT status, weight FROM orders GROUP BY status", &[AnyOfAGroup]);
    check("the weight of each status", "SELECT status, max(weight) FROM orders GROUP BY status", &[]);
    check("each status", "SELECT status FROM orders GROUP BY status", &[]);
    check("each order", "SELECT id, weight FROM orders GROUP BY id", &[]);
}

#[test]
fn which_is_not_answered_by_yes_or_no_nor_both_by_one() {
    check("Which languages are official?", "SELECT IsOfficial FROM language", &[OnlyFlags]);
    check("Which languages are official?", "SELECT language FROM language WHERE IsOfficial = 'T'", &[]);
    let one = "SELECT avg(share) FROM language WHERE IsOfficial = 'T'";
    check("the average share of official and of non-official languages", one, &[OneOfBoth]);
    check("the average share of official languages", one, &[]);
}
