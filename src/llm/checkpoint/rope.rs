//! Rotary embedding's parameters: `rope_parameters` (transformers 5), or `rope_theta` and `rope_scaling` (4). Each kind of scaling as
//! `modeling_rope_utils.py` computes it.

use serde_json::{Map, Value};

use super::super::LlmError;
use super::super::arch::{Family, Yarn};
use super::fields::Fields;

/// What of it a forward pass has to know.
pub(super) struct Rope {
    pub(super) base: f64,
    /// The base in layers with a window, where it is another.
    pub(super) window_base: Option<f64>,
    /// Elements of a head that are rotated.
    pub(super) dim: usize,
    /// Positions are divided by this.
    pub(super) scale: f64,
    /// Frequencies are divided by these.
    pub(super) divisors: Option<Vec<f32>>,
    /// Cosines and sines are multiplied by this.
    pub(super) magnitude: f64,
    /// Tokens for which all this holds.
    pub(super) context_length: usize,
}

/// The base of a SmolLM 3's rotary frequencies where it does not say it.
const SMOLLM3_BASE: f64 = 2_000_000.0;
/// Of a Mixtral's.
const MIXTRAL_BASE: f64 = 1_000_000.0;
/// The length for which a Phi 3 was trained before it was stretched, where it does not say it.
const PHI3_TRAINED: f64 = 4096.0;
/// Of a Gemma 3's, in layers without a window and in those with one.
const GEMMA3_BASES: [f64; 2] = [1_000_000.0, 10_000.0];

impl Rope {
    /// Of heads of `head_dim`, in a model trained for `context_length` tokens.
    pub(super) fn read(fields: Fields<'_>, family: Family, head_dim: usize, context_length: usize) -> Result<Self, LlmError> {
        let empty = Value::Null;
        // Where both are there, the older name counts, unless it says nothing.
        let older = fields.get("rope_scaling").filter(|value| value.as_object().is_none_or(|own| !own.is_empty()));
        let of_all = Fields(older.or_else(|| fields.get("rope_parameters")).unwrap_or(&empty));
        let of_gemma3 = gemma3(fields);
        let (mut nested, mut window_base, mut usual_base) = (of_all, None, 10_000.0);
        match family {
            Family::SmolLm3 => usual_base = SMOLLM3_BASE,
            Family::Mixtral => usual_base = MIXTRAL_BASE,
            Family::Gemma3 => {
                usual_base = GEMMA3_BASES[0];
                let windowed = Fields(fields.get("rope_parameters").and_then(|all| all.get("sliding_attention")).unwrap_or(&empty));
                if windowed.text("rope_type")?.is_some_and(|kind| kind != "default") {
                    return Err(LlmError::Unsupported { what: "rope scaling", found: "one for `sliding_attention` layers".into() });
                }
                let said = windowed.number("rope_theta")?.or(fields.number("rope_local_base_freq")?);
                window_base = Some(said.unwrap_or(GEMMA3_BASES[1]));
                nested = Fields(&of_gemma3);
            }
            _ => {
                if let Some(key) = ["full_attention", "sliding_attention"].into_iter().find(|key| of_all.is_there(key)) {
                    return Err(LlmError::Unsupported { what: "rope scaling", found: format!("one for `{key}` layers") });
                }
            }
        }
        let base = nested.number("rope_theta")?.or(fields.number("rope_theta")?).unwrap_or(usual_base);
        let kind = nested.text("rope_type")?.or(nested.text("type")?).unwrap_or("default");
        // As its class in transformers takes the names of older files.
        let kind = if family == Family::Phi3 && matches!(kind, "su" | "yarn") { "longrope" } else { kind };
        let dim = Self::dim(fields, nested, family, kind, head_dim)?;
        let plain = Self { base, window_base, dim, scale: 1.0, divisors: None, magnitude: 1.0, context_length };
        // Of the classes here only Phi's hands it on, and then it counts for more than what stands beside the kind.
        let key = "original_max_position_embeddings";
        let trained = match family {
            Family::Phi3 => fields.number(key)?.unwrap_or(PHI3_TRAINED),
            _ => nested.number(key)?.unwrap_or(context_length as f64),
        };
        let scaling = Scaling { nested, base, half: dim / 2, context_length, trained };
        match kind {
            "default" => Ok(plain),
            "linear" => Ok(Self { scale: nested.number("factor")?.unwrap_or(1.0), ..plain }),
            // It begins behind the length that the model was trained for, and further no context goes.
            "dynamic" => Ok(plain),
            "llama3" => Ok(Self { divisors: Some(scaling.llama3()?), ..plain }),
            "yarn" => {
                let (divisors, magnitude) = scaling.yarn()?;
                Ok(Self { divisors: Some(divisors), magnitude, ..plain })
            }
            "longrope" => scaling.longrope(plain),
            other => Err(LlmError::Unsupported { what: "rope scaling", found: other.into() }),
        }
    }

    /// How much of a head is rotated. Of the classes here only Phi's go by `partial_rotary_factor`; the others, where something is scaled.
    fn dim(fields: Fields<'_>, nested: Fields<'_>, family: Family, kind: &str, head_dim: usize) -> Result<usize, LlmError> {
        let key = "partial_rotary_factor";
        let factor = match family {
            Family::Phi3 => nested.number(key)?.or(fields.number(key)?).unwrap_or(1.0),
            _ if kind == "default" => 1.0,
            _ => nested.number(key)?.unwrap_or(1.0),
        };
        if factor != 1.0 && family != Family::Phi3 {
            return Err(LlmError::Unsupported { what: "rope scaling", found: format!("{kind} of a part of each head") });
        }
        if !(0.0..=1.0).contains(&factor) {
            return Err(LlmError::Inconsistent(format!("config.json: `{key}` is {factor}")));
        }
        Ok((head_dim as f64 * factor) as usize)
    }
}

struct Scaling<'a> {
    nested: Fields<'a>,
    base: f64,
    /// Half of a head's width.
    half: usize,
    context_length: usize,
    /// The length before it was stretched.
    trained: f64,
}

/// What a Gemma 3 says of layers without a window. The older name changes single entries of the newer one, whose kind is `default` to begin
/// with: `type` does not change that.
fn gemma3(fields: Fields<'_>) -> Value {
    let entries = |value: Option<&Value>| value.and_then(Value::as_object).cloned().unwrap_or_default();
    let mut all: Map<String, Value> = match fields.get("rope_parameters") {
        Some(newer) => entries(newer.get("full_attention")),
        None => Map::from_iter([("rope_type".to_owned(), Value::from("default"))]),
    };
    all.extend(entries(fields.get("rope_scaling")));
    Value::Object(all)
}

impl Scaling<'_> {
    fn required(&self, kind: &str, key: &str) -> Result<f64, LlmError> {
        let missing = || LlmError::Inconsistent(format!("config.json: rope scaling `{kind}` needs `{key}`"));
        self.nested.number(key)?.ok_or_else(missing)
    }

    fn sound(divisors: Vec<f32>, magnitude: f64) -> Result<(Vec<f32>, f64), LlmError> {
        let sound = divisors.iter().all(|divisor| divisor.is_finite() && *divisor > 0.0) && (1e-3..1e3).contains(&magnitude);
        if sound {
            Ok((divisors, magnitude))
        } else {
            Err(LlmError::Inconsistent("config.json: these rope scaling factors cannot be".into()))
        }
    }

    /// Long waves are divided by the factor, short ones are left, and between them it fades.
    fn llama3(&self) -> Result<Vec<f32>, LlmError> {
        let factor = self.nested.number("factor")?.unwrap_or(1.0);
        let (low, high) = (self.required("llama3", "low_freq_factor")?, self.required("llama3", "high_freq_factor")?);
        let trained = self.trained;
        let divisor = |i: usize| {
            let wave = std::f64::consts::TAU * self.base.powf(i as f64 / self.half as f64);
            if wave < trained / high {
                1.0
            } else if wave > trained / low {
                factor
            } else {
                let smooth = (trained / wave - low) / (high - low);
                1.0 / ((1.0 - smooth) / factor + smooth)
            }
        };
        Ok(Self::sound((0..self.half).map(|i| divisor(i) as f32).collect(), 1.0)?.0)
    }

    /// YaRN (arXiv 2309.00071): as above, by how often a wave turns within the trained length; and attention is sharpened.
    fn yarn(&self) -> Result<(Vec<f32>, f64), LlmError> {
        let trained = self.trained;
        let factor = self.nested.number("factor")?.unwrap_or(self.context_length as f64 / trained);
        let turns = |key: &str, usual: f64| Ok::<_, LlmError>(self.nested.number(key)?.filter(|turns| *turns != 0.0).unwrap_or(usual));
        let yarn = Yarn {
            factor,
            trained,
            fast: turns("beta_fast", 32.0)?,
            slow: turns("beta_slow", 1.0)?,
            truncate: self.nested.flag("truncate")?.unwrap_or(true),
        };
        let sharper = |by: f64| if factor <= 1.0 { 1.0 } else { 0.1 * by * factor.ln() + 1.0 };
        let scales = (self.nested.number("mscale")?.filter(|x| *x != 0.0), self.nested.number("mscale_all_dim")?.filter(|x| *x != 0.0));
        let magnitude = match (self.nested.number("attention_factor")?, scales) {
            (Some(factor), _) => factor,
            (None, (Some(scale), Some(all))) => sharper(scale) / sharper(all),
            (None, _) => yarn.magnitude(),
        };
        Self::sound(yarn.divisors(self.base, 2 * self.half), magnitude)
    }

    /// LongRoPE (arXiv 2402.13753) has two lists of divisors, by the length of the text. The short one holds up to the length before it was
    /// stretched, and no context goes further here: what was read would have to be turned anew.
    fn longrope(&self, plain: Rope) -> Result<Rope, LlmError> {
        let trained = self.trained;
        let list = self.nested.get("short_factor").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if list.len() != self.half {
            let (found, half) = (list.len(), self.half);
            return Err(LlmError::Inconsistent(format!("config.json: `short_factor` has {found} numbers, and half a head {half}")));
        }
        let divisors = list.iter().map(|divisor| divisor.as_f64().unwrap_or(f64::NAN) as f32).collect();
        let factor = self.nested.number("factor")?.unwrap_or(self.context_length as f64 / trained);
        let usual = if factor <= 1.0 { 1.0 } else { (1.0 + factor.ln() / trained.ln()).sqrt() };
        let (divisors, magnitude) = Self::sound(divisors, self.nested.number("attention_factor")?.unwrap_or(usual))?;
        let context_length = (trained as usize).clamp(1, self.context_length);
        Ok(Rope { divisors: Some(divisors), magnitude, context_length, ..plain })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::arch::RopePairing;
    use super::super::config::Config;
    use super::*;

    fn config(changes: Value) -> Config {
        let mut config = json!({
            "model_type": "llama", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
            "num_key_value_heads": 2, "rms_norm_eps": 1e-5, "max_position_embeddings": 512,
        });
        for (key, value) in changes.as_object().unwrap() {
            config[key] = value.clone();
        }
        Config::parse(&config.to_string()).unwrap()
    }

    #[test]
    fn both_ways_of_writing_rope_are_read() {
        let old = json!({"rope_theta": 5e5, "rope_scaling": {"type": "linear", "factor": 4.0}});
        let new = json!({"rope_parameters": {"rope_theta": 5e5, "rope_type": "linear", "factor": 4.0}});
        for changes in [old, new] {
            let spec = config(changes).spec;
            assert_eq!((spec.rope_base, spec.rope_scale, spec.rope_pairing), (5e5, 4.0, RopePairing::Halves));
        }
    }

    #[test]
    fn where_names_of_both_ages_are_there_the_older_counts() {
        let both = |family: &str, scaling: Value| {
            let newer = json!({"rope_theta": 5e5, "rope_type": "default"});
            config(json!({"model_type": family, "rope_parameters": newer, "rope_scaling": scaling})).spec.rope_scale
        };
        assert_eq!((both("llama", json!({"type": "linear", "factor": 4.0})), both("llama", json!({}))), (4.0, 1.0));
        assert_eq!((both("llama", Value::Null), both("mistral", json!({"factor": 4.0}))), (1.0, 1.0));
        let gemma3 = |changes: Value| {
            let mut all = json!({"model_type": "gemma3_text", "head_dim": 16, "query_pre_attn_scalar": 16});
            all.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            let spec = config(all).spec;
            (spec.rope_scale, spec.rope_base, spec.window_rope_base)
        };
        let usual = (1.0, 1e6, Some(1e4));
        assert_eq!(gemma3(json!({"rope_scaling": {"rope_type": "linear", "factor": 8.0}})), (8.0, 1e6, Some(1e4)));
        assert_eq!(gemma3(json!({"rope_scaling": {"type": "linear", "factor": 8.0}})), usual);
        assert_eq!(gemma3(json!({"rope_parameters": {"rope_type": "linear", "factor": 8.0, "rope_theta": 5.0}})), usual);
        let newer = json!({"full_attention": {"rope_type": "default", "rope_theta": 7e5}, "sliding_attention": {"rope_theta": 900.0}});
        let scaling = json!({"rope_type": "linear", "factor": 2.0});
        assert_eq!(gemma3(json!({"rope_parameters": newer, "rope_scaling": scaling})), (2.0, 7e5, Some(900.0)));
    }

    #[test]
    fn llama3_divides_long_waves_only() {
        let scaling = json!({"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192});
        let divisors = config(json!({"head_dim": 128, "rope_theta": 5e5, "rope_scaling": scaling})).rope_freqs.unwrap();
        assert_eq!((divisors.len(), divisors[0], divisors[63]), (64, 1.0, 8.0));
        assert!(divisors.windows(2).all(|pair| pair[0] <= pair[1]));
    }

    /// Logits against transformers' are in `tests/families.rs`.
    #[test]
    fn stretched_contexts_end_where_their_divisors_do() {
        let yarn = config(json!({"rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 128}}));
        assert_eq!(yarn.spec.context_length, 512);
        assert!((yarn.spec.rope_magnitude - (0.1 * 4f32.ln() + 1.0)).abs() < 1e-6);
        let given = json!({"rope_type": "yarn", "factor": 4.0, "attention_factor": 1.5});
        assert_eq!(config(json!({"rope_scaling": given})).spec.rope_magnitude, 1.5);
        let long = json!({"rope_type": "longrope", "short_factor": [1.0, 1.0, 1.5, 2.0, 2.0, 2.0, 3.0, 3.0],
            "original_max_position_embeddings": 128});
        let long = config(json!({"rope_scaling": long}));
        assert_eq!((long.spec.context_length, long.rope_freqs.unwrap()[7]), (128, 3.0));
        let dynamic = config(json!({"rope_scaling": {"rope_type": "dynamic", "factor": 4.0}}));
        assert_eq!((dynamic.spec.context_length, dynamic.rope_freqs), (512, None));
    }
}
