//! What is asked of the workers, and what they report. Closed enums: they can be printed and compared.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::ask::{Answer, AskEvent};
use crate::db::Table;
use crate::db::spool::{Arrangement, Order, Points, Spool, Summary};
use crate::llm::ModelInfo;
use crate::records::{Accepted, DatabaseId, Draft, Favourite, HistoryEntry, HistoryState, KnownDatabase, Note};
use crate::schema::Schema;
use crate::store::Presence;
use crate::store::pull::PullEvent;
use crate::train::Progress;

/// Names a job; chosen by the front end, never twice.
pub type JobId = u64;

/// What a job is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Open a database and read its schema.
    Open {
        /// A path, a `file:` address or `demo`.
        database: String,
    },
    /// Load the model and have it read the open database's schema, so that the first question need not wait for that.
    Prepare,
    /// Answer a question over the open database, up to checked SQL: nothing runs.
    Ask(AskWork),
    /// Run SQL on the open database, under the guard and the limits.
    Run {
        /// One statement.
        sql: String,
    },
    /// How SQLite would run a statement.
    Plan {
        /// One statement.
        sql: String,
    },
    /// Something with a result that is here.
    Result(ResultWork),
    /// Something with what is kept for the person.
    Keep(KeepWork),
    /// Something with models.
    Models(ModelsWork),
    /// Something with training runs.
    Train(TrainWork),
    /// What lies in a folder.
    Files {
        /// Which.
        folder: PathBuf,
    },
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AskWork {
    /// In the person's words.
    pub question: String,
    /// Things to consider: notes on the database, why an earlier answer was rejected.
    pub hints: Vec<String>,
    /// The question before and its SQL, where this one follows on it.
    pub previous: Option<(String, String)>,
    /// Questions and their accepted SQL, of which those like this one are shown to the model.
    pub accepted: Vec<(String, String)>,
}

/// What can be done with a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResultWork {
    /// Sort and filter it.
    Arrange {
        /// The result.
        spool: Arc<Spool>,
        /// How.
        arrangement: Arrangement,
    },
    /// Sum up one column.
    Summarise {
        /// The result.
        spool: Arc<Spool>,
        /// Which rows.
        order: Option<Order>,
        /// Which column.
        column: usize,
    },
    /// What a chart needs.
    Chart {
        /// The result.
        spool: Arc<Spool>,
        /// Which rows.
        order: Option<Order>,
        /// What is drawn.
        chart: ChartWork,
    },
    /// Write it to a file.
    Export {
        /// The result.
        spool: Arc<Spool>,
        /// Which rows.
        order: Option<Order>,
        /// In which form.
        format: ExportFormat,
        /// Where. Never replaces a file.
        path: PathBuf,
    },
    /// All of it, or one column, as text for the clipboard.
    Copy {
        /// The result.
        spool: Arc<Spool>,
        /// Which rows.
        order: Option<Order>,
        /// Which column; `None` for all.
        column: Option<usize>,
    },
}

/// What a chart is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartWork {
    /// A column over another, or over the rows' numbers.
    Series {
        /// From left to right.
        x: Option<usize>,
        /// From bottom to top.
        y: usize,
    },
    /// How a column is spread.
    Histogram {
        /// Which.
        column: usize,
        /// In how many bars.
        bins: usize,
    },
}

/// In which form a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum ExportFormat {
    Csv,
    Json,
    Ndjson,
    Markdown,
    /// A new database with one table, `result`.
    Sqlite,
}

impl ExportFormat {
    /// In the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Csv, Self::Json, Self::Ndjson, Self::Markdown, Self::Sqlite];

    /// What a file's name ends in.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Markdown => "md",
            Self::Sqlite => "sqlite",
        }
    }

    /// What it is, for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Csv => "CSV: spreadsheets",
            Self::Json => "JSON: one object",
            Self::Ndjson => "NDJSON: one object a row",
            Self::Markdown => "Markdown: a table for documents",
            Self::Sqlite => "SQLite: a new database for pandas, DuckDB, R",
        }
    }
}

/// What can be done with what is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it, and `records` says more
pub enum KeepWork {
    /// From now on everything is about this database.
    Database {
        path: String,
        fingerprint: String,
    },
    /// The databases opened last.
    Recent,
    /// A database is gone from the list, with what was kept for it.
    Forget {
        database: DatabaseId,
    },
    History {
        question: Option<String>,
        sql: String,
        state: HistoryState,
        rows: Option<u64>,
        milliseconds: u64,
        tab: u32,
    },
    Search {
        text: String,
        everywhere: bool,
    },
    RemoveHistory {
        id: i64,
    },
    Accept {
        question: String,
        sql: String,
    },
    Unaccept {
        question: String,
    },
    Reject {
        question: String,
        sql: String,
        note: String,
    },
    AddNote {
        text: String,
    },
    RemoveNote {
        id: i64,
    },
    AddFavourite {
        title: String,
        sql: String,
    },
    RemoveFavourite {
        id: i64,
    },
    Draft(Draft),
    /// The adapter in this folder goes with the database.
    Attach {
        adapter: PathBuf,
    },
    /// Take over what is kept for a database with the same schema.
    Adopt {
        from: DatabaseId,
    },
    /// Text into a file of the person's: a conversation.
    Write {
        path: PathBuf,
        text: String,
    },
}

/// What can be done with models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelsWork {
    /// Which there are.
    List,
    /// Fetch one.
    Pull {
        /// Of the catalogue.
        name: String,
    },
    /// Delete one's file, or what came of it.
    Remove {
        /// Of the catalogue.
        name: String,
    },
    /// Answer with another one from now on.
    Use {
        /// Of the catalogue, or a file.
        name: String,
    },
}

/// What can be done with training runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrainWork {
    /// What a run would do and take; nothing is trained.
    Check {
        /// Of `sqllama train`.
        words: Vec<String>,
        /// The run's folder.
        folder: PathBuf,
        /// Accepted answers to learn from, which are written beside the folder.
        examples: Option<String>,
    },
    /// Begin a run, or go on with one.
    Start {
        /// Of `sqllama train`.
        words: Vec<String>,
        /// The run's folder.
        folder: PathBuf,
        /// Accepted answers to learn from, which are written beside the folder.
        examples: Option<String>,
    },
    /// Ask a run that was started here to write a checkpoint and end.
    Stop {
        /// The run's folder.
        folder: PathBuf,
    },
    /// Which runs there are.
    List,
    /// Where a run stands.
    Watch {
        /// The run's folder.
        folder: PathBuf,
    },
}

/// An error on its way to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobFailure {
    /// One sentence with the values in it.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
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
    /// The statement ran.
    Ran {
        /// Its rows, as far as the limits let them through.
        spool: Arc<Spool>,
        /// How long it took.
        elapsed: Duration,
    },
    /// How SQLite would run it: `id`, `parent`, `notused`, `detail`.
    Planned(Table),
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
    /// What is kept.
    Kept(Box<Kept>),
    /// The models there are.
    Models(Vec<ModelRow>),
    /// The runs there are, the latest name first.
    Runs(Vec<RunRow>),
    /// Where one run stands.
    Run(Box<RunRow>),
    /// What lies in a folder.
    Files {
        /// The folder, in full.
        folder: PathBuf,
        /// Folders first.
        files: Vec<FileRow>,
    },
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
    /// Databases with the same schema for which more is kept.
    pub similar: Vec<KnownDatabase>,
    /// The attached adapter's folder.
    pub adapter: Option<PathBuf>,
}

/// A model of the catalogue on this machine.
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
}

/// Where a training run stands.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    /// Its folder.
    pub folder: PathBuf,
    /// Whether its process was started here and goes on.
    pub running_here: bool,
    /// Whether its process was started here and ended badly.
    pub failed: bool,
    /// What its events amount to.
    pub progress: Progress,
    /// The last line that it printed.
    pub last: String,
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

/// What workers say.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// Names, columns and keys are known; counts and samples are still being read.
    Outline {
        /// The opening job.
        job: JobId,
        /// The database's file.
        path: String,
        /// Without counts and samples.
        schema: Arc<Schema>,
    },
    /// The model is being loaded, for the first question.
    LoadingModel {
        /// The asking job.
        job: JobId,
    },
    /// The model is loaded.
    ModelLoaded {
        /// The asking job.
        job: JobId,
        /// What it is.
        info: ModelInfo,
    },
    /// A stage of the ask pipeline.
    Ask {
        /// The asking job.
        job: JobId,
        /// What happened.
        event: AskEvent,
    },
    /// So many rows so far.
    Rows {
        /// The running or exporting job.
        job: JobId,
        /// Rows.
        rows: usize,
    },
    /// A pull goes on.
    Pull {
        /// The pulling job.
        job: JobId,
        /// What happened.
        event: PullEvent,
    },
    /// The job's end.
    Done {
        /// Which job.
        job: JobId,
        /// How it ended.
        outcome: Outcome,
    },
}

impl Report {
    /// Which job speaks.
    pub fn job(&self) -> JobId {
        match self {
            Self::Outline { job, .. }
            | Self::LoadingModel { job }
            | Self::ModelLoaded { job, .. }
            | Self::Ask { job, .. }
            | Self::Rows { job, .. }
            | Self::Pull { job, .. }
            | Self::Done { job, .. } => *job,
        }
    }
}
