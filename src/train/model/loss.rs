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

/// What becomes of logits, and of what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Terms {
    /// Logits `x` become `cap * tanh(x / cap)`, where they are capped.
    pub cap: Option<f32>,
    /// So much of each loss is the mean over all tokens, as `transformers.trainer_pt_utils.LabelSmoother` takes it.
    pub smoothing: f32,
}

/// The sum of `-log softmax(x output^T)[token]` over the rows of `x: [places, hidden]`. With a scale, `x` is replaced by `scale` times its
/// gradient, and that of the output layer is added to.
pub fn cross_entropy(
    pass: &mut Pass<'_, '_>,
    gradients: &mut Gradients,
    output: &Linear<'_>,
    terms: Terms,
    x: &mut [f32],
    tokens: &[u32],
    scale: Scale,
) -> f64 {
    let Terms { cap, smoothing } = terms;
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
            let mean = if smoothing > 0.0 { logits.iter().map(|&x| f64::from(x)).sum::<f64>() / vocabulary as f64 } else { 0.0 };
            let sum = elementwise::exp_and_sum(logits, max);
            let smooth = f64::from(smoothing);
            loss += f64::from(max) + f64::from(sum).ln() - (1.0 - smooth) * f64::from(wanted) - smooth * mean;
            if let Some(scale) = scale {
                let factor = scale / sum;
                let everywhere = scale * smoothing / vocabulary as f32;
                logits.iter_mut().for_each(|p| *p = *p * factor - everywhere);
                if let Some(p) = logits.get_mut(token as usize) {
                    *p -= scale * (1.0 - smoothing);
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

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::linear::{Base, Linear, Products};
    use super::super::workspace::Workspace;
    use super::*;
    use crate::compute::Pool;
    use crate::train::parameters::Parameters;

    /// Made by `tests/scripts/trainer_reference.py` with transformers 5.24.0.
    const REFERENCE: &str = include_str!("../../../tests/training/smoothing.json");

    #[test]
    fn smoothed_losses_are_transformers() {
        let reference: Value = serde_json::from_str(REFERENCE).unwrap();
        let floats = |value: &Value| -> Vec<f32> {
            value.as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap()).map(|x| x.as_f64().unwrap() as f32).collect()
        };
        let tokens: Vec<u32> = reference["tokens"].as_array().unwrap().iter().map(|token| token.as_u64().unwrap() as u32).collect();
        // An output layer that hands its input on: its logits are the ones of the reference.
        let mut parameters = Parameters::default();
        let identity = (0..49).map(|at| if at / 7 == at % 7 { 1.0 } else { 0.0 }).collect();
        let id = parameters.add("lm_head.weight".into(), vec![7, 7], identity);
        let output = Linear {
            outputs: 7,
            inputs: 7,
            base: Base::Trained(id),
            products: Products::Floats,
            bias: None,
            lora: None,
            place: None,
            index: 0,
            first: 0,
        };
        let pool: &'static Pool = crate::compute::global();
        let mut workspace = Workspace::new(pool);
        let mut gradients = Gradients::zeros(&parameters);
        let mut pass = Pass { workspace: &mut workspace, parameters: &parameters, dropout: None };
        let mut x = floats(&reference["logits"]);
        let smoothing = reference["epsilon"].as_f64().unwrap() as f32;
        let loss = cross_entropy(&mut pass, &mut gradients, &output, Terms { cap: None, smoothing }, &mut x, &tokens, Some(1.0));
        assert!((loss - reference["loss"].as_f64().unwrap()).abs() < 1e-5, "{loss}");
        for (found, expected) in x.iter().zip(floats(&reference["gradient"])) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }
}
