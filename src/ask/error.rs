//! Why there is no answer at all.

use crate::db::DbError;
use crate::llm::LlmError;

/// A longer question is a mistake, or an attack on the context.
pub const MAX_QUESTION_BYTES: usize = 8 * 1024;

/// Why there is no answer at all.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The question is too long.
    #[error("the question has {bytes} bytes, and at most {MAX_QUESTION_BYTES} are read")]
    QuestionTooLong {
        /// Its length.
        bytes: usize,
    },
    /// The model failed.
    #[error(transparent)]
    Model(#[from] LlmError),
    /// The database failed in a way that no other SQL would mend.
    #[error(transparent)]
    Database(DbError),
}
