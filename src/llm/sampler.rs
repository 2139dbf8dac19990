//! Drawing the next token from logits.

use candle_core::{Device, Tensor};
use candle_transformers::generation::{LogitsProcessor, Sampling as CandleSampling};

use super::generate::Sampling;
use super::{LlmError, TokenLogprob};
use crate::compute;

/// Draws tokens; candle-transformers' processor with a seed, and plain argmax where the temperature is 0.
pub struct Sampler {
    processor: Option<LogitsProcessor>,
}

impl Sampler {
    /// A sampler with its own stream of random numbers.
    pub fn new(sampling: &Sampling) -> Self {
        let temperature = sampling.temperature;
        let processor = (temperature > 0.0).then(|| {
            let kind = match (sampling.top_k, sampling.top_p) {
                (None, None) => CandleSampling::All { temperature },
                (Some(k), None) => CandleSampling::TopK { k, temperature },
                (None, Some(p)) => CandleSampling::TopP { p, temperature },
                (Some(k), Some(p)) => CandleSampling::TopKThenTopP { k, p, temperature },
            };
            LogitsProcessor::from_sampling(sampling.seed, kind)
        });
        Self { processor }
    }

    /// The next token. `logits: [vocabulary]`; a masked token has minus infinity.
    pub fn sample(&mut self, logits: &[f32]) -> Result<u32, LlmError> {
        match &mut self.processor {
            None => Ok(argmax(logits)),
            Some(processor) => Ok(processor.sample(&Tensor::from_slice(logits, logits.len(), &Device::Cpu)?)?),
        }
    }
}

/// The index of the largest logit; the first of equals. NaN never wins.
pub fn argmax(logits: &[f32]) -> u32 {
    let max = compute::max(logits);
    if max == f32::NEG_INFINITY {
        return 0;
    }
    logits.iter().position(|&logit| logit == max).unwrap_or(0) as u32
}

/// `ln(sum(exp(logits)))`.
pub fn log_sum_exp(logits: &[f32]) -> f32 {
    let max = compute::max(logits);
    max + compute::sum_exp(logits, max).ln()
}

/// The `count` likeliest tokens with their log probabilities, likeliest first; `text` names a token.
pub fn top_logprobs(logits: &[f32], count: usize, text: impl Fn(u32) -> String) -> Vec<TokenLogprob> {
    let normaliser = log_sum_exp(logits);
    let mut order: Vec<u32> = (0..logits.len() as u32).collect();
    let likelier = |a: &u32, b: &u32| logits[*b as usize].total_cmp(&logits[*a as usize]).then(a.cmp(b));
    let count = count.min(order.len());
    if count == 0 {
        return Vec::new();
    }
    order.select_nth_unstable_by(count - 1, likelier);
    order.truncate(count);
    order.sort_unstable_by(likelier);
    order.into_iter().map(|token| TokenLogprob { token: text(token), logprob: logits[token as usize] - normaliser }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greedy_takes_the_first_of_the_largest() {
        let mut sampler = Sampler::new(&Sampling::default());
        assert_eq!(sampler.sample(&[0.0, 2.0, 2.0, f32::NAN]).unwrap(), 1);
        assert_eq!(argmax(&[f32::NEG_INFINITY, f32::NAN]), 0);
    }

    #[test]
    fn the_same_seed_draws_the_same_tokens_and_never_a_masked_one() {
        let sampling = Sampling { temperature: 1.0, top_k: Some(3), top_p: Some(0.95), seed: 7 };
        let logits = [1.0, f32::NEG_INFINITY, 0.5, 0.9, 0.1];
        let draw = || {
            let mut sampler = Sampler::new(&sampling);
            (0..50).map(|_| sampler.sample(&logits).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(draw(), draw());
        assert!(draw().iter().all(|token| [0, 2, 3].contains(token)), "{:?}", draw());
        assert!(draw().iter().any(|&token| token != 0));
    }

    #[test]
    fn log_probabilities_sum_to_one() {
        let logits = [0.3f32, -1.0, 2.0, 0.0];
        let all = top_logprobs(&logits, 9, |token| token.to_string());
        assert_eq!(all.iter().map(|t| t.token.as_str()).collect::<Vec<_>>(), ["2", "0", "3", "1"]);
        assert!((all.iter().map(|t| t.logprob.exp()).sum::<f32>() - 1.0).abs() < 1e-6);
    }
}
