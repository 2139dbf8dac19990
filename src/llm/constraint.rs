//! Text that a model may write, byte by byte: what it wants first and may not have, it does not get.
//!
//! A vocabulary has 150,000 tokens and a step takes one of them, so none is looked at before the model wants it: tokens are tried
//! likeliest first.

use std::fmt::Debug;
use std::sync::Arc;

use super::LlmError;
use super::sampler::{Sampler, argmax};
use super::tokenizer::{Specials, Tokenizer};

/// Why bytes may not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    /// They fit nothing that may stand here.
    Here,
    /// They would fit, were it not for what was written this many bytes before: something else should have been written there.
    Since(usize),
}

/// What may be written, as far as a text has come. A copy goes its own way.
pub trait ByteAutomaton: Debug + Send {
    /// Takes bytes, or says why they may not come; then nothing has changed.
    fn take(&mut self, bytes: &[u8]) -> Result<(), Barred>;

    /// Whether the text may end here.
    fn may_end(&self) -> bool;

    /// The bytes that must come next; none where there is a choice.
    fn forced(&self) -> Vec<u8>;

    /// How many of the bytes written last may still turn out wrong ([`Barred::Since`]).
    fn unsettled(&self) -> usize;

    /// From here on, takes nothing that may turn out wrong.
    fn make_certain(&mut self);

    /// A copy.
    fn fork(&self) -> Box<dyn ByteAutomaton>;
}

/// What makes automata, one an answer.
pub trait Constrain: Debug + Send + Sync {
    /// The automaton before the first byte.
    fn start(&self) -> Box<dyn ByteAutomaton>;
}

/// A constraint of a request; equal to its own copies.
#[derive(Debug, Clone)]
pub struct Constraint(pub Arc<dyn Constrain>);

impl PartialEq for Constraint {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Tokens tried before a constraint that bars them all is given up: it must have misread the text.
const MOST_TRIES: usize = 2_000;
/// Tries by searching for the next likeliest; then all are sorted.
const FEW_TRIES: usize = 24;
/// Tokens that the end of a word is tokenised again with, so that it is cut as the model knows it.
const HEALED: usize = 6;

/// One text on its way under a constraint.
#[derive(Debug)]
pub(super) struct Guard {
    constraint: Constraint,
    automaton: Box<dyn ByteAutomaton>,
}

impl Clone for Guard {
    fn clone(&self) -> Self {
        Self { constraint: self.constraint.clone(), automaton: self.automaton.fork() }
    }
}

/// What a guard makes of the model's wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    Token(u32),
    /// This many bytes are to be taken back.
    Back(usize),
}

impl Guard {
    /// A guard before the first byte.
    pub(super) fn new(constraint: &Constraint) -> Self {
        Self { constraint: constraint.clone(), automaton: constraint.0.start() }
    }

    /// A guard that has taken `tokens`, and takes nothing uncertain after them: so nothing is taken back twice.
    pub(super) fn certain_after(&self, tokens: &[u32], tokenizer: &Tokenizer) -> Self {
        let mut guard = Self::new(&self.constraint);
        tokens.iter().for_each(|&token| guard.take(token, tokenizer));
        guard.automaton.make_certain();
        guard
    }

    /// Takes a token that [`choose`](Self::choose) gave.
    pub(super) fn take(&mut self, token: u32, tokenizer: &Tokenizer) {
        // What is barred here was let through because everything was: from now on nothing is known.
        let _ = self.automaton.take(bytes_of(tokenizer, token));
    }

    /// How many of the bytes written last may be taken back, once `token` is written.
    pub(super) fn unsettled_after(&self, token: u32, tokenizer: &Tokenizer) -> usize {
        let mut next = self.clone();
        next.take(token, tokenizer);
        next.automaton.unsettled()
    }

    /// Whether `token` may come.
    fn allows(&self, token: u32, tokenizer: &Tokenizer) -> Result<(), Barred> {
        if tokenizer.end_ids().contains(&token) {
            return if self.automaton.may_end() { Ok(()) } else { Err(Barred::Here) };
        }
        self.automaton.fork().take(bytes_of(tokenizer, token))
    }

    /// How many of `tokens` may come, one after the other.
    pub(super) fn allowed(&self, tokens: &[u32], tokenizer: &Tokenizer) -> usize {
        let mut automaton = self.automaton.fork();
        let fits = |&token: &u32| tokenizer.end_ids().contains(&token) || automaton.take(bytes_of(tokenizer, token)).is_ok();
        tokens.iter().copied().take_while(fits).count()
    }

    /// The next token: what `sampler` draws from `logits` among those that may come. `logits: [vocabulary]`.
    pub(super) fn choose(&self, sampler: &mut Sampler, logits: &[f32], tokenizer: &Tokenizer) -> Result<Choice, LlmError> {
        let first = sampler.sample(logits)?;
        match self.allows(first, tokenizer) {
            Ok(()) => return Ok(Choice::Token(first)),
            Err(Barred::Since(back)) => return Ok(Choice::Back(back)),
            Err(Barred::Here) => {}
        }
        let mut masked = logits.to_vec();
        let mut token = first;
        for _ in 0..FEW_TRIES {
            if let Some(logit) = masked.get_mut(token as usize) {
                *logit = f32::NEG_INFINITY;
            }
            token = sampler.sample(&masked)?;
            if masked.get(token as usize).is_none_or(|logit| *logit == f32::NEG_INFINITY) {
                break;
            }
            if self.allows(token, tokenizer).is_ok() {
                return Ok(Choice::Token(token));
            }
        }
        let mut order: Vec<u32> = (0..masked.len() as u32).collect();
        let logit = |token: &u32| masked.get(*token as usize).copied().unwrap_or(f32::NEG_INFINITY);
        let likelier = |a: &u32, b: &u32| logit(b).total_cmp(&logit(a)).then(a.cmp(b));
        if order.len() > MOST_TRIES {
            order.select_nth_unstable_by(MOST_TRIES, likelier);
            order.truncate(MOST_TRIES);
        }
        order.sort_unstable_by(likelier);
        let found = order.into_iter().find(|&token| logit(&token) > f32::NEG_INFINITY && self.allows(token, tokenizer).is_ok());
        Ok(Choice::Token(found.unwrap_or_else(|| argmax(logits))))
    }

    /// The tokens that must come after `written`, cut as they are where the word that they end is tokenised as a whole.
    pub(super) fn forced(&self, written: &[u32], tokenizer: &Tokenizer) -> Vec<u32> {
        let forced = self.automaton.forced();
        if forced.is_empty() {
            return Vec::new();
        }
        for healed in (1..=HEALED.min(written.len())).rev() {
            let tail = &written[written.len() - healed..];
            let mut bytes: Vec<u8> = tail.iter().flat_map(|&token| bytes_of(tokenizer, token)).copied().collect();
            bytes.extend(&forced);
            let Ok(text) = String::from_utf8(bytes) else { continue };
            let Ok(tokens) = tokenizer.encode(&text, Specials::AsText) else { continue };
            if let Some(rest) = tokens.strip_prefix(tail) {
                return rest.to_vec();
            }
        }
        Vec::new()
    }
}

fn bytes_of(tokenizer: &Tokenizer, token: u32) -> &[u8] {
    tokenizer.token_bytes(token).unwrap_or_default()
}
