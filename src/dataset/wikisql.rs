//! WikiSQL's rows, whose query is kept as numbers: the column, what is made of it, and conditions (`github.com/salesforce/WikiSQL`,
//! `lib/query.py`).

use serde_json::{Map, Value};

use super::error::RowProblem;
use super::example::Example;
use crate::sql::quote::{identifier, string_literal};

const AGGREGATES: [&str; 6] = ["", "MAX", "MIN", "COUNT", "SUM", "AVG"];
const OPERATORS: [&str; 3] = ["=", ">", "<"];

/// Whether a row's query is kept as numbers.
pub(super) fn is_wikisql(row: &Map<String, Value>) -> bool {
    row.get("sql").is_some_and(|sql| sql.get("sel").is_some() && sql.get("agg").is_some())
}

/// Reads a row; its table is in it, as the hub has it, or is `table`, a line of `NAME.tables.jsonl`.
pub(super) fn convert(row: &Map<String, Value>, table: Option<&Value>) -> Result<Example, RowProblem> {
    let question = match row.get("question") {
        Some(Value::String(text)) => text.as_str(),
        Some(_) => return Err(RowProblem::WrongType { key: "question", expected: "text" }),
        None => return Err(RowProblem::Missing("question")),
    };
    let own = row.get("table").filter(|table| table.is_object());
    let table = own.or(table).ok_or(RowProblem::Missing("table"))?;
    let table = Table::read(table)?;
    let sql = row.get("sql").ok_or(RowProblem::Missing("sql"))?;
    Ok(Example::question(question.trim(), table.create(), table.select(sql)?))
}

/// The name by which a row names its table.
pub(super) fn table_id(row: &Map<String, Value>) -> Option<&str> {
    row.get("table_id").and_then(Value::as_str)
}

struct Table {
    name: String,
    columns: Vec<String>,
    is_number: Vec<bool>,
}

const WRONG: RowProblem = RowProblem::WrongType { key: "sql", expected: "{sel, agg, conds} over columns of its table" };

impl Table {
    fn read(table: &Value) -> Result<Self, RowProblem> {
        let expected = RowProblem::WrongType { key: "table", expected: "{id, header, types}" };
        let texts = |key: &str| -> Result<Vec<String>, RowProblem> {
            let list = table.get(key).and_then(Value::as_array).ok_or_else(|| expected.clone())?;
            list.iter().map(|text| text.as_str().map(str::to_owned).ok_or_else(|| expected.clone())).collect()
        };
        let id = table.get("id").and_then(Value::as_str).ok_or_else(|| expected.clone())?;
        let mut columns: Vec<String> = Vec::new();
        for name in texts("header")? {
            let (mut own, mut number) = (name.clone(), 2);
            while columns.iter().any(|other| other.eq_ignore_ascii_case(&own)) {
                own = format!("{name}_{number}");
                number += 1;
            }
            columns.push(own);
        }
        let is_number = texts("types")?.iter().map(|kind| kind == "real").collect();
        // As WikiSQL's own databases call it.
        Ok(Self { name: format!("table_{}", id.replace('-', "_")), columns, is_number })
    }

    fn create(&self) -> String {
        let kind = |at: usize| if self.is_number.get(at) == Some(&true) { "REAL" } else { "TEXT" };
        let columns: Vec<String> = self.columns.iter().enumerate().map(|(at, name)| format!("{} {}", identifier(name), kind(at))).collect();
        format!("CREATE TABLE {} ({})", identifier(&self.name), columns.join(", "))
    }

    fn column(&self, number: Option<&Value>) -> Result<(usize, String), RowProblem> {
        let at = number.and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok()).ok_or(WRONG)?;
        self.columns.get(at).map(|name| (at, identifier(name))).ok_or(WRONG)
    }

    fn select(&self, sql: &Value) -> Result<String, RowProblem> {
        let (_, column) = self.column(sql.get("sel"))?;
        let aggregate = sql.get("agg").and_then(Value::as_u64).and_then(|n| AGGREGATES.get(usize::try_from(n).ok()?)).ok_or(WRONG)?;
        let what = if aggregate.is_empty() { column } else { format!("{aggregate}({column})") };
        let mut conditions = Vec::new();
        for (number, operator, value) in conditions_of(sql.get("conds").ok_or(WRONG)?)? {
            let (at, column) = self.column(Some(&number))?;
            let operator = operator.as_u64().and_then(|n| OPERATORS.get(usize::try_from(n).ok()?)).ok_or(WRONG)?;
            let literal = match &value {
                Value::Number(number) => number.to_string(),
                Value::String(text) if self.is_number.get(at) == Some(&true) && text.parse::<f64>().is_ok_and(f64::is_finite) => {
                    text.clone()
                }
                Value::String(text) => string_literal(text),
                _ => return Err(WRONG),
            };
            conditions.push(format!("{column} {operator} {literal}"));
        }
        let filter = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
        Ok(format!("SELECT {what} FROM {}{filter}", identifier(&self.name)))
    }
}

/// Conditions: a list of three each, or three lists, as the hub has them.
fn conditions_of(value: &Value) -> Result<Vec<(Value, Value, Value)>, RowProblem> {
    match value {
        Value::Array(list) => {
            let three = |one: &Value| match one.as_array().map(Vec::as_slice) {
                Some([column, operator, value]) => Ok((column.clone(), operator.clone(), value.clone())),
                _ => Err(WRONG),
            };
            list.iter().map(three).collect()
        }
        Value::Object(lists) => {
            let list = |key: &str| lists.get(key).and_then(Value::as_array).ok_or(WRONG);
            let (columns, operators, values) = (list("column_index")?, list("operator_index")?, list("condition")?);
            if columns.len() != operators.len() || columns.len() != values.len() {
                return Err(WRONG);
            }
            Ok(columns.iter().zip(operators).zip(values).map(|((c, o), v)| (c.clone(), o.clone(), v.clone())).collect())
        }
        _ => Err(WRONG),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(row: Value, table: Option<Value>, context: &str, sql: &str) {
        let example = convert(row.as_object().unwrap(), table.as_ref()).unwrap();
        assert_eq!((example.asked(), example.context(), example.answer.as_str()), ("q", context, sql));
    }

    #[test]
    fn queries_are_written_out() {
        let table = json!({"id": "1-10-2", "header": ["Name", "No. of points", "name"], "types": ["text", "real", "text"], "rows": []});
        let context = "CREATE TABLE table_1_10_2 (Name TEXT, \"No. of points\" REAL, name_2 TEXT)";
        let row = json!({"table_id": "1-10-2", "question": "q ", "sql": {"sel": 1, "agg": 4, "conds": [[0, 0, "O'Neil"], [1, 1, "5"]]}});
        let sql = "SELECT SUM(\"No. of points\") FROM table_1_10_2 WHERE Name = 'O''Neil' AND \"No. of points\" > 5";
        check(row, Some(table.clone()), context, sql);
        let hub = json!({"question": "q", "table": table, "sql": {"human_readable": "x", "sel": 0, "agg": 0,
            "conds": {"column_index": [2], "operator_index": [0], "condition": ["7"]}}});
        check(hub, None, context, "SELECT Name FROM table_1_10_2 WHERE name_2 = '7'");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let problem = |value: Value| convert(value.as_object().unwrap(), None).unwrap_err().to_string();
        assert_eq!(problem(json!({"question": "q", "sql": {"sel": 0, "agg": 0, "conds": []}})), "it has no `table`");
        let table = json!({"id": "1", "header": ["a"], "types": ["text"]});
        let out = json!({"question": "q", "table": table, "sql": {"sel": 3, "agg": 0, "conds": []}});
        assert_eq!(problem(out), "its `sql` is not {sel, agg, conds} over columns of its table");
    }
}
