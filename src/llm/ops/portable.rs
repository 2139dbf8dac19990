//! The road of every device: candle's own operations. Sums, norms, softmax and the residual stream are f32; blocks of quantised weights
//! are multiplied by candle, in whichever way it has for them.
//!
//! A row's logits depend a little on the rows beside it here: candle multiplies one row and many in different orders.

use candle_core::{D, DType, Device, Module, Result, Tensor};

use super::super::arch::ArchSpec;
use super::super::kv_tensors::TensorRows;
use super::super::names::Projection;
use super::super::resident::{TensorLayer, TensorMatrix};
use super::additions::Additions;
use super::rope::RopeTables;
use crate::compute::{Activation, AttentionShape};

/// Scores that stand in memory at once: queries are attended to in tiles of no more.
pub const MOST_SCORES: usize = 1 << 24;

/// What a hidden score becomes: its weight is 0 then, and a row's largest stays a number.
const HIDDEN: f64 = -1e30;

/// RMSNorm (arXiv 1910.07467) of every row of `x: [tokens, hidden]`; `weight: [hidden]`.
pub fn rms_norm(x: &Tensor, weight: &Tensor, eps: f32) -> Result<Tensor> {
    let mean = x.sqr()?.mean_keepdim(D::Minus1)?; // [tokens, 1]
    let scale = (mean + f64::from(eps))?.sqrt()?.recip()?;
    x.broadcast_mul(&scale)?.broadcast_mul(weight)
}

/// `x * matrix^T` and what adapters add to the map at `place` of `additions`; `x: [tokens, columns]`.
pub fn linear(matrix: &TensorMatrix, x: &Tensor, additions: Additions<'_>, place: usize) -> Result<Tensor> {
    let x = x.contiguous()?;
    let out = match matrix {
        TensorMatrix::Blocks(blocks) => blocks.forward(&x)?,
        TensorMatrix::Dense(weight) => x.matmul(&weight.t()?)?,
    }; // [tokens, rows]
    additions.add(&x, out, place)
}

/// `x` through a map of `layer`, with its bias and what adapters add to the map at `place` of `additions`.
pub fn map(layer: &TensorLayer, projection: Projection, x: &Tensor, additions: Additions<'_>, place: usize) -> Result<Tensor> {
    let out = linear(layer.map(projection), x, additions, place)?;
    match layer.bias(projection) {
        Some(bias) => out.broadcast_add(bias),
        None => Ok(out),
    }
}

/// `x`, multiplied.
pub fn scaled(x: Tensor, scale: f32) -> Result<Tensor> {
    if scale == 1.0 { Ok(x) } else { x.affine(f64::from(scale), 0.0) }
}

/// `x` after a norm, where there is one; with a bias it takes the mean away (LayerNorm, arXiv 1607.06450).
pub fn normed(x: &Tensor, weight: Option<&Tensor>, bias: Option<&Tensor>, eps: f32) -> Result<Tensor> {
    match (weight, bias) {
        (None, _) => Ok(x.clone()),
        (Some(weight), None) => rms_norm(x, weight, eps),
        (Some(weight), Some(bias)) => {
            let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
            rms_norm(&centred, weight, eps)?.broadcast_add(bias)
        }
    }
}

/// What the gate of a feed-forward part, or what is up where there is none, goes through.
pub fn activated(x: &Tensor, spec: &ArchSpec) -> Result<Tensor> {
    match spec.family.activation() {
        Activation::Silu => x.silu(),
        Activation::GeluTanh => x.gelu(),
    }
}

/// `residual + scale * norm(out)`, where there is a norm.
pub fn add(residual: &Tensor, out: Tensor, norm: Option<&Tensor>, spec: &ArchSpec) -> Result<Tensor> {
    scaled(normed(&out, norm, None, spec.norm_eps)?, spec.residual_scale)? + residual
}

/// `cap * tanh(x / cap)`.
fn capped(x: Tensor, cap: Option<f32>) -> Result<Tensor> {
    match cap {
        Some(cap) => (x / f64::from(cap))?.tanh()? * f64::from(cap),
        None => Ok(x),
    }
}

/// RMSNorm of every head of `x: [tokens, heads * head_dim]`; `weight: [head_dim]`.
fn head_norm(x: &Tensor, weight: &Tensor, eps: f32) -> Result<Tensor> {
    let (tokens, width) = x.dims2()?;
    let head_dim = weight.elem_count();
    rms_norm(&x.reshape((tokens * width / head_dim.max(1), head_dim))?, weight, eps)?.reshape((tokens, width))
}

impl Additions<'_> {
    /// `out` with what adapters add to the map at `place`; `x: [tokens, columns]` gave `out: [tokens, rows]`.
    fn add(&self, x: &Tensor, mut out: Tensor, place: usize) -> Result<Tensor> {
        let Some(&map) = self.maps.get(place) else { return Ok(out) };
        for span in self.spans.iter().filter(|span| !span.rows.is_empty()) {
            let Some(slot) = span.adapter.tensors(self.layer, map, x.device())? else { continue };
            let (start, length, tokens) = (span.rows.start, span.rows.len(), out.dim(0)?);
            let mut own = out.narrow(0, start, length)?;
            if let Some([a, b]) = &slot.low_rank {
                own = (own + x.narrow(0, start, length)?.matmul(a)?.matmul(b)?)?; // [length, rows]
            }
            if let Some(gain) = &slot.gain {
                own = own.broadcast_mul(gain)?;
            }
            if let Some(shift) = &slot.shift {
                own = own.broadcast_add(shift)?;
            }
            let parts = [out.narrow(0, 0, start)?, own, out.narrow(0, start + length, tokens - start - length)?];
            let parts: Vec<&Tensor> = parts.iter().filter(|part| part.elem_count() > 0).collect();
            out = Tensor::cat(&parts, 0)?;
        }
        Ok(out)
    }
}

/// Queries, keys and values of `x: [tokens, hidden]`: `[tokens, query_dim]` and twice `[tokens, kv_dim]`.
pub fn queries_keys_values(layer: &TensorLayer, x: &Tensor, eps: f32, additions: Additions<'_>) -> Result<[Tensor; 3]> {
    let normed = normed(x, layer.attn_norm.as_ref(), layer.attn_norm_bias.as_ref(), eps)?;
    let one = |projection, place: usize| map(layer, projection, &normed, additions, place);
    let [q, k, v] = [one(Projection::Query, 0)?, one(Projection::Key, 1)?, one(Projection::Value, 2)?];
    Ok(match &layer.head_norms {
        Some([of_q, of_k]) => [head_norm(&q, of_q, eps)?, head_norm(&k, of_k, eps)?, v],
        None => [q, k, v],
    })
}

/// `x + down(activation(gate(norm(x))) * up(norm(x)))`; `x: [tokens, hidden]`.
pub fn feed_forward(layer: &TensorLayer, x: &Tensor, spec: &ArchSpec, inner: Additions<'_>, outer: Additions<'_>) -> Result<Tensor> {
    let normed = normed(x, layer.ffn_norm.as_ref(), layer.ffn_norm_bias.as_ref(), spec.norm_eps)?;
    let inside = match spec.family.has_gate() {
        true => {
            let gate = map(layer, Projection::Gate, &normed, inner, 0)?; // [tokens, feed_forward]
            let up = map(layer, Projection::Up, &normed, inner, 1)?; // [tokens, feed_forward]
            (activated(&gate, spec)? * up)?
        }
        false => activated(&map(layer, Projection::Up, &normed, inner, 0)?, spec)?,
    };
    add(x, map(layer, Projection::Down, &inside, outer, 0)?, layer.ffn_post_norm.as_ref(), spec)
}

/// Rotary embedding of every head of `x: [tokens, heads * head_dim]`; `tables` has one row of cosines and sines a token.
pub fn rope(x: &Tensor, tables: &RopeTables, heads: usize, head_dim: usize) -> Result<Tensor> {
    let (tokens, width) = x.dims2()?;
    let (half, [cos, sin]) = (tables.half, tables.on(x.device())?);
    let x = x.reshape((tokens, heads, head_dim))?;
    let (first, second) = if tables.adjacent {
        let pairs = x.narrow(2, 0, 2 * half)?.contiguous()?.reshape((tokens, heads, half, 2))?;
        (pairs.narrow(3, 0, 1)?.squeeze(3)?.contiguous()?, pairs.narrow(3, 1, 1)?.squeeze(3)?.contiguous()?)
    } else {
        (x.narrow(2, 0, half)?, x.narrow(2, half, half)?)
    }; // [tokens, heads, half]
    let a = (first.broadcast_mul(cos)? - second.broadcast_mul(sin)?)?;
    let b = (first.broadcast_mul(sin)? + second.broadcast_mul(cos)?)?;
    let turned =
        if tables.adjacent { Tensor::stack(&[&a, &b], 3)?.reshape((tokens, heads, 2 * half))? } else { Tensor::cat(&[&a, &b], 2)? };
    let turned = match head_dim - 2 * half {
        0 => turned,
        rest => Tensor::cat(&[&turned, &x.narrow(2, 2 * half, rest)?], 2)?,
    };
    turned.reshape((tokens, width))
}

/// What one lane of an attention reads.
#[derive(Debug, Clone)]
pub struct LaneTensors<'a> {
    /// Where its queries stand, one a row.
    pub positions: Vec<usize>,
    /// Keys and values of the layer, those of the queries included.
    pub rows: &'a TensorRows,
}

/// Causal attention of `q: [queries, heads * head_dim]`, whose rows belong to `lanes` one after another.
pub fn attend(q: &Tensor, shape: AttentionShape, lanes: &[LaneTensors<'_>]) -> Result<Tensor> {
    let mut outs = Vec::with_capacity(lanes.len());
    let mut start = 0;
    for lane in lanes {
        let last = lane.positions.iter().copied().max().unwrap_or(0);
        let tile = (MOST_SCORES / (shape.heads * (last + 1))).max(1);
        for positions in lane.positions.chunks(tile) {
            outs.push(attend_tile(&q.narrow(0, start, positions.len())?, shape, positions, lane.rows)?);
            start += positions.len();
        }
    }
    match outs.as_slice() {
        [one] => Ok(one.clone()),
        _ => Tensor::cat(&outs, 0),
    }
}

/// Of `q: [queries, heads * head_dim]`, at `positions` of one lane.
fn attend_tile(q: &Tensor, shape: AttentionShape, positions: &[usize], rows: &TensorRows) -> Result<Tensor> {
    let AttentionShape { heads, kv_heads, head_dim, scale, sliding_window, cap } = shape;
    let (queries, group) = (positions.len(), heads / kv_heads.max(1));
    let (lowest, highest) = positions.iter().fold((usize::MAX, 0), |(low, high), &position| (low.min(position), high.max(position)));
    let first = sliding_window.map_or(0, |window| (lowest + 1).saturating_sub(window));
    let (keys, values) = rows.read(first..highest + 1)?; // [kv_heads, seen, head_dim]
    let seen = highest + 1 - first;
    let q = q.reshape((queries, kv_heads, group, head_dim))?.permute((1, 2, 0, 3))?.contiguous()?;
    let q = (q.reshape((kv_heads, group * queries, head_dim))? * f64::from(scale))?;
    let mut scores = capped(q.matmul(&keys.t()?)?, cap)?; // [kv_heads, group * queries, seen]
    // One query sees all that was read.
    if lowest < highest || queries > 1 {
        let mask = mask(positions, first, seen, sliding_window, scores.device())?;
        scores = scores.reshape((kv_heads, group, queries, seen))?.broadcast_add(&mask)?.reshape((kv_heads, group * queries, seen))?;
    }
    let weights = scores.broadcast_sub(&scores.max_keepdim(D::Minus1)?)?.exp()?;
    let sums = weights.sum_keepdim(D::Minus1)?;
    let out = weights.matmul(&values)?.broadcast_div(&sums)?; // [kv_heads, group * queries, head_dim]
    out.reshape((kv_heads, group, queries, head_dim))?.permute((2, 0, 1, 3))?.contiguous()?.reshape((queries, heads * head_dim))
}

/// 0 where a query sees a key, else [`HIDDEN`]: `[queries, keys]`, the first key at position `first`. Made where it is needed: sending it
/// would take longer.
fn mask(positions: &[usize], first: usize, keys: usize, window: Option<usize>, device: &Device) -> Result<Tensor> {
    // Positions are whole numbers far below 2^24: exact in f32.
    let queries: Vec<f32> = positions.iter().map(|&position| position as f32).collect();
    let queries = Tensor::from_vec(queries, (positions.len(), 1), device)?;
    let keys = Tensor::arange(first as f32, (first + keys) as f32, device)?.unsqueeze(0)?; // [1, keys]
    let mut hidden = keys.broadcast_gt(&queries)?.to_dtype(DType::F32)?;
    if let Some(window) = window {
        let before = keys.broadcast_le(&(queries - window as f64)?)?.to_dtype(DType::F32)?;
        hidden = (hidden + before)?;
    }
    hidden * HIDDEN
}
