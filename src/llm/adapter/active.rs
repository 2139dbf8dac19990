//! An adapter made ready for one model: sizes checked, rows in the model's order, factors multiplied in.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use candle_core::{Device, Tensor};

use super::super::LlmError;
use super::super::arch::{ArchSpec, RopePairing};
use super::super::names::{Fused, Projection, unwoven};
use super::super::weights::{Weight, Weights};
use super::active_ends::ActiveEnds;
use super::files::Adapter;
use super::parts::Lora;
use super::watch::Watch;
use crate::compute::LowRank;

/// What becomes of the output of one map: `gain * (out + x a b) + shift`, before the map's bias.
#[derive(Debug, Default)]
pub(in crate::llm) struct Slot {
    /// What is added, where something is.
    pub low_rank: Option<LowRank>,
    /// `[outputs]`
    pub gain: Option<Vec<f32>>,
    /// `[outputs]`
    pub shift: Option<Vec<f32>>,
    /// The same on the device of the portable road; sent when first wanted.
    sent: OnceLock<SlotTensors>,
}

/// What a [`Slot`] holds, on a device.
#[derive(Debug, Clone)]
pub(in crate::llm) struct SlotTensors {
    /// `[inputs, rank]` and `[rank, outputs]`, to be multiplied one after the other.
    pub low_rank: Option<[Tensor; 2]>,
    /// `[outputs]`
    pub gain: Option<Tensor>,
    /// `[outputs]`
    pub shift: Option<Tensor>,
}

impl SlotTensors {
    fn send(slot: &Slot, device: &Device) -> candle_core::Result<Self> {
        let vector = |values: &Option<Vec<f32>>| values.as_ref().map(|values| Tensor::from_slice(values, values.len(), device)).transpose();
        let low_rank = match &slot.low_rank {
            Some(low_rank) => Some([
                Tensor::from_slice(low_rank.a(), (low_rank.rank(), low_rank.inputs()), device)?.t()?.contiguous()?,
                Tensor::from_slice(low_rank.b(), (low_rank.rank(), low_rank.outputs()), device)?,
            ]),
            None => None,
        };
        Ok(Self { low_rank, gain: vector(&slot.gain)?, shift: vector(&slot.shift)? })
    }
}

/// An adapter that sessions of one model can carry.
#[derive(Debug)]
pub struct ActiveAdapter {
    hash: [u8; 32],
    model: [u8; 32],
    /// `[layers][projections]`
    layers: Vec<[Option<Slot>; Projection::ALL.len()]>,
    ends: ActiveEnds,
    /// It adds nothing, and looks on.
    watch: Option<Arc<Watch>>,
}

impl ActiveAdapter {
    /// Makes `adapter` ready for a model of this shape and these weights, whose fingerprint is `model`.
    pub(in crate::llm) fn of(adapter: &Adapter, spec: &ArchSpec, weights: &Weights, model: [u8; 32]) -> Result<Self, LlmError> {
        let mut layers: Vec<[Option<Slot>; Projection::ALL.len()]> = (0..spec.layers).map(|_| Default::default()).collect();
        let foreign = adapter.loras.keys().map(|(_, projection)| *projection).find(|p| spec.family.fuses() && Fused::of(*p).is_some());
        let within = |key: &&(usize, Projection)| {
            let absent = spec.experts_of(key.0).is_some() && matches!(key.1, Projection::Gate | Projection::Up | Projection::Down);
            absent || key.1 == Projection::Gate && !spec.family.has_gate()
        };
        let foreign = foreign.or(adapter.loras.keys().chain(adapter.changes.keys()).find(within).map(|(_, projection)| *projection));
        let foreign = foreign.map(Projection::name).or(adapter.fused.keys().map(|(_, fused)| fused.name()).find(|_| !spec.family.fuses()));
        if let Some(name) = foreign {
            return Err(LlmError::Adapter(format!("it adds to {name}, and the model has no such map")));
        }
        let mut put = |index: usize, projection: Projection, path: &str, lora: &Lora, rows: Range<usize>| {
            let columns = lora.a.len() / lora.rank.max(1);
            let (outputs, inputs) = projection.shape(spec);
            let misfit = || {
                LlmError::Adapter(format!(
                    "{} of layer {index} is [{}, {columns}], and the model's is [{outputs}, {inputs}] in {} layers",
                    projection.name(),
                    rows.len(),
                    spec.layers
                ))
            };
            let slot = layers.get_mut(index).and_then(|layer| layer.get_mut(projection as usize)).ok_or_else(misfit)?;
            let b = lora.b.get(rows.start * lora.rank..rows.end * lora.rank).ok_or_else(misfit)?;
            if (rows.len(), columns) != (outputs, inputs) {
                return Err(misfit());
            }
            let woven = spec.rope_pairing == RopePairing::Adjacent && projection.rotated_heads(spec).is_some();
            let b = if woven { Cow::Owned(weave_rows(b, spec.head_dim, lora.rank)) } else { Cow::Borrowed(b) };
            let scale = adapter.scale(index, path, lora);
            let low_rank = LowRank::new(lora.a.clone(), &b, lora.rank, scale).ok_or_else(misfit)?;
            *slot = Some(Slot { low_rank: Some(low_rank), ..Slot::default() });
            Ok(())
        };
        for (&(index, projection), lora) in &adapter.loras {
            put(index, projection, projection.path(), lora, 0..lora.b.len() / lora.rank.max(1))?;
        }
        for (&(index, fused), lora) in &adapter.fused {
            if (lora.b.len(), lora.a.len()) != (fused.shape(spec).0 * lora.rank, fused.shape(spec).1 * lora.rank) {
                return Err(LlmError::Adapter(format!("{} of layer {index} has another shape than the model's", fused.name())));
            }
            for &part in fused.parts() {
                let first = fused.first_row(spec, part);
                put(index, part, fused.path(), lora, first..first + part.shape(spec).0)?;
            }
        }
        for (&(index, projection), change) in &adapter.changes {
            let place = layers.get_mut(index).and_then(|layer| layer.get_mut(projection as usize)).zip(weights.layers.get(index));
            let lora = adapter.loras.get(&(index, projection));
            let scale = lora.map_or(0.0, |lora| adapter.scale(index, projection.path(), lora));
            let misfit = || LlmError::Adapter(format!("{} of layer {index} has another shape than the model's", projection.name()));
            let (slot, layer) = place.ok_or_else(misfit)?;
            let woven = spec.rope_pairing == RopePairing::Adjacent && projection.rotated_heads(spec).is_some();
            let in_order = |values: &Vec<f32>| if woven { weave_rows(values, spec.head_dim, 1) } else { values.clone() };
            let fits = |values: &Vec<f32>| values.len() == projection.shape(spec).0;
            if ![&change.magnitude, &change.lora_bias, &change.bias].into_iter().flatten().all(fits) {
                return Err(misfit());
            }
            let slot = slot.get_or_insert_default();
            if let Some(magnitude) = &change.magnitude {
                slot.gain = Some(gains(&in_order(magnitude), layer.projection(projection), slot.low_rank.as_ref()));
            }
            let mut shift = vec![0.0; projection.shape(spec).0];
            if let Some(bias) = &change.lora_bias {
                shift.iter_mut().zip(in_order(bias)).for_each(|(shift, bias)| *shift += scale * bias);
            }
            if let Some(bias) = &change.bias {
                // The base's own bias is added whatever the adapter says.
                let Some(own) = layer.bias(projection) else {
                    return Err(LlmError::Adapter(format!("{} of layer {index} has a bias, and the model's has none", projection.name())));
                };
                shift.iter_mut().zip(in_order(bias)).zip(own).for_each(|((shift, bias), own)| *shift += bias - own);
            }
            slot.shift = Some(shift).filter(|shift| shift.iter().any(|value| *value != 0.0));
        }
        Ok(Self { hash: adapter.hash(), model, layers, ends: ActiveEnds::of(adapter, weights)?, watch: None })
    }

    /// One that adds nothing to the model whose fingerprint is `model`, and tells `watch` what its maps are multiplied with.
    pub(in crate::llm) fn watching(watch: Arc<Watch>, spec: &ArchSpec, model: [u8; 32]) -> Self {
        Self {
            hash: [0; 32],
            model,
            layers: (0..spec.layers).map(|_| Default::default()).collect(),
            ends: ActiveEnds::default(),
            watch: Some(watch),
        }
    }

    /// Who looks on.
    pub(in crate::llm) fn watch(&self) -> Option<&Watch> {
        self.watch.as_deref()
    }

    /// The embedding and the head, where it changes them.
    pub(in crate::llm) fn ends(&self) -> &ActiveEnds {
        &self.ends
    }

    /// Tells it from other adapters, factors included.
    pub fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// The model it was made ready for.
    pub(in crate::llm) fn model(&self) -> &[u8; 32] {
        &self.model
    }

    /// The same as tensors on `device`.
    pub(in crate::llm) fn tensors(
        &self,
        layer: usize,
        projection: Projection,
        device: &Device,
    ) -> candle_core::Result<Option<SlotTensors>> {
        let Some(slot) = self.slot(layer, projection) else { return Ok(None) };
        let is_there = |sent: &&SlotTensors| {
            let any = sent.low_rank.as_ref().map(|[a, _]| a).or(sent.gain.as_ref()).or(sent.shift.as_ref());
            any.is_none_or(|tensor| tensor.device().same_device(device))
        };
        match slot.sent.get().filter(is_there) {
            Some(sent) => Ok(Some(sent.clone())),
            None => {
                let sent = SlotTensors::send(slot, device)?;
                // Where another device has them already, that keeps its own.
                let _ = slot.sent.set(sent.clone());
                Ok(Some(sent))
            }
        }
    }

    /// What it does to the output of one map.
    pub(in crate::llm) fn slot(&self, layer: usize, projection: Projection) -> Option<&Slot> {
        self.layers.get(layer)?.get(projection as usize)?.as_ref()
    }
}

/// DoRA's factor of each output: `magnitude` by the length of the row of `base + a b`.
fn gains(magnitude: &[f32], base: &Weight, low_rank: Option<&LowRank>) -> Vec<f32> {
    let mut row = vec![0.0; base.columns];
    let gain = |(output, magnitude): (usize, &f32)| {
        base.rows_f32(output..output + 1, &mut row);
        if let Some(low_rank) = low_rank {
            for (rank, a) in low_rank.a().chunks_exact(low_rank.inputs()).enumerate() {
                let b = low_rank.b().get(rank * low_rank.outputs() + output).copied().unwrap_or(0.0);
                row.iter_mut().zip(a).for_each(|(row, a)| *row += a * b);
            }
        }
        let squares: f64 = row.iter().map(|&value| f64::from(value) * f64::from(value)).sum();
        (f64::from(*magnitude) / squares.sqrt()) as f32
    };
    magnitude.iter().enumerate().map(gain).collect()
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
