//! What a query has named so far: its tables, its result columns, and what it owes.

use std::sync::Arc;

use super::names::{Name, Place};
use super::words::ROWID;

/// A table, view, common table expression or nested query, as far as its columns go.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    /// Its name; empty for a nested query.
    pub(super) name: Name,
    /// Its file, where that was opened beside the first one.
    pub(super) database: Option<Name>,
    /// Its columns.
    pub(super) columns: Vec<Name>,
    /// So many of them, the last, are not part of `*`.
    pub(super) hidden: usize,
    /// Whether it has columns that are not known here.
    pub(super) open: bool,
    /// Whether its rows have a key of their own (`rowid`).
    pub(super) stored: bool,
}

impl Relation {
    /// Whether `column` may be one of its columns.
    pub(super) fn has(&self, column: &Name) -> bool {
        self.open || self.columns.contains(column) || self.stored && is_rowid(column)
    }
}

/// Whether `column` is what SQLite calls the key of every table's rows.
pub(super) fn is_rowid(column: &Name) -> bool {
    ROWID.iter().any(|name| name.as_bytes() == &*column.lower)
}

/// A relation in a FROM clause.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// Its alias, or its own name.
    pub(super) name: Name,
    pub(super) relation: Arc<Relation>,
    /// Whether an alias was given.
    pub(super) aliased: bool,
    /// Where it was written.
    pub(super) start: usize,
}

/// How far a FROM clause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum From {
    /// Its tables are still to come.
    #[default]
    Ahead,
    /// It is being written.
    Open,
    /// Its tables are known.
    Closed,
}

/// A name that stands before its table.
#[derive(Debug, Clone)]
pub(super) struct Obligation {
    /// `T1` of `T1.name`.
    pub(super) qualifier: Option<Name>,
    /// The column; `None` for `T1.*`.
    pub(super) column: Option<Name>,
    /// Where it was written.
    pub(super) place: Place,
    /// Whether no stored table can meet it: only a query that is still to be written can.
    pub(super) wager: bool,
}

impl PartialEq for Obligation {
    fn eq(&self, other: &Self) -> bool {
        self.qualifier == other.qualifier && self.column == other.column
    }
}

impl Eq for Obligation {}

/// A result column.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// `*`
    Star,
    /// `T1.*`
    StarOf(Name),
    /// Called so, by `AS` where `aliased`.
    Named { name: Name, aliased: bool },
}

/// The result column being written.
#[derive(Debug, Clone, Default)]
pub(super) struct Writing {
    /// Where it begins and ends, once something stands there.
    pub(super) span: Option<(usize, usize)>,
    /// The column, where the expression is that alone.
    pub(super) column: Option<Name>,
    pub(super) alias: Option<Name>,
    /// `*` or `T1.*`
    pub(super) star: Option<Item>,
}

/// One SELECT, without what is nested in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    pub(super) from: From,
    pub(super) sources: Vec<Source>,
    pub(super) owed: Vec<Obligation>,
    pub(super) items: Vec<Item>,
    pub(super) writing: Writing,
}

/// Whether a scope has what is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Yes,
    /// The table is there and lacks the column.
    Lacking,
    No,
}

impl Scope {
    /// Whether its tables meet `qualifier.column`.
    pub(super) fn find(&self, qualifier: Option<&Name>, column: Option<&Name>) -> Found {
        let meets = |source: &Source| column.is_none_or(|column| source.relation.has(column));
        let Some(qualifier) = qualifier else {
            // Of several tables, none is meant.
            if column.is_some_and(is_rowid) && self.sources.len() > 1 {
                let named = self.sources.iter().any(|source| column.is_some_and(|column| source.relation.columns.contains(column)));
                return if named { Found::Yes } else { Found::No };
            }
            return if self.sources.iter().any(meets) { Found::Yes } else { Found::No };
        };
        let mut named = self.sources.iter().filter(|source| source.name == *qualifier).peekable();
        if named.peek().is_none() {
            return Found::No;
        }
        if named.any(meets) { Found::Yes } else { Found::Lacking }
    }

    /// Names given by `AS`.
    pub(super) fn aliases(&self) -> impl Iterator<Item = &Name> {
        self.items.iter().filter_map(|item| match item {
            Item::Named { name, aliased: true } => Some(name),
            _ => None,
        })
    }

    /// The names of the result columns, and whether there are more that are not known here.
    pub(super) fn outputs(&self) -> (Vec<Name>, bool) {
        let (mut names, mut open) = (Vec::new(), false);
        for item in &self.items {
            let sources = self.sources.iter().filter(|source| match item {
                Item::Star => true,
                Item::StarOf(name) => source.name == *name,
                Item::Named { .. } => false,
            });
            for source in sources {
                let shown = source.relation.columns.len() - source.relation.hidden.min(source.relation.columns.len());
                names.extend(source.relation.columns.iter().take(shown).cloned());
                open |= source.relation.open;
            }
            if let Item::Named { name, .. } = item {
                names.push(name.clone());
            }
        }
        (names, open)
    }
}

/// What a bracket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    /// Around a value, or arguments.
    Values,
    /// Of CAST.
    Cast,
    /// Of OVER.
    Window,
    /// Around tables.
    Tables,
    /// Arguments of a function that stands for a table.
    TableArguments,
    /// Of USING.
    Shared,
    /// Columns of a common table expression.
    CteColumns,
}

/// The clause a query is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Clause {
    #[default]
    Start,
    With,
    Select,
    Values,
    /// The list of tables.
    From,
    /// A join's condition.
    On,
    /// WHERE, HAVING.
    Filter,
    GroupBy,
    Limit,
    OrderBy,
    Window,
}

/// What a query is for.
#[derive(Debug, Clone)]
pub(super) enum Purpose {
    /// The statement.
    Statement,
    /// A value, or a list of values.
    Expression,
    /// A table in FROM.
    Source,
    /// A common table expression, and its column list where it has one.
    Cte(Name, Option<Vec<Name>>),
}

/// A query, which may be several SELECTs.
#[derive(Debug, Clone)]
pub(super) struct Query {
    pub(super) purpose: Purpose,
    pub(super) clause: Clause,
    /// Brackets open in it, outermost first.
    pub(super) brackets: Vec<Bracket>,
    /// Common table expressions declared so far.
    pub(super) ctes: Vec<Arc<Relation>>,
    /// The one being declared.
    pub(super) declaring: Option<(Name, Option<Vec<Name>>)>,
    pub(super) scope: Scope,
    /// Result columns of the first SELECT, once it is written.
    pub(super) outputs: Option<(Vec<Name>, bool)>,
    /// Tables and result columns of the SELECTs before the last: ORDER BY may name them.
    pub(super) earlier: Vec<Source>,
    pub(super) earlier_outputs: Vec<Name>,
    /// Whole rows of VALUES, and the columns of the first.
    pub(super) rows: (usize, usize),
    /// The function in FROM whose arguments are being written.
    pub(super) function: Option<Arc<Relation>>,
    /// Where it begins.
    pub(super) function_start: usize,
    /// Where the last alias of a table ended.
    pub(super) named_at: Option<usize>,
    /// Where the list of tables ended, before the word that ended it.
    pub(super) tables_end: Option<usize>,
}

impl Query {
    /// A query of which nothing is written yet.
    pub(super) fn new(purpose: Purpose) -> Self {
        Self {
            purpose,
            clause: Clause::Start,
            brackets: Vec::new(),
            ctes: Vec::new(),
            declaring: None,
            scope: Scope::default(),
            outputs: None,
            earlier: Vec::new(),
            earlier_outputs: Vec::new(),
            rows: (0, 0),
            function: None,
            function_start: 0,
            named_at: None,
            tables_end: None,
        }
    }

    /// Whether its tables and result columns meet `qualifier.column` where it now is.
    pub(super) fn find(&self, qualifier: Option<&Name>, column: Option<&Name>) -> Found {
        let found = self.scope.find(qualifier, column);
        if found != Found::No {
            return found;
        }
        let late = !matches!(self.clause, Clause::Select | Clause::From | Clause::On);
        let named = |column: &Name| late && self.scope.aliases().any(|alias| alias == column);
        let ordered = |column: &Name| self.clause == Clause::OrderBy && self.earlier_outputs.contains(column);
        match (qualifier, column) {
            (None, Some(column)) if named(column) || ordered(column) => Found::Yes,
            _ if self.clause == Clause::OrderBy => Scope { sources: self.earlier.clone(), ..Scope::default() }.find(qualifier, column),
            _ => Found::No,
        }
    }

    /// Whether the tables around it can be named in it: not in a table of a FROM clause.
    pub(super) fn sees_around(&self) -> bool {
        matches!(self.purpose, Purpose::Statement | Purpose::Expression)
    }
}
