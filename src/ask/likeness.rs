//! Which questions are like another one.

use std::collections::HashSet;

use crate::prompt::Turn;
use crate::records::fold_question;

/// Examples that are shown to the model with a question, at most.
const MOST_EXAMPLES: usize = 3;

/// The examples whose questions share the most words with `question`, the likest last; those that share none are left out.
pub fn like(question: &str, examples: &[Turn]) -> Vec<Turn> {
    let wanted = words(question);
    let mut scored: Vec<(f64, &Turn)> =
        examples.iter().map(|example| (overlap(&wanted, &words(&example.question)), example)).filter(|(score, _)| *score > 0.0).collect();
    scored.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    scored.truncate(MOST_EXAMPLES);
    scored.into_iter().rev().map(|(_, example)| example.clone()).collect()
}

/// Words that carry meaning.
fn words(question: &str) -> HashSet<String> {
    const COMMON: [&str; 34] = [
        "a", "an", "the", "of", "in", "on", "for", "to", "and", "or", "is", "are", "was", "were", "what", "which", "who", "how", "many",
        "much", "do", "does", "did", "have", "has", "with", "by", "from", "all", "each", "show", "list", "give", "me",
    ];
    let folded = fold_question(question);
    let split = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty() && !COMMON.contains(word));
    split.map(|word| word.strip_suffix('s').filter(|stem| stem.len() > 2).unwrap_or(word).to_owned()).collect()
}

/// Jaccard's index.
fn overlap(a: &HashSet<String>, b: &HashSet<String>) -> f64 {
    let shared = a.intersection(b).count();
    if shared == 0 { 0.0 } else { shared as f64 / (a.len() + b.len() - shared) as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(question: &str) -> Turn {
        Turn { question: question.into(), sql: "SELECT 1".into() }
    }

    #[track_caller]
    fn check(question: &str, examples: &[&str], expected: &[&str]) {
        let examples: Vec<Turn> = examples.iter().map(|e| turn(e)).collect();
        let found: Vec<String> = like(question, &examples).into_iter().map(|t| t.question).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_likest_examples_stand_last() {
        let examples = ["How many singers are there?", "Names of all songs", "Songs by singers from France", "Average age of singers"];
        check(
            "How many songs by French singers?",
            &examples,
            &["Names of all songs", "How many singers are there?", "Songs by singers from France"],
        );
        check("What is the weather?", &examples, &[]);
        check("", &examples, &[]);
    }
}
