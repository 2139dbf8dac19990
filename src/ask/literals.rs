//! Literals that match no stored value: one that is nearly one of its column's, or that a key's column holds the number of.

use std::time::Duration;

use super::event::Fix;
use super::named::{Named, equation, named};
use crate::db::values::{Held, NearKind};
use crate::db::{Database, ValueIndex};
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::sql::comparisons::{Comparing, Comparison, comparisons};
use crate::sql::edits::replaced;
use crate::sql::inside::inside;
use crate::sql::quote::string_literal;

/// A list of more strings was not written by a model that misspelt one.
const MOST_COMPARISONS: usize = 40;
/// For one look into the database.
const ONE_LOOK: Duration = Duration::from_millis(250);

/// `sql` with each string literal that its column does not hold spelt as the value of that column that it nearly is, or looked up where the
/// column refers to what is called so; and what was changed. A literal that matches anything stays: where the index does not know, the
/// database is asked, for a bounded time.
pub fn mend_literals(sql: &str, schema: &Schema, index: &ValueIndex, database: &Database, cancel: &Cancel) -> (String, Vec<Fix>) {
    let (mut out, mut fixes, mut copied) = (String::with_capacity(sql.len()), Vec::new(), 0);
    for comparison in comparisons(sql, schema).into_iter().take(MOST_COMPARISONS) {
        let Some(meant) = meant(&comparison, schema, index, database, cancel) else { continue };
        let before = sql.get(copied..comparison.range.start).unwrap_or("");
        let place = match &meant {
            Meant::Spelt(value) => Some((before, string_literal(value))),
            Meant::Listed(pattern) => like(before).map(|(rest, operator)| (rest, format!("{operator} {}", string_literal(pattern)))),
            Meant::Named(named) => named.in_place_of_literal(before),
        };
        let Some((before, text)) = place else { continue };
        out.push_str(before);
        out.push_str(&text);
        copied = comparison.range.end;
        let to = match &meant {
            Meant::Listed(pattern) => format!("{}.{} LIKE {}", comparison.table, comparison.column, string_literal(pattern)),
            Meant::Spelt(value) => format!("{}.{} {}", comparison.table, comparison.column, string_literal(value)),
            Meant::Named(named) => named.told(&comparison.column),
        };
        fixes.push(Fix { kind: "value".into(), from: string_literal(&comparison.text), to });
    }
    out.push_str(sql.get(copied..).unwrap_or(""));
    (out, fixes)
}

/// `sql` with each string literal that is compared with a place in JSON documents, and that none of them has there, spelt as the one that it nearly
/// is; and what was changed.
pub(super) fn mend_inside(sql: &str, schema: &Schema, index: &ValueIndex) -> (String, Vec<Fix>) {
    let (mut edits, mut fixes) = (Vec::new(), Vec::new());
    for one in inside(sql, schema).into_iter().take(MOST_COMPARISONS) {
        let Some(value) = index.nearest_inside(one.place(), &one.column, &one.path, &one.text) else { continue };
        let to = string_literal(&value);
        let told = format!("{}.{} {} {to}", one.table, one.column, one.path);
        fixes.push(Fix { kind: "value".into(), from: string_literal(&one.text), to: told });
        edits.push((one.range, to));
    }
    match replaced(sql, &edits) {
        Some(now) => (now, fixes),
        None => (sql.to_owned(), Vec::new()),
    }
}

/// What a literal should have been.
enum Meant {
    /// A value of its column.
    Spelt(String),
    /// An element of the lists of its column, as a pattern.
    Listed(String),
    /// What its column refers to, by its name.
    Named(Named),
}

/// What the literal should have been; `None` where it matches something, or nearly matches nothing.
fn meant(comparison: &Comparison, schema: &Schema, index: &ValueIndex, database: &Database, cancel: &Cancel) -> Option<Meant> {
    let Comparison { column, text, comparing, .. } = comparison;
    let table = comparison.place();
    if text.is_empty() {
        return None;
    }
    let listed = || index.element(table, column, text).filter(|_| *comparing == Comparing::Equal);
    if index.holds(table, column, text) == Held::Yes {
        // Lists of one element are lists, too.
        return listed().map(Meant::Listed);
    }
    let near = index.nearest(table, column, text);
    let looking = cancel.with_timeout(ONE_LOOK);
    // Collations, affinities and values that the index left out are the database's to know.
    if database.holds_value(table, column, text, *comparing, &looking)? {
        return None;
    }
    if let Some(pattern) = listed() {
        return Some(Meant::Listed(pattern));
    }
    let (same, edited) = match near {
        Some(near) if near.kind == NearKind::Edits => (None, Some(near.value)),
        near => (near.map(|near| near.value), None),
    };
    // Wrong letters may be right in a value that the index left out, or the name of something else.
    let edited = || edited.filter(|_| index.holds(table, column, text) == Held::No);
    let in_other_case = || database.value_in_other_case(table, column, text, &cancel.with_timeout(ONE_LOOK));
    let named = || named(comparison, schema, index, database, &cancel.with_timeout(ONE_LOOK));
    same.or_else(in_other_case).map(Meant::Spelt).or_else(|| named().map(Meant::Named)).or_else(|| edited().map(Meant::Spelt))
}

/// What stands before an equals sign or its opposite at the end of `before`, and the operator for patterns that is like it.
fn like(before: &str) -> Option<(&str, &'static str)> {
    equation(before).map(|(rest, operator)| (rest, if operator == "IN" { "LIKE" } else { "NOT LIKE" }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{ValueLimits, demo};

    struct Demo {
        database: Database,
        schema: Schema,
        _folder: tempfile::TempDir,
    }

    impl Demo {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let database = Database::open(demo::path(folder.path()).unwrap()).unwrap();
            let schema = database.schema_outline(&Cancel::new()).unwrap();
            Self { database, schema, _folder: folder }
        }

        fn mend(&self, sql: &str, limits: &ValueLimits) -> (String, Vec<Fix>) {
            let index = ValueIndex::build(&self.database, &self.schema, limits, &Cancel::new()).unwrap();
            mend_literals(sql, &self.schema, &index, &self.database, &Cancel::new())
        }

        #[track_caller]
        fn check(&self, filter: &str, expected: &str) {
            let sql =
                |filter: &str| format!("SELECT * FROM customer AS c JOIN country ON c.country_id = country.country_id WHERE {filter}");
            assert_eq!(self.mend(&sql(filter), &ValueLimits::default()).0, sql(expected));
        }

        #[track_caller]
        fn stays(&self, filter: &str) {
            self.check(filter, filter);
        }
    }

    #[test]
    fn what_nearly_matches_one_value_becomes_it() {
        let demo = Demo::new();
        demo.check("c.city = 'zurich' AND 1", "c.city = 'Zürich' AND 1");
        demo.check("c.city IN ('ZURICH', 'Zürich', 'nowhere')", "c.city IN ('Zürich', 'Zürich', 'nowhere')");
        demo.check("city <> 'Zuerich' OR c.city LIKE 'zurich'", "city <> 'Zürich' OR c.city LIKE 'Zürich'");
        demo.check("country.name = 'switzerland'", "country.name = 'Switzerland'");
        demo.check("country.name = 'Switzerlnd'", "country.name = 'Switzerland'");
    }

    #[test]
    fn what_matches_or_is_far_from_everything_stays() {
        let demo = Demo::new();
        for filter in [
            "c.city = 'Zürich'",
            "c.city LIKE 'züRICH'",
            "c.city = ''",
            "c.city = 'Z'",
            "c.city = 'Switzerland'",
            "c.city LIKE '%zurich%'",
            "lower(c.city) = 'zurich'",
            "c.customer_id = '7'",
            "c.customer_id = '99999'",
            "c.joined_on = '1900-01-01'",
            "'zurich' = 'zurich'",
        ] {
            demo.stays(filter);
        }
    }

    #[test]
    fn what_a_key_refers_to_is_found_by_its_name() {
        let demo = Demo::new();
        let lookup = "(SELECT country_id FROM country WHERE name = 'Switzerland')";
        demo.check("c.country_id = 'Switzerland'", &format!("c.country_id = {lookup}"));
        demo.check("c.country_id <> 'switzerland'", &format!("c.country_id <> {lookup}"));
        demo.check("'Switzerland' = c.country_id AND 1", &format!("{lookup} = c.country_id AND 1"));
        demo.stays("c.country_id = 'nowhere'");
        demo.stays("c.country_id LIKE '%Switzerland%'");
        let (sql, fixes) = demo.mend("SELECT count(*) FROM customer WHERE country_id IN ('Switzerland', 3)", &ValueLimits::default());
        assert_eq!(sql, format!("SELECT count(*) FROM customer WHERE country_id IN ({lookup}, 3)"));
        let to = "the country_id of country.name 'Switzerland'";
        assert_eq!(fixes, [Fix { kind: "value".into(), from: "'Switzerland'".into(), to: to.into() }]);
    }

    #[test]
    fn a_change_is_told() {
        let (_, fixes) = Demo::new().mend("SELECT count(*) FROM customer WHERE city = 'zurich'", &ValueLimits::default());
        assert_eq!(fixes, [Fix { kind: "value".into(), from: "'zurich'".into(), to: "customer.city 'Zürich'".into() }]);
    }

    #[test]
    fn where_the_index_was_cut_short_the_database_is_asked() {
        let demo = Demo::new();
        let nothing = ValueLimits { values: 0, ..ValueLimits::default() };
        let mend = |filter: &str| demo.mend(&format!("SELECT * FROM country WHERE name = {filter}"), &nothing).0;
        assert!(mend("'switzerland'").ends_with("'Switzerland'"));
        assert!(mend("'Switzerland'").ends_with("'Switzerland'"));
        assert!(mend("'switzerlnd'").ends_with("'switzerlnd'"), "letters are not guessed at");
        // Few values are known, and the right one is none of them.
        let few = ValueLimits { column_values: 3, ..ValueLimits::default() };
        let sql = "SELECT * FROM customer WHERE city = 'Zürich'";
        assert_eq!(demo.mend(sql, &few).0, sql);
    }

    #[test]
    fn values_of_documents_are_spelt_as_they_stand_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.sqlite");
        let made = r#"CREATE TABLE customer (id INTEGER PRIMARY KEY, meta TEXT);
            INSERT INTO customer VALUES (1, '{"city": "Paris", "language": "en"}'), (2, '{"city": "Rome", "language": "fr"}')"#;
        rusqlite::Connection::open(&path).unwrap().execute_batch(made).unwrap();
        let (database, cancel) = (Database::open(&path).unwrap(), Cancel::new());
        let schema = database.schema(&cancel).unwrap();
        let index = ValueIndex::build(&database, &schema, &ValueLimits::default(), &cancel).unwrap();
        for (condition, expected) in [
            ("meta ->> '$.city' = 'paris'", "meta ->> '$.city' = 'Paris'"),
            ("json_extract(meta, '$.language') IN ('English', 'fr')", "json_extract(meta, '$.language') IN ('en', 'fr')"),
            ("meta ->> 'city' <> 'Romee'", "meta ->> 'city' <> 'Rome'"),
            ("meta ->> 'city' = 'Berlin'", "meta ->> 'city' = 'Berlin'"),
        ] {
            let sql = |condition: &str| format!("SELECT count(*) FROM customer WHERE {condition}");
            let (now, fixes) = mend_inside(&sql(condition), &schema, &index);
            assert_eq!(now, sql(expected));
            assert_eq!(fixes.is_empty(), condition == expected);
        }
    }
}
