//! What the pipeline says while it works, and what it answers. Plain data: the screen, the command line and the evaluation
//! show the same thing.

use super::signals::Signals;
use super::vote::Agreement;
use crate::db::Table;
use crate::llm::{GenerateTimings, ModelInfo};
use crate::prompt::Turn;

/// How far an answer came. Names are the command line's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerState {
    /// Parsed, read-only, prepared by SQLite; not run (only SQL was asked for).
    Checked,
    /// Ran; the table is there.
    Ran,
    /// No SQL that runs was found.
    #[default]
    Failed,
    /// The SQL would do more than read.
    Refused,
    /// As checked or ran; two readings are about as likely, and [`Answer::ask_back`] asks which is meant.
    Clarify,
    /// As checked or ran, but the database holds nothing that parts of the question are about: [`Answer::missing`] has them.
    Unanswerable,
}

/// A deterministic change made to the model's SQL, shown with the answer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fix {
    /// What kind, as a word: `double_quotes`, ...
    pub kind: String,
    /// What stood there.
    pub from: String,
    /// What stands there now.
    pub to: String,
}

/// An SQL that did not make it, and why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Attempt {
    /// The SQL (or the model's words, where no SQL was in them).
    pub sql: String,
    /// The guard's or SQLite's own message.
    pub error: String,
}

/// A question back to the person.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AskBack {
    /// In words.
    pub question: String,
    /// Two or more, the likeliest first.
    pub choices: Vec<Choice>,
}

/// One answer to an [`AskBack`].
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Choice {
    /// What sets it apart.
    pub text: String,
    /// The whole statement.
    pub sql: String,
}

/// Where the time went, in milliseconds.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct AskTimings {
    /// Loading the model, where this question had to.
    pub load_ms: f64,
    /// Summed over all generations of this question.
    #[serde(flatten)]
    pub generate: GenerateTimings,
    /// Running the query.
    pub query_ms: f64,
    /// From the question to the answer.
    pub total_ms: f64,
}

/// What the pipeline answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// The question, as asked.
    pub question: String,
    /// The SQL; empty where none was found.
    pub sql: String,
    /// How far it came.
    pub state: AnswerState,
    /// The rows, where it ran.
    pub table: Option<Table>,
    /// How likely the answer is right, 0 to 1; `None` for unknown.
    pub confidence: Option<f64>,
    /// The confidence in words.
    pub reason: String,
    /// Changes made to the model's SQL; of a follow-up that needed no model, what it kept of the query before.
    pub fixes: Vec<Fix>,
    /// The question before and its SQL, where this one was made from it without the model.
    pub follows: Option<Turn>,
    /// Drafts by what they return, the believed one first; one SQL a result.
    pub candidates: Vec<Agreement>,
    /// Words of the question that nothing in the schema or the SQL accounts for.
    pub missing: Vec<String>,
    /// What to ask the person, where two readings are about as likely.
    pub ask_back: Option<AskBack>,
    /// What was tried before, in order.
    pub attempts: Vec<Attempt>,
    /// The SQL of the first draft, before anything was mended.
    pub first_draft: String,
    /// Mean log probability of the first draft's tokens.
    pub mean_logprob: f32,
    /// What else is seen of the first draft, where it ran.
    pub first_signals: Signals,
    /// The last error, where the state is failed or refused.
    pub error: Option<String>,
    /// Where the time went.
    pub timings: AskTimings,
    /// Which model answered.
    pub model: ModelInfo,
}

/// What happens on the way to an [`Answer`].
#[derive(Debug, Clone, PartialEq)]
pub enum AskEvent {
    /// The prompt is made: its text as the model sees it.
    Prompt(String),
    /// The model reads: `done` of `total` prompt tokens, `cached` of them known from before.
    Reading {
        /// Read so far, cached ones included.
        done: usize,
        /// All of them.
        total: usize,
        /// Reused from the KV cache.
        cached: usize,
    },
    /// The model writes.
    Text(String),
    /// The model thinks before it writes SQL: so many words so far, which are shown to nobody.
    Thinking(usize),
    /// An SQL statement was found in the answer.
    Proposed(String),
    /// It is one read-only statement and SQLite prepared it.
    Checked(String),
    /// The first draft is in doubt: more are drawn, to be compared by what they return.
    Drawing {
        /// How many more.
        drafts: usize,
        /// What speaks against the first, in words.
        reason: String,
    },
    /// It did not pass; the model is asked again (`repair` counts from 1).
    Repairing {
        /// Which repair this is.
        repair: usize,
        /// What was wrong with what.
        failed: Attempt,
    },
    /// The query runs.
    Running,
}
