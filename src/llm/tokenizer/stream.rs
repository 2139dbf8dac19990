//! Text out of tokens as they come.

use super::encode::Tokenizer;

/// Turns tokens into text one by one, and never gives part of a character. What it gives continues a text: a leading space is kept.
#[derive(Debug, Clone)]
pub struct StreamDecoder<'a> {
    tokenizer: &'a Tokenizer,
    bytes: Utf8Assembler,
}

impl<'a> StreamDecoder<'a> {
    /// A decoder at the start of a continuation.
    pub fn new(tokenizer: &'a Tokenizer) -> Self {
        Self { tokenizer, bytes: Utf8Assembler::default() }
    }

    /// Takes the next token and gives the text that is complete now; empty where none is, or `id` is a marker or unknown.
    pub fn push(&mut self, id: u32) -> String {
        self.bytes.push(self.tokenizer.token_bytes(id).unwrap_or_default())
    }

    /// What is left at the end: a character that was cut off becomes U+FFFD.
    pub fn finish(&mut self) -> String {
        self.bytes.finish()
    }
}

/// Collects bytes and gives the characters that are complete; what can never become one becomes U+FFFD.
#[derive(Debug, Clone, Default)]
pub struct Utf8Assembler {
    pending: Vec<u8>,
}

impl Utf8Assembler {
    /// Adds `bytes` and gives the text that is complete now.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.pending.extend_from_slice(bytes);
        let mut keep = 0;
        for chunk in self.pending.utf8_chunks() {
            // Only the last chunk can be the start of a character that still comes.
            keep = chunk.invalid().len();
        }
        let incomplete = keep > 0
            && self
                .pending
                .len()
                .checked_sub(keep)
                .and_then(|at| self.pending.get(at..))
                .is_some_and(|tail| std::str::from_utf8(tail).is_err_and(|error| error.error_len().is_none()));
        let complete = self.pending.len() - if incomplete { keep } else { 0 };
        let rest = self.pending.split_off(complete);
        let text = String::from_utf8_lossy(&self.pending).into_owned();
        self.pending = rest;
        text
    }

    /// What is left, as text.
    pub fn finish(&mut self) -> String {
        let text = String::from_utf8_lossy(&self.pending).into_owned();
        self.pending.clear();
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_one_by_one_give_the_same_text(bytes in proptest::collection::vec(any::<u8>(), 0..40), text in "\\PC{0,20}") {
            for bytes in [bytes.as_slice(), text.as_bytes()] {
                let mut assembler = Utf8Assembler::default();
                let mut out: String = bytes.iter().map(|b| assembler.push(&[*b])).collect();
                out += &assembler.finish();
                prop_assert_eq!(out, String::from_utf8_lossy(bytes));
            }
        }
    }

    #[test]
    fn a_character_is_given_whole() {
        let mut assembler = Utf8Assembler::default();
        assert_eq!(assembler.push(b"a\xE2\x82"), "a");
        assert_eq!(assembler.push(b"\xAC!"), "€!");
    }
}
