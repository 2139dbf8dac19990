//! OpenAI's completions and chat: what is asked, as JSON.

use serde_json::{Map, Value, json};

use super::super::generate::{GenerateRequest, Message, Prompt, Role, Sampling, opened};
use super::abilities::{Abilities, GrammarField};

/// OpenAI takes so many stop strings; all are looked for here, too.
const MOST_STOPS: usize = 4;

/// One request: a prompt, and how often it is continued.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    /// Behind the server's base.
    pub(super) path: &'static str,
    /// The fields.
    pub(super) body: Map<String, Value>,
    /// How many answers are asked for.
    pub(super) answers: usize,
}

impl Ask {
    /// Asks `model` for `count` continuations of `prompt`.
    pub(super) fn new(
        model: &str,
        prompt: &Prompt,
        request: &GenerateRequest,
        sampling: &Sampling,
        count: usize,
        abilities: &Abilities,
    ) -> Self {
        let mut body = Map::new();
        body.insert("model".into(), model.into());
        let chat = match prompt {
            Prompt::Chat(messages) if abilities.chat || !abilities.completions => {
                // Few servers go on from an answer that is begun: its first words are left out.
                body.insert("messages".into(), serde_json::to_value(opened(messages).0).unwrap_or_default());
                true
            }
            Prompt::Text(text) if !abilities.completions => {
                body.insert("messages".into(), json!([{ "role": "user", "content": text }]));
                true
            }
            Prompt::Tokens(tokens) => {
                body.insert("prompt".into(), json!(tokens));
                false
            }
            prompt => {
                body.insert("prompt".into(), as_text(prompt).into());
                false
            }
        };
        body.insert("stream".into(), true.into());
        // What an answer cost is told at its end, where that is asked for.
        body.insert("stream_options".into(), json!({ "include_usage": true }));
        body.insert("max_tokens".into(), request.max_tokens.into());
        body.insert("temperature".into(), sampling.temperature.into());
        if sampling.temperature > 0.0 {
            body.insert("seed".into(), sampling.seed.into());
            if let Some(top_p) = sampling.top_p {
                body.insert("top_p".into(), top_p.into());
            }
            if let Some(top_k) = sampling.top_k {
                body.insert("top_k".into(), top_k.into());
            }
        }
        let stop: Vec<&String> = request.stop.iter().filter(|stop| !stop.is_empty()).take(MOST_STOPS).collect();
        if !stop.is_empty() {
            body.insert("stop".into(), json!(stop));
        }
        if count > 1 {
            body.insert("n".into(), count.into());
        }
        if abilities.logprobs {
            if chat {
                body.insert("logprobs".into(), true.into());
                if request.logprobs > 0 {
                    body.insert("top_logprobs".into(), request.logprobs.into());
                }
            } else {
                body.insert("logprobs".into(), request.logprobs.max(1).into());
            }
        }
        let grammar = abilities.grammar.and_then(|field| Some((field, request.constraint.as_ref()?.0.grammar(&as_text(prompt))?)));
        if let Some((field, grammar)) = grammar {
            put_grammar(&mut body, field, &grammar);
        }
        Self { path: if chat { "/chat/completions" } else { "/completions" }, body, answers: count }
    }

    /// One of its answers by itself: the seeds of several follow on each other.
    pub(super) fn alone(&self, number: u64) -> Self {
        let mut alone = Self { answers: 1, ..self.clone() };
        alone.body.remove("n");
        if let Some(seed) = alone.body.get("seed").and_then(Value::as_u64) {
            alone.body.insert("seed".into(), seed.wrapping_add(number).into());
        }
        alone
    }

    /// The field that `said`, a refusal, names, where it may be left out or has another name.
    pub(super) fn named_in(&self, said: &str) -> Option<&'static str> {
        if said.contains(NEWER_MAX_TOKENS) && self.body.contains_key(MAX_TOKENS) {
            return Some(MAX_TOKENS);
        }
        OPTIONAL.into_iter().find(|field| said.contains(field) && self.body.contains_key(*field))
    }

    /// Leaves out a field, or gives it its newer name.
    pub(super) fn leave_out(&mut self, field: &str) {
        let value = self.body.remove(field);
        if let Some(most) = value.filter(|_| field == MAX_TOKENS) {
            self.body.insert(NEWER_MAX_TOKENS.into(), most);
        }
    }
}

const MAX_TOKENS: &str = "max_tokens";
/// What OpenAI's newer models call it.
const NEWER_MAX_TOKENS: &str = "max_completion_tokens";
/// Without these a request is still what was asked for. A longer name stands before one that is a part of it.
const OPTIONAL: [&str; 12] = [
    "stream_options",
    "top_logprobs",
    "logprobs",
    "structured_outputs",
    "guided_grammar",
    "grammar",
    "ebnf",
    "seed",
    "top_k",
    "top_p",
    "temperature",
    "stop",
];

/// Whether a field holds a grammar.
pub(super) fn is_grammar(field: &str) -> bool {
    GrammarField::ALL.iter().any(|own| own.name() == field)
}

/// Puts a grammar where the server wants it.
pub(super) fn put_grammar(body: &mut Map<String, Value>, field: GrammarField, grammar: &str) {
    let value = match field {
        GrammarField::StructuredOutputs => json!({ "grammar": grammar }),
        GrammarField::Grammar | GrammarField::GuidedGrammar | GrammarField::Ebnf => grammar.into(),
    };
    body.insert(field.name().into(), value);
}

/// A prompt as it is shown, and as a server without chat gets it.
pub(super) fn as_text(prompt: &Prompt) -> String {
    match prompt {
        Prompt::Text(text) => text.clone(),
        Prompt::Tokens(tokens) => format!("{tokens:?}"),
        Prompt::Chat(messages) => {
            let name = |role| match role {
                Role::System => "System",
                Role::User => "User",
                Role::Assistant => "Assistant",
            };
            let (messages, begun) = opened(messages);
            let turns: String = messages.iter().map(|Message { role, content }| format!("### {}:\n{content}\n\n", name(*role))).collect();
            format!("{turns}### Assistant:\n{begun}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_is_refused_is_left_out() {
        let body = json!({"model": "m", "max_tokens": 5, "seed": 1, "temperature": 0.0}).as_object().unwrap().clone();
        let mut ask = Ask { path: "/completions", body, answers: 1 };
        let refused = [
            ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", Some("max_tokens")),
            ("extra field: seed", Some("seed")),
            ("extra field: seed", None),
            ("model is wrong", None),
        ];
        for (said, expected) in refused {
            let found = ask.named_in(said);
            assert_eq!(found, expected, "{said}");
            found.into_iter().for_each(|field| ask.leave_out(field));
        }
        assert_eq!(ask.body.keys().cloned().collect::<Vec<_>>().join(" "), "model temperature max_completion_tokens");
        assert!(is_grammar("ebnf") && !is_grammar("seed"));
    }
}
