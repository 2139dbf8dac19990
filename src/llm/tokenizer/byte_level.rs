//! Byte-level BPE (`tokenizer.ggml.model` = `gpt2`).

use std::collections::HashMap;

use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer, SplitDelimiterBehavior};

use super::super::LlmError;
use super::merge::{Symbol, merge};
use super::pre_tokenizer::PreTokenizerRule;
use super::vocabulary::TokenKind;

/// A byte-level BPE model.
#[derive(Debug)]
pub(super) struct ByteLevel {
    splits: Vec<Split>,
    byte_tokens: Vec<Option<u32>>,
    /// (left, right) to (rank, merged).
    merges: HashMap<(u32, u32), (u32, u32)>,
    words: Option<HashMap<Vec<u8>, u32>>,
}

impl ByteLevel {
    /// Builds the model. `merges` are pairs of tokens divided by a space, best first.
    pub(super) fn new(rule: PreTokenizerRule, tokens: &[String], kinds: &[TokenKind], merges: &[String]) -> Result<Self, LlmError> {
        let splits = rule
            .patterns
            .iter()
            .map(|pattern| Split::new(SplitPattern::Regex((*pattern).into()), SplitDelimiterBehavior::Isolated, false))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| LlmError::Tokenizer(error.to_string()))?;
        let mut ids: HashMap<&str, u32> = HashMap::with_capacity(tokens.len());
        for (id, (token, kind)) in (0u32..).zip(tokens.iter().zip(kinds)) {
            // A marker must never come out of plain text, whatever the merges say.
            if !kind.is_marker() {
                ids.insert(token, id);
            }
        }
        let byte_tokens = (0..=255u8).map(|byte| ids.get(byte_to_char(byte).encode_utf8(&mut [0; 4]) as &str).copied()).collect();
        let merges = merge_table(tokens, &ids, merges)?;
        let words = rule.whole_words.then(|| {
            let normal = ids.iter().filter(|(_, id)| kinds.get(**id as usize) == Some(&TokenKind::Normal));
            normal.map(|(token, id)| (token_bytes(token), *id)).collect()
        });
        Ok(Self { splits, byte_tokens, merges, words })
    }

    /// Appends the tokens of `text`, which holds no markers.
    pub(super) fn encode(&self, text: &str, out: &mut Vec<u32>) -> Result<(), LlmError> {
        for piece in split(&self.splits, text)? {
            self.encode_piece(piece.as_bytes(), out)?;
        }
        Ok(())
    }

    fn encode_piece(&self, piece: &[u8], out: &mut Vec<u32>) -> Result<(), LlmError> {
        if let Some(id) = self.words.as_ref().and_then(|words| words.get(piece)) {
            out.push(*id);
            return Ok(());
        }
        let mut symbols = Vec::with_capacity(piece.len());
        for (start, byte) in piece.iter().enumerate() {
            let id = self.byte_tokens.get(usize::from(*byte)).copied().flatten();
            let id = id.ok_or_else(|| LlmError::Tokenizer(format!("the vocabulary has no token for byte 0x{byte:02X}")))?;
            symbols.push(Symbol { start, length: 1, id: Some(id) });
        }
        let merged = merge(symbols, |left, right| self.merges.get(&(left.id?, right.id?)).copied());
        out.extend(merged.iter().filter_map(|symbol| symbol.id));
        Ok(())
    }
}

#[allow(clippy::type_complexity)] // a pair of ids to rank and merged id, used in one place
fn merge_table(tokens: &[String], ids: &HashMap<&str, u32>, merges: &[String]) -> Result<HashMap<(u32, u32), (u32, u32)>, LlmError> {
    let mut table = HashMap::with_capacity(merges.len());
    let mut joined = String::new();
    let mut guess = 0usize;
    for (rank, line) in (0u32..).zip(merges) {
        let unknown =
            || LlmError::Inconsistent(format!("merge {rank} of the tokenizer, `{line}`, names a token that is not in the vocabulary"));
        // As llama.cpp: the first space after the first character divides.
        let space = line.char_indices().skip(1).find(|(_, c)| *c == ' ').map(|(at, _)| at).ok_or_else(unknown)?;
        let (left, right) = (line.get(..space).ok_or_else(unknown)?, line.get(space + 1..).ok_or_else(unknown)?);
        joined.clear();
        joined.push_str(left);
        joined.push_str(right);
        // Vocabularies list tokens in the order of their merges nearly always: the next token saves a look-up.
        let merged = match tokens.get(guess) {
            Some(token) if *token == joined && ids.get(joined.as_str()).is_some_and(|id| *id as usize == guess) => guess as u32,
            _ => *ids.get(joined.as_str()).ok_or_else(unknown)?,
        };
        guess = merged as usize + 1;
        let pair = (*ids.get(left).ok_or_else(unknown)?, *ids.get(right).ok_or_else(unknown)?);
        table.entry(pair).or_insert((rank, merged));
    }
    Ok(table)
}

fn split<'a>(splits: &[Split], text: &'a str) -> Result<Vec<&'a str>, LlmError> {
    let failed = |error: tokenizers::Error| LlmError::Tokenizer(error.to_string());
    let mut pieces = PreTokenizedString::from(text);
    for split in splits {
        split.pre_tokenize(&mut pieces).map_err(failed)?;
    }
    Ok(pieces
        .get_splits(OffsetReferential::Original, OffsetType::Byte)
        .into_iter()
        .filter_map(|(_, (from, to), _)| text.get(from..to))
        .collect())
}

/// The bytes that a token written in GPT-2's alphabet stands for; a character outside it stands for itself.
pub(super) fn token_bytes(token: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(token.len());
    for character in token.chars() {
        match char_to_byte(character) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

/// GPT-2 writes a byte as itself where Latin-1 prints it, and as the next free character from U+0100 on elsewhere
/// (<https://github.com/openai/gpt-2/blob/master/src/encoder.py>, `bytes_to_unicode`).
fn byte_to_char(byte: u8) -> char {
    let code = u32::from(byte);
    let shifted = match byte {
        0..=0x20 => 0x100 + code,
        0x7F..=0xA0 => 0x100 + code - 0x7F + 0x21,
        0xAD => 0x143,
        _ => code,
    };
    char::from_u32(shifted).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn char_to_byte(character: char) -> Option<u8> {
    let code = u32::from(character);
    let byte = match code {
        0x21..=0x7E | 0xA1..=0xAC | 0xAE..=0xFF => code,
        0x100..=0x120 => code - 0x100,
        0x121..=0x142 => code - 0x121 + 0x7F,
        0x143 => 0xAD,
        _ => return None,
    };
    u8::try_from(byte).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alphabet_round_trips() {
        for byte in 0..=255u8 {
            assert_eq!(char_to_byte(byte_to_char(byte)), Some(byte));
        }
        assert_eq!(byte_to_char(b' '), 'Ġ');
        assert_eq!(byte_to_char(b'\n'), 'Ċ');
    }

    #[track_caller]
    fn check(name: &str, text: &str, pieces: &[&str]) {
        let rule = PreTokenizerRule::named(name).unwrap();
        let splits: Vec<Split> = rule
            .patterns
            .iter()
            .map(|p| Split::new(SplitPattern::Regex((*p).into()), SplitDelimiterBehavior::Isolated, false).unwrap())
            .collect();
        assert_eq!(split(&splits, text).unwrap(), pieces, "{name}");
    }

    #[test]
    fn pre_tokenizers_cut_where_they_should() {
        check("llama-bpe", "I'LL pay 12345, ok\n\n  x", &["I", "'LL", " pay", " ", "123", "45", ",", " ok", "\n\n", " ", " x"]);
        check("llama-bpe", "= 1\r\nSELECT(a)", &["=", " ", "1", "\r\n", "SELECT", "(a", ")"]);
        check("qwen2", "x=2024 AND", &["x", "=", "2", "0", "2", "4", " AND"]);
        check("smollm", "x 20 ab", &["x", " ", "2", "0", " ab"]);
        check("gpt-2", "it's 2024  ok", &["it", "'s", " 2024", " ", " ok"]);
        check("default", "a<=12345", &["a", "<=", "123", "45"]);
        check("tekken", "getHTTPName 42 it's é//", &["get", "HTTPName", " ", "4", "2", " it", "'s", " é", "//"]);
        check("gpt-4o", "getHTTPName 4242 it's", &["get", "HTTPName", " ", "424", "2", " it's"]);
        check("seed-coder", "a = 12;\n\nb", &["a", " =", " ", "1", "2", ";", "\n\n", "b"]);
        check("minicpm5", "x1234 ab", &["x", "123", "4", " ab"]);
        check("deepseek-coder", "SELECT a1,\tb\r\n日本x", &["SELECT", " a", "1", ",", "\tb", "\r", "\n", "日本", "x"]);
        check("deepseek-llm", "a1234, 日本é  ", &["a", "1234", ",", " ", "日本", "é", "  "]);
        check("deepseek-v3", "a.b 1234 'x'\n日本x", &["a", ".b", " ", "123", "4", " '", "x", "'\n", "日本", "x"]);
        check("viking", " a1, b", &[" a", "1", ",", " b"]);
        check("falcon3", "I'LL 123", &["I", "'LL", " ", "123"]);
    }

    #[test]
    fn unknown_pre_tokenizer_is_refused_by_name() {
        let error = PreTokenizerRule::named("klingon").unwrap_err();
        assert_eq!(error.to_string(), "pre-tokenizer `klingon` is not supported");
    }
}
