//! Files of Apple's Core Data: tables are called `Z` and an entity, keys `Z_PK`, relations as the property or the entity, in capitals with
//! nothing between words. A table between two (`Z_2TAGS`) has columns with the number of the entity whose keys they hold (`Z_3TAGS`).

use super::candidates::{Choice, Need, Proposal, Rank, may_refer};
use super::catalogue::Catalogue;
use super::class::{Agreement, Class};
use super::names::singulars;
use crate::schema::{Schema, Table};

/// The number, the name and the number of the parent of each entity.
pub(super) const ENTITIES: &str = "SELECT Z_ENT, Z_NAME, coalesce(Z_SUPER, 0) FROM Z_PRIMARYKEY WHERE Z_NAME IS NOT NULL LIMIT 2000";
/// Number, name, number of the parent (0 for none).
pub(super) type Entity = (i64, String, i64);

/// Shortest name of an entity that a longer column's name may end in.
const SHORTEST: usize = 4;
/// Letters that classes of one program begin with (`ICFolder`).
const PREFIX: usize = 3;

/// Whether Core Data wrote a database.
pub(super) fn is_one(schema: &Schema) -> bool {
    schema.table("Z_PRIMARYKEY").is_some_and(|table| table.column("Z_ENT").is_some() && table.column("Z_NAME").is_some())
}

/// Takes back what names proposed for Core Data's tables, and proposes what its own rules say.
pub(super) fn correct<'s>(catalogue: &Catalogue<'s>, entities: &[Entity], proposals: &mut Vec<Proposal<'s>>) {
    let is_its = |place: usize| catalogue.table(place).is_some_and(|table| starts_with_z(&table.name));
    proposals.retain(|proposal| !is_its(proposal.owner));
    for (owner, table) in catalogue.schema.tables.iter().enumerate().filter(|(place, _)| is_its(*place)) {
        if ["Z_PRIMARYKEY", "Z_METADATA", "Z_MODELCACHE"].iter().any(|name| table.name.eq_ignore_ascii_case(name)) {
            continue;
        }
        for column in table.columns.iter().filter(|column| may_refer(table, column)) {
            if !matches!(Class::of(column), Class::Integer | Class::Open) {
                continue;
            }
            let Some((target, need)) = target_of(catalogue, entities, (owner, table), &column.name.to_ascii_uppercase()) else { continue };
            let key = catalogue.keys(target).iter().find(|key| key.column.name.eq_ignore_ascii_case("Z_PK"));
            if let Some(key) = key {
                let choice = Choice { target, key: *key, agreement: Agreement::Same, need, rank: Rank::nearest() };
                proposals.push(Proposal { owner, column, choices: vec![choice] });
            }
        }
    }
    proposals.sort_by_key(|proposal| proposal.owner);
}

fn starts_with_z(name: &str) -> bool {
    name.get(..1).is_some_and(|first| first.eq_ignore_ascii_case("z"))
}

fn target_of(catalogue: &Catalogue<'_>, entities: &[Entity], (owner, table): (usize, &Table), column: &str) -> Option<(usize, Need)> {
    let rest = column.strip_prefix('Z')?;
    if let Some(linked) = rest.strip_prefix('_') {
        // Z_3TAGS: keys of entity 3. Z_PK, Z_ENT, Z_OPT and Z_FOK_... are its own accounts.
        let name = linked.trim_start_matches(|c: char| c.is_ascii_digit());
        let number: i64 = linked.get(..linked.len() - name.len())?.parse().ok()?;
        let by_number = entities.iter().find(|(entity, ..)| *entity == number).and_then(|entity| table_of(catalogue, entities, entity));
        let name = name.trim_end_matches(|c: char| c.is_ascii_digit()).to_ascii_lowercase();
        return by_number.or_else(|| singulars(&name).iter().find_map(|one| place(catalogue, one))).map(|target| (target, Need::Nothing));
    }
    // Z9_OWNER: the number of the entity of what ZOWNER refers to.
    if rest.starts_with(|c: char| c.is_ascii_digit()) || !table.primary_key.iter().any(|key| key.eq_ignore_ascii_case("Z_PK")) {
        return None;
    }
    let name = rest.trim_end_matches(|c: char| c.is_ascii_digit());
    let numbered = name.len() < rest.len();
    if let Some(target) = place(catalogue, name) {
        return Some((target, if numbered { Need::Partners } else { Need::Nothing }));
    }
    let is_called = |entity: &&Entity| {
        let entity = entity.1.to_ascii_uppercase();
        entity == name || entity.strip_suffix(name).is_some_and(|prefix| prefix.len() <= PREFIX)
    };
    let ends_so = |entity: &&Entity| entity.1.len() >= SHORTEST && name.ends_with(&entity.1.to_ascii_uppercase());
    let table_of = |entity: &Entity| table_of(catalogue, entities, entity);
    let called = entities.iter().find(is_called).and_then(table_of).map(|target| (target, Need::Partners));
    called.or_else(|| (name == "PARENT").then_some((owner, Need::Partners))).or_else(|| {
        let longest = entities.iter().filter(ends_so).max_by_key(|entity| entity.1.len());
        Some((longest.and_then(table_of)?, Need::Fit))
    })
}

/// The table that holds an entity: that of the last of its parents, since those share one.
fn table_of(catalogue: &Catalogue<'_>, entities: &[Entity], entity: &Entity) -> Option<usize> {
    let mut root = entity;
    // Parents in a circle end somewhere.
    for _ in 0..entities.len() {
        let Some(parent) = entities.iter().find(|(number, ..)| *number == root.2 && root.2 != 0) else { break };
        root = parent;
    }
    place(catalogue, &root.1)
}

fn place(catalogue: &Catalogue<'_>, entity: &str) -> Option<usize> {
    let is_it = |table: &Table| table.name.get(1..).is_some_and(|name| starts_with_z(&table.name) && name.eq_ignore_ascii_case(entity));
    catalogue.schema.tables.iter().position(is_it)
}
