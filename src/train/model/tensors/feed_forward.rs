//! The gated activation over tensors: `silu(gate) * up`.

use candle_core::{Result, Tensor};

/// `1 / (1 + exp(-x))`
fn sigmoid(x: &Tensor) -> Result<Tensor> {
    x.neg()?.exp()?.affine(1.0, 1.0)?.recip()
}

/// `silu(gate) * up`, `[tokens, feed_forward]`.
pub fn forward(gate: &Tensor, up: &Tensor) -> Result<Tensor> {
    gate.silu()? * up
}

/// Gradients of `gate` and `up`, where `dy` is the output's: with `s = sigmoid(gate)`, `dgate = dy * up * s * (1 + gate * (1 - s))` and
/// `dup = dy * gate * s`.
pub fn backward(gate: &Tensor, up: &Tensor, dy: &Tensor) -> Result<(Tensor, Tensor)> {
    let s = sigmoid(gate)?;
    let activated = (gate * &s)?;
    let dup = (dy * &activated)?;
    // s * (1 + gate * (1 - s)) = s + activated * (1 - s)
    let slope = (&s + (activated * s.affine(-1.0, 1.0)?)?)?;
    let dgate = ((dy * up)? * slope)?;
    Ok((dgate, dup))
}
