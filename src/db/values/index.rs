//! The index: reading it, keeping it, what it holds.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::build::read;
use super::cache::Cache;
use super::column::{ColumnValues, ValueLimits};
use super::lookup::Lookup;
use crate::db::database::Database;
use crate::db::error::DbError;
use crate::schema::{Schema, TableRef};
use crate::signal::Cancel;
use crate::store::Paths;
use crate::text::words::{split_name, stem};

/// The distinct short texts of a database.
#[derive(Debug)]
pub struct ValueIndex {
    pub(super) columns: Vec<ColumnValues>,
    pub(super) lookup: Lookup,
    /// Stems of the words in table and column names, and whole names as their words joined by blanks.
    pub(super) names: HashSet<String>,
}

impl ValueIndex {
    /// Reads the texts of `schema`'s tables as far as `limits` let it. A column that cannot be read is left out; only a cancel is an error.
    pub fn build(database: &Database, schema: &Schema, limits: &ValueLimits, cancel: &Cancel) -> Result<Self, DbError> {
        Ok(Self::new(read(database, schema, limits, cancel)?, schema))
    }

    /// The index kept from an earlier run where the file has not changed since, else a new one, which is kept for the next run.
    pub fn open_or_build(
        paths: &Paths,
        database: &Database,
        schema: &Schema,
        limits: &ValueLimits,
        cancel: &Cancel,
    ) -> Result<Self, DbError> {
        let cache = Cache::new(paths, database);
        let stamp = database.stamp(limits);
        if let Some(columns) = cache.read(&stamp) {
            return Ok(Self::new(columns, schema));
        }
        let index = Self::build(database, schema, limits, cancel)?;
        // Where somebody wrote meanwhile, what was read belongs to neither stamp.
        if database.stamp(limits) == stamp {
            cache.write(&stamp, &index.columns);
        }
        Ok(index)
    }

    /// Where the index of the database at `path` is kept between runs. Neither need be there.
    pub fn kept_file(paths: &Paths, path: &Path) -> PathBuf {
        Cache::of_path(paths, path).path()
    }

    /// An index without values: finds nothing, and knows nothing of what a column holds.
    pub fn empty() -> Self {
        Self::new(Vec::new(), &Schema::default())
    }

    pub(super) fn new(columns: Vec<ColumnValues>, schema: &Schema) -> Self {
        let lookup = Lookup::new(&columns);
        let mut names = HashSet::new();
        let all = schema.tables.iter().flat_map(|t| std::iter::once(&t.name).chain(t.columns.iter().map(|column| &column.name)));
        for name in all {
            let parts: Vec<String> = split_name(name).iter().map(|word| stem(word)).collect();
            if parts.len() > 1 {
                names.insert(parts.join(" "));
            }
            names.extend(parts);
        }
        Self { columns, lookup, names }
    }

    /// How many values it holds.
    pub fn len(&self) -> usize {
        self.columns.iter().map(|column| column.values.len()).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is known of a column, or of the place `path` in its documents, and which of all it is.
    pub(super) fn column(&self, table: TableRef<'_>, column: &str, path: Option<&str>) -> Option<(usize, &ColumnValues)> {
        let fits = |c: &&ColumnValues| {
            let own = TableRef { database: c.database.as_deref(), name: &c.table };
            c.path.as_deref() == path && own.is(&table) && c.column.eq_ignore_ascii_case(column)
        };
        self.columns.iter().enumerate().find(|(_, c)| fits(c))
    }
}
