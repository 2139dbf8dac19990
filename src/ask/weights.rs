//! How much each signal counts. Written by `tests/scripts/fit_belief.py`; not to be edited.
//!
//! Fitted to 202 questions (198 first drafts, 327 results of drafts) over databases of Spider's training part
//! that are not in `held-out-300`.

use super::signals::Signal::{self, *};
use crate::sql::SuspicionKind::*;

/// Weights of a logistic regression.
pub(super) struct Weights {
    /// Where no signal is seen.
    pub(super) constant: f32,
    /// Each signal's weight, and its mean: what it says is its weight times its distance from that.
    pub(super) signals: &'static [(Signal, f32, f32)],
}

/// A first draft that is compared with no other.
pub(super) static ALONE: Weights = Weights {
    constant: 2.2984,
    signals: &[
        (Aggregates, 0.0959, 0.4242),
        (MoreColumns, 0.2959, 0.3788),
        (MoreSuspicious, -0.1459, 0.0202),
        (MoreTables, -0.3278, 0.6768),
        (Nested, -0.1849, 0.1667),
        (NoRows, -1.6866, 0.0556),
        (Nothing, -0.1625, 0.0354),
        (OneValue, -0.1899, 0.3687),
        (Ordered, 0.0740, 0.2071),
        (Plain, 0.6455, 0.0354),
        (RepeatedRows, -0.7783, 0.1212),
        (Suspicion(Cartesian), -0.0151, 0.0152),
        (Suspicion(IdleJoin), -0.0733, 0.0152),
        (Suspicious, -1.5686, 0.0808),
        (Tables, 0.3759, 0.4778),
        (Uncovered, -1.5359, 0.0765),
        (Unknown, -0.2661, 0.1616),
        (Unlikely, -0.5828, 0.1480),
        (UnlikelyRoot, -1.2373, 0.3467),
        (UnlikelyToken, -0.0453, 1.5884),
        (Words, -0.3128, 1.2172),
    ],
};

/// Drafts that return the same, beside others.
pub(super) static COMPARED: Weights = Weights {
    constant: 2.4615,
    signals: &[
        (Aggregates, 0.0321, 0.4618),
        (Alone, -1.2447, 0.2875),
        (Disagreeing, -0.6272, 0.3966),
        (DisagreeingAfterExamples, -0.7776, 0.3639),
        (Failed, -0.0957, 0.0274),
        (MendedShare, -0.4640, 0.1076),
        (MoreColumns, 0.1776, 0.4373),
        (MoreSuspicious, -0.1490, 0.0367),
        (MoreTables, 0.0443, 0.8318),
        (Nested, 0.0592, 0.2141),
        (NoRows, -1.4721, 0.0703),
        (Nothing, -0.9849, 0.0428),
        (OneValue, 0.1880, 0.3456),
        (Ordered, -0.0381, 0.1865),
        (Plain, 0.4446, 0.0214),
        (RepeatedRows, -0.5918, 0.1407),
        (Results, -0.6524, 0.1861),
        (Rival, -1.2875, 0.2213),
        (Suspicion(AccidentalCorrelation), -0.0887, 0.0275),
        (Suspicion(Cartesian), -0.0407, 0.0245),
        (Suspicion(EitherForBoth), -0.0674, 0.0092),
        (Suspicion(GroupOfOne), -0.0105, 0.0092),
        (Suspicion(IdleJoin), -0.0197, 0.0183),
        (Suspicion(MixedKeys), -0.0386, 0.0153),
        (Suspicion(NothingExcluded), -0.0101, 0.0153),
        (Suspicion(OddJoin), -0.0452, 0.0122),
        (Suspicious, -1.0368, 0.1346),
        (SuspiciousShare, -1.0524, 0.1536),
        (Tables, 0.2850, 0.5012),
        (Uncovered, -1.2859, 0.1091),
        (Unlikely, -0.2998, 0.1840),
        (UnlikelyGroup, -0.8428, 0.1669),
        (UnlikelyRoot, -0.8784, 0.3861),
        (UnlikelyToken, -0.0112, 1.9685),
        (WithoutFirst, -0.5687, 0.3945),
        (Words, -0.2660, 1.2832),
    ],
};
