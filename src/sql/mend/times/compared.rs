//! Comparisons, patterns, lists and differences of a number with a date.

use std::ops::Range;

use super::kind::{Kind, as_datetime, converted};
use super::sight::{Edit, Sight};
use crate::schema::{TimeUnit, Times};
use crate::sql::lex::TokenKind;
use crate::sql::quote::string_literal;

/// Unix seconds that a number in a query is taken for: 1990 to 2040.
const SECONDS: std::ops::Range<f64> = 631_152_000.0..2_208_988_800.0;

/// The operator at token `at`, with both sides made alike.
pub(super) fn rewrite(sight: &Sight<'_, '_>, at: usize) -> Option<Edit> {
    let tokens = &sight.tokens;
    match tokens.text(at).to_ascii_lowercase().as_str() {
        "=" | "==" | "<>" | "!=" | "<" | "<=" | ">" | ">=" | "is" => {
            let not = usize::from(tokens.is(at, &["is"]) && tokens.is(at + 1, &["not"]));
            compared(sight, at, at + 1 + not)
        }
        "like" | "glob" => pattern(sight, at),
        "between" => between(sight, at),
        "in" => listed(sight, at),
        "-" => difference(sight, at),
        _ => None,
    }
}

/// The operand before token `at`, a NOT before the operator left out.
fn left(sight: &Sight<'_, '_>, at: usize) -> Option<Range<usize>> {
    let end = if sight.tokens.is(at.checked_sub(1)?, &["not"]) { at - 1 } else { at };
    let start = sight.tokens.operand_before(end)?;
    // `a - b < x`: the operand is a part of something computed.
    (!computes(sight, start.wrapping_sub(1))).then_some(start..end)
}

fn computes(sight: &Sight<'_, '_>, at: usize) -> bool {
    matches!(sight.tokens.text(at), "+" | "-" | "*" | "/" | "%" | "||")
}

fn operand(sight: &Sight<'_, '_>, start: usize) -> Option<Range<usize>> {
    Some(start..sight.tokens.operand_after(start)?)
}

fn compared(sight: &Sight<'_, '_>, at: usize, behind: usize) -> Option<Edit> {
    let (one, other) = (left(sight, at)?, operand(sight, behind)?);
    match (sight.times(one.clone()), sight.times(other.clone())) {
        (Some(times), None) => alike(sight, times, one, other),
        (None, Some(times)) if !computes(sight, other.end) => alike(sight, times, other, one),
        _ => None,
    }
}

/// Makes `column` what `date` is.
fn alike(sight: &Sight<'_, '_>, times: &Times, column: Range<usize>, date: Range<usize>) -> Option<Edit> {
    let kind = Kind::of(sight, date.clone()).or_else(|| number(sight, times, date.clone()))?;
    if kind == Kind::UnixEpoch && times.unit() == TimeUnit::UnixSeconds && !times.mixed {
        return None;
    }
    if kind == Kind::JulianDay && times.unit() == TimeUnit::JulianDays {
        return None;
    }
    // Digits of the same form are compared as they are.
    if times.unit() == TimeUnit::YearMonthDay && matches!(&kind, Kind::Format(format) | Kind::Number(format) if format == "%Y%m%d") {
        return None;
    }
    let operand = sight.tokens.piece(column.clone());
    let mut edit = Edit::of(sight.tokens.bytes(column), converted(times, operand, &kind));
    edit.pieces.extend(with_blank(sight, date, &kind));
    Some(edit)
}

/// A literal with a `T` between date and time, as `datetime` writes it.
fn with_blank(sight: &Sight<'_, '_>, literal: Range<usize>, kind: &Kind) -> Option<(Range<usize>, String)> {
    let text = sight.string(literal.clone()).filter(|_| *kind == Kind::DateTime)?;
    Some((sight.tokens.bytes(literal), string_literal(&as_datetime(&text)?)))
}

/// A number of seconds since 1970, or one that reads as a day (`20230131`), where the column counts something else.
fn number(sight: &Sight<'_, '_>, times: &Times, range: Range<usize>) -> Option<Kind> {
    let is_number = range.len() == 1 && sight.tokens.kind(range.start) == Some(TokenKind::Number);
    let value: f64 = is_number.then(|| sight.tokens.text(range.start).parse().ok()).flatten()?;
    if is_day_in_digits(sight.tokens.text(range.start)) && times.units.iter().all(|unit| is_counted_high(*unit)) {
        return Some(Kind::Number("%Y%m%d".into()));
    }
    (SECONDS.contains(&value) && times.units.iter().all(|unit| !matches!(unit, TimeUnit::UnixSeconds | TimeUnit::AppleSeconds)))
        .then_some(Kind::UnixEpoch)
}

/// `20230131`, of the years 1900 to 2100.
fn is_day_in_digits(text: &str) -> bool {
    let part = |range: Range<usize>| text.get(range).and_then(|digits| digits.parse::<u32>().ok()).unwrap_or(0);
    text.len() == 8
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (1900..=2100).contains(&part(0..4))
        && (1..=12).contains(&part(4..6))
        && (1..=31).contains(&part(6..8))
}

/// Whether `unit` counts so fast that no moment since 1971 is a number of eight digits that reads as a day.
fn is_counted_high(unit: TimeUnit) -> bool {
    use TimeUnit::{AppleSeconds, JulianDays, OleDays, UnixDays, YearMonthDay, YearMonthDayTime};
    !matches!(unit, AppleSeconds | JulianDays | OleDays | UnixDays | YearMonthDay | YearMonthDayTime)
}

/// `x LIKE '2018%'`.
fn pattern(sight: &Sight<'_, '_>, at: usize) -> Option<Edit> {
    let (column, pattern) = (left(sight, at)?, operand(sight, at + 1)?);
    let times = sight.times(column.clone())?;
    let text = sight.string(pattern)?;
    let is_date = text.chars().any(|c| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || "%_*?-: T.[]".contains(c));
    // Digits of yyyymmdd begin with the year as they are.
    let digits = matches!(times.unit(), TimeUnit::YearMonthDay | TimeUnit::YearMonthDayTime) && !text.contains('-');
    if !is_date || digits {
        return None;
    }
    Some(Edit::of(sight.tokens.bytes(column.clone()), converted(times, sight.tokens.piece(column), &Kind::DateTime)))
}

/// `x BETWEEN '2024-01-01' AND '2024-12-31'`.
fn between(sight: &Sight<'_, '_>, at: usize) -> Option<Edit> {
    let column = left(sight, at)?;
    let times = sight.times(column.clone())?;
    let low = operand(sight, at + 1)?;
    let and = (low.end..sight.tokens.len()).take(64).find(|at| sight.tokens.is(*at, &["and"]))?;
    let high = operand(sight, and + 1)?;
    let kinds = [Kind::of(sight, low.clone())?, Kind::of(sight, high.clone())?];
    let kind = if kinds.contains(&Kind::DateTime) { Kind::DateTime } else { kinds.into_iter().next()? };
    if kind == Kind::UnixEpoch && times.unit() == TimeUnit::UnixSeconds && !times.mixed {
        return None;
    }
    let mut edit = Edit::of(sight.tokens.bytes(column.clone()), converted(times, sight.tokens.piece(column), &kind));
    for literal in [low, high] {
        edit.pieces.extend(with_blank(sight, literal, &kind));
    }
    Some(edit)
}

/// `x IN ('2024-01-01', '2024-02-01')`.
fn listed(sight: &Sight<'_, '_>, at: usize) -> Option<Edit> {
    let column = left(sight, at)?;
    let times = sight.times(column.clone())?;
    (sight.tokens.text(at + 1) == "(").then_some(())?;
    let close = sight.tokens.close(at + 1)?;
    let first = sight.tokens.split(at + 2..close, ",").into_iter().next()?;
    let kind = Kind::of(sight, first).filter(|kind| *kind != Kind::UnixEpoch)?;
    Some(Edit::of(sight.tokens.bytes(column.clone()), converted(times, sight.tokens.piece(column), &kind)))
}

/// `julianday('now') - x`, `unixepoch() - x`, `date('now') - x`.
fn difference(sight: &Sight<'_, '_>, at: usize) -> Option<Edit> {
    let (one, other) = (sight.tokens.operand_before(at)?..at, operand(sight, at + 1)?);
    let (times, column, date) = match (sight.times(one.clone()), sight.times(other.clone())) {
        (Some(times), None) => (times, one, other),
        (None, Some(times)) => (times, other, one),
        // Two that count different things, or two dates of which one is text.
        (Some(a), Some(b)) if a.unit() != b.unit() => {
            let to = |times, range: &Range<usize>| converted(times, sight.tokens.piece(range.clone()), &Kind::JulianDay);
            let pieces = vec![(sight.tokens.bytes(one.clone()), to(a, &one)), (sight.tokens.bytes(other.clone()), to(b, &other))];
            return Some(Edit { pieces });
        }
        _ => return None,
    };
    let operand = sight.tokens.piece(column.clone());
    let bytes = sight.tokens.bytes(column);
    match Kind::of(sight, date.clone())? {
        Kind::UnixEpoch if times.unit() == TimeUnit::UnixSeconds && !times.mixed => None,
        Kind::JulianDay if times.unit() == TimeUnit::JulianDays => None,
        kind @ (Kind::UnixEpoch | Kind::JulianDay | Kind::Number(_)) => Some(Edit::of(bytes, converted(times, operand, &kind))),
        // Texts cannot be subtracted: both become days.
        Kind::Date | Kind::DateTime => {
            let text = sight.tokens.piece(date.clone());
            let pieces = vec![(bytes, converted(times, operand, &Kind::JulianDay)), (sight.tokens.bytes(date), Kind::JulianDay.call(text))];
            Some(Edit { pieces })
        }
        Kind::Format(format) => Some(Edit::of(bytes, converted(times, operand, &Kind::Number(format)))),
    }
}
