//! Writing: one continuation of a prompt, or several at once. Continuations that are the same so far share one row of the forward
//! pass (a trie that grows); those that end leave it. What one of them gets does not depend on the others.

use super::LlmError;
use super::constraint::{Choice, Guard};
use super::draft::{Drafter, Habits};
use super::generate::{Ended, Enough, FinishReason, GenerateEvent, GenerateRequest, Repetition, Sampling};
use super::repetition::circle;
use super::sampler::{Logits, Sampler, top_logprobs};
use super::stop::StopStrings;
use super::tokenizer::{Tokenizer, Utf8Assembler};
use super::writer::{Ahead, Branch, Writer, Written};
use super::{Lane, Model, Session, Want, ops};
use crate::compute::{self, Phase};
use crate::signal::Cancel;

/// What writing works with.
pub(super) struct Decoding<'a> {
    pub(super) model: &'a Model,
    pub(super) tokenizer: &'a Tokenizer,
    pub(super) request: &'a GenerateRequest,
    /// What answers are likely to resemble.
    pub(super) habits: &'a Habits,
    /// Whether a single continuation drafts.
    pub(super) drafting: bool,
}

/// A prompt that has been read.
pub(super) struct Root<'a> {
    pub(super) prompt: Vec<u32>,
    /// At most this many new tokens.
    pub(super) budget: usize,
    /// Has read the prompt.
    pub(super) session: Session,
    /// Those behind the prompt.
    pub(super) logits: Vec<f32>,
    /// One a continuation.
    pub(super) samplings: &'a [Sampling],
}

/// Everything that was written, and what the model remembers of it.
pub(super) struct Writings {
    /// In the order of the roots and their samplings.
    pub(super) written: Vec<Written>,
    /// Of the continuation that ended last; where there is one continuation, it has read all of it but perhaps the last token. `None` where
    /// nothing was to be written.
    pub(super) session: Option<Session>,
    pub(super) drafted: usize,
    pub(super) accepted: usize,
    /// Tokens that a constraint left no choice about; they cost no step.
    pub(super) forced: usize,
}

impl Decoding<'_> {
    /// Writes one continuation of a root's prompt for each of its samplings, all together, until `enough` of them have ended. The text of
    /// the first continuation is emitted as it comes.
    ///
    /// # Errors
    /// Where `cancel` stops, what the first continuation had by then stands in `begun`.
    pub(super) fn write(
        &self,
        roots: Vec<Root<'_>>,
        cancel: &Cancel,
        emit: &mut dyn FnMut(GenerateEvent),
        enough: &mut dyn FnMut(&Ended<'_>) -> Enough,
        begun: &mut Vec<u32>,
    ) -> Result<Writings, LlmError> {
        let mut totals = Totals::default();
        let mut last = None;
        let mut count = 0;
        let mut branches: Vec<Branch<'_>> = Vec::with_capacity(roots.len());
        for Root { prompt, budget, session, logits, samplings } in roots {
            let writers = samplings.iter().enumerate().map(|(index, sampling)| Writer {
                index: count + index,
                sampler: Sampler::new(sampling),
                stops: StopStrings::new(&self.request.stop),
                characters: Utf8Assembler::default(),
                logprobs: Vec::new(),
                own_logprobs: Vec::new(),
            });
            branches.push(Branch {
                session,
                prompt: prompt.len(),
                most: prompt.len() + budget,
                text: prompt,
                ahead: Ahead { rows: vec![Logits::new(logits)], ..Ahead::unread() },
                drafter: Drafter::default(),
                guard: self.request.constraint.as_ref().map(Guard::new),
                writers: writers.collect(),
            });
            count += samplings.len();
        }
        let mut written: Vec<Option<Written>> = (0..count).map(|_| None).collect();
        let mut told = vec![false; count];
        while let Some(first) = branches.first() {
            if let Some(stop) = cancel.stop() {
                *begun = first.written().to_vec();
                return Err(LlmError::Stopped(stop));
            }
            let mut unread = Vec::new();
            for branch in branches.drain(..) {
                let ended = self.grow(branch, &mut unread, &mut written, &mut totals, emit)?;
                if let Some(mut branch) = ended {
                    branch.session.truncate(branch.text.len());
                    totals.add(&branch.drafter);
                    last = Some(branch.session);
                }
            }
            if tell(&written, &mut told, enough) == Enough::Yes {
                for mut branch in unread.drain(..) {
                    branch.finish_all(FinishReason::Enough, &mut written, emit);
                }
            }
            if !unread.is_empty() {
                self.read(&mut unread)?;
            }
            branches = unread;
        }
        let Totals { drafted, accepted, forced } = totals;
        Ok(Writings { written: written.into_iter().flatten().collect(), session: last, drafted, accepted, forced })
    }

    /// Draws tokens for `branch` as long as logits are known. The branches it splits into go to `unread`, each with its last token still
    /// to be read; where none is left, the branch is given back.
    fn grow<'b>(
        &self,
        mut branch: Branch<'b>,
        unread: &mut Vec<Branch<'b>>,
        written: &mut [Option<Written>],
        totals: &mut Totals,
        emit: &mut dyn FnMut(GenerateEvent),
    ) -> Result<Option<Branch<'b>>, LlmError> {
        loop {
            if branch.text.len() >= branch.most {
                branch.finish_all(FinishReason::Length, written, emit);
            }
            let is_number = |token| self.tokenizer.token_bytes(token).is_some_and(|bytes| bytes.iter().all(u8::is_ascii_digit));
            if let (Repetition::Cut, Some(circle)) = (self.request.repetition, circle(branch.written(), is_number)) {
                branch.cut_all(circle, self.tokenizer, written);
            }
            let mut drawn: Vec<(u32, Vec<Writer<'b>>)> = Vec::new();
            for mut writer in std::mem::take(&mut branch.writers) {
                match self.draw(&mut writer, &branch, emit)? {
                    Drawn::Token(token) => match drawn.iter_mut().find(|(other, _)| *other == token) {
                        Some((_, writers)) => writers.push(writer),
                        None => drawn.push((token, vec![writer])),
                    },
                    Drawn::Last(token, reason) => {
                        let mut tokens = branch.written().to_vec();
                        tokens.extend(token);
                        writer.finish(reason, tokens, written, emit);
                    }
                    Drawn::Back(bytes, guard) => unread.push(self.go_back(&branch, writer, bytes, guard)),
                }
            }
            let [(token, writers)] = &mut drawn[..] else {
                return Ok(self.split(branch, drawn, unread));
            };
            branch.text.push(*token);
            branch.writers = std::mem::take(writers);
            if let Some(guard) = &mut branch.guard {
                guard.take(*token, self.tokenizer);
            }
            if branch.text.len() >= branch.most {
                continue; // the last token needs no logits behind it
            }
            if branch.ahead.accept(*token) {
                totals.forced += usize::from(branch.ahead.forced);
            } else {
                branch.forget_drafts();
                unread.push(branch);
                return Ok(None);
            }
        }
    }

    fn split<'b>(&self, mut branch: Branch<'b>, drawn: Vec<(u32, Vec<Writer<'b>>)>, unread: &mut Vec<Branch<'b>>) -> Option<Branch<'b>> {
        branch.forget_drafts();
        if drawn.is_empty() {
            return Some(branch);
        }
        branch.session.truncate(branch.text.len());
        for (token, writers) in drawn {
            let mut text = branch.text.clone();
            text.push(token);
            let mut guard = branch.guard.clone();
            if let Some(guard) = &mut guard {
                guard.take(token, self.tokenizer);
            }
            unread.push(Branch {
                session: branch.session.clone(),
                text,
                prompt: branch.prompt,
                most: branch.most,
                ahead: Ahead::unread(),
                drafter: Drafter::default(),
                guard,
                writers,
            });
        }
        None
    }

    /// `writer` on a branch of its own, `bytes` before the end of `branch`, to go on from there under `guard`.
    fn go_back<'b>(&self, branch: &Branch<'b>, mut writer: Writer<'b>, bytes: usize, mut guard: Guard) -> Branch<'b> {
        let Branch { prompt, most, .. } = *branch;
        let mut text = branch.text.clone();
        let mut back = 0;
        while back < bytes && text.len() > prompt {
            back += text.pop().and_then(|token| self.tokenizer.token_bytes(token)).unwrap_or_default().len();
        }
        (writer.characters, writer.stops.text) = (Utf8Assembler::default(), String::new());
        for &token in &text[prompt..] {
            guard.take(token, self.tokenizer);
            writer.stops.text.push_str(&writer.characters.push(self.tokenizer.token_bytes(token).unwrap_or_default()));
        }
        writer.logprobs.truncate(text.len() - prompt);
        writer.own_logprobs.truncate(text.len() - prompt);
        let (session, ahead, drafter) = (branch.session.clone(), Ahead::unread(), Drafter::default());
        Branch { session, text, prompt, most, ahead, drafter, guard: Some(guard), writers: vec![writer] }
    }

    /// One token for `writer`, from the logits behind its text.
    fn draw(&self, writer: &mut Writer<'_>, branch: &Branch<'_>, emit: &mut dyn FnMut(GenerateEvent)) -> Result<Drawn, LlmError> {
        let (logits, guard) = (branch.ahead.row()?, branch.guard.as_ref());
        let token = match guard {
            None => writer.sampler.sample(logits)?,
            Some(guard) => match guard.choose(&mut writer.sampler, logits, branch.written(), self.tokenizer)? {
                Choice::Token(token) => token,
                Choice::Back(bytes, guard) => return Ok(Drawn::Back(bytes, guard)),
            },
        };
        if self.tokenizer.end_ids().contains(&token) {
            return Ok(Drawn::Last(None, FinishReason::Eos));
        }
        writer.own_logprobs.push(logits.logprob(token));
        if self.request.logprobs > 0 {
            writer.logprobs.push(top_logprobs(&logits.values, self.request.logprobs, |id| self.tokenizer.decode(&[id])));
        }
        writer.stops.text.push_str(&writer.characters.push(self.tokenizer.token_bytes(token).unwrap_or_default()));
        // What may still be taken back is not shown.
        writer.stops.held = guard.map_or(0, |guard| guard.unsettled_after(token, self.tokenizer));
        Ok(match writer.advance(false, emit) {
            true => Drawn::Last(Some(token), FinishReason::Stop),
            false => Drawn::Token(token),
        })
    }

    /// At most `room` tokens that may come next on `branch`: what its constraint forces, else what its text proposes and the constraint lets
    /// through. Whether they are forced.
    fn drafts(&self, branch: &Branch<'_>, room: usize, alone: bool) -> (Vec<u32>, bool) {
        let mut forced = match &branch.guard {
            Some(guard) => guard.forced(branch.written(), self.tokenizer),
            None => Vec::new(),
        };
        if !forced.is_empty() {
            forced.truncate(room);
            return (forced, true);
        }
        let mut drafts = if alone { branch.drafter.propose(branch.prompt, &branch.text, self.habits, room) } else { Vec::new() };
        if let Some(guard) = &branch.guard {
            drafts.truncate(guard.allowed(&drafts, self.tokenizer));
        }
        (drafts, false)
    }

    /// Reads the last token of every branch, and its drafts, in one pass.
    fn read(&self, branches: &mut [Branch<'_>]) -> Result<(), LlmError> {
        let alone = branches.len() == 1 && branches.iter().all(|branch| branch.writers.len() == 1);
        let mut tokens = Vec::with_capacity(branches.len());
        for branch in branches.iter_mut() {
            branch.session.truncate(branch.text.len() - 1);
            let room = (branch.most - branch.text.len()).saturating_sub(1);
            let (drafts, forced) = if self.drafting { self.drafts(branch, room, alone) } else { (Vec::new(), false) };
            tokens.push([&branch.text[branch.text.len() - 1..], &drafts].concat());
            branch.ahead = Ahead { drafts, forced, ..Ahead::unread() };
        }
        let mut lanes: Vec<Lane<'_>> = branches
            .iter_mut()
            .zip(&tokens)
            .map(|(branch, tokens)| Lane { session: &mut branch.session, tokens, want: Want::All })
            .collect();
        let out = self.model.forward(Phase::Decode, &mut lanes)?;
        let vocabulary = self.model.vocabulary();
        for (branch, logits) in branches.iter_mut().zip(&out) {
            let row = |logits: &[f32]| Logits::new(logits.to_vec());
            branch.ahead.rows = ops::read_f32(logits, |logits| logits.chunks_exact(vocabulary).map(row).collect())?;
        }
        // Half a millisecond each with a large vocabulary.
        let rows = branches.iter_mut().flat_map(|Branch { ahead, writers, .. }| ahead.rows.iter_mut().map(|row| (row, &*writers)));
        compute::global().for_each(rows, |(row, writers)| row.prepare(writers.iter().map(|writer| &writer.sampler.sampling)));
        Ok(())
    }
}

/// Shows `enough` what has ended since.
fn tell(written: &[Option<Written>], told: &mut [bool], enough: &mut dyn FnMut(&Ended<'_>) -> Enough) -> Enough {
    let mut said = Enough::No;
    for (index, (written, told)) in written.iter().zip(told).enumerate() {
        let (Some(written), false) = (written, *told) else { continue };
        let Written { text, mean_logprob, least_logprob, finish_reason, .. } = written;
        *told = true;
        if said == Enough::No {
            let (mean_logprob, least_logprob, finish_reason) = (*mean_logprob, *least_logprob, *finish_reason);
            said = enough(&Ended { index, text, mean_logprob, least_logprob, finish_reason });
        }
    }
    said
}

/// What drafting did, in all branches.
#[derive(Default)]
struct Totals {
    drafted: usize,
    accepted: usize,
    forced: usize,
}

impl Totals {
    fn add(&mut self, drafter: &Drafter) {
        self.drafted += drafter.drafted;
        self.accepted += drafter.accepted;
    }
}

/// What came of a draw.
enum Drawn {
    Token(u32),
    /// The end: with a last token, where a stop string came with it.
    Last(Option<u32>, FinishReason),
    /// This many bytes have to be written otherwise, under this guard.
    Back(usize, Guard),
}
