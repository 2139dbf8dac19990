//! Which rows of a data set can be learned from, and why the others cannot.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::databases::NamedDatabase;
use super::error::{DatasetError, RowProblem};
use super::example::{Body, Example};
use super::read::Examples;
use crate::db::{DbError, Limits, Scratch};
use crate::prompt::Turn;
use crate::schema::Schema;
use crate::signal::{Cancel, Stop};
use crate::sql::extract::extract;
use crate::sql::quotes::mend_double_quotes;
use crate::sql::{ReadOnlySql, guard};

/// A query of a data set that takes longer is of no use.
const QUERY_TIME: Duration = Duration::from_secs(5);

/// What is asked of rows.
#[derive(Default)]
pub struct CheckOptions<'a> {
    /// Tokens a row may have, prompt and answer together, and how they are counted.
    pub length: Option<Length<'a>>,
    /// Questions that are kept for evaluation, from [`question_key`].
    pub held_out: HashSet<[u8; 16]>,
    /// Whether a query that returns no rows is refused where there is a database.
    pub require_rows: bool,
}

/// A bound on a row's length.
pub struct Length<'a> {
    /// Tokens at most.
    pub limit: usize,
    /// Counts a row's.
    pub count: &'a dyn Fn(&Example) -> usize,
}

/// Why a row is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reject {
    /// The row itself cannot be read.
    #[error("{0}")]
    Unreadable(RowProblem),
    /// There is no question, or no answer.
    #[error("its {0} is empty")]
    Empty(&'static str),
    /// The answer is not one statement that reads.
    #[error("{0}")]
    NotAQuery(String),
    /// SQLite does not take the schema.
    #[error("its schema cannot be read: {0}")]
    Schema(String),
    /// The answer names something that its schema does not have.
    #[error("{0}")]
    UnknownName(String),
    /// SQLite does not take the answer for another reason.
    #[error("{0}")]
    Fails(String),
    /// It returns nothing.
    #[error("it returns no rows")]
    NoRows,
    /// The same question about the same schema was there before.
    #[error("it repeats row {0}")]
    Duplicate(usize),
    /// The same question about the same schema was there before, and its answer is another: at most one of them is right.
    #[error("it asks what row {0} asks, and answers otherwise")]
    Conflict(usize),
    /// The question is kept for evaluation.
    #[error("its question is held out")]
    HeldOut,
    /// It is too long.
    #[error("it has {tokens} tokens, and {limit} are possible")]
    TooLong {
        /// Its length.
        tokens: usize,
        /// The limit.
        limit: usize,
    },
}

impl Reject {
    /// The kind of reason, for a table.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "cannot be read",
            Self::Empty(_) => "empty",
            Self::NotAQuery(_) => "not one query",
            Self::Schema(_) => "schema not valid in SQLite",
            Self::UnknownName(_) => "unknown name",
            Self::Fails(_) => "SQLite refuses the query",
            Self::NoRows => "no rows",
            Self::Duplicate(_) => "repeated",
            Self::Conflict(_) => "in conflict",
            Self::HeldOut => "held out",
            Self::TooLong { .. } => "too long",
        }
    }
}

/// A row that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// From 1.
    pub row: usize,
    /// From 1.
    pub line: usize,
    /// Why.
    pub reason: Reject,
    /// Its answer, as it stands there.
    pub answer: String,
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Rows read.
    pub rows: usize,
    /// Rows that can be learned from.
    pub kept: usize,
    /// Values in double quotes that became strings, in how many rows.
    pub requoted: usize,
    /// Rows of several turns that are kept: the last answer is learned, those before are read.
    pub several_turns: usize,
    /// Queries that were run on their database.
    pub ran: usize,
    /// Of these, those that returned nothing.
    pub without_rows: usize,
    /// The others.
    pub rejected: Vec<Rejected>,
}

/// Reads every row of `examples`; those that pass go to `keep`, with values in double quotes made strings.
///
/// # Errors
/// When the file itself cannot be read further, or `cancel` said stop (`Ok(None)`).
pub fn check(
    examples: &mut Examples,
    options: &CheckOptions<'_>,
    cancel: &Cancel,
    keep: &mut dyn FnMut(Example) -> Result<(), DatasetError>,
) -> Result<Option<CheckReport>, DatasetError> {
    let mut checker = Checker { options, seen: HashMap::new(), scratches: HashMap::new(), report: CheckReport::default() };
    while let Some(next) = examples.next() {
        if cancel.is_stopped() {
            return Ok(None);
        }
        let mut example = match next {
            Ok(example) => example,
            // A file that ends inside a row ends the check; what a row holds does not.
            Err(DatasetError::Row { row, line, problem, .. }) => {
                checker.report.rows = row;
                let reason = Reject::Unreadable(problem);
                checker.report.rejected.push(Rejected { row, line, reason, answer: String::new() });
                continue;
            }
            Err(error) => return Err(error),
        };
        checker.report.rows = example.row;
        let database = match (&example.db_id, examples.databases()) {
            (Some(name), Some(databases)) => databases.get(name, cancel).ok(),
            _ => None,
        };
        match checker.judge(&mut example, database.as_deref(), cancel) {
            Ok(()) => {
                checker.report.kept += 1;
                checker.report.several_turns += usize::from(example.answers_before() > 0);
                keep(example)?;
            }
            Err(None) => return Ok(None),
            Err(Some(reason)) => {
                let Example { row, line, answer, .. } = example;
                checker.report.rejected.push(Rejected { row, line, reason, answer });
            }
        }
    }
    Ok(Some(checker.report))
}

/// What tells one question from another: its words in small letters.
pub fn question_key(question: &str) -> [u8; 16] {
    key(&[question])
}

fn key(parts: &[&str]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        for word in part.split_whitespace() {
            hash.update(word.to_lowercase());
            hash.update(" ");
        }
        hash.update([0]);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut short = [0; 16];
    short.copy_from_slice(&digest[..16]);
    short
}

/// What a chat says before its last question: the same words in another chat are another question.
fn said_before(example: &Example) -> String {
    let Body::Chat(messages) = &example.body else { return String::new() };
    let before = messages.split_last().map_or(&[][..], |(_, before)| before);
    before.iter().map(|message| format!("{:?}: {}\n", message.role, message.content)).collect()
}

/// What tells one answer from another: not white space, nor a semicolon at the end; case counts, for it does in values.
fn answer_key(answer: &str) -> [u8; 16] {
    let words: Vec<&str> = answer.trim().trim_end_matches(';').split_whitespace().collect();
    let digest: [u8; 32] = Sha256::digest(words.join(" ")).into();
    let mut short = [0; 16];
    short.copy_from_slice(&digest[..16]);
    short
}

/// Schemas that are kept, so that rows which share one do not make it again. Most data sets have each once.
const KEPT_SCRATCHES: usize = 256;

struct Checker<'a> {
    options: &'a CheckOptions<'a>,
    /// Questions that were there, with the row and what it answered.
    seen: HashMap<[u8; 16], (usize, [u8; 16])>,
    scratches: HashMap<String, Rc<Result<Scratch, String>>>,
    report: CheckReport,
}

impl Checker<'_> {
    /// `Err(None)` where `cancel` said stop.
    fn judge(&mut self, example: &mut Example, database: Option<&NamedDatabase>, cancel: &Cancel) -> Result<(), Option<Reject>> {
        for (text, what) in [(example.asked(), "question"), (&example.answer, "answer")] {
            if text.trim().is_empty() {
                return Err(Some(Reject::Empty(what)));
            }
        }
        if self.options.held_out.contains(&question_key(example.asked())) {
            return Err(Some(Reject::HeldOut));
        }
        let about = example.db_id.clone().unwrap_or_default();
        let before = example.previous().map(Turn::leading).unwrap_or_default();
        let said = said_before(example);
        let own = (example.row, answer_key(&example.answer));
        let (earlier, answered) = *self.seen.entry(key(&[example.asked(), example.context(), &about, &before, &said])).or_insert(own);
        if earlier != example.row {
            return Err(Some(if answered == own.1 { Reject::Duplicate(earlier) } else { Reject::Conflict(earlier) }));
        }
        match (&example.body, database) {
            (Body::Question { .. }, Some(database)) => self.judge_with_rows(example, database, cancel)?,
            (Body::Question { context, .. }, None) if !context.is_empty() => {
                let scratch = self.scratch(&context.clone());
                let scratch = scratch.as_ref().as_ref().map_err(|error| Some(Reject::Schema(error.clone())))?;
                let query = self.query(example, Some(scratch.schema()))?;
                scratch.check(&query).map_err(|error| Some(reason(error)))?;
            }
            (Body::Question { .. }, None) => {
                self.query(example, None)?;
            }
            // Chats and texts may be about anything; where the answer is in a fence or begins as SQL does, it has to be a query.
            _ => {
                let draft = extract(&example.answer).filter(|draft| looks_like_sql(draft.as_str()));
                if let Some(draft) = draft {
                    guard::check(draft.as_str()).map_err(|error| Some(Reject::NotAQuery(error.to_string())))?;
                }
            }
        }
        if let Some(length) = &self.options.length {
            let tokens = (length.count)(example);
            if tokens > length.limit {
                return Err(Some(Reject::TooLong { tokens, limit: length.limit }));
            }
        }
        Ok(())
    }

    fn judge_with_rows(&mut self, example: &mut Example, named: &NamedDatabase, cancel: &Cancel) -> Result<(), Option<Reject>> {
        let query = self.query(example, Some(&named.schema))?;
        let limits = Limits { max_rows: 1, timeout: QUERY_TIME, ..Limits::default() };
        let table = match named.database.execute(&query, &limits, cancel) {
            Ok(table) => table,
            Err(DbError::Stopped(Stop::Cancelled)) => return Err(None),
            Err(error) => return Err(Some(reason(error))),
        };
        self.report.ran += 1;
        if table.rows.is_empty() {
            self.report.without_rows += 1;
            if self.options.require_rows {
                return Err(Some(Reject::NoRows));
            }
        }
        Ok(())
    }

    /// The answer as a query, its values in single quotes.
    fn query(&mut self, example: &mut Example, schema: Option<&Schema>) -> Result<ReadOnlySql, Option<Reject>> {
        if let Some(schema) = schema {
            let (mended, changes) = mend_double_quotes(&example.answer, schema);
            if !changes.is_empty() {
                self.report.requoted += 1;
                example.answer = mended;
            }
        }
        guard::check(&example.answer).map_err(|error| Some(Reject::NotAQuery(error.to_string())))
    }

    fn scratch(&mut self, context: &str) -> Rc<Result<Scratch, String>> {
        if let Some(made) = self.scratches.get(context) {
            return Rc::clone(made);
        }
        if self.scratches.len() >= KEPT_SCRATCHES {
            self.scratches.clear();
        }
        let made = Rc::new(Scratch::new(context).map_err(|error| error.to_string()));
        self.scratches.insert(context.into(), Rc::clone(&made));
        made
    }
}

fn looks_like_sql(text: &str) -> bool {
    let first: String = text.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
    ["select", "with", "values"].iter().any(|word| first.eq_ignore_ascii_case(word))
}

fn reason(error: DbError) -> Reject {
    match error {
        DbError::Sql { message } if message.starts_with("no such") || message.starts_with("ambiguous") => Reject::UnknownName(message),
        error => Reject::Fails(error.to_string()),
    }
}
