//! Every key of a GGUF file is read, or says nothing that a forward pass would have to know, or is refused by name.

use super::super::LlmError;
use super::super::gguf::{Metadata, Value};
use super::spec::{ArchSpec, Family};

/// Keys of the architecture that [`ArchSpec::from_gguf`] reads.
const READ: [&str; 20] = [
    "block_count",
    "context_length",
    "embedding_length",
    "feed_forward_length",
    "attention.head_count",
    "attention.head_count_kv",
    "attention.key_length",
    "attention.layer_norm_rms_epsilon",
    "rope.dimension_count",
    "rope.freq_base",
    "rope.scaling.type",
    "rope.scaling.factor",
    "rope.scale_linear",
    "expert_count",
    "expert_feed_forward_length",
    "attention.sliding_window",
    "rope.scaling.attn_factor",
    "rope.scaling.original_context_length",
    "rope.scaling.yarn_beta_fast",
    "rope.scaling.yarn_beta_slow",
];

/// Keys that tell a reader something and change nothing: sizes that the tensors have anyway, where the numbers come from, what only other
/// kinds of scaling read.
const TOLD: [&str; 5] = ["vocab_size", "tensor_data_layout", "rope.scaling.finetuned", "expert_used_count", "attention.layer_norm_epsilon"];

/// Keys that say nothing as long as they have this value.
const NEUTRAL: [(&str, f64); 13] = [
    ("logit_scale", 1.0),
    ("embedding_scale", 1.0),
    ("residual_scale", 1.0),
    ("rope.scaling.yarn_ext_factor", 1.0),
    ("rope.scaling.yarn_attn_factor", 1.0),
    ("rope.scaling.yarn_log_multiplier", 0.0),
    ("attention.clamp_kqv", 0.0),
    ("attention.max_alibi_bias", 0.0),
    ("attention.logit_softcapping", 0.0),
    ("final_logit_softcapping", 0.0),
    ("attn_logit_softcapping", 0.0),
    ("nextn_predict_layers", 0.0),
    ("expert_shared_count", 0.0),
];

/// Refuses what `metadata` says beyond what is known, of the model that `spec` describes.
pub(in crate::llm) fn refuse_unknown(metadata: &Metadata, spec: &ArchSpec) -> Result<(), LlmError> {
    let kind = metadata.string("general.type").unwrap_or("model");
    if kind != "model" {
        return Err(LlmError::Unsupported { what: "kind of GGUF file", found: kind.into() });
    }
    let prefix = format!("{}.", metadata.string("general.architecture").unwrap_or_default());
    for (key, value) in &metadata.0 {
        let unsupported = || LlmError::Unsupported { what: "key", found: told(key, value) };
        if let Some(own) = key.strip_prefix(&prefix) {
            if !is_known(own, value, spec) {
                return Err(unsupported());
            }
        } else if key.starts_with("adapter.")
            || key.starts_with("clip.")
            || key == "tokenizer.ggml.add_sep_token" && *value == Value::Bool(true)
        {
            return Err(unsupported());
        }
    }
    Ok(())
}

fn is_known(key: &str, value: &Value, spec: &ArchSpec) -> bool {
    let number = match value {
        Value::Unsigned(n) => Some(*n as f64),
        Value::Signed(n) => Some(*n as f64),
        Value::Float(x) => Some(*x),
        Value::Bool(b) => Some(f64::from(u8::from(*b))),
        _ => None,
    };
    let is = |expected: f64| number.is_some_and(|number| (number - expected).abs() <= 1e-6 * expected.abs());
    match key {
        // A Llama with llama.cpp does not look back less far for it, and one without has no such key.
        "attention.sliding_window" => {
            let reads = matches!(spec.family, Family::Mistral | Family::Phi3 | Family::Gemma2 | Family::Gemma3);
            reads || spec.sliding_window.is_none_or(|window| window >= spec.context_length)
        }
        "attention.sliding_window_pattern" | "final_logit_softcapping" if matches!(spec.family, Family::Gemma2 | Family::Gemma3) => true,
        "attn_logit_softcapping" if spec.family == Family::Gemma2 => true,
        "rope.freq_base_swa" if spec.family == Family::Gemma3 => true,
        "logit_scale" | "embedding_scale" | "residual_scale" | "attention.scale" if spec.family == Family::Granite => true,
        "expert_weights_scale" => is(1.0) || is(0.0),
        "expert_weights_norm" => is(1.0),
        // A softmax over all of them, as llama.cpp numbers its ways.
        "expert_gating_func" => is(1.0),
        "attention.value_length" => is(spec.head_dim as f64),
        "attention.scale" => is(f64::from(spec.attention_scale)) || is(0.0),
        "attention.causal" | "attention.use_rope" => is(1.0),
        "use_parallel_residual" | "attention.shared_kv_layers" => is(0.0),
        _ if NEUTRAL.iter().any(|(name, expected)| *name == key && is(*expected)) => true,
        _ => READ.contains(&key) || TOLD.contains(&key),
    }
}

/// A key with its value, where that is short.
fn told(key: &str, value: &Value) -> String {
    match value {
        Value::Unsigned(n) => format!("{key} = {n}"),
        Value::Signed(n) => format!("{key} = {n}"),
        Value::Float(x) => format!("{key} = {}", *x as f32),
        Value::Bool(b) => format!("{key} = {b}"),
        Value::String(text) if text.len() <= 40 => format!("{key} = {text}"),
        _ => key.to_owned(),
    }
}
