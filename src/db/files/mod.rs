//! Files as tables: CSV and its kin, JSON lines and lists, Parquet, each packed by gzip or not. Their rows go into a private copy in our
//! cache, with types that lose nothing, and are asked there as any database is.
//!
//! Files on their floors, the lowest first:
//! - [`error`]: what can go wrong
//! - `input`: the bytes: unpacked, in UTF-8
//! - `row`: a row on its way
//! - `number`: numbers as people write them
//! - `kind`: the type of a column
//! - `lines`: records of delimited text
//! - `dialect`: how a table is written as text
//! - `spans`: where the values of JSON stand
//! - `delimited`, `json`: tables as text, JSON
//! - `leaf`, `parquet`: values of Parquet, and Parquet
//! - `form`: which form a file has
//! - `names`: names of tables and columns
//! - [`records`]: rows as objects, for data sets
//! - `set`: which files are meant
//! - `import`: rows into a table
//! - `copies`: the copies, kept while files are unchanged

mod copies;
mod delimited;
mod dialect;
pub mod error;
mod form;
mod import;
mod input;
mod json;
mod kind;
mod leaf;
mod lines;
mod names;
mod number;
mod parquet;
pub mod records;
mod row;
mod set;
mod spans;

pub use copies::{Copies, FileTables};
pub use dialect::FirstLine;
pub use error::FileError;
pub use import::Progress;
pub use json::first_list;
pub use records::{Records, open_text};
pub use set::FileSet;

#[cfg(test)]
mod tests;
