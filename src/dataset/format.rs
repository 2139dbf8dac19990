//! The shapes of rows that are known.

use serde_json::{Map, Value};

use super::columns::Columns;
use super::error::RowProblem;
use super::example::{Body, Example};
use super::{chat, wikisql};
use crate::prompt::Turn;

/// The shape of a data set's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `{instruction, input, output}`: Stanford Alpaca, SQL-LLaMA.
    Alpaca,
    /// `{question, context, answer}`: sql-create-context, and what `sqllama data make` writes.
    QuestionContextAnswer,
    /// `{db_id, question, query}`: Spider; with `SQL` and `evidence`, BIRD; with `sql` and `external_knowledge`, SynSQL. Needs the databases.
    Spider,
    /// `{messages: [{role, content}]}`: chats.
    Messages,
    /// `{prompt, completion}`: text, or lists of messages; `{input_seq, output_seq}`: OmniSQL.
    PromptCompletion,
    /// `{conversations: [{from, value}]}`: ShareGPT's chats.
    ShareGpt,
    /// `{prompt, chosen, rejected}`: pairs of answers; the chosen one is learned.
    Preference,
    /// `{question, table, sql: {sel, agg, conds}}`: WikiSQL.
    WikiSql,
    /// A column with the question and one with the SQL, whatever they are called: gretel, `{question, schema, sql}`.
    Columns,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Alpaca,
        Self::QuestionContextAnswer,
        Self::Spider,
        Self::Messages,
        Self::PromptCompletion,
        Self::ShareGpt,
        Self::Preference,
        Self::WikiSql,
        Self::Columns,
    ];

    /// What it is called on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Alpaca => "alpaca",
            Self::QuestionContextAnswer => "context",
            Self::Spider => "spider",
            Self::Messages => "messages",
            Self::PromptCompletion => "completion",
            Self::ShareGpt => "sharegpt",
            Self::Preference => "preference",
            Self::WikiSql => "wikisql",
            Self::Columns => "columns",
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
            Self::ShareGpt => "ShareGPT conversations",
            Self::Preference => "pairs of answers: the chosen one is learned, the rejected one is left out",
            Self::WikiSql => "WikiSQL rows (question, table, sql as numbers)",
            Self::Columns => "a question and its SQL, by the names of their columns",
        }
    }

    /// The format called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format that a row has, by its keys.
    pub fn detect(row: &Map<String, Value>) -> Option<Self> {
        let has = |keys: &[&str]| keys.iter().all(|key| row.contains_key(*key));
        let list = |key: &str| row.get(key).is_some_and(Value::is_array);
        let brings_schema = || Columns::find(row).is_some_and(|columns| columns.has_schema());
        if has(&["messages"]) {
            Some(Self::Messages)
        } else if list("conversations") || list("conversation") {
            Some(Self::ShareGpt)
        } else if has(&["chosen", "rejected"]) {
            Some(Self::Preference)
        } else if has(&["prompt", "completion"]) || has(&["input_seq", "output_seq"]) {
            Some(Self::PromptCompletion)
        } else if wikisql::is_wikisql(row) && !has(&["query"]) {
            Some(Self::WikiSql)
        } else if has(&["question", "context", "answer"]) {
            Some(Self::QuestionContextAnswer)
        } else if has(&["db_id", "question"]) && ["query", "SQL", "sql"].iter().any(|key| row.contains_key(*key)) && !brings_schema() {
            Some(Self::Spider)
        } else if has(&["instruction", "output"]) {
            Some(Self::Alpaca)
        } else {
            Columns::find(row).map(|_| Self::Columns)
        }
    }

    /// Reads a row. Spider's context is still empty: it is the schema of the database that the row names.
    /// Columns are found by their names; WikiSQL's table is in the row.
    pub fn convert(self, row: &Map<String, Value>) -> Result<Example, RowProblem> {
        let mut example = match self {
            Self::Alpaca => Example::question(text(row, "instruction")?, optional(row, "input")?.unwrap_or(""), text(row, "output")?),
            Self::QuestionContextAnswer => Example::question(text(row, "question")?, text(row, "context")?, text(row, "answer")?),
            Self::Spider => {
                let key = ["query", "SQL"].into_iter().find(|key| row.contains_key(*key)).unwrap_or("sql");
                text(row, "db_id")?;
                Example::question(text(row, "question")?, "", first(row, key)?)
            }
            Self::Messages => return chat::chat(row, "messages").map(|example| with_origin(example, row)),
            Self::ShareGpt => {
                let key = if row.contains_key("conversations") { "conversations" } else { "conversation" };
                return chat::chat(row, key).map(|example| with_origin(example, row));
            }
            Self::Preference => return chat::chosen(row).map(|example| with_origin(example, row)),
            Self::PromptCompletion if row.contains_key("input_seq") => chat::sequences(row)?,
            Self::PromptCompletion => chat::prompt_and_completion(row)?,
            Self::WikiSql => wikisql::convert(row, None)?,
            Self::Columns => Columns::find(row).ok_or(RowProblem::Missing("question"))?.convert(row)?,
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
            let given = optional(row, "hint")?.or(optional(row, "evidence")?).or(optional(row, "external_knowledge")?);
            let given = given.filter(|text| !text.trim().is_empty()).map(str::to_owned);
            *hint = given.or(hint.take());
        }
        Ok(with_origin(example, row))
    }
}

/// Keys of what a question follows on.
pub(super) const PREVIOUS_QUESTION: &str = "previous_question";
pub(super) const PREVIOUS_SQL: &str = "previous_sql";

pub(super) fn with_origin(example: Example, row: &Map<String, Value>) -> Example {
    let own = |key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
    let db_id = own("db_id").or(example.db_id.clone());
    let rejected = example.rejected.clone().or_else(|| chat::rejected(row));
    Example { db_id, split: own("split"), source: own("source"), rejected, ..example }
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
        check(json!({"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}), Format::ShareGpt, "q", "", "a");
        check(json!({"prompt": "q", "chosen": "a", "rejected": "b"}), Format::Preference, "q", "", "a");
        check(json!({"input_seq": "q", "output_seq": "a"}), Format::PromptCompletion, "q", "", "a");
        check(json!({"db_id": "d", "question": "q", "external_knowledge": "", "cot": "c", "sql": "a"}), Format::Spider, "q", "", "a");
        check(json!({"db_id": "d", "question": "q", "query": "a", "sql": {"select": []}}), Format::Spider, "q", "", "a");
        check(json!({"sql_prompt": "q", "sql_context": "c", "sql": "a", "sql_explanation": "e"}), Format::Columns, "q", "c", "a");
        check(json!({"db_id": "d", "question": "q", "schema": "c", "sql": "a"}), Format::Columns, "q", "c", "a");
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
        check_problem(Format::Messages, said("narrator"), "the role `narrator` is not known");
        check_problem(Format::Messages, json!({"messages": ["x"]}), "its `messages` is not a list of {role, content}");
    }
}
