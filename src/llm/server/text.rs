//! One answer on its way: its text, where it has to stop, how likely it was.

use super::super::generate::{Ended, FinishReason, GenerateEvent, GenerateRequest, GenerateTimings, Generation, Repetition};
use super::super::repetition::circle;
use super::super::sampling::TokenLogprob;
use super::super::stop::StopStrings;
use super::said::{Finish, Piece};

/// A token of any vocabulary has fewer bytes on average; a server that writes more does not count.
const BYTES_A_TOKEN: usize = 32;
/// Bytes that every answer may have.
const BYTES: usize = 4096;

/// An answer on its way.
pub(super) struct Writing<'a> {
    stops: StopStrings<'a>,
    request: &'a GenerateRequest,
    logprobs: Vec<f32>,
    alternatives: Vec<Vec<TokenLogprob>>,
    /// Pieces of text that have come: each is one token or several.
    pieces: usize,
    pub(super) ended: Option<FinishReason>,
}

impl<'a> Writing<'a> {
    pub(super) fn new(request: &'a GenerateRequest) -> Self {
        let stops = StopStrings::new(&request.stop);
        Self { stops, request, logprobs: Vec::new(), alternatives: Vec::new(), pieces: 0, ended: None }
    }

    /// Takes a piece; whether the answer ended with it.
    pub(super) fn take(&mut self, piece: Piece, emit: &mut dyn FnMut(GenerateEvent)) -> bool {
        if self.ended.is_some() {
            return false;
        }
        for token in piece.tokens {
            self.logprobs.push(token.logprob);
            if self.request.logprobs > 0 {
                self.alternatives.push(token.alternatives.into_iter().take(self.request.logprobs).collect());
            }
        }
        self.pieces += usize::from(!piece.text.is_empty());
        self.stops.text.push_str(&piece.text);
        let finish = match piece.finish {
            Some(Finish::Whole(reason)) => Some(reason),
            _ => None,
        };
        self.ended = match self.stops.advance(finish.is_some(), emit) {
            true => Some(FinishReason::Stop),
            false if finish.is_some() => finish,
            false if self.is_too_long() => Some(FinishReason::Length),
            false => self.cut_circle().then_some(FinishReason::Repeated),
        };
        self.ended.is_some()
    }

    /// The server has ended all its answers.
    pub(super) fn end(&mut self, emit: &mut dyn FnMut(GenerateEvent)) -> bool {
        if self.ended.is_some() {
            return false;
        }
        self.stops.advance(true, emit);
        self.ended = Some(FinishReason::Eos);
        true
    }

    fn is_too_long(&self) -> bool {
        self.stops.text.len() > BYTES + BYTES_A_TOKEN * self.request.max_tokens
    }

    /// Cuts a text that goes round in circles behind its second round. Words stand for tokens, which the server does not tell.
    fn cut_circle(&mut self) -> bool {
        if self.request.repetition != Repetition::Cut {
            return false;
        }
        let words = words(&self.stops.text);
        let ids: Vec<u32> = words.iter().map(|(_, word)| id(word)).collect();
        let Some(circle) = circle(&ids, |id| id & NUMBER != 0) else { return false };
        // Behind the second round: what stands there has been shown.
        let keep = (circle.whole + circle.round).min(words.len());
        let end = words.get(keep).map_or(self.stops.text.len(), |(at, _)| *at);
        self.stops.text.truncate(end);
        true
    }

    fn mean_logprob(&self) -> f32 {
        if self.logprobs.is_empty() { 0.0 } else { self.logprobs.iter().sum::<f32>() / self.logprobs.len() as f32 }
    }

    fn least_logprob(&self) -> f32 {
        self.logprobs.iter().copied().fold(0.0, f32::min)
    }

    /// As `enough` is shown it.
    pub(super) fn shown(&self, index: usize) -> Option<Ended<'_>> {
        let (mean_logprob, least_logprob) = (self.mean_logprob(), self.least_logprob());
        Some(Ended { index, text: &self.stops.text, mean_logprob, least_logprob, finish_reason: self.ended? })
    }

    /// Tokens written, as far as that is known.
    pub(super) fn tokens(&self) -> usize {
        if self.logprobs.is_empty() { self.pieces } else { self.logprobs.len() }
    }

    /// What came of it; what has not ended is a beginning, because others were enough.
    pub(super) fn finish(self, timings: GenerateTimings) -> Generation {
        Generation {
            mean_logprob: self.mean_logprob(),
            least_logprob: self.least_logprob(),
            text: self.stops.text,
            tokens: Vec::new(),
            prompt_tokens: Vec::new(),
            finish_reason: self.ended.unwrap_or(FinishReason::Enough),
            logprobs: self.alternatives,
            timings,
        }
    }
}

/// Marks words that are numbers.
const NUMBER: u32 = 1 << 31;

/// Words, and each other character, with their places.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut out: Vec<(usize, &str)> = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let mut end = at + c.len_utf8();
        if c.is_alphanumeric() || c == '_' {
            while let Some((next, c)) = rest.next_if(|(_, c)| c.is_alphanumeric() || *c == '_') {
                end = next + c.len_utf8();
            }
        }
        if !c.is_whitespace() {
            out.extend(text.get(at..end).map(|word| (at, word)));
        }
    }
    out
}

/// FNV-1a of a word: that two words share a number is as unlikely as it is harmless.
fn id(word: &str) -> u32 {
    let hash = word.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    if word.bytes().all(|byte| byte.is_ascii_digit()) { hash | NUMBER } else { hash & !NUMBER }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::llm::{Prompt, Purpose, Sampling, Shared};

    fn request(stop: &[&str], max_tokens: usize) -> GenerateRequest {
        GenerateRequest {
            prompt: Prompt::Text(String::new()),
            shared: Shared::Nothing,
            max_tokens,
            stop: stop.iter().map(|stop| (*stop).to_owned()).collect(),
            sampling: Sampling::default(),
            logprobs: 0,
            likely: Arc::default(),
            constraint: None,
            purpose: Purpose::Answer,
            repetition: Repetition::Cut,
        }
    }

    fn piece(text: &str, finish: Option<FinishReason>) -> Piece {
        Piece { text: text.into(), finish: finish.map(Finish::Whole), ..Piece::default() }
    }

    #[track_caller]
    fn check(pieces: &[&str], finish: Option<FinishReason>, expected: (&str, Option<FinishReason>)) {
        let request = request(&["\n```\n"], 8);
        let (mut writing, mut shown) = (Writing::new(&request), String::new());
        for (at, text) in pieces.iter().enumerate() {
            let finish = finish.filter(|_| at + 1 == pieces.len());
            writing.take(piece(text, finish), &mut |event| {
                if let GenerateEvent::Text(text) = event {
                    shown.push_str(&text);
                }
            });
        }
        assert_eq!((shown.as_str(), writing.ended), expected);
    }

    #[test]
    fn an_answer_ends_where_it_has_to() {
        check(&["SELECT 1\n`", "``\nThat was"], None, ("SELECT 1", Some(FinishReason::Stop)));
        check(&["SELECT 1\n`", ""], Some(FinishReason::Eos), ("SELECT 1\n`", Some(FinishReason::Eos)));
        check(&["SELECT 1"], None, ("SELECT 1", None));
        let long = "abc def ghi ".to_owned() + &"é".repeat(9000);
        check(&[&long], None, (&long, Some(FinishReason::Length)));
    }

    #[test]
    fn circles_are_cut() {
        let request = request(&[], 400);
        let mut writing = Writing::new(&request);
        let took = (0..60).any(|_| writing.take(piece(" x = y AND", None), &mut |_| ()));
        assert!(took && writing.ended == Some(FinishReason::Repeated));
        let text = writing.finish(GenerateTimings::default()).text;
        assert_eq!(text, " x = y AND x = y AND ");
    }
}
