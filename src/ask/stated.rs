//! What a statement says, for comparing with the words of its question: names, literals, numbers, keywords. Pure.

use std::collections::HashSet;
use std::ops::Range;

use super::wording::{FORMS, GEOMETRY, digits_of, is_alike};
use crate::schema::Schema;
use crate::sql::lex::{TokenKind, lex, name_of};
use crate::text::numbers::{MULTIPLIERS, WEEKDAYS, cardinal, month};
use crate::text::words::{Word, edits_within, singular, split_name, stem, words};

/// What a statement says, for comparing with words.
#[derive(Default)]
pub(super) struct Said {
    /// Words of its names and strings, folded.
    words: HashSet<String>,
    /// Its names, in lower case.
    names: HashSet<String>,
    /// Its keywords and functions, in lower case.
    keywords: HashSet<String>,
    /// Its string literals, as they are.
    pub(super) texts: HashSet<String>,
    comparisons: HashSet<String>,
    /// Its numbers.
    numbers: Vec<f64>,
}

impl Said {
    pub(super) fn new(sql: &str) -> Self {
        let mut said = Self::default();
        for token in lex(sql) {
            let text = token.text(sql);
            match token.kind {
                TokenKind::Word | TokenKind::Quoted => {
                    if token.kind == TokenKind::Word {
                        said.keywords.insert(text.to_ascii_lowercase());
                    }
                    let name = name_of(text);
                    said.words.extend(split_name(&name));
                    said.names.insert(name.to_lowercase());
                }
                TokenKind::String => {
                    let value = name_of(text);
                    said.words.extend(words(&value).into_iter().map(|word| word.folded));
                    said.texts.insert(value);
                }
                TokenKind::Number => {
                    said.words.extend(words(text).into_iter().map(|word| word.folded));
                    said.numbers.extend(text.parse::<f64>());
                }
                TokenKind::Operator => {
                    said.comparisons.insert(text.to_owned());
                }
                _ => {}
            }
        }
        said
    }

    /// A table or a column that is named says what people call it, too.
    pub(super) fn add_what_is_called(&mut self, schema: &Schema) {
        for table in schema.tables.iter().filter(|table| self.names.contains(&table.name.to_lowercase())) {
            let columns = table.columns.iter().filter(|column| self.names.contains(&column.name.to_lowercase()));
            for called in table.called.iter().chain(columns.flat_map(|column| &column.called)) {
                self.words.extend(split_name(called));
            }
        }
    }

    /// Where `question` writes one of the numbers with a word that multiplies: "50 million", "2.5 billion", "five thousand".
    pub(super) fn amounts_of(&self, question: &str, words: &[Word]) -> Vec<Range<usize>> {
        let amount = |at: usize, word: &Word| {
            let (_, by) = MULTIPLIERS.iter().find(|(names, _)| names.contains(&word.folded.as_str()))?;
            let before = question.get(..word.range.start)?.trim_end();
            let digits = before.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ',');
            let (number, start) = match before.get(digits.len()..)?.replace(',', "").parse::<f64>() {
                Ok(number) => (number, digits.len()),
                Err(_) => {
                    let named = words.get(at.checked_sub(1)?)?;
                    (f64::from(cardinal(&named.folded)?), named.range.start)
                }
            };
            let amount = number * by;
            self.numbers.iter().any(|own| (own - amount).abs() <= 1e-9 * amount).then_some(start..word.range.end)
        };
        words.iter().enumerate().filter_map(|(at, word)| amount(at, word)).collect()
    }

    /// The stem of what the rows of the only table are called, where a query counts them: "how many contacts" of a `log`.
    pub(super) fn counted_rows(&self, words: &[Word], schema: &Schema) -> Option<String> {
        let mut tables = schema.tables.iter().filter(|table| !table.bookkeeping && table.unreadable.is_none());
        let (Some(_), None, true) = (tables.next(), tables.next(), self.keywords.contains("count")) else { return None };
        let is = |at: usize, text: &str| words.get(at).is_some_and(|word| word.folded == text);
        let at = (0..words.len()).find(|&at| is(at, "how") && is(at + 1, "many") || is(at, "number") && is(at + 1, "of"))?;
        words.get(at + 2).map(|word| stem(&word.folded))
    }

    pub(super) fn accounts_for(&self, word: &Word) -> bool {
        let folded = word.folded.as_str();
        if self.words.contains(folded) || self.words.iter().any(|name| is_related(folded, name)) {
            return true;
        }
        if is_alike(folded, |name| self.words.iter().any(|own| is_related(name, own))) || self.has_date(folded) {
            return true;
        }
        if let Some(digits) = digits_of(folded) {
            return self.words.contains(digits.as_str()) || digits == "1" && self.keywords.contains("limit");
        }
        FORMS
            .iter()
            .chain(std::iter::once(&GEOMETRY))
            .filter(|form| form.words.split_whitespace().any(|other| other == folded))
            .any(|form| form.said_by.split_whitespace().any(|said| self.keywords.contains(said) || self.comparisons.contains(said)))
    }
}

impl Said {
    /// A month, a day of the week and an hour by their numbers, and a year by the one beside it: "after 2022" begins with 2023.
    fn has_date(&self, folded: &str) -> bool {
        let says = |number: u32| self.words.contains(&number.to_string()) || self.words.contains(&format!("{number:02}"));
        if let Some(month) = month(folded) {
            return says(month);
        }
        let one = folded.strip_suffix('s').unwrap_or(folded);
        if let Some((at, _)) = (0..7).zip(WEEKDAYS).find(|(_, day)| day.eq_ignore_ascii_case(one)) {
            // `%w` and `%u` give days of the week; the 6 of a date is none.
            let asked = self.texts.iter().any(|text| text.contains("%w") || text.contains("%u") || text.contains("weekday"));
            return asked && (says(at) || at == 0 && says(7));
        }
        // "10 pm", "8 in the morning": the hour as clocks write it.
        let hour = folded.parse::<u32>().ok().filter(|hour| (1..=12).contains(hour) && self.keywords.contains("strftime"));
        if hour.is_some_and(|hour| says(hour) || says(hour + 12)) {
            return true;
        }
        let year = folded.parse::<u32>().ok().filter(|year| folded.len() == 4 && (1900..2100).contains(year));
        year.is_some_and(|year| says(year - 1) || says(year + 1))
    }
}

/// Whether a word has to do with a word of a name: one family, a part of it, or its abbreviation.
pub(super) fn is_related(word: &str, name: &str) -> bool {
    if word == name {
        return true;
    }
    let (a, b) = (stem(word), stem(name));
    if a == b {
        return true;
    }
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    if short.len() >= 4
        && (long.starts_with(short.as_str()) || long.ends_with(short.as_str()) || long.len() >= 8 && long.contains(short.as_str()))
    {
        return true;
    }
    // `stuid` for students, `fname` for names; `dept` for departments.
    let word = singular(word);
    if name.len() >= 4 && word.len() >= 3 && (name.ends_with(word) || word.len() >= 4 && name.starts_with(word)) {
        return true;
    }
    if (3..=5).contains(&name.len()) && word.len() > name.len() && is_abbreviation(name, word) {
        return true;
    }
    a.len() >= 6 && b.len() >= 6 && edits_within(&a, &b, 1).is_some()
}

/// Whether `short` begins like `word` and its letters stand in `word` in order.
fn is_abbreviation(short: &str, word: &str) -> bool {
    let mut letters = word.chars();
    short.chars().next() == word.chars().next() && short.chars().all(|c| letters.any(|other| other == c))
}
