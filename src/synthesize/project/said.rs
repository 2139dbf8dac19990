//! Values as people write them.

use super::calendar::{DateForm, Day};
use super::value::{Decimal, Value};

/// A number, with commas between thousands where that is wanted and there are any.
pub(super) fn decimal(number: Decimal, commas: bool) -> String {
    let text = number.text();
    let (whole, part) = text.split_once('.').map_or((text.as_str(), None), |(whole, part)| (whole, Some(part)));
    if !commas || whole.len() < 5 {
        return text;
    }
    let mut out = String::new();
    for (at, c) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 && c.is_ascii_digit() {
            out.push(',');
        }
        out.push(c);
    }
    part.map_or(out.clone(), |part| format!("{out}.{part}"))
}

/// A small number in letters.
pub(super) fn in_letters(number: usize) -> String {
    const WORDS: [&str; 11] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    WORDS.get(number).map_or_else(|| number.to_string(), |word| (*word).to_owned())
}

/// A text in quotes of one of two kinds.
pub(super) fn quoted(text: &str, kind: usize) -> String {
    if kind == 0 || text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}

/// The day that a column keeps.
pub(super) fn date(value: &Value, form: DateForm) -> Option<Day> {
    let number = || if let Value::Number(number) = value { Some(*number) } else { None };
    let days = |days: i64| Day { days, seconds: 0 };
    match form {
        DateForm::Day | DateForm::Moment => {
            let text = value.text();
            let part = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse().ok());
            Some(Day::of(part(0, 4)?, part(5, 7)?, part(8, 10)?))
        }
        DateForm::Seconds => Some(days(number()?.units.div_euclid(86_400))),
        DateForm::Milliseconds => Some(days(number()?.units.div_euclid(86_400_000))),
        DateForm::Julian => Some(days(number()?.units / 10 - 2_440_587)),
        DateForm::Compact => {
            let number = number()?.units;
            Some(Day::of(number / 10_000, number / 100 % 100, number % 100))
        }
    }
}
