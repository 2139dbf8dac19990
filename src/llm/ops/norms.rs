//! Norms before blocks, by our kernels.

use std::borrow::Cow;

use crate::compute::{self, Pool};

/// A norm before a block.
#[derive(Debug, Clone, Copy)]
pub struct Norm<'a> {
    /// `[hidden]`
    pub weights: &'a [f32],
    /// What is added behind it, where it takes the mean away. `[hidden]`
    pub bias: Option<&'a [f32]>,
    /// Is added to the variance.
    pub eps: f32,
}

impl<'a> Norm<'a> {
    /// Of `weights`, where there are some.
    pub fn of(weights: Option<&'a [f32]>, bias: Option<&'a [f32]>, eps: f32) -> Option<Self> {
        Some(Self { weights: weights?, bias, eps })
    }
}

/// `x` after a norm, where there is one.
pub(super) fn normed<'x>(pool: &Pool, x: &'x [f32], norm: Option<Norm<'_>>) -> Cow<'x, [f32]> {
    let Some(Norm { weights, bias, eps }) = norm else { return Cow::Borrowed(x) };
    let mut normed = vec![0.0; x.len()];
    match bias {
        Some(bias) => compute::elementwise::layer_norm(pool, x, weights, bias, eps, &mut normed),
        None => compute::rms_norm(pool, x, weights, eps, &mut normed),
    }
    Cow::Owned(normed)
}
