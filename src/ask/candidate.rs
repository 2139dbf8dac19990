//! One draft: from the model's words to SQL that runs, or to the reason why not.

use std::time::Duration;

use super::coverage::{coverage, unused_value};
use super::event::{Attempt, Fix};
use super::evidence::{Ran, against};
use super::mend::mend_and_check;
use super::pipeline::AskError;
use super::request::{AskRequest, Execution};
use crate::db::{Database, DbError, Limits, Table};
use crate::llm::Generation;
use crate::schema::Schema;
use crate::signal::{Cancel, Stop};
use crate::sql::extract::extract;
use crate::sql::shape::is_plain_count;
use crate::sql::{Asked, ReadOnlySql, Suspicion, suspicions};

/// A draft that only serves to be compared gets no more than this.
const COMPARISON_TIME: Duration = Duration::from_secs(5);

/// Kinds of fixes that put the same thing in another form: they are no reason to doubt.
const EXACT: [&str; 6] = ["double_quotes", "date", "number", "boolean", "unit", "text_blob"];

/// A draft of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    /// As the model wrote it.
    pub(super) draft: String,
    /// As it stands after mending.
    pub(super) sql: String,
    pub(super) fixes: Vec<Fix>,
    pub(super) mean_logprob: f32,
    pub(super) fate: Fate,
    /// What in its form gives reason to doubt; looked for where it ran.
    pub(super) suspicions: Vec<Suspicion>,
    /// A stored value that the question names and it does nothing with; looked for where it ran.
    pub(super) unused: Option<String>,
    /// Whether it counts the rows of the one table that the question speaks of: that needs no second look.
    pub(super) plain: bool,
}

/// How far a draft came.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fate {
    /// SQLite prepared it; nothing was to run.
    Checked(ReadOnlySql),
    /// It ran.
    Ran(ReadOnlySql, Table),
    /// It is no statement that SQLite takes, or it failed while it ran.
    Failed(String),
    /// It would do more than read.
    Refused(String),
}

impl Candidate {
    /// Takes the SQL out of `generation`, mends and judges it, and runs it where drafts are compared.
    ///
    /// # Errors
    /// Only where the database itself fails, or `cancel` stops.
    pub(super) fn new(
        database: &Database,
        schema: &Schema,
        generation: &Generation,
        request: &AskRequest,
        cancel: &Cancel,
    ) -> Result<Self, AskError> {
        let text = generation.text.trim();
        let mean_logprob = generation.mean_logprob;
        let Some(draft) = extract(text) else {
            let fate = Fate::Failed("there is no SQL statement in the answer".into());
            return Ok(Self {
                draft: text.into(),
                sql: text.into(),
                fixes: Vec::new(),
                mean_logprob,
                fate,
                suspicions: Vec::new(),
                unused: None,
                plain: false,
            });
        };
        let mut candidate = Self::judge(database, schema, draft.as_str(), request, cancel)?;
        candidate.mean_logprob = mean_logprob;
        Ok(candidate)
    }

    /// The same for SQL that is there already.
    pub(super) fn judge(
        database: &Database,
        schema: &Schema,
        draft: &str,
        request: &AskRequest,
        cancel: &Cancel,
    ) -> Result<Self, AskError> {
        let judged = mend_and_check(database, schema, draft, request, cancel).map_err(AskError::Database)?;
        let mut candidate = Self {
            draft: draft.into(),
            sql: judged.sql,
            fixes: judged.fixes,
            mean_logprob: 0.0,
            fate: judged.fate,
            suspicions: Vec::new(),
            unused: None,
            plain: false,
        };
        if let (Fate::Checked(sql), true) = (&candidate.fate, request.execution != Execution::Never) {
            let limits = Limits { timeout: request.limits.timeout.min(COMPARISON_TIME), ..request.limits };
            let limits = if request.candidates.most() > 1 { limits } else { request.limits };
            let sql = sql.clone();
            candidate.fate = match database.execute(&sql, &limits, cancel) {
                Ok(table) => Fate::Ran(sql, table),
                Err(DbError::Sql { message, .. }) => Fate::Failed(message),
                Err(DbError::Refused { message }) => Fate::Refused(message),
                // Too slow to be compared: it takes no other draft with it. Alone, or chosen for want of others, it gets its whole time.
                Err(DbError::Stopped(Stop::TimedOut)) if cancel.stop().is_none() && request.candidates.most() > 1 => Fate::Checked(sql),
                Err(error) => return Err(AskError::Database(error)),
            };
            let hits = request.values.as_ref().map(|index| index.find(&request.question)).unwrap_or_default();
            candidate.unused = unused_value(&request.question, &candidate.sql, &hits).map(|hit| hit.value.clone());
            candidate.plain = is_plain_count(&candidate.sql)
                && request.previous.is_none()
                && coverage(&request.question, &candidate.sql, schema, &hits).unaccounted.is_empty();
            let before = [request.hint.as_deref(), request.previous.as_ref().map(|turn| turn.sql.as_str())];
            let before = before.into_iter().flatten().collect::<Vec<_>>().join("\n");
            let asked = Asked { question: &request.question, before: &before };
            candidate.suspicions = suspicions(&candidate.sql, schema, Some(asked));
            if let Some(table) = candidate.table() {
                let ran = Ran { question: &request.question, before: &before, sql: &candidate.sql, table };
                let found = against(&ran, database, schema, request.values.as_deref(), cancel);
                candidate.suspicions.extend(found);
            }
        }
        Ok(candidate)
    }

    /// Whether its form, or what it leaves out, gives reason to doubt.
    pub(super) fn is_suspicious(&self) -> bool {
        !self.suspicions.is_empty() || self.unused.is_some()
    }

    /// What speaks most against its form, or what it leaves out, in a sentence.
    pub(super) fn against(&self) -> Option<String> {
        let unused = || self.unused.as_ref().map(|value| format!("nothing is done with {value:?}"));
        self.suspicions.first().map(|suspicion| suspicion.sentence.clone()).or_else(unused)
    }

    /// The error with the SQL it is about, where it failed.
    pub(super) fn attempt(&self) -> Option<Attempt> {
        match &self.fate {
            Fate::Failed(error) | Fate::Refused(error) => Some(Attempt { sql: self.sql.clone(), error: error.clone() }),
            _ => None,
        }
    }

    /// Whether anything had to be changed in it but the form in which the same thing is written.
    pub(super) fn is_mended(&self) -> bool {
        self.fixes.iter().any(|fix| !EXACT.contains(&fix.kind.as_str()))
    }

    /// Its rows, where it ran.
    pub(super) fn table(&self) -> Option<&Table> {
        match &self.fate {
            Fate::Ran(_, table) => Some(table),
            _ => None,
        }
    }

    /// Its statement, where SQLite takes it.
    pub(super) fn statement(&self) -> Option<&ReadOnlySql> {
        match &self.fate {
            Fate::Ran(sql, _) | Fate::Checked(sql) => Some(sql),
            _ => None,
        }
    }
}
