//! Users' database files, read-only: open, introspect, check, execute, export. The only user of rusqlite for them.
//!
//! - [`table`]: what a query returns, with SQLite's types
//! - [`error`]: what can go wrong
//! - `open`: read-only in every case, nothing created beside the file
//! - [`recognise`]: what a file is that is no database
//! - [`watch`]: whether a file is still what it was
//! - `authorize`: what SQLite may do while it prepares
//! - `database`: checking and running statements; `columns`: what their results are called
//! - [`export`]: results as text, CSV, JSON, NDJSON, Markdown
//! - [`same`]: whether two results say the same
//! - [`mod@difference`]: what sets a result apart from another
//! - [`stream`]: rows one after the other; [`parameters`]: values for a statement's parameters
//! - [`spool`]: results of any length, drained out of the database
//! - [`demo`]: the sample database
//! - [`values`]: the distinct text values, to find what a question mentions
//! - `owners`: what a file needs of the program that owns it: collations, functions, modules
//! - `introspect`, `keys`, `statistics`: the schema, in two phases

mod authorize;
mod columns;
mod database;
pub mod demo;
pub mod difference;
pub mod error;
pub mod export;
mod introspect;
mod keys;
mod open;
mod owners;
pub mod parameters;
pub mod recognise;
pub mod same;
pub mod scratch;
pub mod spool;
mod statistics;
pub mod stream;
pub mod table;
pub mod values;
pub mod watch;

pub use database::Database;
pub use difference::{Difference, difference};
pub use error::DbError;
pub use export::{Format, Layout, TableWriter, write_table};
pub use parameters::Parameters;
pub use same::{RowOrder, same_result};
pub use scratch::Scratch;
pub use spool::Spool;
pub use stream::{RowSink, Streamed};
pub use table::{Cell, ColumnInfo, Limits, Table};
pub use values::{ValueIndex, ValueLimits};
pub use watch::{FileChange, FileStamp};

#[cfg(test)]
mod tests;
