//! How likely an answer is right, from how its drafts agree. The numbers were measured on development questions (`sqllama eval`).

use super::doubt::Doubt;
use super::vote::Standing;

/// How much an answer is believed, and why.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Belief {
    /// 0 to 1; `None` for unknown.
    pub(super) confidence: Option<f64>,
    /// In words.
    pub(super) reason: String,
}

/// How the drafts of a question went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Votes {
    /// Drafts that return what the answer returns, itself included.
    pub(super) agreeing: usize,
    /// Drafts that ran.
    pub(super) ran: usize,
    /// Drafts.
    pub(super) drawn: usize,
    /// What speaks against the answer's group.
    pub(super) standing: Standing,
}

/// Belief from agreement.
pub(super) fn of(votes: &Votes, doubts: &[Doubt]) -> Belief {
    if votes.drawn == 1 {
        return match doubts.first() {
            None => Belief { confidence: Some(0.8), reason: "nothing speaks against the first draft".into() },
            Some(doubt) => Belief { confidence: Some(0.4), reason: format!("{}, and no other was compared", doubt.reason()) },
        };
    }
    let share = votes.agreeing as f64 / votes.drawn as f64;
    let mut confidence = 0.25 + 0.65 * share;
    let mut reason = format!("{} of {} drafts return the same", votes.agreeing, votes.drawn);
    match votes.standing {
        Standing::Good => {}
        Standing::Suspicious => {
            confidence *= 0.7;
            reason.push_str(", but its form is suspicious");
        }
        Standing::Empty => {
            confidence *= 0.4;
            reason.push_str(", but it finds nothing");
        }
    }
    Belief { confidence: Some(confidence), reason }
}

/// Belief in SQL that the model mended after an error.
pub(super) fn after_repair() -> Belief {
    Belief { confidence: Some(0.15), reason: "no draft ran; the model mended one after SQLite's message".into() }
}

/// Belief in SQL that was prepared and did not run.
pub(super) fn not_compared() -> Belief {
    Belief { confidence: None, reason: "unknown: drafts were not compared".into() }
}
