//! A folder's settings as GGUF's keys, as llama.cpp's `convert_hf_to_gguf.py` writes them. What a family of llama.cpp cannot say is refused.

use serde_json::Value as Json;

use super::super::LlmError;
use super::super::arch::{Family, UNTURNED_INTERVAL, Yarn, usual_attention_scale};
use super::super::checkpoint::read::read_text;
use super::super::checkpoint::{Checkpoint, Config};
use super::super::gguf::{Metadata, Value};

/// Whether llama.cpp reads divisors of the rotary frequencies of a family.
fn divides(family: Family) -> bool {
    matches!(family, Family::Llama | Family::Mistral | Family::Granite)
}

/// Whether what is written of a family was compared with llama.cpp.
fn is_written(family: Family) -> bool {
    matches!(family, Family::Llama | Family::Mistral | Family::Qwen2 | Family::Qwen3 | Family::SmolLm3 | Family::Granite)
}

/// The keys, and what a person should know. `rows` are those of the embedding.
pub(super) fn describe(checkpoint: &Checkpoint, name: &str, rows: usize) -> Result<(Metadata, Vec<String>), LlmError> {
    let spec = &checkpoint.config.spec;
    let arch = spec.family.gguf_name();
    if !is_written(spec.family) {
        return Err(unsupported("model in GGUF", arch));
    }
    let mut notes = Vec::new();
    let mut out = Metadata::default();
    let mut put = |key: &str, value: Value| {
        out.0.insert(key.into(), value);
    };
    let mut context = spec.context_length;
    if let Some(window) = spec.sliding_window.filter(|window| *window < context) {
        notes.push(format!(
            "attention looks back {window} tokens, which llama.cpp does not know of this family: the context is {window} tokens instead of {context}"
        ));
        context = window;
    }
    let every = (0..spec.layers).filter(|index| (index + 1).is_multiple_of(UNTURNED_INTERVAL)).collect::<Vec<_>>();
    if spec.family == Family::SmolLm3 && spec.unturned_layers != every {
        return Err(unsupported("layers in GGUF", "without rotary embedding, other than each fourth"));
    }
    for (key, text) in [("general.architecture", arch), ("general.type", "model"), ("general.name", name)] {
        put(key, Value::String(text.into()));
    }
    let number = |n: usize| Value::Unsigned(n as u64);
    for (key, value) in [
        ("block_count", number(spec.layers)),
        ("context_length", number(context)),
        ("embedding_length", number(spec.hidden)),
        ("feed_forward_length", number(spec.feed_forward)),
        ("attention.head_count", number(spec.heads)),
        ("attention.head_count_kv", number(spec.kv_heads)),
        ("attention.key_length", number(spec.head_dim)),
        ("attention.value_length", number(spec.head_dim)),
        ("attention.layer_norm_rms_epsilon", Value::Float(f64::from(spec.norm_eps))),
        ("rope.dimension_count", number(spec.rope_dim)),
        ("rope.freq_base", Value::Float(f64::from(spec.rope_base))),
        ("vocab_size", number(rows)),
    ] {
        put(&format!("{arch}.{key}"), value);
    }
    if spec.family == Family::Granite {
        for (key, factor) in [
            ("embedding_scale", spec.embedding_scale),
            ("residual_scale", spec.residual_scale),
            ("attention.scale", spec.attention_scale),
            ("logit_scale", spec.logit_divisor),
        ] {
            put(&format!("{arch}.{key}"), Value::Float(f64::from(factor)));
        }
    } else if spec.attention_scale != usual_attention_scale(spec.head_dim) {
        return Err(unsupported("attention in GGUF", "with a scale of its own"));
    }
    match rope_kind(checkpoint)?.as_str() {
        "default" | "dynamic" => {}
        "linear" => {
            put(&format!("{arch}.rope.scaling.type"), Value::String("linear".into()));
            put(&format!("{arch}.rope.scaling.factor"), Value::Float(f64::from(spec.rope_scale)));
        }
        // The divisors are a tensor.
        "llama3" if divides(spec.family) => {}
        "yarn" => {
            let yarn = yarn(checkpoint)?;
            for (key, value) in [
                ("type", Value::String("yarn".into())),
                ("factor", Value::Float(yarn.factor)),
                ("original_context_length", number(yarn.trained as usize)),
            ] {
                put(&format!("{arch}.rope.scaling.{key}"), value);
            }
        }
        other => return Err(unsupported("rope scaling in GGUF", other)),
    }
    Ok((out, notes))
}

fn unsupported(what: &'static str, found: &str) -> LlmError {
    LlmError::Unsupported { what, found: found.into() }
}

/// Which kind of scaling `config.json` names; it was read before, and is sound.
fn rope_kind(checkpoint: &Checkpoint) -> Result<String, LlmError> {
    let rope = rope_settings(checkpoint)?;
    let kind = rope.get("rope_type").or_else(|| rope.get("type")).and_then(Json::as_str);
    Ok(kind.unwrap_or("default").into())
}

/// What it says of rotary embedding, with what stands outside of that in older files.
fn rope_settings(checkpoint: &Checkpoint) -> Result<Json, LlmError> {
    let text = read_text(&checkpoint.path.join("config.json"))?;
    let json: Json = serde_json::from_str(&text).map_err(|error| LlmError::Inconsistent(format!("config.json: {error}")))?;
    let of = |key: &str| json.get(key).filter(|value| !value.is_null());
    let mut rope = of("rope_parameters").or_else(|| of("rope_scaling")).cloned().unwrap_or(Json::Null);
    let outside = of("original_max_position_embeddings").or_else(|| of("max_position_embeddings"));
    if let (Some(fields), Some(trained)) = (rope.as_object_mut(), outside) {
        fields.entry("original_max_position_embeddings").or_insert_with(|| trained.clone());
    }
    Ok(rope)
}

/// How YaRN stretches, where it is as llama.cpp computes it.
fn yarn(checkpoint: &Checkpoint) -> Result<Yarn, LlmError> {
    let Config { spec, rope_freqs, .. } = &checkpoint.config;
    let rope = rope_settings(checkpoint)?;
    let number = |key: &str| rope.get(key).and_then(Json::as_f64);
    let trained = number("original_max_position_embeddings").unwrap_or(spec.context_length as f64);
    let yarn = Yarn::new(number("factor").unwrap_or(spec.context_length as f64 / trained), trained);
    let same = rope_freqs.as_deref() == Some(&yarn.divisors(f64::from(spec.rope_base), spec.rope_dim));
    if same && (f64::from(spec.rope_magnitude) - yarn.magnitude()).abs() < 1e-6 {
        Ok(yarn)
    } else {
        Err(unsupported("rope scaling in GGUF", "yarn with settings of its own"))
    }
}
