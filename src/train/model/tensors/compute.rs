//! The device that computes, and the type in which it multiplies matrices.

use candle_core::{DType, Device, Result, Tensor};

use crate::train::TrainError;

/// A device, and the type of its products. Only the thread that made it may work with it and its tensors: in candle every thread has a
/// stream of its own on a card, and nothing orders one after the other.
#[derive(Debug, Clone)]
pub struct Compute {
    /// Where tensors lie.
    pub device: Device,
    /// What matrices are multiplied in; f32, or bf16 with sums in f32.
    pub dtype: DType,
}

impl Compute {
    /// candle's own operations on the processor, in f32: the road of a card, without one.
    pub fn portable() -> Self {
        Self { device: Device::Cpu, dtype: DType::F32 }
    }

    /// The first card.
    ///
    /// # Errors
    /// Where this program was built without CUDA, or no card answers.
    pub fn cuda(bf16: bool) -> std::result::Result<Self, TrainError> {
        let device = cuda_device().map_err(|reason| TrainError::NoCard { reason })?;
        Ok(Self { device, dtype: if bf16 { DType::BF16 } else { DType::F32 } })
    }

    /// `x y` for matrices, or stacks of them, of any float type; as f32.
    pub fn product(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        x.to_dtype(self.dtype)?.matmul(&y.to_dtype(self.dtype)?)?.to_dtype(DType::F32)
    }

    /// `values` on the device, as f32.
    pub fn upload(&self, values: &[f32], shape: &[usize]) -> Result<Tensor> {
        Tensor::from_slice(values, shape, &self.device)
    }

    /// `values` on the device, in the type of products.
    pub fn upload_matrix(&self, values: &[f32], shape: &[usize]) -> Result<Tensor> {
        self.upload(values, shape)?.to_dtype(self.dtype)
    }

    /// Numbers of tokens or rows on the device.
    pub fn indices(&self, values: &[u32]) -> Result<Tensor> {
        Tensor::from_slice(values, values.len(), &self.device)
    }
}

/// A copy of a tensor's values in host memory, row by row.
pub fn download(tensor: &Tensor) -> Result<Vec<f32>> {
    tensor.flatten_all()?.to_dtype(DType::F32)?.to_vec1()
}

#[cfg(feature = "cuda")]
fn cuda_device() -> std::result::Result<Device, String> {
    crate::llm::cuda::works().map_err(|error| error.to_string())?;
    Device::new_cuda(0).map_err(|error| error.to_string())
}

#[cfg(not(feature = "cuda"))]
fn cuda_device() -> std::result::Result<Device, String> {
    Err("this program was built without CUDA".into())
}

/// Bytes that are free on the first card; `None` where there is none, or this program cannot reach it.
#[cfg(feature = "cuda")]
pub fn free_card_memory() -> Option<u64> {
    let device = cuda_device().ok()?;
    let (free, _) = device.as_cuda_device().ok()?.cuda_stream().context().mem_get_info().ok()?;
    Some(free as u64)
}

/// Bytes that are free on the first card; `None` where there is none, or this program cannot reach it.
#[cfg(not(feature = "cuda"))]
pub fn free_card_memory() -> Option<u64> {
    None
}

impl From<candle_core::Error> for TrainError {
    fn from(error: candle_core::Error) -> Self {
        Self::Device { reason: error.to_string() }
    }
}
