//! Names within a scope: values in double quotes, tables, qualifiers, ambiguity, spelling.

use super::nearest::{FAINT, PLAIN, distance, nearest_table};
use super::step::{Sight, Step};
use super::{cover, keys};
use crate::schema::Table;
use crate::sql::change::ChangeKind;
use crate::sql::quote::{identifier, string_literal, table_name};
use crate::sql::resolve::{Binding, Clause, Reference, Relation, Resolution, Source};

/// Double-quoted tokens that are values: they name nothing, and stand where a value does or are like no name.
pub(super) fn quoted_values(sight: &Sight<'_, '_>) -> Option<Step> {
    let mut step = Step::default();
    for reference in &sight.resolution.references {
        // Without quotes a value is a slip that only its place and its likeness to nothing betray.
        let is_value = reference.binding == Binding::Missing
            && if reference.double_quoted { reference.operand || !is_known(sight, reference) } else { is_bare_value(sight, reference) };
        if is_value {
            let literal = string_literal(&reference.name.text);
            step.tell(ChangeKind::DoubleQuotes, sight.text(&reference.range), &literal);
            step.replace(reference.range.clone(), literal);
        }
    }
    (!step.edits.is_empty()).then_some(step)
}

/// Whether some table has a column that is called so, or plainly so.
fn is_known(sight: &Sight<'_, '_>, reference: &Reference) -> bool {
    let like = |table: &Table| {
        table.columns.iter().any(|column| distance(&reference.name.text, &column.name, Some(&table.name)).is_some_and(|d| d <= PLAIN))
    };
    sight.schema.tables.iter().any(like)
}

fn is_bare_value(sight: &Sight<'_, '_>, reference: &Reference) -> bool {
    let like = |table: &Table| table.columns.iter().any(|column| distance(&reference.name.text, &column.name, Some(&table.name)).is_some());
    reference.operand && reference.qualifier.is_none() && !sight.schema.tables.iter().any(like)
}

/// An aggregate of a subquery over a column that only the query around it has would be that query's own, which its WHERE does not take:
/// such a column counts as missing.
pub(super) fn lose_outer_aggregates(resolution: &mut Resolution<'_>, sql: &str) {
    for reference in &mut resolution.references {
        let is_outer =
            matches!(reference.binding, Binding::Column { scope, .. } if scope != reference.scope) && reference.qualifier.is_none();
        let before = sql.get(..reference.range.start).unwrap_or_default().trim_end();
        let called = |name: &str| {
            let function = before.strip_suffix('(').unwrap_or_default().trim_end();
            function.get(function.len().saturating_sub(name.len())..).is_some_and(|end| end.eq_ignore_ascii_case(name))
        };
        if is_outer && ["min", "max", "avg", "sum", "count"].into_iter().any(called) {
            reference.binding = Binding::Missing;
        }
    }
}

/// The next thing to mend.
pub(super) fn step(sight: &Sight<'_, '_>) -> Option<Step> {
    if let Some(step) = tables(sight) {
        return Some(step);
    }
    let missing = || sight.resolution.references.iter().filter(|reference| reference.binding == Binding::Missing);
    let all_within = |limit: u32| {
        let mut all = Step::default();
        missing().filter_map(|reference| within(sight, reference, limit)).for_each(|step| all.merge(step));
        (!all.edits.is_empty()).then_some(all)
    };
    missing()
        .find_map(|reference| cover::mistaken(sight, reference))
        .or_else(|| missing().find_map(|reference| keys::on_the_key(sight, reference)))
        .or_else(|| missing().find_map(|reference| keys::bridge(sight, reference)))
        .or_else(|| missing().find_map(|reference| cover::forgotten(sight, reference)))
        .or_else(|| all_within(PLAIN))
        .or_else(|| missing().find_map(|reference| cover::cover(sight, reference, PLAIN)))
        .or_else(|| all_within(FAINT - 1))
        .or_else(|| missing().find_map(|reference| cover::cover(sight, reference, FAINT - 1)))
        .or_else(|| missing().find_map(|reference| cover::absent(sight, reference)))
        .or_else(|| all_within(FAINT))
        .or_else(|| missing().find_map(|reference| cover::cover(sight, reference, FAINT)))
        .or_else(|| ambiguous(sight))
        .or_else(|| wildcards(sight))
}

/// A FROM that names no table.
fn tables(sight: &Sight<'_, '_>) -> Option<Step> {
    for (index, scope) in sight.resolution.scopes.iter().enumerate() {
        for source in &scope.sources {
            let (Relation::Missing(wanted), Some(range)) = (&source.relation, &source.name) else { continue };
            let alone = scope.sources.len() == 1;
            let Some(table) = nearest_table(sight.schema, wanted).or_else(|| table_with(sight, index, source, alone)) else { continue };
            let mut step = Step::default();
            let to = table_name(table);
            step.tell(ChangeKind::Table, sight.text(range), &to);
            step.replace(range.clone(), to.clone());
            if !source.aliased {
                step.requalify(sight, index, &source.alias, &to);
            }
            return Some(step);
        }
    }
    None
}

/// The one table that has every column used of a source that does not exist.
fn table_with<'s>(sight: &Sight<'_, 's>, scope: usize, source: &Source<'_>, alone: bool) -> Option<&'s Table> {
    let used: Vec<&str> = sight
        .resolution
        .references
        .iter()
        .filter(|reference| match &reference.qualifier {
            Some(qualifier) => qualifier.text.eq_ignore_ascii_case(&source.alias),
            None => alone && reference.scope == scope && reference.binding == Binding::Unknown,
        })
        .map(|reference| reference.name.text.as_str())
        .collect();
    let mut fits = sight.schema.tables.iter().filter(|table| !used.is_empty() && used.iter().all(|name| table.column(name).is_some()));
    fits.next().filter(|_| fits.next().is_none())
}

/// A column in sight that `reference` is meant for, at most `limit` away.
fn within(sight: &Sight<'_, '_>, reference: &Reference, limit: u32) -> Option<Step> {
    let wanted = reference.name.text.as_str();
    let qualifier = reference.qualifier.as_ref().map(|qualifier| qualifier.text.as_str());
    // `customer.name` under a FROM without customer asks for that table, whatever the others have.
    if cover::asks_for_another_table(sight, reference) {
        return None;
    }
    let partner = keys::partner(sight, reference).and_then(|other| sight.resolution.source(other)).filter(|_| is_join(reference));
    let mut best: Option<(u32, Vec<Found<'_>>)> = None;
    let (mut at, mut level) = (Some(reference.scope), 0u32);
    while let Some(scope) = at.and_then(|index| sight.resolution.scopes.get(index)) {
        for source in &scope.sources {
            // A join compares two tables.
            if partner.is_some_and(|partner| std::ptr::eq(partner, source)) {
                continue;
            }
            let called = qualifier.is_some_and(|qualifier| source.alias.eq_ignore_ascii_case(qualifier) || is_table(source, qualifier));
            for name in columns_of(&source.relation) {
                let Some(away) = distance(wanted, name, source.table().map(|table| table.name.as_str())).filter(|away| *away <= limit)
                else {
                    continue;
                };
                // A bare name that an outer scope has too is not wrong; one that is only like it there hardly is.
                if level > 0 && (away > 0 || qualifier.is_none()) {
                    continue;
                }
                let cost = away * 10 + if called || qualifier.is_none() { 0 } else { 5 } + level * 2;
                let found = Found { source, name };
                match &mut best {
                    Some((least, _)) if *least < cost => {}
                    Some((least, all)) if *least == cost => all.push(found),
                    _ => best = Some((cost, vec![found])),
                }
            }
        }
        (at, level) = (scope.parent, level + 1);
    }
    let (_, found) = best?;
    let first = found.first()?;
    // Two columns of one table that are alike equally: nothing tells them apart.
    if found.iter().skip(1).any(|other| std::ptr::eq(other.source, first.source) && !other.name.eq_ignore_ascii_case(first.name)) {
        return None;
    }
    if found.iter().any(|other| !other.name.eq_ignore_ascii_case(first.name)) && qualifier.is_none() {
        return None;
    }
    let several = sight.resolution.scopes.get(reference.scope).is_some_and(|scope| scope.sources.len() > 1);
    let mut step = Step::default();
    let name = if first.name.eq_ignore_ascii_case(wanted) { sight.text(&reference.name.range).to_owned() } else { identifier(first.name) };
    let to = match qualifier {
        None if !several => name.clone(),
        _ if first.source.alias.is_empty() => name.clone(),
        _ => format!("{}.{name}", identifier(&first.source.alias)),
    };
    let same_name = first.name.eq_ignore_ascii_case(wanted);
    step.tell(if same_name { ChangeKind::Qualifier } else { ChangeKind::Column }, sight.text(&reference.range), &to);
    step.replace(reference.range.clone(), to);
    Some(step)
}

fn is_join(reference: &Reference) -> bool {
    matches!(reference.clause, Clause::On(_))
}

struct Found<'a> {
    source: &'a Source<'a>,
    name: &'a str,
}

/// Whether a source is the table that is plainly called so.
fn is_table(source: &Source<'_>, name: &str) -> bool {
    source.table().is_some_and(|table| distance(name, &table.name, None).is_some_and(|away| away <= PLAIN))
}

fn columns_of<'a>(relation: &'a Relation<'_>) -> Vec<&'a str> {
    match relation {
        Relation::Table(table) => table.columns.iter().map(|column| column.name.as_str()).collect(),
        Relation::Derived(columns) => columns.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

/// A bare column that several tables have.
fn ambiguous(sight: &Sight<'_, '_>) -> Option<Step> {
    let mut step = Step::default();
    for reference in &sight.resolution.references {
        let Binding::Ambiguous { scope: index, sources } = &reference.binding else { continue };
        let Some(scope) = sight.resolution.scopes.get(*index) else { continue };
        let Some(source) = most_plainly_meant(sight, reference, *index, sources).and_then(|at| scope.sources.get(at)) else { continue };
        if source.alias.is_empty() || reference.qualifier.is_some() {
            continue;
        }
        let from = sight.text(&reference.range);
        let to = format!("{}.{from}", identifier(&source.alias));
        step.tell(ChangeKind::Qualifier, from, &to);
        step.replace(reference.range.clone(), to);
    }
    (!step.edits.is_empty()).then_some(step)
}

/// Which of several sources that have a column is meant: beside another one's column of that name, not that one; in ORDER BY and the
/// like, the one that the result shows; under GROUP BY a key, the table that the key is of; else the first.
fn most_plainly_meant(sight: &Sight<'_, '_>, reference: &Reference, scope: usize, sources: &[usize]) -> Option<usize> {
    let bound = |other: &Reference| match other.binding {
        Binding::Column { scope: index, source } if index == scope => Some(source),
        _ => None,
    };
    let others = || sight.resolution.references.iter().filter(|other| other.scope == reference.scope && *other != reference);
    let namesakes = others().filter(|other| other.clause == Clause::Select && other.name.text.eq_ignore_ascii_case(&reference.name.text));
    let shown: Vec<usize> = namesakes.filter_map(bound).collect();
    let is_shown = |at: &usize| shown.contains(at);
    let meant = if reference.clause == Clause::Select {
        sources.iter().find(|at| !shown.is_empty() && !is_shown(at))
    } else {
        sources.iter().find(|at| is_shown(at))
    };
    let of_the_group = || {
        let grouped = others().filter(|other| other.clause == Clause::GroupBy);
        let is_keyed = |at: &&usize| {
            let table = sight.resolution.scopes.get(scope).and_then(|scope| scope.sources.get(**at)).and_then(Source::table);
            let is_key =
                |name: &str| table.is_some_and(|table| matches!(table.primary_key.as_slice(), [key] if key.eq_ignore_ascii_case(name)));
            grouped.clone().any(|other| is_key(&other.name.text))
        };
        sources.iter().find(is_keyed)
    };
    meant.or_else(of_the_group).or_else(|| sources.first()).copied()
}

/// `x.*` where no source is called x: the source that is that table, else the only one.
fn wildcards(sight: &Sight<'_, '_>) -> Option<Step> {
    for scope in &sight.resolution.scopes {
        for star in scope.wildcards.iter().filter(|star| !scope.has_wildcard(star)) {
            let Some(qualifier) = &star.qualifier else { continue };
            let is_table = |source: &&Source<'_>| is_table(source, &qualifier.text);
            let alone = || scope.sources.first().filter(|_| scope.sources.len() == 1);
            let Some(source) = scope.sources.iter().find(is_table).or_else(alone).filter(|source| !source.alias.is_empty()) else {
                continue;
            };
            let mut step = Step::default();
            let to = identifier(&source.alias);
            step.tell(ChangeKind::Qualifier, format!("{}.*", sight.text(&qualifier.range)), format!("{to}.*"));
            step.replace(qualifier.range.clone(), to);
            return Some(step);
        }
    }
    None
}
