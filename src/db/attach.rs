//! Files opened beside a first one: SQLite's ATTACH, done by us alone. From SQL it stays refused: by the guard, by the authorizer, and by
//! the limit, which is back at zero as soon as ours are attached.

use std::collections::HashMap;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;

use super::error::DbError;
use super::open::{self, Location, Mode};
use super::owners::{self, Owners};
use super::sqlite_error::{is_busy, sqlite_message};
use super::watch::FileStamp;
use crate::sql::quote::{quoted_identifier, string_literal};

/// Why a table beside the first file cannot be read although it can be where its file is opened by itself.
const ORDERED: &str = "its program orders it in a way that is imitated only where its file is opened by itself";

/// A file to be attached.
#[derive(Debug)]
pub(super) struct ToAttach {
    /// What statements call it.
    pub(super) name: String,
    pub(super) location: Location,
    /// What is done to read it where it is opened by itself.
    pub(super) owners: Owners,
}

/// A file that is attached.
#[derive(Debug)]
pub(super) struct Attached {
    pub(super) name: String,
    pub(super) location: Location,
    pub(super) mode: Mode,
    pub(super) stamp: FileStamp,
    pub(super) schema_version: i64,
    /// Why a relation of it cannot be read here, by its name.
    pub(super) unreadable: HashMap<String, String>,
}

/// Attaches `file` to a connection that is hardened and has no authorizer yet. Nothing is written in it or beside it, as with the first.
pub(super) fn attach(connection: &Connection, file: &ToAttach) -> Result<Attached, DbError> {
    let stamp = FileStamp::of(&file.location.path);
    let mode = open::mode_now(&file.location)?;
    let uri = open::checked_uri(&file.location, mode)?;
    let name = quoted_identifier(&file.name);
    let explain = |error: rusqlite::Error| explain(file, &error);
    // For the indexes that the schema is read with.
    owners::offer(connection).map_err(explain)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, i32::MAX).map_err(explain)?;
    let attached = connection.execute_batch(&format!("ATTACH {} AS {name}", string_literal(&uri)));
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0).map_err(explain)?;
    attached.map_err(explain)?;
    if mode == Mode::PrivateIndex {
        connection.execute_batch(&format!("PRAGMA {name}.locking_mode=EXCLUSIVE")).map_err(explain)?;
    }
    connection.query_row(&format!("SELECT count(*) FROM {name}.sqlite_schema"), [], |_| Ok(())).map_err(explain)?;
    let schema_version = schema_version(connection, &file.name).map_err(explain)?;
    owners::imitate(connection, &file.owners).map_err(explain)?;
    let unreadable = unreadable(connection, file).map_err(explain)?;
    Ok(Attached { name: file.name.clone(), location: file.location.clone(), mode, stamp, schema_version, unreadable })
}

/// Takes away again what may be half attached.
pub(super) fn detach(connection: &Connection, name: &str) {
    let _ = connection.execute_batch(&format!("DETACH {}", quoted_identifier(name)));
}

/// SQLite's count of changes to the schema of the file called `name`.
pub(super) fn schema_version(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.query_row(&format!("PRAGMA {}.schema_version", quoted_identifier(name)), [], |row| row.get(0))
}

/// What of the file cannot be read here: what cannot be at all, what is read through a view of ours there, and what of its views and
/// virtual tables SQLite does not prepare.
fn unreadable(connection: &Connection, file: &ToAttach) -> rusqlite::Result<HashMap<String, String>> {
    let database = quoted_identifier(&file.name);
    let mut out = file.owners.unreadable.clone();
    let sql = format!(
        "SELECT name FROM {database}.sqlite_schema WHERE (type = 'view' OR (type = 'table' AND sql LIKE 'create virtual%')) \
         AND typeof(name) = 'text' ORDER BY rowid"
    );
    let names: Vec<Vec<u8>> =
        connection.prepare(&sql)?.query_map([], |row| Ok(row.get_ref(0)?.as_bytes()?.to_vec()))?.collect::<Result<_, _>>()?;
    for name in file.owners.overlay.names() {
        out.entry(name.clone()).or_insert_with(|| ORDERED.into());
    }
    // A view may hold a string in double quotes.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, true)?;
    for name in names.into_iter().filter_map(|name| String::from_utf8(name).ok()) {
        if out.contains_key(&name) || file.owners.too_large.contains(&name) {
            continue;
        }
        match connection.prepare(&format!("SELECT * FROM {database}.{}", quoted_identifier(&name))) {
            Err(error) if is_busy(&error) => return Err(error),
            Err(error) => {
                out.insert(name, sqlite_message(&error));
            }
            Ok(_) => {}
        }
    }
    Ok(out)
}

fn explain(file: &ToAttach, error: &rusqlite::Error) -> DbError {
    let (path, message) = (file.location.path.clone(), sqlite_message(error));
    if is_busy(error) {
        return DbError::Busy { path, message };
    }
    DbError::NotBeside { path, name: file.name.clone(), message }
}
