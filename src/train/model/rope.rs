//! Rotary embedding (arXiv 2104.09864). Its derivative turns back.

use crate::compute;
use crate::llm::arch::RopePairing;

/// Cosines and sines of the positions of a batch, `[tokens, half]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Rotation {
    pub(super) cos: Vec<f32>,
    pub(super) sin: Vec<f32>,
    pub(super) half: usize,
    pub(super) pairing: RopePairing,
}

impl Rotation {
    /// For tokens at `positions`, with the angle a position adds to each pair, and what cosines and sines are multiplied by.
    pub fn new(positions: &[u32], frequencies: &[f64], magnitude: f32, pairing: RopePairing) -> Self {
        let magnitude = f64::from(magnitude);
        let angles = || positions.iter().flat_map(|&position| frequencies.iter().map(move |frequency| f64::from(position) * frequency));
        Self {
            cos: angles().map(|angle| (angle.cos() * magnitude) as f32).collect(),
            sin: angles().map(|angle| (angle.sin() * magnitude) as f32).collect(),
            half: frequencies.len(),
            pairing,
        }
    }

    /// The rotation back, multiplied as much: the derivative.
    pub fn inverse(&self) -> Self {
        Self { sin: self.sin.iter().map(|sin| -sin).collect(), ..self.clone() }
    }

    /// Turns every head of `x: [tokens, heads * head_dim]`.
    pub fn apply(&self, x: &mut [f32], heads: usize, head_dim: usize) {
        let rows = x.chunks_exact_mut((heads * head_dim).max(1));
        for ((row, cos), sin) in rows.zip(self.cos.chunks_exact(self.half)).zip(self.sin.chunks_exact(self.half)) {
            for head in row.chunks_exact_mut(head_dim) {
                let turned = head.get_mut(..2 * self.half).unwrap_or_default();
                match self.pairing {
                    RopePairing::Adjacent => compute::rope_adjacent(turned, cos, sin),
                    RopePairing::Halves => compute::rope_halves(turned, cos, sin),
                }
            }
        }
    }
}
