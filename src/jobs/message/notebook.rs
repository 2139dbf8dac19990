//! What is asked of notebooks, and what came of it.

use std::path::PathBuf;
use std::sync::Arc;

use crate::notebook::{Notebook, Statement};

/// What can be done with a notebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotebookWork {
    /// Read it.
    Read {
        /// Its file.
        path: PathBuf,
    },
    /// Run its cells over the open database.
    Run {
        /// The whole file, as it was read.
        text: String,
    },
    /// Put other text in its file.
    Replace {
        /// Its file.
        path: PathBuf,
        /// As it was read: where the file is another now, it stays.
        before: String,
        /// As it shall be.
        after: String,
    },
    /// Run the cells of a new one over the open database, and write it with their results. Never replaces a file.
    Write {
        /// Its file.
        path: PathBuf,
        /// Its text, without results.
        text: String,
    },
    /// Put a cell at its end, with its result over the open database; a question there that has no SQL gets it. A file that is not there
    /// is made.
    Add {
        /// Its file.
        path: PathBuf,
        /// What a new file names as its database.
        database: String,
        /// What was asked.
        question: Option<String>,
        /// One or more statements.
        sql: String,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub enum NotebookOutcome {
    /// As it is now.
    Read {
        /// Its file.
        path: PathBuf,
        /// What it holds.
        notebook: Arc<Notebook>,
        /// The database that it names: its whole path, where there is such a file.
        database: Option<String>,
    },
    /// What its cells gave, in their order; nothing for a cell without SQL.
    Ran(Vec<Vec<Statement>>),
}
