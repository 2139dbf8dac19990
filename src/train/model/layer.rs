//! One decoder layer, forward and backward.

use super::attention::{self, Heads, Inputs};
use super::batch::Span;
use super::feed_forward;
use super::linear::{Linear, Pass, Side, backward as linear_backward};
use super::norm;
use super::rope::Rotation;
use super::workspace::Workspace;
use crate::compute::gemm::Write;
use crate::train::parameters::{Gradients, Vector};

/// A layer's weights, with what of them is trained.
#[derive(Debug)]
pub struct TrainedLayer<'w> {
    /// `[hidden]`
    pub attention_norm: Vector<'w>,
    /// Queries.
    pub q: Linear<'w>,
    /// Keys.
    pub k: Linear<'w>,
    /// Values.
    pub v: Linear<'w>,
    /// What attention's output goes through.
    pub o: Linear<'w>,
    /// `[hidden]`
    pub feed_forward_norm: Vector<'w>,
    /// The gate.
    pub gate: Linear<'w>,
    /// What the gate is multiplied with.
    pub up: Linear<'w>,
    /// Back to the residual stream.
    pub down: Linear<'w>,
}

/// What all layers of a pass share.
#[derive(Debug, Clone, Copy)]
pub struct Geometry<'a> {
    /// Heads.
    pub heads: Heads,
    /// RMSNorm's epsilon.
    pub eps: f32,
    /// Which tokens attend to which.
    pub sequences: &'a [Vec<Span>],
    /// By the tokens' positions.
    pub rotation: &'a Rotation,
    /// The rotation back.
    pub back: &'a Rotation,
}

/// What a forward pass keeps for the way back, besides the layer's input.
#[derive(Debug)]
pub struct Kept {
    inverse1: Vec<f32>,
    q: Vec<f32>,
    k: Vec<f32>,
    v: Vec<f32>,
    attended: Vec<f32>,
    sums: Vec<f32>,
    middle: Vec<f32>,
    inverse2: Vec<f32>,
    gate: Vec<f32>,
    up: Vec<f32>,
    lows: [Option<Vec<f32>>; 7],
}

impl Kept {
    /// Gives its buffers back.
    pub fn recycle(self, workspace: &mut Workspace<'_>) {
        let Self { inverse1, q, k, v, attended, sums, middle, inverse2, gate, up, lows } = self;
        for buffer in [inverse1, q, k, v, attended, sums, middle, inverse2, gate, up].into_iter().chain(lows.into_iter().flatten()) {
            workspace.give(buffer);
        }
    }
}

/// Floats that [`Kept`] holds for each token, adapters aside.
pub fn kept_floats(hidden: usize, query_dim: usize, kv_dim: usize, feed_forward: usize, heads: usize) -> usize {
    2 + 2 * query_dim + 2 * kv_dim + heads + hidden + 2 * feed_forward
}

impl<'w> TrainedLayer<'w> {
    /// Its linear maps, in the order in which they are applied.
    pub fn linears(&self) -> [&Linear<'w>; 7] {
        [&self.q, &self.k, &self.v, &self.o, &self.gate, &self.up, &self.down]
    }

    /// The layer's output for `x: [tokens, hidden]`, and what [`backward`](Self::backward) wants to know.
    pub fn forward(&self, pass: &mut Pass<'_, '_>, geometry: &Geometry<'_>, x: &[f32]) -> (Vec<f32>, Kept) {
        let mut kept = self.keep(pass, geometry, x);
        let inner = feed_forward::forward(pass.workspace, &kept.gate, &kept.up);
        let (mut out, low_down) = self.down.forward(pass, &inner);
        pass.workspace.give(inner);
        out.iter_mut().zip(&kept.middle).for_each(|(out, middle)| *out += middle);
        kept.lows[6] = low_down;
        (out, kept)
    }

    /// Only what [`backward`](Self::backward) wants to know: cheaper than the output by its last product.
    pub fn recompute(&self, pass: &mut Pass<'_, '_>, geometry: &Geometry<'_>, x: &[f32]) -> Kept {
        let mut kept = self.keep(pass, geometry, x);
        if self.down.lora.is_some() {
            let inner = feed_forward::forward(pass.workspace, &kept.gate, &kept.up);
            kept.lows[6] = self.down.adapter_input(pass, &inner);
            pass.workspace.give(inner);
        }
        kept
    }

    fn keep(&self, pass: &mut Pass<'_, '_>, geometry: &Geometry<'_>, x: &[f32]) -> Kept {
        let heads = geometry.heads;
        let (normed, inverse1) = norm::forward(pass.workspace, pass.parameters, x, &self.attention_norm, geometry.eps);
        let (mut q, low_q) = self.q.forward(pass, &normed);
        let (mut k, low_k) = self.k.forward(pass, &normed);
        let (v, low_v) = self.v.forward(pass, &normed);
        pass.workspace.give(normed);
        geometry.rotation.apply(&mut q, heads.heads, heads.head_dim);
        geometry.rotation.apply(&mut k, heads.kv_heads, heads.head_dim);
        let inputs = Inputs { q: &q, k: &k, v: &v };
        let (attended, sums) = attention::forward(pass.workspace, heads, inputs, geometry.sequences);
        let (mut middle, low_o) = self.o.forward(pass, &attended);
        middle.iter_mut().zip(x).for_each(|(middle, x)| *middle += x);
        let (normed, inverse2) = norm::forward(pass.workspace, pass.parameters, &middle, &self.feed_forward_norm, geometry.eps);
        let (gate, low_gate) = self.gate.forward(pass, &normed);
        let (up, low_up) = self.up.forward(pass, &normed);
        pass.workspace.give(normed);
        let lows = [low_q, low_k, low_v, low_o, low_gate, low_up, None];
        Kept { inverse1, q, k, v, attended, sums, middle, inverse2, gate, up, lows }
    }

    /// Turns `dy`, the gradient of the output, into that of the input `x`; adds to the gradients of what is trained.
    pub fn backward(
        &self,
        pass: &mut Pass<'_, '_>,
        gradients: &mut Gradients,
        geometry: &Geometry<'_>,
        x: &[f32],
        kept: Kept,
        dy: &mut [f32],
    ) {
        let Kept { inverse1, mut q, mut k, v, attended, sums, middle, inverse2, mut gate, mut up, lows } = kept;
        let [low_q, low_k, low_v, low_o, low_gate, low_up, low_down] = &lows;
        let heads = geometry.heads;

        let inner = feed_forward::forward(pass.workspace, &gate, &up);
        let mut dinner = pass.workspace.take(inner.len());
        let side = Side { linear: &self.down, dy, low: low_down.as_deref() };
        linear_backward(pass, gradients, &[side], &inner, Some((&mut dinner, Write::Replace)));
        pass.workspace.give(inner);
        feed_forward::backward(pass.workspace, &mut gate, &mut up, &dinner);
        pass.workspace.give(dinner);
        let mut normed = pass.workspace.take(middle.len());
        norm::apply(&middle, self.feed_forward_norm.values(pass.parameters), &inverse2, &mut normed);
        let mut dnormed = pass.workspace.take(middle.len());
        let sides =
            [Side { linear: &self.gate, dy: &gate, low: low_gate.as_deref() }, Side { linear: &self.up, dy: &up, low: low_up.as_deref() }];
        linear_backward(pass, gradients, &sides, &normed, Some((&mut dnormed, Write::Replace)));
        pass.workspace.give(gate);
        pass.workspace.give(up);
        norm::backward(pass.parameters, gradients, &middle, &inverse2, &self.feed_forward_norm, &dnormed, dy);
        pass.workspace.give(middle);
        pass.workspace.give(inverse2);

        // `dy` is now the gradient of the sum of the input and attention.
        let mut dattended = pass.workspace.take(attended.len());
        let side = Side { linear: &self.o, dy, low: low_o.as_deref() };
        linear_backward(pass, gradients, &[side], &attended, Some((&mut dattended, Write::Replace)));
        let inputs = Inputs { q: &q, k: &k, v: &v };
        let mut turned = attention::backward(pass.workspace, heads, inputs, geometry.sequences, &attended, &sums, &dattended);
        pass.workspace.give(dattended);
        pass.workspace.give(attended);
        pass.workspace.give(sums);
        geometry.back.apply(&mut turned.dq, heads.heads, heads.head_dim);
        geometry.back.apply(&mut turned.dk, heads.kv_heads, heads.head_dim);
        pass.workspace.give(std::mem::take(&mut q));
        pass.workspace.give(std::mem::take(&mut k));
        pass.workspace.give(v);
        norm::apply(x, self.attention_norm.values(pass.parameters), &inverse1, &mut normed);
        let sides = [
            Side { linear: &self.q, dy: &turned.dq, low: low_q.as_deref() },
            Side { linear: &self.k, dy: &turned.dk, low: low_k.as_deref() },
            Side { linear: &self.v, dy: &turned.dv, low: low_v.as_deref() },
        ];
        linear_backward(pass, gradients, &sides, &normed, Some((&mut dnormed, Write::Replace)));
        pass.workspace.give(normed);
        norm::backward(pass.parameters, gradients, x, &inverse1, &self.attention_norm, &dnormed, dy);
        pass.workspace.give(inverse1);
        for buffer in [dnormed, turned.dq, turned.dk, turned.dv].into_iter().chain(lows.into_iter().flatten()) {
            pass.workspace.give(buffer);
        }
    }
}
