//! Results on their way out.
//!
//! Files on their floors, the lowest first:
//! - [`args`]: how they are written, as it is typed
//! - `limit`: how many rows, and what is said of a cut
//! - `spill`: what a slow reader has not taken yet
//! - `out`: standard output, as a terminal or a pipe wants it
//! - `sink`: the rows of one query, written

pub mod args;
mod limit;
mod out;
mod sink;
mod spill;

pub(super) use args::OutputArgs;
pub(super) use limit::RowLimit;
pub(super) use out::Out;
pub(super) use sink::ResultSink;
