//! From a card: copies go to memory that the driver has pinned, on a stream of their own. NOT RUN so far: there was no card.

use std::sync::{Arc, Mutex, PoisonError};

use candle_core::cuda_backend::WrapErr;
use candle_core::cuda_backend::cudarc::driver::{CudaEvent, CudaStream, PinnedHostSlice};
use candle_core::{DType, Device, Result, Storage, Tensor};

/// A stream for copies, and pinned memory that nobody uses at the moment.
#[derive(Debug)]
pub(super) struct Line {
    computing: Arc<CudaStream>,
    copying: Arc<CudaStream>,
    free: Mutex<Vec<PinnedHostSlice<f32>>>,
}

/// A copy on its way.
#[derive(Debug)]
pub struct Going {
    /// Kept until the copy is there: its memory must not be given to another tensor before.
    _tensor: Tensor,
    pinned: PinnedHostSlice<f32>,
    length: usize,
    done: CudaEvent,
}

impl Line {
    /// Beside the stream on which `device` computes.
    pub(super) fn new(device: &Device) -> Result<Self> {
        let computing = device.as_cuda_device()?.cuda_stream();
        let copying = computing.context().new_stream().w()?;
        Ok(Self { computing, copying, free: Mutex::default() })
    }

    /// Begins to copy `tensor` once all that was asked of the device so far is done.
    pub(super) fn begin(&self, tensor: Tensor) -> Result<Going> {
        let tensor = tensor.to_dtype(DType::F32)?.contiguous()?;
        let length = tensor.elem_count();
        let mut pinned = self.pinned(length)?;
        self.copying.join(&self.computing).w()?;
        {
            let (storage, layout) = tensor.storage_and_layout();
            let Storage::Cuda(storage) = &*storage else { candle_core::bail!("a tensor is not on the card") };
            let start = layout.start_offset();
            let view = storage.as_cuda_slice::<f32>()?.slice(start..start + length);
            self.copying.memcpy_dtoh(&view, &mut pinned).w()?;
        }
        let done = self.copying.record_event(None).w()?;
        Ok(Going { _tensor: tensor, pinned, length, done })
    }

    /// Waits until the copy is there.
    pub(super) fn arrive(&self, going: Going) -> Result<Vec<f32>> {
        let Going { _tensor, pinned, length, done } = going;
        done.synchronize().w()?;
        let values = pinned.as_slice().w()?.get(..length).unwrap_or_default().to_vec();
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(pinned);
        Ok(values)
    }

    /// Pinned memory of at least `length` numbers: to pin some takes longer than to fill it, so it is used again.
    fn pinned(&self, length: usize) -> Result<PinnedHostSlice<f32>> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |pinned: &PinnedHostSlice<f32>| pinned.len() >= length && pinned.len() / 2 <= length.max(1024);
        if let Some(index) = free.iter().position(fits) {
            return Ok(free.swap_remove(index));
        }
        // SAFETY: what stands in it is undefined until the copy has arrived, and only `arrive` reads it, behind the copy's event. Without
        // flags it is cached memory, which the processor reads fast.
        unsafe { self.computing.context().alloc_pinned_with_flags::<f32>(length, 0) }.w()
    }
}
