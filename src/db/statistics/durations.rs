//! Which columns hold spans of time, and in which unit.

use super::hints::words_of;
use crate::schema::{Clock, ClockDays, ClockText, SpanUnit};

/// Words of spans of time in a column's name.
const SPAN: &[&str] = &[
    "duration",
    "took",
    "elapsed",
    "runtime",
    "lasted",
    "lasts",
    "interval",
    "delay",
    "latency",
    "wait",
    "waited",
    "spent",
    "worked",
    "playtime",
    "uptime",
    "downtime",
    "since",
    "timeout",
    "ttl",
    "taken",
    "needed",
    "length",
    "cooldown",
    "gap",
    "period",
    "age",
    "effort",
    "estimate",
    "estimated",
    "lead",
    "expires",
    "turnaround",
    "retention",
    "lifetime",
    "dur",
];
/// A span of whole seconds is at least this long in seconds, and at most so long, in the unit that it is taken for.
const PLAUSIBLE: (f64, f64) = (0.5, 1e9);
/// Seconds of twenty years: no span that a program measures is so long, and what counts from 1970 is longer.
const LONGEST: f64 = 20.0 * 365.25 * 86_400.0;

/// Whether a name speaks of a span of time.
pub(super) fn says_span(name: &str) -> bool {
    words_of(name).iter().any(|word| SPAN.contains(&word.as_str()))
}

/// The unit of a column's numbers, where its name and values say that they are spans of time.
pub(super) fn recognise(name: &str, declared_type: &str, numbers: &[f64]) -> Option<SpanUnit> {
    let first = *numbers.first()?;
    if numbers.iter().all(|number| *number == first) {
        return None;
    }
    let words = words_of(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let declared = declared_type.to_ascii_lowercase();
    if declared == "seconds" {
        return Some(SpanUnit::Seconds);
    }
    if declared == "interval" && numbers.iter().any(|number| number.fract() != 0.0) {
        return Some(SpanUnit::Days);
    }
    let is_span = has(SPAN);
    let last = |list: &[&str]| is_span && words.len() > 1 && words.last().is_some_and(|word| list.contains(&word.as_str()));
    // `min` may be the least of something, and one letter anything.
    let short =
        [(SpanUnit::Seconds, &["s"][..]), (SpanUnit::Minutes, &["min"]), (SpanUnit::Hours, &["h", "hr"]), (SpanUnit::Days, &["d", "days"])];
    if let Some((unit, _)) = short.into_iter().find(|(_, list)| last(list)) {
        return Some(unit);
    }
    let named = [
        (SpanUnit::Nanos, &["ns", "nanos", "nanosec", "nanoseconds"][..]),
        (SpanUnit::Micros, &["us", "micros", "usec", "microseconds"]),
        (SpanUnit::Millis, &["ms", "millis", "msec", "milliseconds"]),
        (SpanUnit::Seconds, &["sec", "secs", "seconds"]),
        (SpanUnit::Minutes, &["mins", "minutes"]),
        (SpanUnit::Hours, &["hours", "hrs"]),
    ];
    if let Some((unit, _)) = named.into_iter().find(|(_, list)| has(list)) {
        return numbers.iter().any(|number| number.abs() / unit.per_second() < LONGEST).then_some(unit);
    }
    if !is_span || numbers.iter().any(|number| number.fract() != 0.0 || number.abs() > 9e15) {
        return None;
    }
    // Spans that programs keep in small units are mostly whole seconds.
    let divisor = numbers.iter().map(|number| number.abs() as u64).fold(0, greatest_common_divisor);
    let mut sorted: Vec<f64> = numbers.iter().map(|number| number.abs()).collect();
    sorted.sort_by(f64::total_cmp);
    let median = *sorted.get(sorted.len() / 2)?;
    [(1_000_000_000, SpanUnit::Nanos), (1_000_000, SpanUnit::Micros), (1_000, SpanUnit::Millis)].into_iter().find_map(|(whole, unit)| {
        let seconds = median / unit.per_second();
        (divisor % whole == 0 && divisor > 0 && (PLAUSIBLE.0..PLAUSIBLE.1).contains(&seconds)).then_some(unit)
    })
}

/// Whether texts are spans counted from 1970, as an interval without a type of its own is kept: all of them lie in that year.
pub(super) fn counts_from_1970<'t>(name: &str, mut texts: impl Iterator<Item = &'t String>) -> bool {
    let is_span = words_of(name).iter().any(|word| SPAN.contains(&word.as_str()) && word != "age");
    is_span && texts.all(|text| text.starts_with("1970-") && text.len() >= 19)
}

/// How texts are written that are lengths of time: days before them, or a first number that a time of day has not, or a name that says so.
pub(super) fn clock<'t>(name: &str, texts: impl Iterator<Item = &'t String>) -> Option<Clock> {
    const FEWEST: usize = 2;
    const MOST: f64 = 0.9;
    const HOURS: f64 = 24.0;
    let (mut all, mut empty, mut read) = (0, false, Vec::new());
    for text in texts {
        let is_empty = text.trim().is_empty();
        empty |= is_empty;
        all += usize::from(!is_empty);
        read.extend(ClockText::parse(text));
    }
    let first = *read.first()?;
    if read.len() < FEWEST || (read.len() as f64) < MOST * all as f64 || read.iter().any(|text| text.parts != first.parts) {
        return None;
    }
    let days = read.iter().map(|text| text.days).find(|days| *days != ClockDays::None).unwrap_or_default();
    if read.iter().any(|text| ![ClockDays::None, days].contains(&text.days)) {
        return None;
    }
    let even = read.iter().all(|text| text.width == first.width);
    // `25:23` may be the score of a set.
    let says =
        words_of(name).iter().any(|word| SPAN.contains(&word.as_str()) || ["pace", "lap", "split", "sleep"].contains(&word.as_str()));
    if first.parts == 2 && !says {
        return None;
    }
    let is_length = days != ClockDays::None || !even || first.width != 2 || says || read.iter().any(|text| text.first >= HOURS);
    let clock = Clock { parts: first.parts, days, width: if even { first.width } else { 0 }, others: empty || read.len() < all };
    is_length.then_some(clock)
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, declared: &str, numbers: &[f64], expected: Option<SpanUnit>) {
        assert_eq!(recognise(name, declared, numbers), expected, "{name}");
    }

    #[test]
    fn lengths_as_text_are_told_from_times_of_day() {
        let told = |name: &str, texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            clock(name, texts.iter()).map(|clock| (clock.told(), clock.width, clock.others))
        };
        let as_text = |form: &str, width, others| Some((format!("duration as text {form}"), width, others));
        assert_eq!(told("x", &["9:22:42", "20:49:02"]), as_text("h:mm:ss", 0, false));
        assert_eq!(told("x", &["0:22:42", "1:49:02", ""]), as_text("h:mm:ss", 1, true));
        assert_eq!(told("elapsed", &["00:22:42", "01:49:02"]), as_text("h:mm:ss", 2, false));
        assert_eq!(told("x", &["1.09:14:56", "19:57:17"]), as_text("d.hh:mm:ss", 2, false));
        assert_eq!(told("x", &["1 day, 2:00:03", "2:00:00"]), as_text("d days, h:mm:ss", 1, false));
        assert_eq!(told("pace", &["7:10", "12:26"]), as_text("n:nn", 0, false));
        for none in [
            &["06:43", "07:11"][..],
            &["06:43:10", "23:11:00"],
            &["1:00:00"],
            &["1:00", "1:00:00"],
            &["a", "b"],
            &["25:23", "21:19"],
            &["2:00 PM", "3:00 PM"],
        ] {
            assert_eq!(told("x", none), None, "{none:?}");
        }
    }

    #[test]
    fn spans_are_told_by_name_and_whole_seconds() {
        check("took", "bigint", &[3_600e6, 90e6, 7_260e6], Some(SpanUnit::Micros));
        check("duration", "INTEGER", &[180_000.0, 7_000.0, 241_000.0], Some(SpanUnit::Millis));
        check("duration_ms", "INTEGER", &[180_123.0, 7_001.0], Some(SpanUnit::Millis));
        check("since_last", "BIGINT", &[3_600e9, 7_200e9, 36_000e9], Some(SpanUnit::Nanos));
        check("duration", "SECONDS", &[1.0, 2.5], Some(SpanUnit::Seconds));
        check("duration", "INTEGER", &[181.0, 97.0], None);
        check("duration_min", "INTEGER", &[181.0, 97.0], Some(SpanUnit::Minutes));
        check("took_s", "REAL", &[1.5, 97.0], Some(SpanUnit::Seconds));
        check("expires_in", "INTEGER", &[86_400_000.0, 604_800_000.0], Some(SpanUnit::Millis));
        check("length_m", "INTEGER", &[181.0, 97.0], None);
        check("temp_min", "INTEGER", &[181.0, 97.0], None);
        check("price", "INTEGER", &[180_000.0, 7_000.0], None);
        check("took", "bigint", &[90e6, 90e6], None);
        check("secs", "INTEGER", &[1_700_000_000.0, 1_700_100_000.0], None);
    }
}
