//! The authorizer: SQLite asks it about every table, function and pragma while it prepares a statement.

use std::collections::HashSet;

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

/// Pragmas that only tell, also as table-valued functions. Those in the second list must have no value.
const TELLING: [&str; 10] = [
    "table_info",
    "table_xinfo",
    "table_list",
    "index_list",
    "index_info",
    "index_xinfo",
    "foreign_key_list",
    "function_list",
    "collation_list",
    "database_list",
];
const TELLING_WITHOUT_VALUE: [&str; 8] =
    ["data_version", "page_size", "page_count", "encoding", "user_version", "application_id", "compile_options", "schema_version"];

const FORBIDDEN_FUNCTIONS: [&str; 9] =
    ["load_extension", "fts3_tokenizer", "readfile", "writefile", "edit", "fsdir", "zipfile", "sqlite_attach", "sqlite_detach"];

/// Allows reading, calling harmless functions and recursion, and nothing else.
///
/// R-tree and full-text modules prepare their own write statements on their shadow tables when a virtual table is first used, and
/// would not open without. Preparing those is allowed; running them is not possible (read-only file, `query_only`, and defensive
/// mode keeps statements from outside away from shadow tables).
pub(super) fn install(connection: &mut Connection) -> rusqlite::Result<()> {
    let shadows: HashSet<String> = connection
        .prepare("SELECT name FROM pragma_table_list WHERE type = 'shadow'")
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
        .unwrap_or_default();
    connection.authorizer(Some(move |context: AuthContext<'_>| decide(&context.action, &shadows)))
}

fn decide(action: &AuthAction<'_>, shadows: &HashSet<String>) -> Authorization {
    let among = |list: &[&str], name: &str| list.iter().any(|entry| entry.eq_ignore_ascii_case(name));
    let allowed = match action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => true,
        AuthAction::Function { function_name } => !among(&FORBIDDEN_FUNCTIONS, function_name),
        AuthAction::Pragma { pragma_name, pragma_value } => {
            among(&TELLING, pragma_name) || (pragma_value.is_none() && among(&TELLING_WITHOUT_VALUE, pragma_name))
        }
        AuthAction::Insert { table_name } | AuthAction::Delete { table_name } | AuthAction::Update { table_name, .. } => {
            shadows.contains(*table_name)
        }
        _ => false,
    };
    if allowed { Authorization::Allow } else { Authorization::Deny }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A writable database, so that the authorizer alone stands in the way.
    fn guarded() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t(a UNIQUE); INSERT INTO t VALUES (1)").unwrap();
        install(&mut connection).unwrap();
        connection
    }

    #[test]
    fn reading_passes() {
        let connection = guarded();
        for sql in [
            "SELECT count(*), upper(a) FROM t",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<9) SELECT sum(i) FROM n",
            "SELECT * FROM pragma_table_info('t')",
            "EXPLAIN QUERY PLAN SELECT * FROM t",
            "SELECT a FROM t ORDER BY row_number() OVER (ORDER BY a)",
            "SELECT value FROM json_each('[1]')",
        ] {
            connection.prepare(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
        }
    }

    #[test]
    fn everything_else_is_denied() {
        let connection = guarded();
        for sql in [
            "DELETE FROM t",
            "INSERT INTO t VALUES (1)",
            "UPDATE t SET a=2",
            "DROP TABLE t",
            "CREATE TABLE u(a)",
            "CREATE TEMP TABLE u(a)",
            "ALTER TABLE t RENAME TO u",
            "ATTACH ':memory:' AS x",
            "PRAGMA writable_schema=1",
            "PRAGMA query_only=0",
            "PRAGMA user_version=3",
            "SELECT load_extension('x')",
            "BEGIN",
            "SAVEPOINT s",
            "REINDEX",
            "ANALYZE",
        ] {
            let denied = connection.prepare(sql).is_err_and(|e| e.to_string().contains("not authorized"));
            assert!(denied, "{sql}");
        }
        // VACUUM INTO attaches when it runs.
        assert!(connection.execute_batch("VACUUM INTO '/nonexistent/x'").is_err());
    }
}
