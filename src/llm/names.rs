//! Tensor names. A tensor's name in this program is Hugging Face's dotted path; llama.cpp has shorter ones for the same tensors.

use super::arch::{ArchSpec, Family};

/// A linear map of a decoder layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the names say it
pub enum Projection {
    Query,
    Key,
    Value,
    Output,
    Gate,
    Up,
    Down,
}

impl Projection {
    /// All of them, in the order in which a layer applies them.
    pub const ALL: [Self; 7] = [Self::Query, Self::Key, Self::Value, Self::Output, Self::Gate, Self::Up, Self::Down];

    /// The module's name, as PEFT's `target_modules` has it: `q_proj`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Query => "q_proj",
            Self::Key => "k_proj",
            Self::Value => "v_proj",
            Self::Output => "o_proj",
            Self::Gate => "gate_proj",
            Self::Up => "up_proj",
            Self::Down => "down_proj",
        }
    }

    /// The module's path in a layer: `self_attn.q_proj`.
    pub fn path(self) -> &'static str {
        match self {
            Self::Query => "self_attn.q_proj",
            Self::Key => "self_attn.k_proj",
            Self::Value => "self_attn.v_proj",
            Self::Output => "self_attn.o_proj",
            Self::Gate => "mlp.gate_proj",
            Self::Up => "mlp.up_proj",
            Self::Down => "mlp.down_proj",
        }
    }

    /// llama.cpp's name: `attn_q`.
    pub fn gguf(self) -> &'static str {
        match self {
            Self::Query => "attn_q",
            Self::Key => "attn_k",
            Self::Value => "attn_v",
            Self::Output => "attn_output",
            Self::Gate => "ffn_gate",
            Self::Up => "ffn_up",
            Self::Down => "ffn_down",
        }
    }

    /// The projection called `name` (`q_proj`).
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|projection| projection.name() == name)
    }

    /// Outputs and inputs of the map.
    pub fn shape(self, spec: &ArchSpec) -> (usize, usize) {
        match self {
            Self::Query => (spec.query_dim(), spec.hidden),
            Self::Key | Self::Value => (spec.kv_dim(), spec.hidden),
            Self::Output => (spec.hidden, spec.query_dim()),
            Self::Gate | Self::Up => (spec.feed_forward, spec.hidden),
            Self::Down => (spec.hidden, spec.feed_forward),
        }
    }

    /// Heads whose rows GGUF weaves where its rope pairs neighbours; `None` for the maps whose rows stand as they are.
    pub fn rotated_heads(self, spec: &ArchSpec) -> Option<usize> {
        match self {
            Self::Query => Some(spec.heads),
            Self::Key => Some(spec.kv_heads),
            _ => None,
        }
    }
}

/// Maps of a layer that some families store as one: the rows of each, one behind the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the names say it
pub enum Fused {
    QueryKeyValue,
    GateUp,
}

impl Fused {
    /// Both.
    pub const ALL: [Self; 2] = [Self::QueryKeyValue, Self::GateUp];

    /// What it is made of, in order.
    pub fn parts(self) -> &'static [Projection] {
        match self {
            Self::QueryKeyValue => &[Projection::Query, Projection::Key, Projection::Value],
            Self::GateUp => &[Projection::Gate, Projection::Up],
        }
    }

    /// The one that `projection` is part of.
    pub fn of(projection: Projection) -> Option<Self> {
        Self::ALL.into_iter().find(|fused| fused.parts().contains(&projection))
    }

    /// The module's name, as PEFT's `target_modules` has it: `qkv_proj`.
    pub fn name(self) -> &'static str {
        match self {
            Self::QueryKeyValue => "qkv_proj",
            Self::GateUp => "gate_up_proj",
        }
    }

    /// The module's path in a layer: `self_attn.qkv_proj`.
    pub fn path(self) -> &'static str {
        match self {
            Self::QueryKeyValue => "self_attn.qkv_proj",
            Self::GateUp => "mlp.gate_up_proj",
        }
    }

    /// llama.cpp's name. The second is called as another family's up alone.
    pub fn gguf(self) -> &'static str {
        match self {
            Self::QueryKeyValue => "attn_qkv",
            Self::GateUp => "ffn_up",
        }
    }

    /// The one called `name` (`qkv_proj`).
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fused| fused.name() == name)
    }

    /// The one at `path` in a layer.
    pub fn at(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fused| fused.path() == path)
    }

    /// Outputs and inputs of the whole map.
    pub fn shape(self, spec: &ArchSpec) -> (usize, usize) {
        let rows = self.parts().iter().map(|part| part.shape(spec).0).sum();
        (rows, spec.hidden)
    }

    /// The row of the whole at which `part` begins.
    pub fn first_row(self, spec: &ArchSpec, part: Projection) -> usize {
        self.parts().iter().take_while(|other| **other != part).map(|other| other.shape(spec).0).sum()
    }
}

/// What a layer's tensor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LayerPart {
    /// The norm before attention. `[hidden]`
    AttentionNorm,
    /// The norm behind attention. `[hidden]`
    AttentionPostNorm,
    /// The norm before the feed-forward part. `[hidden]`
    FeedForwardNorm,
    /// The norm behind the feed-forward part. `[hidden]`
    FeedForwardPostNorm,
    /// The norm of the queries. `[head_dim]`, or `[query_dim]` where it is taken over all heads
    QueryNorm,
    /// The norm of the keys, likewise.
    KeyNorm,
    /// `[outputs, inputs]`
    Weight(Projection),
    /// `[outputs]`
    Bias(Projection),
    /// Of several maps, `[outputs, inputs]`
    Fused(Fused),
}

/// The norms of a layer, and llama.cpp's name of each.
const NORMS: [(LayerPart, &str); 6] = [
    (LayerPart::AttentionNorm, "attn_norm"),
    (LayerPart::AttentionPostNorm, "post_attention_norm"),
    (LayerPart::FeedForwardNorm, "ffn_norm"),
    (LayerPart::FeedForwardPostNorm, "post_ffw_norm"),
    (LayerPart::QueryNorm, "attn_q_norm"),
    (LayerPart::KeyNorm, "attn_k_norm"),
];

/// A norm's path in a layer. What stands before the feed-forward part has been called after attention since Llama; families with a norm
/// behind attention have another name for it.
fn norm_path(part: LayerPart, family: Family) -> &'static str {
    match part {
        LayerPart::AttentionNorm => "input_layernorm",
        LayerPart::AttentionPostNorm => "post_attention_layernorm",
        LayerPart::FeedForwardNorm if family.norm_places().behind() => "pre_feedforward_layernorm",
        LayerPart::FeedForwardNorm => "post_attention_layernorm",
        LayerPart::FeedForwardPostNorm => "post_feedforward_layernorm",
        LayerPart::QueryNorm => "self_attn.q_norm",
        LayerPart::KeyNorm => "self_attn.k_norm",
        LayerPart::Weight(_) | LayerPart::Bias(_) | LayerPart::Fused(_) => "",
    }
}

impl LayerPart {
    /// All of them: norms first, each map with its bias, maps in one.
    pub fn all() -> impl Iterator<Item = Self> {
        let maps = Projection::ALL.into_iter().flat_map(|projection| [Self::Weight(projection), Self::Bias(projection)]);
        NORMS.iter().map(|(part, _)| *part).chain(maps).chain(Fused::ALL.map(Self::Fused))
    }

    /// Whether it is a norm's weights.
    pub fn is_norm(self) -> bool {
        NORMS.iter().any(|(part, _)| *part == self)
    }

    /// Whether a model of `family` has this norm; true for what is no norm.
    pub fn is_of(self, family: Family) -> bool {
        match self {
            Self::AttentionNorm | Self::FeedForwardNorm => family.norm_places().before(),
            Self::AttentionPostNorm | Self::FeedForwardPostNorm => family.norm_places().behind(),
            Self::QueryNorm | Self::KeyNorm => family.head_norms().is_some(),
            Self::Weight(projection) => !family.fuses() || Fused::of(projection).is_none(),
            Self::Bias(_) => true,
            Self::Fused(_) => family.fuses(),
        }
    }

    /// Its path in a layer: Hugging Face's.
    fn path(self, family: Family) -> String {
        match self {
            Self::Weight(projection) => format!("{}.weight", projection.path()),
            Self::Bias(projection) => format!("{}.bias", projection.path()),
            Self::Fused(fused) => format!("{}.weight", fused.path()),
            norm => format!("{}.weight", norm_path(norm, family)),
        }
    }

    /// llama.cpp's name.
    fn gguf(self) -> String {
        match self {
            Self::Weight(projection) => format!("{}.weight", projection.gguf()),
            Self::Bias(projection) => format!("{}.bias", projection.gguf()),
            Self::Fused(fused) => format!("{}.weight", fused.gguf()),
            norm => format!("{}.weight", NORMS.iter().find(|(part, _)| *part == norm).map_or("", |(_, name)| name)),
        }
    }
}

/// A tensor of a decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TensorName {
    /// `[vocabulary, hidden]`
    Embedding,
    /// A layer's.
    Layer {
        /// Which layer, from 0.
        index: usize,
        /// Which of its tensors.
        part: LayerPart,
    },
    /// The norm before the head. `[hidden]`
    FinalNorm,
    /// `[vocabulary, hidden]`
    Head,
}

impl TensorName {
    /// Whether it is a norm's weights.
    pub fn is_norm(self) -> bool {
        match self {
            Self::FinalNorm => true,
            Self::Layer { part, .. } => part.is_norm(),
            Self::Embedding | Self::Head => false,
        }
    }

    /// The weight of a layer's projection.
    pub fn weight(index: usize, projection: Projection) -> Self {
        Self::Layer { index, part: LayerPart::Weight(projection) }
    }

    /// The Hugging Face name: `model.layers.0.self_attn.q_proj.weight`.
    pub fn hugging_face(self, family: Family) -> String {
        match self {
            Self::Embedding => "model.embed_tokens.weight".into(),
            Self::FinalNorm => "model.norm.weight".into(),
            Self::Head => "lm_head.weight".into(),
            Self::Layer { index, part } => format!("model.layers.{index}.{}", part.path(family)),
        }
    }

    /// llama.cpp's name: `blk.0.attn_q.weight`.
    pub fn gguf(self) -> String {
        match self {
            Self::Embedding => "token_embd.weight".into(),
            Self::FinalNorm => "output_norm.weight".into(),
            Self::Head => "output.weight".into(),
            Self::Layer { index, part } => format!("blk.{index}.{}", part.gguf()),
        }
    }

    /// Reads a Hugging Face name in a model of `family`, which has such a tensor.
    pub fn from_hugging_face(name: &str, family: Family) -> Option<Self> {
        let fixed = [Self::Embedding, Self::FinalNorm, Self::Head];
        if let Some(found) = fixed.into_iter().find(|fixed| fixed.hugging_face(family) == name) {
            return Some(found);
        }
        let (index, rest) = name.strip_prefix("model.layers.")?.split_once('.')?;
        Self::layer_part(index, rest, family, |part| part.path(family))
    }

    /// Reads a llama.cpp name in a model of `family`, which has such a tensor.
    pub fn from_gguf(name: &str, family: Family) -> Option<Self> {
        let fixed = [Self::Embedding, Self::FinalNorm, Self::Head];
        if let Some(found) = fixed.into_iter().find(|fixed| fixed.gguf() == name) {
            return Some(found);
        }
        let (index, rest) = name.strip_prefix("blk.")?.split_once('.')?;
        Self::layer_part(index, rest, family, LayerPart::gguf)
    }

    fn layer_part(index: &str, rest: &str, family: Family, name: impl Fn(LayerPart) -> String) -> Option<Self> {
        let number: usize = index.parse().ok()?;
        if number.to_string() != index {
            return None;
        }
        let part = LayerPart::all().find(|part| part.is_of(family) && name(*part) == rest)?;
        Some(Self::Layer { index: number, part })
    }
}

/// Row `row` of a head-wise woven matrix (GGUF's order for Llama) is row `unwoven(row)` of Hugging Face's, whose heads have `head_dim` rows.
pub fn unwoven(row: usize, head_dim: usize) -> usize {
    let (head, at) = (row / head_dim, row % head_dim);
    head * head_dim + (at % 2) * (head_dim / 2) + at / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for family in [Family::Llama, Family::Qwen3, Family::Gemma3, Family::Phi3, Family::Olmo2] {
            let parts = LayerPart::all().filter(|part| part.is_of(family));
            let layers = parts.flat_map(|part| [0, 7, 31].map(|index| TensorName::Layer { index, part }));
            for name in layers.chain([TensorName::Embedding, TensorName::FinalNorm, TensorName::Head]) {
                assert_eq!(TensorName::from_hugging_face(&name.hugging_face(family), family), Some(name), "{family:?}");
                assert_eq!(TensorName::from_gguf(&name.gguf(), family), Some(name), "{family:?}");
            }
        }
        for name in ["", "model.layers.x.input_layernorm.weight", "model.layers.01.input_layernorm.weight", "blk.0.attn_q.scale"] {
            let found = (TensorName::from_hugging_face(name, Family::Llama), TensorName::from_gguf(name, Family::Llama));
            assert_eq!(found, (None, None), "{name}");
        }
        let after_attention = "model.layers.3.post_attention_layernorm.weight";
        for (family, part) in [(Family::Llama, LayerPart::FeedForwardNorm), (Family::Gemma2, LayerPart::AttentionPostNorm)] {
            assert_eq!(TensorName::from_hugging_face(after_attention, family), Some(TensorName::Layer { index: 3, part }));
        }
        assert_eq!(TensorName::from_hugging_face("model.layers.0.self_attn.q_proj.weight", Family::Phi3), None);
    }

    #[test]
    fn rows_are_unwoven_head_by_head() {
        assert_eq!((0..8).map(|row| unwoven(row, 4)).collect::<Vec<_>>(), [0, 2, 1, 3, 4, 6, 5, 7]);
    }
}
