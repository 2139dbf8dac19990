//! Which names may be written at a place.

use std::sync::Arc;

use super::automaton::Sql;
use super::expect::Expect;
use super::names::{Choices, Filter, Name, Narrowing, Roles, choices};
use super::scope::{Bracket, Clause, From, Relation};
use super::words::{ROWID, is_reserved};

/// From so many tables on, only those are joined that something is owed by.
const MANY_TABLES: usize = 6;

impl Sql {
    /// What may be written at `at`, without quotes or behind `quote`.
    pub(super) fn filter(&self, quote: Option<u8>, at: usize) -> Filter {
        let quoted = quote.is_some();
        let usable = |name: &Name| quoted || name.is_word() && !is_reserved(&name.lower);
        if let Some(only) = self.only(at)
            && quote != Some(b'\'')
        {
            let names = only.iter().filter(|(name, _)| usable(name)).cloned().collect();
            return Filter { left: Narrowing::new(vec![choices(names)]), ..Filter::default() };
        }
        match &self.expect {
            Expect::Operand => match quote {
                Some(b'\'' | b'"') => Filter::anything(),
                _ => self.operand_filter(quoted, at),
            },
            Expect::Column { qualifier, .. } => self.column_filter(qualifier, quoted, at),
            Expect::Table | Expect::In => {
                let mut lists = vec![self.catalog.tables.list(quoted)];
                lists.push(choices(self.ctes().filter(|cte| usable(&cte.name)).map(|cte| (cte.name.clone(), Roles::TABLE)).collect()));
                if self.fresh && !quoted {
                    lists.push(Arc::clone(&self.catalog.bracket));
                }
                if self.expect == Expect::Table && self.here().scope.sources.len() >= MANY_TABLES {
                    let wanted: Vec<(Name, Roles)> = self.wanted_tables().filter(|(name, _)| usable(name)).collect();
                    if !wanted.is_empty() {
                        lists = vec![choices(wanted)];
                    }
                }
                Filter { left: Narrowing::new(lists), ..Filter::default() }
            }
            Expect::TableOf { database, .. } => self.database_filter(database, Roles::TABLE, quoted),
            Expect::QualifierOf { database, .. } => self.database_filter(database, Roles::QUALIFIER, quoted),
            Expect::SharedColumn => self.shared_filter(quoted),
            _ => Filter::anything(),
        }
    }

    /// The tables of one file.
    fn database_filter(&self, database: &Name, roles: Roles, quoted: bool) -> Filter {
        let usable = |name: &Name| quoted || name.is_word() && !is_reserved(&name.lower);
        let tables = self.catalog.tables_of(database).filter(|table| usable(&table.name));
        Filter { left: Narrowing::new(vec![choices(tables.map(|table| (table.name.clone(), roles)).collect())]), ..Filter::default() }
    }

    /// Tables that meet something that the innermost query owes.
    fn wanted_tables(&self) -> impl Iterator<Item = (Name, Roles)> {
        let owed = &self.here().scope.owed;
        let meets = |table: &Relation| owed.iter().any(|owed| owed.column.as_ref().is_some_and(|column| table.has(column)));
        self.catalog.relations.iter().chain(self.ctes()).filter(move |table| meets(table)).map(|table| (table.name.clone(), Roles::TABLE))
    }

    fn operand_filter(&self, quoted: bool, at: usize) -> Filter {
        let mut filter = Filter { blob: !quoted, ..Filter::default() };
        let mut lists: Vec<Choices> = Vec::new();
        if quoted {
            lists.push(Arc::clone(&self.catalog.calls));
        } else {
            lists.push(Arc::clone(&self.catalog.operands));
            if self.fresh {
                let window = self.here().brackets.last() == Some(&Bracket::Window);
                lists.push(Arc::clone(if window { &self.catalog.window } else { &self.catalog.bracket }));
                filter.free |= window; // `OVER (base_window ...`
            }
        }
        let mut names: Vec<(Name, Roles)> = Vec::new();
        let chain = self.chain();
        filter.free |= !chain.is_empty() && !self.knows(at);
        for depth in chain {
            let query = self.query(depth);
            if query.scope.from == From::Ahead {
                lists.push(self.catalog.names.list(quoted));
                for cte in self.ctes() {
                    names.push((cte.name.clone(), Roles::QUALIFIER));
                    names.extend(cte.columns.iter().map(|column| (column.clone(), Roles::COLUMN)));
                }
                filter.shapes = !quoted;
            }
            if query.scope.from == From::Open {
                let owed = query.scope.owed.iter().filter_map(|owed| owed.qualifier.clone());
                names.extend(owed.map(|qualifier| (qualifier, Roles::QUALIFIER)));
            }
            let mut sources = query.scope.sources.iter().collect::<Vec<_>>();
            if query.clause == Clause::OrderBy {
                sources.extend(&query.earlier);
                names.extend(query.earlier_outputs.iter().map(|name| (name.clone(), Roles::COLUMN)));
            }
            for source in sources {
                filter.free |= source.relation.open;
                names.push((source.name.clone(), Roles::QUALIFIER));
                names.extend(self.catalog.database_of(source).map(|name| (name, Roles::QUALIFIER)));
                names.extend(columns_of(&source.relation).map(|column| (column, Roles::COLUMN)));
            }
            if !matches!(query.clause, Clause::Select | Clause::From | Clause::On) {
                names.extend(query.scope.aliases().map(|name| (name.clone(), Roles::COLUMN)));
            }
        }
        names.retain(|(name, _)| quoted || name.is_word() && !is_reserved(&name.lower));
        lists.push(choices(names));
        filter.left = Narrowing::new(lists);
        filter
    }

    fn column_filter(&self, qualifier: &Name, quoted: bool, at: usize) -> Filter {
        let mut filter = Filter { free: !self.knows(at), ..Filter::default() };
        let mut lists = Vec::new();
        let mut names: Vec<(Name, Roles)> = Vec::new();
        for depth in self.chain() {
            let query = self.query(depth);
            let earlier = if query.clause == Clause::OrderBy { query.earlier.as_slice() } else { &[] };
            let mut named = query.scope.sources.iter().chain(earlier).filter(|source| source.name == *qualifier).peekable();
            if named.peek().is_some() {
                for source in named {
                    filter.free |= source.relation.open;
                    names.extend(columns_of(&source.relation).map(|column| (column, Roles::COLUMN)));
                }
                break;
            }
            match query.scope.from {
                From::Closed => {}
                From::Ahead | From::Open => {
                    let called = self.called(qualifier);
                    if !called.is_empty() {
                        for relation in called {
                            filter.free |= relation.open;
                            names.extend(columns_of(relation).map(|column| (column, Roles::COLUMN)));
                        }
                        continue;
                    }
                    if query.scope.owed.iter().any(|owed| owed.qualifier.as_ref() == Some(qualifier)) {
                        for relation in self.candidates(query, qualifier) {
                            names.extend(columns_of(&relation).map(|column| (column, Roles::COLUMN)));
                        }
                    } else {
                        lists.push(self.catalog.columns.list(quoted));
                        names.extend(self.ctes().flat_map(|cte| cte.columns.iter().map(|column| (column.clone(), Roles::COLUMN))));
                    }
                }
            }
        }
        names.retain(|(name, _)| quoted || name.is_word() && !is_reserved(&name.lower));
        lists.push(choices(names));
        filter.left = Narrowing::new(lists);
        filter
    }

    /// Columns that the last table of FROM shares with one before it.
    fn shared_filter(&self, quoted: bool) -> Filter {
        let mut filter = Filter::default();
        let Some((last, before)) = self.here().scope.sources.split_last() else { return Filter::anything() };
        filter.free = last.relation.open || before.iter().any(|source| source.relation.open) || before.is_empty();
        let shared = last.relation.columns.iter().filter(|column| before.iter().any(|source| source.relation.has(column)));
        let usable = shared.filter(|name| quoted || name.is_word() && !is_reserved(&name.lower));
        filter.left = Narrowing::new(vec![choices(usable.map(|column| (column.clone(), Roles::COLUMN)).collect())]);
        filter
    }
}

fn columns_of(relation: &Relation) -> impl Iterator<Item = Name> {
    let rowid = ROWID.iter().filter(|_| relation.stored).map(|name| Name::new(name.as_bytes()));
    relation.columns.iter().cloned().chain(rowid)
}
