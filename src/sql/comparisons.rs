//! Strings that a statement compares with columns: what could be misspelt in it, and of which column it should be a value.

use std::collections::HashMap;
use std::ops::Range;

use sqlparser::ast::{BinaryOperator, Expr, InTarget, Value};
use sqlparser::tokenizer::Location;

use super::lex::{TokenKind, name_of};
use super::related::thing;
use super::resolve::resolve;
use super::tokens::Tokens;
use super::tree::{self, Places};
use super::visitor::{Visitor, visit};
use crate::schema::{Column, Schema, Table, TableRef};

/// How a string is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparing {
    /// `=`, `<>`, `IS`, `IN (...)`.
    Equal,
    /// `LIKE` with a pattern without wildcards, or, where these are asked for, with one that has `%` at one end alone.
    Like,
}

/// Which patterns of LIKE are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Patterns {
    /// Without wildcards.
    Plain,
    /// With `%` at one end, and no other wildcard.
    Anchored,
}

impl Patterns {
    fn fit(self, text: &str) -> bool {
        let inside = text.strip_suffix('%').or_else(|| text.strip_prefix('%'));
        match self {
            Self::Plain => !text.contains(['%', '_']),
            Self::Anchored => inside.is_some_and(|inside| !inside.is_empty() && !inside.contains(['%', '_'])),
        }
    }
}

/// A string literal that is compared with a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The table's file, where it was opened beside the first one.
    pub database: Option<String>,
    /// The column's table, as stored.
    pub table: String,
    /// The column, as stored.
    pub column: String,
    /// What the literal says.
    pub text: String,
    /// Where the literal stands, quotes included, in bytes.
    pub range: Range<usize>,
    /// How it is compared.
    pub comparing: Comparing,
}

impl Comparison {
    /// The column's table.
    pub fn place(&self) -> TableRef<'_> {
        TableRef { database: self.database.as_deref(), name: &self.table }
    }
}

/// The strings in `sql` that are compared with columns of `schema`, in the order in which they stand. Empty where there is no syntax tree.
pub fn comparisons(sql: &str, schema: &Schema) -> Vec<Comparison> {
    found(sql, schema, Patterns::Plain)
}

/// The patterns in `sql` that find a text at one end of the values of columns (`LIKE 'soup%'`), in the order in which they stand.
pub fn anchored(sql: &str, schema: &Schema) -> Vec<Comparison> {
    let mut found = found(sql, schema, Patterns::Anchored);
    found.retain(|comparison| comparison.comparing == Comparing::Like);
    found
}

fn found(sql: &str, schema: &Schema, patterns: Patterns) -> Vec<Comparison> {
    let (Some(query), Some(resolution)) = (tree::query(sql), resolve(sql, schema)) else { return Vec::new() };
    let columns = resolution.references.iter().filter_map(|reference| {
        let table = resolution.source(reference)?.table()?;
        Some((reference.range.start, (table, table.column(&reference.name.text)?)))
    });
    let mut finder = Finder { sql, patterns, places: Places::new(sql), columns: columns.collect(), found: Vec::new() };
    visit(&query, &mut finder);
    finder.found.sort_by_key(|comparison| comparison.range.start);
    finder.found.dedup_by_key(|comparison| comparison.range.start);
    finder.found
}

/// The numbers and strings in `sql` that single columns of keys, own or foreign ones, are equated with, in the order in which they stand.
pub fn literal_keys(sql: &str, schema: &Schema) -> Vec<Comparison> {
    let Some(resolution) = resolve(sql, schema) else { return Vec::new() };
    let tokens = Tokens::new(sql);
    let columns = resolution.references.iter().filter_map(|reference| {
        let table = resolution.source(reference)?.table()?;
        let column = table.column(&reference.name.text)?;
        thing(schema, table, &column.name).map(|_| (reference.range.start, (table, column)))
    });
    let columns: HashMap<usize, (&Table, &Column)> = columns.collect();
    let equated = |at: usize| {
        let (table, column) = columns.get(&tokens.bytes(at..at + 1).start)?;
        let end = tokens.operand_after(at).filter(|end| tokens.is(*end, &["=", "=="]))?;
        let number = end + 1;
        let is_alone = matches!(tokens.kind(number), Some(TokenKind::Number | TokenKind::String))
            && !matches!(tokens.text(number + 1), "+" | "-" | "*" | "/" | "%" | "||")
            && !matches!(tokens.before(at), "+" | "-" | "*" | "/" | "%" | "||");
        let (database, table, column) = (table.database.clone(), table.name.clone(), column.name.clone());
        let (text, range) = (name_of(tokens.text(number)), tokens.bytes(number..number + 1));
        is_alone.then_some(Comparison { database, table, column, text, range, comparing: Comparing::Equal })
    };
    (0..tokens.len()).filter_map(equated).collect()
}

struct Finder<'a> {
    sql: &'a str,
    patterns: Patterns,
    places: Places<'a>,
    /// The columns of the schema that are named, by the byte at which the name begins.
    columns: HashMap<usize, (&'a Table, &'a Column)>,
    found: Vec<Comparison>,
}

impl Finder<'_> {
    fn compare(&mut self, column: &Expr, literal: &Expr, comparing: Comparing) {
        let Expr::Value(value) = literal else { return };
        let Value::SingleQuotedString(text) = &value.value else { return };
        if comparing == Comparing::Like && !self.patterns.fit(text) {
            return;
        }
        let Some(&(table, column)) = self.start_of(column).and_then(|start| self.columns.get(&start)) else { return };
        let Some(range) = self.range_of(value.span.start, text) else { return };
        let (database, table) = (table.database.clone(), table.name.clone());
        self.found.push(Comparison { database, table, column: column.name.clone(), text: text.clone(), range, comparing });
    }

    /// The byte at which a column's name begins, its qualifier included; `None` for anything else.
    fn start_of(&self, expr: &Expr) -> Option<usize> {
        match expr {
            Expr::Identifier(name) => self.places.byte(name.span.start),
            Expr::CompoundIdentifier(names) => self.places.byte(names.first()?.span.start),
            Expr::Nested(inner) => self.start_of(inner),
            _ => None,
        }
    }

    /// The bytes of the literal that begins at `start` and says `text`.
    fn range_of(&self, start: Location, text: &str) -> Option<Range<usize>> {
        let from = self.places.byte(start)?;
        let length = text.len() + text.matches('\'').count() + 2;
        let range = from..from + length;
        // Where the two readings of the text differ, nothing is touched.
        (name_of(self.sql.get(range.clone())?) == text && self.sql.get(from..)?.starts_with('\'')).then_some(range)
    }
}

impl Visitor for Finder<'_> {
    fn pre_visit_expr(&mut self, expr: &Expr) {
        match expr {
            Expr::BinaryOp { left, op: BinaryOperator::Eq | BinaryOperator::NotEq, right }
            | Expr::IsDistinctFrom(left, right)
            | Expr::IsNotDistinctFrom(left, right) => {
                self.compare(left, right, Comparing::Equal);
                self.compare(right, left, Comparing::Equal);
            }
            Expr::In { expr, target: InTarget::List(list), .. } => {
                for literal in list {
                    self.compare(expr, literal, Comparing::Equal);
                }
            }
            Expr::Like { expr, pattern, escape_char: None, .. } => self.compare(expr, pattern, Comparing::Like),
            Expr::Case { operand: Some(operand), conditions, .. } => {
                for case in conditions {
                    self.compare(operand, &case.condition, Comparing::Equal);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn schema() -> Schema {
        let table = Table::named;
        Schema { tables: vec![table("city", &["id", "name", "country"]), table("Person", &["first name", "city_id", "sex"])] }
    }

    #[track_caller]
    fn check(sql: &str, expected: &[(&str, &str)]) {
        let found = comparisons(sql, &schema());
        let told: Vec<(String, &str)> = found.iter().map(|c| (format!("{}.{}", c.table, c.column), c.text.as_str())).collect();
        let told: Vec<(&str, &str)> = told.iter().map(|(column, text)| (column.as_str(), *text)).collect();
        assert_eq!(told, expected, "{sql}");
        for comparison in found {
            assert_eq!(name_of(&sql[comparison.range]), comparison.text);
        }
    }

    #[test]
    fn strings_are_found_with_their_columns() {
        check("SELECT * FROM city WHERE name = 'Zürich'", &[("city.name", "Zürich")]);
        check(
            "SELECT * FROM city AS T1 JOIN person T2 ON T1.id = T2.city_id WHERE 'F' = T2.SEX AND T1.\"name\" <> 'x'",
            &[("Person.sex", "F"), ("city.name", "x")],
        );
        check(
            "SELECT 'ü', * FROM city\n WHERE name IN ('it''s', 3, 'b') OR country NOT IN ('c')",
            &[("city.name", "it's"), ("city.name", "b"), ("city.country", "c")],
        );
        check("SELECT * FROM city WHERE name LIKE 'bern' OR name LIKE '%bern%' OR name NOT LIKE 'a_b'", &[("city.name", "bern")]);
        check("SELECT CASE sex WHEN 'F' THEN 'woman' END FROM Person", &[("Person.sex", "F")]);
        check("SELECT count(*) FILTER (WHERE sex = 'M') FROM Person GROUP BY city_id HAVING max(sex) = 'q'", &[("Person.sex", "M")]);
        check(
            "SELECT name FROM city WHERE id IN (SELECT city_id FROM Person WHERE [first name] = 'Al' AND country = 'CH')",
            &[("Person.first name", "Al"), ("city.country", "CH")],
        );
        check("SELECT 1 FROM city WHERE name = 'a' UNION SELECT 1 FROM Person WHERE sex = 'b'", &[("city.name", "a"), ("Person.sex", "b")]);
    }

    #[test]
    fn literals_beside_keys_are_found() {
        let mut schema = schema();
        schema.tables[0].primary_key = vec!["id".into()];
        schema.tables[1].foreign_keys = vec![crate::schema::ForeignKey::declared("city_id", "city", "id")];
        let told = |sql: &str| -> Vec<String> {
            literal_keys(sql, &schema).iter().map(|c| format!("{}.{} {} {}", c.table, c.column, c.text, &sql[c.range.clone()])).collect()
        };
        assert_eq!(
            told("SELECT * FROM Person p JOIN city c ON p.city_id = c.id WHERE p.city_id = 1 AND sex = 2 AND c.id=30"),
            ["Person.city_id 1 1", "city.id 30 30"]
        );
        assert!(told("SELECT * FROM Person WHERE city_id > 1 OR city_id = 1 + 2 OR 1 + city_id = 3").is_empty());
        assert_eq!(told("SELECT * FROM Person WHERE city_id = 'B05'"), ["Person.city_id B05 'B05'"]);
    }

    #[test]
    fn what_is_no_column_of_the_schema_is_left_alone() {
        check("SELECT * FROM city WHERE lower(name) = 'x' OR nope = 'y' OR 'a' = 'b' OR Person.sex = 'c'", &[]);
        check("WITH city AS (SELECT 1 AS name) SELECT * FROM city WHERE name = 'x'", &[]);
        check("SELECT * FROM (SELECT name FROM city) AS s WHERE name = 'x'", &[]);
        check("SELECT * FROM city, json_each('[]') WHERE value = 'x' AND name = 'y'", &[("city.name", "y")]);
        check("not sql at all 'x'", &[]);
        check("", &[]);
    }

    proptest! {
        #[test]
        fn ranges_are_literals(sql in "SELECT \\* FROM city WHERE( OR| name = 'é''a'| AND|\n| ü = 'q'| name IN \\('a','b'\\)| 'x'| --c\n| \\(| \\)){0,12}") {
            for comparison in comparisons(&sql, &schema()) {
                prop_assert_eq!(name_of(&sql[comparison.range]), comparison.text);
            }
        }
    }
}
