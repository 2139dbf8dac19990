//! Text to tokens and back, by either model.

use super::super::LlmError;
use super::byte_level::ByteLevel;
use super::pipeline::JsonModel;
use super::sentencepiece::SentencePiece;
use super::specials::Specials;
use super::vocabulary::{Fragment, TokenKind, Vocabulary};

/// What cuts a text into tokens.
#[derive(Debug)]
pub(super) enum Model {
    ByteLevel(ByteLevel),
    SentencePiece(SentencePiece),
    Json(Box<JsonModel>),
}

/// Turns text into tokens and back.
#[derive(Debug)]
pub struct Tokenizer {
    pub(super) model: Model,
    pub(super) vocabulary: Vocabulary,
    pub(super) bos: Option<u32>,
    pub(super) eos: Option<u32>,
    pub(super) ends: Vec<u32>,
    pub(super) adds_bos: bool,
    pub(super) adds_eos: bool,
}

impl Tokenizer {
    /// The tokens of `text`, without BOS and EOS.
    pub fn encode(&self, text: &str, specials: Specials) -> Result<Vec<u32>, LlmError> {
        self.encode_unmarked(text, specials, None)
    }

    /// As [`encode`](Self::encode); every `separator` is left out of the text after special tokens were found in it, so that it keeps a name
    /// from being one.
    pub(in crate::llm) fn encode_unmarked(&self, text: &str, specials: Specials, separator: Option<char>) -> Result<Vec<u32>, LlmError> {
        let mut out = Vec::with_capacity(text.len() / 3 + 4);
        // SentencePiece puts its space before the text and after each marker.
        let mut first = true;
        for fragment in self.vocabulary.split(text, specials) {
            let text = match fragment {
                Fragment::Token(id) => {
                    out.push(id);
                    first = true;
                    continue;
                }
                Fragment::Text(text) => text,
            };
            let unmarked;
            let text = match separator {
                Some(separator) if text.contains(separator) => {
                    unmarked = text.replace(separator, "");
                    unmarked.as_str()
                }
                _ => text,
            };
            if text.is_empty() {
                continue;
            }
            match &self.model {
                Model::ByteLevel(model) => model.encode(text, &mut out)?,
                Model::SentencePiece(model) => model.encode(text, first, &mut out)?,
                Model::Json(model) => model.encode(text, &mut out)?,
            }
            first = false;
        }
        Ok(out)
    }

    /// The text of `ids`; markers add nothing, bytes that are not UTF-8 become U+FFFD. The space that SentencePiece puts before a text is
    /// taken away again; use [`StreamDecoder`](super::StreamDecoder) for a continuation.
    pub fn decode(&self, ids: &[u32]) -> String {
        let bytes: Vec<u8> = ids.iter().filter_map(|id| self.token_bytes(*id)).flatten().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let prefixed = matches!(&self.model, Model::SentencePiece(model) if model.space_prefix);
        if prefixed { text.strip_prefix(' ').unwrap_or(&text).to_owned() } else { text.into_owned() }
    }

    /// Exactly the bytes that `id` adds to a text: none for markers and unused slots. `None` where there is no such token.
    pub fn token_bytes(&self, id: u32) -> Option<&[u8]> {
        self.vocabulary.text_bytes(id)
    }

    /// What to call `id` on a screen: a marker's name, or its text.
    pub fn token_name(&self, id: u32) -> Option<String> {
        self.vocabulary.raw(id).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// What `id` is.
    pub fn token_kind(&self, id: u32) -> Option<TokenKind> {
        self.vocabulary.kind(id)
    }

    /// Number of tokens, markers included.
    pub fn vocab_size(&self) -> usize {
        self.vocabulary.len()
    }

    /// The token that begins a text.
    pub fn bos(&self) -> Option<u32> {
        self.bos
    }

    /// The token that ends a text.
    pub fn eos(&self) -> Option<u32> {
        self.eos
    }

    /// All tokens that end a generation, ascending.
    pub fn end_ids(&self) -> &[u32] {
        &self.ends
    }

    /// Whether BOS goes before a text.
    pub fn adds_bos(&self) -> bool {
        self.adds_bos && self.bos.is_some()
    }

    /// Whether EOS goes after a text.
    pub fn adds_eos(&self) -> bool {
        self.adds_eos && self.eos.is_some()
    }

    /// The names of all markers, longest first.
    pub(in crate::llm) fn marker_names(&self) -> impl Iterator<Item = &str> {
        self.vocabulary.marker_names()
    }
}
