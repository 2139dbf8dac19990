//! Tables, indexes and queries by chance: with the owner's order in the file, the rows have to be those of a copy without any index.

use std::path::Path;

use rusqlite::Connection;

use super::{owner, run, show};
use crate::db::Database;
use crate::random::Random;

const WORDS: [&str; 12] = ["apple", "Apple", "banana", "Zoe", "été", "Maße", "7", "10", "", "mango", "Kiwi", "kiwi"];

fn pick<'a>(random: &mut Random, list: &[&'a str]) -> &'a str {
    list[random.below(list.len())]
}

/// What makes the tables, what makes their indexes, and the rows.
fn file(random: &mut Random) -> (String, String, String) {
    let mut keyed = String::new();
    let mut rows = String::new();
    let mut indexes = String::new();
    for table in ["t", "u"] {
        let collation =
            |random: &mut Random| pick(random, &["COLLATE unicase", "COLLATE LOCALIZED", "COLLATE \"My Case\"", "", "COLLATE NOCASE"]);
        let (a, b) = (collation(random), collation(random));
        let key = pick(
            random,
            &[
                "id INTEGER PRIMARY KEY, a TEXT {a}",
                "id INT, a TEXT {a}",
                "id INT, a TEXT {a}, PRIMARY KEY (a, id)) WITHOUT ROWID",
                "id INT, a TEXT {a}, PRIMARY KEY (id, a)) WITHOUT ROWID",
            ],
        );
        let (columns, end) = match key.split_once(", PRIMARY KEY (") {
            Some((columns, end)) => (columns.to_owned(), format!(", PRIMARY KEY ({end}")),
            None => (key.to_owned(), ")".to_owned()),
        };
        let columns = columns.replace("{a}", a);
        keyed += &format!("CREATE TABLE {table}({columns}, b TEXT {b}, n INT{end};");
        for i in 0..8 + random.below(60) {
            let (a, b) = (pick(random, &WORDS), pick(random, &WORDS));
            let (b, n) =
                if random.below(8) == 0 { ("NULL".into(), "NULL".into()) } else { (format!("'{b}'"), random.below(6).to_string()) };
            rows += &format!("INSERT INTO {table} VALUES ({i}, '{a}', {b}, {n});");
        }
        for number in 0..random.below(4) {
            let what = pick(
                random,
                &[
                    "(a)",
                    "(b)",
                    "(a, n)",
                    "(n, b)",
                    "(b, a)",
                    "(n)",
                    "(a COLLATE unicase)",
                    "(unaccent(b))",
                    "(b) WHERE a > 'b'",
                    "(n) WHERE unaccent(b) = 'zoe'",
                    "(b DESC, n)",
                    "(b = 'kiwi')",
                ],
            );
            indexes += &format!("CREATE INDEX {table}_{number} ON {table}{what};");
        }
    }
    (keyed, rows, indexes)
}

fn query(random: &mut Random) -> String {
    let word = |random: &mut Random| format!("'{}'", pick(random, &WORDS));
    let column = |random: &mut Random| pick(random, &["a", "b"]);
    let comparison = |random: &mut Random, of: &str| {
        let column = format!("{of}{}", column(random));
        match random.below(9) {
            0 => format!("{column} = {}", word(random)),
            1 => format!("{column} {} {}", pick(random, &["<", "<=", ">", ">=", "<>", "IS"]), word(random)),
            2 => format!("{column} IN ({}, {})", word(random), word(random)),
            3 => format!("{column} BETWEEN {} AND {}", word(random), word(random)),
            4 => format!("{column} IN (SELECT {} FROM {})", self::pick(random, &["a", "b"]), pick(random, &["t", "u"])),
            5 => format!("{column} = {}", random.below(12)),
            6 => format!("{of}n = {}", random.below(6)),
            7 => format!("({column} = {} OR {of}n = {})", word(random), random.below(6)),
            _ => format!("{column} IS NOT NULL"),
        }
    };
    let table = pick(random, &["t", "u", "main.t", "v"]);
    match random.below(14) {
        8 => format!(
            "SELECT id, n FROM {table} x WHERE {}EXISTS (SELECT 1 FROM u y WHERE y.{} = x.{})",
            pick(random, &["", "NOT "]),
            column(random),
            column(random)
        ),
        9 => format!(
            "SELECT id FROM {table} WHERE {} NOT IN (SELECT {} FROM u WHERE {} IS NOT NULL)",
            column(random),
            column(random),
            column(random)
        ),
        10 => format!("SELECT id, unaccent(a) FROM {table} WHERE unaccent({}) = {}", column(random), word(random)),
        11 => format!("SELECT id FROM {table} WHERE {} LIKE '{}%'", column(random), pick(random, &["a", "K", "ma", ""])),
        12 => {
            let column = column(random);
            format!("SELECT id, count(*) OVER (PARTITION BY {column}) FROM {table}")
        }
        13 => format!(
            "SELECT lower({}) FROM t WHERE id = {} UNION SELECT lower({}) FROM u WHERE id < {}",
            column(random),
            random.below(30),
            column(random),
            random.below(30)
        ),
        0 => format!("SELECT count(*) FROM {table} WHERE {}", comparison(random, "")),
        1 => format!("SELECT id, a, b, n FROM {table} WHERE {} AND {}", comparison(random, ""), comparison(random, "")),
        2 => {
            let column = column(random);
            format!("SELECT lower({column}), count(*), sum(n) FROM {table} GROUP BY {column}")
        }
        3 => format!("SELECT count(DISTINCT {}) FROM {table}", column(random)),
        4 => {
            let column = column(random);
            format!("SELECT lower(min({column})), lower(max({column})) FROM {table} WHERE {}", comparison(random, ""))
        }
        5 => {
            format!("SELECT x.id, y.id FROM t x JOIN u y ON x.{} = y.{} WHERE {}", column(random), column(random), comparison(random, "x."))
        }
        6 => format!(
            "SELECT x.id, y.n FROM {table} x LEFT JOIN u y ON y.{} = x.{} AND {}",
            column(random),
            column(random),
            comparison(random, "y.")
        ),
        _ => {
            let column = column(random);
            format!("SELECT id, {column} FROM {table} ORDER BY {column}, id, a, b, n LIMIT {}", 1 + random.below(9))
        }
    }
}

fn rows(database: &Database, sql: &str) -> Result<Vec<String>, String> {
    let table = run(database, sql).map_err(|error| error.to_string())?;
    let mut rows: Vec<String> = table.rows.iter().map(|row| row.iter().map(show).collect::<Vec<_>>().join("|")).collect();
    rows.sort();
    Ok(rows)
}

fn make(path: &Path, statements: &str) {
    let connection: Connection = owner(path);
    connection.execute_batch("PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY").unwrap();
    // Rows that a key forbids are left out of both files alike.
    for statement in statements.split_inclusive(';') {
        if let Err(error) = connection.execute_batch(statement) {
            assert!(error.to_string().contains("constraint"), "{statement}: {error}");
        }
    }
}

#[test]
fn rows_are_those_without_indexes() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random::new(7);
    let mut compared = 0;
    for round in 0..40 {
        let (tables, inserts, indexes) = file(&mut random);
        let view = "CREATE VIEW v AS SELECT * FROM t WHERE n IS NOT NULL UNION ALL SELECT * FROM u WHERE n = 1; CREATE VIEW w AS SELECT unaccent(a) FROM t;";
        let analyze = if round % 2 == 0 { "ANALYZE;" } else { "" };
        let (with, without) = (folder.path().join(format!("{round}.db")), folder.path().join(format!("{round}-plain.db")));
        make(&with, &format!("{tables}{inserts}{indexes}{view}{analyze}"));
        // The copy takes the very rows, into tables without keys.
        let plain = tables.replace(" PRIMARY KEY", "").replace(", (a, id)) WITHOUT ROWID", ")").replace(", (id, a)) WITHOUT ROWID", ")");
        make(&without, &format!("{plain}{view}"));
        let copier = owner(&without);
        copier
            .execute_batch(&format!(
                "ATTACH '{}' AS o; INSERT INTO main.t SELECT * FROM o.t NOT INDEXED; INSERT INTO main.u SELECT * FROM o.u NOT INDEXED",
                with.display()
            ))
            .unwrap();
        drop(copier);
        let (with, without) = (Database::open(&with).unwrap(), Database::open(&without).unwrap());
        for _ in 0..60 {
            let sql = query(&mut random);
            let (ours, expected) = (rows(&with, &sql), rows(&without, &sql));
            assert_eq!(ours, expected, "{sql}\n{tables}\n{indexes}");
            compared += usize::from(expected.is_ok());
        }
    }
    assert!(compared > 2000, "{compared}");
}
