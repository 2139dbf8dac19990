//! Cross-entropy over the places where something is learned, chunk by chunk: logits of all tokens never stand in memory at once.

use super::linear::{Linear, Pass, Side, backward as linear_backward};
use crate::compute::elementwise;
use crate::compute::gemm::Write;
use crate::train::parameters::Gradients;

/// Bytes of logits in a chunk.
const CHUNK_BYTES: usize = 16 << 20;
/// Fewer rows than this, and unpacking the output matrix for each chunk costs more than multiplying with it.
const CHUNK_ROWS: usize = 64;

/// Rows of a chunk, for a vocabulary of this many entries.
pub fn chunk_rows(vocabulary: usize) -> usize {
    (CHUNK_BYTES / 4 / vocabulary.max(1)).clamp(CHUNK_ROWS, 512)
}

/// What the gradients of a loss are multiplied with; `None` where no gradient is wanted.
pub type Scale = Option<f32>;

/// The sum of `-log softmax(x output^T)[token]` over the rows of `x: [places, hidden]`; logits are capped first, where there is a `cap`. With a scale, `x` is replaced by `scale` times its
/// gradient, and that of the output layer is added to.
#[allow(clippy::too_many_arguments)] // what is read, what is written, and how
pub fn cross_entropy(
    pass: &mut Pass<'_, '_>,
    gradients: &mut Gradients,
    output: &Linear<'_>,
    cap: Option<f32>,
    x: &mut [f32],
    tokens: &[u32],
    scale: Scale,
) -> f64 {
    let vocabulary = output.outputs;
    let rows = chunk_rows(vocabulary);
    let (mut loss, mut slopes) = (0.0, Vec::new());
    for (x, tokens) in x.chunks_mut(rows * output.inputs).zip(tokens.chunks(rows)) {
        let (mut logits, low) = output.forward(pass, x);
        for (logits, &token) in logits.chunks_exact_mut(vocabulary).zip(tokens) {
            slopes.clear();
            if let Some(cap) = cap {
                elementwise::cap(logits, cap);
                slopes.extend(logits.iter().map(|logit| 1.0 - (logit / cap) * (logit / cap)));
            }
            let wanted = logits.get(token as usize).copied().unwrap_or(f32::NAN);
            let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let sum = elementwise::exp_and_sum(logits, max);
            loss += f64::from(max) + f64::from(sum).ln() - f64::from(wanted);
            if let Some(scale) = scale {
                let factor = scale / sum;
                logits.iter_mut().for_each(|p| *p *= factor);
                if let Some(p) = logits.get_mut(token as usize) {
                    *p -= scale;
                }
                logits.iter_mut().zip(&slopes).for_each(|(p, slope)| *p *= slope);
            }
        }
        if scale.is_some() {
            let mut dx = pass.workspace.take(x.len());
            let side = Side { linear: output, dy: &logits, low: low.as_deref() };
            linear_backward(pass, gradients, &[side], x, Some((&mut dx, Write::Replace)));
            x.copy_from_slice(&dx);
            pass.workspace.give(dx);
        }
        pass.workspace.give(logits);
        if let Some(low) = low {
            pass.workspace.give(low);
        }
    }
    loss
}
