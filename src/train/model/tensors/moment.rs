//! What the optimizer remembers, on the device.

use candle_core::{DType, Result, Tensor};

use super::compute::{Compute, download};
use crate::train::optimizer::Moment;
use crate::train::optimizer::dynamic::{BLOCK, DynamicMap};

/// A moment of a parameter.
#[derive(Debug, Clone)]
pub enum DeviceMoment {
    /// f32.
    Floats(Tensor),
    /// A byte each, and a scale for every [`BLOCK`] of them.
    Bytes {
        /// `[blocks, BLOCK]`, u8; the last block is filled up.
        codes: Tensor,
        /// `[blocks]`, f32.
        scales: Tensor,
        /// How many numbers they are.
        length: usize,
    },
}

impl DeviceMoment {
    /// Sends one; numbers as they are get `shape`.
    pub fn send(compute: &Compute, moment: &Moment, shape: &[usize]) -> Result<Self> {
        match moment {
            Moment::Floats(values) => Ok(Self::Floats(compute.upload(values, shape)?)),
            Moment::Bytes { codes, scales } => {
                let mut filled = codes.clone();
                filled.resize(scales.len() * BLOCK, 0);
                let codes = Tensor::from_vec(filled, (scales.len(), BLOCK), &compute.device)?;
                Ok(Self::Bytes { codes, scales: compute.upload(scales, &[scales.len()])?, length: moment.len() })
            }
        }
    }

    /// Brings it to host memory.
    pub fn fetch(&self) -> Result<Moment> {
        Ok(match self {
            Self::Floats(values) => Moment::Floats(download(values)?),
            Self::Bytes { codes, scales, length } => {
                let mut codes = codes.flatten_all()?.to_vec1::<u8>()?;
                codes.truncate(*length);
                Moment::Bytes { codes, scales: scales.to_vec1()? }
            }
        })
    }

    /// Its numbers, in `shape` where they are as many.
    pub fn floats(&self, map: &DynamicMap, shape: &[usize]) -> Result<Tensor> {
        match self {
            Self::Floats(values) => Ok(values.clone()),
            Self::Bytes { codes, scales, length } => {
                let shares = Tensor::from_slice(&map.values, map.values.len(), codes.device())?;
                // As u32: candle takes the largest number of an index's type, here 255, for "none" and gives 0.
                let shares = shares.index_select(&codes.flatten_all()?.to_dtype(DType::U32)?, 0)?.reshape(codes.shape())?;
                shares.broadcast_mul(&scales.unsqueeze(1)?)?.flatten_all()?.narrow(0, 0, *length)?.reshape(shape)
            }
        }
    }

    /// Other numbers in its form.
    pub fn replaced(&self, map: &DynamicMap, values: Tensor) -> Result<Self> {
        let Self::Bytes { codes, scales, length } = self else { return Ok(Self::Floats(values)) };
        let values = values.flatten_all()?.pad_with_zeros(0, 0, codes.elem_count() - length)?.reshape(codes.shape())?;
        let scales = values.abs()?.max(1)?.reshape(scales.shape())?;
        let divisor = (&scales + scales.eq(0f32)?.to_dtype(DType::F32)?)?.unsqueeze(1)?;
        let shares = values.broadcast_div(&divisor)?.flatten_all()?;
        // How many middles lie below: eight halvings.
        let middles = Tensor::from_slice(&map.middles, map.middles.len(), values.device())?;
        let mut below = shares.zeros_like()?;
        for step in [128u32, 64, 32, 16, 8, 4, 2, 1].map(f64::from) {
            let probe = middles.index_select(&below.affine(1.0, step - 1.0)?.to_dtype(DType::U32)?, 0)?;
            below = (below + probe.lt(&shares)?.to_dtype(DType::F32)?.affine(step, 0.0)?)?;
        }
        Ok(Self::Bytes { codes: below.to_dtype(DType::U8)?.reshape(codes.shape())?, scales, length: *length })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::optimizer::dynamic::{SIGNED, UNSIGNED};

    #[test]
    fn bytes_are_those_of_host_memory() {
        let compute = Compute::portable();
        // Of every size, some zeros, one block of nothing else, a short one at the end.
        let number = |i: usize| {
            let size = 10f32.powi(-((i * 7 % 9) as i32)) * ((i * 37 % 101) as f32 / 101.0);
            if (BLOCK..2 * BLOCK).contains(&i) { 0.0 } else { size * if i.is_multiple_of(3) { -1.0 } else { 1.0 } }
        };
        let values: Vec<f32> = (0..3 * BLOCK + 17).map(number).collect();
        for (map, values) in [(&SIGNED, values.clone()), (&UNSIGNED, values.iter().map(|x| x.abs()).collect::<Vec<_>>())] {
            let mut host = Moment::zeros(values.len(), true);
            let Moment::Bytes { codes, scales } = &mut host else { panic!("f32") };
            for ((values, codes), scale) in values.chunks(BLOCK).zip(codes.chunks_mut(BLOCK)).zip(scales) {
                *scale = map.encode(values, codes);
            }
            let zeros = DeviceMoment::send(&compute, &Moment::zeros(values.len(), true), &[values.len()]).unwrap();
            let there = zeros.replaced(map, compute.upload(&values, &[values.len()]).unwrap()).unwrap();
            assert_eq!(there.fetch().unwrap(), host);
            assert_eq!(download(&there.floats(map, &[values.len()]).unwrap()).unwrap(), host.floats(map));
            let back = DeviceMoment::send(&compute, &host, &[values.len()]).unwrap();
            assert_eq!(back.fetch().unwrap(), host);
        }
    }
}
