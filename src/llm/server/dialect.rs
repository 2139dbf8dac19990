//! OpenAI's completions and chat: what is asked as JSON, and what comes back. Fields that are not known are passed over.

use serde_json::{Map, Value, json};

use super::super::generate::{FinishReason, GenerateRequest, Message, Prompt, Role, Sampling};
use super::super::sampling::TokenLogprob;
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
                body.insert("messages".into(), serde_json::to_value(messages).unwrap_or_default());
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
            let turns: String = messages.iter().map(|Message { role, content }| format!("### {}:\n{content}\n\n", name(*role))).collect();
            format!("{turns}### Assistant:\n")
        }
    }
}

/// A piece of one answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Piece {
    /// Which answer of the request.
    pub(super) index: usize,
    pub(super) text: String,
    pub(super) tokens: Vec<Likely>,
    pub(super) finish: Option<Finish>,
}

/// A token with its probability.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Likely {
    pub(super) logprob: f32,
    pub(super) alternatives: Vec<TokenLogprob>,
}

/// How the server says that an answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Finish {
    /// It is whole, for this reason.
    Whole(FinishReason),
    /// It is not.
    Broken(String),
}

/// What a piece of JSON of an answer says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Said {
    pub(super) pieces: Vec<Piece>,
    /// In the server's words.
    pub(super) error: Option<String>,
    /// Tokens of the prompt, those of them read before, tokens written.
    pub(super) usage: Option<[usize; 3]>,
}

/// Reads a piece of JSON of an answer; `None` where it is no object.
pub(super) fn read(value: &Value) -> Option<Said> {
    let object = value.as_object()?;
    let mut said = Said { error: error_of(value), ..Said::default() };
    if let Some(usage) = object.get("usage").filter(|usage| usage.is_object()) {
        let number = |pointer: &str| usage.pointer(pointer).and_then(Value::as_u64).unwrap_or(0) as usize;
        said.usage = Some([number("/prompt_tokens"), number("/prompt_tokens_details/cached_tokens"), number("/completion_tokens")]);
    }
    // llama.cpp's own, where usage is not told.
    if let (None, Some(timings)) = (said.usage, object.get("timings").filter(|timings| timings.is_object())) {
        let number = |key: &str| timings.get(key).and_then(Value::as_u64).unwrap_or(0) as usize;
        said.usage = Some([number("prompt_n") + number("cache_n"), number("cache_n"), number("predicted_n")]);
    }
    for choice in object.get("choices").and_then(Value::as_array).into_iter().flatten() {
        let text = ["/delta/content", "/message/content", "/text"].iter().find_map(|at| choice.pointer(at).and_then(Value::as_str));
        let finish = choice.get("finish_reason").and_then(Value::as_str).filter(|reason| !reason.is_empty());
        said.pieces.push(Piece {
            index: choice.get("index").and_then(Value::as_u64).unwrap_or(0) as usize,
            text: text.unwrap_or_default().into(),
            tokens: choice.get("logprobs").map(likely).unwrap_or_default(),
            finish: finish.map(finish_of),
        });
    }
    Some(said)
}

fn finish_of(reason: &str) -> Finish {
    match reason {
        "length" | "max_tokens" => Finish::Whole(FinishReason::Length),
        "abort" | "error" | "cancelled" | "content_filter" => Finish::Broken(format!("it ended the answer with `{reason}`")),
        _ => Finish::Whole(FinishReason::Eos),
    }
}

/// Chat's `content: [{logprob, top_logprobs}]`, or completions' parallel lists.
fn likely(logprobs: &Value) -> Vec<Likely> {
    let number = |value: Option<&Value>| value.and_then(Value::as_f64).map(|number| number as f32);
    if let Some(content) = logprobs.get("content").and_then(Value::as_array) {
        let of = |token: &Value| {
            let top = token.get("top_logprobs").and_then(Value::as_array).into_iter().flatten();
            let top = top.filter_map(|other| {
                Some(TokenLogprob { token: other.get("token")?.as_str()?.into(), logprob: number(other.get("logprob"))? })
            });
            Some(Likely { logprob: number(token.get("logprob"))?, alternatives: top.collect() })
        };
        return content.iter().filter_map(of).collect();
    }
    let tops = logprobs.get("top_logprobs").and_then(Value::as_array);
    let each = logprobs.get("token_logprobs").and_then(Value::as_array).into_iter().flatten().enumerate();
    let of = |(at, value): (usize, &Value)| {
        let top = tops.and_then(|tops| tops.get(at)).and_then(Value::as_object).into_iter().flatten();
        let mut alternatives: Vec<TokenLogprob> =
            top.filter_map(|(token, value)| Some(TokenLogprob { token: token.clone(), logprob: number(Some(value))? })).collect();
        alternatives.sort_by(|a, b| b.logprob.total_cmp(&a.logprob));
        Some(Likely { logprob: number(Some(value))?, alternatives })
    };
    each.filter_map(of).collect()
}

/// What a server says is wrong, in whichever of the usual forms; `None` where it says nothing of the kind.
pub(super) fn error_of(value: &Value) -> Option<String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(object) => {
            let code = object.get("code").and_then(Value::as_str).or_else(|| object.get("type").and_then(Value::as_str));
            let message = object.get("message").and_then(Value::as_str).unwrap_or("an error without words");
            Some(code.map_or_else(|| message.to_owned(), |code| format!("{message} ({code})")))
        }
        Value::Null => None,
        other => Some(other.to_string()),
    };
    if let Some(error) = value.get("error") {
        return text(error);
    }
    if let Some(detail) = value.get("detail") {
        return text(detail);
    }
    let is_error = value.get("object").and_then(Value::as_str) == Some("error") || value.get("choices").is_none();
    value.get("message").filter(|_| is_error).and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expected: &[(usize, &str, Option<Finish>)]) {
        let said = read(&serde_json::from_str(json).unwrap()).unwrap();
        let found: Vec<_> = said.pieces.iter().map(|piece| (piece.index, piece.text.as_str(), piece.finish.clone())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn pieces_are_read_in_either_dialect() {
        let whole = |reason| Some(Finish::Whole(reason));
        check(r#"{"choices":[{"index":1,"delta":{"content":"SE"},"finish_reason":null,"new":{}}],"x":[]}"#, &[(1, "SE", None)]);
        check(r#"{"choices":[{"text":"SE","finish_reason":"length"}]}"#, &[(0, "SE", whole(FinishReason::Length))]);
        check(
            r#"{"choices":[{"delta":{"role":"assistant","content":null}},{"index":2,"delta":{},"finish_reason":"stop"}]}"#,
            &[(0, "", None), (2, "", whole(FinishReason::Eos))],
        );
        check(
            r#"{"choices":[{"message":{"role":"assistant","content":"x"},"finish_reason":"eos_token"}]}"#,
            &[(0, "x", whole(FinishReason::Eos))],
        );
        check(
            r#"{"choices":[{"index":0,"text":"x","finish_reason":"abort"}]}"#,
            &[(0, "x", Some(Finish::Broken("it ended the answer with `abort`".into())))],
        );
        check(r#"{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}"#, &[]);
        assert_eq!(read(&json!([1])), None);
    }

    #[test]
    fn probabilities_are_read_in_either_dialect() {
        let chat = json!({"content": [{"token": "a", "logprob": -0.5, "top_logprobs": [{"token": "a", "logprob": -0.5}, {"token": "b", "logprob": -1.0}]}, {"token": "c"}]});
        let completion = json!({"tokens": ["a"], "token_logprobs": [-0.5], "top_logprobs": [{"b": -1.0, "a": -0.5}], "text_offset": [0]});
        for logprobs in [chat, completion] {
            let found = likely(&logprobs);
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].alternatives.iter().map(|other| other.token.as_str()).collect::<String>(), "ab");
        }
        assert_eq!(likely(&Value::Null), []);
    }

    #[test]
    fn errors_are_read_in_all_their_forms() {
        let said = |json: &str| error_of(&serde_json::from_str(json).unwrap());
        assert_eq!(said(r#"{"error":{"message":"no","type":"t","code":"c"}}"#), Some("no (c)".into()));
        assert_eq!(said(r#"{"error":"no"}"#), Some("no".into()));
        assert_eq!(said(r#"{"object":"error","message":"no","code":404}"#), Some("no".into()));
        assert_eq!(said(r#"{"detail":"Not Found"}"#), Some("Not Found".into()));
        assert_eq!(said(r#"{"error":null,"choices":[]}"#), None);
        assert_eq!(said(r#"{"choices":[{"message":{"content":"x"}}]}"#), None);
    }

    #[test]
    fn what_it_cost_is_read_in_either_dialect() {
        let usage = |json: &str| read(&serde_json::from_str(json).unwrap()).unwrap().usage;
        assert_eq!(usage(r#"{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}"#), Some([7, 0, 2]));
        assert_eq!(usage(r#"{"choices":[],"timings":{"cache_n":31,"prompt_n":1,"predicted_n":2}}"#), Some([32, 31, 2]));
        assert_eq!(usage(r#"{"choices":[],"usage":null}"#), None);
    }

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
