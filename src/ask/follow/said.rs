//! The words of a follow-up: what leads and ends it is taken off, the rest is what a reading has to account for.

use crate::text::numbers::cardinal;
use crate::text::words::{stem, words};

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spoken {
    /// As it is compared: lower case, without accents.
    pub(super) word: String,
    /// As written.
    pub(super) raw: String,
}

/// A follow-up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// What is left between the words that lead and end it.
    pub(super) words: Vec<Spoken>,
    /// "also", "too", "as well".
    pub(super) also: bool,
    /// "instead".
    pub(super) instead: bool,
    /// "only", "just".
    pub(super) narrow: bool,
    /// "and", "what about", "how about".
    pub(super) and: bool,
    /// "what about", "how about".
    pub(super) about: bool,
}

/// Words of a longer follow-up are not read: it says more than these readings know.
const MOST_WORDS: usize = 14;

impl Said {
    /// Reads `question`; `None` where it is too long, or empty.
    pub(super) fn new(question: &str) -> Option<Self> {
        let mut said = Self { words: spoken(question), ..Self::default() };
        if said.words.len() > MOST_WORDS {
            return None;
        }
        while said.strip_lead() || said.strip_end() {}
        (!said.words.is_empty()).then_some(said)
    }

    /// The words, as they are compared.
    pub(super) fn list(&self) -> Vec<&str> {
        self.words.iter().map(|spoken| spoken.word.as_str()).collect()
    }

    fn strip_lead(&mut self) -> bool {
        let list: Vec<String> = self.words.iter().take(2).map(|spoken| spoken.word.clone()).collect();
        let first = list.first().map_or("", String::as_str);
        let second = list.get(1).map_or("", String::as_str);
        let taken = match (first, second) {
            ("what" | "how", "about") => {
                (self.about, self.and) = (true, true);
                2
            }
            ("show" | "give" | "tell", "me") | ("can" | "could", "you") | ("i", "want") => 2,
            ("same" | "likewise", "for" | "with" | "from" | "in") | ("the", "same") => {
                self.and = true;
                1
            }
            ("and", _) => {
                self.and = true;
                1
            }
            ("also", _) => {
                self.also = true;
                1
            }
            ("only" | "just", _) => {
                self.narrow = true;
                1
            }
            ("instead", next) if next != "of" => {
                self.instead = true;
                1
            }
            ("but", next) if next != "not" => 1,
            ("now" | "then" | "ok" | "okay" | "so" | "please" | "well" | "yes", _) => 1,
            _ => 0,
        };
        // A word alone says something.
        if taken >= self.words.len() {
            return false;
        }
        self.words.drain(..taken);
        taken > 0
    }

    fn strip_end(&mut self) -> bool {
        let count = self.words.len();
        let at = |back: usize| count.checked_sub(back).and_then(|at| self.words.get(at)).map_or("", |spoken| spoken.word.as_str());
        let taken = match (at(2), at(1)) {
            ("as", "well") => {
                self.also = true;
                2
            }
            (_, "too") => {
                self.also = true;
                1
            }
            (_, "instead") => {
                self.instead = true;
                1
            }
            (_, "only") => {
                self.narrow = true;
                1
            }
            (_, "please" | "now" | "then" | "again") => 1,
            _ => 0,
        };
        if taken >= count {
            return false;
        }
        self.words.truncate(count - taken);
        taken > 0
    }
}

/// What `question` asks the number of, where that is some of the rows shown: "how many of them are from Spain" counts "those from Spain".
pub(super) fn counted(question: &str) -> Option<String> {
    let list = spoken(question);
    let words: Vec<&str> = list.iter().map(|spoken| spoken.word.as_str()).collect();
    let rest = match words.as_slice() {
        ["and" | "but", "how", "many", "of", "them" | "those" | "these", rest @ ..]
        | ["how", "many", "of", "them" | "those" | "these", rest @ ..] => rest,
        _ => return None,
    };
    let rest = match rest {
        ["are" | "were", "there", ..] | ["there", ..] => return None,
        ["are" | "were" | "is" | "was", rest @ ..] => rest,
        rest => rest,
    };
    let said = list.get(list.len() - rest.len()..)?.iter().map(|spoken| spoken.raw.as_str()).collect::<Vec<_>>().join(" ");
    (!rest.is_empty()).then(|| format!("only those {said}"))
}

/// The words of `question`, a number with its thousands and its fraction as one.
pub(super) fn spoken(question: &str) -> Vec<Spoken> {
    let mut out: Vec<(Spoken, std::ops::Range<usize>)> = Vec::new();
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    for word in words(question) {
        let raw = question.get(word.range.clone()).unwrap_or_default();
        if let Some((last, range)) = out.last_mut()
            && is_digits(raw)
            && last.word.bytes().next().is_some_and(|b| b.is_ascii_digit())
            && let Some(between) = question.get(range.end..word.range.start)
            && (between == "." || between == "," && raw.len() == 3)
        {
            let joint = if between == "." { "." } else { "" };
            last.word = format!("{}{joint}{raw}", last.word);
            last.raw.clone_from(&last.word);
            range.end = word.range.end;
            continue;
        }
        let raw = raw.trim_end_matches("'s").trim_end_matches("’s").to_owned();
        out.push((Spoken { word: word.folded, raw }, word.range));
    }
    out.into_iter().map(|(spoken, _)| spoken).collect()
}

/// The number that a word is, as it is written in SQL.
pub(super) fn number(word: &str) -> Option<String> {
    if let Some(number) = cardinal(word).or((word == "zero").then_some(0)) {
        return Some(number.to_string());
    }
    let (digits, factor) = match word.strip_suffix('k') {
        Some(digits) => (digits, "000"),
        None => (word, ""),
    };
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') && digits.bytes().next().is_some_and(|b| b.is_ascii_digit());
    (plain && digits.len() <= 15 && digits.parse::<f64>().is_ok() && (factor.is_empty() || !digits.contains('.')))
        .then(|| format!("{digits}{factor}"))
}

/// The stems of `words`.
pub(super) fn stems(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| stem(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(question: &str, words: &str, flags: &str) {
        let said = Said::new(question).unwrap();
        let all = [(said.also, 'a'), (said.instead, 'i'), (said.narrow, 'n'), (said.and, '&'), (said.about, '?')];
        let told: String = all.into_iter().filter(|(is, _)| *is).map(|(_, flag)| flag).collect();
        assert_eq!((said.list().join(" ").as_str(), told.as_str()), (words, flags), "{question}");
    }

    #[test]
    fn what_leads_and_ends_is_taken_off() {
        check("And what about Spain?", "spain", "&?");
        check("Only those from Germany, please", "those from germany", "n");
        check("with their e-mails too", "with their e mails", "a");
        check("Show me the price as well", "the price", "a");
        check("more than 60,000.50", "more than 60000.50", "");
        check("by year instead", "by year", "i");
        check("only", "only", "n");
        check("the same for Spain", "for spain", "&");
        check("same with Spain", "with spain", "&");
        check("open instead of closed", "open instead of closed", "");
    }

    #[test]
    fn numbers_are_read() {
        for (word, read) in [
            ("five", Some("5")),
            ("thirteen", Some("13")),
            ("zero", Some("0")),
            ("60k", Some("60000")),
            ("4.5", Some("4.5")),
            ("x", None),
            ("1.2.3", None),
            ("b1", None),
        ] {
            assert_eq!(number(word).as_deref(), read, "{word}");
        }
    }
}
