//! The threads, one for each thing that can take long, so that none waits for another: SQL runs while the model writes, and a result is
//! sorted while the next query runs.

use std::cell::Cell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::message::{JobFailure, JobId, Outcome, Report, Work};
use super::task::{ModelFactory, Opened, Opener, Reporter, ServerLister, Task, lock, misplaced};
use super::training::TrainWork;
use super::{database, files, keep, model, models, notebook, result, train};
use crate::compute::pool::POOL_THREAD;
use crate::db::Limits;
use crate::signal::Cancel;
use crate::store::Paths;

/// What the workers need to know.
pub struct Settings {
    /// Opens databases.
    pub open: Opener,
    /// Makes the model.
    pub model: ModelFactory,
    /// Lists the models of servers.
    pub servers: ServerLister,
    /// Limits of queries.
    pub limits: Limits,
    /// How long after a question drafts are still drawn to be compared; `None` for no limit.
    pub answer_within: Option<Duration>,
    /// Our folders.
    pub paths: Paths,
    /// Whether the network must not be used.
    pub offline: bool,
}

/// How long those that write a person's files may take to stop, and to take away what they had begun.
const CLEANING: Duration = Duration::from_secs(2);

type Running = Arc<Mutex<HashMap<JobId, (Desk, Cancel)>>>;

/// What a thread does with a task.
type Worker = Box<dyn FnMut(&Task) -> Result<Outcome, JobFailure> + Send>;

/// Which thread does a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Desk {
    Database,
    Model,
    Compare,
    Result,
    Keep,
    Models,
    Train,
}

impl Desk {
    fn of(work: &Work) -> Self {
        match work {
            Work::Open { .. } | Work::Run { .. } | Work::Plan { .. } | Work::Refresh => Self::Database,
            Work::Prepare | Work::ReadAhead { .. } | Work::Ask(_) | Work::Models(super::ModelsWork::Use { .. }) => Self::Model,
            Work::Compare { .. } | Work::Notebook(_) => Self::Compare,
            Work::Result(_) => Self::Result,
            Work::Keep(_) | Work::Files { .. } | Work::Look => Self::Keep,
            Work::Models(_) => Self::Models,
            // Where the model is: it does not fit twice.
            Work::Train(TrainWork::Compare { .. }) => Self::Model,
            Work::Train(TrainWork::Stale { .. }) => Self::Compare,
            Work::Train(_) => Self::Train,
        }
    }
}

/// Handles to the workers. Dropping them cancels what runs.
pub struct Workers {
    desks: HashMap<Desk, Sender<Task>>,
    running: Running,
    /// Hung up when the records' thread has ended.
    kept: Receiver<()>,
    /// Hung up when those have ended that write a person's files.
    written: Receiver<()>,
}

thread_local! {
    /// Whether a panic of this thread is caught, and becomes the end of a job.
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of the thread that asks ends a job, and nothing else.
pub fn is_panic_caught() -> bool {
    IS_CAUGHT.try_with(Cell::get).unwrap_or(false) || std::thread::current().name().is_some_and(|name| name.starts_with(POOL_THREAD))
}

impl Workers {
    /// Starts the threads. `report` is called from them.
    pub fn start(settings: Settings, report: impl Fn(Report) + Send + Sync + 'static) -> std::io::Result<Self> {
        let report: Reporter = Arc::new(report);
        let running = Running::default();
        let open = Opened::default();
        let Settings { open: opener, model: factory, servers, limits, answer_within, paths, offline } = settings;
        let mut desks = HashMap::new();
        let ((keeping, kept), (writing, written)) = (channel(), channel());
        let mut start = |desk: Desk, name: &str, mut work: Worker| {
            let (send, tasks) = channel();
            let (running, report) = (Arc::clone(&running), Arc::clone(&report));
            desks.insert(desk, send);
            let waited_for: Option<Sender<()>> = match desk {
                Desk::Keep => Some(keeping.clone()),
                Desk::Result | Desk::Compare | Desk::Train => Some(writing.clone()),
                Desk::Database | Desk::Model | Desk::Models => None,
            };
            let thread = move || {
                serve(&tasks, &running, &report, &mut work);
                drop(waited_for);
            };
            std::thread::Builder::new().name(name.into()).spawn(thread).map(|_| ())
        };
        let shared = || (Arc::clone(&open), Arc::clone(&report));
        let (opened, reports) = shared();
        start(Desk::Database, "database", Box::new(move |task| database::work(task, &opener, &opened, &limits, &reports)))?;
        let (opened, reports) = shared();
        start(
            Desk::Compare,
            "compare",
            Box::new(move |task| match &task.work {
                Work::Notebook(work) => notebook::work(task, work, &opened, &reports),
                Work::Train(TrainWork::Stale { accepted, learned }) => database::stale_work(task, accepted, learned.as_deref(), &opened),
                _ => database::compare_work(task, &opened),
            }),
        )?;
        let (opened, reports) = shared();
        let mut asked = model::Asked::new(factory, &limits, answer_within, paths.clone());
        start(Desk::Model, "model", Box::new(move |task| asked.work(task, &opened, &reports)))?;
        let reports = Arc::clone(&report);
        start(Desk::Result, "result", Box::new(move |task| result::work(task, &reports)))?;
        let mut keeper = keep::Keeper::new(paths.clone());
        let opened = Arc::clone(&open);
        start(
            Desk::Keep,
            "records",
            Box::new(move |task| match &task.work {
                Work::Files { folder } => files::list(folder),
                Work::Keep(work) => keeper.work(work),
                Work::Look => Ok(database::look(&opened)),
                _ => Err(misplaced()),
            }),
        )?;
        let mut trainer = train::Trainer::new(paths.clone());
        let reports = Arc::clone(&report);
        start(Desk::Models, "models", Box::new(move |task| models::work(task, &paths, offline, &servers, &reports)))?;
        let (opened, _) = shared();
        start(
            Desk::Train,
            "runs",
            Box::new(move |task| match &task.work {
                Work::Train(work) => trainer.work(task, work, &opened),
                _ => Err(misplaced()),
            }),
        )?;
        Ok(Self { desks, running, kept, written })
    }

    /// Queues a job.
    pub fn submit(&self, job: JobId, work: Work) {
        let (cancel, desk) = (Cancel::new(), Desk::of(&work));
        lock(&self.running).insert(job, (desk, cancel.clone()));
        if let Some(desk) = self.desks.get(&desk) {
            // A worker outlives every handle, unless its thread could not go on; then the process is ending.
            let _ = desk.send(Task { job, work, cancel });
        }
    }

    /// Asks a job to stop. It still reports its end.
    pub fn cancel(&self, job: JobId) {
        if let Some((_, cancel)) = lock(&self.running).get(&job) {
            cancel.cancel();
        }
    }

    /// Stops everything but what is to be kept, and waits until that is written; whether it was within `patience`. What was being written
    /// into a person's files is waited for, too: it takes away what it had begun beside its place.
    pub fn finish(mut self, patience: Duration) -> bool {
        self.cancel_all(|desk| desk != Desk::Keep);
        self.desks.clear();
        let is_kept = matches!(self.kept.recv_timeout(patience), Err(RecvTimeoutError::Disconnected));
        let _ = self.written.recv_timeout(CLEANING);
        is_kept
    }

    fn cancel_all(&self, which: impl Fn(Desk) -> bool) {
        lock(&self.running).values().filter(|(desk, _)| which(*desk)).for_each(|(_, cancel)| cancel.cancel());
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.cancel_all(|_| true);
    }
}

fn serve(tasks: &Receiver<Task>, running: &Running, report: &Reporter, work: &mut dyn FnMut(&Task) -> Result<Outcome, JobFailure>) {
    IS_CAUGHT.set(true);
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

#[cfg(test)]
mod tests;
