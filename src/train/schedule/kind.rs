//! Which courses the learning rate can take.

use serde::{Deserialize, Serialize};

/// Where `lr_end` is not said, the Trainer's.
pub(super) const LR_END: f64 = 1e-7;

/// How the rate goes on behind the warm-up. The names are the Trainer's; the last ones are those of DeepSpeed's schedulers.
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
    /// Down to zero along half a cosine, `num_cycles` times.
    CosineWithRestarts,
    /// Down to `lr_end` along a power of the steps left.
    Polynomial,
    /// By one over the root of the steps.
    InverseSqrt,
    /// Along half a cosine down to `min_lr`.
    CosineWithMinLr,
    /// The same with a warm-up that begins above zero.
    CosineWarmupWithMinLr,
    /// Warm-up, a level stretch, a decay of `num_decay_steps`.
    WarmupStableDecay,
    /// Smaller each time the evaluation loss stays where it is; no warm-up. See [`super::Plateau`].
    ReduceLrOnPlateau,
    /// What builds up to a08d325 made of DeepSpeed's `WarmupDecayLR`: a step ahead of it, as its log is. Runs begun with it go on with it.
    WarmupDecay,
    /// DeepSpeed's `WarmupLR`.
    WarmupLr,
    /// DeepSpeed's `WarmupDecayLR`.
    WarmupDecayLr,
    /// DeepSpeed's `WarmupCosineLR`.
    WarmupCosineLr,
}

impl SchedulerType {
    /// Whether it is one of DeepSpeed's.
    pub fn is_deepspeeds(self) -> bool {
        matches!(self, Self::WarmupLr | Self::WarmupDecayLr | Self::WarmupCosineLr)
    }

    /// The name in a settings file and, but for DeepSpeed's, in the Trainer.
    pub fn name(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::ConstantWithWarmup => "constant_with_warmup",
            Self::Linear => "linear",
            Self::Cosine => "cosine",
            Self::CosineWithRestarts => "cosine_with_restarts",
            Self::Polynomial => "polynomial",
            Self::InverseSqrt => "inverse_sqrt",
            Self::CosineWithMinLr => "cosine_with_min_lr",
            Self::CosineWarmupWithMinLr => "cosine_warmup_with_min_lr",
            Self::WarmupStableDecay => "warmup_stable_decay",
            Self::ReduceLrOnPlateau => "reduce_lr_on_plateau",
            Self::WarmupDecay => "warmup_decay",
            Self::WarmupLr => "warmup_lr",
            Self::WarmupDecayLr => "warmup_decay_lr",
            Self::WarmupCosineLr => "warmup_cosine_lr",
        }
    }
}
