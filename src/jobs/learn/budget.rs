//! What can be done in the time there is, on this machine: layers, rank, rows, steps, questions. Pure: what was measured in, settings out.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Of the time that is left, so much is planned with: measuring is never exact.
const USED: f64 = 0.95;
/// Rows of a batch: they go through with their schema once.
pub(super) const BATCH: usize = 8;
/// Questions that judge the result, at most: each is answered twice.
pub(super) const MOST_COMPARED: usize = 60;
/// The fewest that can show anything: five that are all mended may be chance, six hardly.
pub(super) const LEAST_COMPARED: usize = 6;
/// Questions that choose the checkpoint, at most.
pub(super) const MOST_CHOOSING: usize = 24;
/// Fewer tell one checkpoint from another by chance: then the loss on these rows does.
const LEAST_CHOOSING: usize = 6;
/// Of the time, so much may go into judging the result; half of it where that is what the fewest questions take.
const COMPARING: [f64; 2] = [0.3, 0.5];
/// Of the time, so much may go into choosing the checkpoint.
const CHOOSING: f64 = 0.15;
/// Passes over the rows that are aimed at, and the most.
const PASSES: (f64, f64) = (2.0, 3.0);
/// Rows that are seen, below which fewer layers are trained so that more can be.
const ENOUGH_SEEN: f64 = 240.0;
/// Rows that are seen, from which on adapters are wider.
const MANY_SEEN: f64 = 800.0;
/// Fewer rows are not worth an adapter.
const LEAST_ROWS: usize = 16;
/// Fewer optimizer steps move nothing.
pub(super) const LEAST_STEPS: u64 = 4;

/// What was measured of the model on this machine, and what there is to learn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Tokens a second that go through training with all layers.
    pub tokens_per_second: f64,
    /// Seconds of an answer through the whole pipeline.
    pub ask_seconds: f64,
    /// Seconds of a single draft.
    pub draft_seconds: f64,
    /// Layers of the model.
    pub layers: usize,
    /// Tokens that the rows of a batch share.
    pub shared_tokens: f64,
    /// Tokens that a row has of its own.
    pub own_tokens: f64,
    /// Rows that can be learned.
    pub rows: usize,
    /// Questions that can judge the result.
    pub compare: usize,
    /// Questions that can choose the checkpoint.
    pub choose: usize,
}

/// What follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Settled {
    /// The upper layers that get adapters.
    pub layers: usize,
    /// Rank of the adapters; alpha is twice that.
    pub rank: usize,
    /// Rows that are learned.
    pub rows: usize,
    /// Optimizer steps.
    pub steps: u64,
    /// Steps between evaluations.
    pub every: u64,
    /// Questions that choose the checkpoint; none where its loss does.
    pub choose: usize,
    /// Questions that judge the result.
    pub compare: usize,
    /// Highest learning rate.
    pub learning_rate: f64,
    /// Seconds that training is meant to take.
    pub train_seconds: f64,
    /// Seconds that choosing the checkpoint is meant to take.
    pub choose_seconds: f64,
    /// Seconds that judging the result is meant to take.
    pub compare_seconds: f64,
}

impl Settled {
    /// What stands for it before anything is measured.
    pub(super) fn smallest() -> Self {
        Self {
            layers: 0,
            rank: 8,
            rows: 0,
            steps: LEAST_STEPS,
            every: 1,
            choose: 0,
            compare: 0,
            learning_rate: 2e-4,
            train_seconds: 0.0,
            choose_seconds: 0.0,
            compare_seconds: 0.0,
        }
    }

    /// Passes over the rows.
    pub fn passes(&self) -> f64 {
        self.steps as f64 * BATCH as f64 / self.rows.max(1) as f64
    }
}

/// Why nothing can be settled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unsettled {
    /// The time is too short; about so much is needed from now on.
    TooShort(Duration),
    /// There are too few questions to hold out, or rows to learn.
    TooFew,
}

/// Whether so many rows and questions are not worth learning, however much time there is.
pub(super) fn is_too_little(rows: usize, compare: usize) -> bool {
    compare < LEAST_COMPARED || rows < LEAST_ROWS
}

/// What can be done in `seconds`.
pub fn settle(measured: &Measured, seconds: f64) -> Result<Settled, Unsettled> {
    if is_too_little(measured.rows, measured.compare) {
        return Err(Unsettled::TooFew);
    }
    let needed = least_seconds(measured);
    let left = USED * seconds.max(0.0);
    if left < needed {
        return Err(Unsettled::TooShort(Duration::from_secs_f64((needed / USED).clamp(1.0, 1e7).ceil())));
    }
    let pair = 2.0 * measured.ask_seconds.max(1e-6);
    let compare = (COMPARING[0] * left / pair) as usize;
    let compare = compare.clamp(LEAST_COMPARED, MOST_COMPARED).min(measured.compare);
    let compare_seconds = compare as f64 * pair;
    let evaluations = evaluations(left);
    let choose = (CHOOSING * left / (evaluations as f64 * measured.draft_seconds.max(1e-6))) as usize;
    let choose = choose.min(MOST_CHOOSING).min(measured.choose);
    let choose = if choose < LEAST_CHOOSING { 0 } else { choose };
    let choose_seconds = (evaluations as usize * choose) as f64 * measured.draft_seconds;
    let time = (left - compare_seconds - choose_seconds).max(0.0);
    let seen_with = |layers: usize| time / row_seconds(measured, layers);
    let all = measured.layers.max(1);
    // Fewer layers, more rows: the gradient goes no further down than the lowest adapter.
    let depths = [all, all.div_ceil(2), all.div_ceil(4)];
    let layers = depths.into_iter().find(|&layers| seen_with(layers) >= ENOUGH_SEEN).unwrap_or(all.div_ceil(4));
    let seen = seen_with(layers);
    let rows = ((seen / PASSES.0) as usize).clamp(LEAST_ROWS, measured.rows);
    let seen = seen.min(PASSES.1 * rows as f64);
    let steps = ((seen / BATCH as f64) as u64).max(LEAST_STEPS);
    // The last step is evaluated, too: the steps are as many courses of equal length.
    let evaluations = evaluations.min(steps / 2).max(1);
    let every = steps / evaluations;
    let steps = every * evaluations;
    let train_seconds = steps as f64 * BATCH as f64 * row_seconds(measured, layers);
    Ok(Settled {
        layers,
        rank: if seen >= MANY_SEEN { 16 } else { 8 },
        rows,
        steps,
        every,
        choose,
        compare,
        // A short course takes greater steps.
        learning_rate: if steps < 60 { 4e-4 } else { 2e-4 },
        train_seconds,
        choose_seconds,
        compare_seconds,
    })
}

/// How often a course of so many seconds is evaluated.
fn evaluations(seconds: f64) -> u64 {
    match seconds {
        seconds if seconds < 300.0 => 2,
        seconds if seconds < 1200.0 => 3,
        _ => 5,
    }
}

/// Seconds that a row takes in training with adapters on so many upper layers: forward through all, back through these.
fn row_seconds(measured: &Measured, layers: usize) -> f64 {
    let tokens = measured.shared_tokens / BATCH as f64 + measured.own_tokens;
    let share = (1.0 + layers as f64 / measured.layers.max(1) as f64) / 2.0;
    (tokens * share / measured.tokens_per_second.max(1e-6)).max(1e-9)
}

/// The least that is worth doing: the fewest steps on the fewest layers, and the fewest questions.
fn least_seconds(measured: &Measured) -> f64 {
    let steps = LEAST_STEPS as f64 * BATCH as f64 * row_seconds(measured, measured.layers.max(1).div_ceil(4));
    let compared = 2.0 * LEAST_COMPARED as f64 * measured.ask_seconds;
    // Judging takes no more than its share.
    (steps + compared).max(compared / COMPARING[1])
}

/// `30m`, `90s`, `1h30m`, `2h`: a time as a person writes it; `None` where it is none.
pub fn parse_time(text: &str) -> Option<Duration> {
    let text = text.trim().to_lowercase();
    let mut rest = text.as_str();
    let mut seconds = 0u64;
    let mut last = u64::MAX;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, behind) = rest.split_at_checked(digits)?;
        let behind = behind.trim_start();
        let unit_length = behind.len() - behind.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let (unit, behind) = behind.split_at_checked(unit_length)?;
        let unit = match unit {
            "h" => 3600,
            "m" | "min" => 60,
            "s" => 1,
            // Minutes are what one means.
            "" if seconds == 0 && behind.is_empty() => 60,
            _ => return None,
        };
        if unit >= last {
            return None;
        }
        last = unit;
        seconds = seconds.checked_add(number.parse::<u64>().ok()?.checked_mul(unit)?)?;
        rest = behind.trim_start();
    }
    (1..=MOST_SECONDS).contains(&seconds).then(|| Duration::from_secs(seconds))
}

/// A week: what is longer is a mistake.
const MOST_SECONDS: u64 = 7 * 24 * 3600;

#[cfg(test)]
mod tests {
    use super::*;

    /// A 0.5B on two cores, about.
    const SLOW: Measured = Measured {
        tokens_per_second: 120.0,
        ask_seconds: 3.0,
        draft_seconds: 1.2,
        layers: 24,
        shared_tokens: 340.0,
        own_tokens: 60.0,
        rows: 500,
        compare: 60,
        choose: 24,
    };

    #[track_caller]
    fn check(measured: Measured, seconds: f64, expected: (usize, usize, usize, u64, usize, usize)) {
        let settled = settle(&measured, seconds).unwrap();
        let found = (settled.layers, settled.rank, settled.rows, settled.steps, settled.choose, settled.compare);
        assert_eq!(found, expected, "{settled:?}");
        let planned = settled.train_seconds + settled.choose_seconds + settled.compare_seconds;
        assert!(planned <= seconds, "{planned} of {seconds}");
        assert!(settled.every >= 1 && settled.every <= settled.steps);
    }

    #[test]
    fn settings_follow_from_the_time_and_the_machine() {
        // Layers, rank, rows, steps, questions that choose and that judge.
        check(SLOW, 180.0, (6, 8, 92, 22, 10, 8));
        check(SLOW, 1800.0, (24, 16, 500, 175, 24, 60));
        check(SLOW, 7200.0, (24, 16, 500, 185, 24, 60));
        check(Measured { tokens_per_second: 12_000.0, ask_seconds: 0.05, draft_seconds: 0.02, ..SLOW }, 60.0, (24, 16, 500, 186, 24, 60));
        // Slow answers: the fewest questions, and the loss chooses.
        check(Measured { ask_seconds: 9.0, draft_seconds: 5.0, ..SLOW }, 300.0, (12, 8, 138, 34, 0, 6));
        check(Measured { rows: 20, ..SLOW }, 1800.0, (24, 8, 20, 6, 24, 60));
        check(Measured { compare: 7, choose: 3, ..SLOW }, 1800.0, (24, 16, 500, 185, 0, 7));
    }

    #[test]
    fn more_time_never_means_less() {
        let mut before: Option<Settled> = None;
        for minutes in 3..200 {
            let settled = settle(&SLOW, 60.0 * f64::from(minutes)).unwrap();
            if let Some(before) = before {
                assert!(settled.compare >= before.compare && settled.layers >= before.layers, "{minutes}: {before:?} {settled:?}");
            }
            before = Some(settled);
        }
    }

    #[test]
    fn what_is_too_little_is_said() {
        let Err(Unsettled::TooShort(needed)) = settle(&SLOW, 30.0) else { panic!() };
        assert!(settle(&SLOW, needed.as_secs_f64()).is_ok(), "{needed:?}");
        assert!(matches!(settle(&SLOW, needed.as_secs_f64() - 2.0), Err(Unsettled::TooShort(_))));
        assert_eq!(settle(&Measured { compare: 5, ..SLOW }, 1800.0), Err(Unsettled::TooFew));
        assert_eq!(settle(&Measured { rows: 3, ..SLOW }, 1800.0), Err(Unsettled::TooFew));
        assert!(matches!(settle(&SLOW, f64::NAN), Err(Unsettled::TooShort(_))));
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, seconds) in [
            ("30m", Some(1800)),
            ("90s", Some(90)),
            ("1h30m", Some(5400)),
            ("1h 30m", Some(5400)),
            (" 2H ", Some(7200)),
            ("10min", Some(600)),
            ("45", Some(2700)),
            ("", None),
            ("0m", None),
            ("m", None),
            ("30m1h", None),
            ("-5m", None),
            ("1.5h", None),
            ("9999h", None),
            ("99999999999999999999h", None),
            ("30 minutes!", None),
        ] {
            assert_eq!(parse_time(text).map(|time| time.as_secs()), seconds, "{text}");
        }
    }
}
