//! What the model does before it is asked: it reads the schema and a question that is still being typed, and rehearses the answer. What it
//! has read need not be read again, and an answer is drafted from the rehearsal, so Enter waits for less; answers are the same. A rehearsal
//! is text: nothing of it runs.

use std::sync::Arc;

use super::asking::first_parts;
use super::draw::draft_request;
use super::error::{AskError, MAX_QUESTION_BYTES};
use super::event::AskEvent;
use super::request::AskRequest;
use crate::llm::{Generate, GenerateEvent, GenerateRequest, Prompt, Purpose, Repetition, Sampling, Shared};
use crate::prompt::{Form, PromptParts, SCHEMA_BYTES, Thoughts, likely_answers, render, schema_text_in, shared};
use crate::schema::Schema;
use crate::signal::Cancel;

/// Has the model read what every question about a database begins with, so that the first one need not wait for it. `emit` gets
/// [`AskEvent::Reading`] alone. Nothing is done for a form that puts the question first.
pub fn prepare_model(
    model: &mut dyn Generate,
    schema_text: &str,
    form: Form,
    cancel: &Cancel,
    emit: &mut dyn FnMut(AskEvent),
) -> Result<(), AskError> {
    if !form.begins_with_schema() || !model.reads_ahead() {
        return Ok(());
    }
    let parts = PromptParts { schema_text: schema_text.into(), ..PromptParts::default() };
    let prompt = render(&parts, form);
    let request = GenerateRequest { shared: shared(&prompt, form), ..reading(prompt) };
    model.generate(&request, cancel, &mut |event| {
        if let GenerateEvent::Prefill { done, total, cached } = event {
            emit(AskEvent::Reading { done, total, cached });
        }
    })?;
    Ok(())
}

/// What a model does with a question that is still being typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ahead {
    /// It reads it.
    Read,
    /// It reads it and writes what it would answer, where there are words enough.
    Rehearse,
}

/// Fewer words say nothing about the answer.
const FEWEST_WORDS: usize = 3;

/// Has the model read the question of `request` as far as it is typed, or rehearse its answer. Nothing is done for a form that puts the
/// question first, nor for a schema so large that what is told of it depends on the question.
pub fn read_ahead(schema: &Schema, model: &mut dyn Generate, request: &AskRequest, ahead: Ahead, cancel: &Cancel) -> Result<(), AskError> {
    if !request.form.begins_with_schema()
        || !model.reads_ahead()
        || request.question.is_empty()
        || request.question.len() >= MAX_QUESTION_BYTES
    {
        return Ok(());
    }
    let schema = &*request.private.shown(schema);
    let parts = first_parts(schema, request);
    if parts.schema_text != schema_text_in(request.form.schema_style(), schema, SCHEMA_BYTES, None) {
        return Ok(());
    }
    let likely = likely_answers(schema, request.form);
    // Thoughts about a question that is not whole are lost time.
    let rehearsable = request.form.thoughts() == Thoughts::None;
    if ahead == Ahead::Rehearse && rehearsable && request.question.split_whitespace().count() >= FEWEST_WORDS {
        let rehearsal = draft_request(schema, request, render(&parts, request.form), likely);
        model.generate(&GenerateRequest { purpose: Purpose::Rehearsal, ..rehearsal }, cancel, &mut |_| ())?;
        return Ok(());
    }
    // What stays the same whether the last word ends here or goes on.
    let with =
        |more: &str| model.tokenize(&render(&PromptParts { question: parts.question.clone() + more, ..parts.clone() }, request.form));
    let (longer, ended) = (with("x")?, with(" x")?);
    let settled = longer.iter().zip(&ended).take_while(|(a, b)| a == b).count();
    let tokens = ended.get(..settled).unwrap_or_default().to_vec();
    if tokens.is_empty() {
        return Ok(());
    }
    model.generate(&GenerateRequest { likely, ..reading(Prompt::Tokens(tokens)) }, cancel, &mut |_| ())?;
    Ok(())
}

/// A request to read and to write nothing.
fn reading(prompt: Prompt) -> GenerateRequest {
    GenerateRequest {
        prompt,
        shared: Shared::Nothing,
        max_tokens: 0,
        stop: Vec::new(),
        sampling: Sampling::default(),
        logprobs: 0,
        likely: Arc::default(),
        constraint: None,
        purpose: Purpose::Answer,
        repetition: Repetition::Kept,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::Scripted;
    use crate::prompt::Turn;
    use crate::schema::{Column, Table};

    fn schema(tables: usize) -> Schema {
        let column = |name: String| Column { name, declared_type: "TEXT".into(), ..Column::default() };
        let table = |n| Table {
            name: format!("table_{n}"),
            columns: (0..40).map(|i| column(format!("a_rather_long_column_name_{n}_{i}"))).collect(),
            ..Table::default()
        };
        Schema { tables: (0..tables).map(table).collect() }
    }

    /// What is read of `request` over `tables` tables; a token of the script's is a byte.
    fn read(tables: usize, request: &AskRequest) -> Option<String> {
        let mut model = Scripted::new([""]);
        read_ahead(&schema(tables), &mut model, request, Ahead::Read, &Cancel::new()).unwrap();
        let request = model.asked().first()?;
        assert_eq!((request.max_tokens, &request.constraint), (0, &None));
        match &request.prompt {
            Prompt::Tokens(tokens) => Some(tokens.iter().map(|&token| char::from(token as u8)).collect()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_question_is_read_as_far_as_it_is_typed() {
        let previous = Some(Turn { question: "how many?".into(), sql: "SELECT 1".into() });
        let request = AskRequest { previous, ..AskRequest::new("Which customers sp", Form::Chat) };
        let read = read(2, &request).unwrap();
        assert!(read.contains("table_1") && read.contains("SELECT 1") && read.ends_with("Which customers sp"), "{read}");
    }

    #[test]
    fn an_answer_is_rehearsed_with_the_very_request_of_the_first_draft() {
        let rehearse = |question: &str| {
            let mut model = Scripted::new(["SELECT 1"]);
            read_ahead(&schema(2), &mut model, &AskRequest::new(question, Form::Chat), Ahead::Rehearse, &Cancel::new()).unwrap();
            model.asked()[0].clone()
        };
        let rehearsed = rehearse("How many table_1 are there");
        assert!(rehearsed.purpose == Purpose::Rehearsal && rehearsed.constraint.is_some() && rehearsed.max_tokens > 100);
        let question = AskRequest::new("How many table_1 are there", Form::Chat);
        let (likely, prompt) = (likely_answers(&schema(2), Form::Chat), render(&first_parts(&schema(2), &question), Form::Chat));
        let asked = draft_request(&schema(2), &question, prompt, likely);
        assert_eq!(GenerateRequest { purpose: Purpose::Answer, ..rehearsed.clone() }, asked);
        let other = draft_request(&schema(3), &question, asked.prompt.clone(), Arc::clone(&asked.likely));
        assert_ne!(other, asked, "other names are let through");
        assert_eq!(rehearse("How many").max_tokens, 0, "two words are only read");
    }

    #[test]
    fn nothing_is_read_that_the_rest_of_the_question_may_change() {
        let ask = |question: &str, form| AskRequest::new(question, form);
        assert_eq!(read(2, &ask("", Form::Chat)), None);
        assert_eq!(read(2, &ask("Which customers", Form::Alpaca)), None);
        assert_eq!(read(2, &ask(&"x".repeat(MAX_QUESTION_BYTES), Form::Chat)), None);
        assert_eq!(read(200, &ask("Which table_7 has a rather long column name 7 3", Form::Chat)), None);
    }
}
