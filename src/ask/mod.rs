//! The one ask pipeline: question to answer.
//!
//! - [`event`]: what happens on the way, and the answer

pub mod event;

pub use event::{Answer, AnswerState, AskEvent, AskTimings, Attempt, Fix};
