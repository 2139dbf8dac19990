//! A folder's tokenizer as the keys `tokenizer.ggml.*`, as llama.cpp's converter writes them. What they cannot say is refused: a file whose
//! tokenizer cuts text otherwise would answer otherwise without a sign. So the tokenizer that the keys describe reads a text of many kinds,
//! and has to find the folder's tokens in it.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value as Json;

use super::super::LlmError;
use super::super::checkpoint::read::read_text;
use super::super::gguf::{Metadata, Value};
use super::added::AddedToken;
use super::added_beside::add_those_beside;
use super::encode::Tokenizer;
use super::json::{Pieces, steps};
use super::model_file::ModelFile;
use super::pre_tokenizer::PreTokenizerRule;
use super::sentencepiece;
use super::specials::{END_NAMES, Specials};
use super::vocabulary::{TokenKind, most_ids};

/// Text of many kinds, on which tokenizers differ. None of it changes in NFC, which llama.cpp passes over.
const PROBE: &str = "SELECT name, COUNT(*) AS n FROM \"Order Details\" WHERE price >= 12.5 AND city = 'Zürich';\n\n\t-- it's I'LL don't 1234567 \
    3x3\r\n   indented  twice   \n日本語のテキスト Привет, мир! عربى 🙂👍🏽 naïve café… ÅÄÖ <html> {\"a\": [1, 2]} a_b-c.d/e\\f  ";

/// Where a rule that tells capitals from small letters depends on knowing those of all scripts, and marks.
const CASES: &str = "приВет ÉcoleÉTÉ ΑθήναΣ हिन्दी में ที่นี่";

/// What a tokenizer becomes.
pub struct Exported {
    /// The keys.
    pub metadata: Metadata,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// The keys for the tokenizer of `folder`, which was read as `tokenizer`, of a model whose embedding has `rows` rows.
pub fn export(folder: &Path, tokenizer: &Tokenizer, rows: usize) -> Result<Exported, LlmError> {
    let config = optional_json(&folder.join("tokenizer_config.json"))?;
    let json_file = folder.join("tokenizer.json");
    let model_file = folder.join("tokenizer.model");
    let mut list = if json_file.is_file() {
        let mut json = serde_json::from_str(&read_text(&json_file)?)
            .map_err(|error| LlmError::Tokenizer(format!("{}: {error}", json_file.display())))?;
        add_those_beside(&json_file, &mut json, &config)?;
        let scores = if model_file.is_file() { ModelFile::read(&model_file, &config).ok() } else { None };
        TokenList::of_json(json, scores)?
    } else {
        TokenList::of_model_file(ModelFile::read(&model_file, &config)?, &config)
    };
    list.fill_up(rows);
    let metadata = keys(&list, tokenizer, &config);
    let notes = compare(&metadata, tokenizer)?;
    Ok(Exported { metadata, notes })
}

fn optional_json(file: &Path) -> Result<Json, LlmError> {
    if !file.is_file() {
        return Ok(Json::Null);
    }
    serde_json::from_str(&read_text(file)?).map_err(|error| LlmError::Tokenizer(format!("{}: {error}", file.display())))
}

/// Tokens as GGUF lists them.
struct TokenList {
    tokens: Vec<(String, TokenKind)>,
    how: How,
}

/// What belongs to each of the two models.
enum How {
    Bytes { pre: &'static str, merges: Vec<String> },
    Spaces { scores: Vec<f32>, space_prefix: bool, unknown: Option<String> },
}

fn unsupported(what: &'static str, found: &str) -> LlmError {
    LlmError::Unsupported { what, found: found.into() }
}

impl TokenList {
    fn of_json(mut json: Json, file: Option<ModelFile>) -> Result<Self, LlmError> {
        let added = AddedToken::read_all(json.get("added_tokens").unwrap_or(&Json::Null))?;
        let pieces = Pieces::read(&mut json)?;
        let model = json.get("model").cloned().unwrap_or(Json::Null);
        if model.get("type").and_then(Json::as_str).is_some_and(|kind| kind != "BPE") {
            return Err(unsupported("tokenizer in GGUF", "a Unigram model"));
        }
        let vocabulary = model.get("vocab").and_then(Json::as_object).ok_or_else(|| LlmError::Tokenizer("it has no vocabulary".into()))?;
        let mut tokens: Vec<Option<(String, TokenKind)>> = Vec::new();
        let most = most_ids(vocabulary.len() + added.len());
        let mut put = |id: usize, token: &str, kind: TokenKind| -> Result<(), LlmError> {
            if id >= most {
                return Err(LlmError::Inconsistent(format!("its tokenizer has a token with id {id}")));
            }
            if tokens.len() <= id {
                tokens.resize(id + 1, None);
            }
            if let Some(slot) = tokens.get_mut(id) {
                *slot = Some((token.to_owned(), kind));
            }
            Ok(())
        };
        for (token, id) in vocabulary {
            let id = id.as_u64().and_then(|id| usize::try_from(id).ok()).unwrap_or(usize::MAX);
            let byte = pieces == Pieces::Spaces && sentencepiece::byte_of(token).is_some();
            put(id, token, if byte { TokenKind::Byte } else { TokenKind::Normal })?;
        }
        let unknown = model.get("unk_token").and_then(Json::as_str).map(str::to_owned);
        for token in &added {
            // As the library: a token that the model knows is the model's, whatever number stands beside it.
            let id = vocabulary.get(&token.content).and_then(Json::as_u64).unwrap_or(u64::from(token.id));
            let kind = match token.special {
                _ if pieces == Pieces::Spaces && unknown.as_ref() == Some(&token.content) => TokenKind::Unknown,
                true => TokenKind::Control,
                false => TokenKind::UserDefined,
            };
            put(usize::try_from(id).unwrap_or(usize::MAX), &token.content, kind)?;
        }
        let tokens = tokens.into_iter().enumerate().map(|(id, token)| token.unwrap_or_else(|| unused(id))).collect::<Vec<_>>();
        let merges = merges(&model)?;
        let how = match pieces {
            Pieces::Bytes => {
                let merges = merges.iter().map(|(left, right)| format!("{left} {right}")).collect();
                How::Bytes { pre: pre_tokenizer(&json, &model)?, merges }
            }
            Pieces::Spaces => {
                let scores = match file.filter(|file| file.tokens.iter().zip(&tokens).all(|(a, (b, _))| a == b)) {
                    Some(file) => tokens.iter().enumerate().map(|(id, _)| file.scores.get(id).copied().unwrap_or(0.0)).collect(),
                    None => scores(&tokens, &merges)?,
                };
                How::Spaces { scores, space_prefix: space_prefix(&json)?, unknown }
            }
        };
        Ok(Self { tokens, how })
    }

    fn of_model_file(file: ModelFile, config: &Json) -> Self {
        let unknown = config.get("unk_token").map_or(Some("<unk>".into()), name_in);
        let tokens = file.tokens.into_iter().zip(file.kinds).enumerate();
        let tokens = tokens.map(|(id, (token, kind))| if token.is_empty() { unused(id) } else { (token, kind) }).collect();
        Self { tokens, how: How::Spaces { scores: file.scores, space_prefix: file.space_prefix, unknown } }
    }

    /// llama.cpp wants as many tokens as the embedding has rows.
    fn fill_up(&mut self, rows: usize) {
        self.tokens.extend((self.tokens.len()..rows).map(unused));
        if let How::Spaces { scores, .. } = &mut self.how {
            scores.resize(self.tokens.len(), -10_000.0);
        }
    }

    fn id_of(&self, name: &str) -> Option<u64> {
        self.tokens.iter().position(|(token, _)| token == name).map(|id| id as u64)
    }
}

/// A slot that no text uses, as llama.cpp's converter names it.
fn unused(id: usize) -> (String, TokenKind) {
    (format!("[PAD{id}]"), TokenKind::Unused)
}

/// A token's name in a settings file.
fn name_in(value: &Json) -> Option<String> {
    value.as_str().or_else(|| value.get("content")?.as_str()).map(str::to_owned)
}

/// The merges: pairs, or lines of two tokens with a space between.
fn merges(model: &Json) -> Result<Vec<(String, String)>, LlmError> {
    let wrong = || LlmError::Tokenizer("a merge is no pair of tokens".into());
    let one = |merge: &Json| match merge {
        Json::String(line) => line.split_once(' ').map(|(left, right)| (left.to_owned(), right.to_owned())).ok_or_else(wrong),
        Json::Array(pair) => match pair.as_slice() {
            [Json::String(left), Json::String(right)] => Ok((left.clone(), right.clone())),
            _ => Err(wrong()),
        },
        _ => Err(wrong()),
    };
    model.get("merges").and_then(Json::as_array).into_iter().flatten().map(one).collect()
}

/// llama.cpp's name of the rule by which text is cut before merging.
fn pre_tokenizer(json: &Json, model: &Json) -> Result<&'static str, LlmError> {
    let mut normalizers = Vec::new();
    steps(json.get("normalizer").unwrap_or(&Json::Null), "normalizers", &mut normalizers)?;
    for normalizer in normalizers {
        let kind = kind_of_step(normalizer);
        // llama.cpp passes over it for these families too.
        if kind != "NFC" {
            return Err(unsupported("normalizer in GGUF", kind));
        }
    }
    let mut found = Vec::new();
    steps(json.get("pre_tokenizer").unwrap_or(&Json::Null), "pretokenizers", &mut found)?;
    let mut patterns = Vec::new();
    for step in found {
        let is = |key: &str| step.get(key).and_then(Json::as_bool);
        match kind_of_step(step) {
            // What is left of a text once all that does not fit is removed: the same pieces, where the pattern fits all of a text.
            "Split" if matches!((behavior(step), is("invert")), ("Isolated", None | Some(false)) | ("Removed", Some(true))) => {
                match step.pointer("/pattern/Regex").and_then(Json::as_str) {
                    Some(pattern) => patterns.push(pattern),
                    None => return Err(unsupported("pre-tokenizer in GGUF", "a Split without a regular expression")),
                }
            }
            "Digits" if is("individual_digits") == Some(true) => patterns.push(r"\p{N}"),
            "ByteLevel" if is("add_prefix_space") == Some(true) => {
                return Err(unsupported("pre-tokenizer in GGUF", "ByteLevel with add_prefix_space"));
            }
            "ByteLevel" if is("use_regex") != Some(false) => patterns.push(PreTokenizerRule::GPT2),
            "ByteLevel" => {}
            other => return Err(unsupported("pre-tokenizer in GGUF", other)),
        }
    }
    if patterns.is_empty() && model.get("merges").and_then(Json::as_array).is_none_or(Vec::is_empty) {
        // Where nothing is merged, nothing depends on where text is cut.
        patterns.push(PreTokenizerRule::GPT2);
    }
    let whole_words = model.get("ignore_merges").and_then(Json::as_bool).unwrap_or(false);
    PreTokenizerRule::name_of(&patterns, whole_words).ok_or_else(|| unsupported("pre-tokenizer in GGUF", &patterns.join(", then ")))
}

fn behavior(step: &Json) -> &str {
    step.get("behavior").and_then(Json::as_str).unwrap_or_default()
}

fn kind_of_step(step: &Json) -> &str {
    step.get("type").and_then(Json::as_str).unwrap_or_default()
}

/// Whether a space goes before a text, in a tokenizer that writes spaces as U+2581.
fn space_prefix(json: &Json) -> Result<bool, LlmError> {
    let mut found = Vec::new();
    steps(json.get("normalizer").unwrap_or(&Json::Null), "normalizers", &mut found)?;
    steps(json.get("pre_tokenizer").unwrap_or(&Json::Null), "pretokenizers", &mut found)?;
    let mut prefix = false;
    for step in found {
        match kind_of_step(step) {
            "Prepend" if step.get("prepend").and_then(Json::as_str) == Some("\u{2581}") => prefix = true,
            "Replace" | "Split" => {}
            "Metaspace" => prefix = step.get("prepend_scheme").and_then(Json::as_str) != Some("never"),
            other => return Err(unsupported("tokenizer step in GGUF", other)),
        }
    }
    Ok(prefix)
}

/// Scores for SentencePiece's way of merging, by which the best pair is the one whose merged token has the highest score. It tries every pair
/// whose text is a token, so all such pairs have to be merges.
fn scores(tokens: &[(String, TokenKind)], merges: &[(String, String)]) -> Result<Vec<f32>, LlmError> {
    let mut ranks: HashMap<&str, HashMap<usize, usize>> = HashMap::new();
    let joined: Vec<String> = merges.iter().map(|(left, right)| format!("{left}{right}")).collect();
    for (rank, ((left, _), joined)) in merges.iter().zip(&joined).enumerate() {
        ranks.entry(joined).or_default().entry(left.len()).or_insert(rank);
    }
    let normal: HashMap<&str, ()> =
        tokens.iter().filter(|(_, kind)| *kind == TokenKind::Normal).map(|(token, _)| (token.as_str(), ())).collect();
    let score = |(token, kind): &(String, TokenKind)| -> Result<f32, LlmError> {
        if *kind != TokenKind::Normal {
            return Ok(0.0);
        }
        let empty = HashMap::new();
        let own = ranks.get(token.as_str()).unwrap_or(&empty);
        for (at, _) in token.char_indices().skip(1) {
            let pair = token.split_at(at);
            if normal.contains_key(pair.0) && normal.contains_key(pair.1) && !own.contains_key(&at) {
                return Err(unsupported(
                    "tokenizer in GGUF",
                    &format!("one that does not merge `{}` and `{}`, though it knows `{token}`", pair.0, pair.1),
                ));
            }
        }
        // Tokens that nothing merges into are single characters, which need no score.
        Ok(own.values().min().map_or(-1e9, |rank| -(*rank as f32)))
    };
    tokens.iter().map(score).collect()
}

fn keys(list: &TokenList, tokenizer: &Tokenizer, config: &Json) -> Metadata {
    let mut out = Metadata::default();
    let mut put = |key: &str, value: Value| {
        out.0.insert(format!("tokenizer.ggml.{key}"), value);
    };
    let around = &tokenizer.around;
    let bos = match around.before.as_slice() {
        [only] => Some(*only),
        _ => tokenizer.bos,
    };
    let eos = match around.behind.as_slice() {
        [only] => Some(*only),
        _ => tokenizer.eos,
    };
    match &list.how {
        How::Bytes { pre, merges } => {
            put("model", Value::String("gpt2".into()));
            put("pre", Value::String((*pre).into()));
            put("merges", Value::Strings(merges.clone()));
        }
        How::Spaces { scores, space_prefix, unknown } => {
            put("model", Value::String("llama".into()));
            put("pre", Value::String("default".into()));
            put("scores", Value::Floats(scores.clone()));
            put("add_space_prefix", Value::Bool(*space_prefix));
            if let Some(id) = unknown.as_ref().and_then(|name| list.id_of(name)) {
                put("unknown_token_id", Value::Unsigned(id));
            }
        }
    }
    put("tokens", Value::Strings(list.tokens.iter().map(|(token, _)| token.clone()).collect()));
    put("token_type", Value::Integers(list.tokens.iter().map(|(_, kind)| kind.gguf()).collect()));
    put("add_bos_token", Value::Bool(bos.is_some() && around.before.as_slice() == bos.as_slice()));
    put("add_eos_token", Value::Bool(eos.is_some() && around.behind.as_slice() == eos.as_slice()));
    let pad = config.get("pad_token").and_then(name_in).and_then(|name| list.id_of(&name));
    // What ends a generation besides EOS, and has no name by which llama.cpp knows it.
    let named = |id: u32| list.tokens.get(id as usize).is_some_and(|(token, _)| END_NAMES.contains(&token.as_str()));
    let end_of_turn = tokenizer.ends.iter().copied().find(|id| Some(*id) != eos && !named(*id));
    for (key, id) in [
        ("bos_token_id", bos.map(u64::from)),
        ("eos_token_id", eos.map(u64::from)),
        ("padding_token_id", pad),
        ("eot_token_id", end_of_turn.map(u64::from)),
    ] {
        if let Some(id) = id {
            put(key, Value::Unsigned(id));
        }
    }
    out
}

/// Reads texts with both tokenizers.
fn compare(metadata: &Metadata, folder: &Tokenizer) -> Result<Vec<String>, LlmError> {
    let own = Tokenizer::from_gguf(metadata)?;
    let names: Vec<&str> = folder.marker_names().take(64).collect();
    let same = |text: &str, specials: Specials| match (own.encode(text, specials), folder.encode(text, specials)) {
        (Ok(own), Ok(folder)) => own == folder,
        _ => false,
    };
    if ![PROBE.to_owned(), format!("{PROBE}{}", names.join(" "))].iter().all(|text| same(text, Specials::AsText)) {
        return Err(unsupported("tokenizer in GGUF", "one that cuts text in a way of its own"));
    }
    if own.before() != folder.before() || own.behind() != folder.behind() {
        return Err(unsupported("tokenizer in GGUF", "one that puts several tokens around a text"));
    }
    let mut notes = Vec::new();
    let around: String = names.iter().map(|name| format!("a {name} b{name}c\n{name}")).collect();
    if !same(&around, Specials::Parse) {
        notes.push("around markers llama.cpp takes white space otherwise than this tokenizer".into());
    }
    if !same(CASES, Specials::AsText) {
        notes.push("llama.cpp cuts words with capitals or marks within them otherwise, in writing other than English".into());
    }
    if own.end_ids() != folder.end_ids() {
        notes.push("not all tokens that end a text can be said in GGUF".into());
    }
    Ok(notes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(split: Json, expected: Result<&str, &str>) {
        let steps = json!([split, {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]);
        let file = json!({"pre_tokenizer": {"type": "Sequence", "pretokenizers": steps}});
        let found = pre_tokenizer(&file, &json!({"merges": [["a", "b"]]})).map_err(|error| error.to_string());
        assert!(
            match (&found, expected) {
                (Ok(found), Ok(expected)) => *found == expected,
                (Err(found), Err(expected)) => found.contains(expected),
                _ => false,
            },
            "{found:?}"
        );
    }

    #[test]
    fn a_text_is_cut_by_what_is_kept_or_by_what_is_not_removed() {
        let split = |behavior: &str, invert: bool| json!({"type": "Split", "pattern": {"Regex": PreTokenizerRule::GPT2}, "behavior": behavior, "invert": invert});
        check(split("Isolated", false), Ok("gpt-2"));
        check(split("Removed", true), Ok("gpt-2"));
        check(split("Removed", false), Err("pre-tokenizer in GGUF"));
        check(split("Isolated", true), Err("pre-tokenizer in GGUF"));
        check(split("MergedWithNext", false), Err("pre-tokenizer in GGUF"));
    }
}
