//! One decoder layer, forward and backward.

use std::borrow::Cow;

use super::attention::{self, Heads, Inputs};
use super::batch::Span;
use super::feed_forward;
use super::linear::{Linear, Pass, Side, backward as linear_backward};
use super::norm;
use super::rope::Rotation;
use super::workspace::Workspace;
use crate::compute::Activation;
use crate::compute::gemm::Write;
use crate::llm::arch::ArchSpec;
use crate::train::parameters::{Gradients, Vector};

/// A layer's weights, with what of them is trained.
#[derive(Debug)]
pub struct TrainedLayer<'w> {
    /// Before attention, `[hidden]` as those that follow, where there is one.
    pub attention_norm: Option<Vector<'w>>,
    /// Behind attention.
    pub attention_post_norm: Option<Vector<'w>>,
    /// Before the feed-forward part.
    pub feed_forward_norm: Option<Vector<'w>>,
    /// Behind the feed-forward part.
    pub feed_forward_post_norm: Option<Vector<'w>>,
    /// Over each head of queries and keys, `[head_dim]` each, or over all heads, where the family norms them.
    pub head_norms: Option<[Vector<'w>; 2]>,
    /// Attention looks back this many tokens, where it is limited.
    pub window: Option<usize>,
    /// Whether queries and keys are turned by their positions.
    pub turns: bool,
    /// Whether as in layers with a window, where those turn by other frequencies.
    pub turns_by_window: bool,
    /// What the gate goes through.
    pub activation: Activation,
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
    /// By the tokens' positions; in layers with a window that turn by other frequencies, the second.
    pub rotations: [&'a Rotation; 2],
    /// The rotations back.
    pub back: [&'a Rotation; 2],
}

/// What a forward pass keeps for the way back, besides the layer's input.
#[derive(Debug)]
pub struct Kept {
    inverse1: Option<Vec<f32>>,
    q: Vec<f32>,
    k: Vec<f32>,
    v: Vec<f32>,
    attended: Vec<f32>,
    sums: Vec<f32>,
    middle: Vec<f32>,
    inverse2: Option<Vec<f32>>,
    gate: Vec<f32>,
    up: Vec<f32>,
    lows: [Option<Vec<f32>>; 7],
    heads: Option<[KeptNorm; 2]>,
    /// Of the norms behind attention and the feed-forward part.
    behind: [Option<KeptNorm>; 2],
}

/// What the norm of something that is not kept otherwise keeps.
#[derive(Debug)]
struct KeptNorm {
    /// What was normed.
    raw: Vec<f32>,
    inverse: Vec<f32>,
}

impl Kept {
    /// Gives its buffers back.
    pub fn recycle(self, workspace: &mut Workspace<'_>) {
        let Self { inverse1, q, k, v, attended, sums, middle, inverse2, gate, up, lows, heads, behind } = self;
        for KeptNorm { raw, inverse } in heads.into_iter().flatten().chain(behind.into_iter().flatten()) {
            workspace.give(raw);
            workspace.give(inverse);
        }
        let buffers = [q, k, v, attended, sums, middle, gate, up].into_iter();
        for buffer in buffers.chain(lows.into_iter().flatten()).chain(inverse1).chain(inverse2) {
            workspace.give(buffer);
        }
    }
}

/// Floats that [`Kept`] holds for each token, adapters aside.
pub fn kept_floats(spec: &ArchSpec) -> usize {
    let of_heads = if spec.family.head_norms().is_some() { spec.query_dim() + spec.kv_dim() + spec.heads + spec.kv_heads } else { 0 };
    let behind = if spec.family.norm_places().behind() { 2 * (spec.hidden + 1) } else { 0 };
    behind + 2 + 2 * spec.query_dim() + 2 * spec.kv_dim() + spec.heads + spec.hidden + 2 * spec.feed_forward + of_heads
}

impl<'w> TrainedLayer<'w> {
    /// Its linear maps, in the order in which they are applied.
    pub fn linears(&self) -> [&Linear<'w>; 7] {
        [&self.q, &self.k, &self.v, &self.o, &self.gate, &self.up, &self.down]
    }

    /// The same, to be changed.
    pub fn linears_mut(&mut self) -> [&mut Linear<'w>; 7] {
        [&mut self.q, &mut self.k, &mut self.v, &mut self.o, &mut self.gate, &mut self.up, &mut self.down]
    }

    /// Its norms: before and behind attention, before and behind the feed-forward part.
    pub fn norms(&self) -> [Option<&Vector<'w>>; 4] {
        let norms = [&self.attention_norm, &self.attention_post_norm, &self.feed_forward_norm, &self.feed_forward_post_norm];
        norms.map(Option::as_ref)
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

    /// `x` after a norm, where there is one, and what that keeps.
    fn normed<'x>(
        pass: &mut Pass<'_, '_>,
        geometry: &Geometry<'_>,
        weight: Option<&Vector<'w>>,
        x: &'x [f32],
    ) -> (Cow<'x, [f32]>, Option<Vec<f32>>) {
        let Some(weight) = weight else { return (Cow::Borrowed(x), None) };
        let (normed, inverse) = norm::forward(pass.workspace, pass.parameters, x, weight, geometry.eps);
        (Cow::Owned(normed), Some(inverse))
    }

    /// The same again, from what was kept.
    fn normed_again<'x>(pass: &mut Pass<'_, '_>, weight: Option<&Vector<'w>>, x: &'x [f32], inverse: Option<&[f32]>) -> Cow<'x, [f32]> {
        let (Some(weight), Some(inverse)) = (weight, inverse) else { return Cow::Borrowed(x) };
        let mut normed = pass.workspace.take(x.len());
        norm::apply(x, weight.values(pass.parameters), inverse, &mut normed);
        Cow::Owned(normed)
    }

    /// `residual + scale * norm(out)`, in `out`, and what the norm keeps, where there is one.
    fn add(
        &self,
        pass: &mut Pass<'_, '_>,
        geometry: &Geometry<'_>,
        weight: Option<&Vector<'w>>,
        out: &mut Vec<f32>,
        residual: &[f32],
    ) -> Option<KeptNorm> {
        let kept = weight.map(|weight| {
            let (normed, inverse) = norm::forward(pass.workspace, pass.parameters, out, weight, geometry.eps);
            KeptNorm { raw: std::mem::replace(out, normed), inverse }
        });
        out.iter_mut().zip(residual).for_each(|(out, residual)| *out = *out * self.residual_scale + residual);
        kept
    }

    /// The gradient of what [`Self::add`] was given, from that of what it made; `None` where it is the same.
    fn before_added(
        &self,
        pass: &mut Pass<'_, '_>,
        gradients: &mut Gradients,
        weight: Option<&Vector<'w>>,
        kept: Option<KeptNorm>,
        dy: &[f32],
    ) -> Option<Vec<f32>> {
        let scaled = self.scaled(pass, dy);
        let (Some(weight), Some(KeptNorm { raw, inverse })) = (weight, kept) else { return scaled };
        let mut dx = pass.workspace.zeros(dy.len());
        norm::backward(pass.parameters, gradients, &raw, &inverse, weight, scaled.as_deref().unwrap_or(dy), &mut dx);
        for buffer in [raw, inverse].into_iter().chain(scaled) {
            pass.workspace.give(buffer);
        }
        Some(dx)
    }

    /// Adds the gradient of a norm's input, or that of its output where there is no norm.
    #[allow(clippy::too_many_arguments)] // what was read, what is known of the norm, both gradients
    fn through_norm(
        pass: &mut Pass<'_, '_>,
        gradients: &mut Gradients,
        weight: Option<&Vector<'w>>,
        x: &[f32],
        inverse: Option<Vec<f32>>,
        dnormed: &[f32],
        dx: &mut [f32],
    ) {
        match (weight, inverse) {
            (Some(weight), Some(inverse)) => {
                norm::backward(pass.parameters, gradients, x, &inverse, weight, dnormed, dx);
                pass.workspace.give(inverse);
            }
            _ => dx.iter_mut().zip(dnormed).for_each(|(dx, dnormed)| *dx += dnormed),
        }
    }

    /// The layer's output for `x: [tokens, hidden]`, and what [`backward`](Self::backward) wants to know.
    pub fn forward(&self, pass: &mut Pass<'_, '_>, geometry: &Geometry<'_>, x: &[f32]) -> (Vec<f32>, Kept) {
        let mut kept = self.keep(pass, geometry, x);
        let inner = feed_forward::forward(pass.workspace, self.activation, &kept.gate, &kept.up);
        let (mut out, low_down) = self.down.forward(pass, &inner);
        pass.workspace.give(inner);
        kept.behind[1] = self.add(pass, geometry, self.feed_forward_post_norm.as_ref(), &mut out, &kept.middle);
        kept.lows[6] = low_down;
        (out, kept)
    }

    /// Only what [`backward`](Self::backward) wants to know: cheaper than the output by its last product, where no norm follows that.
    pub fn recompute(&self, pass: &mut Pass<'_, '_>, geometry: &Geometry<'_>, x: &[f32]) -> Kept {
        if self.feed_forward_post_norm.is_some() {
            let (out, kept) = self.forward(pass, geometry, x);
            pass.workspace.give(out);
            return kept;
        }
        let mut kept = self.keep(pass, geometry, x);
        if self.down.lora.is_some() {
            let inner = feed_forward::forward(pass.workspace, self.activation, &kept.gate, &kept.up);
            kept.lows[6] = self.down.adapter_input(pass, &inner);
            pass.workspace.give(inner);
        }
        kept
    }

    fn keep(&self, pass: &mut Pass<'_, '_>, geometry: &Geometry<'_>, x: &[f32]) -> Kept {
        let heads = self.heads(geometry);
        let (normed, inverse1) = Self::normed(pass, geometry, self.attention_norm.as_ref(), x);
        let (mut q, low_q) = self.q.forward(pass, &normed);
        let (mut k, low_k) = self.k.forward(pass, &normed);
        let (v, low_v) = self.v.forward(pass, &normed);
        give(pass.workspace, normed);
        let kept_heads = self.head_norms.as_ref().map(|[of_q, of_k]| {
            let mut norm = |x: &mut Vec<f32>, weight| {
                let (normed, inverse) = norm::forward(pass.workspace, pass.parameters, x, weight, geometry.eps);
                KeptNorm { raw: std::mem::replace(x, normed), inverse }
            };
            [norm(&mut q, of_q), norm(&mut k, of_k)]
        });
        if self.turns {
            let rotation = geometry.rotations[usize::from(self.turns_by_window)];
            rotation.apply(&mut q, heads.heads, heads.head_dim);
            rotation.apply(&mut k, heads.kv_heads, heads.head_dim);
        }
        let inputs = Inputs { q: &q, k: &k, v: &v };
        let (attended, sums) = attention::forward(pass.workspace, heads, inputs, geometry.sequences);
        let (mut middle, low_o) = self.o.forward(pass, &attended);
        let behind = self.add(pass, geometry, self.attention_post_norm.as_ref(), &mut middle, x);
        let (normed, inverse2) = Self::normed(pass, geometry, self.feed_forward_norm.as_ref(), &middle);
        let (gate, low_gate) = self.gate.forward(pass, &normed);
        let (up, low_up) = self.up.forward(pass, &normed);
        give(pass.workspace, normed);
        let lows = [low_q, low_k, low_v, low_o, low_gate, low_up, None];
        let behind = [behind, None];
        Kept { inverse1, q, k, v, attended, sums, middle, inverse2, gate, up, lows, heads: kept_heads, behind }
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
        let Kept { inverse1, q, k, v, attended, sums, middle, inverse2, mut gate, mut up, lows, heads: kept_heads, behind } = kept;
        let [low_q, low_k, low_v, low_o, low_gate, low_up, low_down] = &lows;
        let [behind_attention, behind_feed_forward] = behind;
        let heads = self.heads(geometry);

        let inner = feed_forward::forward(pass.workspace, self.activation, &gate, &up);
        let mut dinner = pass.workspace.take(inner.len());
        let added = self.before_added(pass, gradients, self.feed_forward_post_norm.as_ref(), behind_feed_forward, dy);
        let side = Side { linear: &self.down, dy: added.as_deref().unwrap_or(dy), low: low_down.as_deref() };
        linear_backward(pass, gradients, &[side], &inner, Some((&mut dinner, Write::Replace)));
        added.into_iter().for_each(|buffer| pass.workspace.give(buffer));
        pass.workspace.give(inner);
        feed_forward::backward(pass.workspace, self.activation, &mut gate, &mut up, &dinner);
        pass.workspace.give(dinner);
        let normed = Self::normed_again(pass, self.feed_forward_norm.as_ref(), &middle, inverse2.as_deref());
        let mut dnormed = pass.workspace.take(middle.len());
        let sides =
            [Side { linear: &self.gate, dy: &gate, low: low_gate.as_deref() }, Side { linear: &self.up, dy: &up, low: low_up.as_deref() }];
        linear_backward(pass, gradients, &sides, &normed, Some((&mut dnormed, Write::Replace)));
        give(pass.workspace, normed);
        pass.workspace.give(gate);
        pass.workspace.give(up);
        Self::through_norm(pass, gradients, self.feed_forward_norm.as_ref(), &middle, inverse2, &dnormed, dy);
        pass.workspace.give(middle);

        // `dy` is now the gradient of the sum of the input and attention.
        let mut dattended = pass.workspace.take(attended.len());
        let added = self.before_added(pass, gradients, self.attention_post_norm.as_ref(), behind_attention, dy);
        let side = Side { linear: &self.o, dy: added.as_deref().unwrap_or(dy), low: low_o.as_deref() };
        linear_backward(pass, gradients, &[side], &attended, Some((&mut dattended, Write::Replace)));
        added.into_iter().for_each(|buffer| pass.workspace.give(buffer));
        let inputs = Inputs { q: &q, k: &k, v: &v };
        let mut turned = attention::backward(pass.workspace, heads, inputs, geometry.sequences, &attended, &sums, &dattended);
        pass.workspace.give(dattended);
        pass.workspace.give(attended);
        pass.workspace.give(sums);
        if self.turns {
            let back = geometry.back[usize::from(self.turns_by_window)];
            back.apply(&mut turned.dq, heads.heads, heads.head_dim);
            back.apply(&mut turned.dk, heads.kv_heads, heads.head_dim);
        }
        if let (Some([of_q, of_k]), Some([kept_q, kept_k])) = (&self.head_norms, kept_heads) {
            let mut through = |dy: &mut Vec<f32>, kept: KeptNorm, weight| {
                let mut dx = pass.workspace.zeros(dy.len());
                norm::backward(pass.parameters, gradients, &kept.raw, &kept.inverse, weight, dy, &mut dx);
                pass.workspace.give(std::mem::replace(dy, dx));
                pass.workspace.give(kept.raw);
                pass.workspace.give(kept.inverse);
            };
            through(&mut turned.dq, kept_q, of_q);
            through(&mut turned.dk, kept_k, of_k);
        }
        for buffer in [q, k, v] {
            pass.workspace.give(buffer);
        }
        let normed = Self::normed_again(pass, self.attention_norm.as_ref(), x, inverse1.as_deref());
        let sides = [
            Side { linear: &self.q, dy: &turned.dq, low: low_q.as_deref() },
            Side { linear: &self.k, dy: &turned.dk, low: low_k.as_deref() },
            Side { linear: &self.v, dy: &turned.dv, low: low_v.as_deref() },
        ];
        linear_backward(pass, gradients, &sides, &normed, Some((&mut dnormed, Write::Replace)));
        give(pass.workspace, normed);
        Self::through_norm(pass, gradients, self.attention_norm.as_ref(), x, inverse1, &dnormed, dy);
        for buffer in [dnormed, turned.dq, turned.dk, turned.dv].into_iter().chain(lows.into_iter().flatten()) {
            pass.workspace.give(buffer);
        }
    }
}

/// Gives a buffer back, where it is one.
fn give(workspace: &mut Workspace<'_>, buffer: Cow<'_, [f32]>) {
    if let Cow::Owned(buffer) = buffer {
        workspace.give(buffer);
    }
}
