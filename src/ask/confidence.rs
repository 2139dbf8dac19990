//! How likely an answer is right, from how its drafts agree. The numbers were measured with `sqllama eval` on 323 development questions
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

/// Of first drafts that nothing spoke against, so many were right from such a mean log probability on (85 of 88, 39 of 47, 34 of 43).
const UNDOUBTED: [(f32, f64); 3] = [(-0.06, 0.97), (-0.09, 0.84), (f32::NEG_INFINITY, 0.78)];
/// Of doubted ones that were compared, so many were right where the fewest agreed, so many more for each share that did, and so many at most
/// (7 of 26 for one and two of eight, 12 of 22 for three, 15 of 20 for four, 10 of 14 for five, 40 of 43 for six and more).
const DOUBTED: (f64, f64, f64) = (0.07, 1.25, 0.93);
/// A doubted draft that was compared with no other.
const ALONE: f64 = 0.4;
/// What a suspicious form leaves of it (none of 9 was right), and a result that says nothing (4 of 10).
const SUSPICIOUS: f64 = 0.2;
const EMPTY: f64 = 0.4;

/// Belief from agreement; `against` is what speaks most against the answer.
pub(super) fn of(votes: &Votes, doubts: &[Doubt], against: Option<&str>) -> Belief {
    let undoubted = UNDOUBTED.iter().find(|(from, _)| votes.first_logprob >= *from).map_or(ALONE, |(_, belief)| *belief);
    if votes.drawn == 1 {
        return match doubts.first() {
            None => Belief { confidence: Some(undoubted), reason: "nothing speaks against the first draft".into() },
            Some(doubt) => Belief { confidence: Some(ALONE), reason: format!("{}, and no other was compared", doubt.reason()) },
        };
    }
    let share = votes.agreeing as f64 / votes.drawn as f64;
    let (least, more, most) = if doubts.is_empty() { (undoubted / 2.0, undoubted / 2.0, 1.0) } else { DOUBTED };
    let mut confidence = (least + more * share).min(most);
    let mut reason = format!("{} of {} drafts return the same", votes.agreeing, votes.drawn);
    match votes.standing {
        Standing::Good => {}
        Standing::Suspicious => {
            confidence *= SUSPICIOUS;
            reason.push_str(", but ");
            reason.push_str(against.unwrap_or("each of them has something against it"));
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
        let belief = of(&Votes { agreeing, drawn, standing, first_logprob: -0.07 }, doubts, None);
        assert!((belief.confidence.unwrap() - expected).abs() < 1e-9, "{belief:?}");
    }

    #[test]
    fn the_reason_says_what_is_suspicious() {
        let votes = Votes { agreeing: 8, drawn: 8, standing: Standing::Suspicious, first_logprob: -0.07 };
        assert_eq!(of(&votes, &[Doubt::Mended], Some("it has HAVING")).reason, "8 of 8 drafts return the same, but it has HAVING");
    }

    #[test]
    fn agreement_raises_belief_and_doubt_lowers_it() {
        check(1, 1, Standing::Good, &[], 0.84);
        check(1, 1, Standing::Good, &[Doubt::Unsure], 0.4);
        check(8, 8, Standing::Good, &[], 0.84);
        check(8, 8, Standing::Good, &[Doubt::Mended], 0.93);
        check(4, 8, Standing::Good, &[Doubt::Mended], 0.695);
        check(8, 8, Standing::Suspicious, &[Doubt::Mended], 0.186);
        check(8, 8, Standing::Empty, &[Doubt::Mended], 0.372);
    }
}
