//! Proposals heard, one after the other.

use super::candidates::{Choice, Need, Proposal, propose, propose_same_names};
use super::catalogue::Catalogue;
use super::evidence::{Evidence, Witness};
use super::{centre, coredata};
use crate::db::database::Database;
use crate::schema::{ForeignKey, KeyOrigin, Schema};
use crate::signal::Cancel;

/// Keys that were found, each with the place of its table.
pub(super) type Found = Vec<(usize, ForeignKey)>;

/// What names alone make plain.
pub(super) fn by_names(schema: &Schema) -> Found {
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

/// What names and values make plain.
pub(super) fn by_values(database: &Database, schema: &Schema, budget: &Cancel) -> Found {
    let mut witness = Witness::new(database, budget);
    let unique = witness.unique_columns(None);
    let catalogue = Catalogue::new(schema, &unique);
    let entities = if coredata::is_one(schema) { witness.entities(coredata::ENTITIES) } else { Vec::new() };
    let mut out = Vec::new();
    for proposal in proposals(&catalogue, &entities) {
        if let Some(choice) = decide(&catalogue, &mut witness, &proposal) {
            out.extend(key_of(&catalogue, &proposal, choice));
        }
    }
    for proposal in centre::propose(&catalogue, &out) {
        if let Some(choice) = decide(&catalogue, &mut witness, &proposal) {
            out.extend(key_of(&catalogue, &proposal, choice));
        }
    }
    out.sort_by_key(|(owner, _)| *owner);
    out
}

/// Keys that go from one of several `files` to another: what names propose, and values bear out. `database` has all of them attached.
pub(super) fn across(database: &Database, files: &[(Option<&str>, &Database)], schema: &Schema, budget: &Cancel) -> Found {
    let unique: Vec<_> = files.iter().flat_map(|(name, file)| Witness::new(file, budget).unique_columns(*name)).collect();
    let mut witness = Witness::new(database, budget);
    let catalogue = Catalogue::new(schema, &unique);
    let mut out: Found = Vec::new();
    for mut proposal in propose(&catalogue).into_iter().chain(propose_same_names(&catalogue)) {
        let Some(owner) = catalogue.table(proposal.owner) else { continue };
        // What refers to something in its own file refers to nothing else.
        let has_key = |keys: &[ForeignKey]| keys.iter().flat_map(|key| &key.columns).any(|name| *name == proposal.column.name);
        if has_key(&owner.foreign_keys) || out.iter().any(|(place, key)| *place == proposal.owner && has_key(std::slice::from_ref(key))) {
            continue;
        }
        proposal.choices.retain(|choice| catalogue.table(choice.target).is_some_and(|target| target.database != owner.database));
        // A name alone says nothing of another file.
        proposal.choices.iter_mut().for_each(|choice| choice.need = choice.need.max(Need::Partners));
        let Some(choice) = decide(&catalogue, &mut witness, &proposal) else { continue };
        let target = catalogue.table(choice.target).and_then(|target| target.database.clone());
        let is_back = |(place, key): &(usize, ForeignKey)| {
            *place == choice.target
                && key.columns == [choice.key.column.name.as_str()]
                && key.foreign_columns == [proposal.column.name.as_str()]
        };
        if out.iter().any(is_back) {
            continue;
        }
        let key = key_of(&catalogue, &proposal, choice);
        out.extend(key.map(|(place, key)| (place, ForeignKey { elsewhere: Some(target.unwrap_or_else(|| "main".into())), ..key })));
    }
    out.sort_by_key(|(owner, _)| *owner);
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
        elsewhere: None,
        foreign_columns: vec![choice.key.column.name.clone()],
        origin: KeyOrigin::Inferred,
    };
    Some((proposal.owner, key))
}
