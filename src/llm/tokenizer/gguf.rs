//! A tokenizer from the keys `tokenizer.ggml.*` (<https://github.com/ggml-org/ggml/blob/master/docs/gguf.md#tokenizer>).

use super::super::LlmError;
use super::super::gguf::Metadata;
use super::byte_level::{self, ByteLevel};
use super::encode::{Around, Model, Tokenizer};
use super::pre_tokenizer::PreTokenizerRule;
use super::sentencepiece::{self, SPACE, SentencePiece};
use super::specials::END_NAMES;
use super::vocabulary::{TokenKind, Vocabulary};

/// More than any vocabulary in use (Gemma's has 262,144).
const MOST_TOKENS: usize = 1 << 21;

impl Tokenizer {
    /// Builds the tokenizer that a GGUF file describes. A model or pre-tokenizer that is not known, or not named, is refused: another one's
    /// ids would be wrong without a sign.
    pub fn from_gguf(metadata: &Metadata) -> Result<Self, LlmError> {
        let model = metadata.string("tokenizer.ggml.model").ok_or_else(|| missing("tokenizer.ggml.model"))?;
        let tokens = metadata.strings("tokenizer.ggml.tokens").ok_or_else(|| missing("tokenizer.ggml.tokens"))?;
        if tokens.is_empty() || tokens.len() > MOST_TOKENS {
            return Err(LlmError::Inconsistent(format!("its vocabulary has {} tokens; 1 to {MOST_TOKENS} are possible", tokens.len())));
        }
        let ids = SpecialIds::read(metadata, tokens, model == "llama")?;
        let kinds = kinds(metadata, tokens, model == "llama", &ids)?;
        let pre = metadata.string("tokenizer.ggml.pre");
        let (model, default_bos, sentencepiece) = match model {
            "gpt2" => {
                let name = pre.ok_or_else(|| LlmError::Unsupported { what: "pre-tokenizer", found: "(none named)".into() })?;
                let rule = PreTokenizerRule::named(name)?;
                let merges = metadata.strings("tokenizer.ggml.merges").ok_or_else(|| missing("tokenizer.ggml.merges"))?;
                if merges.len() > MOST_TOKENS {
                    return Err(LlmError::Inconsistent(format!(
                        "its tokenizer has {} merges; at most {MOST_TOKENS} are possible",
                        merges.len()
                    )));
                }
                (Model::ByteLevel(ByteLevel::new(rule, tokens, &kinds, merges)?), rule.adds_bos, false)
            }
            "llama" => {
                let scores = metadata.floats("tokenizer.ggml.scores").ok_or_else(|| missing("tokenizer.ggml.scores"))?;
                same_length("scores", scores.len(), tokens.len())?;
                let space_prefix = metadata.bool("tokenizer.ggml.add_space_prefix").unwrap_or(true);
                (Model::SentencePiece(SentencePiece::new(tokens, &kinds, scores, ids.unknown, space_prefix)), true, true)
            }
            other => return Err(LlmError::Unsupported { what: "tokenizer", found: other.into() }),
        };
        let mut vocabulary = Vocabulary::default();
        for (token, kind) in tokens.iter().zip(&kinds) {
            match kind {
                TokenKind::Normal if sentencepiece => vocabulary.push(*kind, token.replace(SPACE, " ").as_bytes()),
                TokenKind::UserDefined if sentencepiece => vocabulary.push(*kind, token.replace(SPACE, " ").as_bytes()),
                TokenKind::Normal => vocabulary.push(*kind, &byte_level::token_bytes(token)),
                TokenKind::Byte => match sentencepiece::byte_of(token) {
                    Some(byte) => vocabulary.push(*kind, &[byte]),
                    None => vocabulary.push(*kind, token.as_bytes()),
                },
                _ => vocabulary.push(*kind, token.as_bytes()),
            }
        }
        // As llama.cpp, which goes by the name too: phi-3's markers swallow the white space after them.
        let name = metadata.string("general.name").unwrap_or_default().to_lowercase();
        let phi3 = name.contains("phi-3") || name.contains("phi3");
        vocabulary.index_specials(|text| phi3 && !matches!(text, "<unk>" | "<s>" | "<|endoftext|>"));
        let adds_bos = metadata.bool("tokenizer.ggml.add_bos_token").unwrap_or(default_bos);
        let adds_eos = metadata.bool("tokenizer.ggml.add_eos_token").unwrap_or(false);
        let around = Around {
            before: ids.bos.filter(|_| adds_bos).into_iter().collect(),
            behind: ids.eos.filter(|_| adds_eos).into_iter().collect(),
            before_chat: true,
        };
        Ok(Self { model, vocabulary, bos: ids.bos, eos: ids.eos, ends: ids.ends, around })
    }
}

struct SpecialIds {
    bos: Option<u32>,
    eos: Option<u32>,
    unknown: Option<u32>,
    ends: Vec<u32>,
    /// Tokens that are markers by their name, whatever their type says.
    named: Vec<u32>,
}

impl SpecialIds {
    fn read(metadata: &Metadata, tokens: &[String], sentencepiece: bool) -> Result<Self, LlmError> {
        let get = |name: &str, default: Option<u32>| -> Result<Option<u32>, LlmError> {
            let key = format!("tokenizer.ggml.{name}_token_id");
            if metadata.get(&key).is_none() {
                return Ok(default.filter(|id| (*id as usize) < tokens.len()));
            }
            let id = metadata.unsigned(&key).and_then(|id| u32::try_from(id).ok()).filter(|id| (*id as usize) < tokens.len());
            let out =
                || LlmError::Inconsistent(format!("`{key}` is {:?}, and the vocabulary has {} tokens", metadata.get(&key), tokens.len()));
            // llama.cpp's converters write the greatest number where there is no such token.
            if metadata.unsigned(&key) == Some(u64::from(u32::MAX)) { Ok(None) } else { id.map(Some).ok_or_else(out) }
        };
        let default = |id: u32| sentencepiece.then_some(id);
        let (bos, eos, unknown) = (get("bos", default(1))?, get("eos", default(2))?, get("unknown", default(0))?);
        let named: Vec<u32> = (0u32..)
            .zip(tokens)
            .filter(|(_, token)| token.starts_with('<') && token.as_str() != "</s>" && END_NAMES.contains(&token.as_str()))
            .map(|(id, _)| id)
            .collect();
        let mut ends: Vec<u32> = named.iter().copied().chain(eos).chain(get("eot", None)?).chain(get("eom", None)?).collect();
        ends.sort_unstable();
        ends.dedup();
        Ok(Self { bos, eos, unknown, ends, named })
    }
}

fn kinds(metadata: &Metadata, tokens: &[String], sentencepiece: bool, ids: &SpecialIds) -> Result<Vec<TokenKind>, LlmError> {
    let key = "tokenizer.ggml.token_type";
    let mut kinds: Vec<TokenKind> = match metadata.integers(key) {
        Some(numbers) => {
            same_length("token types", numbers.len(), tokens.len())?;
            numbers.iter().map(|number| TokenKind::from_gguf(*number)).collect()
        }
        None if metadata.get(key).is_some() => return Err(LlmError::Inconsistent(format!("`{key}` is not an array of integers"))),
        None if sentencepiece => {
            let kind = |token: &String| if sentencepiece::byte_of(token).is_some() { TokenKind::Byte } else { TokenKind::Normal };
            tokens.iter().map(kind).collect()
        }
        None => vec![TokenKind::Normal; tokens.len()],
    };
    // Old files type no token: without this the end of a turn could never be told from text.
    let untyped = metadata.get(key).is_none();
    for id in ids.named.iter().copied().chain(ids.bos.filter(|_| untyped)).chain(ids.eos.filter(|_| untyped)) {
        if let Some(kind) = kinds.get_mut(id as usize) {
            *kind = TokenKind::Control;
        }
    }
    Ok(kinds)
}

fn missing(key: &str) -> LlmError {
    LlmError::Inconsistent(format!("`{key}` is missing or of the wrong type"))
}

fn same_length(what: &str, found: usize, tokens: usize) -> Result<(), LlmError> {
    if found == tokens {
        return Ok(());
    }
    Err(LlmError::Inconsistent(format!("its tokenizer has {found} {what} for {tokens} tokens")))
}
