//! SQL text: taking it out of an answer, judging it, quoting names, highlighting. The only user of sqlparser.

pub mod guard;

pub use guard::{GuardError, ReadOnlySql};
