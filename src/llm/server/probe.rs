//! What a server can do: asked of the server itself, with a few words that are nobody's. No server is taken for one of a list.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use tokio::time::timeout;

use super::super::server_error::ServerError;
use super::abilities::{Abilities, GrammarField};
use super::dialect::put_grammar;
use super::exchange::Client;
use super::reading::Speaker;
use super::said::{Said, read};

/// A field that is not known may make a server wait for ever: nothing takes longer than this,
const LONGEST: Duration = Duration::from_secs(30);
/// or than so many times what a single word took, on a machine that has other work.
const TIMES_A_WORD: u32 = 40;
/// So many drafts are drawn at most; some servers give fewer answers to one request (llama.cpp's as many as it has slots).
const SEVERAL: usize = 8;
/// What no model says by itself.
const UNUSUAL: &str = "zebra quilt";

/// A model that a server has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// Its name.
    pub name: String,
    /// The model that it is an adapter of.
    pub parent: Option<String>,
    /// Tokens of context, where the server says so.
    pub context_length: Option<usize>,
}

/// The models that a server has.
pub(super) async fn served(client: &Client) -> Result<Vec<Served>, ServerError> {
    let value = client.get("/models").await?;
    let list = value.get("data").or_else(|| value.get("models")).and_then(Value::as_array);
    let list = list.ok_or_else(|| client.garbled("its list of models is none"))?;
    let of = |model: &Value| {
        let name = ["id", "name", "model"].iter().find_map(|key| model.get(key)?.as_str())?;
        let number = |pointer: &&str| model.pointer(pointer).and_then(Value::as_u64).map(|number| number as usize);
        let lengths = ["/max_model_len", "/loaded_context_length", "/context_length", "/max_context_length", "/meta/n_ctx"];
        Some(Served {
            name: crate::text::sanitize(name).into_owned(),
            parent: model.get("parent").and_then(Value::as_str).map(|parent| crate::text::sanitize(parent).into_owned()),
            context_length: lengths.iter().find_map(number),
        })
    };
    Ok(list.iter().filter_map(of).collect())
}

/// What was found out.
pub(super) struct Found {
    pub(super) abilities: Abilities,
    /// Whether every question was answered in time, with yes or no.
    pub(super) is_sure: bool,
}

/// Asks `model` what can be asked of it. What fails is not there; only where nothing is there is that an error.
pub(super) async fn probe(client: &Client, model: &str, served: &[Served]) -> Result<Found, ServerError> {
    let mut found = Abilities {
        adapters: served.iter().filter(|own| own.parent.is_some()).map(|own| own.name.clone()).collect(),
        context_length: served.iter().find(|own| own.name == model).and_then(|own| own.context_length),
        ..Abilities::default()
    };
    let mut probing = Probing { client, model, longest: client.timeout, is_sure: true };
    let start = Instant::now();
    let chat = probing.ask(true, json!({ "max_tokens": 1 })).await;
    let first = start.elapsed();
    let completion = probing.ask(false, json!({ "max_tokens": 1 })).await;
    // The first one may have waited for the model to be loaded.
    let second = start.elapsed().saturating_sub(first);
    let word = if completion.is_ok() && chat.is_ok() { first.min(second) } else { first.max(second) };
    probing.longest = LONGEST.max(word * TIMES_A_WORD);
    (found.chat, found.completions) = (chat.is_ok(), completion.is_ok());
    let (answer, again) = match (chat, completion) {
        (Err(error), Err(_)) => return Err(error),
        (Ok(answer), again) => (answer, again.ok()),
        (Err(_), Ok(answer)) => (answer, None),
    };
    let cached = |answer: &Value| {
        let places = ["/usage/prompt_tokens_details/cached_tokens", "/timings/cache_n", "/tokens_cached"];
        places.iter().any(|at| answer.pointer(at).is_some_and(Value::is_number))
    };
    found.prefix_cache = cached(&answer) || again.as_ref().is_some_and(cached);
    let several = probing.ask(found.chat, json!({ "max_tokens": 1, "n": SEVERAL, "temperature": 1.0 })).await;
    let has_last = |said: Said| said.pieces.iter().any(|piece| piece.index + 1 == SEVERAL);
    found.several = several.is_ok_and(|answer| read(&answer).is_some_and(has_last));
    let logprobs = if found.chat { json!({ "max_tokens": 1, "logprobs": true }) } else { json!({ "max_tokens": 1, "logprobs": 1 }) };
    let likely = probing.ask(found.chat, logprobs).await;
    found.logprobs = likely.is_ok_and(|answer| read(&answer).is_some_and(|said| said.pieces.iter().any(|piece| !piece.tokens.is_empty())));
    for field in GrammarField::ALL {
        let mut fields = Map::from_iter([("max_tokens".to_owned(), Value::from(12))]);
        put_grammar(&mut fields, field, &format!("root ::= \"{UNUSUAL}\""));
        if probing.says(found.chat, fields.into(), UNUSUAL).await {
            found.grammar = Some(field);
            break;
        }
    }
    let schema = json!({
        "type": "object",
        "properties": { "zebra": { "type": "string", "enum": ["quilt"] } },
        "required": ["zebra"],
        "additionalProperties": false,
    });
    let format = json!({ "type": "json_schema", "json_schema": { "name": "zebra", "strict": true, "schema": schema } });
    let answer = probing.ask(found.chat, json!({ "max_tokens": 32, "response_format": format })).await;
    let text = answer.ok().and_then(|answer| Some(read(&answer)?.pieces.first()?.text.clone())).unwrap_or_default();
    found.json_schema = serde_json::from_str::<Value>(&text).is_ok_and(|value| value == json!({ "zebra": "quilt" }));
    let tokens =
        timeout(probing.longest, client.post_beside("/tokenize", &json!({ "model": model, "prompt": "a b", "content": "a b" }))).await;
    probing.is_sure &= tokens.is_ok();
    found.token_ids = matches!(tokens, Ok(Ok(value)) if value.get("tokens").and_then(Value::as_array).is_some_and(|ids| ids.iter().any(Value::is_number)));
    Ok(Found { abilities: found, is_sure: probing.is_sure })
}

struct Probing<'a> {
    client: &'a Client,
    model: &'a str,
    /// A question takes no longer.
    longest: Duration,
    is_sure: bool,
}

impl Probing<'_> {
    /// Asks for a word, with these fields. An answer without choices is none.
    async fn ask(&mut self, chat: bool, fields: Value) -> Result<Value, ServerError> {
        let mut body = Map::from_iter([("model".to_owned(), Value::from(self.model)), ("temperature".to_owned(), 0.0.into())]);
        let (path, key, prompt) = match chat {
            true => ("/chat/completions", "messages", json!([{ "role": "user", "content": "Say yes." }])),
            false => ("/completions", "prompt", "1, 2, 3,".into()),
        };
        body.insert(key.into(), prompt);
        body.extend(fields.as_object().cloned().unwrap_or_default());
        let client = self.client;
        let answer = match timeout(self.longest, client.post(path, &body.into())).await {
            Ok(answer) => answer,
            Err(_) => Err(ServerError::TooSlow { address: client.address.to_string(), seconds: self.longest.as_secs().max(1) }),
        };
        // What a busy server did not do it may be able to do.
        self.is_sure &= !matches!(answer, Err(ServerError::TooSlow { .. } | ServerError::Overloaded { .. } | ServerError::Loading { .. }));
        let answer = answer?;
        match read(&answer) {
            Some(said) if said.error.is_none() && !said.pieces.is_empty() => Ok(answer),
            _ => Err(self.client.garbled("an answer to a single word holds none")),
        }
    }

    async fn says(&mut self, chat: bool, fields: Value, expected: &str) -> bool {
        let answer = self.ask(chat, fields).await;
        answer.is_ok_and(|answer| read(&answer).is_some_and(|said| said.pieces.first().is_some_and(|piece| piece.text.trim() == expected)))
    }
}
