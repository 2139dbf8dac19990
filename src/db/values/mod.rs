//! The value index: the distinct short texts of a database, to find what a question mentions and what a literal should have been.
//!
//! - `build`: reads them, bounded in time, count and bytes
//! - `cache`: keeps them outside the user's file, as long as that does not change
//! - `codes`: values that stand for well-known things
//! - `lookup`: the words of every value, ordered for looking up
//! - `find`: the values that a question mentions
//! - `nearest`: the value of one column that a literal nearly is; what only the database can tell

mod build;
mod cache;
mod codes;
mod find;
mod lookup;
mod nearest;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use self::lookup::Lookup;
use super::database::Database;
use super::error::DbError;
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::store::Paths;
use crate::text::words::{split_name, stem};

pub use self::nearest::{Held, Near, NearKind};

/// How much of a database is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueLimits {
    /// For all columns together.
    pub total: Duration,
    /// For one column.
    pub one_column: Duration,
    /// Values of all columns together.
    pub values: usize,
    /// Values of one column.
    pub column_values: usize,
    /// Bytes of all values together.
    pub bytes: usize,
    /// A longer text, in bytes, is no value that a question would mention.
    pub value_bytes: usize,
}

impl Default for ValueLimits {
    /// 5 s, 500 ms a column; 200,000 values, 20,000 a column; 8 MiB; values up to 80 bytes.
    fn default() -> Self {
        Self {
            total: Duration::from_secs(5),
            one_column: Duration::from_millis(500),
            values: 200_000,
            column_values: 20_000,
            bytes: 8 << 20,
            value_bytes: 80,
        }
    }
}

/// The distinct texts of one column.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct ColumnValues {
    table: String,
    column: String,
    /// Sorted, distinct.
    values: Vec<String>,
    /// Whether these are all texts of the column.
    complete: bool,
}

/// The distinct short texts of a database.
#[derive(Debug)]
pub struct ValueIndex {
    columns: Vec<ColumnValues>,
    lookup: Lookup,
    /// Stems of the words in table and column names, and whole names as their words joined by blanks.
    names: HashSet<String>,
}

impl ValueIndex {
    /// Reads the texts of `schema`'s tables as far as `limits` let it. A column that cannot be read is left out; only a cancel is an error.
    pub fn build(database: &Database, schema: &Schema, limits: &ValueLimits, cancel: &Cancel) -> Result<Self, DbError> {
        Ok(Self::new(build::read(database, schema, limits, cancel)?, schema))
    }

    /// The index kept from an earlier run where the file has not changed since, else a new one, which is kept for the next run.
    pub fn open_or_build(
        paths: &Paths,
        database: &Database,
        schema: &Schema,
        limits: &ValueLimits,
        cancel: &Cancel,
    ) -> Result<Self, DbError> {
        let cache = cache::Cache::new(paths, database);
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
        cache::Cache::of_path(paths, path).path()
    }

    /// An index without values: finds nothing, and knows nothing of what a column holds.
    pub fn empty() -> Self {
        Self::new(Vec::new(), &Schema::default())
    }

    fn new(columns: Vec<ColumnValues>, schema: &Schema) -> Self {
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

    fn column(&self, table: &str, column: &str) -> Option<(usize, &ColumnValues)> {
        let fits = |c: &&ColumnValues| c.table.eq_ignore_ascii_case(table) && c.column.eq_ignore_ascii_case(column);
        self.columns.iter().enumerate().find(|(_, c)| fits(c))
    }
}

#[cfg(test)]
mod tests;
