//! What can go wrong with a file that is read as a table.

use std::path::{Path, PathBuf};

use crate::signal::Stop;
use crate::text;

/// What packs files.
const GZIP: &str = "gzip";

/// An error of this folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The system would not let us read it.
    #[error("cannot read `{}`: {message}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// The system's words.
        message: String,
    },
    /// There is nothing in it that could be a row.
    #[error("`{}` holds no rows", path.display())]
    Empty {
        /// Which file.
        path: PathBuf,
    },
    /// It is not what it begins as.
    #[error("`{}` cannot be read as {form}: {message}", path.display())]
    Broken {
        /// Which file.
        path: PathBuf,
        /// The form it seems to have.
        form: &'static str,
        /// What is wrong, and where.
        message: String,
    },
    /// Its name says what it is, and its bytes say nothing of the kind.
    #[error("`{}` is called {form}, and its {bytes} bytes are no {form}: they look random", path.display())]
    Misnamed {
        /// Which file.
        path: PathBuf,
        /// What its name says.
        form: &'static str,
        /// Its size.
        bytes: u64,
    },
    /// A Parquet file whose pages are compressed in a way that is not built in.
    #[error("`{}` is compressed with {codec}, which is not built in", path.display())]
    Codec {
        /// Which file.
        path: PathBuf,
        /// Parquet's name for it.
        codec: String,
    },
    /// More columns than SQLite takes.
    #[error("`{}` has more than {limit} columns", path.display())]
    Columns {
        /// Which file.
        path: PathBuf,
        /// What SQLite takes.
        limit: usize,
    },
    /// Somebody wrote to it while it was read, again and again.
    #[error("`{}` changes while it is read", path.display())]
    Changing {
        /// Which file.
        path: PathBuf,
    },
    /// The copy would be larger than a copy may be.
    #[error("the table made of `{}` would take more than {}", path.display(), text::bytes(*limit))]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// What a copy may take.
        limit: u64,
    },
    /// The disk has less room than the file alone takes.
    #[error("`{}` takes {}, and there is room for {} in `{}`", path.display(), text::bytes(*bytes), text::bytes(*free), folder.display())]
    NoRoom {
        /// Which file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// What is free.
        free: u64,
        /// Where copies lie.
        folder: PathBuf,
    },
    /// The copy could not be written.
    #[error("cannot keep a copy in `{}`: {message}", folder.display())]
    Copy {
        /// Where.
        folder: PathBuf,
        /// The system's or SQLite's words.
        message: String,
    },
    /// Cancelled, or out of time.
    #[error("reading the file was {}", match .0 { Stop::Cancelled => "cancelled", Stop::TimedOut => "stopped: it ran out of time" })]
    Stopped(Stop),
    /// One of several has no rows to make a table of.
    #[error("`{}` is not a file of rows (CSV, JSON, Parquet), and only such files are opened together", path.display())]
    Mixed {
        /// Which one.
        path: PathBuf,
    },
}

impl FileError {
    /// The system's error on reading the file at `path`, or the unpacker's on what it holds.
    pub(super) fn on_reading(path: &Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        let (path, message) = (path.to_owned(), error.to_string());
        match error.kind() {
            InvalidData | InvalidInput | UnexpectedEof => Self::Broken { path, form: GZIP, message },
            _ => Self::Unreadable { path, message },
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "check the file's permissions, and those of the folders above it",
            Self::Empty { .. } => "a table has a line of names and a line for each row; JSON lines have an object a line",
            Self::Misnamed { .. } => "copy or download it again; where a program encrypted or packed it, let that program undo it",
            Self::Broken { form: "Parquet" | GZIP, .. } => "copy or download it again, or write it anew",
            Self::Broken { .. } => "mend the place with an editor, or export the file again",
            Self::Codec { .. } => "write it with Snappy, gzip or no compression: pandas' `to_parquet(..., compression='snappy')`",
            Self::Columns { .. } => "turn the keys into rows, or leave columns out, before it is opened",
            Self::Changing { .. } => "open it when its writer has finished, or open a copy",
            Self::TooLarge { .. } | Self::NoRoom { .. } => "free some disk space, or set SQLLAMA_CACHE_DIR to a folder on a larger disk",
            Self::Copy { .. } => "free some disk space, or set SQLLAMA_CACHE_DIR to a folder that can be written",
            Self::Stopped(_) => "open it again when you want its rows",
            Self::Mixed { .. } => "open it by itself, or beside the others: `--with NAME=FILE`",
        }
    }
}
