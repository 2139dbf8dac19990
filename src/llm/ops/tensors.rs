//! Tensors on the processor read in place, and rows of tensors.

use candle_core::{CpuStorage, Layout, Result, Storage, Tensor};

/// The f32 values of a contiguous CPU tensor, read in place.
pub fn read_f32<T>(x: &Tensor, read: impl FnOnce(&[f32]) -> T) -> Result<T> {
    let x = x.contiguous()?;
    let (storage, layout) = x.storage_and_layout();
    match &*storage {
        Storage::Cpu(storage) => Ok(read(slice(storage, layout)?)),
        _ => candle_core::bail!("a tensor is not on the CPU"),
    }
}

/// Rows `rows` of `x`, in that order.
pub fn select(x: &Tensor, rows: &[u32]) -> Result<Tensor> {
    if rows.len() == x.dim(0)? && (0..).zip(rows).all(|(place, &row)| place == row) {
        return Ok(x.clone());
    }
    x.index_select(&Tensor::new(rows, x.device())?, 0)
}

/// The values of a contiguous f32 tensor's storage.
pub(super) fn slice<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let values = storage.as_slice::<f32>()?;
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&values[start..end]),
        None => candle_core::bail!("a tensor is not contiguous"),
    }
}
