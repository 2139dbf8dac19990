//! How much each signal counts. Written by `tests/scripts/fit_belief.py`; not to be edited.
//!
//! Fitted to 443 questions (435 first drafts, 834 results of drafts) over databases of Spider's training part that are
//! not in `held-out-300`, and over those of `tests/real_files/develop.json`, by the models of 0.5 and 1.5 billion weights.

#![allow(clippy::approx_constant, reason = "a weight may come near a famous number")]

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
    constant: 3.0707,
    signals: &[
        (Aggregates, 0.2346, 0.5632),
        (MoreColumns, 0.3890, 0.3632),
        (MoreSuspicious, -0.0365, 0.0368),
        (MoreTables, 0.1049, 0.6207),
        (Nested, -0.3551, 0.1356),
        (NoRows, -2.2601, 0.0552),
        (Nothing, -1.3021, 0.0644),
        (OneValue, 0.1557, 0.4506),
        (Ordered, 0.0357, 0.1701),
        (Plain, 0.5786, 0.0253),
        (RepeatedRows, -0.5227, 0.0736),
        (Suspicion(Cartesian), -0.0219, 0.0138),
        (Suspicion(EitherForBoth), -0.1360, 0.0069),
        (Suspicion(ElsewhereValue), -0.1295, 0.0161),
        (Suspicion(GroupOfOne), -0.0846, 0.0069),
        (Suspicion(MixedKeys), -0.1437, 0.0115),
        (Suspicion(NearerColumn), -0.2290, 0.0092),
        (Suspicion(OddJoin), -0.0665, 0.0115),
        (Suspicion(UnaskedValue), -0.2660, 0.0161),
        (Suspicious, -2.9617, 0.1747),
        (Tables, -0.2706, 0.6097),
        (Uncovered, -2.4872, 0.1064),
        (Unknown, -0.0283, 0.2552),
        (Unlikely, -0.7972, 0.1504),
        (UnlikelyRoot, -1.4632, 0.3625),
        (UnlikelyToken, -0.1845, 1.4694),
        (Words, -0.3250, 1.1329),
    ],
};

/// Drafts that return the same, beside others.
pub(super) static COMPARED: Weights = Weights {
    constant: 3.8495,
    signals: &[
        (Aggregates, 0.0708, 0.6211),
        (Alone, -1.0764, 0.3405),
        (Disagreeing, -1.1245, 0.4855),
        (DisagreeingAfterExamples, -1.0709, 0.4293),
        (Failed, -0.3309, 0.0330),
        (MoreColumns, 0.0335, 0.4556),
        (MoreTables, 0.0835, 0.7614),
        (Nested, 0.0645, 0.1679),
        (NoRows, -2.0888, 0.0779),
        (Nothing, -1.9716, 0.0719),
        (OneValue, 0.3180, 0.4197),
        (Ordered, -0.0542, 0.1487),
        (Plain, 0.2499, 0.0132),
        (RepeatedRows, -0.2696, 0.0827),
        (Results, -0.4382, 0.2348),
        (Rival, -1.6484, 0.2618),
        (Suspicion(AlwaysFalse), -0.0024, 0.0036),
        (Suspicion(BareBesideAggregate), -0.0207, 0.0120),
        (Suspicion(Cartesian), -0.0169, 0.0180),
        (Suspicion(CountsOther), -0.0063, 0.0072),
        (Suspicion(EitherForBoth), -0.0593, 0.0060),
        (Suspicion(ElsewhereValue), -0.0674, 0.0072),
        (Suspicion(GroupOfOne), -0.0460, 0.0072),
        (Suspicion(IdleJoin), -0.0365, 0.0336),
        (Suspicion(MixedKeys), -0.0992, 0.0252),
        (Suspicion(MultipliedCount), -0.0107, 0.0036),
        (Suspicion(MultipliedSum), -0.0047, 0.0048),
        (Suspicion(NearerColumn), -0.1071, 0.0048),
        (Suspicion(NotGrouped), -0.0073, 0.0048),
        (Suspicion(NumberAgainstText), -0.0180, 0.0048),
        (Suspicion(OddJoin), -0.0543, 0.0120),
        (Suspicion(OneOfBoth), -0.0261, 0.0048),
        (Suspicion(OnlyFlags), -0.0274, 0.0036),
        (Suspicion(OtherDays), -0.0322, 0.0036),
        (Suspicion(OtherGroup), -0.1363, 0.0048),
        (Suspicion(OtherPeriod), -0.0585, 0.0180),
        (Suspicion(OverCodes), -0.0045, 0.0060),
        (Suspicion(SameValueTwice), -0.0245, 0.0036),
        (Suspicion(StrangeNumber), -0.0083, 0.0072),
        (Suspicion(UnaskedAverage), -0.0589, 0.0036),
        (Suspicion(UnaskedKey), -0.0531, 0.0084),
        (Suspicion(UnaskedValue), -0.1894, 0.0228),
        (Suspicion(Unexplained), -0.0001, 0.0036),
        (Suspicion(UnlikeTypes), -0.0012, 0.0060),
        (Suspicion(UnusedFlag), -0.0266, 0.0048),
        (Suspicious, -0.6712, 0.2626),
        (SuspiciousShare, -2.7510, 0.2986),
        (Tables, 0.0075, 0.6565),
        (Uncovered, -1.7277, 0.1327),
        (Unknown, -0.0754, 0.3046),
        (Unlikely, -0.4246, 0.1960),
        (UnlikelyGroup, -0.6551, 0.1829),
        (UnlikelyRoot, -1.1384, 0.4119),
        (UnlikelyToken, -0.0898, 1.9117),
        (WithoutFirst, -0.8848, 0.4784),
        (Words, -0.2354, 1.1647),
    ],
};
