//! What the rows that were looked at say about one column: sample values, and what they stand for.

use std::collections::HashMap;

use rusqlite::types::ValueRef;

use super::documents::Documents;
use super::durations;
use super::hints::{Hint, words_of};
use super::times::{Numbers, believe, recognise, settle};
use super::written;
use crate::db::database::cell_of;
use crate::db::table::Cell;
use crate::schema::{DateText, Holds, Meaning, SpanUnit, TimeUnit, Times, YesNo};

/// Values of a text column shown.
const VALUES: usize = 4;
/// Characters of a value shown.
const LENGTH: usize = 40;
/// The whole table may go so many years beyond the rows that were looked at.
const YEARS_BEYOND: i32 = 10;
/// The least integer: pandas and polars write it for a missing time or span (seen with pandas 3.1.1 and polars 2.1.0).
const MISSING: f64 = i64::MIN as f64;
/// Digits that a date kept as text has at least.
const FEWEST_DIGITS: usize = 8;

/// Bytes of a blob looked at for whether it is text, and bytes of all of them from which on it is not by chance.
const TEXT_LOOKED_AT: usize = 1_024;
const FEWEST_TEXT_BYTES: usize = 12;

/// Words for yes and no, as programs store them, in lower case.
const YES_NO: [(&str, &str); 25] = [
    ("t", "f"),
    ("true", "false"),
    ("y", "n"),
    ("yes", "no"),
    ("on", "off"),
    ("ja", "nein"),
    ("j", "n"),
    ("wahr", "falsch"),
    ("si", "no"),
    ("sí", "no"),
    ("sì", "no"),
    ("verdadero", "falso"),
    ("vero", "falso"),
    ("verdadeiro", "falso"),
    ("sim", "não"),
    ("sim", "nao"),
    ("oui", "non"),
    ("vrai", "faux"),
    ("ja", "nee"),
    ("ja", "nej"),
    ("ja", "nei"),
    ("tak", "nie"),
    ("да", "нет"),
    ("evet", "hayır"),
    ("是", "否"),
];

/// What is known of a column beside its values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// What its name and type say of time.
    pub(super) hint: Hint,
    /// What a profile says its numbers count.
    pub(super) unit: Option<TimeUnit>,
    /// Whether the column alone is the primary key, or refers to one.
    pub(super) key: bool,
    /// Whether a query takes its numbers for dates.
    pub(super) asked: bool,
}

/// The least and the most of a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Range {
    pub(super) low: Cell,
    pub(super) high: Cell,
    /// Whether no row lies outside.
    pub(super) whole: bool,
}

/// What the rows looked at said about one column.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    texts: HashMap<String, (usize, usize)>,
    numbers: Vec<f64>,
    rows: usize,
    blobs: usize,
    nulls: usize,
    /// Blobs that are text, as they begin.
    text_blobs: HashMap<String, (usize, usize)>,
    /// Bytes of blobs that are text; none once one is not.
    text_bytes: Option<usize>,
    documents: Documents,
    shown: Option<Range>,
}

impl Seen {
    pub(super) fn note(&mut self, value: ValueRef<'_>, order: usize) {
        self.rows += 1;
        match value {
            ValueRef::Text(bytes) => {
                self.documents.note(bytes);
                self.texts.entry(beginning(bytes)).or_insert((0, order)).0 += 1;
            }
            // What pandas and polars write for a moment or a length that is missing.
            ValueRef::Integer(i64::MIN) => self.nulls += 1,
            ValueRef::Integer(_) | ValueRef::Real(_) => {
                let cell = cell_of(value);
                let value = number(&cell);
                self.numbers.push(value);
                self.shown = match self.shown.take() {
                    Some(Range { low, high, whole }) => {
                        let new_low = if value < number(&low) { cell.clone() } else { low };
                        let new_high = if value > number(&high) { cell } else { high };
                        Some(Range { low: new_low, high: new_high, whole })
                    }
                    None => Some(Range { low: cell.clone(), high: cell, whole: true }),
                };
            }
            ValueRef::Blob(bytes) => self.note_blob(bytes, order),
            ValueRef::Null => self.nulls += 1,
        }
    }

    /// Whether NULL was met.
    pub(super) fn has_null(&self) -> bool {
        self.nulls > 0
    }

    /// Whether an empty text was met.
    pub(super) fn has_empty(&self) -> bool {
        self.texts.contains_key("")
    }

    fn note_blob(&mut self, bytes: &[u8], order: usize) {
        let known = if self.blobs == 0 { Some(0) } else { self.text_bytes };
        self.blobs += 1;
        self.text_bytes = known.filter(|_| is_text(bytes)).map(|known| known + bytes.len());
        if self.text_bytes.is_some() && !bytes.is_empty() {
            self.documents.note(bytes);
            self.text_blobs.entry(beginning(bytes)).or_insert((0, order)).0 += 1;
        }
    }

    /// Whether every blob is text: by chance, a few bytes may be.
    fn holds_text_blobs(&self) -> bool {
        self.text_bytes.is_some_and(|bytes| bytes >= FEWEST_TEXT_BYTES) && self.numbers.is_empty()
    }

    /// The storage classes met.
    pub(super) fn holds(&self) -> Holds {
        match (self.numbers.is_empty(), self.texts.is_empty(), self.blobs) {
            (true, true, 0) => Holds::Unknown,
            (false, true, 0) => Holds::Numbers,
            (true, false, 0) => Holds::Texts,
            _ => Holds::Several,
        }
    }

    /// Numbers, or texts that all begin like an ISO date.
    pub(super) fn is_ranged(&self) -> bool {
        if self.texts.is_empty() {
            !self.numbers.is_empty()
        } else {
            self.numbers.is_empty() && self.texts.keys().all(|t| DateText::is_day(t))
        }
    }

    /// Takes the least and the most of the whole table.
    pub(super) fn widen(&mut self, low: Cell, high: Cell) {
        self.shown = Some(Range { low, high, whole: true });
    }

    /// There are rows that nobody looked at.
    pub(super) fn leave_open(&mut self) {
        if self.shown.is_none() && self.is_ranged() {
            let (low, high) = (self.texts.keys().min().cloned().unwrap_or_default(), self.texts.keys().max().cloned().unwrap_or_default());
            self.shown = Some(Range { low: Cell::Text(low), high: Cell::Text(high), whole: false });
        } else if let Some(range) = &mut self.shown {
            range.whole = false;
        }
    }

    /// A few values as a reader would meet them.
    pub(super) fn samples(&self) -> Vec<String> {
        if self.is_ranged() {
            return match &self.shown {
                Some(range) => vec![told(range)],
                None => {
                    let texts = || self.texts.keys().cloned();
                    let (low, high) = (texts().min().unwrap_or_default(), texts().max().unwrap_or_default());
                    vec![told(&Range { low: Cell::Text(low), high: Cell::Text(high), whole: true })]
                }
            };
        }
        let blobs = self.text_blobs.iter().filter(|_| self.holds_text_blobs());
        let mut texts: Vec<(&String, &(usize, usize))> = self.texts.iter().chain(blobs).filter(|(text, _)| !text.is_empty()).collect();
        // The frequent first; among equals in the order they were met.
        texts.sort_by(|(_, (a, first_a)), (_, (b, first_b))| b.cmp(a).then(first_a.cmp(first_b)));
        texts.into_iter().take(VALUES).map(|(text, _)| text.clone()).collect()
    }

    /// What the values stand for.
    pub(super) fn meaning(&self, name: &str, declared_type: &str, known: Known) -> Meaning {
        let as_text = self.blobs == 0 || self.holds_text_blobs();
        if let Some(json) = self.documents.json().filter(|_| as_text && self.numbers.is_empty()) {
            return Meaning::Json(json);
        }
        if self.holds_text_blobs() {
            return Meaning::TextBlob;
        }
        if let Some(words) = self.yes_no(name, declared_type) {
            return Meaning::Boolean(words);
        }
        let digits: Vec<f64> = self.texts.iter().filter(|(text, _)| is_digits(text)).filter_map(|(text, _)| text.parse().ok()).collect();
        let digits_are_none = digits.is_empty();
        let others: Vec<&String> = self.texts.keys().filter(|text| !text.is_empty() && !is_digits(text)).collect();
        let marks_never = |value: &f64| *value != 0.0 && *value != -1.0 && *value != MISSING;
        let numbers: Vec<f64> = self.numbers.iter().copied().filter(marks_never).collect();
        // Digits of several lengths are text by accident of the declared type; the rarer form is noise.
        let text = numbers.len() < digits.len();
        let values: Vec<f64> = if text { digits.into_iter().filter(marks_never).collect() } else { numbers };
        let fractions = values.iter().any(|value| value.fract() != 0.0);
        let rarely_other = 4 * others.len() <= values.len();
        let dated = !others.is_empty() && others.iter().all(|text| DateText::is_day(text));
        if self.numbers.is_empty() && digits_are_none && others.len() > 1 && durations::counts_from_1970(name, others.iter().copied()) {
            return Meaning::Span(SpanUnit::Since1970);
        }
        let is_text = self.numbers.is_empty() && self.blobs == 0 && digits_are_none && !known.key;
        if let Some(clock) = durations::clock(name, self.texts.keys()).filter(|_| is_text) {
            return Meaning::Clock(clock);
        }
        if let Some(unit) = known.unit.filter(|_| values.is_empty() && others.is_empty() && self.blobs == 0) {
            return Meaning::Time(Times { units: vec![unit], mixed: false, never: false, first: String::new(), last: String::new() });
        }
        let written = || written::recognise(name, self.texts.keys(), !self.numbers.is_empty());
        let plain = || if known.key || self.blobs > 0 { Meaning::Plain } else { written().unwrap_or(Meaning::Plain) };
        if values.is_empty() || !(rarely_other || dated) {
            return plain();
        }
        let numbers = Numbers { values: &values, fractions, text, rows: self.rows, key: known.key, asked: known.asked };
        match known.unit.and_then(|unit| believe(unit, &numbers)).or_else(|| recognise(&numbers, known.hint)) {
            Some(times) => Meaning::Time(Times { mixed: dated, never: self.has_zero(), ..self.with_whole_range(times, text) }),
            None if known.key || text || !others.is_empty() => plain(),
            None => durations::recognise(name, declared_type, numbers.values).map_or(Meaning::Plain, Meaning::Span),
        }
    }

    /// Takes the unit of several that goes with the dates of the columns beside.
    pub(super) fn settle(&self, times: &mut Times, beside: (&str, &str)) {
        let values: Vec<f64> = self.numbers.iter().copied().filter(|value| ![0.0, -1.0, MISSING].contains(value)).collect();
        settle(times, &values, beside);
    }

    /// What the values would count, if their name spoke of time: a query that asks dates of them says so.
    pub(super) fn perhaps(&self, found: &Meaning, name: &str, declared_type: &str, known: Known) -> Option<Times> {
        let is_open = *found == Meaning::Plain && known.hint.weight >= 0 && !known.key && self.holds() == Holds::Numbers;
        if !is_open {
            return None;
        }
        let says = known.hint.weight > 0;
        let hint = Hint { weight: known.hint.weight.max(1), ..known.hint };
        let meaning = self.meaning(name, declared_type, Known { hint, asked: true, ..known });
        // So many digits are hardly anything else, few and alike as they may be.
        let is_plain = |times: &&Times| {
            use TimeUnit::{UnixMicros, UnixMillis, UnixSeconds};
            !times.is_open() && (says || matches!(times.unit(), UnixSeconds | UnixMillis | UnixMicros))
        };
        meaning.times().filter(is_plain).cloned()
    }

    /// Whether 0 was met, or ends the range of the whole table.
    fn has_zero(&self) -> bool {
        let ends = self.shown.as_ref().is_some_and(|range| number(&range.low) == 0.0 || number(&range.high) == 0.0);
        ends || self.numbers.contains(&0.0) || self.texts.contains_key("0")
    }

    /// The range of the whole table, where it is known; slips are not asked for there, so that only what is near is taken.
    fn with_whole_range(&self, times: Times, text: bool) -> Times {
        let unit = times.unit();
        let year = |date: &str| date.get(..4).and_then(|year| year.parse::<i32>().ok()).unwrap_or(0);
        let (from, to) = (year(&times.first) - YEARS_BEYOND, year(&times.last) + YEARS_BEYOND);
        let near = |cell: &Cell| unit.date(number(cell)).filter(|date| (from..=to).contains(&year(date)));
        match &self.shown {
            Some(Range { low, high, whole: true }) if !text => {
                let (first, last) = (near(low), near(high));
                Times { first: first.unwrap_or(times.first), last: last.unwrap_or(times.last), ..times }
            }
            Some(Range { whole: false, .. }) => Times { last: String::new(), ..times },
            _ => times,
        }
    }

    /// The two words that stand for yes and no: a known pair, and nothing else but empty texts.
    fn yes_no(&self, name: &str, declared_type: &str) -> Option<YesNo> {
        if !self.numbers.is_empty() {
            return None;
        }
        let mut words: Vec<&String> = self.texts.keys().filter(|text| !text.is_empty()).collect();
        words.sort();
        let (yes, no) = YES_NO.into_iter().find(|(yes, no)| {
            !words.is_empty() && words.len() <= 2 && words.iter().all(|word| [*yes, *no].contains(&word.to_lowercase().as_str()))
        })?;
        let stored = |meant: &str| words.iter().find(|word| word.to_lowercase() == meant).map(|word| (*word).clone());
        match (stored(yes), stored(no)) {
            (Some(yes), Some(no)) => Some(YesNo { yes, no }),
            // One word alone is a pair's only where the column says that it holds such.
            (only_yes, only_no) => {
                let says = declared_type.to_ascii_lowercase().contains("bool")
                    || words_of(name).iter().any(|word| ["is", "has", "can", "flag", "enabled", "active"].contains(&word.as_str()));
                let like = |meant: &str, other: &str| if is_capital(other) { meant.to_uppercase() } else { meant.to_owned() };
                match (says, only_yes, only_no) {
                    (true, Some(yes), None) => Some(YesNo { no: like(no, &yes), yes }),
                    (true, None, Some(no)) => Some(YesNo { yes: like(yes, &no), no }),
                    _ => None,
                }
            }
        }
    }
}

/// How a text begins, as it is shown.
fn beginning(bytes: &[u8]) -> String {
    // Only the beginning is looked at, however long the value is; four bytes are the longest character.
    let text = String::from_utf8_lossy(bytes.get(..4 * (LENGTH + 1)).unwrap_or(bytes));
    let cut: String = text.chars().take(LENGTH + 1).collect();
    if cut.chars().count() > LENGTH { cut.chars().take(LENGTH - 1).chain(['…']).collect() } else { cut }
}

/// Whether a blob is text in UTF-8, as far as its beginning says.
fn is_text(bytes: &[u8]) -> bool {
    let looked_at = bytes.get(..TEXT_LOOKED_AT).unwrap_or(bytes);
    let text = match std::str::from_utf8(looked_at) {
        Ok(text) => text,
        // The cut may fall inside a character.
        Err(error) if error.error_len().is_none() && bytes.len() > looked_at.len() => {
            looked_at.get(..error.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok()).unwrap_or("\0")
        }
        Err(_) => return false,
    };
    !text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

fn is_capital(word: &str) -> bool {
    word.chars().all(char::is_uppercase)
}

fn is_digits(text: &str) -> bool {
    text.len() >= FEWEST_DIGITS && text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.bytes().filter(|&b| b == b'.').count() <= 1
}

/// A range as it stands in a schema's text: `3..9`, and `from 3` where the end is not known.
fn told(range: &Range) -> String {
    let (low, high) = (show(&range.low), show(&range.high));
    match range.whole {
        true if low == high => low,
        true => format!("{low}..{high}"),
        false => format!("from {low}"),
    }
}

fn number(cell: &Cell) -> f64 {
    match cell {
        Cell::Integer(n) => *n as f64,
        Cell::Real(x) => *x,
        _ => f64::NAN,
    }
}

fn show(cell: &Cell) -> String {
    match cell {
        Cell::Integer(n) => n.to_string(),
        Cell::Real(x) => x.to_string(),
        Cell::Text(text) => text.chars().take(LENGTH).collect(),
        Cell::Null | Cell::Blob(_) => String::new(),
    }
}
