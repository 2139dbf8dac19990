//! Comparisons, patterns, lists and differences of a number with a date.

use std::ops::Range;

use super::clock::{Clock, computed};
use super::kind::{Kind, as_date, as_datetime, converted, is_day_in_digits};
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
        (Some(a), Some(b)) if (a.unit() != b.unit() || a.mixed || b.mixed) && !computes(sight, other.end) => {
            let kind = if a.mixed || b.mixed { Kind::DateTime } else { Kind::UnixEpoch };
            Some(both(sight, [(a, one), (b, other)], &kind))
        }
        _ => None,
    }
}

/// Both columns in one form.
fn both(sight: &Sight<'_, '_>, columns: [(&Times, Range<usize>); 2], kind: &Kind) -> Edit {
    let changed = columns.into_iter().filter(|(times, _)| !is_already(times, kind));
    let to = |times: &Times, range: &Range<usize>| converted(times, sight.tokens.piece(range.clone()), kind);
    Edit { pieces: changed.map(|(times, range)| (sight.tokens.bytes(range.clone()), to(times, &range))).collect() }
}

/// Whether a column that counts `times` is in that form as it is stored.
fn is_already(times: &Times, kind: &Kind) -> bool {
    !times.mixed
        && match kind {
            Kind::UnixEpoch => times.unit() == TimeUnit::UnixSeconds,
            Kind::JulianDay => times.unit() == TimeUnit::JulianDays,
            // Digits of the same form are compared as they are.
            Kind::Format(format) | Kind::Number(format) => times.unit() == TimeUnit::YearMonthDay && format == "%Y%m%d",
            Kind::Date | Kind::DateTime | Kind::Scaled(_) => false,
        }
}

/// Makes `column` what `date` is.
fn alike(sight: &Sight<'_, '_>, times: &Times, column: Range<usize>, date: Range<usize>) -> Option<Edit> {
    let kind = kind_of(sight, times, date.clone())?;
    if is_already(times, &kind) {
        return None;
    }
    let operand = sight.tokens.piece(column.clone());
    let mut edit = Edit::of(sight.tokens.bytes(column), converted(times, operand, &kind));
    edit.pieces.extend(with_blank(sight, date, &kind));
    Some(edit)
}

/// The form that a column which counts `times` needs beside what begins as `date`; `None` where it is in that form.
fn kind_of(sight: &Sight<'_, '_>, times: &Times, date: Range<usize>) -> Option<Kind> {
    let whole = computed(sight, date.start).filter(|whole| whole.end >= date.end)?;
    let is_computed = whole.len() > date.len() || sight.tokens.text(date.start) == "(";
    if let Some(clock) = Clock::of(sight, whole).filter(|_| is_computed) {
        return if clock.is_in(times.unit()) && !times.mixed { None } else { clock.kind() };
    }
    let kind = Kind::of(sight, date.clone()).or_else(|| number(sight, times, date.clone()))?;
    // Digits that read as a day may be what a slow unit counts.
    let is_day = sight.string(date).is_some_and(|text| is_day_in_digits(text.trim()));
    (!is_day || times.units.iter().all(|unit| is_counted_high(*unit))).then_some(kind)
}

/// A literal with a `T` between date and time, as `datetime` writes it, or a day as `date` does.
fn with_blank(sight: &Sight<'_, '_>, literal: Range<usize>, kind: &Kind) -> Option<(Range<usize>, String)> {
    let text = sight.string(literal.clone())?;
    let written = match kind {
        Kind::DateTime => as_datetime(&text).or_else(|| as_date(&text))?,
        Kind::Date => as_date(&text)?,
        _ => return None,
    };
    Some((sight.tokens.bytes(literal), string_literal(&written)))
}

/// A number of seconds since 1970 or of parts of them, or one that reads as a day (`20230131`), where the column counts something else.
fn number(sight: &Sight<'_, '_>, times: &Times, range: Range<usize>) -> Option<Kind> {
    let is_number = range.len() == 1 && sight.tokens.kind(range.start) == Some(TokenKind::Number);
    let value: f64 = is_number.then(|| sight.tokens.text(range.start).parse().ok()).flatten()?;
    if is_day_in_digits(sight.tokens.text(range.start)) && times.units.iter().all(|unit| is_counted_high(*unit)) {
        return Some(Kind::Number("%Y%m%d".into()));
    }
    let is_dated = |unit: &TimeUnit| unit.to_unix_seconds(value).is_some_and(|at| SECONDS.contains(&at));
    if times.units.iter().any(is_dated) {
        return None;
    }
    let scales = [1, 1_000, 1_000_000, 1_000_000_000];
    let scale = scales.into_iter().find(|scale| SECONDS.contains(&(value / f64::from(*scale))))?;
    Some(if scale == 1 { Kind::UnixEpoch } else { Kind::Scaled(scale) })
}

/// Whether `unit` counts so fast that no moment since 1971 is a number of eight digits that reads as a day.
fn is_counted_high(unit: TimeUnit) -> bool {
    use TimeUnit::{AppleSeconds, JulianDays, OleDays, UnixDays, YearMonthDay, YearMonthDayTime};
    !matches!(unit, AppleSeconds | JulianDays | OleDays | UnixDays | YearMonthDay | YearMonthDayTime)
}

fn is_digits(unit: TimeUnit) -> bool {
    matches!(unit, TimeUnit::YearMonthDay | TimeUnit::YearMonthDayTime)
}

/// `x LIKE '2018%'`.
fn pattern(sight: &Sight<'_, '_>, at: usize) -> Option<Edit> {
    let (column, pattern) = (left(sight, at)?, operand(sight, at + 1)?);
    let times = sight.times(column.clone())?;
    let text = sight.string(pattern)?;
    let is_date = text.chars().any(|c| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || "%_*?-: T.[]".contains(c));
    // Digits of yyyymmdd begin with the year as they are.
    let digits = is_digits(times.unit()) && !text.contains('-');
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
    let kinds = [kind_of(sight, times, low.clone())?, kind_of(sight, times, high.clone())?];
    let kind = if kinds.contains(&Kind::DateTime) { Kind::DateTime } else { kinds.into_iter().next()? };
    if is_already(times, &kind) {
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
    // A part of a product is not what is subtracted.
    let multiplies = |at: usize| matches!(sight.tokens.text(at), "*" | "/" | "%");
    if multiplies(other.end) || one.start.checked_sub(1).is_some_and(multiplies) {
        return None;
    }
    let (times, column, date) = match (sight.times(one.clone()), sight.times(other.clone())) {
        (Some(times), None) => (times, one, other),
        (None, Some(times)) => (times, other, one),
        // Two that count different things, or digits, whose difference is no number of days.
        (Some(a), Some(b)) if a.unit() != b.unit() || a.mixed || b.mixed || is_digits(a.unit()) => {
            return Some(both(sight, [(a, one), (b, other)], &Kind::JulianDay));
        }
        _ => return None,
    };
    let operand = sight.tokens.piece(column.clone());
    let bytes = sight.tokens.bytes(column);
    match Kind::of(sight, date.clone())? {
        kind if is_already(times, &kind) && !matches!(kind, Kind::Format(_) | Kind::Number(_)) => None,
        kind @ (Kind::UnixEpoch | Kind::Scaled(_) | Kind::JulianDay | Kind::Number(_)) => {
            Some(Edit::of(bytes, converted(times, operand, &kind)))
        }
        // Texts cannot be subtracted: both become days.
        Kind::Date | Kind::DateTime => {
            let text = sight.tokens.piece(date.clone());
            let pieces = vec![(bytes, converted(times, operand, &Kind::JulianDay)), (sight.tokens.bytes(date), Kind::JulianDay.call(text))];
            Some(Edit { pieces })
        }
        Kind::Format(format) => Some(Edit::of(bytes, converted(times, operand, &Kind::Number(format)))),
    }
}
