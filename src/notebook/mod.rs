//! Notebooks: Markdown files of questions, SQL and results in fenced blocks, run again and held beside the results they keep.
//!
//! ````text
//! ---
//! database: music.sqlite
//! ---
//! ```question
//! How many albums has each artist?
//! ```
//!
//! ```sql
//! SELECT artist_id, count(*) AS albums FROM album GROUP BY artist_id
//! ```
//!
//! ```csv result
//! artist_id,albums
//! 1,2
//! ```
//! ````
//!
//! Everything else in the file is the person's, and stays byte for byte.
//!
//! Files on their floors, the lowest first:
//! - [`fence`]: fenced blocks and headings, as CommonMark finds them
//! - [`kept`]: a result as text that reads back with its types
//! - [`mod@change`]: what sets a result apart from the one kept
//! - [`mod@beside`]: two results side by side, as lines
//! - [`book`]: the file: its front matter, its cells
//! - [`mod@run`]: a cell run over a database
//! - [`mod@write`]: the file with other results, or with a cell more
//! - [`mod@file`]: reading the file, and replacing it

pub mod beside;
pub mod book;
pub mod change;
pub mod fence;
pub mod file;
pub mod kept;
pub mod run;
pub mod write;

pub use beside::{Pair, PairKind, beside};
pub use book::{Cell, KeptBlock, Notebook};
pub use change::{Change, change};
pub use file::NotebookError;
pub use kept::KeptResult;
pub use run::{RunError, RunOptions, Statement, Verdict, run, run_sql};
pub use write::{Update, append, compose, updated};

#[cfg(test)]
mod tests;
