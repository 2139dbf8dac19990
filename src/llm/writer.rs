//! Continuations on their way: what is written so far, the logits known ahead of it, and their end.

use super::LlmError;
use super::TokenLogprob;
use super::constraint::Guard;
use super::draft::Drafter;
use super::generate::{FinishReason, GenerateEvent};
use super::repetition::Circle;
use super::sampler::{Logits, Sampler};
use super::session::Session;
use super::stop::StopStrings;
use super::tokenizer::{Tokenizer, Utf8Assembler};

/// One continuation, at its end.
pub(super) struct Written {
    pub(super) text: String,
    pub(super) tokens: Vec<u32>,
    pub(super) finish_reason: FinishReason,
    pub(super) logprobs: Vec<Vec<TokenLogprob>>,
    pub(super) mean_logprob: f32,
    pub(super) least_logprob: f32,
}

/// One continuation on its way.
pub(super) struct Writer<'a> {
    pub(super) index: usize,
    pub(super) sampler: Sampler,
    pub(super) stops: StopStrings<'a>,
    pub(super) characters: Utf8Assembler,
    pub(super) logprobs: Vec<Vec<TokenLogprob>>,
    /// Of each token.
    pub(super) own_logprobs: Vec<f32>,
}

/// Continuations that are the same so far.
pub(super) struct Branch<'a> {
    pub(super) session: Session,
    /// The prompt, then what was written.
    pub(super) text: Vec<u32>,
    /// Tokens of the prompt.
    pub(super) prompt: usize,
    /// Tokens of the text at most.
    pub(super) most: usize,
    pub(super) ahead: Ahead,
    pub(super) drafter: Drafter,
    pub(super) guard: Option<Guard>,
    pub(super) writers: Vec<Writer<'a>>,
}

/// Logits that one pass gave: behind the last token that is certain, and behind each draft.
pub(super) struct Ahead {
    pub(super) rows: Vec<Logits>,
    pub(super) drafts: Vec<u32>,
    /// Drafts that came.
    pub(super) at: usize,
    /// Whether the drafts are what a constraint forces.
    pub(super) forced: bool,
}

impl Ahead {
    /// Nothing was read ahead.
    pub(super) fn unread() -> Self {
        Self { rows: Vec::new(), drafts: Vec::new(), at: 0, forced: false }
    }

    /// The logits behind everything that is certain.
    pub(super) fn row(&self) -> Result<&Logits, LlmError> {
        self.rows.get(self.at).ok_or_else(|| LlmError::Inconsistent("a pass gave too few logits".into()))
    }

    /// Whether `token` is the next draft, so that the logits behind it are known.
    pub(super) fn accept(&mut self, token: u32) -> bool {
        let came = self.drafts.get(self.at) == Some(&token);
        self.at += usize::from(came);
        came
    }
}

impl Branch<'_> {
    /// What was written behind the prompt.
    pub(super) fn written(&self) -> &[u32] {
        self.text.get(self.prompt..).unwrap_or_default()
    }

    /// Ends all its continuations.
    pub(super) fn finish_all(&mut self, reason: FinishReason, written: &mut [Option<Written>], emit: &mut dyn FnMut(GenerateEvent)) {
        for writer in std::mem::take(&mut self.writers) {
            writer.finish(reason, self.written().to_vec(), written, emit);
        }
    }

    /// Ends all its continuations, which go round in circles: their text ends with the second round, so that it can be told where a whole
    /// text could end.
    pub(super) fn cut_all(&mut self, circle: Circle, tokenizer: &Tokenizer, written: &mut [Option<Written>]) {
        let text = tokenizer.decode(self.written().get(..circle.whole + circle.round).unwrap_or_default());
        for mut writer in std::mem::take(&mut self.writers) {
            // Told it was already, as far as it went.
            (writer.stops.text, writer.characters) = (text.clone(), Utf8Assembler::default());
            writer.finish_silently(FinishReason::Repeated, self.written().to_vec(), written);
        }
    }

    /// What was drafted and did not come is no draft any more.
    pub(super) fn forget_drafts(&mut self) {
        // What is forced says nothing about how well drafts go.
        if !self.ahead.forced {
            self.drafter.judge(self.ahead.drafts.len(), self.ahead.at);
        }
        self.ahead.drafts.clear();
    }
}

impl Writer<'_> {
    /// Emits what is safe to emit of the first continuation. True where a stop string came.
    pub(super) fn advance(&mut self, last: bool, emit: &mut dyn FnMut(GenerateEvent)) -> bool {
        if self.index == 0 { self.stops.advance(last, emit) } else { self.stops.advance(last, &mut |_| ()) }
    }

    /// Puts what it wrote into `written`, as it ended for `finish_reason`.
    pub(super) fn finish(
        mut self,
        finish_reason: FinishReason,
        tokens: Vec<u32>,
        written: &mut [Option<Written>],
        emit: &mut dyn FnMut(GenerateEvent),
    ) {
        if finish_reason != FinishReason::Stop {
            self.stops.text.push_str(&self.characters.finish());
            self.advance(true, emit);
        }
        self.finish_silently(finish_reason, tokens, written);
    }

    fn finish_silently(self, finish_reason: FinishReason, tokens: Vec<u32>, written: &mut [Option<Written>]) {
        let mean_logprob = if tokens.is_empty() { 0.0 } else { self.own_logprobs.iter().sum::<f32>() / tokens.len() as f32 };
        let least_logprob = self.own_logprobs.iter().copied().fold(0.0, f32::min);
        if let Some(place) = written.get_mut(self.index) {
            *place = Some(Written { text: self.stops.text, tokens, finish_reason, logprobs: self.logprobs, mean_logprob, least_logprob });
        }
    }
}
