//! What can go wrong with a database file, or with a query on it.

use std::path::PathBuf;

use crate::signal::Stop;

/// An error of this room.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DbError {
    /// Nothing is there.
    #[error("there is no file `{}`", path.display())]
    Missing {
        /// As given.
        path: PathBuf,
    },
    /// A folder, a device, a pipe.
    #[error("`{}` is not a file", path.display())]
    NotAFile {
        /// As given.
        path: PathBuf,
    },
    /// The system would not let us read it.
    #[error("cannot read `{}`: {message}", path.display())]
    Unreadable {
        /// As given.
        path: PathBuf,
        /// The system's or SQLite's words.
        message: String,
    },
    /// A file, but not one that SQLite wrote.
    #[error("`{}` is not an SQLite database ({bytes} bytes; an SQLite file begins with `SQLite format 3`)", path.display())]
    NotADatabase {
        /// As given.
        path: PathBuf,
        /// The file's size.
        bytes: u64,
        /// Whether the first bytes look random, as an encrypted database's do.
        looks_encrypted: bool,
    },
    /// Shorter than its own header says.
    #[error("`{}` is cut short: its header says {expected} bytes, and it has {actual}", path.display())]
    Truncated {
        /// As given.
        path: PathBuf,
        /// Page size times page count.
        expected: u64,
        /// The file's size.
        actual: u64,
    },
    /// SQLite found the file's contents broken.
    #[error("`{}` is damaged: {message}", path.display())]
    Corrupt {
        /// As given.
        path: PathBuf,
        /// SQLite's words.
        message: String,
    },
    /// Another program holds a lock and did not let go in time.
    #[error("`{}` is locked by another program ({message})", path.display())]
    Busy {
        /// As given.
        path: PathBuf,
        /// SQLite's words.
        message: String,
    },
    /// A crashed writer left a journal that has to be rolled back, which means writing.
    #[error("`{}` was left in the middle of a change, and undoing it would mean writing", path.display())]
    NeedsRecovery {
        /// As given.
        path: PathBuf,
    },
    /// A `file:` address that does not name a database to read.
    #[error("`{uri}` is not a database address that can be read: {reason}")]
    BadUri {
        /// As given.
        uri: String,
        /// What is wrong with it.
        reason: String,
    },
    /// SQLite did not take the statement, or failed while running it.
    #[error("{message}")]
    Sql {
        /// SQLite's own message, word for word.
        message: String,
    },
    /// The statement would do more than read.
    #[error("refused: {message}")]
    Refused {
        /// Which lock held, and why.
        message: String,
    },
    /// The statement has parameters, and there are no values for them.
    #[error("the statement has {count} parameter(s) (`?`, `:name`) without a value")]
    Parameters {
        /// How many.
        count: usize,
    },
    /// Cancelled, or out of time.
    #[error("{}", match .0 { Stop::Cancelled => "the query was cancelled", Stop::TimedOut => "the query ran out of time" })]
    Stopped(Stop),
    /// A result could not be kept in our temporary file.
    #[error("cannot keep the result: {message}")]
    Spool {
        /// The system's or SQLite's words.
        message: String,
    },
    /// A result could not be written for the person.
    #[error("the export could not be written: {message}")]
    Export {
        /// The system's or the format's words.
        message: String,
    },
    /// Our own copy of the sample database could not be made.
    #[error("cannot make the demo database in `{}`: {message}", folder.display())]
    Demo {
        /// Where.
        folder: PathBuf,
        /// What happened.
        message: String,
    },
}

impl DbError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "check the path; `sqllama demo` opens a sample database",
            Self::NotAFile { .. } => "give the database file itself, not the folder it is in",
            Self::Unreadable { .. } => "check the file's permissions, and those of the folders above it",
            Self::NotADatabase { looks_encrypted: true, .. } => "it may be encrypted: decrypt it with the program that made it",
            Self::NotADatabase { .. } => "give an SQLite file; a CSV file can be imported with `sqlite3 new.db '.import FILE TABLE --csv'`",
            Self::Truncated { .. } => "copy or download it again",
            Self::Corrupt { .. } => "restore a copy, or try `sqlite3 FILE .recover | sqlite3 new.db`",
            Self::Busy { .. } => "try again when the other program has finished writing",
            Self::NeedsRecovery { .. } => {
                "open it once with the program that writes it, or run `sqlite3 FILE .tables` on it, then try again"
            }
            Self::BadUri { .. } => "write `file:PATH`, with characters such as `?`, `#` and `%` percent-encoded",
            Self::Sql { message, .. } if !message.starts_with("no such") => "correct the SQL where the message points",
            Self::Sql { .. } => "`sqllama schema DB` lists the tables and columns",
            Self::Refused { .. } => "sqllama only reads; use SELECT, WITH, VALUES or EXPLAIN",
            Self::Parameters { .. } => "write the values into the statement",
            Self::Stopped(Stop::Cancelled) => "run it again when you want the result",
            Self::Stopped(Stop::TimedOut) => "raise --timeout, or make the query smaller",
            Self::Spool { .. } => "free some space in the system's temporary folder, or set TMPDIR to another",
            Self::Export { .. } => "free some space, or give another place",
            Self::Demo { .. } => "free some disk space, or set SQLLAMA_CACHE_DIR to a folder that can be written",
        }
    }

    /// Whether the database could not be opened (exit code 3), rather than a statement failing on it.
    pub fn is_open_error(&self) -> bool {
        !matches!(
            self,
            Self::Sql { .. } | Self::Refused { .. } | Self::Parameters { .. } | Self::Spool { .. } | Self::Export { .. } | Self::Stopped(_)
        )
    }
}
