//! `config.json`: a model's parameters, as the transformers library writes them (its versions 4 and 5).

use serde_json::Value;

use super::super::LlmError;
use super::super::arch::{ArchSpec, Family, NormKind, RopePairing, UNTURNED_INTERVAL, refuse_family, usual_attention_scale};
use super::super::names::Projection;
use super::experts;
use super::fields::Fields;
use super::rope::Rope;
use crate::compute::Activation;

/// What `config.json` says.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The forward pass's parameters.
    pub spec: ArchSpec,
    /// Divisors of the rotary frequencies (`rope_type` `llama3`). `[rope_dim / 2]`
    pub rope_freqs: Option<Vec<f32>>,
    /// Whether the head is the embedding; `None` where the file does not say.
    pub tied: Option<bool>,
    /// `model_type`, such as `llama`.
    pub model_type: String,
    /// The maps that have biases.
    pub biases: Vec<Projection>,
}

impl Config {
    /// Reads the text of a `config.json`.
    pub fn parse(text: &str) -> Result<Self, LlmError> {
        let json: Value = serde_json::from_str(text).map_err(|error| LlmError::Inconsistent(format!("config.json: {error}")))?;
        let fields = Fields(&json);
        let model_type = fields.text("model_type")?.unwrap_or_default();
        let family = match model_type {
            "llama" => Family::Llama,
            // A Mistral with `layer_types` is a Ministral to transformers' `AutoModel`.
            "mistral" | "ministral" => Family::Mistral,
            "qwen2" => Family::Qwen2,
            "qwen3" => Family::Qwen3,
            "smollm3" => Family::SmolLm3,
            "granite" => Family::Granite,
            "gemma" => Family::Gemma,
            "gemma2" => Family::Gemma2,
            "gemma3_text" => Family::Gemma3,
            "phi3" => Family::Phi3,
            "olmo2" => Family::Olmo2,
            "mixtral" => Family::Mixtral,
            "qwen3_moe" => Family::Qwen3Moe,
            "starcoder2" => Family::Starcoder2,
            other => return Err(refuse_family("model type", other)),
        };
        refuse_other_activation(fields, family)?;
        if fields.flag("is_causal")? == Some(false) {
            return Err(LlmError::Unsupported { what: "attention", found: BOTH_WAYS.into() });
        }
        if fields.get("quantization_config").is_some() {
            return Err(LlmError::Unsupported { what: "weights", found: "quantised safetensors".into() });
        }
        let hidden = fields.dimension("hidden_size")?;
        let heads = fields.dimension("num_attention_heads")?;
        let layers = fields.dimension("num_hidden_layers")?;
        let usual_head = match family {
            Family::Qwen3 => QWEN3_HEAD,
            family if family.is_gemma() => GEMMA_HEAD,
            _ => hidden / heads,
        };
        let head_dim = fields.optional_dimension("head_dim")?.unwrap_or(usual_head);
        let (sliding_window, unlimited_layers) = windows(fields, family, layers)?;
        let context_length = fields.optional_dimension("max_position_embeddings")?.unwrap_or(2048);
        let rope = Rope::read(fields, family, head_dim, context_length)?;
        let granite = |key: &str| match fields.number(key)? {
            Some(factor) if family == Family::Granite => Ok::<_, LlmError>(factor as f32),
            _ => Ok(1.0),
        };
        let attention_scale = match family {
            Family::Granite => granite("attention_multiplier")?,
            // The first has no such setting.
            Family::Gemma2 | Family::Gemma3 => (1.0 / fields.number("query_pre_attn_scalar")?.unwrap_or(GEMMA_HEAD as f64).sqrt()) as f32,
            _ => usual_attention_scale(head_dim),
        };
        // The class of Gemma 3 does not hand the cap of its scores on.
        let cap = |key: &str, usual: Option<f32>| match family {
            Family::Gemma2 | Family::Gemma3 if fields.is_there(key) => Ok::<_, LlmError>(fields.number(key)?.map(|cap| cap as f32)),
            Family::Gemma2 => Ok(usual),
            _ => Ok(None),
        };
        let score_cap = if family == Family::Gemma2 { cap("attn_logit_softcapping", Some(GEMMA2_CAPS[0]))? } else { None };
        let spec = ArchSpec {
            family,
            layers,
            hidden,
            feed_forward: fields.dimension("intermediate_size")?,
            experts: experts::read(fields, family, layers)?,
            heads,
            kv_heads: fields.optional_dimension("num_key_value_heads")?.unwrap_or(heads),
            head_dim,
            context_length: rope.context_length,
            norm_eps: norm_eps(fields, family)? as f32,
            rope_base: rope.base as f32,
            window_rope_base: rope.window_base.filter(|_| sliding_window.is_some()).map(|base| base as f32),
            rope_dim: rope.dim,
            rope_scale: rope.scale as f32,
            rope_magnitude: rope.magnitude as f32,
            rope_pairing: RopePairing::Halves,
            sliding_window,
            unlimited_layers,
            unturned_layers: unturned(fields, family, layers)?,
            embedding_scale: if family.is_gemma() { (hidden as f32).sqrt() } else { granite("embedding_multiplier")? },
            residual_scale: granite("residual_multiplier")?,
            attention_scale,
            score_cap,
            logit_divisor: granite("logits_scaling")?,
            logit_cap: cap("final_logit_softcapping", Some(GEMMA2_CAPS[1]))?,
        };
        spec.check()?;
        Ok(Self {
            spec,
            rope_freqs: rope.divisors,
            // These are tied where they do not say it.
            tied: fields.flag("tie_word_embeddings")?.or(tied_by_default(family).then_some(true)),
            model_type: model_type.into(),
            biases: biases(fields, family)?,
        })
    }
}

/// What is added to the variance in norms.
fn norm_eps(fields: Fields<'_>, family: Family) -> Result<f64, LlmError> {
    let (key, usual) = match family.norm_kind() {
        NormKind::Centred => ("norm_epsilon", 1e-5),
        NormKind::Rms if matches!(family, Family::Phi3 | Family::Olmo2 | Family::Mixtral) => ("rms_norm_eps", 1e-5),
        NormKind::Rms => ("rms_norm_eps", 1e-6),
    };
    Ok(fields.number(key)?.unwrap_or(usual))
}

fn tied_by_default(family: Family) -> bool {
    matches!(family, Family::SmolLm3 | Family::Starcoder2) || family.is_gemma()
}

/// Attention without a mask.
const BOTH_WAYS: &str = "one that sees what comes";
/// The width of a head where a Qwen 3 does not say it.
const QWEN3_HEAD: usize = 128;
/// Of a Gemma's; also what the products of queries and keys are divided by the root of, where it does not say it.
const GEMMA_HEAD: usize = 256;
/// What caps the scores and the logits of a Gemma 2 that does not say it.
const GEMMA2_CAPS: [f32; 2] = [50.0, 30.0];
/// Each how many layers of a Gemma 3 there is one without a window, where it does not say it.
const GEMMA3_INTERVAL: usize = 6;
/// The window of a Mistral or Gemma that does not name one; null is none.
const USUAL_WINDOW: usize = 4096;
/// The first layer with a window in a Qwen that does not name it.
const QWEN_FIRST_WINDOW: usize = 28;

/// The window of attention, and the layers without it. transformers reads it of Phi, Mixtral and StarCoder for all layers, of Mistral, Gemma 2 and 3 for those that
/// `layer_types` says (of the first for all where it says nothing), of Qwen for those that `layer_types` or `max_window_layers` say and only if
/// `use_sliding_window` is set, and of Llama not at all, whatever the file says.
fn windows(fields: Fields<'_>, family: Family, layers: usize) -> Result<(Option<usize>, Vec<usize>), LlmError> {
    let window = fields.optional_dimension("sliding_window")?;
    let usual = if fields.is_there("sliding_window") { window } else { Some(USUAL_WINDOW) };
    let only = |window: Option<usize>, unlimited: Vec<usize>| {
        // A window that no layer has is none.
        if unlimited.len() == layers || window.is_none() { (None, Vec::new()) } else { (window, unlimited) }
    };
    match family {
        Family::Llama | Family::Granite | Family::Gemma | Family::Olmo2 => Ok((None, Vec::new())),
        Family::SmolLm3 => match fields.flag("use_sliding_window")?.unwrap_or(false) {
            true => Err(LlmError::Unsupported { what: "attention", found: "a window in a SmolLM 3".into() }),
            false => Ok((None, Vec::new())),
        },
        Family::Mistral => Ok(only(usual, layer_types(fields, layers)?.unwrap_or_default())),
        Family::Phi3 | Family::Mixtral | Family::Starcoder2 => Ok((window, Vec::new())),
        Family::Qwen3Moe => match fields.flag("use_sliding_window")?.unwrap_or(false) {
            true => Ok((usual, Vec::new())),
            false => Ok((None, Vec::new())),
        },
        Family::Gemma2 | Family::Gemma3 => {
            if fields.flag("use_bidirectional_attention")?.unwrap_or(false) {
                return Err(LlmError::Unsupported { what: "attention", found: BOTH_WAYS.into() });
            }
            let interval = match family {
                Family::Gemma2 => 2,
                _ => fields.optional_dimension("sliding_window_pattern")?.unwrap_or(GEMMA3_INTERVAL),
            };
            let usual_layers = || (0..layers).filter(|index| (index + 1).is_multiple_of(interval)).collect();
            Ok(only(usual, layer_types(fields, layers)?.unwrap_or_else(usual_layers)))
        }
        Family::Qwen2 | Family::Qwen3 => {
            if !fields.flag("use_sliding_window")?.unwrap_or(false) {
                return Ok((None, Vec::new()));
            }
            let unlimited = match layer_types(fields, layers)? {
                Some(unlimited) => unlimited,
                None => {
                    let first = fields.read("max_window_layers", "a whole number", Value::as_u64)?;
                    let first = first.map_or(QWEN_FIRST_WINDOW, |first| usize::try_from(first).unwrap_or(usize::MAX));
                    (0..first.min(layers)).collect()
                }
            };
            Ok(only(usual, unlimited))
        }
    }
}

/// The layers without a window, where `layer_types` says it.
fn layer_types(fields: Fields<'_>, layers: usize) -> Result<Option<Vec<usize>>, LlmError> {
    let Some(types) = fields.get("layer_types").and_then(Value::as_array) else { return Ok(None) };
    if types.len() != layers {
        let (types, what) = (types.len(), "layer_types");
        return Err(LlmError::Inconsistent(format!("config.json: `{what}` has {types} entries, and the model {layers} layers")));
    }
    if let Some(other) = types.iter().find(|kind| !matches!(kind.as_str(), Some("full_attention" | "sliding_attention"))) {
        return Err(LlmError::Unsupported { what: "layer type", found: other.as_str().unwrap_or_default().into() });
    }
    Ok(Some((0..).zip(types).filter(|(_, kind)| kind.as_str() == Some("full_attention")).map(|(index, _)| index).collect()))
}

/// Refuses what the gate of `family` is not computed with. Gemma's files call it one thing or the other, and the newer name counts.
fn refuse_other_activation(fields: Fields<'_>, family: Family) -> Result<(), LlmError> {
    // transformers has several names for the same.
    let usual: &[&str] = match family.activation() {
        Activation::Silu => &["silu", "swish"],
        Activation::GeluTanh => &["gelu_pytorch_tanh", "gelu_python_tanh", "gelu_new", "gelu_fast", "gelu_accurate"],
    };
    let own = fields.text("hidden_activation")?.filter(|_| family.is_gemma());
    match own.or(fields.text("hidden_act")?) {
        Some(other) if !usual.contains(&other) => Err(LlmError::Unsupported { what: "activation", found: other.into() }),
        _ => Ok(()),
    }
}

/// Layers that turn nothing by its position: those with 0 in `no_rope_layers` of a SmolLM 3, or each so many.
fn unturned(fields: Fields<'_>, family: Family, layers: usize) -> Result<Vec<usize>, LlmError> {
    if family != Family::SmolLm3 {
        return Ok(Vec::new());
    }
    match fields.get("no_rope_layers").and_then(Value::as_array) {
        Some(list) if list.len() == layers => {
            let unturned = |value: &Value| value.as_u64() == Some(0) || value.as_bool() == Some(false);
            Ok((0..).zip(list).filter(|(_, value)| unturned(value)).map(|(index, _)| index).collect())
        }
        Some(list) => {
            let (found, what) = (list.len(), "no_rope_layers");
            Err(LlmError::Inconsistent(format!("config.json: `{what}` has {found} entries, and the model {layers} layers")))
        }
        None => {
            let interval = fields.optional_dimension("no_rope_layer_interval")?.unwrap_or(UNTURNED_INTERVAL);
            Ok((0..layers).filter(|index| (index + 1).is_multiple_of(interval)).collect())
        }
    }
}

/// The maps with biases, as the classes of transformers have them.
fn biases(fields: Fields<'_>, family: Family) -> Result<Vec<Projection>, LlmError> {
    use Projection::{Down, Gate, Key, Output, Query, Up, Value};
    let mut out = match family {
        Family::Qwen2 => vec![Query, Key, Value],
        Family::Mistral | Family::Mixtral | Family::Phi3 => Vec::new(),
        Family::Starcoder2 if !fields.flag("use_bias")?.unwrap_or(true) => Vec::new(),
        Family::Starcoder2 => vec![Query, Key, Value, Output, Up, Down],
        _ if fields.flag("attention_bias")?.unwrap_or(false) => vec![Query, Key, Value, Output],
        _ => Vec::new(),
    };
    if matches!(family, Family::Llama | Family::SmolLm3 | Family::Granite) && fields.flag("mlp_bias")?.unwrap_or(false) {
        out.extend([Gate, Up, Down]);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(changes: Value) -> Value {
        let mut config = json!({
            "model_type": "llama", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
            "num_key_value_heads": 2, "rms_norm_eps": 1e-5, "max_position_embeddings": 512,
        });
        for (key, value) in changes.as_object().unwrap() {
            config[key] = value.clone();
        }
        config
    }

    #[track_caller]
    fn check_error(changes: Value, expected: &str) {
        let error = Config::parse(&config(changes).to_string()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn windows_are_where_transformers_has_them() {
        #[track_caller]
        fn check(changes: Value, expected: (Option<usize>, &[usize])) {
            let spec = Config::parse(&config(changes).to_string()).unwrap().spec;
            assert_eq!((spec.sliding_window, spec.unlimited_layers.as_slice()), expected);
            let windows: Vec<_> = (0..spec.layers).map(|index| spec.window(index)).collect();
            assert_eq!(windows.iter().filter(|window| window.is_none()).count(), if expected.0.is_some() { expected.1.len() } else { 2 });
        }
        check(json!({"sliding_window": 8}), (None, &[]));
        check(json!({"model_type": "mistral", "sliding_window": 8, "layer_types": ["full_attention", "full_attention"]}), (None, &[]));
        check(
            json!({"model_type": "mistral", "sliding_window": 8, "layer_types": ["full_attention", "sliding_attention"]}),
            (Some(8), &[0]),
        );
        check(json!({"model_type": "ministral", "sliding_window": 8}), (Some(8), &[]));
        check(json!({"model_type": "mistral", "sliding_window": null}), (None, &[]));
        check(json!({"model_type": "mistral"}), (Some(4096), &[]));
        for family in ["qwen2", "qwen3"] {
            let qwen = |changes: Value| {
                let mut all = json!({"model_type": family, "sliding_window": 8, "use_sliding_window": true});
                all.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
                all
            };
            check(qwen(json!({"use_sliding_window": false})), (None, &[]));
            check(qwen(json!({})), (None, &[]));
            check(qwen(json!({"max_window_layers": 0})), (Some(8), &[]));
            check(qwen(json!({"max_window_layers": 1})), (Some(8), &[0]));
            check(qwen(json!({"max_window_layers": 2})), (None, &[]));
            check(qwen(json!({"layer_types": ["sliding_attention", "full_attention"]})), (Some(8), &[1]));
            check(qwen(json!({"max_window_layers": 0, "sliding_window": null})), (None, &[]));
            check_error(qwen(json!({"layer_types": ["chunked_attention", "full_attention"]})), "layer type `chunked_attention`");
            check_error(qwen(json!({"layer_types": ["full_attention"]})), "has 1 entries, and the model 2 layers");
        }
    }

    #[test]
    fn biases_are_where_transformers_has_them() {
        let count = |changes: Value| Config::parse(&config(changes).to_string()).unwrap().biases.len();
        assert_eq!((count(json!({})), count(json!({"attention_bias": true})), count(json!({"mlp_bias": true}))), (0, 4, 3));
        assert_eq!((count(json!({"model_type": "qwen2"})), count(json!({"model_type": "mistral", "attention_bias": true}))), (3, 0));
        assert_eq!(count(json!({"model_type": "qwen3", "attention_bias": true, "mlp_bias": true})), 4);
        let qwen3 = Config::parse(&config(json!({"model_type": "qwen3", "num_key_value_heads": 2})).to_string()).unwrap();
        assert_eq!(qwen3.spec.head_dim, 128);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        check_error(json!({"model_type": "mamba"}), "model type `mamba` is not supported");
        check_error(json!({"hidden_act": "gelu"}), "activation `gelu`");
        check_error(json!({"is_causal": false}), "attention `one that sees what comes`");
        for (family, name) in [("llama", "swish"), ("starcoder2", "gelu_new"), ("gemma2", "gelu_fast")] {
            let text = config(json!({"model_type": family, "hidden_act": name})).to_string();
            Config::parse(&text).unwrap_or_else(|error| panic!("{family} {name}: {error}"));
        }
        check_error(json!({"hidden_size": 0}), "`hidden_size` is 0, not a whole number");
        check_error(json!({"num_attention_heads": "4"}), "`num_attention_heads` is \"4\"");
        check_error(json!({"num_key_value_heads": 3}), "these dimensions cannot be");
        check_error(json!({"rope_scaling": {"rope_type": "mrope", "factor": 4.0}}), "rope scaling `mrope`");
        check_error(json!({"rope_scaling": {"rope_type": "yarn", "factor": "4"}}), "`factor` is \"4\"");
        check_error(
            json!({"rope_scaling": {"rope_type": "longrope", "short_factor": [1.0]}}),
            "`short_factor` has 1 numbers, and half a head 8",
        );
        check_error(json!({"rope_scaling": {"rope_type": "llama3", "factor": 4.0}}), "needs `low_freq_factor`");
        check_error(json!({"quantization_config": {"bits": 4}}), "quantised safetensors");
        check_error(json!({"intermediate_size": null}), "has no `intermediate_size`");
        assert!(Config::parse("{").unwrap_err().to_string().contains("config.json: "));
    }
}
