//! What profiles propose: believed unless the values speak against it, as a file may only look like the program's.

use super::candidates::{Choice, Need, Rank, may_refer};
use super::catalogue::{Catalogue, Ground, KeyColumn, UniqueColumn};
use super::class::{Agreement, Class};
use super::evidence::{Evidence, Witness};
use super::search::Found;
use crate::db::database::Database;
use crate::schema::{ForeignKey, KeyOrigin, Place, Profile, Schema};
use crate::signal::Cancel;

/// What `profiles` tell of columns that no declared key has.
pub(super) fn keys(schema: &Schema, profiles: &[&Profile]) -> Found {
    let mut out: Found = Vec::new();
    for (from, to) in profiles.iter().flat_map(|profile| &profile.keys) {
        out.extend(key_of(schema, from, to).filter(|new| !out.iter().any(|(owner, key)| *owner == new.0 && key.columns == new.1.columns)));
    }
    out
}

/// The same, without what the values contradict.
pub(super) fn not_contradicted(database: &Database, schema: &Schema, profiles: &[&Profile], budget: &Cancel) -> Found {
    let mut told = keys(schema, profiles);
    if told.is_empty() {
        return told;
    }
    let mut witness = Witness::new(database, budget);
    let unique = witness.unique_columns(None);
    let catalogue = Catalogue::new(schema, &unique);
    told.retain(|(owner, key)| hear(&catalogue, &mut witness, &unique, *owner, key) != Some(Evidence::Against));
    told
}

fn key_of(schema: &Schema, from: &Place, to: &Place) -> Option<(usize, ForeignKey)> {
    let owner = schema.tables.iter().position(|table| table.name.eq_ignore_ascii_case(&from.table))?;
    let table = schema.tables.get(owner)?;
    let column = table.column(from.column.as_deref()?).filter(|column| may_refer(table, column))?;
    let foreign = schema.table(&to.table)?;
    let key = ForeignKey {
        columns: vec![column.name.clone()],
        foreign_table: foreign.name.clone(),
        elsewhere: None,
        foreign_columns: vec![foreign.column(to.column.as_deref()?)?.name.clone()],
        origin: KeyOrigin::Told,
    };
    Some((owner, key))
}

/// What the values say; `None` where nothing can be asked.
fn hear(catalogue: &Catalogue<'_>, witness: &mut Witness<'_>, unique: &[UniqueColumn], owner: usize, key: &ForeignKey) -> Option<Evidence> {
    let target = catalogue.schema.tables.iter().position(|table| table.name == key.foreign_table)?;
    let (table, foreign) = (catalogue.table(owner)?, catalogue.table(target)?);
    let (own, other) = (table.column(key.columns.first()?)?, foreign.column(key.foreign_columns.first()?)?);
    let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
    let ground = match foreign.primary_key.as_slice() {
        [only] if same(only, &other.name) => Ground::Primary,
        _ if unique.iter().any(|unique| unique.is_of(foreign) && same(&unique.column, &other.name)) => Ground::Unique,
        _ => Ground::Name,
    };
    let agreement = match Class::of(own).agreement(Class::of(other)) {
        Agreement::Never => return Some(Evidence::Against),
        agreement => agreement,
    };
    let choice = Choice { target, key: KeyColumn { column: other, ground }, agreement, need: Need::Nothing, rank: Rank::nearest() };
    Some(witness.hear(catalogue, owner, &own.name, &choice))
}
