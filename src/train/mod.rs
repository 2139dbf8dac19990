//! The training engine: settings, a plan, a run. The semantics are those of Hugging Face's Trainer and PEFT, and so are the files.
//!
//! Files on their floors, the lowest first:
//! - `error`: why a run could not be done
//! - [`schedule`]: how fast it learns, step by step
//! - [`offload`]: what waits in host memory rather than on a card
//! - [`parameters`]: what is trained: values and gradients, under their Hugging Face names
//! - [`optimizer`]: how it learns
//! - [`model`]: the decoder, forward and backward
//! - [`device`]: what a run computes on
//! - `packing`: which examples fill so many tokens together
//! - [`order`]: from which rows it learns
//! - [`config`]: what a run is told
//! - [`measure`]: how fast this machine is, how often the model is right by now
//! - [`rows`]: examples as tokens, prompt and answer
//! - [`event`]: what it tells meanwhile, and the fold over it
//! - [`deepspeed`]: what a DeepSpeed file makes of them
//! - `learner`: the decoder with its values, and what computes with them
//! - [`preference`]: pairs of answers, one against the other
//! - [`memory`]: the memory that takes, in the machine and on a card
//! - [`mod@plan`]: what a run will do and take
//! - [`state`], [`checkpoint`]: what it leaves on disk
//! - [`mod@run`]: steps, evaluations, checkpoints
//! - [`export`]: a run as a job for another machine
//! - [`flags`]: the settings as words of a command line
//! - [`import`]: what came of it there
//! - [`watch`]: runs from outside: where they stand, who trains in them

pub mod checkpoint;
pub mod config;
pub mod deepspeed;
pub mod device;
mod error;
pub mod event;
pub mod export;
pub mod flags;
pub mod import;
mod learner;
pub mod measure;
pub mod memory;
pub mod model;
pub mod offload;
pub mod optimizer;
pub mod order;
mod packing;
pub mod parameters;
pub mod plan;
pub mod preference;
pub mod rows;
pub mod run;
pub mod schedule;
pub mod state;
pub mod watch;

pub use config::{Method, TrainConfig};
pub use device::{Arithmetic, DeviceChoice};
pub use error::TrainError;
pub use event::{Progress, Standing, TrainEvent};
pub use offload::Offload;
pub use plan::{Machine, TrainPlan, plan};
pub use rows::Rows;
pub use run::{Inputs, Outcome, Start, run, run_judged};
