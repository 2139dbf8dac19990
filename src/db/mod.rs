//! Users' database files, read-only: open, introspect, check, execute, export. The only user of rusqlite for them.
//!
//! Files on their floors, the lowest first:
//! - [`table`]: what a query returns, with SQLite's types
//! - `beside`: what lies beside a database: its log, its index, its journal
//! - `sqlite_error`: what SQLite means by an error
//! - [`recognise`]: what a file is that is no database
//! - [`watch`]: whether a file is still what it was
//! - [`files`]: files with tables in them that are no databases
//! - `columns`: what a result's columns are called
//! - [`export`]: results as text, CSV, JSON, NDJSON, Markdown
//! - [`same`]: whether two results say the same
//! - [`mod@difference`]: what sets a result apart from another
//! - [`functions`]: functions of ours that SQLite lacks
//! - `owners`: what a file needs of the program that owns it: collations, functions, modules
//! - `authorize`: what SQLite may do while it prepares
//! - [`error`]: what can go wrong
//! - [`made`]: databases of ours, out of statements
//! - [`demo`]: the sample database
//! - `open`: read-only in every case, nothing created beside the file
//! - `attach`: files opened beside a first one
//! - `database`: checking and running statements
//! - [`parameters`]: values for a statement's parameters
//! - [`spool`]: results of any length, drained out of the database
//! - [`stream`]: rows one after the other
//! - [`values`]: the distinct text values, to find what a question mentions
//! - `keys`: foreign keys that nobody declared
//! - `several`: a database of several files
//! - `statistics`: row counts, sample values, and what columns stand for
//! - `introspect`: reading a schema, in two phases
//! - [`scratch`]: a database in memory, made of `CREATE TABLE` statements

mod attach;
mod authorize;
mod beside;
mod columns;
mod database;
pub mod demo;
pub mod difference;
pub mod error;
pub mod export;
pub mod files;
pub mod functions;
mod introspect;
mod keys;
pub mod made;
mod open;
mod owners;
pub mod parameters;
pub mod recognise;
pub mod same;
pub mod scratch;
mod several;
pub mod spool;
mod sqlite_error;
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
pub use same::{RowOrder, holds_result, same_result};
pub use scratch::Scratch;
pub use spool::Spool;
pub use stream::{Collected, RowSink, Streamed};
pub use table::{Cell, ColumnInfo, Limits, Table};
pub use values::{ValueIndex, ValueLimits};
pub use watch::{FileChange, FileStamp};

#[cfg(test)]
mod tests;
