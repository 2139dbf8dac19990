//! How much each signal counts. Written by `tests/scripts/fit_belief.py`; not to be edited.
//!
//! Fitted to 26 questions (25 first drafts, 44 results of drafts) over databases of Spider's training part
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
    constant: 2.2149,
    signals: &[
        (Aggregates, 0.4248, 0.3600),
        (Mended, -0.3128, 0.1200),
        (MoreColumns, -0.1557, 0.4000),
        (MoreTables, -0.8206, 0.6400),
        (OneValue, 0.1786, 0.2800),
        (Ordered, 0.4573, 0.4000),
        (RepeatedRows, -0.5122, 0.2000),
        (Suspicious, -0.5636, 0.1200),
        (Tables, 0.0537, 0.3400),
        (Uncovered, -0.3144, 0.0500),
        (Unlikely, -0.0140, 0.1697),
        (UnlikelyRoot, -0.1233, 0.3576),
        (UnlikelyToken, -0.4601, 1.7637),
        (Words, 0.0597, 1.1080),
    ],
};

/// Drafts that return the same, beside others.
pub(super) static COMPARED: Weights = Weights {
    constant: 1.8224,
    signals: &[
        (Aggregates, 0.7493, 0.4318),
        (Alone, -0.8114, 0.2727),
        (Disagreeing, -0.8780, 0.4290),
        (DisagreeingAfterExamples, -0.4514, 0.3636),
        (Failed, -0.1779, 0.0625),
        (Mended, -0.7033, 0.1591),
        (MendedShare, -0.5197, 0.1534),
        (MoreColumns, -0.1287, 0.4091),
        (MoreSuspicious, -0.3238, 0.1591),
        (MoreTables, -0.4078, 1.0682),
        (Nested, -0.2497, 0.1818),
        (NoRows, -0.0637, 0.0909),
        (OneValue, 0.6809, 0.2727),
        (Ordered, 0.3467, 0.2955),
        (RepeatedRows, -0.4095, 0.1818),
        (Results, -0.4103, 0.1844),
        (Rival, -0.4292, 0.2411),
        (Suspicion(Cartesian), -0.0842, 0.0909),
        (Suspicion(NothingExcluded), -0.0169, 0.0682),
        (Suspicious, -0.5615, 0.2045),
        (SuspiciousShare, -0.5615, 0.2045),
        (Tables, 0.1530, 0.4000),
        (Uncovered, -0.3582, 0.0923),
        (Unlikely, -0.0876, 0.1882),
        (UnlikelyGroup, -0.1362, 0.1772),
        (UnlikelyRoot, -0.1700, 0.3896),
        (UnlikelyToken, -0.1870, 2.3806),
        (WithoutFirst, -0.2964, 0.4318),
        (Words, 0.0790, 1.2568),
    ],
};
