//! Training data: rows of questions and answers. Read, check, draw from, count, write.
//!
//! Files on their floors, the lowest first:
//! - `error`: what can go wrong, and what is wrong with a row
//! - [`example`]: what a row is, and the prompt it becomes
//! - `context`: the tables of a schema text
//! - [`columns`]: which column is the question, which the SQL
//! - `chat`: chats in many forms
//! - `wikisql`: WikiSQL's queries, written out
//! - [`format`](mod@format): the shapes of rows that are known, and which one a file has
//! - [`rows`]: JSON lists and JSON lines, a row at a time
//! - `source`: a file's rows, whatever form it has
//! - [`databases`]: the folder of databases that rows name
//! - [`statistics`]: what a data set looks like
//! - [`subset`]: drawing rows
//! - [`variety`]: choosing them for what they teach
//! - [`read`]: a file as examples
//! - [`mod@write`]: examples as files
//! - [`pyinstructions`]: SQL-LLaMA's own form
//! - [`mod@check`]: which rows can be learned from

mod chat;
pub mod check;
pub mod columns;
mod context;
pub mod databases;
mod error;
pub mod example;
pub mod format;
pub mod pyinstructions;
pub mod read;
pub mod rows;
mod source;
pub mod statistics;
pub mod subset;
pub mod variety;
mod wikisql;
pub mod write;

pub use check::{CheckOptions, CheckReport, Length, Reject, check};
pub use columns::Columns;
pub use databases::Databases;
pub use error::{DatasetError, RowProblem};
pub use example::{Body, Example};
pub use format::Format;
pub use read::{Examples, ReadOptions};
pub use statistics::Statistics;
pub use write::ExampleWriter;
