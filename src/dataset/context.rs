//! The tables that a schema text describes, without the rows that some data sets put among them.

use crate::sql::lex::{Token, TokenKind, lex};

/// `text` without its statements that put rows into tables. Where there are none, as it is.
pub(super) fn tables_of(text: &str) -> String {
    let statements = statements(text);
    let fills = |statement: &&str| {
        let words: Vec<String> = first_words(statement);
        matches!(words.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), ["insert" | "replace", "into", ..] | ["insert", "or", ..])
    };
    if !statements.iter().any(&fills) {
        return text.to_owned();
    }
    let kept: Vec<&str> = statements.iter().filter(|statement| !fills(statement)).map(|statement| statement.trim()).collect();
    kept.join("\n")
}

/// Statements with their semicolons.
fn statements(text: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let (mut start, mut says_something) = (0, false);
    for token in lex(text) {
        if token.kind == TokenKind::Semicolon {
            if says_something {
                all.push(text.get(start..token.range.end).unwrap_or_default());
            }
            (start, says_something) = (token.range.end, false);
        } else {
            says_something |= token.is_significant();
        }
    }
    if says_something {
        all.push(text.get(start..).unwrap_or_default());
    }
    all
}

fn first_words(statement: &str) -> Vec<String> {
    lex(statement).iter().filter(|token| Token::is_significant(token)).take(2).map(|token| token.text(statement).to_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_no_part_of_a_schema() {
        let text =
            "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x; y'), ('z');\nCREATE VIEW v AS SELECT 1; insert or ignore into t values (1)";
        assert_eq!(tables_of(text), "CREATE TABLE t (a TEXT);\nCREATE VIEW v AS SELECT 1;");
        assert_eq!(tables_of("-- a; b\nCREATE TABLE t (a) "), "-- a; b\nCREATE TABLE t (a) ");
        assert_eq!(tables_of(""), "");
    }
}
