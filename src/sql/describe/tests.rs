//! Queries and their sentences.

use proptest::prelude::*;

use super::*;
use crate::schema::{Column, ForeignKey, KeyOrigin, Table};

fn schema() -> Schema {
    let table = |name: &str, columns: &[(&str, &str)]| Table {
        name: name.into(),
        columns: columns
            .iter()
            .map(|(name, declared)| Column { name: (*name).into(), declared_type: (*declared).into(), ..Column::default() })
            .collect(),
        ..Table::default()
    };
    let label_key = ForeignKey {
        columns: vec!["label_id".into()],
        foreign_table: "label".into(),
        elsewhere: None,
        foreign_columns: vec!["id".into()],
        origin: KeyOrigin::Declared,
    };
    let keyed = |table: Table, keys: Vec<ForeignKey>| Table { primary_key: vec!["id".into()], foreign_keys: keys, ..table };
    Schema {
        tables: vec![
            keyed(table("fan", &[("id", "INTEGER"), ("name", "TEXT"), ("label_id", "INTEGER")]), vec![label_key]),
            keyed(table("label", &[("id", "INTEGER"), ("name", "TEXT")]), Vec::new()),
            table("singer", &[("singer_id", "INTEGER"), ("name", "TEXT"), ("country", "TEXT"), ("age", "INTEGER"), ("born_on", "DATE")]),
            table("concert", &[("concert_id", "INTEGER"), ("title", "TEXT"), ("year", "INTEGER"), ("stadium_id", "INTEGER")]),
            table("singer_in_concert", &[("singer_id", "INTEGER"), ("concert_id", "INTEGER")]),
            table("stadium", &[("id", "INTEGER"), ("name", "TEXT"), ("capacity", "INTEGER")]),
            table("employee", &[("id", "INTEGER"), ("name", "TEXT"), ("manager_id", "INTEGER")]),
        ],
    }
}

const CASES: &[(&str, &str)] = &[
    ("SELECT name FROM singer ORDER BY born_on", "Shows name of singer, sorted by born on (earliest first)."),
    ("SELECT name FROM singer ORDER BY name ASC", "Shows name of singer, sorted by name (from A to Z)."),
    (
        "SELECT country, name FROM singer GROUP BY country ORDER BY age DESC LIMIT 1",
        "For each country of singer, shows name, only one group of all: the one with the largest age.",
    ),
    (
        "SELECT country, count(*) FROM singer GROUP BY country LIMIT 1",
        "For each country of singer, shows the number of rows, only one group of all, whichever comes first.",
    ),
    ("SELECT country FROM singer GROUP BY country LIMIT 3", "Shows each country of singer, at most 3 groups."),
    (
        "SELECT fan.name FROM fan JOIN label ON fan.id = label.id",
        "Shows fan name of fan joined with label (id = id, which no key relates).",
    ),
    ("SELECT fan.name FROM fan, label WHERE fan.label_id = label.id", "Shows fan name of fan joined with label (label id = id)."),
    (
        "SELECT fan.name FROM fan JOIN label ON fan.id = label.id AND fan.name = label.name",
        "Shows fan name of fan joined with label (id = id, which no key relates and name = name, which no key relates).",
    ),
    (
        "SELECT fan.name FROM fan JOIN label ON fan.label_id = label.id AND fan.name = label.name",
        "Shows fan name of fan joined with label (label id = id and by name).",
    ),
    (
        "SELECT name FROM singer ORDER BY CAST(replace(country, '$', '') AS REAL) DESC LIMIT 1",
        "Shows name of singer, only the one with the largest country.",
    ),
    (
        "SELECT name FROM singer WHERE (substr(country, 7, 4) || '-' || substr(country, 4, 2) || '-' || substr(country, 1, 2)) > '2024-01-01'",
        "Shows name of singer where country is greater than '2024-01-01'.",
    ),
    ("SELECT * FROM singer", "Shows all columns of singer."),
    ("SELECT name FROM singer", "Shows name of singer."),
    ("SELECT name, age FROM singer", "Shows name and age of singer."),
    ("SELECT name, country, age FROM singer", "Shows name, country and age of singer."),
    ("SELECT DISTINCT country FROM singer", "Shows each different country of singer."),
    ("SELECT count(*) FROM singer", "Counts the rows of singer."),
    ("SELECT COUNT(*) AS n FROM singer", "Counts the rows of singer."),
    ("SELECT count(DISTINCT country) FROM singer", "Counts the different values of country of singer."),
    ("SELECT count(age) FROM singer", "Shows the number of rows that have age of singer."),
    ("SELECT avg(age), min(age), max(age) FROM singer", "Shows the average age, the smallest age and the largest age of singer."),
    ("SELECT sum(capacity) FROM stadium", "Shows the sum of capacity of stadium."),
    ("SELECT 1", "Shows 1."),
    ("SELECT name FROM singer WHERE age > 20", "Shows name of singer where age is greater than 20."),
    ("SELECT name FROM singer WHERE age >= 20 AND age <= 30", "Shows name of singer where age is at least 20 and age is at most 30."),
    ("SELECT name FROM singer WHERE age < 20 OR age != 30", "Shows name of singer where age is less than 20 or age is not 30."),
    ("SELECT name FROM singer WHERE country = 'France'", "Shows name of singer where country is 'France'."),
    ("SELECT name FROM singer WHERE country = 'it''s'", "Shows name of singer where country is 'it's'."),
    ("SELECT name FROM singer WHERE age BETWEEN 20 AND 30", "Shows name of singer where age is between 20 and 30."),
    ("SELECT name FROM singer WHERE age NOT BETWEEN 20 AND 30", "Shows name of singer where age is not between 20 and 30."),
    ("SELECT name FROM singer WHERE country IN ('a', 'b', 'c')", "Shows name of singer where country is one of 'a', 'b' and 'c'."),
    ("SELECT name FROM singer WHERE country NOT IN ('a', 'b')", "Shows name of singer where country is none of 'a' and 'b'."),
    ("SELECT name FROM singer WHERE country IN ('a')", "Shows name of singer where country is 'a'."),
    ("SELECT name FROM singer WHERE name LIKE '%an%'", "Shows name of singer where name contains 'an'."),
    ("SELECT name FROM singer WHERE name LIKE 'an%'", "Shows name of singer where name begins with 'an'."),
    ("SELECT name FROM singer WHERE name NOT LIKE '%an'", "Shows name of singer where name does not end with 'an'."),
    ("SELECT name FROM singer WHERE name LIKE 'a_b%'", "Shows name of singer where name matches the pattern 'a_b%'."),
    ("SELECT name FROM singer WHERE name LIKE 'an'", "Shows name of singer where name is like 'an'."),
    ("SELECT name FROM singer WHERE age IS NULL", "Shows name of singer where age is missing."),
    ("SELECT name FROM singer WHERE age IS NOT NULL", "Shows name of singer where age is present."),
    ("SELECT name FROM singer WHERE NOT age = 3", "Shows name of singer where it is not so that age is 3."),
    (
        "SELECT name FROM singer WHERE age > 1 AND (country = 'a' OR country = 'b')",
        "Shows name of singer where age is greater than 1 and (country is 'a' or country is 'b').",
    ),
    (
        "SELECT name FROM singer WHERE (age > 1 AND country = 'a') OR country = 'b'",
        "Shows name of singer where (age is greater than 1 and country is 'a') or country is 'b'.",
    ),
    ("SELECT name FROM singer ORDER BY age", "Shows name of singer, sorted by age (smallest first)."),
    ("SELECT name FROM singer ORDER BY age DESC, name", "Shows name of singer, sorted by age (largest first) then name (from A to Z)."),
    ("SELECT name FROM singer ORDER BY born_on DESC", "Shows name of singer, sorted by born on (latest first)."),
    ("SELECT name FROM singer ORDER BY name DESC", "Shows name of singer, sorted by name (from Z to A)."),
    ("SELECT name FROM singer ORDER BY age DESC LIMIT 1", "Shows name of singer, only the one with the largest age."),
    ("SELECT name FROM singer ORDER BY age LIMIT 3", "Shows name of singer, only the 3 with the smallest age."),
    ("SELECT name FROM singer ORDER BY born_on LIMIT 1", "Shows name of singer, only the one with the earliest born on."),
    ("SELECT name FROM singer ORDER BY name LIMIT 1", "Shows name of singer, only the one with the name first in the alphabet."),
    (
        "SELECT name FROM singer ORDER BY age DESC, name LIMIT 5 OFFSET 10",
        "Shows name of singer, only the 5 with the largest age, equal ones by name (from A to Z), skipping the first 10.",
    ),
    ("SELECT name FROM singer LIMIT 5", "Shows name of singer, at most 5 of them."),
    ("SELECT name FROM singer LIMIT 1", "Shows name of singer, only one of them."),
    ("SELECT country, count(*) FROM singer GROUP BY country", "For each country of singer, shows the number of rows."),
    (
        "SELECT country, count(*), avg(age) FROM singer GROUP BY 1",
        "For each country of singer, shows the number of rows and the average age.",
    ),
    ("SELECT upper(country) AS c, count(*) FROM singer GROUP BY c", "For each country in upper case of singer, shows the number of rows."),
    ("SELECT country FROM singer GROUP BY country", "Shows each country of singer."),
    (
        "SELECT country FROM singer WHERE age > 20 GROUP BY country HAVING count(*) > 3",
        "Shows each country of singer where age is greater than 20, keeping those where the number of rows is greater than 3.",
    ),
    (
        "SELECT country FROM singer GROUP BY country ORDER BY count(*) DESC LIMIT 1",
        "Shows each country of singer, only one group of all: the one with the largest number of rows.",
    ),
    (
        "SELECT country, sum(age) AS total FROM singer GROUP BY country ORDER BY total DESC LIMIT 5",
        "For each country of singer, shows the sum of age, only the 5 groups with the largest sum of age.",
    ),
    (
        "SELECT country, count(*) FROM singer GROUP BY country ORDER BY 2",
        "For each country of singer, shows the number of rows, sorted by number of rows (smallest first).",
    ),
    (
        "SELECT T1.name, count(*) FROM singer AS T1 JOIN singer_in_concert AS T2 ON T1.singer_id = T2.singer_id GROUP BY T1.singer_id",
        "For each singer id of singer joined with singer in concert (by singer id), shows singer name and the number of rows.",
    ),
    (
        "SELECT s.name FROM stadium s LEFT JOIN concert c ON s.id = c.stadium_id WHERE c.concert_id IS NULL",
        "Shows stadium name of stadium with concert where there is a match (id = stadium id) where concert id is missing.",
    ),
    (
        "SELECT stadium.name FROM stadium, concert WHERE stadium.id = concert.stadium_id AND year = 2014",
        "Shows stadium name of stadium joined with concert (id = stadium id) where year is 2014.",
    ),
    ("SELECT * FROM stadium, concert", "Shows all columns of stadium combined with every row of concert."),
    ("SELECT * FROM stadium CROSS JOIN concert", "Shows all columns of stadium combined with concert."),
    (
        "SELECT title FROM singer_in_concert JOIN concert USING (concert_id)",
        "Shows title of singer in concert joined with concert (by concert id).",
    ),
    (
        "SELECT title FROM singer_in_concert NATURAL JOIN concert",
        "Shows title of singer in concert joined with concert (by the columns they share).",
    ),
    (
        "SELECT e.name, m.name FROM employee e JOIN employee m ON e.manager_id = m.id",
        "Shows e name and m name of employee (as e) joined with employee (as m) (manager id = id).",
    ),
    ("SELECT c.* FROM concert c", "Shows all columns of concert of concert."),
    (
        "SELECT name FROM singer WHERE age > (SELECT avg(age) FROM singer)",
        "Shows name of singer where age is greater than the average age of singer.",
    ),
    (
        "SELECT name FROM stadium WHERE id NOT IN (SELECT stadium_id FROM concert WHERE year = 2014)",
        "Shows name of stadium where id is not among (stadium id of concert where year is 2014).",
    ),
    (
        "SELECT name FROM stadium s WHERE NOT EXISTS (SELECT 1 FROM concert WHERE stadium_id = s.id)",
        "Shows name of stadium where there is nothing in 1 of concert where stadium id is stadium id.",
    ),
    ("SELECT name FROM singer UNION SELECT name FROM stadium", "Shows name of singer, together with name of stadium, each once."),
    ("SELECT name FROM singer UNION ALL SELECT name FROM stadium", "Shows name of singer, followed by name of stadium."),
    (
        "SELECT country FROM singer WHERE age > 40 INTERSECT SELECT country FROM singer WHERE age < 30",
        "Shows what is both in country of singer where age is greater than 40 and in country of singer where age is less than 30.",
    ),
    (
        "SELECT name FROM stadium EXCEPT SELECT name FROM singer ORDER BY name",
        "Shows name of stadium, except for name of singer, sorted by name (ascending).",
    ),
    ("SELECT count(*) FROM (SELECT DISTINCT country FROM singer)", "Counts the rows of (each different country of singer)."),
    (
        "WITH old AS (SELECT * FROM singer WHERE age > 60) SELECT name FROM old",
        "First prepares old (all columns of singer where age is greater than 60), then shows name of old.",
    ),
    (
        "SELECT strftime('%Y', born_on / 1000, 'unixepoch'), count(*) FROM singer GROUP BY 1",
        "For each the year of born on of singer, shows the number of rows.",
    ),
    (
        "SELECT name FROM singer WHERE date(born_on / 1000000 - 11644473600, 'unixepoch') >= '2024-01-01'",
        "Shows name of singer where born on is at least '2024-01-01'.",
    ),
    (
        "SELECT strftime('%Y', born_on), count(*) FROM singer GROUP BY 1",
        "For each the year of born on of singer, shows the number of rows.",
    ),
    ("SELECT age * 2 + 1, name || '!' FROM singer", "Shows (age times 2) plus 1 and name followed by '!' of singer."),
    ("SELECT round(avg(age), 1) FROM singer", "Shows the average age, rounded of singer."),
    (
        "SELECT CASE WHEN age > 60 THEN 'old' ELSE 'young' END FROM singer",
        "Shows 'old' or 'young' (depending on whether: age is greater than 60) of singer.",
    ),
    ("SELECT count(*) FILTER (WHERE age > 60) FROM singer", "Shows the number of rows where age is greater than 60 of singer."),
    (
        "SELECT name, rank() OVER (PARTITION BY country ORDER BY age) FROM singer",
        "Shows name and the rank within each country in the order of age of singer.",
    ),
    ("VALUES (1), (2)", "Shows 2 rows of fixed values."),
    ("SELECT name FROM", "A query that reads no table by name."),
    ("SELECT name FROM singer JOIN concert WHERE (", "A query over singer and concert."),
    ("SELECT nope FROM nowhere", "Shows nope of nowhere."),
];

#[test]
fn queries_are_put_into_words() {
    let schema = schema();
    let wrong: Vec<String> = CASES
        .iter()
        .map(|(sql, expected)| (sql, expected, describe(sql, &schema).sentence))
        .filter(|(_, expected, told)| told != *expected)
        .map(|(sql, expected, told)| format!("{sql}\n  {told}\n  not {expected}"))
        .collect();
    assert!(CASES.len() >= 60 && wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn tables_and_what_is_left_out_are_told() {
    let schema = schema();
    let told = describe("SELECT name FROM Singer WHERE age IN (SELECT year FROM concert, singer)", &schema);
    assert_eq!((told.tables.as_slice(), told.complete), (["singer".to_owned(), "concert".to_owned()].as_slice(), true));
    assert!(!describe("SELECT name FROM singer JOIN concert WHERE (", &schema).complete);
    let deep = format!("SELECT name FROM singer WHERE age > {}1{}", "(SELECT ".repeat(100), ")".repeat(100));
    assert!(!describe(&deep, &schema).complete);
    let wide = format!("SELECT name FROM singer WHERE {}", vec!["country = 'somewhere else'"; 200].join(" OR "));
    assert_eq!(describe(&wide, &schema).sentence, "A query over singer.");
}

#[test]
fn nothing_of_the_query_reaches_the_terminal_raw() {
    let told = describe("SELECT \"a\x1b[31mb\" FROM singer WHERE name = 'x\ny\u{202e}'", &schema());
    assert!(!told.sentence.contains(['\x1b', '\n', '\u{202e}']), "{}", told.sentence);
}

proptest! {
    #[test]
    fn never_panics(sql in "(SELECT |WITH x AS \\(|FROM singer|, |name|count\\(\\*\\)| WHERE | GROUP BY | ORDER BY 1| LIMIT |1|'a'| AND | OR | = |\\(|\\)| IN | UNION |\\*| JOIN |concert| ON |\\PC){0,24}") {
        prop_assert!(describe(&sql, &schema()).sentence.ends_with('.'));
    }
}
