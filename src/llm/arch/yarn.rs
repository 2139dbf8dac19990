//! YaRN (arXiv 2309.00071): long waves are stretched, short ones are left, and between them it fades; attention is sharpened.

use super::super::LlmError;
use super::super::gguf::Metadata;

/// How a context is stretched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::llm) struct Yarn {
    /// How many times as long it becomes.
    pub(in crate::llm) factor: f64,
    /// The length before.
    pub(in crate::llm) trained: f64,
    /// Waves that turn more often than this within that length are left.
    pub(in crate::llm) fast: f64,
    /// Waves that turn less often are stretched wholly.
    pub(in crate::llm) slow: f64,
    /// Whether these borders are whole numbers.
    pub(in crate::llm) truncate: bool,
}

impl Yarn {
    /// The usual borders.
    pub(in crate::llm) fn new(factor: f64, trained: f64) -> Self {
        Self { factor, trained, fast: 32.0, slow: 1.0, truncate: true }
    }

    /// Divisors of the frequencies of heads of width `dim`, on the base `base`. `[dim / 2]`
    pub(in crate::llm) fn divisors(&self, base: f64, dim: usize) -> Vec<f32> {
        let (half, dim) = (dim / 2, dim as f64);
        let at = |turns: f64| dim * (self.trained / (turns * std::f64::consts::TAU)).ln() / (2.0 * base.ln());
        let (mut low, mut high) = (at(self.fast), at(self.slow));
        if self.truncate {
            (low, high) = (low.floor(), high.ceil());
        }
        (low, high) = (low.max(0.0), high.min(dim - 1.0));
        if low == high {
            high += 0.001;
        }
        let divisor = |i: usize| {
            let stretched = ((i as f64 - low) / (high - low)).clamp(0.0, 1.0);
            1.0 / (stretched / self.factor + (1.0 - stretched))
        };
        (0..half).map(|i| divisor(i) as f32).collect()
    }

    /// What cosines and sines are multiplied by.
    pub(in crate::llm) fn magnitude(&self) -> f64 {
        if self.factor <= 1.0 { 1.0 } else { 0.1 * self.factor.ln() + 1.0 }
    }

    /// What a GGUF file says, where it names this kind of scaling.
    pub(in crate::llm) fn of_gguf(metadata: &Metadata) -> Result<Option<Self>, LlmError> {
        let arch = metadata.string("general.architecture").unwrap_or_default();
        if metadata.string(&format!("{arch}.rope.scaling.type")) != Some("yarn") {
            return Ok(None);
        }
        let inconsistent = |error: super::super::gguf::GgufError| LlmError::Inconsistent(error.to_string());
        let factor = metadata.require_float(&format!("{arch}.rope.scaling.factor")).map_err(inconsistent)?;
        let key = format!("{arch}.rope.scaling.original_context_length");
        let trained = match metadata.get(&key) {
            Some(_) => metadata.require_float(&key),
            None => metadata.require_float(&format!("{arch}.context_length")),
        };
        let trained = trained.map_err(inconsistent)?;
        let sound = (1e-3..1e6).contains(&factor) && (1.0..1e9).contains(&trained);
        if !sound {
            return Err(LlmError::Inconsistent("these rope scaling factors cannot be".into()));
        }
        let turns =
            |key: &str, usual: f64| metadata.float(&format!("{arch}.rope.scaling.{key}")).filter(|turns| *turns > 0.0).unwrap_or(usual);
        let usual = Self::new(factor, trained);
        Ok(Some(Self { fast: turns("yarn_beta_fast", usual.fast), slow: turns("yarn_beta_slow", usual.slow), ..usual }))
    }
}
