//! The columns of a result. rusqlite's functions for them panic on a name or a declared type that is not UTF-8, and a file may hold any
//! bytes there; these read SQLite's own and replace what is not UTF-8.

use std::ffi::{CStr, c_char, c_int};

use rusqlite::{Connection, Statement, ffi};

use super::table::ColumnInfo;

/// The columns of `statement`, which was prepared on `connection` from `sql`.
pub(super) fn columns_of(connection: &Connection, statement: &Statement<'_>, sql: &str) -> Vec<ColumnInfo> {
    let count = c_int::try_from(statement.column_count()).unwrap_or(0);
    // SAFETY: the handle is open while `connection` is borrowed, and one thread at a time uses it (`Database` holds it in a mutex).
    let handle = unsafe { connection.handle() };
    let mut raw = std::ptr::null_mut();
    loop {
        // SAFETY: `raw` is null or a statement of this connection; none is finalised here.
        raw = unsafe { ffi::sqlite3_next_stmt(handle, raw) };
        if raw.is_null() {
            return Vec::new();
        }
        // A virtual table keeps statements of its own on the connection; ours is the one with our text.
        // SAFETY: `raw` is a live statement.
        let (text, columns) = unsafe { (ffi::sqlite3_sql(raw), ffi::sqlite3_column_count(raw)) };
        // SAFETY: SQLite's text of a live statement ends in NUL.
        if columns == count && !text.is_null() && sql.as_bytes().starts_with(unsafe { CStr::from_ptr(text) }.to_bytes()) {
            break;
        }
    }
    (0..count)
        .map(|i| {
            // SAFETY: `raw` is a live statement with more than `i` columns; the texts last until it is prepared anew, which cannot happen
            // before they are copied.
            let (name, declared_type) = unsafe { (ffi::sqlite3_column_name(raw, i), ffi::sqlite3_column_decltype(raw, i)) };
            ColumnInfo { name: text_of(name).unwrap_or_default(), declared_type: text_of(declared_type) }
        })
        .collect()
}

fn text_of(pointer: *const c_char) -> Option<String> {
    // SAFETY: SQLite gives null, or a string that ends in NUL.
    (!pointer.is_null()).then(|| unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned())
}
