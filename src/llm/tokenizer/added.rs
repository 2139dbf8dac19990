//! Tokens that `tokenizer.json` adds to a vocabulary, and finding them in text as the library that writes such files finds them.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use serde_json::Value;
use tokenizers::models::bpe::BPE;
use tokenizers::{AddedVocabulary, NormalizedString, Normalizer, NormalizerWrapper, OffsetReferential, OffsetType};

use super::super::LlmError;
use super::specials::Specials;

/// An entry of `added_tokens`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AddedToken {
    pub(super) id: u32,
    pub(super) content: String,
    /// A marker: no text becomes it unless it may.
    pub(super) special: bool,
    /// Found in the normalised text, and itself normalised.
    normalized: bool,
    single_word: bool,
    lstrip: bool,
    rstrip: bool,
}

impl AddedToken {
    /// Reads the list `added_tokens`. What cannot be read is an error: a token that is passed over is text to the model.
    pub(super) fn read_all(list: &Value) -> Result<Vec<Self>, LlmError> {
        match list {
            Value::Null => Ok(Vec::new()),
            Value::Array(list) => list.iter().map(Self::read).collect(),
            other => Err(LlmError::Tokenizer(format!("`added_tokens` is {}", kind_of(other)))),
        }
    }

    fn read(entry: &Value) -> Result<Self, LlmError> {
        let wrong = |key: &str| LlmError::Tokenizer(format!("an added token has no sound `{key}`: {entry}"));
        let id = entry.get("id").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok()).ok_or_else(|| wrong("id"))?;
        let content = entry.get("content").and_then(Value::as_str).ok_or_else(|| wrong("content"))?;
        let flag = |key: &str, default: bool| match entry.get(key) {
            None => Ok(default),
            Some(value) => value.as_bool().ok_or_else(|| wrong(key)),
        };
        let special = flag("special", false)?;
        Ok(Self {
            id,
            content: content.into(),
            special,
            normalized: flag("normalized", !special)?,
            single_word: flag("single_word", false)?,
            lstrip: flag("lstrip", false)?,
            rstrip: flag("rstrip", false)?,
        })
    }
}

/// What to call a JSON value of the wrong kind.
pub(super) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A stretch of a text: a token, or text between tokens.
pub(super) type Stretch = (Range<usize>, Option<u32>);

/// Finds tokens in text: leftmost first, the longest of those, with the white space and the word borders that each asks for.
#[derive(Debug)]
struct Finder {
    /// The library numbers its tokens anew; this is what the file calls them, and how they are written.
    tokens: HashMap<u32, AddedToken>,
    parse: AddedVocabulary,
    /// Passes over markers.
    as_text: AddedVocabulary,
}

impl Finder {
    /// A finder of `tokens`, each with what is looked for.
    fn new(tokens: Vec<(String, &AddedToken)>) -> Result<Self, LlmError> {
        let failed = |error: tokenizers::Error| LlmError::Tokenizer(format!("its added tokens: {error}"));
        let mut parse = AddedVocabulary::new();
        let model = BPE::default();
        let library = |(content, token): &(String, &AddedToken)| tokenizers::AddedToken {
            content: content.clone(),
            single_word: token.single_word,
            lstrip: token.lstrip,
            rstrip: token.rstrip,
            normalized: false,
            special: token.special,
        };
        parse.add_tokens(tokens.iter().map(library), &model, None::<&NormalizerWrapper>).map_err(failed)?;
        let mut named = HashMap::with_capacity(tokens.len());
        for (content, token) in tokens {
            if let Some(id) = parse.token_to_id(&content, &model)
                && named.insert(id, token.clone()).is_some()
            {
                return Err(LlmError::Tokenizer(format!("two added tokens are found as `{content}`")));
            }
        }
        let mut as_text = parse.clone();
        as_text.set_encode_special_tokens(true);
        Ok(Self { tokens: named, parse, as_text })
    }

    /// All of `text`, in order.
    fn stretches(&self, text: &str, specials: Specials) -> Vec<(Range<usize>, Option<&AddedToken>)> {
        let vocabulary = match specials {
            Specials::Parse => &self.parse,
            Specials::AsText => &self.as_text,
        };
        let found = vocabulary.extract_and_normalize(None::<&NormalizerWrapper>, text);
        let splits = found.get_splits(OffsetReferential::Original, OffsetType::Byte);
        let token = |tokens: &Option<Vec<tokenizers::Token>>| self.tokens.get(&tokens.as_ref()?.first()?.id);
        splits.into_iter().map(|(_, (from, to), tokens)| (from..to, token(tokens))).collect()
    }
}

/// The added tokens of a tokenizer: those found in the text as it is, and those found in what normalising makes of it.
#[derive(Debug)]
pub(super) struct AddedTokens {
    raw: Finder,
    normalized: Finder,
}

impl AddedTokens {
    /// Of `tokens`, in a tokenizer with `normalizer`.
    pub(super) fn new(tokens: &[AddedToken], normalizer: Option<&NormalizerWrapper>) -> Result<Self, LlmError> {
        let mut ids = HashSet::new();
        if let Some(token) = tokens.iter().find(|token| !ids.insert(token.id)) {
            return Err(LlmError::Tokenizer(format!("two added tokens have the id {}", token.id)));
        }
        let found = tokens.iter().filter(|token| !token.content.is_empty());
        let raw = found.clone().filter(|token| !token.normalized).map(|token| (token.content.clone(), token)).collect();
        let normalise = |token: &AddedToken| -> Result<String, LlmError> {
            let mut content = NormalizedString::from(token.content.as_str());
            if let Some(normalizer) = normalizer {
                normalizer.normalize(&mut content).map_err(|error| LlmError::Tokenizer(error.to_string()))?;
            }
            Ok(content.get().to_owned())
        };
        let normalized = found
            .filter(|token| token.normalized)
            .map(|token| Ok((normalise(token)?, token)))
            .filter(|found| found.as_ref().map_or(true, |(content, _)| !content.is_empty()))
            .collect::<Result<_, LlmError>>()?;
        Ok(Self { raw: Finder::new(raw)?, normalized: Finder::new(normalized)? })
    }

    /// Those found in `text` as it is.
    pub(super) fn in_text(&self, text: &str, specials: Specials) -> Vec<Stretch> {
        let stretches = self.raw.stretches(text, specials).into_iter();
        stretches.map(|(range, token)| (range, token.map(|token| token.id))).collect()
    }

    /// Those found in `text`, which is normalised; `accepts` may refuse a marker that stands at a place.
    pub(super) fn in_normalized(&self, text: &str, specials: Specials, accepts: impl Fn(&Range<usize>, &str) -> bool) -> Vec<Stretch> {
        let stretches = self.normalized.stretches(text, specials).into_iter();
        let kept = |range: &Range<usize>, token: &&AddedToken| !token.special || accepts(range, &token.content);
        stretches.map(|(range, token)| (range.clone(), token.filter(|token| kept(&range, token)).map(|token| token.id))).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn token(id: u32, content: &str, changes: Value) -> Value {
        let mut token = json!({"id": id, "content": content, "special": true});
        for (key, value) in changes.as_object().unwrap() {
            token[key] = value.clone();
        }
        token
    }

    #[track_caller]
    fn check(list: Value, text: &str, specials: Specials, expected: &[(&str, Option<u32>)]) {
        let tokens = AddedTokens::new(&AddedToken::read_all(&list).unwrap(), None).unwrap();
        let mut found = Vec::new();
        for (range, id) in tokens.in_text(text, specials) {
            match id {
                Some(_) => found.push((&text[range], id)),
                None => {
                    let inner = &text[range];
                    found.extend(tokens.in_normalized(inner, specials, |_, _| true).into_iter().map(|(range, id)| (&inner[range], id)));
                }
            }
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn tokens_are_found_as_the_library_finds_them() {
        let strips = json!([token(7, "<|u|>", json!({"lstrip": true, "rstrip": true}))]);
        check(strips.clone(), "a <|u|>  b", Specials::Parse, &[("a", None), (" <|u|>  ", Some(7)), ("b", None)]);
        check(strips, "a <|u|>  b", Specials::AsText, &[("a <|u|>  b", None)]);
        let word = json!([token(7, "SEL", json!({"single_word": true, "special": false}))]);
        check(word, "SELECT SEL x_SEL", Specials::AsText, &[("SELECT ", None), ("SEL", Some(7)), (" x_SEL", None)]);
        // The leftmost wins, and of those the longest, whatever stands first in the list.
        let two = json!([token(1, "bc", json!({})), token(2, "ab", json!({})), token(3, "abc", json!({}))]);
        check(two.clone(), "abcab", Specials::Parse, &[("abc", Some(3)), ("ab", Some(2))]);
        // Ids may have gaps.
        check(
            json!([token(900, "<x>", json!({})), token(5, "<y>", json!({}))]),
            "<y><x>",
            Specials::Parse,
            &[("<y>", Some(5)), ("<x>", Some(900))],
        );
    }

    #[test]
    fn a_normalised_token_is_found_in_the_normalised_text() {
        let lowercase: NormalizerWrapper = serde_json::from_value(json!({"type": "Lowercase"})).unwrap();
        let list = json!([token(4, "Select Name", json!({"special": false, "normalized": true}))]);
        let tokens = AddedTokens::new(&AddedToken::read_all(&list).unwrap(), Some(&lowercase)).unwrap();
        assert_eq!(tokens.in_text("Select Name", Specials::Parse), [(0..11, None)]);
        assert_eq!(tokens.in_normalized("x select name", Specials::Parse, |_, _| true), [(0..2, None), (2..13, Some(4))]);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for (list, expected) in [
            (json!({}), "`added_tokens` is an object"),
            (json!([{"content": "a"}]), "no sound `id`"),
            (json!([{"id": 1}]), "no sound `content`"),
            (json!([token(1, "a", json!({"lstrip": 1}))]), "no sound `lstrip`"),
        ] {
            let error = AddedToken::read_all(&list).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        let twice = AddedToken::read_all(&json!([token(1, "a", json!({})), token(1, "b", json!({}))])).unwrap();
        assert!(AddedTokens::new(&twice, None).unwrap_err().to_string().contains("the id 1"));
    }
}
