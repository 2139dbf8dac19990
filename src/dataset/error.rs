//! What can go wrong with a data set.

use std::path::PathBuf;

use crate::db::DbError;
use crate::db::files::FileError;

/// What can go wrong with a data set.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// The file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is a table that cannot be read.
    #[error("{0}")]
    Table(FileError),
    /// Its rows lack columns that were named.
    #[error("the rows of {} have no {}: they hold {}", path.display(), missing.join(", "), keys.join(", "))]
    NoColumns {
        /// Which file.
        path: PathBuf,
        /// What is named and not there.
        missing: Vec<String>,
        /// What the first row holds.
        keys: Vec<String>,
    },
    /// There is no row in it.
    #[error("{} holds no rows", path.display())]
    Empty {
        /// Which file.
        path: PathBuf,
    },
    /// Its first row has none of the known shapes.
    #[error("the rows of {} have a shape that is not known: they hold {}", path.display(), keys.join(", "))]
    UnknownFormat {
        /// Which file.
        path: PathBuf,
        /// What the first row holds.
        keys: Vec<String>,
    },
    /// One row cannot be used.
    #[error("row {row} of {}, line {line}: {problem}", path.display())]
    Row {
        /// Which file.
        path: PathBuf,
        /// From 1.
        row: usize,
        /// The line on which the row begins, from 1.
        line: usize,
        /// What is wrong with it.
        problem: RowProblem,
    },
    /// Rows name databases, and there is no folder of them.
    #[error("the rows of {} name databases, and no folder of databases is known", path.display())]
    NoDatabases {
        /// Which file.
        path: PathBuf,
    },
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowProblem {
    /// The file ends inside it.
    #[error("the file ends inside the row")]
    Cut,
    /// It is longer than a row may be.
    #[error("it is longer than {limit} bytes")]
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// What stands between rows is neither a comma nor the end of a list.
    #[error("`{found}` stands where a row should begin")]
    Between {
        /// The character.
        found: char,
    },
    /// It is not JSON.
    #[error("it is not JSON: {0}")]
    NotJson(String),
    /// A column that was named is missing.
    #[error("it has no `{0}`")]
    NoColumn(String),
    /// A column has no text.
    #[error("its `{0}` is not text")]
    NotText(String),
    /// A part of a message is an image or something else that is no text.
    #[error("a message has a part of the kind `{0}`, which is not text")]
    Part(String),
    /// The table it names is not known.
    #[error("its table `{0}` is not in the file of tables beside it")]
    NoTable(String),
    /// A field is missing.
    #[error("it has no `{0}`")]
    Missing(&'static str),
    /// A field has the wrong type.
    #[error("its `{key}` is not {expected}")]
    WrongType {
        /// The field.
        key: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A chat does not end with the assistant's answer.
    #[error("its messages do not end with an answer of the assistant")]
    NoAnswer,
    /// A speaker is not known.
    #[error("the role `{0}` is not known")]
    UnknownRole(String),
    /// The database it names is not there.
    #[error("there is no database `{0}`")]
    NoDatabase(String),
    /// The database it names cannot be used.
    #[error("database `{name}`: {error}")]
    Database {
        /// Which.
        name: String,
        /// Why.
        error: Box<DbError>,
    },
}

impl DatasetError {
    /// What a person can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Read { .. } => "give a JSON, JSON lines, CSV or Parquet file",
            Self::Table(error) => error.hint(),
            Self::NoColumns { .. } => "name columns that are there: --columns question=...,sql=...",
            Self::Write { .. } => "look at the free space and the permissions of the folder",
            Self::Empty { .. } => "a data set is a JSON list of objects, or one object a line",
            Self::UnknownFormat { .. } => {
                "known are {instruction, input, output}, {question, context, answer}, {db_id, question, query}, {messages}, {conversations}, {prompt, completion} and {prompt, chosen, rejected}; `sqllama data import FILE --columns question=...,sql=...` reads others"
            }
            Self::Row { .. } => "mend or remove the row; `sqllama data check` lists every row that cannot be used",
            Self::NoDatabases { .. } => "give it with --databases DIR; it holds NAME.sqlite or NAME/NAME.sqlite",
        }
    }
}
