//! How likely an answer is right, from how its drafts agree. The numbers were measured with `sqllama eval` on 147 development questions
//! and Qwen2.5-Coder-0.5B.

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
    /// Drafts.
    pub(super) drawn: usize,
    /// What speaks against the answer's group.
    pub(super) standing: Standing,
}

/// Of first drafts that nothing spoke against, so many were right (75 of 80).
const UNDOUBTED: f64 = 0.92;
/// Of doubted ones that were compared, so many were right where the fewest agreed, and so many more where all did (19 of 41 in all).
const DOUBTED: (f64, f64) = (0.3, 0.3);
/// A doubted draft that was compared with no other.
const ALONE: f64 = 0.4;
/// What a suspicious form leaves of it, and a result that says nothing.
const SUSPICIOUS: f64 = 0.7;
const EMPTY: f64 = 0.4;

/// Belief from agreement.
pub(super) fn of(votes: &Votes, doubts: &[Doubt]) -> Belief {
    if votes.drawn == 1 {
        return match doubts.first() {
            None => Belief { confidence: Some(UNDOUBTED), reason: "nothing speaks against the first draft".into() },
            Some(doubt) => Belief { confidence: Some(ALONE), reason: format!("{}, and no other was compared", doubt.reason()) },
        };
    }
    let share = votes.agreeing as f64 / votes.drawn as f64;
    let (least, more) = if doubts.is_empty() { (UNDOUBTED / 2.0, UNDOUBTED / 2.0) } else { DOUBTED };
    let mut confidence = least + more * share;
    let mut reason = format!("{} of {} drafts return the same", votes.agreeing, votes.drawn);
    match votes.standing {
        Standing::Good => {}
        Standing::Suspicious => {
            confidence *= SUSPICIOUS;
            reason.push_str(", but its form is suspicious");
        }
        Standing::Empty => {
            confidence *= EMPTY;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(agreeing: usize, drawn: usize, standing: Standing, doubts: &[Doubt], expected: f64) {
        let belief = of(&Votes { agreeing, drawn, standing }, doubts);
        assert!((belief.confidence.unwrap() - expected).abs() < 1e-9, "{belief:?}");
    }

    #[test]
    fn agreement_raises_belief_and_doubt_lowers_it() {
        check(1, 1, Standing::Good, &[], 0.92);
        check(1, 1, Standing::Good, &[Doubt::Unsure], 0.4);
        check(8, 8, Standing::Good, &[], 0.92);
        check(8, 8, Standing::Good, &[Doubt::Mended], 0.6);
        check(4, 8, Standing::Good, &[Doubt::Mended], 0.45);
        check(8, 8, Standing::Suspicious, &[Doubt::Mended], 0.42);
        check(8, 8, Standing::Empty, &[Doubt::Mended], 0.24);
    }
}
