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
use crate::train::parameters::Vector;

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
    /// By the tokens' positions; in layers with a window that turn by other frequencies, the second.
    pub turns: [&'a Turn; 2],
    /// The turns back.
    pub back: [&'a Turn; 2],
}

/// What a forward pass keeps for the way back, besides the layer's input.
#[derive(Debug)]
pub struct Kept {
    inverse1: Option<Tensor>,
    q: Tensor,
    k: Tensor,
    v: Tensor,
    attended: Tensor,
    sums: Vec<Tensor>,
    middle: Tensor,
    inverse2: Option<Tensor>,
    gate: Tensor,
    up: Tensor,
    lows: [Option<Low>; 7],
    heads: Option<[KeptNorm; 2]>,
    /// Of the norms behind attention and the feed-forward part.
    behind: [Option<KeptNorm>; 2],
}

/// What the norm of something that is not kept otherwise keeps.
#[derive(Debug)]
struct KeptNorm {
    /// What was normed, `[rows, width]`.
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

/// `x` after a norm, where there is one, and what that keeps.
fn normed(geometry: Geometry<'_>, weight: Option<&Tensor>, x: &Tensor) -> Result<(Tensor, Option<Tensor>)> {
    match weight {
        Some(weight) => norm::forward(x, weight, geometry.eps).map(|(normed, inverse)| (normed, Some(inverse))),
        None => Ok((x.clone(), None)),
    }
}

/// The same again, from what was kept.
fn normed_again(weight: Option<&Tensor>, x: &Tensor, inverse: Option<&Tensor>) -> Result<Tensor> {
    match (weight, inverse) {
        (Some(weight), Some(inverse)) => norm::apply(x, weight, inverse),
        _ => Ok(x.clone()),
    }
}

/// A norm's weights, and the tensor that holds them, where there is one.
type NormParts<'a, 'w> = (Option<&'a Vector<'w>>, Option<&'a Tensor>);

/// The gradient of a norm's input from that of its output, which are the same where there is no norm.
fn through_norm(sink: &mut Sink<'_>, of: NormParts<'_, '_>, x: &Tensor, inverse: Option<&Tensor>, dy: Tensor) -> Result<Tensor> {
    match (of.0, of.1, inverse) {
        (Some(vector), Some(weight), Some(inverse)) => norm::backward(sink, vector, weight, x, inverse, &dy),
        _ => Ok(dy),
    }
}

impl Layer<'_, '_> {
    /// `residual + scale * norm(out)`, and what the norm keeps, where there is one.
    fn add(&self, geometry: Geometry<'_>, weight: Option<&Tensor>, out: Tensor, residual: &Tensor) -> Result<(Tensor, Option<KeptNorm>)> {
        let (normed, inverse) = normed(geometry, weight, &out)?;
        let kept = inverse.map(|inverse| KeptNorm { raw: out, inverse });
        Ok(((scaled(normed, self.layer.residual_scale)? + residual)?, kept))
    }

    /// The gradient of what [`Self::add`] was given, from that of what it made.
    fn before_added(&self, sink: &mut Sink<'_>, of: NormParts<'_, '_>, kept: Option<&KeptNorm>, dy: Tensor) -> Result<Tensor> {
        let dy = scaled(dy, self.layer.residual_scale)?;
        match kept {
            Some(KeptNorm { raw, inverse }) => through_norm(sink, of, raw, Some(inverse), dy),
            None => Ok(dy),
        }
    }

    /// The output for `x: [tokens, hidden]`, and what [`backward`](Self::backward) wants to know.
    pub fn forward(&self, pass: Pass<'_>, geometry: Geometry<'_>, x: &Tensor) -> Result<(Tensor, Kept)> {
        let mut kept = self.keep(pass, geometry, x)?;
        let inner = feed_forward::forward(self.layer.activation, &kept.gate, &kept.up)?; // [tokens, feed_forward]
        let (down, low) = pass.linear(&self.layer.down, self.down(), &inner)?;
        kept.lows[6] = low;
        let (out, behind) = self.add(geometry, self.tensors.feed_forward_post_norm.as_ref(), down, &kept.middle)?;
        kept.behind[1] = behind;
        Ok((out, kept))
    }

    /// Only what [`backward`](Self::backward) wants to know: cheaper than the output by its last product, where no norm follows that.
    pub fn recompute(&self, pass: Pass<'_>, geometry: Geometry<'_>, x: &Tensor) -> Result<Kept> {
        if self.tensors.feed_forward_post_norm.is_some() {
            return self.forward(pass, geometry, x).map(|(_, kept)| kept);
        }
        let mut kept = self.keep(pass, geometry, x)?;
        if self.layer.down.lora.is_some() {
            let inner = feed_forward::forward(self.layer.activation, &kept.gate, &kept.up)?;
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
        let (normed_x, inverse1) = normed(geometry, tensors.attention_norm.as_ref(), x)?;
        let normed_x = normed_x.to_dtype(dtype)?;
        let (q, low_q) = pass.linear(&layer.q, q, &normed_x)?; // [tokens, query_dim]
        let (k, low_k) = pass.linear(&layer.k, k, &normed_x)?; // [tokens, kv_dim]
        let (v, low_v) = pass.linear(&layer.v, v, &normed_x)?; // [tokens, kv_dim]
        let (q, k, kept_heads) = match &tensors.head_norms {
            Some([of_q, of_k]) => {
                let norm = |x: &Tensor, weight: &Tensor| {
                    let raw = x.reshape(((), weight.elem_count()))?;
                    let (normed, inverse) = norm::forward(&raw, weight, geometry.eps)?;
                    Ok::<_, candle_core::Error>((normed.reshape(x.shape())?, KeptNorm { raw, inverse }))
                };
                let ((q, kept_q), (k, kept_k)) = (norm(&q, of_q)?, norm(&k, of_k)?);
                (q, k, Some([kept_q, kept_k]))
            }
            None => (q, k, None),
        };
        let turn = geometry.turns[usize::from(layer.turns_by_window)];
        let (q, k) = match layer.turns {
            true => (turn.apply(&q, heads.heads, heads.head_dim)?, turn.apply(&k, heads.kv_heads, heads.head_dim)?),
            false => (q, k),
        };
        let (attended, sums) = attention::forward(pass.compute, heads, Inputs { q: &q, k: &k, v: &v }, self.sight(geometry))?;
        let (middle, low_o) = pass.linear(&layer.o, o, &attended)?;
        let (middle, behind) = self.add(geometry, tensors.attention_post_norm.as_ref(), middle, x)?; // [tokens, hidden]
        let (normed, inverse2) = normed(geometry, tensors.feed_forward_norm.as_ref(), &middle)?;
        let normed = normed.to_dtype(dtype)?;
        let (gate, low_gate) = pass.linear(&layer.gate, gate, &normed)?; // [tokens, feed_forward]
        let (up, low_up) = pass.linear(&layer.up, up, &normed)?; // [tokens, feed_forward]
        let lows = [low_q, low_k, low_v, low_o, low_gate, low_up, None];
        let behind = [behind, None];
        Ok(Kept { inverse1, q, k, v, attended, sums, middle, inverse2, gate, up, lows, heads: kept_heads, behind })
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
        let Kept { inverse1, q, k, v, attended, sums, middle, inverse2, gate, up, lows, heads: kept_heads, behind } = kept;
        let [low_q, low_k, low_v, low_o, low_gate, low_up, low_down] = &lows;
        let (layer, tensors, heads) = (self.layer, self.tensors, geometry.heads);
        let [own_q, own_k, own_v, own_o, own_gate, own_up, own_down] = &tensors.linears;
        let dtype = pass.compute.dtype;

        let [of_attention, of_attended, of_feed_forward, of_fed_forward] = layer.norms();
        let inner = feed_forward::forward(layer.activation, &gate, &up)?.to_dtype(dtype)?;
        let own = (of_fed_forward, tensors.feed_forward_post_norm.as_ref());
        let added = self.before_added(sink, own, behind[1].as_ref(), dy.clone())?;
        let side = Side { linear: &layer.down, tensors: own_down, dy: &added, low: low_down.as_ref() };
        let dinner = linear_backward(pass, sink, &[side], &inner)?;
        drop((inner, added));
        let (dgate, dup) = feed_forward::backward(layer.activation, &gate, &up, &dinner)?;
        drop((gate, up, dinner));
        let normed = normed_again(tensors.feed_forward_norm.as_ref(), &middle, inverse2.as_ref())?.to_dtype(dtype)?;
        let sides = [
            Side { linear: &layer.gate, tensors: own_gate, dy: &dgate, low: low_gate.as_ref() },
            Side { linear: &layer.up, tensors: own_up, dy: &dup, low: low_up.as_ref() },
        ];
        let dnormed = linear_backward(pass, sink, &sides, &normed)?;
        drop((dgate, dup, normed));
        let own = (of_feed_forward, tensors.feed_forward_norm.as_ref());
        let through = through_norm(sink, own, &middle, inverse2.as_ref(), dnormed)?;
        let dmiddle = (dy + through)?; // of the sum of the input and attention
        drop((middle, inverse2));

        let own = (of_attended, tensors.attention_post_norm.as_ref());
        let added = self.before_added(sink, own, behind[0].as_ref(), dmiddle.clone())?;
        let side = Side { linear: &layer.o, tensors: own_o, dy: &added, low: low_o.as_ref() };
        let dattended = linear_backward(pass, sink, &[side], &attended)?;
        let inputs = Inputs { q: &q, k: &k, v: &v };
        let turned = attention::backward(pass.compute, heads, inputs, self.sight(geometry), &attended, &sums, &dattended)?;
        drop((dattended, attended, sums, q, k, v));
        let (dq, dk) = match layer.turns {
            true => {
                let back = geometry.back[usize::from(layer.turns_by_window)];
                (back.apply(&turned.dq, heads.heads, heads.head_dim)?, back.apply(&turned.dk, heads.kv_heads, heads.head_dim)?)
            }
            false => (turned.dq.clone(), turned.dk.clone()),
        };
        let (dq, dk) = match (&layer.head_norms, &tensors.head_norms, kept_heads) {
            (Some([q, k]), Some([of_q, of_k]), Some([kept_q, kept_k])) => {
                let mut through = |vector, weight: &Tensor, kept: KeptNorm, dy: Tensor| {
                    let dx = norm::backward(sink, vector, weight, &kept.raw, &kept.inverse, &dy.reshape(kept.raw.shape())?)?;
                    dx.reshape(dy.shape())
                };
                (through(q, of_q, kept_q, dq)?, through(k, of_k, kept_k, dk)?)
            }
            _ => (dq, dk),
        };
        let normed = normed_again(tensors.attention_norm.as_ref(), x, inverse1.as_ref())?.to_dtype(dtype)?;
        let sides = [
            Side { linear: &layer.q, tensors: own_q, dy: &dq, low: low_q.as_ref() },
            Side { linear: &layer.k, tensors: own_k, dy: &dk, low: low_k.as_ref() },
            Side { linear: &layer.v, tensors: own_v, dy: &turned.dv, low: low_v.as_ref() },
        ];
        let dnormed = linear_backward(pass, sink, &sides, &normed)?;
        let own = (of_attention, tensors.attention_norm.as_ref());
        dmiddle + through_norm(sink, own, x, inverse1.as_ref(), dnormed)?
    }
}
