//! Drawing the next token from logits.

use std::cell::OnceCell;

use candle_core::{Device, Tensor};
use candle_transformers::generation::{LogitsProcessor, Sampling as CandleSampling};

use super::LlmError;
use super::sampling::{Sampling, TokenLogprob};
use crate::compute;
use crate::random::Random;

/// The logits behind a text, with what all draws from them share.
#[derive(Debug)]
pub struct Logits {
    /// `[vocabulary]`; a masked token has minus infinity.
    pub values: Vec<f32>,
    log_sum: OnceCell<f32>,
    nucleus: OnceCell<Nucleus>,
}

impl Logits {
    /// `values: [vocabulary]`
    pub fn new(values: Vec<f32>) -> Self {
        Self { values, log_sum: OnceCell::new(), nucleus: OnceCell::new() }
    }

    /// The log probability of `token`.
    pub fn logprob(&self, token: u32) -> f32 {
        let log_sum = self.log_sum.get_or_init(|| log_sum_exp(&self.values));
        self.values.get(token as usize).map_or(f32::NEG_INFINITY, |logit| logit - log_sum)
    }

    /// Computes what draws as in `samplings` will share.
    pub(super) fn prepare<'a>(&mut self, samplings: impl Iterator<Item = &'a Sampling>) {
        self.logprob(0);
        for sampling in samplings {
            if let Some(wanted) = NucleusSampling::of(sampling) {
                self.nucleus.get_or_init(|| Nucleus::new(&self.values, wanted));
            }
        }
    }
}

/// What a nucleus depends on, the logits aside.
#[derive(Debug, Clone, Copy, PartialEq)]
struct NucleusSampling {
    temperature: f64,
    top_p: f64,
}

impl NucleusSampling {
    /// That of `sampling`; `None` where it is greedy, or has a `top_k`.
    fn of(sampling: &Sampling) -> Option<Self> {
        let drawn = sampling.temperature > 0.0 && sampling.top_k.is_none();
        drawn.then(|| Self { temperature: sampling.temperature, top_p: sampling.top_p.filter(|p| (0.0..1.0).contains(p)).unwrap_or(1.0) })
    }
}

/// The likeliest tokens that have `top_p` of all probability (Holtzman et al., arXiv 1904.09751).
#[derive(Debug)]
struct Nucleus {
    sampling: NucleusSampling,
    /// Likeliest first, equals by their number (all tokens in their own order with a `top_p` of 1); each with the weight of those up to it.
    tokens: Vec<(u32, f64)>,
}

impl Nucleus {
    /// Sorting a vocabulary for each draw took more time than the forward pass of eight drafts: only tokens near the likeliest are looked at,
    /// and more of them where these are too few.
    fn new(logits: &[f32], sampling: NucleusSampling) -> Self {
        /// Natural logarithms below the likeliest.
        const NEAR: f32 = 10.0;
        let max = compute::max(logits);
        let inverse = (1.0 / sampling.temperature) as f32;
        let total = f64::from(compute::sum_exp_scaled(logits, max, inverse));
        let mut tokens: Vec<(u32, f64)> = Vec::new();
        let mut reach = if sampling.top_p < 1.0 { NEAR } else { f32::INFINITY };
        loop {
            let lowest = if reach.is_finite() { max - reach / inverse } else { f32::NEG_INFINITY };
            let near = logits.iter().zip(0u32..).filter(|(logit, _)| **logit >= lowest && **logit > f32::NEG_INFINITY);
            tokens.clear();
            tokens.extend(near.map(|(logit, token)| (token, f64::from((logit - max) * inverse).exp())));
            let found: f64 = tokens.iter().map(|(_, weight)| weight).sum();
            if found >= sampling.top_p * total || reach.is_infinite() {
                break;
            }
            reach = if reach < 4.0 * NEAR { 2.0 * reach } else { f32::INFINITY };
        }
        if sampling.top_p < 1.0 {
            tokens.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        }
        let mut sum = 0.0;
        let mut kept = 0;
        for (_, weight) in &mut tokens {
            sum += *weight;
            *weight = sum;
            kept += 1;
            if sampling.top_p < 1.0 && sum >= sampling.top_p * total {
                break;
            }
        }
        tokens.truncate(kept);
        Self { sampling, tokens }
    }

    fn draw(&self, random: &mut Random) -> Option<u32> {
        let (_, total) = self.tokens.last()?;
        let wanted = random.fraction() * total;
        let place = self.tokens.partition_point(|(_, sum)| *sum <= wanted);
        self.tokens.get(place).or(self.tokens.last()).map(|(token, _)| *token)
    }
}

/// Draws tokens with a stream of random numbers of its own: argmax where the temperature is 0, candle-transformers' processor for `top_k`.
pub struct Sampler {
    /// As it was asked for.
    pub sampling: Sampling,
    processor: Option<LogitsProcessor>,
    random: Random,
}

impl Sampler {
    /// A sampler that begins with the seed of `sampling`.
    pub fn new(sampling: &Sampling) -> Self {
        let temperature = sampling.temperature;
        let processor = sampling.top_k.filter(|_| temperature > 0.0).map(|k| {
            let kind = match sampling.top_p {
                None => CandleSampling::TopK { k, temperature },
                Some(p) => CandleSampling::TopKThenTopP { k, p, temperature },
            };
            LogitsProcessor::from_sampling(sampling.seed, kind)
        });
        Self { sampling: sampling.clone(), processor, random: Random::new(sampling.seed) }
    }

    /// The next token.
    pub fn sample(&mut self, logits: &Logits) -> Result<u32, LlmError> {
        if let Some(processor) = &mut self.processor {
            return Ok(processor.sample(&Tensor::from_slice(&logits.values, logits.values.len(), &Device::Cpu)?)?);
        }
        let Some(wanted) = NucleusSampling::of(&self.sampling) else { return Ok(argmax(&logits.values)) };
        let shared = logits.nucleus.get_or_init(|| Nucleus::new(&logits.values, wanted));
        let drawn = if shared.sampling == wanted {
            shared.draw(&mut self.random)
        } else {
            Nucleus::new(&logits.values, wanted).draw(&mut self.random)
        };
        Ok(drawn.unwrap_or_else(|| argmax(&logits.values)))
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
        assert_eq!(sampler.sample(&Logits::new(vec![0.0, 2.0, 2.0, f32::NAN])).unwrap(), 1);
        assert_eq!(argmax(&[f32::NEG_INFINITY, f32::NAN]), 0);
    }

    #[test]
    fn the_same_seed_draws_the_same_tokens_and_never_a_masked_one() {
        for top_k in [Some(3), None] {
            let sampling = Sampling { temperature: 1.0, top_k, top_p: Some(0.95), seed: 7 };
            let logits = Logits::new(vec![1.0, f32::NEG_INFINITY, 0.5, 0.9, 0.1]);
            let draw = || {
                let mut sampler = Sampler::new(&sampling);
                (0..50).map(|_| sampler.sample(&logits).unwrap()).collect::<Vec<_>>()
            };
            assert_eq!(draw(), draw());
            assert!(draw().iter().all(|token| [0, 2, 3, 4].contains(token)), "{:?}", draw());
            assert!(draw().iter().any(|&token| token != 0));
        }
    }

    /// Every token is drawn as often as its probability says, within four standard deviations.
    #[track_caller]
    fn check_shares(values: &[f32], temperature: f64, top_p: Option<f64>, expected: &[(u32, f64)]) {
        const DRAWS: usize = 20_000;
        let logits = Logits::new(values.to_vec());
        let mut sampler = Sampler::new(&Sampling { temperature, top_k: None, top_p, seed: 3 });
        let mut counts = std::collections::BTreeMap::new();
        (0..DRAWS).for_each(|_| *counts.entry(sampler.sample(&logits).unwrap()).or_insert(0usize) += 1);
        for (token, count) in &counts {
            let share = expected.iter().find(|(other, _)| other == token).map_or(0.0, |(_, share)| *share);
            let deviation = (share * (1.0 - share) * DRAWS as f64).sqrt();
            assert!((*count as f64 - share * DRAWS as f64).abs() <= 4.0 * deviation, "token {token}: {count} of {DRAWS}, expected {share}");
        }
        assert_eq!(counts.len(), expected.len(), "{counts:?}");
    }

    #[test]
    fn tokens_are_drawn_by_their_probability() {
        let ln = |p: f64| p.ln() as f32;
        check_shares(&[ln(0.5), ln(0.3), ln(0.2)], 1.0, None, &[(0, 0.5), (1, 0.3), (2, 0.2)]);
        // Half the temperature squares the odds.
        check_shares(&[ln(0.5), ln(0.25)], 0.5, None, &[(0, 0.8), (1, 0.2)]);
        // The nucleus is the least that reaches its share, and is all there is then.
        check_shares(&[ln(0.2), ln(0.5), ln(0.3)], 1.0, Some(0.6), &[(1, 0.625), (2, 0.375)]);
        check_shares(&[ln(0.2), ln(0.5), ln(0.3)], 1.0, Some(0.5), &[(1, 1.0)]);
        check_shares(&[ln(0.2), ln(0.5), ln(0.3)], 1.0, Some(1e-9), &[(1, 1.0)]);
        // Tokens far below the likeliest count where there are enough of them.
        let mut many = vec![-11.0; 200_000];
        many[7] = 0.0;
        let rest = 200_000.0 * (-11.0f64).exp();
        let logits = Logits::new(many);
        let mut sampler = Sampler::new(&Sampling { temperature: 1.0, top_k: None, top_p: None, seed: 3 });
        let other = (0..2_000).filter(|_| sampler.sample(&logits).unwrap() != 7).count() as f64 / 2_000.0;
        assert!((other - rest / (1.0 + rest)).abs() < 0.05, "{other}");
    }

    #[test]
    fn logits_without_a_finite_one_give_some_token() {
        for values in [vec![f32::NEG_INFINITY; 3], vec![f32::NAN; 3], vec![f32::INFINITY, 0.0, 1.0]] {
            let mut sampler = Sampler::new(&Sampling { temperature: 0.7, top_k: None, top_p: Some(0.9), seed: 3 });
            assert!(sampler.sample(&Logits::new(values)).unwrap() < 3);
        }
    }

    #[test]
    fn log_probabilities_sum_to_one() {
        let logits = [0.3f32, -1.0, 2.0, 0.0];
        let all = top_logprobs(&logits, 9, |token| token.to_string());
        assert_eq!(all.iter().map(|t| t.token.as_str()).collect::<Vec<_>>(), ["2", "0", "3", "1"]);
        assert!((all.iter().map(|t| t.logprob.exp()).sum::<f32>() - 1.0).abs() < 1e-6);
    }
}
