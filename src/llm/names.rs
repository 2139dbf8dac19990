//! Tensor names. A tensor's name in this program is Hugging Face's dotted path; llama.cpp has shorter ones for the same tensors.

use super::arch::{Family, NormKind};
pub use super::maps::{Fused, Projection};

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
    /// What is added behind the norm before attention. `[hidden]`
    AttentionNormBias,
    /// The same before the feed-forward part.
    FeedForwardNormBias,
    /// What tells experts apart by how much each is to be heeded. `[experts, hidden]`
    Router,
    /// All experts' maps, one behind the other, as llama.cpp stores them. `[experts, outputs, inputs]`
    Experts(Projection),
    /// One expert's, as a folder has it. `[outputs, inputs]`
    Expert(Projection, u16),
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

/// The maps of a feed-forward part.
const FEED_FORWARD: [Projection; 3] = [Projection::Gate, Projection::Up, Projection::Down];

/// A map's path in a layer of `family`.
fn map_path(projection: Projection, family: Family) -> &'static str {
    match (family, projection) {
        (Family::Starcoder2, Projection::Up) => "mlp.c_fc",
        (Family::Starcoder2, Projection::Down) => "mlp.c_proj",
        _ => projection.path(),
    }
}

/// Where a layer of `family` has its experts.
fn experts_path(family: Family) -> &'static str {
    if family == Family::Mixtral { "block_sparse_moe" } else { "mlp" }
}

/// What an expert's map is called.
fn expert_map(projection: Projection, family: Family) -> &'static str {
    match (family, projection) {
        (Family::Mixtral, Projection::Gate) => "w1",
        (Family::Mixtral, Projection::Up) => "w3",
        (Family::Mixtral, _) => "w2",
        _ => projection.name(),
    }
}

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
        LayerPart::AttentionNormBias => norm_path(LayerPart::AttentionNorm, family),
        LayerPart::FeedForwardNormBias => norm_path(LayerPart::FeedForwardNorm, family),
        LayerPart::Weight(_) | LayerPart::Bias(_) | LayerPart::Fused(_) => "",
        LayerPart::Router | LayerPart::Experts(_) | LayerPart::Expert(..) => "",
    }
}

impl LayerPart {
    /// All of them but single experts: norms first, each map with its bias, maps in one, experts.
    pub fn all() -> impl Iterator<Item = Self> {
        let maps = Projection::ALL.into_iter().flat_map(|projection| [Self::Weight(projection), Self::Bias(projection)]);
        let norms = NORMS.iter().map(|(part, _)| *part).chain([Self::AttentionNormBias, Self::FeedForwardNormBias]);
        norms.chain(maps).chain(Fused::ALL.map(Self::Fused)).chain([Self::Router]).chain(FEED_FORWARD.map(Self::Experts))
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
            Self::AttentionNormBias | Self::FeedForwardNormBias => family.norm_kind() == NormKind::Centred,
            Self::Weight(Projection::Gate) | Self::Bias(Projection::Gate) if !family.has_gate() => false,
            Self::Weight(projection) => !family.fuses() || Fused::of(projection).is_none(),
            Self::Bias(_) => true,
            Self::Router | Self::Experts(_) | Self::Expert(..) => family.has_experts(),
            Self::Fused(_) => family.fuses(),
        }
    }

    /// Its path in a layer: Hugging Face's.
    fn path(self, family: Family) -> String {
        match self {
            Self::Weight(projection) => format!("{}.weight", map_path(projection, family)),
            Self::Bias(projection) => format!("{}.bias", map_path(projection, family)),
            Self::Fused(fused) => format!("{}.weight", fused.path()),
            Self::Router => format!("{}.gate.weight", experts_path(family)),
            Self::Experts(projection) => format!("{}.experts.{}.weight", experts_path(family), expert_map(projection, family)),
            Self::Expert(projection, index) => {
                format!("{}.experts.{index}.{}.weight", experts_path(family), expert_map(projection, family))
            }
            Self::AttentionNormBias | Self::FeedForwardNormBias => format!("{}.bias", norm_path(self, family)),
            norm => format!("{}.weight", norm_path(norm, family)),
        }
    }

    /// llama.cpp's name.
    fn gguf(self) -> String {
        match self {
            Self::Weight(projection) => format!("{}.weight", projection.gguf()),
            Self::Bias(projection) => format!("{}.bias", projection.gguf()),
            Self::Fused(fused) => format!("{}.weight", fused.gguf()),
            Self::Router => "ffn_gate_inp.weight".into(),
            Self::Experts(projection) => format!("{}_exps.weight", projection.gguf()),
            Self::Expert(projection, index) => format!("{}.{index}.weight", projection.gguf()),
            Self::AttentionNormBias => "attn_norm.bias".into(),
            Self::FeedForwardNormBias => "ffn_norm.bias".into(),
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
    /// What is added behind that. `[hidden]`
    FinalNormBias,
    /// `[vocabulary, hidden]`
    Head,
}

impl TensorName {
    /// Whether it is a norm's weights.
    pub fn is_norm(self) -> bool {
        match self {
            Self::FinalNorm => true,
            Self::Layer { part, .. } => part.is_norm(),
            Self::Embedding | Self::FinalNormBias | Self::Head => false,
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
            Self::FinalNormBias => "model.norm.bias".into(),
            Self::Head => "lm_head.weight".into(),
            Self::Layer { index, part } => format!("model.layers.{index}.{}", part.path(family)),
        }
    }

    /// llama.cpp's name: `blk.0.attn_q.weight`.
    pub fn gguf(self) -> String {
        match self {
            Self::Embedding => "token_embd.weight".into(),
            Self::FinalNorm => "output_norm.weight".into(),
            Self::FinalNormBias => "output_norm.bias".into(),
            Self::Head => "output.weight".into(),
            Self::Layer { index, part } => format!("blk.{index}.{}", part.gguf()),
        }
    }

    /// Reads a Hugging Face name in a model of `family`, which has such a tensor.
    pub fn from_hugging_face(name: &str, family: Family) -> Option<Self> {
        if let Some(found) = Self::outside_layers(family).find(|fixed| fixed.hugging_face(family) == name) {
            return Some(found);
        }
        let (index, rest) = name.strip_prefix("model.layers.")?.split_once('.')?;
        let expert = Self::expert(rest, family);
        let parts = LayerPart::all().filter(|part| !matches!(part, LayerPart::Experts(_))).chain(expert);
        Self::layer_part(index, rest, family, parts, |part| part.path(family))
    }

    /// Reads a llama.cpp name in a model of `family`, which has such a tensor.
    pub fn from_gguf(name: &str, family: Family) -> Option<Self> {
        if let Some(found) = Self::outside_layers(family).find(|fixed| fixed.gguf() == name) {
            return Some(found);
        }
        let (index, rest) = name.strip_prefix("blk.")?.split_once('.')?;
        Self::layer_part(index, rest, family, LayerPart::all(), LayerPart::gguf)
    }

    /// Tensors that belong to no layer, in a model of `family`.
    fn outside_layers(family: Family) -> impl Iterator<Item = Self> {
        let bias = Some(Self::FinalNormBias).filter(|_| family.norm_kind() == NormKind::Centred);
        [Self::Embedding, Self::FinalNorm, Self::Head].into_iter().chain(bias)
    }

    /// The expert's map that `rest` may be, of a layer's tensor.
    fn expert(rest: &str, family: Family) -> Option<LayerPart> {
        let (number, map) = rest.strip_prefix(experts_path(family))?.strip_prefix(".experts.")?.split_once('.')?;
        let projection =
            FEED_FORWARD.into_iter().find(|projection| map.strip_suffix(".weight") == Some(expert_map(*projection, family)))?;
        Some(LayerPart::Expert(projection, number.parse().ok()?))
    }

    fn layer_part(
        index: &str,
        rest: &str,
        family: Family,
        mut parts: impl Iterator<Item = LayerPart>,
        name: impl Fn(LayerPart) -> String,
    ) -> Option<Self> {
        let number: usize = index.parse().ok()?;
        if number.to_string() != index {
            return None;
        }
        let part = parts.find(|part| part.is_of(family) && name(*part) == rest)?;
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
        let of_experts = [LayerPart::Expert(Projection::Gate, 0), LayerPart::Expert(Projection::Down, 127)];
        for family in [
            Family::Llama,
            Family::Qwen3,
            Family::Gemma3,
            Family::Phi3,
            Family::Olmo2,
            Family::Mixtral,
            Family::Qwen3Moe,
            Family::Starcoder2,
        ] {
            let parts: Vec<LayerPart> = LayerPart::all().chain(of_experts).filter(|part| part.is_of(family)).collect();
            let layers = parts.iter().flat_map(|&part| [0, 7, 31].map(|index| TensorName::Layer { index, part }));
            for name in layers.chain(TensorName::outside_layers(family)) {
                let (single, all) = match name {
                    TensorName::Layer { part, .. } => (matches!(part, LayerPart::Expert(..)), matches!(part, LayerPart::Experts(_))),
                    _ => (false, false),
                };
                let folder = TensorName::from_hugging_face(&name.hugging_face(family), family);
                assert_eq!(folder, Some(name).filter(|_| !all), "{family:?}");
                assert_eq!(TensorName::from_gguf(&name.gguf(), family), Some(name).filter(|_| !single), "{family:?}");
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
