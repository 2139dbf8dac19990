//! Which unit a column's numbers count, from their range, its name and its declared type.
//!
//! A unit is a hypothesis: nearly all numbers have to be points in time of the years that files are about. Several stay open where
//! several hold. Numbers whose name says nothing are taken for times only where no other thing has that many digits.

use super::hints::Hint;
use crate::schema::{TimeUnit, Times};

/// Of the numbers, so many have to fit a unit: the rest are markers and slips.
const FITS: f64 = 0.9;
/// Unix times of 1990-01-01 and 2040-01-01: what files of programs are about.
const YEARS: (f64, f64) = (631_152_000.0, 2_208_988_800.0);
/// Unix times of 1900-01-01 and 2100-01-01: where the name or type says that it is a date.
const YEARS_TYPED: (f64, f64) = (-2_208_988_800.0, 4_102_444_800.0);
/// Unix time of 2001-01-01.
const FROM_2001: f64 = 978_307_200.0;
/// Unix time of 2002-01-01: what counts from 2001 and is less is a small number.
const FROM_2002: f64 = 1_009_843_200.0;
/// Unix time of 2007-01-01, before which no telephone counted nanoseconds.
const FROM_2007: f64 = 1_167_609_600.0;
/// Milliseconds since 1970 of dates before 1990 are no smaller than this, but for a few months: 115 days.
const MILLIS: f64 = 1e10;
/// Fewer numbers than this need a name or type that speaks of time.
const FEW: usize = 8;
/// Of the rows, fewer than this share hold a number: it claims nothing.
const RARE: f64 = 0.02;
/// Seconds of a day.
const DAY: f64 = 86_400.0;
/// Seconds between the first and the last where nothing but the range speaks for time: an hour.
const SPAN: f64 = 3_600.0;

/// The numbers of a column, as far as they were looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers<'a> {
    /// Markers for "never" (0, -1) left out.
    pub(super) values: &'a [f64],
    /// Whether any has a fraction.
    pub(super) fractions: bool,
    /// Whether they are digits kept as text.
    pub(super) text: bool,
    /// Rows that were looked at.
    pub(super) rows: usize,
    /// Whether the column alone is the primary key, or refers to one.
    pub(super) key: bool,
    /// Whether a query takes them for dates: then few of them say enough, and one that stands in every row.
    pub(super) asked: bool,
}

/// Days of spreadsheets from 1927 to 2054: five digits that count other things, too.
const SHEET_DAYS: std::ops::Range<f64> = 10_000.0..56_500.0;

/// The units that `numbers` may count, the likeliest first; `None` where they are no points in time, as far as can be told.
pub(super) fn recognise(numbers: &Numbers<'_>, hint: Hint) -> Option<Times> {
    let named = hint.weight > 0;
    let calendar = is_calendar(TimeUnit::YearMonthDay, numbers);
    if numbers.values.is_empty() || hint.weight < 0 || (numbers.key && hint.weight < 3 && !(named && calendar)) {
        return None;
    }
    let first = *numbers.values.first()?;
    if !numbers.asked && numbers.values.iter().all(|value| *value == first) {
        return None;
    }
    let share = numbers.values.len() as f64 / numbers.rows.max(1) as f64;
    if !numbers.asked && share < RARE && numbers.values.len() < FEW || (!named && numbers.values.len() < FEW) {
        return None;
    }
    let mut found: Vec<(i32, TimeUnit)> = TimeUnit::ALL.into_iter().filter_map(|unit| Some((weigh(unit, numbers, hint)?, unit))).collect();
    found.sort_by_key(|&(weight, unit)| (std::cmp::Reverse(weight), unit));
    let best = found.first()?.0;
    // What is far behind is not an open question.
    let units: Vec<TimeUnit> = found.into_iter().filter(|&(weight, _)| weight + 2 >= best).map(|(_, unit)| unit).collect();
    let (low, high) = range(numbers, *units.first()?)?;
    let date = |value| units.first().and_then(|unit| unit.date(value)).unwrap_or_default();
    Some(Times { first: date(low), last: date(high), mixed: false, never: false, units })
}

/// Takes `unit`, which somebody who knows the program told, unless the numbers contradict it: the file may only look like the program's.
pub(super) fn believe(unit: TimeUnit, numbers: &Numbers<'_>) -> Option<Times> {
    let is_digits = matches!(unit, TimeUnit::YearMonthDay | TimeUnit::YearMonthDayTime | TimeUnit::JulianDays);
    let (from, to) = if is_digits { YEARS_TYPED } else { YEARS };
    let is_in = |value: &&f64| unit.to_unix_seconds(**value).is_some_and(|at| at >= from && at < to);
    let fitting = numbers.values.iter().filter(is_in).count();
    if (fitting as f64) < FITS * numbers.values.len() as f64 {
        return None;
    }
    let (low, high) = range(numbers, unit)?;
    let date = |value| unit.date(value).unwrap_or_default();
    Some(Times { first: date(low), last: date(high), mixed: false, never: false, units: vec![unit] })
}

/// How much speaks for a unit; `None` where the numbers or the name speak against it.
fn weigh(unit: TimeUnit, numbers: &Numbers<'_>, hint: Hint) -> Option<i32> {
    use TimeUnit::*;
    let named = hint.weight > 0;
    let (mut from, to) = if named && numbers.fractions && unit == JulianDays
        || hint.weight >= 3 && matches!(unit, YearMonthDay | YearMonthDayTime | UnixMillis)
        || is_calendar(unit, numbers)
    {
        YEARS_TYPED
    } else {
        YEARS
    };
    match unit {
        UnixSeconds | UnixDays if hint.weight >= 3 && !hint.apple && is_early(unit, numbers.values) => from = YEARS_TYPED.0,
        OleDays if hint.dated => from = YEARS_TYPED.0,
        AppleSeconds => from = from.max(FROM_2002),
        AppleNanos => from = from.max(FROM_2007),
        _ => {}
    }
    let small = |value: &f64| unit == UnixMillis && value.abs() < MILLIS;
    let is_in = |value: &f64| !small(value) && unit.to_unix_seconds(*value).is_some_and(|at| at >= from && at < to);
    let fitting: Vec<f64> = numbers.values.iter().copied().filter(is_in).collect();
    if (fitting.len() as f64) < FITS * numbers.values.len() as f64 {
        return None;
    }
    let told = hint.unit == Some(unit);
    let other_told = hint.unit.is_some() && !told;
    // Whole numbers of few digits are anything.
    let possible = match unit {
        UnixSeconds => named || told,
        // So many digits are hardly anything else, but for numbers that name things, which `hint` knows.
        UnixMillis | UnixMicros | UnixNanos | WebKitMicros | FileTime | DotNetTicks | YearOneMicros => named || !numbers.text,
        AppleNanos => named || hint.apple,
        AppleSeconds => hint.apple || (named && (hint.typed || numbers.fractions)),
        // Days with parts of a day, under a type of dates or where a query asks for dates.
        // Whole days as spreadsheets number them, under a name of dates: no other unit has days of this time there.
        OleDays => {
            let fitting = numbers.values.iter().filter(|value| SHEET_DAYS.contains(value)).count();
            let of_this_time = || fitting as f64 >= FITS * numbers.values.len() as f64;
            told || numbers.fractions && (hint.typed || named && numbers.asked) || hint.dated && named && of_this_time()
        }
        UnixDays => hint.weight >= 3 && !numbers.fractions,
        JulianDays => named || (numbers.fractions && !numbers.text),
        YearMonthDay => !numbers.fractions,
        YearMonthDayTime => !numbers.fractions,
    };
    if !possible {
        return None;
    }
    if !named {
        let seconds = |value: &f64| unit.to_unix_seconds(*value);
        let least = fitting.iter().filter_map(seconds).fold(f64::INFINITY, f64::min);
        let most = fitting.iter().filter_map(seconds).fold(f64::NEG_INFINITY, f64::max);
        // Digits that are days of the calendar, every one of them, were not given out one after another.
        if most - least < SPAN || (unit != YearMonthDay && is_counting(&fitting)) {
            return None;
        }
    }
    let mut weight = 4;
    weight += if told { 4 } else { 0 };
    weight -= if other_told { 3 } else { 0 };
    weight += match unit {
        AppleSeconds | AppleNanos if hint.apple => 4,
        // Nothing wrote nanoseconds before the century.
        UnixNanos if late(unit, &fitting, FROM_2001) => 2,
        UnixNanos => -4,
        // Years of ticks are weeks of nanoseconds since 2001.
        DotNetTicks => 2,
        AppleNanos => -1,
        UnixSeconds if hint.apple => -1,
        UnixSeconds if late(unit, &fitting, FROM_2001) => 2,
        // Parts of a second before the century, when no file of SQLite was written.
        AppleSeconds if numbers.fractions => 1,
        AppleSeconds | UnixSeconds => 0,
        _ => 1,
    };
    Some(weight)
}

/// Whether digits are days of the calendar, every one of a good many over more than a year: numbers that are given out have a thirteenth month.
fn is_calendar(unit: TimeUnit, numbers: &Numbers<'_>) -> bool {
    const ENOUGH: usize = 12;
    if unit != TimeUnit::YearMonthDay || numbers.values.len() < ENOUGH || numbers.fractions {
        return false;
    }
    let at = |value: &f64| unit.to_unix_seconds(*value).filter(|at| (YEARS_TYPED.0..YEARS_TYPED.1).contains(at));
    let Some(all) = numbers.values.iter().map(at).collect::<Option<Vec<f64>>>() else { return false };
    let (least, most) = all.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(*at), high.max(*at)));
    most - least > 365.0 * DAY
}

/// Whether some values lie before 1970 and most are far from it: birthdays.
fn is_early(unit: TimeUnit, values: &[f64]) -> bool {
    let per_year = if unit == TimeUnit::UnixDays { 365.0 } else { 365.0 * DAY };
    let count = |is: &dyn Fn(f64) -> bool| values.iter().filter(|value| is(**value)).count();
    50 * count(&|value| value <= -per_year) >= values.len() && 2 * count(&|value| value.abs() >= 3.0 * per_year) >= values.len()
}

/// Of several units that `times` leaves open, the one in which `values` lie among the dates of the columns beside.
pub(super) fn settle(times: &mut Times, values: &[f64], (first, last): (&str, &str)) {
    let ends = |unit: TimeUnit| {
        let numbers = Numbers { values, fractions: false, text: false, rows: values.len(), key: false, asked: true };
        let (low, high) = range(&numbers, unit)?;
        Some((unit.date(low)?, unit.date(high)?))
    };
    let is_among = |(from, to): &(String, String)| from.as_str() <= last && to.as_str() >= first;
    let mut found = times.units.iter().filter_map(|unit| Some((*unit, ends(*unit).filter(is_among)?)));
    if let (Some((unit, (from, to))), None) = (found.next(), found.next()) {
        let last = if times.last.is_empty() { String::new() } else { to };
        *times = Times { units: vec![unit], first: from, last, ..times.clone() };
    }
}

/// Whether most values are at or after the Unix time `from`.
fn late(unit: TimeUnit, values: &[f64], from: f64) -> bool {
    let after = values.iter().filter(|value| unit.to_unix_seconds(**value).is_some_and(|at| at >= from)).count();
    2 * after >= values.len()
}

/// Whether values are consecutive, as numbers given out one after another are.
fn is_counting(values: &[f64]) -> bool {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    let steps = sorted.windows(2).filter(|pair| matches!(pair, [a, b] if b - a <= 1.0)).count();
    sorted.len() > 2 && 2 * steps > sorted.len()
}

/// The first and last value that fit the unit, slips left out: what is more than as many years away as the others span.
fn range(numbers: &Numbers<'_>, unit: TimeUnit) -> Option<(f64, f64)> {
    let fits = |value: &f64| unit.to_unix_seconds(*value).is_some_and(|at| (YEARS_TYPED.0..YEARS_TYPED.1).contains(&at));
    let mut fitting: Vec<f64> = numbers.values.iter().copied().filter(fits).collect();
    fitting.sort_by(f64::total_cmp);
    let last = fitting.len().checked_sub(1)?;
    let (low, high) = (*fitting.get(last / 10)?, *fitting.get(last - last / 10)?);
    let slack = (high - low).max(1.0) * 2.0;
    let near = |value: &&f64| **value >= low - slack && **value <= high + slack;
    Some((*fitting.iter().find(near)?, *fitting.iter().rev().find(near)?))
}
