//! The road of the processor: each operation is a candle `CustomOp` around one of our kernels.

use std::cell::RefCell;
use std::sync::Arc;

use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor};

use super::super::kv::{PAGE_TOKENS, Page};
use super::super::weights::Weight;
use super::additions::Additions;
use super::norms::{Norm, normed};
use super::rope::RopeTables;
use super::tensors::{read_f32, slice};
use crate::compute::memory::Aligned;
use crate::compute::{self, Activation, AttentionLane, AttentionShape, Phase};

/// The norm of each row of `x`, where there is one, then several linear maps of it that share the input (q, k, v; gate, up).
///
/// `x: [tokens, hidden]` gives one `[tokens, rows]` tensor a weight.
pub fn norm_linear(
    phase: Phase,
    x: &Tensor,
    norm: Option<Norm<'_>>,
    weights: &[&Weight],
    bias: Option<&[f32]>,
    additions: Additions<'_>,
) -> Result<Vec<Tensor>> {
    let (tokens, _hidden) = x.dims2()?;
    let joined = x.contiguous()?.apply_op1_no_bwd(&NormLinear { phase, norm, weights, bias, additions })?; // [tokens * (rows_1 + rows_2 + ...)]
    let mut start = 0;
    let mut outputs = Vec::with_capacity(weights.len());
    for weight in weights {
        let length = tokens * weight.rows;
        outputs.push(joined.narrow(0, start, length)?.reshape((tokens, weight.rows))?); // [tokens, rows]
        start += length;
    }
    Ok(outputs)
}

/// `x: [tokens, hidden]` after a norm, where there is one.
pub fn norm(x: &Tensor, norm: Option<Norm<'_>>) -> Result<Tensor> {
    let values = read_f32(x, |x| normed(compute::global(), x, norm).into_owned())?;
    Tensor::from_vec(values, x.shape(), x.device())
}

/// What is done to the output of a block before it is added to the residual stream.
#[derive(Debug, Clone, Copy)]
pub struct Adding<'a> {
    /// Is added to it, `[hidden]`.
    pub bias: Option<&'a [f32]>,
    /// Weights of an RMSNorm, `[hidden]`, and its epsilon.
    pub norm: Option<(&'a [f32], f32)>,
    /// It is multiplied by this.
    pub scale: f32,
}

impl Adding<'_> {
    pub(super) fn apply(&self, mut out: Vec<f32>, residual: &[f32]) -> Vec<f32> {
        add_bias(&mut out, self.bias);
        if let Some((norm, eps)) = self.norm {
            let mut normed = vec![0.0; out.len()];
            compute::rms_norm(compute::global(), &out, norm, eps, &mut normed);
            out = normed;
        }
        multiply(&mut out, self.scale);
        compute::add_assign(compute::global(), &mut out, residual);
        out
    }
}

/// `residual + scale * norm(x * weight^T + bias)`; `x: [tokens, columns]`, `residual: [tokens, rows]`.
pub fn linear_add(
    phase: Phase,
    x: &Tensor,
    weight: &Weight,
    adding: Adding<'_>,
    residual: &Tensor,
    additions: Additions<'_>,
) -> Result<Tensor> {
    x.contiguous()?.apply_op2_no_bwd(&residual.contiguous()?, &LinearAdd { phase, weight, adding, additions })
}

/// `cap * tanh(x / cap)`.
pub fn cap(x: &Tensor, cap: f32) -> Result<Tensor> {
    x.contiguous()?.apply_op1_no_bwd(&Cap(cap))
}

/// RMSNorm of every head of `x: [tokens, heads * head_dim]`; `norm: [head_dim]`.
pub fn head_norm(x: &Tensor, norm: &[f32], eps: f32) -> Result<Tensor> {
    x.contiguous()?.apply_op1_no_bwd(&HeadNorm { norm, eps })
}

impl Additions<'_> {
    /// Adds them to `outs`, which `x: [tokens, columns]` gave.
    fn apply(&self, x: &[f32], columns: usize, outs: &mut [&mut [f32]]) {
        for span in self.spans {
            if let Some(watch) = span.adapter.watch() {
                watch.add(self.layer, self.maps, &x[span.rows.start * columns..span.rows.end * columns], columns);
                continue;
            }
            let mut slots: Vec<_> = self
                .maps
                .iter()
                .zip(outs.iter_mut())
                .filter_map(|(map, out)| {
                    let slot = span.adapter.slot(self.layer, *map)?;
                    let width = out.len() * columns / x.len().max(1);
                    Some((slot, &mut out[span.rows.start * width..span.rows.end * width], width))
                })
                .collect();
            let x = &x[span.rows.start * columns..span.rows.end * columns];
            let mut additions: Vec<_> = slots
                .iter_mut()
                .filter_map(|(slot, out, _)| {
                    let low_rank = slot.low_rank.as_ref()?;
                    Some((low_rank, &mut **out))
                })
                .collect();
            compute::add_low_rank(compute::global(), x, span.rows.len(), &mut additions);
            for (slot, out, width) in &mut slots {
                for row in out.chunks_exact_mut((*width).max(1)) {
                    if let Some(gain) = &slot.gain {
                        row.iter_mut().zip(gain).for_each(|(out, gain)| *out *= gain);
                    }
                    if let Some(shift) = &slot.shift {
                        row.iter_mut().zip(shift).for_each(|(out, shift)| *out += shift);
                    }
                }
            }
        }
    }
}

/// A layer's feed-forward block.
#[derive(Debug, Clone, Copy)]
pub struct FeedForward<'a> {
    /// The norm before it, where there is one.
    pub norm: Option<Norm<'a>>,
    /// `[feed_forward, hidden]`, where there is one; else what is up goes through the activation.
    pub gate: Option<&'a Weight>,
    /// `[feed_forward, hidden]`
    pub up: &'a Weight,
    /// `[hidden, feed_forward]`
    pub down: &'a Weight,
    /// What that goes through.
    pub activation: Activation,
    /// Of gate and up, where they have one.
    pub biases: [Option<&'a [f32]>; 2],
    /// What becomes of its output.
    pub adding: Adding<'a>,
    /// To gate and up, or up alone.
    pub inner_additions: Additions<'a>,
    /// To down.
    pub outer_additions: Additions<'a>,
}

/// `x + down(activation(gate(norm(x))) * up(norm(x)))`; `x: [tokens, hidden]`. One operation, so that the two widest rows of a layer are neither
/// copied nor cleared.
pub fn feed_forward(phase: Phase, x: &Tensor, block: FeedForward<'_>) -> Result<Tensor> {
    x.contiguous()?.apply_op1_no_bwd(&InPhase { phase, block })
}

/// Rotary embedding of every head of `x: [tokens, heads * head_dim]`; `tables` has one row of cosines and sines a token.
pub fn rope(x: &Tensor, tables: &RopeTables, heads: usize, head_dim: usize) -> Result<Tensor> {
    x.contiguous()?.apply_op1_no_bwd(&Rope { tables, heads, head_dim })
}

/// The cache pages one lane of an attention reads: its queries stand at positions `start..start + tokens`.
#[derive(Debug, Clone)]
pub struct LanePages {
    pub(in crate::llm) start: usize,
    pub(in crate::llm) tokens: usize,
    pub(in crate::llm) pages: Vec<Arc<Page>>,
}

/// Causal attention of `q: [tokens, heads * head_dim]`, whose rows belong to `lanes` one after another.
pub fn attend(q: &Tensor, shape: AttentionShape, lanes: Vec<LanePages>) -> Result<Tensor> {
    q.contiguous()?.apply_op1_no_bwd(&Attend { shape, lanes })
}

struct NormLinear<'a> {
    phase: Phase,
    norm: Option<Norm<'a>>,
    weights: &'a [&'a Weight],
    bias: Option<&'a [f32]>,
    additions: Additions<'a>,
}

impl CustomOp1 for NormLinear<'_> {
    fn name(&self) -> &'static str {
        "norm_linear"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let x = slice(storage, layout)?;
        let hidden = self.weights.first().map_or(1, |weight| weight.columns);
        let tokens = x.len() / hidden;
        let pool = compute::global();
        let normed = normed(pool, x, self.norm);
        let mut out = vec![0.0; tokens * self.weights.iter().map(|w| w.rows).sum::<usize>()];
        let matrices: Vec<_> = self.weights.iter().map(|w| w.matrix()).collect();
        let mut rest = out.as_mut_slice();
        let mut outs = Vec::with_capacity(matrices.len());
        for weight in self.weights {
            let (own, others) = rest.split_at_mut(tokens * weight.rows);
            outs.push(own);
            rest = others;
        }
        compute::matmul(pool, self.phase, &normed, tokens, &matrices, &mut outs);
        self.additions.apply(&normed, hidden, &mut outs);
        if let Some(mut bias) = self.bias {
            for (out, weight) in outs.iter_mut().zip(self.weights) {
                let (own, others) = bias.split_at(weight.rows);
                compute::add_to_rows(pool, out, own);
                bias = others;
            }
        }
        let length = out.len();
        Ok((CpuStorage::F32(out), length.into()))
    }
}

struct Cap(f32);

impl CustomOp1 for Cap {
    fn name(&self) -> &'static str {
        "cap"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let mut out = slice(storage, layout)?.to_vec();
        compute::elementwise::cap(&mut out, self.0);
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }
}

struct HeadNorm<'a> {
    norm: &'a [f32],
    eps: f32,
}

impl CustomOp1 for HeadNorm<'_> {
    fn name(&self) -> &'static str {
        "head_norm"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let x = slice(storage, layout)?;
        let mut out = vec![0.0; x.len()];
        compute::rms_norm(compute::global(), x, self.norm, self.eps, &mut out);
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }
}

struct LinearAdd<'a> {
    phase: Phase,
    weight: &'a Weight,
    adding: Adding<'a>,
    additions: Additions<'a>,
}

impl CustomOp2 for LinearAdd<'_> {
    fn name(&self) -> &'static str {
        "linear_add"
    }

    fn cpu_fwd(&self, s1: &CpuStorage, l1: &Layout, s2: &CpuStorage, l2: &Layout) -> Result<(CpuStorage, Shape)> {
        let (x, residual) = (slice(s1, l1)?, slice(s2, l2)?);
        let tokens = x.len() / self.weight.columns;
        let mut out = vec![0.0; tokens * self.weight.rows];
        compute::matmul(compute::global(), self.phase, x, tokens, &[self.weight.matrix()], &mut [&mut out]);
        self.additions.apply(x, self.weight.columns, &mut [&mut out]);
        Ok((CpuStorage::F32(self.adding.apply(out, residual)), (tokens, self.weight.rows).into()))
    }
}

fn multiply(out: &mut [f32], scale: f32) {
    if scale != 1.0 {
        out.iter_mut().for_each(|value| *value *= scale);
    }
}

fn add_bias(out: &mut [f32], bias: Option<&[f32]>) {
    if let Some(bias) = bias {
        compute::add_to_rows(compute::global(), out, bias);
    }
}

struct InPhase<T> {
    phase: Phase,
    block: T,
}

thread_local! {
    /// Outputs of gate and up, from one layer to the next.
    static INNER: RefCell<[Aligned<f32>; 2]> = RefCell::default();
}

impl CustomOp1 for InPhase<FeedForward<'_>> {
    fn name(&self) -> &'static str {
        "feed_forward"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let FeedForward { norm, gate, up, down, activation, biases, adding, inner_additions, outer_additions } = &self.block;
        let [gate_bias, up_bias] = *biases;
        let x = slice(storage, layout)?;
        let tokens = x.len() / up.columns;
        let pool = compute::global();
        let normed = normed(pool, x, *norm); // [tokens, hidden]
        let mut out = vec![0.0; tokens * down.rows]; // [tokens, hidden]
        INNER.with_borrow_mut(|[gates, ups]| {
            gates.resize(tokens * up.rows); // [tokens, feed_forward]
            ups.resize(tokens * up.rows); // [tokens, feed_forward]
            match gate {
                Some(gate) => {
                    compute::matmul(pool, self.phase, &normed, tokens, &[gate.matrix(), up.matrix()], &mut [&mut *gates, &mut *ups]);
                    inner_additions.apply(&normed, gate.columns, &mut [&mut *gates, &mut *ups]);
                    add_bias(gates, gate_bias);
                    add_bias(ups, up_bias);
                }
                None => {
                    compute::matmul(pool, self.phase, &normed, tokens, &[up.matrix()], &mut [&mut *gates]);
                    inner_additions.apply(&normed, up.columns, &mut [&mut *gates]);
                    add_bias(gates, up_bias);
                    ups.fill(1.0);
                }
            }
            compute::gate_mul(pool, *activation, gates, ups);
            compute::matmul(pool, self.phase, gates, tokens, &[down.matrix()], &mut [&mut out]);
            outer_additions.apply(gates, down.columns, &mut [&mut out]);
        });
        Ok((CpuStorage::F32(adding.apply(out, x)), (tokens, down.rows).into()))
    }
}

struct Rope<'a> {
    tables: &'a RopeTables,
    heads: usize,
    head_dim: usize,
}

impl CustomOp1 for Rope<'_> {
    fn name(&self) -> &'static str {
        "rope"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let mut out = slice(storage, layout)?.to_vec();
        let RopeTables { cos, sin, half, adjacent, .. } = self.tables;
        let angles = compute::RopeAngles { cos, sin, half: *half, adjacent: *adjacent };
        compute::rope(compute::global(), &mut out, self.heads * self.head_dim, self.head_dim, angles);
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }
}

struct Attend {
    shape: AttentionShape,
    lanes: Vec<LanePages>,
}

impl CustomOp1 for Attend {
    fn name(&self) -> &'static str {
        "attend"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let q = slice(storage, layout)?;
        let row = self.shape.heads * self.shape.head_dim;
        let mut out = vec![0.0; q.len()];
        let mut lanes = Vec::with_capacity(self.lanes.len());
        let (mut q_rest, mut out_rest) = (q, out.as_mut_slice());
        for lane in &self.lanes {
            let (q, q_others) = q_rest.split_at(lane.tokens * row);
            let (out, out_others) = out_rest.split_at_mut(lane.tokens * row);
            (q_rest, out_rest) = (q_others, out_others);
            lanes.push(AttentionLane { q, start: lane.start, pages: lane.pages.iter().map(|page| page.view()).collect(), out });
        }
        compute::attention(compute::global(), &self.shape, PAGE_TOKENS, &mut lanes);
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }
}
