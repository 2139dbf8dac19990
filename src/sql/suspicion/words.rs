//! A question in words and numbers. English: the questions that the models understand best.

use super::Asked;
use super::numbers::Numbers;

/// A question to look things up in.
pub(super) struct Question {
    /// As it was typed, in lower case.
    pub(super) text: String,
    /// Its words in lower case, without those in quotes.
    pub(super) words: Vec<String>,
    /// Numbers that it gives, or that what it goes on from gives.
    numbers: Numbers,
}

/// Words that hold an English question together.
const ENGLISH: &[&str] = &[
    "the", "of", "is", "are", "what", "which", "how", "many", "all", "and", "with", "that", "who", "show", "list", "find", "for", "by",
    "to", "from", "have", "has", "each", "give", "where", "than", "there", "was", "were", "their",
];
/// The same of German, French, Spanish, Portuguese and Italian, where English has no such word.
const FOREIGN: &[&str] = &[
    "der", "das", "und", "wie", "viele", "welche", "welcher", "welches", "ist", "sind", "von", "mit", "den", "dem", "ein", "eine", "nicht",
    "wer", "le", "la", "les", "des", "du", "est", "combien", "quel", "quelle", "quels", "quelles", "sont", "dans", "avec", "pour", "une",
    "el", "los", "las", "cuántos", "cuántas", "cuantos", "cuál", "cual", "qué", "que", "con", "del", "por", "quién", "os", "quantos",
    "quantas", "quais", "qual", "com", "para", "não", "il", "gli", "quanti", "quante", "quali", "della", "di", "che",
];

impl Question {
    pub(super) fn new(asked: Asked<'_>) -> Self {
        let words = words_of(&unquoted(asked.question));
        let mut numbers = Numbers::of(asked.question);
        numbers.extend(Numbers::of(asked.before));
        Self { text: asked.question.to_lowercase(), words, numbers }
    }

    /// Whether it may be taken for English: words of other languages say nothing to what knows English alone.
    pub(super) fn is_english(&self) -> bool {
        let count = |list: &[&str]| self.words.iter().filter(|word| list.contains(&word.as_str())).count();
        let foreign = count(FOREIGN) + 2 * self.words.iter().filter(|word| !word.chars().any(is_latin) && !is_digits(word)).count();
        foreign <= count(ENGLISH)
    }

    /// Whether the words stand in it, one after the other.
    pub(super) fn says(&self, phrase: &[&str]) -> bool {
        self.place_of(phrase).is_some()
    }

    /// Where the words stand in it, one after the other.
    pub(super) fn place_of(&self, phrase: &[&str]) -> Option<usize> {
        self.words.windows(phrase.len().max(1)).position(|words| words.iter().zip(phrase).all(|(own, word)| own == word))
    }

    pub(super) fn has(&self, word: &str) -> bool {
        self.words.iter().any(|own| own == word)
    }

    pub(super) fn has_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.has(word))
    }

    /// Whether it gives `number`, or one beside it ("more than three" may be "at least four").
    pub(super) fn gives(&self, number: f64) -> bool {
        self.numbers.give(number)
    }
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphanumeric() || ('\u{c0}'..='\u{24f}').contains(&c)
}

fn is_digits(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

fn words_of(text: &str) -> Vec<String> {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// `text` without what stands in quotes; an apostrophe is none.
fn unquoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(['"', '\'']) {
        let (before, quoted) = rest.split_at(start);
        out.push_str(before);
        let quote = if quoted.starts_with('"') { '"' } else { '\'' };
        let opens = quote == '"' || !before.ends_with(char::is_alphanumeric);
        match quoted[1..].find(quote).filter(|_| opens) {
            Some(length) => rest = &quoted[length + 2..],
            None => {
                out.push(' ');
                rest = &quoted[1..];
            }
        }
    }
    out + rest
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

    #[test]
    fn english_is_told_from_others() {
        for english in
            ["How many customers are there?", "Who lives in Los Angeles?", "customers", "Orders of Le Havre with the most lines", "2023"]
        {
            assert!(question(english).is_english(), "{english}");
        }
        for other in
            ["Wie viele Kunden gibt es?", "Quels sont les clients?", "¿Cuántos clientes hay?", "Quantos clientes existem?", "有多少客户?"]
        {
            assert!(!question(other).is_english(), "{other}");
        }
    }
}
