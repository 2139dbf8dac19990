//! The gated activation of the feed-forward part: `activation(gate) * up`.

use super::workspace::Workspace;
use crate::compute::{self, Activation, gated};

/// `activation(gate) * up`, `[tokens, feed_forward]`.
pub fn forward(workspace: &mut Workspace<'_>, activation: Activation, gate: &[f32], up: &[f32]) -> Vec<f32> {
    let mut out = workspace.copy(gate);
    compute::gate_mul(workspace.pool, activation, &mut out, up);
    out
}

/// Replaces `gate` and `up` by their gradients, where `dy` is the output's.
pub fn backward(workspace: &Workspace<'_>, activation: Activation, gate: &mut [f32], up: &mut [f32], dy: &[f32]) {
    gated::gate_mul_backward(workspace.pool, activation, gate, up, dy);
}
