//! Why an evaluation could not be done.

use std::path::PathBuf;

use crate::db::DbError;
use crate::llm::LlmError;

/// Why an evaluation could not be done.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// The file of questions.
    #[error("{} cannot be read as questions: {reason}", path.display())]
    Questions {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// An earlier run's file.
    #[error("{} cannot be read as an earlier run: {reason}", path.display())]
    Records {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A database is missing or broken.
    #[error("the database of `{db_id}`: {source}")]
    Database {
        /// Its name.
        db_id: String,
        /// What is wrong with it.
        source: DbError,
    },
    /// An accepted query does not run, so that nothing can be judged by it.
    #[error("the accepted query of question {id} (`{db_id}`) does not run: {reason}")]
    Gold {
        /// The question.
        id: String,
        /// Its database.
        db_id: String,
        /// SQLite's or the guard's message.
        reason: String,
    },
    /// The model failed.
    #[error(transparent)]
    Model(LlmError),
    /// Somebody stopped it.
    #[error("stopped")]
    Stopped,
}

impl EvalError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Questions { .. } => Some("it has to be a JSON list of {db_id, question, query}"),
            Self::Records { .. } => Some("name another file with --out, or delete this one"),
            Self::Database { .. } => Some("--databases names a folder with one <db_id>.sqlite for each database"),
            Self::Gold { .. } => Some("mend or leave out the question"),
            Self::Model(error) => error.hint(),
            Self::Stopped => Some("run it again with the same --out: what is answered stays"),
        }
    }
}
