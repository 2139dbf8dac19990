//! Tensor names. A tensor's name in this program is Hugging Face's dotted path; llama.cpp has shorter ones for the same tensors.

use super::arch::ArchSpec;

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

/// What a layer's tensor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LayerPart {
    /// The norm before attention. `[hidden]`
    AttentionNorm,
    /// The norm before the feed-forward part. `[hidden]`
    FeedForwardNorm,
    /// The norm over each head of the queries. `[head_dim]`
    QueryNorm,
    /// The norm over each head of the keys. `[head_dim]`
    KeyNorm,
    /// `[outputs, inputs]`
    Weight(Projection),
    /// `[outputs]`
    Bias(Projection),
}

/// The norms of a layer: what each is, its path in a layer, and llama.cpp's name.
const NORMS: [(LayerPart, &str, &str); 4] = [
    (LayerPart::AttentionNorm, "input_layernorm", "attn_norm"),
    (LayerPart::FeedForwardNorm, "post_attention_layernorm", "ffn_norm"),
    (LayerPart::QueryNorm, "self_attn.q_norm", "attn_q_norm"),
    (LayerPart::KeyNorm, "self_attn.k_norm", "attn_k_norm"),
];

impl LayerPart {
    /// Its path in a layer: Hugging Face's, and llama.cpp's.
    fn paths(self) -> (String, String) {
        match self {
            Self::Weight(projection) => (format!("{}.weight", projection.path()), format!("{}.weight", projection.gguf())),
            Self::Bias(projection) => (format!("{}.bias", projection.path()), format!("{}.bias", projection.gguf())),
            norm => {
                let names = NORMS.iter().find(|(part, ..)| *part == norm).map_or(("", ""), |(_, path, gguf)| (path, gguf));
                (format!("{}.weight", names.0), format!("{}.weight", names.1))
            }
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
    /// The weight of a layer's projection.
    pub fn weight(index: usize, projection: Projection) -> Self {
        Self::Layer { index, part: LayerPart::Weight(projection) }
    }

    /// The Hugging Face name: `model.layers.0.self_attn.q_proj.weight`.
    pub fn hugging_face(self) -> String {
        match self {
            Self::Embedding => "model.embed_tokens.weight".into(),
            Self::FinalNorm => "model.norm.weight".into(),
            Self::Head => "lm_head.weight".into(),
            Self::Layer { index, part } => format!("model.layers.{index}.{}", part.paths().0),
        }
    }

    /// llama.cpp's name: `blk.0.attn_q.weight`.
    pub fn gguf(self) -> String {
        match self {
            Self::Embedding => "token_embd.weight".into(),
            Self::FinalNorm => "output_norm.weight".into(),
            Self::Head => "output.weight".into(),
            Self::Layer { index, part } => format!("blk.{index}.{}", part.paths().1),
        }
    }

    /// Reads a Hugging Face name.
    pub fn from_hugging_face(name: &str) -> Option<Self> {
        let fixed = [Self::Embedding, Self::FinalNorm, Self::Head];
        if let Some(found) = fixed.into_iter().find(|fixed| fixed.hugging_face() == name) {
            return Some(found);
        }
        let (index, rest) = name.strip_prefix("model.layers.")?.split_once('.')?;
        Self::layer_part(index, rest, Projection::path, |(_, path, _)| path)
    }

    /// Reads a llama.cpp name.
    pub fn from_gguf(name: &str) -> Option<Self> {
        let fixed = [Self::Embedding, Self::FinalNorm, Self::Head];
        if let Some(found) = fixed.into_iter().find(|fixed| fixed.gguf() == name) {
            return Some(found);
        }
        let (index, rest) = name.strip_prefix("blk.")?.split_once('.')?;
        Self::layer_part(index, rest, Projection::gguf, |(_, _, gguf)| gguf)
    }

    fn layer_part(
        index: &str,
        rest: &str,
        path: fn(Projection) -> &'static str,
        norm_path: fn((LayerPart, &'static str, &'static str)) -> &'static str,
    ) -> Option<Self> {
        let number: usize = index.parse().ok()?;
        if number.to_string() != index {
            return None;
        }
        let (module, kind) = rest.rsplit_once('.')?;
        let norm = NORMS.into_iter().find(|norm| norm_path(*norm) == module).map(|(part, ..)| part);
        let projection = Projection::ALL.into_iter().find(|projection| path(*projection) == module);
        let part = match (norm, projection, kind) {
            (Some(norm), _, "weight") => norm,
            (None, Some(projection), "weight") => LayerPart::Weight(projection),
            (None, Some(projection), "bias") => LayerPart::Bias(projection),
            _ => return None,
        };
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
        let parts =
            Projection::ALL.into_iter().flat_map(|p| [LayerPart::Weight(p), LayerPart::Bias(p)]).chain(NORMS.map(|(part, ..)| part));
        let layers = parts.flat_map(|part| [0, 7, 31].map(|index| TensorName::Layer { index, part }));
        for name in layers.chain([TensorName::Embedding, TensorName::FinalNorm, TensorName::Head]) {
            assert_eq!(TensorName::from_hugging_face(&name.hugging_face()), Some(name));
            assert_eq!(TensorName::from_gguf(&name.gguf()), Some(name));
        }
        for name in ["", "model.layers.x.input_layernorm.weight", "model.layers.01.input_layernorm.weight", "blk.0.attn_q.scale"] {
            assert_eq!((TensorName::from_hugging_face(name), TensorName::from_gguf(name)), (None, None), "{name}");
        }
    }

    #[test]
    fn rows_are_unwoven_head_by_head() {
        assert_eq!((0..8).map(|row| unwoven(row, 4)).collect::<Vec<_>>(), [0, 2, 1, 3, 4, 6, 5, 7]);
    }
}
