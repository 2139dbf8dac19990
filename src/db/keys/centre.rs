//! A column called `fk` says that it refers to a row and not where to: to the table that the others of its family refer to.

use super::candidates::{Choice, Need, Proposal, Rank, may_refer};
use super::catalogue::Catalogue;
use super::class::{Agreement, Class};
use super::names::{shared, words};
use crate::schema::{ForeignKey, KeyOrigin};

/// Proposes, for each such column, the table of its family that most keys go to, of those declared and of those `found`.
pub(super) fn propose<'s>(catalogue: &Catalogue<'s>, found: &[(usize, ForeignKey)]) -> Vec<Proposal<'s>> {
    let mut out = Vec::new();
    for (owner, table) in catalogue.schema.tables.iter().enumerate() {
        let is_one = |name: &str| matches!(words(name).as_slice(), [word] if word == "fk");
        let Some(column) = table.columns.iter().find(|column| is_one(&column.name) && may_refer(table, column)) else { continue };
        let Some(target) = centre(catalogue, found, owner) else { continue };
        let fits = |class: Class| class.agreement(Class::of(column)) == Agreement::Same;
        if let Some(key) = catalogue.keys(target).iter().find(|key| fits(Class::of(key.column))) {
            let choice = Choice { target, key: *key, agreement: Agreement::Same, need: Need::Fit, rank: Rank::nearest() };
            out.push(Proposal { owner, column, choices: vec![choice] });
        }
    }
    out
}

/// The table of the family of `owner`, and not itself, that more keys go to than to any other.
fn centre(catalogue: &Catalogue<'_>, found: &[(usize, ForeignKey)], owner: usize) -> Option<usize> {
    let family = |place: usize| Some(shared(catalogue.words.get(owner)?, catalogue.words.get(place)?));
    let goes_to = |place: usize| {
        let Some(table) = catalogue.table(place) else { return 0 };
        let declared = catalogue.schema.tables.iter().flat_map(|table| &table.foreign_keys);
        let declared = declared.filter(|key| key.origin == KeyOrigin::Declared);
        let from_others = found.iter().filter(|(from, _)| *from != place).map(|(_, key)| key);
        declared.chain(from_others).filter(|key| key.foreign_table.eq_ignore_ascii_case(&table.name)).count()
    };
    let mut counted: Vec<(usize, usize)> = (0..catalogue.schema.tables.len())
        .filter(|place| *place != owner && family(*place).is_some_and(|words| words > 0))
        .map(|place| (goes_to(place), place))
        .filter(|(count, _)| *count > 0)
        .collect();
    counted.sort_by(|one, other| other.cmp(one));
    match counted.as_slice() {
        [(_, only)] => Some(*only),
        [(most, first), (next, _), ..] if most > next => Some(*first),
        _ => None,
    }
}
