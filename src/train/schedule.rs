//! The learning rate at each step, as `transformers.get_scheduler` gives it.

use serde::{Deserialize, Serialize};

/// How the rate goes on behind the warm-up. The names are the Trainer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum SchedulerType {
    /// Always the same; no warm-up either.
    Constant,
    /// Always the same behind the warm-up.
    ConstantWithWarmup,
    /// Down to zero in a straight line.
    #[default]
    Linear,
    /// Down to zero along half a cosine.
    Cosine,
    /// DeepSpeed's `WarmupDecayLR`: a logarithmic warm-up of at least two steps, then a straight line to zero.
    WarmupDecay,
}

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
}

impl Schedule {
    /// The rate of step `step`, counted from zero.
    pub fn at(&self, step: u64) -> f64 {
        self.rate * self.factor(step as f64, self.warmup as f64, self.total as f64)
    }

    fn factor(&self, step: f64, warmup: f64, total: f64) -> f64 {
        let rest = (total - warmup).max(1.0);
        match self.kind {
            SchedulerType::Constant => 1.0,
            SchedulerType::WarmupDecay => {
                let warmup = warmup.max(2.0);
                if step < warmup { (step + 1.0).ln() / warmup.ln() } else { ((total - step) / (total - warmup).max(1.0)).max(0.0) }
            }
            _ if step < warmup => step / warmup.max(1.0),
            SchedulerType::ConstantWithWarmup => 1.0,
            SchedulerType::Linear => ((total - step) / rest).max(0.0),
            SchedulerType::Cosine => (0.5 * (1.0 + (std::f64::consts::PI * (step - warmup) / rest).cos())).max(0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: SchedulerType, warmup: u64, expected: &[(u64, f64)]) {
        let schedule = Schedule { kind, rate: 2.0, warmup, total: 10 };
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
}
