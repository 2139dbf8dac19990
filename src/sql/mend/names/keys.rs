//! Foreign keys, as ways from table to table and as join conditions.

use std::collections::VecDeque;
use std::ops::Range;

use super::nearest::{PLAIN, distance};
use super::step::{Sight, Step};
use crate::schema::{Schema, Table};
use crate::sql::change::ChangeKind;
use crate::sql::lex::{Token, lex};
use crate::sql::quote::{identifier, table_name};
use crate::sql::related::{Hop, hops_from};
use crate::sql::resolve::{Binding, Clause, Reference, Scope, Source};

/// Says in `step` that the join of `hop` goes by a key that nobody declared, where it does.
pub(super) fn confess(hop: &Hop<'_>, step: &mut Step) {
    for (own, foreign) in hop.pairs.iter().filter(|_| hop.guessed) {
        let named = |table: &Table, column: &str| format!("{}.{}", table_name(table), identifier(column));
        step.tell(ChangeKind::GuessedKey, named(hop.from, own), named(hop.to, foreign));
    }
}

/// Longest way over foreign keys that a join is mended along.
pub(super) const MOST_STEPS: usize = 3;

/// The shortest ways over foreign keys from one of `starts` to `goal`.
pub(super) fn ways<'s>(schema: &'s Schema, starts: &[&'s Table], goal: &Table, most: usize) -> Vec<Vec<Hop<'s>>> {
    let mut queue: VecDeque<(&'s Table, Vec<Hop<'s>>)> = starts.iter().map(|table| (*table, Vec::new())).collect();
    let mut seen: Vec<&Table> = starts.to_vec();
    let mut out: Vec<Vec<Hop<'s>>> = Vec::new();
    while let Some((at, hops)) = queue.pop_front() {
        let longest = out.first().map_or(most, Vec::len);
        if hops.len() >= longest {
            continue;
        }
        for hop in hops_from(schema, at) {
            let mut hops = hops.clone();
            let to = hop.to;
            hops.push(hop);
            if to.is(goal) {
                out.push(hops);
            } else if !seen.iter().any(|other| other.is(to)) {
                seen.push(to);
                queue.push_back((to, hops));
            }
        }
    }
    if out.is_empty() {
        out.extend(
            starts.iter().find_map(|start| by_name(start, schema.table_of(goal.database.as_deref(), &goal.name)?)).map(|hop| vec![hop]),
        );
    }
    out
}

/// Where no key is known: the key of one table stands in the other, under its name or with the table's before it.
fn by_name<'s>(from: &'s Table, to: &'s Table) -> Option<Hop<'s>> {
    let refers = |owner: &'s Table, table: &'s Table| {
        let [key] = table.primary_key.as_slice() else { return None };
        let alike = |name: &str| {
            name.len() > 2 && !name.eq_ignore_ascii_case("name") && distance(name, key, Some(&table.name)).is_some_and(|away| away <= PLAIN)
        };
        let is_own = |name: &str| name.eq_ignore_ascii_case("id");
        owner.columns.iter().find(|column| alike(&column.name) && !is_own(&column.name)).map(|column| (column.name.as_str(), key.as_str()))
    };
    let pair = refers(from, to).or_else(|| refers(to, from).map(|(foreign, key)| (key, foreign)))?;
    Some(Hop { from, to, pairs: vec![pair], guessed: true })
}

/// A join condition that names a column which one of the two tables lacks: the foreign key between them instead.
pub(super) fn on_the_key(sight: &Sight<'_, '_>, reference: &Reference) -> Option<Step> {
    if !matches!(reference.clause, Clause::On(_)) {
        return None;
    }
    let (left, right) = (reference, partner(sight, reference)?);
    if is_misspelt(sight, left) || is_misspelt(sight, right) {
        return None;
    }
    let (one, other) = (side(sight, left)?, side(sight, right)?);
    let hops = hops_from(sight.schema, one.table()?);
    let mut fits = hops.iter().filter(|hop| other.table().is_some_and(|table| table.is(hop.to)));
    let (Some(hop), None) = (fits.next(), fits.next()) else { return None };
    let [(own, foreign)] = hop.pairs.as_slice() else { return None };
    let mut step = Step::default();
    for (reference, source, column) in [(left, one, own), (right, other, foreign)] {
        let to = format!("{}.{}", identifier(&source.alias), identifier(column));
        if !reference.name.text.eq_ignore_ascii_case(column) {
            step.tell(ChangeKind::Column, sight.text(&reference.range), &to);
            step.replace(reference.range.clone(), to);
        }
    }
    confess(hop, &mut step);
    (!step.edits.is_empty()).then_some(step)
}

/// Whether the table that a missing column is asked of has one that is spelt almost so.
fn is_misspelt(sight: &Sight<'_, '_>, reference: &Reference) -> bool {
    let slip = |away: u32| away < 20;
    let table = side(sight, reference).and_then(Source::table).filter(|_| reference.binding == Binding::Missing);
    let alike = |table: &Table| table.columns.iter().any(|column| distance(&reference.name.text, &column.name, None).is_some_and(slip));
    table.is_some_and(alike)
}

/// What `reference` is equated with.
pub(super) fn partner<'a>(sight: &'a Sight<'_, '_>, reference: &Reference) -> Option<&'a Reference> {
    let references = &sight.resolution.references;
    let at = references.iter().position(|other| std::ptr::eq(other, reference))?;
    let (left, right) = *sight.resolution.equated.iter().find(|(left, right)| *left == at || *right == at)?;
    references.get(if left == at { right } else { left })
}

/// A join of two tables that only others relate (`dorm JOIN amenity ON dorm.id = amenity.dorm_id`, where `has_amenity` stands between
/// them): those are joined first.
pub(super) fn bridge(sight: &Sight<'_, '_>, reference: &Reference) -> Option<Step> {
    let Clause::On(place) = reference.clause else { return None };
    let other = partner(sight, reference)?;
    if is_misspelt(sight, reference) || is_misspelt(sight, other) {
        return None;
    }
    let scope = sight.resolution.scopes.get(reference.scope)?;
    let joined = scope.sources.get(place)?;
    let (one, two) = (side(sight, reference)?, side(sight, other)?);
    let (near, far) = if std::ptr::eq(one, joined) { (two, one) } else { (one, two) };
    if !std::ptr::eq(far, joined) || std::ptr::eq(near, far) {
        return None;
    }
    let way = ways(sight.schema, &[near.table()?], far.table()?, MOST_STEPS).into_iter().next().filter(|way| way.len() > 1)?;
    let (low, high) = (reference.range.start.min(other.range.start), reference.range.end.max(other.range.end));
    along(sight, scope, (near, far), &way, low..high)
}

/// Joins `far` to `near` along `way`: the tables between are joined first, and what stands at `condition` becomes the last step.
pub(super) fn along(
    sight: &Sight<'_, '_>,
    scope: &Scope<'_>,
    (near, far): (&Source<'_>, &Source<'_>),
    way: &[Hop<'_>],
    condition: Range<usize>,
) -> Option<Step> {
    let (last, between) = way.split_last()?;
    // A table between that stands there already would be joined twice.
    let stands = |hop: &Hop<'_>| scope.sources.iter().any(|source| source.table().is_some_and(|table| table.is(hop.to)));
    if between.iter().any(stands) {
        return None;
    }
    let (mut text, mut from) = (String::new(), near.alias.clone());
    for hop in between {
        let [(own, foreign)] = hop.pairs.as_slice() else { return None };
        let (to, called) = (table_name(hop.to), identifier(&hop.to.name));
        text.push_str(&format!("JOIN {to} ON {}.{} = {called}.{} ", identifier(&from), identifier(own), identifier(foreign)));
        from.clone_from(&hop.to.name);
    }
    let [(own, foreign)] = last.pairs.as_slice() else { return None };
    let equation = format!("{}.{} = {}.{}", identifier(&from), identifier(own), identifier(&far.alias), identifier(foreign));
    let mut step = Step::default();
    if !text.is_empty() {
        let start = join_start(sight.sql, far.name.as_ref()?.start)?;
        step.tell(ChangeKind::Join, "", text.trim_end());
        step.replace(start..start, text);
    }
    step.tell(ChangeKind::Column, sight.text(&condition), &equation);
    step.replace(condition, equation);
    way.iter().for_each(|hop| confess(hop, &mut step));
    Some(step)
}

/// Where the words of a join begin (`LEFT OUTER JOIN`) whose table's name begins at byte `name`.
pub(super) fn join_start(sql: &str, name: usize) -> Option<usize> {
    let tokens: Vec<Token> = lex(sql.get(..name)?).into_iter().filter(Token::is_significant).collect();
    let is = |token: &Token, words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(token.text(sql)));
    let mut start = tokens.last().filter(|token| is(token, &["join"]))?.range.start;
    for token in tokens.iter().rev().skip(1) {
        if !is(token, &["inner", "left", "right", "full", "outer", "cross"]) {
            break;
        }
        start = token.range.start;
    }
    Some(start)
}

/// The source that a side of an equation is of, by its column or else by its qualifier.
fn side<'a>(sight: &'a Sight<'_, '_>, reference: &Reference) -> Option<&'a Source<'a>> {
    if matches!(reference.binding, Binding::Column { scope, .. } if scope == reference.scope) {
        return sight.resolution.source(reference);
    }
    let qualifier = reference.qualifier.as_ref()?;
    let scope = sight.resolution.scopes.get(reference.scope)?;
    scope.sources.iter().find(|source| source.alias.eq_ignore_ascii_case(&qualifier.text))
}
