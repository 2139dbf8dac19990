//! SentencePiece BPE as Llama 2 has it (`tokenizer.ggml.model` = `llama`): the pair whose joined piece scores highest is merged first; what no
//! piece covers becomes byte tokens.

use std::collections::HashMap;

use super::super::LlmError;
use super::merge::{Symbol, merge};
use super::vocabulary::TokenKind;

/// SentencePiece writes a space as this character.
pub(super) const SPACE: char = '\u{2581}';

/// A SentencePiece BPE model.
#[derive(Debug)]
pub(super) struct SentencePiece {
    /// Piece to (priority, id); the lower priority merges first.
    pieces: HashMap<String, (u32, u32)>,
    byte_tokens: Vec<Option<u32>>,
    unknown: Option<u32>,
    /// Whether a space goes before the text.
    pub(super) space_prefix: bool,
    /// Whether it also goes before what follows a marker.
    pub(super) prefix_behind_markers: bool,
}

impl SentencePiece {
    /// Builds the model; `scores` has one a token.
    pub(super) fn new(tokens: &[String], kinds: &[TokenKind], scores: &[f32], unknown: Option<u32>, space_prefix: bool) -> Self {
        let mut pieces = HashMap::with_capacity(tokens.len());
        let mut byte_tokens = vec![None; 256];
        for (id, ((token, kind), score)) in (0u32..).zip(tokens.iter().zip(kinds).zip(scores)) {
            match kind {
                TokenKind::Byte => {
                    if let Some(slot) = byte_of(token).and_then(|byte| byte_tokens.get_mut(usize::from(byte))) {
                        *slot = Some(id);
                    }
                }
                TokenKind::Normal | TokenKind::UserDefined | TokenKind::Unused => {
                    pieces.insert(token.clone(), (priority(*score), id));
                }
                TokenKind::Control | TokenKind::Unknown => {}
            }
        }
        Self { pieces, byte_tokens, unknown, space_prefix, prefix_behind_markers: true }
    }

    /// Appends the tokens of `text`, which holds no markers. `first` says that it begins the text, or follows a marker.
    pub(super) fn encode(&self, text: &str, first: bool, out: &mut Vec<u32>) -> Result<(), LlmError> {
        let mut escaped = String::with_capacity(text.len() + 8);
        if first && self.space_prefix {
            escaped.push(SPACE);
        }
        escaped.extend(text.chars().map(|c| if c == ' ' { SPACE } else { c }));
        let find = |start: usize, length: usize| escaped.get(start..start + length).and_then(|piece| self.pieces.get(piece)).copied();
        let symbols = escaped
            .char_indices()
            .map(|(start, c)| Symbol { start, length: c.len_utf8(), id: find(start, c.len_utf8()).map(|(_, id)| id) })
            .collect();
        for symbol in merge(symbols, |left, right| find(left.start, left.length + right.length)) {
            if let Some(id) = symbol.id {
                out.push(id);
                continue;
            }
            for byte in escaped.as_bytes().iter().skip(symbol.start).take(symbol.length) {
                let id = self.byte_tokens.get(usize::from(*byte)).copied().flatten().or(self.unknown);
                out.push(id.ok_or_else(|| LlmError::Tokenizer(format!("the vocabulary has no token for byte 0x{byte:02X}")))?);
            }
        }
        Ok(())
    }
}

/// The byte that a token of the form `<0x0A>` stands for.
pub(super) fn byte_of(token: &str) -> Option<u8> {
    let digits = token.strip_prefix("<0x")?.strip_suffix('>')?;
    (digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_hexdigit())).then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}

/// Orders scores as numbers, the highest first.
fn priority(score: f32) -> u32 {
    let bits = (score + 0.0).to_bits();
    let ascending = if bits >> 31 == 1 { !bits } else { bits | 1 << 31 };
    !ascending
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn higher_scores_come_first() {
        let scores = [5.0, 0.0, -0.5, -1.0, -30_000.0];
        assert!(scores.windows(2).all(|pair| priority(pair[0]) < priority(pair[1])));
        assert_eq!(priority(0.0), priority(-0.0));
    }

    #[test]
    fn byte_tokens_are_read() {
        assert_eq!(byte_of("<0x0A>"), Some(10));
        assert_eq!(byte_of("<0x+A>"), None);
        assert_eq!(byte_of("<0xé>"), None);
    }
}
