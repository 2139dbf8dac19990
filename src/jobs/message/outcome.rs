//! How jobs end.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::notebook::NotebookOutcome;
use crate::ask::Answer;
use crate::db::spool::{Order, Points, Spool, Summary};
use crate::db::{Difference, FileChange, Table};
use crate::jobs::stale::Stale;
use crate::jobs::training::{Checked, RunComparison, RunRow};
use crate::records::{Accepted, Draft, Favourite, HistoryEntry, KnownDatabase, Note};
use crate::schema::{Schema, Times};
use crate::store::Presence;

/// An error on its way to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobFailure {
    /// One sentence with the values in it.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Where a text was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The position of the row.
    pub row: usize,
    /// The column.
    pub column: usize,
    /// Whether the end was passed on the way, and the search went on at the other one.
    pub wrapped: bool,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The database is open.
    Opened {
        /// Its file.
        path: String,
        /// With row counts and samples.
        schema: Arc<Schema>,
    },
    /// The model knows the schema.
    Prepared,
    /// The question was answered, for better or worse: the answer has its own state.
    Answered(Box<Answer>),
    /// Nobody has allowed yet that anything is sent to a server that is not this machine.
    NotAllowed {
        /// Its address.
        address: String,
        /// What would be sent.
        prompt: String,
    },
    /// The statement ran.
    Ran {
        /// Its rows, as far as the limits let them through.
        spool: Arc<Spool>,
        /// How long it took.
        elapsed: Duration,
        /// What its columns count, in their order, where they are points in time kept as numbers; empty where none is.
        units: Vec<Option<Times>>,
    },
    /// How SQLite would run it: `id`, `parent`, `notused`, `detail`.
    Planned(Table),
    /// Results side by side, in the order of the statements.
    Compared(Vec<Compared>),
    /// How the open database's file is.
    Looked {
        /// What happened to it.
        change: FileChange,
        /// Its name, where it is one of several.
        file: Option<String>,
    },
    /// The schema as it is now.
    Refreshed {
        /// With counts.
        schema: Arc<Schema>,
        /// Whether tables or columns came, went or changed.
        restructured: bool,
    },
    /// The rows as the person wants them.
    Arranged(Order),
    /// A column summed up.
    Summarised(Box<Summary>),
    /// What a chart needs.
    Charted(Box<Points>),
    /// A file was written.
    Exported {
        /// Which.
        path: PathBuf,
        /// Its rows.
        rows: usize,
    },
    /// Text for the clipboard.
    Text(String),
    /// A cell that contains what was looked for.
    Found(Option<Found>),
    /// What is kept.
    Kept(Box<Kept>),
    /// The models there are.
    Models(Vec<ModelRow>),
    /// The runs there are, the latest name first.
    Runs(Vec<RunRow>),
    /// Where one run stands.
    Run(Box<RunRow>),
    /// A run was checked.
    Checked(Box<Checked>),
    /// A job for another machine lies in this folder; the rest is what was said of it.
    HandedOver {
        /// The folder.
        folder: PathBuf,
        /// In lines.
        said: String,
    },
    /// A run was compared with the model as it came.
    RunCompared {
        /// The run's folder.
        folder: PathBuf,
        /// What came of it.
        compared: Box<RunComparison>,
    },
    /// Examples that no longer run.
    Stale(Vec<Stale>),
    /// What lies in a folder.
    Files {
        /// The folder, in full.
        folder: PathBuf,
        /// Folders first.
        files: Vec<FileRow>,
    },
    /// The person's settings, as they are now.
    Settings {
        /// Their file; it need not be there.
        path: PathBuf,
        /// What is in it.
        text: String,
    },
    /// A file of SQL was read or written: as it is now.
    Script {
        /// Where it lies.
        path: PathBuf,
        /// What is in it.
        text: String,
    },
    /// A notebook was read, run or written.
    Notebook(Box<NotebookOutcome>),
    /// Done, and there is nothing to tell.
    Finished,
    /// It did not work.
    Failed(JobFailure),
    /// It was cancelled.
    Cancelled,
}

/// What is kept, as far as was asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Kept {
    /// For the open database.
    Database(DatabaseRecords),
    /// The databases opened last.
    Recent(Vec<KnownDatabase>),
    /// What was found in the history.
    History {
        /// What was searched for.
        text: String,
        /// Whether in every database's.
        everywhere: bool,
        /// The latest first.
        entries: Vec<HistoryEntry>,
    },
}

/// What is kept for one database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DatabaseRecords {
    /// Accepted answers.
    pub accepted: Vec<Accepted>,
    /// Lasting hints.
    pub notes: Vec<Note>,
    /// SQL at hand.
    pub favourites: Vec<Favourite>,
    /// What was being written.
    pub drafts: Vec<Draft>,
    /// What was typed last for parameters.
    pub values: Vec<(String, String)>,
    /// Databases with the same schema for which more is kept.
    pub similar: Vec<KnownDatabase>,
    /// The attached adapter's folder.
    pub adapter: Option<PathBuf>,
}

/// A model of the catalogue on this machine, or one behind an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRow {
    /// What it is called.
    pub name: String,
    /// As its makers count them.
    pub parameters: String,
    /// As llama.cpp names it.
    pub quantisation: String,
    /// Size of the file, where it is known.
    pub bytes: Option<u64>,
    /// SPDX name, or the licence's own.
    pub licence: String,
    /// A sentence a person should read first.
    pub note: Option<String>,
    /// How much of it is here.
    pub presence: Presence,
    /// Whether it fits this machine's memory, where that is known.
    pub fits: Option<bool>,
    /// Whether it can be used as it is published.
    pub usable: bool,
    /// Where it is, where that is behind an address; or why that says nothing.
    pub server: Option<String>,
}

/// What lies in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Its name.
    pub name: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Its size.
    pub bytes: u64,
}

/// One of several results.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The statement.
    pub sql: String,
    /// Its rows, or why there are none.
    pub table: Result<Table, JobFailure>,
    /// What sets it apart from the first result; `None` for that itself, and where one of the two is not there.
    pub difference: Option<Difference>,
}

/// The attached adapter, as the model took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedAdapter {
    /// Its folder's name.
    pub name: String,
    /// Why it is left out; `None` where the model answers with it.
    pub problem: Option<String>,
}
