//! A result that was drained out of somebody's database: typed, immutable, as long as the disk has room. No cursor stays open.
//!
//! It is a table in an SQLite file of ours in the system's temporary folder, which is unlinked as soon as it is open. Memory is bounded by
//! the page caches of two connections ([`CACHE_KIB`] each) and, once it is sorted or filtered, four bytes a row. One connection reads for
//! the screen, the other sorts and counts, so that neither waits for the other.
//!
//! Files on their floors, the lowest first:
//! - `order`: which rows, in which order: an [`Order`]
//! - `rows`: the rows themselves: those in view, one in full, all of them
//! - `fill`: from a query, or from rows
//! - `arrange`: sorting and filtering
//! - `summary`: what a column holds
//! - `points`: what a chart needs
//! - `write`: as a new database
//! - `parquet`: as a Parquet file

mod arrange;
mod fill;
mod order;
mod parquet;
mod points;
mod rows;
mod summary;
mod write;

pub use fill::left_behind;
pub use order::{Arrangement, Filter, Order, Sort, Test};
pub use points::{Bin, Points, Series};
pub use rows::{CACHE_KIB, Peek, Spool};
pub use summary::Summary;

#[cfg(test)]
mod tests;
