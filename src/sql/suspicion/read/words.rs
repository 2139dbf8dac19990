//! A question in words and numbers. English: the questions that the models understand best.

use super::numbers::Numbers;
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::{is_function_word, split_name, stem};

/// The question that a query is to answer.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// In the person's words.
    pub question: &'a str,
    /// What it goes on from, and hints: more that numbers may come from.
    pub before: &'a str,
}

impl<'a> Asked<'a> {
    /// A question that stands by itself.
    pub fn alone(question: &'a str) -> Self {
        Self { question, before: "" }
    }
}

/// Letters with which words of one family begin.
pub(in crate::sql::suspicion) const BEGINNING: usize = 4;

/// Whether `other` begins as `word` does, of which three letters are the least that says anything.
pub(in crate::sql::suspicion) fn begin_alike(word: &str, other: &str) -> bool {
    let beginning = word.char_indices().nth(BEGINNING).map_or(word, |(end, _)| word.get(..end).unwrap_or(word));
    beginning.chars().count() > 2 && other.starts_with(beginning)
}

/// The words of a name that say what it is about: without those that only hold it together, where there are others.
pub(in crate::sql::suspicion) fn telling(name: &str) -> Vec<String> {
    let words = split_name(name);
    let told: Vec<String> = words.iter().filter(|word| !is_function_word(word) && !FLAGS.contains(&word.as_str())).cloned().collect();
    if told.is_empty() { words } else { told }
}

/// Words of columns' names that say only that there is a yes or a no.
pub(in crate::sql::suspicion) const FLAGS: &[&str] = &["is", "has", "can", "was", "are", "flag", "yn", "tf"];
/// Words of columns' names that say only what kind of value there is.
pub(in crate::sql::suspicion) const KINDS: &[&str] = &[
    "id",
    "ids",
    "key",
    "no",
    "nr",
    "num",
    "number",
    "code",
    "name",
    "title",
    "text",
    "value",
    "type",
    "desc",
    "description",
    "details",
    "detail",
];

/// Words of columns' names that are cut short.
const SHORT: [(&str, &str); 8] = [
    ("max", "maximum"),
    ("min", "minimum"),
    ("avg", "average"),
    ("qty", "quantity"),
    ("amt", "amount"),
    ("tel", "phone"),
    ("pct", "percent"),
    ("dept", "department"),
];

/// A question to look things up in.
pub(in crate::sql::suspicion) struct Question {
    /// As it was typed, in lower case.
    pub(in crate::sql::suspicion) text: String,
    /// Its words in lower case, without those in quotes.
    pub(in crate::sql::suspicion) words: Vec<String>,
    /// What these share with others of their families, one for each.
    pub(in crate::sql::suspicion) stems: Vec<String>,
    /// What it goes on from, and hints, in lower case.
    pub(in crate::sql::suspicion) before: String,
    english: bool,
    /// Numbers that it gives, or that what it goes on from gives.
    numbers: Numbers,
}

impl Question {
    pub(in crate::sql::suspicion) fn new(asked: Asked<'_>) -> Self {
        let words = words_of(&unquoted(asked.question));
        let mut numbers = Numbers::of(asked.question);
        numbers.extend(Numbers::of(asked.before));
        Self {
            text: asked.question.to_lowercase(),
            stems: words.iter().map(|word| stem(word)).collect(),
            words,
            before: asked.before.to_lowercase(),
            english: is_english_question(asked.question),
            numbers,
        }
    }

    /// Whether it may be taken for English: words of other languages say nothing to what knows English alone.
    pub(in crate::sql::suspicion) fn is_english(&self) -> bool {
        self.english
    }

    /// Whether the words stand in it, one after the other.
    pub(in crate::sql::suspicion) fn says(&self, phrase: &[&str]) -> bool {
        self.place_of(phrase).is_some()
    }

    /// Where the words stand in it, one after the other.
    pub(in crate::sql::suspicion) fn place_of(&self, phrase: &[&str]) -> Option<usize> {
        self.words.windows(phrase.len().max(1)).position(|words| words.iter().zip(phrase).all(|(own, word)| own == word))
    }

    pub(in crate::sql::suspicion) fn has(&self, word: &str) -> bool {
        self.words.iter().any(|own| own == word)
    }

    /// So many of the last, where it asks for these: "the last 10 minutes".
    pub(in crate::sql::suspicion) fn last_of(&self) -> Option<f64> {
        let mut pairs = self.words.windows(2).filter_map(|pair| match pair {
            [word, number] if matches!(word.as_str(), "last" | "final") => number.parse().ok(),
            _ => None,
        });
        pairs.next()
    }

    /// Whether it speaks of the rows of the table called `name`.
    pub(in crate::sql::suspicion) fn names_rows_of(&self, name: &str) -> bool {
        split_name(name).last().is_some_and(|last| self.stems.contains(&stem(last)))
    }

    pub(in crate::sql::suspicion) fn has_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.has(word))
    }

    /// Whether it has a word of one family with `word`.
    pub(in crate::sql::suspicion) fn says_like(&self, word: &str) -> bool {
        let written = SHORT.iter().find(|(short, _)| *short == word).map(|(_, whole)| *whole);
        let said = |word: &str| self.stems.contains(&stem(word));
        said(word) || written.is_some_and(said)
    }

    /// Whether it asks for a key: "the id of ...", and not "with id 4".
    pub(in crate::sql::suspicion) fn asks_key(&self, words: &[&str]) -> bool {
        let is_number = |at: usize| self.words.get(at).is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        self.words.iter().enumerate().any(|(at, word)| words.contains(&word.as_str()) && !is_number(at + 1))
    }

    /// Whether it gives `number`, or one beside it ("more than three" may be "at least four").
    pub(in crate::sql::suspicion) fn gives(&self, number: f64) -> bool {
        self.numbers.give(number)
    }

    /// Whether it gives `number` with a unit beside it.
    pub(in crate::sql::suspicion) fn measures(&self, number: f64) -> bool {
        self.numbers.measure(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(question: &str) -> Question {
        Question::new(Asked { question, before: "only those of 2023" })
    }

    #[test]
    fn words_and_numbers_are_found() {
        assert_eq!(question("Who's in 'Best Song'?").words, ["who", "s", "in"]);
        assert_eq!(question("more than three \"of").words, ["more", "than", "three", "of"]);
        assert!(question("").gives(2023.0) && !question("").gives(7.0) && question("over 6 minutes").gives(360.0));
        assert_eq!(question("the most recent order first").place_of(&["most", "recent"]), Some(1));
    }
}
