//! The numbers that a question gives: in digits, in words, and in every unit in which a column may keep them.

use super::units::{ALONE, DECADES, NUMBERED, RELATIVE, UNITS, YEARS, composing};
use crate::text::numbers::MULTIPLIERS;

/// What a number may be multiplied by before it is compared with: thousands to billions, percent.
const SCALES: [f64; 5] = [1.0, 1e3, 1e6, 1e9, 0.01];
/// Conversions are rounded.
const SLACK: f64 = 2e-3;
/// Unix seconds that a number may be a moment in: 1990 to 2040.
const SECONDS: std::ops::Range<f64> = 631_152_000.0..2_208_988_800.0;
/// Seconds of a mean year.
const YEAR: f64 = 31_556_952.0;

/// Numbers that a text gives.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::sql::suspicion) struct Numbers {
    /// As they are written.
    plain: Vec<f64>,
    /// The same in other units.
    converted: Vec<f64>,
    /// Those that a unit of time, size or money stands beside, as they are written.
    measured: Vec<f64>,
    /// Whether the day of asking fixes a time that is named.
    relative: bool,
}

impl Numbers {
    /// The numbers of a text in any case.
    pub(in crate::sql::suspicion) fn of(text: &str) -> Self {
        let mut out = Self::default();
        out.plain.extend(digits(text));
        let parts = parts(text);
        for at in 0..parts.len() {
            out.look(&parts, at);
        }
        out
    }

    pub(in crate::sql::suspicion) fn extend(&mut self, other: Self) {
        self.plain.extend(other.plain);
        self.converted.extend(other.converted);
        self.measured.extend(other.measured);
        self.relative |= other.relative;
    }

    /// Whether `number` is given, or one beside it ("more than three" may be "at least four").
    pub(in crate::sql::suspicion) fn give(&self, number: f64) -> bool {
        let near = |own: &f64| (own - number).abs() <= SLACK * own.abs();
        self.plain.iter().any(|own| SCALES.iter().any(|scale| own * scale == number) || (own - number).abs() == 1.0)
            || self.converted.iter().any(|own| near(own) || (own - number).abs() == 1.0)
            || self.relative && YEARS.contains(&number)
            || self.give_date(number)
    }

    /// Whether `number` is given with a unit beside it: 6 of "longer than six minutes".
    pub(in crate::sql::suspicion) fn measure(&self, number: f64) -> bool {
        self.measured.contains(&number)
    }

    /// Whether `number` stands for a day, and the year is given: `20230101`, seconds or milliseconds since 1970.
    fn give_date(&self, number: f64) -> bool {
        let year = |year: f64| self.relative || self.plain.iter().any(|own| (own - year).abs() <= 1.0);
        if (19_000_101.0..=21_001_231.0).contains(&number) && number.fract() == 0.0 {
            return year((number / 10_000.0).floor());
        }
        let seconds = if number > SECONDS.end { number / 1e3 } else { number };
        SECONDS.contains(&seconds) && year((1970.0 + seconds / YEAR).floor())
    }

    fn look(&mut self, parts: &[Part], at: usize) {
        let Some(part) = parts.get(at) else { return };
        self.relative |= RELATIVE.contains(&part.word.as_str());
        if let Some((_, numbers)) = NUMBERED.iter().find(|(names, _)| names.contains(&part.word.as_str())) {
            self.plain.extend(*numbers);
        }
        if let Some((_, tens)) = DECADES.iter().find(|(name, _)| *name == part.word) {
            self.plain.extend([1900.0 + tens, 1910.0 + tens]);
        }
        if let Some((_, number)) = ALONE.iter().find(|(name, _)| *name == part.word) {
            self.plain.push(*number);
        }
        if let Some((_, by)) = multiplier(&part.word) {
            // "Hundreds of", without a number before it.
            self.plain.push(by);
        }
        let Some((number, end)) = number_at(parts, at) else { return };
        // "A" alone counts nothing.
        if end > at + 1 || !matches!(part.word.as_str(), "a" | "an") {
            self.plain.push(number);
        }
        let next = |step: usize| parts.get(end + step).map_or("", |part| part.word.as_str());
        match next(0) {
            "percent" | "percentage" | "pct" | "per" if next(0) != "per" || next(1) == "cent" => {
                self.converted.extend([number / 100.0, 1.0 - number / 100.0, 100.0 - number]);
            }
            // The nineties, and the twentieth century.
            "s" if (1000.0..2100.0).contains(&number) => self.plain.extend([number + 9.0, number + 10.0]),
            "s" if number < 100.0 && number % 10.0 == 0.0 => self.plain.extend([1900.0 + number, 1910.0 + number]),
            "st" | "nd" | "rd" | "th" if next(1) == "century" => {
                self.plain.extend([100.0 * (number - 1.0), 100.0 * number]);
            }
            "pm" | "p" if number <= 12.0 => self.plain.push(number + 12.0),
            "degrees" | "celsius" | "fahrenheit" | "c" | "f" => self.converted.extend([number * 1.8 + 32.0, (number - 32.0) / 1.8]),
            _ => {}
        }
        let before = at.checked_sub(1).and_then(|before| parts.get(before)).map_or("", |part| part.word.as_str());
        if [before, next(0)].contains(&"currency") {
            self.measured.push(number);
        }
        self.in_units(number, next(0), next(1));
        // "An hour and a half", "two and a half hours".
        if next(0) == "and" && next(1) == "a" && next(2) == "half" {
            self.plain.push(number + 0.5);
            self.in_units(number + 0.5, next(3), "");
        }
        if next(1) == "and" && next(2) == "a" && next(3) == "half" {
            self.in_units(number + 0.5, next(0), "");
        }
        // "Half an hour", "a quarter of an hour", "half of", "three quarters".
        if matches!(next(0), "half" | "quarter" | "quarters" | "third" | "thirds") {
            let part = match next(0) {
                "half" => 0.5,
                "third" | "thirds" => 1.0 / 3.0,
                _ => 0.25,
            };
            self.converted.extend([number * part, 100.0 * number * part]);
            let of = usize::from(next(1) == "of");
            self.in_units(number * part, next(1 + of), next(2 + of));
        }
        // "Between 1 and 2 hours", "1 to 2 hours", "5 or 6 kilos".
        if matches!(next(0), "and" | "to" | "or")
            && let Some((_, behind)) = number_at(parts, end + 1)
        {
            let unit = |step: usize| parts.get(behind + step).map_or("", |part| part.word.as_str());
            self.in_units(number, unit(0), unit(1));
        }
    }

    /// The number in whatever a column may count, where its unit follows.
    fn in_units(&mut self, number: f64, first: &str, second: &str) {
        let unit = |word: &str| UNITS.iter().find(|(names, _)| names.contains(&word));
        // "5 square kilometres", "30 more minutes".
        if let Some((_, factors)) = unit(first).or_else(|| unit(second)) {
            self.converted.extend(factors.iter().map(|factor| number * factor));
            self.measured.push(number);
        }
        if first == "square" {
            self.converted.extend([number * 1e6, number * 1e4, number * 1e-6, number * 2.589_99]);
        }
    }
}

/// A run of letters, or a number in digits.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    /// Letters in lower case; empty for a number.
    word: String,
    number: Option<f64>,
}

/// The words and numbers of a text: `6min` is two, `1.5` and `10,000` one; `%` counts as "percent".
fn parts(text: &str) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = |is: &dyn Fn(char) -> bool| rest.find(|c: char| !is(c)).unwrap_or(rest.len());
        let taken = if c.is_ascii_digit() {
            let run = length(&|c| c.is_ascii_digit() || c == '.' || c == ',');
            let digits = rest.get(..run).unwrap_or_default().trim_end_matches(['.', ',']);
            out.push(Part { word: String::new(), number: digits.replace(',', "").parse().ok() });
            digits.len()
        } else if c.is_alphabetic() {
            let run = length(&char::is_alphabetic);
            out.push(Part { word: rest.get(..run).unwrap_or_default().to_lowercase(), number: None });
            run
        } else {
            match c {
                '%' => out.push(Part { word: "percent".into(), number: None }),
                '€' | '$' | '£' => out.push(Part { word: "currency".into(), number: None }),
                _ => {}
            }
            c.len_utf8()
        };
        rest = rest.get(taken.max(1)..).unwrap_or_default();
    }
    out
}

fn multiplier(word: &str) -> Option<(&'static str, f64)> {
    MULTIPLIERS.iter().find_map(|(names, by)| Some((*names.iter().find(|name| **name == word)?, *by)))
}

/// The number that begins at part `at`, and the part behind it: `2.5 million`, `twenty five`, `three hundred and fifty`, `half a dozen`.
fn number_at(parts: &[Part], at: usize) -> Option<(f64, usize)> {
    let simple = |at: usize| -> Option<f64> {
        let part = parts.get(at)?;
        part.number.or_else(|| composing(&part.word))
    };
    let word = |at: usize| parts.get(at).map_or("", |part| part.word.as_str());
    let mut total = 0.0;
    let mut number = simple(at)?;
    let mut end = at + 1;
    if number == 0.5 && matches!(word(end), "a" | "an") {
        end += 1;
    }
    loop {
        if let Some((name, by)) = multiplier(word(end)) {
            // "5 m" may be metres.
            let letter = name.len() == 1 && parts.get(end - 1).is_none_or(|part| part.number.is_none());
            if letter {
                break;
            }
            number *= by;
            end += 1;
            if by >= 1e3 {
                total += number;
                number = 0.0;
            }
            continue;
        }
        let skipped = usize::from(word(end) == "and" && number >= 100.0);
        match simple(end + skipped) {
            Some(next) if parts.get(end - 1).is_some_and(|part| part.number.is_none()) && word(end + skipped) != "a" => {
                let fits = next >= 1.0 && (number == 0.0 || next < 10.0 && number % 10.0 == 0.0 || next < 100.0 && number % 100.0 == 0.0);
                if !fits {
                    break;
                }
                number += next;
                end += skipped + 1;
            }
            _ => break,
        }
    }
    Some((total + number, end))
}

/// The numbers in digits, with commas between thousands or without.
fn digits(text: &str) -> Vec<f64> {
    let runs = text.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').map(|run| run.trim_matches(['.', ',']));
    // "1,2" may be a list, and "1.2.2003" a date.
    let parts = runs.flat_map(|run| std::iter::once(run.replace(',', "")).chain(run.split([',', '.']).map(str::to_owned)));
    parts.filter_map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, given: &[f64], not: &[f64]) {
        let numbers = Numbers::of(text);
        for number in given {
            assert!(numbers.give(*number), "{text}: {number} of {numbers:?}");
        }
        for number in not {
            assert!(!numbers.give(*number), "{text}: {number} of {numbers:?}");
        }
    }

    #[test]
    fn digits_and_words_are_numbers() {
        check("more than three, 10,000 or 5 million", &[4.0, 1e4, 5e6], &[7.0]);
        check("over 20% of", &[0.2, 20.0, 0.8], &[0.5]);
        check("twenty five or two hundred and fifty", &[25.0, 250.0], &[700.0]);
        check("three thousand five hundred", &[3_500.0], &[37.0]);
        check("two dozen, half a dozen", &[24.0, 6.0], &[50.0]);
        check("1.5k followers, 3M plays, 2bn in sales", &[1_500.0, 3e6, 2e9], &[]);
        check("half a million, a hundred", &[5e5, 100.0], &[7.0]);
        check("the second, a couple", &[2.0], &[9.0]);
        check("a quarter, three quarters, two thirds of them", &[0.25, 0.75, 75.0, 2.0 / 3.0], &[]);
    }

    #[test]
    fn units_are_what_columns_count() {
        check("longer than 6 minutes", &[360.0, 360_000.0], &[600.0]);
        check("longer than six minutes", &[360.0, 3.6e8], &[600.0]);
        check("under 6min or 90s", &[360.0, 90_000.0], &[]);
        check("half an hour, an hour and a half", &[30.0, 1_800.0, 5_400.0, 90.0], &[]);
        check("two and a half hours", &[9_000.0, 150.0, 2.5], &[]);
        check("a quarter of an hour", &[0.25, 15.0, 900.0], &[]);
        check("between 1 and 2 hours", &[3_600.0, 7_200.0], &[]);
        check("heavier than 2 kilos", &[2_000.0], &[]);
        check("a kilo of it", &[1_000.0], &[]);
        check("more than 5 km or 3 miles", &[5_000.0, 4_828.02], &[]);
        check("files over 10 MB", &[1e7, 10_485_760.0], &[]);
        check("over 12 dollars, over 20 euros", &[1_200.0, 2_000.0], &[]);
        check("older than two years", &[24.0, 730.0], &[]);
        check("taller than 6 feet", &[72.0, 182.88], &[]);
        check("above 30 degrees", &[86.0], &[]);
    }

    #[test]
    fn units_stand_beside_numbers() {
        let measured = |text: &str, number: f64| Numbers::of(text).measure(number);
        assert!(measured("more than an hour", 1.0) && measured("longer than 6 minutes", 6.0) && measured("above €50", 50.0));
        assert!(!measured("more than 6 items", 6.0) && !measured("longer than 6 minutes", 360.0));
    }

    #[test]
    fn calendars_have_numbers() {
        check("songs of the 1990s, the 80s and the nineties", &[1990.0, 1999.0, 2000.0, 1989.0], &[1950.0]);
        check("in the 19th century", &[1800.0, 1900.0, 1899.0], &[1700.0]);
        check("orders of March, on Sundays, after 3 pm", &[3.0, 0.0, 15.0], &[40.0]);
        check("teenagers and adults", &[13.0, 19.0, 18.0], &[40.0]);
        check("orders of last year", &[2024.0], &[50.0]);
        check("orders of 2023", &[20_230_101.0, 1_672_531_200.0, 1_672_531_200_000.0], &[20_100_101.0, 1_400_000_000.0]);
    }
}
