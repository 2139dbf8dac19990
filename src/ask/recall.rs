//! What a person said before about a database, for the question at hand: accepted answers, and notes.

use std::collections::HashSet;

use super::request::AskRequest;
use crate::prompt::Turn;
use crate::records::{Accepted, DatabaseId, Records, RecordsError, fold_question};
use crate::schema::Private;

/// Accepted answers that are shown to the model with a question, at most.
const MOST_EXAMPLES: usize = 3;

/// What is known that bears on a question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recalled {
    /// The SQL accepted for this very question.
    pub accepted_sql: Option<String>,
    /// Lasting hints about the database.
    pub notes: Vec<String>,
    /// Accepted answers to questions like this one, the likest last.
    pub examples: Vec<Turn>,
}

impl Recalled {
    /// Looks up what `records` hold for `question` about `database`, asked after a question that was answered with the SQL `before`.
    pub fn look_up(records: &Records, database: DatabaseId, question: &str, before: Option<&str>) -> Result<Self, RecordsError> {
        let accepted = records.accepted(database)?.into_iter().filter(Accepted::stands_alone);
        let accepted: Vec<Turn> = accepted.map(|a| Turn { question: a.question, sql: a.sql }).collect();
        let followed = before.map(|before| records.accepted_sql_after(database, question, before)).transpose()?.flatten();
        Ok(Self {
            accepted_sql: if followed.is_some() { followed } else { records.accepted_sql(database, question)? },
            notes: records.notes(database)?.into_iter().map(|note| note.text).collect(),
            examples: like(question, &accepted),
        })
    }

    /// `request` with all of it taken into account.
    pub fn apply(self, mut request: AskRequest) -> AskRequest {
        let (private, notes) = Private::of_notes(self.notes);
        request.private = private;
        let hints: Vec<String> = notes.into_iter().chain(request.hint.take()).collect();
        request.hint = (!hints.is_empty()).then(|| hints.join("\n"));
        request.accepted_sql = self.accepted_sql;
        request.examples = self.examples;
        request
    }
}

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

    #[test]
    fn notes_come_before_the_hint() {
        let request = AskRequest { hint: Some("only 2023".into()), ..AskRequest::new("Q", crate::prompt::Form::Chat) };
        let recalled =
            Recalled { notes: vec!["price is in cents".into()], accepted_sql: Some("SELECT 1".into()), examples: vec![turn("E")] };
        let request = recalled.apply(request);
        assert_eq!(request.hint.as_deref(), Some("price is in cents\nonly 2023"));
        assert_eq!((request.accepted_sql.as_deref(), request.examples.len()), (Some("SELECT 1"), 1));
    }
}
