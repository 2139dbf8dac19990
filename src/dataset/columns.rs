//! Which columns of a row have the question, the schema and the SQL: as a person says, or by the names that data sets have for them.

use serde_json::{Map, Value};

use super::context::tables_of;
use super::error::RowProblem;
use super::example::{Body, Example};

/// Names of the column with the question; gretel has `sql_prompt`.
const QUESTION: [&str; 13] = [
    "question",
    "sql_prompt",
    "nl_question",
    "natural_language_question",
    "natural_language_query",
    "natural_language",
    "user_question",
    "utterance",
    "nlq",
    "nl",
    "instruction",
    "prompt",
    "text",
];
/// Names of the column with the SQL.
const SQL: [&str; 11] =
    ["sql", "sql_query", "query", "gold_sql", "target_sql", "sql_statement", "answer", "response", "output", "completion", "target"];
/// Names of the column with the schema.
const SCHEMA: [&str; 12] = [
    "schema",
    "sql_context",
    "context",
    "ddl",
    "create_table",
    "create_tables",
    "create_statements",
    "create_table_statements",
    "table_schema",
    "database_schema",
    "db_schema",
    "input",
];
/// Names of the column with something to consider; SynSQL has `external_knowledge`.
const HINT: [&str; 4] = ["hint", "evidence", "external_knowledge", "knowledge"];
/// Names of the column with the database.
const DATABASE: [&str; 4] = ["db_id", "db_name", "database_id", "database"];

/// The columns that are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    question: String,
    sql: String,
    schema: Option<String>,
    hint: Option<String>,
    database: Option<String>,
}

impl Columns {
    /// As a person says: `question=sql_prompt,sql=sql,schema=sql_context`; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (mut question, mut sql, mut schema, mut hint, mut database) = (None, None, None, None, None);
        for pair in text.split(',') {
            let (part, column) = pair.split_once('=').ok_or_else(|| format!("`{pair}` is not PART=COLUMN"))?;
            let column =
                Some(column.trim().to_owned()).filter(|column| !column.is_empty()).ok_or_else(|| format!("`{pair}` names no column"))?;
            let slot = match part.trim() {
                "question" => &mut question,
                "sql" | "answer" => &mut sql,
                "schema" | "context" => &mut schema,
                "hint" => &mut hint,
                "database" | "db_id" => &mut database,
                other => return Err(format!("`{other}` is none of question, sql, schema, hint, database")),
            };
            *slot = Some(column);
        }
        let question = question.ok_or("the column of the question is not named: question=COLUMN")?;
        let sql = sql.ok_or("the column of the SQL is not named: sql=COLUMN")?;
        Ok(Self { question, sql, schema, hint, database })
    }

    /// By the names of a row's columns; `None` where no question or no SQL is among them.
    pub fn find(row: &Map<String, Value>) -> Option<Self> {
        let is_text = |key: &&String| row.get(*key).is_some_and(|value| matches!(value, Value::String(_) | Value::Array(_) | Value::Null));
        let find = |names: &[&str], taken: &[&String]| {
            names
                .iter()
                .find_map(|name| row.keys().filter(is_text).find(|key| key.eq_ignore_ascii_case(name) && !taken.contains(key)))
                .cloned()
        };
        let question = find(&QUESTION, &[])?;
        let sql = find(&SQL, &[&question])?;
        let schema = find(&SCHEMA, &[&question, &sql]);
        Some(Self { schema, hint: find(&HINT, &[]), database: find(&DATABASE, &[]), question, sql })
    }

    /// Whether a column with a schema is among them.
    pub fn has_schema(&self) -> bool {
        self.schema.is_some()
    }

    /// The columns that `row` lacks, of those without which nothing can be read.
    pub fn lacking(&self, row: &Map<String, Value>) -> Vec<String> {
        let named = [Some(&self.question), Some(&self.sql), self.schema.as_ref(), self.hint.as_ref(), self.database.as_ref()];
        named.into_iter().flatten().filter(|column| !row.contains_key(*column)).cloned().collect()
    }

    /// Reads a row. Of a schema that brings rows along, as gretel's do, the tables are kept.
    pub fn convert(&self, row: &Map<String, Value>) -> Result<Example, RowProblem> {
        let needed = |column: &String| optional(row, column)?.ok_or_else(|| RowProblem::NoColumn(column.clone()));
        let wanted = |column: &Option<String>| column.as_ref().map_or(Ok(None), |column| optional(row, column));
        let schema = wanted(&self.schema)?.map(|text| tables_of(&text)).unwrap_or_default();
        let mut example = Example::question(needed(&self.question)?, schema, needed(&self.sql)?);
        if let Body::Question { hint, .. } = &mut example.body {
            *hint = wanted(&self.hint)?.filter(|text| !text.trim().is_empty());
        }
        example.db_id = wanted(&self.database)?;
        Ok(example)
    }
}

/// A column's text; several texts are lines of one.
fn optional(row: &Map<String, Value>, column: &str) -> Result<Option<String>, RowProblem> {
    let not_text = || RowProblem::NotText(column.to_owned());
    match row.get(column) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Array(several)) => {
            let texts: Vec<&str> = several.iter().map(|text| text.as_str().ok_or_else(not_text)).collect::<Result<_, _>>()?;
            Ok(Some(texts.join("\n")))
        }
        Some(_) => Err(not_text()),
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
    fn check(value: Value, question: &str, schema: &str, sql: &str, hint: Option<&str>) {
        let row = row(&value);
        let example = Columns::find(&row).unwrap().convert(&row).unwrap();
        let found = match &example.body {
            Body::Question { question, context, hint, .. } => (question.as_str(), context.as_str(), hint.as_deref()),
            other => panic!("{other:?}"),
        };
        assert_eq!((found, example.answer.as_str()), ((question, schema, hint), sql), "{value}");
    }

    #[test]
    fn columns_are_found_by_the_names_that_data_sets_have() {
        let gretel = json!({"id": 1, "domain": "d", "sql_complexity": "basic SQL", "sql_task_type": "t", "sql_prompt": "q",
            "sql_context": "CREATE TABLE t (a INT); INSERT INTO t VALUES (1);", "sql": "s", "sql_explanation": "e"});
        check(gretel, "q", "CREATE TABLE t (a INT);", "s", None);
        check(
            json!({"question": "q", "schema": ["CREATE TABLE a (x)", "CREATE TABLE b (y)"], "sql": "s"}),
            "q",
            "CREATE TABLE a (x)\nCREATE TABLE b (y)",
            "s",
            None,
        );
        let synsql = json!({"db_id": "d", "question": "q", "external_knowledge": "k", "cot": "c", "sql": "s"});
        check(synsql, "q", "", "s", Some("k"));
        check(json!({"Question": "q", "DDL": "c", "SQL": "s"}), "q", "c", "s", None);
        check(json!({"instruction": "q", "context": "c", "response": "s"}), "q", "c", "s", None);
        assert_eq!(Columns::find(&row(&json!({"question": "q", "sql": {"sel": 1}}))), None);
        assert_eq!(Columns::find(&row(&json!({"text": "q"}))), None);
    }

    #[test]
    fn columns_are_those_a_person_names() {
        let columns = Columns::parse("question=a, sql=b,schema=c").unwrap();
        let row = row(&json!({"a": "q", "b": "s", "c": null}));
        let example = columns.convert(&row).unwrap();
        assert_eq!((example.asked(), example.context(), example.answer.as_str()), ("q", "", "s"));
        assert_eq!(columns.lacking(&super::tests::row(&json!({"a": 1}))), ["b", "c"]);
        let problem = |value: Value| columns.convert(&super::tests::row(&value)).unwrap_err().to_string();
        assert_eq!(problem(json!({"a": "q"})), "it has no `b`");
        assert_eq!(problem(json!({"a": 1, "b": "s"})), "its `a` is not text");
        for (text, expected) in [
            ("question", "`question` is not PART=COLUMN"),
            ("question=a", "the column of the SQL is not named: sql=COLUMN"),
            ("question=a,sql=", "`sql=` names no column"),
            ("x=a", "`x` is none of question, sql, schema, hint, database"),
        ] {
            assert_eq!(Columns::parse(text).unwrap_err(), expected);
        }
    }
}
