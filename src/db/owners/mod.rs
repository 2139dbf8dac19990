//! What a file needs of the program that owns it: collations, functions, modules, and a leniency about quotes.
//!
//! SQLite asks the program that opens a file for every collation and function that the file's own program added. Where we have one that
//! does about the same, a *stand-in*, the file is read with it, and a word is said about that. A stand-in orders differently from the
//! original, and an index that the original ordered cannot be searched with it; so each table with such an index is hidden behind a view
//! in the `temp` schema that keeps those columns from SQLite's planner.
//!
//! Files on their floors, the lowest first:
//! - `foreign`: what a statement of the schema uses that SQLite does not have
//! - `modules`: whose virtual tables are
//! - `aggregates`: stand-ins for functions that add up rows
//! - `collations`: stand-ins for collations
//! - `functions`: stand-ins for functions, and whose functions others are
//! - `extent`: views that read too much to be looked at
//! - `survey`: which columns an index orders by a stand-in
//! - `overlay`: the names that views of ours stand before
//! - `rewrite`: a statement as it has to be where there is an overlay
//! - `views`: the views that hide such columns, and views read anew
//! - `reasons`: why a relation cannot be read
//! - `told`: what is said about all that

mod aggregates;
mod collations;
mod extent;
mod foreign;
mod functions;
mod modules;
mod overlay;
mod reasons;
mod rewrite;
mod survey;
mod told;
mod views;

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use crate::schema::Schema;

pub(super) use collations::offer;
pub(super) use functions::program_of;
pub(in crate::db) use overlay::Overlay;
pub(super) use rewrite::{name_the_key, rewrite};

/// What was done to read a file as its owner means it.
#[derive(Debug, Clone, Default)]
pub(super) struct Owners {
    /// Names that a view of ours stands before.
    pub(super) overlay: Overlay,
    /// Why a relation cannot be read, by its name.
    pub(super) unreadable: HashMap<String, String>,
    /// Views that are not even prepared.
    pub(super) too_large: HashSet<String>,
    /// Columns that cannot be read, by their table's name.
    pub(super) left_out: HashMap<String, Vec<String>>,
    /// Collations that have a stand-in.
    collations: Vec<String>,
    /// Why relations of files beside the first cannot be read, by the file's name and theirs.
    pub(super) beside: HashMap<(String, String), String>,
    /// What a person is told once, a sentence each.
    pub(super) notes: Vec<String>,
}

impl Owners {
    /// Says in `schema` what cannot be read.
    pub(super) fn mark(&self, schema: &mut Schema) {
        for table in schema.tables.iter_mut().filter(|table| table.database.is_none()) {
            table.unreadable = self.unreadable.get(&table.name).cloned();
            if let Some(columns) = self.left_out.get(&table.name) {
                table.columns.retain(|column| !columns.contains(&column.name));
            }
        }
    }
}

/// Gives a connection the collations of another file that is attached to it, and offers no more of them.
pub(super) fn imitate(connection: &Connection, other: &Owners) -> rusqlite::Result<()> {
    collations::give(connection, other.collations.iter())
}

/// Looks at the schema of a connection that was just opened, and makes of it what can be read.
///
/// The connection has to be hardened (`trusted_schema` off), and a progress handler has to bound the time: preparing a view takes as long
/// as the view likes.
///
/// All of it sees one state of the file: what is checked is what is made again.
pub(super) fn prepare(connection: &Connection) -> rusqlite::Result<Owners> {
    connection.execute_batch("BEGIN")?;
    let owners = prepare_within(connection);
    let end = if owners.is_ok() { "COMMIT" } else { "ROLLBACK" };
    connection.execute_batch(end)?;
    owners
}

fn prepare_within(connection: &Connection) -> rusqlite::Result<Owners> {
    let mut schema = foreign::Stored::read(connection)?;
    let mut owners = Owners::default();
    let collations = collations::register(connection, &schema)?;
    let mut used = functions::Registered::default();
    survey::register_functions(connection, &schema, &mut used);
    let left_out = survey::unread_columns(connection, &schema, &mut used)?;
    let shadows = survey::survey(connection, &schema, &left_out)?;
    let most = if shadows.is_empty() { extent::MOST_READ } else { extent::MOST_READ_HIDDEN };
    owners.too_large = extent::too_large(&schema, most);
    schema.entries.retain(|entry| !owners.too_large.contains(&entry.name));
    views::hide(connection, &schema, &shadows, &mut owners.overlay)?;
    let not_again = views::read_anew(connection, &schema, &mut used, &mut owners.overlay);
    owners.unreadable = reasons::unreadable(connection, &schema, &owners.overlay);
    for view in &owners.too_large {
        owners.unreadable.insert(view.clone(), format!("it reads more than {} other views", most));
    }
    for view in not_again {
        owners.unreadable.entry(view).or_insert_with(|| reasons::BEHIND.into());
    }
    owners.left_out = left_out.iter().map(|(table, columns)| (table.clone(), columns.iter().map(|c| c.name.clone()).collect())).collect();
    owners.collations.clone_from(&collations);
    owners.notes = told::notes(&collations, &used, &left_out);
    owners.notes.extend(told::unsearchable(&reasons::unsearchable(connection, &schema)));
    used.register_rest(connection, &schema)?;
    Ok(owners)
}

#[cfg(test)]
mod tests;
