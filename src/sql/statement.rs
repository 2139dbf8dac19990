//! The statements of a text, cut where SQLite cuts them, and which of them a person means.

use std::ops::Range;

use super::lex::{MAX_SQL_BYTES, Token, TokenKind, lex};
use super::tree::parse;

/// The statements of `sql`, each from its first to its last significant token, without the semicolon.
pub fn statements(sql: &str) -> Vec<Range<usize>> {
    split(sql, &lex(sql)).into_iter().map(|(range, _)| range).collect()
}

/// Whether `text` is a statement, or several, by its grammar; whether what it names is there does not matter.
pub fn is_grammatical(text: &str) -> bool {
    text.len() <= MAX_SQL_BYTES && parse(text, &lex(text)).is_some_and(|statements| !statements.is_empty())
}

/// The statement at byte `cursor` of `sql`: the one it stands in, or behind, up to the next semicolon.
pub fn statement_at(sql: &str, cursor: usize) -> Option<Range<usize>> {
    let all = split(sql, &lex(sql));
    let after = all.iter().find(|(_, end)| cursor <= *end).or(all.last());
    after.map(|(range, _)| range.clone())
}

/// What `sql` explains, where it is an `EXPLAIN` or an `EXPLAIN QUERY PLAN`; else all of it. An `EXPLAIN` is not explained in its turn.
pub fn explained(sql: &str) -> &str {
    let tokens = lex(sql);
    let mut words = tokens.iter().filter(|token| token.is_significant()).peekable();
    let mut passes =
        |word: &str| words.next_if(|token| token.kind == TokenKind::Word && token.text(sql).eq_ignore_ascii_case(word)).is_some();
    if !passes("explain") {
        return sql;
    }
    if passes("query") {
        passes("plan");
    }
    words.peek().and_then(|token| sql.get(token.range.start..)).unwrap_or("")
}

/// Statements, and where each ends with its semicolon.
fn split(sql: &str, tokens: &[Token]) -> Vec<(Range<usize>, usize)> {
    let mut out = Vec::new();
    let mut current: Option<Range<usize>> = None;
    let mut place = Place::Start;
    for token in tokens.iter().filter(|token| token.is_significant()) {
        place = place.after(token.kind, token.text(sql));
        if place == Place::Start {
            out.extend(current.take().map(|range| (range, token.range.end)));
        } else {
            let start = current.as_ref().map_or(token.range.start, |range| range.start);
            current = Some(start..token.range.end);
        }
    }
    out.extend(current.map(|range| (range, usize::MAX)));
    out
}

/// Where one is in a statement: the states of `sqlite3_complete`. Only a trigger has semicolons inside; it ends behind `; END`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before one.
    Start,
    /// In one that the next semicolon ends.
    Inside,
    /// Behind EXPLAIN.
    Explain,
    /// Behind CREATE, or CREATE TEMP.
    Create,
    /// In a trigger.
    Trigger,
    /// Behind a semicolon in a trigger.
    Semicolon,
    /// Behind END, which stood behind that semicolon.
    End,
}

impl Place {
    fn after(self, kind: TokenKind, text: &str) -> Self {
        let is = |word: &str| kind == TokenKind::Word && text.eq_ignore_ascii_case(word);
        let semicolon = kind == TokenKind::Semicolon;
        match self {
            Self::Trigger | Self::Semicolon if semicolon => Self::Semicolon,
            Self::Semicolon if is("end") => Self::End,
            _ if semicolon => Self::Start,
            Self::Trigger | Self::Semicolon | Self::End => Self::Trigger,
            Self::Start if is("explain") => Self::Explain,
            Self::Start | Self::Explain if is("create") => Self::Create,
            Self::Explain if is("query") || is("plan") => Self::Explain,
            Self::Create if is("temp") || is("temporary") => Self::Create,
            Self::Create if is("trigger") => Self::Trigger,
            _ => Self::Inside,
        }
    }
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
    fn what_is_explained_stands_behind_the_word() {
        #[track_caller]
        fn check(sql: &str, expected: &str) {
            assert_eq!(explained(sql), expected);
        }
        check("SELECT 1", "SELECT 1");
        check("EXPLAIN SELECT 1", "SELECT 1");
        check("-- why\nexplain /* so */ Query\nPLAN WITH a AS (SELECT 1) SELECT * FROM a", "WITH a AS (SELECT 1) SELECT * FROM a");
        check("EXPLAIN QUERY PLAN", "");
        check("EXPLAIN QUERY PLAN EXPLAIN SELECT 1", "EXPLAIN SELECT 1");
        check("SELECT explain FROM plan", "SELECT explain FROM plan");
        check("\"explain\" SELECT 1", "\"explain\" SELECT 1");
        check("", "");
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

    #[track_caller]
    fn check_split(sql: &str, expected: &[&str]) {
        let found: Vec<&str> = statements(sql).into_iter().map(|range| &sql[range]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_trigger_is_one_statement() {
        let trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE WHEN 1 THEN 2 END; DELETE FROM b; END";
        check_split(&format!("{trigger}; SELECT 1"), &[trigger, "SELECT 1"]);
        check_split(&format!("explain {trigger};;SELECT 1;"), &[&format!("explain {trigger}"), "SELECT 1"]);
        check_split("create /* ; */ temp trigger t begin a;b; end -- ;\n;c", &["create /* ; */ temp trigger t begin a;b; end", "c"]);
        check_split("BEGIN; SELECT 1; END; SELECT 2", &["BEGIN", "SELECT 1", "END", "SELECT 2"]);
        check_split("CREATE TABLE trigger_of (a); END", &["CREATE TABLE trigger_of (a)", "END"]);
        check_split("SELECT ';', \"a;b\", [c;d], `e;f`; SELECT 2 /* ; ", &["SELECT ';', \"a;b\", [c;d], `e;f`", "SELECT 2"]);
        check_split("SELECT 'open; SELECT 2", &["SELECT 'open; SELECT 2"]);
    }
}
