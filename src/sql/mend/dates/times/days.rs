//! Dates with a time of day as text, compared with a day alone: `= '2023-12-31'` finds none of that day, and `<= '2023-12-31'` loses it.
//!
//! And a year or month that ends a day too early: `>= '2023-01-01' AND x < '2023-12-31'`.

use std::ops::Range;

use super::calls::time_argument;
use super::kind::Kind;
use super::sight::{Edit, Sight};
use crate::schema::TimeUnit;
use crate::sql::quote::string_literal;

/// The comparison at token `at`, with whole days.
pub(super) fn rewrite(sight: &Sight<'_, '_>, at: usize) -> Option<Edit> {
    let tokens = &sight.tokens;
    if let Some(edit) = month(sight, at) {
        return Some(edit);
    }
    let start = tokens.operand_before(at)?;
    let column = start..at;
    let timed = sight.timed_texts.contains(&tokens.bytes(column.clone()).start) && is_name(sight, column.clone());
    let day = |literal: Range<usize>| sight.string(literal).filter(|text| Kind::of_text(text) == Some(Kind::Date));
    let whole = |column: Range<usize>| Edit::of(tokens.bytes(column.clone()), format!("date({})", tokens.piece(column)));
    match tokens.text(at).to_ascii_lowercase().as_str() {
        "=" | "==" | "<=" if timed => day(at + 1..at + 2).map(|_| whole(column)),
        "between" if timed => {
            let (low, high) = (day(at + 1..at + 2)?, day(at + 3..at + 4)?);
            (low <= high).then(|| whole(column))
        }
        "<" => {
            let last = day(at + 1..at + 2)?;
            let next = TimeUnit::UnixDays.date(days_of(&last)? + 1.0)?;
            let first = begun(sight, tokens.piece(column))?;
            let is_end = next.ends_with("-01")
                && first < last
                && (first.ends_with("-01-01") && last.ends_with("-12-31") || first.get(..8) == last.get(..8));
            is_end.then(|| Edit::of(tokens.bytes(at + 1..at + 2), string_literal(&next)))
        }
        _ => None,
    }
}

/// A month or year as text that is read as a day, or compared with one: its first day.
fn month(sight: &Sight<'_, '_>, at: usize) -> Option<Edit> {
    let tokens = &sight.tokens;
    let day = |column: Range<usize>| {
        let rest = sight.rest_of_day(column.clone())?;
        let edit = |to: String| Edit::of(tokens.bytes(column.clone()), to);
        Some(edit(format!("{} || '{rest}'", tokens.piece(column.clone()))))
    };
    if let Some((place, _)) = time_argument(sight, at) {
        return day(place);
    }
    let is_day = |start: usize| {
        let end = tokens.operand_after(start)?;
        matches!(Kind::of(sight, start..end)?, Kind::Date | Kind::DateTime).then_some(())
    };
    match tokens.text(at).to_ascii_lowercase().as_str() {
        "=" | "==" | "<" | "<=" | ">" | ">=" | "between" => {
            let start = tokens.operand_before(if tokens.is(at.checked_sub(1)?, &["not"]) { at - 1 } else { at })?;
            is_day(at + 1)?;
            day(start..at).or_else(|| day(start..at - 1))
        }
        _ => None,
    }
}

/// The first day of a month from which on the statement takes `column`: `column >= '2023-01-01'`.
fn begun(sight: &Sight<'_, '_>, column: &str) -> Option<String> {
    (0..sight.tokens.len()).find_map(|at| {
        (sight.tokens.text(at) == ">=").then_some(())?;
        let start = sight.tokens.operand_before(at)?;
        let text = sight.string(at + 1..at + 2).filter(|text| text.len() == 10 && text.ends_with("-01"))?;
        (sight.tokens.piece(start..at) == column).then_some(text)
    })
}

fn is_name(sight: &Sight<'_, '_>, range: Range<usize>) -> bool {
    range.clone().all(|at| (at - range.start).is_multiple_of(2) || sight.tokens.text(at) == ".") && sight.tokens.text(range.end - 1) != ")"
}

/// Days since 1970 of `YYYY-MM-DD`.
fn days_of(date: &str) -> Option<f64> {
    let digits: f64 = date.replace('-', "").parse().ok()?;
    Some(TimeUnit::YearMonthDay.to_unix_seconds(digits)? / 86_400.0)
}
