//! What the statements of a schema use that SQLite does not have.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::sql::lex::{Token, TokenKind, lex, name_of};
use crate::sql::quote::is_keyword;

/// What kind of thing an [`Entry`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Table,
    Virtual,
    View,
    Index,
}

/// One row of `sqlite_schema`. Those whose names are not UTF-8 are left out: no statement can name them.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    pub(super) name: String,
    /// The table an index is on; else the name.
    pub(super) table: String,
    pub(super) sql: String,
}

/// The schema as it is stored, and SQLite's own functions.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) entries: Vec<Entry>,
    /// Lower case.
    functions: Vec<String>,
}

impl Stored {
    pub(super) fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let mut statement = connection.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid")?;
        let mut rows = statement.query([])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            let text = |i| match row.get_ref(i) {
                Ok(ValueRef::Text(bytes)) => std::str::from_utf8(bytes).ok(),
                _ => None,
            };
            let (Some(kind), Some(name), Some(table)) = (text(0), text(1), text(2)) else { continue };
            let sql = text(3).unwrap_or("");
            let kind = match kind {
                "table" if is_virtual(sql) => Kind::Virtual,
                "table" => Kind::Table,
                "view" => Kind::View,
                "index" => Kind::Index,
                _ => continue,
            };
            entries.push(Entry { kind, name: name.to_owned(), table: table.to_owned(), sql: sql.to_owned() });
        }
        let mut own = connection.prepare("SELECT DISTINCT lower(name) FROM pragma_function_list")?;
        let functions = own.query_map([], |row| row.get(0))?.filter_map(Result::ok).collect();
        Ok(Self { entries, functions })
    }

    pub(super) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.kind == kind)
    }

    /// The indexes of `table` that a `CREATE INDEX` made.
    pub(super) fn indexes_of<'a>(&'a self, table: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.of_kind(Kind::Index).filter(move |entry| entry.table.eq_ignore_ascii_case(table) && !entry.sql.is_empty())
    }

    /// Every name behind `COLLATE`.
    pub(super) fn collations(&self) -> impl Iterator<Item = String> {
        self.entries.iter().flat_map(|entry| collations(&entry.sql))
    }

    /// Whether a statement of the schema calls `name`.
    pub(super) fn calls(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| calls(&entry.sql).iter().any(|call| call.eq_ignore_ascii_case(name)))
    }

    /// Whether an index or a table keeps what `name` gave.
    pub(super) fn keeps(&self, name: &str) -> bool {
        let stored = self.entries.iter().filter(|entry| matches!(entry.kind, Kind::Index | Kind::Table));
        stored.into_iter().any(|entry| calls(&entry.sql).iter().any(|call| call.eq_ignore_ascii_case(name)))
    }

    /// Whether SQLite has a function `name`.
    pub(super) fn has_function(&self, name: &str) -> bool {
        self.functions.iter().any(|own| own.eq_ignore_ascii_case(name))
    }
}

fn is_virtual(sql: &str) -> bool {
    let tokens = lex(sql);
    tokens.iter().filter(|t| t.is_significant()).nth(1).is_some_and(|t| t.text(sql).eq_ignore_ascii_case("virtual"))
}

/// Tokens that mean something.
pub(super) fn significant(sql: &str) -> Vec<Token> {
    lex(sql).into_iter().filter(Token::is_significant).collect()
}

/// Every name behind `COLLATE` in `sql`, as it is written.
pub(super) fn collations(sql: &str) -> Vec<String> {
    if !sql.as_bytes().windows(7).any(|seven| seven.eq_ignore_ascii_case(b"collate")) {
        return Vec::new();
    }
    let tokens = significant(sql);
    let behind = tokens.windows(2).filter_map(|pair| match pair {
        [word, name] if word.kind == TokenKind::Word && word.text(sql).eq_ignore_ascii_case("collate") => Some(name),
        _ => None,
    });
    behind.filter(|name| is_name(name)).map(|name| name_of(name.text(sql))).collect()
}

fn is_name(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Word | TokenKind::Quoted | TokenKind::String)
}

/// The part of a `CREATE INDEX` statement that says what is indexed: all behind the table's name.
pub(super) fn indexed(sql: &str) -> &str {
    let tokens = significant(sql);
    let on = tokens.iter().position(|token| token.kind == TokenKind::Word && token.text(sql).eq_ignore_ascii_case("on"));
    let from = on.and_then(|on| tokens.get(on + 1)).map_or(0, |table| table.range.end);
    sql.get(from..).unwrap_or("")
}

/// Functions that an expression calls, `REGEXP` and `MATCH` among them.
pub(super) fn calls(sql: &str) -> Vec<String> {
    let tokens = significant(sql);
    let mut out = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let text = token.text(sql);
        let operator = token.kind == TokenKind::Word && ["regexp", "match"].iter().any(|word| word.eq_ignore_ascii_case(text));
        let opens = tokens.get(i + 1).is_some_and(|next| next.text(sql) == "(");
        let word = token.kind == TokenKind::Quoted || token.kind == TokenKind::Word && !is_keyword(text);
        if operator || opens && word {
            out.push(name_of(text));
        }
    }
    out
}

/// Every name in `sql`, unquoted.
pub(super) fn names(sql: &str) -> Vec<String> {
    significant(sql).iter().filter(|token| is_name(token)).map(|token| name_of(token.text(sql))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_behind_collate() {
        assert_eq!(collations("create table t(a collate unicase, \"collate x\" text collate \"My Case\")"), ["unicase", "My Case"]);
        assert_eq!(collations("create table t(a text)"), [""; 0]);
    }

    #[test]
    fn calls_of_an_index() {
        let sql = "CREATE INDEX i ON t(unaccent(title), lower(a)) WHERE b IN (1) AND c REGEXP 'x' AND (\"f g\"(d))";
        assert_eq!(calls(indexed(sql)), ["unaccent", "lower", "REGEXP", "f g"]);
        assert_eq!(indexed("create unique index \"on x\" on [a b](c)"), "(c)");
    }

    #[test]
    fn virtual_tables_are_told() {
        assert!(is_virtual("create /* x */ virtual table a using b"));
        assert!(!is_virtual("create table virtual(a)"));
    }
}
