//! A tokenizer from `tokenizer.model`, SentencePiece's own file (`sentencepiece_model.proto`), in folders without a `tokenizer.json`.
//!
//! Text is cut as SentencePiece cuts it. transformers goes another way at two places: it takes a space at the text's beginning for the one that
//! SentencePiece puts there, and with `legacy` it puts that one behind markers too; the second is done here where the settings say so.

use std::path::Path;

use serde_json::Value;

use super::super::LlmError;
use super::super::checkpoint::read::read_bytes;
use super::beside::{beside, generation_ends};
use super::encode::{Around, Model, Tokenizer};
use super::sentencepiece::{self, SPACE, SentencePiece};
use super::specials::END_NAMES;
use super::vocabulary::{TokenKind, Vocabulary, most_ids};

/// What is read of the file.
pub(super) struct ModelFile {
    pub(super) tokens: Vec<String>,
    pub(super) kinds: Vec<TokenKind>,
    pub(super) scores: Vec<f32>,
    /// Whether a space goes before a text.
    pub(super) space_prefix: bool,
}

impl Tokenizer {
    /// Reads `tokenizer.model` at `path`, and beside it `tokenizer_config.json` and `added_tokens.json` where they are there.
    pub fn from_tokenizer_model(path: &Path) -> Result<Self, LlmError> {
        let config = beside(path, "tokenizer_config.json")?;
        let file = ModelFile::read(path, &config)?;
        let id_of = |name: &str| (0u32..).zip(&file.tokens).find(|(_, token)| *token == name).map(|(id, _)| id);
        let configured = |key: &str, usual: &str| {
            let value = config.get(key).filter(|value| !value.is_null());
            let name = value.map_or(Some(usual), |value| value.as_str().or_else(|| value.get("content")?.as_str()));
            name.and_then(id_of)
        };
        let (bos, eos, unknown) = (configured("bos_token", "<s>"), configured("eos_token", "</s>"), configured("unk_token", "<unk>"));
        let flag = |key: &str| config.get(key).and_then(Value::as_bool).unwrap_or(false);
        let mut ends: Vec<u32> = END_NAMES.iter().filter_map(|name| id_of(name)).chain(eos).collect();
        ends.retain(|id| Some(*id) == eos || file.kinds.get(*id as usize).is_some_and(|kind| kind.is_marker()));
        ends.extend(generation_ends(path, file.tokens.len())?);
        ends.sort_unstable();
        ends.dedup();
        let mut model = SentencePiece::new(&file.tokens, &file.kinds, &file.scores, unknown, file.space_prefix);
        model.prefix_behind_markers = flag("legacy");
        let mut vocabulary = Vocabulary::default();
        for (token, kind) in file.tokens.iter().zip(&file.kinds) {
            match (kind, sentencepiece::byte_of(token)) {
                (TokenKind::Byte, Some(byte)) => vocabulary.push(*kind, &[byte]),
                (TokenKind::Normal | TokenKind::UserDefined | TokenKind::Unused, _) => {
                    vocabulary.push(*kind, token.replace(SPACE, " ").as_bytes());
                }
                _ => vocabulary.push(*kind, token.as_bytes()),
            }
        }
        vocabulary.index_specials(|_| false);
        let around = Around {
            before: bos.filter(|_| flag("add_bos_token")).into_iter().collect(),
            behind: eos.filter(|_| flag("add_eos_token")).into_iter().collect(),
            before_chat: false,
        };
        Ok(Self { model: Model::SentencePiece(model), vocabulary, bos, eos, ends, around })
    }
}

/// Tokens that stand beside the model: in `tokenizer_config.json`, or, of older date, in `added_tokens.json`.
fn added(config: &Value, old: &Value) -> Result<Vec<(String, u32, bool)>, LlmError> {
    let wrong = |what: &str| LlmError::Tokenizer(format!("an added token has no sound {what}"));
    let number = |id: Option<u64>| id.and_then(|id| u32::try_from(id).ok()).ok_or_else(|| wrong("id"));
    let mut out = Vec::new();
    for (id, token) in config.get("added_tokens_decoder").and_then(Value::as_object).into_iter().flatten() {
        let content = token.get("content").and_then(Value::as_str).ok_or_else(|| wrong("content"))?;
        for key in ["lstrip", "rstrip", "single_word"] {
            if token.get(key).and_then(Value::as_bool) == Some(true) {
                return Err(LlmError::Unsupported {
                    what: "added token",
                    found: format!("{content} with {key}, beside a tokenizer.model"),
                });
            }
        }
        out.push((content.to_owned(), number(id.parse().ok())?, token.get("special").and_then(Value::as_bool).unwrap_or(false)));
    }
    for (content, id) in old.as_object().into_iter().flatten() {
        let id = number(id.as_u64())?;
        if out.iter().all(|(_, known, _)| *known != id) {
            // Old files do not say; markers are written like markers.
            out.push((
                content.clone(),
                id,
                content.starts_with('<') && content.ends_with('>') || content.starts_with('[') && content.ends_with(']'),
            ));
        }
    }
    out.sort_by_key(|(_, id, _)| *id);
    Ok(out)
}

impl ModelFile {
    /// The file at `path`, with the tokens that `config` and `added_tokens.json` beside it add.
    pub(super) fn read(path: &Path, config: &Value) -> Result<Self, LlmError> {
        let failed = |reason: String| LlmError::Tokenizer(format!("{}: {reason}", path.display()));
        let mut file = Self::parse(&read_bytes(path)?)?;
        let added = added(config, &beside(path, "added_tokens.json")?)?;
        let most = most_ids(file.tokens.len() + added.len());
        for (content, id, special) in added {
            file.add(content, id, special, most).map_err(failed)?;
        }
        Ok(file)
    }

    /// Puts an added token at its place; ids between are slots that no text uses. Ids from `most` on are refused.
    fn add(&mut self, content: String, id: u32, special: bool, most: usize) -> Result<(), String> {
        let at = id as usize;
        if at >= most {
            return Err(format!("an added token has the id {id}"));
        }
        while self.tokens.len() <= at {
            self.tokens.push(String::new());
            self.kinds.push(TokenKind::Unused);
            self.scores.push(0.0);
        }
        if let (Some(token), Some(kind)) = (self.tokens.get_mut(at), self.kinds.get_mut(at)) {
            *token = content;
            // What the model knows as its unknown piece stays that.
            if *kind != TokenKind::Unknown {
                *kind = if special { TokenKind::Control } else { TokenKind::UserDefined };
            }
        }
        Ok(())
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, LlmError> {
        let wrong = || LlmError::Tokenizer("tokenizer.model is no sound SentencePiece model".into());
        let mut out = Self { tokens: Vec::new(), kinds: Vec::new(), scores: Vec::new(), space_prefix: true };
        let mut kind_of_model = 1;
        for field in Fields(bytes) {
            match field.ok_or_else(wrong)? {
                (1, Wire::Bytes(piece)) => out.piece(piece).ok_or_else(wrong)?,
                (2, Wire::Bytes(trainer)) => {
                    for field in Fields(trainer) {
                        if let (3, Wire::Number(kind)) = field.ok_or_else(wrong)? {
                            kind_of_model = kind;
                        }
                    }
                }
                (3, Wire::Bytes(normalizer)) => out.normalizer(normalizer).ok_or_else(wrong)??,
                _ => {}
            }
        }
        if kind_of_model != 2 {
            let name = ["", "unigram", "bpe", "word", "char"].get(usize::try_from(kind_of_model).unwrap_or(0)).copied().unwrap_or_default();
            return Err(LlmError::Unsupported { what: "kind of SentencePiece model", found: name.into() });
        }
        if out.tokens.is_empty() { Err(wrong()) } else { Ok(out) }
    }

    fn piece(&mut self, bytes: &[u8]) -> Option<()> {
        let (mut token, mut score, mut kind) = (String::new(), 0.0, 1);
        for field in Fields(bytes) {
            match field? {
                (1, Wire::Bytes(text)) => token = std::str::from_utf8(text).ok()?.to_owned(),
                (2, Wire::Four(bits)) => score = f32::from_bits(bits),
                (3, Wire::Number(number)) => kind = i64::try_from(number).ok()?,
                _ => {}
            }
        }
        self.tokens.push(token);
        self.scores.push(score);
        self.kinds.push(TokenKind::from_gguf(kind));
        Some(())
    }

    /// What is done to a text first. Only what the vocabularies of decoders ask for is known.
    fn normalizer(&mut self, bytes: &[u8]) -> Option<Result<(), LlmError>> {
        let unsupported =
            |found: &str| Some(Err(LlmError::Unsupported { what: "normalisation of a SentencePiece model", found: found.into() }));
        for field in Fields(bytes) {
            match field? {
                (2, Wire::Bytes(map)) if !map.is_empty() => return unsupported("a map of characters"),
                (3, Wire::Number(flag)) => self.space_prefix = flag != 0,
                (4, Wire::Number(flag)) if flag != 0 => return unsupported("remove_extra_whitespaces"),
                (5, Wire::Number(0)) => return unsupported("spaces as they are"),
                _ => {}
            }
        }
        Some(Ok(()))
    }
}

/// A value as Protocol Buffers write it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Wire<'a> {
    Number(u64),
    Four(u32),
    Bytes(&'a [u8]),
    Other,
}

/// The fields of a message, one after another; `None` where it is not sound, and nothing behind that.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let [byte] = *self.take(1)?.first_chunk()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn field(&mut self) -> Option<(u64, Wire<'a>)> {
        let key = self.number()?;
        let value = match key & 7 {
            0 => Wire::Number(self.number()?),
            1 => {
                self.take(8)?;
                Wire::Other
            }
            2 => {
                let length = usize::try_from(self.number()?).ok()?;
                Wire::Bytes(self.take(length)?)
            }
            5 => Wire::Four(u32::from_le_bytes(*self.take(4)?.first_chunk()?)),
            _ => return None,
        };
        Some((key >> 3, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Option<(u64, Wire<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_never_past_the_end() {
        let all = |bytes: &[u8]| Fields(bytes).collect::<Option<Vec<_>>>().map(|fields| fields.len());
        assert_eq!(
            Fields(&[0x0a, 2, b'a', b'b', 0x15, 0, 0, 0x80, 0x3f, 0x18, 0x96, 1]).map(Option::unwrap).collect::<Vec<_>>(),
            [(1, Wire::Bytes(b"ab")), (2, Wire::Four(1f32.to_bits())), (3, Wire::Number(150)),]
        );
        for bytes in
            [&[0x0a, 3, b'a'][..], &[0x15, 0, 0], &[0x80], &[0x0b], &[0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]]
        {
            assert_eq!(all(bytes), None, "{bytes:?}");
        }
        assert!(ModelFile::parse(b"").is_err() && ModelFile::parse(b"\x0a\x03\x0a\x01a").is_err());
    }
}
