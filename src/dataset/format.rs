//! The shapes of rows that are known.

use serde_json::{Map, Value};

use super::error::RowProblem;
use super::example::{Body, Example};
use crate::llm::{Message, Role};
use crate::prompt::Turn;

/// The shape of a data set's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `{instruction, input, output}`: Stanford Alpaca, SQL-LLaMA.
    Alpaca,
    /// `{question, context, answer}`: sql-create-context, and what `sqllama data make` writes.
    QuestionContextAnswer,
    /// `{db_id, question, query}`: Spider; with `SQL` and `evidence`, BIRD. Needs the databases.
    Spider,
    /// `{messages: [{role, content}]}`: chats.
    Messages,
    /// `{prompt, completion}`: text.
    PromptCompletion,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Alpaca, Self::QuestionContextAnswer, Self::Spider, Self::Messages, Self::PromptCompletion];

    /// What it is called on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Alpaca => "alpaca",
            Self::QuestionContextAnswer => "context",
            Self::Spider => "spider",
            Self::Messages => "messages",
            Self::PromptCompletion => "completion",
        }
    }

    /// What it is called in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::Alpaca => "Alpaca rows (instruction, input, output)",
            Self::QuestionContextAnswer => "question, context, answer",
            Self::Spider => "Spider rows (db_id, question, query)",
            Self::Messages => "chat messages",
            Self::PromptCompletion => "prompt and completion",
        }
    }

    /// The format called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format that a row has, by its keys.
    pub fn detect(row: &Map<String, Value>) -> Option<Self> {
        let has = |keys: &[&str]| keys.iter().all(|key| row.contains_key(*key));
        if has(&["messages"]) {
            Some(Self::Messages)
        } else if has(&["prompt", "completion"]) {
            Some(Self::PromptCompletion)
        } else if has(&["question", "context", "answer"]) {
            Some(Self::QuestionContextAnswer)
        } else if has(&["db_id", "question", "query"]) || has(&["db_id", "question", "SQL"]) {
            Some(Self::Spider)
        } else if has(&["instruction", "output"]) {
            Some(Self::Alpaca)
        } else {
            None
        }
    }

    /// Reads a row. Spider's context is still empty: it is the schema of the database that the row names.
    pub fn convert(self, row: &Map<String, Value>) -> Result<Example, RowProblem> {
        let mut example = match self {
            Self::Alpaca => Example::question(text(row, "instruction")?, optional(row, "input")?.unwrap_or(""), text(row, "output")?),
            Self::QuestionContextAnswer => Example::question(text(row, "question")?, text(row, "context")?, text(row, "answer")?),
            Self::Spider => {
                let key = if row.contains_key("query") { "query" } else { "SQL" };
                text(row, "db_id")?;
                Example::question(text(row, "question")?, "", first(row, key)?)
            }
            Self::Messages => return chat(row).map(|example| with_origin(example, row)),
            Self::PromptCompletion => {
                let body = Body::Text(text(row, "prompt")?.into());
                Example { body, ..Example::question("", "", text(row, "completion")?) }
            }
        };
        if let Body::Question { question, hint, previous, .. } = &mut example.body {
            if let (Some(before), Some(sql)) = (optional(row, PREVIOUS_QUESTION)?, optional(row, PREVIOUS_SQL)?) {
                let turn = Turn { question: before.into(), sql: sql.into() };
                // The text carries both, for readers that do not know these keys.
                if let Some(own) = question.strip_prefix(&turn.leading()) {
                    *question = own.to_owned();
                }
                *previous = Some(turn);
            }
            let given = optional(row, "hint")?.or(optional(row, "evidence")?);
            *hint = given.filter(|text| !text.trim().is_empty()).map(str::to_owned);
        }
        Ok(with_origin(example, row))
    }
}

/// Keys of what a question follows on.
pub(super) const PREVIOUS_QUESTION: &str = "previous_question";
pub(super) const PREVIOUS_SQL: &str = "previous_sql";

fn with_origin(example: Example, row: &Map<String, Value>) -> Example {
    let own = |key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
    Example { db_id: own("db_id"), split: own("split"), source: own("source"), ..example }
}

fn chat(row: &Map<String, Value>) -> Result<Example, RowProblem> {
    let expected = RowProblem::WrongType { key: "messages", expected: "a list of {role, content}" };
    let list = row.get("messages").and_then(Value::as_array).ok_or_else(|| expected.clone())?;
    let mut messages = Vec::with_capacity(list.len());
    for message in list {
        let field = |key: &str| message.get(key).and_then(Value::as_str).ok_or_else(|| expected.clone());
        let role = match field("role")? {
            "system" | "developer" => Role::System,
            "user" => Role::User,
            "assistant" => Role::Assistant,
            other => return Err(RowProblem::UnknownRole(other.into())),
        };
        messages.push(Message { role, content: field("content")?.into() });
    }
    match messages.pop() {
        Some(Message { role: Role::Assistant, content }) if !messages.is_empty() => {
            Ok(Example { body: Body::Chat(messages), ..Example::question("", "", content) })
        }
        _ => Err(RowProblem::NoAnswer),
    }
}

fn text<'a>(row: &'a Map<String, Value>, key: &'static str) -> Result<&'a str, RowProblem> {
    optional(row, key)?.ok_or(RowProblem::Missing(key))
}

fn optional<'a>(row: &'a Map<String, Value>, key: &'static str) -> Result<Option<&'a str>, RowProblem> {
    match row.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(RowProblem::WrongType { key, expected: "text" }),
    }
}

/// Text, or the first of several accepted ones.
fn first<'a>(row: &'a Map<String, Value>, key: &'static str) -> Result<&'a str, RowProblem> {
    match row.get(key) {
        Some(Value::Array(several)) => {
            several.first().and_then(Value::as_str).ok_or(RowProblem::WrongType { key, expected: "text or a list of texts" })
        }
        _ => text(row, key),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[track_caller]
    fn check(value: Value, format: Format, asked: &str, context: &str, answer: &str) {
        let row = row(value);
        assert_eq!(Format::detect(&row), Some(format));
        let example = format.convert(&row).unwrap();
        assert_eq!((example.asked(), example.context(), example.answer.as_str()), (asked, context, answer));
    }

    #[test]
    fn shapes_are_told_apart() {
        check(json!({"instruction": "q", "input": "c", "output": "a"}), Format::Alpaca, "q", "c", "a");
        check(json!({"instruction": "q", "output": "a"}), Format::Alpaca, "q", "", "a");
        check(json!({"instruction": "q", "input": null, "output": "a"}), Format::Alpaca, "q", "", "a");
        check(json!({"question": "q", "context": "c", "answer": "a", "db_id": "d"}), Format::QuestionContextAnswer, "q", "c", "a");
        check(json!({"db_id": "d", "question": "q", "query": ["a", "b"]}), Format::Spider, "q", "", "a");
        check(json!({"db_id": "d", "question": "q", "SQL": "a", "evidence": "e"}), Format::Spider, "q", "", "a");
        check(json!({"prompt": "q", "completion": "a"}), Format::PromptCompletion, "q", "", "a");
        let messages = json!([{"role": "system", "content": "s"}, {"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]);
        check(json!({ "messages": messages }), Format::Messages, "q", "", "a");
        assert_eq!(Format::detect(&row(json!({"text": "x"}))), None);
        let bird = Format::Spider.convert(&row(json!({"db_id": "d", "question": "q", "SQL": "a", "evidence": "e"}))).unwrap();
        assert!(matches!(bird.body, Body::Question { hint: Some(hint), .. } if hint == "e"));
        assert_eq!(bird.db_id.as_deref(), Some("d"));
    }

    #[test]
    fn names_are_found_again() {
        for format in Format::ALL {
            assert_eq!(Format::named(format.name()), Some(format));
        }
    }

    #[track_caller]
    fn check_problem(format: Format, value: Value, expected: &str) {
        assert_eq!(format.convert(&row(value)).unwrap_err().to_string(), expected);
    }

    #[test]
    fn what_is_wrong_is_said() {
        check_problem(Format::Alpaca, json!({"instruction": "q"}), "it has no `output`");
        check_problem(Format::Alpaca, json!({"instruction": 1, "output": "a"}), "its `instruction` is not text");
        check_problem(Format::Spider, json!({"db_id": "d", "question": "q", "query": []}), "its `query` is not text or a list of texts");
        let said = |role: &str| json!({"messages": [{"role": "user", "content": "q"}, {"role": role, "content": "x"}]});
        check_problem(Format::Messages, said("user"), "its messages do not end with an answer of the assistant");
        check_problem(Format::Messages, said("tool"), "the role `tool` is not known");
        check_problem(Format::Messages, json!({"messages": ["x"]}), "its `messages` is not a list of {role, content}");
    }
}
