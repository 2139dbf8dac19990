//! The gated activation over tensors: `activation(gate) * up`.

use candle_core::{Result, Tensor};

use crate::compute::Activation;

/// `2 * sqrt(2 / pi)` and the cube's share in GELU's formula.
const GELU: [f64; 2] = [1.595_769_121_605_731, 0.044_715];

/// `1 / (1 + exp(-x))`
fn sigmoid(x: &Tensor) -> Result<Tensor> {
    x.neg()?.exp()?.affine(1.0, 1.0)?.recip()
}

/// `activation(gate) * up`, `[tokens, feed_forward]`.
pub fn forward(activation: Activation, gate: &Tensor, up: &Tensor) -> Result<Tensor> {
    match activation {
        Activation::Silu => gate.silu()? * up,
        Activation::GeluTanh => gate.gelu()? * up,
    }
}

/// Gradients of `gate` and `up`, where `dy` is the output's. Both activations are `gate * s` with `s = sigmoid(u)`: `dup = dy * gate * s`, and
/// `dgate = dy * up * s * (1 + gate * (1 - s) * u')`.
pub fn backward(activation: Activation, gate: &Tensor, up: &Tensor, dy: &Tensor) -> Result<(Tensor, Tensor)> {
    let [twice_root, cube] = GELU;
    let (s, inner) = match activation {
        Activation::Silu => (sigmoid(gate)?, None),
        Activation::GeluTanh => {
            let square = gate.sqr()?;
            let u = (gate * square.affine(cube * twice_root, twice_root)?)?;
            (sigmoid(&u)?, Some(square.affine(3.0 * cube * twice_root, twice_root)?))
        }
    };
    let activated = (gate * &s)?;
    let dup = (dy * &activated)?;
    let mut bend = (activated * s.affine(-1.0, 1.0)?)?;
    if let Some(inner) = inner {
        bend = (bend * inner)?;
    }
    let dgate = ((dy * up)? * (s + bend)?)?;
    Ok((dgate, dup))
}
