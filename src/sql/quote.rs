//! Names and strings as SQL literals.

use crate::schema::Table;

/// `name` as an identifier: bare where it may be, else in double quotes.
pub fn identifier(name: &str) -> String {
    let mut chars = name.chars();
    let bare = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !is_keyword(name);
    if bare { name.to_owned() } else { quoted_identifier(name) }
}

/// `name` in double quotes, whatever it contains.
pub fn quoted_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `table` as statements name it: with the name of its file before it, where that was opened beside the first one.
pub fn table_name(table: &Table) -> String {
    in_database(table.database.as_deref(), &table.name)
}

/// As [`table_name`], for a table by its name and that of its file.
pub fn in_database(database: Option<&str>, name: &str) -> String {
    match database {
        Some(database) => format!("{}.{}", identifier(database), identifier(name)),
        None => identifier(name),
    }
}

/// `text` in single quotes.
pub fn string_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The name that `token` stands for: without `"..."`, `` `...` `` or `[...]`, doubled quotes made single.
pub fn unquote(token: &str) -> String {
    let inner = |open: char, close: char| token.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    if let Some(name) = inner('"', '"') {
        return name.replace("\"\"", "\"");
    }
    if let Some(name) = inner('`', '`') {
        return name.replace("``", "`");
    }
    inner('[', ']').unwrap_or(token).to_owned()
}

/// Whether `word` is one of SQLite's keywords (`sqlite.org/lang_keywords.html`), in any case.
pub fn is_keyword(word: &str) -> bool {
    word.len() <= 17 && KEYWORDS.binary_search(&word.to_ascii_uppercase().as_str()).is_ok()
}

/// Sorted.
const KEYWORDS: [&str; 147] = [
    "ABORT",
    "ACTION",
    "ADD",
    "AFTER",
    "ALL",
    "ALTER",
    "ALWAYS",
    "ANALYZE",
    "AND",
    "AS",
    "ASC",
    "ATTACH",
    "AUTOINCREMENT",
    "BEFORE",
    "BEGIN",
    "BETWEEN",
    "BY",
    "CASCADE",
    "CASE",
    "CAST",
    "CHECK",
    "COLLATE",
    "COLUMN",
    "COMMIT",
    "CONFLICT",
    "CONSTRAINT",
    "CREATE",
    "CROSS",
    "CURRENT",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "DATABASE",
    "DEFAULT",
    "DEFERRABLE",
    "DEFERRED",
    "DELETE",
    "DESC",
    "DETACH",
    "DISTINCT",
    "DO",
    "DROP",
    "EACH",
    "ELSE",
    "END",
    "ESCAPE",
    "EXCEPT",
    "EXCLUDE",
    "EXCLUSIVE",
    "EXISTS",
    "EXPLAIN",
    "FAIL",
    "FILTER",
    "FIRST",
    "FOLLOWING",
    "FOR",
    "FOREIGN",
    "FROM",
    "FULL",
    "GENERATED",
    "GLOB",
    "GROUP",
    "GROUPS",
    "HAVING",
    "IF",
    "IGNORE",
    "IMMEDIATE",
    "IN",
    "INDEX",
    "INDEXED",
    "INITIALLY",
    "INNER",
    "INSERT",
    "INSTEAD",
    "INTERSECT",
    "INTO",
    "IS",
    "ISNULL",
    "JOIN",
    "KEY",
    "LAST",
    "LEFT",
    "LIKE",
    "LIMIT",
    "MATCH",
    "MATERIALIZED",
    "NATURAL",
    "NO",
    "NOT",
    "NOTHING",
    "NOTNULL",
    "NULL",
    "NULLS",
    "OF",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OTHERS",
    "OUTER",
    "OVER",
    "PARTITION",
    "PLAN",
    "PRAGMA",
    "PRECEDING",
    "PRIMARY",
    "QUERY",
    "RAISE",
    "RANGE",
    "RECURSIVE",
    "REFERENCES",
    "REGEXP",
    "REINDEX",
    "RELEASE",
    "RENAME",
    "REPLACE",
    "RESTRICT",
    "RETURNING",
    "RIGHT",
    "ROLLBACK",
    "ROW",
    "ROWS",
    "SAVEPOINT",
    "SELECT",
    "SET",
    "TABLE",
    "TEMP",
    "TEMPORARY",
    "THEN",
    "TIES",
    "TO",
    "TRANSACTION",
    "TRIGGER",
    "UNBOUNDED",
    "UNION",
    "UNIQUE",
    "UPDATE",
    "USING",
    "VACUUM",
    "VALUES",
    "VIEW",
    "VIRTUAL",
    "WHEN",
    "WHERE",
    "WINDOW",
    "WITH",
    "WITHOUT",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::lex::name_of;
    use proptest::prelude::*;

    #[test]
    fn keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted());
        assert!(is_keyword("select") && is_keyword("WITHOUT") && !is_keyword("name"));
    }

    #[test]
    fn quotes_stand_only_where_needed() {
        for (name, quoted) in [
            ("name", "name"),
            ("CustomerId", "CustomerId"),
            ("_x1", "_x1"),
            ("select", "\"select\""),
            ("a\"b", "\"a\"\"b\""),
            ("1st", "\"1st\""),
            ("two words", "\"two words\""),
            ("größe", "\"größe\""),
            ("", "\"\""),
        ] {
            assert_eq!(identifier(name), quoted);
        }
        assert_eq!(string_literal("it's"), "'it''s'");
    }

    proptest! {
        #[test]
        fn quoting_is_undone_by_reading(name in "\\PC{0,20}") {
            prop_assert_eq!(name_of(&quoted_identifier(&name)), name.clone());
            prop_assert_eq!(name_of(&identifier(&name)), name);
        }
    }
}
