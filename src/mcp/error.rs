//! Why a tool gave nothing: a sentence for the model that called it, and what to do.

use std::borrow::Cow;

use crate::ask::AskError;
use crate::db::DbError;
use crate::jobs::JobFailure;
use crate::records::RecordsError;
use crate::signal::Stop;
use crate::sql::GuardError;

/// Bytes of an error's text at most: SQLite's messages quote what they are about.
const MAX_TEXT_BYTES: usize = 4_000;

/// Why a tool gave nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum ToolError {
    /// The arguments are not those of the tool.
    #[error("the arguments of `{tool}` are wrong: {message}")]
    Arguments {
        /// The tool.
        tool: &'static str,
        /// What is wrong with them.
        message: String,
        /// What it takes.
        takes: &'static str,
    },
    /// There are several databases, and none is named.
    #[error("which database is meant is not said: there are {}", names.len())]
    WhichDatabase {
        /// What they are called.
        names: Vec<String>,
    },
    /// No database has this name.
    #[error("there is no database `{name}`")]
    NoDatabase {
        /// As given.
        name: String,
        /// What they are called.
        names: Vec<String>,
    },
    /// No table has this name.
    #[error("there is no table `{name}` in `{database}`")]
    NoTable {
        /// As given.
        name: String,
        /// The database.
        database: String,
    },
    /// A value was given for a parameter that the statement does not have.
    #[error("the statement has no parameter `{name}`")]
    NoParameter {
        /// As given.
        name: String,
        /// Those it has.
        written: Vec<String>,
    },
    /// A parameter's value is a list or an object.
    #[error("the value of the parameter `{name}` is no text, number, true, false or null")]
    Value {
        /// Its name.
        name: String,
    },
    /// A person keeps what it reads private.
    #[error("the statement may read what the owner of this database keeps private")]
    Private,
    /// What is private cannot be read.
    #[error("what is private cannot be read, so nothing is given: {0}")]
    Records(#[from] RecordsError),
    /// The guard did not let it through.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// The database did not answer.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The pipeline did not answer.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// There is no model, or files could not be read again.
    #[error("{}", .0.message)]
    Failed(JobFailure),
    /// A mistake of ours.
    #[error("an internal error: {message}")]
    Internal {
        /// What the panic said.
        message: String,
    },
}

impl ToolError {
    /// What to do about it, in words for somebody who has the tools and no command line.
    pub(super) fn hint(&self) -> Cow<'static, str> {
        match self {
            Self::Arguments { takes, .. } => (*takes).into(),
            Self::WhichDatabase { names } => format!("give one of them as `database`: {}", listed(names)).into(),
            Self::NoDatabase { names, .. } => format!("there are: {}", listed(names)).into(),
            Self::NoTable { .. } => "the tool `schema` without `tables` lists them".into(),
            Self::NoParameter { written, .. } if written.is_empty() => {
                "it has none; they are written `:name`, `@name`, `$name` or `?1`".into()
            }
            Self::NoParameter { written, .. } => format!("it has {}", listed(written)).into(),
            Self::Value { .. } => "give each parameter one value".into(),
            Self::Private => "name the columns you need, from those that the tool `schema` shows, in place of `*`".into(),
            Self::Records(error) => error.hint().into(),
            Self::Guard(error) => error.hint(),
            Self::Database(error) => database_hint(error),
            Self::Ask(AskError::Database(error)) => database_hint(error),
            Self::Ask(AskError::Model(error)) => error.hint().unwrap_or_default().into(),
            Self::Ask(AskError::QuestionTooLong { .. }) => "ask in a few sentences".into(),
            Self::Failed(failure) => failure.hint.clone().unwrap_or_default().into(),
            Self::Internal { .. } => "this is a bug in sqllama; the other tools and databases still answer".into(),
        }
    }

    /// Sentence and hint, as a tool returns them.
    pub(super) fn text(&self) -> String {
        said(&self.to_string(), &self.hint())
    }
}

impl From<JobFailure> for ToolError {
    fn from(failure: JobFailure) -> Self {
        Self::Failed(failure)
    }
}

/// An error and what to do about it, as the command line says them.
pub(super) fn said(message: &str, hint: &str) -> String {
    let message = crate::text::sanitize_lines(message);
    let message = cut(&message, MAX_TEXT_BYTES);
    match hint {
        "" => format!("error: {message}"),
        hint => format!("error: {message}\nhint: {}", cut(&crate::text::sanitize_lines(hint), MAX_TEXT_BYTES)),
    }
}

/// `text`, with a mark where more than `most` bytes of it are left out.
pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return text.into();
    }
    let kept = text.get(..text.floor_char_boundary(most)).unwrap_or_default();
    format!("{kept}… (cut: {} bytes in all)", text.len()).into()
}

/// What the database room advises, where it speaks of the command line: in words of the tools.
fn database_hint(error: &DbError) -> Cow<'static, str> {
    match error {
        DbError::Unbound { .. } | DbError::Parameters { .. } => "give its value in `parameters`".into(),
        DbError::Stopped(Stop::TimedOut) => "make the query smaller; whoever starts the server can raise --timeout".into(),
        other => other.hint().replace("`sqllama schema DB`", "the tool `schema`").replace("`sqllama functions`", "the manual").into(),
    }
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(error: impl Into<ToolError>, expected: &str) {
        assert_eq!(error.into().text(), expected);
    }

    #[test]
    fn errors_speak_of_tools() {
        let sql = |message: &str| DbError::Sql { message: message.into() };
        check(sql("no such table: x"), "error: no such table: x\nhint: the tool `schema` lists the tables and columns");
        check(DbError::Unbound { name: ":a".into() }, "error: the parameter `:a` has no value\nhint: give its value in `parameters`");
        check(
            DbError::Stopped(Stop::TimedOut),
            "error: the query ran out of time\nhint: make the query smaller; whoever starts the server can raise --timeout",
        );
        let names = vec!["a".to_owned(), "b".to_owned()];
        check(ToolError::NoDatabase { name: "c".into(), names }, "error: there is no database `c`\nhint: there are: `a`, `b`");
        check(sql("a\u{1b}[2J\nb"), "error: a\\u{1b}[2J\nb\nhint: correct the SQL where the message points");
    }

    #[test]
    fn a_long_message_is_cut() {
        let long = DbError::Sql { message: format!("no such column: {}", "é".repeat(MAX_TEXT_BYTES)) };
        let text = ToolError::from(long).text();
        assert!(text.len() < MAX_TEXT_BYTES + 200 && text.contains("… (cut: 8016 bytes in all)\nhint: "), "{}", text.len());
    }
}
