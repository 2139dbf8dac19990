//! Two threads: one for databases, one for the model, so that SQL runs while the model writes.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::message::{JobFailure, JobId, Outcome, Report, Work};
use crate::ask::{AskError, AskRequest, Execution, ask, prepare_model};
use crate::db::{Database, DbError, Limits};
use crate::llm::{Generate, LlmError};
use crate::prompt::{Form, SCHEMA_BYTES, schema_text};
use crate::schema::Schema;
use crate::signal::{Cancel, Stop};
use crate::sql::guard;

/// Makes the model when the first question comes; asked again after a failure, since a model may have been installed meanwhile.
pub type ModelFactory = Box<dyn FnMut() -> Result<Box<dyn Generate>, JobFailure> + Send>;

/// Opens what a person named.
pub type Opener = Box<dyn Fn(&str) -> Result<Database, JobFailure> + Send>;

/// What the workers need to know.
pub struct Settings {
    /// Opens databases.
    pub open: Opener,
    /// Makes the model.
    pub model: ModelFactory,
    /// Limits of queries.
    pub limits: Limits,
}

type Reporter = Arc<dyn Fn(Report) + Send + Sync>;
type Running = Arc<Mutex<HashMap<JobId, Cancel>>>;

#[derive(Clone)]
struct Open {
    database: Arc<Database>,
    schema: Arc<Schema>,
}

struct Task {
    job: JobId,
    work: Work,
    cancel: Cancel,
}

/// Handles to the workers. Dropping them cancels what runs.
pub struct Workers {
    database: Sender<Task>,
    model: Sender<Task>,
    running: Running,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Workers {
    /// Starts the threads. `report` is called from them.
    pub fn start(settings: Settings, report: impl Fn(Report) + Send + Sync + 'static) -> std::io::Result<Self> {
        let report: Reporter = Arc::new(report);
        let running = Running::default();
        let open = Arc::new(Mutex::new(None));
        let (database, database_tasks) = channel();
        let (model, model_tasks) = channel();
        let Settings { open: opener, model: mut factory, limits } = settings;
        {
            let (open, running, report) = (Arc::clone(&open), Arc::clone(&running), Arc::clone(&report));
            std::thread::Builder::new().name("database".into()).spawn(move || {
                serve(&database_tasks, &running, &report, |task| match &task.work {
                    Work::Open { database } => open_database(task, database, &opener, &open, &report),
                    Work::Run { sql } => run(sql, &open, &limits, &task.cancel),
                    Work::Ask { .. } | Work::Prepare => Err(JobFailure { message: "this is for the model".into(), hint: None }),
                });
            })?;
        }
        {
            let running = Arc::clone(&running);
            let mut model: Option<Box<dyn Generate>> = None;
            std::thread::Builder::new().name("model".into()).spawn(move || {
                serve(&model_tasks, &running, &report, |task| {
                    let open = opened(&open)?;
                    let model = loaded(task.job, &mut model, &mut factory, &report)?;
                    match &task.work {
                        Work::Ask { question } => answer(task, question, &open, model, &limits, &report),
                        Work::Prepare => prepare(task, &open, model, &report),
                        Work::Open { .. } | Work::Run { .. } => Err(JobFailure { message: "this is for the database".into(), hint: None }),
                    }
                });
            })?;
        }
        Ok(Self { database, model, running })
    }

    /// Queues a job.
    pub fn submit(&self, job: JobId, work: Work) {
        let cancel = Cancel::new();
        lock(&self.running).insert(job, cancel.clone());
        let queue = if matches!(work, Work::Ask { .. } | Work::Prepare) { &self.model } else { &self.database };
        // A worker outlives every handle, unless its thread could not go on; then the process is ending.
        let _ = queue.send(Task { job, work, cancel });
    }

    /// Asks a job to stop. It still reports its end.
    pub fn cancel(&self, job: JobId) {
        if let Some(cancel) = lock(&self.running).get(&job) {
            cancel.cancel();
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        lock(&self.running).values().for_each(Cancel::cancel);
    }
}

fn serve(tasks: &Receiver<Task>, running: &Running, report: &Reporter, mut work: impl FnMut(&Task) -> Result<Outcome, JobFailure>) {
    for task in tasks {
        let outcome = if task.cancel.is_stopped() {
            Outcome::Cancelled
        } else {
            match catch_unwind(AssertUnwindSafe(|| work(&task))) {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(failure)) => Outcome::Failed(failure),
                Err(panic) => Outcome::Failed(JobFailure {
                    message: format!("an internal error: {}", panic_text(panic.as_ref())),
                    hint: Some("this is a bug in sqllama; what was open still is".into()),
                }),
            }
        };
        lock(running).remove(&task.job);
        report(Report::Done { job: task.job, outcome });
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "unknown".into())
}

impl From<DbError> for JobFailure {
    fn from(error: DbError) -> Self {
        Self { message: error.to_string(), hint: Some(error.hint().to_owned()).filter(|hint| !hint.is_empty()) }
    }
}

fn open_database(task: &Task, name: &str, opener: &Opener, open: &Mutex<Option<Open>>, report: &Reporter) -> Result<Outcome, JobFailure> {
    let database = Arc::new(opener(name)?);
    let path = database.path().display().to_string();
    let mut schema = match database.schema_outline(&task.cancel) {
        Err(DbError::Stopped(Stop::Cancelled)) => return Ok(Outcome::Cancelled),
        other => other?,
    };
    report(Report::Outline { job: task.job, path: path.clone(), schema: Arc::new(schema.clone()) });
    match database.fill_statistics(&mut schema, &task.cancel) {
        Err(DbError::Stopped(Stop::Cancelled)) => return Ok(Outcome::Cancelled),
        other => other?,
    }
    let schema = Arc::new(schema);
    *lock(open) = Some(Open { database, schema: Arc::clone(&schema) });
    Ok(Outcome::Opened { path, schema })
}

fn opened(open: &Mutex<Option<Open>>) -> Result<Open, JobFailure> {
    let nothing = || JobFailure { message: "no database is open yet".into(), hint: Some("wait until it is, or open another".into()) };
    lock(open).clone().ok_or_else(nothing)
}

fn run(sql: &str, open: &Mutex<Option<Open>>, limits: &Limits, cancel: &Cancel) -> Result<Outcome, JobFailure> {
    let open = opened(open)?;
    let sql = guard::check(sql).map_err(|error| JobFailure { message: error.to_string(), hint: Some(error.hint().to_string()) })?;
    let start = Instant::now();
    match open.database.execute(&sql, limits, cancel) {
        Ok(table) => Ok(Outcome::Ran { table: Arc::new(table), elapsed: start.elapsed() }),
        Err(DbError::Stopped(Stop::Cancelled)) => Ok(Outcome::Cancelled),
        Err(error) => Err(error.into()),
    }
}

/// The model, made now where it was not.
fn loaded<'a>(
    job: JobId,
    model: &'a mut Option<Box<dyn Generate>>,
    factory: &mut ModelFactory,
    report: &Reporter,
) -> Result<&'a mut dyn Generate, JobFailure> {
    if model.is_none() {
        report(Report::LoadingModel { job });
        let made = factory()?;
        report(Report::ModelLoaded { job, info: made.info().clone() });
        *model = Some(made);
    }
    match model {
        Some(model) => Ok(model.as_mut()),
        None => Err(JobFailure { message: "there is no model".into(), hint: None }),
    }
}

fn form_of(model: &dyn Generate) -> Form {
    if model.info().has_chat_template { Form::Chat } else { Form::Alpaca }
}

fn prepare(task: &Task, open: &Open, model: &mut dyn Generate, report: &Reporter) -> Result<Outcome, JobFailure> {
    let job = task.job;
    let form = form_of(model);
    let text = schema_text(&open.schema, SCHEMA_BYTES);
    match prepare_model(model, &text, form, &task.cancel, &mut |event| report(Report::Ask { job, event })) {
        Ok(()) => Ok(Outcome::Prepared),
        Err(error) => ended(error),
    }
}

/// How a job of the model ends when the pipeline gave an error.
fn ended(error: AskError) -> Result<Outcome, JobFailure> {
    match error {
        AskError::Model(LlmError::Stopped(Stop::Cancelled)) | AskError::Database(DbError::Stopped(Stop::Cancelled)) => {
            Ok(Outcome::Cancelled)
        }
        AskError::Model(error) => Err(JobFailure { message: error.to_string(), hint: error.hint().map(Into::into) }),
        AskError::Database(error) => Err(error.into()),
        error @ AskError::QuestionTooLong { .. } => {
            Err(JobFailure { message: error.to_string(), hint: Some("ask in a few sentences".into()) })
        }
    }
}

fn answer(
    task: &Task,
    question: &str,
    open: &Open,
    model: &mut dyn Generate,
    limits: &Limits,
    report: &Reporter,
) -> Result<Outcome, JobFailure> {
    let job = task.job;
    let request = AskRequest {
        execution: Execution::ToCompare,
        limits: *limits,
        ..AskRequest::new(question, schema_text(&open.schema, SCHEMA_BYTES), form_of(model))
    };
    match ask(&open.database, &open.schema, model, &request, &task.cancel, &mut |event| report(Report::Ask { job, event })) {
        Ok(answer) => Ok(Outcome::Answered(Box::new(answer))),
        Err(error) => ended(error),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::ask::AnswerState;
    use crate::db::demo;
    use crate::llm::Scripted;

    /// Submits `work` to workers with the demo database open, and gives the reports up to its end.
    fn reports(answers: &'static [&'static str], work: Work, cancel_first: bool) -> Vec<Report> {
        let folder = tempfile::tempdir().unwrap();
        let path = demo::path(folder.path()).unwrap();
        let (out, reports) = channel();
        let settings = Settings {
            open: Box::new(move |_| Ok(Database::open(&path)?)),
            model: Box::new(move || match answers {
                [] => Err(JobFailure { message: "no model is installed".into(), hint: None }),
                ["panic"] => panic!("the factory broke"),
                answers => Ok(Box::new(Scripted::new(answers.iter().copied()))),
            }),
            limits: Limits { max_rows: 5, ..Limits::default() },
        };
        let workers = Workers::start(settings, move |report| out.send(report).unwrap()).unwrap();
        workers.submit(1, Work::Open { database: "demo".into() });
        let until_done = |job| {
            let mut seen = Vec::new();
            loop {
                let report = reports.recv_timeout(Duration::from_secs(20)).unwrap();
                let done = matches!(&report, Report::Done { job: done, .. } if *done == job);
                seen.push(report);
                if done {
                    break seen;
                }
            }
        };
        assert!(matches!(until_done(1).as_slice(), [Report::Outline { .. }, Report::Done { outcome: Outcome::Opened { .. }, .. }]));
        workers.submit(2, work);
        if cancel_first {
            workers.cancel(2);
        }
        let seen = until_done(2);
        // Nothing comes after the end, and the workers still work.
        workers.submit(3, Work::Run { sql: "SELECT 1".into() });
        assert!(matches!(until_done(3).as_slice(), [Report::Done { outcome: Outcome::Ran { .. }, .. }]));
        seen
    }

    fn outcome(reports: Vec<Report>) -> Outcome {
        match reports.into_iter().last() {
            Some(Report::Done { outcome, .. }) => outcome,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn check_failure(outcome: Outcome, expected: &str) {
        match outcome {
            Outcome::Failed(failure) => assert!(failure.message.contains(expected), "{failure:?}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_question_ends_in_checked_sql_and_nothing_runs() {
        let reports = reports(&["```sql\nSELECT count(*) FROM customer\n```"], Work::Ask { question: "how many?".into() }, false);
        assert!(matches!(reports.first(), Some(Report::LoadingModel { job: 2 })));
        assert!(!reports.iter().any(|report| matches!(report, Report::Ask { event: crate::ask::AskEvent::Running, .. })));
        match outcome(reports) {
            Outcome::Answered(answer) => assert_eq!((answer.state, answer.table), (AnswerState::Checked, None)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_model_reads_the_schema_before_it_is_asked() {
        let reports = reports(&[""], Work::Prepare, false);
        assert!(matches!(reports[1], Report::ModelLoaded { job: 2, .. }));
        assert!(reports.iter().any(|report| matches!(report, Report::Ask { event: crate::ask::AskEvent::Reading { .. }, .. })));
        assert_eq!(outcome(reports), Outcome::Prepared);
    }

    #[test]
    fn sql_runs_under_guard_and_limits() {
        let run = |sql: &str| outcome(reports(&[], Work::Run { sql: sql.into() }, false));
        match run("SELECT * FROM customer") {
            Outcome::Ran { table, .. } => assert_eq!((table.rows.len(), table.truncated), (5, true)),
            other => panic!("{other:?}"),
        }
        check_failure(run("DROP TABLE customer"), "");
        check_failure(run("SELECT nope FROM customer"), "no such column: nope");
    }

    #[test]
    fn failures_panics_and_cancels_end_a_job_like_any_other() {
        let question = || Work::Ask { question: "how many?".into() };
        check_failure(outcome(reports(&[], question(), false)), "no model is installed");
        check_failure(outcome(reports(&["panic"], question(), false)), "the factory broke");
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
        assert_eq!(outcome(reports(&[], Work::Run { sql: endless.into() }, true)), Outcome::Cancelled);
    }
}
