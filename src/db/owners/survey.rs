//! Which columns have to be kept from SQLite's planner, because an index or a key orders them by something that we only imitate.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use super::collations::is_built_in;
use super::foreign::{Entry, Kind, Stored, calls, collations, indexed, names};
use super::functions::Registered;
use crate::db::sqlite_error::{missing_function, sqlite_message};
use crate::sql::quote::quoted_identifier;

/// A table that a view of ours has to stand before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shadow {
    pub(super) table: String,
    /// All that a query of the table gives, in order.
    pub(super) columns: Vec<ShadowColumn>,
    /// Whether its rows have a key of their own.
    pub(super) has_rowid: bool,
    /// The column that is the rowid under another name.
    pub(super) key: Option<String>,
    /// The only index that may be used: the key that keeps the rows themselves, to walk along it. Another one would look rows up by that key.
    pub(super) only_index: Option<String>,
}

/// A column of such a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShadowColumn {
    pub(super) name: String,
    /// Kept from the planner.
    pub(super) hidden: bool,
    /// Where it is not `BINARY`.
    pub(super) collation: Option<String>,
}

/// A generated column whose function nobody has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unread {
    pub(super) name: String,
    pub(super) why: String,
}

/// What SQLite says of a column.
struct Told {
    name: String,
    key: i64,
    integer: bool,
    /// 2 is a generated column that is computed, 3 one that is stored.
    hidden: i64,
}

/// The tables to be hidden: those with an index that is ordered, or filtered, by a collation or a function of the owner's, and those with
/// a column that cannot be read.
pub(super) fn survey(connection: &Connection, schema: &Stored, unread: &BTreeMap<String, Vec<Unread>>) -> rusqlite::Result<Vec<Shadow>> {
    let mut shadows = Vec::new();
    for entry in schema.of_kind(Kind::Table) {
        let left_out = unread.get(&entry.name).map_or(&[][..], Vec::as_slice);
        let foreign = collations(&entry.sql).iter().any(|name| !is_built_in(name));
        let suspicious = |index: &Entry| index_is_foreign(schema, index);
        if left_out.is_empty() && !foreign && !computes_foreign(schema, entry) && !schema.indexes_of(&entry.name).any(suspicious) {
            continue;
        }
        // A table that cannot be looked at cannot be read either: `reasons` tells why.
        if let Ok(Some(shadow)) = shadow(connection, schema, entry, left_out) {
            shadows.push(shadow);
        }
    }
    Ok(shadows)
}

/// Whether the statement of an index itself names something of the owner's.
fn index_is_foreign(schema: &Stored, index: &Entry) -> bool {
    let text = indexed(&index.sql);
    collations(text).iter().any(|name| !is_built_in(name)) || calls(text).iter().any(|name| !schema.has_function(name))
}

/// Whether the table computes a column by something of the owner's. What stands in `CHECK` and `DEFAULT` counts too: that hides more than
/// it has to, and no less.
fn computes_foreign(schema: &Stored, table: &Entry) -> bool {
    let words = names(&table.sql);
    let generated = words.iter().any(|word| word.eq_ignore_ascii_case("as"));
    generated && calls(&table.sql).iter().any(|name| !schema.has_function(name))
}

fn columns_of(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Told>> {
    let mut statement = connection.prepare("SELECT name, pk, type, hidden FROM pragma_table_xinfo(?1, 'main')")?;
    let told = statement.query_map([table], |row| {
        let declared: String = row.get(2)?;
        Ok(Told { name: row.get(0)?, key: row.get(1)?, integer: declared.eq_ignore_ascii_case("integer"), hidden: row.get(3)? })
    })?;
    told.collect()
}

fn shadow(connection: &Connection, schema: &Stored, entry: &Entry, left_out: &[Unread]) -> rusqlite::Result<Option<Shadow>> {
    let table = entry.name.as_str();
    let told = columns_of(connection, table)?;
    let has_rowid: bool =
        connection.query_row("SELECT wr = 0 FROM pragma_table_list WHERE schema = 'main' AND name = ?1", [table], |row| row.get(0))?;
    let mut collation_of: BTreeMap<String, Option<String>> = BTreeMap::new();
    for column in &told {
        let (_, collation, ..) = connection.column_metadata(Some("main"), table, column.name.as_str())?;
        let collation = collation.and_then(|name| name.into_string().ok());
        collation_of.insert(column.name.to_ascii_lowercase(), collation);
    }
    let is_foreign = |name: &str| {
        let collation = collation_of.get(&name.to_ascii_lowercase()).and_then(Option::as_ref);
        collation.is_some_and(|collation| !is_built_in(collation))
    };
    let mut hidden: BTreeSet<String> = BTreeSet::new();
    let mut only_index = None;
    for index in indexes(connection, table)? {
        let keys = keys_of(connection, &index.name)?;
        let foreign = |key: &Key| !is_built_in(&key.collation);
        for name in keys.iter().filter(|key| foreign(key)).filter_map(|key| key.column.as_ref()) {
            hidden.insert(name.to_ascii_lowercase());
        }
        // The rows themselves are kept in this order: an index on anything else looks its rows up by the key.
        if !has_rowid && index.is_key && keys.iter().any(foreign) {
            only_index = Some(index.name.clone());
        }
        // What an expression or a condition gives may depend on how the owner compares, wherever it says so.
        let Some(stored) = schema.indexes_of(table).find(|stored| stored.name == index.name) else { continue };
        if index.is_partial || keys.iter().any(|key| key.column.is_none()) {
            let mentioned: Vec<String> = names(indexed(&stored.sql)).into_iter().map(|name| name.to_ascii_lowercase()).collect();
            let own = told.iter().filter(|column| mentioned.contains(&column.name.to_ascii_lowercase()));
            let own: Vec<&Told> = own.collect();
            let rowid = mentioned.iter().any(|name| is_rowid(name));
            if index_is_foreign(schema, stored) || own.iter().any(|column| is_foreign(&column.name)) {
                let key = told.iter().filter(|column| rowid && is_key_alias(column, has_rowid, &told));
                hidden.extend(own.into_iter().chain(key).map(|column| column.name.to_ascii_lowercase()));
            }
        }
    }
    // What we compute differs from what an index on it holds.
    if computes_foreign(schema, entry) {
        hidden.extend(told.iter().filter(|column| column.hidden == 2).map(|column| column.name.to_ascii_lowercase()));
    }
    let all = only_index.is_some();
    if hidden.is_empty() && !all && left_out.is_empty() {
        return Ok(None);
    }
    let readable = |column: &&Told| !left_out.iter().any(|unread| unread.name == column.name);
    let columns = told.iter().filter(readable).map(|column| {
        let lower = column.name.to_ascii_lowercase();
        ShadowColumn {
            hidden: all || hidden.contains(&lower),
            collation: collation_of.get(&lower).cloned().flatten().filter(|name| !name.eq_ignore_ascii_case("binary")),
            name: column.name.clone(),
        }
    });
    let key = told.iter().find(|column| is_key_alias(column, has_rowid, &told)).map(|column| column.name.clone());
    Ok(Some(Shadow { table: table.to_owned(), columns: columns.collect(), has_rowid, key, only_index }))
}

/// Whether a column is the rowid (`sqlite.org/lang_createtable.html`, 5).
fn is_key_alias(column: &Told, has_rowid: bool, all: &[Told]) -> bool {
    has_rowid && column.key == 1 && column.integer && all.iter().filter(|other| other.key > 0).count() == 1
}

pub(super) fn is_rowid(name: &str) -> bool {
    ["rowid", "oid", "_rowid_"].iter().any(|rowid| rowid.eq_ignore_ascii_case(name))
}

struct Index {
    name: String,
    is_partial: bool,
    is_key: bool,
}

fn indexes(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Index>> {
    let mut statement = connection.prepare("SELECT name, partial, origin FROM pragma_index_list(?1, 'main')")?;
    let told = statement
        .query_map([table], |row| Ok(Index { name: row.get(0)?, is_partial: row.get(1)?, is_key: row.get::<_, String>(2)? == "pk" }))?;
    told.collect()
}

struct Key {
    /// None for an expression, and for the rowid.
    column: Option<String>,
    collation: String,
}

fn keys_of(connection: &Connection, index: &str) -> rusqlite::Result<Vec<Key>> {
    let mut statement = connection.prepare("SELECT name, coll FROM pragma_index_xinfo(?1, 'main') WHERE key")?;
    let told = statement
        .query_map([index], |row| Ok(Key { column: row.get(0)?, collation: row.get::<_, Option<String>>(1)?.unwrap_or_default() }))?;
    told.collect()
}

/// Registers stand-ins for the functions that indexes call: a person may ask for what the owner indexed.
pub(super) fn register_functions(connection: &Connection, schema: &Stored, used: &mut Registered) {
    for index in schema.of_kind(Kind::Index) {
        for call in calls(indexed(&index.sql)).iter().filter(|call| !schema.has_function(call)) {
            used.register(connection, schema, call);
        }
    }
}

/// Computed columns whose function is missing: a stand-in is registered where there is one; the others cannot be read.
pub(super) fn unread_columns(
    connection: &Connection,
    schema: &Stored,
    used: &mut Registered,
) -> rusqlite::Result<BTreeMap<String, Vec<Unread>>> {
    let mut out: BTreeMap<String, Vec<Unread>> = BTreeMap::new();
    for entry in schema.of_kind(Kind::Table).filter(|entry| computes_foreign(schema, entry)) {
        for column in columns_of(connection, &entry.name)?.iter().filter(|column| column.hidden == 2) {
            let sql = format!("SELECT {} FROM main.{}", quoted_identifier(&column.name), quoted_identifier(&entry.name));
            let failure = loop {
                let Err(error) = connection.prepare(&sql) else { break None };
                let message = sqlite_message(&error);
                let registered = missing_function(&message).is_some_and(|name| used.register(connection, schema, name));
                if !registered {
                    break Some(message);
                }
            };
            if let Some(why) = failure {
                out.entry(entry.name.clone()).or_default().push(Unread { name: column.name.clone(), why });
            }
        }
    }
    Ok(out)
}
