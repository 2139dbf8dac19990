//! What is asked of the workers.

use std::path::PathBuf;
use std::sync::Arc;

use super::notebook::NotebookWork;
use crate::ask::Ahead;
use crate::db::spool::{Arrangement, Order, Spool};
use crate::jobs::training::TrainWork;
use crate::records::{Before, DatabaseId, Draft, HistoryState};
use crate::store::Setting;

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
    /// Have the model read a question as far as it is typed, or rehearse its answer, where it is loaded.
    ReadAhead {
        /// As it would be asked.
        asked: AskWork,
        /// What the model does.
        ahead: Ahead,
    },
    /// Answer a question over the open database, up to checked SQL: nothing runs.
    Ask(AskWork),
    /// Run SQL on the open database, under the guard and the limits.
    Run {
        /// One statement.
        sql: String,
        /// Its parameters, with their values as they were typed.
        parameters: Vec<(String, String)>,
    },
    /// How SQLite would run a statement.
    Plan {
        /// One statement.
        sql: String,
    },
    /// What sets the results of statements apart from that of the first.
    Compare {
        /// One statement each.
        sqls: Vec<String>,
    },
    /// Whether the open database's file is as it was.
    Look,
    /// Read the schema and the counts of the open database again.
    Refresh,
    /// Something with a result that is here.
    Result(ResultWork),
    /// Something with what is kept for the person.
    Keep(KeepWork),
    /// Something with models.
    Models(ModelsWork),
    /// Something with training runs.
    Train(TrainWork),
    /// Something with a notebook.
    Notebook(NotebookWork),
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
    /// How sure that answer was, in percent.
    pub previous_percent: Option<u8>,
    /// The last question and its SQL, where nothing says that this one follows on it.
    pub before: Option<(String, String)>,
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
    /// All of it, or a part, as text for the clipboard.
    Copy {
        /// The result.
        spool: Arc<Spool>,
        /// Which rows.
        order: Option<Order>,
        /// Which of their cells, and how.
        what: CopyWork,
    },
    /// The next cell that contains a text.
    Find {
        /// The result.
        spool: Arc<Spool>,
        /// Which rows.
        order: Option<Order>,
        /// What is looked for, and from where.
        sought: Sought,
    },
}

/// What of a result is copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyWork {
    /// Which columns, in their order.
    pub columns: Vec<usize>,
    /// One row by its position; `None` for all.
    pub row: Option<usize>,
    /// As what.
    pub form: CopyForm,
}

/// As what rows are copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyForm {
    /// Values, and no names.
    Bare,
    /// Names and values with tabs between them.
    Tabs,
    /// CSV with names.
    Csv,
    /// A table for documents.
    Markdown,
    /// An array of objects.
    Json,
    /// A statement for each row.
    Insert {
        /// The table, as the statements name it.
        table: String,
        /// Its columns, as many as are copied, as the statements name them.
        columns: Vec<String>,
    },
}

/// What is looked for in a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// The text; its case does not matter.
    pub text: String,
    /// In which columns, in their order.
    pub columns: Vec<usize>,
    /// The position of the row to begin in.
    pub row: usize,
    /// The column to begin behind; before, where it goes backwards.
    pub column: usize,
    /// Whether the cell there itself may be it.
    pub here: bool,
    /// Towards the beginning.
    pub backwards: bool,
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
        /// Whether it counts time.
        time: bool,
    },
}

/// In which form a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum ExportFormat {
    Csv,
    Tsv,
    Json,
    Ndjson,
    Markdown,
    /// Statements that make the table `result` and fill it.
    Sql,
    /// Apache Parquet, compressed by Snappy.
    Parquet,
    /// A new database with one table, `result`.
    Sqlite,
}

impl ExportFormat {
    /// In the order in which they are offered.
    pub const ALL: [Self; 8] = [Self::Csv, Self::Tsv, Self::Json, Self::Ndjson, Self::Markdown, Self::Sql, Self::Parquet, Self::Sqlite];

    /// What a file's name ends in.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Markdown => "md",
            Self::Sql => "sql",
            Self::Parquet => "parquet",
            Self::Sqlite => "sqlite",
        }
    }

    /// What it is, for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Csv => "CSV: spreadsheets; no types, BLOBs as hex",
            Self::Tsv => "TSV: the same with tabs",
            Self::Json => "JSON: one object; infinity is null",
            Self::Ndjson => "NDJSON: one object a row; infinity is null",
            Self::Markdown => "Markdown: a table for documents; long BLOBs are cut",
            Self::Sql => "SQL: statements that fill a table; loses nothing",
            Self::Parquet => "Parquet: for pandas, DuckDB, Spark, R; mixed types are text",
            Self::Sqlite => "SQLite: a new database with one table; loses nothing",
        }
    }

    /// What the ending of a file's name says.
    pub fn of_path(path: &std::path::Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "jsonl" => Some(Self::Ndjson),
            "markdown" => Some(Self::Markdown),
            "tab" => Some(Self::Tsv),
            "db" | "sqlite3" | "db3" => Some(Self::Sqlite),
            ending => Self::ALL.into_iter().find(|format| format.extension() == ending),
        }
    }
}

/// The path of no database: what is being written before one is open is kept under it.
pub const NAMELESS: &str = "";

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
        before: Option<Before>,
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
    /// What is being written, as far as it changed.
    Drafts {
        changed: Vec<Draft>,
        /// How many tabs there are: drafts of others are removed.
        tabs: u32,
    },
    /// The adapter in this folder goes with the database.
    Attach {
        adapter: PathBuf,
    },
    /// No adapter goes with the database any more.
    Detach,
    /// Take over what is kept for a database with the same schema.
    Adopt {
        from: DatabaseId,
    },
    /// What was typed for parameters.
    Remember {
        values: Vec<(String, String)>,
    },
    /// Read the person's settings.
    ReadSettings,
    /// Set one of them, or take it back.
    ChangeSetting(Setting),
    /// Read a file of SQL.
    ReadScript {
        path: PathBuf,
    },
    /// SQL into a file: into a new one, or in place of what was read.
    SaveScript {
        path: PathBuf,
        before: Option<String>,
        text: String,
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
    /// Remember that a server may be sent prompts.
    Allow {
        /// Its address.
        address: String,
        /// What is asked then.
        question: String,
    },
    /// Answer with another one from now on.
    Use {
        /// Of the catalogue, or a file.
        name: String,
    },
}
