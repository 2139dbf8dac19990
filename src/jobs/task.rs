//! What every thread is handed: a task, the open database, a way to report; and what errors are to those who wait.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::message::{JobFailure, JobId, Report, Work};
use crate::ask::Demonstrations;
use crate::db::files::Progress;
use crate::db::{Database, DbError, FileStamp, ValueIndex};
use crate::llm::Generate;
use crate::records::RecordsError;
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::store::StoreError;

/// Makes a model: the one that is named, else the one chosen at the start. Asked again after a failure, since a model may have been
/// installed meanwhile.
pub type ModelFactory = Box<dyn FnMut(Option<&str>) -> Result<Box<dyn Generate>, JobFailure> + Send>;

/// The models of servers that a person named in the settings: what to call each, and where it is, or why that says nothing. None of a database is
/// sent.
pub type ServerLister = Box<dyn Fn(&Cancel) -> Vec<(String, Result<String, String>)> + Send>;

/// Opens what a person named. Where that is read into a copy first, it can be stopped, and tells how far it is.
pub type Opener = Box<dyn Fn(&str, &Cancel, &mut dyn FnMut(Progress)) -> Result<Database, JobFailure> + Send>;

/// Says something to the front end.
pub(super) type Reporter = Arc<dyn Fn(Report) + Send + Sync>;

/// The open database.
#[derive(Clone)]
pub(super) struct Open {
    /// For queries of the person's.
    pub(super) database: Arc<Database>,
    /// For the model's: a query that runs long does not hold it up.
    pub(super) asking: Arc<Database>,
    pub(super) schema: Arc<Schema>,
    /// Its values, read when the first question comes.
    pub(super) values: Arc<OnceLock<Arc<ValueIndex>>>,
    /// Examples made from it, when the first question needs them.
    pub(super) demonstrations: Arc<Demonstrations>,
    /// How its files were at the last look.
    pub(super) seen: Arc<Mutex<Vec<FileStamp>>>,
    /// How they were when they were read.
    pub(super) made: Vec<FileStamp>,
}

/// What threads share: the open database.
pub(super) type Opened = Arc<Mutex<Option<Open>>>;

/// A job on its way to a thread.
pub(super) struct Task {
    pub(super) job: JobId,
    pub(super) work: Work,
    pub(super) cancel: Cancel,
}

/// What a mutex holds, also after a panic: every job leaves it whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Work that came to the wrong thread: a mistake of ours.
pub(super) fn misplaced() -> JobFailure {
    JobFailure { message: "this work is another thread's".into(), hint: Some("this is a bug in sqllama".into()) }
}

impl From<DbError> for JobFailure {
    fn from(error: DbError) -> Self {
        Self { message: error.to_string(), hint: Some(error.hint().into_owned()).filter(|hint| !hint.is_empty()) }
    }
}

impl From<StoreError> for JobFailure {
    fn from(error: StoreError) -> Self {
        Self { message: error.to_string(), hint: error.hint().map(Into::into) }
    }
}

impl From<RecordsError> for JobFailure {
    fn from(error: RecordsError) -> Self {
        Self { message: error.to_string(), hint: Some(error.hint().into()) }
    }
}
