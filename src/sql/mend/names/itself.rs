//! A join on a column that is equated with itself (`class AS t1 JOIN course AS t2 ON t2.id = t2.id`): always true, and never meant. Small
//! models write it where the table that they join has no key in common with those at hand.

use std::ops::Range;

use super::keys::{MOST_STEPS, along, ways};
use super::step::{Sight, Step};
use crate::sql::change::ChangeKind;
use crate::sql::quote::identifier;
use crate::sql::related::Hop;
use crate::sql::resolve::{Binding, Clause, Reference, Scope, Source};

/// Makes the first such condition relate the table that it joins to one before it: by the column where both have it and a key or nothing
/// else relates them, else by the shortest way over foreign keys, with the tables that stand on it.
pub(super) fn relate(sight: &Sight<'_, '_>) -> Option<Step> {
    let references = &sight.resolution.references;
    let pairs = sight.resolution.equated.iter().filter_map(|(left, right)| Some((references.get(*left)?, references.get(*right)?)));
    pairs.filter(|(left, right)| is_itself(left, right)).find_map(|(left, right)| related(sight, left, right))
}

fn is_itself(left: &Reference, right: &Reference) -> bool {
    let found = matches!(left.binding, Binding::Column { .. }) && left.scope == right.scope && left.clause == right.clause;
    found && left.binding == right.binding && left.name.text.eq_ignore_ascii_case(&right.name.text)
}

fn related(sight: &Sight<'_, '_>, left: &Reference, right: &Reference) -> Option<Step> {
    let (Clause::On(place), scope) = (left.clause, sight.resolution.scopes.get(left.scope)?) else { return None };
    let (joined, before) = (scope.sources.get(place)?, scope.sources.get(..place)?);
    let condition = left.range.start.min(right.range.start)..left.range.end.max(right.range.end);
    let name = left.name.text.as_str();
    let table = joined.table()?;
    if is_related(sight, left, place) {
        return None;
    }
    // The shortest ways, one that goes by the column first, and from the table that stands nearest.
    let mut found = Vec::new();
    for near in before.iter().rev() {
        let Some(start) = near.table() else { continue };
        found.extend(ways(sight.schema, &[start], table, MOST_STEPS).into_iter().map(|way| (near, way)));
    }
    let by_it = |way: &[Hop<'_>]| {
        let mut pairs = way.iter().flat_map(|hop| &hop.pairs);
        pairs.any(|(own, foreign)| own.eq_ignore_ascii_case(name) || foreign.eq_ignore_ascii_case(name))
    };
    found.sort_by_key(|(_, way)| (way.len(), !by_it(way)));
    if let Some((near, way)) = found.first().filter(|(_, way)| way.len() == 1 && by_it(way)) {
        return along(sight, scope, (near, joined), way, condition);
    }
    if let Some(step) = same_name(sight, scope, place, name, condition.clone()) {
        return Some(step);
    }
    found.iter().find_map(|(near, way)| along(sight, scope, (near, joined), way, condition.clone()))
}

/// Whether another equation of the same condition relates the table at `place` to another: then this one only asks that a value be there.
pub(super) fn is_related(sight: &Sight<'_, '_>, here: &Reference, place: usize) -> bool {
    let references = &sight.resolution.references;
    let source_of = |at: usize| match references.get(at).filter(|other| other.scope == here.scope && other.clause == here.clause)?.binding {
        Binding::Column { scope, source } if scope == here.scope => Some(source),
        _ => None,
    };
    sight.resolution.equated.iter().any(|(left, right)| match (source_of(*left), source_of(*right)) {
        (Some(one), Some(other)) => one != other && [one, other].contains(&place),
        _ => false,
    })
}

/// The column of the joined table with that of the one table before it that has it too.
fn same_name(sight: &Sight<'_, '_>, scope: &Scope<'_>, place: usize, name: &str, condition: Range<usize>) -> Option<Step> {
    let joined = scope.sources.get(place)?;
    let has = |source: &&Source<'_>| source.table().is_some_and(|table| table.column(name).is_some());
    let mut others = scope.sources.get(..place)?.iter().filter(has);
    let (Some(other), None) = (others.next().filter(|_| has(&joined)), others.next()) else { return None };
    // The keys of two tables number different things.
    let is_key = |source: &Source<'_>| {
        source.table().is_some_and(|table| matches!(table.primary_key.as_slice(), [key] if key.eq_ignore_ascii_case(name)))
    };
    if is_key(joined) && is_key(other) {
        return None;
    }
    let column = identifier(name);
    let equation = format!("{}.{column} = {}.{column}", identifier(&other.alias), identifier(&joined.alias));
    let mut step = Step::default();
    step.tell(ChangeKind::Column, sight.text(&condition), &equation);
    step.replace(condition, equation);
    Some(step)
}
