//! Which statement of a text a person means.

use std::ops::Range;

use super::guard::MAX_SQL_BYTES;
use super::lex::{Token, TokenKind, lex};
use super::tree::parse;

/// The statements of `sql`, each from its first to its last significant token, without the semicolon.
pub fn statements(sql: &str) -> Vec<Range<usize>> {
    split(&lex(sql)).into_iter().map(|(range, _)| range).collect()
}

/// Whether `text` is a statement, or several, by its grammar; whether what it names is there does not matter.
pub fn is_grammatical(text: &str) -> bool {
    text.len() <= MAX_SQL_BYTES && parse(text, &lex(text)).is_some_and(|statements| !statements.is_empty())
}

/// The statement at byte `cursor` of `sql`: the one it stands in, or behind, up to the next semicolon.
pub fn statement_at(sql: &str, cursor: usize) -> Option<Range<usize>> {
    let all = split(&lex(sql));
    let after = all.iter().find(|(_, end)| cursor <= *end).or(all.last());
    after.map(|(range, _)| range.clone())
}

/// Statements, and where each ends with its semicolon.
fn split(tokens: &[Token]) -> Vec<(Range<usize>, usize)> {
    let mut out = Vec::new();
    let mut current: Option<Range<usize>> = None;
    for token in tokens {
        if token.kind == TokenKind::Semicolon {
            out.extend(current.take().map(|range| (range, token.range.end)));
        } else if token.is_significant() {
            let start = current.as_ref().map_or(token.range.start, |range| range.start);
            current = Some(start..token.range.end);
        }
    }
    out.extend(current.map(|range| (range, usize::MAX)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `|` in `sql` is the cursor.
    #[track_caller]
    fn check(sql: &str, expected: Option<&str>) {
        let cursor = sql.find('|').unwrap();
        let sql = sql.replace('|', "");
        assert_eq!(statement_at(&sql, cursor).map(|range| &sql[range]), expected);
    }

    #[test]
    fn sentences_are_no_statements() {
        for sql in ["SELECT 1", "with a as (select 1) select * from a", "delete from t", "SELECT 1; SELECT 2", "values (1)"] {
            assert!(is_grammatical(sql), "{sql}");
        }
        for text in ["", " ", "Select the three customers from Germany who bought most", "update me on the sales", "with which artist?"] {
            assert!(!is_grammatical(text), "{text}");
        }
    }

    #[test]
    fn the_statement_at_the_cursor_is_found() {
        check("SELECT 1|; SELECT 2", Some("SELECT 1"));
        check("SELECT 1;| SELECT 2", Some("SELECT 1"));
        check("SELECT 1; |SELECT 2", Some("SELECT 2"));
        check("SELECT ';|'; SELECT 2", Some("SELECT ';'"));
        check("-- a; b\nSEL|ECT 1 -- c", Some("SELECT 1"));
        check("SELECT 1;\n\n|", Some("SELECT 1"));
        check("|", None);
        check("; -- nothing|", None);
        assert_eq!(statements("a; b ;; c").len(), 3);
    }
}
