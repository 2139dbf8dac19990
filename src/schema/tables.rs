//! Tables, views, columns and keys: plain data, filled by `db`, read by everyone.

use std::borrow::Cow;
use std::ops::Range;

use sha2::{Digest, Sha256};

use super::meaning::{Holds, Meaning};

/// The tables and views of one database.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Schema {
    /// In the order of `sqlite_schema`; without SQLite's own tables.
    pub tables: Vec<Table>,
}

/// What kind of relation a [`Table`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TableKind {
    /// An ordinary table, also `WITHOUT ROWID`.
    #[default]
    Table,
    /// A view.
    View,
    /// A virtual table (FTS5, R-tree, ...).
    Virtual,
}

/// A table or a view.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// As stored, unquoted.
    pub name: String,
    /// Table, view or virtual table.
    pub kind: TableKind,
    /// In declaration order; generated columns included, hidden ones not.
    pub columns: Vec<Column>,
    /// Names of the primary key's columns, in key order; empty where none is declared.
    pub primary_key: Vec<String>,
    /// Declared first, then inferred ones.
    pub foreign_keys: Vec<ForeignKey>,
    /// Exact row count; `None` where counting was cut short or the relation is a view.
    pub row_count: Option<u64>,
    /// The `CREATE` statement as stored.
    pub sql: String,
    /// Why it cannot be read, where that is so: it is shown to people and told to no model.
    pub unreadable: Option<String>,
    /// What people call it, the best first; the first is told. Bounded in count and length.
    pub called: Vec<String>,
    /// What a reader has to know of it; empty where nothing is known.
    pub comment: String,
    /// Whether the program that owns the file keeps it for itself: nobody asks about it.
    pub bookkeeping: bool,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Column {
    /// As stored, unquoted.
    pub name: String,
    /// The declared type, as written; empty where none is declared.
    pub declared_type: String,
    /// Declared `NOT NULL`.
    pub not_null: bool,
    /// A few values as a reader would meet them: frequent ones for text, the range for numbers and dates. Bounded in count and length.
    pub samples: Vec<String>,
    /// The storage classes of its values, as far as they were looked at.
    pub holds: Holds,
    /// Whether NULL was met among the values that were looked at.
    pub has_null: bool,
    /// What the values stand for; plain until they were looked at.
    pub meaning: Meaning,
    /// What a dictionary of the file calls it in words, the best first; the first is told. Bounded in count and length.
    pub called: Vec<String>,
    /// What a reader has to know of its values, such as what codes stand for; empty where nothing is known.
    pub comment: String,
}

/// Where a foreign key is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyOrigin {
    /// Declared in the schema.
    Declared,
    /// Not declared, but plain from names and values.
    Inferred,
    /// Not declared, but told by a profile, and not contradicted by values.
    Told,
}

/// A foreign key of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// Columns of the owning table.
    pub columns: Vec<String>,
    /// The table referred to.
    pub foreign_table: String,
    /// Its columns, as many as `columns`.
    pub foreign_columns: Vec<String>,
    /// Declared or inferred.
    pub origin: KeyOrigin,
}

/// A stored value that a question mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueHit {
    /// The table, as stored.
    pub table: String,
    /// Its column, as stored.
    pub column: String,
    /// The value, as stored.
    pub value: String,
    /// Where the question mentions it, in bytes.
    pub words: Range<usize>,
    /// Whether the question writes it letter by letter as it is stored.
    pub exact: bool,
    /// How surely it is meant, of 1,000.
    pub score: u16,
}

impl Schema {
    /// Names this schema: SHA-256, in hexadecimal, over relations and columns with their types. Rows, samples and keys do not count, so
    /// that inserts leave it alone and a copy has the same.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        // Every text with its length before it: no two schemas give the same bytes.
        let mut put = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        };
        for table in &self.tables {
            put(&table.name);
            put(match table.kind {
                TableKind::Table => "table",
                TableKind::View => "view",
                TableKind::Virtual => "virtual",
            });
            put(&table.columns.len().to_string());
            for column in &table.columns {
                put(&column.name);
                put(&column.declared_type);
            }
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The schema without what cannot be read.
    pub fn readable(&self) -> Cow<'_, Self> {
        if self.tables.iter().all(|table| table.unreadable.is_none()) {
            return Cow::Borrowed(self);
        }
        let mut schema = self.clone();
        schema.tables.retain(|table| table.unreadable.is_none());
        Cow::Owned(schema)
    }

    /// The table or view called `name`, compared as SQLite compares names (ASCII case-insensitive).
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name))
    }
}

impl Table {
    /// The column called `name`, compared as SQLite compares names (ASCII case-insensitive).
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_tells_schemas_apart_and_rows_do_not_count() {
        let table = |name: &str, columns: &[&str]| Table {
            name: name.into(),
            columns: columns.iter().map(|name| Column { name: (*name).into(), ..Column::default() }).collect(),
            ..Table::default()
        };
        let of = |tables: Vec<Table>| Schema { tables }.fingerprint();
        let one = of(vec![table("a", &["b", "c"])]);
        assert_eq!(one.len(), 64);
        assert_ne!(one, of(vec![table("a", &["bc"])]));
        assert_ne!(one, of(vec![table("a", &["b"]), table("c", &[])]));
        let mut filled = table("a", &["b", "c"]);
        filled.row_count = Some(9);
        filled.columns[0].samples.push("x".into());
        assert_eq!(one, of(vec![filled]));
    }
}
