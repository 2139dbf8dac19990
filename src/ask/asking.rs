//! One question on its way: what every step of the pipeline works with.

use std::sync::Arc;
use std::time::Instant;

use super::candidate::Candidate;
use super::error::AskError;
use super::event::{Answer, AnswerState, AskEvent, AskTimings};
use super::mend::Fate;
use super::request::{AskRequest, Execution, SchemaForm};
use crate::db::{Database, DbError};
use crate::llm::Generate;
use crate::prompt::{PromptParts, SCHEMA_BYTES, Turn, schema_as_stored, schema_text_in};
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::sql::{ReadOnlySql, lengths};

/// What the first draft of an answer to `request` is asked with, over the `schema` that the model may see. Here and in repairs all that is told
/// a model comes together, so here stays out what is private.
pub(super) fn first_parts(schema: &Schema, request: &AskRequest) -> PromptParts {
    let mut hits = request.values.as_ref().map(|index| index.find(&request.question)).unwrap_or_default();
    let private = &request.private;
    if !private.is_empty() {
        hits.retain(|hit| schema.tables.iter().any(|table| hit.is_of(table) && table.column(&hit.column).is_some()));
    }
    let told = |turn: &&Turn| !private.is_mentioned(&turn.sql) && !private.is_mentioned(&turn.question);
    let hint = |hint: &String| hint.lines().filter(|line| !private.is_mentioned(line)).collect::<Vec<_>>().join("\n");
    let schema_text = match request.schema_form {
        SchemaForm::Described => schema_text_in(request.form.schema_style(), schema, SCHEMA_BYTES, Some((&request.question, &hits))),
        SchemaForm::AsStored => schema_as_stored(schema, SCHEMA_BYTES),
    };
    PromptParts {
        schema_text,
        values: hits,
        lengths: lengths(schema, &request.question),
        question: request.question.clone(),
        hint: request.hint.as_ref().map(hint).filter(|hint| !hint.is_empty()),
        examples: request.examples.iter().filter(told).cloned().collect(),
        previous: request.previous.as_ref().filter(told).cloned(),
        ..PromptParts::default()
    }
}

/// One question on its way.
pub(super) struct Asking<'a> {
    pub(super) database: &'a Database,
    pub(super) schema: &'a Schema,
    /// What of it the model may see.
    pub(super) shown: &'a Schema,
    pub(super) model: &'a mut dyn Generate,
    pub(super) request: &'a AskRequest,
    pub(super) cancel: &'a Cancel,
    /// The same, and when drafts that are only compared are waited for no longer.
    pub(super) soon: Cancel,
    pub(super) emit: &'a mut dyn FnMut(AskEvent),
    /// What the model drafts from.
    pub(super) likely: Arc<[String]>,
    pub(super) timings: AskTimings,
}

impl Asking<'_> {
    pub(super) fn blank(&self) -> Answer {
        Answer {
            question: self.request.question.clone(),
            reason: "unknown: no draft runs".into(),
            model: self.model.info().clone(),
            ..Answer::default()
        }
    }

    pub(super) fn judge_sql(&self, sql: &str) -> Result<Candidate, AskError> {
        Candidate::judge(self.database, self.schema, sql, self.request, self.cancel)
    }

    /// Gives the answer its rows, where it is to have them.
    pub(super) fn finish(&mut self, answer: &mut Answer, fate: Fate, statement: &ReadOnlySql) -> Result<(), AskError> {
        if self.request.execution != Execution::Answer {
            return Ok(());
        }
        (self.emit)(AskEvent::Running);
        if let Fate::Ran(_, table) = fate {
            answer.table = Some(table);
            answer.state = AnswerState::Ran;
            return Ok(());
        }
        let start = Instant::now();
        match self.database.execute(statement, &self.request.limits, self.cancel) {
            Ok(table) => {
                answer.table = Some(table);
                answer.state = AnswerState::Ran;
            }
            Err(DbError::Sql { message, .. }) => {
                answer.state = AnswerState::Failed;
                answer.error = Some(message);
            }
            Err(error) => return Err(AskError::Database(error)),
        }
        self.timings.query_ms += start.elapsed().as_secs_f64() * 1000.0;
        Ok(())
    }
}
