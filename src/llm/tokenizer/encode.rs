//! Text to tokens and back, by either model.

use super::super::LlmError;
use super::byte_level::ByteLevel;
use super::pipeline::{JsonModel, Reading};
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
    pub(super) around: Around,
}

/// What a tokenizer puts around a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Around {
    /// BOS nearly always, where it is anything.
    pub(super) before: Vec<u32>,
    /// EOS, where it is anything.
    pub(super) behind: Vec<u32>,
    /// Whether the first also stands before a chat whose template does not write it.
    pub(super) before_chat: bool,
}

impl Tokenizer {
    /// The tokens of `text`, without what stands around it.
    pub fn encode(&self, text: &str, specials: Specials) -> Result<Vec<u32>, LlmError> {
        self.read(text, Reading { specials, separator: None, goes_on: false })
    }

    /// The tokens of `text`, which goes on from tokens before it: no space is put where a text would begin.
    pub fn encode_on(&self, text: &str, specials: Specials) -> Result<Vec<u32>, LlmError> {
        self.read(text, Reading { specials, separator: None, goes_on: true })
    }

    /// The tokens of `text` with what stands before it.
    pub fn encode_prompt(&self, text: &str, specials: Specials) -> Result<Vec<u32>, LlmError> {
        let mut tokens = self.around.before.clone();
        tokens.extend(self.encode(text, specials)?);
        Ok(tokens)
    }

    /// As [`encode`](Self::encode); every `separator` is left out of the text after special tokens were found in it, so that it keeps a name
    /// from being one.
    pub(in crate::llm) fn encode_unmarked(&self, text: &str, specials: Specials, separator: char) -> Result<Vec<u32>, LlmError> {
        self.read(text, Reading { specials, separator: Some(separator), goes_on: false })
    }

    fn read(&self, text: &str, reading: Reading) -> Result<Vec<u32>, LlmError> {
        let Reading { specials, separator, goes_on } = reading;
        let mut out = Vec::with_capacity(text.len() / 3 + 4);
        if let Model::Json(model) = &self.model {
            model.encode(text, reading, &mut out)?;
            return Ok(out);
        }
        // SentencePiece puts its space before the text and after each marker.
        let mut first = !goes_on;
        for fragment in self.vocabulary.split(text, specials) {
            let text = match fragment {
                Fragment::Token(id) => {
                    out.push(id);
                    first = !matches!(&self.model, Model::SentencePiece(model) if !model.prefix_behind_markers);
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
                Model::Json(_) => {}
            }
            first = false;
        }
        Ok(out)
    }

    /// The text of `ids`; markers add nothing, bytes that are not UTF-8 become U+FFFD. The space that SentencePiece puts before a text is
    /// taken away again; use [`super::StreamDecoder`] for a continuation.
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

    /// What goes before a text: BOS, or nothing, or what else a post-processor puts there.
    pub fn before(&self) -> &[u32] {
        &self.around.before
    }

    /// What goes behind a text that is not to be continued.
    pub fn behind(&self) -> &[u32] {
        &self.around.behind
    }

    /// What goes before a chat, unless its template writes it.
    pub fn before_chat(&self) -> &[u32] {
        if self.around.before_chat { &self.around.before } else { &[] }
    }

    /// The names of all markers, longest first.
    pub(in crate::llm) fn marker_names(&self) -> impl Iterator<Item = &str> {
        self.vocabulary.marker_names()
    }
}
