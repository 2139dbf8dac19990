//! What is asked of the workers, and what they report. Closed enums: they can be printed and compared.
//!
//! Files on their floors, the lowest first:
//! - `notebook`: what is asked of notebooks, and what came of it
//! - `work`: what is asked
//! - `outcome`: how a job ends

use std::sync::Arc;

use crate::ask::AskEvent;
use crate::llm::ModelInfo;
use crate::schema::Schema;
use crate::store::pull::PullEvent;

mod notebook;
mod outcome;
mod work;

pub use notebook::{NotebookOutcome, NotebookWork};
pub use outcome::{AttachedAdapter, Compared, DatabaseRecords, FileRow, Found, JobFailure, Kept, ModelRow, Outcome};
pub use work::{AskWork, ChartWork, CopyForm, CopyWork, ExportFormat, KeepWork, ModelsWork, NAMELESS, ResultWork, Sought, Work};

/// Names a job; chosen by the front end, never twice.
pub type JobId = u64;

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
    /// Which adapter goes with the open database, where that is another than before.
    Adapter {
        /// The job that needed to know.
        job: JobId,
        /// The attached one.
        adapter: Option<AttachedAdapter>,
    },
    /// A stage of the ask pipeline.
    Ask {
        /// The asking job.
        job: JobId,
        /// What happened.
        event: AskEvent,
    },
    /// How the database is read, where that is not as SQLite reads it.
    Notes {
        /// The opening job.
        job: JobId,
        /// A sentence each.
        notes: Vec<String>,
    },
    /// How far a job is, in a few words.
    Progress {
        /// Which job.
        job: JobId,
        /// In words.
        text: String,
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
            | Self::Adapter { job, .. }
            | Self::Ask { job, .. }
            | Self::Notes { job, .. }
            | Self::Progress { job, .. }
            | Self::Rows { job, .. }
            | Self::Pull { job, .. }
            | Self::Done { job, .. } => *job,
        }
    }
}
