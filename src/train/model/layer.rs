//! One decoder layer, forward and backward.

use super::attention::{self, Heads, Inputs};
use super::batch::Span;
use super::feed_forward;
use super::linear::{Linear, Pass, Side, backward as linear_backward};
use super::norm;
use super::rope::Rotation;
use super::workspace::Workspace;
use crate::compute::gemm::Write;
use crate::llm::arch::ArchSpec;
use crate::train::parameters::{Gradients, Vector};

/// A layer's weights, with what of them is trained.
#[derive(Debug)]
pub struct TrainedLayer<'w> {
    /// `[hidden]`
    pub attention_norm: Vector<'w>,
    /// Over each head of queries and keys, `[head_dim]` each, where the family norms them.
    pub head_norms: Option<[Vector<'w>; 2]>,
    /// Attention looks back this many tokens, where it is limited.
    pub window: Option<usize>,
    /// Whether queries and keys are turned by their positions.
    pub turns: bool,
    /// What attention and the feed-forward part add is multiplied by this.
    pub residual_scale: f32,
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
    /// Heads; a layer knows its own window.
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
    heads: Option<[KeptHeads; 2]>,
}

/// What the norm over the heads of queries or keys keeps.
#[derive(Debug)]
struct KeptHeads {
    /// What was normed.
    raw: Vec<f32>,
    inverse: Vec<f32>,
}

impl Kept {
    /// Gives its buffers back.
    pub fn recycle(self, workspace: &mut Workspace<'_>) {
        let Self { inverse1, q, k, v, attended, sums, middle, inverse2, gate, up, lows, heads } = self;
        for KeptHeads { raw, inverse } in heads.into_iter().flatten() {
            workspace.give(raw);
            workspace.give(inverse);
        }
        for buffer in [inverse1, q, k, v, attended, sums, middle, inverse2, gate, up].into_iter().chain(lows.into_iter().flatten()) {
            workspace.give(buffer);
        }
    }
}

/// Floats that [`Kept`] holds for each token, adapters aside.
pub fn kept_floats(spec: &ArchSpec) -> usize {
    let of_heads = if spec.family.norms_heads() { spec.query_dim() + spec.kv_dim() + spec.heads + spec.kv_heads } else { 0 };
    2 + 2 * spec.query_dim() + 2 * spec.kv_dim() + spec.heads + spec.hidden + 2 * spec.feed_forward + of_heads
}

impl<'w> TrainedLayer<'w> {
    /// Its linear maps, in the order in which they are applied.
    pub fn linears(&self) -> [&Linear<'w>; 7] {
        [&self.q, &self.k, &self.v, &self.o, &self.gate, &self.up, &self.down]
    }

    /// The gradient of what is added to the residual stream; `None` where it is the stream's own.
    fn scaled(&self, pass: &mut Pass<'_, '_>, dy: &[f32]) -> Option<Vec<f32>> {
        (self.residual_scale != 1.0).then(|| {
            let mut out = pass.workspace.take(dy.len());
            out.iter_mut().zip(dy).for_each(|(out, dy)| *out = dy * self.residual_scale);
            out
        })
    }

    fn heads(&self, geometry: &Geometry<'_>) -> Heads {
        Heads { window: self.window, ..geometry.heads }
    }

    /// The layer's output for `x: [tokens, hidden]`, and what [`backward`](Self::backward) wants to know.
    pub fn forward(&self, pass: &mut Pass<'_, '_>, geometry: &Geometry<'_>, x: &[f32]) -> (Vec<f32>, Kept) {
        let mut kept = self.keep(pass, geometry, x);
        let inner = feed_forward::forward(pass.workspace, &kept.gate, &kept.up);
        let (mut out, low_down) = self.down.forward(pass, &inner);
        pass.workspace.give(inner);
        out.iter_mut().zip(&kept.middle).for_each(|(out, middle)| *out = *out * self.residual_scale + middle);
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
        let heads = self.heads(geometry);
        let (normed, inverse1) = norm::forward(pass.workspace, pass.parameters, x, &self.attention_norm, geometry.eps);
        let (mut q, low_q) = self.q.forward(pass, &normed);
        let (mut k, low_k) = self.k.forward(pass, &normed);
        let (v, low_v) = self.v.forward(pass, &normed);
        pass.workspace.give(normed);
        let kept_heads = self.head_norms.as_ref().map(|[of_q, of_k]| {
            let mut norm = |x: &mut Vec<f32>, weight| {
                let (normed, inverse) = norm::forward(pass.workspace, pass.parameters, x, weight, geometry.eps);
                KeptHeads { raw: std::mem::replace(x, normed), inverse }
            };
            [norm(&mut q, of_q), norm(&mut k, of_k)]
        });
        if self.turns {
            geometry.rotation.apply(&mut q, heads.heads, heads.head_dim);
            geometry.rotation.apply(&mut k, heads.kv_heads, heads.head_dim);
        }
        let inputs = Inputs { q: &q, k: &k, v: &v };
        let (attended, sums) = attention::forward(pass.workspace, heads, inputs, geometry.sequences);
        let (mut middle, low_o) = self.o.forward(pass, &attended);
        middle.iter_mut().zip(x).for_each(|(middle, x)| *middle = *middle * self.residual_scale + x);
        let (normed, inverse2) = norm::forward(pass.workspace, pass.parameters, &middle, &self.feed_forward_norm, geometry.eps);
        let (gate, low_gate) = self.gate.forward(pass, &normed);
        let (up, low_up) = self.up.forward(pass, &normed);
        pass.workspace.give(normed);
        let lows = [low_q, low_k, low_v, low_o, low_gate, low_up, None];
        Kept { inverse1, q, k, v, attended, sums, middle, inverse2, gate, up, lows, heads: kept_heads }
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
        let Kept { inverse1, mut q, mut k, v, attended, sums, middle, inverse2, mut gate, mut up, lows, heads: kept_heads } = kept;
        let [low_q, low_k, low_v, low_o, low_gate, low_up, low_down] = &lows;
        let heads = self.heads(geometry);

        let inner = feed_forward::forward(pass.workspace, &gate, &up);
        let mut dinner = pass.workspace.take(inner.len());
        let added = self.scaled(pass, dy);
        let side = Side { linear: &self.down, dy: added.as_deref().unwrap_or(dy), low: low_down.as_deref() };
        linear_backward(pass, gradients, &[side], &inner, Some((&mut dinner, Write::Replace)));
        added.into_iter().for_each(|buffer| pass.workspace.give(buffer));
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
        let added = self.scaled(pass, dy);
        let side = Side { linear: &self.o, dy: added.as_deref().unwrap_or(dy), low: low_o.as_deref() };
        linear_backward(pass, gradients, &[side], &attended, Some((&mut dattended, Write::Replace)));
        added.into_iter().for_each(|buffer| pass.workspace.give(buffer));
        let inputs = Inputs { q: &q, k: &k, v: &v };
        let mut turned = attention::backward(pass.workspace, heads, inputs, geometry.sequences, &attended, &sums, &dattended);
        pass.workspace.give(dattended);
        pass.workspace.give(attended);
        pass.workspace.give(sums);
        if self.turns {
            geometry.back.apply(&mut turned.dq, heads.heads, heads.head_dim);
            geometry.back.apply(&mut turned.dk, heads.kv_heads, heads.head_dim);
        }
        if let (Some([of_q, of_k]), Some([kept_q, kept_k])) = (&self.head_norms, kept_heads) {
            let mut through = |dy: &mut Vec<f32>, kept: KeptHeads, weight| {
                let mut dx = pass.workspace.zeros(dy.len());
                norm::backward(pass.parameters, gradients, &kept.raw, &kept.inverse, weight, dy, &mut dx);
                pass.workspace.give(std::mem::replace(dy, dx));
                pass.workspace.give(kept.raw);
                pass.workspace.give(kept.inverse);
            };
            through(&mut turned.dq, kept_q, of_q);
            through(&mut turned.dk, kept_k, of_k);
        }
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
