//! Background workers around the engines.
//!
//! Files on their floors, the lowest first:
//! - [`training`]: what is asked of training runs, and what they report
//! - [`stale`]: examples that no longer run
//! - [`message`]: the same of everything else
//! - `task`: what every thread is handed
//! - `adapted`: the model, with the adapter of the database that it is asked about
//! - `files`, `keep`: folders to pick from; our own records
//! - `database`: the open database
//! - `copied`, [`export`], `find`, `result`: results on disk: as text, into files, looked into, all that is done with them
//! - `notebook`: notebooks read, run and written
//! - `models`: models that are listed, fetched, removed
//! - [`judge`]: how often a model is right while it is trained
//! - `split`: examples in parts that share nothing
//! - `compare`: a run's answers beside those without its adapter
//! - `examples`: training data made from the open database and from what was accepted
//! - [`learn`]: a database learned in the time there is
//! - `model`: what the model does
//! - `train`: training runs
//! - `workers`: the threads, and which of them does what
//!
//! Every job ends in exactly one [`Report::Done`], also on error, cancel and panic.

mod adapted;
mod compare;
mod copied;
mod database;
mod examples;
pub mod export;
mod files;
mod find;
pub mod judge;
mod keep;
pub mod learn;
pub mod message;
mod model;
mod models;
mod notebook;
mod result;
pub mod split;
pub mod stale;
mod task;
mod train;
pub mod training;
mod workers;

pub use adapted::{Adapted, Told};
#[cfg(test)]
pub(crate) use find::find;
pub use message::{
    AskWork, AttachedAdapter, ChartWork, Compared, CopyForm, CopyWork, DatabaseRecords, ExportFormat, FileRow, Found, JobFailure, JobId,
    KeepWork, Kept, ModelRow, ModelsWork, NAMELESS, NotebookOutcome, NotebookWork, Outcome, Report, ResultWork, Sought, Work,
};
pub use task::{ModelFactory, Opener, ServerLister};
pub use training::{Changed, Checked, Decision, LearnWork, LearnedRow, OwnExamples, RunComparison, RunRow, TrainOrder, TrainWork};
pub use workers::{Settings, Workers, is_panic_caught};
