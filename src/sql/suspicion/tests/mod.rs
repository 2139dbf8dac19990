//! What is suspicious, and what only looks so.

mod alarms;
mod calm;
mod day;
mod kept;
mod meant;
mod real;
mod unasked;

use super::*;
use crate::sql::mend::tests::shop;
use SuspicionKind::*;

#[track_caller]
fn check(sql: &str, question: Option<&str>, expected: &[SuspicionKind]) {
    let mut schema = shop();
    for table in &mut schema.tables {
        for column in &mut table.columns {
            column.declared_type = if column.name.ends_with("id") || column.name == "quantity" { "INTEGER" } else { "TEXT" }.into();
        }
    }
    let found: Vec<SuspicionKind> =
        suspicions(sql, &schema, question.map(Asked::alone)).into_iter().map(|suspicion| suspicion.kind).collect();
    assert_eq!(found, expected, "{sql}");
}

#[test]
fn slips_are_suspected() {
    check("SELECT name FROM customer WHERE id IN (SELECT id FROM orders WHERE city = 'x')", None, &[AccidentalCorrelation]);
    check("SELECT c.name FROM customer c JOIN orders o ON o.customer_id = c.id", None, &[IdleJoin]);
    check("SELECT c.name FROM customer c, orders o WHERE o.status = 'x'", None, &[Cartesian]);
    check("SELECT c.name, o.status FROM customer c JOIN orders o ON o.id = c.id", None, &[OddJoin]);
    check("SELECT c.name FROM customer c JOIN maker m ON m.id = c.city WHERE m.name = 'x'", None, &[UnlikeTypes]);
    check("SELECT name FROM customer ORDER BY count(*) DESC LIMIT 1", None, &[AggregateOrder]);
    check("SELECT name, count(*) FROM customer", None, &[BareBesideAggregate]);
    check("SELECT name FROM customer HAVING count(*) > 1", None, &[HavingWithoutGroup]);
    check("SELECT name FROM customer ORDER BY id DESC LIMIT 1", None, &[LimitOnKey]);
    check("SELECT name FROM customer WHERE city = NULL", None, &[ComparedWithNull]);
    check("SELECT name FROM customer WHERE city = 'a' AND city = 'b'", None, &[AlwaysFalse]);
    check("SELECT quantity FROM line WHERE quantity > 5 AND quantity < 3", None, &[AlwaysFalse]);
    check("SELECT quantity FROM line WHERE quantity BETWEEN 5 AND 3", None, &[AlwaysFalse]);
    check("SELECT name FROM customer LIMIT 1", Some("Which customer has the most orders?"), &[LimitWithoutOrder]);
    check("SELECT c.name, m.country FROM customer c JOIN maker m ON m.id = c.id", None, &[OddJoin]);
    check("SELECT name FROM customer WHERE city IN ('a', 'b')", Some("Who lives in both a and b?"), &[EitherForBoth]);
    check("SELECT name FROM customer WHERE city = 'a' OR city = 'b'", Some("Who lives in both a and b?"), &[EitherForBoth]);
    check("SELECT name FROM customer", Some("Which customers have not ordered?"), &[NothingExcluded]);
    check("SELECT name FROM customer ORDER BY age LIMIT 1", Some("Who is the oldest customer?"), &[OtherEnd]);
    check("SELECT status FROM orders ORDER BY total DESC LIMIT 1", Some("the order with the lowest total"), &[OtherEnd]);
    check("SELECT name FROM customer WHERE name LIKE '%m%'", Some("whose name is ending with m"), &[FoundAnywhere]);
    check("SELECT id, count(*) FROM customer GROUP BY id", None, &[GroupOfOne]);
    check("SELECT count(city) FROM customer", Some("How many different cities are there?"), &[CountsRows]);
    check("SELECT name, city, name FROM customer", None, &[ShownTwice]);
}

#[test]
fn what_the_question_says_and_the_query_does_not_is_suspected() {
    let union = "SELECT city FROM customer WHERE name = 'a' UNION SELECT city FROM customer WHERE name = 'b'";
    check(union, Some("cities with a customer a and a customer b"), &[EitherForBoth]);
    check("SELECT name FROM customer ORDER BY age DESC", Some("Who is the oldest customer?"), &[NoEnd]);
    check("SELECT name, age FROM customer", Some("Which customer has the highest age?"), &[NoEnd]);
    check("SELECT name FROM customer ORDER BY age DESC", Some("names ordered by age"), &[OtherDirection]);
    check("SELECT name FROM customer ORDER BY age", Some("names sorted by age in descending order"), &[OtherDirection]);
    check("SELECT count(*) FROM customer GROUP BY city", Some("How many customers has each city?"), &[GroupNotShown]);
    check("SELECT name FROM customer WHERE city = 'Bonn' AND street = 'Bonn'", Some("customers in Bonn"), &[SameValueTwice]);
    check("SELECT status FROM orders WHERE customer_id = 17", Some("the orders of Ann"), &[StrangeNumber]);
    check("SELECT city FROM customer GROUP BY city HAVING count(*) > 5", Some("cities with many customers"), &[StrangeNumber]);
    check("SELECT name FROM customer ORDER BY age DESC LIMIT 5", Some("the customers of the highest age"), &[StrangeNumber]);
    check("SELECT name FROM customer WHERE city <> 'Bonn'", Some("Who has no order from Bonn?"), &[OthersForNone]);
    check("SELECT city FROM customer WHERE name <> 'Ann'", Some("Which cities were never chosen by Ann?"), &[OthersForNone]);
    check("SELECT city FROM customer WHERE name <> 'Ann'", Some("cities of customers who never were called Ann"), &[]);
    check("SELECT name FROM customer WHERE city <> 'Bonn'", Some("Who never lived in Bonn?"), &[]);
}

#[test]
fn what_the_question_says_is_done() {
    let union = "SELECT city FROM customer WHERE name = 'a' UNION SELECT city FROM customer WHERE name = 'b'";
    check(union, Some("cities with a customer a or b, and no others"), &[]);
    check("SELECT name FROM customer UNION SELECT name FROM maker", Some("the names of customers and makers"), &[]);
    check("SELECT name FROM customer ORDER BY age DESC", Some("names ordered from the oldest"), &[]);
    check("SELECT max(age) FROM customer", Some("the highest age"), &[]);
    check("SELECT name FROM customer ORDER BY age DESC LIMIT 3", Some("the three customers of the highest age"), &[]);
    check("SELECT name FROM customer WHERE age >= 18", Some("customers of at least 18"), &[]);
    check("SELECT name FROM customer WHERE age > 17", Some("customers of at least eighteen, 18"), &[]);
    check("SELECT name FROM customer WHERE highest = 1", Some("Which customer is highest?"), &[]);
    check("SELECT name FROM customer WHERE (SELECT max(age) FROM customer) = age", Some("the highest age"), &[]);
    check("SELECT city, count(*) FROM customer GROUP BY city", Some("How many customers has each city?"), &[]);
    check("SELECT name FROM customer ORDER BY age", Some("names ordered by age"), &[]);
    check("SELECT name FROM customer WHERE city = 'x' AND street = 'X'", Some("those in the city x and the street x"), &[]);
    check("SELECT status FROM orders WHERE total > 5000000", Some("orders over 5 million"), &[]);
    check("SELECT name FROM customer WHERE city <> 'Bonn'", Some("Who does not live in Bonn?"), &[]);
    check("SELECT name FROM customer WHERE active = 'No'", Some("Who is not active?"), &[]);
}

#[test]
fn a_follow_up_takes_numbers_from_before() {
    let asked = |before| Some(Asked { question: "and their cities?", before });
    let found = |before| suspicions("SELECT city FROM customer WHERE age > 40", &shop(), asked(before));
    assert_eq!(found("SELECT name FROM customer WHERE age > 40"), []);
    assert_eq!(found("SELECT name FROM customer").len(), 1);
}

#[test]
fn what_is_sound_is_not() {
    for sql in [
        "SELECT name FROM customer WHERE EXISTS (SELECT 1 FROM orders WHERE customer_id = customer.id)",
        "SELECT c.name, count(*) FROM customer c JOIN orders o ON o.customer_id = c.id GROUP BY c.id ORDER BY count(*) DESC LIMIT 1",
        "SELECT c.name FROM customer c JOIN orders o ON o.customer_id = c.id JOIN line l ON l.order_id = o.id WHERE l.quantity > 2",
        "SELECT name, max(city) FROM customer",
        "SELECT c.name FROM customer c, orders o WHERE o.customer_id = c.id AND o.status = 'x'",
        "SELECT a.name FROM maker a JOIN maker b ON a.country = b.country AND a.id < b.id",
        "SELECT quantity FROM line WHERE quantity > 3 AND quantity < 5 AND price = 'x' OR price = 'y'",
        "SELECT name FROM customer LIMIT 1",
    ] {
        check(sql, None, &[]);
    }
    check("SELECT count(DISTINCT city) FROM customer", Some("How many different cities are there?"), &[]);
    check("SELECT name FROM customer ORDER BY age DESC LIMIT 1", Some("Who is the oldest customer?"), &[]);
    check("SELECT name FROM customer ORDER BY birth LIMIT 1", Some("Who is the oldest customer?"), &[]);
    check("SELECT name FROM customer ORDER BY rank LIMIT 1", Some("Who has the highest rank?"), &[]);
    check("SELECT name FROM customer WHERE name LIKE 'm%'", Some("whose name begins with m"), &[]);
    check("SELECT city, count(*) FROM customer GROUP BY city", None, &[]);
    check("SELECT name FROM customer ORDER BY city DESC LIMIT 1", Some("the first customer by city, highest"), &[]);
}

#[test]
fn what_is_computed_from_documents_codes_and_numerators_is_suspected() {
    use crate::schema::{Column, Json, Meaning, Schema, Table, TimeUnit, Times};
    let column = |name: &str, meaning| Column { name: name.into(), declared_type: "INTEGER".into(), meaning, ..Column::default() };
    let json = Json { paths: vec!["$.city".into(), "$.age".into()] };
    let columns = vec![
        column("id", Meaning::Plain),
        column("meta", Meaning::Json(json)),
        column("zip", Meaning::Plain),
        column("shopId", Meaning::Plain),
        column("order_status", Meaning::Plain),
        column("value_num", Meaning::Numerator { over: "value_denom".into() }),
        column("value_denom", Meaning::Plain),
        column("price", Meaning::Plain),
        column(
            "made",
            Meaning::Time(Times {
                units: vec![TimeUnit::UnixSeconds],
                mixed: false,
                never: false,
                first: String::new(),
                last: String::new(),
            }),
        ),
    ];
    let table = Table { name: "sale".into(), columns, primary_key: vec!["id".into()], ..Table::default() };
    let schema = Schema { tables: vec![table] };
    let found = |rest: &str, question: &str| {
        let found = suspicions(&format!("SELECT {rest}"), &schema, Some(Asked::alone(question)));
        found.into_iter().map(|suspicion| (suspicion.kind, suspicion.sentence)).collect::<Vec<_>>()
    };
    let documents = |sentence: &str| vec![(OverDocuments, sentence.to_owned())];
    assert_eq!(
        found("avg(meta) FROM sale", "average age"),
        documents("meta holds JSON documents, and avg takes each as a whole; $.age is in them")
    );
    assert_eq!(found("avg(s.meta) FROM sale s", ""), documents("meta holds JSON documents, and avg takes each as a whole"));
    assert_eq!(found("price FROM sale WHERE meta > 5", "over 5")[0].0, OverDocuments);
    assert_eq!(
        found("price FROM sale WHERE meta = 'Paris'", "city Paris")[0].1,
        "meta holds JSON documents, and is compared as a whole with 'Paris'; $.city is in them"
    );
    assert_eq!(found("meta ->> 'salary' FROM sale", "")[0].0, UnknownPath);
    for code in ["zip", "shopId", "order_status", "id"] {
        assert_eq!(found(&format!("avg({code}) FROM sale"), "")[0].0, OverCodes, "{code}");
    }
    assert_eq!(found("sum(value_num) FROM sale", "")[0].0, OverNumerators);
    assert_eq!(found("sum(made) FROM sale", "")[0].0, OverCodes);
    for right in [
        "avg(price) FROM sale",
        "max(zip) FROM sale",
        "sum(1.0 * value_num / value_denom) FROM sale",
        "sum(value_num) * 1.0 / max(value_denom) FROM sale",
        "avg(meta ->> 'age') FROM sale",
        "count(meta), count(zip) FROM sale",
        "price FROM sale WHERE json_extract(meta, '$.age') > 5 OR meta LIKE '%Paris%' OR meta IS NULL OR meta = '{}'",
    ] {
        assert_eq!(found(right, "5"), [], "{right}");
    }
}
