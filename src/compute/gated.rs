//! Gated activations of feed-forward parts: `activation(gate) * up`, and their derivatives.

use super::elementwise::{at_level, exp};
use super::{Level, Pool};

/// What a gate goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Activation {
    /// `x * sigmoid(x)`
    #[default]
    Silu,
    /// GELU (arXiv 1606.08415) by its tanh formula, PyTorch's `gelu(approximate="tanh")`: `x * sigmoid(2 u)` with
    /// `u = sqrt(2 / pi) * (x + 0.044715 x^3)`.
    GeluTanh,
}

/// Values that one thread takes at a time: exponentials are dear.
const BAND: usize = 2048;
/// `2 * sqrt(2 / pi)`
const TWICE_ROOT: f32 = 1.595_769_1;
/// The cube's share in GELU's formula.
const CUBE: f32 = 0.044_715;

/// `gate = activation(gate) * up`.
pub fn gate_mul(pool: &Pool, activation: Activation, gate: &mut [f32], up: &[f32]) {
    let level = Level::detect();
    pool.for_each(gate.chunks_mut(BAND).zip(up.chunks(BAND)), |(gate, up)| match activation {
        Activation::Silu => at_level!(level, silu_mul(gate: &mut [f32], up: &[f32])),
        Activation::GeluTanh => at_level!(level, gelu_mul(gate: &mut [f32], up: &[f32])),
    });
}

#[inline(always)]
fn silu_mul(gate: &mut [f32], up: &[f32]) {
    for (gate, up) in gate.iter_mut().zip(up) {
        *gate = *gate / (1.0 + exp(-*gate)) * up;
    }
}

#[inline(always)]
fn gelu_mul(gate: &mut [f32], up: &[f32]) {
    for (gate, up) in gate.iter_mut().zip(up) {
        let x = *gate;
        *gate = x / (1.0 + exp(-TWICE_ROOT * (x + CUBE * x * x * x))) * up;
    }
}

/// Turns `gate` and `up` into the gradients of [`gate_mul`] for them, where `dy` is the output's: with `a` the activation,
/// `dgate = dy * up * a'(gate)` and `dup = dy * a(gate)`.
pub fn gate_mul_backward(pool: &Pool, activation: Activation, gate: &mut [f32], up: &mut [f32], dy: &[f32]) {
    let level = Level::detect();
    let parts = gate.chunks_mut(BAND).zip(up.chunks_mut(BAND)).zip(dy.chunks(BAND));
    pool.for_each(parts, |((gate, up), dy)| match activation {
        Activation::Silu => at_level!(level, silu_mul_backward(gate: &mut [f32], up: &mut [f32], dy: &[f32])),
        Activation::GeluTanh => at_level!(level, gelu_mul_backward(gate: &mut [f32], up: &mut [f32], dy: &[f32])),
    });
}

#[inline(always)]
fn silu_mul_backward(gate: &mut [f32], up: &mut [f32], dy: &[f32]) {
    for ((gate, up), dy) in gate.iter_mut().zip(up).zip(dy) {
        let sigmoid = 1.0 / (1.0 + exp(-*gate));
        let (g, u) = (*gate, *up);
        *gate = dy * u * sigmoid * (1.0 + g * (1.0 - sigmoid));
        *up = dy * g * sigmoid;
    }
}

#[inline(always)]
fn gelu_mul_backward(gate: &mut [f32], up: &mut [f32], dy: &[f32]) {
    for ((gate, up), dy) in gate.iter_mut().zip(up).zip(dy) {
        let (g, u) = (*gate, *up);
        let sigmoid = 1.0 / (1.0 + exp(-TWICE_ROOT * (g + CUBE * g * g * g)));
        let inner = TWICE_ROOT * (1.0 + 3.0 * CUBE * g * g);
        *gate = dy * u * sigmoid * (1.0 + g * (1.0 - sigmoid) * inner);
        *up = dy * g * sigmoid;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(activation: Activation, x: f64) -> f64 {
        match activation {
            Activation::Silu => x / (1.0 + (-x).exp()),
            Activation::GeluTanh => 0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh()),
        }
    }

    #[test]
    fn gates_agree_with_their_formulas_and_with_their_slopes() {
        let pool = Pool::new(2);
        for activation in [Activation::Silu, Activation::GeluTanh] {
            for x in [-30.0f32, -3.0, -1.0, -0.1, 0.0, 0.3, 1.0, 2.5, 40.0] {
                let (up, dy) = (1.5f32, 0.7f32);
                let mut gate = [x];
                gate_mul(&pool, activation, &mut gate, &[up]);
                let (at, expected) = (f64::from(x), exact(activation, f64::from(x)));
                assert!((f64::from(gate[0]) - expected * 1.5).abs() < 1e-5 * expected.abs().max(1.0), "{activation:?} {x}: {}", gate[0]);
                let (mut dgate, mut dup) = ([x], [up]);
                gate_mul_backward(&pool, activation, &mut dgate, &mut dup, &[dy]);
                let slope = (exact(activation, at + 1e-5) - exact(activation, at - 1e-5)) / 2e-5;
                assert!((f64::from(dgate[0]) - 0.7 * 1.5 * slope).abs() < 1e-4, "{activation:?} {x}: {} and {slope}", dgate[0]);
                assert!((f64::from(dup[0]) - 0.7 * expected).abs() < 1e-4, "{activation:?} {x}: {}", dup[0]);
            }
        }
    }
}
