//! Training data: rows of questions and answers. Read, check, draw from, count, write.
//!
//! - [`example`]: what a row is, and the prompt it becomes
//! - [`format`](mod@format): the shapes of rows that are known, and which one a file has
//! - [`rows`]: JSON lists and JSON lines, a row at a time
//! - [`read`]: a file as examples
//! - [`databases`]: the folder of databases that rows name
//! - [`mod@check`]: which rows can be learned from
//! - [`statistics`]: what a data set looks like
//! - [`subset`]: drawing rows
//! - [`mod@write`]: examples as files

pub mod check;
pub mod databases;
mod error;
pub mod example;
pub mod format;
pub mod read;
pub mod rows;
pub mod statistics;
pub mod subset;
pub mod write;

pub use check::{CheckOptions, CheckReport, Length, Reject, check};
pub use databases::Databases;
pub use error::{DatasetError, RowProblem};
pub use example::{Body, Example};
pub use format::Format;
pub use read::{Examples, ReadOptions};
pub use statistics::Statistics;
pub use write::ExampleWriter;
