//! What can go wrong with a database file, or with a query on it.

use std::borrow::Cow;
use std::path::PathBuf;

use super::files::FileError;
use super::owners::program_of;
use super::recognise::FileKind;
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
    #[error("`{}` is {} ({bytes} bytes)", path.display(), kind.words())]
    NotADatabase {
        /// As given.
        path: PathBuf,
        /// The file's size.
        bytes: u64,
        /// What it is instead.
        kind: FileKind,
        /// The database beside it, where it is that one's log or journal.
        owner: Option<Box<PathBuf>>,
    },
    /// An empty path.
    #[error("no database is named: the path is empty")]
    NoPath,
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
    /// SQLite does not open it beside the first file.
    #[error("`{}` cannot be opened as `{name}` beside the first file: {message}", path.display())]
    NotBeside {
        /// As given.
        path: PathBuf,
        /// What statements would call it.
        name: String,
        /// SQLite's words.
        message: String,
    },
    /// One file, named twice.
    #[error("`{}` is open already, as `{name}`", path.display())]
    OpenTwice {
        /// As given.
        path: PathBuf,
        /// What statements call it.
        name: String,
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
    /// A parameter was given no value.
    #[error("the parameter `{name}` has no value")]
    Unbound {
        /// As the statement writes it.
        name: String,
    },
    /// A name and a number that are one parameter.
    #[error("`{name}` and `?{number}` are one parameter here: SQLite numbers a name by its place")]
    Shared {
        /// As the statement writes it.
        name: String,
        /// Its number.
        number: u32,
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
    /// A file that is read as a table.
    #[error("{0}")]
    File(Box<FileError>),
    /// Our own copy of the sample database could not be made.
    #[error("cannot make the demo database in `{}`: {message}", folder.display())]
    Demo {
        /// Where.
        folder: PathBuf,
        /// What happened.
        message: String,
    },
}

impl From<FileError> for DbError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Stopped(stop) => Self::Stopped(stop),
            other => Self::File(Box::new(other)),
        }
    }
}

impl DbError {
    /// What to do about it.
    pub fn hint(&self) -> Cow<'static, str> {
        match self {
            Self::NotADatabase { owner: Some(owner), .. } => {
                format!("give `{}`; what lies beside it is read with it", owner.display()).into()
            }
            Self::Sql { message } => sql_hint(message),
            Self::Unbound { name } => format!("give it with `--param {}=VALUE`", name.trim_start_matches(['?', ':', '@', '$'])).into(),
            other => other.plain_hint().into(),
        }
    }

    fn plain_hint(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "check the path; `sqllama demo` opens a sample database",
            Self::NotAFile { path } if path.is_dir() => "give the database file itself, not the folder it is in",
            Self::NotAFile { .. } => "a file is read more than once, which a pipe or a device cannot be: save it first, and name that file",
            Self::Unreadable { .. } => "check the file's permissions, and those of the folders above it",
            Self::NotADatabase { kind, .. } => kind.hint(),
            Self::NoPath => "give the path of an SQLite file; `sqllama demo` opens a sample database",
            Self::Truncated { .. } => "copy or download it again",
            Self::Corrupt { .. } => "restore a copy, or try `sqlite3 FILE .recover | sqlite3 new.db`",
            Self::Busy { .. } => "try again when the other program has finished writing",
            Self::NeedsRecovery { .. } => {
                "open it once with the program that writes it, or run `sqlite3 FILE .tables` on it, then try again"
            }
            Self::NotBeside { message, .. } if message.contains("same text encoding") => {
                "the files keep their text in different encodings: open each by itself, or copy one with `VACUUM INTO` after `PRAGMA encoding`"
            }
            Self::NotBeside { .. } => "open it by itself to see what is wrong with it",
            Self::OpenTwice { .. } => "name each file once: a table can be joined with itself under two aliases",
            Self::BadUri { .. } => "write `file:PATH`, with characters such as `?`, `#` and `%` percent-encoded",
            Self::Sql { .. } => CORRECT,
            Self::Refused { .. } => "sqllama only reads; use SELECT, WITH, VALUES or EXPLAIN",
            Self::Parameters { .. } | Self::Unbound { .. } => "write the values into the statement",
            Self::Shared { .. } => "write names alone, or numbers alone",
            Self::Stopped(Stop::Cancelled) => "run it again when you want the result",
            Self::Stopped(Stop::TimedOut) => "raise --timeout, or make the query smaller",
            Self::Spool { .. } => "free some space in the system's temporary folder, or set TMPDIR to another",
            Self::Export { .. } => "free some space, or give another place",
            Self::File(error) => error.hint(),
            Self::Demo { .. } => "free some disk space, or set SQLLAMA_CACHE_DIR to a folder that can be written",
        }
    }

    /// Whether the database could not be opened (exit code 3), rather than a statement failing on it.
    pub fn is_open_error(&self) -> bool {
        !matches!(
            self,
            Self::Sql { .. }
                | Self::Refused { .. }
                | Self::Parameters { .. }
                | Self::Unbound { .. }
                | Self::Shared { .. }
                | Self::Spool { .. }
                | Self::Export { .. }
                | Self::Stopped(_)
        )
    }
}

const CORRECT: &str = "correct the SQL where the message points";

/// What to do about a statement that SQLite did not take, by its message.
fn sql_hint(message: &str) -> Cow<'static, str> {
    let missing =
        |what: &str| message.strip_prefix("no such ").and_then(|rest| rest.strip_prefix(what)).map(|rest| rest.trim_start_matches(": "));
    if let Some(function) = missing("function").or_else(|| message.strip_prefix("unknown function: ")) {
        let function = function.trim_end_matches("()");
        return match program_of(function) {
            Some(program) => format!("`{function}` is a function of {program}; leave it out").into(),
            None => "SQLite has no function of that name; `SELECT DISTINCT name FROM pragma_function_list` lists those there are, and `sqllama functions` says what ours do".into(),
        };
    }
    if missing("module").is_some() {
        return "its module is part of the program that made the file: ask about other tables, or open the file there".into();
    }
    if missing("tokenizer").is_some() || message.starts_with("unknown tokenizer") {
        return "its tokenizer is part of the program that made the file: use LIKE on the table that holds the text".into();
    }
    if missing("collation").is_some() {
        return "use one that SQLite has: BINARY, NOCASE or RTRIM".into();
    }
    if missing("index").is_some() {
        return "leave INDEXED BY out; `SELECT name FROM pragma_index_list('TABLE')` lists the indexes of a table".into();
    }
    if message.starts_with("unsafe use of") {
        return "what a file's views and tables may use is limited: ask about the tables that they read".into();
    }
    if message.ends_with("should this be a string literal in single-quotes?") {
        return "write a string in single quotes; `sqllama schema DB` lists the columns".into();
    }
    let named = missing("table").is_some() || missing("column").is_some() || missing("view").is_some();
    if named { "`sqllama schema DB` lists the tables and columns".into() } else { CORRECT.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, words: &str) {
        let hint = DbError::Sql { message: message.to_owned() }.hint().into_owned();
        assert!(hint.contains(words), "{message}: {hint}");
        assert_eq!(hint.contains("sqllama schema"), words.contains("sqllama schema"), "{message}: {hint}");
    }

    #[test]
    fn a_hint_is_about_what_is_missing() {
        check("no such table: x", "sqllama schema");
        check("no such column: a.b", "sqllama schema");
        check("no such column: \"x\" - should this be a string literal in single-quotes?", "`sqllama schema DB` lists the columns");
        check("no such function: title_sort", "a function of calibre");
        check("no such function: st_area", "SpatiaLite");
        check("unknown function: unheard_of()", "pragma_function_list");
        check("no such module: vec0", "module is part of the program");
        check("no such collation sequence: swedish", "BINARY");
        check("no such tokenizer: calibre", "tokenizer is part");
        check("unknown tokenizer: icu", "tokenizer is part");
        check("no such index: x", "pragma_index_list");
        check("unsafe use of load_extension()", "limited");
        check("near \"FORM\": syntax error", "correct the SQL");
    }
}
