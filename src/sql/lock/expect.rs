//! What may stand next.

use super::names::{Name, Roles};

/// What may stand next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expect {
    /// SELECT, WITH, VALUES, EXPLAIN.
    Start,
    /// Of a common table expression.
    CteName,
    CteColumns,
    CteAs,
    CteBody,
    /// A comma or the query.
    AfterCte,
    /// A value.
    Operand,
    /// A name that may turn out to be a column, a qualifier or a function.
    Pending {
        name: Name,
        start: usize,
        roles: Roles,
        quote: Option<u8>,
    },
    /// A column of what is called so.
    Column {
        qualifier: Name,
        start: usize,
    },
    /// What may follow a value.
    After,
    /// The right side of IN.
    In,
    /// A table.
    Table,
    /// A table that may turn out to be a function or a database.
    PendingTable {
        name: Name,
        start: usize,
        database: Option<Name>,
    },
    /// A table of the file called so.
    TableOf {
        database: Name,
        start: usize,
    },
    /// A table of the file called so, before one of its columns.
    QualifierOf {
        database: Name,
    },
    /// What may follow a table.
    AfterTable,
    TableAlias,
    ColumnAlias,
    /// A column that two tables share.
    SharedColumn,
    /// A name that nobody checks, and then what may follow a value.
    AnyName,
    /// A type; anything.
    Type,
    /// BY, after GROUP, ORDER, PARTITION, INDEXED.
    By,
    IndexName,
    WindowName,
    WindowAs,
    /// A window, by name or in brackets.
    Over,
    /// The rest of a window.
    Rows,
    /// ALL, SELECT, VALUES.
    NextSelect,
}

impl Expect {
    /// Whether a value may stand here.
    pub(super) fn takes_value(&self) -> bool {
        matches!(self, Self::Operand)
    }
}
