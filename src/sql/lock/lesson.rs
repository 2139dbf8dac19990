//! Where writing went wrong, and how it is to go on from there.

use super::names::{Name, Roles};
use super::scope::Obligation;

/// Why a byte may not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No name that can stand here has it.
    Name,
    /// Something before it has to be written otherwise.
    Again(Lesson),
}

/// Of a token: whether it may come.
pub(super) type Outcome = Result<(), Refusal>;

/// A place to go back to, and what to do otherwise there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// Bytes of the statement that stay.
    pub at: usize,
    pub(super) then: Then,
}

/// What to do otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Then {
    /// Only a name that is known to be right may stand here.
    Known,
    /// Only one of these may.
    Only(Vec<(Name, Roles)>),
    /// The tables must be joined by one that meets this.
    Join(Obligation),
}

/// Lessons that are learnt of one statement; then no name is taken that may turn out wrong.
pub(super) const MOST_LESSONS: usize = 8;
