//! Text that a model may write, byte by byte: what it wants first and may not have, it does not get.
//!
//! A vocabulary has 150,000 tokens and a step takes one of them, so none is looked at before the model wants it: tokens are tried
//! likeliest first.

use std::fmt::Debug;
use std::sync::Arc;

use super::LlmError;
use super::sampler::{Logits, Sampler, argmax};
use super::tokenizer::{Specials, Tokenizer};

/// Why bytes may not come.
#[derive(Debug)]
pub enum Barred {
    /// They fit nothing that may stand here.
    Here,
    /// What was written before has to be written otherwise: `back` bytes of it are taken back, what stays is given to `again`, which knows
    /// what went wrong.
    Since {
        /// Of the bytes written so far.
        back: usize,
        /// Before the first byte.
        again: Box<dyn ByteAutomaton>,
    },
}

/// What may be written, as far as a text has come. A copy goes its own way.
pub trait ByteAutomaton: Debug + Send {
    /// Takes bytes, or says why they may not come; then nothing has changed.
    fn take(&mut self, bytes: &[u8]) -> Result<(), Barred>;

    /// Whether the text may end here, or why not.
    fn may_end(&self) -> Result<(), Barred>;

    /// The bytes that end the word being written, where only one is known; none where there is a choice.
    fn forced(&self) -> Vec<u8>;

    /// Inside a word that has to become one of a few: how each of them ends. None anywhere else.
    fn endings(&self) -> Vec<Vec<u8>>;

    /// How many of the bytes written last may still be taken back ([`Barred::Since`]).
    fn unsettled(&self) -> usize;

    /// Lets everything come from now on.
    fn give_up(&mut self);

    /// A copy.
    fn fork(&self) -> Box<dyn ByteAutomaton>;
}

/// What makes automata, one an answer.
pub trait Constrain: Debug + Send + Sync {
    /// The automaton before the first byte.
    fn start(&self) -> Box<dyn ByteAutomaton>;

    /// Tells it from those that let anything else through.
    fn key(&self) -> String;

    /// The same as a grammar, in GBNF, as far as one can say it; `None` where there is none. It holds no name that `told`, the prompt that it
    /// goes along with, does not.
    fn grammar(&self, _told: &str) -> Option<String> {
        None
    }
}

/// A constraint of a request; equal to those of the same key.
#[derive(Debug, Clone)]
pub struct Constraint(pub Arc<dyn Constrain>);

impl PartialEq for Constraint {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.key() == other.0.key()
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
pub(super) struct Guard(Box<dyn ByteAutomaton>);

impl Clone for Guard {
    fn clone(&self) -> Self {
        Self(self.0.fork())
    }
}

/// What a guard makes of the model's wish.
#[derive(Debug)]
pub(super) enum Choice {
    Token(u32),
    /// So many bytes are to be taken back, and to be written again under this guard, which has taken nothing yet.
    Back(usize, Guard),
}

impl Guard {
    /// A guard before the first byte.
    pub(super) fn new(constraint: &Constraint) -> Self {
        Self(constraint.0.start())
    }

    /// Takes a token that [`choose`](Self::choose) gave.
    pub(super) fn take(&mut self, token: u32, tokenizer: &Tokenizer) {
        // What is barred here was let through because everything was: from now on nothing is known.
        if self.0.take(bytes_of(tokenizer, token)).is_err() {
            self.0.give_up();
        }
    }

    /// How many of the bytes written last may be taken back, once `token` is written.
    pub(super) fn unsettled_after(&self, token: u32, tokenizer: &Tokenizer) -> usize {
        let mut next = self.clone();
        next.take(token, tokenizer);
        next.0.unsettled()
    }

    /// Whether `token` may come.
    fn allows(&self, token: u32, tokenizer: &Tokenizer) -> Result<(), Barred> {
        if tokenizer.end_ids().contains(&token) {
            return self.0.may_end();
        }
        self.0.fork().take(bytes_of(tokenizer, token))
    }

    /// How many of `tokens` may come, one after the other.
    pub(super) fn allowed(&self, tokens: &[u32], tokenizer: &Tokenizer) -> usize {
        let mut automaton = self.0.fork();
        let fits = |&token: &u32| tokenizer.end_ids().contains(&token) || automaton.take(bytes_of(tokenizer, token)).is_ok();
        tokens.iter().copied().take_while(fits).count()
    }

    /// Whether `token` may come after `written`, and the word that it begins or goes on with can be ended as the model knows it.
    fn leads_on(&self, written: &[u32], token: u32, tokenizer: &Tokenizer) -> bool {
        let mut next = self.clone();
        if self.allows(token, tokenizer).is_err() {
            return false;
        }
        next.take(token, tokenizer);
        let endings = next.0.endings();
        let text = [&written[written.len().saturating_sub(HEALED)..], &[token]].concat();
        endings.is_empty() || endings.iter().any(|ending| healed(&text, ending, tokenizer).is_some())
    }

    /// The next token after `written`: what `sampler` draws from `logits` among those that may come.
    pub(super) fn choose(
        &self,
        sampler: &mut Sampler,
        logits: &Logits,
        written: &[u32],
        tokenizer: &Tokenizer,
    ) -> Result<Choice, LlmError> {
        let first = sampler.sample(logits)?;
        match self.allows(first, tokenizer) {
            Ok(()) if is_sure(logits, first) || self.leads_on(written, first, tokenizer) => return Ok(Choice::Token(first)),
            Ok(()) | Err(Barred::Here) => {}
            Err(Barred::Since { back, again }) => return Ok(Choice::Back(back, Self(again))),
        }
        let mut masked = Logits::new(logits.values.clone());
        let mut token = first;
        for _ in 0..FEW_TRIES {
            if let Some(logit) = masked.values.get_mut(token as usize) {
                *logit = f32::NEG_INFINITY;
            }
            masked = Logits::new(masked.values);
            token = sampler.sample(&masked)?;
            if masked.values.get(token as usize).is_none_or(|logit| *logit == f32::NEG_INFINITY) {
                break;
            }
            if self.leads_on(written, token, tokenizer) {
                return Ok(Choice::Token(token));
            }
        }
        let logits = &logits.values;
        let mut order: Vec<u32> = (0..logits.len() as u32).collect();
        let logit = |token: &u32| logits.get(*token as usize).copied().unwrap_or(f32::NEG_INFINITY);
        let likelier = |a: &u32, b: &u32| logit(b).total_cmp(&logit(a)).then(a.cmp(b));
        if order.len() > MOST_TRIES {
            order.select_nth_unstable_by(MOST_TRIES, likelier);
            order.truncate(MOST_TRIES);
        }
        order.sort_unstable_by(likelier);
        let possible = |token: &&u32| logit(token) > f32::NEG_INFINITY;
        let found = order.iter().filter(possible).find(|&&token| self.leads_on(written, token, tokenizer));
        let found = found.or_else(|| order.iter().filter(possible).find(|&&token| self.allows(token, tokenizer).is_ok()));
        Ok(Choice::Token(found.copied().unwrap_or_else(|| argmax(logits))))
    }

    /// The tokens that must come after `written`, cut as they are where the word that they end is tokenised as a whole.
    pub(super) fn forced(&self, written: &[u32], tokenizer: &Tokenizer) -> Vec<u32> {
        let forced = self.0.forced();
        if forced.is_empty() {
            return Vec::new();
        }
        healed(&written[written.len().saturating_sub(HEALED)..], &forced, tokenizer).unwrap_or_default()
    }
}

/// Whether the model gives `token` more than half of all probability: then it knows a word that is cut so.
fn is_sure(logits: &Logits, token: u32) -> bool {
    logits.logprob(token) > -std::f32::consts::LN_2
}

/// How many of `tokens`, each of which the model is sure of, it gets under `constraint`, one after the other.
pub fn writable(constraint: &Constraint, tokens: &[u32], tokenizer: &Tokenizer) -> usize {
    let mut guard = Guard::new(constraint);
    for (at, &token) in tokens.iter().enumerate() {
        if guard.allows(token, tokenizer).is_err() {
            return at;
        }
        guard.take(token, tokenizer);
    }
    tokens.len()
}

/// The tokens of `ending` after `written`, where the text of some last tokens of `written` and the ending is cut at that place when it is
/// tokenised as a whole.
fn healed(written: &[u32], ending: &[u8], tokenizer: &Tokenizer) -> Option<Vec<u32>> {
    (0..written.len()).find_map(|at| {
        let tail = &written[at..];
        let mut bytes: Vec<u8> = tail.iter().flat_map(|&token| bytes_of(tokenizer, token)).copied().collect();
        bytes.extend(ending);
        let tokens = tokenizer.encode(&String::from_utf8(bytes).ok()?, Specials::AsText).ok()?;
        tokens.strip_prefix(tail).map(<[u32]>::to_vec)
    })
}

fn bytes_of(tokenizer: &Tokenizer, token: u32) -> &[u8] {
    tokenizer.token_bytes(token).unwrap_or_default()
}
