//! Questions with the SQL that answers them.

use std::path::Path;

use serde::Deserialize;

use super::EvalError;

/// A question about a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Tells it from others of its file: its place there, from 0, where the file names nothing.
    pub id: String,
    /// The database's file name without extension.
    pub db_id: String,
    /// In words.
    pub question: String,
    /// Queries whose rows are accepted; at least one.
    pub accepted: Vec<String>,
    /// Something a person would say with it.
    pub hint: Option<String>,
}

#[derive(Deserialize)]
struct Row {
    id: Option<serde_json::Value>,
    db_id: String,
    question: String,
    query: OneOrMany,
    hint: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// Reads a JSON list of `{db_id, question, query}`; `query` may be a list of accepted answers, `hint` and `id` are optional.
pub fn read_questions(path: &Path) -> Result<Vec<Question>, EvalError> {
    let failed = |reason: String| EvalError::Questions { path: path.into(), reason };
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    parse(&text).map_err(failed)
}

fn parse(text: &str) -> Result<Vec<Question>, String> {
    let rows: Vec<serde_json::Value> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut questions = Vec::with_capacity(rows.len());
    for (place, row) in rows.into_iter().enumerate() {
        let row: Row = serde_json::from_value(row).map_err(|error| format!("question {place}: {error}"))?;
        let accepted = match row.query {
            OneOrMany::One(query) => vec![query],
            OneOrMany::Many(queries) => queries,
        };
        if accepted.is_empty() {
            return Err(format!("question {place}: it has no query"));
        }
        if row.db_id.contains(['/', '\\', '\0']) || row.db_id.starts_with('.') {
            return Err(format!("question {place}: `{}` is no name of a database", row.db_id));
        }
        let id = match row.id {
            None | Some(serde_json::Value::Null) => place.to_string(),
            Some(serde_json::Value::String(id)) => id,
            Some(other) => other.to_string(),
        };
        questions.push(Question { id, db_id: row.db_id, question: row.question, accepted, hint: row.hint });
    }
    Ok(questions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_read() {
        let text = r#"[{"db_id":"a","question":"Q?","query":"SELECT 1"},{"id":7,"db_id":"b","question":"R?","query":["SELECT 1","SELECT 2"],"hint":"h"}]"#;
        let questions = parse(text).unwrap();
        assert_eq!((questions[0].id.as_str(), questions[1].id.as_str()), ("0", "7"));
        assert_eq!((questions[1].accepted.len(), questions[1].hint.as_deref()), (2, Some("h")));
    }

    #[track_caller]
    fn check_error(text: &str, expected: &str) {
        let error = parse(text).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn what_is_wrong_is_named() {
        check_error("{}", "expected a sequence");
        check_error(r#"[{"db_id":"a","question":"Q"}]"#, "question 0: missing field `query`");
        check_error(r#"[{"db_id":"a","question":"Q","query":[]}]"#, "question 0: it has no query");
        check_error(r#"[{"db_id":"../a","question":"Q","query":"SELECT 1"}]"#, "is no name of a database");
    }
}
