//! Dates and numbers as text by PostgreSQL's patterns (`YYYY-MM`, `FM9,999.00`), and back.

use chrono::{Datelike, Timelike};
use rusqlite::types::ValueRef;

use super::arguments::{Arguments, Outcome, Refusal, text};
use super::decimal;
use super::letters::{Fields, century, digits, name, named, ordinal};
use super::moment::{Moment, day_of};
use crate::text::numbers::{MONTHS, WEEKDAYS};

/// `to_char(x, pattern)` of a date or of a number.
pub(super) fn to_char(arguments: &Arguments<'_, '_>) -> Outcome {
    let pattern = arguments.text(1);
    match arguments.value(0) {
        ValueRef::Integer(_) | ValueRef::Real(_) => {
            let x = arguments.number(0).unwrap_or(0.0);
            number(x, &pattern).map_or_else(|| arguments.refuse("this pattern for numbers is not known"), text)
        }
        _ => match arguments.moment(0) {
            Some(moment) => date(moment, &pattern).map_or_else(|| arguments.refuse("this pattern is not known"), text),
            None => arguments.refuse("the first argument is neither a date nor a number"),
        },
    }
}

/// What a date's pattern is made of, longest first where one begins with another.
const PIECES: [&str; 43] = [
    "Y,YYY", "YYYY", "YYY", "YY", "Y", "IYYY", "IYY", "IY", "IDDD", "ID", "IW", "I", "MONTH", "MON", "MM", "MI", "MS", "DAY", "DDD", "DD",
    "DY", "D", "HH24", "HH12", "HH", "SSSS", "SS", "US", "WW", "W", "CC", "J", "Q", "RM", "AM", "PM", "A.M.", "P.M.", "TZ", "OF", "FX",
    "BC", "AD",
];

/// A part of a pattern.
enum Part<'p> {
    /// A field, as it is written, with `FM` before it, and the ending `TH`.
    Field { word: &'p str, filled: bool, ending: Option<&'p str> },
    /// Letters that stand for themselves.
    Plain(String),
}

/// The parts of a date's pattern. `None` where a text is left open.
fn parts(pattern: &str) -> Option<Vec<Part<'_>>> {
    let (mut out, mut rest, mut filled) = (Vec::new(), pattern, true);
    while let Some(first) = rest.chars().next() {
        let starts = |word: &str| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if let Some(after) = rest.strip_prefix('"') {
            let (quoted, after) = after.split_once('"')?;
            out.push(Part::Plain(quoted.to_owned()));
            rest = after;
        } else if starts("FM") || starts("TM") {
            filled = false;
            rest = rest.get(2..)?;
        } else if let Some(word) = PIECES.iter().find(|word| starts(word)) {
            let (word, after) = rest.split_at_checked(word.len())?;
            let ending = after.get(..2).filter(|ending| ending.eq_ignore_ascii_case("th"));
            out.push(Part::Field { word, filled, ending });
            rest = after.get(ending.map_or(0, str::len)..)?;
            filled = true;
        } else {
            out.push(Part::Plain(first.to_string()));
            rest = rest.get(first.len_utf8()..)?;
        }
    }
    Some(out)
}

/// A date by a pattern; `None` for a field that is not known.
fn date(m: Moment, pattern: &str) -> Option<String> {
    let mut out = String::new();
    for part in parts(pattern)? {
        match part {
            Part::Plain(plain) => out.push_str(&plain),
            Part::Field { word, filled, ending } => {
                let piece = field(m, word, filled)?;
                out.push_str(&piece);
                if let Some(ending) = ending {
                    let suffix = ordinal(piece.trim().parse().ok()?);
                    out.push_str(&if ending.starts_with('T') { suffix.to_uppercase() } else { suffix.to_owned() });
                }
            }
        }
    }
    Some(out)
}

fn field(m: Moment, word: &str, filled: bool) -> Option<String> {
    let (day, time) = (m.day(), m.at.time());
    let width = |number: i64, width: usize| if filled { format!("{number:0width$}") } else { number.to_string() };
    let number = |number: u32, wide: usize| width(i64::from(number), wide);
    let cased = |name: &str, wide: usize| {
        let name = match word.as_bytes() {
            [_, second, ..] if second.is_ascii_lowercase() && word.starts_with(|c: char| c.is_ascii_lowercase()) => name.to_lowercase(),
            [_, second, ..] if second.is_ascii_uppercase() => name.to_uppercase(),
            _ => name.to_owned(),
        };
        if filled { format!("{name:wide$}") } else { name }
    };
    let hour12 = if time.hour().is_multiple_of(12) { 12 } else { time.hour() % 12 };
    let year = i64::from(day.year());
    let iso = i64::from(day.iso_week().year());
    let weekday = day.weekday().num_days_from_sunday();
    let half = if time.hour() < 12 { "am" } else { "pm" };
    let half = if word.contains('.') { format!("{}.m.", half.get(..1)?) } else { half.to_owned() };
    Some(match word.to_ascii_uppercase().as_str() {
        "YYYY" => width(year, 4),
        "YYY" => width(year % 1000, 3),
        "YY" => width(year % 100, 2),
        "Y" => (year % 10).to_string(),
        "Y,YYY" => format!("{},{:03}", year / 1000, year % 1000),
        "IYYY" => width(iso, 4),
        "IYY" => width(iso % 1000, 3),
        "IY" => width(iso % 100, 2),
        "I" => (iso % 10).to_string(),
        "MONTH" => cased(name(&MONTHS, day.month0()), 9),
        "MON" => cased(name(&MONTHS, day.month0()).get(..3)?, 3),
        "DAY" => cased(name(&WEEKDAYS, weekday), 9),
        "DY" => cased(name(&WEEKDAYS, weekday).get(..3)?, 3),
        "MM" => number(day.month(), 2),
        "DD" => number(day.day(), 2),
        "DDD" => number(day.ordinal(), 3),
        "D" => (weekday + 1).to_string(),
        "ID" => day.weekday().number_from_monday().to_string(),
        "IW" => number(day.iso_week().week(), 2),
        "WW" => number(day.ordinal0() / 7 + 1, 2),
        "W" => (day.day0() / 7 + 1).to_string(),
        "Q" => (day.month0() / 3 + 1).to_string(),
        "CC" => width((year + 99) / 100, 2),
        "HH24" => number(time.hour(), 2),
        "HH" | "HH12" => number(hour12, 2),
        "MI" => number(time.minute(), 2),
        "SS" => number(time.second(), 2),
        "MS" => number(time.nanosecond() / 1_000_000, 3),
        "US" => number(time.nanosecond() / 1_000, 6),
        "SSSS" => time.num_seconds_from_midnight().to_string(),
        "AM" | "PM" | "A.M." | "P.M." => {
            if word.starts_with(|c: char| c.is_ascii_uppercase()) {
                half.to_uppercase()
            } else {
                half
            }
        }
        _ => return None,
    })
}

/// A number by a pattern of `9`, `0`, a point, commas, `FM`, and a sign; `None` for any other.
fn number(x: f64, pattern: &str) -> Option<String> {
    let upper = pattern.to_ascii_uppercase();
    let (filled, picture) = upper.strip_prefix("FM").map_or((true, upper.as_str()), |rest| (false, rest));
    if picture.is_empty() || !picture.chars().all(|c| "90.,DG".contains(c)) {
        return None;
    }
    let (whole, fraction) = picture.split_once(['.', 'D']).map_or((picture, None), |(whole, rest)| (whole, Some(rest)));
    if fraction.is_some_and(|fraction| !fraction.bytes().all(|b| b == b'9' || b == b'0')) {
        return None;
    }
    let places = fraction.map_or(0, str::len);
    let written = decimal::written(x, places);
    let (sign, written) = written.strip_prefix('-').map_or(("", written.as_str()), |rest| ("-", rest));
    let (digits, behind) = written.split_once('.').unwrap_or((written, ""));
    let digits = if digits == "0" { "" } else { digits };
    let room = whole.bytes().filter(|b| matches!(b, b'9' | b'0')).count();
    let mut out = String::new();
    if digits.len() > room {
        out = picture.chars().map(|c| if matches!(c, '9' | '0') { '#' } else { c }).collect();
        return Some(if filled { format!("{}{out}", if sign.is_empty() { " " } else { sign }) } else { format!("{sign}{out}") });
    }
    let mut blank = room - digits.len();
    let (mut begun, mut letters) = (false, digits.chars());
    let mut before = String::new();
    for c in whole.chars() {
        match c {
            '9' | '0' if blank > 0 => {
                blank -= 1;
                begun |= c == '0';
                if begun {
                    out.push('0');
                } else {
                    before.push(' ');
                }
            }
            '9' | '0' => {
                begun = true;
                out.extend(letters.next());
            }
            _ if begun => out.push(','),
            _ => before.push(' '),
        }
    }
    // Without a digit before the point and behind it there would be nothing.
    if out.is_empty() && fraction.is_none() {
        out.push('0');
        before.pop();
    }
    if let Some(fraction) = fraction {
        // Zeros that a 9 stands for go, where blanks go.
        let kept = fraction.rfind('0').map_or(0, |at| at + 1);
        let shown = if filled { behind.len() } else { behind.trim_end_matches('0').len().max(kept) };
        out.push('.');
        out.push_str(behind.get(..shown).unwrap_or_default());
    }
    Some(if filled { format!("{before}{}{out}", if sign.is_empty() { " " } else { sign }) } else { format!("{sign}{out}") })
}

/// `to_date(x, pattern)`.
pub(super) fn to_date(arguments: &Arguments<'_, '_>) -> Outcome {
    text(day_of(read(arguments)?.day()))
}

/// `to_timestamp(x, pattern)`.
pub(super) fn to_timestamp(arguments: &Arguments<'_, '_>) -> Outcome {
    text(Moment { timed: true, ..read(arguments)? }.written())
}

fn read(arguments: &Arguments<'_, '_>) -> Result<Moment, Refusal> {
    let (x, pattern) = (arguments.text(0), arguments.text(1));
    match fields_of(&x, &pattern).and_then(|fields| fields.moment()) {
        Some(moment) => Ok(moment),
        None => arguments.refuse("the text does not fit the pattern"),
    }
}

fn fields_of(x: &str, pattern: &str) -> Option<Fields> {
    let (mut fields, mut rest) = (Fields::default(), x.trim());
    for part in parts(pattern)? {
        match part {
            // A separator stands for any other, and for none.
            Part::Plain(plain) => {
                for letter in plain.chars() {
                    let skips = if letter.is_alphanumeric() { rest.starts_with(letter) } else { !rest.starts_with(char::is_alphanumeric) };
                    let next = rest.chars().next().filter(|_| skips).map_or(0, char::len_utf8);
                    rest = rest.get(next..)?;
                }
            }
            Part::Field { word, ending, .. } => {
                rest = rest.trim_start();
                match word.to_ascii_uppercase().as_str() {
                    "YYYY" => fields.year = Some(digits(&mut rest, 4)?),
                    "YY" => fields.year = Some(digits(&mut rest, 4).map(|year| if year < 100 { century(year) } else { year })?),
                    "MONTH" | "MON" => fields.month = Some(named(&mut rest, &MONTHS)?),
                    "DAY" | "DY" => drop(named(&mut rest, &WEEKDAYS)?),
                    "MM" => fields.month = Some(digits(&mut rest, 2)?),
                    "DD" => fields.day = Some(digits(&mut rest, 2)?),
                    "DDD" => fields.day_of_year = Some(digits(&mut rest, 3)?),
                    "HH24" => fields.hour = Some(digits(&mut rest, 2)?),
                    "HH" | "HH12" => {
                        fields.hour = Some(digits(&mut rest, 2)?);
                        fields.afternoon = fields.afternoon.or(Some(false));
                    }
                    "MI" => fields.minute = Some(digits(&mut rest, 2)?),
                    "SS" => fields.second = Some(digits(&mut rest, 2)?),
                    "AM" | "PM" => {
                        fields.afternoon = Some(rest.get(..1)?.eq_ignore_ascii_case("p"));
                        rest = rest.get(2..)?;
                    }
                    _ => return None,
                }
                if ending.is_some() {
                    rest = rest.get(2..)?;
                }
            }
        }
    }
    Some(fields)
}
