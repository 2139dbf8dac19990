//! sqlparser's syntax tree, where it can be had safely, and where its names stand in the text.

use std::ops::Range;

use sqlparser::ast::{Ident, Query, Statement};
use sqlparser::dialect::SQLiteDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Location;

use super::lex::{MAX_SQL_BYTES, Token, TokenKind, lex};
use super::quote::unquote;

/// Operators and keywords up to which the syntax tree is built. A chain of operators nests the tree as deep as it is long, and
/// walking or dropping it takes stack. SQLite stops at an expression depth of 1,000.
const MAX_TREE_DEPTH: usize = 1_000;

/// The trees of `sql`, which `tokens` are cut from. `None` where sqlparser cannot read it, or where the tree might be too deep to walk.
pub(super) fn parse<'t>(sql: &str, tokens: impl IntoIterator<Item = &'t Token>) -> Option<Vec<Statement>> {
    let nesting = |t: &&Token| matches!(t.kind, TokenKind::Operator | TokenKind::Word) && nests(t.text(sql));
    let depth = tokens.into_iter().filter(nesting).count();
    if depth <= MAX_TREE_DEPTH { Parser::parse_sql(&SQLiteDialect {}, sql).ok() } else { None }
}

/// The one query that `sql` is, where sqlparser sees one.
pub(super) fn query(sql: &str) -> Option<Query> {
    if sql.len() > MAX_SQL_BYTES {
        return None;
    }
    let mut trees = parse(sql, &lex(sql))?;
    match (trees.pop(), trees.pop()) {
        (Some(Statement::Query(query)), None) => Some(*query),
        _ => None,
    }
}

/// Whether a token can deepen the syntax tree: all operators but separators, and the words that join or nest.
fn nests(token: &str) -> bool {
    match token {
        "," | "." | ")" => false,
        _ if token.bytes().next().is_some_and(|b| b.is_ascii_punctuation() && b != b'_') => true,
        _ => [
            "and",
            "or",
            "not",
            "is",
            "isnull",
            "notnull",
            "like",
            "glob",
            "match",
            "regexp",
            "in",
            "between",
            "collate",
            "union",
            "except",
            "intersect",
            "escape",
            "case",
            "over",
            "filter",
            "null",
        ]
        .iter()
        .any(|word| token.eq_ignore_ascii_case(word)),
    }
}

/// Turns sqlparser's lines and columns into bytes of the text.
#[derive(Debug)]
pub(super) struct Places<'a> {
    sql: &'a str,
    lines: Vec<usize>,
}

impl<'a> Places<'a> {
    /// Of one text.
    pub(super) fn new(sql: &'a str) -> Self {
        let lines = std::iter::once(0).chain(sql.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { sql, lines }
    }

    /// The byte at which `location` stands. Lines and columns count from 1, columns in characters.
    pub(super) fn byte(&self, location: Location) -> Option<usize> {
        let line = usize::try_from(location.line).ok()?.checked_sub(1)?;
        let column = usize::try_from(location.column).ok()?.checked_sub(1)?;
        let start = *self.lines.get(line)?;
        let rest = self.sql.get(start..)?;
        if column == 0 {
            return Some(start);
        }
        rest.char_indices().nth(column).map(|(at, _)| start + at).or_else(|| (rest.chars().count() == column).then_some(self.sql.len()))
    }

    /// The bytes of a name, its quotes included. `None` where the parser does not say.
    pub(super) fn range(&self, name: &Ident) -> Option<Range<usize>> {
        let range = self.byte(name.span.start)?..self.byte(name.span.end)?;
        let text = self.sql.get(range.clone())?;
        // A quote in a name stands there twice.
        let (bare, value) = (unquote(text).to_lowercase(), name.value.to_lowercase());
        (bare == value || text.to_lowercase().contains(&value)).then_some(range).filter(|range| !range.is_empty())
    }
}
