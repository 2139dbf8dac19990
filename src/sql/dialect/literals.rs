//! Dates as they are written out: in the one form that SQLite's functions read and in which its comparisons are right.

use super::sight::Sight;
use crate::sql::lex::{TokenKind, name_of};
use crate::text::numbers::MONTHS;

/// Letters that are enough for the name of a month.
const SHORT_NAME: usize = 3;
/// What looks like a call and is none, and calls that only hand on: a day that there is not does no harm inside.
const NO_CALLS: [&str; 14] =
    ["in", "and", "or", "not", "where", "on", "having", "when", "values", "count", "min", "max", "coalesce", "cast"];

/// A day, and the time of day where one is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// `2024-03-05`.
    pub(super) day: String,
    /// `10:20:00`, with its fraction if it has one.
    pub(super) clock: Option<String>,
}

impl Written {
    /// Of `2024-3-5`, `20240305`, `March 5, 2024`, `5-Mar-2024`, with a time behind it or none; `None` for what is no date, may be two
    /// (`05/03/2024`), or is a day that there is not.
    pub(super) fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let in_digits = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '/')));
        let (head, rest) = text.split_at_checked(in_digits.unwrap_or(text.len()))?;
        let digits = if rest.is_empty() || rest.starts_with([' ', 'T', 't']) { day_of_digits(head) } else { None };
        let (day, rest) = match digits {
            Some(day) => (day, rest.trim_start_matches([' ', 'T', 't']).to_owned()),
            None => day_of_words(text)?,
        };
        let clock = if rest.trim().is_empty() { None } else { Some(clock(rest.trim())?) };
        Some(Self { day, clock })
    }

    /// Whether it is the beginning of its day.
    pub(super) fn is_midnight(&self) -> bool {
        self.clock.as_deref().is_none_or(|clock| clock.bytes().all(|b| matches!(b, b'0' | b':' | b'.')))
    }

    /// The day, and the time where one is written.
    pub(super) fn whole(&self) -> String {
        self.clock.as_ref().map_or_else(|| self.day.clone(), |clock| format!("{} {clock}", self.day))
    }
}

/// A text that is written like a day, and that no calendar has: `2024-02-30`.
pub(super) fn is_impossible(text: &str) -> bool {
    let day = text.get(..10).unwrap_or_default();
    let dashed = day.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
    day.len() == 10 && dashed && day_of_digits(day).is_none()
}

/// Whether a call at token `at` is handed a day that there is not: SQLite counts on into the next month, and nobody else does.
pub(super) fn is_handed_impossible(sight: &Sight<'_>, at: usize) -> bool {
    let tokens = &sight.tokens;
    let text = |at: usize| tokens.kind(at) == Some(TokenKind::String) && is_impossible(&name_of(tokens.text(at)));
    if matches!(tokens.text(at), "+" | "-") || tokens.is(at, &["interval"]) {
        return at.checked_sub(1 + usize::from(tokens.is(at, &["interval"]))).is_some_and(text) || text(at + 1);
    }
    let Some(call) = tokens.call(at).filter(|_| !tokens.is(at, &NO_CALLS)) else { return false };
    call.arguments.iter().any(|argument| argument.end.checked_sub(1).is_some_and(|last| text(last) && argument.len() <= 4))
}

/// `2024-3-5`, `2024/03/05`, `20240305`.
fn day_of_digits(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['-', '/']).collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] => (*year, *month, *day),
        [whole] if whole.len() == 8 => (whole.get(..4)?, whole.get(4..6)?, whole.get(6..)?),
        _ => return None,
    };
    if year.len() != 4 || !(1..=2).contains(&month.len()) || !(1..=2).contains(&day.len()) {
        return None;
    }
    calendar(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// `March 5, 2024`, `5 Mar 2024`, `5-Mar-2024`, and what stands behind it.
fn day_of_words(text: &str) -> Option<(String, String)> {
    let mut parts = text.split([' ', ',', '-']).filter(|part| !part.is_empty());
    let (mut day, mut month, mut year) = (None, None, None);
    for part in parts.by_ref().take(3) {
        if let Some(named) = month_of(part) {
            month.replace(named).is_none().then_some(())?;
        } else if part.len() == 4 {
            year.replace(part.parse::<i32>().ok()?).is_none().then_some(())?;
        } else {
            day.replace(part.parse::<u32>().ok().filter(|_| part.len() <= 2)?).is_none().then_some(())?;
        }
    }
    let rest: Vec<&str> = parts.collect();
    Some((calendar(year?, month?, day?)?, rest.join(" ")))
}

fn month_of(word: &str) -> Option<u32> {
    let fits = |name: &&str| {
        word.len() >= SHORT_NAME
            && name.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word))
            && (word.len() == SHORT_NAME || word.len() == name.len())
    };
    MONTHS.iter().zip(1..).find(|(name, _)| fits(name)).map(|(_, month)| month)
}

/// The day as SQLite writes it, where there is one.
fn calendar(year: i32, month: u32, day: u32) -> Option<String> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return None,
    };
    ((1..=days).contains(&day) && (1..=9_999).contains(&year)).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// `10:20`, `9:05:06.5`: with hours in two digits, and seconds.
fn clock(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(':').collect();
    let two = |part: &str, below: u32| {
        let number: u32 = part.parse().ok().filter(|_| part.len() <= 2)?;
        (number < below).then(|| format!("{number:02}"))
    };
    let (seconds, fraction) = parts.get(2).map_or(("0", ""), |part| part.find('.').map_or((*part, ""), |dot| part.split_at(dot)));
    let fraction_fits = fraction.len() != 1 && fraction.bytes().skip(1).all(|b| b.is_ascii_digit());
    let whole = format!("{}:{}:{}{fraction}", two(parts.first()?, 24)?, two(parts.get(1)?, 60)?, two(seconds, 60)?);
    (parts.len() <= 3 && fraction_fits).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(Written::of(text).map(|written| written.whole()).as_deref(), expected, "{text}");
    }

    #[test]
    fn dates_are_read_in_the_forms_that_have_one_meaning() {
        check("2024-03-05", Some("2024-03-05"));
        check("2024-3-5", Some("2024-03-05"));
        check("2024/3/5", Some("2024-03-05"));
        check("20240305", Some("2024-03-05"));
        check("March 5, 2024", Some("2024-03-05"));
        check("5-Mar-2024", Some("2024-03-05"));
        check("5 march 2024 9:05", Some("2024-03-05 09:05:00"));
        check("2024-03-05T10:20:30", Some("2024-03-05 10:20:30"));
        check("2024-03-05 10:20:30.25", Some("2024-03-05 10:20:30.25"));
        check("2024-02-29", Some("2024-02-29"));
    }

    #[test]
    fn what_is_no_day_or_may_be_two_is_left() {
        for text in ["", "05/03/2024", "2024-02-30", "2023-02-29", "2024-13-01", "2024", "2024-03", "today", "5 Mar", "Marc 5 2024"] {
            check(text, None);
        }
        for text in ["2024-03-05 25:00", "2024-03-05 10:20:30+02", "March March 2024", "2024-03-05 nonsense"] {
            check(text, None);
        }
        assert!(is_impossible("2024-02-30") && is_impossible("2024-13-01 10:00:00") && !is_impossible("2024-02-29") && !is_impossible("x"));
    }

    proptest! {
        #[test]
        fn never_panics(text in "(2024|-|/|:|Mar|é|T| |\\.|[0-9]|\\PC){0,12}") {
            let _ = (Written::of(&text), is_impossible(&text));
        }
    }
}
