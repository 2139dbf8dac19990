//! A row of a data set, and the prompt and answer that it becomes in training.

use crate::llm::{Message, Prompt, Role};
use crate::prompt::{self, Form, PromptParts, Turn};

/// What stands before the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A question about a schema; [`prompt::render`] makes its prompt.
    Question {
        /// The question (Alpaca's `instruction`).
        question: String,
        /// `CREATE TABLE` statements (Alpaca's `input`); may be empty.
        context: String,
        /// Something to consider (BIRD's `evidence`).
        hint: Option<String>,
        /// The question before, where this one follows on it.
        previous: Option<Turn>,
    },
    /// A chat, used as it is; the model's template writes it.
    Chat(Vec<Message>),
    /// A text, used as it is.
    Text(String),
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// What stands before the answer.
    pub body: Body,
    /// The answer: SQL where the body is a question.
    pub answer: String,
    /// An answer that is worse, where the row brings one: preference training learns from both.
    pub rejected: Option<String>,
    /// The database it is about, by its name in a folder of databases.
    pub db_id: Option<String>,
    /// The part of the data it belongs to, where the row says (`train`, `dev`, ...).
    pub split: Option<String>,
    /// Where it is from, where the row says (`template`, `model`, `accepted`, ...).
    pub source: Option<String>,
    /// Its row in the file, from 1.
    pub row: usize,
    /// The line on which it begins, from 1.
    pub line: usize,
}

impl Example {
    /// A question about a schema.
    pub fn question(question: impl Into<String>, context: impl Into<String>, answer: impl Into<String>) -> Self {
        let body = Body::Question { question: question.into(), context: context.into(), hint: None, previous: None };
        Self { body, answer: answer.into(), rejected: None, db_id: None, split: None, source: None, row: 0, line: 0 }
    }

    /// The same where it follows on `turn`.
    #[must_use]
    pub fn after(mut self, turn: Option<Turn>) -> Self {
        if let Body::Question { previous, .. } = &mut self.body {
            *previous = turn;
        }
        self
    }

    /// Answers of the model that stand before the one that is learned: they are read, and not learned.
    pub fn answers_before(&self) -> usize {
        match &self.body {
            Body::Chat(messages) => messages.iter().filter(|message| message.role == Role::Assistant).count(),
            _ => 0,
        }
    }

    /// What it follows on.
    pub fn previous(&self) -> Option<&Turn> {
        match &self.body {
            Body::Question { previous, .. } => previous.as_ref(),
            _ => None,
        }
    }

    /// The prompt it is asked with. Only questions depend on the form.
    pub fn prompt(&self, form: Form) -> Prompt {
        match &self.body {
            Body::Question { question, context, hint, previous } => {
                let parts = PromptParts {
                    schema_text: context.clone(),
                    question: question.clone(),
                    hint: hint.clone(),
                    previous: previous.clone(),
                    ..PromptParts::default()
                };
                prompt::render(&parts, form)
            }
            Body::Chat(messages) => Prompt::Chat(messages.clone()),
            Body::Text(text) => Prompt::Text(text.clone()),
        }
    }

    /// What the model should write, without the end token. A question's SQL stands in a fence in the chat form, as the prompt demands.
    pub fn completion(&self, form: Form) -> String {
        self.written(&self.answer, form)
    }

    /// What the model should rather not write, where the row says.
    pub fn rejected_completion(&self, form: Form) -> Option<String> {
        self.rejected.as_ref().map(|answer| self.written(answer, form))
    }

    fn written(&self, answer: &str, form: Form) -> String {
        match (&self.body, form) {
            (Body::Question { .. }, Form::Chat) => prompt::answer_text(answer),
            _ => answer.to_owned(),
        }
    }

    /// The question a person asked: the last thing said before the answer.
    pub fn asked(&self) -> &str {
        match &self.body {
            Body::Question { question, .. } => question,
            Body::Chat(messages) => messages.last().map_or("", |message| &message.content),
            Body::Text(text) => text,
        }
    }

    /// The schema it is asked about; empty where it brings none.
    pub fn context(&self) -> &str {
        match &self.body {
            Body::Question { context, .. } => context,
            _ => "",
        }
    }
}
