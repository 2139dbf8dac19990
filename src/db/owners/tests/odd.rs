//! Odd and hostile schemas: views without bound, strange names, other encodings.

use super::*;

/// A chain of views, each of which reads the one before twice, takes no longer to open than we let it.
#[test]
fn views_that_grow_without_bound_do_not_hold_up() {
    let mut sql = String::from("CREATE TABLE t(a TEXT COLLATE unicase); CREATE INDEX i ON t(a); CREATE VIEW v0 AS SELECT a FROM t;");
    for i in 1..9 {
        sql += &format!("CREATE VIEW v{i} AS SELECT p.a FROM v{} AS p, v{} AS q WHERE \"x\" = 'x';", i - 1, i - 1);
    }
    let file = File::new(&sql);
    let start = std::time::Instant::now();
    let database = file.open();
    println!("opened after {:?}", start.elapsed());
    let schema = schema(&database);
    assert!(start.elapsed() < std::time::Duration::from_secs(20), "{:?}", start.elapsed());
    check(&database, "SELECT count(*) FROM t", "0");
    assert_eq!((reason(&schema, "v3"), reason(&schema, "v8")), (String::new(), "it reads more than 16 other views".into()));
}

/// Hostile schemas: nothing panics, and what can be read is read.
#[test]
fn odd_names_and_texts() {
    let file = File::new(
        "CREATE TABLE \"a \"\"b\"(\"x y\" TEXT COLLATE \"My Case\" PRIMARY KEY, \"select\" INT, \"d'e\" TEXT AS (\"x y\" || 'q')) WITHOUT ROWID;
         CREATE INDEX \"i \"\"j\" ON \"a \"\"b\"(\"d'e\" COLLATE \"My Case\", \"select\"); INSERT INTO \"a \"\"b\" VALUES ('X', 1), ('y', 2);
         CREATE VIEW \"v \"\"w\"(\"c d\") AS SELECT \"x y\" || \"it's\" FROM main.\"a \"\"b\" /* \"c\" */ -- \"d\"
         ;
         CREATE TABLE temp_like(rowid TEXT COLLATE unicase UNIQUE, b); INSERT INTO temp_like VALUES ('R', 1);
         CREATE TABLE main(a TEXT COLLATE unicase UNIQUE, main TEXT); INSERT INTO main VALUES ('M', 'm')",
    );
    let database = file.open();
    for (sql, expected) in [
        ("SELECT \"select\" FROM \"a \"\"b\" WHERE \"x y\" = 'x'", "1"),
        ("SELECT \"d'e\" FROM main.\"a \"\"b\" WHERE \"d'e\" = 'yq'", "yq"),
        ("SELECT \"c d\" FROM \"v \"\"w\" ORDER BY 1", "Xit's,yit's"),
        ("SELECT rowid FROM temp_like WHERE rowid = 'r'", "R"),
        ("SELECT main.main FROM main WHERE a = 'm'", "m"),
        ("SELECT main.main.main FROM main.main WHERE main.a = 'm'", "m"),
    ] {
        check(&database, sql, expected);
    }
    assert!(schema(&database).tables.iter().all(|table| table.unreadable.is_none()), "{:?}", database.schema(&Cancel::new()));
}

/// Text that is not UTF-8, and texts in UTF-16, are compared too.
#[test]
fn other_encodings() {
    let file =
        File::new("PRAGMA encoding='UTF-16'; CREATE TABLE t(a TEXT COLLATE unicase UNIQUE); INSERT INTO t VALUES ('É'), ('b'), (x'ff')");
    check(&file.open(), "SELECT a FROM t WHERE a = 'é'", "É");
    let file = File::new("CREATE TABLE t(a TEXT COLLATE unicase UNIQUE); INSERT INTO t VALUES (CAST(x'ff41' AS TEXT)), ('b')");
    check(&file.open(), "SELECT count(*) FROM t WHERE a > 'a'", "2");
}
