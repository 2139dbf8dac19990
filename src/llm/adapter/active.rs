//! An adapter made ready for one model: sizes checked, rows in the model's order, factors multiplied in.

use std::sync::{Arc, OnceLock};

use candle_core::{Device, Tensor};

use super::super::LlmError;
use super::super::arch::{ArchSpec, RopePairing};
use super::super::names::{Projection, unwoven};
use super::files::Adapter;
use super::watch::Watch;
use crate::compute::LowRank;

/// An addition to one map.
#[derive(Debug)]
struct Slot {
    low_rank: LowRank,
    /// Its factors on the device of the portable road: `[inputs, rank]` and `[rank, outputs]`; sent when first wanted.
    sent: OnceLock<[Tensor; 2]>,
}

/// An adapter that sessions of one model can carry.
#[derive(Debug)]
pub struct ActiveAdapter {
    hash: [u8; 32],
    model: [u8; 32],
    /// `[layers][projections]`
    layers: Vec<[Option<Slot>; Projection::ALL.len()]>,
    /// It adds nothing, and looks on.
    watch: Option<Arc<Watch>>,
}

impl ActiveAdapter {
    /// Makes `adapter` ready for a model of this shape, whose fingerprint is `model`.
    pub(in crate::llm) fn of(adapter: &Adapter, spec: &ArchSpec, model: [u8; 32]) -> Result<Self, LlmError> {
        let mut layers: Vec<[Option<Slot>; Projection::ALL.len()]> = (0..spec.layers).map(|_| Default::default()).collect();
        for (&(index, projection), lora) in &adapter.loras {
            let (rows, columns) = projection.shape(spec);
            let (outputs, inputs) = (lora.b.len() / lora.rank.max(1), lora.a.len() / lora.rank.max(1));
            let misfit = || {
                LlmError::Adapter(format!(
                    "{} of layer {index} is [{outputs}, {inputs}], and the model's is [{rows}, {columns}] in {} layers",
                    projection.name(),
                    spec.layers
                ))
            };
            let slot = layers.get_mut(index).and_then(|layer| layer.get_mut(projection as usize)).ok_or_else(misfit)?;
            if (outputs, inputs) != (rows, columns) {
                return Err(misfit());
            }
            let woven = spec.rope_pairing == RopePairing::Adjacent && projection.rotated_heads(spec).is_some();
            let b = if woven { weave_rows(&lora.b, spec.head_dim, lora.rank) } else { lora.b.clone() };
            let scale = adapter.scale(index, projection);
            let low_rank = LowRank::new(lora.a.clone(), &b, lora.rank, scale).ok_or_else(misfit)?;
            *slot = Some(Slot { low_rank, sent: OnceLock::new() });
        }
        Ok(Self { hash: adapter.hash(), model, layers, watch: None })
    }

    /// One that adds nothing to the model whose fingerprint is `model`, and tells `watch` what its maps are multiplied with.
    pub(in crate::llm) fn watching(watch: Arc<Watch>, spec: &ArchSpec, model: [u8; 32]) -> Self {
        Self { hash: [0; 32], model, layers: (0..spec.layers).map(|_| Default::default()).collect(), watch: Some(watch) }
    }

    /// Who looks on.
    pub(in crate::llm) fn watch(&self) -> Option<&Watch> {
        self.watch.as_deref()
    }

    /// Tells it from other adapters, factors included.
    pub fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// The model it was made ready for.
    pub(in crate::llm) fn model(&self) -> &[u8; 32] {
        &self.model
    }

    /// Its addition to one map.
    pub(in crate::llm) fn addition(&self, layer: usize, projection: Projection) -> Option<&LowRank> {
        self.slot(layer, projection).map(|slot| &slot.low_rank)
    }

    /// The same as tensors on `device`: `[inputs, rank]` and `[rank, outputs]`, to be multiplied one after the other.
    pub(in crate::llm) fn tensors(
        &self,
        layer: usize,
        projection: Projection,
        device: &Device,
    ) -> candle_core::Result<Option<[Tensor; 2]>> {
        let Some(slot) = self.slot(layer, projection) else { return Ok(None) };
        match slot.sent.get() {
            Some(sent) if sent[0].device().same_device(device) => Ok(Some(sent.clone())),
            _ => {
                let low_rank = &slot.low_rank;
                let a = Tensor::from_slice(low_rank.a(), (low_rank.rank(), low_rank.inputs()), device)?.t()?.contiguous()?;
                let b = Tensor::from_slice(low_rank.b(), (low_rank.rank(), low_rank.outputs()), device)?;
                // Where another device has them already, that keeps its own.
                let _ = slot.sent.set([a.clone(), b.clone()]);
                Ok(Some([a, b]))
            }
        }
    }

    fn slot(&self, layer: usize, projection: Projection) -> Option<&Slot> {
        self.layers.get(layer)?.get(projection as usize)?.as_ref()
    }
}

/// Rows of `columns` values in Hugging Face's order, as GGUF keeps the rows of Llama's q and k: halves of each head woven into pairs.
pub fn weave_rows(matrix: &[f32], head_dim: usize, columns: usize) -> Vec<f32> {
    let rows = matrix.len() / columns.max(1);
    (0..rows).flat_map(|row| row_of(matrix, unwoven(row, head_dim), columns)).copied().collect()
}

/// The reverse of [`weave_rows`].
pub fn unweave_rows(matrix: &[f32], head_dim: usize, columns: usize) -> Vec<f32> {
    let mut out = vec![0.0; matrix.len()];
    for (row, values) in matrix.chunks_exact(columns.max(1)).enumerate() {
        let to = unwoven(row, head_dim) * columns;
        if let Some(place) = out.get_mut(to..to + columns) {
            place.copy_from_slice(values);
        }
    }
    out
}

fn row_of(matrix: &[f32], row: usize, columns: usize) -> &[f32] {
    matrix.get(row * columns..(row + 1) * columns).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weaving_is_undone() {
        let matrix: Vec<f32> = (0..16).map(|value| value as f32).collect();
        let woven = weave_rows(&matrix, 4, 2);
        assert_eq!(woven, [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15].map(|value| value as f32));
        assert_eq!(unweave_rows(&woven, 4, 2), matrix);
    }
}
