//! Reading the texts inside of a column's JSON documents, each with the others of its place.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::types::ValueRef;
use serde_json::Value;

use super::column::{Bounds, ColumnValues, is_made_by_machines};
use crate::db::database::Database;
use crate::schema::{Column, Json, Table};
use crate::signal::Cancel;
use crate::sql::json_path::{Step, steps};
use crate::sql::quote::quoted_identifier;

/// Documents that are read of a column.
const MOST_DOCUMENTS: usize = 20_000;
/// A longer document, in bytes, is passed over.
const LONGEST: usize = 64 * 1024;
/// Texts of a place after which it is judged: names that machines made are not kept.
const JUDGED_FROM: usize = 100;

/// The short texts at each of the places that `json` tells, for as many documents as the bounds let be read.
pub(super) fn read_leaves(
    database: &Database,
    table: &Table,
    column: &Column,
    json: &Json,
    bounds: &Bounds,
    cancel: &Cancel,
) -> Vec<ColumnValues> {
    let name = quoted_identifier(&column.name);
    let sql =
        format!("SELECT t.{name} FROM {} AS t WHERE typeof(t.{name}) = 'text' LIMIT {MOST_DOCUMENTS}", quoted_identifier(&table.name));
    let places: Vec<(&str, Vec<Step>)> = json.paths.iter().filter_map(|path| Some((path.as_str(), steps(path)?))).collect();
    let read = database.of(table.database.as_deref()).with(cancel, |connection| {
        let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        let (mut values, mut bytes, mut documents) = (0, 0, 0);
        // Whether all texts of all documents were read.
        let mut complete = true;
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        loop {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => break,
                // Stopped, or unreadable from here on.
                Err(_) => {
                    complete = false;
                    break;
                }
            };
            let Ok(ValueRef::Text(text)) = row.get_ref(0) else { continue };
            documents += 1;
            let document = (text.len() <= LONGEST).then(|| serde_json::from_slice::<Value>(text).ok()).flatten();
            let Some(document) = document else {
                complete = false;
                continue;
            };
            for (path, steps) in &places {
                let mut here = Vec::new();
                texts(&document, steps, &mut here);
                let texts = found.entry(path).or_default();
                for text in here.into_iter().filter(|text| !text.is_empty()) {
                    if text.len() > bounds.value_bytes {
                        complete = false;
                    } else if texts.insert(text.to_owned()) {
                        (values, bytes) = (values + 1, bytes + text.len());
                    }
                }
            }
            if values >= bounds.values || bytes >= bounds.bytes || cancel.is_stopped() {
                complete = false;
                break;
            }
        }
        Ok((found, complete && documents < MOST_DOCUMENTS))
    });
    let (found, complete) = read.unwrap_or_default();
    let kept = found.into_iter().filter_map(|(path, texts)| {
        let values: Vec<String> = texts.into_iter().collect();
        let is_made = values.len() >= JUDGED_FROM && is_made_by_machines(&values);
        (!values.is_empty() && !is_made).then(|| ColumnValues {
            database: table.database.clone(),
            table: table.name.clone(),
            column: column.name.clone(),
            path: Some(path.to_owned()),
            values,
            complete,
        })
    });
    kept.collect()
}

/// The texts of `value` behind `steps`.
fn texts<'v>(value: &'v Value, steps: &[Step], out: &mut Vec<&'v str>) {
    match (steps.split_first(), value) {
        (None, Value::String(text)) => out.push(text),
        (Some((Step::Key(key), rest)), Value::Object(object)) => {
            if let Some(inner) = object.get(key) {
                texts(inner, rest, out);
            }
        }
        (Some((Step::Place(_), rest)), Value::Array(array)) => array.iter().for_each(|element| texts(element, rest, out)),
        _ => {}
    }
}
