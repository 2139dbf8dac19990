//! Tokens that a folder adds beside its `tokenizer.json`: in `tokenizer_config.json`, or, of older date, in `special_tokens_map.json` and
//! `added_tokens.json`. transformers adds them to the file's own, with these flags and with numbers of its own behind the others'.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::super::LlmError;
use super::beside::beside;

/// Settings that name a special token.
const NAMED: [&str; 7] = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

/// Puts those tokens into the list `added_tokens` of `json`, the `tokenizer.json` at `path`, beside which `config` stands. What the model has no
/// row for stays out: there it is text.
pub(super) fn add_those_beside(path: &Path, json: &mut Value, config: &Value) -> Result<(), LlmError> {
    let rows = beside(path, "config.json")?.get("vocab_size").and_then(Value::as_u64);
    let vocabulary = json.pointer("/model/vocab").unwrap_or(&Value::Null);
    let of_model = |content: &str| match vocabulary {
        Value::Object(pieces) => pieces.get(content).and_then(Value::as_u64),
        Value::Array(pieces) => {
            (0..).zip(pieces).find(|(_, piece)| piece.get(0).and_then(Value::as_str) == Some(content)).map(|(id, _)| id)
        }
        _ => None,
    };
    let pieces = vocabulary.as_object().map(Map::len).or(vocabulary.as_array().map(Vec::len)).unwrap_or(0) as u64;
    let mut all = match json.get("added_tokens") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(own)) => own.clone(),
        // It is refused where it is read.
        Some(_) => return Ok(()),
    };
    for Wanted { mut token, counts } in wanted(path, config)? {
        let content = content_of(&token).unwrap_or_default().to_owned();
        let own = all.iter().position(|own| content_of(own) == Some(content.as_str()));
        let last = all.iter().filter_map(|token| token.get("id")?.as_u64()).max();
        let id = match own {
            Some(at) => all.get(at).and_then(|own| own.get("id")).cloned(),
            None => Some(of_model(&content).unwrap_or_else(|| last.map_or(pieces, |last| pieces.max(last + 1))).into()),
        };
        let (Some(id), Some(entries)) = (id, token.as_object_mut()) else { continue };
        let has_row = rows.is_none_or(|rows| id.as_u64().is_none_or(|id| id < rows));
        entries.insert("id".into(), id);
        match own.and_then(|at| all.get_mut(at)) {
            Some(own) if counts => *own = token,
            Some(_) => {}
            None if has_row && !content.is_empty() => all.push(token),
            None => {}
        }
    }
    if let Some(entries) = json.as_object_mut().filter(|_| !all.is_empty()) {
        entries.insert("added_tokens".into(), Value::Array(all));
    }
    Ok(())
}

/// A token that is named, and whether its flags count for more than those in the file.
struct Wanted {
    token: Value,
    counts: bool,
}

/// The tokens that are named, in the order in which transformers adds them.
fn wanted(path: &Path, config: &Value) -> Result<Vec<Wanted>, LlmError> {
    let mut settings: Map<String, Value> = config.as_object().cloned().unwrap_or_default();
    let mut out: Vec<(u64, Value)> = Vec::new();
    match settings.remove("added_tokens_decoder") {
        Some(Value::Object(tokens)) => {
            let numbered = tokens.into_iter().filter_map(|(id, token)| Some((id.parse().ok()?, token)));
            out.extend(numbered.filter(|(_, token)| content_of(token).is_some()));
        }
        _ => {
            if let Value::Object(older) = beside(path, "special_tokens_map.json")? {
                settings.extend(older);
            }
            let special: Vec<String> = named(&settings).filter_map(|token| content_of(&token).map(str::to_owned)).collect();
            if let Value::Object(older) = beside(path, "added_tokens.json")? {
                let token = |(content, id): (String, Value)| {
                    let special = special.contains(&content);
                    Some((id.as_u64()?, json!({ "content": content, "special": special, "normalized": !special })))
                };
                out.extend(older.into_iter().filter_map(token));
            }
        }
    }
    out.sort_by_key(|(id, _)| *id);
    let special: Vec<String> = named(&settings).filter_map(|token| content_of(&token).map(str::to_owned)).collect();
    let numbered = out.into_iter().map(|(_, mut token)| {
        let is_named = content_of(&token).is_some_and(|content| special.iter().any(|own| own == content));
        if let Some(entries) = token.as_object_mut().filter(|_| is_named) {
            entries.insert("special".into(), true.into());
        }
        Wanted { token, counts: true }
    });
    Ok(numbered.chain(named(&settings).map(|token| Wanted { token, counts: false })).collect())
}

/// Special tokens by their names, then those without one. A name alone is a token with nothing special but that.
fn named(settings: &Map<String, Value>) -> impl Iterator<Item = Value> + '_ {
    let own = settings.iter().filter(|(key, _)| key.ends_with("_token") && !NAMED.contains(&key.as_str())).map(|(_, value)| value);
    let listed = |key: &str| settings.get(key).filter(|value| value.as_array().is_none_or(|list| !list.is_empty()));
    let extra = listed("extra_special_tokens").or_else(|| listed("additional_special_tokens"));
    let by_name = extra.and_then(Value::as_object).into_iter().flatten().map(|(_, value)| value);
    let others = extra.and_then(Value::as_array).into_iter().flatten();
    let usual = NAMED.iter().filter_map(|key| settings.get(*key));
    usual.chain(own).chain(by_name).chain(others).filter_map(|value| match value {
        Value::String(content) => Some(json!({ "content": content, "special": true, "normalized": false })),
        Value::Object(entries) if content_of(value).is_some() => {
            let mut token = entries.clone();
            token.insert("special".into(), true.into());
            Some(Value::Object(token))
        }
        _ => None,
    })
}

fn content_of(token: &Value) -> Option<&str> {
    token.get("content")?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The `added_tokens` behind the two that the file has, as transformers 5.24 adds them.
    #[track_caller]
    fn check(files: &[(&str, Value)], config: Value, expected: &[(u64, &str, bool, bool)]) {
        let folder = tempfile::tempdir().unwrap();
        for (name, value) in files {
            std::fs::write(folder.path().join(name), value.to_string()).unwrap();
        }
        let own = json!([{"id": 3, "content": "<|end|>", "special": true}, {"id": 4, "content": "<|x|>", "special": true, "lstrip": true}]);
        let mut json = json!({"added_tokens": own, "model": {"vocab": {"a": 0, "b": 1, "</s>": 2}}});
        add_those_beside(&folder.path().join("tokenizer.json"), &mut json, &config).unwrap();
        let flag = |token: &Value, key: &str| token.get(key).and_then(Value::as_bool).unwrap_or(false);
        let all = json["added_tokens"].as_array().unwrap();
        let told: Vec<_> =
            all.iter().map(|t| (t["id"].as_u64().unwrap(), content_of(t).unwrap(), flag(t, "special"), flag(t, "lstrip"))).collect();
        let mut whole = vec![(3, "<|end|>", true, false), (4, "<|x|>", true, true)];
        for token in expected {
            match whole.iter().position(|own| own.1 == token.1) {
                Some(at) => whole[at] = *token,
                None => whole.push(*token),
            }
        }
        assert_eq!(told, whole);
    }

    #[test]
    fn tokens_are_added_as_transformers_adds_them() {
        check(&[], Value::Null, &[]);
        check(&[], json!({"eos_token": "<|end|>", "pad_token": "<pad>"}), &[(5, "<pad>", true, false)]);
        check(&[], json!({"eos_token": "</s>"}), &[(2, "</s>", true, false)]);
        let decoder = json!({"9": {"content": "<|y|>", "special": false, "lstrip": true}, "4": {"content": "<|x|>", "special": true}});
        check(&[], json!({"added_tokens_decoder": decoder, "unk_token": "<|y|>"}), &[(4, "<|x|>", true, false), (5, "<|y|>", true, true)]);
        check(&[], json!({"additional_special_tokens": ["<|x|>", "<1>", "<2>"]}), &[(5, "<1>", true, false), (6, "<2>", true, false)]);
        check(&[], json!({"extra_special_tokens": {"image_token": "<1>"}}), &[(5, "<1>", true, false)]);
        let bos = json!({"content": "<b>", "lstrip": true});
        check(&[], json!({"bos_token": bos, "image_token": "<i>"}), &[(5, "<b>", true, true), (6, "<i>", true, false)]);
        let older = [("special_tokens_map.json", json!({"pad_token": "<p>"})), ("added_tokens.json", json!({"<q>": 7, "<p>": 8}))];
        check(&older, Value::Null, &[(5, "<q>", false, false), (6, "<p>", true, false)]);
        // Newer settings are all that counts.
        check(&older, json!({"added_tokens_decoder": {}}), &[]);
        // The model has no row for the second.
        check(&[("config.json", json!({"vocab_size": 6}))], json!({"bos_token": "<1>", "pad_token": "<2>"}), &[(5, "<1>", true, false)]);
    }
}
