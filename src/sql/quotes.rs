//! Double quotes around a value: SQLite silently reads `"Rock"` as the string `'Rock'` where no column has that name, and so
//! turns a misspelt column into a constant. Rewriting what names nothing, and turning that leniency off, makes both plain.

use std::collections::HashSet;

use super::lex::{Token, TokenKind, lex, name_of};
use super::quote::string_literal;
use crate::schema::{Schema, TableKind};

/// `sql` with every double-quoted token that names nothing as a single-quoted string, and the changes as `(from, to)` in order.
///
/// A token names something where the statement's own tables have a column of that name, where the statement declares it (an alias, a
/// common table expression, a result column), where a dot stands beside it, or where only a name may stand (in a list of tables, after
/// `AS`, before a bracket). What the statement's tables have is known only where all of them are; otherwise nothing is changed.
pub fn mend_double_quotes(sql: &str, schema: &Schema) -> (String, Vec<(String, String)>) {
    let tokens: Vec<Token> = lex(sql);
    let statement = Significant { sql, tokens: tokens.iter().filter(|t| t.is_significant()).collect() };
    let is_candidate = |token: &&Token| token.kind == TokenKind::Quoted && token.text(sql).starts_with('"');
    if !statement.tokens.iter().any(is_candidate) {
        return (sql.to_owned(), Vec::new());
    }
    let table_lists = statement.table_lists();
    let Some(names) = statement.known_names(&table_lists, schema) else { return (sql.to_owned(), Vec::new()) };
    let mut out = String::with_capacity(sql.len());
    let mut changes = Vec::new();
    let mut copied = 0;
    for (i, token) in statement.tokens.iter().enumerate().filter(|(_, token)| is_candidate(token)) {
        let name = name_of(token.text(sql));
        let listed = table_lists.get(i).copied().unwrap_or(false);
        if listed || statement.stands_for_a_name(i) || names.contains(&name.to_ascii_lowercase()) {
            continue;
        }
        let literal = string_literal(&name);
        out.push_str(sql.get(copied..token.range.start).unwrap_or(""));
        out.push_str(&literal);
        copied = token.range.end;
        changes.push((token.text(sql).to_owned(), literal));
    }
    out.push_str(sql.get(copied..).unwrap_or(""));
    (out, changes)
}

/// Columns of table-valued functions, which no schema lists.
const JSON_COLUMNS: [&str; 10] = ["key", "value", "type", "atom", "id", "parent", "fullkey", "path", "json", "root"];
/// Columns of `sqlite_schema`.
const SCHEMA_COLUMNS: [&str; 5] = ["type", "name", "tbl_name", "rootpage", "sql"];

/// A statement without blanks and comments.
struct Significant<'a> {
    sql: &'a str,
    tokens: Vec<&'a Token>,
}

impl Significant<'_> {
    fn text(&self, i: Option<usize>) -> &str {
        i.and_then(|i| self.tokens.get(i)).map_or("", |t| t.text(self.sql))
    }

    fn before(&self, i: usize, steps: usize) -> &str {
        self.text(i.checked_sub(steps))
    }

    fn is_before(&self, i: usize, words: &[&str]) -> bool {
        words.iter().any(|word| word.eq_ignore_ascii_case(self.before(i, 1)))
    }

    /// For each token, whether it stands in a list of tables (behind `FROM` or `JOIN`, or in brackets there) or of columns (`USING`).
    fn table_lists(&self) -> Vec<bool> {
        let mut open = vec![false];
        let mut out = Vec::with_capacity(self.tokens.len());
        for (i, token) in self.tokens.iter().enumerate() {
            let here = open.last().copied().unwrap_or(false);
            let text = token.text(self.sql);
            out.push(here);
            match text {
                // A bracket behind a name in the list holds a function's arguments.
                "(" => open.push(here && self.is_before(i, &["from", "join", ",", "("]) || self.is_before(i, &["using"])),
                ")" if open.len() > 1 => {
                    open.pop();
                }
                _ if token.kind == TokenKind::Word => {
                    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
                    let ends =
                        ["select", "where", "group", "order", "having", "limit", "on", "window", "union", "except", "intersect", "values"];
                    let now = if is(&["from"]) { !self.is_before(i, &["distinct"]) } else { is(&["join"]) || here && !is(&ends) };
                    if let Some(top) = open.last_mut() {
                        *top = now;
                    }
                }
                _ => {}
            }
        }
        out
    }

    /// Whether position `i` takes a name and never a value.
    fn stands_for_a_name(&self, i: usize) -> bool {
        let after = self.text(Some(i + 1));
        self.is_before(i, &["as", "into", "window", "over", "collate", ".", "in"])
            || self.is_before(i, &["by"]) && self.before(i, 2).eq_ignore_ascii_case("indexed")
            || matches!(after, "." | "(")
            || after.eq_ignore_ascii_case("match")
            || after.eq_ignore_ascii_case("as") && self.is_cte(i)
    }

    /// `"x" AS (`: the name of a common table expression.
    fn is_cte(&self, i: usize) -> bool {
        let third = self.text(Some(i + 2));
        third == "(" || third.eq_ignore_ascii_case("materialized") || third.eq_ignore_ascii_case("not")
    }

    /// Every name that may stand where a value may, lower case. `None` where a table has columns that nobody knows.
    fn known_names(&self, table_lists: &[bool], schema: &Schema) -> Option<HashSet<String>> {
        let mut names: HashSet<String> = ["rowid", "oid", "_rowid_"].into_iter().map(str::to_owned).collect();
        for (i, token) in self.tokens.iter().enumerate() {
            let listed = table_lists.get(i).copied().unwrap_or(false) || self.is_before(i, &["in"]);
            if listed && matches!(token.kind, TokenKind::Word | TokenKind::Quoted | TokenKind::String) {
                self.add_columns(i, schema, &mut names)?;
            }
            if matches!(token.kind, TokenKind::Word | TokenKind::Quoted) && self.declares(i, token) {
                names.insert(name_of(token.text(self.sql)).to_ascii_lowercase());
            }
            // `WITH x(a, "b c") AS (`: the columns in the brackets.
            if token.text(self.sql) == ")" && self.text(Some(i + 1)).eq_ignore_ascii_case("as") && self.is_cte(i) {
                let inside = self.tokens.get(..i).unwrap_or(&[]).iter().rev().take_while(|t| t.text(self.sql) != "(");
                names.extend(inside.filter(|t| t.kind == TokenKind::Quoted).map(|t| name_of(t.text(self.sql)).to_ascii_lowercase()));
            }
        }
        Some(names)
    }

    /// Adds the columns of the table called as token `i` is, where there is one. `None` where it has columns that nobody knows.
    fn add_columns(&self, i: usize, schema: &Schema, names: &mut HashSet<String>) -> Option<()> {
        let name = name_of(self.text(Some(i))).to_ascii_lowercase();
        // Several files may have a table of that name.
        let called: Vec<_> = schema.tables.iter().filter(|table| table.name.eq_ignore_ascii_case(&name)).collect();
        for table in &called {
            if table.columns.is_empty() {
                return None;
            }
            names.extend(table.columns.iter().map(|column| column.name.to_ascii_lowercase()));
            if table.kind == TableKind::Virtual {
                // Full-text tables hide two columns: one called as they are, and the rank.
                names.extend([name.clone(), "rank".to_owned()]);
            }
        }
        if !called.is_empty() {
            return Some(());
        }
        if ["sqlite_schema", "sqlite_master", "sqlite_temp_schema", "sqlite_temp_master"].contains(&name.as_str()) {
            names.extend(SCHEMA_COLUMNS.map(str::to_owned));
        } else if name == "json_each" || name == "json_tree" {
            names.extend(JSON_COLUMNS.map(str::to_owned));
        } else if name.starts_with("pragma_") || self.text(Some(i + 1)) == "(" && self.is_before(i, &["from", "join", ","]) {
            return None;
        }
        Some(())
    }

    /// Whether token `i` is an alias or names a common table expression.
    fn declares(&self, i: usize, token: &Token) -> bool {
        if self.text(Some(i + 1)).eq_ignore_ascii_case("as") && self.is_cte(i) {
            return true;
        }
        let Some(before) = i.checked_sub(1).and_then(|b| self.tokens.get(b)) else { return false };
        let text = before.text(self.sql);
        if text.eq_ignore_ascii_case("as") {
            return true;
        }
        // An alias without AS follows a name, a bracket, a literal or the end of a CASE directly.
        token.kind == TokenKind::Quoted
            && match before.kind {
                TokenKind::Word => !super::quote::is_keyword(text) || ["end", "null"].iter().any(|word| word.eq_ignore_ascii_case(text)),
                TokenKind::Quoted | TokenKind::Number | TokenKind::String | TokenKind::Blob => true,
                _ => text == ")",
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Table};
    use proptest::prelude::*;

    fn schema() -> Schema {
        let column = |name: &str| Column { name: name.into(), ..Column::default() };
        let table = |name: &str, kind, columns: &[&str]| Table {
            name: name.into(),
            kind,
            columns: columns.iter().map(|name| column(name)).collect(),
            ..Table::default()
        };
        let tables = vec![
            table("track", TableKind::Table, &["name", "unit price", "album id"]),
            table("Album", TableKind::Table, &["Album Id", "Title"]),
            table("words", TableKind::Virtual, &["body"]),
            table("broken", TableKind::View, &[]),
        ];
        Schema { tables }
    }

    #[track_caller]
    fn check(sql: &str, expected: &str) {
        assert_eq!(mend_double_quotes(sql, &schema()).0, expected);
    }

    #[track_caller]
    fn stays(sql: &str) {
        check(sql, sql);
    }

    #[test]
    fn values_get_single_quotes_and_names_stay() {
        check("SELECT * FROM track WHERE name = \"Rock\"", "SELECT * FROM track WHERE name = 'Rock'");
        check("SELECT \"Name\", \"unit price\" FROM \"track\"", "SELECT \"Name\", \"unit price\" FROM \"track\"");
        check(
            "SELECT name AS \"The Name\" FROM track ORDER BY \"The Name\"",
            "SELECT name AS \"The Name\" FROM track ORDER BY \"The Name\"",
        );
        check("SELECT name \"n n\" FROM track ORDER BY \"n n\"", "SELECT name \"n n\" FROM track ORDER BY \"n n\"");
        check("SELECT t.\"nmae\" FROM track t", "SELECT t.\"nmae\" FROM track t");
        check("WITH \"c t\" AS (SELECT 1) SELECT * FROM \"c t\" x", "WITH \"c t\" AS (SELECT 1) SELECT * FROM \"c t\" x");
        check("WITH c(\"x y\") AS (SELECT 1) SELECT \"x y\" FROM c", "WITH c(\"x y\") AS (SELECT 1) SELECT \"x y\" FROM c");
        check(
            "SELECT * FROM track WHERE name IN (\"a\", \"it's\", \"q\"\"q\")",
            "SELECT * FROM track WHERE name IN ('a', 'it''s', 'q\"q')",
        );
        check("SELECT * FROM track WHERE name LIKE \"%x%\" -- \"no\"", "SELECT * FROM track WHERE name LIKE '%x%' -- \"no\"");
    }

    /// A value that happens to be called as something that the statement does not read.
    #[test]
    fn only_the_statements_own_tables_count() {
        check("SELECT * FROM track WHERE name = \"Title\"", "SELECT * FROM track WHERE name = 'Title'");
        check("SELECT * FROM track WHERE name = \"album\"", "SELECT * FROM track WHERE name = 'album'");
        check("SELECT * FROM track WHERE name IN (\"Track\", \"Title\")", "SELECT * FROM track WHERE name IN ('Track', 'Title')");
        stays("SELECT \"Title\" FROM track JOIN album USING (\"album id\")");
        stays("SELECT name FROM track WHERE EXISTS (SELECT 1 FROM \"Album\" WHERE \"Title\" = name)");
        stays("SELECT name FROM track, \"Album\" \"the album\" WHERE \"the album\".\"Title\" = name");
        stays("SELECT \"Title\" FROM track JOIN (\"Album\" CROSS JOIN words) ON 1");
        stays("SELECT \"Title\" FROM (SELECT * FROM main.\"album\")");
        stays("SELECT 1 IN \"track\"");
        check("SELECT name IS NOT DISTINCT FROM \"Title\" FROM track", "SELECT name IS NOT DISTINCT FROM 'Title' FROM track");
        check("SELECT \"Title\"", "SELECT 'Title'");
    }

    #[test]
    fn names_that_no_schema_lists_stay() {
        stays("SELECT \"value\", \"key\" FROM json_each('[1]')");
        check("SELECT * FROM json_each(\"[1]\")", "SELECT * FROM json_each('[1]')");
        stays("SELECT \"rank\" FROM words WHERE \"words\" MATCH 'fox'");
        stays("SELECT \"name\", \"sql\" FROM sqlite_schema");
        stays("SELECT CASE WHEN 1 THEN 2 END \"a b\" FROM track ORDER BY \"a b\"");
        // What these have is not known, so nothing is touched.
        stays("SELECT \"cid\", \"x\" FROM pragma_table_info('track')");
        stays("SELECT \"x\" FROM series(1, 2)");
        stays("SELECT \"x\" FROM broken");
    }

    #[test]
    fn changes_are_recorded() {
        let (_, changes) = mend_double_quotes("SELECT \"a\", \"b\" FROM track", &schema());
        assert_eq!(changes, [("\"a\"".to_owned(), "'a'".to_owned()), ("\"b\"".to_owned(), "'b'".to_owned())]);
    }

    proptest! {
        #[test]
        fn never_panics_and_changes_only_quotes(sql in "(\\PC|\"a\"|\"|'|\\(|\\)| FROM | JOIN |track| IN |,|\\.){0,30}") {
            let (mended, changes) = mend_double_quotes(&sql, &schema());
            prop_assert!(!changes.is_empty() || mended == sql);
        }
    }
}
