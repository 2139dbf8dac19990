//! One decoder layer over tensors, forward and backward.

use candle_core::{Result, Tensor};

use super::attention::{self, Inputs, Sight};
use super::feed_forward;
use super::gradients::Sink;
use super::linear::{Low, Pass, Side, backward as linear_backward};
use super::norm;
use super::rope::Turn;
use super::weights::LayerTensors;
use crate::train::model::attention::Heads;
use crate::train::model::layer::TrainedLayer;

/// What all layers of a pass share.
#[derive(Debug, Clone, Copy)]
pub struct Geometry<'a> {
    /// Heads.
    pub heads: Heads,
    /// RMSNorm's epsilon.
    pub eps: f32,
    /// Which tokens attend to which.
    pub sight: &'a Sight,
    /// The same in layers whose attention is not limited.
    pub whole: &'a Sight,
    /// By the tokens' positions.
    pub turn: &'a Turn,
    /// The turn back.
    pub back: &'a Turn,
}

/// What a forward pass keeps for the way back, besides the layer's input.
#[derive(Debug)]
pub struct Kept {
    inverse1: Tensor,
    q: Tensor,
    k: Tensor,
    v: Tensor,
    attended: Tensor,
    sums: Vec<Tensor>,
    middle: Tensor,
    inverse2: Tensor,
    gate: Tensor,
    up: Tensor,
    lows: [Option<Low>; 7],
    heads: Option<[KeptHeads; 2]>,
}

/// What the norm over the heads of queries or keys keeps.
#[derive(Debug)]
struct KeptHeads {
    /// What was normed, `[tokens * heads, head_dim]`.
    raw: Tensor,
    inverse: Tensor,
}

/// A layer with its tensors.
#[derive(Debug, Clone, Copy)]
pub struct Layer<'a, 'w> {
    /// What it is.
    pub layer: &'a TrainedLayer<'w>,
    /// What it holds.
    pub tensors: &'a LayerTensors,
}

fn scaled(x: Tensor, scale: f32) -> Result<Tensor> {
    if scale == 1.0 { Ok(x) } else { x.affine(f64::from(scale), 0.0) }
}

impl Layer<'_, '_> {
    /// The output for `x: [tokens, hidden]`, and what [`backward`](Self::backward) wants to know.
    pub fn forward(&self, pass: Pass<'_>, geometry: Geometry<'_>, x: &Tensor) -> Result<(Tensor, Kept)> {
        let mut kept = self.keep(pass, geometry, x)?;
        let inner = feed_forward::forward(&kept.gate, &kept.up)?; // [tokens, feed_forward]
        let (down, low) = pass.linear(&self.layer.down, self.down(), &inner)?;
        kept.lows[6] = low;
        Ok(((scaled(down, self.layer.residual_scale)? + &kept.middle)?, kept))
    }

    /// Only what [`backward`](Self::backward) wants to know: cheaper than the output by its last product.
    pub fn recompute(&self, pass: Pass<'_>, geometry: Geometry<'_>, x: &Tensor) -> Result<Kept> {
        let mut kept = self.keep(pass, geometry, x)?;
        if self.layer.down.lora.is_some() {
            let inner = feed_forward::forward(&kept.gate, &kept.up)?;
            kept.lows[6] = pass.adapter_input(&self.layer.down, self.down(), &inner)?;
        }
        Ok(kept)
    }

    fn sight<'g>(&self, geometry: Geometry<'g>) -> &'g Sight {
        if self.layer.window.is_some() { geometry.sight } else { geometry.whole }
    }

    fn down(&self) -> &super::weights::LinearTensors {
        let [.., down] = &self.tensors.linears;
        down
    }

    fn keep(&self, pass: Pass<'_>, geometry: Geometry<'_>, x: &Tensor) -> Result<Kept> {
        let (layer, tensors, heads) = (self.layer, self.tensors, geometry.heads);
        let [q, k, v, o, gate, up, _] = &tensors.linears;
        let dtype = pass.compute.dtype;
        let (normed, inverse1) = norm::forward(x, &tensors.attention_norm, geometry.eps)?;
        let normed = normed.to_dtype(dtype)?;
        let (q, low_q) = pass.linear(&layer.q, q, &normed)?; // [tokens, query_dim]
        let (k, low_k) = pass.linear(&layer.k, k, &normed)?; // [tokens, kv_dim]
        let (v, low_v) = pass.linear(&layer.v, v, &normed)?; // [tokens, kv_dim]
        let (q, k, kept_heads) = match &tensors.head_norms {
            Some([of_q, of_k]) => {
                let norm = |x: &Tensor, weight: &Tensor| {
                    let raw = x.reshape(((), heads.head_dim))?;
                    let (normed, inverse) = norm::forward(&raw, weight, geometry.eps)?;
                    Ok::<_, candle_core::Error>((normed.reshape(x.shape())?, KeptHeads { raw, inverse }))
                };
                let ((q, kept_q), (k, kept_k)) = (norm(&q, of_q)?, norm(&k, of_k)?);
                (q, k, Some([kept_q, kept_k]))
            }
            None => (q, k, None),
        };
        let (q, k) = match layer.turns {
            true => (geometry.turn.apply(&q, heads.heads, heads.head_dim)?, geometry.turn.apply(&k, heads.kv_heads, heads.head_dim)?),
            false => (q, k),
        };
        let (attended, sums) = attention::forward(pass.compute, heads, Inputs { q: &q, k: &k, v: &v }, self.sight(geometry))?;
        let (middle, low_o) = pass.linear(&layer.o, o, &attended)?;
        let middle = (scaled(middle, layer.residual_scale)? + x)?; // [tokens, hidden]
        let (normed, inverse2) = norm::forward(&middle, &tensors.feed_forward_norm, geometry.eps)?;
        let normed = normed.to_dtype(dtype)?;
        let (gate, low_gate) = pass.linear(&layer.gate, gate, &normed)?; // [tokens, feed_forward]
        let (up, low_up) = pass.linear(&layer.up, up, &normed)?; // [tokens, feed_forward]
        let lows = [low_q, low_k, low_v, low_o, low_gate, low_up, None];
        Ok(Kept { inverse1, q, k, v, attended, sums, middle, inverse2, gate, up, lows, heads: kept_heads })
    }

    /// The gradient of the input `x` from `dy`, that of the output; hands on the gradients of what is trained.
    pub fn backward(
        &self,
        pass: Pass<'_>,
        sink: &mut Sink<'_>,
        geometry: Geometry<'_>,
        x: &Tensor,
        kept: Kept,
        dy: Tensor,
    ) -> Result<Tensor> {
        let Kept { inverse1, q, k, v, attended, sums, middle, inverse2, gate, up, lows, heads: kept_heads } = kept;
        let [low_q, low_k, low_v, low_o, low_gate, low_up, low_down] = &lows;
        let (layer, tensors, heads) = (self.layer, self.tensors, geometry.heads);
        let [own_q, own_k, own_v, own_o, own_gate, own_up, own_down] = &tensors.linears;
        let dtype = pass.compute.dtype;

        let inner = feed_forward::forward(&gate, &up)?.to_dtype(dtype)?;
        let added = scaled(dy.clone(), layer.residual_scale)?;
        let side = Side { linear: &layer.down, tensors: own_down, dy: &added, low: low_down.as_ref() };
        let dinner = linear_backward(pass, sink, &[side], &inner)?;
        drop((inner, added));
        let (dgate, dup) = feed_forward::backward(&gate, &up, &dinner)?;
        drop((gate, up, dinner));
        let normed = norm::apply(&middle, &tensors.feed_forward_norm, &inverse2)?.to_dtype(dtype)?;
        let sides = [
            Side { linear: &layer.gate, tensors: own_gate, dy: &dgate, low: low_gate.as_ref() },
            Side { linear: &layer.up, tensors: own_up, dy: &dup, low: low_up.as_ref() },
        ];
        let dnormed = linear_backward(pass, sink, &sides, &normed)?;
        drop((dgate, dup, normed));
        let through = norm::backward(sink, &layer.feed_forward_norm, &tensors.feed_forward_norm, &middle, &inverse2, &dnormed)?;
        let dmiddle = (dy + through)?; // of the sum of the input and attention
        drop((middle, inverse2, dnormed));

        let added = scaled(dmiddle.clone(), layer.residual_scale)?;
        let side = Side { linear: &layer.o, tensors: own_o, dy: &added, low: low_o.as_ref() };
        let dattended = linear_backward(pass, sink, &[side], &attended)?;
        let inputs = Inputs { q: &q, k: &k, v: &v };
        let turned = attention::backward(pass.compute, heads, inputs, self.sight(geometry), &attended, &sums, &dattended)?;
        drop((dattended, attended, sums, q, k, v));
        let (dq, dk) = match layer.turns {
            true => {
                let dq = geometry.back.apply(&turned.dq, heads.heads, heads.head_dim)?;
                (dq, geometry.back.apply(&turned.dk, heads.kv_heads, heads.head_dim)?)
            }
            false => (turned.dq.clone(), turned.dk.clone()),
        };
        let (dq, dk) = match (&layer.head_norms, &tensors.head_norms, kept_heads) {
            (Some([q, k]), Some([of_q, of_k]), Some([kept_q, kept_k])) => {
                let mut through = |vector, weight: &Tensor, kept: KeptHeads, dy: Tensor| {
                    let dx = norm::backward(sink, vector, weight, &kept.raw, &kept.inverse, &dy.reshape(kept.raw.shape())?)?;
                    dx.reshape(dy.shape())
                };
                (through(q, of_q, kept_q, dq)?, through(k, of_k, kept_k, dk)?)
            }
            _ => (dq, dk),
        };
        let normed = norm::apply(x, &tensors.attention_norm, &inverse1)?.to_dtype(dtype)?;
        let sides = [
            Side { linear: &layer.q, tensors: own_q, dy: &dq, low: low_q.as_ref() },
            Side { linear: &layer.k, tensors: own_k, dy: &dk, low: low_k.as_ref() },
            Side { linear: &layer.v, tensors: own_v, dy: &turned.dv, low: low_v.as_ref() },
        ];
        let dnormed = linear_backward(pass, sink, &sides, &normed)?;
        let through = norm::backward(sink, &layer.attention_norm, &tensors.attention_norm, x, &inverse1, &dnormed)?;
        dmiddle + through
    }
}
