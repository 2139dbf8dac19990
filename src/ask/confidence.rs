//! How likely an answer is right, from how its drafts agree. The numbers were measured with `sqllama eval` on 260 development questions
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
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Votes {
    /// Drafts that return what the answer returns, itself included.
    pub(super) agreeing: usize,
    /// Drafts.
    pub(super) drawn: usize,
    /// What speaks against the answer's group.
    pub(super) standing: Standing,
    /// Mean log probability of the first draft's tokens.
    pub(super) first_logprob: f32,
}

/// Of first drafts that nothing spoke against, so many were right from such a mean log probability on (70 of 72, 36 of 42, 23 of 34).
const UNDOUBTED: [(f32, f64); 3] = [(-0.06, 0.97), (-0.09, 0.86), (f32::NEG_INFINITY, 0.70)];
/// Of doubted ones that were compared, so many were right where the fewest agreed, and so many more where all did (8 of 30 for one and two of
/// eight, 12 of 25 for three and four, 13 of 16 for five and six, 23 of 25 for seven and eight).
const DOUBTED: (f64, f64) = (0.15, 0.8);
/// A doubted draft that was compared with no other.
const ALONE: f64 = 0.4;
/// What a suspicious form leaves of it, and a result that says nothing.
const SUSPICIOUS: f64 = 0.5;
const EMPTY: f64 = 0.4;

/// Belief from agreement.
pub(super) fn of(votes: &Votes, doubts: &[Doubt]) -> Belief {
    let undoubted = UNDOUBTED.iter().find(|(from, _)| votes.first_logprob >= *from).map_or(ALONE, |(_, belief)| *belief);
    if votes.drawn == 1 {
        return match doubts.first() {
            None => Belief { confidence: Some(undoubted), reason: "nothing speaks against the first draft".into() },
            Some(doubt) => Belief { confidence: Some(ALONE), reason: format!("{}, and no other was compared", doubt.reason()) },
        };
    }
    let share = votes.agreeing as f64 / votes.drawn as f64;
    let (least, more) = if doubts.is_empty() { (undoubted / 2.0, undoubted / 2.0) } else { DOUBTED };
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
        let belief = of(&Votes { agreeing, drawn, standing, first_logprob: -0.07 }, doubts);
        assert!((belief.confidence.unwrap() - expected).abs() < 1e-9, "{belief:?}");
    }

    #[test]
    fn agreement_raises_belief_and_doubt_lowers_it() {
        check(1, 1, Standing::Good, &[], 0.86);
        check(1, 1, Standing::Good, &[Doubt::Unsure], 0.4);
        check(8, 8, Standing::Good, &[], 0.86);
        check(8, 8, Standing::Good, &[Doubt::Mended], 0.95);
        check(4, 8, Standing::Good, &[Doubt::Mended], 0.55);
        check(8, 8, Standing::Suspicious, &[Doubt::Mended], 0.475);
        check(8, 8, Standing::Empty, &[Doubt::Mended], 0.38);
    }
}
