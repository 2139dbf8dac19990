//! What passes, what is refused and by which name.

use super::*;
use proptest::prelude::*;

#[track_caller]
fn passes(sql: &str) {
    assert!(check(sql).is_ok(), "{sql}: {:?}", check(sql));
}

#[track_caller]
fn refused(sql: &str, kind: &str) {
    assert_eq!(check(sql), Err(GuardError::NotReadOnly { kind: kind.into() }), "{sql}");
}

#[test]
fn queries_pass() {
    passes("SELECT 1");
    passes("  -- why\n SELECT 1 ; ; /* end */ ");
    passes("/* open comment at the start */ select * from t -- ;");
    passes("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<9) SELECT * FROM n");
    passes("VALUES (1,2),(3,4)");
    passes("EXPLAIN QUERY PLAN SELECT 1");
    passes("EXPLAIN SELECT 1");
    passes("SELECT replace(a,'x','y') FROM t WHERE (replace(b,'c','d')) = 1");
    passes("SELECT 'DROP TABLE t; DELETE FROM t', \"delete\" FROM [insert into]");
    passes("SELECT \"update\" FROM t");
    passes("SELECT edit FROM changes");
    // sqlparser has no tree for these, SQLite runs them.
    passes("SELECT a FROM t INDEXED BY i WHERE a IS NOT DISTINCT FROM 1");
    passes("SELECT a COLLATE NOCASE, b NOTNULL, 'x' AS 'alias' FROM 't' LIMIT 1, 2");
    passes("SELECT 0x10, 1_000, x'ab', ?1, :n, @v, $d");
}

#[test]
fn semicolons_and_comments_are_cut() {
    assert_eq!(check(" SELECT 1 -- c\n;; ").unwrap().as_str(), "SELECT 1");
}

#[test]
fn everything_else_is_refused_by_name() {
    for (sql, kind) in [
        ("DROP TABLE t", "DROP"),
        ("drop table t", "DROP"),
        ("/* SELECT */ DELETE FROM t", "DELETE"),
        ("-- SELECT\nUPDATE t SET a=1", "UPDATE"),
        ("PRAGMA writable_schema=1", "PRAGMA"),
        ("ATTACH 'x' AS y", "ATTACH"),
        ("VACUUM INTO 'x'", "VACUUM"),
        ("EXPLAIN DELETE FROM t", "DELETE"),
        ("EXPLAIN QUERY PLAN UPDATE t SET a=1", "UPDATE"),
        ("WITH x AS (SELECT 1) DELETE FROM t", "DELETE"),
        ("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", "INSERT"),
        ("WITH x AS (SELECT 1) REPLACE INTO t SELECT * FROM x", "REPLACE"),
        ("WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x", "DELETE"),
        ("WITH x AS (SELECT 1) /* hi */ UPDATE t SET a=1 RETURNING a", "UPDATE"),
        ("INSERT INTO t VALUES(1) RETURNING *", "INSERT"),
        ("REPLACE INTO t VALUES(1)", "REPLACE"),
        ("SELECT * INTO other FROM t", "SELECT INTO"),
        ("BEGIN", "BEGIN"),
        ("SELECT 1; DROP TABLE t", "DROP"),
        ("CREATE TABLE t(a)", "CREATE"),
    ] {
        refused(sql, kind);
    }
}

#[test]
fn what_is_no_query_is_said_apart() {
    assert_eq!(check(""), Err(GuardError::Empty));
    assert_eq!(check(" ;; -- nothing\n/* at all"), Err(GuardError::Empty));
    assert_eq!(check("SELECT 1; SELECT 2"), Err(GuardError::SeveralStatements { count: 2 }));
    assert_eq!(check("Sorry, I cannot"), Err(GuardError::NotSql { start: "Sorry".into() }));
    assert_eq!(check("SELECT 1\0; DROP TABLE t"), Err(GuardError::Nul { at: 8 }));
    assert!(matches!(check(&"x".repeat(MAX_SQL_BYTES + 1)), Err(GuardError::TooLong { .. })));
}

#[test]
fn functions_that_reach_files_are_refused() {
    for sql in [
        "SELECT load_extension('x')",
        "SELECT writefile('x', 'y')",
        "SELECT \"readfile\" ('x')",
        "SELECT * FROM fsdir('.')",
        "SELECT a FROM t INDEXED BY i WHERE a = edit(a)",
        "SELECT (SELECT max(Load_Extension('x')))",
        "SELECT * FROM t ORDER BY writefile('a', b)",
    ] {
        assert!(matches!(check(sql), Err(GuardError::ForbiddenFunction { .. })), "{sql}: {:?}", check(sql));
    }
}

#[test]
fn depth_and_length_do_not_crash() {
    let _ = check(&format!("SELECT {}1{}", "(".repeat(50_000), ")".repeat(50_000)));
    let _ = check(&format!("SELECT 1{}", "+1".repeat(200_000)));
    let _ = check(&format!("SELECT 1{}", "+1".repeat(900)));
    let _ = check(&format!("SELECT 1{}", " IS NULL".repeat(480)));
    let _ = check(&format!("SELECT 1{}", " UNION SELECT 1".repeat(900)));
    let _ = check(&format!("SELECT {}1", "NOT ".repeat(900)));
    let _ = check(&format!("SELECT a{}", "[1]".repeat(900)));
    let _ = check(&format!("SELECT 1 FROM t {}", "JOIN t ".repeat(5_000)));
    passes(&format!("SELECT {} FROM t", vec!["\"a column\""; 2000].join(",")));
}

proptest! {
    #[test]
    fn never_panics(sql in "\\PC{0,120}") {
        let _ = check(&sql);
    }

    #[test]
    fn what_passes_begins_like_a_query(
        words in prop::collection::vec(prop::sample::select(vec![
            "SELECT", "WITH", "x", "AS", "(", ")", "DELETE", "INSERT", "INTO", "FROM", "t", "UPDATE", "SET", ";", "--", "\n", "/*", "*/",
            "'", "\"", "1", ",", "*", "VALUES", "EXPLAIN", "QUERY", "PLAN", "PRAGMA", "DROP", "TABLE", "REPLACE", "RETURNING", "=",
        ]), 0..14)
    ) {
        let sql = words.join(" ");
        if let Ok(read_only) = check(&sql) {
            let first = read_only.as_str().split_whitespace().next().unwrap_or("").to_ascii_uppercase();
            prop_assert!(["SELECT", "WITH", "VALUES", "EXPLAIN"].iter().any(|w| first.starts_with(w)), "{}", sql);
        }
    }
}

#[test]
fn what_lists_tables_elsewhere_is_told_where_it_is() {
    for sql in [".tables", ".schema city", "\\d", "SHOW TABLES", "describe city", "desc city"] {
        let error = check(sql).unwrap_err();
        assert!(
            matches!(error, GuardError::NotSql { .. }) && error.hint().contains("`sqllama schema DB` tells"),
            "{sql}: {error}: {}",
            error.hint()
        );
    }
    assert!(!check("selct 1").unwrap_err().hint().contains("schema"));
}
