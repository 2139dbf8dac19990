//! Examples as the model sees them: prompt and labels as SQL-LLaMA's training script makes them, or in the chat form that is asked with.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::TrainError;
use super::config::LossType;
use super::model::Row;
use crate::dataset::{DatasetError, Example};
use crate::llm::open::OpenedModel;
use crate::llm::tokenizer::Specials;
use crate::llm::{LlmError, Prompt};
use crate::prompt::Form;
use crate::signal::Cancel;

/// Beginnings of fewer tokens are not worth a prefix of their own.
const WORTH_SHARING: usize = 16;

/// Why examples are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Dropped {
    /// No token of the answer is left within the limit.
    pub too_long: usize,
    /// Rows that could not be read.
    pub unreadable: usize,
    /// Nothing to learn in them.
    pub empty: usize,
}

impl Dropped {
    /// All of them.
    pub fn total(&self) -> usize {
        self.too_long + self.unreadable + self.empty
    }
}

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} too long, {} unreadable, {} without an answer", self.too_long, self.unreadable, self.empty)
    }
}

/// Rows to train on, and what became of the others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows {
    /// What is learned from, in the order of the data.
    pub rows: Vec<Row>,
    /// Of pairs, what each of `rows` is held against; empty where there are none.
    pub rejected: Vec<Row>,
    /// What was left out.
    pub dropped: Dropped,
    /// Rows whose answer was cut at the limit.
    pub shortened: usize,
    /// Rows of several turns: the last answer of each is learned, those before are read.
    pub several_turns: usize,
    /// Tokens of the longest row.
    pub longest: usize,
    /// The first problems, in words.
    pub problems: Vec<String>,
    /// The first rows that were left out.
    pub left_out: Vec<LeftOut>,
    /// What is asked in the first row.
    pub first_question: String,
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LeftOut {
    /// Its row in its file, from 1; 0 where it could not be read.
    pub row: usize,
    /// What is asked in it, or what is wrong with it.
    pub text: String,
    /// Why.
    pub reason: String,
}

/// Rows that were left out and are remembered.
const MOST_LEFT_OUT: usize = 200;

impl Rows {
    /// Makes rows of `examples`. A row that cannot be read is counted and left out.
    pub fn make(
        model: &OpenedModel,
        form: Form,
        limit: usize,
        examples: impl Iterator<Item = Result<Example, DatasetError>>,
        cancel: &Cancel,
    ) -> Result<Self, TrainError> {
        Self::made(model, form, limit, LossType::Nll, examples, cancel)
    }

    /// Makes rows for a loss: for [`LossType::Sigmoid`] pairs, where examples without a rejected answer are counted and left out.
    pub fn made(
        model: &OpenedModel,
        form: Form,
        limit: usize,
        loss: LossType,
        examples: impl Iterator<Item = Result<Example, DatasetError>>,
        cancel: &Cancel,
    ) -> Result<Self, TrainError> {
        const MOST_PROBLEMS: usize = 5;
        let mut out = Self::default();
        let mut contexts = HashMap::new();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for example in examples {
            if let Some(stop) = cancel.stop() {
                return Err(TrainError::Stopped(stop));
            }
            let example = match example {
                Ok(example) => example,
                Err(error) => {
                    out.dropped.unreadable += 1;
                    out.leave_out(0, &error.to_string(), "it cannot be read".into());
                    if out.problems.len() < MOST_PROBLEMS {
                        out.problems.push(error.to_string());
                    }
                    continue;
                }
            };
            if example.completion(form).trim().is_empty() {
                out.dropped.empty += 1;
                out.leave_out(example.row, example.asked(), "it has no answer".into());
                continue;
            }
            let other = example.rejected_completion(form).filter(|answer| !answer.trim().is_empty());
            let other = match (loss, other) {
                (LossType::Nll, _) => None,
                (LossType::Sigmoid, None) => {
                    out.dropped.empty += 1;
                    out.leave_out(example.row, example.asked(), "it has no rejected answer".into());
                    continue;
                }
                (LossType::Sigmoid, Some(answer)) => {
                    let mut row = tokenize(model, form, &example, &answer)?;
                    row.tokens.truncate(limit);
                    Some(row)
                }
            };
            let mut row = tokenize(model, form, &example, &example.completion(form))?;
            let length = row.tokens.len();
            if length > limit {
                row.tokens.truncate(limit);
                out.shortened += usize::from(row.learned() > 0);
            }
            if row.learned() == 0 || other.as_ref().is_some_and(|other| other.learned() == 0) {
                out.dropped.too_long += 1;
                out.leave_out(example.row, example.asked(), format!("{length} tokens, and nothing of its answer is within {limit}"));
                continue;
            }
            if out.rows.is_empty() {
                example.asked().clone_into(&mut out.first_question);
            }
            let next = groups.len();
            let group = *contexts.entry(example.context().to_owned()).or_insert(next);
            if group == next {
                groups.push(Vec::new());
            }
            if let Some(group) = groups.get_mut(group) {
                group.push(out.rows.len());
            }
            out.several_turns += usize::from(example.answers_before() > 0);
            out.longest = out.longest.max(row.tokens.len());
            if let Some(other) = other {
                out.longest = out.longest.max(other.tokens.len());
                out.rejected.push(other);
            }
            out.rows.push(row);
        }
        groups.iter().for_each(|group| mark_shared(&mut out.rows, group));
        if out.rows.is_empty() {
            return Err(TrainError::NoExamples { total: out.dropped.total(), dropped: out.dropped.to_string() });
        }
        Ok(out)
    }

    fn leave_out(&mut self, row: usize, text: &str, reason: String) {
        if self.left_out.len() < MOST_LEFT_OUT {
            self.left_out.push(LeftOut { row, text: text.to_owned(), reason });
        }
    }

    /// Tells these rows from others.
    pub fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for row in self.rows.iter().chain(&self.rejected) {
            hash.update((row.tokens.len() as u64).to_le_bytes());
            hash.update((row.prompt as u64).to_le_bytes());
            row.tokens.iter().for_each(|token| hash.update(token.to_le_bytes()));
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Notes in each row of a group what all of them begin with.
fn mark_shared(rows: &mut [Row], group: &[usize]) {
    let Some(first) = group.first().and_then(|&index| rows.get(index)).map(|row| row.tokens.clone()) else { return };
    let common = |row: &Row| row.tokens.iter().zip(&first).take_while(|(a, b)| a == b).count().min(row.prompt.saturating_sub(1));
    let shared = group.iter().filter_map(|&index| rows.get(index)).map(common).min().unwrap_or(0);
    let shared = if group.len() > 1 && shared >= WORTH_SHARING { shared } else { 0 };
    for &index in group {
        if let Some(row) = rows.get_mut(index) {
            row.shared = shared;
        }
    }
}

/// Prompt, answer and end token of one example.
fn tokenize(model: &OpenedModel, form: Form, example: &Example, answer: &str) -> Result<Row, LlmError> {
    let tokenizer = &model.tokenizer;
    let end = tokenizer.eos().ok_or_else(|| LlmError::Tokenizer("it names no token that ends a text".into()))?;
    match example.prompt(form) {
        Prompt::Text(prompt) => {
            // As the script does it: the prompt's tokens are counted alone, and the whole is tokenised at once.
            let alone = tokenizer.encode_prompt(&prompt, Specials::AsText)?.len();
            let mut tokens = tokenizer.encode_prompt(&(prompt + answer), Specials::AsText)?;
            tokens.push(end);
            Ok(Row { prompt: alone.min(tokens.len()), tokens, shared: 0 })
        }
        Prompt::Chat(messages) => {
            let template = model.template.as_ref().map_err(|reason| LlmError::Template(reason.clone()))?;
            let (mut tokens, prompt) = template.render_answered(tokenizer, &messages, answer)?;
            tokens.push(end);
            Ok(Row { tokens, prompt, shared: 0 })
        }
        Prompt::Tokens(mut tokens) => {
            let prompt = tokens.len();
            tokens.extend(tokenizer.encode_on(answer, Specials::AsText)?);
            tokens.push(end);
            Ok(Row { tokens, prompt, shared: 0 })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_context_share_what_they_begin_with() {
        let row = |tail: &[u32], prompt| Row { tokens: (0..20).chain(tail.iter().copied()).collect(), prompt, shared: 0 };
        let mut rows = vec![row(&[50, 51], 21), row(&[50, 61, 62], 22), row(&[7], 20)];
        mark_shared(&mut rows, &[0, 1]);
        mark_shared(&mut rows, &[2]);
        assert_eq!(rows.iter().map(|row| row.shared).collect::<Vec<_>>(), [20, 20, 0]);
    }
}
