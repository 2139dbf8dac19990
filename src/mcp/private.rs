//! What a person keeps private of a database: no tool gives it.

use super::error::ToolError;
use super::files::File;
use crate::records::Records;
use crate::schema::{Private, Schema};
use crate::store::Paths;

/// What is private of `file`. Where that cannot be read, nothing is given.
pub(super) fn private_of(file: &File, paths: &Paths) -> Result<Private, ToolError> {
    if !paths.records().exists() {
        return Ok(Private::default());
    }
    let records = Records::open(paths)?;
    let Some(id) = records.find(file.database.path())? else { return Ok(Private::default()) };
    Ok(Private::of_notes(records.notes(id)?.into_iter().map(|note| note.text)).0)
}

/// Refuses SQL that may read it.
pub(super) fn refuse(private: &Private, sql: &str, schema: &Schema) -> Result<(), ToolError> {
    if private.is_reached(sql, schema) { Err(ToolError::Private) } else { Ok(()) }
}
