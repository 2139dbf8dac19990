//! What is mended, and what is left alone.

use super::*;
use crate::schema::{Column, ForeignKey, KeyOrigin, Table};
use proptest::prelude::*;

fn table(name: &str, columns: &[&str], foreign: &[(&str, &str, &str)]) -> Table {
    Table {
        name: name.into(),
        columns: columns.iter().map(|name| Column { name: (*name).into(), ..Column::default() }).collect(),
        primary_key: columns.first().map(|name| (*name).to_owned()).into_iter().collect(),
        foreign_keys: foreign.iter().map(|(column, table, key)| ForeignKey::declared(column, table, key)).collect(),
        ..Table::default()
    }
}

/// A shop: customers, their orders, the lines of these, products and who makes them.
pub(crate) fn shop() -> Schema {
    Schema {
        tables: vec![
            table("customer", &["id", "name", "city", "birth date"], &[]),
            table("orders", &["id", "customer_id", "placed_on", "status"], &[("customer_id", "customer", "id")]),
            table(
                "line",
                &["order_id", "product_id", "quantity", "price"],
                &[("order_id", "orders", "id"), ("product_id", "product", "id")],
            ),
            table("product", &["id", "product_name", "maker_id", "colour"], &[("maker_id", "maker", "id")]),
            table("maker", &["id", "name", "country"], &[]),
            table("island", &["code", "area"], &[]),
            table("group", &["order", "home-port", "1st mate"], &[]),
        ],
    }
}

#[track_caller]
fn check(sql: &str, expected: &str) {
    let mended = mend(sql, &shop());
    assert_eq!(mended.sql, expected, "{:?}", mended.changes);
    assert!(mended.settled, "{mended:?}");
    assert_eq!(mended.changes.is_empty(), sql == expected, "{:?}", mended.changes);
    let again = mend(expected, &shop());
    assert!(again.changes.is_empty(), "not stable: {again:?}");
}

#[track_caller]
fn stays(sql: &str) {
    let mended = mend(sql, &shop());
    assert_eq!((mended.sql.as_str(), mended.changes.as_slice()), (sql, [].as_slice()));
}

#[test]
fn what_is_right_stays() {
    for sql in [
        "SELECT name FROM customer -- all",
        "SELECT c.name, count(*) AS n FROM customer c JOIN orders o ON o.customer_id = c.id GROUP BY c.id HAVING n > 2 ORDER BY n",
        "SELECT name FROM customer WHERE EXISTS (SELECT 1 FROM orders WHERE customer_id = customer.id AND city = 'x')",
        "WITH big AS (SELECT customer_id AS who, count(*) AS n FROM orders GROUP BY 1) SELECT name FROM big JOIN customer ON id = who WHERE n > 1",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5) SELECT x FROM n",
        "SELECT name FROM (SELECT name, city FROM customer) WHERE city = 'x' UNION SELECT name FROM maker ORDER BY name",
        "SELECT rowid, \"birth date\" FROM main.customer",
        "SELECT value FROM json_each('[1]') AS j, customer WHERE j.key > 0",
        "SELECT name, sql FROM sqlite_schema",
        "SELECT max(quantity) OVER w FROM line WINDOW w AS (PARTITION BY product_id)",
        "SELECT o.id FROM orders o JOIN line l USING (id)",
        "SELECT column1 FROM (VALUES (1), (2))",
    ] {
        stays(sql);
    }
}

#[test]
fn a_join_on_a_column_with_itself_relates_two_tables() {
    check(
        "SELECT c.name FROM customer c JOIN orders o ON o.customer_id = o.customer_id WHERE o.status = 'x'",
        "SELECT c.name FROM customer c JOIN orders o ON c.id = o.customer_id WHERE o.status = 'x'",
    );
    check(
        "SELECT T1.name FROM customer AS T1 JOIN orders AS T2 ON T1.id = T1.id WHERE T2.status = 'x'",
        "SELECT T1.name FROM customer AS T1 JOIN orders AS T2 ON T1.id = T2.customer_id WHERE T2.status = 'x'",
    );
    // Only others relate them.
    check(
        "SELECT product_name, price FROM orders AS o JOIN product AS p ON p.id = p.id",
        "SELECT product_name, price FROM orders AS o JOIN line ON o.id = line.order_id JOIN product AS p ON line.product_id = p.id",
    );
    // No key does.
    check(
        "SELECT c.city FROM customer c JOIN maker m ON m.name = m.name WHERE m.country = 'x'",
        "SELECT c.city FROM customer c JOIN maker m ON c.name = m.name WHERE m.country = 'x'",
    );
    stays("SELECT a.name FROM customer a JOIN customer b ON a.city = b.city WHERE a.id = a.id");
    stays("SELECT c.name FROM customer c JOIN island i ON i.code = i.code");
    stays("SELECT c.name FROM customer c JOIN orders o ON c.id = o.customer_id AND o.status = o.status");
}

#[test]
fn a_join_by_nothing_goes_by_the_key() {
    check(
        "SELECT c.name, count(*) FROM customer c JOIN orders o GROUP BY c.id",
        "SELECT c.name, count(*) FROM customer c JOIN orders o ON c.id = o.customer_id GROUP BY c.id",
    );
    check(
        "SELECT name FROM customer JOIN orders WHERE status = 'x'",
        "SELECT name FROM customer JOIN orders ON customer.id = orders.customer_id WHERE status = 'x'",
    );
    // Only another table relates them.
    check(
        "SELECT o.id FROM orders AS o JOIN product AS p WHERE p.colour = 'x'",
        "SELECT o.id FROM orders AS o JOIN line ON o.id = line.order_id JOIN product AS p ON line.product_id = p.id WHERE p.colour = 'x'",
    );
    stays("SELECT c.name FROM customer c JOIN orders o WHERE o.customer_id = c.id");
    stays("SELECT c.name FROM customer c CROSS JOIN orders o");
    stays("SELECT c.name FROM customer c, orders o");
    stays("SELECT c.name FROM customer c JOIN island i");
    stays("SELECT a.name FROM customer a JOIN customer b");
}

#[test]
fn qualifiers_move_to_the_owner() {
    check(
        "SELECT T2.name FROM customer AS T1 JOIN orders AS T2 ON T2.customer_id = T1.id",
        "SELECT T1.name FROM customer AS T1 JOIN orders AS T2 ON T2.customer_id = T1.id",
    );
    check(
        "SELECT T3.name FROM customer AS T1 JOIN orders AS T2 ON T2.customer_id = T1.id",
        "SELECT T1.name FROM customer AS T1 JOIN orders AS T2 ON T2.customer_id = T1.id",
    );
    check("SELECT customer.name FROM customer AS c", "SELECT c.name FROM customer AS c");
    check("SELECT T1.name FROM customer", "SELECT customer.name FROM customer");
    check("SELECT c.* FROM customer", "SELECT customer.* FROM customer");
    check(
        "SELECT name FROM customer JOIN orders ON customer_id = id",
        "SELECT name FROM customer JOIN orders ON customer_id = customer.id",
    );
    check(
        "SELECT maker.name FROM maker JOIN customer ON 1 ORDER BY name",
        "SELECT maker.name FROM maker JOIN customer ON 1 ORDER BY maker.name",
    );
}

#[test]
fn from_is_made_to_cover_the_columns() {
    check("SELECT city FROM orders", "SELECT city FROM customer");
    check("SELECT T1.city FROM orders AS T1", "SELECT T1.city FROM customer AS T1");
    check("SELECT status, city FROM orders", "SELECT status, city FROM orders JOIN customer ON orders.customer_id = customer.id");
    check(
        "SELECT id, status FROM orders WHERE city = 'x' ORDER BY id",
        "SELECT orders.id, status FROM orders JOIN customer ON orders.customer_id = customer.id WHERE city = 'x' ORDER BY orders.id",
    );
    check(
        "SELECT * FROM orders WHERE city = 'x'",
        "SELECT orders.* FROM orders JOIN customer ON orders.customer_id = customer.id WHERE city = 'x'",
    );
    check(
        "SELECT count(*) FROM orders WHERE city = 'x'",
        "SELECT count(*) FROM orders JOIN customer ON orders.customer_id = customer.id WHERE city = 'x'",
    );
    check(
        "SELECT city, colour FROM customer",
        "SELECT city, colour FROM customer JOIN orders ON customer.id = orders.customer_id JOIN line ON orders.id = line.order_id \
         JOIN product ON line.product_id = product.id",
    );
    check(
        "SELECT T1.status, T2.quantity FROM orders AS T1 JOIN customer AS T2 ON T1.customer_id = T2.id",
        "SELECT T1.status, T3.quantity FROM orders AS T1 JOIN customer AS T2 ON T1.customer_id = T2.id JOIN line AS T3 ON T1.id = T3.order_id",
    );
    check(
        "SELECT customer.name, status FROM orders",
        "SELECT customer.name, status FROM orders JOIN customer ON orders.customer_id = customer.id",
    );
    check(
        "SELECT name FROM customer WHERE id IN (SELECT customer_id FROM orders WHERE quantity > 2)",
        "SELECT name FROM customer WHERE id IN (SELECT customer_id FROM orders JOIN line ON orders.id = line.order_id WHERE quantity > 2)",
    );
}

#[test]
fn the_nearest_name_is_taken() {
    check("SELECT customer_name FROM customer", "SELECT name FROM customer");
    check("SELECT p.name FROM product p", "SELECT p.product_name FROM product p");
    check("SELECT birthdate FROM customer", "SELECT \"birth date\" FROM customer");
    check("SELECT nmae FROM customers", "SELECT name FROM customer");
    check("SELECT customers.city FROM Customers", "SELECT customer.city FROM customer");
    check("SELECT quantities FROM line", "SELECT quantity FROM line");
    check("SELECT name FROM shop.customer", "SELECT name FROM customer");
    check("SELECT area FROM isle", "SELECT area FROM island");
}

#[test]
fn values_and_names_in_double_quotes_are_told_apart() {
    check("SELECT name FROM customer WHERE city = \"Bern\"", "SELECT name FROM customer WHERE city = 'Bern'");
    check("SELECT \"birth_date\" FROM customer", "SELECT \"birth date\" FROM customer");
    check("SELECT name FROM customer WHERE city = Bern", "SELECT name FROM customer WHERE city = 'Bern'");
    check("SELECT \"city\" FROM orders", "SELECT \"city\" FROM customer");
    check("SELECT \"x\", name FROM customer", "SELECT 'x', name FROM customer");
}

#[test]
fn tables_between_are_joined_too() {
    check(
        "SELECT o.status FROM orders o INNER JOIN product p ON o.product_no = p.id WHERE p.colour = 'red'",
        "SELECT o.status FROM orders o JOIN line ON o.id = line.order_id INNER JOIN product p ON line.product_id = p.id WHERE p.colour = 'red'",
    );
}

#[test]
fn what_has_no_counterpart_is_joined_from_the_left() {
    check(
        "SELECT name FROM customer WHERE placed_on IS NULL",
        "SELECT name FROM customer LEFT JOIN orders ON customer.id = orders.customer_id WHERE placed_on IS NULL",
    );
    check(
        "SELECT name FROM customer WHERE orders IS NULL",
        "SELECT name FROM customer LEFT JOIN orders ON customer.id = orders.customer_id WHERE customer_id IS NULL",
    );
}

#[test]
fn what_is_ordered_by_a_count_is_grouped() {
    check(
        "SELECT name FROM customer ORDER BY count(*) DESC LIMIT 1",
        "SELECT name FROM customer JOIN orders ON customer.id = orders.customer_id GROUP BY customer.id ORDER BY count(*) DESC LIMIT 1",
    );
    check(
        "SELECT T1.name FROM customer T1 JOIN orders T2 ON T1.id = T2.customer_id ORDER BY count(*) DESC",
        "SELECT T1.name FROM customer T1 JOIN orders T2 ON T1.id = T2.customer_id GROUP BY T1.name ORDER BY count(*) DESC",
    );
    stays("SELECT count(*) FROM customer ORDER BY count(*)");
}

#[test]
fn an_aggregate_is_of_the_subquery_it_stands_in() {
    check(
        "SELECT city FROM customer WHERE id > (SELECT min(id) FROM line)",
        "SELECT city FROM customer WHERE id > (SELECT min(id) FROM customer)",
    );
}

#[test]
fn columns_asked_of_one_table_stay_together() {
    check(
        "SELECT T1.id, T1.colour FROM line AS T1 JOIN orders AS T2 ON T1.order_id = T2.id",
        "SELECT T3.id, T3.colour FROM line AS T1 JOIN orders AS T2 ON T1.order_id = T2.id JOIN product AS T3 ON T1.product_id = T3.id",
    );
}

#[test]
fn a_table_with_none_of_its_columns_is_another() {
    check(
        "SELECT T2.name FROM customer AS T2 JOIN line AS T1 ON T1.customer_id = T2.id WHERE T1.status = 'x'",
        "SELECT T2.name FROM customer AS T2 JOIN orders AS T1 ON T1.customer_id = T2.id WHERE T1.status = 'x'",
    );
}

#[test]
fn a_join_for_columns_that_are_elsewhere_is_left_out() {
    let sql = "SELECT T2.status FROM orders AS T1 JOIN line AS T2 ON T1.id = T2.order_id JOIN customer AS T3 ON T1.customer_id = T3.id WHERE T3.city = 'x'";
    let with = "SELECT T1.status FROM orders AS T1 JOIN line AS T2 ON T1.id = T2.order_id JOIN customer AS T3 ON T1.customer_id = T3.id WHERE T3.city = 'x'";
    let without = "SELECT T1.status FROM orders AS T1 JOIN customer AS T3 ON T1.customer_id = T3.id WHERE T3.city = 'x'";
    assert_eq!(mend(sql, &shop()).sql, with);
    assert_eq!(mend_for(sql, &shop(), "the status of all orders with lines, of customers in x").sql, with);
    assert_eq!(mend_for(sql, &shop(), "the status of all orders of customers in x").sql, without);
}

#[test]
fn names_that_need_quotes_get_them() {
    check("SELECT birth date FROM customer c ORDER BY c.Birth Date", "SELECT \"birth date\" FROM customer c ORDER BY c.\"birth date\"");
    check("SELECT g.order, home-port FROM group g", "SELECT g.\"order\", \"home-port\" FROM \"group\" g");
    check("SELECT order FROM groups", "SELECT \"order\" FROM \"group\"");
    stays("SELECT city AS birth FROM customer GROUP BY city ORDER BY city");
}

#[test]
fn joins_are_made_on_the_key() {
    check(
        "SELECT o.status FROM orders o JOIN customer c ON o.client_no = c.number WHERE c.city = 'x'",
        "SELECT o.status FROM orders o JOIN customer c ON o.customer_id = c.id WHERE c.city = 'x'",
    );
    check(
        "SELECT T1.name, T2.placed_on FROM customer AS T1 JOIN orders AS T2 ON T1.customer_id = T2.customer_id",
        "SELECT T1.name, T2.placed_on FROM customer AS T1 JOIN orders AS T2 ON T1.id = T2.customer_id",
    );
}

#[test]
fn an_ambiguous_column_is_the_one_meant() {
    check("SELECT name, m.name FROM maker m JOIN customer c ON 1", "SELECT c.name, m.name FROM maker m JOIN customer c ON 1");
    check(
        "SELECT id, count(*) FROM orders o JOIN line l ON l.order_id = o.id JOIN product p ON p.id = l.product_id GROUP BY p.id",
        "SELECT o.id, count(*) FROM orders o JOIN line l ON l.order_id = o.id JOIN product p ON p.id = l.product_id GROUP BY p.id",
    );
}

#[test]
fn forms_that_sqlite_does_not_accept_are_mended() {
    check(
        "(SELECT name FROM customer) UNION (SELECT name FROM maker ORDER BY id LIMIT 1)",
        "SELECT name FROM customer UNION SELECT * FROM (SELECT name FROM maker ORDER BY id LIMIT 1)",
    );
    check(
        "SELECT name FROM customer ORDER BY id LIMIT 1 UNION SELECT name FROM maker",
        "SELECT * FROM (SELECT name FROM customer ORDER BY id LIMIT 1) UNION SELECT name FROM maker",
    );
    check("SELECT city FROM customer GROUP BY city WHERE id > 2", "SELECT city FROM customer WHERE id > 2 GROUP BY city");
    check(
        "SELECT city FROM customer WHERE id BETWEEN 1 AND 5 AND count(*) > 2 GROUP BY city ORDER BY city",
        "SELECT city FROM customer WHERE id BETWEEN 1 AND 5 GROUP BY city HAVING count(*) > 2 ORDER BY city",
    );
    check("SELECT city FROM customer WHERE count(*) > 2", "SELECT city FROM customer GROUP BY city HAVING count(*) > 2");
    check("SELECT quantity FROM line WHERE price = MAX(price)", "SELECT quantity FROM line WHERE price = (SELECT MAX(price) FROM line)");
    check(
        "SELECT name FROM customer WHERE id IN (SELECT customer_id, count(*) FROM orders GROUP BY customer_id)",
        "SELECT name FROM customer WHERE id IN (SELECT customer_id FROM orders GROUP BY customer_id)",
    );
    check("SELECT name FROM customer WHERE id IN (SELECT * FROM orders)", "SELECT name FROM customer WHERE id IN (SELECT id FROM orders)");
    check("SELECT name FROM customer WHERE id IN (SELECT id FROM orders", "SELECT name FROM customer WHERE id IN (SELECT id FROM orders)");
    check("SELECT count(*) FROM customer)", "SELECT count(*) FROM customer");
    stays("SELECT name FROM customer WHERE (id, city) IN (SELECT id, city FROM customer) AND EXISTS (SELECT id, city FROM customer)");
    stays("SELECT name FROM customer WHERE id > (SELECT avg(id) FROM customer) ORDER BY (SELECT max(id) FROM customer)");
}

#[test]
fn what_cannot_be_told_is_left() {
    let mended = mend("SELECT zzz FROM customer", &shop());
    assert_eq!((mended.sql.as_str(), mended.settled), ("SELECT zzz FROM customer", false));
    // No way leads to the island.
    assert!(!mend("SELECT status, area FROM orders", &shop()).settled);
    // Not a query.
    stays("DROP TABLE customer");
    stays("SELECT FROM WHERE");
}

#[test]
fn a_guessed_key_is_told() {
    let guessed = |column: &str| ForeignKey {
        columns: vec![column.into()],
        foreign_table: "moz_places".into(),
        elsewhere: None,
        foreign_columns: vec!["id".into()],
        origin: KeyOrigin::Inferred,
    };
    let mut visits = table("moz_historyvisits", &["id", "place_id", "visit_date"], &[]);
    visits.foreign_keys.push(guessed("place_id"));
    let history = Schema { tables: vec![table("moz_places", &["id", "url", "title"], &[]), visits] };
    let told = |sql: &str| {
        let told = mend(sql, &history).changes.into_iter().filter(|change| change.kind == ChangeKind::GuessedKey);
        told.map(|change| (change.from, change.to)).collect::<Vec<_>>()
    };
    let expected = [("moz_historyvisits.place_id".to_owned(), "moz_places.id".to_owned())];
    assert_eq!(told("SELECT url, visit_date FROM moz_historyvisits"), expected);
    let turned = [(expected[0].1.clone(), expected[0].0.clone())];
    assert_eq!(told("SELECT p.url FROM moz_places AS p JOIN moz_historyvisits AS v ON p.place = v.url_id"), turned);
    assert_eq!(told("SELECT p.url FROM moz_places AS p JOIN moz_historyvisits AS v ON p.id = v.place_id"), []);
}

#[test]
fn changes_are_told() {
    let mended = mend("SELECT status, CITY FROM orders -- x", &shop());
    let join = "JOIN customer ON orders.customer_id = customer.id";
    assert_eq!(mended.sql, format!("SELECT status, CITY FROM orders {join} -- x"));
    assert_eq!(mended.changes, [Change { kind: ChangeKind::Join, from: String::new(), to: join.into() }]);
}

proptest! {
    #[test]
    fn never_panics_and_is_stable(sql in "(SELECT|FROM|customer|orders|name|city|T1|\\.|,| AS |JOIN|ON|=|\\(|\\)|WHERE|\"x\"|'ü'|\\*|count| ){0,24}") {
        let once = mend(&sql, &shop());
        let twice = mend(&once.sql, &shop());
        if once.settled {
            prop_assert_eq!(&once.sql, &twice.sql);
        }
    }
}
