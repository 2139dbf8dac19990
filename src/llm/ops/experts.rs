//! Feed-forward parts of which each token goes through a few, on either road. Which ones is decided on the processor: for each token the
//! experts of the highest scores, each heeded by its share of the softmax over all.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};

use super::super::arch::{ArchSpec, Experts};
use super::super::resident::{TensorLayer, TensorMatrix};
use super::super::weights;
use super::additions::Additions;
use super::kernels::Adding;
use super::norms::{Norm, normed};
use super::portable;
use super::tensors::slice;
use crate::compute::{self, Activation, Phase};

/// The experts of a layer, and what surrounds them.
#[derive(Debug, Clone, Copy)]
pub struct ExpertBlock<'a> {
    /// The norm before them, where there is one.
    pub norm: Option<Norm<'a>>,
    /// Their matrices.
    pub experts: &'a weights::Experts,
    /// How many there are, and how many a token goes through.
    pub numbers: &'a Experts,
    /// What gates go through.
    pub activation: Activation,
    /// What becomes of their sum.
    pub adding: Adding<'a>,
}

/// `x + sum of share * expert(norm(x))` over each token's experts; `x: [tokens, hidden]`.
pub fn feed_forward(phase: Phase, x: &Tensor, block: ExpertBlock<'_>) -> Result<Tensor> {
    x.contiguous()?.apply_op1_no_bwd(&InPhase { phase, block })
}

/// Tokens of an expert, by their rows, and how much each heeds it.
#[derive(Debug, Clone, Default, PartialEq)]
struct Visit {
    rows: Vec<u32>,
    shares: Vec<f32>,
}

/// Who goes through which expert, by `scores: [tokens, experts]`. Of equal scores the first expert's counts.
fn visits(scores: &[f32], numbers: &Experts) -> Vec<Visit> {
    let mut visits = vec![Visit::default(); numbers.count];
    for (row, scores) in (0u32..).zip(scores.chunks_exact(numbers.count.max(1))) {
        let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut weights: Vec<(usize, f32)> = scores.iter().map(|score| (score - most).exp()).enumerate().collect();
        let of_all: f32 = weights.iter().map(|(_, weight)| weight).sum();
        weights.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        weights.truncate(numbers.used);
        let of_these: f32 = weights.iter().map(|(_, weight)| weight).sum();
        for (expert, weight) in weights {
            let Some(visit) = visits.get_mut(expert) else { continue };
            visit.rows.push(row);
            visit.shares.push(weight / if numbers.whole_shares { of_these } else { of_all });
        }
    }
    visits
}

struct InPhase<'a> {
    phase: Phase,
    block: ExpertBlock<'a>,
}

impl CustomOp1 for InPhase<'_> {
    fn name(&self) -> &'static str {
        "experts"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let ExpertBlock { norm, experts, numbers, activation, adding } = &self.block;
        let x = slice(storage, layout)?;
        let (pool, hidden) = (compute::global(), experts.router.columns);
        let tokens = x.len() / hidden.max(1);
        let normed = normed(pool, x, *norm); // [tokens, hidden]
        let mut scores = vec![0.0; tokens * numbers.count];
        compute::matmul(pool, self.phase, &normed, tokens, &[experts.router.matrix()], &mut [&mut scores]);
        let mut out = vec![0.0; x.len()]; // [tokens, hidden]
        // A token's experts are added in their own order, whoever else goes through them.
        for (Visit { rows, shares }, [gate, up, down]) in visits(&scores, numbers).iter().zip(&experts.maps) {
            if rows.is_empty() {
                continue;
            }
            let own: Vec<f32> = rows.iter().flat_map(|&row| row_of(&normed, row, hidden)).copied().collect();
            let (mut gates, mut ups) = (vec![0.0; rows.len() * gate.rows], vec![0.0; rows.len() * up.rows]);
            compute::matmul(pool, self.phase, &own, rows.len(), &[gate.matrix(), up.matrix()], &mut [&mut gates, &mut ups]);
            compute::gate_mul(pool, *activation, &mut gates, &ups);
            let mut given = vec![0.0; rows.len() * hidden];
            compute::matmul(pool, self.phase, &gates, rows.len(), &[down.matrix()], &mut [&mut given]);
            for ((&row, share), given) in rows.iter().zip(shares).zip(given.chunks_exact(hidden.max(1))) {
                let start = row as usize * hidden;
                let place = out.get_mut(start..start + hidden).unwrap_or_default();
                place.iter_mut().zip(given).for_each(|(out, given)| *out += share * given);
            }
        }
        Ok((CpuStorage::F32(adding.apply(out, x)), (tokens, hidden).into()))
    }
}

fn row_of(x: &[f32], row: u32, columns: usize) -> &[f32] {
    let start = row as usize * columns;
    x.get(start..start + columns).unwrap_or_default()
}

/// The same by candle's operations, of a layer whose `experts` lie on a device.
pub fn portable_feed_forward(
    layer: &TensorLayer,
    (router, experts): &(TensorMatrix, Vec<[TensorMatrix; 3]>),
    x: &Tensor,
    spec: &ArchSpec,
    numbers: &Experts,
) -> Result<Tensor> {
    let normed = portable::normed(x, layer.ffn_norm.as_ref(), layer.ffn_norm_bias.as_ref(), spec.norm_eps)?;
    let linear = |matrix: &TensorMatrix, x: &Tensor| portable::linear(matrix, x, Additions::NONE, 0);
    let scores = linear(router, &normed)?.flatten_all()?.to_vec1::<f32>()?;
    let mut out = x.zeros_like()?;
    for (Visit { rows, shares }, [gate, up, down]) in visits(&scores, numbers).into_iter().zip(experts) {
        if rows.is_empty() {
            continue;
        }
        let count = rows.len();
        let rows = Tensor::from_vec(rows, count, x.device())?;
        let shares = Tensor::from_vec(shares, (count, 1), x.device())?;
        let own = normed.index_select(&rows, 0)?; // [rows, hidden]
        let inner = (portable::activated(&linear(gate, &own)?, spec)? * linear(up, &own)?)?;
        out = out.index_add(&rows, &linear(down, &inner)?.broadcast_mul(&shares)?, 0)?;
    }
    portable::add(x, out, layer.ffn_post_norm.as_ref(), spec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_go_where_scores_are_highest() {
        let numbers = |whole_shares| Experts { count: 3, used: 2, feed_forward: 1, whole_shares, dense_layers: Vec::new() };
        let scores = [0.0, 2.0, 1.0, 5.0, 5.0, 5.0];
        let whole = visits(&scores, &numbers(true));
        assert_eq!(whole.iter().map(|visit| visit.rows.clone()).collect::<Vec<_>>(), [vec![1], vec![0, 1], vec![0]]);
        let (high, low) = (1.0 / (1.0 + (-1f32).exp()), 1.0 / (1.0 + 1f32.exp()));
        assert!((whole[1].shares[0] - high).abs() < 1e-6 && (whole[2].shares[0] - low).abs() < 1e-6 && whole[0].shares == [0.5]);
        let of_all = visits(&scores, &numbers(false));
        let sum: f32 = [0.0f32, 2.0, 1.0].iter().map(|score| score.exp()).sum();
        assert!((of_all[1].shares[0] - 2f32.exp() / sum).abs() < 1e-6 && (of_all[0].shares[0] - 1.0 / 3.0).abs() < 1e-6);
    }
}
