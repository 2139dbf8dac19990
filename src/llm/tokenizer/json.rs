//! A tokenizer from `tokenizer.json`, as Hugging Face folders have it. Each block of the file is read, cleared with a reason, or refused.

use std::path::Path;

use serde_json::Value;
use tokenizers::Model as _;

use super::super::LlmError;
use super::super::checkpoint::read::read_text;
use super::added::{AddedToken, kind_of};
use super::added_beside::add_those_beside;
use super::beside::{beside, generation_ends};
use super::byte_level;
use super::encode::{Around, Model, Tokenizer};
use super::pipeline::JsonModel;
use super::sentencepiece::{self, SPACE};
use super::specials::END_NAMES;
use super::vocabulary::{TokenKind, Vocabulary, most_ids};

impl Tokenizer {
    /// Reads `tokenizer.json` at `path`, and beside it `tokenizer_config.json` (for BOS and EOS) and `generation_config.json` (for what else
    /// ends a generation) where they are there.
    pub fn from_tokenizer_json(path: &Path) -> Result<Self, LlmError> {
        let failed = |error: &dyn std::fmt::Display| LlmError::Tokenizer(format!("{}: {error}", path.display()));
        let text = read_text(path)?;
        let mut json: Value = serde_json::from_str(&text).map_err(|error| failed(&error))?;
        let config = beside(path, "tokenizer_config.json")?;
        add_those_beside(path, &mut json, &config)?;
        let mut added = AddedToken::read_all(&clear(&mut json, "added_tokens", Value::Array(Vec::new())))?;
        // What a trainer left: it would cut or fill up every prompt.
        clear(&mut json, "truncation", Value::Null);
        clear(&mut json, "padding", Value::Null);
        let pieces = Pieces::read(&mut json)?;
        check_merges(json.get("model").unwrap_or(&Value::Null))?;
        let inner: tokenizers::Tokenizer = serde_json::from_value(json).map_err(|error| failed(&error))?;
        // As the library: a token that the model knows is the model's, whatever number stands beside it.
        for token in &mut added {
            token.id = inner.get_model().token_to_id(&token.content).unwrap_or(token.id);
        }
        let vocabulary = vocabulary(&inner, &added, pieces)?;
        let id_of = |name: &str| {
            let added = added.iter().find(|token| token.content == name).map(|token| token.id);
            added.or_else(|| inner.token_to_id(name))
        };
        let configured = |key: &str| {
            let value = config.get(key)?;
            value.as_str().or_else(|| value.get("content")?.as_str()).and_then(id_of)
        };
        let (bos, eos) = (configured("bos_token"), configured("eos_token"));
        let around = around(&inner, vocabulary.len())?;
        let mut ends: Vec<u32> = END_NAMES.iter().filter_map(|name| id_of(name)).chain(eos).collect();
        ends.retain(|id| Some(*id) == eos || vocabulary.kind(*id).is_some_and(TokenKind::is_marker));
        ends.extend(generation_ends(path, vocabulary.len())?);
        ends.sort_unstable();
        ends.dedup();
        let model = Model::Json(Box::new(JsonModel::new(inner, &added)?));
        Ok(Self { model, vocabulary, bos, eos, ends, around })
    }
}

/// Takes the block at `key` out and leaves `rest` in its place.
fn clear(json: &mut Value, key: &str, rest: Value) -> Value {
    match json.get_mut(key) {
        Some(block) => std::mem::replace(block, rest),
        None => Value::Null,
    }
}

/// A merge makes a token of the vocabulary: none is longer than the longest of those.
fn check_merges(model: &Value) -> Result<(), LlmError> {
    let Some(vocabulary) = model.get("vocab").and_then(Value::as_object) else { return Ok(()) };
    let longest = vocabulary.keys().map(String::len).max().unwrap_or(0);
    let length = |merge: &Value| match merge {
        Value::String(pair) => pair.len().saturating_sub(" ".len()),
        Value::Array(pair) => pair.iter().filter_map(Value::as_str).map(str::len).sum(),
        _ => 0,
    };
    let merges = model.get("merges").and_then(Value::as_array);
    match merges.into_iter().flatten().find(|merge| length(merge) > longest) {
        Some(merge) => Err(LlmError::Inconsistent(format!("its tokenizer merges {merge} into what is no token"))),
        None => Ok(()),
    }
}

/// What the post-processor puts around a text. Where there is a `tokenizer.json`, transformers goes by it alone: `add_bos_token` and
/// `add_eos_token` of the settings say nothing then, nor does the name of a class.
fn around(inner: &tokenizers::Tokenizer, tokens: usize) -> Result<Around, LlmError> {
    let failed = |error: tokenizers::Error| LlmError::Tokenizer(error.to_string());
    // One token between, which the processor leaves in its place, tells what stands before it from what stands behind.
    let mut inside = tokenizers::Encoding::from_tokens(vec![tokenizers::Token::new(u32::MAX, String::new(), (0, 0))], 0);
    if let Some(processor) = inner.get_post_processor() {
        use tokenizers::PostProcessor as _;
        inside = processor.process(inside, None, true).map_err(failed)?;
    }
    let ids = inside.get_ids();
    let middle = ids.iter().position(|id| *id == u32::MAX);
    let Some(middle) = middle.filter(|_| ids.iter().filter(|id| **id == u32::MAX).count() == 1) else {
        return Err(LlmError::Unsupported { what: "post-processor", found: "one that repeats or drops the text".into() });
    };
    let before: Vec<u32> = ids.iter().copied().take(middle).collect();
    let behind: Vec<u32> = ids.iter().copied().skip(middle + 1).collect();
    if let Some(id) = before.iter().chain(&behind).find(|id| **id as usize >= tokens) {
        return Err(LlmError::Inconsistent(format!("its post-processor adds token {id}, and the vocabulary has {tokens} tokens")));
    }
    // A template of a chat writes its BOS itself: transformers adds none to it.
    Ok(Around { before, behind, before_chat: false })
}

/// How a token of the vocabulary is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pieces {
    /// In GPT-2's letters for bytes.
    Bytes,
    /// A space as U+2581, bytes as `<0x0A>`.
    Spaces,
}

impl Pieces {
    /// What the blocks `decoder` and `model` of the file say. What would make other text of the tokens than is known here is refused.
    pub(super) fn read(json: &mut Value) -> Result<Self, LlmError> {
        let unsupported = |what: &'static str, found: &str| LlmError::Unsupported { what, found: found.into() };
        if let Some(model) = json.get_mut("model").and_then(Value::as_object_mut) {
            let kind = model.get("type").and_then(Value::as_str).unwrap_or("BPE");
            if !matches!(kind, "BPE" | "Unigram") {
                return Err(unsupported("tokenizer model", kind));
            }
            for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
                if model.get(key).is_some_and(|value| !value.is_null() && value.as_str() != Some("")) {
                    return Err(unsupported("tokenizer setting", key));
                }
            }
            // Draws its merges: for training a tokenizer's model, never for reading.
            if let Some(dropout) = model.get_mut("dropout") {
                *dropout = Value::Null;
            }
        }
        let mut decoders = Vec::new();
        steps(json.get("decoder").unwrap_or(&Value::Null), "decoders", &mut decoders)?;
        let mut pre_tokenizers = Vec::new();
        steps(json.get("pre_tokenizer").unwrap_or(&Value::Null), "pretokenizers", &mut pre_tokenizers)?;
        for decoder in &decoders {
            let kind = decoder.get("type").and_then(Value::as_str).unwrap_or_default();
            let replaces_spaces = || {
                let pattern = decoder.pointer("/pattern/String").and_then(Value::as_str);
                pattern == Some("\u{2581}") && decoder.get("content").and_then(Value::as_str) == Some(" ")
            };
            match kind {
                "ByteLevel" | "ByteFallback" | "Fuse" | "Strip" => {}
                "Metaspace" if decoder.get("replacement").and_then(Value::as_str).is_none_or(|text| text == "\u{2581}") => {}
                "Replace" if replaces_spaces() => {}
                _ => return Err(unsupported("tokenizer decoder", kind)),
            }
        }
        let has = |steps: &[&Value], kind: &str| steps.iter().any(|step| step.get("type").and_then(Value::as_str) == Some(kind));
        let bytes = if decoders.is_empty() { has(&pre_tokenizers, "ByteLevel") } else { has(&decoders, "ByteLevel") };
        Ok(if bytes { Self::Bytes } else { Self::Spaces })
    }
}

/// The steps of a block, those of a sequence one by one.
pub(super) fn steps<'a>(block: &'a Value, list: &str, out: &mut Vec<&'a Value>) -> Result<(), LlmError> {
    match block {
        Value::Null => Ok(()),
        Value::Object(fields) if fields.get("type").and_then(Value::as_str) == Some("Sequence") => match fields.get(list) {
            // No sequence within a sequence is known; the library reads one, and its steps are looked at as any others.
            Some(Value::Array(inner)) => inner.iter().try_for_each(|step| steps(step, list, out)),
            _ => Err(LlmError::Tokenizer(format!("a sequence has no `{list}`"))),
        },
        Value::Object(_) => {
            out.push(block);
            Ok(())
        }
        other => Err(LlmError::Tokenizer(format!("a step is {}", kind_of(other)))),
    }
}

fn vocabulary(inner: &tokenizers::Tokenizer, added: &[AddedToken], pieces: Pieces) -> Result<Vocabulary, LlmError> {
    let model = inner.get_model().get_vocab();
    let most = most_ids(model.len() + added.len());
    let mut tokens: Vec<Option<(TokenKind, Vec<u8>)>> = Vec::new();
    let mut put = |id: u32, kind: TokenKind, bytes: Vec<u8>| -> Result<(), LlmError> {
        let id = id as usize;
        if id >= most {
            return Err(LlmError::Inconsistent(format!("its tokenizer has a token with id {id}")));
        }
        if tokens.len() <= id {
            tokens.resize(id + 1, None);
        }
        if let Some(slot) = tokens.get_mut(id) {
            *slot = Some((kind, bytes));
        }
        Ok(())
    };
    for (token, id) in model {
        let (kind, bytes) = match (pieces, sentencepiece::byte_of(&token)) {
            (Pieces::Bytes, _) => (TokenKind::Normal, byte_level::token_bytes(&token)),
            (Pieces::Spaces, Some(byte)) => (TokenKind::Byte, vec![byte]),
            (Pieces::Spaces, None) => (TokenKind::Normal, token.replace(SPACE, " ").into_bytes()),
        };
        put(id, kind, bytes)?;
    }
    for token in added {
        let kind = if token.special { TokenKind::Control } else { TokenKind::UserDefined };
        put(token.id, kind, token.content.as_bytes().to_vec())?;
    }
    let mut vocabulary = Vocabulary::default();
    for token in tokens {
        let (kind, bytes) = token.unwrap_or((TokenKind::Unused, Vec::new()));
        vocabulary.push(kind, &bytes);
    }
    vocabulary.index_specials(|_| false);
    Ok(vocabulary)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(merge: Value, right: bool) {
        let found = check_merges(&json!({"vocab": {"ab": 0, "abc": 1}, "merges": [merge]}));
        assert_eq!(found.map_err(|error| error.to_string().contains("into what is no token")), if right { Ok(()) } else { Err(true) });
    }

    #[test]
    fn merges_make_tokens_of_the_vocabulary() {
        check(json!("ab c"), true);
        check(json!(["ab", "c"]), true);
        check(json!("abc d"), false);
        check(json!(["abc", "d"]), false);
    }
}
