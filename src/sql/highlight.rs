//! Colours for SQL on a screen: works on any text, also half typed.

use std::ops::Range;

use super::lex::{TokenKind, lex};
use super::quote::is_keyword;

/// What a piece of SQL is, for choosing its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// One of SQLite's keywords.
    Keyword,
    /// A name before an opening bracket.
    Function,
    /// `'text'` or `x'0a'`, also not closed yet.
    String,
    /// A number.
    Number,
    /// A comment.
    Comment,
    /// A name, quoted or not.
    Identifier,
    /// Operators, brackets, commas, semicolons.
    Operator,
    /// `?`, `:name`, `@name`, `$name`.
    Parameter,
    /// Blanks, and bytes that mean nothing.
    Plain,
}

/// A piece of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Bytes it takes, on character boundaries.
    pub range: Range<usize>,
    /// What it is.
    pub kind: SpanKind,
}

/// Cuts `sql` into spans that cover it in order, without gaps.
pub fn highlight(sql: &str) -> Vec<Span> {
    let tokens = lex(sql);
    tokens
        .iter()
        .enumerate()
        .map(|(i, token)| {
            let text = token.text(sql);
            let next = tokens.get(i + 1..).unwrap_or(&[]).iter().find(|t| t.is_significant());
            let before = tokens.get(..i).unwrap_or(&[]).iter().rev().find(|t| t.is_significant());
            let called = next.is_some_and(|t| t.text(sql) == "(");
            let after_dot = before.is_some_and(|t| t.text(sql) == ".");
            let kind = match token.kind {
                TokenKind::Space => SpanKind::Plain,
                TokenKind::Comment => SpanKind::Comment,
                TokenKind::Word if after_dot => SpanKind::Identifier,
                TokenKind::Word if called && is_keyword_function(text) => SpanKind::Function,
                TokenKind::Word if is_keyword(text) => SpanKind::Keyword,
                TokenKind::Word if called => SpanKind::Function,
                TokenKind::Word | TokenKind::Quoted => SpanKind::Identifier,
                TokenKind::String | TokenKind::Blob => SpanKind::String,
                TokenKind::Number => SpanKind::Number,
                TokenKind::Parameter => SpanKind::Parameter,
                TokenKind::Semicolon | TokenKind::Operator => SpanKind::Operator,
                TokenKind::Unknown if text.starts_with(['\'', 'x', 'X']) => SpanKind::String,
                TokenKind::Unknown if text.starts_with(['"', '`', '[']) => SpanKind::Identifier,
                TokenKind::Unknown => SpanKind::Plain,
            };
            Span { range: token.range.clone(), kind }
        })
        .collect()
}

/// Keywords that are functions where a bracket follows.
fn is_keyword_function(word: &str) -> bool {
    ["replace", "cast", "glob", "like", "match", "regexp", "raise"].iter().any(|name| name.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn kinds_are_told_apart() {
        let sql = "SELECT count(*), t.\"a\" FROM t WHERE b='x' AND c>:p -- end";
        let kinds: Vec<(&str, SpanKind)> =
            highlight(sql).into_iter().filter(|s| s.kind != SpanKind::Plain).map(|s| (&sql[s.range], s.kind)).collect();
        use SpanKind::*;
        assert_eq!(kinds[..5], [("SELECT", Keyword), ("count", Function), ("(", Operator), ("*", Operator), (")", Operator)]);
        assert!(kinds.contains(&("\"a\"", Identifier)) && kinds.contains(&("'x'", String)) && kinds.contains(&(":p", Parameter)));
        assert_eq!(kinds.last(), Some(&("-- end", Comment)));
    }

    #[test]
    fn half_typed_text_has_spans() {
        assert_eq!(highlight("'op").first().map(|s| s.kind), Some(SpanKind::String));
        assert_eq!(highlight("/* op").first().map(|s| s.kind), Some(SpanKind::Comment));
        assert_eq!(highlight(""), []);
    }

    proptest! {
        #[test]
        fn spans_cover_the_text(sql in "\\PC{0,80}") {
            let joined: String = highlight(&sql).into_iter().map(|s| sql[s.range].to_owned()).collect();
            prop_assert_eq!(joined, sql);
        }
    }
}
