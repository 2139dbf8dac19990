//! The values that a question mentions.

use std::collections::HashSet;
use std::ops::Range;

use super::codes::{international, sex};
use super::column::ColumnValues;
use super::index::ValueIndex;
use super::lookup::{Entry, MOST_WORDS};
use crate::schema::ValueHit;
use crate::text::words::{Word, edits_allowed, is_common, is_function_word, singular, split_name, stem, words};

/// Hits of one question.
const MOST_HITS: usize = 8;
/// Columns told for one mention.
const MOST_COLUMNS: usize = 3;
/// Words of a mention that may be misspelt.
const MOST_MISSPELT_WORDS: usize = 4;
/// Values that a misspelt word may stand for, before it more likely stands for none of them.
const MOST_READINGS: usize = 2;
/// Words of a question that are looked at.
const MOST_QUESTION_WORDS: usize = 400;

/// Words between a value and the name of its column.
const NEAR: usize = 3;
/// Words of column names that say nothing of what is in them.
const GENERAL_COLUMNS: [&str; 9] = ["name", "id", "title", "detail", "details", "description", "first", "last", "number"];

/// Words of a mention that may be a part of a value.
const MOST_PART_WORDS: usize = 3;
/// Words that the value may have beyond them.
const MOST_WORDS_MORE: usize = 2;
/// Looks at all values for parts of one question.
const MOST_PART_SEARCHES: usize = 12;

/// Words of the name of a country.
const MOST_NAME_WORDS: usize = 4;
/// Names of countries and languages that are words for other things.
const OTHER_THINGS: [&str; 9] = ["turkey", "china", "jersey", "chad", "polish", "guinea", "jordan", "mali", "niger"];

/// How a value was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Match {
    /// By all of its words.
    Whole,
    /// With so many letters wrong.
    Edits(usize),
    /// By its beginning or its end.
    Part,
}

/// How words that are a value are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meant {
    /// As that value.
    Surely,
    /// As that value where the question speaks of its column too.
    WithItsColumn,
    /// As something else.
    Otherwise,
}

/// A question's word and how it stands there.
struct Asked {
    word: Word,
    /// Between quotes.
    quoted: bool,
    /// With a capital that no beginning of a sentence explains, or with a digit.
    marked: bool,
}

impl ValueIndex {
    /// What `question` mentions of the stored values, the surest first, at most eight: in spite of case, accents, plurals and a few wrong
    /// letters. A word that is common in questions, or a name of the schema, counts only in quotes or with a capital.
    pub fn find(&self, question: &str) -> Vec<ValueHit> {
        if self.columns.is_empty() {
            return Vec::new();
        }
        let asked = read(question);
        let stems: HashSet<String> = asked.iter().map(|asked| stem(&asked.word.folded)).collect();
        let mut hits: Vec<(Range<usize>, ValueHit)> = Vec::new();
        let mut searches = 0;
        // Longer mentions first: what lies inside of one is no mention of its own.
        for length in (1..=asked.len().min(MOST_WORDS)).rev() {
            for start in 0..=asked.len() - length {
                let span = start..start + length;
                let inside = |taken: &&Range<usize>| taken.start <= span.start && span.end <= taken.end && **taken != span;
                let around = hits.iter().map(|(taken, _)| taken).find(inside).cloned();
                if around.as_ref().is_some_and(|taken| taken.len() > span.len() + 1) {
                    continue;
                }
                let Some(part) = asked.get(span.clone()) else { continue };
                let key = key_of(part);
                // "Sonoma County" may be a county called "Sonoma" too.
                let meant = if around.is_some() { Meant::WithItsColumn } else { self.meant(part, &key) };
                if meant != Meant::Otherwise {
                    let found =
                        self.lookup.whole(&key).filter(|entry| meant == Meant::Surely || self.says_its_column(entry, &asked, &span));
                    let found: Vec<Entry> = found.collect();
                    self.add(question, part, &span, &found, Match::Whole, &stems, &mut hits);
                }
                if let ([one], None) = (part, &around) {
                    self.add_sex(one, &span, &stems, &mut hits);
                }
                if length <= MOST_NAME_WORDS && around.is_none() {
                    self.add_international(question, part, &span, &stems, &mut hits);
                }
            }
            if length <= MOST_PART_WORDS {
                self.add_parts(question, &asked, length, &mut searches, &stems, &mut hits);
            }
        }
        let taken: Vec<Range<usize>> = hits.iter().map(|(span, _)| span.clone()).collect();
        for length in (1..=asked.len().min(MOST_MISSPELT_WORDS)).rev() {
            for start in 0..=asked.len() - length {
                let span = start..start + length;
                let overlaps = |other: &Range<usize>| other.start < span.end && span.start < other.end;
                let Some(part) = asked.get(span.clone()).filter(|_| !taken.iter().any(overlaps)) else { continue };
                let key = key_of(part);
                if !self.may_be_misspelt(part, &key) || hits.iter().any(|(other, _)| overlaps(other)) {
                    continue;
                }
                let near = self.lookup.nearly(&key, edits_allowed(key.len()));
                let Some(least) = near.iter().map(|&(_, edits)| edits).min() else { continue };
                // A wrong first letter is rare where nothing else marks a value.
                let marked = part.iter().any(|asked| asked.quoted || asked.marked);
                let best: Vec<&str> = near
                    .iter()
                    .filter(|&&(other, edits)| edits == least && (marked || other.chars().next() == key.chars().next()))
                    .map(|&(other, _)| other)
                    .collect();
                if best.len() > MOST_READINGS {
                    continue;
                }
                for other in best {
                    let found: Vec<Entry> = self.lookup.whole(other).collect();
                    self.add(question, part, &span, &found, Match::Edits(least), &stems, &mut hits);
                }
            }
        }
        let mut hits: Vec<ValueHit> = hits.into_iter().map(|(_, hit)| hit).collect();
        hits.sort_by(|a, b| b.score.cmp(&a.score).then(a.words.start.cmp(&b.words.start)));
        hits.truncate(MOST_HITS);
        hits
    }

    /// Values of which `length` words of a question are the beginning or the end: "Lennon" for "John Lennon", "new york" for "New York City".
    fn add_parts(
        &self,
        question: &str,
        asked: &[Asked],
        length: usize,
        searches: &mut usize,
        stems: &HashSet<String>,
        hits: &mut Vec<(Range<usize>, ValueHit)>,
    ) {
        for start in 0..=asked.len() - length {
            let span = start..start + length;
            let overlaps = |other: &Range<usize>| other.start < span.end && span.start < other.end;
            let Some(part) = asked.get(span.clone()).filter(|_| !hits.iter().any(|(taken, _)| overlaps(taken))) else { continue };
            let key = key_of(part);
            let particular = match part {
                [one] => one.marked && key.chars().count() > 3 && key.bytes().all(|byte| !byte.is_ascii_digit()),
                several => !several.iter().any(|asked| is_function_word(&asked.word.folded)) && !self.is_whole_name(&key),
            };
            let plain = |asked: &Asked| is_common(&asked.word.folded) || self.is_name(&asked.word.folded);
            if !particular || part.iter().all(plain) || *searches == MOST_PART_SEARCHES {
                continue;
            }
            *searches += 1;
            let Some(whole) = self.lookup.begun_or_ended(&key, MOST_WORDS_MORE) else { continue };
            let found: Vec<Entry> = self.lookup.whole(whole).collect();
            self.add(question, part, &span, &found, Match::Part, stems, hits);
        }
    }

    /// How words of a question, found among the values, are meant.
    fn meant(&self, part: &[Asked], key: &str) -> Meant {
        if part.iter().all(|asked| asked.quoted) {
            return Meant::Surely;
        }
        let plain = match part {
            [one] => {
                let word = &one.word.folded;
                // `A` and `F` are grades and sexes, with a capital; `I` is somebody who asks.
                if word.chars().count() < 2 && (!one.marked || word == "i") {
                    return Meant::Otherwise;
                }
                is_common(word) || self.is_name(word)
            }
            several => several.iter().all(|asked| is_function_word(&asked.word.folded)) || self.is_whole_name(key),
        };
        match (plain, part.len()) {
            _ if part.iter().any(|asked| asked.marked) => Meant::Surely,
            (false, _) => Meant::Surely,
            (true, 1) => Meant::WithItsColumn,
            (true, _) => Meant::Otherwise,
        }
    }

    /// Whether the words beside `span` speak of the column that a value is of: "white color", "whose job is student".
    fn says_its_column(&self, entry: &Entry, asked: &[Asked], span: &Range<usize>) -> bool {
        let Some(column) = self.columns.get(entry.column as usize) else { return false };
        let (own, beside) = (asked.get(span.clone()).unwrap_or(&[]), span.start.saturating_sub(NEAR)..(span.end + NEAR).min(asked.len()));
        // "All" and "no" may be values, and mostly are not.
        if own.iter().any(|asked| is_function_word(&asked.word.folded) && !["yes", "done"].contains(&asked.word.folded.as_str())) {
            return false;
        }
        let stem_of = |asked: &Asked| stem(&asked.word.folded);
        let beside: Vec<String> = asked.get(beside).unwrap_or(&[]).iter().map(stem_of).collect();
        split_name(column.called())
            .iter()
            .filter(|word| !GENERAL_COLUMNS.contains(&word.as_str()))
            .map(|word| stem(word))
            .any(|word| beside.contains(&word) && !own.iter().any(|asked| stem_of(asked) == word))
    }

    /// Women and men, in columns that tell them apart.
    fn add_sex(&self, asked: &Asked, span: &Range<usize>, stems: &HashSet<String>, hits: &mut Vec<(Range<usize>, ValueHit)>) {
        let word = singular(&asked.word.folded);
        let mut here: Vec<(Range<usize>, ValueHit)> = Vec::new();
        for column in &self.columns {
            let Some(value) = sex(column, word).filter(|_| column.path.is_none()) else { continue };
            let known = |(_, hit): &(Range<usize>, ValueHit)| {
                hit.database == column.database && hit.table == column.table && hit.column == column.column && hit.value == *value
            };
            if !hits.iter().any(known) {
                let score = 700 + mention(column, stems);
                let hit = column.hit(value, asked.word.range.clone(), false, score);
                here.push((span.clone(), hit));
            }
        }
        keep_best(here, hits);
    }

    /// Countries and languages, in columns that tell them by their codes.
    fn add_international(
        &self,
        question: &str,
        part: &[Asked],
        span: &Range<usize>,
        stems: &HashSet<String>,
        hits: &mut Vec<(Range<usize>, ValueHit)>,
    ) {
        let (Some(first), Some(last)) = (part.first(), part.last()) else { return };
        let words = first.word.range.start..last.word.range.end;
        let written = question.get(words.clone()).unwrap_or("");
        // "Turkey" and "polish" are other things where nothing marks them.
        let is_other = part.iter().all(|asked| !asked.marked && !asked.quoted && OTHER_THINGS.contains(&asked.word.folded.as_str()));
        if is_other || hits.iter().any(|(taken, _)| taken == span) {
            return;
        }
        let mut here: Vec<(Range<usize>, ValueHit)> = Vec::new();
        for column in &self.columns {
            let Some(value) = international(column, written) else { continue };
            let hit = column.hit(value, words.clone(), false, 700 + mention(column, stems));
            here.push((span.clone(), hit));
        }
        keep_best(here, hits);
    }

    /// Whether words that are no value may be one with wrong letters.
    fn may_be_misspelt(&self, part: &[Asked], key: &str) -> bool {
        let plain = |asked: &Asked| is_common(&asked.word.folded) || self.is_name(&asked.word.folded);
        let ends_plainly =
            [part.first(), part.last()].into_iter().flatten().any(|asked| !asked.quoted && is_function_word(&asked.word.folded));
        let numbers = key.bytes().filter(u8::is_ascii_digit).count();
        let long_enough = key.chars().count() >= if part.iter().any(|asked| asked.quoted || asked.marked) { 4 } else { 5 };
        long_enough && numbers == 0 && !ends_plainly && !part.iter().all(plain)
    }

    fn is_name(&self, word: &str) -> bool {
        self.names.contains(&stem(word))
    }

    fn is_whole_name(&self, key: &str) -> bool {
        let stems: Vec<String> = key.split(' ').map(stem).collect();
        self.names.contains(&stems.join(" "))
    }

    #[allow(clippy::too_many_arguments)] // one caller's loop body, twice
    fn add(
        &self,
        question: &str,
        part: &[Asked],
        span: &Range<usize>,
        found: &[Entry],
        matched: Match,
        stems: &HashSet<String>,
        hits: &mut Vec<(Range<usize>, ValueHit)>,
    ) {
        let (Some(first), Some(last)) = (part.first(), part.last()) else { return };
        let range = first.word.range.start..last.word.range.end;
        let written = question.get(range.clone()).unwrap_or("");
        let mut here: Vec<(Range<usize>, ValueHit)> = Vec::new();
        for entry in found {
            let Some(column) = self.columns.get(entry.column as usize) else { continue };
            let Some(value) = column.values.get(entry.value as usize) else { continue };
            let exact = matched == Match::Whole
                && (written == value || written.strip_suffix("'s") == Some(value) || contains_at(question, value, range.start));
            let mut score: u16 = match matched {
                Match::Edits(edits) => 650 - 50 * u16::try_from(edits).unwrap_or(9).min(9),
                Match::Part => 600,
                Match::Whole if exact => 900,
                Match::Whole if written.eq_ignore_ascii_case(value) => 860,
                Match::Whole => 800,
            };
            score += 60 * u16::from(part.iter().all(|asked| asked.quoted)) + 10 * u16::try_from(part.len().min(3)).unwrap_or(0);
            score += mention(column, stems);
            let hit = column.hit(value, range.clone(), exact, score);
            here.push((span.clone(), hit));
        }
        keep_best(here, hits);
    }
}

fn keep_best(mut here: Vec<(Range<usize>, ValueHit)>, hits: &mut Vec<(Range<usize>, ValueHit)>) {
    here.sort_by_key(|(_, hit)| std::cmp::Reverse(hit.score));
    here.truncate(MOST_COLUMNS);
    hits.append(&mut here);
}

/// What it adds that a question names the column or the table.
fn mention(column: &ColumnValues, stems: &HashSet<String>) -> u16 {
    let mentioned = |name: &str| split_name(name).iter().any(|word| stems.contains(&stem(word)));
    15 * u16::from(mentioned(column.called())) + 10 * u16::from(mentioned(&column.table))
}

/// Whether `value` stands in `question` at `start`, up to what is no word.
fn contains_at(question: &str, value: &str, start: usize) -> bool {
    let rest = question.get(start..).unwrap_or("");
    rest.strip_prefix(value).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

fn key_of(part: &[Asked]) -> String {
    let singulars: Vec<&str> = part.iter().map(|asked| singular(&asked.word.folded)).collect();
    singulars.join(" ")
}

fn read(question: &str) -> Vec<Asked> {
    let quotes = quoted(question);
    let mut words = words(question);
    words.truncate(MOST_QUESTION_WORDS);
    words
        .into_iter()
        .map(|word| {
            let raw = question.get(word.range.clone()).unwrap_or("");
            let before = question.get(..word.range.start).unwrap_or("").trim_end();
            let begins = before.is_empty() || before.ends_with(['.', '?', '!', ':']);
            let quoted = quotes.iter().any(|quote| quote.start <= word.range.start && word.range.end <= quote.end);
            let shouted = raw.chars().count() > 1 && raw.chars().all(char::is_uppercase);
            let capital = raw.chars().next().is_some_and(char::is_uppercase);
            let digits = raw.chars().filter(char::is_ascii_digit).count();
            let marked = capital && !begins || shouted || digits > 2 || digits > 0 && digits < raw.len();
            Asked { word, quoted, marked }
        })
        .collect()
}

/// What stands between quotes, in bytes, without them. An apostrophe inside of a word is none.
fn quoted(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut open: Option<(char, usize)> = None;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let after = text.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
        match open {
            Some((close, from)) if c == close && (c != '\'' && c != '’' || !after.is_alphanumeric()) => {
                out.push(from..at);
                open = None;
            }
            None => {
                let close = match c {
                    '"' | '`' => Some(c),
                    '\'' if !before.is_alphanumeric() => Some('\''),
                    '“' | '„' => Some('”'),
                    '‘' => Some('’'),
                    '«' => Some('»'),
                    _ => None,
                };
                open = close.map(|close| (close, at + c.len_utf8()));
            }
            _ => {}
        }
        before = c;
    }
    out
}
