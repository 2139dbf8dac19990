//! Which type each tensor of a file gets: the rules of llama.cpp's `llama-quant.cpp`.

use super::super::arch::ArchSpec;
use super::super::names::{Fused, LayerPart, Projection, TensorName};
use crate::compute::BlockType;

/// What a file is called by: the type of most of its matrices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names are llama.cpp's
pub enum FileType {
    F32,
    F16,
    BF16,
    Q8_0,
    Q6K,
    Q5KM,
    Q5KS,
    Q4KM,
    Q4KS,
    Iq4Xs,
    Iq4Nl,
    Q4_0,
}

impl FileType {
    /// All of them, the largest first.
    pub const ALL: [Self; 12] = [
        Self::F32,
        Self::F16,
        Self::BF16,
        Self::Q8_0,
        Self::Q6K,
        Self::Q5KM,
        Self::Q5KS,
        Self::Q4KM,
        Self::Q4KS,
        Self::Iq4Nl,
        Self::Iq4Xs,
        Self::Q4_0,
    ];

    /// llama.cpp's name, as it stands in files' names.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "F32",
            Self::F16 => "F16",
            Self::BF16 => "BF16",
            Self::Q8_0 => "Q8_0",
            Self::Q6K => "Q6_K",
            Self::Q5KM => "Q5_K_M",
            Self::Q5KS => "Q5_K_S",
            Self::Q4KM => "Q4_K_M",
            Self::Q4KS => "Q4_K_S",
            Self::Iq4Xs => "IQ4_XS",
            Self::Iq4Nl => "IQ4_NL",
            Self::Q4_0 => "Q4_0",
        }
    }

    /// The type called `name`, in letters of either case; `q4_k` and `q5_k` are the middle ones, as in llama.cpp.
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "Q4_K" => Some(Self::Q4KM),
            "Q5_K" => Some(Self::Q5KM),
            upper => Self::ALL.into_iter().find(|kind| kind.name() == upper),
        }
    }

    /// The number in `general.file_type` (`enum llama_ftype`).
    pub fn number(self) -> u64 {
        match self {
            Self::F32 => 0,
            Self::F16 => 1,
            Self::BF16 => 32,
            Self::Q8_0 => 7,
            Self::Q6K => 18,
            Self::Q5KM => 17,
            Self::Q5KS => 16,
            Self::Q4KM => 15,
            Self::Q4KS => 14,
            Self::Iq4Xs => 30,
            Self::Iq4Nl => 25,
            Self::Q4_0 => 2,
        }
    }

    /// The type of most matrices.
    pub fn usual(self) -> BlockType {
        match self {
            Self::F32 => BlockType::F32,
            Self::F16 => BlockType::F16,
            Self::BF16 => BlockType::BF16,
            Self::Q8_0 => BlockType::Q8_0,
            Self::Q6K => BlockType::Q6K,
            Self::Q5KM | Self::Q5KS => BlockType::Q5K,
            Self::Q4KM | Self::Q4KS => BlockType::Q4K,
            Self::Iq4Xs => BlockType::Iq4Xs,
            Self::Iq4Nl => BlockType::Iq4Nl,
            Self::Q4_0 => BlockType::Q4_0,
        }
    }
}

/// What the rules ask of a model.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Its parameters.
    pub spec: &'a ArchSpec,
    /// Whether the head is the embedding.
    pub tied: bool,
    /// Whether it is known how much each column matters.
    pub importance: bool,
}

/// The experts of the models that llama.cpp has rules of their own for.
const EIGHT: usize = 8;

/// The type of the matrix `name` with rows of `columns` weights.
pub fn choose(kind: FileType, name: TensorName, columns: usize, facts: Facts<'_>) -> BlockType {
    let usual = kind.usual();
    if matches!(name, TensorName::Layer { part: LayerPart::Router, .. }) {
        return BlockType::F32;
    }
    if usual.is_float() {
        return usual;
    }
    let wanted = match name {
        TensorName::Head => of_head(usual, columns),
        TensorName::Embedding if facts.tied => of_head(usual, columns),
        TensorName::Layer { index, part: LayerPart::Weight(projection) } => of_layer(kind, index, projection, facts),
        TensorName::Layer { index, part: LayerPart::Experts(projection) } => of_layer(kind, index, projection, facts),
        // The rule for values comes before the one for q, k and v in one, and takes it.
        TensorName::Layer { index, part: LayerPart::Fused(Fused::QueryKeyValue) } => of_layer(kind, index, Projection::Value, facts),
        _ => usual,
    };
    fitting(wanted, columns)
}

fn of_head(usual: BlockType, columns: usize) -> BlockType {
    match usual {
        BlockType::Q8_0 => BlockType::Q8_0,
        _ if !columns.is_multiple_of(usual.block_len()) => BlockType::Q8_0,
        _ => BlockType::Q6K,
    }
}

fn of_layer(kind: FileType, index: usize, projection: Projection, facts: Facts<'_>) -> BlockType {
    let (layers, spec) = (facts.spec.layers, facts.spec);
    let shared = spec.heads / spec.kv_heads.max(1);
    let first_eighth = index < layers / 8;
    let more_bits = first_eighth || index >= 7 * layers / 8 || (index - layers / 8) % 3 == 2;
    let eight = spec.experts.as_ref().is_some_and(|experts| experts.count == EIGHT);
    match (projection, kind) {
        // Attention is a small part of such a model.
        (Projection::Key | Projection::Value, _) if eight => BlockType::Q8_0,
        (Projection::Output, FileType::Q4KM | FileType::Q4KS | FileType::Iq4Xs | FileType::Iq4Nl) if eight => BlockType::Q5K,
        (Projection::Value, FileType::Iq4Xs | FileType::Iq4Nl) if shared >= 4 => BlockType::Q5K,
        (Projection::Value | Projection::Down, FileType::Q4KM | FileType::Q5KM) if more_bits => BlockType::Q6K,
        (Projection::Value, FileType::Q4KS) if index < 4 => BlockType::Q5K,
        // The 70B: its values are small, and much is read from them.
        (Projection::Value, _) if layers == 80 && shared > 1 && kind.usual() == BlockType::Q4K => BlockType::Q5K,
        (Projection::Down, FileType::Iq4Xs | FileType::Iq4Nl) if first_eighth && !facts.importance => BlockType::Q5K,
        (Projection::Down, FileType::Q4KS) if first_eighth => BlockType::Q5K,
        (Projection::Down, FileType::Q4_0) if first_eighth && facts.importance => BlockType::Q4_1,
        _ => kind.usual(),
    }
}

/// `wanted`, or what llama.cpp takes for rows that are not a whole number of its blocks.
fn fitting(wanted: BlockType, columns: usize) -> BlockType {
    let fits = |block: BlockType| columns.is_multiple_of(block.block_len());
    if fits(wanted) {
        return wanted;
    }
    let other = match wanted {
        BlockType::Iq4Xs => BlockType::Iq4Nl,
        BlockType::Q4K => BlockType::Q5_0,
        BlockType::Q5K => BlockType::Q5_1,
        BlockType::Q6K => BlockType::Q8_0,
        _ => BlockType::F16,
    };
    if fits(other) { other } else { BlockType::F16 }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::checkpoint::Config;
    use super::*;

    fn spec(layers: usize, kv_heads: usize) -> ArchSpec {
        let config = json!({"model_type": "llama", "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": layers,
            "num_attention_heads": 32, "num_key_value_heads": kv_heads});
        Config::parse(&config.to_string()).unwrap().spec
    }

    /// The types that `llama-quantize` gives Llama-2 7B's values and downs, layer by layer, by its rule `use_more_bits`.
    #[test]
    fn layers_with_more_bits_are_llama_cpps() {
        let spec = spec(32, 32);
        let facts = Facts { spec: &spec, tied: false, importance: false };
        let of = |kind, projection: Projection, index| choose(kind, TensorName::weight(index, projection), 4096, facts);
        let sixes: Vec<usize> = (0..32).filter(|&i| of(FileType::Q4KM, Projection::Down, i) == BlockType::Q6K).collect();
        assert_eq!(sixes, [0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 29, 30, 31]);
        for index in 0..32 {
            assert_eq!(of(FileType::Q4KM, Projection::Value, index), of(FileType::Q4KM, Projection::Down, index));
            assert_eq!(of(FileType::Q4KM, Projection::Query, index), BlockType::Q4K);
            assert_eq!(of(FileType::Q6K, Projection::Down, index), BlockType::Q6K);
            let down = if index < 4 { BlockType::Q5K } else { BlockType::Iq4Xs };
            assert_eq!(of(FileType::Iq4Xs, Projection::Down, index), down);
        }
    }

    #[test]
    fn heads_and_odd_rows_are_llama_cpps() {
        let spec = spec(2, 8);
        let facts = |tied| Facts { spec: &spec, tied, importance: false };
        #[track_caller]
        fn check(kind: FileType, name: TensorName, columns: usize, facts: Facts<'_>, expected: BlockType) {
            assert_eq!(choose(kind, name, columns, facts), expected, "{kind:?} {name:?} {columns}");
        }
        let query = TensorName::weight(0, Projection::Query);
        check(FileType::Q4KM, TensorName::Head, 4096, facts(false), BlockType::Q6K);
        check(FileType::Q4KM, TensorName::Embedding, 4096, facts(false), BlockType::Q4K);
        check(FileType::Q4KM, TensorName::Embedding, 4096, facts(true), BlockType::Q6K);
        check(FileType::Q4_0, TensorName::Head, 4096, facts(false), BlockType::Q6K);
        check(FileType::Q4KM, TensorName::Head, 896, facts(false), BlockType::Q8_0);
        check(FileType::Q8_0, TensorName::Head, 4096, facts(false), BlockType::Q8_0);
        check(FileType::Q4KM, query, 896, facts(false), BlockType::Q5_0);
        check(FileType::Q5KM, query, 896, facts(false), BlockType::Q5_1);
        check(FileType::Q6K, query, 896, facts(false), BlockType::Q8_0);
        check(FileType::Iq4Xs, query, 896, facts(false), BlockType::Iq4Nl);
        check(FileType::Iq4Xs, TensorName::weight(0, Projection::Value), 4096, facts(false), BlockType::Q5K);
        check(FileType::Q8_0, query, 100, facts(false), BlockType::F16);
        check(FileType::F32, query, 100, facts(false), BlockType::F32);
    }

    #[test]
    fn types_are_called_as_llama_cpp_calls_them() {
        for kind in FileType::ALL {
            assert_eq!(FileType::named(&kind.name().to_lowercase()), Some(kind));
        }
        assert_eq!((FileType::named("q4_k"), FileType::named("q3_k_m")), (Some(FileType::Q4KM), None));
    }
}
