//! What an adapter holds: of a linear map, and of a model's two ends, its embedding and its head.

use sha2::{Digest, Sha256};

use super::super::weights::Weight;

/// The addition to one linear map. Rows of `b` stand in Hugging Face's order.
#[derive(Debug, Clone, PartialEq)]
pub struct Lora {
    /// Its rank.
    pub rank: usize,
    /// `lora_A`: `[rank, inputs]`
    pub a: Vec<f32>,
    /// `lora_B`: `[outputs, rank]`
    pub b: Vec<f32>,
}

/// What an adapter changes of a map besides adding to it. In Hugging Face's order, `[outputs]` each.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MapChange {
    /// DoRA's lengths of the rows of the sum.
    pub magnitude: Option<Vec<f32>>,
    /// The bias of `lora_B`, scaled as that is.
    pub lora_bias: Option<Vec<f32>>,
    /// The map's own bias, which replaces the base's.
    pub bias: Option<Vec<f32>>,
}

impl MapChange {
    /// Each with the end of its tensor's name, in a map that has an addition or none.
    pub(super) fn parts(&self, adapted: bool) -> [(&'static str, Option<&Vec<f32>>); 3] {
        let bias = if adapted { "base_layer.bias" } else { "bias" };
        [("lora_magnitude_vector", self.magnitude.as_ref()), ("lora_B.bias", self.lora_bias.as_ref()), (bias, self.bias.as_ref())]
    }

    /// Where the tensor whose name ends so belongs.
    pub(super) fn slot(&mut self, end: &str) -> Option<&mut Option<Vec<f32>>> {
        match end {
            "lora_magnitude_vector" | "lora_magnitude_vector.weight" => Some(&mut self.magnitude),
            "lora_B.bias" => Some(&mut self.lora_bias),
            "bias" | "base_layer.bias" => Some(&mut self.bias),
            _ => None,
        }
    }
}

/// The two ends of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// What tokens become.
    Embedding,
    /// What logits are made by.
    Head,
}

impl End {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Embedding, Self::Head];

    /// Its path in a model.
    pub fn path(self) -> &'static str {
        match self {
            Self::Embedding => "model.embed_tokens",
            Self::Head => "lm_head",
        }
    }

    /// The last word of that.
    pub fn name(self) -> &'static str {
        match self {
            Self::Embedding => "embed_tokens",
            Self::Head => "lm_head",
        }
    }

    /// The one that is called `name`, with or without what stands before it.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|end| name == end.name() || name == end.path())
    }
}

/// What an adapter changes of one end.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EndChange {
    /// What is added: `a: [rank, inputs]`, `b: [outputs, rank]`. The embedding's inputs are the vocabulary, the head's outputs.
    pub lora: Option<Lora>,
    /// What stands in the base's place, `[vocabulary, hidden]`.
    pub whole: Option<Weight>,
    /// What stands in the place of some tokens' rows, one after another. `[tokens, hidden]`
    pub rows: Option<Vec<f32>>,
}

impl EndChange {
    /// Whether all its numbers are finite.
    pub(super) fn is_finite(&self) -> bool {
        let finite = |values: &[f32]| values.iter().all(|value| value.is_finite());
        let lora = self.lora.as_ref().is_none_or(|lora| finite(&lora.a) && finite(&lora.b));
        let mut row = vec![0.0; self.whole.as_ref().map_or(0, |whole| whole.columns)];
        let whole = self.whole.as_ref().is_none_or(|whole| {
            (0..whole.rows).all(|index| {
                whole.rows_f32(index..index + 1, &mut row);
                finite(&row)
            })
        });
        lora && whole && self.rows.as_deref().is_none_or(finite)
    }

    /// What tells it from others.
    pub(super) fn update(&self, hash: &mut Sha256) {
        let lora = self.lora.iter().flat_map(|lora| [&lora.a, &lora.b]);
        for values in lora.chain(&self.rows) {
            hash.update((values.len() as u64).to_le_bytes());
            hash.update(values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>());
        }
        if let Some(whole) = &self.whole {
            hash.update(whole.matrix().bytes);
        }
    }

    /// Numbers that it holds.
    pub(super) fn parameters(&self) -> usize {
        let lora = self.lora.as_ref().map_or(0, |lora| lora.a.len() + lora.b.len());
        let whole = self.whole.as_ref().map_or(0, |whole| whole.rows * whole.columns);
        lora + whole + self.rows.as_ref().map_or(0, Vec::len)
    }
}
