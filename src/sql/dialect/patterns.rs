//! LIKE without case, with a backslash, and regular expressions.

use super::disputes::{ESCAPE, MATCHES, REPLACE, SIMILAR, escapes, picked};
use super::habit::MY;
use super::sight::{Edits, Sight};
use crate::sql::lex::TokenKind;

pub(super) fn rewrite(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    operator(sight, at).or_else(|| call(sight, at))
}

fn operator(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    let not = at.checked_sub(1).is_some_and(|at| tokens.is(at, &["not"]));
    // Both sides; what negates stands before the operator.
    let sides = |width: usize| {
        let end = tokens.operand_after(at + width)?;
        let start = tokens.operand_before(at - usize::from(not))?;
        let left = tokens.piece(start..at - usize::from(not));
        Some((start, end, left, tokens.piece(at + width..end)))
    };
    let text = tokens.text(at);
    if tokens.is(at, &["ilike"]) {
        let plain = tokens.kind(at + 1) == Some(TokenKind::String) && text_is_ascii(tokens.text(at + 1));
        if plain {
            return Some(vec![(tokens.bytes(at..at + 1), "LIKE".to_owned())]);
        }
        let (start, end, left, right) = sides(1)?;
        let not = if not { "NOT " } else { "" };
        return Some(vec![(tokens.bytes(start..end), format!("casefold({left}) {not}LIKE casefold({right})"))]);
    }
    if tokens.is(at, &["like"]) && escapes(sight, at) && picked(sight, &ESCAPE) == 0 {
        let end = tokens.bytes(at + 1..at + 2).end;
        return Some(vec![(end..end, " ESCAPE '\\'".to_owned())]);
    }
    if tokens.is(at, &["similar"]) && tokens.is(at + 1, &["to"]) {
        let (start, end, left, right) = sides(2)?;
        let name = if picked(sight, &SIMILAR) == 0 { "similar_to" } else { "regexp_full_match" };
        let not = if not { "NOT " } else { "" };
        return Some(vec![(tokens.bytes(start..end), format!("{not}{name}({left}, {right})"))]);
    }
    // MySQL looks at no case.
    if tokens.is(at, &["regexp", "rlike"]) && tokens.text(at + 1) != "(" && tokens.operand_before(at - usize::from(not && at > 0)).is_some()
    {
        let literal = tokens.kind(at + 1) == Some(TokenKind::String);
        let pattern = tokens.text(at + 1);
        let end = tokens.operand_after(at + 1)?;
        let done = pattern.starts_with("'(?i)") || !literal && tokens.text(end) == "||" || literal && !has_letters(pattern);
        if done {
            return (text.eq_ignore_ascii_case("rlike")).then(|| vec![(tokens.bytes(at..at + 1), "REGEXP".to_owned())]);
        }
        // In a string of MySQL's a backslash is written twice.
        let to = if literal { insensitive(&pattern.replace("\\\\", "\\")) } else { format!("('(?i)' || {})", tokens.piece(at + 1..end)) };
        let already = tokens.text(at + 1) == "(" && tokens.text(at + 2) == "'(?i)'";
        return (!already).then(|| vec![(tokens.bytes(at..end), format!("REGEXP {to}"))]);
    }
    if text == "~" && at > 0 {
        let negated = tokens.before(at) == "!";
        let insensitive = tokens.text(at + 1) == "*";
        let width = 1 + usize::from(insensitive);
        let start = tokens.operand_before(at - usize::from(negated))?;
        let end = tokens.operand_after(at + width)?;
        let (left, right) = (tokens.piece(start..at - usize::from(negated)), tokens.piece(at + width..end));
        // A part may match, in PostgreSQL and in DuckDB from 2.0 on (2.0.1 tried; its documentation still says all of it).
        let flag = if insensitive { ", 'i'" } else { "" };
        let not = if negated { "NOT " } else { "" };
        return Some(vec![(tokens.bytes(start..end), format!("{not}regexp_like({left}, {right}{flag})"))]);
    }
    None
}

fn call(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    let call = tokens.call(at)?;
    let argument = |n: usize| call.arguments.get(n).map(|range| tokens.piece(range.clone())).unwrap_or_default();
    let is_literal =
        |n: usize| call.arguments.get(n).is_some_and(|range| range.len() == 1 && tokens.kind(range.start) == Some(TokenKind::String));
    let mysql = sight.habit.is_within(MY);
    let to = match (tokens.text(at).to_ascii_lowercase().as_str(), call.arguments.len()) {
        ("regexp_replace", 3) if picked(sight, &REPLACE) != 0 => {
            format!("regexp_replace({}, {}, {}, 'gi')", argument(0), argument(1), argument(2))
        }
        ("regexp_matches", 2 | 3) if picked(sight, &MATCHES) != 0 => return None,
        ("regexp_substr" | "regexp_instr" | "regexp_like", 2) if mysql && is_literal(1) && has_letters(argument(1)) => {
            let pattern = insensitive(argument(1));
            if pattern == argument(1) {
                return None;
            }
            format!("{}({}, {pattern})", tokens.text(at), argument(0))
        }
        _ => return None,
    };
    Some(vec![(tokens.bytes(at..call.close + 1), to)])
}

fn text_is_ascii(literal: &str) -> bool {
    literal.is_ascii()
}

/// A pattern that does not look at case.
fn insensitive(literal: &str) -> String {
    match literal.strip_prefix('\'') {
        Some(rest) if !rest.starts_with("(?i)") => format!("'(?i){rest}"),
        _ => literal.to_owned(),
    }
}

/// Whether a pattern has letters that are not the name of a class.
fn has_letters(literal: &str) -> bool {
    let mut letters = literal.chars();
    while let Some(letter) = letters.next() {
        if letter == '\\' {
            letters.next();
        } else if letter.is_alphabetic() {
            return true;
        }
    }
    false
}
