//! Texts compared with numbers: SQLite takes every text for greater than every number, and the others read one as the other.

use std::ops::Range;

use super::sight::{Edits, Kind, Sight};
use crate::sql::lex::{TokenKind, name_of};

const OPERATORS: [&str; 8] = ["=", "==", "<", ">", "<=", ">=", "<>", "!="];

pub(super) fn rewrite(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    if !tokens.is(at, &OPERATORS) || tokens.is(at + 1, &OPERATORS) {
        return None;
    }
    let (start, end) = (tokens.operand_before(at)?, tokens.operand_after(at + 1)?);
    // What a larger expression ends or begins with is compared otherwise.
    let binds = |at: usize| matches!(tokens.text(at), "+" | "-" | "*" | "/" | "%" | "||") || tokens.text(at).starts_with("::");
    if start.checked_sub(1).is_some_and(binds) || binds(end) || tokens.is(end, &["collate"]) {
        return None;
    }
    let sides = [(start..at, at + 1..end), (at + 1..end, start..at)];
    sides.into_iter().find_map(|(one, other)| unquoted(sight, one.clone(), other.clone()).or_else(|| read(sight, one, other)))
}

/// A number in quotes beside a number: `COUNT(*) > '5'`. SQLite reads it by itself beside a column alone.
fn unquoted(sight: &Sight<'_>, text: Range<usize>, number: Range<usize>) -> Option<Edits> {
    let tokens = &sight.tokens;
    if text.len() != 1 || tokens.kind(text.start) != Some(TokenKind::String) {
        return None;
    }
    let digits = name_of(tokens.text(text.start));
    let plain = digits.trim();
    let is_number = plain.parse::<f64>().is_ok() && plain.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
    let literal = number.len() == 1 && tokens.kind(number.start) == Some(TokenKind::Number);
    let call = tokens.call(number.start).is_some_and(|call| call.close + 1 == number.end) && !tokens.is(number.start, &["cast"]);
    let counts = literal || call && sight.kind(number) != Kind::Text && counted(sight, text.start);
    (is_number && counts).then(|| vec![(tokens.bytes(text), plain.to_owned())])
}

/// Whether a call beside the text at `at` is known to give a number.
fn counted(sight: &Sight<'_>, at: usize) -> bool {
    const GIVE_NUMBERS: [&str; 14] =
        ["count", "sum", "avg", "length", "round", "abs", "instr", "total", "julianday", "unixepoch", "median", "floor", "ceil", "stddev"];
    let tokens = &sight.tokens;
    let before = at.checked_sub(1).and_then(|operator| tokens.operand_before(operator));
    let after = tokens.is(at + 1, &OPERATORS).then_some(at + 2);
    before.into_iter().chain(after).any(|call| tokens.is(call, &GIVE_NUMBERS))
}

/// A piece of a text beside a number: `SUBSTR(d, 1, 4) = 2024`.
fn read(sight: &Sight<'_>, text: Range<usize>, number: Range<usize>) -> Option<Edits> {
    let tokens = &sight.tokens;
    let sign = usize::from(tokens.text(number.start) == "-");
    let literal = number.len() == 1 + sign && tokens.kind(number.end - 1) == Some(TokenKind::Number);
    let call = tokens.call(text.start).is_some_and(|call| call.close + 1 == text.end);
    let number = counted(sight, number.start);
    (literal && call && !number && sight.kind(text.clone()) == Kind::Text)
        .then(|| vec![(tokens.bytes(text.clone()), format!("CAST({} AS NUMERIC)", tokens.piece(text)))])
}
