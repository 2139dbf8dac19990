//! Questions in a model's words. A new wording is kept where the model, asked with it, writes a query that returns the same rows: so it still
//! means the same.

use std::sync::Arc;

use super::make::run;
use crate::dataset::{Body, Example};
use crate::db::{Database, DbError, RowOrder, same_result};
use crate::llm::{Generate, GenerateRequest, LlmError, Message, Prompt, Purpose, Repetition, Role, Sampling, Shared};
use crate::prompt::{Form, PromptParts, render};
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::sql::extract::extract;
use crate::sql::quotes::mend_double_quotes;

/// Rows that are compared.
const MOST_ROWS: usize = 1_000;

/// Why rephrasing ends early.
#[derive(Debug, thiserror::Error)]
pub enum RephraseError {
    /// The model failed.
    #[error(transparent)]
    Model(#[from] LlmError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// The example with its question in the model's words, where that passed the round trip.
pub fn rephrase(
    example: &Example,
    model: &mut dyn Generate,
    database: &Database,
    schema: &Schema,
    seed: u64,
    cancel: &Cancel,
) -> Result<Option<Example>, RephraseError> {
    let Body::Question { question, context, hint, previous: None } = &example.body else { return Ok(None) };
    let said = generate(model, wording_prompt(question), 80, Sampling { temperature: 0.8, seed, ..Sampling::default() }, cancel)?;
    let Some(wording) = clean(&said).filter(|wording| wording != question) else { return Ok(None) };
    let parts = PromptParts { schema_text: context.clone(), question: wording.clone(), hint: hint.clone(), ..PromptParts::default() };
    // The context is text of ours, whatever the model was tuned with.
    let form = if model.info().has_chat_template { Form::Chat } else { Form::Alpaca };
    let answer = generate(model, render(&parts, form), 200, Sampling::default(), cancel)?;
    let Some(sql) = extract(&answer) else { return Ok(None) };
    let (sql, _) = mend_double_quotes(sql.as_str(), schema);
    let (Some(expected), Some(found)) = (run(database, &example.answer, MOST_ROWS, cancel)?, run(database, &sql, MOST_ROWS, cancel)?)
    else {
        return Ok(None);
    };
    if !same_result(&expected, &found, RowOrder::Free) {
        return Ok(None);
    }
    let body = Body::Question { question: wording, context: context.clone(), hint: hint.clone(), previous: None };
    Ok(Some(Example { body, source: Some("model".into()), ..example.clone() }))
}

fn wording_prompt(question: &str) -> Prompt {
    let message = |role, content: String| Message { role, content };
    Prompt::Chat(vec![
        message(
            Role::System,
            "You reword questions about a database. Keep every name, value and number. Answer with one question and nothing else.".into(),
        ),
        message(Role::User, format!("Reword this as a person would ask it:\n{question}")),
    ])
}

fn generate(model: &mut dyn Generate, prompt: Prompt, max_tokens: usize, sampling: Sampling, cancel: &Cancel) -> Result<String, LlmError> {
    let request = GenerateRequest {
        prompt,
        shared: Shared::Nothing,
        max_tokens,
        stop: Vec::new(),
        sampling,
        logprobs: 0,
        likely: Arc::default(),
        constraint: None,
        purpose: Purpose::Answer,
        repetition: Repetition::Kept,
    };
    Ok(model.generate(&request, cancel, &mut |_| ())?.text)
}

/// The question in what a model said: its first line, without quotes. `None` where that is none.
fn clean(said: &str) -> Option<String> {
    let line = said.lines().map(str::trim).find(|line| !line.is_empty())?;
    let line = line.trim_matches(|c| matches!(c, '"' | '*' | '`')).trim();
    let sound = (10..300).contains(&line.chars().count()) && !line.to_uppercase().contains("SELECT ") && !line.ends_with(':');
    sound.then(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_taken_out_of_what_was_said() {
        assert_eq!(clean("\n\"Which customers live in Chile?\"\nI hope so"), Some("Which customers live in Chile?".into()));
        assert_eq!((clean("Sure:"), clean("SELECT * FROM t WHERE 1"), clean("")), (None, None, None));
    }
}
