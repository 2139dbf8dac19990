//! YaRN (arXiv 2309.00071): rotary frequencies of a context that was stretched.

/// How a context was stretched.
#[derive(Debug, Clone, Copy)]
pub(in crate::llm) struct Yarn {
    /// Elements of a head that are rotated.
    pub dim: usize,
    /// Base of the rotary frequencies.
    pub base: f64,
    /// The length before.
    pub trained: f64,
    /// By how much it was stretched.
    pub factor: f64,
    /// Waves that turn more often within the length before are left.
    pub beta_fast: f64,
    /// Waves that turn less often are divided by the factor.
    pub beta_slow: f64,
    /// Whether the places of both are whole numbers.
    pub truncate: bool,
}

impl Yarn {
    /// What is used where nothing is said.
    pub(in crate::llm) const BETA_FAST: f64 = 32.0;
    /// The same of [`Self::beta_slow`].
    pub(in crate::llm) const BETA_SLOW: f64 = 1.0;

    /// What the frequencies are divided by: nothing in short waves, the factor in long ones, and between them it fades. `[dim / 2]`
    pub(in crate::llm) fn divisors(&self) -> Vec<f32> {
        let dim = self.dim as f64;
        let at = |turns: f64| dim * (self.trained / (turns * std::f64::consts::TAU)).ln() / (2.0 * self.base.ln());
        let (mut low, mut high) = (at(self.beta_fast), at(self.beta_slow));
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
        (0..self.dim / 2).map(|i| divisor(i) as f32).collect()
    }

    /// What cosines and sines are multiplied by, where nothing is said: attention is sharpened.
    pub(in crate::llm) fn magnitude(factor: f64, by: f64) -> f64 {
        if factor <= 1.0 { 1.0 } else { 0.1 * by * factor.ln() + 1.0 }
    }
}
