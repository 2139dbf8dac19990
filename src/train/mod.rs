//! The training engine: settings, a plan, a run. The semantics are those of Hugging Face's Trainer and PEFT, and so are the files.
//!
//! - [`config`]: what a run is told
//! - [`flags`]: the same as words of a command line
//! - [`rows`]: examples as tokens, prompt and answer
//! - [`mod@plan`]: what it will do and take
//! - [`memory`]: the memory that takes, in the machine and on a card
//! - [`measure`]: how fast this machine is, and what this process holds
//! - [`mod@run`]: steps, evaluations, checkpoints
//! - [`event`]: what it tells meanwhile, and the fold over it
//! - [`device`]: what it computes on
//! - [`model`]: the decoder, forward and backward
//! - `learner`: the decoder with its values, and what computes with them
//! - [`optimizer`], [`schedule`], [`order`]: how it learns, how fast, from which rows
//! - [`checkpoint`], [`state`]: what it leaves on disk
//! - [`watch`]: runs from outside: where they stand, who trains in them

pub mod checkpoint;
pub mod config;
pub mod device;
mod error;
pub mod event;
pub mod flags;
mod learner;
pub mod measure;
pub mod memory;
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
pub use device::{Arithmetic, DeviceChoice, Offload};
pub use error::TrainError;
pub use event::{Progress, Standing, TrainEvent};
pub use plan::{Machine, TrainPlan, plan};
pub use rows::Rows;
pub use run::{Inputs, Outcome, Start, run};
