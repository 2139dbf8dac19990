//! An answer that is being read, event by event: which of its parts are whole.

use serde_json::Value;

use super::super::server_error::ServerError;
use super::said::{self, Finish, Piece};
use super::sse::Event;

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
    /// The end of the only answer: it is told when the stream is over, and nothing has come behind it.
    held: Option<Piece>,
    /// Whether text has come behind an end.
    goes_on: bool,
}

impl<'a> Reading<'a> {
    /// Reads so many answers of one request; `begun` counts the characters that come.
    pub(super) fn new(client: &'a dyn Speaker, answers: usize, begun: &'a mut usize) -> Self {
        Self { client, begun, finished: vec![false; answers], done: false, held: None, goes_on: false }
    }

    /// Whether every answer is whole.
    pub(super) fn is_over(&self) -> bool {
        self.done || self.finished.iter().all(|finished| *finished)
    }

    /// Whether the server has said that the stream ends.
    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    /// Characters that have come.
    pub(super) fn begun(&self) -> usize {
        *self.begun
    }

    /// Takes an event. What is called an error is one, whatever stands in it.
    pub(super) fn event(&mut self, event: &Event, tell: &mut dyn FnMut(Told)) -> Result<(), ServerError> {
        match event.is_error && !self.is_over() {
            true => Err(self.error(&event.data)),
            false => self.read(&event.data, false, tell),
        }
    }

    /// Takes an answer that is not streamed.
    pub(super) fn whole(&mut self, data: &[u8], tell: &mut dyn FnMut(Told)) -> Result<(), ServerError> {
        self.read(data, true, tell)
    }

    fn read(&mut self, data: &[u8], at_once: bool, tell: &mut dyn FnMut(Told)) -> Result<(), ServerError> {
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
        let read = said::read(&value).ok_or_else(|| self.client.garbled("an event of it is no object"))?;
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
            if *finished {
                self.goes_on |= !piece.text.is_empty();
                continue;
            }
            match &piece.finish {
                Some(Finish::Broken(reason)) => return Err(self.failed(&reason.clone())),
                Some(Finish::Whole(_)) => *finished = true,
                // Whole JSON is a whole answer, also where the reason for its end is left out.
                None => *finished = at_once,
            }
            *self.begun += piece.text.chars().count();
            if let (Some(finish), [_]) = (&piece.finish, self.finished.as_slice()) {
                self.held = Some(Piece { finish: Some(finish.clone()), ..Piece::default() });
                tell(Told::Piece(Piece { finish: None, ..piece }));
            } else {
                tell(Told::Piece(piece));
            }
        }
        Ok(())
    }

    /// Of an event behind the end of the answer only what it cost counts, and that there is no more of it.
    pub(super) fn costs(&mut self, data: &[u8], tell: &mut dyn FnMut(Told)) {
        self.done |= data.trim_ascii() == DONE;
        let Some(read) = serde_json::from_slice(data).ok().and_then(|value: Value| said::read(&value)) else { return };
        self.goes_on |= read.pieces.iter().any(|piece| !piece.text.is_empty());
        if let Some(usage) = read.usage {
            tell(Told::Usage(usage));
        }
    }

    /// The stream is over: what was taken for the end of the answer was it, or pieces of it came in another order.
    pub(super) fn end(&mut self, tell: &mut dyn FnMut(Told)) -> Result<(), ServerError> {
        if self.goes_on {
            return Err(self.client.garbled("it goes on behind its end"));
        }
        self.held.take().into_iter().for_each(|piece| tell(Told::Piece(piece)));
        Ok(())
    }

    fn error(&self, data: &[u8]) -> ServerError {
        let text = String::from_utf8_lossy(data);
        let words = serde_json::from_slice::<Value>(data).ok().and_then(|value| match &value {
            Value::String(words) => Some(words.clone()),
            value => said::error_of(value),
        });
        self.failed(words.as_deref().unwrap_or(text.trim()))
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

/// Without the byte order mark that some put before their JSON.
pub(super) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
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
        "inputs` tokens",
        "input tokens",
        "input length",
        "token limit",
    ];
    tells.iter().any(|tell| lower.contains(tell))
}

/// Whether words say that a server has begun and its model has not.
pub(super) fn is_about_loading(lower: &str) -> bool {
    ["loading", "starting", "warming up", "not ready"].iter().any(|word| lower.contains(word))
}

/// Some say with status 200 that there is nothing at a path.
pub(super) fn with_path(error: ServerError, path: &str) -> ServerError {
    match error {
        ServerError::Said { address, said } if said.to_lowercase().contains("unexpected endpoint") => {
            ServerError::NoSuchPath { address, path: path.into(), said }
        }
        other => other,
    }
}

/// Whether words say that there is no such model.
pub(super) fn is_about_model(lower: &str, model: &str) -> bool {
    let missing = [
        "not found",
        "does not exist",
        "unknown model",
        "no such model",
        "model_not_found",
        "not exist",
        "invalid model",
        "not loaded",
        "not available",
    ];
    !model.is_empty() && lower.contains("model") && missing.iter().any(|word| lower.contains(word))
}
