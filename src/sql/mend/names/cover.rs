//! A FROM that lacks the tables whose columns are used: another table is read instead, or joined along foreign keys.

use super::keys::{MOST_STEPS, confess, ways};
use super::nearest::{PLAIN, distance, nearest_table};
use super::step::{Sight, Step};
use crate::schema::Table;
use crate::sql::change::ChangeKind;
use crate::sql::quote::{identifier, table_name};
use crate::sql::related::Hop;
use crate::sql::resolve::{Binding, Reference, Scope, Source};

/// Makes the FROM around `reference` cover it. Names are alike up to `limit`.
pub(super) fn cover(sight: &Sight<'_, '_>, reference: &Reference, limit: u32) -> Option<Step> {
    // Where a subquery names a column of nothing in sight, its own FROM is the one that lacks the table.
    let scope = sight.resolution.scopes.get(reference.scope)?;
    if scope.sources.is_empty() {
        return None;
    }
    let owners = owners(sight, scope, reference, limit);
    if owners.is_empty() {
        return None;
    }
    if limit <= PLAIN
        && let Some(step) = instead(sight, reference, scope, &owners)
    {
        return Some(step);
    }
    join(sight, reference, scope, &owners)
}

/// An alias of which no table is, beside others that are right: the join was forgotten. The table is one step away that has all the
/// columns asked of the alias.
pub(super) fn forgotten(sight: &Sight<'_, '_>, reference: &Reference) -> Option<Step> {
    let qualifier = reference.qualifier.as_ref()?;
    let scope = sight.resolution.scopes.get(reference.scope)?;
    let here = || sight.resolution.references.iter().filter(|other| other.scope == reference.scope);
    let called = |other: &Reference| other.qualifier.as_ref().is_some_and(|other| other.text.eq_ignore_ascii_case(&qualifier.text));
    let others_are_right = here().any(|other| other.qualifier.is_some() && matches!(other.binding, Binding::Column { .. }));
    let is_named = scope.sources.iter().any(|source| {
        source.alias.eq_ignore_ascii_case(&qualifier.text)
            || source.table().is_some_and(|table| distance(&qualifier.text, &table.name, None).is_some_and(|away| away <= PLAIN))
    });
    let group: Vec<&Reference> = here().filter(|other| called(other) && other.binding == Binding::Missing).collect();
    let has = |source: &Source<'_>, other: &&Reference| {
        source.table().is_some_and(|table| nearest_column(table, &other.name.text, PLAIN).is_some())
    };
    // Of several columns asked of one table, some that no table at hand has: all are of the one that is missing.
    let scattered = group.len() > 1 && !scope.sources.iter().any(|source| group.iter().all(|other| has(source, other)));
    if !others_are_right || is_named && !scattered || scope.sources.iter().any(|source| source.table().is_none()) {
        return None;
    }
    let starts: Vec<&Table> = scope.sources.iter().filter_map(Source::table).collect();
    let mut owners = owners(sight, scope, reference, PLAIN);
    owners.retain(|owner| {
        let has_all = group.iter().all(|other| nearest_column(owner.table, &other.name.text, PLAIN).is_some());
        has_all && !ways(sight.schema, &starts, owner.table, 1).is_empty()
    });
    if owners.is_empty() { None } else { join(sight, reference, scope, &owners) }
}

/// A table that has none of the columns asked of it, several, where one other table has them all: that one is meant.
pub(super) fn mistaken(sight: &Sight<'_, '_>, reference: &Reference) -> Option<Step> {
    let qualifier = reference.qualifier.as_ref()?;
    let scope = sight.resolution.scopes.get(reference.scope)?;
    let called = |other: &&Reference| other.qualifier.as_ref().is_some_and(|other| other.text.eq_ignore_ascii_case(&qualifier.text));
    let group: Vec<&Reference> = sight.resolution.references.iter().filter(called).collect();
    let all_missing = group.iter().all(|other| other.scope == reference.scope && other.binding == Binding::Missing);
    let mut names: Vec<String> = group.iter().map(|other| other.name.text.to_lowercase()).collect();
    names.sort();
    names.dedup();
    if !all_missing || names.len() < 2 || scope.sources.len() < 2 {
        return None;
    }
    instead(sight, reference, scope, &owners(sight, scope, reference, 0))
}

/// A table that has what is missing, and what it calls it.
#[derive(Debug, Clone, Copy)]
struct Owner<'s> {
    table: &'s Table,
    column: &'s str,
    away: u32,
}

/// Whether the qualifier names a table that has the column and that no FROM in sight reads.
pub(super) fn asks_for_another_table(sight: &Sight<'_, '_>, reference: &Reference) -> bool {
    let Some(qualifier) = &reference.qualifier else { return false };
    let mut at = Some(reference.scope);
    while let Some(scope) = at.and_then(|index| sight.resolution.scopes.get(index)) {
        let is_read = |source: &Source<'_>| {
            let plainly = |table: &Table| distance(&qualifier.text, &table.name, None).is_some_and(|away| away <= PLAIN);
            source.alias.eq_ignore_ascii_case(&qualifier.text) || source.table().is_some_and(plainly)
        };
        if scope.sources.iter().any(is_read) {
            return false;
        }
        at = scope.parent;
    }
    nearest_table(sight.schema, &qualifier.text).is_some_and(|table| nearest_column(table, &reference.name.text, PLAIN).is_some())
}

fn nearest_column<'s>(table: &'s Table, wanted: &str, limit: u32) -> Option<Owner<'s>> {
    let mut best: Option<Owner<'s>> = None;
    let mut tied = false;
    for column in &table.columns {
        let Some(away) = distance(wanted, &column.name, Some(&table.name)).filter(|away| *away <= limit) else { continue };
        match best {
            Some(owner) if owner.away < away => {}
            Some(owner) if owner.away == away => tied = true,
            _ => (best, tied) = (Some(Owner { table, column: &column.name, away }), false),
        }
    }
    best.filter(|_| !tied)
}

/// The tables that have the missing column, those that FROM reads already left out.
fn owners<'s>(sight: &Sight<'_, 's>, scope: &Scope<'_>, reference: &Reference, limit: u32) -> Vec<Owner<'s>> {
    let wanted = reference.name.text.as_str();
    let read = |table: &Table| scope.sources.iter().any(|source| source.table().is_some_and(|other| other.name == table.name));
    let found = sight.schema.tables.iter().filter(|table| !read(table)).filter_map(|table| nearest_column(table, wanted, limit));
    let mut owners: Vec<Owner<'s>> = found.collect();
    let least = owners.iter().map(|owner| owner.away).min().unwrap_or(0);
    // What has the name itself comes before what has one like it; a prefix that is the table's own name is as good.
    owners.retain(|owner| owner.away == least || owner.away == PLAIN);
    if let Some(named) = reference.qualifier.as_ref().and_then(|qualifier| nearest_table(sight.schema, &qualifier.text))
        && owners.iter().any(|owner| owner.table.name == named.name)
    {
        owners.retain(|owner| owner.table.name == named.name);
    }
    owners
}

/// Whether `reference` is meant for `source`: by its qualifier, or because there is no other.
fn is_meant_for(reference: &Reference, source: &Source<'_>, alone: bool) -> bool {
    match &reference.qualifier {
        Some(qualifier) => qualifier.text.eq_ignore_ascii_case(&source.alias) || alone,
        None => alone,
    }
}

/// Another table in place of one, where it has every column used of that one.
fn instead(sight: &Sight<'_, '_>, reference: &Reference, scope: &Scope<'_>, owners: &[Owner<'_>]) -> Option<Step> {
    let alone = scope.sources.len() == 1;
    let (place, source) = scope.sources.iter().enumerate().find(|(_, source)| is_meant_for(reference, source, alone))?;
    let (table, range) = (source.table()?, source.name.as_ref()?);
    // Its rows are asked for as such.
    if !scope.wildcards.is_empty() {
        return None;
    }
    let (mut bound, mut missing): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for other in &sight.resolution.references {
        let name = other.name.text.as_str();
        match other.binding {
            Binding::Column { scope, source } if scope == reference.scope && source == place => bound.push(name),
            Binding::Missing if other.scope == reference.scope && is_meant_for(other, source, alone) => missing.push(name),
            _ => {}
        }
    }
    let has_all = |owner: &&Owner<'_>| {
        owner.away == 0 && bound.iter().chain(&missing).all(|name| owner.table.column(name).is_some()) && !owner.table.is(table)
    };
    let mut fits: Vec<&Owner<'_>> = owners.iter().filter(has_all).collect();
    if fits.len() > 1 && fits.iter().filter(|owner| is_read_around(sight, scope, owner.table)).count() == 1 {
        fits.retain(|owner| is_read_around(sight, scope, owner.table));
    } else if fits.len() > 1 {
        fits.retain(|owner| !ways(sight.schema, &[table], owner.table, 1).is_empty());
    }
    let [owner] = fits.as_slice() else { return None };
    // A join to the table referred to keeps the rows as they are: what counts or groups them, or shows more of them, goes on doing so.
    let refers = table.foreign_keys.iter().any(|key| owner.table.is_target_of(table, key));
    let counts = aggregates(sight, scope);
    let asked = sight.is_asked_of(table) && !sight.is_asked_of(owner.table);
    if refers && (!bound.is_empty() || counts || asked) || counts && asked {
        return None;
    }
    let mut step = Step::default();
    let to = table_name(owner.table);
    step.tell(ChangeKind::Table, sight.text(range), &to);
    step.replace(range.clone(), to.clone());
    if !source.aliased {
        step.requalify(sight, reference.scope, &source.alias, &to);
    }
    let qualifier = if source.aliased { identifier(&source.alias) } else { to };
    for other in sight.resolution.references.iter().filter(|other| other.scope == reference.scope && other.binding == Binding::Missing) {
        if let Some(wrong) = other.qualifier.as_ref().filter(|wrong| alone && !wrong.text.eq_ignore_ascii_case(&source.alias)) {
            step.replace(wrong.range.clone(), qualifier.clone());
        }
    }
    Some(step)
}

/// Whether the statement reads a table anywhere: then it is on the writer's mind.
fn is_read(sight: &Sight<'_, '_>, table: &Table) -> bool {
    let mut sources = sight.resolution.scopes.iter().flat_map(|scope| &scope.sources);
    sources.any(|source| source.table().is_some_and(|other| other.name == table.name))
}

/// Whether a query around `scope` reads a table.
fn is_read_around(sight: &Sight<'_, '_>, scope: &Scope<'_>, table: &Table) -> bool {
    let mut at = scope.parent;
    while let Some(scope) = at.and_then(|index| sight.resolution.scopes.get(index)) {
        if scope.sources.iter().any(|source| source.table().is_some_and(|other| other.name == table.name)) {
            return true;
        }
        at = scope.parent;
    }
    false
}

/// Whether a SELECT groups or counts.
fn aggregates(sight: &Sight<'_, '_>, scope: &Scope<'_>) -> bool {
    let text: String = sight.text(&scope.range).chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    ["groupby", "count(", "sum(", "avg("].iter().any(|word| text.contains(word))
}

/// Joins an owner: the nearest one over foreign keys, of those the one that has most of what is missing.
fn join(sight: &Sight<'_, '_>, reference: &Reference, scope: &Scope<'_>, owners: &[Owner<'_>]) -> Option<Step> {
    let starts: Vec<&Table> = scope.sources.iter().filter_map(Source::table).collect();
    let missing = || sight.resolution.references.iter().filter(|other| other.scope == reference.scope && other.binding == Binding::Missing);
    let mut best: Option<(usize, &Owner<'_>, Vec<Hop<'_>>)> = None;
    for owner in owners {
        let Some(way) = ways(sight.schema, &starts, owner.table, MOST_STEPS).into_iter().next() else { continue };
        let others = missing().filter(|other| owner.table.column(&other.name.text).is_none()).count();
        let cost = way.len() * 4
            + others * 5
            + usize::from(owner.away > 0)
            + if is_read(sight, owner.table) { 0 } else { 2 }
            + if sight.is_asked_of(owner.table) { 0 } else { 3 };
        if best.as_ref().is_none_or(|(least, _, _)| cost < *least) {
            best = Some((cost, owner, way));
        }
    }
    let (_, owner, way) = best?;
    let mut taken: Vec<String> = scope.sources.iter().map(|source| source.alias.to_ascii_lowercase()).collect();
    let numbered = scope.sources.iter().any(|source| source.aliased && is_numbered(&source.alias));
    let mut alias_of: Vec<(&str, String)> =
        scope.sources.iter().rev().filter_map(|source| Some((source.table()?.name.as_str(), source.alias.clone()))).collect();
    let absent = is_asked_to_be_null(sight, reference);
    let mut step = Step::default();
    let (mut text, mut added) = (String::new(), Vec::new());
    for hop in &way {
        let plain = !numbered && !taken.contains(&hop.to.name.to_ascii_lowercase());
        let alias = if plain { hop.to.name.clone() } else { free_alias(&taken) };
        let from = alias_of.iter().rev().find(|(table, _)| *table == hop.from.name).map(|(_, alias)| identifier(alias))?;
        let named = if plain { table_name(hop.to) } else { format!("{} AS {}", table_name(hop.to), identifier(&alias)) };
        let condition: Vec<String> = hop
            .pairs
            .iter()
            .map(|(own, other)| format!("{from}.{} = {}.{}", identifier(own), identifier(&alias), identifier(other)))
            .collect();
        let kind = if absent { " LEFT JOIN" } else { " JOIN" };
        text.push_str(&format!("{kind} {named} ON {}", condition.join(" AND ")));
        taken.push(alias.to_ascii_lowercase());
        added.push((hop.to, alias.clone()));
        alias_of.push((&hop.to.name, alias));
    }
    let (_, alias) = added.last()?;
    let alias = identifier(alias);
    let end = scope.from_end?;
    step.tell(ChangeKind::Join, "", text.trim_start());
    step.replace(end..end, text);
    way.iter().for_each(|hop| confess(hop, &mut step));
    for other in missing() {
        let Some(found) =
            (if std::ptr::eq(other, reference) { Some(*owner) } else { nearest_column(owner.table, &other.name.text, PLAIN) })
        else {
            continue;
        };
        let same = other.qualifier.as_ref().map(|qualifier| qualifier.text.to_lowercase())
            == reference.qualifier.as_ref().map(|qualifier| qualifier.text.to_lowercase());
        let is_named = same || other.qualifier.as_ref().is_none_or(|qualifier| qualifier.text.eq_ignore_ascii_case(&owner.table.name));
        if !std::ptr::eq(other, reference) && !is_named {
            continue;
        }
        let clashes = scope.sources.iter().any(|source| source.relation.has(found.column) != Some(false))
            || added.iter().filter(|(table, _)| table.column(found.column).is_some()).count() > 1;
        let name = if found.away == 0 { sight.text(&other.name.range).to_owned() } else { identifier(found.column) };
        let to = if other.qualifier.is_some() || clashes { format!("{alias}.{name}") } else { name };
        let from = sight.text(&other.range);
        if from != to {
            step.tell(if found.away == 0 { ChangeKind::Qualifier } else { ChangeKind::Column }, from, &to);
            step.replace(other.range.clone(), to);
        }
    }
    keep_meaning(sight, reference.scope, scope, &added, &mut step);
    Some(step)
}

/// `... IS NULL`: rows that have no counterpart are asked for.
fn is_asked_to_be_null(sight: &Sight<'_, '_>, reference: &Reference) -> bool {
    let mut after = sight.sql.get(reference.range.end..).unwrap_or_default().split_whitespace();
    let mut is = |word: &str| after.next().is_some_and(|next| next.trim_end_matches([')', ';']).eq_ignore_ascii_case(word));
    is("is") && is("null")
}

/// A table's name where a column's should be, said to be NULL or not: whether a row has a counterpart there.
pub(super) fn absent(sight: &Sight<'_, '_>, reference: &Reference) -> Option<Step> {
    let after = sight.sql.get(reference.range.end..).unwrap_or_default().trim_start();
    if reference.qualifier.is_some() || !after.get(..3).is_some_and(|is| is.eq_ignore_ascii_case("is ")) {
        return None;
    }
    let scope = sight.resolution.scopes.get(reference.scope)?;
    let table = sight.schema.tables.iter().find(|table| distance(&reference.name.text, &table.name, None).is_some_and(|d| d <= PLAIN))?;
    let starts: Vec<&Table> = scope.sources.iter().filter_map(Source::table).collect();
    let way = ways(sight.schema, &starts, table, 1).into_iter().next()?;
    let column = way.last()?.pairs.first()?.1;
    join(sight, reference, scope, &[Owner { table, column, away: 1 }])
}

/// Qualifies what the new tables would make ambiguous, and keeps `*` from growing.
fn keep_meaning(sight: &Sight<'_, '_>, index: usize, scope: &Scope<'_>, added: &[(&Table, String)], step: &mut Step) {
    for other in sight.resolution.references.iter().filter(|other| other.qualifier.is_none()) {
        let Binding::Column { scope: owner, source } = other.binding else { continue };
        let clashes = owner == index && added.iter().any(|(table, _)| table.column(&other.name.text).is_some());
        let Some(source) = scope.sources.get(source).filter(|source| clashes && !source.alias.is_empty()) else { continue };
        step.replace(other.range.clone(), format!("{}.{}", identifier(&source.alias), sight.text(&other.range)));
    }
    for star in scope.wildcards.iter().filter(|star| star.qualifier.is_none()) {
        let all: Vec<String> =
            scope.sources.iter().filter(|s| !s.alias.is_empty()).map(|s| format!("{}.*", identifier(&s.alias))).collect();
        if all.len() == scope.sources.len() {
            step.replace(star.range.clone(), all.join(", "));
        }
    }
}

/// `T1`, `t2`: aliases as Spider and models trained on it write them.
fn is_numbered(alias: &str) -> bool {
    alias.strip_prefix(['T', 't']).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

fn free_alias(taken: &[String]) -> String {
    (1..).map(|n| format!("T{n}")).find(|alias| !taken.contains(&alias.to_ascii_lowercase())).unwrap_or_default()
}
