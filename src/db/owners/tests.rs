//! Files of other programs, made with collations and functions that SQLite does not have.

mod odd;
mod simulation;

use std::cmp::Ordering;

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use crate::db::{Cell, Database, DbError, Limits, Table};
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::sql::guard;

/// How the owner compares: without case, and in an order that nobody else would have.
fn owners_order(a: &str, b: &str) -> Ordering {
    let key = |text: &str| text.to_lowercase().chars().rev().collect::<String>();
    key(b).cmp(&key(a))
}

/// A connection as the owner of a file has it.
pub(super) fn owner(path: &std::path::Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    for name in ["unicase", "LOCALIZED", "My Case"] {
        connection.create_collation(name, owners_order).unwrap();
    }
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    for name in ["unaccent", "title_sort", "secret"] {
        connection
            .create_scalar_function(name, 1, flags, |context| Ok(context.get::<Option<String>>(0)?.map(|text| text.to_lowercase())))
            .unwrap();
    }
    connection
}

struct File {
    folder: tempfile::TempDir,
}

impl File {
    fn new(sql: &str) -> Self {
        let file = Self { folder: tempfile::tempdir().unwrap() };
        owner(&file.path()).execute_batch(sql).unwrap();
        file
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("file.db")
    }

    fn open(&self) -> Database {
        Database::open(self.path()).unwrap()
    }
}

fn run(database: &Database, sql: &str) -> Result<Table, DbError> {
    database.execute(&guard::check(sql).unwrap(), &Limits::default(), &Cancel::new())
}

/// The first column of the rows, by commas, in order of rows.
#[track_caller]
fn check(database: &Database, sql: &str, expected: &str) {
    let rows = match run(database, sql) {
        Ok(table) => table.rows.iter().map(|row| show(&row[0])).collect::<Vec<_>>().join(","),
        Err(error) => panic!("{sql}: {error}"),
    };
    assert_eq!(rows, expected, "{sql}");
}

fn show(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".into(),
        Cell::Integer(n) => n.to_string(),
        Cell::Real(x) => x.to_string(),
        Cell::Text(text) => text.clone(),
        Cell::Blob(bytes) => format!("x'{}'", bytes.len()),
    }
}

fn schema(database: &Database) -> Schema {
    database.schema(&Cancel::new()).unwrap()
}

#[track_caller]
fn reason(schema: &Schema, name: &str) -> String {
    schema.table(name).unwrap().unreadable.clone().unwrap_or_default()
}

const DECKS: &str = "
    CREATE TABLE deck(id INTEGER PRIMARY KEY, name TEXT NOT NULL COLLATE unicase, n INT);
    CREATE UNIQUE INDEX deck_name ON deck(name);
    CREATE INDEX deck_n ON deck(n, name);
    CREATE TABLE card(id INTEGER PRIMARY KEY, did INTEGER, due INTEGER);
    CREATE TABLE tag(tag TEXT NOT NULL PRIMARY KEY COLLATE unicase, usn INTEGER) WITHOUT ROWID;
    CREATE INDEX tag_usn ON tag(usn);
    CREATE TABLE field(ntid INTEGER, ord INTEGER, name TEXT NOT NULL COLLATE unicase, PRIMARY KEY(ntid, ord)) WITHOUT ROWID;
    CREATE UNIQUE INDEX field_name ON field(name, ntid);
    CREATE VIEW due AS SELECT deck.name, count(*) AS n FROM card JOIN deck ON deck.id = card.did GROUP BY deck.name;
    CREATE VIEW due2 AS SELECT * FROM main.due;
    INSERT INTO deck(name, n) VALUES ('Spanish', 1), ('Kanji', 2), ('history', 2), ('Été', 3), ('5', 3);
    INSERT INTO card(did, due) VALUES (1, 1), (1, 2), (2, 3), (3, 4), (3, 5), (3, 6);
    INSERT INTO tag VALUES ('verb', 0), ('Noun', 1), ('x', 2), ('B', 3);
    INSERT INTO field VALUES (1, 0, 'Front'), (1, 1, 'Back'), (2, 0, 'Alpha')";

#[test]
fn rows_are_found_by_a_full_scan() {
    let file = File::new(DECKS);
    let database = file.open();
    for (sql, expected) in [
        ("SELECT id FROM deck WHERE name = 'KANJI'", "2"),
        ("SELECT id FROM main.deck WHERE name = 'KANJI'", "2"),
        ("SELECT id FROM \"main\".\"deck\" WHERE main.deck.name = 'kanji'", "2"),
        ("SELECT id FROM deck WHERE name = 'ÉTÉ'", "4"),
        ("SELECT id FROM deck WHERE name = 5", "5"),
        ("SELECT id FROM deck WHERE name = 'KANJI' COLLATE binary", ""),
        ("SELECT id FROM deck WHERE name IN ('SPANISH', 'HISTORY', 'none') ORDER BY id", "1,3"),
        ("SELECT 'HISTORY' IN (SELECT name FROM deck)", "1"),
        ("SELECT count(*) FROM deck WHERE name > 'a' AND name < 'l'", "2"),
        ("SELECT min(name) FROM deck", "5"),
        ("SELECT max(name) FROM deck", "Été"),
        ("SELECT name FROM deck ORDER BY name", "5,history,Kanji,Spanish,Été"),
        ("SELECT name FROM deck WHERE n = 2 ORDER BY name DESC", "Kanji,history"),
        ("SELECT DISTINCT name FROM deck ORDER BY id", "Spanish,Kanji,history,Été,5"),
        ("SELECT count(*) FROM deck", "5"),
        ("SELECT rowid FROM deck WHERE name = 'kanji'", "2"),
        ("SELECT d._rowid_ FROM deck AS d JOIN card c ON c.did = d.oid WHERE c.rowid = 6", "3"),
        ("SELECT c.oid FROM deck d JOIN card c ON c.did = d.id WHERE c.rowid = 6", "6"),
        ("SELECT id FROM deck INDEXED BY deck_name WHERE name = 'kanji'", "2"),
        ("SELECT tag FROM tag WHERE tag = 'NOUN'", "Noun"),
        ("SELECT tag FROM tag WHERE usn = '2'", "x"),
        ("SELECT count(*) FROM tag WHERE tag > 'a'", "4"),
        ("SELECT tag FROM tag ORDER BY tag", "B,Noun,verb,x"),
        ("SELECT name FROM field WHERE name = 'BACK'", "Back"),
        ("SELECT name FROM field WHERE ntid = 1 AND ord = 1", "Back"),
        ("SELECT n FROM due WHERE name = 'HISTORY'", "3"),
        ("SELECT n FROM main.due WHERE name = 'HISTORY'", "3"),
        ("SELECT n FROM due2 WHERE name = 'HISTORY'", "3"),
        ("WITH x AS (SELECT name FROM deck) SELECT count(*) FROM x JOIN deck USING (name)", "5"),
        ("SELECT name FROM pragma_table_info('deck') WHERE pk", "id"),
        ("SELECT count(*) FROM (SELECT name, sum(n) OVER (PARTITION BY name) FROM deck)", "5"),
        ("SELECT type FROM pragma_table_xinfo('deck')", "INTEGER,TEXT,INT"),
    ] {
        check(&database, sql, expected);
    }
    // A name that a person invents is still an error.
    assert!(matches!(run(&database, "SELECT id FROM card ORDER BY did COLLATE swedish"), Err(DbError::Sql { .. })));
    assert_eq!(database.notes().len(), 1);
    assert!(database.notes()[0].contains("`unicase` of Anki"), "{:?}", database.notes());
}

#[test]
fn the_schema_is_the_files() {
    let database = File::new(DECKS).open();
    let schema = schema(&database);
    let deck = schema.table("deck").unwrap();
    assert_eq!((deck.row_count, deck.primary_key.clone()), (Some(5), vec!["id".to_owned()]));
    assert_eq!(deck.columns.iter().map(|c| c.declared_type.as_str()).collect::<Vec<_>>(), ["INTEGER", "TEXT", "INT"]);
    assert_eq!(schema.table("tag").unwrap().row_count, Some(4));
    assert_eq!(schema.tables.len(), 6);
    assert!(schema.tables.iter().all(|table| table.unreadable.is_none()));
}

/// Where a name hides behind an alias, SQLite is not let through to the index.
#[test]
fn no_way_leads_around_the_view() {
    let database = File::new(DECKS).open();
    for sql in [
        "SELECT name FROM [main].deck WHERE name = 'kanji'",
        "SELECT id FROM main . /* x */ deck WHERE name = 'kanji'",
        "WITH y AS (SELECT name AS id FROM main.deck WHERE name = 'kanji') SELECT id FROM y",
    ] {
        assert_eq!(run(&database, sql).unwrap().rows.len(), 1, "{sql}");
    }
}

/// A view has no rowid, and a table without a key of its own has one all the same.
#[test]
fn rowids_are_kept() {
    let file = File::new(
        "CREATE TABLE t(a TEXT COLLATE unicase, b); CREATE INDEX i ON t(a); INSERT INTO t VALUES ('x', 1), ('Y', 2), ('z', 3);
         CREATE TABLE o(b, c); INSERT INTO o VALUES (2, 'two'), (3, 'three');
         CREATE VIEW v AS SELECT rowid AS r, a FROM t WHERE \"b\" <> \"none\";
         CREATE VIRTUAL TABLE f USING fts5(a, content='t'); INSERT INTO f(f) VALUES ('rebuild')",
    );
    let database = file.open();
    for (sql, expected) in [
        ("SELECT rowid FROM t WHERE a = 'y'", "2"),
        ("SELECT t.rowid FROM t WHERE a = 'y'", "2"),
        ("SELECT x.oid FROM main.t x JOIN o ON o.b = x.b WHERE o.rowid = 2", "3"),
        ("SELECT a FROM t WHERE rowid = 3", "z"),
        ("SELECT r FROM v WHERE a = 'Z'", "3"),
        ("SELECT r FROM main.v WHERE a = 'Z'", "3"),
        ("SELECT a FROM f WHERE f MATCH 'x'", "x"),
    ] {
        check(&database, sql, expected);
    }
    assert!(schema(&database).tables.iter().all(|table| table.unreadable.is_none()));
}

/// With statistics, SQLite would leap from value to value of an index whose first column nothing is asked of.
#[test]
fn no_leaps_through_an_index() {
    let mut sql =
        String::from("CREATE TABLE t(id INTEGER PRIMARY KEY, kind TEXT COLLATE unicase, n INT, x); CREATE INDEX i ON t(kind, n); BEGIN;");
    for i in 0..4000 {
        sql += &format!("INSERT INTO t(kind, n, x) VALUES ('{}', {i}, {i});", ["az", "Ba", "cx", "Dm"][i % 4]);
    }
    let file = File::new(&(sql + "COMMIT; ANALYZE;"));
    let database = file.open();
    check(&database, "SELECT x FROM t WHERE n = 77", "77");
    let plan = run(&database, "EXPLAIN QUERY PLAN SELECT x FROM t WHERE n = 77").unwrap();
    assert!(plan.rows.iter().all(|row| !show(&row[3]).contains("ANY")), "{plan:?}");
    // The same for its owner: that the test would notice.
    let owner = owner(&file.path());
    let detail: String = owner.query_row("EXPLAIN QUERY PLAN SELECT x FROM t WHERE n = 77", [], |row| row.get(3)).unwrap();
    assert!(detail.contains("ANY(kind)"), "{detail}");
}

#[test]
fn functions_of_owners_have_stand_ins() {
    let file = File::new(
        "CREATE TABLE song(id INTEGER PRIMARY KEY, title TEXT, artist TEXT);
         INSERT INTO song(title, artist) VALUES ('Été', 'X'), ('The Abba', 'Y');
         CREATE INDEX song_title ON song(unaccent(title));
         CREATE INDEX song_part ON song(artist) WHERE unaccent(title) = 'the abba';
         CREATE TABLE album(id INTEGER PRIMARY KEY, title TEXT, sort TEXT GENERATED ALWAYS AS (unaccent(title)) VIRTUAL);
         CREATE INDEX album_sort ON album(sort);
         INSERT INTO album(title) VALUES ('Zoo'), ('Été');
         CREATE TABLE secrets(id INTEGER PRIMARY KEY, a TEXT, b TEXT AS (secret(a)), c TEXT AS (secret(a)) STORED, d INT);
         INSERT INTO secrets(a, d) VALUES ('X', 7);
         CREATE VIEW meta AS SELECT id, title_sort(title) AS sort FROM song;
         CREATE VIEW hidden AS SELECT id, secret(title) AS s FROM song;
         CREATE VIEW above AS SELECT * FROM hidden;
         CREATE VIEW gone AS SELECT * FROM nowhere",
    );
    let database = file.open();
    for (sql, expected) in [
        ("SELECT count(*) FROM song", "2"),
        ("SELECT id FROM song WHERE title = 'The Abba'", "2"),
        ("SELECT id FROM song WHERE unaccent(title) = 'Ete'", "1"),
        ("SELECT id FROM song WHERE artist = 'Y' AND unaccent(title) = 'the abba'", ""),
        ("SELECT id FROM song WHERE artist = 'Y' AND unaccent(title) = 'The Abba'", "2"),
        ("SELECT sort FROM album ORDER BY id", "Zoo,Ete"),
        ("SELECT id FROM album WHERE sort = 'Ete'", "2"),
        ("SELECT sort FROM meta ORDER BY id", "Été,Abba, The"),
        ("SELECT c FROM secrets WHERE d = 7", "x"),
        ("SELECT count(*) FROM (SELECT * FROM secrets)", "1"),
    ] {
        check(&database, sql, expected);
    }
    assert_eq!(run(&database, "SELECT * FROM secrets").unwrap().columns.len(), 4);
    let schema = schema(&database);
    assert_eq!(reason(&schema, "hidden"), "it needs the function `secret`, which sqllama does not have");
    assert_eq!(reason(&schema, "above"), reason(&schema, "hidden"));
    assert_eq!(reason(&schema, "gone"), "it reads `nowhere`, which is not there");
    assert_eq!(reason(&schema, "meta"), "");
    assert_eq!(schema.readable().tables.len(), schema.tables.len() - 3);
    assert_eq!(schema.table("secrets").unwrap().columns.len(), 4);
    let notes = database.notes().join("\n");
    assert!(notes.contains("`unaccent`") && notes.contains("`title_sort` of calibre"), "{notes}");
    assert!(notes.contains("the column `b` of `secrets` is left out"), "{notes}");
}

#[test]
fn texts_of_rows_are_joined_as_their_program_does() {
    let file = tempfile::tempdir().unwrap();
    let path = file.path().join("metadata.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch(
            "CREATE TABLE b(id INTEGER PRIMARY KEY); CREATE TABLE a(book INT, id INT, name TEXT, val TEXT);
             INSERT INTO b VALUES (1), (2); INSERT INTO a VALUES (1, 2, 'Zoe', 'z'), (1, 1, 'Ann', 'y'), (2, 3, 'Bob', 'x');
             CREATE VIEW names AS SELECT id, (SELECT concat(name) FROM a WHERE book = b.id) AS n FROM b;
             CREATE VIEW sorted AS SELECT id, (SELECT sortconcat(id, name) FROM a WHERE book = b.id) AS n,
                 (SELECT identifiers_concat(name, val) FROM a WHERE book = b.id) AS i FROM b",
        )
        .unwrap();
    let database = Database::open(&path).unwrap();
    check(&database, "SELECT n FROM names", "Zoe,Ann,Bob");
    check(&database, "SELECT n FROM sorted", "Ann,Zoe,Bob");
    check(&database, "SELECT i FROM sorted WHERE id = 1", "Zoe:z,Ann:y");
}

/// What is in `temp` SQLite trusts, and the text comes from the file.
#[test]
fn views_made_again_do_not_go_around_trust() {
    let file = File::new(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT COLLATE unicase); CREATE INDEX i ON t(a); INSERT INTO t(a) VALUES ('x');
         CREATE TABLE \"order\"(state TEXT); INSERT INTO \"order\" VALUES ('open');
         CREATE VIEW unsafe1 AS SELECT a, load_extension('x') FROM t;
         CREATE VIEW unsafe2 AS SELECT a, name FROM t, pragma_table_info('t');
         CREATE VIEW unsafe3 AS SELECT \"text\" AS x, fts3_tokenizer('simple') FROM \"order\";
         CREATE VIEW unsafe4 AS SELECT a FROM t, dbstat;
         CREATE VIEW fine AS SELECT a FROM t",
    );
    let database = file.open();
    let schema = schema(&database);
    for name in ["unsafe1", "unsafe2", "unsafe3", "unsafe4"] {
        assert!(run(&database, &format!("SELECT * FROM {name}")).is_err(), "{name}");
        assert!(!reason(&schema, name).is_empty(), "{name}");
    }
    check(&database, "SELECT a FROM fine", "x");
}

#[test]
fn modules_that_are_missing() {
    let file = tempfile::tempdir().unwrap();
    let path = file.path().join("vec.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch(
            "CREATE TABLE books(id INTEGER PRIMARY KEY, title TEXT); INSERT INTO books(title) VALUES ('a');
             CREATE TABLE vec_chunks(chunk_id INTEGER PRIMARY KEY, validity BLOB); CREATE TABLE vec_notes(a);
             CREATE VIEW near AS SELECT b.title FROM books b JOIN vec v ON v.rowid = b.id;
             CREATE VIRTUAL TABLE msg USING fts4(subject, body); INSERT INTO msg VALUES ('a', 'b');
             CREATE VIRTUAL TABLE body USING fts4(content=\"books\", title);
             CREATE VIRTUAL TABLE new USING fts5(body); INSERT INTO new VALUES ('hello world');
             PRAGMA writable_schema=ON;
             INSERT INTO sqlite_schema VALUES ('table', 'vec', 'vec', 0, 'CREATE VIRTUAL TABLE vec using vec0(embedding float[4])');
             UPDATE sqlite_schema SET sql = replace(sql, 'body)', 'body, tokenize=icu)') WHERE name = 'msg';
             UPDATE sqlite_schema SET sql = replace(sql, 'title)', 'title, tokenize=icu)') WHERE name = 'body';
             UPDATE sqlite_schema SET sql = replace(sql, 'body)', 'body, tokenize=''calibre'')') WHERE name = 'new'",
        )
        .unwrap();
    let database = Database::open(&path).unwrap();
    let schema = schema(&database);
    for (name, expected) in [
        ("books", ""),
        ("vec", "it needs the module `vec0` of sqlite-vec, which sqllama does not have"),
        ("near", "it needs the module `vec0` of sqlite-vec, which sqllama does not have"),
        ("vec_chunks", "it holds the data of `vec`, which cannot be read without the module `vec0`"),
        ("vec_notes", ""),
        ("body", "it needs the full-text tokenizer `icu` of the program that made it; its text is in `books`"),
        ("msg", "it needs the full-text tokenizer `icu` of the program that made it; its text is in `msg_content`"),
        ("new", ""),
    ] {
        assert_eq!(reason(&schema, name), expected, "{name}");
    }
    check(&database, "SELECT body FROM new", "hello world");
    assert_eq!(
        database.notes(),
        ["`new` can be read, and not searched with MATCH: its tokenizer `calibre` is part of the program that made it"]
    );
    check(&database, "SELECT c0subject FROM msg_content", "a");
}

#[test]
fn strings_in_double_quotes_are_a_views_own() {
    let file = File::new(
        "CREATE TABLE columns_of(table_name TEXT, kind TEXT); INSERT INTO columns_of VALUES ('roads', 'LINE'), ('towns', 'POINT');
         CREATE TABLE \"order\"(id INTEGER PRIMARY KEY, state TEXT, total REAL, \"a b\" TEXT);
         INSERT INTO \"order\"(state, total, \"a b\") VALUES ('open', 5, 'it''s'), ('done', 7, 'q'), ('open', 9, 'state');
         CREATE VIEW kinds AS SELECT table_name, \"ST_\" || kind AS type_name FROM columns_of;
         CREATE VIEW \"Open Orders\" AS SELECT id, total FROM \"order\" WHERE state = \"open\";
         CREATE VIEW joined(\"the id\", t) AS SELECT o.id, c.table_name FROM \"order\" o LEFT JOIN columns_of c ON c.kind = \"POINT\" AND o.\"state\" = \"done\";
         CREATE VIEW \"above it\" AS SELECT \"id\" + 0 AS n FROM main.\"Open Orders\" WHERE \"x\" <> \"it's\";
         CREATE VIEW plain AS SELECT \"id\", \"a b\" FROM \"order\"",
    );
    let database = file.open();
    for (sql, expected) in [
        ("SELECT \"type_name\" FROM kinds", "ST_LINE,ST_POINT"),
        ("SELECT sum(total) FROM \"Open Orders\"", "14"),
        ("SELECT sum(\"total\") FROM main.\"Open Orders\"", "14"),
        ("SELECT \"t\" FROM joined ORDER BY \"the id\"", "NULL,towns,NULL"),
        ("SELECT n FROM \"above it\"", "1,3"),
        ("SELECT \"a b\" FROM plain WHERE \"id\" = 1", "it's"),
    ] {
        check(&database, sql, expected);
    }
    // A person's own string in double quotes is no string.
    assert!(matches!(run(&database, "SELECT id FROM \"order\" WHERE state = \"open\""), Err(DbError::Sql { .. })));
    assert!(matches!(run(&database, "SELECT \"nmae\" FROM kinds"), Err(DbError::Sql { .. })));
    assert!(database.notes().is_empty());
    assert!(schema(&database).tables.iter().all(|table| table.unreadable.is_none()));
}

/// A table that comes while the file is open is hidden too.
#[test]
fn a_new_index_is_noticed() {
    let file = File::new("CREATE TABLE t(a TEXT COLLATE unicase); INSERT INTO t VALUES ('b'), ('A'), ('c')");
    let database = file.open();
    check(&database, "SELECT a FROM t WHERE a = 'B'", "b");
    owner(&file.path()).execute_batch("CREATE INDEX i ON t(a); INSERT INTO t VALUES ('D'), ('x'), ('Aa')").unwrap();
    check(&database, "SELECT a FROM t WHERE a = 'd'", "D");
    check(&database, "SELECT a FROM t ORDER BY a", "A,Aa,b,c,D,x");
}

/// Looking at a file writes nothing in it or beside it.
#[test]
fn nothing_is_written() {
    let file = File::new(DECKS);
    let before = std::fs::read(file.path()).unwrap();
    let database = file.open();
    check(&database, "SELECT count(*) FROM deck", "5");
    assert_eq!(std::fs::read(file.path()).unwrap(), before);
    assert_eq!(std::fs::read_dir(file.folder.path()).unwrap().count(), 1);
}
