//! A model on this machine: tokenizer, template, decoder and one session that is kept from request to request, so that what two
//! prompts begin with alike is read once.

use std::path::Path;
use std::time::Instant;

use sha2::{Digest, Sha256};

use super::generate::{FinishReason, Generate, GenerateEvent, GenerateRequest, GenerateTimings, Generation, ModelInfo, Prompt};
use super::sampler::{Sampler, log_sum_exp, top_logprobs};
use super::template::ChatTemplate;
use super::tokenizer::{Specials, Tokenizer, Utf8Assembler};
use super::{Lane, LlmError, Model, Session, Want, ops};
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
    /// SHA-256 of its file, where known.
    pub sha256: Option<String>,
    /// Tokens of context wanted; the model's own limit where that is lower.
    pub context_length: usize,
    /// Where the model's memory of shared prompt beginnings is kept from run to run; `None` for not at all.
    pub saved_sessions: Option<SavedSessions>,
}

/// A loaded model that answers requests.
pub struct LocalModel {
    model: Model,
    tokenizer: Tokenizer,
    /// Or why there is none.
    template: Result<ChatTemplate, String>,
    session: Session,
    saved_sessions: Option<SavedSessions>,
    info: ModelInfo,
}

impl LocalModel {
    /// Loads the GGUF file at `path`.
    pub fn open(path: &Path, options: &LoadOptions) -> Result<Self, LlmError> {
        let (model, metadata) = Model::open(path)?;
        let tokenizer = Tokenizer::from_gguf(&metadata)?;
        if tokenizer.vocab_size() > model.vocabulary() {
            let (tokens, rows) = (tokenizer.vocab_size(), model.vocabulary());
            return Err(LlmError::Inconsistent(format!("its tokenizer has {tokens} tokens and its embedding {rows} rows")));
        }
        let name_of = |id: Option<u32>| id.and_then(|id| tokenizer.token_name(id)).unwrap_or_default();
        let template = match metadata.string("tokenizer.chat_template") {
            Some(source) => ChatTemplate::new(source, &name_of(tokenizer.bos()), &name_of(tokenizer.eos())).map_err(|error| match error {
                LlmError::Template(reason) => reason,
                other => other.to_string(),
            }),
            None => Err("the file brings none".into()),
        };
        let info = ModelInfo {
            name: options.name.clone(),
            sha256: options.sha256.clone(),
            context_length: options.context_length.min(model.spec.context_length),
            has_chat_template: template.is_ok(),
            device: "cpu".into(),
        };
        Ok(Self { session: model.session(), model, tokenizer, template, saved_sessions: options.saved_sessions.clone(), info })
    }

    fn template(&self) -> Result<&ChatTemplate, LlmError> {
        self.template.as_ref().map_err(|reason| LlmError::Template(reason.clone()))
    }

    /// How many leading tokens of `prompt` its shared messages give.
    fn shared_tokens(&self, request: &GenerateRequest, prompt: &[u32]) -> Result<usize, LlmError> {
        match &request.prompt {
            Prompt::Chat(messages) if request.shared_messages > 0 && request.shared_messages < messages.len() => {
                let alone = self.tokenize(&Prompt::Chat(messages[..request.shared_messages].into()))?;
                Ok(alone.iter().zip(prompt).take_while(|(a, b)| a == b).count())
            }
            _ => Ok(0),
        }
    }

    /// What a session that has read `tokens` is saved under: everything that its contents depend on.
    fn session_key(&self, tokens: &[u32]) -> String {
        let mut hash = Sha256::new();
        hash.update(self.model.fingerprint());
        hash.update(b"f16");
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
        match self.model.load_session(shared.len(), &mut file) {
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
            let _ = saved.save(&self.session_key(shared), |out| self.session.fork(shared.len()).save(out));
        }
    }

    /// Reads `prompt` into the session, keeping what it begins with already; gives the logits behind it and how many tokens were kept.
    fn prefill(&mut self, prompt: &[u32], cancel: &Cancel, emit: &mut dyn FnMut(GenerateEvent)) -> Result<(Vec<f32>, usize), LlmError> {
        let cached = self.session.common_prefix(prompt).min(prompt.len() - 1);
        self.session.truncate(cached);
        let mut done = cached;
        emit(GenerateEvent::Prefill { done, total: prompt.len(), cached });
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
        Ok((logits, cached))
    }

    fn read(&mut self, phase: Phase, tokens: &[u32], want: Want<'_>) -> Result<Vec<f32>, LlmError> {
        let out = self.model.forward(phase, &mut [Lane { session: &mut self.session, tokens, want }])?;
        Ok(ops::read_f32(&out[0], <[f32]>::to_vec)?)
    }
}

impl Generate for LocalModel {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    fn render(&self, prompt: &Prompt) -> Result<String, LlmError> {
        match prompt {
            Prompt::Text(text) => Ok(text.clone()),
            Prompt::Chat(messages) => self.template()?.render(messages, true),
            Prompt::Tokens(tokens) => Ok(self.tokenizer.decode(tokens)),
        }
    }

    fn tokenize(&self, prompt: &Prompt) -> Result<Vec<u32>, LlmError> {
        match prompt {
            Prompt::Text(text) => {
                let bos = self.tokenizer.bos().filter(|_| self.tokenizer.adds_bos());
                Ok(bos.into_iter().chain(self.tokenizer.encode(text, Specials::AsText)?).collect())
            }
            Prompt::Chat(messages) => self.template()?.render_to_tokens(&self.tokenizer, messages),
            Prompt::Tokens(tokens) => Ok(tokens.clone()),
        }
    }

    fn generate(
        &mut self,
        request: &GenerateRequest,
        cancel: &Cancel,
        emit: &mut dyn FnMut(GenerateEvent),
    ) -> Result<Generation, LlmError> {
        let prompt_tokens = self.tokenize(&request.prompt)?;
        let context = self.info.context_length;
        if prompt_tokens.is_empty() || prompt_tokens.len() >= context {
            return Err(LlmError::ContextFull { tokens: prompt_tokens.len(), context });
        }
        let start = Instant::now();
        let shared = self.shared_tokens(request, &prompt_tokens)?;
        let worth_saving = self.recall(&prompt_tokens[..shared]);
        let (mut logits, cached_tokens) = self.prefill(&prompt_tokens, cancel, emit)?;
        let prefill_ms = start.elapsed().as_secs_f64() * 1000.0;
        let start = Instant::now();
        let budget = request.max_tokens.min(context - prompt_tokens.len());
        let mut sampler = Sampler::new(&request.sampling);
        let (mut tokens, mut logprobs, mut logprob_sum) = (Vec::new(), Vec::new(), 0.0);
        let mut stops = StopStrings { stop: &request.stop, text: String::new(), sent: 0 };
        let mut characters = Utf8Assembler::default();
        let mut finish_reason = FinishReason::Length;
        while tokens.len() < budget {
            if let Some(stop) = cancel.stop() {
                return Err(LlmError::Stopped(stop));
            }
            let token = sampler.sample(&logits)?;
            if self.tokenizer.end_ids().contains(&token) {
                finish_reason = FinishReason::Eos;
                break;
            }
            logprob_sum += logits[token as usize] - log_sum_exp(&logits);
            if request.logprobs > 0 {
                logprobs.push(top_logprobs(&logits, request.logprobs, |id| self.tokenizer.decode(&[id])));
            }
            tokens.push(token);
            stops.text.push_str(&characters.push(self.tokenizer.token_bytes(token).unwrap_or_default()));
            if stops.advance(false, emit) {
                finish_reason = FinishReason::Stop;
                break;
            }
            if tokens.len() < budget {
                logits = self.read(Phase::Decode, &[token], Want::Last)?;
            }
        }
        if finish_reason != FinishReason::Stop {
            stops.text.push_str(&characters.finish());
            stops.advance(true, emit);
        }
        let timings = GenerateTimings {
            prompt_tokens: prompt_tokens.len(),
            cached_tokens,
            prefill_ms,
            generated_tokens: tokens.len(),
            decode_ms: start.elapsed().as_secs_f64() * 1000.0,
            ..Default::default()
        };
        if worth_saving {
            self.remember(&prompt_tokens[..shared]);
        }
        let mean_logprob = if tokens.is_empty() { 0.0 } else { logprob_sum / tokens.len() as f32 };
        Ok(Generation { text: stops.text, tokens, prompt_tokens, finish_reason, logprobs, mean_logprob, timings })
    }
}

/// Text on its way out; what could still become a stop string is held back.
struct StopStrings<'a> {
    stop: &'a [String],
    text: String,
    sent: usize,
}

impl StopStrings<'_> {
    /// Emits what is safe to emit. True where a stop string stands in the text, which is then cut before it.
    fn advance(&mut self, last: bool, emit: &mut dyn FnMut(GenerateEvent)) -> bool {
        let found = self.stop.iter().filter(|s| !s.is_empty()).filter_map(|s| self.text[self.sent..].find(s.as_str())).min();
        let end = match found {
            Some(at) => {
                self.text.truncate(self.sent + at);
                self.text.len()
            }
            None if last => self.text.len(),
            None => {
                let held = |s: &String| {
                    (1..s.len()).rev().find(|&n| s.is_char_boundary(n) && self.text[self.sent..].ends_with(&s[..n])).unwrap_or(0)
                };
                self.text.len() - self.stop.iter().map(held).max().unwrap_or(0)
            }
        };
        if end > self.sent {
            emit(GenerateEvent::Text(self.text[self.sent..end].into()));
            self.sent = end;
        }
        found.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(stop: &[&str], parts: &[&str], expected: &str, stopped: bool) {
        let stop: Vec<String> = stop.iter().map(|s| (*s).into()).collect();
        let mut out = String::new();
        let mut stops = StopStrings { stop: &stop, text: String::new(), sent: 0 };
        let mut hit = false;
        for (i, part) in parts.iter().enumerate() {
            stops.text.push_str(part);
            hit = stops.advance(i + 1 == parts.len(), &mut |event| {
                if let GenerateEvent::Text(text) = event {
                    out.push_str(&text);
                }
            });
            if hit {
                break;
            }
        }
        assert_eq!((out.as_str(), stops.text.as_str(), hit), (expected, expected, stopped));
    }

    #[test]
    fn stop_strings_never_show() {
        check(&["END"], &["a", "bE", "N", "Dx"], "ab", true);
        check(&["END"], &["aE", "N", "x"], "aENx", false);
        check(&["END", "N"], &["aEN"], "aE", true);
        check(&["§§"], &["a§", "b§"], "a§b§", false);
        check(&[], &["x"], "x", false);
    }
}
