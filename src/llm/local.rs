//! A model on this machine: tokenizer, template, decoder and one session that is kept from request to request, so that what two
//! prompts begin with alike is read once.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use sha2::{Digest, Sha256};

use super::adapter::{ActiveAdapter, Adapter};
use super::decode::{Decoding, Root};
use super::draft::Habits;
use super::generate::{
    Draws, Ended, Enough, Generate, GenerateEvent, GenerateRequest, GenerateTimings, Generation, Message, ModelInfo, Prompt, Purpose, Role,
    Shared, TokenizedText, generate_one, opened,
};
use super::kv::KvType;
use super::placement::{self, Demand, DeviceChoice};
use super::template::ChatTemplate;
use super::tokenizer::{Specials, Tokenizer};
use super::{Lane, LlmError, Model, OpenedModel, Session, Want, ops};
use crate::compute::Phase;
use crate::signal::Cancel;
use crate::store::SavedSessions;

/// Prompt tokens that are read in one forward pass; between passes cancellation is seen and progress told.
const PREFILL_CHUNK: usize = 256;

/// Shared beginnings of fewer tokens are read again faster than they are found.
const WORTH_SAVING: usize = 64;

/// How a model is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadOptions {
    /// What the model is called.
    pub name: String,
    /// What else it is known as, the surest first ([`ModelInfo::known_as`]).
    pub known_as: Vec<String>,
    /// SHA-256 of its file, where known.
    pub sha256: Option<String>,
    /// Tokens of context wanted; the model's own limit where that is lower.
    pub context_length: usize,
    /// Where the model's memory of shared prompt beginnings is kept from run to run; `None` for not at all.
    pub saved_sessions: Option<SavedSessions>,
    /// Whether to draft from the prompt: faster where the answer repeats it, and the same answer in any case.
    pub drafting: bool,
    /// How what is read is remembered; as [`Model::own_kv_type`] has it where nothing is said.
    pub kv_type: Option<KvType>,
    /// What computes.
    pub device: DeviceChoice,
    /// Layers that a card computes, the head as the last of them; as many as fit where it is not said.
    pub gpu_layers: Option<usize>,
}

/// A loaded model that answers requests.
pub struct LocalModel {
    model: Model,
    tokenizer: Tokenizer,
    /// Or why there is none.
    template: Result<ChatTemplate, String>,
    session: Session,
    saved_sessions: Option<SavedSessions>,
    /// Which database prompts are about.
    about: Option<String>,
    drafting: bool,
    /// Of the texts that the last request named.
    habits: (Arc<[String]>, Habits),
    /// Logits behind the prompt that was read last.
    behind: (Vec<u32>, Vec<f32>),
    /// The last rehearsal that came to its end: what it was asked with, and what it wrote.
    rehearsal: Option<(GenerateRequest, Generation)>,
    info: ModelInfo,
}

impl LocalModel {
    /// Loads what lies at `path`: a GGUF file or a Hugging Face folder.
    pub fn open(path: &Path, options: &LoadOptions) -> Result<Self, LlmError> {
        // What was fetched and hashed is what was published: only others are looked through.
        let opened = if options.sha256.is_some() { OpenedModel::open_known(path) } else { OpenedModel::open(path) };
        let OpenedModel { model, tokenizer, template, title } = opened?;
        let context_length = options.context_length.min(model.spec.context_length);
        let kv_type = options.kv_type.unwrap_or_else(|| model.own_kv_type());
        let demand = Demand::of(&model.weights, &model.spec, context_length, kv_type);
        let model = model.place(placement::choose(options.device, options.gpu_layers, &demand)?)?;
        let info = ModelInfo {
            name: options.name.clone(),
            known_as: options.known_as.iter().cloned().chain(title).collect(),
            sha256: options.sha256.clone(),
            context_length,
            has_chat_template: template.is_ok(),
            device: model.placement().describe(model.spec.layers),
        };
        Ok(Self {
            session: model.session_of(kv_type, None)?,
            model,
            tokenizer,
            template,
            saved_sessions: options.saved_sessions.clone(),
            about: None,
            drafting: options.drafting,
            habits: (Arc::from([]), Habits::default()),
            behind: (Vec::new(), Vec::new()),
            rehearsal: None,
            info,
        })
    }

    /// The decoder.
    pub fn model(&self) -> &Model {
        &self.model
    }

    fn template(&self) -> Result<&ChatTemplate, LlmError> {
        self.template.as_ref().map_err(|reason| LlmError::Template(reason.clone()))
    }

    /// How many of `tokens`, those of `prompt`, what is `shared` of it gives.
    fn shared_tokens(&self, prompt: &Prompt, shared: Shared, tokens: &[u32]) -> Result<usize, LlmError> {
        let Prompt::Chat(messages) = prompt else { return Ok(0) };
        let Some(beginning) = beginning(messages, shared) else { return Ok(0) };
        let alone = self.tokenize(&Prompt::Chat(beginning))?;
        Ok(alone.iter().zip(tokens).take_while(|(a, b)| a == b).count())
    }

    /// What a session that has read `tokens` is saved under: everything that its contents depend on.
    fn session_key(&self, tokens: &[u32]) -> String {
        let mut hash = Sha256::new();
        hash.update(self.session.fingerprint());
        hash.update(self.session.kv().kv_type.name());
        if self.model.placement().device().is_some() {
            // It could go on from what another device has read; but what the processor answers must not depend on that.
            hash.update(&self.info.device);
        }
        tokens.iter().for_each(|token| hash.update(token.to_le_bytes()));
        hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Takes up the saved session of `shared`, where that is more than this one remembers. True where it is worth saving after being read.
    fn recall(&mut self, shared: &[u32]) -> bool {
        let Some(saved) = &self.saved_sessions else { return false };
        if shared.len() < WORTH_SAVING || self.session.common_prefix(shared) == shared.len() {
            return false;
        }
        let key = self.session_key(shared);
        let Some(mut file) = saved.open(&key) else { return true };
        if let Some(database) = &self.about {
            saved.belongs_to(&key, database);
        }
        let empty = self.model.session_of(self.session.kv().kv_type, self.session.adapter.clone());
        match empty.and_then(|session| session.load(shared.len(), &mut file)) {
            Ok(session) if session.tokens() == shared => {
                self.session = session;
                false
            }
            _ => {
                saved.remove(&key);
                true
            }
        }
    }

    /// Keeps what the session remembers of `shared`. A cache: a full disk is no error.
    fn remember(&self, shared: &[u32]) {
        if let Some(saved) = &self.saved_sessions {
            let key = self.session_key(shared);
            let kept = saved.save(&key, |out| self.session.fork(shared.len()).save(out));
            if let (Ok(()), Some(database)) = (kept, &self.about) {
                saved.belongs_to(&key, database);
            }
        }
    }

    /// Reads `prompt` into the session, keeping what it begins with already; gives the logits behind it and how many tokens were kept.
    fn prefill(&mut self, prompt: &[u32], cancel: &Cancel, emit: &mut dyn FnMut(GenerateEvent)) -> Result<(Vec<f32>, usize), LlmError> {
        let known = self.session.common_prefix(prompt);
        let cached = if known == prompt.len() && self.behind.0 == prompt { known } else { known.min(prompt.len() - 1) };
        self.session.truncate(cached);
        let mut done = cached;
        emit(GenerateEvent::Prefill { done, total: prompt.len(), cached });
        if cached == prompt.len() {
            return Ok((self.behind.1.clone(), cached));
        }
        let mut logits = Vec::new();
        for chunk in prompt[cached..].chunks(PREFILL_CHUNK) {
            if let Some(stop) = cancel.stop() {
                return Err(LlmError::Stopped(stop));
            }
            done += chunk.len();
            let want = if done == prompt.len() { Want::Last } else { Want::None };
            logits = self.read(Phase::Prefill, chunk, want)?;
            emit(GenerateEvent::Prefill { done, total: prompt.len(), cached });
        }
        self.behind = (prompt.to_vec(), logits.clone());
        Ok((logits, cached))
    }

    /// Counts what follows what in `likely`, where that was not done for the last request.
    fn learn_habits(&mut self, likely: &Arc<[String]>) -> Result<(), LlmError> {
        if self.drafting && self.habits.0 != *likely {
            let texts: Result<Vec<_>, _> = likely.iter().map(|text| self.tokenizer.encode(text, Specials::AsText)).collect();
            self.habits = (Arc::clone(likely), Habits::of(&texts?));
        }
        Ok(())
    }

    /// What a rehearsal of `request` has written. A session that has read it need not be there any more: it only saves time.
    fn rehearsed(&self, request: &GenerateRequest) -> Option<Generation> {
        let (rehearsed, generation) = self.rehearsal.as_ref()?;
        let as_answer = GenerateRequest { purpose: Purpose::Answer, ..rehearsed.clone() };
        let read = generation.timings.prompt_tokens;
        let timings = GenerateTimings {
            prompt_tokens: read,
            cached_tokens: read,
            generated_tokens: generation.tokens.len(),
            ..GenerateTimings::default()
        };
        (as_answer == *request).then(|| Generation { timings, ..generation.clone() })
    }

    fn read(&mut self, phase: Phase, tokens: &[u32], want: Want<'_>) -> Result<Vec<f32>, LlmError> {
        let out = self.model.forward(phase, &mut [Lane { session: &mut self.session, tokens, want }])?;
        Ok(ops::read_f32(&out[0], <[f32]>::to_vec)?)
    }
}

/// What of `messages` is `shared`, as messages; `None` where that is nothing or all.
fn beginning(messages: &[Message], shared: Shared) -> Option<Vec<Message>> {
    match shared {
        Shared::Nothing => None,
        Shared::Messages(count) => messages.get(..count).filter(|some| !some.is_empty() && some.len() < messages.len()).map(<[_]>::to_vec),
        Shared::Bytes(bytes) => {
            let last = messages.iter().rposition(|message| message.role == Role::User)?;
            let (before, question) = (messages.get(..last)?, messages.get(last)?);
            let begun = Message { role: Role::User, content: question.content.get(..bytes)?.to_owned() };
            Some(before.iter().cloned().chain([begun]).collect())
        }
    }
}

impl Generate for LocalModel {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    fn set_adapter(&mut self, adapter: Option<&Adapter>) -> Result<(), LlmError> {
        let active = adapter.map(|adapter| ActiveAdapter::new(adapter, &self.model)).transpose()?;
        self.session = self.model.session_of(self.session.kv().kv_type, active.map(Arc::new))?;
        (self.rehearsal, self.behind) = (None, (Vec::new(), Vec::new()));
        Ok(())
    }

    fn reads_about(&mut self, database: &str) {
        self.about = Some(database.to_owned());
    }

    fn render(&self, prompt: &Prompt) -> Result<String, LlmError> {
        match prompt {
            Prompt::Text(text) => Ok(text.clone()),
            Prompt::Chat(messages) => {
                let (messages, begun) = opened(messages);
                Ok(self.template()?.render(messages, true)? + begun)
            }
            Prompt::Tokens(tokens) => Ok(self.tokenizer.decode(tokens)),
        }
    }

    fn tokenize(&self, prompt: &Prompt) -> Result<Vec<u32>, LlmError> {
        match prompt {
            Prompt::Text(text) => self.tokenizer.encode_prompt(text, Specials::AsText),
            Prompt::Chat(messages) => match opened(messages) {
                (messages, "") => self.template()?.render_to_tokens(&self.tokenizer, messages),
                (messages, begun) => Ok(self.template()?.render_answered(&self.tokenizer, messages, begun)?.0),
            },
            Prompt::Tokens(tokens) => Ok(tokens.clone()),
        }
    }

    fn tokenize_text(&self, text: &str, specials: Specials) -> Result<TokenizedText, LlmError> {
        let mut tokens = self.tokenizer.encode_prompt(text, specials)?;
        tokens.extend(self.tokenizer.behind());
        let behind = self.tokenizer.behind().iter().filter_map(|id| self.tokenizer.token_name(*id)).collect();
        Ok(TokenizedText { tokens, behind })
    }

    fn generate(
        &mut self,
        request: &GenerateRequest,
        cancel: &Cancel,
        emit: &mut dyn FnMut(GenerateEvent),
    ) -> Result<Generation, LlmError> {
        generate_one(self, request, cancel, emit)
    }

    fn generate_until(
        &mut self,
        request: &GenerateRequest,
        draws: &[Draws<'_>],
        cancel: &Cancel,
        emit: &mut dyn FnMut(GenerateEvent),
        enough: &mut dyn FnMut(&Ended<'_>) -> Enough,
    ) -> Result<Vec<Generation>, LlmError> {
        let context = self.info.context_length;
        let start = Instant::now();
        let alone = match draws {
            [Draws { prompt, samplings: [sampling] }] => {
                Some(GenerateRequest { prompt: (*prompt).clone(), sampling: sampling.clone(), ..request.clone() })
            }
            _ => None,
        };
        if let Some(generation) = alone.as_ref().and_then(|alone| self.rehearsed(alone)) {
            let total = generation.timings.prompt_tokens;
            emit(GenerateEvent::Prefill { done: total, total, cached: total });
            emit(GenerateEvent::Text(generation.text.clone()));
            self.habits.1.remember(&generation.tokens);
            enough(&Ended::of(0, &generation));
            return Ok(vec![generation]);
        }
        self.learn_habits(&request.likely)?;
        let mut roots: Vec<Root<'_>> = Vec::with_capacity(draws.len());
        let mut cached_tokens = 0;
        let mut worth_saving = Vec::new();
        for Draws { prompt, samplings } in draws {
            let tokens = self.tokenize(prompt)?;
            if tokens.is_empty() || tokens.len() >= context {
                return Err(LlmError::ContextFull { tokens: tokens.len(), context });
            }
            let shared = self.shared_tokens(prompt, request.shared, &tokens)?;
            if self.recall(&tokens[..shared]) && worth_saving.is_empty() {
                worth_saving = tokens[..shared].to_vec();
            }
            let (logits, cached) = self.prefill(&tokens, cancel, emit)?;
            cached_tokens += cached;
            roots.push(Root {
                budget: request.max_tokens.min(context - tokens.len()),
                prompt: tokens,
                session: self.session.clone(),
                logits,
                samplings,
            });
        }
        let prompts: Vec<(Vec<u32>, usize)> = roots.iter().map(|root| (root.prompt.clone(), root.samplings.len())).collect();
        let prefill_ms = start.elapsed().as_secs_f64() * 1000.0;
        let start = Instant::now();
        let decoding =
            Decoding { model: &self.model, tokenizer: &self.tokenizer, request, habits: &self.habits.1, drafting: self.drafting };
        let mut begun = Vec::new();
        let out = decoding.write(roots, cancel, emit, enough, &mut begun);
        if out.is_err() && self.drafting && request.purpose == Purpose::Rehearsal {
            self.habits.1.rehearse(&begun);
        }
        let out = out?;
        if let Some(session) = out.session {
            self.session = session;
        }
        if let ([written], true) = (out.written.as_slice(), self.drafting)
            && !written.tokens.is_empty()
        {
            match request.purpose {
                Purpose::Answer => self.habits.1.remember(&written.tokens),
                Purpose::Rehearsal => self.habits.1.rehearse(&written.tokens),
            }
        }
        if !worth_saving.is_empty() {
            self.remember(&worth_saving);
        }
        let mut timings = GenerateTimings {
            prompt_tokens: prompts.iter().map(|(prompt, _)| prompt.len()).sum(),
            cached_tokens,
            prefill_ms,
            drafted_tokens: out.drafted,
            accepted_tokens: out.accepted,
            forced_tokens: out.forced,
            decode_ms: start.elapsed().as_secs_f64() * 1000.0,
            ..GenerateTimings::default()
        };
        let prompt_of_each = prompts.iter().flat_map(|(prompt, count)| std::iter::repeat_n(prompt, *count));
        let generations = out.written.into_iter().zip(prompt_of_each).map(|(written, prompt)| {
            let timings = GenerateTimings { generated_tokens: written.tokens.len(), ..std::mem::take(&mut timings) };
            Generation {
                text: written.text,
                tokens: written.tokens,
                prompt_tokens: prompt.clone(),
                finish_reason: written.finish_reason,
                logprobs: written.logprobs,
                mean_logprob: written.mean_logprob,
                least_logprob: written.least_logprob,
                timings,
            }
        });
        let generations: Vec<Generation> = generations.collect();
        if let (Purpose::Rehearsal, Some(alone), [generation]) = (request.purpose, alone, generations.as_slice()) {
            self.rehearsal = Some((alone, generation.clone()));
        }
        Ok(generations)
    }
}
