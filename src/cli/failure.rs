//! An error as the command line shows it: a sentence, a hint, an exit code.

use crate::ask::AskError;
use crate::dataset::DatasetError;
use crate::db::DbError;
use crate::llm::{LlmError, ServerError};
use crate::notebook::NotebookError;
use crate::records::RecordsError;
use crate::schema::SetError;
use crate::signal::Stop;
use crate::sql::GuardError;
use crate::store::StoreError;
use crate::train::TrainError;

/// Exit code of what a person stopped.
pub(super) const INTERRUPTED: u8 = 130;

/// An error on its way to the terminal.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: u8,
    pub(super) message: String,
    pub(super) hint: Option<String>,
    pub(super) broken_pipe: bool,
}

impl Failure {
    pub(super) fn new(code: u8, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, broken_pipe: false }
    }

    /// A person pressed Ctrl-C.
    pub(super) fn interrupted() -> Self {
        Self::new(INTERRUPTED, "interrupted")
    }

    fn hinted<H: Into<String>>(code: u8, error: &impl std::fmt::Display, hint: Option<H>) -> Self {
        Self { hint: hint.map(Into::into), ..Self::new(code, error.to_string()) }
    }

    /// Whoever read our output has gone; that is no failure.
    pub(super) fn is_broken_pipe(&self) -> bool {
        self.broken_pipe
    }
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        let code = match &error {
            DbError::Sql { .. } => 1,
            DbError::Stopped(Stop::Cancelled) => return Self::interrupted(),
            DbError::Stopped(Stop::TimedOut) | DbError::Refused { .. } => 4,
            error if error.is_open_error() => 3,
            _ => 1,
        };
        Self { code, message: error.to_string(), hint: Some(error.hint().to_string()).filter(|hint| !hint.is_empty()), broken_pipe: false }
    }
}

impl From<GuardError> for Failure {
    fn from(error: GuardError) -> Self {
        Self::hinted(if error.is_refusal() { 4 } else { 1 }, &error, Some(error.hint()))
    }
}

impl From<SetError> for Failure {
    fn from(error: SetError) -> Self {
        Self::hinted(2, &error, Some(error.hint()))
    }
}

impl From<LlmError> for Failure {
    fn from(error: LlmError) -> Self {
        let code = match error {
            LlmError::Stopped(Stop::Cancelled) => return Self::interrupted(),
            LlmError::Stopped(Stop::TimedOut) => 4,
            LlmError::Adapter(_) | LlmError::OtherBase { .. } | LlmError::ChangesBase { .. } => 2,
            LlmError::NoCuda | LlmError::NoMetal | LlmError::NoCard { .. } | LlmError::CardMemory { .. } => 2,
            LlmError::Server(
                ServerError::Address { .. }
                | ServerError::NoKey { .. }
                | ServerError::KeyCommand { .. }
                | ServerError::BadHeader { .. }
                | ServerError::ChooseModel { .. }
                | ServerError::NoModel { .. }
                | ServerError::UnknownModel { .. }
                | ServerError::Offline { .. }
                | ServerError::NoTokens,
            ) => 2,
            LlmError::Server(ServerError::NotAllowed { .. } | ServerError::TooSlow { .. }) => 4,
            _ => 5,
        };
        Self::hinted(code, &error, error.hint())
    }
}

impl From<RecordsError> for Failure {
    fn from(error: RecordsError) -> Self {
        Self::hinted(2, &error, Some(error.hint()))
    }
}

impl From<DatasetError> for Failure {
    fn from(error: DatasetError) -> Self {
        let code = if matches!(error, DatasetError::Read { .. } | DatasetError::Table(_)) { 3 } else { 2 };
        Self::hinted(code, &error, Some(error.hint()))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::hinted(if matches!(error, StoreError::Stopped) { INTERRUPTED } else { 2 }, &error, error.hint())
    }
}

impl From<AskError> for Failure {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Model(error) => error.into(),
            AskError::Database(error) => error.into(),
            AskError::QuestionTooLong { .. } => Self::hinted(2, &error, Some("ask in a few sentences")),
        }
    }
}

impl From<NotebookError> for Failure {
    fn from(error: NotebookError) -> Self {
        Self::hinted(2, &error, Some(error.hint()))
    }
}

impl From<TrainError> for Failure {
    fn from(error: TrainError) -> Self {
        let code = match error {
            TrainError::Model(error) if !matches!(error, LlmError::Write { .. }) => return error.into(),
            TrainError::Stopped(_) => return Self::interrupted(),
            TrainError::NoRun { .. } => 3,
            TrainError::NotFinite { .. } | TrainError::Weights { .. } | TrainError::Checkpoint { .. } | TrainError::Device { .. } => 5,
            TrainError::File { .. } | TrainError::Model(LlmError::Write { .. }) => 1,
            _ => 2,
        };
        Self::hinted(code, &error, error.hint())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self { broken_pipe: error.kind() == std::io::ErrorKind::BrokenPipe, ..Self::new(1, error.to_string()) }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::new(1, error.to_string())
    }
}
