//! Background workers around the engines, for front ends that must not wait.
//!
//! - [`message`]: what is asked of the workers and what they report
//! - [`workers`]: the threads
//!
//! Every job ends in exactly one [`message::Report::Done`], also on error, cancel and panic.

pub mod message;
pub mod workers;

pub use message::{JobFailure, JobId, Outcome, Report, Work};
pub use workers::{ModelFactory, Settings, Workers};
