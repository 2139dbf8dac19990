//! What the rest of the program knows of a model: text in, text out, as events.

use std::sync::Arc;

use crate::signal::Cancel;

use super::constraint::Constraint;
use super::tokenizer::Specials;
use super::{Adapter, LlmError};

/// How the next token is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    /// 0 means greedy.
    pub temperature: f64,
    /// Keep the `k` likeliest tokens.
    pub top_k: Option<usize>,
    /// Keep the likeliest tokens whose probabilities sum to `p`.
    pub top_p: Option<f64>,
    /// Seed of the draw.
    pub seed: u64,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { temperature: 0.0, top_k: None, top_p: None, seed: 0 }
    }
}

/// Who speaks in a [`Message`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Standing instructions.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// One turn of a chat.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub content: String,
}

/// What a model is asked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    /// Plain text, tokenised as it stands (special-token text in it stays text), after the tokenizer's own BOS where it adds one.
    Text(String),
    /// Messages, rendered by the model's chat template and opened for the assistant. Only the template's own markers become special tokens.
    Chat(Vec<Message>),
    /// Token ids, as they are.
    Tokens(Vec<u32>),
}

/// What is made of what a model writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Purpose {
    /// It is an answer.
    #[default]
    Answer,
    /// It is a guess at what will be asked next. The same request for an [`Answer`](Self::Answer) gets it at once; another is drafted from
    /// it, also where it was stopped.
    Rehearsal,
}

/// A request to a model.
#[derive(Debug, Clone, PartialEq)]
pub struct GenerateRequest {
    /// The prompt.
    pub prompt: Prompt,
    /// So many leading messages of a chat stand in other prompts too; what the model remembers of them is worth keeping.
    pub shared_messages: usize,
    /// At most this many new tokens.
    pub max_tokens: usize,
    /// Generation ends before the first of these.
    pub stop: Vec<String>,
    /// How tokens are drawn.
    pub sampling: Sampling,
    /// Report this many most likely alternatives of each token; 0 for none.
    pub logprobs: usize,
    /// Texts that the answer is likely to resemble: a model may draft from them, which changes the time and nothing else.
    pub likely: Arc<[String]>,
    /// What may be written; anything where there is none. A scripted model does not look at it.
    pub constraint: Option<Constraint>,
    /// What it is for.
    pub purpose: Purpose,
}

/// Why generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FinishReason {
    /// A stop string came.
    Stop,
    /// `max_tokens` or the context's end was reached.
    Length,
    /// The model said that it was done.
    Eos,
}

/// What happens while a model works.
#[derive(Debug, Clone, PartialEq)]
pub enum GenerateEvent {
    /// `done` of `total` prompt tokens are read; `cached` of them were there before.
    Prefill {
        /// Read so far, cached ones included.
        done: usize,
        /// All prompt tokens.
        total: usize,
        /// Reused from the KV cache.
        cached: usize,
    },
    /// More text. Never splits a character, never holds part of a stop string.
    Text(String),
}

/// Log probability of one token that could have stood at a position.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TokenLogprob {
    /// The token's text.
    pub token: String,
    /// Natural logarithm of its probability, before temperature.
    pub logprob: f32,
}

/// Where the time went; `_ms` in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct GenerateTimings {
    /// Tokens of the prompt.
    pub prompt_tokens: usize,
    /// Of these, reused from the KV cache.
    pub cached_tokens: usize,
    /// Reading the prompt.
    pub prefill_ms: f64,
    /// Tokens written.
    pub generated_tokens: usize,
    /// Of these, forced by a constraint without a decode step.
    pub forced_tokens: usize,
    /// Tokens proposed by drafting.
    pub drafted_tokens: usize,
    /// Of these, accepted.
    pub accepted_tokens: usize,
    /// Writing the answer.
    pub decode_ms: f64,
}

impl GenerateTimings {
    /// Adds those of another generation.
    pub fn add(&mut self, other: &Self) {
        self.prompt_tokens += other.prompt_tokens;
        self.cached_tokens += other.cached_tokens;
        self.prefill_ms += other.prefill_ms;
        self.generated_tokens += other.generated_tokens;
        self.forced_tokens += other.forced_tokens;
        self.drafted_tokens += other.drafted_tokens;
        self.accepted_tokens += other.accepted_tokens;
        self.decode_ms += other.decode_ms;
    }
}

/// What a model answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Generation {
    /// The text, without the stop string.
    pub text: String,
    /// Its tokens (those of a removed stop string included).
    pub tokens: Vec<u32>,
    /// The prompt's tokens.
    pub prompt_tokens: Vec<u32>,
    /// Why it ended.
    pub finish_reason: FinishReason,
    /// For each token, the most likely alternatives; empty where not asked for.
    pub logprobs: Vec<Vec<TokenLogprob>>,
    /// Mean log probability of the tokens drawn; 0 where there are none.
    pub mean_logprob: f32,
    /// Where the time went.
    pub timings: GenerateTimings,
}

/// Facts about a loaded model.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ModelInfo {
    /// Catalogue name, or the file's stem.
    pub name: String,
    /// SHA-256 of the file in hexadecimal, where known.
    pub sha256: Option<String>,
    /// Tokens of context in use.
    pub context_length: usize,
    /// Whether the file brings a chat template.
    pub has_chat_template: bool,
    /// A word for where it runs: `cpu`, `cuda`, `scripted`.
    pub device: String,
}

/// A text as tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenizedText {
    /// Its tokens, with what stands around it.
    pub tokens: Vec<u32>,
    /// The names of the tokens behind it; empty nearly always.
    pub behind: String,
}

/// A prompt, and how each of its continuations is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Draws<'a> {
    /// What is continued.
    pub prompt: &'a Prompt,
    /// One a continuation.
    pub samplings: &'a [Sampling],
}

/// Something that writes text: a local model, or a script in tests.
pub trait Generate: Send {
    /// Facts about the model.
    fn info(&self) -> &ModelInfo;

    /// Answers with `adapter` from now on, or without one. What was read so far is forgotten; after an error nothing has changed.
    fn set_adapter(&mut self, adapter: Option<&Adapter>) -> Result<(), LlmError> {
        match adapter {
            None => Ok(()),
            Some(_) => Err(LlmError::Adapter("this model takes none".into())),
        }
    }

    /// The text that `prompt` becomes before it is tokenised.
    fn render(&self, prompt: &Prompt) -> Result<String, LlmError>;

    /// The ids that `prompt` becomes.
    fn tokenize(&self, prompt: &Prompt) -> Result<Vec<u32>, LlmError>;

    /// The ids of a text with all that its tokenizer puts around a text, and with markers where their names stand, if `specials` says so.
    fn tokenize_text(&self, text: &str, _specials: Specials) -> Result<TokenizedText, LlmError> {
        Ok(TokenizedText { tokens: self.tokenize(&Prompt::Text(text.into()))?, behind: String::new() })
    }

    /// Answers a request. Blocks; stops early when `cancel` says so, with [`LlmError::Stopped`] (what came until then was emitted).
    fn generate(&mut self, request: &GenerateRequest, cancel: &Cancel, emit: &mut dyn FnMut(GenerateEvent))
    -> Result<Generation, LlmError>;

    /// Answers a request once for each sampling of `draws` (whose prompts and samplings stand in place of the request's own), each prompt
    /// read once; a model on this machine writes all together. The text of the first is emitted. The first one's timings hold the time of
    /// all.
    fn generate_many(
        &mut self,
        request: &GenerateRequest,
        draws: &[Draws<'_>],
        cancel: &Cancel,
        emit: &mut dyn FnMut(GenerateEvent),
    ) -> Result<Vec<Generation>, LlmError> {
        let each = draws.iter().flat_map(|draws| draws.samplings.iter().map(|sampling| (draws.prompt, sampling)));
        let one = |(prompt, sampling): (&Prompt, &Sampling)| {
            let request = GenerateRequest { prompt: prompt.clone(), sampling: sampling.clone(), ..request.clone() };
            self.generate(&request, cancel, &mut |event| emit(event))
        };
        each.map(one).collect()
    }
}
