//! Words that SQLite knows: keywords that can never be names, functions, tables that are in every database.

/// Keywords that are never names without quotes: those of `parse.y` without its fallbacks.
const RESERVED: [&str; 57] = [
    "add",
    "all",
    "alter",
    "and",
    "as",
    "autoincrement",
    "between",
    "case",
    "check",
    "collate",
    "commit",
    "constraint",
    "create",
    "default",
    "deferrable",
    "delete",
    "distinct",
    "drop",
    "else",
    "escape",
    "except",
    "exists",
    "foreign",
    "from",
    "group",
    "having",
    "in",
    "index",
    "insert",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "limit",
    "not",
    "nothing",
    "notnull",
    "null",
    "on",
    "or",
    "order",
    "primary",
    "references",
    "returning",
    "select",
    "set",
    "table",
    "then",
    "to",
    "transaction",
    "union",
    "unique",
    "update",
    "using",
    "when",
    "where",
];

/// Whether `word` can never be a name without quotes. (`VALUES` is one too, and is asked for by itself where it may begin a query.)
pub(super) fn is_reserved(word: &[u8]) -> bool {
    let lower = word.to_ascii_lowercase();
    RESERVED.binary_search_by(|reserved| reserved.as_bytes().cmp(&lower)).is_ok() || lower == b"values"
}

/// Words that may stand where a value is expected.
pub(super) const OPERAND_WORDS: [&str; 15] = [
    "not",
    "case",
    "exists",
    "null",
    "distinct",
    "all",
    "current_date",
    "current_time",
    "current_timestamp",
    "true",
    "false",
    "when",
    "from",
    "interval",
    "else",
];

/// Words that may stand first in a bracket, besides values.
pub(super) const BRACKET_WORDS: [&str; 4] = ["select", "with", "values", "where"];

/// Words that may stand first in the bracket of a window.
pub(super) const WINDOW_WORDS: [&str; 5] = ["partition", "order", "rows", "range", "groups"];

/// Tables that are in every database, and their columns.
pub(super) const SYSTEM_TABLES: [&str; 4] = ["sqlite_master", "sqlite_schema", "sqlite_temp_master", "sqlite_temp_schema"];
/// See [`SYSTEM_TABLES`].
pub(super) const SYSTEM_COLUMNS: [&str; 5] = ["type", "name", "tbl_name", "rootpage", "sql"];

/// What every table with rows of its own also calls their key.
pub(super) const ROWID: [&str; 3] = ["rowid", "oid", "_rowid_"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        assert!(RESERVED.is_sorted());
        assert!(is_reserved(b"SELECT") && is_reserved(b"Values") && !is_reserved(b"key"));
    }
}
