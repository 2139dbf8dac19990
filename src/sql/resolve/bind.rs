//! A reference finds its column as in SQLite (`resolve.c`, `lookupName`): its own scope's tables, then its result columns, then the
//! scopes around it.

use super::resolution::{Binding, Reference, Relation, Resolution, Scope, is_rowid};

/// Finds what each reference names.
pub(super) fn bind(resolution: &mut Resolution<'_>) {
    for at in 0..resolution.references.len() {
        let Some(reference) = resolution.references.get(at) else { return };
        // The walk has settled some already.
        if reference.binding != Binding::Missing {
            continue;
        }
        let binding = look_up(&resolution.scopes, reference);
        if let Some(reference) = resolution.references.get_mut(at) {
            reference.binding = binding;
        }
    }
}

/// What `reference` names.
pub(super) fn look_up(scopes: &[Scope<'_>], reference: &Reference) -> Binding {
    let mut at = Some(reference.scope);
    // A scope's parent always comes before it, so this ends.
    while let Some((index, scope)) = at.and_then(|index| Some((index, scopes.get(index)?))) {
        // In ORDER BY a result column comes before a table's.
        let is_output =
            || reference.qualifier.is_none() && scope.outputs.iter().any(|output| output.eq_ignore_ascii_case(&reference.name.text));
        if index == reference.scope && reference.clause == super::Clause::OrderBy && is_output() {
            return Binding::Output;
        }
        match look_in(index, scope, reference) {
            Binding::Missing if reference.clause != super::Clause::Select && is_output() => return Binding::Output,
            Binding::Missing => at = scope.parent,
            found => return found,
        }
    }
    Binding::Missing
}

fn look_in(index: usize, scope: &Scope<'_>, reference: &Reference) -> Binding {
    let name = reference.name.text.as_str();
    let mut found: Vec<usize> = Vec::new();
    let mut unknown = false;
    for (place, source) in scope.sources.iter().enumerate() {
        if reference.qualifier.as_ref().is_some_and(|qualifier| !qualifier.text.eq_ignore_ascii_case(&source.alias)) {
            continue;
        }
        let of_other = |database: &str| source.table().is_some_and(|table| !table.is_of(Some(database)));
        if reference.database.as_deref().is_some_and(of_other) {
            continue;
        }
        match source.relation.has(name) {
            Some(true) if reference.qualifier.is_none() && !found.is_empty() => {
                if !source.merged.iter().any(|column| column.eq_ignore_ascii_case(name)) {
                    found.push(place);
                }
            }
            Some(true) => found.push(place),
            Some(false) => {}
            None => unknown = true,
        }
        // What a missing table would have is not known, but then the table is the first thing to mend.
        unknown |= matches!(source.relation, Relation::Missing(_));
    }
    match found.as_slice() {
        [source] => Binding::Column { scope: index, source: *source },
        [] if unknown => Binding::Unknown,
        [] => Binding::Missing,
        [first, ..] if is_rowid(name) => Binding::Column { scope: index, source: *first },
        _ => Binding::Ambiguous { scope: index, sources: found },
    }
}
