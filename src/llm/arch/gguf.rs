//! A model's parameters from GGUF metadata.

use super::super::LlmError;
use super::super::gguf::{GgufError, Metadata, Value};
use super::nearest::refuse_family;
use super::spec::{ArchSpec, Experts, Family, MAX_DIMENSION, NormKind, RopePairing, UNTURNED_INTERVAL, usual_attention_scale};
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
        let experts = metadata.unsigned(&format!("{name}.expert_count")).is_some_and(|n| n > 0);
        let family = match name {
            "llama" if experts => Family::Mixtral,
            "llama" => Family::Llama,
            "mistral" => Family::Mistral,
            "qwen2" => Family::Qwen2,
            "qwen3" => Family::Qwen3,
            "smollm3" => Family::SmolLm3,
            "granite" => Family::Granite,
            "gemma" => Family::Gemma,
            "gemma2" => Family::Gemma2,
            "gemma3" => Family::Gemma3,
            "phi3" => Family::Phi3,
            "olmo2" => Family::Olmo2,
            "qwen3moe" => Family::Qwen3Moe,
            "starcoder2" => Family::Starcoder2,
            other => return Err(refuse_family("architecture", other)),
        };
        if experts && !family.has_experts() {
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
        let scaling = Scaling::read(metadata, name)?;
        let layers = dimension("block_count")?;
        let factor = |key: &str, usual: f32| Ok::<_, LlmError>(optional_float(key)?.map_or(usual, |factor| factor as f32));
        let granite = family == Family::Granite;
        let of_granite = |key: &str, usual: f32| if granite { factor(key, usual) } else { Ok(usual) };
        let (sliding_window, unlimited_layers) = windows(metadata, name, family, layers)?;
        let stated = if metadata.get(&format!("{name}.context_length")).is_some() { dimension("context_length")? } else { 2048 };
        let cap = |key: &str, usual: f32| match family {
            Family::Gemma2 => Ok::<_, LlmError>(Some(factor(key, usual)?)),
            Family::Gemma3 => optional_float(key).map(|cap| cap.filter(|cap| *cap > 0.0).map(|cap| cap as f32)),
            _ => Ok(None),
        };
        let feed_forward = dimension("feed_forward_length")?;
        let experts = match family.has_experts() {
            true => {
                let used = dimension("expert_used_count")?;
                // llama.cpp divides where an old file does not say it.
                let usual = if family == Family::Mixtral { feed_forward } else { feed_forward / used };
                let feed_forward = optional_size("expert_feed_forward_length")?.unwrap_or(usual);
                // It has all layers with experts, and makes the shares add up to 1.
                Some(Experts { count: dimension("expert_count")?, used, feed_forward, whole_shares: true, dense_layers: Vec::new() })
            }
            false => None,
        };
        let eps_key = match family.norm_kind() {
            NormKind::Rms => "layer_norm_rms_epsilon",
            NormKind::Centred => "layer_norm_epsilon",
        };
        let spec = Self {
            family,
            layers,
            hidden,
            feed_forward,
            experts,
            heads,
            kv_heads,
            head_dim,
            context_length: scaling.reaches(family, stated),
            norm_eps: metadata.require_float(&format!("{name}.attention.{eps_key}")).map_err(inconsistent)? as f32,
            rope_base: optional_float("rope.freq_base")?.unwrap_or(10_000.0) as f32,
            window_rope_base: match family {
                Family::Gemma3 if sliding_window.is_some() => Some(factor("rope.freq_base_swa", GEMMA3_WINDOW_BASE)?),
                _ => None,
            },
            rope_dim,
            rope_scale: if scaling.kind == "linear" { scaling.factor.unwrap_or(1.0) as f32 } else { 1.0 },
            rope_magnitude: scaling.magnitude as f32,
            rope_pairing: if family.weaves() { RopePairing::Adjacent } else { RopePairing::Halves },
            sliding_window,
            unlimited_layers,
            // llama.cpp knows no key for it.
            unturned_layers: match family {
                Family::SmolLm3 => (0..layers).filter(|index| (index + 1).is_multiple_of(UNTURNED_INTERVAL)).collect(),
                _ => Vec::new(),
            },
            embedding_scale: if family.is_gemma() { (hidden as f32).sqrt() } else { of_granite("embedding_scale", 1.0)? },
            residual_scale: of_granite("residual_scale", 1.0)?,
            attention_scale: match (family, layers) {
                // llama.cpp tells the models with a scale of their own by their layers: the 27B of either generation.
                (Family::Gemma2, GEMMA2_27B) | (Family::Gemma3, GEMMA3_27B) => usual_attention_scale(hidden / heads),
                _ => of_granite("attention.scale", usual_attention_scale(head_dim))?,
            },
            score_cap: if family == Family::Gemma2 { cap("attn_logit_softcapping", 50.0)? } else { None },
            logit_divisor: of_granite("logit_scale", 1.0)?,
            logit_cap: cap("final_logit_softcapping", 30.0)?,
        };
        spec.check()?;
        Ok(spec)
    }
}

/// Layers of the models whose scores have a scale of their own.
const GEMMA2_27B: usize = 46;
/// The same of the third generation.
const GEMMA3_27B: usize = 62;
/// Base of a Gemma 3's rotary frequencies in layers with a window, where nothing is said.
const GEMMA3_WINDOW_BASE: f32 = 10_000.0;
/// The window of a Gemma 2 that names none.
const GEMMA2_WINDOW: usize = 4096;

/// The window of attention, and the layers without it.
fn windows(metadata: &Metadata, name: &str, family: Family, layers: usize) -> Result<(Option<usize>, Vec<usize>), LlmError> {
    let window = optional(metadata, &format!("{name}.attention.sliding_window"), Metadata::require_usize)?;
    let window = window.or((family == Family::Gemma2).then_some(GEMMA2_WINDOW)).filter(|&n| n > 0);
    let usual = match family {
        Family::Gemma2 => 2,
        Family::Gemma3 => 6,
        _ => return Ok((window, Vec::new())),
    };
    let key = format!("{name}.attention.sliding_window_pattern");
    let unlimited: Vec<usize> = match metadata.get(&key) {
        Some(Value::Bools(limited)) if limited.len() == layers => {
            (0..).zip(limited).filter(|(_, limited)| !**limited).map(|(index, _)| index).collect()
        }
        _ => {
            let interval = optional(metadata, &key, Metadata::require_usize)?.unwrap_or(usual);
            (0..layers).filter(|index| interval > 0 && (index + 1).is_multiple_of(interval)).collect()
        }
    };
    // A window that no layer has is none.
    Ok(if window.is_none() || unlimited.len() == layers { (None, Vec::new()) } else { (window, unlimited) })
}

/// What a file says of a context that was stretched.
struct Scaling<'a> {
    kind: &'a str,
    factor: Option<f64>,
    /// The length before.
    trained: Option<usize>,
    magnitude: f64,
}

impl<'a> Scaling<'a> {
    /// As llama.cpp: a factor without a type is linear, and old files have it under another name.
    fn read(metadata: &'a Metadata, name: &str) -> Result<Self, LlmError> {
        let float = |key: &str| optional(metadata, &format!("{name}.{key}"), Metadata::require_float);
        let kind = optional(metadata, &format!("{name}.rope.scaling.type"), Metadata::require_string)?.unwrap_or("linear");
        if !matches!(kind, "none" | "linear" | "yarn" | "longrope") {
            return Err(LlmError::Unsupported { what: "rope scaling", found: kind.into() });
        }
        let factor = float("rope.scaling.factor")?.or(float("rope.scale_linear")?);
        let trained = optional(metadata, &format!("{name}.rope.scaling.original_context_length"), Metadata::require_usize)?;
        let own = float("rope.scaling.attn_factor")?.unwrap_or(1.0);
        let magnitude = own * Yarn::of_gguf(metadata)?.map_or(1.0, |yarn| yarn.magnitude());
        if !(1e-3..1e3).contains(&magnitude) {
            return Err(LlmError::Inconsistent(format!("`{name}.rope.scaling.attn_factor` is {own}")));
        }
        Ok(Self { kind, factor, trained: trained.filter(|&n| n > 0), magnitude })
    }

    /// Tokens for which the frequencies hold: of two lists of divisors we go by the one for short texts.
    fn reaches(&self, family: Family, stated: usize) -> usize {
        let by_lists = family == Family::Phi3 || self.kind == "longrope";
        self.trained.filter(|_| by_lists).map_or(stated, |trained| trained.min(stated))
    }
}

/// Whether a file of this architecture may bring divisors of the rotary frequencies for short and for long texts.
pub(in crate::llm) fn short_factors(metadata: &Metadata) -> bool {
    let name = metadata.string("general.architecture").unwrap_or_default();
    name == "phi3" || metadata.string(&format!("{name}.rope.scaling.type")) == Some("longrope")
}

#[cfg(test)]
mod tests {
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
        check_error(&[("llama.rope.scaling.type", Value::String("mrope".into()))], "rope scaling `mrope`");
        check_error(&[("llama.rope.scaling.type", Value::String("yarn".into()))], "`llama.rope.scaling.factor` is missing");
        check_error(&[("llama.expert_count", Value::Unsigned(8))], "`llama.expert_used_count` is missing");
        let experts = |used| [("llama.expert_count", Value::Unsigned(8)), ("llama.expert_used_count", Value::Unsigned(used))];
        check_error(&experts(9), "these dimensions cannot be");
        check_error(&experts(0), "`llama.expert_used_count` is 0");
        let qwen2: Vec<_> = metadata(&[]).0.into_iter().map(|(key, value)| (key.replace("llama.", "qwen2."), value)).collect();
        let mut qwen2 = Metadata(qwen2.into_iter().collect());
        qwen2.0.insert("general.architecture".into(), Value::String("qwen2".into()));
        qwen2.0.insert("qwen2.expert_count".into(), Value::Unsigned(8));
        assert!(ArchSpec::from_gguf(&qwen2).unwrap_err().to_string().contains("with experts"));
    }
}
