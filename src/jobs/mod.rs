//! Background workers around the engines.
//!
//! - [`message`]: what is asked of them, what they report; [`training`]: the same of training runs
//! - `workers`: the threads
//! - `database`, `model`, `result`, `keep`, `models`, `files`, `train`: what each of them does
//!
//! Every job ends in exactly one [`Report::Done`], also on error, cancel and panic.

mod compare;
mod database;
mod examples;
mod files;
mod keep;
pub mod message;
mod model;
mod models;
mod result;
mod train;
pub mod training;
mod workers;

pub use message::{
    AskWork, AttachedAdapter, ChartWork, Compared, DatabaseRecords, ExportFormat, FileRow, JobFailure, JobId, KeepWork, Kept, ModelRow,
    ModelsWork, Outcome, Report, ResultWork, Work,
};
pub use training::{Changed, Checked, OwnExamples, RunComparison, RunRow, TrainOrder, TrainWork};
pub use workers::{ModelFactory, Opener, Settings, Workers, is_panic_caught};
