//! Names looked up as SQLite looks them up.

use super::*;
use crate::sql::mend::tests::shop;

/// How each reference of `sql` is bound: `name=alias`, `name=output`, `name?` (missing), `name!` (ambiguous), `name~` (unknown).
#[track_caller]
fn check(sql: &str, expected: &[&str]) {
    let schema = shop();
    let resolution = resolve(sql, &schema).unwrap();
    let told = |reference: &Reference| {
        assert_eq!(reference.name.text.to_lowercase(), super::super::lex::name_of(&sql[reference.name.range.clone()]).to_lowercase());
        let name = &sql[reference.range.clone()];
        match &reference.binding {
            Binding::Column { .. } => format!("{name}={}", resolution.source(reference).unwrap().alias),
            Binding::Output => format!("{name}=output"),
            Binding::Ambiguous { sources, .. } => format!("{name}!{}", sources.len()),
            Binding::Missing => format!("{name}?"),
            Binding::Unknown => format!("{name}~"),
        }
    };
    let found: Vec<String> = resolution.references.iter().map(told).collect();
    assert_eq!(found, expected);
}

#[test]
fn references_are_bound_as_sqlite_binds_them() {
    check("SELECT name, zzz FROM customer", &["name=customer", "zzz?"]);
    check("SELECT c.name, customer.name FROM customer c", &["c.name=c", "customer.name?"]);
    check("SELECT id FROM customer, orders", &["id!2"]);
    check("SELECT name AS n, n FROM customer WHERE n = 'x' ORDER BY n", &["name=customer", "n?", "n=output", "n=output"]);
    check("SELECT id FROM customer JOIN orders USING (id)", &["id=customer"]);
    check(
        "SELECT 1 FROM customer WHERE id IN (SELECT customer_id FROM orders WHERE city = status)",
        &["id=customer", "customer_id=orders", "city=customer", "status=orders"],
    );
    check(
        "SELECT a FROM (SELECT name AS a FROM customer WHERE b = 1) s WHERE s.a = 'é' AND s.b",
        &["name=customer", "b?", "a=s", "s.a=s", "s.b?"],
    );
    check("WITH c AS (SELECT id FROM orders) SELECT id, name\nFROM c", &["id=orders", "id=c", "name?"]);
    check("SELECT x FROM nowhere", &["x~"]);
    check("SELECT value, name FROM json_each('[]'), customer", &["value~", "name=customer"]);
    check("SELECT name FROM customer UNION SELECT name FROM maker ORDER BY name", &["name=customer", "name=maker", "name=output"]);
}

#[test]
fn a_scope_knows_where_its_from_ends() {
    let schema = shop();
    for (sql, end) in [
        ("SELECT 1 FROM customer AS c WHERE 1", "SELECT 1 FROM customer AS c"),
        ("SELECT 1 FROM customer JOIN orders ON (1 = 1) /* x */ ORDER BY 1", "SELECT 1 FROM customer JOIN orders ON (1 = 1)"),
        ("SELECT 1 FROM customer UNION SELECT 2", "SELECT 1 FROM customer"),
        ("SELECT 1 FROM customer;", "SELECT 1 FROM customer"),
    ] {
        let resolution = resolve(sql, &schema).unwrap();
        assert_eq!(resolution.scopes[0].from_end, Some(end.len()), "{sql}");
    }
}
