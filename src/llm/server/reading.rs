//! An answer that is being read, event by event: which of its parts are whole.

use serde_json::Value;

use super::super::server_error::ServerError;
use super::dialect::{self, Finish, Piece};

/// What ends a stream.
pub(super) const DONE: &[u8] = b"[DONE]";

/// Whoever speaks: how it is called, and what of its words may be shown.
pub(super) trait Speaker {
    fn address(&self) -> String;
    fn clean(&self, text: &str) -> String;

    fn garbled(&self, reason: &str) -> ServerError {
        ServerError::Garbled { address: self.address(), reason: self.clean(reason) }
    }
}

/// A piece of an answer on its way.
pub(super) enum Told {
    Piece(Piece),
    Usage([usize; 3]),
}

/// An answer that is being read.
pub(super) struct Reading<'a> {
    client: &'a dyn Speaker,
    /// Characters that have come.
    begun: &'a mut usize,
    /// Which of the answers the server has called whole.
    finished: Vec<bool>,
    /// Whether `[DONE]` has come.
    done: bool,
}

impl<'a> Reading<'a> {
    /// Reads so many answers of one request; `begun` counts the characters that come.
    pub(super) fn new(client: &'a dyn Speaker, answers: usize, begun: &'a mut usize) -> Self {
        Self { client, begun, finished: vec![false; answers], done: false }
    }

    /// Whether every answer is whole.
    pub(super) fn is_over(&self) -> bool {
        self.done || self.finished.iter().all(|finished| *finished)
    }

    /// Takes an event, or an answer that is not streamed, which is there `at_once`.
    pub(super) fn event(&mut self, data: &[u8], at_once: bool, tell: &mut dyn FnMut(Told)) -> Result<(), ServerError> {
        let data = data.trim_ascii();
        if data.is_empty() || self.is_over() {
            self.costs(data, tell);
            return Ok(());
        }
        if data == DONE {
            // Without a word before, it is the end of nothing.
            if *self.begun == 0 && !self.finished.contains(&true) {
                return Err(self.client.garbled("it ends before it begins"));
            }
            self.done = true;
            return Ok(());
        }
        let value: Value = serde_json::from_slice(data).map_err(|_| {
            let is_page = data.starts_with(b"<");
            let reason = if is_page { "it is a page for people" } else { "an event of it is no JSON" };
            self.client.garbled(reason)
        })?;
        let read = dialect::read(&value).ok_or_else(|| self.client.garbled("an event of it is no object"))?;
        if let Some(error) = read.error {
            return Err(self.failed(&error));
        }
        if let Some(usage) = read.usage {
            tell(Told::Usage(usage));
        }
        for piece in read.pieces {
            let Some(finished) = self.finished.get_mut(piece.index) else {
                return Err(self.client.garbled("it holds an answer that nobody asked for"));
            };
            // What comes behind the end of an answer is none of it.
            if *finished {
                continue;
            }
            match &piece.finish {
                Some(Finish::Broken(reason)) => return Err(self.failed(&reason.clone())),
                Some(Finish::Whole(_)) => *finished = true,
                // Whole JSON is a whole answer, also where the reason for its end is left out.
                None => *finished = at_once,
            }
            *self.begun += piece.text.chars().count();
            tell(Told::Piece(piece));
        }
        Ok(())
    }

    /// Of an event behind the end of the answer only what it cost counts.
    pub(super) fn costs(&self, data: &[u8], tell: &mut dyn FnMut(Told)) {
        let read = serde_json::from_slice(data).ok().and_then(|value: Value| dialect::read(&value));
        if let Some(usage) = read.and_then(|read| read.usage) {
            tell(Told::Usage(usage));
        }
    }

    /// The server's own words in the middle of an answer.
    fn failed(&self, words: &str) -> ServerError {
        let (address, said) = (self.client.address(), self.client.clean(words));
        match is_about_context(&words.to_lowercase()) {
            true => ServerError::ContextTooLong { address, said },
            false => ServerError::Said { address, said },
        }
    }
}

/// Whether words say that a prompt is too long.
pub(super) fn is_about_context(lower: &str) -> bool {
    let tells = [
        "context length",
        "context window",
        "context_length",
        "maximum context",
        "context size",
        "exceed_context",
        "too many tokens",
        "prompt is too long",
        "n_ctx",
        "max_model_len",
    ];
    tells.iter().any(|tell| lower.contains(tell))
}
