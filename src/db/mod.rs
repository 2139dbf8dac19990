//! Users' database files, read-only: open, introspect, check, execute, export. The only user of rusqlite for them.
//!
//! - [`table`]: what a query returns, with SQLite's types

pub mod table;

pub use table::{Cell, ColumnInfo, Limits, Table};
