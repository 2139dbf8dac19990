//! What a person said before about a database, for the question at hand: accepted answers, and notes.

use super::likeness::like;
use super::request::AskRequest;
use crate::prompt::Turn;
use crate::records::{Accepted, DatabaseId, Records, RecordsError};
use crate::schema::Private;

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

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(question: &str) -> Turn {
        Turn { question: question.into(), sql: "SELECT 1".into() }
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
