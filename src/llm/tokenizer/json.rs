//! A tokenizer from `tokenizer.json`, as Hugging Face folders have it.

use std::path::Path;

use serde_json::Value;
use tokenizers::Model as _;

use super::super::LlmError;
use super::super::checkpoint::read::read_text;
use super::byte_level;
use super::encode::{Model, Tokenizer};
use super::pipeline::JsonModel;
use super::sentencepiece::{self, SPACE};
use super::specials::END_NAMES;
use super::vocabulary::{TokenKind, Vocabulary};

impl Tokenizer {
    /// Reads `tokenizer.json` at `path`, and beside it `tokenizer_config.json` (for BOS and EOS) and `generation_config.json` (for what else
    /// ends a generation) where they are there.
    pub fn from_tokenizer_json(path: &Path) -> Result<Self, LlmError> {
        let failed = |error: &dyn std::fmt::Display| LlmError::Tokenizer(format!("{}: {error}", path.display()));
        let text = read_text(path)?;
        let mut json: Value = serde_json::from_str(&text).map_err(|error| failed(&error))?;
        // Ours finds them: text in a message must be able to stay text.
        let added = match json.get_mut("added_tokens").map(Value::take) {
            Some(Value::Array(added)) => added,
            _ => Vec::new(),
        };
        if let Some(slot) = json.get_mut("added_tokens") {
            *slot = Value::Array(Vec::new());
        }
        let byte_level = json.get("decoder").is_some_and(|decoder| decoder.to_string().contains("\"ByteLevel\""));
        let inner: tokenizers::Tokenizer = serde_json::from_value(json).map_err(|error| failed(&error))?;
        let vocabulary = vocabulary(&inner, &added, byte_level)?;
        let beside = |name: &str| -> Result<Value, LlmError> {
            let file = path.with_file_name(name);
            if !file.is_file() {
                return Ok(Value::Null);
            }
            serde_json::from_str(&read_text(&file)?).map_err(|error| LlmError::Tokenizer(format!("{}: {error}", file.display())))
        };
        let config = beside("tokenizer_config.json")?;
        let generation = beside("generation_config.json")?;
        let id_of = |name: &str| {
            let added = added.iter().find(|token| token.get("content").and_then(Value::as_str) == Some(name));
            added.and_then(|token| token.get("id")?.as_u64()).and_then(|id| u32::try_from(id).ok()).or_else(|| inner.token_to_id(name))
        };
        let configured = |key: &str| {
            let value = config.get(key)?;
            value.as_str().or_else(|| value.get("content")?.as_str()).and_then(id_of)
        };
        let (bos, eos) = (configured("bos_token"), configured("eos_token"));
        let flag = |key: &str| config.get(key).and_then(Value::as_bool);
        let class = config.get("tokenizer_class").and_then(Value::as_str).unwrap_or_default();
        let generation_ends: Vec<u32> = match generation.get("eos_token_id") {
            Some(Value::Array(ids)) => ids.iter().filter_map(Value::as_u64).filter_map(|id| u32::try_from(id).ok()).collect(),
            id => id.and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok()).into_iter().collect(),
        };
        // What transformers puts around a text is the post-processor's doing.
        let around = inner.encode_fast("", true).map(|encoding| encoding.get_ids().to_vec()).unwrap_or_default();
        let mut ends: Vec<u32> = END_NAMES.iter().filter_map(|name| id_of(name)).chain(eos).collect();
        ends.retain(|id| Some(*id) == eos || vocabulary.kind(*id).is_some_and(TokenKind::is_marker));
        ends.extend(generation_ends.into_iter().filter(|id| (*id as usize) < vocabulary.len()));
        ends.sort_unstable();
        ends.dedup();
        Ok(Self {
            model: Model::Json(Box::new(JsonModel { inner })),
            vocabulary,
            bos,
            eos,
            ends,
            adds_bos: flag("add_bos_token").unwrap_or(class.starts_with("Llama") || bos.is_some_and(|bos| around.first() == Some(&bos))),
            adds_eos: flag("add_eos_token").unwrap_or(eos.is_some_and(|eos| around.last() == Some(&eos))),
        })
    }
}

fn vocabulary(inner: &tokenizers::Tokenizer, added: &[Value], byte_level: bool) -> Result<Vocabulary, LlmError> {
    const MOST_TOKENS: u64 = 1 << 21;
    let mut tokens: Vec<Option<(TokenKind, Vec<u8>)>> = Vec::new();
    let mut put = |id: u64, kind: TokenKind, bytes: Vec<u8>| -> Result<(), LlmError> {
        if id >= MOST_TOKENS {
            return Err(LlmError::Inconsistent(format!("its tokenizer has a token with id {id}")));
        }
        let id = id as usize;
        if tokens.len() <= id {
            tokens.resize(id + 1, None);
        }
        if let Some(slot) = tokens.get_mut(id) {
            *slot = Some((kind, bytes));
        }
        Ok(())
    };
    for (token, id) in inner.get_model().get_vocab() {
        let (kind, bytes) = match (byte_level, sentencepiece::byte_of(&token)) {
            (true, _) => (TokenKind::Normal, byte_level::token_bytes(&token)),
            (false, Some(byte)) => (TokenKind::Byte, vec![byte]),
            (false, None) => (TokenKind::Normal, token.replace(SPACE, " ").into_bytes()),
        };
        put(u64::from(id), kind, bytes)?;
    }
    for token in added {
        let (Some(id), Some(content)) = (token.get("id").and_then(Value::as_u64), token.get("content").and_then(Value::as_str)) else {
            continue;
        };
        let special = token.get("special").and_then(Value::as_bool).unwrap_or(false);
        put(id, if special { TokenKind::Control } else { TokenKind::UserDefined }, content.as_bytes().to_vec())?;
    }
    let mut vocabulary = Vocabulary::default();
    for token in tokens {
        let (kind, bytes) = token.unwrap_or((TokenKind::Unused, Vec::new()));
        vocabulary.push(kind, &bytes);
    }
    vocabulary.index_specials(|_| false);
    Ok(vocabulary)
}
