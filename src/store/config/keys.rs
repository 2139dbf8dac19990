//! The keys of `config.toml`: what each means and takes, as one table. Its JSON Schema and `config check` are made from it.

use serde_json::{Map, Value, json};

/// A key of `config.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub kind: KeyKind,
    /// What it means.
    pub meaning: &'static str,
}

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Text.
    Text,
    /// A whole number, at least so many.
    Number {
        /// The least.
        least: u64,
    },
    /// `true` or `false`.
    Switch,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A table of keys of the screen, by action.
    Bindings,
    /// A table of model servers, by name.
    Servers,
}

impl KeyKind {
    /// What it takes, in words.
    pub fn words(self) -> String {
        match self {
            Self::Text => "text in quotes".into(),
            Self::Number { least } => format!("a whole number, {least} or more"),
            Self::Switch => "true or false".into(),
            Self::Choice(words) => format!("one of {}", words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")),
            Self::Bindings => "a table with a key, or a list of keys, for each action".into(),
            Self::Servers => "a table of tables, each with a url".into(),
        }
    }
}

const fn key(name: &'static str, kind: KeyKind, meaning: &'static str) -> Key {
    Key { name, kind, meaning }
}

/// Every key, in the order of [`super::Config`].
pub const KEYS: [Key; 15] = [
    key(
        "model",
        KeyKind::Text,
        "a catalogue name, a GGUF file, a Hugging Face folder, a server's name or its address [the best that is installed]",
    ),
    key("threads", KeyKind::Number { least: 1 }, "threads to compute on [all of this process]"),
    key("max_rows", KeyKind::Number { least: 0 }, "at most this many rows of a result, 0 for all [1000 on a terminal, all into a pipe]"),
    key("timeout", KeyKind::Number { least: 0 }, "seconds a query may take, 0 for no limit [30]"),
    key(
        "answer_within",
        KeyKind::Number { least: 0 },
        "seconds after which an answer in doubt is compared with no more drafts, 0 for no limit [20]",
    ),
    key("offline", KeyKind::Switch, "never use the network [false]"),
    key(
        "prompt",
        KeyKind::Choice(&["auto", "alpaca", "chat", "omnisql", "xiyansql", "arctic-text2sql", "slm-sql"]),
        "how the model is asked [auto: as it was tuned, else chat where it has a template]",
    ),
    key(
        "kv_type",
        KeyKind::Choice(&["auto", "f32", "f16", "q8_0"]),
        "how the model remembers what it has read: q8_0 takes half of f16's memory [auto: f32 where the weights are, else f16]",
    ),
    key("theme", KeyKind::Choice(&["dark", "light", "plain"]), "colours of the screen [dark]"),
    key("mouse", KeyKind::Switch, "whether the screen hears the mouse [true]"),
    key("vim", KeyKind::Switch, "vim's keys in the screen's SQL [false]"),
    key("ask_and_run", KeyKind::Switch, "one Enter asks and runs: an answer runs on the screen as soon as it is there [false]"),
    key(
        "while_typing",
        KeyKind::Choice(&["answer", "read", "wait"]),
        "what the model does with a question that is still being typed: write what it would answer, only read it, or nothing [answer]",
    ),
    key(
        "servers",
        KeyKind::Servers,
        "models behind addresses, by the name that --model takes: url, model, key_env or key_command, headers, timeout in seconds [300]",
    ),
    key("keys", KeyKind::Bindings, "keys of the screen, by action: run-sql = [\"f5\", \"ctrl+r\"]; an empty list unbinds"),
];

/// The JSON Schema of `config.toml`, for editors.
pub fn schema() -> Value {
    let properties: Map<String, Value> = KEYS.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "sqllama config.toml",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn property(key: &Key) -> Value {
    let mut out = match key.kind {
        KeyKind::Text => json!({ "type": "string" }),
        KeyKind::Number { least } => json!({ "type": "integer", "minimum": least }),
        KeyKind::Switch => json!({ "type": "boolean" }),
        KeyKind::Choice(words) => json!({ "enum": words }),
        KeyKind::Servers => json!({
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {
                    "url": { "type": "string", "description": "its address, usually ending in /v1" },
                    "model": { "type": "string", "description": "which of its models [the only one]" },
                    "key_env": { "type": "string", "description": "the environment variable that holds its key" },
                    "key_command": {
                        "type": "array", "items": { "type": "string" }, "description": "a program and its arguments that print its key",
                    },
                    "headers": { "type": "object", "additionalProperties": { "type": "string" }, "description": "headers of every request" },
                    "timeout": { "type": "integer", "minimum": 0, "description": "seconds that a whole answer may take [300]" },
                },
                "required": ["url"],
                "additionalProperties": false,
            },
        }),
        KeyKind::Bindings => json!({
            "type": "object",
            "additionalProperties": { "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] },
        }),
    };
    if let Some(out) = out.as_object_mut() {
        out.insert("description".into(), key.meaning.into());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    #[test]
    fn the_table_has_every_key_and_what_it_takes() {
        let error = toml::from_str::<Config>("zz = 1").unwrap_err().message().to_owned();
        let named: Vec<String> = KEYS.iter().map(|key| format!("`{}`", key.name)).collect();
        assert!(error.ends_with(&named.join(", ")), "{error}");
        let check = |key: &Key, value: &str, fits: bool| {
            assert_eq!(toml::from_str::<Config>(&format!("{} = {value}", key.name)).is_ok(), fits, "{} = {value}", key.name);
        };
        for key in &KEYS {
            let values = ["'x'", "7", "true", "{ help = ['f1'], quit = 'f2' }", "{ a = { url = 'http://h/v1', headers = { b = 'c' } } }"];
            let fit = match key.kind {
                KeyKind::Text => 0,
                KeyKind::Number { .. } => 1,
                KeyKind::Switch => 2,
                KeyKind::Bindings => 3,
                KeyKind::Servers => 4,
                KeyKind::Choice(words) => {
                    words.iter().for_each(|word| check(key, &format!("'{word}'"), true));
                    usize::MAX
                }
            };
            values.iter().enumerate().for_each(|(i, value)| check(key, value, i == fit));
        }
        assert_eq!(schema()["properties"].as_object().unwrap().len(), KEYS.len());
        assert_eq!(schema()["properties"]["threads"], json!({ "type": "integer", "minimum": 1, "description": KEYS[1].meaning }));
    }
}
