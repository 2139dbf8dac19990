//! A folder's rotary embedding as GGUF's keys and tensors.

use serde_json::Value as Json;

use super::super::LlmError;
use super::super::arch::{Family, Yarn};
use super::super::checkpoint::read::read_text;
use super::super::checkpoint::{Checkpoint, Config};
use super::super::gguf::{Metadata, Value};
use super::super::source::{LONG_FACTORS, ROPE_FREQS, SHORT_FACTORS};

/// Divisors of the rotary frequencies, each under llama.cpp's name.
pub(super) type Divisors = Vec<(&'static str, Vec<f32>)>;

/// What rotary embedding becomes.
pub(super) struct Turning {
    /// The keys.
    pub(super) metadata: Metadata,
    /// The tensors.
    pub(super) divisors: Divisors,
}

/// What cannot be said in a file.
pub(super) fn unsupported(what: &'static str, found: &str) -> LlmError {
    LlmError::Unsupported { what, found: found.into() }
}

/// Whether llama.cpp reads divisors of the rotary frequencies of a family, as Llama 3 has them.
fn divides(family: Family) -> bool {
    matches!(family, Family::Llama | Family::Mistral | Family::Mixtral | Family::Granite)
}

/// Whether it reads the two lists of LongRoPE.
fn divides_by_length(family: Family) -> bool {
    matches!(family, Family::Llama | Family::Mistral | Family::Phi3)
}

/// The keys and tensors.
pub(super) fn describe(checkpoint: &Checkpoint) -> Result<Turning, LlmError> {
    let Config { spec, rope_freqs, .. } = &checkpoint.config;
    let arch = spec.family.gguf_name();
    let mut out = Turning { metadata: Metadata::default(), divisors: Vec::new() };
    let mut put = |key: &str, value: Value| {
        out.metadata.0.insert(format!("{arch}.{key}"), value);
    };
    let float = |x: f32| Value::Float(f64::from(x));
    if let Some(base) = spec.window_rope_base {
        put("rope.freq_base_swa", float(base));
    }
    let settings = Settings::read(checkpoint)?;
    match settings.kind(spec.family) {
        "default" | "dynamic" => {}
        "linear" => {
            put("rope.scaling.type", Value::String("linear".into()));
            put("rope.scaling.factor", float(spec.rope_scale));
        }
        "llama3" if divides(spec.family) => out.divisors.extend(rope_freqs.clone().map(|divisors| (ROPE_FREQS, divisors))),
        "yarn" => {
            let yarn = settings.yarn(&checkpoint.config)?;
            for (key, value) in [
                ("type", Value::String("yarn".into())),
                ("factor", Value::Float(yarn.factor)),
                ("original_context_length", Value::Unsigned(yarn.trained as u64)),
            ] {
                put(&format!("rope.scaling.{key}"), value);
            }
        }
        "longrope" if divides_by_length(spec.family) => {
            put("rope.scaling.original_context_length", Value::Unsigned(spec.context_length as u64));
            put("rope.scaling.attn_factor", float(spec.rope_magnitude));
            // It is the only kind that llama.cpp knows of Phi 3.
            if spec.family != Family::Phi3 {
                put("rope.scaling.type", Value::String("longrope".into()));
            }
            if let Some(stretched) = settings.stretched {
                put("context_length", Value::Unsigned(stretched));
            }
            let long = settings.long_factors(spec.rope_dim / 2)?;
            out.divisors.extend(rope_freqs.clone().map(|divisors| (SHORT_FACTORS, divisors)));
            out.divisors.push((LONG_FACTORS, long));
        }
        other => return Err(unsupported("rope scaling in GGUF", other)),
    }
    Ok(out)
}

/// What `config.json` says of rotary embedding; it was read before, and is sound.
struct Settings {
    /// In layers without a window, where the file tells them apart.
    rope: Json,
    /// `max_position_embeddings`
    stretched: Option<u64>,
}

impl Settings {
    fn read(checkpoint: &Checkpoint) -> Result<Self, LlmError> {
        let text = read_text(&checkpoint.path.join("config.json"))?;
        let json: Json = serde_json::from_str(&text).map_err(|error| LlmError::Inconsistent(format!("config.json: {error}")))?;
        let of = |key: &str| json.get(key).filter(|value| !value.is_null());
        let mut rope = of("rope_parameters").or_else(|| of("rope_scaling")).cloned().unwrap_or(Json::Null);
        if let Some(own) = rope.get("full_attention").filter(|own| own.is_object()) {
            rope = own.clone();
        }
        let outside = of("original_max_position_embeddings").or_else(|| of("max_position_embeddings"));
        if let (Some(fields), Some(trained)) = (rope.as_object_mut(), outside) {
            fields.entry("original_max_position_embeddings").or_insert_with(|| trained.clone());
        }
        Ok(Self { rope, stretched: of("max_position_embeddings").and_then(Json::as_u64) })
    }

    /// Which kind of scaling it names; older files of Phi 3 have other names for the only one.
    fn kind(&self, family: Family) -> &str {
        match self.rope.get("rope_type").or_else(|| self.rope.get("type")).and_then(Json::as_str) {
            Some("su" | "yarn") if family == Family::Phi3 => "longrope",
            kind => kind.unwrap_or("default"),
        }
    }

    /// How YaRN stretches, where it is as llama.cpp computes it.
    fn yarn(&self, config: &Config) -> Result<Yarn, LlmError> {
        let Config { spec, rope_freqs, .. } = config;
        let number = |key: &str| self.rope.get(key).and_then(Json::as_f64);
        let trained = number("original_max_position_embeddings").unwrap_or(spec.context_length as f64);
        let yarn = Yarn::new(number("factor").unwrap_or(spec.context_length as f64 / trained), trained);
        let same = rope_freqs.as_deref() == Some(&yarn.divisors(f64::from(spec.rope_base), spec.rope_dim));
        if same && (f64::from(spec.rope_magnitude) - yarn.magnitude()).abs() < 1e-6 {
            Ok(yarn)
        } else {
            Err(unsupported("rope scaling in GGUF", "yarn with settings of its own"))
        }
    }

    /// LongRoPE's divisors for long texts, which we have no use for.
    fn long_factors(&self, half: usize) -> Result<Vec<f32>, LlmError> {
        let list = self.rope.get("long_factor").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let factors: Vec<f32> = list.iter().filter_map(|factor| Some(factor.as_f64()? as f32)).collect();
        if factors.len() == half && factors.iter().all(|factor| factor.is_finite() && *factor > 0.0) {
            Ok(factors)
        } else {
            let found = list.len();
            Err(LlmError::Inconsistent(format!("config.json: `long_factor` has {found} entries, and half a head {half} numbers")))
        }
    }
}
