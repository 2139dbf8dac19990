//! What the rest of the program knows of a model: text in, text out, as events.

use std::sync::Arc;

use crate::signal::Cancel;

use super::constraint::Constraint;
pub use super::sampling::{Sampling, TokenLogprob};
use super::tokenizer::Specials;
use super::{Adapter, LlmError};

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

/// The messages of a chat that are answered, and how the answer begins.
pub fn opened(messages: &[Message]) -> (&[Message], &str) {
    match messages.split_last() {
        Some((Message { role: Role::Assistant, content }, before)) => (before, content),
        _ => (messages, ""),
    }
}

/// How much of a prompt stands in other prompts too: what a model remembers of that is worth keeping.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shared {
    /// Nothing that is known.
    #[default]
    Nothing,
    /// So many leading messages of a chat.
    Messages(usize),
    /// So many leading bytes of a chat's last question, and all that stands before it.
    Bytes(usize),
}

/// What a model is asked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    /// Plain text, tokenised as it stands (special-token text in it stays text), after the tokenizer's own BOS where it adds one.
    Text(String),
    /// Messages, rendered by the model's chat template and opened for the assistant, whose answer begins with the last message where that is
    /// the assistant's. Only the template's own markers become special tokens.
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

/// What becomes of a text that goes round in circles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Repetition {
    /// It goes on to its limit, as with any other program.
    #[default]
    Kept,
    /// It ends, cut behind its second round.
    Cut,
}

/// A request to a model.
#[derive(Debug, Clone, PartialEq)]
pub struct GenerateRequest {
    /// The prompt.
    pub prompt: Prompt,
    /// What of the prompt stands in others too.
    pub shared: Shared,
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
    /// What becomes of a text that goes round in circles.
    pub repetition: Repetition,
}

/// Why generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FinishReason {
    /// A stop string came.
    Stop,
    /// `max_tokens` or the context's end was reached.
    Length,
    /// The model said that it was done.
    Eos,
    /// It went round in circles and was cut ([`Repetition::Cut`]); its tokens are all that were written.
    Repeated,
    /// Those that came before it were enough ([`Generate::generate_until`]); its text is a beginning.
    Enough,
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

/// Where the time went; `_ms` in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
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
    /// Mean log probability of the tokens drawn; 0 where there are none, or where the model does not say.
    pub mean_logprob: f32,
    /// Log probability of the unlikeliest token drawn; 0 where there are none.
    pub least_logprob: f32,
    /// Where the time went.
    pub timings: GenerateTimings,
}

/// Facts about a loaded model.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ModelInfo {
    /// Catalogue name, or the file's stem.
    pub name: String,
    /// What else it is known as, the surest first: the prompt form that its catalogue entry names, where it was published, its own name for
    /// itself.
    #[serde(skip)]
    pub known_as: Vec<String>,
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

/// Something that writes text: a local model, one behind an address, or a script in tests.
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

    /// From now on what it reads is of this database: what it keeps of that on disk says so, for those who want it forgotten.
    fn reads_about(&mut self, _database: &str) {}

    /// Whether it may be had to read what is not asked yet; one behind an address may not.
    fn reads_ahead(&self) -> bool {
        true
    }

    /// Whether it tells the ids of its tokens ([`tokenize`](Self::tokenize)).
    fn tells_tokens(&self) -> bool {
        true
    }

    /// What others give and it does not, a sentence each, where that was found out just now; empty for a model of this machine.
    fn missing(&self) -> Vec<&'static str> {
        Vec::new()
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
        self.generate_until(request, draws, cancel, emit, &mut |_| Enough::No)
    }

    /// The same, until `enough`, which is shown each continuation at its end, says so: the others end where they are, as
    /// [`FinishReason::Enough`], or are not begun.
    fn generate_until(
        &mut self,
        request: &GenerateRequest,
        draws: &[Draws<'_>],
        cancel: &Cancel,
        emit: &mut dyn FnMut(GenerateEvent),
        enough: &mut dyn FnMut(&Ended<'_>) -> Enough,
    ) -> Result<Vec<Generation>, LlmError> {
        let mut all = Vec::new();
        for (prompt, sampling) in draws.iter().flat_map(|draws| draws.samplings.iter().map(|sampling| (draws.prompt, sampling))) {
            let request = GenerateRequest { prompt: prompt.clone(), sampling: sampling.clone(), ..request.clone() };
            let generation = self.generate(&request, cancel, &mut |event| emit(event))?;
            let said = enough(&Ended::of(all.len(), &generation));
            all.push(generation);
            if said == Enough::Yes {
                break;
            }
        }
        Ok(all)
    }
}

/// One continuation by a model that writes many together: what its [`Generate::generate`] is.
pub(super) fn generate_one(
    model: &mut dyn Generate,
    request: &GenerateRequest,
    cancel: &Cancel,
    emit: &mut dyn FnMut(GenerateEvent),
) -> Result<Generation, LlmError> {
    let draws = Draws { prompt: &request.prompt, samplings: std::slice::from_ref(&request.sampling) };
    let mut all = model.generate_many(request, &[draws], cancel, emit)?;
    all.pop().ok_or_else(|| LlmError::Inconsistent("nothing was written".into()))
}

/// A continuation at its end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ended<'a> {
    /// Its place among all that are written.
    pub index: usize,
    /// As in [`Generation`].
    pub text: &'a str,
    /// As in [`Generation`].
    pub mean_logprob: f32,
    /// As in [`Generation`].
    pub least_logprob: f32,
    /// As in [`Generation`].
    pub finish_reason: FinishReason,
}

impl<'a> Ended<'a> {
    /// The continuation at `index` that ended as `generation`.
    pub fn of(index: usize, generation: &'a Generation) -> Self {
        let Generation { text, mean_logprob, least_logprob, finish_reason, .. } = generation;
        Self { index, text, mean_logprob: *mean_logprob, least_logprob: *least_logprob, finish_reason: *finish_reason }
    }
}

/// Whether what was written will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enough {
    /// The rest need not be written.
    Yes,
    /// The rest may change something.
    No,
}
