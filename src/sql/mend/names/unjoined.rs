//! A table that is joined by nothing (`pages JOIN visits v`), or by accounts that a program keeps of every row (Core Data's `Z_ENT`, `Z_OPT`):
//! every row would stand beside every other, and where foreign keys relate the two, those are meant.

use std::ops::Range;

use super::keys::{MOST_STEPS, along, ways};
use super::step::{Sight, Step};
use crate::sql::change::ChangeKind;
use crate::sql::related::Hop;
use crate::sql::resolve::{Binding, Clause, JoinKind, Reference, Scope, Source};
use crate::sql::tokens::Tokens;

/// Columns of Core Data's tables that number kinds and versions of rows.
const ACCOUNTS: [&str; 2] = ["Z_ENT", "Z_OPT"];

/// Makes the first such join go by the shortest way over foreign keys from a table before it.
pub(super) fn relate(sight: &Sight<'_, '_>) -> Option<Step> {
    bare(sight).or_else(|| by_accounts(sight))
}

/// A JOIN that has no condition, of tables that WHERE relates neither.
fn bare(sight: &Sight<'_, '_>) -> Option<Step> {
    sight.resolution.scopes.iter().enumerate().find_map(|(at, scope)| {
        let lonely = |place: &usize| scope.sources.get(*place).is_some_and(|source| source.join == JoinKind::Bare);
        (0..scope.sources.len()).filter(lonely).filter(|place| !is_equated(sight, at, *place)).find_map(|place| {
            let end = end_of(sight, scope.sources.get(place)?)?;
            let mut step = shortest(sight, scope, place, end..end)?;
            for (range, text) in &mut step.edits {
                if *range == (end..end) {
                    *text = format!(" ON {text}");
                }
            }
            step.changes.iter_mut().filter(|change| change.kind == ChangeKind::Column).for_each(|change| change.kind = ChangeKind::Join);
            Some(step)
        })
    })
}

/// A join on such accounts.
fn by_accounts(sight: &Sight<'_, '_>) -> Option<Step> {
    let references = &sight.resolution.references;
    let pairs = sight.resolution.equated.iter().filter_map(|(left, right)| Some((references.get(*left)?, references.get(*right)?)));
    let is_account = |reference: &Reference| ACCOUNTS.iter().any(|name| reference.name.text.eq_ignore_ascii_case(name));
    let mut accounts = pairs.filter(|(left, right)| is_account(left) && is_account(right) && left.clause == right.clause);
    accounts.find_map(|(left, right)| {
        let (Clause::On(place), scope) = (left.clause, sight.resolution.scopes.get(left.scope)?) else { return None };
        let same_clause = |at: &usize| references.get(*at).is_some_and(|other| other.clause == left.clause && other.scope == left.scope);
        if sight.resolution.equated.iter().filter(|(one, _)| same_clause(one)).count() > 1 {
            return None;
        }
        let condition = left.range.start.min(right.range.start)..left.range.end.max(right.range.end);
        shortest(sight, scope, place, condition)
    })
}

/// Whether an equation relates the table at `place` of scope `at` to another.
fn is_equated(sight: &Sight<'_, '_>, at: usize, place: usize) -> bool {
    let source_of = |reference: usize| match sight.resolution.references.get(reference)?.binding {
        Binding::Column { scope, source } if scope == at => Some(source),
        _ => None,
    };
    sight.resolution.equated.iter().any(|(left, right)| match (source_of(*left), source_of(*right)) {
        (Some(one), Some(other)) => one != other && [one, other].contains(&place),
        _ => false,
    })
}

fn shortest(sight: &Sight<'_, '_>, scope: &Scope<'_>, place: usize, condition: Range<usize>) -> Option<Step> {
    let (near, way) = shortest_way(sight, scope, place)?;
    along(sight, scope, (near, scope.sources.get(place)?), &way, condition)
}

/// The shortest way to the table at `place` from one before it, what stands nearest first, and where it begins.
pub(super) fn shortest_way<'a, 's>(sight: &Sight<'_, 's>, scope: &'a Scope<'s>, place: usize) -> Option<(&'a Source<'s>, Vec<Hop<'s>>)> {
    let table = scope.sources.get(place)?.table()?;
    let mut found = Vec::new();
    for near in scope.sources.get(..place)?.iter().rev() {
        let Some(start) = near.table().filter(|start| !start.is(table)) else { continue };
        found.extend(ways(sight.schema, &[start], table, MOST_STEPS).into_iter().map(|way| (near, way)));
    }
    found.sort_by_key(|(_, way)| way.len());
    let (nearest, shortest) = found.first().map(|(near, way)| (*near, way.len()))?;
    // Two keys between the same tables mean two things.
    let mut best = found.into_iter().filter(|(near, way)| way.len() == shortest && std::ptr::eq(*near, nearest));
    best.next().filter(|_| best.next().is_none())
}

/// The byte behind a table in a FROM, its alias included.
fn end_of(sight: &Sight<'_, '_>, source: &Source<'_>) -> Option<usize> {
    let name = source.name.clone()?;
    let tokens = Tokens::new(sight.sql);
    let mut at = (0..tokens.len()).find(|at| tokens.bytes(*at..at + 1).start >= name.end)?;
    if !source.aliased {
        return Some(name.end);
    }
    at += usize::from(tokens.is(at, &["as"]));
    Some(tokens.bytes(at..at + 1).end)
}

#[cfg(test)]
mod tests {
    use crate::schema::{Column, ForeignKey, KeyOrigin, Schema, Table};
    use crate::sql::mend::mend;

    #[track_caller]
    fn check(joined: &str, expected: &str) {
        let table = |name: &str, columns: &[&str], foreign_keys| Table {
            name: name.into(),
            columns: columns.iter().map(|name| Column { name: (*name).into(), ..Column::default() }).collect(),
            primary_key: vec!["Z_PK".into()],
            foreign_keys,
            ..Table::default()
        };
        let key = ForeignKey { origin: KeyOrigin::Inferred, ..ForeignKey::declared("ZFOLDER", "ZFOLDER", "Z_PK") };
        let tables = vec![
            table("ZNOTE", &["Z_PK", "Z_ENT", "Z_OPT", "ZFOLDER", "ZTITLE"], vec![key]),
            table("ZFOLDER", &["Z_PK", "Z_ENT", "Z_OPT", "ZNAME"], Vec::new()),
        ];
        let sql = |joined: &str| format!("SELECT count(*) FROM {joined} WHERE f.ZNAME = 'Work'");
        assert_eq!(mend(&sql(joined), &Schema { tables }).sql, sql(expected));
    }

    #[test]
    fn accounts_of_rows_relate_nothing() {
        let keyed = "ZNOTE n JOIN ZFOLDER f ON n.ZFOLDER = f.Z_PK";
        check("ZNOTE n JOIN ZFOLDER f ON n.Z_ENT = f.Z_ENT", keyed);
        check("ZNOTE n JOIN ZFOLDER f ON f.Z_OPT = n.Z_OPT", keyed);
        check("ZNOTE n JOIN ZFOLDER f", keyed);
        let both = "ZNOTE n JOIN ZFOLDER f ON n.ZFOLDER = f.Z_PK AND n.Z_ENT = f.Z_ENT";
        check(both, both);
    }
}
