//! A frozen matrix: on the device in the layout of the model's file, dense only while it is worked with.

use candle_core::quantized::QTensor;
use candle_core::{DType, Device, Result, Tensor};

use super::compute::Compute;
use crate::compute::{self, BlockType, Matrix};
use crate::llm::resident::{candle_type, send_blocks};

/// A frozen matrix `[rows, columns]`.
#[derive(Debug)]
#[cfg_attr(feature = "metal", allow(clippy::large_enum_variant))] // one for each matrix of a model
pub enum Stored<'w> {
    /// Blocks of the file, on the device.
    Blocks(QTensor),
    /// Floats of the file's own type, on the device.
    Floats(Tensor),
    /// In the mapped file; sent to the device whenever it is wanted.
    Mapped(Matrix<'w>),
}

impl<'w> Stored<'w> {
    /// Sends a matrix to the device, as it is stored.
    pub fn resident(compute: &Compute, matrix: Matrix<'w>) -> Result<Self> {
        send(compute, matrix)
    }

    /// Leaves a matrix where it is.
    pub fn mapped(matrix: Matrix<'w>) -> Self {
        Self::Mapped(matrix)
    }

    /// `[rows, columns]`, in the type of products.
    pub fn dense(&self, compute: &Compute) -> Result<Tensor> {
        match self {
            Self::Blocks(blocks) => blocks.dequantize(&compute.device)?.to_dtype(compute.dtype),
            Self::Floats(floats) => floats.to_dtype(compute.dtype),
            Self::Mapped(matrix) => send(compute, *matrix)?.dense(compute),
        }
    }
}

fn send<'w>(compute: &Compute, matrix: Matrix<'w>) -> Result<Stored<'w>> {
    let Some(blocks) = candle_type(matrix.block) else {
        let mut values = vec![0.0; matrix.rows * matrix.columns];
        compute::dequantize(matrix.block, matrix.bytes, &mut values);
        let own = match matrix.block {
            BlockType::F16 => DType::F16,
            BlockType::BF16 => DType::BF16,
            _ => DType::F32,
        };
        // They came from that type: nothing is lost.
        let floats = Tensor::from_vec(values, (matrix.rows, matrix.columns), &Device::Cpu)?.to_dtype(own)?;
        return Ok(Stored::Floats(floats.to_device(&compute.device)?));
    };
    Ok(Stored::Blocks(send_blocks(matrix, blocks, &compute.device)?))
}
