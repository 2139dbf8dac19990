//! Chats in the forms that data sets have them: OpenAI's `messages`, with parts of content and calls of tools; ShareGPT's
//! `conversations`; and pairs of which one answer is preferred.
//!
//! Calls of tools become text as Qwen's and Hermes' chat templates write them, between `<tool_call>` and `<tool_response>`.

use serde_json::{Map, Value};

use super::error::RowProblem;
use super::example::{Body, Example};
use crate::llm::{Message, Role};

/// What stands before and behind a list of tools in the system's message, word for word as in Qwen 2.5's template.
const TOOLS: [&str; 2] = [
    "# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are provided with function signatures within \
     <tools></tools> XML tags:\n<tools>",
    "\n</tools>\n\nFor each function call, return a json object with function name and arguments within <tool_call></tool_call> XML \
     tags:\n<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>",
];

/// A chat whose last answer is learned, from the list in `key` of `row`.
pub(super) fn chat(row: &Map<String, Value>, key: &'static str) -> Result<Example, RowProblem> {
    let list = row.get(key).ok_or(RowProblem::Missing(key))?;
    learn(row, messages(list, key)?)
}

/// A pair of answers: the one that was chosen is learned.
pub(super) fn chosen(row: &Map<String, Value>) -> Result<Example, RowProblem> {
    let prompt = ["prompt", "question", "input", "instruction"].iter().find_map(|key| row.get(*key).filter(|value| !value.is_null()));
    let chosen = row.get("chosen").ok_or(RowProblem::Missing("chosen"))?;
    let plain_prompt = row.get("prompt").and_then(Value::as_str);
    match (prompt, chosen) {
        // A text that goes on.
        (Some(Value::String(_)), Value::String(answer)) if plain_prompt.is_some() => text(plain_prompt.unwrap_or_default(), answer),
        (Some(Value::String(question)), Value::String(answer)) => learn(row, vec![say(Role::User, question), say(Role::Assistant, answer)]),
        (Some(list @ Value::Array(_)), answer) => {
            let mut all = messages(list, "prompt")?;
            match answer {
                Value::String(answer) => all.push(say(Role::Assistant, answer)),
                other => all.extend(messages(other, "chosen")?),
            }
            learn(row, all)
        }
        (prompt, list @ Value::Array(_)) => {
            let mut all = messages(list, "chosen")?;
            // The whole chat, as a rule; else the question stands beside it.
            if let (Some(Value::String(question)), false) = (prompt, all.iter().any(|message| message.role == Role::User)) {
                all.insert(0, say(Role::User, question));
            }
            learn(row, all)
        }
        _ => Err(RowProblem::WrongType { key: "chosen", expected: "text or a list of messages" }),
    }
}

/// The answer of a pair that was not chosen: a text, or the last one of a chat.
pub(super) fn rejected(row: &Map<String, Value>) -> Option<String> {
    match row.get("rejected")? {
        Value::String(answer) => Some(answer.clone()),
        list => messages(list, "rejected").ok()?.pop().filter(|message| message.role == Role::Assistant).map(|message| message.content),
    }
}

/// A prompt and how it goes on, each a text or a list of messages.
pub(super) fn prompt_and_completion(row: &Map<String, Value>) -> Result<Example, RowProblem> {
    let value = |key: &'static str| row.get(key).filter(|value| !value.is_null()).ok_or(RowProblem::Missing(key));
    match (value("prompt")?, value("completion")?) {
        (Value::String(prompt), Value::String(completion)) => text(prompt, completion),
        (prompt @ Value::Array(_), completion) => {
            let mut all = messages(prompt, "prompt")?;
            match completion {
                Value::String(answer) => all.push(say(Role::Assistant, answer)),
                list => all.extend(messages(list, "completion")?),
            }
            learn(row, all)
        }
        (Value::String(_), _) => Err(RowProblem::WrongType { key: "completion", expected: "text" }),
        _ => Err(RowProblem::WrongType { key: "prompt", expected: "text" }),
    }
}

/// OmniSQL's rows: what the model reads, as one question of a chat, and what it writes.
pub(super) fn sequences(row: &Map<String, Value>) -> Result<Example, RowProblem> {
    let text = |key: &'static str| match row.get(key) {
        Some(Value::String(text)) => Ok(text),
        None | Some(Value::Null) => Err(RowProblem::Missing(key)),
        Some(_) => Err(RowProblem::WrongType { key, expected: "text" }),
    };
    learn(row, vec![say(Role::User, text("input_seq")?), say(Role::Assistant, text("output_seq")?)])
}

fn text(prompt: &str, answer: &str) -> Result<Example, RowProblem> {
    Ok(Example { body: Body::Text(prompt.into()), ..Example::question("", "", answer) })
}

fn say(role: Role, content: &str) -> Message {
    Message { role, content: content.into() }
}

/// The last message is what is learned; what stands before it is read.
fn learn(row: &Map<String, Value>, mut all: Vec<Message>) -> Result<Example, RowProblem> {
    if let Some(system) = row.get("system").or(row.get("system_prompt")).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
        && all.first().is_none_or(|first| first.role != Role::System)
    {
        all.insert(0, say(Role::System, system));
    }
    if let Some(tools) = tools(row)? {
        match all.first_mut() {
            Some(first) if first.role == Role::System => first.content = format!("{}\n\n{tools}", first.content),
            _ => all.insert(0, say(Role::System, &tools)),
        }
    }
    match all.pop() {
        Some(Message { role: Role::Assistant, content }) if !all.is_empty() => {
            Ok(Example { body: Body::Chat(all), ..Example::question("", "", content) })
        }
        _ => Err(RowProblem::NoAnswer),
    }
}

/// The tools that a row offers, as text: a list, or a list as JSON.
fn tools(row: &Map<String, Value>) -> Result<Option<String>, RowProblem> {
    let expected = RowProblem::WrongType { key: "tools", expected: "a list" };
    let list = match row.get("tools") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
        Some(Value::String(text)) => serde_json::from_str(text).map_err(|_| expected.clone())?,
        Some(other) => other.clone(),
    };
    let Value::Array(list) = list else { return Err(expected) };
    let lines: String = list.iter().map(|tool| format!("\n{}", spaced(tool))).collect();
    let [before, behind] = TOOLS;
    Ok((!list.is_empty()).then(|| format!("{before}{lines}{behind}")))
}

fn messages(list: &Value, key: &'static str) -> Result<Vec<Message>, RowProblem> {
    let expected = RowProblem::WrongType { key, expected: "a list of {role, content}" };
    // A field of CSV has the list as text.
    let parsed: Option<Value> = list.as_str().and_then(|text| serde_json::from_str(text).ok());
    let list = parsed.as_ref().unwrap_or(list).as_array().ok_or_else(|| expected.clone())?;
    let mut all: Vec<Message> = Vec::with_capacity(list.len());
    let mut before = "";
    for message in list {
        let role = ["role", "from"].iter().find_map(|key| message.get(*key)).and_then(Value::as_str).ok_or_else(|| expected.clone())?;
        let content = ["content", "value"].iter().find_map(|key| message.get(*key));
        let content = content.map_or(Ok(None), |content| said(content, &expected))?;
        let calls = calls(message)?;
        let (own, content) = match role {
            "system" | "developer" => (Role::System, content),
            "user" | "human" => (Role::User, content),
            "assistant" | "gpt" | "model" | "bot" | "chatgpt" => (Role::Assistant, content),
            "tool" | "function" | "observation" | "tool_response" | "function_response" => {
                (Role::User, content.map(|text| format!("<tool_response>\n{text}\n</tool_response>")))
            }
            "function_call" | "tool_call" => (Role::Assistant, content.map(|text| format!("<tool_call>\n{text}\n</tool_call>"))),
            other => return Err(RowProblem::UnknownRole(other.into())),
        };
        let mut content = content.unwrap_or_default();
        if calls.is_empty() && content.is_empty() && message.get("content").is_none_or(Value::is_null) && message.get("value").is_none() {
            return Err(expected);
        }
        for call in calls {
            let separator = if content.is_empty() { "" } else { "\n" };
            content.push_str(&format!("{separator}<tool_call>\n{call}\n</tool_call>"));
        }
        // What several tools say is one turn, as the templates have it.
        let is_response = content.starts_with("<tool_response>") && own == Role::User && !matches!(role, "user" | "human");
        match all.last_mut() {
            Some(last) if is_response && before == "response" => last.content.push_str(&format!("\n{content}")),
            _ => all.push(Message { role: own, content }),
        }
        before = if is_response { "response" } else { "" };
    }
    Ok(all)
}

/// The text of a message: a text, or parts of which each is one.
fn said(content: &Value, expected: &RowProblem) -> Result<Option<String>, RowProblem> {
    match content {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Array(parts) => {
            let text = |part: &Value| match (part, part.get("type").and_then(Value::as_str), part.get("text").and_then(Value::as_str)) {
                (Value::String(text), ..) => Ok(text.clone()),
                (_, None | Some("text" | "input_text" | "output_text"), Some(text)) => Ok(text.to_owned()),
                (_, Some(kind), _) => Err(RowProblem::Part(kind.into())),
                _ => Err(expected.clone()),
            };
            Ok(Some(parts.iter().map(text).collect::<Result<Vec<_>, _>>()?.concat()))
        }
        _ => Err(expected.clone()),
    }
}

/// The calls of tools in a message, each as `{"name": ..., "arguments": ...}`.
fn calls(message: &Value) -> Result<Vec<String>, RowProblem> {
    let expected = || RowProblem::WrongType { key: "tool_calls", expected: "a list of {function: {name, arguments}}" };
    let list: Vec<&Value> = match (message.get("tool_calls"), message.get("function_call")) {
        (Some(Value::Array(list)), _) => list.iter().map(|call| call.get("function").unwrap_or(call)).collect(),
        (None | Some(Value::Null), Some(call @ Value::Object(_))) => vec![call],
        (None | Some(Value::Null), _) => Vec::new(),
        _ => return Err(expected()),
    };
    let written = |call: &Value| -> Result<String, RowProblem> {
        let name = call.get("name").and_then(Value::as_str).ok_or_else(expected)?;
        // Arguments are JSON, or JSON in a text.
        let arguments = match call.get("arguments") {
            Some(Value::String(text)) => {
                serde_json::from_str::<Value>(text).map_or_else(|_| Value::from(text.as_str()).to_string(), |_| text.clone())
            }
            Some(other) => spaced(other),
            None => "{}".into(),
        };
        Ok(format!("{{\"name\": {}, \"arguments\": {arguments}}}", Value::from(name)))
    };
    list.into_iter().map(written).collect()
}

/// JSON with a space behind commas and colons, as templates write it.
fn spaced(value: &Value) -> String {
    match value {
        Value::Array(list) => format!("[{}]", list.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let member = |(key, value): (&String, &Value)| format!("{}: {}", Value::from(key.as_str()), spaced(value));
            format!("{{{}}}", map.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[track_caller]
    fn check(example: Result<Example, RowProblem>, before: &[(Role, &str)], answer: &str) {
        let example = example.unwrap();
        let Body::Chat(all) = &example.body else { panic!("{example:?}") };
        let all: Vec<(Role, &str)> = all.iter().map(|message| (message.role, message.content.as_str())).collect();
        assert_eq!((all.as_slice(), example.answer.as_str()), (before, answer));
    }

    #[test]
    fn messages_have_parts_and_tools() {
        let parts = json!({"messages": [
            {"role": "user", "content": [{"type": "text", "text": "how "}, {"type": "text", "text": "many?"}]},
            {"role": "assistant", "content": "SELECT 1"},
        ]});
        check(chat(&row(&parts), "messages"), &[(Role::User, "how many?")], "SELECT 1");
        let tools = json!({"tools": "[{\"type\": \"function\", \"function\": {\"name\": \"run\"}}]", "messages": [
            {"role": "system", "content": "s"},
            {"role": "user", "content": "q"},
            {"role": "assistant", "content": null, "tool_calls": [{"type": "function", "function": {"name": "run", "arguments": "{\"sql\": \"SELECT 1\"}"}}]},
            {"role": "tool", "content": "1"},
            {"role": "tool", "content": "2"},
            {"role": "assistant", "content": "one", "tool_calls": [{"function": {"name": "run", "arguments": {"a": [1, 2]}}}]},
        ]});
        let system = format!("s\n\n{}\n{{\"type\": \"function\", \"function\": {{\"name\": \"run\"}}}}{}", TOOLS[0], TOOLS[1]);
        check(
            chat(&row(&tools), "messages"),
            &[
                (Role::System, &system),
                (Role::User, "q"),
                (Role::Assistant, "<tool_call>\n{\"name\": \"run\", \"arguments\": {\"sql\": \"SELECT 1\"}}\n</tool_call>"),
                (Role::User, "<tool_response>\n1\n</tool_response>\n<tool_response>\n2\n</tool_response>"),
            ],
            "one\n<tool_call>\n{\"name\": \"run\", \"arguments\": {\"a\": [1, 2]}}\n</tool_call>",
        );
        let problem = |value: Value| chat(&row(&value), "messages").unwrap_err().to_string();
        let image = json!({"messages": [{"role": "user", "content": [{"type": "image_url"}]}, {"role": "assistant", "content": "x"}]});
        assert_eq!(problem(image), "a message has a part of the kind `image_url`, which is not text");
        assert_eq!(problem(json!({"messages": [{"role": "user"}]})), "its `messages` is not a list of {role, content}");
    }

    #[test]
    fn other_forms_of_chats() {
        let turns = json!({"system": "s", "conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}, {"from": "human", "value": "r"}, {"from": "gpt", "value": "b"}]});
        let before = [(Role::System, "s"), (Role::User, "q"), (Role::Assistant, "a"), (Role::User, "r")];
        check(chat(&row(&turns), "conversations"), &before, "b");
        let list = json!({"prompt": [{"role": "user", "content": "q"}], "completion": [{"role": "assistant", "content": "a"}]});
        check(prompt_and_completion(&row(&list)), &[(Role::User, "q")], "a");
        check(sequences(&row(&json!({"input_seq": "q", "output_seq": "a"}))), &[(Role::User, "q")], "a");
        let orca = json!({"system": "s", "question": "q", "chosen": "a", "rejected": "b"});
        check(chosen(&row(&orca)), &[(Role::System, "s"), (Role::User, "q")], "a");
        let whole =
            json!({"prompt": "q", "chosen": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "rejected": []});
        check(chosen(&row(&whole)), &[(Role::User, "q")], "a");
        let listed =
            json!({"prompt": [{"role": "user", "content": "q"}], "chosen": [{"role": "assistant", "content": "a"}], "rejected": "b"});
        check(chosen(&row(&listed)), &[(Role::User, "q")], "a");
        let plain = chosen(&row(&json!({"prompt": "q", "chosen": "a", "rejected": "b"}))).unwrap();
        assert_eq!((plain.body, plain.answer.as_str()), (Body::Text("q".into()), "a"));
    }
}
