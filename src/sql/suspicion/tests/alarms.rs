//! Right queries that were once suspected, each kind in many words.

use super::calm::{check, sales};
use crate::sql::suspicion::*;
use SuspicionKind::*;

/// Nothing speaks against `sql`.
#[track_caller]
fn calm(question: &str, sql: &str) {
    let found = suspicions(sql, &sales(), Some(Asked::alone(question)));
    assert!(found.is_empty(), "{question}\n{sql}\n{found:?}");
}

#[test]
fn an_order_in_words_is_one_in_sql() {
    let falls = "SELECT name, age FROM customer ORDER BY age DESC";
    for question in [
        "customers by age, highest first",
        "List customers, highest age first",
        "customers and their ages from high to low",
        "customers from the highest to the lowest age",
        "all customers, largest age at the top",
        "customers sorted by age in descending order",
        "Show the names, starting with the highest age",
        "customers ranked by age",
        "oldest customers first",
        "customers from oldest to youngest",
        "customers by age, biggest to smallest",
        "names in reverse order of age",
        "customers by decreasing age",
    ] {
        calm(question, falls);
    }
    let rises = "SELECT name, age FROM customer ORDER BY age";
    for question in [
        "customers by age, lowest first",
        "customers, youngest first",
        "from the lowest to the highest age",
        "customers by age, low to high",
    ] {
        calm(question, rises);
    }
    let newest = "SELECT id, placed_on FROM orders ORDER BY placed_on DESC";
    for question in ["orders, newest first", "orders, most recent first", "the latest orders at the top", "orders from newest to oldest"] {
        calm(question, newest);
    }
    calm("orders, oldest first", "SELECT id, placed_on FROM orders ORDER BY placed_on");
    calm("orders in chronological order", "SELECT id, placed_on FROM orders ORDER BY placed_on ASC");
    calm("names from Z to A", "SELECT name FROM customer ORDER BY name DESC");
    calm(
        "customers with their number of orders, most first",
        "SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id ORDER BY n DESC",
    );
}

#[test]
fn the_other_order_is_suspected() {
    for (question, sql) in [
        ("customers by age, highest first", "SELECT name, age FROM customer ORDER BY age"),
        ("customers from low to high age", "SELECT name, age FROM customer ORDER BY age DESC"),
        ("orders, newest first", "SELECT id, placed_on FROM orders ORDER BY placed_on"),
        ("orders, oldest first", "SELECT id, placed_on FROM orders ORDER BY placed_on DESC"),
        ("customers, oldest first", "SELECT name, age FROM customer ORDER BY age"),
        ("names from Z to A", "SELECT name FROM customer ORDER BY name"),
    ] {
        check(question, sql, &[OtherDirection]);
    }
}

#[test]
fn numbers_in_other_words_and_units_are_given() {
    let over = |column: &str, number: &str| format!("SELECT id FROM orders WHERE {column} > {number}");
    for (question, number) in [
        ("orders longer than 6 minutes", "360"),
        ("orders longer than six minutes", "360000"),
        ("orders over half an hour", "1800"),
        ("orders over half an hour", "30"),
        ("orders heavier than 2 kilos", "2000"),
        ("orders of more than 2.5 kg", "2500"),
        ("orders of more than a dozen", "12"),
        ("orders of more than two dozen", "24"),
        ("orders with more than 20 percent", "0.2"),
        ("orders with over 15% off", "0.15"),
        ("orders longer than an hour and a half", "90"),
        ("orders over a hundred", "100"),
        ("orders over 1.5k", "1500"),
        ("orders over two hundred and fifty", "250"),
        ("orders over 12 dollars", "1200"),
        ("orders over 5 km", "5000"),
        ("files bigger than 10 MB", "10485760"),
        ("orders older than two weeks", "14"),
        ("orders of the 1990s", "1989"),
    ] {
        calm(question, &over("weight", number));
    }
    check("orders longer than 6 minutes", &over("weight", "700"), &[StrangeNumber]);
    check("heavy orders", &over("weight", "500"), &[StrangeNumber]);
}

#[test]
fn what_has_none_is_found_in_many_ways() {
    let ways = [
        "SELECT name FROM customer WHERE NOT EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = customer.id)",
        "SELECT c.name FROM customer c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.id IS NULL",
        "SELECT name FROM customer WHERE id NOT IN (SELECT customer_id FROM orders)",
        "SELECT name FROM customer EXCEPT SELECT c.name FROM customer c JOIN orders o ON o.customer_id = c.id",
        "SELECT name FROM customer WHERE (SELECT count(*) FROM orders WHERE orders.customer_id = customer.id) = 0",
        "SELECT c.name FROM customer c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id HAVING count(o.id) = 0",
    ];
    for sql in ways {
        for question in [
            "Which customers have never ordered?",
            "customers without orders",
            "customers who have no orders",
            "customers that haven't placed any order",
            "customers who didn't order anything",
            "customers with zero orders",
            "Who has not ordered yet?",
        ] {
            calm(question, sql);
        }
    }
}

#[test]
fn a_not_that_leaves_nothing_out_is_none() {
    calm("customers not older than 30", "SELECT name FROM customer WHERE age <= 30");
    calm("customers no older than 30", "SELECT name FROM customer WHERE age <= 30");
    calm("customers of not less than 18", "SELECT name FROM customer WHERE age >= 18");
    calm("whose age does not exceed 30", "SELECT name FROM customer WHERE age <= 30");
    calm("cities without duplicates", "SELECT DISTINCT city FROM customer");
    calm("Do not repeat cities: where do customers live?", "SELECT city FROM customer GROUP BY city");
    calm("Not only names but cities too", "SELECT name, city FROM customer");
    calm("orders that are not active", "SELECT id FROM orders WHERE status = 'Inactive'");
    calm("orders that are not paid", "SELECT id FROM orders WHERE status = 'unpaid'");
    calm("I don't know who lives in Bonn", "SELECT name FROM customer WHERE city = 'Bonn'");
    calm("Who never lived in Bonn?", "SELECT name FROM customer WHERE city <> 'Bonn'");
}

#[test]
fn what_leaves_out_in_words_is_missed_in_sql() {
    for question in ["customers that haven't ordered", "customers who didn't order", "customers other than Ann", "customers apart from Ann"]
    {
        check(question, "SELECT name FROM customer", &[NothingExcluded]);
    }
    check(
        "customers without orders",
        "SELECT c.name FROM customer c LEFT JOIN orders o ON o.customer_id = c.id",
        &[IdleJoin, NothingExcluded],
    );
}

#[test]
fn plain_counts_and_other_languages_are_left_alone() {
    calm("How many customers are there?", "SELECT count(*) FROM customer");
    calm("Count all orders.", "SELECT count(*) FROM orders");
    calm("number of customers", "SELECT count(*) AS n FROM customer");
    calm("Wie viele Kunden sind über dreißig?", "SELECT count(*) FROM customer WHERE age > 30");
    calm("¿Cuáles son los clientes que tienen más de dieciocho años?", "SELECT name FROM customer WHERE age > 18");
}
