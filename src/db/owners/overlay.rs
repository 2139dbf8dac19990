//! The names that views of ours stand before: what has to be known of them to read and to rewrite a statement.

use std::collections::BTreeSet;

/// The names that stand before the file's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::db) struct Overlay {
    /// Tables with columns that are kept from the planner. Lower case.
    pub(super) tables: BTreeSet<String>,
    /// All names, lower case.
    pub(super) names: BTreeSet<String>,
    /// For each hidden table with a rowid: its name in lower case, and the column that is the rowid, where there is one.
    pub(super) keys: Vec<(String, Option<String>)>,
}

/// How the name of a view begins that gives the rowid as its first column.
pub(super) const WITH_ROWID: &str = "sqllama_rowid_";

impl Overlay {
    pub(in crate::db) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// All names, lower case.
    pub(in crate::db) fn names(&self) -> impl Iterator<Item = &String> {
        self.names.iter()
    }

    /// Whether a view of ours is called `name`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(&name.to_ascii_lowercase())
    }

    /// Whether `accessor`, a view or nothing, may read the columns of a table of the file: a hidden one is read only by what hides it.
    pub(in crate::db) fn lets_read(&self, table: &[u8], accessor: Option<&[u8]>) -> bool {
        let hidden = std::str::from_utf8(table).is_ok_and(|table| self.tables.contains(&table.to_ascii_lowercase()));
        let own = |view: &[u8]| {
            view.eq_ignore_ascii_case(table)
                || view.strip_prefix(WITH_ROWID.as_bytes()).is_some_and(|rest| rest.eq_ignore_ascii_case(table))
        };
        !hidden || accessor.is_some_and(own)
    }

    /// Whether `name` is a hidden table with a rowid, and which column that is.
    pub(super) fn key_of(&self, name: &str) -> Option<Option<&str>> {
        self.keys.iter().find(|(table, _)| table.eq_ignore_ascii_case(name)).map(|(_, key)| key.as_deref())
    }
}
