//! What the tables of a query have to do with each other.

use crate::schema::{Affinity, Column, Holds, KeyOrigin, Table};
use crate::sql::related::{are_keys, is_key, keys_between};
use crate::sql::resolve::{Binding, Clause, JoinKind, Reference, Resolution, Scope, Source};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::Question;
use crate::text::words::split_name;

pub(in crate::sql::suspicion) fn look(resolution: &Resolution<'_>, sql: &str, question: Option<&Question>, out: &mut Vec<Suspicion>) {
    for reference in &resolution.references {
        if let Binding::Column { scope, .. } = reference.binding
            && scope != reference.scope
            && reference.qualifier.is_none()
        {
            let name = &reference.name.text;
            let sentence = format!("the subquery uses {name}, which its own tables lack: it is taken from the query around it");
            suspect(out, SuspicionKind::AccidentalCorrelation, sentence);
        }
    }
    for (index, scope) in resolution.scopes.iter().enumerate() {
        for place in 0..scope.sources.len() {
            one_source(resolution, index, scope, place, sql, question, out);
        }
    }
    for (left, right) in &resolution.equated {
        if let (Some(left), Some(right)) = (resolution.references.get(*left), resolution.references.get(*right)) {
            equated(resolution, left, right, out);
        }
    }
}

/// Last words of names of columns whose values many rows of a table share.
const KINDS: [&str; 7] = ["type", "status", "kind", "category", "state", "level", "priority"];

/// The column that says of which table the rows are that `column` refers to: `taggable_type` beside `taggable_id`, where it says several.
fn kind_of<'t>(table: &'t Table, column: &Column) -> Option<&'t Column> {
    let begun = ["_id", "Id"].into_iter().find_map(|end| column.name.strip_suffix(end)).filter(|begun| !begun.is_empty())?;
    let is_kind = |other: &&Column| ["_type", "Type"].iter().any(|end| other.name.strip_suffix(end) == Some(begun));
    let kind = table.columns.iter().find(is_kind)?;
    let declared = table
        .foreign_keys
        .iter()
        .any(|key| key.origin == KeyOrigin::Declared && matches!(key.columns.as_slice(), [own] if *own == column.name));
    (!declared && kind.holds == Holds::Texts && kind.samples.len() > 1).then_some(kind)
}

/// Whether `reference` is a column of the source at `place` of the scope `index`.
fn is_of(reference: &Reference, index: usize, place: usize) -> bool {
    reference.binding == Binding::Column { scope: index, source: place }
}

fn one_source(
    resolution: &Resolution<'_>,
    index: usize,
    scope: &Scope<'_>,
    place: usize,
    sql: &str,
    question: Option<&Question>,
    out: &mut Vec<Suspicion>,
) {
    let Some(source) = scope.sources.get(place).filter(|_| scope.sources.len() > 1) else { return };
    let linked = links(resolution, index, place);
    let known = scope.sources.iter().all(|source| source.table().is_some());
    let named = source.table().map_or(source.alias.as_str(), |table| table.name.as_str());
    let lone = linked.is_empty() && source.merged.is_empty() && !scope.sources.iter().skip(place + 1).any(|later| !later.merged.is_empty());
    if known && lone && (place > 0 || scope.sources.len() == 2) && !is_related(resolution, index, place, sql) {
        if place > 0 || source.join != JoinKind::First {
            suspect(out, SuspicionKind::Cartesian, format!("{named} is joined by no condition: every row meets every row"));
        }
        return;
    }
    let text: String = sql.get(scope.range.clone()).unwrap_or_default().to_ascii_lowercase().split_whitespace().collect();
    // "The monthly income from all members": the plan's price is added up once for each of them.
    let others = || scope.sources.iter().filter_map(|source| source.table()).filter(|table| table.name != named);
    let alone = |question: &Question| question.names_rows_of(named) && !others().any(|table| question.names_rows_of(&table.name));
    let summed = || text.contains("sum(") && question.is_some_and(alone);
    let counted = text.contains("count(*)") || text.contains("distinct") || summed();
    let is_taken = !scope.wildcards.is_empty() || counted || !source.merged.is_empty();
    let used = resolution.references.iter().enumerate().any(|(at, reference)| {
        is_of(reference, index, place) && !(matches!(reference.clause, Clause::On(_)) && is_equated(resolution, at))
    });
    // In a SELECT inside another, or put together with one, a join says which rows there are.
    if index == 0 && known && !used && !is_taken && linked.len() == 1 && source.join == JoinKind::Conditioned {
        suspect(out, SuspicionKind::IdleJoin, format!("{named} is joined and nothing is taken from it"));
    }
}

/// The other sources of the scope that columns of the one at `place` are equated with.
fn links(resolution: &Resolution<'_>, index: usize, place: usize) -> Vec<usize> {
    let mut out = Vec::new();
    for (left, right) in &resolution.equated {
        let (Some(left), Some(right)) = (resolution.references.get(*left), resolution.references.get(*right)) else { continue };
        for (own, other) in [(left, right), (right, left)] {
            if let Binding::Column { scope, source } = other.binding
                && is_of(own, index, place)
                && scope == index
                && source != place
                && !out.contains(&source)
            {
                out.push(source);
            }
        }
    }
    out
}

/// Whether a comparison other than an equality may relate the source to another: it is named in ON, or in WHERE beside other tables.
fn is_related(resolution: &Resolution<'_>, index: usize, place: usize, sql: &str) -> bool {
    let compares = |reference: &Reference| {
        let before = sql.get(..reference.range.start).unwrap_or_default().trim_end();
        let after = sql.get(reference.range.end..).unwrap_or_default().trim_start();
        before.ends_with(['<', '>', '=', '|', '+', '-', '(']) || after.starts_with(['<', '>', '=', '!', '|', '+', '-'])
    };
    let relates = |reference: &Reference| {
        is_of(reference, index, place) && matches!(reference.clause, Clause::On(_) | Clause::Where) && compares(reference)
    };
    resolution.references.iter().enumerate().any(|(at, reference)| relates(reference) && !is_equated(resolution, at) && reference.operand)
}

fn is_equated(resolution: &Resolution<'_>, reference: usize) -> bool {
    resolution.equated.iter().any(|(left, right)| *left == reference || *right == reference)
}

fn equated(resolution: &Resolution<'_>, left: &Reference, right: &Reference, out: &mut Vec<Suspicion>) {
    let (Some((a, one)), Some((b, other))) = (column(resolution, left), column(resolution, right)) else { return };
    let (Binding::Column { scope, source }, Binding::Column { scope: other_scope, source: other_source }) = (&left.binding, &right.binding)
    else {
        return;
    };
    for (table, column) in [(a, one), (b, other)] {
        if let Some(kind) = kind_of(table, column).filter(|kind| !resolution.references.iter().any(|named| named.name.text == kind.name)) {
            let sentence = format!("{} is of what {} says, and the query does not ask for it", column.name, kind.name);
            suspect(out, SuspicionKind::OddJoin, sentence);
            return;
        }
    }
    if are_keys(a, &one.name, b, &other.name) {
        return;
    }
    if let (Some(first), Some(second)) = (is_text(&one.declared_type), is_text(&other.declared_type))
        && first != second
    {
        let (text, number) = if first { (left, right) } else { (right, left) };
        let sentence = format!("{} holds text and {} numbers, and they are equated", text.name.text, number.name.text);
        suspect(out, SuspicionKind::UnlikeTypes, sentence);
    }
    let joins = matches!(left.clause, Clause::On(_)) && scope == other_scope && source != other_source && !std::ptr::eq(a, b);
    let says_kind = || split_name(&one.name).last().is_some_and(|word| KINDS.contains(&word.as_str()));
    let of_kinds = one.name.eq_ignore_ascii_case(&other.name) && says_kind() && !is_key(a, &one.name) && !is_key(b, &other.name);
    if joins && (of_kinds || keys_between(a, b).next().is_some() || is_key(a, &one.name) && is_key(b, &other.name)) {
        let sentence = format!("{} and {} are joined on {} = {}, which is no key between them", a.name, b.name, one.name, other.name);
        suspect(out, SuspicionKind::OddJoin, sentence);
    }
}

fn column<'s>(resolution: &Resolution<'s>, reference: &Reference) -> Option<(&'s Table, &'s Column)> {
    let table = resolution.source(reference).and_then(Source::table)?;
    Some((table, table.column(&reference.name.text)?))
}

/// Whether a declared type has text affinity; `None` where it says nothing: a type that SQLite does not know may hold either.
fn is_text(declared: &str) -> Option<bool> {
    match Affinity::of(declared) {
        Affinity::Text => Some(true),
        Affinity::Integer | Affinity::Real => Some(false),
        Affinity::Numeric => {
            let declared = declared.to_ascii_lowercase();
            ["num", "dec"].iter().any(|word| declared.contains(word)).then_some(false)
        }
        Affinity::Blob => None,
    }
}
