//! Files of other programs at the command line: what is imitated is said once, and what is no database is named.

use std::cmp::Ordering;

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use crate::home::Home;

/// A file as its own program made it.
fn file(home: &Home, name: &str, sql: &str) -> String {
    let path = home.path().join(name);
    let connection = Connection::open(&path).unwrap();
    let fold = |text: &str| text.to_lowercase().chars().rev().collect::<String>();
    connection.create_collation("unicase", move |a: &str, b: &str| -> Ordering { fold(a).cmp(&fold(b)) }).unwrap();
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    for function in ["title_sort", "unaccent", "own"] {
        connection.create_scalar_function(function, 1, flags, |context| context.get::<Option<String>>(0)).unwrap();
    }
    connection.execute_batch(sql).unwrap();
    path.display().to_string()
}

#[test]
fn a_collation_of_the_owners() {
    let home = Home::new();
    let decks = file(
        &home,
        "decks.db",
        "CREATE TABLE deck(id INTEGER PRIMARY KEY, name TEXT NOT NULL COLLATE unicase); CREATE UNIQUE INDEX deck_name ON deck(name);
         CREATE TABLE card(id INTEGER PRIMARY KEY, did INTEGER); CREATE TABLE tag(tag TEXT PRIMARY KEY COLLATE unicase) WITHOUT ROWID;
         INSERT INTO deck(name) VALUES ('Spanish'), ('Kanji'), ('history'); INSERT INTO tag VALUES ('verb'), ('Noun');
         INSERT INTO card(did) VALUES (1), (2), (2), (3)",
    );
    let note = "note: the collation `unicase` of Anki is not SQLite's";
    home.check(&["query", &decks, "SELECT id FROM deck WHERE name = 'KANJI'", "--format", "csv"], 0, "id\n2\n", note);
    home.check(&["query", &decks, "SELECT tag FROM tag WHERE tag = 'NOUN'", "--format", "csv"], 0, "tag\nNoun\n", note);
    home.check(&["schema", &decks], 0, "name TEXT", note);
    let script = home.script(&["```sql\nSELECT count(*) FROM card JOIN deck ON deck.id = card.did WHERE deck.name = 'kanji'\n```"]);
    home.check(&["ask", &decks, "How many cards has the deck Kanji?", "--model", &script, "--format", "csv"], 0, "2\n", note);
    let said = home.run(&["query", &decks, "SELECT 1"]);
    assert_eq!(String::from_utf8_lossy(&said.stderr).matches("unicase").count(), 1);
}

#[test]
fn functions_and_modules_of_the_owners() {
    let home = Home::new();
    let books = file(
        &home,
        "books.db",
        "CREATE TABLE books(id INTEGER PRIMARY KEY, title TEXT); INSERT INTO books(title) VALUES ('The Long Way');
         CREATE VIEW meta AS SELECT id, title_sort(title) AS sort FROM books; CREATE VIEW other AS SELECT own(title) AS x FROM books;
         PRAGMA writable_schema=ON;
         INSERT INTO sqlite_schema VALUES ('table', 'vec', 'vec', 0, 'CREATE VIRTUAL TABLE vec USING vec0(e float[4])')",
    );
    home.check(&["query", &books, "SELECT sort FROM meta", "--format", "csv"], 0, "\"Long Way, The\"", "`title_sort` of calibre");
    home.check(&["query", &books, "SELECT * FROM other"], 1, "", "no such function: own");
    home.check(&["query", &books, "SELECT * FROM vec"], 1, "", "its module is part of the program");
    let schema = String::from_utf8_lossy(&home.run(&["schema", &books]).stdout).into_owned();
    assert!(schema.contains("books") && schema.contains("meta") && !schema.contains("vec") && !schema.contains("other"), "{schema}");
}

#[test]
fn what_is_no_database_is_named() {
    let home = Home::new();
    for (name, bytes, sentence) in [
        ("a.zip", &b"PK\x03\x04\x14\0\0\0"[..], "is a zip archive"),
        ("a.db.gz", b"\x1f\x8b\x08\0\0\0", "is compressed with gzip"),
        ("a.duckdb", b"12345678DUCK\x40\0\0\0", "is a DuckDB database"),
        ("a.db-wal", b"\x37\x7f\x06\x82\0\x2d\xe2\x18", "is the write-ahead log"),
        ("a.db-journal", b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", "is the rollback journal"),
        ("a.store", b"bplist00\xd4\x01\x02\x03", "Core Data binary store"),
        ("a.sqlite", b"a,b\n1,2\n3,4\n", "is a table as text"),
    ] {
        let path = home.file(name, bytes).display().to_string();
        home.check(&["query", &path, "SELECT 1"], 3, "", sentence);
        home.check(&["query", &path, "SELECT 1"], 3, "", "hint: ");
    }
    home.check(&["query", "", "SELECT 1"], 3, "", "the path is empty");
}

#[test]
fn a_pragma_is_pointed_to_its_table() {
    let home = Home::new();
    home.check(&["query", "demo", "PRAGMA table_info(track)"], 4, "", "SELECT * FROM pragma_table_info('track')");
    home.check(&["query", "demo", "SELECT name FROM pragma_table_info('track')", "--format", "csv"], 0, "name\n", "");
}

/// A view keeps its own strings in double quotes, whatever else a statement quotes.
#[test]
fn strings_of_views_in_double_quotes() {
    let home = Home::new();
    let orders = file(
        &home,
        "orders.db",
        "CREATE TABLE \"order\"(id INTEGER PRIMARY KEY, state TEXT, total REAL);
         INSERT INTO \"order\"(state, total) VALUES ('open', 5), ('done', 7), ('open', 9);
         CREATE VIEW \"Open Orders\" AS SELECT id, total FROM \"order\" WHERE state = \"open\"",
    );
    home.check(&["query", &orders, "SELECT sum(total) AS s FROM \"Open Orders\"", "--format", "csv"], 0, "s\n14.0\n", "");
    home.check(&["query", &orders, "SELECT id FROM \"order\" WHERE state = \"open\""], 1, "", "single quotes");
    let script = home.script(&["```sql\nSELECT count(*) FROM \"Open Orders\"\n```"]);
    home.check(&["ask", &orders, "How many open orders?", "--model", &script, "--format", "csv"], 0, "2\n", "");
}
