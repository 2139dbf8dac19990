//! Scopes, sources and references of one statement.

use std::collections::HashMap;
use std::ops::Range;

use crate::schema::{Column, Table, TableKind, Times};

/// Scopes and names of one statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution<'s> {
    /// Every SELECT, an enclosing one before those inside it (those in its FROM excepted, which come after it too).
    pub scopes: Vec<Scope<'s>>,
    /// Every column that is named, in the order in which the tree is walked.
    pub references: Vec<Reference>,
    /// Comparisons of two columns, as places in `references`.
    pub equated: Vec<(usize, usize)>,
    /// The columns of the result, where all of them are known.
    pub outputs: Option<Vec<Output<'s>>>,
}

/// What one SELECT can see.
#[derive(Debug, Clone, PartialEq)]
pub struct Scope<'s> {
    /// The scope around it, whose columns it may use too.
    pub parent: Option<usize>,
    /// The tables of its FROM, in order.
    pub sources: Vec<Source<'s>>,
    /// Names given to result columns with AS.
    pub outputs: Vec<String>,
    /// `*` and `x.*` among the result columns.
    pub wildcards: Vec<Wildcard>,
    /// Where it stands in the text: from SELECT to the last token that is its own (ORDER BY and LIMIT may follow).
    pub range: Range<usize>,
    /// The byte behind the last token of FROM: where another join may be written. `None` without FROM.
    pub from_end: Option<usize>,
}

/// A `*` among the result columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wildcard {
    /// The table's name or alias before the dot.
    pub qualifier: Option<Name>,
    /// The star alone, or the name before it.
    pub range: Range<usize>,
}

/// A table in a FROM.
#[derive(Debug, Clone, PartialEq)]
pub struct Source<'s> {
    /// What its columns are qualified with: the alias, or the table's own name. Empty for a subquery without alias.
    pub alias: String,
    /// Whether an alias was given.
    pub aliased: bool,
    /// What it is.
    pub relation: Relation<'s>,
    /// What the columns of a subquery or common table expression count, in their order.
    pub times: Vec<Option<&'s Times>>,
    /// The table's name in the text, a schema name before it included. `None` for a subquery.
    pub name: Option<Range<usize>>,
    /// How it is joined to the ones before it.
    pub join: JoinKind,
    /// Columns that it shares with the ones before it, by USING or NATURAL.
    pub merged: Vec<String>,
}

/// How a source follows those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// The first one.
    First,
    /// After a comma, or by CROSS JOIN.
    Comma,
    /// By JOIN with a condition (ON, USING, NATURAL).
    Conditioned,
    /// By JOIN without one.
    Bare,
}

/// What a source is.
#[derive(Debug, Clone, PartialEq)]
pub enum Relation<'s> {
    /// A table or view of the schema.
    Table(&'s Table),
    /// A subquery or common table expression, with the names of its columns.
    Derived(Vec<String>),
    /// Something whose columns are not known: a table-valued function, a view that could not be read.
    Unknown,
    /// No table, view or common table expression has this name.
    Missing(String),
}

/// A name as written and as meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Without quotes.
    pub text: String,
    /// Where it stands, quotes included.
    pub range: Range<usize>,
}

/// Which part of a SELECT a reference stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clause {
    /// The result columns.
    Select,
    /// The condition of the join of source `0`.
    On(usize),
    /// WHERE.
    Where,
    /// GROUP BY.
    GroupBy,
    /// HAVING.
    Having,
    /// ORDER BY.
    OrderBy,
    /// LIMIT, WINDOW, arguments of a table-valued function, VALUES.
    Other,
}

/// A column that is named.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// The scope it stands in.
    pub scope: usize,
    /// The clause it stands in.
    pub clause: Clause,
    /// The name of a file before that of the table, without quotes.
    pub database: Option<String>,
    /// What stands before the dot.
    pub qualifier: Option<Name>,
    /// The column's name.
    pub name: Name,
    /// The whole of it in the text.
    pub range: Range<usize>,
    /// In double quotes, so that it might be a string.
    pub double_quoted: bool,
    /// Where a value is more likely than a name: behind a comparison, in a list, a pattern.
    pub operand: bool,
    /// What it was found to be.
    pub binding: Binding,
}

/// What a reference was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Binding {
    /// A column of a source, of its own scope or of one around it.
    Column {
        /// The scope that the source is of.
        scope: usize,
        /// Its place there.
        source: usize,
    },
    /// A result column.
    Output,
    /// Several sources of one scope have it.
    Ambiguous {
        /// The scope that the sources are of.
        scope: usize,
        /// Their places there.
        sources: Vec<usize>,
    },
    /// Nothing in sight has it.
    Missing,
    /// A source in sight has columns that nobody knows.
    Unknown,
}

/// A column of a query's result.
#[derive(Debug, Clone, PartialEq)]
pub struct Output<'s> {
    /// What it is called, as far as that can be told: an expression without AS as sqlparser writes it.
    pub name: String,
    /// What its numbers count, where they are points in time.
    pub times: Option<&'s Times>,
}

impl Output<'_> {
    /// A column that counts nothing.
    pub(super) fn plain(name: String) -> Self {
        Self { name, times: None }
    }
}

impl Relation<'_> {
    /// Whether it has a column of that name; `None` where its columns are not known.
    pub fn has(&self, name: &str) -> Option<bool> {
        match self {
            Self::Table(table) => table_has(table, name),
            Self::Derived(columns) => Some(columns.iter().any(|column| column.eq_ignore_ascii_case(name))),
            Self::Unknown => None,
            Self::Missing(_) => Some(false),
        }
    }
}

impl<'s> Source<'s> {
    /// The schema's table, where it is one.
    pub fn table(&self) -> Option<&'s Table> {
        if let Relation::Table(table) = self.relation { Some(table) } else { None }
    }

    /// What its column `name` counts, where it is points in time kept as numbers.
    pub fn times(&self, name: &str) -> Option<&'s Times> {
        match &self.relation {
            Relation::Table(table) => table.column(name)?.meaning.times(),
            Relation::Derived(columns) => {
                let place = columns.iter().position(|column| column.eq_ignore_ascii_case(name))?;
                self.times.get(place).copied().flatten()
            }
            Relation::Unknown | Relation::Missing(_) => None,
        }
    }
}

impl<'s> Resolution<'s> {
    /// The source that a reference was bound to.
    pub fn source(&self, reference: &Reference) -> Option<&Source<'s>> {
        let Binding::Column { scope, source } = reference.binding else { return None };
        self.scopes.get(scope)?.sources.get(source)
    }

    /// What `of` says of each column that is named and stored in a table, by the byte at which its name begins.
    pub fn columns<T>(&self, of: impl Fn(&'s Column) -> Option<T>) -> HashMap<usize, T> {
        let known = |reference: &Reference| {
            let column = self.source(reference)?.table()?.column(&reference.name.text)?;
            Some((reference.range.start, of(column)?))
        };
        self.references.iter().filter_map(known).collect()
    }

    /// Whether SQLite would find every name.
    pub fn is_settled(&self) -> bool {
        let missing = |source: &Source<'_>| matches!(source.relation, Relation::Missing(_));
        !self.scopes.iter().any(|scope| scope.sources.iter().any(missing) || scope.wildcards.iter().any(|star| !scope.has_wildcard(star)))
            && !self.references.iter().any(|r| matches!(r.binding, Binding::Missing | Binding::Ambiguous { .. }))
    }
}

impl Scope<'_> {
    /// Whether `x.*` names one of its sources.
    pub fn has_wildcard(&self, wildcard: &Wildcard) -> bool {
        wildcard.qualifier.as_ref().is_none_or(|name| self.sources.iter().any(|source| source.alias.eq_ignore_ascii_case(&name.text)))
    }
}

/// Whether a table has a column of that name, the row's number included; `None` where not all of its columns are known.
pub(super) fn table_has(table: &Table, name: &str) -> Option<bool> {
    if table.column(name).is_some() {
        return Some(true);
    }
    match table.kind {
        _ if table.columns.is_empty() => None,
        // Full-text tables hide columns.
        TableKind::Virtual => None,
        TableKind::Table => Some(is_rowid(name)),
        TableKind::View => Some(false),
    }
}

/// Whether `name` is one of SQLite's names for the number of a row.
pub(super) fn is_rowid(name: &str) -> bool {
    ["rowid", "oid", "_rowid_"].iter().any(|rowid| rowid.eq_ignore_ascii_case(name))
}
