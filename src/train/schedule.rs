//! The learning rate at each step: as `transformers.get_scheduler` gives it, or as DeepSpeed's schedulers do.
//!
//! Files on their floors, the lowest first:
//! - [`kind`]: which courses there are
//! - [`settings`]: what a schedule can be told besides its length
//! - [`plateau`]: the rate that goes by the evaluation loss

pub mod kind;
pub mod plateau;
pub mod settings;

pub use kind::SchedulerType;
pub use plateau::Plateau;
pub use settings::{Curve, ScheduleSettings};

use kind::LR_END;

/// Where [`SchedulerType::InverseSqrt`] has no warm-up, its time scale.
const TIMESCALE: f64 = 10_000.0;
/// What DeepSpeed's `WarmupCosineLR` ends with where it is not told.
const COS_MIN_RATIO: f64 = 1e-4;

/// The whole course of the rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// Its form.
    pub kind: SchedulerType,
    /// The highest rate.
    pub rate: f64,
    /// Steps of warm-up.
    pub warmup: u64,
    /// All steps.
    pub total: u64,
    /// What it was told besides.
    pub settings: ScheduleSettings,
}

impl Schedule {
    /// The rate that the optimizer uses at step `step`, counted from zero. For [`SchedulerType::ReduceLrOnPlateau`] the rate it begins with.
    pub fn at(&self, step: u64) -> f64 {
        if self.kind.is_deepspeeds() {
            return self.deepspeed(step);
        }
        self.rate * self.factor(step as f64, self.warmup as f64, self.total as f64)
    }

    fn factor(&self, step: f64, warmup: f64, total: f64) -> f64 {
        use std::f64::consts::PI;
        let set = &self.settings;
        let rest = (total - warmup).max(1.0);
        let waves = set.num_cycles.unwrap_or(0.5) * 2.0;
        let progress = (step - warmup) / rest;
        match self.kind {
            SchedulerType::Constant | SchedulerType::ReduceLrOnPlateau => 1.0,
            SchedulerType::WarmupDecay => {
                let warmup = warmup.max(2.0);
                if step < warmup { (step + 1.0).ln() / warmup.ln() } else { ((total - step) / (total - warmup).max(1.0)).max(0.0) }
            }
            SchedulerType::CosineWarmupWithMinLr => {
                let least = self.least_share();
                if step < warmup {
                    return match set.warmup_lr_rate {
                        Some(first) => first + (1.0 - first) * step / (warmup - 1.0).max(1.0),
                        None => (step + 1.0) / warmup.max(1.0),
                    };
                }
                let wave = 0.5 * (1.0 + (PI * waves * (step - warmup + 1.0) / rest).cos());
                (wave * (1.0 - least) + least).max(0.0)
            }
            SchedulerType::WarmupStableDecay => self.stable_decay(step, warmup, total),
            _ if step < warmup => step / warmup.max(1.0),
            SchedulerType::ConstantWithWarmup => 1.0,
            SchedulerType::Linear => ((total - step) / rest).max(0.0),
            SchedulerType::Cosine => (0.5 * (1.0 + (PI * waves * progress).cos())).max(0.0),
            SchedulerType::CosineWithRestarts if progress >= 1.0 => 0.0,
            SchedulerType::CosineWithRestarts => (0.5 * (1.0 + (PI * ((set.num_cycles.unwrap_or(1.0) * progress) % 1.0)).cos())).max(0.0),
            SchedulerType::Polynomial => {
                let end = set.lr_end.unwrap_or(LR_END);
                if step > total {
                    return end / self.rate;
                }
                let left = 1.0 - progress;
                ((self.rate - end) * left.powf(set.power.unwrap_or(1.0)) + end) / self.rate
            }
            SchedulerType::InverseSqrt => {
                let scale = set.timescale.unwrap_or(if warmup > 0.0 { warmup } else { TIMESCALE });
                1.0 / ((step + scale - warmup) / scale).sqrt()
            }
            SchedulerType::CosineWithMinLr => {
                let least = self.least_share();
                let wave = 0.5 * (1.0 + (PI * waves * progress).cos());
                (wave * (1.0 - least) + least).max(0.0)
            }
            SchedulerType::WarmupLr | SchedulerType::WarmupDecayLr | SchedulerType::WarmupCosineLr => 1.0,
        }
    }

    /// What of the rate is never given up, by `min_lr` or `min_lr_rate`.
    fn least_share(&self) -> f64 {
        self.settings.min_lr.map_or(self.settings.min_lr_rate.unwrap_or(0.0), |least| least / self.rate)
    }

    fn stable_decay(&self, step: f64, warmup: f64, total: f64) -> f64 {
        use std::f64::consts::PI;
        let set = &self.settings;
        let least = set.min_lr_ratio.unwrap_or(0.0);
        let decay = set.num_decay_steps.unwrap_or(0) as f64;
        let stable = set.num_stable_steps.map_or(total - warmup - decay, |steps| steps as f64);
        let above = |share: f64| (share * (1.0 - least) + least).max(0.0);
        if step < warmup {
            let progress = step / warmup.max(1.0);
            return above(match set.warmup_type.unwrap_or(Curve::Linear) {
                Curve::Cosine => 0.5 * (1.0 - (PI * progress).cos()),
                Curve::OneMinusSqrt => 1.0 - (1.0 - progress).sqrt(),
                Curve::Linear | Curve::Log => progress,
            });
        }
        if step < warmup + stable {
            return 1.0;
        }
        if step >= warmup + stable + decay {
            return least;
        }
        let progress = (step - warmup - stable) / decay.max(1.0);
        above(match set.decay_type.unwrap_or(Curve::Cosine) {
            Curve::Linear | Curve::Log => 1.0 - progress,
            Curve::Cosine => 0.5 * (1.0 + (PI * set.num_cycles.unwrap_or(0.5) * 2.0 * progress).cos()),
            Curve::OneMinusSqrt => 1.0 - progress.sqrt(),
        })
    }

    /// DeepSpeed 0.19.8's `lr_schedules.py`. Its engine steps the scheduler behind the optimizer, from the index -1 on: the first step is
    /// taken at the lowest rate, the second at index 0, and so on. Its log is a step ahead.
    fn deepspeed(&self, step: u64) -> f64 {
        let set = &self.settings;
        let first = step == 0;
        let index = step.saturating_sub(1) as f64;
        // At least two, as there: one step would divide by the logarithm of 1.
        let warmup = set.warmup_num_steps.unwrap_or(self.warmup).max(2) as f64;
        let total = set.total_num_steps.unwrap_or(self.total) as f64;
        let rising = match set.warmup_type {
            Some(Curve::Linear) => index / warmup,
            _ => (index + 1.0).ln() / warmup.ln(),
        };
        if self.kind == SchedulerType::WarmupCosineLr {
            let (low, end) = (set.warmup_min_ratio.unwrap_or(0.0), set.cos_min_ratio.unwrap_or(COS_MIN_RATIO));
            return self.rate
                * match (first, index < warmup) {
                    (true, _) => 0.0,
                    (false, true) => low + rising * (1.0 - low),
                    (false, false) => {
                        let progress = ((index - warmup + 1.0) / (total - warmup).max(1.0)).min(1.0);
                        (end + (1.0 - end) * (1.0 + (std::f64::consts::PI * progress).cos()) / 2.0).max(0.0)
                    }
                };
        }
        let (low, high) = (set.warmup_min_lr.unwrap_or(0.0), set.warmup_max_lr.unwrap_or(self.rate));
        let gamma = match (self.kind, index < warmup) {
            (_, true) => rising,
            (SchedulerType::WarmupDecayLr, false) => ((total - index) / (total - warmup).max(1.0)).max(0.0),
            _ => 1.0,
        };
        if first { low } else { low + (high - low) * gamma }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(kind: SchedulerType, warmup: u64, settings: ScheduleSettings) -> Schedule {
        Schedule { kind, rate: 2.0, warmup, total: 10, settings }
    }

    #[track_caller]
    fn check(kind: SchedulerType, warmup: u64, expected: &[(u64, f64)]) {
        let schedule = schedule(kind, warmup, ScheduleSettings::default());
        for &(step, factor) in expected {
            assert!((schedule.at(step) - 2.0 * factor).abs() < 1e-12, "{kind:?} at {step}: {}", schedule.at(step));
        }
    }

    #[test]
    fn schedules_have_their_values() {
        check(SchedulerType::Constant, 4, &[(0, 1.0), (9, 1.0)]);
        check(SchedulerType::ConstantWithWarmup, 4, &[(0, 0.0), (1, 0.25), (4, 1.0), (9, 1.0)]);
        check(SchedulerType::Linear, 2, &[(0, 0.0), (1, 0.5), (2, 1.0), (6, 0.5), (10, 0.0), (11, 0.0)]);
        check(SchedulerType::Cosine, 0, &[(0, 1.0), (5, 0.5), (10, 0.0)]);
        check(SchedulerType::WarmupDecay, 0, &[(0, 0.0), (1, 1.0), (2, 1.0), (6, 0.5), (10, 0.0)]);
    }

    #[test]
    fn deepspeeds_first_steps_are_those_of_its_optimizer() {
        let four = |kind, warmup| {
            let schedule = Schedule { kind, rate: 1e-3, warmup, total: 4, settings: ScheduleSettings::default() };
            [0, 1, 2, 3].map(|step| schedule.at(step))
        };
        assert_eq!(four(SchedulerType::WarmupDecayLr, 1), [0.0, 0.0, 1e-3, 1e-3]);
        let [a, b, c, d] = four(SchedulerType::WarmupLr, 3);
        assert_eq!((a, b), (0.0, 0.0));
        assert!((c - 1e-3 * 2f64.ln() / 3f64.ln()).abs() < 1e-15 && (d - 1e-3).abs() < 1e-15, "{c} {d}");
    }

    /// Made by `tests/scripts/trainer_reference.py` with transformers 5.24.0, DeepSpeed 0.19.8 and torch 2.15.0.
    const REFERENCE: &str = include_str!("../../tests/training/schedules.json");

    #[test]
    fn schedules_are_those_of_transformers_and_deepspeed() {
        let cases: Vec<serde_json::Value> = serde_json::from_str(REFERENCE).unwrap();
        assert!(cases.len() > 30);
        for case in cases {
            let kind: SchedulerType = serde_json::from_value(case["type"].clone()).unwrap();
            let settings: ScheduleSettings = serde_json::from_value(case["kwargs"].clone()).unwrap();
            settings.check(kind, case["rate"].as_f64().unwrap()).unwrap();
            let number = |key: &str| case[key].as_u64().unwrap();
            let schedule =
                Schedule { kind, rate: case["rate"].as_f64().unwrap(), warmup: number("warmup"), total: number("total"), settings };
            for (step, expected) in case["rates"].as_array().unwrap().iter().enumerate() {
                let (found, expected) = (schedule.at(step as u64), expected.as_f64().unwrap());
                assert!((found - expected).abs() < 1e-12, "{case} at {step}: {found}");
            }
        }
    }
}
