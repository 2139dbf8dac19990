//! Names that fit at a place of a statement that is being typed: tables after FROM and JOIN, columns of the tables in use, keywords.

use std::collections::HashSet;
use std::ops::Range;

use super::lex::{Token, TokenKind, lex, name_of};
use super::quote::{identifier, table_name};
use super::statement::statement_at;
use crate::schema::{Schema, Table};

/// Names offered at most.
const OFFERED: usize = 50;

/// What kind of name is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameKind {
    /// A table or a view.
    Table,
    /// A file, where several are open.
    Database,
    /// A column.
    Column,
    /// A word of SQL.
    Keyword,
}

/// One name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// As it is put into the statement: quoted where that is needed.
    pub text: String,
    /// What it is.
    pub kind: NameKind,
    /// A table's kind, a column's table and type.
    pub detail: String,
}

/// What is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// What the chosen name takes the place of, in bytes.
    pub replaced: Range<usize>,
    /// Best first.
    pub names: Vec<Name>,
}

const KEYWORDS: [&str; 52] = [
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP BY",
    "ORDER BY",
    "HAVING",
    "LIMIT",
    "OFFSET",
    "JOIN",
    "LEFT JOIN",
    "INNER JOIN",
    "CROSS JOIN",
    "ON",
    "USING",
    "AS",
    "AND",
    "OR",
    "NOT",
    "IN",
    "IS NULL",
    "IS NOT NULL",
    "LIKE",
    "GLOB",
    "BETWEEN",
    "EXISTS",
    "DISTINCT",
    "UNION",
    "UNION ALL",
    "INTERSECT",
    "EXCEPT",
    "WITH",
    "RECURSIVE",
    "VALUES",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "CAST",
    "DESC",
    "ASC",
    "COUNT",
    "SUM",
    "AVG",
    "MIN",
    "MAX",
    "COALESCE",
    "LENGTH",
    "LOWER",
    "UPPER",
    "SUBSTR",
    "ROUND",
];

/// Words after which a relation stands.
const BEFORE_RELATION: [&str; 3] = ["FROM", "JOIN", "INTO"];
/// Words that cannot be an alias.
const NO_ALIAS: [&str; 18] = [
    "ON",
    "USING",
    "WHERE",
    "GROUP",
    "ORDER",
    "HAVING",
    "LIMIT",
    "JOIN",
    "LEFT",
    "RIGHT",
    "FULL",
    "INNER",
    "OUTER",
    "CROSS",
    "NATURAL",
    "UNION",
    "EXCEPT",
    "INTERSECT",
];

/// Names that fit at byte `cursor` of `sql`. Nothing inside strings and comments.
pub fn complete(sql: &str, cursor: usize, schema: &Schema) -> Option<Names> {
    if !sql.is_char_boundary(cursor) {
        return None;
    }
    let tokens = lex(sql);
    let inside = tokens.iter().find(|token| token.range.start < cursor && cursor <= token.range.end);
    let (typed, replaced) = match inside {
        Some(token) if matches!(token.kind, TokenKind::String | TokenKind::Comment | TokenKind::Blob | TokenKind::Number) => return None,
        Some(token) if matches!(token.kind, TokenKind::Word | TokenKind::Quoted | TokenKind::Unknown) => {
            (sql.get(token.range.start..cursor)?, token.range.clone())
        }
        _ => ("", cursor..cursor),
    };
    let typed = typed.trim_start_matches(['"', '[', '`']).to_lowercase();
    let statement = statement_at(sql, cursor).unwrap_or(0..sql.len());
    let own: Vec<&Token> = tokens
        .iter()
        .filter(|token| token.is_significant() && token.range.start >= statement.start && token.range.end <= statement.end.max(cursor))
        .collect();
    let before: Vec<&Token> = own.iter().copied().filter(|token| token.range.end <= replaced.start).collect();
    let sources = sources(sql, &own, &replaced, schema);
    let mut names: Vec<(u8, Name)> = Vec::new();
    let last = before.last().map(|token| token.text(sql)).unwrap_or_default();
    if last == "." {
        let part = |back: usize| before.len().checked_sub(back).and_then(|at| before.get(at)).map(|token| token.text(sql));
        let owner = part(2).map(|name| name_of(name).to_lowercase());
        // `crm.contact.` has the name of a file before that of the table.
        let database = part(4).filter(|_| part(3) == Some(".")).map(name_of);
        let named = sources.iter().filter(|(alias, _)| database.is_none() && Some(alias) == owner.as_ref()).map(|(_, table)| *table);
        let stored = schema.tables.iter().filter(|table| {
            database.as_deref().is_none_or(|database| table.is_of(Some(database))) && Some(table.name.to_lowercase()) == owner
        });
        match named.chain(stored).next() {
            Some(table) => names.extend(columns(table, 0)),
            None => names.extend(tables_of(schema, owner.as_deref().filter(|_| database.is_none())?)),
        }
    } else if BEFORE_RELATION.iter().any(|word| last.eq_ignore_ascii_case(word)) || (last == "," && after_from(sql, &before)) {
        names.extend(tables(schema, 0));
        names.extend(databases(schema, 1));
    } else {
        let used: HashSet<&str> = sources.iter().map(|(_, table)| table.name.as_str()).collect();
        for table in readable(schema) {
            names.extend(columns(table, if used.contains(table.name.as_str()) { 0 } else { 4 }));
        }
        let aliases = sources.iter().filter(|(alias, table)| *alias != table.name.to_lowercase());
        names.extend(aliases.map(|(alias, table)| (1, Name { text: alias.clone(), kind: NameKind::Table, detail: table.name.clone() })));
        names.extend(tables(schema, 3));
        names.extend(databases(schema, 4));
        let keyword = |word: &&str| (2, Name { text: (*word).into(), kind: NameKind::Keyword, detail: String::new() });
        names.extend(KEYWORDS.iter().map(keyword));
    }
    let fits = |name: &Name| name_of(&name.text).to_lowercase();
    let mut seen = HashSet::new();
    let mut ranked: Vec<(bool, u8, Name)> = names
        .into_iter()
        .filter(|(_, name)| fits(name).contains(&typed) && (name.kind != NameKind::Keyword || fits(name).starts_with(&typed)))
        .map(|(rank, name)| (!fits(&name).starts_with(&typed), rank, name))
        .collect();
    // Keywords stay in their own order: the frequent ones first.
    ranked.sort_by_key(|(inner, rank, name)| (*inner, *rank, if name.kind == NameKind::Keyword { String::new() } else { fits(name) }));
    let names: Vec<Name> =
        ranked.into_iter().map(|(_, _, name)| name).filter(|name| seen.insert(name.text.to_lowercase())).take(OFFERED).collect();
    // What is typed in full needs no offer.
    let complete = names.len() == 1 && names.first().is_some_and(|name| fits(name) == typed);
    (!names.is_empty() && !complete).then_some(Names { replaced, names })
}

fn readable(schema: &Schema) -> impl Iterator<Item = &Table> {
    schema.tables.iter().filter(|table| table.unreadable.is_none())
}

fn tables(schema: &Schema, rank: u8) -> impl Iterator<Item = (u8, Name)> {
    readable(schema).map(move |table| {
        let kind = match table.kind {
            crate::schema::TableKind::Table => "table",
            crate::schema::TableKind::View => "view",
            crate::schema::TableKind::Virtual => "virtual table",
        };
        let detail = table.database.as_ref().map_or(kind.into(), |database| format!("{kind} of {database}"));
        (rank, Name { text: table_name(table), kind: NameKind::Table, detail })
    })
}

/// The tables of the file called `database`, by their own names.
fn tables_of<'s>(schema: &'s Schema, database: &str) -> impl Iterator<Item = (u8, Name)> + 's {
    let database = database.to_owned();
    let own = readable(schema).filter(move |table| table.is_of(Some(&database)));
    own.map(|table| (0, Name { text: identifier(&table.name), kind: NameKind::Table, detail: String::new() }))
}

/// What the files are called, where there are several.
fn databases(schema: &Schema, rank: u8) -> impl Iterator<Item = (u8, Name)> {
    let beside = schema.databases();
    let main = (!beside.is_empty()).then_some("main");
    beside.into_iter().chain(main).map(move |name| (rank, Name { text: identifier(name), kind: NameKind::Database, detail: "file".into() }))
}

fn columns(table: &Table, rank: u8) -> impl Iterator<Item = (u8, Name)> {
    table.columns.iter().map(move |column| {
        let detail = format!("{} {}", table.name, column.declared_type.to_lowercase());
        (rank, Name { text: identifier(&column.name), kind: NameKind::Column, detail: detail.trim().into() })
    })
}

/// Whether the last clause that began is FROM.
fn after_from(sql: &str, before: &[&Token]) -> bool {
    let clause = before.iter().rev().map(|token| token.text(sql).to_ascii_uppercase());
    clause
        .into_iter()
        .find(|word| matches!(word.as_str(), "FROM" | "SELECT" | "WHERE" | "GROUP" | "ORDER" | "HAVING" | "ON" | "USING" | "LIMIT" | "("))
        .is_some_and(|word| word == "FROM")
}

/// Tables that the statement reads, by lower-case alias or name. What is being typed is no alias yet.
pub(super) fn sources<'s>(sql: &str, tokens: &[&Token], typed: &Range<usize>, schema: &'s Schema) -> Vec<(String, &'s Table)> {
    let mut out = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let text = |i: usize| tokens.get(i).map(|token| token.text(sql)).unwrap_or_default();
        let relation = BEFORE_RELATION.iter().any(|word| token.text(sql).eq_ignore_ascii_case(word))
            || (token.text(sql) == "," && after_from(sql, tokens.get(..at).unwrap_or(&[])));
        if !relation {
            continue;
        }
        let (table, at) = match text(at + 2) {
            "." => (schema.table_of(Some(&name_of(text(at + 1))), &name_of(text(at + 3))), at + 2),
            _ => (schema.table(&name_of(text(at + 1))), at),
        };
        let Some(table) = table else { continue };
        out.push((table.name.to_lowercase(), table));
        let alias = if text(at + 2).eq_ignore_ascii_case("AS") { at + 3 } else { at + 2 };
        let is_name =
            tokens.get(alias).is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted) && token.range != *typed);
        if is_name && !NO_ALIAS.iter().any(|word| text(alias).eq_ignore_ascii_case(word)) {
            out.push((name_of(text(alias)).to_lowercase(), table));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn schema() -> Schema {
        let table = Table::named;
        Schema {
            tables: vec![
                table("artist", &["id", "name"]),
                table("album", &["id", "title", "artist_id"]),
                table("order items", &["Unit Price"]),
            ],
        }
    }

    /// `|` in `sql` is the cursor; `expected` are the first names.
    #[track_caller]
    fn check(sql: &str, expected: &[&str]) {
        let cursor = sql.find('|').unwrap();
        let names = complete(&sql.replace('|', ""), cursor, &schema());
        let found: Vec<String> = names.map(|names| names.names.into_iter().map(|name| name.text).collect()).unwrap_or_default();
        assert_eq!(found.iter().take(expected.len().max(1)).map(String::as_str).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn names_fit_the_place() {
        check("SELECT * FROM |", &["album", "artist", "\"order items\""]);
        check("SELECT * FROM al|", &["album"]);
        check("SELECT * FROM album, ar|", &["artist"]);
        check("SELECT ti| FROM album", &["title"]);
        check("SELECT | FROM album", &["artist_id", "id", "title"]);
        check("SELECT a.| FROM album AS a JOIN artist b ON a.artist_id = b.id", &["artist_id", "id", "title"]);
        check("SELECT b.n| FROM album a JOIN artist b", &["name"]);
        check("SELECT album.t|", &["title"]);
        check("SELECT \"unit| FROM \"order items\"", &["\"Unit Price\""]);
        check("SELECT 'al|bum'", &[]);
        check("SELECT 1 -- al|", &[]);
        check("SELECT id FROM artist WHE|", &["WHERE"]);
        check("SELECT 1; SELECT * FROM art|", &["artist"]);
        check("SELECT x.| FROM album", &[]);
    }

    #[test]
    fn names_of_every_file_are_offered() {
        let mut schema = schema();
        let mut beside = schema.tables[0].clone();
        (beside.name, beside.database) = ("contact".into(), Some("my crm".into()));
        beside.columns[0].name = "email".into();
        schema.tables.push(beside);
        let check = |sql: &str, expected: &[&str]| {
            let cursor = sql.find('|').unwrap();
            let names = complete(&sql.replace('|', ""), cursor, &schema).map_or(Vec::new(), |found| found.names);
            let names: Vec<&str> = names.iter().take(expected.len().max(1)).map(|name| name.text.as_str()).collect();
            assert_eq!(names, expected, "{sql}");
        };
        check("SELECT * FROM cont|", &["\"my crm\".contact"]);
        check("SELECT * FROM my|", &["\"my crm\"", "\"my crm\".contact"]);
        check("SELECT * FROM \"my crm\".|", &["contact"]);
        check("SELECT * FROM main.al|", &["album"]);
        check("SELECT e| FROM \"my crm\".contact", &["email"]);
        check("SELECT c.e| FROM \"my crm\".contact AS c", &["email"]);
        check("SELECT \"my crm\".contact.e| FROM album", &["email"]);
    }

    #[test]
    fn what_is_typed_is_replaced() {
        let sql = "SELECT titl FROM album";
        assert_eq!(complete(sql, 9, &schema()).unwrap().replaced, 7..11);
        assert_eq!(complete(sql, 11, &schema()).unwrap().replaced, 7..11);
        assert_eq!(complete("SELECT title FROM album", 12, &schema()), None);
    }

    proptest! {
        #[test]
        fn any_text_and_cursor_do(sql in "[\\PC\n]{0,60}", cursor in 0usize..80) {
            if let Some(names) = complete(&sql, cursor, &schema()) {
                prop_assert!(sql.get(names.replaced).is_some());
            }
        }
    }
}
