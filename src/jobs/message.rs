//! What is asked of the workers, and what they report. Closed enums: they can be printed and compared.

use std::sync::Arc;
use std::time::Duration;

use crate::ask::{Answer, AskEvent};
use crate::db::Table;
use crate::llm::ModelInfo;
use crate::schema::Schema;

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
    Ask {
        /// In the person's words.
        question: String,
    },
    /// Run SQL on the open database, under the guard and the limits.
    Run {
        /// One statement.
        sql: String,
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
        table: Arc<Table>,
        /// How long it took.
        elapsed: Duration,
    },
    /// It did not work.
    Failed(JobFailure),
    /// It was cancelled.
    Cancelled,
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
    /// The job's end.
    Done {
        /// Which job.
        job: JobId,
        /// How it ended.
        outcome: Outcome,
    },
}
