//! Lengths of time written in other ways, made the INTERVAL that steps in time are read from: `3 * INTERVAL '1 month'`, `'2 hours'::interval`,
//! `make_interval(days => n)`.

use std::ops::Range;

use super::sight::{Edits, Kind, Sight};
use crate::sql::lex::{TokenKind, name_of};

/// Units in the singular.
const UNITS: [&str; 8] = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"];

pub(super) fn rewrite(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    several(sight, at).or_else(|| cast(sight, at)).or_else(|| made(sight, at))
}

/// `n * INTERVAL '1 day'`, `INTERVAL '1 day' * n`, as a part of a sum.
fn several(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    if !tokens.is(at, &["interval"]) {
        return None;
    }
    let (count, unit, end) = single(sight, at)?;
    let (whole, factor) = if tokens.before(at) == "*" {
        let start = tokens.operand_before(at - 1)?;
        (start..end, start..at - 1)
    } else if tokens.text(end) == "*" {
        let last = tokens.operand_after(end + 1)?;
        (at..last, end + 1..last)
    } else {
        return None;
    };
    let summed = whole.start.checked_sub(1).is_some_and(|before| matches!(tokens.text(before), "+" | "-"));
    // Parts of a month have their own rules everywhere.
    let fits = sight.kind(factor.clone()) == Kind::Integer || matches!(unit, "second" | "minute" | "hour" | "day");
    if !summed || !fits || matches!(tokens.text(whole.end), "*" | "/" | "%") {
        return None;
    }
    let factor = tokens.piece(factor);
    let counted = if count == 1 { factor.to_owned() } else { format!("({factor}) * {count}") };
    Some(vec![(tokens.bytes(whole), format!("INTERVAL ({counted}) {unit}"))])
}

/// `INTERVAL '1 day'` or `INTERVAL '1' DAY`: how many of which unit, and where it ends.
fn single(sight: &Sight<'_>, at: usize) -> Option<(i64, &'static str, usize)> {
    let tokens = &sight.tokens;
    if tokens.kind(at + 1) != Some(TokenKind::String) {
        return None;
    }
    let text = name_of(tokens.text(at + 1));
    let mut words = text.split_whitespace();
    let count = words.next()?.parse().ok()?;
    let (word, end) = match words.next() {
        Some(word) => (word.to_owned(), at + 2),
        None => (tokens.text(at + 2).to_owned(), at + 3),
    };
    words.next().is_none().then_some((count, unit_of(&word)?, end))
}

fn unit_of(word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    UNITS.into_iter().find(|unit| word.strip_suffix('s').unwrap_or(&word) == *unit)
}

/// `'2 hours'::interval`, `CAST('2 hours' AS INTERVAL)`, `(n || ' days')::interval`.
fn cast(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    let (what, whole) = if tokens.kind(at) == Some(TokenKind::Parameter) && tokens.text(at).eq_ignore_ascii_case("::interval") {
        let start = tokens.operand_before(at)?;
        (start..at, start..at + 1)
    } else {
        let call = tokens.call(at).filter(|_| tokens.is(at, &["cast"]))?;
        let word = tokens.find(call.arguments.first()?.clone(), &["as"]).filter(|word| tokens.is(word + 1, &["interval"]))?;
        (at + 2..word, at..call.close + 1)
    };
    let to = match what.len() {
        1 if tokens.kind(what.start) == Some(TokenKind::String) => format!("INTERVAL {}", tokens.text(what.start)),
        _ => counted(sight, what)?,
    };
    Some(vec![(tokens.bytes(whole), to)])
}

/// `(n || ' days')`.
fn counted(sight: &Sight<'_>, range: Range<usize>) -> Option<String> {
    let tokens = &sight.tokens;
    let last = range.end.checked_sub(1)?;
    let inner = if tokens.text(range.start) == "(" && tokens.close(range.start) == Some(last) { range.start + 1..last } else { range };
    let [count, unit] = tokens.split(inner, "||").try_into().ok()?;
    let word = (unit.len() == 1 && tokens.kind(unit.start) == Some(TokenKind::String)).then(|| name_of(tokens.text(unit.start)))?;
    Some(format!("INTERVAL ({}) {}", tokens.piece(count), unit_of(word.trim())?))
}

/// `make_interval(days => n)`.
fn made(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    let call = tokens.call(at).filter(|call| tokens.is(at, &["make_interval"]) && call.arguments.len() == 1)?;
    let argument = call.arguments.first()?.clone();
    let unit = match tokens.text(argument.start).to_ascii_lowercase().as_str() {
        "secs" => "second",
        "mins" => "minute",
        word => unit_of(word)?,
    };
    // One token, or two.
    let arrow = match tokens.text(argument.start + 1) {
        "=>" => 1,
        "=" if tokens.text(argument.start + 2) == ">" => 2,
        _ => return None,
    };
    let count = tokens.piece(argument.start + 1 + arrow..argument.end);
    Some(vec![(tokens.bytes(at..call.close + 1), format!("INTERVAL ({count}) {unit}"))])
}
