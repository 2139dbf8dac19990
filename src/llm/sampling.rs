//! How the next token is drawn, and how likely others were.

/// How the next token is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    /// 0 means greedy.
    pub temperature: f64,
    /// Keep the `k` likeliest tokens.
    pub top_k: Option<usize>,
    /// Keep the likeliest tokens whose probabilities sum to `p`.
    pub top_p: Option<f64>,
    /// Seed of the draw.
    pub seed: u64,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { temperature: 0.0, top_k: None, top_p: None, seed: 0 }
    }
}

/// Log probability of one token that could have stood at a position.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TokenLogprob {
    /// The token's text.
    pub token: String,
    /// Natural logarithm of its probability, before temperature.
    pub logprob: f32,
}
