//! Which names can be meant at a place, and what becomes of those that stand before their table.

use std::sync::Arc;

use super::automaton::Sql;
use super::blame::owners;
use super::lesson::Refusal;
use super::names::{Name, Place, Roles, is_short_alias};
use super::scope::{Clause, Found, From, Obligation, Purpose, Query, Relation, Source};

impl Query {
    /// What it gives, as a table.
    pub(super) fn relation(&self) -> Relation {
        let (mut columns, mut open) = self.outputs.clone().unwrap_or((Vec::new(), true));
        let mut name = Name::new(b"");
        if let Purpose::Cte(called, listed) = &self.purpose {
            name = called.clone();
            if let Some(listed) = listed {
                (columns, open) = (listed.clone(), false);
            }
        }
        Relation { name, database: None, columns, hidden: 0, open, stored: false }
    }
}

impl Sql {
    /// The innermost query.
    pub(super) fn here(&self) -> &Query {
        self.nested.last().unwrap_or(&self.statement)
    }

    /// The innermost query, to be changed.
    pub(super) fn here_mut(&mut self) -> &mut Query {
        Arc::make_mut(self.nested.last_mut().unwrap_or(&mut self.statement))
    }

    /// Whether the innermost query is the statement's own.
    pub(super) fn is_outermost(&self) -> bool {
        self.nested.is_empty()
    }

    /// All open queries, outermost first.
    pub(super) fn queries(&self) -> impl DoubleEndedIterator<Item = &Arc<Query>> + ExactSizeIterator {
        (0..self.nested.len() + 1).map(|depth| self.query(depth))
    }

    pub(super) fn query(&self, depth: usize) -> &Arc<Query> {
        depth.checked_sub(1).and_then(|at| self.nested.get(at)).unwrap_or(&self.statement)
    }

    fn query_mut(&mut self, depth: usize) -> &mut Query {
        let query = match depth.checked_sub(1).and_then(|at| self.nested.get_mut(at)) {
            Some(query) => query,
            None => &mut self.statement,
        };
        Arc::make_mut(query)
    }

    /// Depths of the queries whose tables can be named here, innermost first.
    pub(super) fn chain(&self) -> Vec<usize> {
        let mut hidden = false;
        let mut out = Vec::new();
        for (depth, query) in self.queries().enumerate().rev() {
            if query.clause == Clause::Limit {
                break; // no name means anything there
            }
            if !hidden {
                out.push(depth);
            }
            // What is sorted and grouped by is looked up in the query itself alone.
            if !hidden && matches!(query.clause, Clause::GroupBy | Clause::OrderBy) {
                break;
            }
            hidden = !query.sees_around();
        }
        out
    }

    /// Common table expressions that can be named, innermost first.
    pub(super) fn ctes(&self) -> impl Iterator<Item = &Arc<Relation>> {
        self.queries().rev().flat_map(|query| query.ctes.iter().rev())
    }

    /// The table called `name`.
    pub(super) fn relation(&self, name: &Name) -> Option<Arc<Relation>> {
        let cte = self.ctes().find(|cte| cte.name == *name);
        cte.or_else(|| self.catalog.relation(name)).or_else(|| self.catalog.function(name)).cloned()
    }

    /// The tables that `name` may mean before a dot: a common table expression, or those of every file.
    pub(super) fn called<'a>(&'a self, name: &'a Name) -> Vec<&'a Arc<Relation>> {
        if let Some(cte) = self.ctes().find(|cte| cte.name == *name) {
            return vec![cte];
        }
        let stored: Vec<&Arc<Relation>> = self.catalog.relations.iter().filter(|table| table.name == *name).collect();
        if stored.is_empty() { self.catalog.function(name).into_iter().collect() } else { stored }
    }

    /// Whether `name` before a dot means a file and no table.
    pub(super) fn means_database(&self, name: &Name) -> bool {
        let is_source = |depth: &usize| self.query(*depth).scope.sources.iter().any(|source| source.name == *name);
        self.catalog.is_several() && self.catalog.is_database(name) && self.relation(name).is_none() && !self.chain().iter().any(is_source)
    }

    /// Whether tables that can be named here are still to come.
    pub(super) fn is_ahead(&self) -> bool {
        self.chain().into_iter().any(|depth| self.query(depth).scope.from == From::Ahead)
    }

    /// Tables that have all the columns that `query` owes `qualifier`.
    pub(super) fn candidates<'a>(&'a self, query: &'a Query, qualifier: &'a Name) -> impl Iterator<Item = Arc<Relation>> + 'a {
        let owed = move |relation: &Arc<Relation>| {
            let of_it = query.scope.owed.iter().filter(|owed| owed.qualifier.as_ref() == Some(qualifier) && !owed.wager);
            of_it.filter_map(|owed| owed.column.as_ref()).all(|column| relation.has(column))
        };
        self.catalog.relations.iter().chain(self.ctes()).filter(move |relation| owed(relation)).cloned()
    }

    /// Whether `name` may be a column here.
    pub(super) fn could_be(&self, name: &Name) -> bool {
        self.chain()
            .into_iter()
            .map(|depth| self.query(depth))
            .any(|query| query.find(None, Some(name)) == Found::Yes || query.scope.from == From::Ahead && self.is_known(name))
    }

    pub(super) fn is_known(&self, column: &Name) -> bool {
        self.catalog.has_column(column) || self.ctes().any(|cte| cte.has(column))
    }

    /// Takes note of `qualifier.column`, written at `place`.
    pub(super) fn refer(&mut self, qualifier: Option<Name>, column: Option<Name>, place: Place) -> Result<(), Refusal> {
        let owed = Obligation { qualifier, column, place, wager: true };
        self.owe(owed, None)
    }

    /// Finds what meets `owed` in the queries that can be named, of those around `inside` alone where it is given, or has the first one whose
    /// tables are still to come owe it.
    fn owe(&mut self, mut owed: Obligation, inside: Option<usize>) -> Result<(), Refusal> {
        let knows = self.knows(owed.place.start);
        for at in self.chain() {
            if inside.is_some_and(|inside| at >= inside) {
                continue;
            }
            let query = self.query(at);
            match query.find(owed.qualifier.as_ref(), owed.column.as_ref()) {
                Found::Yes => return Ok(()),
                Found::Lacking if query.scope.from == From::Ahead => {}
                Found::Lacking => return Err(self.lesson(&owed)),
                Found::No => {}
            }
            let named = |other: &Obligation| other.qualifier.is_some() && other.qualifier == owed.qualifier;
            let (due, certain) = match query.scope.from {
                From::Closed => (false, false),
                From::Ahead => (true, true),
                From::Open if query.scope.owed.iter().any(named) || inside.is_some() => (true, true),
                From::Open => (owed.qualifier.is_some() && !knows, false),
            };
            if !due {
                continue;
            }
            match self.likely(query, &owed) {
                Some(true) => owed.wager = !certain,
                Some(false) if !knows => {}
                Some(false) | None => return Err(self.known_at(owed.place.start)),
            }
            let scope = &mut self.query_mut(at).scope;
            if !scope.owed.contains(&owed) {
                scope.owed.push(owed);
            }
            return Ok(());
        }
        Err(if inside.is_none() { self.lesson(&owed) } else { self.overdue(&owed) })
    }

    /// Whether a table of the schema can meet `owed`; `Some(false)` where only a query to come can, `None` where nothing can.
    fn likely(&self, query: &Query, owed: &Obligation) -> Option<bool> {
        let Some(qualifier) = &owed.qualifier else { return Some(owed.column.as_ref().is_none_or(|column| self.is_known(column))) };
        let called = self.called(qualifier);
        if !called.is_empty() {
            return owed.column.as_ref().is_none_or(|column| called.iter().any(|relation| relation.has(column))).then_some(true);
        }
        if !is_short_alias(&qualifier.lower) {
            return Some(false);
        }
        let has = |relation: Arc<Relation>| owed.column.as_ref().is_none_or(|column| relation.has(column));
        Some(self.candidates(query, qualifier).any(has))
    }

    /// Adds a table to FROM.
    pub(super) fn add_source(&mut self, source: Source) {
        self.here_mut().scope.sources.push(source);
    }

    /// Why the last table of FROM may not be called `name`: it lacks a column that is owed under that name.
    pub(super) fn misnamed(&self, name: &Name) -> Option<Refusal> {
        let scope = &self.here().scope;
        let (last, before) = scope.sources.split_last()?;
        let of_it = |owed: &&Obligation| owed.qualifier.as_ref() == Some(name);
        let lacks = |owed: &&Obligation| owed.column.as_ref().is_some_and(|column| !last.relation.has(column));
        let lacking = scope.owed.iter().filter(of_it).find(lacks)?;
        let owners = owners(before, lacking.column.as_ref());
        if !owners.is_empty() {
            return Some(self.only_at(lacking.place.first, owners));
        }
        let able: Vec<(Name, Roles)> = self.candidates(self.here(), name).map(|table| (table.name.clone(), Roles::TABLE)).collect();
        if lacking.wager || able.is_empty() {
            return Some(self.known_at(lacking.place.start));
        }
        Some(self.only_at(last.start, able))
    }

    /// Whether something is owed by the last table of FROM under its own name: `SELECT singer.name FROM singer`.
    pub(super) fn needs_own_name(&self) -> bool {
        let scope = &self.here().scope;
        let Some((last, before)) = scope.sources.split_last() else { return false };
        let needed = scope.owed.iter().any(|owed| owed.qualifier.as_ref() == Some(&last.name));
        needed && !last.aliased && !last.name.lower.is_empty() && !before.iter().any(|source| source.name == last.name)
    }

    /// Calls the last table of FROM `name`.
    pub(super) fn name_source(&mut self, name: Name) -> Result<(), Refusal> {
        if let Some(refusal) = self.misnamed(&name) {
            return Err(refusal);
        }
        let own = self.here().scope.sources.last().is_some_and(|last| last.name == name);
        if !own && self.needs_own_name() {
            return Err(self.unmet());
        }
        if let Some(last) = self.here_mut().scope.sources.last_mut()
            && !last.aliased
        {
            (last.name, last.aliased) = (name, true);
        }
        Ok(())
    }

    /// Ends the list of tables of the innermost query: what it owes must be met by them, or by the queries around.
    pub(super) fn close_from(&mut self) -> Result<(), Refusal> {
        let depth = self.nested.len();
        let query = self.here_mut();
        if query.scope.from == From::Closed {
            return Ok(());
        }
        query.scope.from = From::Closed;
        for owed in std::mem::take(&mut query.scope.owed) {
            match self.here().scope.find(owed.qualifier.as_ref(), owed.column.as_ref()) {
                Found::Yes => {}
                Found::Lacking => return Err(self.known_at(owed.place.start)),
                Found::No => self.owe(owed, Some(depth))?,
            }
        }
        Ok(())
    }

    /// Ends one SELECT of the innermost query.
    pub(super) fn end_select(&mut self) -> Result<(), Refusal> {
        let query = self.here_mut();
        let outputs = if query.clause == Clause::Values {
            ((1..=query.rows.1).map(|number| Name::new(format!("column{number}").as_bytes())).collect(), false)
        } else {
            query.scope.outputs()
        };
        query.earlier.append(&mut query.scope.sources.clone());
        query.earlier_outputs.extend(outputs.0.iter().cloned());
        if query.outputs.is_some() {
            return Ok(());
        }
        query.outputs = Some(outputs);
        // From its second SELECT on, a common table expression may name itself.
        if let Purpose::Cte(..) = query.purpose {
            let relation = Arc::new(query.relation());
            let around = self.query_mut(self.nested.len().saturating_sub(1));
            around.ctes.retain(|cte| cte.name != relation.name);
            around.ctes.push(relation);
        }
        Ok(())
    }
}
