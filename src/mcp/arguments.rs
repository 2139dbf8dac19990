//! What the tools take. The doc comments are what a client's model is told of each argument.

use rmcp::schemars;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::ToolError;

/// Arguments of `schema`.
#[derive(Debug, Default, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct SchemaArguments {
    /// Which database, where there are several.
    pub(super) database: Option<String>,
    /// Only these tables, in full.
    pub(super) tables: Option<Vec<String>>,
    /// The question that is to be answered: of a schema that is too large for one answer, what the question is about comes first, and
    /// stored values that it mentions are listed.
    pub(super) question: Option<String>,
}

/// Arguments of `query`.
#[derive(Debug, Default, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct QueryArguments {
    /// One statement in SQLite's SQL that only reads: SELECT, WITH, VALUES or EXPLAIN.
    pub(super) sql: String,
    /// Which database, where there are several.
    pub(super) database: Option<String>,
    /// Values of the statement's parameters by name: {"since": "2024-01-01"} for `:since`, `@since` or `$since`, {"1": 5} for `?1`.
    pub(super) parameters: Option<Map<String, Value>>,
    /// At most this many rows.
    pub(super) max_rows: Option<u32>,
}

/// Arguments of `ask`.
#[derive(Debug, Default, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct AskArguments {
    /// The question, in plain language.
    pub(super) question: String,
    /// Which database, where there are several.
    pub(super) database: Option<String>,
    /// Something to consider, such as what a word means here.
    pub(super) hint: Option<String>,
    /// The question before, where this one follows on it; needs `previous_sql`.
    pub(super) previous_question: Option<String>,
    /// The SQL that answered the question before, where this one follows on it.
    pub(super) previous_sql: Option<String>,
    /// How sure that answer was, 0 to 1, as its `confidence` said: what follows on it is no surer.
    pub(super) previous_confidence: Option<f64>,
    /// Only write the SQL, do not run it.
    pub(super) sql_only: Option<bool>,
    /// At most this many rows.
    pub(super) max_rows: Option<u32>,
}

/// What a tool is called with.
#[derive(Debug, PartialEq)]
pub(super) enum Call {
    Schema(SchemaArguments),
    Query(QueryArguments),
    Ask(AskArguments),
}

impl Call {
    /// Understands a call; `None` where no tool has this name.
    pub(super) fn parse(tool: &str, arguments: Option<Map<String, Value>>) -> Option<Result<Self, ToolError>> {
        let arguments = arguments.unwrap_or_default();
        Some(match tool {
            "schema" => {
                parse("schema", "`schema` takes `database`, `tables` (a list of names) and `question`, none of them needed", arguments)
                    .map(Self::Schema)
            }
            "query" => parse(
                "query",
                "`query` needs `sql` (text), and takes `database`, `parameters` (an object) and `max_rows` (a whole number)",
                arguments,
            )
            .map(Self::Query),
            "ask" => parse(
                "ask",
                "`ask` needs `question` (text), and takes `database`, `hint`, `previous_question` and `previous_confidence` (0 to 1) with `previous_sql`, `sql_only` (true or \
                 false) and `max_rows` (a whole number)",
                arguments,
            )
            .and_then(in_order)
            .map(Self::Ask),
            _ => return None,
        })
    }

    /// The database that it is about, as the client calls it.
    pub(super) fn database(&self) -> Option<&str> {
        match self {
            Self::Schema(arguments) => arguments.database.as_deref(),
            Self::Query(arguments) => arguments.database.as_deref(),
            Self::Ask(arguments) => arguments.database.as_deref(),
        }
    }
}

fn parse<T: DeserializeOwned>(tool: &'static str, takes: &'static str, arguments: Map<String, Value>) -> Result<T, ToolError> {
    serde_json::from_value(Value::Object(arguments)).map_err(|error| ToolError::Arguments {
        tool,
        // A library's word for a number.
        message: error.to_string().replace("expected u32", "a whole number from 0 on is expected"),
        takes,
    })
}

fn in_order(arguments: AskArguments) -> Result<AskArguments, ToolError> {
    if arguments.question.trim().is_empty() {
        let message = "`question` is empty".to_owned();
        return Err(ToolError::Arguments { tool: "ask", message, takes: "ask it in plain language, in one sentence" });
    }
    if arguments.previous_confidence.is_some_and(|confidence| !(0.0..=1.0).contains(&confidence)) {
        let message = "`previous_confidence` is no share".to_owned();
        return Err(ToolError::Arguments { tool: "ask", message, takes: "it is 0 to 1, as `confidence` says it" });
    }
    if arguments.previous_question.is_some() && arguments.previous_sql.is_none() {
        let message = "`previous_question` is there without `previous_sql`".to_owned();
        return Err(ToolError::Arguments { tool: "ask", message, takes: "give both, or neither" });
    }
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn parsed(tool: &str, arguments: Value) -> Result<Call, ToolError> {
        let Value::Object(arguments) = arguments else { panic!("{arguments}") };
        Call::parse(tool, Some(arguments)).unwrap()
    }

    #[track_caller]
    fn wrong(tool: &str, arguments: Value, words: &str) {
        let text = parsed(tool, arguments).unwrap_err().text();
        assert!(text.contains(words) && text.contains("\nhint: "), "{text}");
    }

    #[test]
    fn arguments_are_understood_or_named() {
        let query = QueryArguments { sql: "SELECT 1".into(), max_rows: Some(3), ..QueryArguments::default() };
        assert_eq!(parsed("query", json!({"sql": "SELECT 1", "max_rows": 3, "database": null})).unwrap(), Call::Query(query));
        assert_eq!(Call::parse("schema", None).unwrap().unwrap(), Call::Schema(SchemaArguments::default()));
        assert!(Call::parse("drop", None).is_none());
        wrong("query", json!({}), "missing field `sql`");
        wrong("query", json!({"sql": 5}), "invalid type: integer `5`, expected a string");
        wrong("query", json!({"sql": "SELECT 1", "limit": 5}), "unknown field `limit`, expected one of `sql`");
        wrong("query", json!({"sql": "SELECT 1", "max_rows": -1}), "invalid value: integer `-1`");
        wrong("query", json!({"sql": "SELECT 1", "parameters": [1]}), "invalid type: sequence, expected a map");
        wrong("schema", json!({"tables": "a"}), "invalid type: string \"a\", expected a sequence");
        wrong("ask", json!({"question": "q", "previous_question": "p"}), "without `previous_sql`");
        wrong("ask", json!({"question": " \n"}), "`question` is empty");
    }
}
