//! A question in words and numbers. English: the questions that the models understand best.

use super::Asked;

/// A question to look things up in.
pub(super) struct Question {
    /// As it was typed, in lower case.
    pub(super) text: String,
    /// Its words in lower case, without those in quotes.
    pub(super) words: Vec<String>,
    /// Numbers that it gives, or that what it goes on from gives.
    numbers: Vec<f64>,
}

/// Words for numbers.
const NUMBERS: [(&str, f64); 20] = [
    ("one", 1.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("dozen", 12.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("fifty", 50.0),
    ("hundred", 100.0),
    ("second", 2.0),
    ("third", 3.0),
    ("twice", 2.0),
];

/// What a number may be multiplied by before it is compared with: thousands to billions, percent.
const SCALES: [f64; 5] = [1.0, 1e3, 1e6, 1e9, 0.01];

impl Question {
    pub(super) fn new(asked: Asked<'_>) -> Self {
        let words = words_of(&unquoted(asked.question));
        let mut numbers = digits(asked.question);
        numbers.extend(digits(asked.before));
        let own = words_of(asked.question).into_iter().chain(words_of(asked.before));
        numbers.extend(own.filter_map(|word| NUMBERS.iter().find(|(name, _)| *name == word).map(|(_, number)| *number)));
        // "An hour" gives 3600 and 3600000 too.
        numbers.extend(crate::sql::mend::lengths_in_units(asked.question));
        Self { text: asked.question.to_lowercase(), words, numbers }
    }

    pub(super) fn has(&self, word: &str) -> bool {
        self.words.iter().any(|own| own == word)
    }

    pub(super) fn has_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.has(word))
    }

    /// Whether it gives `number`, or one beside it ("more than three" may be "at least four").
    pub(super) fn gives(&self, number: f64) -> bool {
        self.numbers.iter().any(|own| SCALES.iter().any(|scale| own * scale == number) || (own - number).abs() == 1.0)
    }
}

fn words_of(text: &str) -> Vec<String> {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The numbers in digits, with commas between thousands or without.
fn digits(text: &str) -> Vec<f64> {
    let runs = text.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').map(|run| run.trim_matches(['.', ',']));
    // "1,2" may be a list, and "1.2.2003" a date.
    let parts = runs.flat_map(|run| std::iter::once(run.replace(',', "")).chain(run.split([',', '.']).map(str::to_owned)));
    parts.filter_map(|part| part.parse().ok()).collect()
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

    #[track_caller]
    fn check(question: &str, words: &[&str], given: &[f64], not: &[f64]) {
        let question = Question::new(Asked { question, before: "only those of 2023" });
        assert_eq!(question.words, words);
        for number in given {
            assert!(question.gives(*number), "{number}");
        }
        for number in not {
            assert!(!question.gives(*number), "{number}");
        }
    }

    #[test]
    fn words_and_numbers_are_found() {
        check("Who's in 'Best Song'?", &["who", "s", "in"], &[2023.0], &[3.0]);
        check(
            "more than three, 10,000 or 5 million",
            &["more", "than", "three", "10", "000", "or", "5", "million"],
            &[4.0, 1e4, 5e6],
            &[7.0],
        );
        check("over 20% \"of", &["over", "20", "of"], &[0.2, 20.0], &[0.5]);
    }
}
