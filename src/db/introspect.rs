//! Reading a schema: names first, then counts, samples and undeclared keys.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;
use rusqlite::types::{ToSqlOutput, ValueRef};

use super::database::{Database, Failure};
use super::error::DbError;
use super::sqlite_error::is_busy;
use super::{keys, statistics};
use crate::schema::{Column, ForeignKey, KeyOrigin, Profile, Schema, Table, TableKind};
use crate::signal::Cancel;

impl Database {
    /// The whole schema: [`Database::schema_outline`], then [`Database::fill_statistics`].
    pub fn schema(&self, cancel: &Cancel) -> Result<Schema, DbError> {
        let mut schema = self.schema_outline(cancel)?;
        self.fill_statistics(&mut schema, cancel)?;
        Ok(schema)
    }

    /// Tables, views, columns, declared keys, and keys that names alone make plain. What profiles tell of the file
    /// is in it. Reads no rows of the user's.
    pub fn schema_outline(&self, cancel: &Cancel) -> Result<Schema, DbError> {
        let mut schema = self.with_owners(cancel, |connection, owners| {
            let mut schema = read_outline(connection, &owners.too_large)?;
            owners.mark(&mut schema);
            Ok(schema)
        })?;
        let profiles = self.recognised(&schema, cancel);
        keys::infer(&mut schema, &profiles);
        profiles.iter().for_each(|profile| profile.mark(&mut schema));
        self.outline_beside(&mut schema, cancel)?;
        Ok(schema)
    }

    /// The profiles that the file fits, the one that looks at most of it first.
    pub fn recognised(&self, schema: &Schema, cancel: &Cancel) -> Vec<&Profile> {
        // A file that does not say it has none.
        let read = |c: &Connection| Ok(c.query_row("SELECT application_id FROM pragma_application_id", [], |row| row.get(0))?);
        let application_id: Option<i32> = self.with(cancel, read).ok();
        let mut found: Vec<&Profile> = self.profiles.all.iter().filter(|profile| profile.recognises(schema, application_id)).collect();
        found.sort_by_key(|profile| std::cmp::Reverse(profile.telltale.len()));
        found
    }

    /// What there is to say of how the file is read: what it looks like, and which profiles could not be read. A sentence each.
    pub fn profile_notes(&self, schema: &Schema, cancel: &Cancel) -> Vec<String> {
        let own = schema.of_database(None);
        let names: Vec<&str> = self.recognised(&own, cancel).iter().map(|profile| profile.name.as_str()).collect();
        let looks = (!names.is_empty()).then(|| format!("this looks like {}", names.join(" and ")));
        let beside = self.notes_beside(|file| {
            let own = file.schema_outline(cancel).unwrap_or_default();
            file.profile_notes(&own, cancel).into_iter().filter(|note| !self.profiles.mistakes.contains(note)).collect()
        });
        looks.into_iter().chain(self.profiles.mistakes.iter().cloned()).chain(beside).collect()
    }

    /// Adds row counts and sample values, and drops inferred keys that the values contradict. Takes a bounded time: what could
    /// not be found out in it stays unknown. Only a cancel is an error.
    pub fn fill_statistics(&self, schema: &mut Schema, cancel: &Cancel) -> Result<(), DbError> {
        if self.beside.is_empty() {
            return statistics::fill(self, schema, cancel);
        }
        let mut own = schema.of_database(None);
        statistics::fill(self, &mut own, cancel)?;
        let others = schema.tables.drain(..).filter(|table| table.database.is_some());
        own.tables.extend(others);
        *schema = own;
        self.statistics_beside(schema, cancel)
    }
}

/// The schema of an open connection, without statistics. Views that are too large are not looked into.
pub(super) fn read_outline(connection: &Connection, too_large: &HashSet<String>) -> Result<Schema, Failure> {
    let kinds: HashMap<Vec<u8>, String> = connection
        .prepare("SELECT name, type FROM pragma_table_list WHERE schema = 'main'")
        .and_then(|mut s| s.query_map([], |row| Ok((bytes(row, 0), text(row, 1))))?.collect())
        .unwrap_or_default();
    let mut statement = connection.prepare("SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY rowid")?;
    let entries: Vec<(Vec<u8>, String, String)> =
        statement.query_map([], |row| Ok((bytes(row, 0), text(row, 1), text(row, 2))))?.collect::<Result<_, _>>()?;
    let mut schema = Schema::default();
    let mut seen = HashSet::new();
    for (name, kind, sql) in entries {
        let listed = kinds.get(&name).map_or("", String::as_str);
        if name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case(b"sqlite_")) || listed == "shadow" || !seen.insert(name.clone()) {
            continue;
        }
        let kind = match (kind.as_str(), listed) {
            ("view", _) => TableKind::View,
            (_, "virtual") => TableKind::Virtual,
            _ => TableKind::Table,
        };
        let mut table = Table { name: String::from_utf8_lossy(&name).into_owned(), kind, sql, ..Table::default() };
        if too_large.contains(&table.name) {
            schema.tables.push(table);
            continue;
        }
        // A view on a table that is gone, or a module that is not built in, has no columns to tell: that breaks no other table.
        match read_columns(connection, &name, &mut table).and_then(|()| read_foreign_keys(connection, &name, &mut table)) {
            Err(e) if is_busy(&e) || e.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) => return Err(e.into()),
            _ => {}
        }
        schema.tables.push(table);
    }
    // A key that names only a table refers to its primary key.
    let primary: HashMap<String, Vec<String>> =
        schema.tables.iter().map(|t| (t.name.to_ascii_lowercase(), t.primary_key.clone())).collect();
    for key in schema.tables.iter_mut().flat_map(|t| t.foreign_keys.iter_mut()) {
        if key.foreign_columns.iter().any(String::is_empty)
            && let Some(columns) = primary.get(&key.foreign_table.to_ascii_lowercase()).filter(|c| c.len() == key.columns.len())
        {
            key.foreign_columns.clone_from(columns);
        }
    }
    for table in &mut schema.tables {
        table.foreign_keys.retain(|key| !key.foreign_columns.iter().any(String::is_empty));
    }
    Ok(schema)
}

/// A column of a result row as text, whatever it holds.
fn text(row: &rusqlite::Row<'_>, i: usize) -> String {
    String::from_utf8_lossy(&bytes(row, i)).into_owned()
}

/// A column of a result row as bytes, whatever it holds.
fn bytes(row: &rusqlite::Row<'_>, i: usize) -> Vec<u8> {
    match row.get_ref(i) {
        Ok(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => bytes.to_vec(),
        _ => Vec::new(),
    }
}

/// A name as a parameter, byte for byte: it need not be UTF-8.
fn parameter(name: &[u8]) -> [ToSqlOutput<'_>; 1] {
    [ToSqlOutput::Borrowed(ValueRef::Text(name))]
}

fn read_columns(connection: &Connection, name: &[u8], table: &mut Table) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("SELECT name, type, \"notnull\", pk, hidden FROM pragma_table_xinfo(?1, 'main')")?;
    let mut rows = statement.query(parameter(name))?;
    let mut key: Vec<(i64, String)> = Vec::new();
    while let Some(row) = rows.next()? {
        // 1 is a virtual table's hidden column; 2 and 3 are generated ones.
        if row.get::<_, i64>(4)? == 1 {
            continue;
        }
        let name = text(row, 0);
        let position: i64 = row.get(3)?;
        if position > 0 {
            key.push((position, name.clone()));
        }
        table.columns.push(Column { name, declared_type: text(row, 1), not_null: row.get::<_, i64>(2)? != 0, ..Column::default() });
    }
    key.sort();
    table.primary_key = key.into_iter().map(|(_, name)| name).collect();
    Ok(())
}

fn read_foreign_keys(connection: &Connection, name: &[u8], table: &mut Table) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare("SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(?1, 'main') ORDER BY id DESC, seq")?;
    let mut rows = statement.query(parameter(name))?;
    let mut last = None;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        if last != Some(id) {
            table.foreign_keys.push(ForeignKey {
                columns: Vec::new(),
                foreign_table: text(row, 1),
                elsewhere: None,
                foreign_columns: Vec::new(),
                origin: KeyOrigin::Declared,
            });
            last = Some(id);
        }
        if let Some(key) = table.foreign_keys.last_mut() {
            key.columns.push(text(row, 2));
            key.foreign_columns.push(text(row, 3));
        }
    }
    Ok(())
}
