//! A frozen matrix: on the device in the layout of the model's file, dense only while it is worked with.

use std::borrow::Cow;

use candle_core::quantized::{GgmlDType, QStorage, QTensor};
use candle_core::{DType, Device, Result, Tensor};

use super::compute::Compute;
use crate::compute::{self, BlockType, Matrix};

/// A frozen matrix `[rows, columns]`.
#[derive(Debug)]
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
    let shape = (matrix.rows, matrix.columns);
    let Some(blocks) = blocks(matrix.block) else {
        let mut values = vec![0.0; matrix.rows * matrix.columns];
        compute::dequantize(matrix.block, matrix.bytes, &mut values);
        let own = match matrix.block {
            BlockType::F16 => DType::F16,
            BlockType::BF16 => DType::BF16,
            _ => DType::F32,
        };
        // They came from that type: nothing is lost.
        let floats = Tensor::from_vec(values, shape, &Device::Cpu)?.to_dtype(own)?;
        return Ok(Stored::Floats(floats.to_device(&compute.device)?));
    };
    // A block begins with 16-bit or 32-bit numbers; a file may place them anywhere.
    let aligned = (matrix.bytes.as_ptr() as usize).is_multiple_of(align_of::<u64>());
    let bytes = if aligned { Cow::Borrowed(matrix.bytes) } else { Cow::Owned(matrix.bytes.to_vec()) };
    let storage = QStorage::from_data(bytes, &compute.device, blocks)?;
    Ok(Stored::Blocks(QTensor::new(storage, shape)?))
}

/// candle's name of a type of blocks; `None` for floats.
fn blocks(block: BlockType) -> Option<GgmlDType> {
    Some(match block {
        BlockType::F32 | BlockType::F16 | BlockType::BF16 => return None,
        BlockType::Q4_0 => GgmlDType::Q4_0,
        BlockType::Q4_1 => GgmlDType::Q4_1,
        BlockType::Q5_0 => GgmlDType::Q5_0,
        BlockType::Q5_1 => GgmlDType::Q5_1,
        BlockType::Q8_0 => GgmlDType::Q8_0,
        BlockType::Q2K => GgmlDType::Q2K,
        BlockType::Q3K => GgmlDType::Q3K,
        BlockType::Q4K => GgmlDType::Q4K,
        BlockType::Q5K => GgmlDType::Q5K,
        BlockType::Q6K => GgmlDType::Q6K,
    })
}
