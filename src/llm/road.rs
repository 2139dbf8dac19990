//! Which of two roads a layer takes: [`kernels`], candle `CustomOp`s around our CPU kernels, or [`portable`], candle's own operations on any
//! of its devices. The decoder is written once, over both.

use candle_core::{Device, Result, Tensor};

use super::LlmError;
use super::arch::ArchSpec;
use super::lane::{self, Lane};
use super::names::Projection;
use super::ops::{AdapterSpan, Additions, Norm, RopeTables, experts, kernels, portable};
use super::resident::TensorLayer;
use super::weights::Layer;
use crate::compute::{AttentionShape, Phase};

/// A layer's weights, and with them what computes it.
#[derive(Debug, Clone, Copy)]
pub(super) enum LayerRoad<'a> {
    /// Our kernels, from the mapped file.
    Kernels(&'a Layer),
    /// candle's operations, on the device where the tensors lie.
    Portable(&'a TensorLayer),
}

/// What all operations of a layer share in one pass.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pass<'a> {
    /// Prefill or decode; only our kernels tell them apart.
    pub phase: Phase,
    /// The model's parameters.
    pub spec: &'a ArchSpec,
    /// Of the tokens' positions.
    pub tables: &'a RopeTables,
    /// Rows that carry an adapter.
    pub spans: &'a [AdapterSpan],
    /// Which layer.
    pub layer: usize,
}

impl<'a> Pass<'a> {
    /// What adapters add to `maps` of this layer.
    fn additions(&self, maps: &'a [Projection]) -> Additions<'a> {
        Additions { spans: self.spans, layer: self.layer, maps }
    }

    /// What becomes of a block's output.
    fn adding(&self, bias: Option<&'a [f32]>, norm: Option<&'a [f32]>) -> kernels::Adding<'a> {
        kernels::Adding { bias, norm: norm.map(|norm| (norm, self.spec.norm_eps)), scale: self.spec.residual_scale }
    }
}

impl LayerRoad<'_> {
    /// `x` where this layer computes.
    pub(super) fn bring(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Kernels(_) => x.to_device(&Device::Cpu),
            Self::Portable(layer) => x.to_device(layer.device()),
        }
    }

    /// Queries, keys and values of `x: [tokens, hidden]`, the first two turned: `[tokens, query_dim]` and twice `[tokens, kv_dim]`.
    pub(super) fn queries_keys_values(&self, pass: Pass<'_>, x: &Tensor) -> Result<[Tensor; 3]> {
        let Pass { phase, spec, tables, .. } = pass;
        let additions = pass.additions(&[Projection::Query, Projection::Key, Projection::Value]);
        match self {
            Self::Kernels(layer) => {
                let maps = [&layer.attn_q, &layer.attn_k, &layer.attn_v];
                let bias = layer.attn_qkv_bias.as_deref();
                let norm = Norm::of(layer.attn_norm.as_deref(), layer.attn_norm_bias.as_deref(), spec.norm_eps);
                let qkv = kernels::norm_linear(phase, x, norm, &maps, bias, additions)?;
                let [q, k, v] = qkv.as_slice() else { unreachable!("three weights give three outputs") };
                let [q, k] = match &layer.attn_head_norms {
                    Some([of_q, of_k]) => [kernels::head_norm(q, of_q, spec.norm_eps)?, kernels::head_norm(k, of_k, spec.norm_eps)?],
                    None => [q.clone(), k.clone()],
                };
                if !spec.turns(pass.layer) {
                    return Ok([q, k, v.clone()]);
                }
                let q = kernels::rope(&q, tables, spec.heads, spec.head_dim)?;
                Ok([q, kernels::rope(&k, tables, spec.kv_heads, spec.head_dim)?, v.clone()])
            }
            Self::Portable(layer) => {
                let [q, k, v] = portable::queries_keys_values(layer, x, spec.norm_eps, additions)?;
                if !spec.turns(pass.layer) {
                    return Ok([q, k, v]);
                }
                let q = portable::rope(&q, tables, spec.heads, spec.head_dim)?;
                Ok([q, portable::rope(&k, tables, spec.kv_heads, spec.head_dim)?, v])
            }
        }
    }

    /// Writes every lane's keys and values, each `[tokens, kv_dim]`, behind those its session remembers.
    pub(super) fn remember(&self, lanes: &mut [Lane<'_>], layer: usize, k: &Tensor, v: &Tensor) -> std::result::Result<(), LlmError> {
        match self {
            Self::Kernels(_) => lane::append(lanes, layer, k, v),
            Self::Portable(_) => lane::append_tensors(lanes, layer, k, v),
        }
    }

    /// Causal attention of `q: [queries, query_dim]`, which are the lanes' tokens, or those of them that are `wanted`.
    pub(super) fn attend(&self, q: &Tensor, shape: AttentionShape, lanes: &[Lane<'_>], layer: usize, wanted: bool) -> Result<Tensor> {
        match self {
            Self::Kernels(_) => kernels::attend(q, shape, lane::lane_pages(lanes, layer, wanted)),
            Self::Portable(_) => portable::attend(q, shape, &lane::lane_tensors(lanes, layer, wanted)?),
        }
    }

    /// `residual + scale * norm(attended * attn_output^T)`; `attended: [tokens, query_dim]`, `residual: [tokens, hidden]`.
    pub(super) fn add_attended(&self, pass: Pass<'_>, attended: &Tensor, residual: &Tensor) -> Result<Tensor> {
        let additions = pass.additions(&[Projection::Output]);
        match self {
            Self::Kernels(layer) => {
                let adding = pass.adding(layer.attn_output_bias.as_deref(), layer.attn_post_norm.as_deref());
                kernels::linear_add(pass.phase, attended, &layer.attn_output, adding, residual, additions)
            }
            Self::Portable(layer) => {
                let out = portable::map(layer, Projection::Output, attended, additions, 0)?;
                portable::add(residual, out, layer.attn_post_norm.as_ref(), pass.spec)
            }
        }
    }

    /// `x + down(activation(gate(norm(x))) * up(norm(x)))`; `x: [tokens, hidden]`.
    pub(super) fn feed_forward(&self, pass: Pass<'_>, x: &Tensor) -> Result<Tensor> {
        let gated = pass.spec.family.has_gate();
        let inner_additions = pass.additions(if gated { &[Projection::Gate, Projection::Up] } else { &[Projection::Up] });
        let outer_additions = pass.additions(&[Projection::Down]);
        let numbers = pass.spec.experts_of(pass.layer);
        match self {
            Self::Kernels(layer) => {
                let norm = Norm::of(layer.ffn_norm.as_deref(), layer.ffn_norm_bias.as_deref(), pass.spec.norm_eps);
                if let (Some(experts), Some(numbers)) = (&layer.experts, numbers) {
                    let adding = pass.adding(None, layer.ffn_post_norm.as_deref());
                    let activation = pass.spec.family.activation();
                    return experts::feed_forward(pass.phase, x, experts::ExpertBlock { norm, experts, numbers, activation, adding });
                }
                let block = kernels::FeedForward {
                    norm,
                    gate: Some(&layer.ffn_gate).filter(|_| gated),
                    up: &layer.ffn_up,
                    down: &layer.ffn_down,
                    activation: pass.spec.family.activation(),
                    biases: [Projection::Gate, Projection::Up].map(|projection| layer.bias(projection)),
                    adding: pass.adding(layer.bias(Projection::Down), layer.ffn_post_norm.as_deref()),
                    inner_additions,
                    outer_additions,
                };
                kernels::feed_forward(pass.phase, x, block)
            }
            Self::Portable(layer) => match (&layer.experts, numbers) {
                (Some(experts), Some(numbers)) => experts::portable_feed_forward(layer, experts, x, pass.spec, numbers),
                _ => portable::feed_forward(layer, x, pass.spec, inner_additions, outer_additions),
            },
        }
    }
}
