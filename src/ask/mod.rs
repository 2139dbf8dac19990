//! The one ask pipeline: question to answer.
//!
//! - `event`: what happens on the way, and the answer
//! - [`pipeline`]: prompt, generate, extract, guard, prepare, repair, run

mod advice;
mod event;
pub mod pipeline;

pub use event::{Answer, AnswerState, AskEvent, AskTimings, Attempt, Fix};
pub use pipeline::{AskError, AskRequest, MAX_REPAIRS, ask, prepare_model};
