//! The device that computes, and the type in which it multiplies matrices.

use candle_core::{DType, Device, Result, Tensor};

use crate::llm::LlmError;
use crate::llm::placement::open_card;
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
        let card = open_card().map_err(|error| match error {
            LlmError::NoCard { reason } => TrainError::NoCard { reason },
            other => TrainError::NoCard { reason: other.to_string() },
        })?;
        Ok(Self { device: card.device, dtype: if bf16 { DType::BF16 } else { DType::F32 } })
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

/// Bytes that are free on the first card; `None` where there is none, or this program cannot reach it.
pub fn free_card_memory() -> Option<u64> {
    open_card().ok().map(|card| card.free)
}

impl From<candle_core::Error> for TrainError {
    fn from(error: candle_core::Error) -> Self {
        Self::Device { reason: error.to_string() }
    }
}
