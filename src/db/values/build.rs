//! Reading the distinct texts of a database.

use rusqlite::types::ValueRef;

use super::column::{Bounds, ColumnValues, ValueLimits, is_made_by_machines};
use super::leaves::read_leaves;
use crate::db::database::Database;
use crate::db::error::DbError;
use crate::db::sqlite_error::is_busy;
use crate::schema::{Column, Meaning, Schema, Table, TableKind};
use crate::signal::{Cancel, Stop};
use crate::sql::quote::quoted_identifier;

/// Values after which a column is judged: long texts and keys made by machines are not read to their end.
const JUDGED_AFTER: usize = 400;
/// Values of a column that are read where the others use everything up.
const FAIR_SHARE: usize = 500;

/// The texts of every column that may hold some, in the order of the schema.
pub(super) fn read(database: &Database, schema: &Schema, limits: &ValueLimits, cancel: &Cancel) -> Result<Vec<ColumnValues>, DbError> {
    let total = cancel.with_timeout(limits.total);
    let tables = schema.tables.iter().filter(|table| table.kind == TableKind::Table && table.unreadable.is_none());
    let columns: Vec<(&Table, &Column)> =
        tables.flat_map(|table| table.columns.iter().filter(|column| may_hold_text(column)).map(move |column| (table, column))).collect();
    let (mut out, mut values_left, mut bytes_left) = (Vec::new(), limits.values, limits.bytes);
    for (read, (table, column)) in columns.iter().enumerate() {
        if total.is_stopped() || values_left == 0 || bytes_left == 0 {
            break;
        }
        let kept_for_others = (columns.len() - read - 1).saturating_mul(FAIR_SHARE);
        let most = values_left.saturating_sub(kept_for_others).max(FAIR_SHARE).min(values_left).min(limits.column_values);
        let one = total.with_timeout(limits.one_column);
        let bounds = Bounds { values: most, bytes: bytes_left, value_bytes: limits.value_bytes };
        let own = read_column(database, table, column, &bounds, &one).filter(|found| !found.values.is_empty() || found.complete);
        let inside = column.meaning.json().map(|json| read_leaves(database, table, column, json, &bounds, &one));
        for found in own.into_iter().chain(inside.into_iter().flatten()) {
            values_left -= found.values.len().min(values_left);
            bytes_left -= found.values.iter().map(String::len).sum::<usize>().min(bytes_left);
            out.push(found);
        }
    }
    match cancel.stop() {
        Some(Stop::Cancelled) => Err(DbError::Stopped(Stop::Cancelled)),
        _ => Ok(out),
    }
}

/// Whether SQLite would keep a text in this column as a text.
fn may_hold_text(column: &Column) -> bool {
    let declared = column.declared_type.to_ascii_uppercase();
    let affine_to_numbers = ["INT", "REAL", "FLOA", "DOUB"].iter().any(|word| declared.contains(word));
    let is_text = ["CHAR", "CLOB", "TEXT"].iter().any(|word| declared.contains(word));
    let as_blob = column.meaning == Meaning::TextBlob;
    (is_text || as_blob || !affine_to_numbers)
        && (as_blob || !declared.contains("BLOB"))
        && !column.name.contains(char::REPLACEMENT_CHARACTER)
}

/// What was read before a bound was reached. `None` where SQLite cannot read the column.
fn read_column(database: &Database, table: &Table, column: &Column, bounds: &Bounds, cancel: &Cancel) -> Option<ColumnValues> {
    // A column that is not there is an error only where it is qualified.
    let (name, from) = (format!("t.{}", quoted_identifier(&column.name)), quoted_identifier(&table.name));
    let sql = if column.meaning == Meaning::TextBlob {
        format!("SELECT DISTINCT CAST({name} AS TEXT) FROM {from} AS t WHERE typeof({name}) IN ('text', 'blob')")
    } else {
        format!("SELECT DISTINCT {name} FROM {from} AS t WHERE typeof({name}) = 'text'")
    };
    let read = database.of(table.database.as_deref()).with(cancel, |connection| {
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let (mut values, mut bytes, mut long) = (Vec::new(), 0, 0usize);
        let complete = loop {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => break long == 0,
                Err(error) if is_busy(&error) => return Err(error.into()),
                Err(_) => break false,
            };
            let Ok(ValueRef::Text(text)) = row.get_ref(0) else { continue };
            if text.len() > bounds.value_bytes {
                long += 1;
            } else if let Ok(text) = std::str::from_utf8(text) {
                bytes += text.len();
                values.push(text.to_owned());
            }
            let judged = values.len() + long == JUDGED_AFTER && (long > values.len() || is_made_by_machines(&values));
            if judged {
                // Nobody asks by such values; the few that were read would only match by accident.
                values.clear();
                break false;
            }
            if values.len() >= bounds.values || bytes >= bounds.bytes || long > 10 * JUDGED_AFTER || cancel.is_stopped() {
                break false;
            }
        };
        Ok((values, complete))
    });
    let (mut values, complete) = read.ok()?;
    values.sort_unstable();
    Some(ColumnValues {
        database: table.database.clone(),
        table: table.name.clone(),
        column: column.name.clone(),
        path: None,
        values,
        complete,
    })
}
