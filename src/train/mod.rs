//! The training engine: settings, a plan, a run. The semantics are those of Hugging Face's Trainer and PEFT, and so are the files.
//!
//! - [`config`]: what a run is told
//! - [`flags`]: the same as words of a command line
//! - [`rows`]: examples as tokens, prompt and answer
//! - [`mod@plan`]: what it will do and take
//! - [`measure`]: how fast this machine is, and what this process holds
//! - [`mod@run`]: steps, evaluations, checkpoints
//! - [`event`]: what it tells meanwhile, and the fold over it
//! - [`model`]: the decoder, forward and backward
//! - [`optimizer`], [`schedule`], [`order`]: how it learns, how fast, from which rows
//! - [`checkpoint`], [`state`]: what it leaves on disk
//! - [`watch`]: runs from outside: where they stand, who trains in them

pub mod checkpoint;
pub mod config;
mod error;
pub mod event;
pub mod flags;
pub mod measure;
pub mod model;
pub mod optimizer;
pub mod order;
pub mod plan;
pub mod rows;
pub mod run;
pub mod schedule;
pub mod state;
pub mod watch;

pub use config::{Method, TrainConfig};
pub use error::TrainError;
pub use event::{Progress, Standing, TrainEvent};
pub use plan::{Machine, TrainPlan, plan};
pub use rows::Rows;
pub use run::{Inputs, Outcome, Start, run};
