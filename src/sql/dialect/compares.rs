//! Texts compared with numbers, and with dates: SQLite takes every text for greater than every number and compares dates letter by letter,
//! and the others read one as the other.

use std::ops::Range;

use super::literals::Written;
use super::sight::{Edits, Kind, Sight};
use crate::schema::{Column, DateText, Holds, Meaning};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::tokens::COMPARISONS;

pub(super) fn rewrite(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    if let Some(edits) = dated(sight, at) {
        return Some(edits);
    }
    if !tokens.is(at, &COMPARISONS) || tokens.is(at + 1, &COMPARISONS) {
        return None;
    }
    let (start, end) = (tokens.operand_before(at)?, tokens.operand_after(at + 1)?);
    // What a larger expression ends or begins with is compared otherwise.
    let binds = |at: usize| matches!(tokens.text(at), "+" | "-" | "*" | "/" | "%" | "||") || tokens.text(at).starts_with("::");
    if start.checked_sub(1).is_some_and(binds) || binds(end) || tokens.is(end, &["collate"]) {
        return None;
    }
    if let Some(edits) = day_beside_time(sight, start..at, at + 1..end) {
        return Some(edits);
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
    let after = tokens.is(at + 1, &COMPARISONS).then_some(at + 2);
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

/// A date in quotes beside a column of dates, in the form that the column has: `d >= '2024-1-5'`, `d = '2024-01-05 00:00:00'`.
fn dated(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    if tokens.kind(at) != Some(TokenKind::String) || tokens.is(at.checked_sub(1)?, &["date", "timestamp", "interval", "as"]) {
        return None;
    }
    let range = compared_with(sight, at)?;
    let column = sight.column(range.clone())?;
    let text = name_of(tokens.text(at));
    let written = Written::of(&text)?;
    let to = match (sight.kind(range), stored(column)?) {
        (Kind::DateColumn, Stored::Days) if written.is_midnight() => written.day.clone(),
        (Kind::DateColumn | Kind::DateTimeColumn, Stored::Days | Stored::Moments) => {
            // As far as it is written: the beginning of a text is less than the text.
            if text.len() >= 10 && text.starts_with(&written.day) { return None } else { written.whole() }
        }
        _ => return None,
    };
    (to != text).then(|| vec![(tokens.bytes(at..at + 1), format!("'{to}'"))])
}

/// The operand that the literal at token `at` is compared with.
fn compared_with(sight: &Sight<'_>, at: usize) -> Option<Range<usize>> {
    let tokens = &sight.tokens;
    let before = at.checked_sub(1)?;
    let operand = |end: usize| Some(tokens.operand_before(end)?..end);
    // `x NOT BETWEEN`.
    let between = |word: usize| operand(if tokens.is(word.checked_sub(1)?, &["not"]) { word - 1 } else { word });
    match () {
        () if tokens.is(before, &COMPARISONS) => operand(before),
        () if tokens.is(before, &["between"]) => between(before),
        () if tokens.is(before, &["and"]) && at >= 3 && tokens.is(at - 3, &["between"]) => between(at - 3),
        () if tokens.is(at + 1, &COMPARISONS) => Some(at + 2..tokens.operand_after(at + 2)?),
        () => None,
    }
}

/// What a column that is declared to hold dates was seen to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stored {
    Days,
    Moments,
}

fn stored(column: &Column) -> Option<Stored> {
    if column.meaning != Meaning::Plain || !matches!(column.holds, Holds::Texts | Holds::Unknown) {
        return None;
    }
    let Some(sample) = column.samples.first() else {
        // Nobody looked.
        return Some(if column.declared_type.eq_ignore_ascii_case("date") { Stored::Days } else { Stored::Moments });
    };
    let first = sample.split("..").next()?.trim();
    if first.len() == 10 && DateText::is_day(first) {
        return Some(Stored::Days);
    }
    (first.len() >= 19 && first.get(10..11) == Some(" ")).then_some(Stored::Moments)
}

/// `ts > d`: a day beside a point in time is its beginning.
fn day_beside_time(sight: &Sight<'_>, one: Range<usize>, other: Range<usize>) -> Option<Edits> {
    let is = |range: &Range<usize>, kind: Kind, held: Stored| {
        sight.kind(range.clone()) == kind && sight.column(range.clone()).and_then(stored) == Some(held)
    };
    let pair = |day: &Range<usize>, time: &Range<usize>| {
        is(day, Kind::DateColumn, Stored::Days) && is(time, Kind::DateTimeColumn, Stored::Moments)
    };
    let day = if pair(&one, &other) {
        one
    } else if pair(&other, &one) {
        other
    } else {
        return None;
    };
    Some(vec![(sight.tokens.bytes(day.clone()), format!("datetime({})", sight.tokens.piece(day)))])
}
