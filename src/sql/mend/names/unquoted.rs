//! Names that need quotes and have none: keywords (`FROM order`), several words (`birth date`), signs (`home-team`).

use std::collections::HashSet;

use super::nearest::nearest_table;
use crate::schema::Schema;
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{Token, TokenKind, lex};
use crate::sql::quote::{identifier, is_keyword, quoted_identifier, table_name};

/// `sql` with quotes around such names, and the changes.
pub(super) fn quote(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let tokens: Vec<Token> = lex(sql).into_iter().filter(Token::is_significant).collect();
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text(sql));
    let pieces = Pieces::of(schema);
    let (mut edits, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        let before = at.checked_sub(1).map_or("", text);
        let found = pieces.at(&tokens, sql, at).or_else(|| keyword(schema, before, text(at), text(at + 1)).map(|name| (name, 1)));
        let Some((to, length)) = found else {
            at += 1;
            continue;
        };
        let (Some(first), Some(last)) = (tokens.get(at), tokens.get(at + length - 1)) else { break };
        edits.push((first.range.start..last.range.end, to));
        at += length;
    }
    edited(sql, ChangeKind::Column, edits)
}

/// A keyword where only a name may stand: a table behind FROM or JOIN, a column behind a dot, or alone between commas.
fn keyword(schema: &Schema, before: &str, word: &str, after: &str) -> Option<String> {
    let is = |text: &str, words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if !is_reserved(word) {
        return None;
    }
    let column = || schema.tables.iter().find_map(|table| table.column(word)).map(|_| quoted_identifier(word));
    if is(before, &["from", "join"]) && !is(word, &["select", "values", "with"]) {
        return nearest_table(schema, word).map(table_name);
    }
    if before == "." {
        return column();
    }
    let alone = is(before, &["select", ",", "by", "distinct"]) && (is(after, &[",", "from", ")", "desc", "asc"]) || after.is_empty());
    let table = || schema.table(word).filter(|_| after == ".").map(|table| identifier(&table.name));
    if alone && !is(word, &["null", "current_date", "current_time", "current_timestamp", "from", "all", "distinct"]) {
        column()
    } else {
        table()
    }
}

/// Whether SQLite does not take `word` as a name. Many keywords are (`sqlite3.y`, fallback ID); these are not.
fn is_reserved(word: &str) -> bool {
    const TAKEN_AS_NAMES: [&str; 66] = [
        "abort",
        "action",
        "after",
        "always",
        "analyze",
        "asc",
        "attach",
        "before",
        "begin",
        "by",
        "cascade",
        "cast",
        "column",
        "conflict",
        "current",
        "database",
        "deferred",
        "desc",
        "detach",
        "do",
        "each",
        "end",
        "exclude",
        "exclusive",
        "explain",
        "fail",
        "first",
        "following",
        "for",
        "generated",
        "glob",
        "groups",
        "if",
        "ignore",
        "immediate",
        "initially",
        "instead",
        "key",
        "last",
        "like",
        "match",
        "materialized",
        "no",
        "nulls",
        "of",
        "offset",
        "others",
        "partition",
        "plan",
        "pragma",
        "preceding",
        "query",
        "raise",
        "range",
        "recursive",
        "regexp",
        "release",
        "rename",
        "replace",
        "restrict",
        "rollback",
        "row",
        "rows",
        "temp",
        "view",
        "without",
    ];
    is_keyword(word) && !TAKEN_AS_NAMES.contains(&word.to_ascii_lowercase().as_str())
}

/// Names of the schema that the tokenizer cuts into several pieces.
struct Pieces {
    names: Vec<(Vec<String>, String)>,
    /// Names that are whole by themselves.
    whole: HashSet<String>,
}

impl Pieces {
    fn of(schema: &Schema) -> Self {
        let (mut names, mut whole) = (Vec::new(), HashSet::new());
        let columns = schema.tables.iter().flat_map(|table| table.columns.iter().map(|column| &column.name));
        for name in schema.tables.iter().map(|table| &table.name).chain(columns) {
            let pieces: Vec<String> =
                lex(name).iter().filter(|token| token.is_significant()).map(|token| token.text(name).to_lowercase()).collect();
            if pieces.len() < 2 {
                whole.insert(name.to_lowercase());
            } else if !names.iter().any(|(_, other)| other == name) {
                names.push((pieces, name.clone()));
            }
        }
        // The longest first: `home team name` before `home team`.
        names.sort_by_key(|(pieces, _)| std::cmp::Reverse(pieces.len()));
        Self { names, whole }
    }

    /// The name that stands in pieces at token `at`, quoted, and how many tokens it takes.
    fn at(&self, tokens: &[Token], sql: &str, at: usize) -> Option<(String, usize)> {
        let first = tokens.get(at)?;
        if first.kind != TokenKind::Word || self.whole.contains(&first.text(sql).to_lowercase()) {
            return None;
        }
        let fits = |pieces: &[String]| {
            tokens
                .get(at..at + pieces.len())
                .is_some_and(|run| run.iter().zip(pieces).all(|(token, piece)| token.text(sql).to_lowercase() == *piece))
        };
        let (pieces, name) = self.names.iter().find(|(pieces, _)| fits(pieces))?;
        Some((quoted_identifier(name), pieces.len()))
    }
}
