//! What waits in host memory rather than on a card.

use serde::{Deserialize, Serialize};

/// What waits in host memory rather than on a card. Named after DeepSpeed's `offload_optimizer` and `offload_param`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Offload {
    /// Nothing.
    #[default]
    None,
    /// Moments and the f32 values that the optimizer moves; the processor takes its steps, and gradients come over once a step.
    Optimizer,
    /// Also gradients, as they arise.
    Gradients,
    /// Also every weight and the inputs of layers: the card holds the layer it works on.
    All,
}

impl Offload {
    /// Whether gradients are summed on the card.
    pub fn sums_on_card(self) -> bool {
        matches!(self, Self::None | Self::Optimizer)
    }
}
