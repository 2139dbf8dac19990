//! The value index: the distinct short texts of a database, to find what a question mentions and what a literal should have been.
//!
//! Files on their floors, the lowest first:
//! - `column`: the texts of one column, and how many of them are read
//! - `leaves`: the texts inside of a column's JSON documents
//! - `build`: reads them, bounded in time, count and bytes
//! - `cache`: keeps them outside the user's file, as long as that does not change
//! - `codes`: values that stand for well-known things
//! - `lookup`: the words of every value, ordered for looking up
//! - `index`: all of that for one database
//! - `find`: the values that a question mentions
//! - `named`: the values that a few words are
//! - `nearest`: the value of one column that a literal nearly is; what only the database can tell

mod build;
mod cache;
mod codes;
mod column;
mod find;
mod index;
mod leaves;
mod lookup;
mod named;
mod nearest;

pub use column::ValueLimits;
pub use index::ValueIndex;
pub use nearest::{Held, Near, NearKind};

#[cfg(test)]
mod tests;
