//! The angles of a pass's positions.

use std::cell::OnceCell;

use candle_core::{Device, Result, Tensor};

/// Cosines and sines for one forward pass, each `[tokens, rope_dim / 2]`.
#[derive(Debug, Clone)]
pub struct RopeTables {
    pub(super) cos: Vec<f32>,
    pub(super) sin: Vec<f32>,
    pub(super) half: usize,
    pub(super) adjacent: bool,
    /// The same on the device of the portable road, `[tokens, 1, half]` each; sent when first wanted.
    sent: OnceCell<[Tensor; 2]>,
}

impl RopeTables {
    /// Of `cos` and `sin`, rows of `half` each; `adjacent` says how pairs stand.
    pub fn new(cos: Vec<f32>, sin: Vec<f32>, half: usize, adjacent: bool) -> Self {
        Self { cos, sin, half, adjacent, sent: OnceCell::new() }
    }

    /// Both on `device`. A pass has one device besides the processor's kernels.
    pub(super) fn on(&self, device: &Device) -> Result<&[Tensor; 2]> {
        if let Some(sent) = self.sent.get() {
            return Ok(sent);
        }
        let shape = (self.cos.len() / self.half.max(1), 1, self.half);
        let both = [Tensor::from_slice(&self.cos, shape, device)?, Tensor::from_slice(&self.sin, shape, device)?];
        Ok(self.sent.get_or_init(|| both))
    }
}
