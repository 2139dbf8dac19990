//! What went wrong where a name fits nothing, and what to do otherwise.

use super::automaton::Sql;
use super::lesson::{Lesson, Refusal, Then};
use super::names::{Name, Roles};
use super::scope::{Found, From, Obligation, Source};

/// A column of at most so many tables is taken to be one of theirs where the tables of a query lack it.
const FEW_OWNERS: usize = 3;

/// The names of those of `sources` that have `column`, as qualifiers.
pub(super) fn owners(sources: &[Source], column: Option<&Name>) -> Vec<(Name, Roles)> {
    let Some(column) = column else { return Vec::new() };
    let has = |source: &&Source| !source.name.lower.is_empty() && source.relation.has(column);
    sources.iter().filter(has).map(|source| (source.name.clone(), Roles::QUALIFIER)).collect()
}

impl Sql {
    /// Goes back to `at`, where only a known name may stand then.
    pub(super) fn known_at(&self, at: usize) -> Refusal {
        if self.knows(at) { Refusal::Name } else { Refusal::Again(Lesson { at, then: Then::Known }) }
    }

    /// Goes back to `at`, where only one of `names` may stand then.
    pub(super) fn only_at(&self, at: usize, names: Vec<(Name, Roles)>) -> Refusal {
        if self.strict || self.only(at).is_some() { Refusal::Name } else { Refusal::Again(Lesson { at, then: Then::Only(names) }) }
    }

    /// The refusal of something that no name of its own is to blame for: a name before it that no table has may be.
    pub(super) fn unmet(&self) -> Refusal {
        let wagers = self.queries().flat_map(|query| query.scope.owed.iter().filter(|owed| owed.wager));
        match wagers.min_by_key(|owed| owed.place.first) {
            Some(owed) => self.taken_back(owed),
            None => Refusal::Name,
        }
    }

    /// Goes back to a name that was taken and that nothing has: to its qualifier, where that names no table.
    fn taken_back(&self, owed: &Obligation) -> Refusal {
        let bound = owed.qualifier.as_ref().is_none_or(|name| self.here().scope.find(Some(name), None) == Found::Yes);
        self.known_at(if bound { owed.place.start } else { owed.place.first })
    }

    /// What to do where nothing that can be named has `owed`: name the table that has it, join one that has it, or write another name.
    pub(super) fn lesson(&self, owed: &Obligation) -> Refusal {
        if self.strict {
            return Refusal::Name;
        }
        let chain = self.chain();
        let owners = match &owed.qualifier {
            Some(_) => chain.iter().flat_map(|&depth| owners(&self.query(depth).scope.sources, owed.column.as_ref())).collect(),
            None => Vec::new(),
        };
        if !owners.is_empty() && self.only(owed.place.first).is_none() {
            return self.only_at(owed.place.first, owners);
        }
        if let Some(lesson) = self.join(owed) {
            return Refusal::Again(lesson);
        }
        self.taken_back(owed)
    }

    /// What to do where the tables are about to end and lack `owed`: name one of them that has it, or go on with the tables.
    pub(super) fn overdue(&self, owed: &Obligation) -> Refusal {
        if self.strict {
            return Refusal::Name;
        }
        let owners = owners(&self.here().scope.sources, owed.column.as_ref());
        if owed.qualifier.is_some() && !owners.is_empty() && self.only(owed.place.first).is_none() {
            return self.only_at(owed.place.first, owners);
        }
        if owed.wager { self.taken_back(owed) } else { Refusal::Name }
    }

    /// Goes back to the end of the innermost query's tables, to join one that meets `owed`.
    fn join(&self, owed: &Obligation) -> Option<Lesson> {
        let query = self.here();
        let at = query.tables_end.filter(|_| query.scope.from == From::Closed && query.earlier.is_empty())?;
        let column = owed.column.as_ref()?;
        let bound = |depth: usize, name: &Name| self.query(depth).scope.find(Some(name), None) == Found::Yes;
        let chain = self.chain();
        let here = chain.first().copied()?;
        if owed.qualifier.as_ref().is_some_and(|name| chain.iter().skip(1).any(|&depth| bound(depth, name))) {
            return None;
        }
        // A column that many tables have (`id`) is more likely to be misspelt than to be of another table.
        let many = self.catalog.relations.iter().filter(|table| table.columns.contains(column)).count();
        let qualifier = owed.qualifier.clone().filter(|name| !bound(here, name));
        let able = match (&qualifier, &owed.qualifier) {
            (Some(name), _) => match self.relation(name) {
                Some(relation) => relation.has(column),
                None => (1..=FEW_OWNERS).contains(&many),
            },
            (None, Some(_)) => many == 1,
            (None, None) => (1..=FEW_OWNERS).contains(&many),
        };
        let due = Obligation { qualifier, wager: false, ..owed.clone() };
        let then = Then::Join(due);
        let learnt = self.lessons.iter().any(|lesson| lesson.at == at && lesson.then == then);
        (able && !learnt && !query.scope.sources.is_empty()).then_some(Lesson { at, then })
    }
}
