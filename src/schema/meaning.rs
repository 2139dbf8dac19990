//! What a column's values stand for, where their storage class does not tell.

use super::clock::Clock;
use super::local_dates::LocalDates;
use super::numerals::Numerals;
use super::time::TimeUnit;

/// The storage classes of the values that were looked at, NULL left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Holds {
    /// Nobody looked, or there was nothing.
    #[default]
    Unknown,
    /// Integers and reals alone.
    Numbers,
    /// Texts alone.
    Texts,
    /// Several, or blobs.
    Several,
}

/// What the values of a column stand for. Found in the values, the name and the declared type (`db`), or told by a profile.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Meaning {
    /// What they are, or nothing is known.
    #[default]
    Plain,
    /// Points in time that SQLite's date functions do not read as they are.
    Time(Times),
    /// Yes and no, in two words.
    Boolean(YesNo),
    /// Spans of time.
    Span(SpanUnit),
    /// Spans of time as text: `1:23:59`.
    Clock(Clock),
    /// JSON documents as text.
    Json(Json),
    /// Numbers, kept as text: SQLite orders and compares them letter by letter.
    Number(Numerals),
    /// Dates as text in a form that SQLite does not read.
    LocalDate(LocalDates),
    /// Text, kept as a blob: it compares with no text as it is.
    TextBlob,
    /// The upper part of a fraction; the lower part is another column of the table.
    Numerator {
        /// That column, as stored.
        over: String,
    },
}

/// What a span of time is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanUnit {
    /// Nanoseconds.
    Nanos,
    /// Microseconds.
    Micros,
    /// Milliseconds.
    Millis,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
    /// A date and time as text, counted from 1970-01-01 (SQLAlchemy's Interval).
    Since1970,
}

impl SpanUnit {
    /// In a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Nanos => "duration in ns",
            Self::Micros => "duration in us",
            Self::Millis => "duration in ms",
            Self::Seconds => "duration in s",
            Self::Minutes => "duration in minutes",
            Self::Hours => "duration in hours",
            Self::Days => "duration in days",
            Self::Since1970 => "duration counted from 1970-01-01",
        }
    }

    /// The unit that a profile names; `None` for other words.
    pub fn from_words(words: &str) -> Option<Self> {
        let known = [Self::Nanos, Self::Micros, Self::Millis, Self::Seconds, Self::Minutes, Self::Hours, Self::Days];
        known.into_iter().find(|unit| unit.words().strip_prefix("duration in ") == Some(words))
    }

    /// How many of it make a second.
    pub fn per_second(self) -> f64 {
        match self {
            Self::Nanos => 1e9,
            Self::Micros => 1e6,
            Self::Millis => 1e3,
            Self::Seconds | Self::Since1970 => 1.0,
            Self::Minutes => 1.0 / 60.0,
            Self::Hours => 1.0 / 3_600.0,
            Self::Days => 1.0 / 86_400.0,
        }
    }
}

/// What is known of JSON documents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Json {
    /// What the documents hold, the frequent first: `$.city`, `$.address.street`, `$.tags[]`, `$.items[].name`. `[]` stands for any place
    /// of an array. As many as were met in the rows that were looked at, within bounds.
    pub paths: Vec<String>,
}

/// Points in time as numbers, or as their digits.
#[derive(Debug, Clone, PartialEq)]
pub struct Times {
    /// What they count, the likeliest first; several where the values leave it open. Never empty.
    pub units: Vec<TimeUnit>,
    /// Some rows hold dates as text instead, which SQLite reads.
    pub mixed: bool,
    /// Some rows hold 0, which stands for "never" and not for the moment from which is counted.
    pub never: bool,
    /// The first date, `2024-01-01`; empty where it is not known.
    pub first: String,
    /// The last date.
    pub last: String,
}

/// The two words that stand for yes and no, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YesNo {
    /// Such as `t`.
    pub yes: String,
    /// Such as `f`.
    pub no: String,
}

impl Meaning {
    /// The points in time that the values are.
    pub fn times(&self) -> Option<&Times> {
        if let Self::Time(times) = self { Some(times) } else { None }
    }

    /// What the spans of time are counted in.
    pub fn span(&self) -> Option<SpanUnit> {
        if let Self::Span(unit) = self { Some(*unit) } else { None }
    }

    /// How the spans of time are written that the values are as text.
    pub fn clock(&self) -> Option<&Clock> {
        if let Self::Clock(clock) = self { Some(clock) } else { None }
    }

    /// The words for yes and no that the values are.
    pub fn yes_no(&self) -> Option<&YesNo> {
        if let Self::Boolean(words) = self { Some(words) } else { None }
    }

    /// What is known of the JSON documents that the values are.
    pub fn json(&self) -> Option<&Json> {
        if let Self::Json(json) = self { Some(json) } else { None }
    }

    /// How the numbers are written that the values are as text.
    pub fn numerals(&self) -> Option<&Numerals> {
        if let Self::Number(numerals) = self { Some(numerals) } else { None }
    }

    /// How the dates are written that the values are, where SQLite does not read them.
    pub fn local_dates(&self) -> Option<&LocalDates> {
        if let Self::LocalDate(dates) = self { Some(dates) } else { None }
    }

    /// In a few words that say all that a reader needs of the values, so that no sample is needed; `None` where samples say more.
    pub fn told(&self) -> Option<String> {
        match self {
            Self::Time(times) => Some(times.told()),
            Self::Boolean(words) => Some(format!("'{}' or '{}'", words.yes, words.no)),
            Self::Json(json) => Some(json.told()),
            Self::LocalDate(dates) => Some(dates.told()),
            Self::Number(_) | Self::Plain | Self::TextBlob | Self::Numerator { .. } | Self::Span(_) | Self::Clock(_) => None,
        }
    }

    /// In a few words that stand before samples; `None` where nothing is to be said.
    pub fn prefix(&self) -> Option<String> {
        match self {
            Self::TextBlob => Some("text as blob".into()),
            Self::Numerator { over } => Some(format!("over {over}")),
            Self::Span(unit) => Some(unit.words().into()),
            Self::Clock(clock) => Some(clock.told()),
            Self::Number(numerals) => Some(numerals.told()),
            Self::LocalDate(_) | Self::Plain | Self::Time(_) | Self::Boolean(_) | Self::Json(_) => None,
        }
    }
}

/// Bytes of JSON paths told.
const TOLD_PATHS: usize = 120;

impl Json {
    /// In a few words: `JSON: $.city, $.age, $.tags[]`; those paths that find no room are left out.
    pub fn told(&self) -> String {
        let mut out = String::from("JSON");
        for (i, path) in self.paths.iter().enumerate() {
            if out.len() + path.len() > TOLD_PATHS {
                out.push_str(if i == 0 { "" } else { ", ..." });
                break;
            }
            out.push_str(if i == 0 { ": " } else { ", " });
            out.push_str(path);
        }
        out
    }
}

impl Times {
    /// The likeliest unit.
    pub fn unit(&self) -> TimeUnit {
        self.units.first().copied().unwrap_or(TimeUnit::UnixSeconds)
    }

    /// The unit of the difference of two moments, whose values may leave open from when they count; `None` where it is none of ours.
    pub fn between(&self) -> Option<SpanUnit> {
        let between = |unit: TimeUnit| match unit {
            TimeUnit::UnixSeconds | TimeUnit::AppleSeconds => Some(SpanUnit::Seconds),
            TimeUnit::UnixMillis => Some(SpanUnit::Millis),
            TimeUnit::UnixMicros | TimeUnit::WebKitMicros | TimeUnit::YearOneMicros => Some(SpanUnit::Micros),
            TimeUnit::UnixNanos | TimeUnit::AppleNanos => Some(SpanUnit::Nanos),
            TimeUnit::UnixDays | TimeUnit::OleDays | TimeUnit::JulianDays => Some(SpanUnit::Days),
            TimeUnit::FileTime | TimeUnit::DotNetTicks | TimeUnit::YearMonthDay | TimeUnit::YearMonthDayTime => None,
        };
        let unit = between(self.unit())?;
        self.units.iter().all(|other| between(*other) == Some(unit)).then_some(unit)
    }

    /// Whether the values leave open what they count.
    pub fn is_open(&self) -> bool {
        self.units.len() > 1
    }

    /// The units in words: `s since 1970 or s since 2001`.
    pub fn words(&self) -> String {
        let units: Vec<&str> = self.units.iter().map(|unit| unit.words()).collect();
        units.join(" or ")
    }

    /// The number that a stored text is the digits of. Where some rows hold dates as text, a text is one of these.
    pub fn digits(&self, text: &str) -> Option<f64> {
        let is_number = !self.mixed && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
        if is_number { text.parse().ok() } else { None }
    }

    /// The arguments that make SQLite's date functions read `operand`, a column or the least of one: "never" is NULL to them.
    pub fn sql_arguments(&self, operand: &str) -> String {
        if !self.never {
            return self.unit().sql_arguments(operand);
        }
        let least = operand.get(..4).filter(|call| call.eq_ignore_ascii_case("min(")).and_then(|_| operand.get(4..)?.strip_suffix(')'));
        self.unit().sql_arguments(&match least {
            Some(column) if !column.contains(['(', ',']) => format!("min(nullif({column}, 0))"),
            _ => format!("nullif({operand}, 0)"),
        })
    }

    /// In a few words: `ms since 1970, 2024-01-01..2026-02-19`.
    pub fn told(&self) -> String {
        let mut out = self.words();
        if self.mixed {
            out.push_str(" or text");
        }
        match (self.first.as_str(), self.last.as_str()) {
            ("", "") => {}
            (first, last) if first == last => out.push_str(&format!(", {first}")),
            (first, last) => out.push_str(&format!(", {first}..{last}")),
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_a_few_words() {
        let times = |units: &[TimeUnit], mixed| Times {
            units: units.to_vec(),
            mixed,
            never: false,
            first: "2024-01-01".into(),
            last: "2026-02-19".into(),
        };
        assert_eq!(times(&[TimeUnit::UnixMillis], false).told(), "ms since 1970, 2024-01-01..2026-02-19");
        assert_eq!(
            times(&[TimeUnit::UnixSeconds, TimeUnit::AppleSeconds], true).told(),
            "s since 1970 or s since 2001 or text, 2024-01-01..2026-02-19"
        );
    }

    #[test]
    fn never_is_no_moment() {
        let times = Times { units: vec![TimeUnit::UnixMillis], never: true, mixed: false, first: String::new(), last: String::new() };
        assert_eq!(times.sql_arguments("t.x"), "nullif(t.x, 0) / 1000, 'unixepoch'");
        assert_eq!(times.sql_arguments("MIN(x)"), "min(nullif(x, 0)) / 1000, 'unixepoch'");
    }

    #[test]
    fn json_paths_are_told_within_bounds() {
        let told = |paths: &[&str]| Json { paths: paths.iter().map(|path| (*path).to_owned()).collect() }.told();
        assert_eq!(told(&["$.city", "$.age", "$.tags[]"]), "JSON: $.city, $.age, $.tags[]");
        assert_eq!(told(&[]), "JSON");
        assert_eq!(told(&["$.a", &"x".repeat(200)]), "JSON: $.a, ...");
    }
}
