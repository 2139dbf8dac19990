//! What a run comes to.

use super::Record;

/// A share with its 95% interval.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Share {
    /// How many.
    pub count: usize,
    /// Of how many.
    pub n: usize,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Share {
    /// `count` of `n`, with Wilson's score interval (Wilson 1927).
    pub fn of(count: usize, n: usize) -> Self {
        if n == 0 {
            return Self { count, n, low: 0.0, high: 1.0 };
        }
        let (n_f, p, z) = (n as f64, count as f64 / n as f64, 1.959_964);
        let centre = p + z * z / (2.0 * n_f);
        let spread = z * (p * (1.0 - p) / n_f + z * z / (4.0 * n_f * n_f)).sqrt();
        let scale = 1.0 + z * z / n_f;
        Self { count, n, low: ((centre - spread) / scale).max(0.0), high: ((centre + spread) / scale).min(1.0) }
    }

    /// The share itself.
    pub fn value(&self) -> f64 {
        if self.n == 0 { 0.0 } else { self.count as f64 / self.n as f64 }
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let percent = |x: f64| 100.0 * x;
        write!(f, "{:.1}% of {} (95%: {:.1} to {:.1})", percent(self.value()), self.n, percent(self.low), percent(self.high))
    }
}

/// One row of the reliability table.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Bin {
    /// Mean confidence stated.
    pub stated: f64,
    /// How many of them were right.
    pub observed: Share,
}

/// The figures of a run.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Report {
    /// Right answers.
    pub accuracy: Share,
    /// Answers that have the right columns, and more beside them; none of them counts as right.
    pub shows_more: Share,
    /// Questions without an answer that ran.
    pub did_not_run: Share,
    /// Median seconds a question.
    pub median_seconds: f64,
    /// Mean seconds a question.
    pub mean_seconds: f64,
    /// Seconds that 19 of 20 questions take at most.
    pub late_seconds: f64,
    /// Tokens of prompts that were read for a question, on average.
    pub tokens_read: f64,
    /// Tokens that were written for a question, on average.
    pub tokens_written: f64,
    /// Accuracy by difficulty, with its name.
    pub by_difficulty: Vec<(&'static str, Share)>,
    /// Stated against observed in five bins of equal width, empty ones left out.
    pub reliability: Vec<Bin>,
    /// Expected calibration error: the bins' |stated - observed|, weighted by their size; `None` where no confidence was stated.
    pub calibration_error: Option<f64>,
}

/// Whether a question is of a kind.
type Kind = fn(&Record) -> bool;

/// Names of the kinds of questions, and how they are told.
const DIFFICULTIES: [(&str, Kind); 7] = [
    ("one table", |r| r.shape.is_some_and(|s| s.tables <= 1 && s.nested == 0)),
    ("two tables", |r| r.shape.is_some_and(|s| s.tables == 2 && s.nested == 0)),
    ("three tables or more", |r| r.shape.is_some_and(|s| s.tables >= 3 && s.nested == 0)),
    ("nested or set operation", |r| r.shape.is_some_and(|s| s.nested > 0)),
    ("aggregating", |r| r.shape.is_some_and(|s| s.aggregates)),
    ("not aggregating", |r| r.shape.is_some_and(|s| !s.aggregates)),
    ("not parsed", |r| r.shape.is_none()),
];

const BINS: usize = 5;

impl Report {
    /// The figures of `records`.
    pub fn of(records: &[Record]) -> Self {
        let share = |of: &dyn Fn(&Record) -> bool, right: &dyn Fn(&Record) -> bool| {
            let all: Vec<&Record> = records.iter().filter(|r| of(r)).collect();
            Share::of(all.iter().filter(|r| right(r)).count(), all.len())
        };
        let by_difficulty = DIFFICULTIES.iter().map(|(name, of)| (*name, share(of, &|r| r.ok))).filter(|(_, share)| share.n > 0).collect();
        let stated: Vec<(f64, bool)> = records.iter().filter_map(|r| Some((r.confidence?, r.ok))).collect();
        let bin_of = |confidence: f64| ((confidence * BINS as f64) as usize).min(BINS - 1);
        let reliability: Vec<Bin> = (0..BINS)
            .filter_map(|bin| {
                let inside: Vec<&(f64, bool)> = stated.iter().filter(|(c, _)| bin_of(*c) == bin).collect();
                let n = inside.len();
                let sum: f64 = inside.iter().map(|(c, _)| c).sum();
                (n > 0).then(|| Bin { stated: sum / n as f64, observed: Share::of(inside.iter().filter(|(_, ok)| *ok).count(), n) })
            })
            .collect();
        let mean = |of: &dyn Fn(&Record) -> f64| records.iter().map(of).sum::<f64>() / records.len().max(1) as f64;
        let error = |bin: &Bin| bin.observed.n as f64 * (bin.stated - bin.observed.value()).abs();
        Self {
            accuracy: share(&|_| true, &|r| r.ok),
            shows_more: share(&|_| true, &|r| r.shows_more),
            did_not_run: share(&|_| true, &|r| !r.ran),
            median_seconds: median(records.iter().map(|r| r.seconds).collect()),
            mean_seconds: mean(&|r| r.seconds),
            late_seconds: late(records.iter().map(|r| r.seconds).collect()),
            tokens_read: mean(&|r| r.timings.generate.prompt_tokens.saturating_sub(r.timings.generate.cached_tokens) as f64),
            tokens_written: mean(&|r| r.timings.generate.generated_tokens as f64),
            by_difficulty,
            calibration_error: (!stated.is_empty()).then(|| reliability.iter().map(error).sum::<f64>() / stated.len() as f64),
            reliability,
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match (values.get(middle.wrapping_sub(1)), values.get(middle)) {
        (Some(below), Some(above)) if values.len().is_multiple_of(2) => (below + above) / 2.0,
        (_, Some(middle)) => *middle,
        _ => 0.0,
    }
}

/// The 95th percentile: the least of `values` that 19 of 20 do not pass.
fn late(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let rank = (values.len() * 19).div_ceil(20);
    values.get(rank.wrapping_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from `statsmodels.stats.proportion.proportion_confint(method="wilson")`.
    #[test]
    fn intervals_are_wilsons() {
        for (count, n, low, high) in [(53, 100, 0.4329, 0.6249), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (160, 300, 0.4769, 0.5890)] {
            let share = Share::of(count, n);
            assert!((share.low - low).abs() < 1e-3 && (share.high - high).abs() < 1e-3, "{share:?}");
        }
        assert_eq!(Share::of(1, 4).to_string(), "25.0% of 4 (95%: 4.6 to 69.9)");
    }

    #[test]
    fn medians() {
        assert_eq!((median(vec![]), median(vec![3.0, 1.0, 2.0]), median(vec![4.0, 1.0, 2.0, 3.0])), (0.0, 2.0, 2.5));
    }

    #[test]
    fn late_ones() {
        let to = |n: u32| (1..=n).rev().map(f64::from).collect();
        assert_eq!([0, 1, 19, 20, 21, 100].map(|n| late(to(n))), [0.0, 1.0, 19.0, 19.0, 20.0, 95.0]);
    }
}
