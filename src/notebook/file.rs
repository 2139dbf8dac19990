//! The file on disk: read within bounds, replaced whole or not at all.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::book::Notebook;
use crate::text;

/// Bytes of a notebook.
pub const MAX_BYTES: usize = 64 << 20;

/// What can go wrong with a notebook's file, or another text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotebookError {
    /// It cannot be read.
    #[error("cannot read {}: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's words, or ours.
        reason: String,
    },
    /// It cannot be written.
    #[error("cannot write {}: {reason}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// It is not what was read.
    #[error("{} was changed meanwhile, so nothing was written", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
}

impl NotebookError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Read { .. } => "give a file of text in UTF-8",
            Self::Write { .. } => "write to another place, or see whether the folder can be written in",
            Self::Changed { .. } => "read it again, or write to another file",
        }
    }
}

/// Reads the notebook in `path`.
///
/// # Errors
/// [`NotebookError::Read`], also for what is no UTF-8 or larger than [`MAX_BYTES`].
pub fn read(path: &Path) -> Result<Notebook, NotebookError> {
    read_text(path, MAX_BYTES).map(Notebook::parse)
}

/// Reads at most `limit` bytes of text.
///
/// # Errors
/// [`NotebookError::Read`], also for what is no UTF-8 or larger.
pub fn read_text(path: &Path, limit: usize) -> Result<String, NotebookError> {
    let failed = |reason: String| NotebookError::Read { path: path.to_owned(), reason };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(|error| failed(error.to_string()))?;
    if bytes.len() > limit {
        return Err(failed(format!("it has more than {}", text::bytes(limit as u64))));
    }
    String::from_utf8(bytes).map_err(|error| failed(format!("it is not UTF-8 at byte {}", error.utf8_error().valid_up_to())))
}

/// Puts `after` in place of `before`, which was read from `path`; whether they differ at all. What a link points to is replaced, not the
/// link; permissions stay.
///
/// # Errors
/// [`NotebookError::Changed`] where somebody else wrote meanwhile, [`NotebookError::Write`].
pub fn replace(path: &Path, before: &str, after: &str) -> Result<bool, NotebookError> {
    if before == after {
        return Ok(false);
    }
    if read_text(path, MAX_BYTES)? != before {
        return Err(NotebookError::Changed { path: path.to_owned() });
    }
    let write = || -> std::io::Result<()> {
        let target = fs::canonicalize(path)?;
        let folder = target.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::Builder::new().prefix(".sqllama-").tempfile_in(folder)?;
        file.write_all(after.as_bytes())?;
        file.as_file().set_permissions(fs::metadata(&target)?.permissions())?;
        file.as_file().sync_all()?;
        file.persist(&target).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error| NotebookError::Write { path: path.to_owned(), reason: error.to_string() })?;
    Ok(true)
}

/// Writes a new file; one that is there stays.
///
/// # Errors
/// [`NotebookError::Write`].
pub fn create(path: &Path, text: &str) -> Result<(), NotebookError> {
    let file = fs::OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| NotebookError::Write { path: path.to_owned(), reason: error.to_string() })
}
