//! OpenAI's completions and chat: what comes back as JSON. Fields that are not known are passed over.

use serde_json::Value;

use super::super::generate::FinishReason;
use super::super::sampling::TokenLogprob;

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
        // Some pass on so that whoever they ask has failed.
        said.error = said.error.or_else(|| choice.get("error").and_then(|_| error_of(choice)));
        let text = ["/delta/content", "/message/content", "/text"].iter().find_map(|at| choice.pointer(at).and_then(content_of));
        let finish = choice.get("finish_reason").and_then(Value::as_str).filter(|reason| !reason.is_empty());
        let refuses = |at: &str| choice.pointer(at).and_then(Value::as_str).is_some_and(|words| !words.is_empty());
        let refused = ["/delta/refusal", "/message/refusal"].into_iter().any(refuses);
        said.pieces.push(Piece {
            index: choice.get("index").and_then(Value::as_u64).unwrap_or(0) as usize,
            text: text.unwrap_or_default(),
            tokens: choice.get("logprobs").map(likely).unwrap_or_default(),
            finish: if refused { Some(Finish::Broken("its model refuses to answer".into())) } else { finish.map(finish_of) },
        });
    }
    Some(said)
}

/// The text of a message: text, or parts of which some are text and others what the model thought.
fn content_of(content: &Value) -> Option<String> {
    let of_part = |part: &Value| match part {
        Value::String(text) => Some(text.clone()),
        part => {
            let is_text = part.get("type").and_then(Value::as_str).is_none_or(|kind| matches!(kind, "text" | "output_text"));
            part.get("text").and_then(Value::as_str).filter(|_| is_text).map(str::to_owned)
        }
    };
    match content {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => Some(parts.iter().filter_map(of_part).collect()),
        _ => None,
    }
}

/// Words that are the end of a whole answer, beside those that tell of a stop or of the end-of-sequence token.
const ENDS: [&str; 8] = ["end", "end_turn", "ended", "complete", "completed", "done", "finish", "finished"];

/// A reason that nobody knows is none for taking a beginning for an answer.
fn finish_of(reason: &str) -> Finish {
    let lower = reason.to_lowercase();
    let tells = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if tells(&["tool", "function"]) {
        // None was offered.
        Finish::Broken(format!("it calls a tool instead of answering (`{reason}`)"))
    } else if tells(&["length", "max_token", "max_new_token", "max_output", "token_limit"]) {
        Finish::Whole(FinishReason::Length)
    } else if tells(&["stop", "eos"]) || ENDS.contains(&lower.as_str()) {
        Finish::Whole(FinishReason::Eos)
    } else {
        Finish::Broken(format!("it ended the answer with `{reason}`"))
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
    if let Some(several) = value.as_array() {
        return several.iter().find_map(error_of);
    }
    let told = || ["error", "errors", "detail"].iter().filter_map(|key| value.get(key));
    if told().next().is_some() {
        return told().find_map(words_of);
    }
    // Some say beside what was asked for that all went well.
    let holds = |key: &str| value.get(key).is_some();
    let is_error = value.get("object").and_then(Value::as_str) == Some("error")
        || !["choices", "data", "models", "tokens"].iter().any(|key| holds(key));
    ["message", "msg"].iter().find_map(|key| value.get(key)).filter(|_| is_error).and_then(Value::as_str).map(str::to_owned)
}

/// An error in words: text, an object that holds some, or a list of such.
fn words_of(error: &Value) -> Option<String> {
    match error {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(several) => {
            let all: Vec<String> = several.iter().filter_map(words_of).collect();
            (!all.is_empty()).then(|| all.join("; "))
        }
        Value::Object(object) => {
            let text = |key: &&str| object.get(*key).and_then(Value::as_str);
            let message = ["message", "msg", "detail", "title"].iter().find_map(text).unwrap_or("an error without words");
            // Which field of the request it is about, as pydantic says it.
            let path = object.get("loc").and_then(Value::as_array).map(|path| {
                let step = |step: &Value| step.as_str().map_or_else(|| step.to_string(), str::to_owned);
                path.iter().map(step).collect::<Vec<_>>().join(".")
            });
            let code = path.or_else(|| ["code", "type"].iter().find_map(text).map(str::to_owned));
            Some(code.map_or_else(|| message.to_owned(), |code| format!("{message} ({code})")))
        }
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
        let parts = r#"[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"a"},{"text":"b"},"c",{"type":"image","text":"d"}]"#;
        check(&format!(r#"{{"choices":[{{"delta":{{"content":{parts}}}}}]}}"#), &[(0, "abc", None)]);
        check(&format!(r#"{{"choices":[{{"message":{{"content":{parts}}}}}]}}"#), &[(0, "abc", None)]);
        let refused = Some(Finish::Broken("its model refuses to answer".into()));
        check(r#"{"choices":[{"message":{"content":null,"refusal":"I cannot"},"finish_reason":"stop"}]}"#, &[(0, "", refused)]);
        check(r#"{"choices":[{"message":{"content":"x","refusal":null},"finish_reason":"stop"}]}"#, &[(0, "x", whole(FinishReason::Eos))]);
        assert_eq!(read(&json!([1])), None);
    }

    #[test]
    fn an_answer_is_whole_for_a_known_reason() {
        for reason in ["stop", "STOP", "eos", "eos_token", "stop_sequence", "FINISH_REASON_STOP", "end_turn", "COMPLETE", "done"] {
            assert_eq!(finish_of(reason), Finish::Whole(FinishReason::Eos), "{reason}");
        }
        for reason in ["length", "max_tokens", "MAX_TOKENS", "model_length", "max_output_tokens"] {
            assert_eq!(finish_of(reason), Finish::Whole(FinishReason::Length), "{reason}");
        }
        for reason in
            ["abort", "error", "cancelled", "content_filter", "SAFETY", "RECITATION", "insufficient_system_resource", "timeout", "unload"]
        {
            assert_eq!(finish_of(reason), Finish::Broken(format!("it ended the answer with `{reason}`")));
        }
        for reason in ["tool_calls", "function_call", "tool_use", "MALFORMED_FUNCTION_CALL"] {
            assert!(matches!(finish_of(reason), Finish::Broken(said) if said.contains("calls a tool")), "{reason}");
        }
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
        assert_eq!(said(r#"[{"error":{"message":"in a list"}}]"#), Some("in a list".into()));
        assert_eq!(said(r#"{"errors":[{"message":"many"}]}"#), Some("many".into()));
        assert_eq!(said(r#"{"detail":[{"loc":["body","n"],"msg":"field required"}]}"#), Some("field required (body.n)".into()));
        assert_eq!(said(r#"{"title":"Bad","detail":"no"}"#), Some("no".into()));
        assert_eq!(said(r#"{"code":0,"msg":"success","data":[]}"#), None);
        assert_eq!(said(r#"{"code":7,"msg":"no"}"#), Some("no".into()));
        let in_choice = read(&json!({"choices": [{"delta": {}, "error": {"message": "provider down"}, "finish_reason": null}]}));
        assert_eq!(in_choice.unwrap().error, Some("provider down".into()));
    }

    #[test]
    fn what_it_cost_is_read_in_either_dialect() {
        let usage = |json: &str| read(&serde_json::from_str(json).unwrap()).unwrap().usage;
        assert_eq!(usage(r#"{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}"#), Some([7, 0, 2]));
        assert_eq!(usage(r#"{"choices":[],"timings":{"cache_n":31,"prompt_n":1,"predicted_n":2}}"#), Some([32, 31, 2]));
        assert_eq!(usage(r#"{"choices":[],"usage":null}"#), None);
    }
}
