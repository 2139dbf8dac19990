//! Whether what was learned is used: only where it is better by the sign test, or where the person says so.

use super::super::training::{Decision, RunComparison};
use crate::eval::compare::sign_test;

/// Below this, a difference counts as one.
const LEVEL: f64 = 0.05;

/// What follows from the comparison: fixed and broken of all questions, and of the person's own ones.
pub fn decide(compared: &RunComparison, own: (usize, usize), wanted: bool) -> Decision {
    let (fixed, broken) = (compared.fixed.len(), compared.broken.len());
    let p_value = sign_test(fixed, broken);
    let better = fixed > broken && p_value <= LEVEL;
    // A few questions of the person's own weigh more than many made ones.
    let own_worse = own.1 > own.0;
    let said = match (better, own_worse) {
        (true, false) => "it is better on the held-out questions, and that is hardly chance",
        (true, true) => "it is better on all held-out questions together, but worse on those that you accepted",
        (false, _) if broken > fixed && p_value <= LEVEL => "it is worse on the held-out questions",
        (false, _) => "no difference is shown that could not be chance",
    };
    let because = match (better && !own_worse, wanted) {
        (false, true) => format!("{said}; it is attached because you said so"),
        _ => said.to_owned(),
    };
    let (paired, right_before, right_after) =
        compared.shares.first().map_or((0, 0, 0), |(_, before, after)| (after.n, before.count, after.count));
    Decision { attached: better && !own_worse || wanted, because, paired, right_before, right_after, fixed, broken, p_value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::report::Share;
    use crate::jobs::training::Changed;

    #[track_caller]
    fn check((fixed, broken): (usize, usize), own: (usize, usize), wanted: bool, attached: bool, because: &str) {
        let changed = |count: usize| {
            let one = Changed { question: "q".into(), before: String::new(), after: String::new(), gold: String::new() };
            vec![one; count]
        };
        let p_value = sign_test(fixed, broken);
        let compared = RunComparison {
            shares: vec![("all".into(), Share::of(20, 60), Share::of(20 + fixed - broken.min(20 + fixed), 60))],
            fixed: changed(fixed),
            broken: changed(broken),
            p_value,
            verdict: String::new(),
        };
        let decision = decide(&compared, own, wanted);
        assert_eq!((decision.attached, decision.p_value), (attached, p_value), "{decision:?}");
        assert!(decision.because.contains(because), "{decision:?}");
        assert_eq!((decision.paired, decision.right_before, decision.fixed, decision.broken), (60, 20, fixed, broken));
    }

    #[test]
    fn only_what_is_better_is_attached() {
        // Six of six: p = 0.03125; five of five: 0.0625; 10 and 2: 0.0386; 9 and 2: 0.0654.
        check((6, 0), (0, 0), false, true, "hardly chance");
        check((5, 0), (0, 0), false, false, "could not be chance");
        check((10, 2), (1, 1), false, true, "hardly chance");
        check((9, 2), (0, 0), false, false, "could not be chance");
        check((12, 1), (0, 1), false, false, "worse on those that you accepted");
        check((0, 6), (0, 0), false, false, "it is worse");
        check((0, 0), (0, 0), false, false, "could not be chance");
        // The person's word counts.
        check((0, 6), (0, 0), true, true, "because you said so");
        check((6, 0), (0, 0), true, true, "hardly chance");
    }
}
