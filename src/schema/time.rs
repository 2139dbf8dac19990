//! Points in time kept as numbers: what a number counts, from when, and how SQLite's date functions read it.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike};

/// Numbers that stand for "never" in columns that count time.
const NEVER: [f64; 2] = [0.0, -1.0];
/// Seconds of a day.
const DAY: f64 = 86_400.0;
/// Unix time of 2001-01-01, from which Core Data counts (`NSDate` reference date).
const APPLE: i64 = 978_307_200;
/// Seconds from 1601-01-01 to 1970-01-01, from which WebKit and Windows' FILETIME count.
const YEAR_1601: i64 = 11_644_473_600;
/// Seconds from 0001-01-01 to 1970-01-01, from which .NET's `DateTime.Ticks` counts.
const YEAR_1: i64 = 62_135_596_800;
/// The Julian day of 1970-01-01 (`sqlite.org/lang_datefunc.html`).
const JULIAN_1970: f64 = 2_440_587.5;
/// The Julian day of 1899-12-30, from which OLE automation dates and spreadsheets count.
const JULIAN_OLE: f64 = 2_415_018.5;
/// Days from 1899-12-30 to 1970-01-01.
const OLE_1970: f64 = 25_569.0;
/// Unix times of 0000-01-01 and of 10000-01-01, between which SQLite's date functions work.
const SQLITE_YEARS: (f64, f64) = (-62_167_219_200.0, 253_402_300_800.0);

/// What a number that stands for a point in time counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TimeUnit {
    /// Seconds since 1970.
    UnixSeconds,
    /// Milliseconds since 1970 (JavaScript, Java, Prisma).
    UnixMillis,
    /// Microseconds since 1970 (Mozilla's PRTime).
    UnixMicros,
    /// Nanoseconds since 1970.
    UnixNanos,
    /// Days since 1970.
    UnixDays,
    /// Seconds since 2001 (Core Data).
    AppleSeconds,
    /// Nanoseconds since 2001 (iMessage).
    AppleNanos,
    /// Microseconds since 1601 (WebKit, Chrome).
    WebKitMicros,
    /// Units of 100 ns since 1601 (Windows' FILETIME).
    FileTime,
    /// Units of 100 ns since the year 1 (.NET).
    DotNetTicks,
    /// Microseconds since the year 1 (GLib's GDateTime, as darktable keeps it).
    YearOneMicros,
    /// Days since 1899-12-30 (OLE automation, spreadsheets).
    OleDays,
    /// Julian days, which SQLite reads as they are.
    JulianDays,
    /// The decimal digits `yyyymmdd`.
    YearMonthDay,
    /// The decimal digits `yyyymmddhhmmss`.
    YearMonthDayTime,
}

impl TimeUnit {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::UnixSeconds,
        Self::UnixMillis,
        Self::UnixMicros,
        Self::UnixNanos,
        Self::UnixDays,
        Self::AppleSeconds,
        Self::AppleNanos,
        Self::WebKitMicros,
        Self::FileTime,
        Self::DotNetTicks,
        Self::YearOneMicros,
        Self::OleDays,
        Self::JulianDays,
        Self::YearMonthDay,
        Self::YearMonthDayTime,
    ];

    /// The unit as a schema's text and a person are told of it.
    pub fn words(self) -> &'static str {
        match self {
            Self::UnixSeconds => "s since 1970",
            Self::UnixMillis => "ms since 1970",
            Self::UnixMicros => "us since 1970",
            Self::UnixNanos => "ns since 1970",
            Self::UnixDays => "days since 1970",
            Self::AppleSeconds => "s since 2001",
            Self::AppleNanos => "ns since 2001",
            Self::WebKitMicros => "us since 1601",
            Self::FileTime => "100 ns since 1601",
            Self::DotNetTicks => "100 ns since year 1",
            Self::YearOneMicros => "us since year 1",
            Self::OleDays => "days since 1899-12-30",
            Self::JulianDays => "julian days",
            Self::YearMonthDay => "yyyymmdd",
            Self::YearMonthDayTime => "yyyymmddhhmmss",
        }
    }

    /// The unit that [`Self::words`] names.
    pub fn from_words(words: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.words() == words)
    }

    /// How many of it make a second, and its zero in Unix time; `None` where it counts days or is written in digits.
    fn scale(self) -> Option<(i64, i64)> {
        Some(match self {
            Self::UnixSeconds => (1, 0),
            Self::UnixMillis => (1_000, 0),
            Self::UnixMicros => (1_000_000, 0),
            Self::UnixNanos => (1_000_000_000, 0),
            Self::AppleSeconds => (1, APPLE),
            Self::AppleNanos => (1_000_000_000, APPLE),
            Self::WebKitMicros => (1_000_000, -YEAR_1601),
            Self::FileTime => (10_000_000, -YEAR_1601),
            Self::DotNetTicks => (10_000_000, -YEAR_1),
            Self::YearOneMicros => (1_000_000, -YEAR_1),
            _ => return None,
        })
    }

    /// The unit's value as seconds since 1970; `None` where it is no point in time of the years 0 to 9999.
    pub fn to_unix_seconds(self, value: f64) -> Option<f64> {
        let seconds = match self {
            Self::UnixDays => value * DAY,
            Self::OleDays => (value - OLE_1970) * DAY,
            Self::JulianDays => (value - JULIAN_1970) * DAY,
            Self::YearMonthDay => date_digits(value)?,
            Self::YearMonthDayTime => {
                let day = (value / 1e6).floor();
                let time = value - day * 1e6;
                let (hour, minute, second) = ((time / 1e4).floor(), (time / 100.0).floor() % 100.0, time % 100.0);
                (hour < 24.0 && minute < 60.0 && second < 60.0).then_some(())?;
                date_digits(day)? + hour * 3600.0 + minute * 60.0 + second
            }
            _ => {
                let (per_second, zero) = self.scale()?;
                value / per_second as f64 + zero as f64
            }
        };
        (seconds >= SQLITE_YEARS.0 && seconds < SQLITE_YEARS.1).then_some(seconds)
    }

    /// The arguments that make SQLite's date functions read `operand`, an expression: `createdAt / 1000, 'unixepoch'`.
    pub fn sql_arguments(self, operand: &str) -> String {
        match self {
            Self::UnixSeconds => format!("{operand}, 'unixepoch'"),
            Self::AppleSeconds => format!("{operand} + {APPLE}, 'unixepoch'"),
            Self::UnixDays => format!("{operand} * 86400, 'unixepoch'"),
            Self::OleDays => format!("{operand} + {JULIAN_OLE}"),
            Self::JulianDays => operand.to_owned(),
            Self::YearMonthDay => format!("printf('%04d-%02d-%02d', {operand} / 10000, {operand} / 100 % 100, {operand} % 100)"),
            Self::YearMonthDayTime => format!(
                "printf('%04d-%02d-%02d %02d:%02d:%02d', {operand} / 10000000000, {operand} / 100000000 % 100, {operand} / 1000000 % 100, \
                 {operand} / 10000 % 100, {operand} / 100 % 100, {operand} % 100)"
            ),
            _ => {
                let (per_second, zero) = self.scale().unwrap_or((1, 0));
                match zero {
                    0 => format!("{operand} / {per_second}, 'unixepoch'"),
                    zero if zero < 0 => format!("{operand} / {per_second} - {}, 'unixepoch'", -zero),
                    zero => format!("{operand} / {per_second} + {zero}, 'unixepoch'"),
                }
            }
        }
    }

    /// A value as a person reads it: `2024-01-05 10:00:00`, a date alone for units that have no time of day.
    pub fn shown(self, value: f64) -> Option<String> {
        let mut seconds = self.to_unix_seconds(value)?;
        // A fraction of a day is no whole second as it is stored; SQLite rounds it to milliseconds.
        if matches!(self, Self::UnixDays | Self::OleDays | Self::JulianDays) {
            seconds = (seconds * 1000.0).round() / 1000.0;
        }
        let at = DateTime::from_timestamp(seconds.floor() as i64, 0)?;
        let date = format!("{:04}-{:02}-{:02}", at.year(), at.month(), at.day());
        Some(match self {
            Self::UnixDays | Self::YearMonthDay => date,
            _ => format!("{date} {:02}:{:02}:{:02}", at.hour(), at.minute(), at.second()),
        })
    }

    /// A stored number as a person reads it; `None` also for 0 and -1, which stand for "never".
    pub fn dated(self, value: f64) -> Option<String> {
        if NEVER.contains(&value) { None } else { self.shown(value) }
    }

    /// The moment of a stored number in seconds since 1970; `None` also for 0 and -1, which stand for "never".
    pub fn moment(self, value: f64) -> Option<f64> {
        if NEVER.contains(&value) { None } else { self.to_unix_seconds(value) }
    }

    /// Whether it is defined to count from a moment of UTC. The others are in whatever zone the writer was.
    pub fn is_utc(self) -> bool {
        self.scale().is_some() && self != Self::DotNetTicks
    }

    /// The date of a value alone: `2024-01-05`.
    pub fn date(self, value: f64) -> Option<String> {
        self.shown(value).map(|mut text| {
            text.truncate(10);
            text
        })
    }
}

impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// How much of a point in time a text begins with, written as SQLite's date functions read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DateText {
    /// `2024-01`, which SQLite does not read and people write.
    Month,
    /// `2024-01-31`.
    Day,
    /// `2024-01-31 1` or `2024-01-31T1`: a day, and a digit of the time.
    Time,
}

impl DateText {
    /// What `text` begins with, whatever follows: a sample may be a range, `2024-01-01..2024-12-31`. Digits are not held against the
    /// calendar.
    pub fn of(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let is_shaped = |(at, byte): (usize, &u8)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() };
        let begins = |length: usize| bytes.get(..length).is_some_and(|part| part.iter().enumerate().all(is_shaped));
        match (begins(7), begins(10), bytes.get(10), bytes.get(11)) {
            (_, true, Some(b' ' | b'T'), Some(digit)) if digit.is_ascii_digit() => Some(Self::Time),
            (_, true, ..) => Some(Self::Day),
            (true, false, ..) => Some(Self::Month),
            _ => None,
        }
    }

    /// Whether `text` begins with a day, with a time or without.
    pub fn is_day(text: &str) -> bool {
        Self::of(text).is_some_and(|said| said >= Self::Day)
    }
}

/// `yyyymmdd` as seconds since 1970, where it is a day of the calendar.
fn date_digits(value: f64) -> Option<f64> {
    if value.fract() != 0.0 || !(10_000_101.0..=99_991_231.0).contains(&value) {
        return None;
    }
    let digits = value as u32;
    let date = NaiveDate::from_ymd_opt((digits / 10_000) as i32, digits / 100 % 100, digits % 100)?;
    Some(date.and_time(NaiveTime::MIN).and_utc().timestamp() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(unit: TimeUnit, value: f64, expected: &str) {
        assert_eq!(unit.shown(value).as_deref(), Some(expected), "{unit}");
    }

    /// Values of 2016-01-05 00:00:37 UTC, as Python's `datetime` and the formats' definitions give them.
    #[test]
    fn one_moment_in_every_unit() {
        let at = "2016-01-05 00:00:37";
        check(TimeUnit::UnixSeconds, 1_451_952_037.0, at);
        check(TimeUnit::UnixMillis, 1_451_952_037_000.0, at);
        check(TimeUnit::UnixMicros, 1_451_952_037_000_000.0, at);
        check(TimeUnit::UnixNanos, 1_451_952_037_000_000_000.0, at);
        check(TimeUnit::AppleSeconds, 473_644_837.25, at);
        check(TimeUnit::AppleNanos, 473_644_837_000_000_000.0, at);
        check(TimeUnit::WebKitMicros, 13_096_425_637_000_000.0, at);
        check(TimeUnit::FileTime, 130_964_256_370_000_000.0, at);
        check(TimeUnit::DotNetTicks, 635_875_488_370_000_000.0, at);
        check(TimeUnit::YearOneMicros, 63_587_548_837_000_000.0, at);
        check(TimeUnit::YearMonthDayTime, 20_160_105_000_037.0, at);
        check(TimeUnit::YearMonthDay, 20_160_105.0, "2016-01-05");
        check(TimeUnit::UnixDays, 16_805.0, "2016-01-05");
        check(TimeUnit::OleDays, 42_374.0, "2016-01-05 00:00:00");
        check(TimeUnit::JulianDays, 2_457_392.5, "2016-01-05 00:00:00");
        check(TimeUnit::OleDays, 42_435.000_428_240_74, "2016-03-06 00:00:37");
        check(TimeUnit::JulianDays, 2_457_453.500_428_240_7, "2016-03-06 00:00:37");
    }

    #[test]
    fn what_is_no_day_is_none() {
        for (unit, value) in [
            (TimeUnit::YearMonthDay, 20_230_229.0),
            (TimeUnit::YearMonthDay, 20_231_301.0),
            (TimeUnit::YearMonthDay, 20_230_100.0),
            (TimeUnit::YearMonthDay, 20_230_101.5),
            (TimeUnit::YearMonthDayTime, 20_230_101_250_000.0),
            (TimeUnit::UnixSeconds, 1e18),
            (TimeUnit::JulianDays, -5.0),
            (TimeUnit::UnixDays, f64::NAN),
        ] {
            assert_eq!(unit.shown(value), None, "{unit} {value}");
        }
    }

    #[test]
    fn a_text_begins_with_a_month_a_day_or_a_time() {
        for (text, expected) in [
            ("2024-01", Some(DateText::Month)),
            ("2024-01-3", Some(DateText::Month)),
            ("2024-01-31", Some(DateText::Day)),
            ("2024-01-31 ", Some(DateText::Day)),
            ("2024-01-31 noon", Some(DateText::Day)),
            ("2024-01-01..2024-12-31", Some(DateText::Day)),
            ("2024-01-31 10:00:00+02:00", Some(DateText::Time)),
            ("2024-01-31T10", Some(DateText::Time)),
            ("2024-1-31", None),
            ("2024/01/31", None),
            ("31-01-2024", None),
            ("2024", None),
            ("٢٠٢٤-01-31", None),
            ("", None),
        ] {
            assert_eq!(DateText::of(text), expected, "{text}");
            assert_eq!(DateText::is_day(text), expected.is_some_and(|said| said != DateText::Month), "{text}");
        }
    }

    #[test]
    fn never_is_no_date() {
        for unit in TimeUnit::ALL {
            assert_eq!((unit.dated(0.0), unit.dated(-1.0), unit.moment(0.0), unit.moment(-1.0)), (None, None, None, None));
        }
        assert_eq!(TimeUnit::UnixMillis.dated(1000.0).as_deref(), Some("1970-01-01 00:00:01"));
        assert_eq!(TimeUnit::UnixMillis.moment(1500.0), Some(1.5));
        assert!(TimeUnit::WebKitMicros.is_utc() && !TimeUnit::DotNetTicks.is_utc() && !TimeUnit::YearMonthDay.is_utc());
    }

    #[test]
    fn arguments_are_short() {
        let of = |unit: TimeUnit| unit.sql_arguments("t.x");
        assert_eq!(of(TimeUnit::UnixMillis), "t.x / 1000, 'unixepoch'");
        assert_eq!(of(TimeUnit::WebKitMicros), "t.x / 1000000 - 11644473600, 'unixepoch'");
        assert_eq!(of(TimeUnit::AppleNanos), "t.x / 1000000000 + 978307200, 'unixepoch'");
        assert_eq!(of(TimeUnit::OleDays), "t.x + 2415018.5");
        assert!(TimeUnit::ALL.into_iter().all(|unit| TimeUnit::from_words(unit.words()) == Some(unit)));
    }

    proptest! {
        #[test]
        fn digits_and_seconds_are_the_same_day(days in 0i32..60_000) {
            let seconds = f64::from(days) * DAY;
            let text = TimeUnit::UnixSeconds.date(seconds).unwrap();
            let digits: f64 = text.replace('-', "").parse().unwrap();
            prop_assert_eq!(TimeUnit::YearMonthDay.to_unix_seconds(digits), Some(seconds));
            prop_assert_eq!(TimeUnit::UnixDays.date(f64::from(days)), Some(text));
        }
    }
}
