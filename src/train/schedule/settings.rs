//! What a schedule can be told besides its length: the Trainer's `lr_scheduler_kwargs`, and the parameters of DeepSpeed's schedulers.

use serde::{Deserialize, Serialize};

use super::kind::{LR_END, SchedulerType};

/// How something rises or falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Curve {
    /// In a straight line.
    Linear,
    /// Along half a cosine.
    Cosine,
    /// By one minus a root.
    #[serde(rename = "1-sqrt")]
    OneMinusSqrt,
    /// By the logarithm of the steps: DeepSpeed's way.
    Log,
}

/// Which way a measured number should go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Down.
    Min,
    /// Up.
    Max,
}

/// What a threshold is a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThresholdMode {
    /// The best value so far.
    Rel,
    /// Nothing: it is a difference.
    Abs,
}

/// Under the Trainer's names, torch's and DeepSpeed's; what is not said has their defaults.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)] // the names are theirs
pub struct ScheduleSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_cycles: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lr_end: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub power: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timescale: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_lr: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_lr_rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warmup_lr_rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_decay_steps: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_stable_steps: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warmup_type: Option<Curve>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decay_type: Option<Curve>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_lr_ratio: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patience: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold_mode: Option<ThresholdMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cooldown: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eps: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warmup_min_lr: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warmup_max_lr: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warmup_num_steps: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_num_steps: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warmup_min_ratio: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cos_min_ratio: Option<f64>,
}

impl ScheduleSettings {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Refuses what `kind` cannot be told, as `get_scheduler` does, and what is out of bounds; why, in words. `rate` is the highest rate.
    pub fn check(&self, kind: SchedulerType, rate: f64) -> Result<(), String> {
        use SchedulerType as S;
        let taken: &[&str] = match kind {
            // The Trainer hands nothing on to these two.
            S::Constant | S::ConstantWithWarmup => return Ok(()),
            S::Linear | S::WarmupDecay => &[],
            S::Cosine | S::CosineWithRestarts => &["num_cycles"],
            S::Polynomial => &["lr_end", "power"],
            S::InverseSqrt => &["timescale"],
            S::CosineWithMinLr => &["num_cycles", "min_lr", "min_lr_rate"],
            S::CosineWarmupWithMinLr => &["num_cycles", "min_lr", "min_lr_rate", "warmup_lr_rate"],
            S::WarmupStableDecay => &["num_decay_steps", "num_stable_steps", "warmup_type", "decay_type", "min_lr_ratio", "num_cycles"],
            S::ReduceLrOnPlateau => &["mode", "factor", "patience", "threshold", "threshold_mode", "cooldown", "min_lr", "eps"],
            S::WarmupLr => &["warmup_min_lr", "warmup_max_lr", "warmup_num_steps", "warmup_type"],
            S::WarmupDecayLr => &["warmup_min_lr", "warmup_max_lr", "warmup_num_steps", "warmup_type", "total_num_steps"],
            S::WarmupCosineLr => &["warmup_min_ratio", "warmup_num_steps", "cos_min_ratio", "warmup_type", "total_num_steps"],
        };
        let said = serde_json::to_value(self).unwrap_or_default();
        let said = said.as_object().into_iter().flatten();
        for (key, value) in said {
            if !taken.contains(&key.as_str()) {
                return Err(match taken {
                    [] => format!("{} takes no settings, and `{key}` is one", kind.name()),
                    _ => format!("{} has no `{key}`: it takes {}", kind.name(), taken.join(", ")),
                });
            }
            // serde_json writes what is not finite as null.
            if value.is_null() || value.as_f64().is_some_and(|value| !(0.0..=1e15).contains(&value)) {
                return Err(format!("`{key}` must be a number from 0 on"));
            }
        }
        match kind {
            S::CosineWithMinLr | S::CosineWarmupWithMinLr if self.min_lr.is_some() == self.min_lr_rate.is_some() => {
                Err(format!("{} needs `min_lr` or `min_lr_rate`, one of them", kind.name()))
            }
            S::WarmupStableDecay if self.num_decay_steps.is_none() => Err("warmup_stable_decay needs `num_decay_steps`".into()),
            S::WarmupStableDecay if [self.warmup_type, self.decay_type].contains(&Some(Curve::Log)) => {
                Err("warmup_stable_decay knows linear, cosine and 1-sqrt".into())
            }
            S::Polynomial if self.lr_end.unwrap_or(LR_END) >= rate => {
                Err(format!("lr_end ({:e}) must be smaller than the rate ({rate:e})", self.lr_end.unwrap_or(LR_END)))
            }
            S::InverseSqrt if self.timescale == Some(0.0) => Err("`timescale` must be above 0".into()),
            S::ReduceLrOnPlateau if self.factor.is_some_and(|factor| factor >= 1.0) => Err("`factor` must be below 1".into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: SchedulerType, text: &str, expected: &str) {
        let found = match serde_json::from_str::<ScheduleSettings>(text) {
            Ok(settings) => settings.check(kind, 1e-3).err().unwrap_or_default(),
            Err(error) => error.to_string(),
        };
        assert!(found.contains(expected) && found.is_empty() == expected.is_empty(), "{kind:?} {text}: {found}");
    }

    #[test]
    fn what_a_schedule_cannot_be_told_is_refused() {
        check(SchedulerType::Linear, "{}", "");
        check(SchedulerType::Linear, r#"{"num_cycles": 1}"#, "takes no settings");
        check(SchedulerType::Cosine, r#"{"power": 1}"#, "cosine has no `power`: it takes num_cycles");
        check(SchedulerType::Cosine, r#"{"num_cycels": 1}"#, "unknown field");
        check(SchedulerType::CosineWithMinLr, "{}", "one of them");
        check(SchedulerType::CosineWithMinLr, r#"{"min_lr": 1e-5, "min_lr_rate": 0.1}"#, "one of them");
        check(SchedulerType::WarmupStableDecay, "{}", "needs `num_decay_steps`");
        check(SchedulerType::WarmupStableDecay, r#"{"num_decay_steps": 3, "decay_type": "1-sqrt"}"#, "");
        check(SchedulerType::Polynomial, r#"{"lr_end": 0.1}"#, "must be smaller than the rate (1e-3)");
        check(SchedulerType::ReduceLrOnPlateau, r#"{"factor": 1.5}"#, "below 1");
        check(SchedulerType::ReduceLrOnPlateau, r#"{"patience": 0, "mode": "min"}"#, "");
        check(SchedulerType::WarmupLr, r#"{"warmup_min_lr": -1}"#, "from 0 on");
    }
}
