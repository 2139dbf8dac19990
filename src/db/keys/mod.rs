//! Foreign keys that nobody declared: names propose them, values decide.
//!
//! - `names`: what identifiers say
//! - `catalogue`: the columns that can be referred to
//! - `class`: what declared types hold
//! - `candidates`: what names propose
//! - `coredata`: files of Core Data, whose names follow rules of their own
//! - `evidence`: what values say
//!
//! First ([`infer`]) the plainest names are believed as they are; once rows may be read ([`confirm`]), every proposal is heard.

mod candidates;
mod catalogue;
mod class;
mod coredata;
mod evidence;
mod names;

use std::time::Duration;

use candidates::{Choice, Need, Proposal, propose};
use catalogue::Catalogue;
use evidence::{Evidence, Witness};

use super::database::Database;
use crate::schema::{ForeignKey, KeyOrigin, Schema};
use crate::signal::Cancel;

/// For all questions to values together.
const TOTAL: Duration = Duration::from_secs(2);

/// A key that was found: the place of its table, and itself.
type Found = Vec<(usize, ForeignKey)>;

/// Adds a key for each column whose name alone makes it plain: `customer_id` or `CustomerId` for `customer.customer_id`, `customers.id`,
/// `Customer.CustomerId`, and `moz_places.id` for a `place_id` of `moz_historyvisits`. Reads no rows.
pub(super) fn infer(schema: &mut Schema) {
    let found = found_by_names(schema);
    add(schema, found);
}

/// Puts the keys that names and values make plain in the place of those that names alone did. Takes a bounded time; what could not be asked
/// in it stands as names have it.
pub(super) fn confirm(database: &Database, schema: &mut Schema, budget: &Cancel) {
    let budget = budget.with_timeout(TOTAL);
    let found = found_by_values(database, schema, &budget);
    for table in &mut schema.tables {
        table.foreign_keys.retain(|key| key.origin == KeyOrigin::Declared);
    }
    add(schema, found);
}

fn add(schema: &mut Schema, found: Found) {
    for (owner, key) in found {
        if let Some(table) = schema.tables.get_mut(owner) {
            table.foreign_keys.push(key);
        }
    }
}

fn found_by_names(schema: &Schema) -> Found {
    let catalogue = Catalogue::new(schema, &[]);
    let mut out = Vec::new();
    for proposal in proposals(&catalogue, &[]) {
        let Some(first) = proposal.choices.first() else { continue };
        let mut nearest = proposal.choices.iter().filter(|choice| choice.rank == first.rank);
        if let (Some(choice), None) = (nearest.next().filter(|choice| choice.need == Need::Nothing), nearest.next()) {
            out.extend(key_of(&catalogue, &proposal, choice));
        }
    }
    out
}

fn found_by_values(database: &Database, schema: &Schema, budget: &Cancel) -> Found {
    let mut witness = Witness::new(database, budget);
    let unique = witness.unique_columns();
    let catalogue = Catalogue::new(schema, &unique);
    let entities = if coredata::is_one(schema) { witness.entities(coredata::ENTITIES) } else { Vec::new() };
    let mut out = Vec::new();
    for proposal in proposals(&catalogue, &entities) {
        if let Some(choice) = decide(&catalogue, &mut witness, &proposal) {
            out.extend(key_of(&catalogue, &proposal, choice));
        }
    }
    out
}

fn proposals<'s>(catalogue: &Catalogue<'s>, entities: &[coredata::Entity]) -> Vec<Proposal<'s>> {
    let mut out = propose(catalogue);
    if coredata::is_one(catalogue.schema) {
        coredata::correct(catalogue, entities, &mut out);
    }
    out.retain_mut(|proposal| {
        proposal.choices.retain(|choice| !is_declared_back(catalogue, proposal.owner, &proposal.column.name, choice));
        !proposal.choices.is_empty()
    });
    out
}

/// Whether the key that `choice` would refer to is declared to refer to the column.
fn is_declared_back(catalogue: &Catalogue<'_>, owner: usize, column: &str, choice: &Choice<'_>) -> bool {
    let (Some(owner), Some(target)) = (catalogue.table(owner), catalogue.table(choice.target)) else { return false };
    target.foreign_keys.iter().any(|key| {
        key.foreign_table.eq_ignore_ascii_case(&owner.name)
            && key.columns.iter().any(|name| name.eq_ignore_ascii_case(&choice.key.column.name))
            && key.foreign_columns.iter().any(|name| name.eq_ignore_ascii_case(column))
    })
}

/// The nearest choice that the values bear out. Where several are equally near, one has to be borne out more than the others.
fn decide<'p, 's>(catalogue: &Catalogue<'s>, witness: &mut Witness<'_>, proposal: &'p Proposal<'s>) -> Option<&'p Choice<'s>> {
    let mut contradicted = false;
    for group in proposal.choices.chunk_by(|one, other| one.rank == other.rank) {
        let mut believed: Vec<(&Choice<'_>, Option<Need>)> = Vec::new();
        for choice in group {
            let heard = witness.hear(catalogue, proposal.owner, &proposal.column.name, choice);
            // What the plainest name does not mean, a fainter one needs good reasons to mean.
            let need = if contradicted { Need::Telling } else { choice.need };
            if heard.satisfies(need) {
                believed.push((choice, heard.strength()));
            }
            contradicted |= heard == Evidence::Against && choice.need == Need::Nothing;
        }
        believed.sort_by(|(_, one), (_, other)| other.cmp(one));
        match believed.as_slice() {
            [] => {}
            [(choice, _)] => return Some(choice),
            [(choice, strongest), (_, next), ..] => return (strongest > next).then_some(*choice),
        }
    }
    None
}

fn key_of(catalogue: &Catalogue<'_>, proposal: &Proposal<'_>, choice: &Choice<'_>) -> Option<(usize, ForeignKey)> {
    let key = ForeignKey {
        columns: vec![proposal.column.name.clone()],
        foreign_table: catalogue.table(choice.target)?.name.clone(),
        foreign_columns: vec![choice.key.column.name.clone()],
        origin: KeyOrigin::Inferred,
    };
    Some((proposal.owner, key))
}

#[cfg(test)]
mod tests;
