//! Tables, views, columns and keys: plain data, filled by `db`, read by everyone.

use std::borrow::Cow;
use std::ops::Range;

use sha2::{Digest, Sha256};

use super::meaning::{Holds, Meaning, Times};
use super::time::DateText;

/// The tables and views of one database.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Schema {
    /// In the order of `sqlite_schema`; without SQLite's own tables. Those of the first file come before those of others.
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
    /// What statements call its file, where that was opened beside the first one; unquoted.
    pub database: Option<String>,
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
    /// Whether an empty text was met among them.
    pub has_empty: bool,
    /// What the values stand for; plain until they were looked at.
    pub meaning: Meaning,
    /// What they would count if they were points in time, where only a query can tell that they are.
    pub perhaps: Option<Times>,
    /// What a dictionary of the file calls it in words, the best first; the first is told. Bounded in count and length.
    pub called: Vec<String>,
    /// What a reader has to know of its values, such as what codes stand for; empty where nothing is known.
    pub comment: String,
}

impl Column {
    /// The least and the greatest number, where these are told.
    pub fn range(&self) -> Option<(f64, f64)> {
        let (low, high) = self.samples.first()?.split_once("..")?;
        Some((low.parse().ok()?, high.parse().ok()?))
    }

    /// Whether it keeps days as text that SQLite reads, as far as its first sample tells.
    pub fn has_days(&self) -> bool {
        self.samples.first().is_some_and(|text| DateText::is_day(text))
    }

    /// Whether it keeps points in time, as numbers or as such text.
    pub fn has_moments(&self) -> bool {
        self.meaning.times().is_some() || self.has_days()
    }

    /// The path of the only value of its JSON documents whose key `fits`, `$.address.city`; what stands inside of an array is passed over.
    pub fn leaf(&self, fits: impl Fn(&str) -> bool) -> Option<&str> {
        let is_it = |path: &&String| !path.contains('[') && path.rsplit('.').next().is_some_and(&fits);
        let mut found = self.meaning.json()?.paths.iter().filter(is_it);
        found.next().filter(|_| found.next().is_none()).map(String::as_str)
    }

    /// Whether its values are whole numbers, as far as its declared type and its range tell.
    pub fn is_whole(&self) -> bool {
        let fractions = self.samples.first().is_some_and(|range| range.replace("..", " ").contains('.'));
        self.declared_type.to_ascii_lowercase().contains("int") && self.holds != Holds::Texts && !fractions
    }
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
    /// What statements call its file, where that is another than the owner's; `main` is the first one. Such a key is never declared.
    pub elsewhere: Option<String>,
    /// Its columns, as many as `columns`.
    pub foreign_columns: Vec<String>,
    /// Declared or inferred.
    pub origin: KeyOrigin,
}

impl ForeignKey {
    /// What statements call the file of the table that a key of `owner` refers to; `None` for the first one.
    pub fn database<'a>(&'a self, owner: &'a Table) -> Option<&'a str> {
        match self.elsewhere.as_deref() {
            None => owner.database.as_deref(),
            Some("main") => None,
            other => other,
        }
    }
}

/// A table by its name, in one of several files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableRef<'a> {
    /// As in [`Table::database`].
    pub database: Option<&'a str>,
    /// As stored.
    pub name: &'a str,
}

impl<'a> From<&'a str> for TableRef<'a> {
    /// A table of the first file.
    fn from(name: &'a str) -> Self {
        Self { database: None, name }
    }
}

impl<'a> From<&'a Table> for TableRef<'a> {
    fn from(table: &'a Table) -> Self {
        Self { database: table.database.as_deref(), name: &table.name }
    }
}

impl TableRef<'_> {
    /// Whether both are one table.
    pub fn is(&self, other: &TableRef<'_>) -> bool {
        let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
        same(self.name, other.name) && self.database.map_or(other.database.is_none(), |own| other.database.is_some_and(|o| same(own, o)))
    }
}

/// A stored value that a question mentions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ValueHit {
    /// The file of the table, where it was opened beside the first one.
    pub database: Option<String>,
    /// The table, as stored.
    pub table: String,
    /// Its column, as stored.
    pub column: String,
    /// Where it stands in the column's JSON documents, `$.app` or `$.tags[]`; `None` where the column holds the value itself.
    pub path: Option<String>,
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
            if let Some(database) = &table.database {
                put("beside");
                put(database);
            }
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

    /// The table or view called `name`, compared as SQLite compares names (ASCII case-insensitive). Of several files, the first that has one.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name))
    }

    /// The table or view called `name` of the file called `database`; of the first one where that is `None` or `main`.
    pub fn table_of(&self, database: Option<&str>, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.is_of(database) && table.name.eq_ignore_ascii_case(name))
    }

    /// The table that a key of `table` refers to.
    pub fn referred(&self, table: &Table, key: &ForeignKey) -> Option<&Table> {
        self.table_of(key.database(table), &key.foreign_table)
    }

    /// What the files beside the first one are called, in order, as far as they have tables.
    pub fn databases(&self) -> Vec<&str> {
        let mut out: Vec<&str> = Vec::new();
        for database in self.tables.iter().filter_map(|table| table.database.as_deref()) {
            if !out.contains(&database) {
                out.push(database);
            }
        }
        out
    }

    /// The tables of one file.
    pub fn of_database(&self, database: Option<&str>) -> Self {
        Self { tables: self.tables.iter().filter(|table| table.is_of(database)).cloned().collect() }
    }
}

impl ValueHit {
    /// Whether it is a value of `table`.
    pub fn is_of(&self, table: &Table) -> bool {
        TableRef { database: self.database.as_deref(), name: &self.table }.is(&table.into())
    }
}

impl Table {
    /// Whether it is of the file called `database`; `None` and `main` are the first one.
    pub fn is_of(&self, database: Option<&str>) -> bool {
        let other = database.filter(|name| !name.eq_ignore_ascii_case("main"));
        match (&self.database, other) {
            (Some(own), Some(other)) => own.eq_ignore_ascii_case(other),
            (own, other) => own.is_none() && other.is_none(),
        }
    }

    /// Whether both are one table, by name and file.
    pub fn is(&self, other: &Self) -> bool {
        TableRef::from(self).is(&other.into())
    }

    /// Whether `key` of `table` refers to it.
    pub fn is_target_of(&self, table: &Table, key: &ForeignKey) -> bool {
        key.foreign_table.eq_ignore_ascii_case(&self.name) && self.is_of(key.database(table))
    }

    /// The column called `name`, compared as SQLite compares names (ASCII case-insensitive).
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
impl Table {
    /// With columns of these names, and nothing else known.
    pub(crate) fn named(name: &str, columns: &[&str]) -> Self {
        let columns = columns.iter().map(|name| Column { name: (*name).into(), ..Column::default() }).collect();
        Self { name: name.into(), columns, ..Self::default() }
    }

    /// As [`Self::named`], with `id` for its key, and declared keys to the `id` of other tables: `("site_id", "site")`.
    pub(crate) fn with_keys(name: &str, columns: &[&str], keys: &[(&str, &str)]) -> Self {
        let foreign_keys = keys.iter().map(|(own, other)| ForeignKey::declared(own, other, "id")).collect();
        Self { primary_key: vec!["id".into()], foreign_keys, ..Self::named(name, columns) }
    }
}

#[cfg(test)]
impl ForeignKey {
    /// A declared key of one column, to `table.key`.
    pub(crate) fn declared(column: &str, table: &str, key: &str) -> Self {
        let (columns, foreign_columns) = (vec![column.into()], vec![key.into()]);
        Self { columns, foreign_table: table.into(), elsewhere: None, foreign_columns, origin: KeyOrigin::Declared }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_tells_schemas_apart_and_rows_do_not_count() {
        let table = Table::named;
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
