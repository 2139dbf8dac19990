//! Rotary embedding over tensors. Its derivative turns back.

use candle_core::{Result, Tensor};

use super::compute::Compute;
use crate::llm::arch::RopePairing;
use crate::train::model::rope::Rotation;

/// Cosines and sines of the positions of a batch on the device, `[tokens, 1, half]` each.
#[derive(Debug, Clone)]
pub struct Turn {
    cos: Tensor,
    sin: Tensor,
    half: usize,
    pairing: RopePairing,
}

impl Turn {
    /// As `rotation` turns.
    pub fn new(compute: &Compute, rotation: &Rotation) -> Result<Self> {
        let half = rotation.half;
        let shape = [rotation.cos.len() / half.max(1), 1, half];
        let (cos, sin) = (compute.upload(&rotation.cos, &shape)?, compute.upload(&rotation.sin, &shape)?);
        Ok(Self { cos, sin, half, pairing: rotation.pairing })
    }

    /// The turn back.
    pub fn inverse(&self) -> Result<Self> {
        Ok(Self { sin: self.sin.neg()?, ..self.clone() })
    }

    /// Turns every head of `x: [tokens, heads * head_dim]`.
    pub fn apply(&self, x: &Tensor, heads: usize, head_dim: usize) -> Result<Tensor> {
        let (tokens, width) = x.dims2()?;
        let x = x.reshape((tokens, heads, head_dim))?;
        let half = self.half;
        let (first, second) = match self.pairing {
            RopePairing::Halves => (x.narrow(2, 0, half)?, x.narrow(2, half, half)?),
            RopePairing::Adjacent => {
                let pairs = x.narrow(2, 0, 2 * half)?.contiguous()?.reshape((tokens, heads, half, 2))?;
                (pairs.narrow(3, 0, 1)?.squeeze(3)?, pairs.narrow(3, 1, 1)?.squeeze(3)?)
            }
        }; // [tokens, heads, half]
        let a = (first.broadcast_mul(&self.cos)? - second.broadcast_mul(&self.sin)?)?;
        let b = (first.broadcast_mul(&self.sin)? + second.broadcast_mul(&self.cos)?)?;
        let turned = match self.pairing {
            RopePairing::Halves => Tensor::cat(&[&a, &b], 2)?,
            RopePairing::Adjacent => Tensor::stack(&[&a, &b], 3)?.reshape((tokens, heads, 2 * half))?,
        };
        let turned = match head_dim - 2 * half {
            0 => turned,
            rest => Tensor::cat(&[&turned, &x.narrow(2, 2 * half, rest)?], 2)?,
        };
        turned.reshape((tokens, width))
    }
}
