//! Outlines, edits, and what is lost.

use super::*;
use crate::schema::{Schema, Table};

fn schema() -> Schema {
    let table = Table::named;
    Schema {
        tables: vec![table("customer", &["id", "name", "country", "city"]), table("orders", &["id", "customer_id", "total", "status"])],
    }
}

#[track_caller]
fn check(sql: &str, edits: &[Edit], expected: &str) {
    assert_eq!(apply(sql, edits).as_deref(), Some(expected), "{sql}");
}

#[test]
fn an_outline_says_what_a_query_does() {
    let schema = schema();
    let sql = "SELECT c.country, COUNT(*) AS n FROM customer AS c JOIN orders o ON o.customer_id = c.id \
               WHERE c.country = 'Spain' AND o.total > 10 AND (o.status = 'x' OR c.city = 'y') GROUP BY 1 HAVING COUNT(*) > 2 ORDER BY n DESC LIMIT 3";
    let outline = Outline::of(sql, &schema).unwrap();
    assert_eq!(outline.seats.len(), 2);
    assert_eq!(outline.conditions.len(), 3);
    assert_eq!(outline.conditions[0].test, Test::Equal(vec!["Spain".into()]));
    assert_eq!(outline.conditions[1].test, Test::Compared(">".into(), "10".into()));
    assert_eq!((outline.conditions[2].test.clone(), outline.conditions[2].inside.len()), (Test::Other, 2));
    assert_eq!(outline.groups[0].column.as_ref().map(|place| place.column.as_str()), Some("country"));
    assert_eq!((outline.order[0].term.aggregate.as_deref(), outline.order[0].descending), (Some("count"), true));
    assert_eq!((outline.limit, outline.having.len()), (Some(3), 1));
    for other in ["SELECT 1", "SELECT id FROM orders UNION SELECT id FROM customer", "WITH a AS (SELECT 1 AS x) SELECT x FROM a", "nothing"]
    {
        assert_eq!(Outline::of(other, &schema), None, "{other}");
    }
}

#[test]
fn edits_change_what_they_name() {
    let sql = "SELECT name FROM customer WHERE country = 'Spain' OR city = 'x' ORDER BY name LIMIT 5";
    check(
        sql,
        &[Edit::Demand("id > 3".into())],
        "SELECT name FROM customer WHERE (country = 'Spain' OR city = 'x') AND id > 3 ORDER BY name LIMIT 5",
    );
    let sql = "SELECT name FROM customer WHERE country = 'Spain' AND city = 'x'";
    check(sql, &[Edit::Redemand(0, Some("country = 'Italy'".into()))], "SELECT name FROM customer WHERE country = 'Italy' AND city = 'x'");
    check(sql, &[Edit::Redemand(0, None), Edit::Redemand(1, None)], "SELECT name FROM customer");
    check(
        sql,
        &[Edit::ShowToo(vec!["city".into()]), Edit::Sort(vec![("city".into(), true)]), Edit::Limit(Some(2), 2)],
        "SELECT name, city FROM customer WHERE country = 'Spain' AND city = 'x' ORDER BY city DESC LIMIT 2 OFFSET 2",
    );
    check("SELECT DISTINCT city FROM customer", &[Edit::CountRows], "SELECT COUNT(*) FROM (SELECT DISTINCT city FROM customer)");
    check(
        "SELECT orders.id FROM orders",
        &[Edit::Join { table: "customer".into(), on: "customer.id = orders.customer_id".into(), may_lack: true }],
        "SELECT orders.id FROM orders LEFT JOIN customer ON customer.id = orders.customer_id",
    );
    check(
        "SELECT COUNT(*) FROM orders",
        &[Edit::Show(vec!["status".into(), "COUNT(*)".into()]), Edit::Group(vec!["status".into()])],
        "SELECT status, COUNT(*) FROM orders GROUP BY status",
    );
    for bad in [Edit::Demand("1 = 1; DROP TABLE x".into()), Edit::Demand("(".into()), Edit::Redemand(7, None)] {
        assert_eq!(apply(sql, &[bad]), None);
    }
}

#[test]
fn bare_columns_get_their_table() {
    let schema = schema();
    let qualified = |sql: &str| qualified(sql, &schema).unwrap();
    assert_eq!(
        qualified("SELECT name, count(*) AS n FROM customer WHERE city = 'x' ORDER BY n"),
        "SELECT customer.name, count(*) AS n FROM customer WHERE customer.city = 'x' ORDER BY n"
    );
    assert_eq!(qualified("SELECT * FROM orders o"), "SELECT o.* FROM orders o");
}

#[test]
fn what_is_lost_is_told() {
    let schema = schema();
    let told = |previous: &str, sql: &str, question: &str| {
        lost(previous, sql, &schema, question).iter().map(Lost::sentence).collect::<Vec<_>>().join("; ")
    };
    let spanish = "SELECT name FROM customer WHERE country = 'Spain'";
    assert_eq!(
        told(spanish, "SELECT name FROM customer ORDER BY name", "sort by name"),
        "the condition country = 'Spain' of the previous answer is gone"
    );
    assert_eq!(told(spanish, "SELECT name FROM customer WHERE country = 'Italy'", "and Italy?"), "");
    assert_eq!(told(spanish, "SELECT name FROM customer", "remove that filter"), "");
    assert_eq!(told(spanish, "SELECT COUNT(*) FROM (SELECT name FROM customer WHERE country = 'Spain')", "how many is that"), "");
    assert_eq!(
        told("SELECT status, COUNT(*) FROM orders GROUP BY status", "SELECT COUNT(*) FROM orders WHERE total > 3", "only over 3"),
        "the previous answer was grouped by status, and this one is not"
    );
    assert_eq!(
        told("SELECT name FROM customer", "SELECT id FROM orders", "newest first"),
        "the previous answer was about customer, and this one is not"
    );
    assert_eq!(told("SELECT name FROM customer", "SELECT id FROM orders", "and their orders"), "");
}
