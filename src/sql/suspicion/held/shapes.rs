//! The form of a text that a query gives against the forms of the texts that a column holds, and texts whose order is not that of their
//! letters: `'6:00'` beside `'06:43'`, `9:22:42` before `10:00:00`, `Sat, 08 Jan 2022`.

use crate::schema::{Column, DateText, Holds, Meaning};

/// Months and days of the week as English files shorten them.
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MONTH_NAMES: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const WEEKDAY_NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A time of day or a length of time, as one text writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Clock {
    /// Digits before the first colon.
    width: usize,
    /// Numbers between colons.
    parts: usize,
    /// Whether days stand before it, or AM and PM behind.
    more: bool,
}

impl Clock {
    /// Reads `6:00`, `06:43:10.5`, `07:16 AM`, `1.09:14:56`, `1 day, 2:00:03`.
    fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let (days, rest) = match text.split_once(", ") {
            Some((days, rest)) if days.ends_with("day") || days.ends_with("days") => (true, rest),
            _ => (false, text),
        };
        let (rest, half) = match rest.rsplit_once(' ') {
            Some((rest, half)) if ["am", "pm"].iter().any(|word| half.eq_ignore_ascii_case(word)) => (rest, true),
            _ => (rest, false),
        };
        let mut parts = rest.split(':');
        let first = parts.next()?;
        let (days, hours) = match first.split_once('.') {
            Some((before, hours)) if is_digits(before) => (true, hours),
            _ => (days, first),
        };
        let others: Vec<&str> = parts.collect();
        let is_part =
            |part: &&str| part.get(..2).is_some_and(is_digits) && part.get(2..).is_some_and(|rest| rest.is_empty() || is_fraction(rest));
        let fits = is_digits(hours) && hours.len() <= 4 && (1..=2).contains(&others.len()) && others.iter().all(is_part);
        fits.then_some(Self { width: hours.len(), parts: others.len() + 1, more: days || half })
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_fraction(text: &str) -> bool {
    text.strip_prefix('.').is_some_and(is_digits)
}

/// A length as ISO 8601 writes it: `PT1H30M`, `P1Y`.
fn is_iso_length(text: &str) -> bool {
    let rest = text.strip_prefix('P').unwrap_or_default();
    rest.bytes().any(|byte| byte.is_ascii_digit()) && rest.bytes().all(|byte| byte.is_ascii_digit() || b"YMWDTHS.".contains(&byte))
}

/// The texts of `column` that are known, where it holds nothing else and nobody knows what they are.
fn texts(column: &Column) -> &[String] {
    let plain = column.holds == Holds::Texts && matches!(column.meaning, Meaning::Plain | Meaning::Clock(_));
    let dated = column.has_days();
    if plain && !dated { &column.samples } else { &[] }
}

/// Whether none of the texts is a number, so that none equals one.
pub(in crate::sql::suspicion) fn holds_words(column: &Column) -> bool {
    let texts = texts(column);
    !texts.is_empty() && texts.iter().all(|text| text.trim().parse::<f64>().is_err())
}

/// Why `text` is not written as the texts of `column` are, to be the end of a comparison that goes letter by letter.
pub(in crate::sql::suspicion) fn odd_text(column: &Column, text: &str, orders: bool) -> Option<String> {
    let known = texts(column);
    let first = known.first()?;
    let name = &column.name;
    let beside = || format!("{name} holds text ({first}), and is compared with '{text}'");
    if matches!(DateText::of(text), Some(DateText::Month | DateText::Day)) && !orders {
        return known.iter().all(|known| !begins_like(known, text)).then(beside);
    }
    if orders && known.iter().all(|text| is_iso_length(text)) {
        return Some(format!("{name} holds lengths ({first}), which are compared letter by letter"));
    }
    let clocks: Vec<Clock> = known.iter().map(|text| Clock::of(text)).collect::<Option<_>>()?;
    let one = clocks.first()?;
    if orders && clocks.iter().any(|clock| clock.more || clock.width != one.width) {
        return Some(format!("{name} holds times of several forms ({first}), which are compared letter by letter"));
    }
    match Clock::of(text) {
        // `09` and `09:3` stand before all that begins with them.
        None => (orders && text.starts_with(|c: char| c.is_ascii_digit()) && !begins_like(first, text)).then(beside),
        Some(clock) => {
            (clock.width != one.width || clock.parts > one.parts && !orders || clock.parts < one.parts && one.width == 1).then(beside)
        }
    }
}

/// Whether `known` begins with digits and signs where `text` does.
fn begins_like(known: &str, text: &str) -> bool {
    let shape = |text: &str| text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect::<String>();
    shape(known).starts_with(&shape(text.trim_end_matches('%')))
}

/// Why the pattern of a LIKE that asks for a year or a month (`2023%`, `2023-05%`) fits no value of `column`.
pub(in crate::sql::suspicion) fn odd_pattern(column: &Column, pattern: &str) -> Option<String> {
    let begun = pattern.strip_suffix('%')?;
    let year = begun.get(..4).filter(|year| is_digits(year) && ("1900".."2100").contains(year))?;
    let is_date = begun.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'/' | b'.' | b':' | b' ' | b'T'));
    let name = &column.name;
    let first = column.samples.first().filter(|_| is_date)?;
    match column.holds {
        Holds::Texts => {
            let known = texts(column);
            let fits = known.iter().any(|known| begins_like(known, begun));
            (!known.is_empty() && !fits).then(|| format!("{name} holds text ({first}), and is looked through for '{pattern}'"))
        }
        Holds::Numbers if column.meaning == Meaning::Plain => {
            let (low, high) = first.split_once("..")?;
            let century = year.get(..2)?;
            let fits = [low, high].iter().any(|end| end.starts_with(century) || end.starts_with("19") || end.starts_with("20"));
            (!fits).then(|| format!("{name} holds numbers ({first}), and is looked through for '{pattern}'"))
        }
        _ => None,
    }
}

/// Why the least, the most or the first text of `column` by its letters is not the first in time.
pub(in crate::sql::suspicion) fn out_of_order(column: &Column) -> Option<String> {
    let known = texts(column);
    let (first, true) = (known.first()?, known.len() > 1) else { return None };
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    };
    let is_named = |word: &String| {
        let word = word.as_str();
        [&MONTHS[..], &MONTH_NAMES, &WEEKDAYS, &WEEKDAY_NAMES].iter().any(|names| names.contains(&word))
    };
    let is_half = |word: &String| matches!(word.as_str(), "am" | "pm");
    // Nothing but the names, and what UTC is called.
    let dated = known.iter().all(|text| {
        let words = words(text);
        let is_part = |word: &String| is_named(word) || is_half(word) || matches!(word.as_str(), "gmt" | "utc" | "t" | "z");
        words.iter().any(|word| is_named(word) || is_half(word)) && words.iter().all(is_part)
    });
    let year_last = |text: &String| {
        let start = text.len().checked_sub(4).and_then(|at| text.split_at_checked(at));
        let begins = text.starts_with(['Q', 'q', 'H', 'W']) && text.get(1..2).is_some_and(is_digits);
        begins && start.is_some_and(|(before, year)| before.len() > 1 && is_digits(year) && ("1900".."2100").contains(&year))
    };
    let clocks: Option<Vec<Clock>> = known.iter().map(|text| Clock::of(text)).collect();
    let unequal = clocks
        .is_some_and(|clocks| clocks.iter().any(|clock| clock.more || clocks.first().is_some_and(|first| first.width != clock.width)));
    let odd = dated || unequal || known.iter().all(year_last) || known.iter().all(|text| is_iso_length(text));
    odd.then(|| format!("{} holds text ({first}), which is ordered letter by letter and not by time", column.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(samples: &[&str]) -> Column {
        Column {
            name: "x".into(),
            holds: Holds::Texts,
            samples: samples.iter().map(|text| (*text).to_owned()).collect(),
            ..Column::default()
        }
    }

    #[test]
    fn a_text_of_another_form_is_odd() {
        let odd = |samples: &[&str], text: &str, orders: bool| odd_text(&column(samples), text, orders).is_some();
        for (samples, text, orders) in [
            (&["06:43", "07:11"][..], "6:00", true),
            (&["0:24:17", "0:06:17"], "30:00", true),
            (&["0:24:17", "0:06:17"], "00:30:00", true),
            (&["1:23:59", "20:49:02"], "12:00:00", true),
            (&["1.09:14:56", "19:57:17"], "12:00:00", true),
            (&["19:57:17", "02:00:00"], "1 day", true),
            (&["07:16 AM", "02:12 PM"], "12:00", true),
            (&["PT2H40M12S", "PT32M9S"], "PT2H", true),
            (&["May 2023", "Oct 2022"], "2023-05", false),
            (&["2024-W14", "2022-W01"], "2024-01-01", false),
        ] {
            assert!(odd(samples, text, orders), "{text} beside {samples:?}");
        }
        for (samples, text, orders) in [
            (&["06:43", "07:11"][..], "06:00", true),
            (&["06:43:10", "07:11:00"], "06:00", true),
            (&["0:24:17", "0:06:17"], "0:30:00", true),
            (&["2023-05", "2023-06"], "2023-05", false),
            (&["Ann", "Bob"], "6:00", true),
            (&["2024-W14", "2022-W01"], "2024-W02", true),
        ] {
            assert!(!odd(samples, text, orders), "{text} beside {samples:?}");
        }
    }

    #[test]
    fn a_pattern_that_fits_nothing_is_odd() {
        let odd = |samples: &[&str], pattern: &str| odd_pattern(&column(samples), pattern).is_some();
        assert!(odd(&["Sat, 08 Jan 2022"], "2023%"));
        assert!(odd(&["2022:01:07 08:01:19"], "2023-06%"));
        assert!(odd(&["Q1 2022", "Q2 2022"], "2024%"));
        assert!(!odd(&["2022:01:07 08:01:19"], "2023%"));
        assert!(!odd(&["2022Q1"], "2023%"));
        assert!(!odd(&["Sat, 08 Jan 2022"], "%2023%"));
        assert!(!odd(&["Ann"], "A%"));
        let numbers = |range: &str| Column { holds: Holds::Numbers, ..column(&[range]) };
        assert!(odd_pattern(&numbers("210501..211117"), "2021%").is_some());
        assert!(odd_pattern(&numbers("1..300"), "2021%").is_some());
        assert!(odd_pattern(&numbers("1990..2024"), "2021%").is_none());
    }

    #[test]
    fn texts_that_time_does_not_order_are_told() {
        let odd = |samples: &[&str]| out_of_order(&column(samples)).is_some();
        for samples in [
            &["Sat, 08 Jan 2022 02:11:03 +0000", "Sun, 16 Jan 2022 09:29:37 +0000"][..],
            &["04/Jan/2022:12:35:19 +0000", "05/Feb/2022:12:35:19 +0000"],
            &["January", "March"],
            &["Mar 2023", "Oct 2022"],
            &["Q1 2022", "Q4 2021"],
            &["9:22:42", "20:49:02"],
            &["07:16 AM", "02:12 PM"],
            &["PT2H40M12S", "PT32M9S"],
        ] {
            assert!(odd(samples), "{samples:?}");
        }
        for samples in [
            &["06:43", "07:11"][..],
            &["Ann", "Bob"],
            &["2022Q1", "2022Q3"],
            &["2024-W14", "2022-W01"],
            &["T", "Z"],
            &["May", "Ann"],
            &["Jan"],
        ] {
            assert!(!odd(samples), "{samples:?}");
        }
    }

    #[test]
    fn words_equal_no_number() {
        assert!(holds_words(&column(&["neg", "pos"])) && !holds_words(&column(&["neg", "3"])) && !holds_words(&column(&[])));
    }
}
