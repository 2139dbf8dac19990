//! What a database is made of: tables, views, columns, keys. Plain data, filled by `db`, read by everyone.

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
}

/// Where a foreign key is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyOrigin {
    /// Declared in the schema.
    Declared,
    /// Not declared, but plain from names and values.
    Inferred,
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

impl Schema {
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
