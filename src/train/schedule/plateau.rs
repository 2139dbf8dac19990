//! The rate that goes by the evaluation loss, as `torch.optim.lr_scheduler.ReduceLROnPlateau` moves it.

use serde::{Deserialize, Serialize};

use super::settings::{Mode, ScheduleSettings, ThresholdMode};

/// What it remembers between evaluations.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Plateau {
    /// The rate of the next step.
    pub rate: f64,
    /// The best value so far.
    pub best: Option<f64>,
    /// Evaluations in a row that were no better.
    pub bad: u64,
    /// Evaluations that are still not counted.
    pub cooldown: u64,
}

impl Plateau {
    /// Before the first evaluation.
    pub fn new(rate: f64) -> Self {
        Self { rate, best: None, bad: 0, cooldown: 0 }
    }

    /// Takes notice of an evaluation.
    pub fn step(&mut self, value: f64, settings: &ScheduleSettings) {
        let threshold = settings.threshold.unwrap_or(1e-4);
        let better = self.best.is_none_or(|best| match (settings.mode, settings.threshold_mode) {
            (Some(Mode::Max), Some(ThresholdMode::Abs)) => value > best + threshold,
            (Some(Mode::Max), _) => value > best * (1.0 + threshold),
            (_, Some(ThresholdMode::Abs)) => value < best - threshold,
            _ => value < best * (1.0 - threshold),
        });
        if better {
            self.best = Some(value);
            self.bad = 0;
        } else {
            self.bad += 1;
        }
        if self.cooldown > 0 {
            self.cooldown -= 1;
            self.bad = 0;
        }
        if self.bad > settings.patience.unwrap_or(10) {
            let rate = (self.rate * settings.factor.unwrap_or(0.1)).max(settings.min_lr.unwrap_or(0.0));
            if self.rate - rate > settings.eps.unwrap_or(1e-8) {
                self.rate = rate;
            }
            self.cooldown = settings.cooldown.unwrap_or(0);
            self.bad = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by `tests/scripts/trainer_reference.py` with torch 2.15.0.
    const REFERENCE: &str = include_str!("../../../tests/training/plateaus.json");

    #[test]
    fn rates_are_those_of_torch() {
        let cases: Vec<serde_json::Value> = serde_json::from_str(REFERENCE).unwrap();
        for case in cases {
            let settings: ScheduleSettings = serde_json::from_value(case["kwargs"].clone()).unwrap();
            let mut plateau = Plateau::new(case["rate"].as_f64().unwrap());
            for (loss, rate) in case["losses"].as_array().unwrap().iter().zip(case["rates"].as_array().unwrap()) {
                plateau.step(loss.as_f64().unwrap(), &settings);
                assert!((plateau.rate - rate.as_f64().unwrap()).abs() < 1e-15, "{case}: {plateau:?}");
            }
        }
    }
}
