//! RMSNorm over tensors, and its derivative.

use candle_core::{D, Result, Tensor};

use super::gradients::Sink;
use crate::train::parameters::Vector;

/// `x / rms(x) * weight` for every row of `x: [tokens, width]`; also the inverse of each row's root mean square, `[tokens, 1]`.
pub fn forward(x: &Tensor, weight: &Tensor, eps: f32) -> Result<(Tensor, Tensor)> {
    let inverse = x.sqr()?.mean_keepdim(D::Minus1)?.affine(1.0, f64::from(eps))?.sqrt()?.recip()?; // [tokens, 1]
    Ok((apply(x, weight, &inverse)?, inverse))
}

/// The output again, from what [`forward`] kept.
pub fn apply(x: &Tensor, weight: &Tensor, inverse: &Tensor) -> Result<Tensor> {
    x.broadcast_mul(inverse)?.broadcast_mul(weight)
}

/// The gradient of the input: with `n = x * inverse`, it is `inverse * (dn - n * mean(dn * n))`. Hands on that of the weight.
pub fn backward(sink: &mut Sink<'_>, vector: &Vector<'_>, weight: &Tensor, x: &Tensor, inverse: &Tensor, dy: &Tensor) -> Result<Tensor> {
    let normed = x.broadcast_mul(inverse)?; // [tokens, width]
    if let Vector::Trained(id) = vector {
        sink.add(*id, (&normed * dy)?.sum(0)?)?;
    }
    let dnormed = dy.broadcast_mul(weight)?;
    let mean = (&dnormed * &normed)?.mean_keepdim(D::Minus1)?; // [tokens, 1]
    (dnormed - normed.broadcast_mul(&mean)?)?.broadcast_mul(inverse)
}
