//! RMSNorm (arXiv 1910.07467) and its derivative.

use super::workspace::Workspace;
use crate::train::parameters::{Gradients, Parameters, Vector};

/// `x / rms(x) * weight` for every row of `x: [tokens, width]`; also the inverse of each row's root mean square, `[tokens]`.
pub fn forward(workspace: &mut Workspace<'_>, parameters: &Parameters, x: &[f32], weight: &Vector<'_>, eps: f32) -> (Vec<f32>, Vec<f32>) {
    let weight = weight.values(parameters);
    let width = weight.len().max(1);
    let mut out = workspace.take(x.len());
    let mut inverse = workspace.take(x.len() / width);
    for (inverse, x) in inverse.iter_mut().zip(x.chunks_exact(width)) {
        let squares: f64 = x.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
        *inverse = (1.0 / (squares / width as f64 + f64::from(eps)).sqrt()) as f32;
    }
    apply(x, weight, &inverse, &mut out);
    (out, inverse)
}

/// The output again, from what [`forward`] kept.
pub fn apply(x: &[f32], weight: &[f32], inverse: &[f32], out: &mut [f32]) {
    let width = weight.len().max(1);
    for ((out, x), inverse) in out.chunks_exact_mut(width).zip(x.chunks_exact(width)).zip(inverse) {
        out.iter_mut().zip(x).zip(weight).for_each(|((out, x), weight)| *out = x * inverse * weight);
    }
}

/// Adds the gradient of the input to `dx`: with `n = x * inverse`, it is `inverse * (dn - n * mean(dn * n))`.
pub fn backward(
    parameters: &Parameters,
    gradients: &mut Gradients,
    x: &[f32],
    inverse: &[f32],
    weight: &Vector<'_>,
    dy: &[f32],
    dx: &mut [f32],
) {
    let values = weight.values(parameters);
    let width = values.len().max(1);
    for (((dx, x), dy), &inverse) in dx.chunks_exact_mut(width).zip(x.chunks_exact(width)).zip(dy.chunks_exact(width)).zip(inverse) {
        let dot: f32 = x.iter().zip(dy).zip(values).map(|((x, dy), weight)| x * dy * weight).sum();
        let mean = dot * inverse * inverse / width as f32;
        dx.iter_mut().zip(x).zip(dy).zip(values).for_each(|(((dx, x), dy), weight)| *dx += inverse * (dy * weight - x * mean));
    }
    if let Vector::Trained(id) = weight {
        let dw = gradients.get_mut(*id);
        for ((x, dy), inverse) in x.chunks_exact(width).zip(dy.chunks_exact(width)).zip(inverse) {
            dw.iter_mut().zip(x).zip(dy).for_each(|((dw, x), dy)| *dw += x * inverse * dy);
        }
    }
}
