//! The way back: whether a question says everything that its query does.

use super::draft::Draft;
use super::schema::{About, Schema};
use crate::sql::lex::{Token, TokenKind, lex};
use crate::sql::quote::unquote;
use crate::synthesize::words::plural;

/// What the query needs for reckoning and nobody says.
const SILENT: [&str; 5] = ["'%Y'", "'%m'", "'%Y-%m'", "'unixepoch'", "NULL"];

/// The values in a piece of SQL, as they stand there; not those that dates are reckoned with, nor LIMIT 1.
pub(super) fn literals(sql: &str) -> Vec<String> {
    let tokens: Vec<Token> = lex(sql).into_iter().filter(Token::is_significant).collect();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let text = token.text(sql);
        let before = at.checked_sub(1).and_then(|at| tokens.get(at)).map_or("", |token| token.text(sql));
        let reckoning = matches!(before, "/" | "*" | "%") || before.eq_ignore_ascii_case("limit") && text == "1" || text == "100.0";
        if matches!(token.kind, TokenKind::String | TokenKind::Number) && !reckoning && !SILENT.contains(&text) {
            found.push(text.to_owned());
        }
    }
    found
}

/// What the question leaves out of its query; nothing where it can go.
pub(super) fn left_out(draft: &Draft, schema: &Schema) -> Option<String> {
    let question = draft.question.to_lowercase();
    let says = |words: &str| !words.is_empty() && question.contains(&words.to_lowercase());
    for literal in literals(&draft.sql) {
        if !draft.said.iter().any(|(own, said)| *own == literal && says(said)) {
            return Some(literal);
        }
    }
    let asked = |name: &str| {
        let columns = schema.tables.iter().flat_map(|table| &table.columns).filter(|column| column.name == name);
        let mut any = false;
        if schema.tables.iter().any(|table| table.name == name) {
            return false;
        }
        for column in columns {
            if matches!(column.about, About::Key(_) | About::To { .. } | About::Name(_)) {
                return false;
            }
            any = true;
        }
        any
    };
    let tokens: Vec<Token> = lex(&draft.sql).into_iter().filter(Token::is_significant).collect();
    for (at, token) in tokens.iter().enumerate() {
        if tokens.get(at + 1).is_some_and(|next| next.text(&draft.sql) == "(") {
            continue; // a function
        }
        let name = unquote(token.text(&draft.sql));
        if matches!(token.kind, TokenKind::Word | TokenKind::Quoted) && asked(&name) {
            let said = draft.named.iter().any(|(own, words)| *own == name && (says(words) || says(&plural(words))));
            if !said {
                return Some(name);
            }
        }
    }
    None
}
