//! The gated activation of the feed-forward part: `silu(gate) * up`.

use super::workspace::Workspace;
use crate::compute::{self, elementwise};

/// `silu(gate) * up`, `[tokens, feed_forward]`.
pub fn forward(workspace: &mut Workspace<'_>, gate: &[f32], up: &[f32]) -> Vec<f32> {
    let mut out = workspace.copy(gate);
    compute::silu_mul(workspace.pool, &mut out, up);
    out
}

/// Replaces `gate` and `up` by their gradients, where `dy` is the output's: with `s = sigmoid(gate)`,
/// `dgate = dy * up * s * (1 + gate * (1 - s))` and `dup = dy * gate * s`.
pub fn backward(workspace: &Workspace<'_>, gate: &mut [f32], up: &mut [f32], dy: &[f32]) {
    elementwise::silu_mul_backward(workspace.pool, gate, up, dy);
}
