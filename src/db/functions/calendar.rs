//! Differences, steps and weeks of dates.

use chrono::{Datelike, Days, NaiveDate};
use rusqlite::types::{Value, ValueRef};

use super::arguments::{Arguments, Outcome, Refusal, text};
use super::moment::{Moment, day_of};

/// Days from the year 0 to 1970, as MySQL counts them.
const DAYS_TO_1970: i64 = 719_528;

fn both(arguments: &Arguments<'_, '_>) -> Option<(Moment, Moment)> {
    arguments.moment(1).zip(arguments.moment(2))
}

fn unit_of(arguments: &Arguments<'_, '_>) -> String {
    let unit = arguments.text(0).trim().to_ascii_lowercase();
    let unit = unit.strip_prefix("sql_tsi_").unwrap_or(&unit).to_owned();
    unit.strip_suffix('s').map(str::to_owned).unwrap_or(unit)
}

/// Whole months from `a` to `b`, as MySQL counts them: the end of a short month is no whole one.
fn whole_months(a: Moment, b: Moment) -> i64 {
    if b.at < a.at {
        return -whole_months(b, a);
    }
    let within = |m: Moment| (m.day().day(), m.at.time());
    b.months() - a.months() - i64::from(within(b) < within(a))
}

/// MySQL's `TIMESTAMPDIFF`: whole units, cut off. The unit comes as a text.
pub(super) fn timestampdiff(arguments: &Arguments<'_, '_>) -> Outcome {
    let Some((a, b)) = both(arguments) else { return Ok(Value::Null) };
    let micros = b.micros() - a.micros();
    Ok(Value::Integer(match unit_of(arguments).as_str() {
        "year" => whole_months(a, b) / 12,
        "quarter" => whole_months(a, b) / 3,
        "month" => whole_months(a, b),
        "week" => micros / 604_800_000_000,
        "day" => micros / 86_400_000_000,
        "hour" => micros / 3_600_000_000,
        "minute" => micros / 60_000_000,
        "second" => micros / 1_000_000,
        "microsecond" => micros,
        other => return arguments.refuse(&format!("there is no unit `{other}`")),
    }))
}

/// How many times a unit's boundary lies between two dates, as DuckDB and SQL Server count; weeks are seven days.
pub(super) fn date_diff(arguments: &Arguments<'_, '_>) -> Outcome {
    let Some((a, b)) = both(arguments) else { return Ok(Value::Null) };
    let years = |span: i64| (i64::from(b.day().year()).div_euclid(span)) - i64::from(a.day().year()).div_euclid(span);
    let seconds = |span: i64| b.seconds().div_euclid(span) - a.seconds().div_euclid(span);
    Ok(Value::Integer(match unit_of(arguments).as_str() {
        "century" | "centurie" => years(100),
        "decade" => years(10),
        "year" | "yy" | "yyyy" => years(1),
        "quarter" | "qq" | "q" => b.months().div_euclid(3) - a.months().div_euclid(3),
        "month" | "mm" | "m" => b.months() - a.months(),
        "week" | "wk" | "ww" => seconds(86_400) / 7,
        "day" | "dd" | "d" => seconds(86_400),
        "hour" | "hh" => seconds(3_600),
        "minute" | "mi" | "n" => seconds(60),
        "second" | "ss" => seconds(1),
        "millisecond" => b.micros().div_euclid(1_000) - a.micros().div_euclid(1_000),
        other => return arguments.refuse(&format!("there is no unit `{other}`")),
    }))
}

/// A part of PostgreSQL's `age(a, b)`: years, months below twelve, days below a month and so on.
pub(super) fn age_part(arguments: &Arguments<'_, '_>) -> Outcome {
    let Some((later, earlier)) = both(arguments) else { return Ok(Value::Null) };
    let negative = later.at < earlier.at;
    let (from, to) = if negative { (later, earlier) } else { (earlier, later) };
    let Some((months, days, micros)) = steps_between(from, to) else { return Ok(Value::Null) };
    let sign = if negative { -1 } else { 1 };
    let seconds = micros as f64 / 1e6;
    Ok(match unit_of(arguments).as_str() {
        "year" => Value::Integer(sign * (months / 12)),
        "month" => Value::Integer(sign * (months % 12)),
        "day" => Value::Integer(sign * days),
        "hour" => Value::Integer(sign * (micros / 3_600_000_000)),
        "minute" => Value::Integer(sign * (micros / 60_000_000 % 60)),
        "second" => Value::Real(sign as f64 * (seconds % 60.0)),
        other => return arguments.refuse(&format!("there is no unit `{other}`")),
    })
}

/// Months, days and microseconds from `from` to `to`, as PostgreSQL subtracts field from field: days that lack are borrowed from the month
/// of the earlier date.
fn steps_between(from: Moment, to: Moment) -> Option<(i64, i64, i64)> {
    const DAY: i64 = 86_400_000_000;
    let clock = |m: Moment| m.micros().rem_euclid(DAY);
    let mut months = to.months() - from.months();
    let mut days = i64::from(to.day().day()) - i64::from(from.day().day());
    let mut micros = clock(to) - clock(from);
    if micros < 0 {
        micros += DAY;
        days -= 1;
    }
    if days < 0 {
        days += i64::from(last_of(from.day())?.day());
        months -= 1;
    }
    Some((months, days, micros))
}

fn last_of(day: NaiveDate) -> Option<NaiveDate> {
    let first = day.with_day(1)?;
    first.checked_add_months(chrono::Months::new(1))?.pred_opt()
}

/// The time between two points in time, as PostgreSQL writes it: days, hours, minutes and seconds.
pub(super) fn timestamp_difference(arguments: &Arguments<'_, '_>) -> Outcome {
    let Some((a, b)) = arguments.moment(0).zip(arguments.moment(1)) else { return Ok(Value::Null) };
    let micros = a.micros() - b.micros();
    let (days, rest) = (micros / 86_400_000_000, micros % 86_400_000_000);
    let clock = rest.abs();
    let mut parts = Vec::new();
    if days != 0 {
        parts.push(format!("{days} day{}", if days == 1 { "" } else { "s" }));
    }
    if rest != 0 || days == 0 {
        let seconds = clock / 1_000_000;
        let fraction = format!(".{:06}", clock % 1_000_000);
        let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
        let sign = if rest < 0 { "-" } else { "" };
        parts.push(format!("{sign}{:02}:{:02}:{:02}{fraction}", seconds / 3600, seconds / 60 % 60, seconds % 60));
    }
    text(parts.join(" "))
}

/// `date_shift(x, '+1 months', '+2 hours')`: the end of a short month where a month has no such day; a day stays a day unless hours are
/// added.
pub(super) fn date_shift(arguments: &Arguments<'_, '_>) -> Outcome {
    let Some(mut moment) = arguments.moment(0) else { return Ok(Value::Null) };
    for n in 1..arguments.len() {
        let step = arguments.text(n);
        let (count, unit) = step.trim().split_once(' ').unwrap_or((step.as_ref(), ""));
        let Ok(count) = count.trim_start_matches('+').parse::<f64>() else { return arguments.refuse("a step is no number and a unit") };
        let whole = |factor: i64| (count.fract() == 0.0 && count.abs() < 1e9).then_some(count as i64 * factor);
        let unit = unit.trim().to_ascii_lowercase();
        let moved = match unit.strip_suffix('s').unwrap_or(&unit) {
            "year" => whole(12).and_then(|n| moment.months_on(n)),
            "quarter" => whole(3).and_then(|n| moment.months_on(n)),
            "month" => whole(1).and_then(|n| moment.months_on(n)),
            "week" => whole(7).and_then(|n| moment.days_on(n)),
            "day" => whole(1).and_then(|n| moment.days_on(n)),
            "hour" => moment.seconds_on(count * 3600.0),
            "minute" => moment.seconds_on(count * 60.0),
            "second" => moment.seconds_on(count),
            other => return arguments.refuse(&format!("there is no unit `{other}`")),
        };
        let Some(moved) = moved else { return Ok(Value::Null) };
        moment = moved;
    }
    text(moment.written())
}

/// MySQL's `WEEK(x, mode)`.
pub(super) fn week(arguments: &Arguments<'_, '_>) -> Outcome {
    let Some(moment) = arguments.moment(0) else { return Ok(Value::Null) };
    let mode = if arguments.len() > 1 { arguments.whole(1)? } else { 0 };
    Ok(Value::Integer(i64::from(week_of(moment.day(), mode).1)))
}

/// MySQL's `YEARWEEK(x, mode)`.
pub(super) fn yearweek(arguments: &Arguments<'_, '_>) -> Outcome {
    let Some(moment) = arguments.moment(0) else { return Ok(Value::Null) };
    let mode = if arguments.len() > 1 { arguments.whole(1)? } else { 0 };
    let (year, week) = week_of(moment.day(), mode | 2);
    Ok(Value::Integer(i64::from(year) * 100 + i64::from(week)))
}

/// The year and the week of a day. Bits of the mode: 1 weeks begin on Monday, 2 the last days of a year belong to a week of 1 to 53, 4
/// the first week is the one with the first Sunday or Monday; MySQL turns the last one round where weeks begin on Sunday.
pub(super) fn week_of(day: NaiveDate, mode: i64) -> (i32, u32) {
    let monday = mode & 1 != 0;
    let whole_year = mode & 2 != 0;
    let by_first_day = (mode & 4 != 0) == monday;
    let weekday = |day: NaiveDate| if monday { day.weekday().num_days_from_monday() } else { day.weekday().num_days_from_sunday() };
    let first = |year: i32| NaiveDate::from_yo_opt(year, 1);
    // The day in which week 1 of a year begins, counted from its first day; it may be before.
    let start = |year: i32| {
        let begins = i64::from(first(year).map_or(0, weekday));
        let joins = if by_first_day { begins == 0 } else { begins <= 3 };
        if joins { -begins } else { 7 - begins }
    };
    let year = day.year();
    let at = i64::from(day.ordinal0());
    let length = |year: i32| if NaiveDate::from_yo_opt(year, 366).is_some() { 366 } else { 365 };
    let number = |days: i64| u32::try_from(days / 7 + 1).unwrap_or(0);
    if at < start(year) {
        return if whole_year { (year - 1, number(at + length(year - 1) - start(year - 1))) } else { (year, 0) };
    }
    if whole_year && at >= length(year) + start(year + 1) {
        return (year + 1, 1);
    }
    (year, number(at - start(year)))
}

pub(super) fn make_date(arguments: &Arguments<'_, '_>) -> Outcome {
    let (year, month, day) = (arguments.whole(0)?, arguments.whole(1)?, arguments.whole(2)?);
    let part = |n: i64| u32::try_from(n).ok();
    let date = i32::try_from(year).ok().zip(part(month)).zip(part(day));
    match date.and_then(|((year, month), day)| NaiveDate::from_ymd_opt(year, month, day)).filter(|date| (1..=9999).contains(&date.year())) {
        Some(date) => text(day_of(date)),
        None => arguments.refuse("there is no such day"),
    }
}

/// MySQL's `MAKEDATE(year, day of the year)`.
pub(super) fn makedate(arguments: &Arguments<'_, '_>) -> Outcome {
    let (year, day) = (arguments.whole(0)?, arguments.whole(1)?);
    let year = match year {
        0..=69 => year + 2000,
        70..=99 => year + 1900,
        _ => year,
    };
    let first = i32::try_from(year).ok().and_then(|year| NaiveDate::from_yo_opt(year, 1));
    let date = first.zip(u64::try_from(day - 1).ok()).and_then(|(first, days)| first.checked_add_days(Days::new(days)));
    date.filter(|date| date.year() <= 9999).map_or(Ok(Value::Null), |date| text(day_of(date)))
}

fn epoch_days(day: NaiveDate) -> i64 {
    Moment::of_day(day).seconds().div_euclid(86_400)
}

pub(super) fn to_days(arguments: &Arguments<'_, '_>) -> Outcome {
    Ok(arguments.moment(0).map_or(Value::Null, |moment| Value::Integer(epoch_days(moment.day()) + DAYS_TO_1970)))
}

pub(super) fn from_days(arguments: &Arguments<'_, '_>) -> Outcome {
    let days = arguments.whole(0)?.checked_sub(DAYS_TO_1970);
    let zero = NaiveDate::from_ymd_opt(1970, 1, 1).map(Moment::of_day);
    let moment = days.filter(|days| days.abs() < 4_000_000).zip(zero).and_then(|(days, zero)| zero.days_on(days));
    moment.map_or(Ok(Value::Null), |moment| text(moment.written()))
}

/// A period of MySQL's (`202403`, `2403`) in months.
fn period(arguments: &Arguments<'_, '_>, n: usize) -> Result<i64, Refusal> {
    let value = arguments.whole(n)?;
    let (year, month) = (value / 100, value % 100);
    if value < 0 || !(1..=12).contains(&month) {
        return arguments.refuse("a period is written YYYYMM");
    }
    let year = match year {
        0..=69 => year + 2000,
        70..=99 => year + 1900,
        _ => year,
    };
    Ok(year * 12 + month - 1)
}

pub(super) fn period_diff(arguments: &Arguments<'_, '_>) -> Outcome {
    Ok(Value::Integer(period(arguments, 0)? - period(arguments, 1)?))
}

pub(super) fn period_add(arguments: &Arguments<'_, '_>) -> Outcome {
    let months = period(arguments, 0)?.saturating_add(arguments.whole(1)?);
    Ok(Value::Integer(months.div_euclid(12) * 100 + months.rem_euclid(12) + 1))
}

pub(super) fn time_to_sec(arguments: &Arguments<'_, '_>) -> Outcome {
    let clock = arguments.text(0);
    let clock = clock.rsplit([' ', 'T']).next().unwrap_or_default();
    let (sign, clock) = clock.strip_prefix('-').map_or((1, clock), |rest| (-1, rest));
    let parts: Vec<Option<i64>> = clock.split('.').next().unwrap_or_default().split(':').map(|part| part.parse().ok()).collect();
    let seconds = match parts.as_slice() {
        [Some(h), Some(m)] if (0..60).contains(m) => h.saturating_mul(3600).saturating_add(m * 60),
        [Some(h), Some(m), Some(s)] if (0..60).contains(m) && (0..60).contains(s) => h.saturating_mul(3600).saturating_add(m * 60 + s),
        _ => return Ok(Value::Null),
    };
    Ok(Value::Integer(sign * seconds))
}

pub(super) fn sec_to_time(arguments: &Arguments<'_, '_>) -> Outcome {
    if let ValueRef::Real(x) = arguments.value(0)
        && x.fract() != 0.0
    {
        return arguments.refuse("the seconds are not whole");
    }
    // MySQL's times end there.
    let seconds = arguments.whole(0)?.clamp(-3_020_399, 3_020_399);
    let (sign, size) = if seconds < 0 { ("-", -seconds) } else { ("", seconds) };
    text(format!("{sign}{:02}:{:02}:{:02}", size / 3600, size / 60 % 60, size % 60))
}
