//! What can go wrong with our own file.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// An error of this room. Whatever it is, the file was left as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordsError {
    /// The file, or its folder, cannot be read or written.
    #[error("cannot use `{}`: {message}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// The system's or SQLite's words.
        message: String,
    },
    /// The file's contents are broken.
    #[error("`{}` is damaged: {message}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// SQLite's words.
        message: String,
    },
    /// A later sqllama wrote it.
    #[error("`{}` has format {found}, and this sqllama knows formats up to {known}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its `user_version`.
        found: u32,
        /// The last that we know.
        known: u32,
    },
    /// Another program's database lies in our place.
    #[error("`{}` is not a file of sqllama's", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// Another process held the file for longer than we wait.
    #[error("`{}` is in use by another process ({message})", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
        /// SQLite's words.
        message: String,
    },
    /// A path that cannot be written down as text.
    #[error("the path `{}` is not valid UTF-8", path.display())]
    PathNotText {
        /// As given.
        path: PathBuf,
    },
}

impl RecordsError {
    pub(super) fn of(path: &Path, error: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        let message = match error {
            rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
            other => other.to_string(),
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged { path, message },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path, message },
            _ => Self::Unusable { path, message },
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unusable { .. } => "check the permissions and the free space of that folder, or set SQLLAMA_DATA_DIR to another",
            Self::Damaged { .. } => "move it away and a new one is made; `sqlite3 FILE .recover` may save what was in it",
            Self::Newer { .. } => "use the newer sqllama, or set SQLLAMA_DATA_DIR to another folder",
            Self::NotOurs { .. } => "move it away, or set SQLLAMA_DATA_DIR to another folder",
            Self::Busy { .. } => "try again when the other sqllama has finished",
            Self::PathNotText { .. } => "rename the file or the folder",
        }
    }
}
