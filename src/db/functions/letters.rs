//! Dates as text by format letters behind a percent sign, and back: MySQL's letters, and those of C, Python and DuckDB.

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};
use rusqlite::types::Value;

use super::arguments::{Arguments, Outcome, text};
use super::calendar::week_of;
use super::moment::{Moment, day_of};
use crate::text::numbers::{MONTHS, WEEKDAYS};

/// The name at `place`; nothing where there is none.
pub(super) fn name(names: &[&'static str], place: u32) -> &'static str {
    usize::try_from(place).ok().and_then(|place| names.get(place)).copied().unwrap_or_default()
}

fn short(name: &str) -> &str {
    name.get(..3).unwrap_or(name)
}

/// MySQL's `DATE_FORMAT(x, format)`.
pub(super) fn date_format(arguments: &Arguments<'_, '_>) -> Outcome {
    formatted(arguments, mysql_letter)
}

/// The format of C, Python and DuckDB, with the names of days and months that SQLite's strftime lacks.
pub(super) fn format_date(arguments: &Arguments<'_, '_>) -> Outcome {
    formatted(arguments, c_letter)
}

fn formatted(arguments: &Arguments<'_, '_>, letter: impl Fn(Moment, &str) -> Option<String>) -> Outcome {
    let Some(moment) = arguments.moment(0) else { return Ok(Value::Null) };
    let format = arguments.text(1);
    let (mut out, mut rest) = (String::new(), format.as_ref());
    while let Some((plain, after)) = rest.split_once('%') {
        out.push_str(plain);
        let dash = usize::from(after.starts_with('-'));
        let size = after.get(dash..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8) + dash;
        let word = after.get(..size).unwrap_or_default();
        match letter(moment, word) {
            Some(piece) => out.push_str(&piece),
            None => return arguments.refuse(&format!("the letter `%{word}` is not known")),
        }
        arguments.long(Some(out.len()))?;
        rest = after.get(size..).unwrap_or_default();
    }
    out.push_str(rest);
    text(out)
}

fn twelve(hour: u32) -> u32 {
    if hour.is_multiple_of(12) { 12 } else { hour % 12 }
}

/// What both families of letters mean alike.
fn common_letter(m: Moment, letter: &str) -> Option<String> {
    let (day, time) = (m.day(), m.at.time());
    let weekday = day.weekday().num_days_from_sunday();
    Some(match letter {
        "Y" => format!("{:04}", day.year()),
        "y" => format!("{:02}", day.year().rem_euclid(100)),
        "m" => format!("{:02}", day.month()),
        "d" => format!("{:02}", day.day()),
        "H" => format!("{:02}", time.hour()),
        "I" => format!("{:02}", twelve(time.hour())),
        "S" => format!("{:02}", time.second()),
        "f" => format!("{:06}", time.nanosecond() / 1_000),
        "j" => format!("{:03}", day.ordinal()),
        "p" => if time.hour() < 12 { "AM" } else { "PM" }.to_owned(),
        "a" => short(name(&WEEKDAYS, weekday)).to_owned(),
        "b" => short(name(&MONTHS, day.month0())).to_owned(),
        "w" => weekday.to_string(),
        "%" => "%".to_owned(),
        _ => return None,
    })
}

fn mysql_letter(m: Moment, letter: &str) -> Option<String> {
    let (day, time) = (m.day(), m.at.time());
    let clock = |hour: u32| format!("{hour:02}:{:02}:{:02}", time.minute(), time.second());
    let common = common_letter(m, letter);
    let week = |mode| format!("{:02}", week_of(day, mode).1);
    common.or_else(|| {
        Some(match letter {
            "c" => day.month().to_string(),
            "D" => format!("{}{}", day.day(), ordinal(day.day())),
            "e" => day.day().to_string(),
            "h" => format!("{:02}", twelve(time.hour())),
            "i" => format!("{:02}", time.minute()),
            "k" => time.hour().to_string(),
            "l" => twelve(time.hour()).to_string(),
            "M" => name(&MONTHS, day.month0()).to_owned(),
            "r" => format!("{} {}", clock(twelve(time.hour())), if time.hour() < 12 { "AM" } else { "PM" }),
            "s" => format!("{:02}", time.second()),
            "T" => clock(time.hour()),
            "U" => week(0),
            "u" => week(1),
            "V" => week(2),
            "v" => week(3),
            "X" => format!("{:04}", week_of(day, 2).0),
            "x" => format!("{:04}", week_of(day, 3).0),
            "W" => name(&WEEKDAYS, day.weekday().num_days_from_sunday()).to_owned(),
            // Any other letter stands for itself.
            other => other.to_owned(),
        })
    })
}

fn c_letter(m: Moment, letter: &str) -> Option<String> {
    if let Some(letter) = letter.strip_prefix('-') {
        let padded = c_letter(m, letter).filter(|_| "dmyHIMSj".contains(letter))?;
        let plain = padded.trim_start_matches('0');
        return Some(if plain.is_empty() { "0".to_owned() } else { plain.to_owned() });
    }
    let (day, time) = (m.day(), m.at.time());
    common_letter(m, letter).or_else(|| {
        Some(match letter {
            "A" => name(&WEEKDAYS, day.weekday().num_days_from_sunday()).to_owned(),
            "B" => name(&MONTHS, day.month0()).to_owned(),
            "h" => short(name(&MONTHS, day.month0())).to_owned(),
            "e" => format!("{:2}", day.day()),
            "M" => format!("{:02}", time.minute()),
            "T" => format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second()),
            "R" => format!("{:02}:{:02}", time.hour(), time.minute()),
            "F" => day_of(day),
            "D" => format!("{:02}/{:02}/{:02}", day.month(), day.day(), day.year().rem_euclid(100)),
            "g" => format!("{:03}", time.nanosecond() / 1_000_000),
            "u" => day.weekday().number_from_monday().to_string(),
            "U" => format!("{:02}", week_of(day, 0).1),
            "W" => format!("{:02}", week_of(day, 5).1),
            "V" => format!("{:02}", day.iso_week().week()),
            "G" => format!("{:04}", day.iso_week().year()),
            _ => return None,
        })
    })
}

/// The ending of a day's number.
pub(super) fn ordinal(day: u32) -> &'static str {
    match (day % 100, day % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

/// What a text said of a date.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fields {
    pub(super) year: Option<u32>,
    pub(super) month: Option<u32>,
    pub(super) day: Option<u32>,
    pub(super) day_of_year: Option<u32>,
    pub(super) hour: Option<u32>,
    pub(super) minute: Option<u32>,
    pub(super) second: Option<u32>,
    pub(super) micros: Option<u32>,
    /// Whether the hours are those after noon.
    pub(super) afternoon: Option<bool>,
}

impl Fields {
    /// Whether a time was said.
    pub(super) fn is_timed(&self) -> bool {
        self.hour.or(self.minute).or(self.second).or(self.micros).is_some()
    }

    /// The date and the time, where both are there.
    pub(super) fn moment(&self) -> Option<Moment> {
        let year = i32::try_from(self.year?).ok()?;
        let day = match self.day_of_year {
            Some(day) => NaiveDate::from_yo_opt(year, day)?,
            None => NaiveDate::from_ymd_opt(year, self.month.unwrap_or(1), self.day.unwrap_or(1))?,
        };
        let hour = match (self.hour.unwrap_or(0), self.afternoon) {
            (hour, None) => hour,
            (hour @ 1..=12, Some(afternoon)) => hour % 12 + if afternoon { 12 } else { 0 },
            _ => return None,
        };
        let (minute, second) = (self.minute.unwrap_or(0), self.second.unwrap_or(0));
        let time = NaiveTime::from_hms_micro_opt(hour, minute, second, self.micros.unwrap_or(0))?;
        Some(Moment { at: day.and_time(time), timed: self.is_timed() })
    }
}

/// A year of two digits.
pub(super) fn century(year: u32) -> u32 {
    if year < 70 { 2000 + year } else { 1900 + year }
}

/// Up to `most` digits at the start of `rest`.
pub(super) fn digits(rest: &mut &str, most: usize) -> Option<u32> {
    let size = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (number, after) = rest.split_at_checked(size)?;
    *rest = after;
    number.parse().ok()
}

/// One of `names`, in full or by its first three letters, at the start of `rest`: its place from 1.
pub(super) fn named(rest: &mut &str, names: &[&str]) -> Option<u32> {
    let starts = |word: &str| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let place = names.iter().position(|name| starts(short(name)))?;
    let full = names.get(place).filter(|name| starts(name)).map_or(3, |name| name.len());
    *rest = rest.get(full..)?;
    u32::try_from(place + 1).ok()
}

/// Reads `text` by `format`. The rest that the format does not speak of is left in the second.
fn read<'t>(text: &'t str, format: &str, mysql: bool) -> Option<(Fields, &'t str)> {
    let (mut fields, mut rest) = (Fields::default(), text);
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter.is_whitespace() {
            rest = rest.trim_start();
            continue;
        }
        if letter != '%' {
            rest = rest.trim_start().strip_prefix(letter).or_else(|| rest.strip_prefix(letter))?;
            continue;
        }
        let letter = letters.next().map(|next| if next == '-' && !mysql { letters.next() } else { Some(next) })??;
        if mysql {
            rest = rest.trim_start();
        }
        match (letter, mysql) {
            ('Y', _) => fields.year = Some(digits(&mut rest, 4)?),
            ('y', _) => fields.year = Some(century(digits(&mut rest, 2)?)),
            ('m', _) | ('c', true) => fields.month = Some(digits(&mut rest, 2)?),
            ('d', _) | ('e', true) => fields.day = Some(digits(&mut rest, 2)?),
            ('b', _) | ('B', false) | ('M', true) => fields.month = Some(named(&mut rest, &MONTHS)?),
            ('a', _) | ('A', false) | ('W', true) => drop(named(&mut rest, &WEEKDAYS)?),
            ('j', _) => fields.day_of_year = Some(digits(&mut rest, 3)?),
            ('H' | 'I', _) | ('h' | 'k' | 'l', true) => {
                fields.hour = Some(digits(&mut rest, 2)?);
                if letter != 'H' && letter != 'k' && fields.afternoon.is_none() {
                    fields.afternoon = Some(false);
                }
            }
            ('M', false) | ('i', true) => fields.minute = Some(digits(&mut rest, 2)?),
            ('S', _) | ('s', true) => fields.second = Some(digits(&mut rest, 2)?),
            ('f', _) => {
                let size = rest.bytes().take(6).take_while(u8::is_ascii_digit).count();
                fields.micros = Some(digits(&mut rest, 6)? * 10u32.pow(u32::try_from(6 - size).ok()?));
            }
            ('p', _) => {
                fields.afternoon = Some(rest.get(..1)?.eq_ignore_ascii_case("p"));
                rest = rest.get(2..)?;
            }
            ('T', true) => {
                fields.hour = Some(digits(&mut rest, 2)?);
                rest = rest.strip_prefix(':')?;
                fields.minute = Some(digits(&mut rest, 2)?);
                rest = rest.strip_prefix(':')?;
                fields.second = Some(digits(&mut rest, 2)?);
            }
            ('%', _) => rest = rest.strip_prefix('%')?,
            _ => return None,
        }
    }
    Some((fields, rest))
}

/// MySQL's `STR_TO_DATE(x, format)`: NULL for what does not fit.
pub(super) fn str_to_date(arguments: &Arguments<'_, '_>) -> Outcome {
    let (x, format) = (arguments.text(0), arguments.text(1));
    let Some((fields, _)) = read(&x, &format, true) else { return Ok(Value::Null) };
    if fields.year.is_none() || fields.day_of_year.is_none() && (fields.month.is_none() || fields.day.is_none()) {
        return arguments.refuse("the format says no whole date");
    }
    fields.moment().map_or(Ok(Value::Null), |moment| text(moment.written()))
}

/// DuckDB's `strptime(x, format)`: a date with a time, always.
pub(super) fn strptime(arguments: &Arguments<'_, '_>) -> Outcome {
    match parsed(arguments) {
        Some(moment) => text(moment.written()),
        None => arguments.refuse("the text does not fit the format"),
    }
}

pub(super) fn try_strptime(arguments: &Arguments<'_, '_>) -> Outcome {
    parsed(arguments).map_or(Ok(Value::Null), |moment| text(moment.written()))
}

fn parsed(arguments: &Arguments<'_, '_>) -> Option<Moment> {
    let (x, format) = (arguments.text(0), arguments.text(1));
    let (fields, rest) = read(x.trim(), format.trim(), false)?;
    let moment = fields.moment().filter(|_| rest.trim().is_empty())?;
    Some(Moment { timed: true, ..moment })
}
