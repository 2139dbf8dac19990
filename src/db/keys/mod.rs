//! Foreign keys that nobody declared: names propose them, values decide.
//!
//! Files on their floors, the lowest first:
//! - `class`: what declared types hold
//! - `names`: what identifiers say
//! - `vocabulary`: words that tell what a column may refer to
//! - `catalogue`: the columns that can be referred to
//! - `candidates`: what names propose
//! - `centre`: where a column called `fk` goes
//! - `coredata`: files of Core Data, whose names follow rules of their own
//! - `evidence`: what values say
//! - `search`: proposals heard, one after the other
//! - `told`: what profiles propose
//!
//! First ([`infer`]) the plainest names are believed as they are; once rows may be read ([`confirm`]), every proposal is heard.

mod candidates;
mod catalogue;
mod centre;
mod class;
mod coredata;
mod evidence;
mod names;
mod search;
mod told;
mod vocabulary;

use std::time::Duration;

use super::database::Database;
use crate::schema::{KeyOrigin, Profile, Schema};
use crate::signal::Cancel;

/// For all questions to values together.
const TOTAL: Duration = Duration::from_secs(2);

/// Adds a key for each column whose name alone makes it plain: `customer_id` or `CustomerId` for `customer.customer_id`, `customers.id`,
/// `Customer.CustomerId`, and `moz_places.id` for a `place_id` of `moz_historyvisits`. Reads no rows.
/// What profiles tell comes in the place of what names say of the same columns.
pub(super) fn infer(schema: &mut Schema, profiles: &[&Profile]) {
    let found = search::by_names(schema);
    let told = told::keys(schema, profiles);
    add(schema, found);
    put_told(schema, told);
}

/// Puts the keys that names and values make plain in the place of those that names alone did. Takes a bounded time; what could not be asked
/// in it stands as names have it.
pub(super) fn confirm(database: &Database, schema: &mut Schema, profiles: &[&Profile], budget: &Cancel) {
    let budget = budget.with_timeout(TOTAL);
    let told = told::not_contradicted(database, schema, profiles, &budget);
    let found = search::by_values(database, schema, &budget);
    for table in &mut schema.tables {
        table.foreign_keys.retain(|key| key.origin == KeyOrigin::Declared);
    }
    add(schema, found);
    put_told(schema, told);
}

/// Adds the keys that go from one of several files to another; `files` are all of them by name, each opened by itself, and `database` has
/// them attached. Takes a bounded time.
pub(super) fn relate(database: &Database, files: &[(Option<&str>, &Database)], schema: &mut Schema, budget: &Cancel) {
    let found = search::across(database, files, schema, &budget.with_timeout(TOTAL));
    add(schema, found);
}

/// Puts told keys in the place of inferred ones of the same column.
fn put_told(schema: &mut Schema, told: search::Found) {
    for (owner, key) in &told {
        if let Some(table) = schema.tables.get_mut(*owner) {
            table.foreign_keys.retain(|other| other.origin != KeyOrigin::Inferred || other.columns != key.columns);
        }
    }
    add(schema, told);
}

fn add(schema: &mut Schema, found: search::Found) {
    for (owner, key) in found {
        if let Some(table) = schema.tables.get_mut(owner) {
            table.foreign_keys.push(key);
        }
    }
}

#[cfg(test)]
mod tests;
