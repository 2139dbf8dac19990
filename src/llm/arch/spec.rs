//! The parameters of a model.

use super::super::LlmError;
use crate::compute::Activation;

/// A family of decoders. They differ in their metadata keys, biases and rope pairing; [`ArchSpec`] says how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Llama and everything stored as it (SmolLM2, Mistral as llama.cpp converts it, ...).
    Llama,
    /// Mistral, where a file names it so.
    Mistral,
    /// Qwen 2 and 2.5: biases on q, k, v.
    Qwen2,
    /// Qwen 3: a norm over each head of q and k.
    Qwen3,
    /// SmolLM 3: some layers turn nothing by its position.
    SmolLm3,
    /// Granite, the dense one: factors at embedding, residual stream, attention and logits.
    Granite,
    /// Gemma, the first: embeddings times the root of their width, GELU in the gate.
    Gemma,
    /// Gemma 2: norms around attention and feed-forward part, capped scores and logits, a window in every second layer.
    Gemma2,
    /// Gemma 3's text model: as the second without caps, with norms over heads, and with rotary frequencies of their own where a window is.
    Gemma3,
    /// Phi 3 and Phi 4 mini: q, k, v in one map, gate and up in another.
    Phi3,
    /// OLMo 2: norms behind attention and feed-forward part, and over all of q and k.
    Olmo2,
    /// Mixtral: a Mistral whose feed-forward parts are experts.
    Mixtral,
    /// Qwen 3 with experts.
    Qwen3Moe,
    /// StarCoder 2: norms that take the mean away, with biases, and a feed-forward part without a gate.
    Starcoder2,
}

/// What a norm does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NormKind {
    /// RMSNorm (arXiv 1910.07467).
    Rms,
    /// LayerNorm (arXiv 1607.06450): the mean is taken away, and a bias added.
    Centred,
}

/// Feed-forward parts of which each token goes through a few.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Experts {
    /// How many a layer has.
    pub count: usize,
    /// How many a token goes through.
    pub used: usize,
    /// Width inside each.
    pub feed_forward: usize,
    /// Whether the shares of those that a token goes through are made to add up to 1.
    pub whole_shares: bool,
    /// Layers that have one feed-forward part all the same.
    pub dense_layers: Vec<usize>,
}

/// Where the norms of attention and feed-forward part stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NormPlaces {
    /// Before them.
    Before,
    /// Before and behind them.
    Around,
    /// Behind them, before they are added to the residual stream.
    Behind,
}

/// What a norm of queries and keys is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadNorms {
    /// Each head by itself, all with the same weights.
    Each,
    /// All heads together.
    All,
}

impl Family {
    /// What GGUF calls it; llama.cpp has no Mistral of its own.
    pub fn gguf_name(self) -> &'static str {
        match self {
            Self::Llama | Self::Mistral | Self::Mixtral => "llama",
            Self::Qwen2 => "qwen2",
            Self::Qwen3 => "qwen3",
            Self::SmolLm3 => "smollm3",
            Self::Granite => "granite",
            Self::Gemma => "gemma",
            Self::Gemma2 => "gemma2",
            Self::Gemma3 => "gemma3",
            Self::Phi3 => "phi3",
            Self::Olmo2 => "olmo2",
            Self::Qwen3Moe => "qwen3moe",
            Self::Starcoder2 => "starcoder2",
        }
    }

    /// Whether GGUF has the rows of its queries and keys woven, so that rope pairs neighbours.
    pub fn weaves(self) -> bool {
        matches!(self, Self::Llama | Self::Mistral | Self::Mixtral | Self::SmolLm3 | Self::Granite)
    }

    /// Whether it is one of Gemma's.
    pub fn is_gemma(self) -> bool {
        matches!(self, Self::Gemma | Self::Gemma2 | Self::Gemma3)
    }

    /// What queries and keys are normed over, where they are.
    pub fn head_norms(self) -> Option<HeadNorms> {
        match self {
            Self::Qwen3 | Self::Qwen3Moe | Self::Gemma3 => Some(HeadNorms::Each),
            Self::Olmo2 => Some(HeadNorms::All),
            _ => None,
        }
    }

    /// Where norms stand.
    pub fn norm_places(self) -> NormPlaces {
        match self {
            Self::Gemma2 | Self::Gemma3 => NormPlaces::Around,
            Self::Olmo2 => NormPlaces::Behind,
            _ => NormPlaces::Before,
        }
    }

    /// What a Hugging Face folder leaves out of a norm's weights: Gemma's are stored as their distance from 1, there and not in GGUF.
    pub fn norm_offset(self) -> f32 {
        if self.is_gemma() { 1.0 } else { 0.0 }
    }

    /// What the gate of the feed-forward part goes through.
    pub fn activation(self) -> Activation {
        if self.is_gemma() || self == Self::Starcoder2 { Activation::GeluTanh } else { Activation::Silu }
    }

    /// What its norms do.
    pub fn norm_kind(self) -> NormKind {
        if self == Self::Starcoder2 { NormKind::Centred } else { NormKind::Rms }
    }

    /// Whether its feed-forward part has a gate.
    pub fn has_gate(self) -> bool {
        self != Self::Starcoder2
    }

    /// Whether its layers may have experts.
    pub fn has_experts(self) -> bool {
        matches!(self, Self::Mixtral | Self::Qwen3Moe)
    }

    /// Whether the training engine computes it.
    pub fn is_trained(self) -> bool {
        !self.has_experts() && self != Self::Starcoder2
    }

    /// Whether q, k and v are one map, and gate and up another.
    pub fn fuses(self) -> bool {
        self == Self::Phi3
    }
}

impl NormPlaces {
    /// Whether there is one before.
    pub fn before(self) -> bool {
        self != Self::Behind
    }

    /// Whether there is one behind.
    pub fn behind(self) -> bool {
        self != Self::Before
    }
}

/// Which elements of a head rotary embedding turns together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RopePairing {
    /// `(0, 1), (2, 3), ...`: rows of q and k as Meta wrote them, which is how GGUF stores Llama.
    Adjacent,
    /// `(0, d/2), (1, d/2 + 1), ...`: as Hugging Face (GPT-NeoX) writes them.
    Halves,
}

/// Everything a forward pass needs to know of a model besides its weights.
#[derive(Debug, Clone, PartialEq)]
pub struct ArchSpec {
    /// The family.
    pub family: Family,
    /// Layers.
    pub layers: usize,
    /// Width of the residual stream.
    pub hidden: usize,
    /// Width inside the feed-forward part, of a layer that has one.
    pub feed_forward: usize,
    /// Experts, where layers have them.
    pub experts: Option<Experts>,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads; divides `heads`.
    pub kv_heads: usize,
    /// Width of a head.
    pub head_dim: usize,
    /// Tokens the model was trained for.
    pub context_length: usize,
    /// The norms' epsilon.
    pub norm_eps: f32,
    /// Base of the rotary frequencies.
    pub rope_base: f32,
    /// Leading elements of a head that are rotated.
    pub rope_dim: usize,
    /// The base in layers with a window, where it is another; nothing is scaled there.
    pub window_rope_base: Option<f32>,
    /// Positions are divided by this (linear scaling); 1 for none.
    pub rope_scale: f32,
    /// Cosines and sines are multiplied by this (YaRN, LongRoPE); 1 for none.
    pub rope_magnitude: f32,
    /// Which elements are rotated together.
    pub rope_pairing: RopePairing,
    /// Attention looks back this many tokens, where it is limited.
    pub sliding_window: Option<usize>,
    /// Layers whose attention is not limited all the same.
    pub unlimited_layers: Vec<usize>,
    /// Layers that turn nothing by its position.
    pub unturned_layers: Vec<usize>,
    /// Embeddings are multiplied by this; 1 for none.
    pub embedding_scale: f32,
    /// What attention and the feed-forward part add to the residual stream is multiplied by this; 1 for none.
    pub residual_scale: f32,
    /// Products of queries and keys are multiplied by this: one by the root of a head's width, where a family has nothing of its own.
    pub attention_scale: f32,
    /// Those products `s` then become `cap * tanh(s / cap)`, where they are capped.
    pub score_cap: Option<f32>,
    /// Logits are divided by this; 1 for none.
    pub logit_divisor: f32,
    /// Logits are then capped likewise.
    pub logit_cap: Option<f32>,
}

/// The scale of attention where a family has nothing of its own.
pub(in crate::llm) fn usual_attention_scale(head_dim: usize) -> f32 {
    1.0 / (head_dim as f32).sqrt()
}

/// Each how many layers of a SmolLM 3 there is one that turns nothing.
pub(in crate::llm) const UNTURNED_INTERVAL: usize = 4;

/// No model of these families has more experts.
const MOST_EXPERTS: usize = 1024;

/// No sound file describes anything larger; keeps products of dimensions from overflowing.
pub(in crate::llm) const MAX_DIMENSION: usize = 1 << 20;

impl ArchSpec {
    pub(in crate::llm) fn check(&self) -> Result<(), LlmError> {
        let sound = self.kv_heads > 0
            && self.heads.is_multiple_of(self.kv_heads)
            && (1..=1024).contains(&self.head_dim)
            && self.head_dim.is_multiple_of(2)
            && self.rope_dim.is_multiple_of(2)
            && (2..=self.head_dim).contains(&self.rope_dim)
            && self.layers <= 1024
            && self.experts.as_ref().is_none_or(|experts| {
                (1..=MOST_EXPERTS).contains(&experts.count)
                    && (1..=experts.count).contains(&experts.used)
                    && (1..=MAX_DIMENSION).contains(&experts.feed_forward)
            })
            && (0.0..1.0).contains(&self.norm_eps)
            // A base or a scale outside these gives positions that f32 cannot tell apart, or infinite ones.
            && (1.0..=1e12).contains(&self.rope_base)
            && (1e-6..=1e6).contains(&self.rope_scale)
            && self.window_rope_base.is_none_or(|base| (1.0..=1e12).contains(&base))
            && [self.score_cap, self.logit_cap].into_iter().flatten().all(|cap| (1e-3..=1e6).contains(&cap))
            && [self.embedding_scale, self.residual_scale, self.attention_scale, self.logit_divisor].iter().all(|x| (1e-6..=1e6).contains(x));
        if sound { Ok(()) } else { Err(LlmError::Inconsistent(format!("these dimensions cannot be: {self:?}"))) }
    }

    /// The experts of layer `index`, where it has them.
    pub fn experts_of(&self, index: usize) -> Option<&Experts> {
        self.experts.as_ref().filter(|experts| !experts.dense_layers.contains(&index))
    }

    /// How many tokens the attention of layer `index` looks back on, where it is limited.
    pub fn window(&self, index: usize) -> Option<usize> {
        self.sliding_window.filter(|_| !self.unlimited_layers.contains(&index))
    }

    /// Whether layer `index` turns by [`Self::window_rope_base`].
    pub fn turns_by_window(&self, index: usize) -> bool {
        self.window_rope_base.is_some() && self.window(index).is_some()
    }

    /// Whether layer `index` turns queries and keys by their positions.
    pub fn turns(&self, index: usize) -> bool {
        !self.unturned_layers.contains(&index)
    }

    /// Width of all query heads.
    pub fn query_dim(&self) -> usize {
        self.heads * self.head_dim
    }

    /// Width of all key (or value) heads.
    pub fn kv_dim(&self) -> usize {
        self.kv_heads * self.head_dim
    }
}
