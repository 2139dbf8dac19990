//! The tool `query`: SQL that the client's model wrote.

use std::time::Instant;

use serde_json::Value;

use super::arguments::QueryArguments;
use super::error::ToolError;
use super::files::File;
use super::private::{private_of, refuse};
use super::results::{QueryResult, Returned, Rows};
use super::rows::{Bounded, DEFAULT_ROWS};
use crate::db::{Cell, Limits, Parameters};
use crate::signal::Cancel;
use crate::sql::{self, guard};
use crate::store::Paths;

/// Runs the statement on `file`.
pub(super) fn run(arguments: &QueryArguments, file: &File, paths: &Paths, limits: &Limits, cancel: &Cancel) -> Result<Returned, ToolError> {
    let sql = guard::check(&arguments.sql)?;
    let private = private_of(file, paths)?;
    if !private.is_empty() {
        let schema = file.schema(&file.database, cancel)?;
        refuse(&private, &arguments.sql, &schema)?;
    }
    let parameters = bound(arguments)?;
    let mut bounded = Bounded::new(most_rows(arguments.max_rows, limits));
    let start = Instant::now();
    // What has no room ends the query; that there was more is known by then.
    file.database.stream(&sql, &parameters, &Limits { max_rows: usize::MAX, ..*limits }, cancel, &mut bounded)?;
    let (rows, text) = Rows::of(bounded);
    let result = QueryResult { database: file.name.clone(), rows, milliseconds: start.elapsed().as_secs_f64() * 1000.0 };
    let structured = serde_json::to_value(&result).map_err(|error| ToolError::Internal { message: error.to_string() })?;
    Ok(Returned { structured, text, failed: false })
}

/// As many rows as are wanted, and no more than whoever started the server lets through.
pub(super) fn most_rows(wanted: Option<u32>, limits: &Limits) -> usize {
    wanted.map_or(DEFAULT_ROWS, |rows| rows as usize).min(limits.max_rows)
}

/// The values of the statement's parameters; one for a name that it does not have is a mistake.
fn bound(arguments: &QueryArguments) -> Result<Parameters, ToolError> {
    let mut parameters = Parameters::new();
    let Some(values) = &arguments.parameters else { return Ok(parameters) };
    let written = sql::parameters(&arguments.sql);
    for (name, value) in values {
        if !written.iter().any(|parameter| Parameters::is_name_of(name, parameter)) {
            return Err(ToolError::NoParameter { name: name.clone(), written });
        }
        parameters.set(name, cell_of(value).ok_or_else(|| ToolError::Value { name: name.clone() })?);
    }
    Ok(parameters)
}

/// A JSON value as SQLite keeps it: true and false are 1 and 0, and a whole number beyond 64 bits is a real one.
fn cell_of(value: &Value) -> Option<Cell> {
    Some(match value {
        Value::Null => Cell::Null,
        Value::Bool(yes) => Cell::Integer((*yes).into()),
        Value::Number(number) => number.as_i64().map(Cell::Integer).or_else(|| number.as_f64().map(Cell::Real))?,
        Value::String(text) => Cell::Text(text.clone()),
        Value::Array(_) | Value::Object(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_sqlites() {
        let check = |value: Value, expected: Option<Cell>| assert_eq!(cell_of(&value), expected, "{value}");
        check(json!(null), Some(Cell::Null));
        check(json!(true), Some(Cell::Integer(1)));
        check(json!(-9_223_372_036_854_775_808_i64), Some(Cell::Integer(i64::MIN)));
        check(json!(18_446_744_073_709_551_615_u64), Some(Cell::Real(18_446_744_073_709_551_615.0)));
        check(json!(0.5), Some(Cell::Real(0.5)));
        check(json!("NULL"), Some(Cell::Text("NULL".into())));
        check(json!([1]), None);
        check(json!({"hex": "00"}), None);
    }

    #[test]
    fn rows_are_wanted_and_let_through() {
        let limits = Limits { max_rows: 1000, ..Limits::default() };
        let check = |wanted, expected| assert_eq!(most_rows(wanted, &limits), expected);
        check(None, DEFAULT_ROWS);
        check(Some(7), 7);
        check(Some(0), 0);
        check(Some(u32::MAX), 1000);
    }
}
