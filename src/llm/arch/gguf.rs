//! A model's parameters from GGUF metadata.

use super::super::LlmError;
use super::super::gguf::{GgufError, Metadata};
use super::nearest::refuse_family;
use super::spec::{ArchSpec, Family, MAX_DIMENSION, RopePairing, UNTURNED_INTERVAL, usual_attention_scale};
use super::yarn::Yarn;

/// The value at `key`, where it is there.
fn optional<'a, T>(
    metadata: &'a Metadata,
    key: &str,
    require: impl Fn(&'a Metadata, &str) -> Result<T, GgufError>,
) -> Result<Option<T>, LlmError> {
    if metadata.get(key).is_none() {
        return Ok(None);
    }
    require(metadata, key).map(Some).map_err(|error| LlmError::Inconsistent(error.to_string()))
}

impl ArchSpec {
    /// Reads the parameters of the model that `metadata` describes.
    pub fn from_gguf(metadata: &Metadata) -> Result<Self, LlmError> {
        let inconsistent = |error: GgufError| LlmError::Inconsistent(error.to_string());
        let name = metadata.require_string("general.architecture").map_err(inconsistent)?;
        let family = match name {
            "llama" => Family::Llama,
            "mistral" => Family::Mistral,
            "qwen2" => Family::Qwen2,
            "qwen3" => Family::Qwen3,
            "smollm3" => Family::SmolLm3,
            "granite" => Family::Granite,
            other => return Err(refuse_family("architecture", other)),
        };
        if metadata.unsigned(&format!("{name}.expert_count")).is_some_and(|n| n > 0) {
            return Err(LlmError::Unsupported { what: "architecture", found: format!("{name} with experts") });
        }
        let dimension = |key: &str| match metadata.require_usize(&format!("{name}.{key}")).map_err(inconsistent)? {
            n if (1..=MAX_DIMENSION).contains(&n) => Ok(n),
            n => Err(LlmError::Inconsistent(format!("`{name}.{key}` is {n}"))),
        };
        // A key may be absent; one of the wrong type is never passed over, since its default would be wrong without a sign.
        let optional_size = |key: &str| optional(metadata, &format!("{name}.{key}"), Metadata::require_usize);
        let optional_float = |key: &str| optional(metadata, &format!("{name}.{key}"), Metadata::require_float);
        let hidden = dimension("embedding_length")?;
        let heads = dimension("attention.head_count")?;
        let kv_heads = optional_size("attention.head_count_kv")?.unwrap_or(heads);
        let head_dim = optional_size("attention.key_length")?.unwrap_or(hidden / heads);
        let rope_dim = optional_size("rope.dimension_count")?.unwrap_or(head_dim);
        // As llama.cpp: a factor without a type is linear, and old files have it under another name.
        let scaling = optional(metadata, &format!("{name}.rope.scaling.type"), Metadata::require_string)?.unwrap_or("linear");
        let rope_scale = match scaling {
            "none" => 1.0,
            // Its divisors are made where tensors are read.
            "yarn" => 1.0,
            "linear" => optional_float("rope.scaling.factor")?.or(optional_float("rope.scale_linear")?).unwrap_or(1.0) as f32,
            other => return Err(LlmError::Unsupported { what: "rope scaling", found: other.into() }),
        };
        let layers = dimension("block_count")?;
        let factor = |key: &str, usual: f32| Ok::<_, LlmError>(optional_float(key)?.map_or(usual, |factor| factor as f32));
        let granite = family == Family::Granite;
        let of_granite = |key: &str, usual: f32| if granite { factor(key, usual) } else { Ok(usual) };
        let spec = Self {
            family,
            layers,
            hidden,
            feed_forward: dimension("feed_forward_length")?,
            heads,
            kv_heads,
            head_dim,
            context_length: if metadata.get(&format!("{name}.context_length")).is_some() { dimension("context_length")? } else { 2048 },
            norm_eps: metadata.require_float(&format!("{name}.attention.layer_norm_rms_epsilon")).map_err(inconsistent)? as f32,
            rope_base: optional_float("rope.freq_base")?.unwrap_or(10_000.0) as f32,
            rope_dim,
            rope_scale,
            rope_magnitude: Yarn::of_gguf(metadata)?.map_or(1.0, |yarn| yarn.magnitude() as f32),
            rope_pairing: if family.weaves() { RopePairing::Adjacent } else { RopePairing::Halves },
            sliding_window: optional_size("attention.sliding_window")?.filter(|&n| n > 0),
            unlimited_layers: Vec::new(),
            // llama.cpp knows no key for it.
            unturned_layers: match family {
                Family::SmolLm3 => (0..layers).filter(|index| (index + 1).is_multiple_of(UNTURNED_INTERVAL)).collect(),
                _ => Vec::new(),
            },
            embedding_scale: of_granite("embedding_scale", 1.0)?,
            residual_scale: of_granite("residual_scale", 1.0)?,
            attention_scale: of_granite("attention.scale", usual_attention_scale(head_dim))?,
            logit_divisor: of_granite("logit_scale", 1.0)?,
        };
        spec.check()?;
        Ok(spec)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::gguf::Value;
    use super::*;

    fn metadata(changes: &[(&str, Value)]) -> Metadata {
        let mut m = Metadata::default();
        m.0.insert("general.architecture".into(), Value::String("llama".into()));
        for (key, n) in [
            ("block_count", 2),
            ("embedding_length", 64),
            ("attention.head_count", 4),
            ("feed_forward_length", 96),
            ("context_length", 128),
        ] {
            m.0.insert(format!("llama.{key}"), Value::Unsigned(n));
        }
        m.0.insert("llama.attention.layer_norm_rms_epsilon".into(), Value::Float(1e-5));
        for (key, value) in changes {
            m.0.insert((*key).into(), value.clone());
        }
        m
    }

    #[track_caller]
    fn check_error(changes: &[(&str, Value)], expected: &str) {
        let error = ArchSpec::from_gguf(&metadata(changes)).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn a_llama_is_read() {
        let spec = ArchSpec::from_gguf(&metadata(&[("llama.attention.head_count_kv", Value::Unsigned(2))])).unwrap();
        assert_eq!((spec.head_dim, spec.kv_dim(), spec.rope_pairing), (16, 32, RopePairing::Adjacent));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        check_error(&[("general.architecture", Value::String("mamba".into()))], "architecture `mamba` is not supported");
        check_error(&[("llama.block_count", Value::Unsigned(0))], "`llama.block_count` is 0");
        check_error(&[("llama.embedding_length", Value::Unsigned(u64::MAX))], "`llama.embedding_length` is");
        check_error(&[("llama.attention.head_count_kv", Value::Unsigned(3))], "these dimensions cannot be");
        check_error(&[("llama.attention.head_count_kv", Value::Unsigned(0))], "these dimensions cannot be");
        check_error(&[("llama.rope.dimension_count", Value::Unsigned(600))], "these dimensions cannot be");
        check_error(&[("llama.attention.layer_norm_rms_epsilon", Value::Bool(true))], "is not a number");
        check_error(&[("llama.rope.scaling.type", Value::String("longrope".into()))], "rope scaling `longrope`");
        check_error(&[("llama.rope.scaling.type", Value::String("yarn".into()))], "`llama.rope.scaling.factor` is missing");
        check_error(&[("llama.expert_count", Value::Unsigned(8))], "with experts");
    }
}
