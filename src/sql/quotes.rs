//! Double quotes around a value: SQLite silently reads `"Rock"` as the string `'Rock'` where no column has that name, and so
//! turns a misspelt column into a constant. Rewriting what names nothing, and turning that leniency off, makes both plain.

use std::collections::HashSet;

use super::lex::{Token, TokenKind, lex, name_of};
use super::quote::string_literal;
use crate::schema::Schema;

/// `sql` with every double-quoted token that names nothing as a single-quoted string, and the changes as `(from, to)` in order.
///
/// A token names something where a table, a column, an alias, a common table expression or a declared result column has that
/// name, where a dot stands beside it, or where only a name may stand (after `AS`, `FROM`, `JOIN`; before a bracket).
pub fn mend_double_quotes(sql: &str, schema: &Schema) -> (String, Vec<(String, String)>) {
    let tokens: Vec<Token> = lex(sql);
    let significant: Vec<&Token> = tokens.iter().filter(|t| t.is_significant()).collect();
    let names = known_names(sql, &significant, schema);
    let mut out = String::with_capacity(sql.len());
    let mut changes = Vec::new();
    let mut copied = 0;
    for (i, token) in significant.iter().enumerate() {
        let text = token.text(sql);
        if token.kind != TokenKind::Quoted || !text.starts_with('"') || stands_for_a_name(sql, &significant, i) {
            continue;
        }
        let name = name_of(text);
        if names.contains(&name.to_ascii_lowercase()) {
            continue;
        }
        let literal = string_literal(&name);
        out.push_str(sql.get(copied..token.range.start).unwrap_or(""));
        out.push_str(&literal);
        copied = token.range.end;
        changes.push((text.to_owned(), literal));
    }
    out.push_str(sql.get(copied..).unwrap_or(""));
    (out, changes)
}

fn text_at<'a>(sql: &'a str, tokens: &[&Token], i: Option<usize>) -> &'a str {
    i.and_then(|i| tokens.get(i)).map_or("", |t| t.text(sql))
}

/// Whether position `i` takes a name and never a value.
fn stands_for_a_name(sql: &str, tokens: &[&Token], i: usize) -> bool {
    let before = text_at(sql, tokens, i.checked_sub(1));
    let after = text_at(sql, tokens, Some(i + 1));
    let names_follow = ["as", "from", "join", "into", "window", "over", "indexed", "collate", "."];
    names_follow.iter().any(|word| word.eq_ignore_ascii_case(before))
        || matches!(after, "." | "(")
        || after.eq_ignore_ascii_case("as") && is_cte(sql, tokens, i)
}

/// `"x" AS (`: the name of a common table expression.
fn is_cte(sql: &str, tokens: &[&Token], i: usize) -> bool {
    let third = text_at(sql, tokens, Some(i + 2));
    third == "(" || third.eq_ignore_ascii_case("materialized") || third.eq_ignore_ascii_case("not")
}

/// Every name in reach, lower case: the schema's, and those the statement declares itself.
fn known_names(sql: &str, tokens: &[&Token], schema: &Schema) -> HashSet<String> {
    let mut names: HashSet<String> = ["rowid", "oid", "_rowid_"].into_iter().map(str::to_owned).collect();
    for table in &schema.tables {
        names.insert(table.name.to_ascii_lowercase());
        names.extend(table.columns.iter().map(|column| column.name.to_ascii_lowercase()));
    }
    for (i, token) in tokens.iter().enumerate() {
        if !matches!(token.kind, TokenKind::Word | TokenKind::Quoted) {
            continue;
        }
        let before = i.checked_sub(1).and_then(|b| tokens.get(b));
        let declared = match before {
            Some(before) if before.text(sql).eq_ignore_ascii_case("as") => true,
            // An alias without AS follows a name, a bracket or a literal directly.
            Some(before) if token.kind == TokenKind::Quoted => match before.kind {
                TokenKind::Word => !super::quote::is_keyword(before.text(sql)),
                TokenKind::Quoted | TokenKind::Number | TokenKind::String => true,
                _ => before.text(sql) == ")",
            },
            _ => false,
        };
        if declared || is_cte(sql, tokens, i) && text_at(sql, tokens, Some(i + 1)).eq_ignore_ascii_case("as") {
            names.insert(name_of(token.text(sql)).to_ascii_lowercase());
        }
    }
    // `WITH x(a, "b c") AS (`: the columns in the brackets.
    for (i, token) in tokens.iter().enumerate() {
        let closes = token.text(sql) == ")" && text_at(sql, tokens, Some(i + 1)).eq_ignore_ascii_case("as") && is_cte(sql, tokens, i);
        if closes {
            let inside = tokens.get(..i).unwrap_or(&[]).iter().rev().take_while(|t| t.text(sql) != "(");
            names.extend(inside.filter(|t| t.kind == TokenKind::Quoted).map(|t| name_of(t.text(sql)).to_ascii_lowercase()));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Table};

    fn schema() -> Schema {
        let column = |name: &str| Column { name: name.into(), ..Column::default() };
        let table = Table { name: "track".into(), columns: vec![column("name"), column("unit price")], ..Table::default() };
        Schema { tables: vec![table] }
    }

    #[track_caller]
    fn check(sql: &str, expected: &str) {
        assert_eq!(mend_double_quotes(sql, &schema()).0, expected);
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

    #[test]
    fn changes_are_recorded() {
        let (_, changes) = mend_double_quotes("SELECT \"a\", \"b\" FROM track", &schema());
        assert_eq!(changes, [("\"a\"".to_owned(), "'a'".to_owned()), ("\"b\"".to_owned(), "'b'".to_owned())]);
    }
}
