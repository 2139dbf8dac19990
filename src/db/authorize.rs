//! The authorizer: SQLite asks it about every table, function and pragma while it prepares a statement.

use std::collections::HashSet;
use std::ffi::{CStr, c_char, c_int, c_void};

use rusqlite::{Connection, ffi};

use super::owners::Overlay;

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

/// What the callback looks at. It has to live as long as the connection that it was installed on.
#[derive(Debug)]
pub(super) struct Authorizer {
    /// Names of the tables in which virtual tables keep their own data.
    shadows: HashSet<Vec<u8>>,
    /// Tables that only the view of ours that hides them may read.
    overlay: Overlay,
    /// Tables beside the first file that nobody may read here, with their file's name before them; both in lower case.
    hidden: HashSet<(Vec<u8>, Vec<u8>)>,
}

/// Allows reading, calling harmless functions and recursion, and nothing else.
///
/// R-tree and full-text modules prepare their own write statements on their shadow tables when a virtual table is first used, and
/// would not open without. Preparing those is allowed; running them is not possible (read-only file, `query_only`, and defensive
/// mode keeps statements from outside away from shadow tables).
///
/// rusqlite's own authorizer panics (and prints) where a table's or a column's name is not UTF-8, so this speaks to SQLite itself.
/// The caller keeps what it returns until the connection is closed.
pub(super) fn install(connection: &Connection, overlay: Overlay, hidden: HashSet<(Vec<u8>, Vec<u8>)>) -> rusqlite::Result<Box<Authorizer>> {
    let shadows = connection.prepare("SELECT name FROM pragma_table_list WHERE type = 'shadow'").and_then(|mut statement| {
        let names = statement.query_map([], |row| Ok(row.get_ref(0)?.as_bytes()?.to_vec()))?;
        names.collect()
    });
    let authorizer = Box::new(Authorizer { shadows: shadows.unwrap_or_default(), overlay, hidden });
    let data = std::ptr::from_ref::<Authorizer>(&authorizer).cast_mut().cast::<c_void>();
    // SAFETY: the handle is open while `connection` is borrowed; `callback` has the signature SQLite asks for, only reads what `data`
    // points at, and the caller keeps that alive, unmoved in its box, as long as the connection.
    let code = unsafe { ffi::sqlite3_set_authorizer(connection.handle(), Some(callback), data) };
    if code == ffi::SQLITE_OK { Ok(authorizer) } else { Err(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)) }
}

unsafe extern "C" fn callback(
    data: *mut c_void,
    action: c_int,
    first: *const c_char,
    second: *const c_char,
    database: *const c_char,
    accessor: *const c_char,
) -> c_int {
    // SAFETY: `install` passed a pointer to an `Authorizer` that outlives the connection, and nobody writes to it.
    let authorizer = unsafe { &*data.cast::<Authorizer>() };
    // SAFETY: SQLite passes null, or a string that ends in NUL and lasts for this call.
    let text = |pointer: *const c_char| (!pointer.is_null()).then(|| unsafe { CStr::from_ptr(pointer) }.to_bytes());
    let hidden = action == ffi::SQLITE_READ && !authorizer.may_read(text(first), text(second), text(database), text(accessor));
    if !hidden && authorizer.allows(action, text(first), text(second)) { ffi::SQLITE_OK } else { ffi::SQLITE_DENY }
}

impl Authorizer {
    /// Whether a column of a table may be read by the view `accessor`: what the planner must not see is read through the view that hides it.
    /// The empty column stands for the table's rows alone.
    fn may_read(&self, table: Option<&[u8]>, column: Option<&[u8]>, database: Option<&[u8]>, accessor: Option<&[u8]>) -> bool {
        let (Some(table), Some(column)) = (table, column) else { return true };
        let of_file = database.is_none_or(|database| database == b"main");
        if !of_file && !self.hidden.is_empty() {
            let key = (database.unwrap_or_default().to_ascii_lowercase(), table.to_ascii_lowercase());
            return !self.hidden.contains(&key);
        }
        column.is_empty() || !of_file || self.overlay.lets_read(table, accessor)
    }

    /// Whether `action` may be prepared; what `first` and `second` are depends on it (`sqlite.org/c3ref/c_alter_table.html`).
    fn allows(&self, action: c_int, first: Option<&[u8]>, second: Option<&[u8]>) -> bool {
        let among =
            |list: &[&str], name: Option<&[u8]>| list.iter().any(|entry| name.is_some_and(|n| n.eq_ignore_ascii_case(entry.as_bytes())));
        match action {
            ffi::SQLITE_SELECT | ffi::SQLITE_READ | ffi::SQLITE_RECURSIVE => true,
            ffi::SQLITE_FUNCTION => second.is_some() && !among(&FORBIDDEN_FUNCTIONS, second),
            ffi::SQLITE_PRAGMA => among(&TELLING, first) || (second.is_none() && among(&TELLING_WITHOUT_VALUE, first)),
            ffi::SQLITE_INSERT | ffi::SQLITE_DELETE | ffi::SQLITE_UPDATE => first.is_some_and(|table| self.shadows.contains(table)),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A writable database, so that the authorizer alone stands in the way.
    fn guarded() -> (Connection, Box<Authorizer>) {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t(a UNIQUE); INSERT INTO t VALUES (1)").unwrap();
        let authorizer = install(&connection, Overlay::default(), HashSet::new()).unwrap();
        (connection, authorizer)
    }

    #[test]
    fn reading_passes() {
        let (connection, _authorizer) = guarded();
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
        let (connection, _authorizer) = guarded();
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
