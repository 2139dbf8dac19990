//! Cross-entropy over the places where something is learned, chunk by chunk, over tensors.

use candle_core::{D, Result, Tensor};

use super::compute::{Compute, download};
use super::weights::LinearTensors;
use crate::train::model::loss::Terms;

/// Bytes of logits in a chunk: a card wants larger products than a processor's caches.
const CHUNK_BYTES: usize = 128 << 20;

/// Rows of a chunk, for a vocabulary of this many entries.
pub fn chunk_rows(vocabulary: usize) -> usize {
    (CHUNK_BYTES / 4 / vocabulary.max(1)).clamp(64, 2048)
}

/// What came of a loss.
#[derive(Debug)]
pub struct Loss {
    /// The sum over all places.
    pub sum: f64,
    /// Where wanted: `scale` times the gradient of the input, `[places, hidden]`.
    pub dx: Option<Tensor>,
    /// Where wanted: that of the output matrix, `[vocabulary, hidden]`.
    pub dweight: Option<Tensor>,
}

/// `cap * tanh(logits / cap)`, where they are capped.
pub fn capped(logits: Tensor, cap: Option<f32>) -> Result<Tensor> {
    match cap.map(f64::from) {
        Some(cap) => logits.affine(1.0 / cap, 0.0)?.tanh()?.affine(cap, 0.0),
        None => Ok(logits),
    }
}

/// The sum of `-log softmax(x output^T)[token]` over the rows of `x: [places, hidden]`. With a `scale` also gradients, multiplied by it;
/// that of the output matrix only where it is `trained`.
pub fn cross_entropy(
    compute: &Compute,
    output: &LinearTensors,
    terms: Terms,
    x: &Tensor,
    tokens: &[u32],
    scale: Option<f32>,
    trained: bool,
) -> Result<Loss> {
    let Terms { cap, smoothing } = terms;
    let vocabulary = output.weight.dim(0)?;
    let rows = chunk_rows(vocabulary);
    let turned = output.weight.t()?;
    let (mut parts, mut dxs, mut dweight) = (Vec::new(), Vec::new(), None::<Tensor>);
    for (index, tokens) in tokens.chunks(rows).enumerate() {
        let x = x.narrow(0, index * rows, tokens.len())?;
        let ids = compute.indices(tokens)?.unsqueeze(1)?; // [rows, 1]
        let logits = capped(compute.product(&x, &turned)?, cap)?; // [rows, vocabulary]
        let max = logits.max_keepdim(D::Minus1)?;
        let mut wanted = logits.gather(&ids, 1)?;
        if smoothing > 0.0 {
            let mean = logits.mean_keepdim(D::Minus1)?;
            wanted = (wanted.affine(1.0 - f64::from(smoothing), 0.0)? + mean.affine(f64::from(smoothing), 0.0)?)?;
        }
        let p = logits.broadcast_sub(&max)?.exp()?;
        let slopes = match cap.filter(|_| scale.is_some()) {
            Some(cap) => Some(logits.affine(f64::from(1.0 / cap), 0.0)?.sqr()?.affine(-1.0, 1.0)?),
            None => None,
        };
        drop(logits);
        let sum = p.sum_keepdim(D::Minus1)?;
        parts.push(Tensor::cat(&[&max, &sum, &wanted], 1)?); // [rows, 3]
        let Some(scale) = scale else { continue };
        let mut dlogits = p.broadcast_mul(&sum.recip()?.affine(f64::from(scale), 0.0)?)?;
        if smoothing > 0.0 {
            dlogits = dlogits.affine(1.0, -f64::from(scale * smoothing) / vocabulary as f64)?;
        }
        let ones = Tensor::full(-scale * (1.0 - smoothing), (tokens.len(), 1), &compute.device)?;
        dlogits.scatter_add_set(&ids, &ones, 1)?;
        let dlogits = match slopes {
            Some(slopes) => (dlogits * slopes)?,
            None => dlogits,
        };
        let dlogits = dlogits.to_dtype(compute.dtype)?;
        dxs.push(compute.product(&dlogits, &output.weight)?);
        if trained {
            let part = compute.product(&dlogits.t()?, &x)?; // [vocabulary, hidden]
            dweight = Some(match dweight.take() {
                Some(sum) => (sum + part)?,
                None => part,
            });
        }
    }
    let mut sum = 0.0;
    for part in &parts {
        for row in download(part)?.chunks_exact(3) {
            if let [max, exponentials, wanted] = *row {
                sum += f64::from(max) + f64::from(exponentials).ln() - f64::from(wanted);
            }
        }
    }
    let dx = if dxs.is_empty() { None } else { Some(Tensor::cat(&dxs, 0)?) };
    Ok(Loss { sum, dx, dweight })
}
