//! One step of mending: what is known of the query, what is replaced, and how that is told.

use std::ops::Range;

use super::nearest;
use crate::schema::{Schema, Table};
use crate::sql::change::{Change, ChangeKind};
use crate::sql::edits::replaced;
use crate::sql::resolve::Resolution;

/// A query and what is known of it.
pub(super) struct Sight<'a, 's> {
    pub(super) sql: &'a str,
    pub(super) schema: &'s Schema,
    pub(super) resolution: &'a Resolution<'s>,
    /// The words of the question; empty where it is not known.
    pub(super) asked: &'a [String],
}

impl Sight<'_, '_> {
    /// Whether the question speaks of a table: it has all the words of its name.
    pub(super) fn is_asked_of(&self, table: &Table) -> bool {
        let words = nearest::words(&table.name);
        !words.is_empty() && words.iter().all(|word| self.asked.contains(word))
    }

    pub(super) fn text(&self, range: &Range<usize>) -> &str {
        self.sql.get(range.clone()).unwrap_or_default()
    }
}

/// One step of mending: replaced pieces of the text, and how they are told.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) edits: Vec<(Range<usize>, String)>,
    pub(super) changes: Vec<Change>,
}

impl Step {
    pub(super) fn replace(&mut self, range: Range<usize>, to: String) {
        if !self.edits.iter().any(|(other, _)| *other == range && !range.is_empty()) {
            self.edits.push((range, to));
        }
    }

    /// Changes the qualifier `from` wherever it is meant for a source of `scope`.
    pub(super) fn requalify(&mut self, sight: &Sight<'_, '_>, scope: usize, from: &str, to: &str) {
        for reference in &sight.resolution.references {
            let Some(qualifier) = reference.qualifier.as_ref().filter(|qualifier| qualifier.text.eq_ignore_ascii_case(from)) else {
                continue;
            };
            if owner_of(sight.resolution, reference.scope, from) == Some(scope) {
                self.replace(qualifier.range.clone(), to.to_owned());
            }
        }
        let stars = sight.resolution.scopes.get(scope).into_iter().flat_map(|scope| &scope.wildcards);
        for qualifier in stars.filter_map(|star| star.qualifier.as_ref()).filter(|qualifier| qualifier.text.eq_ignore_ascii_case(from)) {
            self.replace(qualifier.range.clone(), to.to_owned());
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (range, to) in other.edits {
            self.replace(range, to);
        }
        for change in other.changes {
            self.tell(change.kind, change.from, change.to);
        }
    }

    pub(super) fn tell(&mut self, kind: ChangeKind, from: impl Into<String>, to: impl Into<String>) {
        let change = Change { kind, from: from.into(), to: to.into() };
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }

    /// The text with the edits made; `None` where they overlap or miss it.
    pub(super) fn apply(&self, sql: &str) -> Option<String> {
        let mut edits: Vec<&(Range<usize>, String)> = self.edits.iter().collect();
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        replaced(sql, edits)
    }
}

/// The nearest scope, from `scope` outwards, that has a source called `alias`.
fn owner_of(resolution: &Resolution<'_>, scope: usize, alias: &str) -> Option<usize> {
    let mut at = Some(scope);
    while let Some(index) = at {
        let here = resolution.scopes.get(index)?;
        if here.sources.iter().any(|source| source.alias.eq_ignore_ascii_case(alias)) {
            return Some(index);
        }
        at = here.parent;
    }
    None
}
