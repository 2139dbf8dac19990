//! `adapter_config.json`, as PEFT writes it.

use serde_json::{Value, json};

use super::super::LlmError;
use super::super::arch::Family;
use super::super::names::{Fused, Projection};
use super::ends::EndSettings;
use super::targets::{Targets, fits, layers, pattern_of, targets};

/// LoRA's settings. Names are PEFT's.
#[derive(Debug, Clone, PartialEq)]
pub struct LoraConfig {
    /// Rank.
    pub r: usize,
    /// The addition is multiplied by `lora_alpha / r`, or by `lora_alpha / sqrt(r)` with rsLoRA.
    pub lora_alpha: f64,
    /// Dropout of the addition's input, in training.
    pub lora_dropout: f64,
    /// rsLoRA (arXiv 2312.03732).
    pub use_rslora: bool,
    /// The maps that have additions.
    pub target_modules: Vec<Projection>,
    /// Those of them that are several in one, in a family that has such.
    pub fused_modules: Vec<Fused>,
    /// Where the file names its targets by a regular expression: that. What it fits is what the file of tensors holds.
    pub target_pattern: Option<String>,
    /// What is said of the embedding and the head.
    pub ends: EndSettings,
    /// DoRA (arXiv 2402.09353): the sum's rows have lengths of their own.
    pub use_dora: bool,
    /// Whether the outer matrix has a bias.
    pub lora_bias: bool,
    /// Which biases of the base are replaced: `none`, `all`, `lora_only`.
    pub bias: String,
    /// The layers that have additions; `None` for all.
    pub layers_to_transform: Option<Vec<usize>>,
    /// The base, as a name or a path, for a reader.
    pub base_model_name_or_path: String,
    /// Other ranks, by the end of a module's path. The first that fits counts.
    pub rank_pattern: Vec<(String, usize)>,
    /// Other alphas, by the end of a module's path. The first that fits counts.
    pub alpha_pattern: Vec<(String, f64)>,
}

impl LoraConfig {
    /// Rank `r` on all maps, with PEFT's other defaults.
    pub fn new(r: usize, lora_alpha: f64) -> Self {
        Self {
            r,
            lora_alpha,
            lora_dropout: 0.0,
            use_rslora: false,
            target_modules: Projection::ALL.into(),
            fused_modules: Vec::new(),
            target_pattern: None,
            ends: EndSettings::default(),
            use_dora: false,
            lora_bias: false,
            bias: "none".into(),
            layers_to_transform: None,
            base_model_name_or_path: String::new(),
            rank_pattern: Vec::new(),
            alpha_pattern: Vec::new(),
        }
    }

    /// The same for a model of `family`: all maps of one that fuses some are others.
    pub fn for_family(mut self, family: Family) -> Self {
        if family.fuses() && self.target_modules == Projection::ALL {
            self.target_modules.retain(|projection| Fused::of(*projection).is_none());
            self.fused_modules = Fused::ALL.into();
        }
        self
    }

    /// A target that a model of `family` does not have.
    pub fn foreign_target(&self, family: Family) -> Option<&'static str> {
        let maps = self.target_modules.iter().find(|projection| family.fuses() && Fused::of(**projection).is_some());
        let fused = self.fused_modules.first().filter(|_| !family.fuses());
        maps.map(|projection| projection.name()).or(fused.map(|fused| fused.name()))
    }

    fn covers_layer(&self, index: usize) -> bool {
        self.layers_to_transform.as_ref().is_none_or(|layers| layers.contains(&index))
    }

    /// Whether layer `index` has an addition to `projection`.
    pub fn covers(&self, index: usize, projection: Projection) -> bool {
        self.target_modules.contains(&projection) && self.covers_layer(index)
    }

    /// Whether layer `index` has an addition to several maps in one.
    pub fn covers_fused(&self, index: usize, fused: Fused) -> bool {
        self.fused_modules.contains(&fused) && self.covers_layer(index)
    }

    /// The rank of the addition to the map at `path` of a layer (`self_attn.q_proj`) in layer `index`.
    pub fn rank(&self, index: usize, path: &str) -> usize {
        self.rank_at(&format!("model.layers.{index}.{path}"))
    }

    /// The rank of the addition to the map at `path` (`lm_head`).
    pub fn rank_at(&self, path: &str) -> usize {
        self.rank_pattern.iter().find(|(key, _)| fits(path, key)).map_or(self.r, |(_, rank)| *rank)
    }

    /// The factor of the addition to the map at `path` of a layer in layer `index`, whose rank is `rank`.
    pub fn scale(&self, index: usize, path: &str, rank: usize) -> f32 {
        self.scale_at(&format!("model.layers.{index}.{path}"), rank)
    }

    /// The factor of the addition to the map at `path` (`lm_head`), whose rank is `rank`.
    pub fn scale_at(&self, path: &str, rank: usize) -> f32 {
        let alpha = self.alpha_pattern.iter().find(|(key, _)| fits(path, key)).map_or(self.lora_alpha, |(_, alpha)| *alpha);
        let divisor = if self.use_rslora { (rank as f64).sqrt() } else { rank as f64 };
        (alpha / divisor) as f32
    }

    /// Reads the text of an `adapter_config.json`. What would change the addition and is not known here is refused by name.
    pub fn parse(text: &str) -> Result<Self, LlmError> {
        let wrong = |reason: String| LlmError::Adapter(format!("adapter_config.json: {reason}"));
        let json: Value = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let unsupported = |found: String| LlmError::Unsupported { what: "adapter setting", found };
        let kind = json.get("peft_type").and_then(Value::as_str).unwrap_or("LORA");
        if kind != "LORA" {
            return Err(LlmError::Unsupported { what: "adapter type", found: kind.into() });
        }
        refuse_changed_base(json.get("init_lora_weights"))?;
        refuse_unknown(&json)?;
        for key in ["fan_in_fan_out", "use_qalora", "use_bdlora"] {
            if json.get(key).and_then(Value::as_bool) == Some(true) {
                return Err(unsupported(key.into()));
            }
        }
        for key in ["layer_replication", "alora_invocation_tokens", "target_parameters"] {
            if json.get(key).is_some_and(|value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty())) {
                return Err(unsupported(key.into()));
            }
        }
        let bias = json.get("bias").and_then(Value::as_str).unwrap_or("none");
        if !matches!(bias, "none" | "all" | "lora_only") {
            return Err(unsupported(format!("bias = {bias}")));
        }
        let flag = |key: &str| json.get(key).and_then(Value::as_bool) == Some(true);
        let (use_dora, lora_bias) = (flag("use_dora"), flag("lora_bias"));
        if use_dora && lora_bias {
            return Err(unsupported("use_dora with lora_bias".into()));
        }
        let number = |key: &str| json.get(key).and_then(Value::as_f64).filter(|value| value.is_finite());
        let r = json.get("r").and_then(Value::as_u64).filter(|r| (1..=4096).contains(r));
        let r = r.ok_or_else(|| wrong("`r` is not a whole number from 1 to 4096".into()))? as usize;
        let pattern = |key: &str| -> Result<Vec<(String, f64)>, LlmError> {
            let Some(entries) = json.get(key).and_then(Value::as_object) else { return Ok(Vec::new()) };
            let read = |(name, value): (&String, &Value)| {
                if pattern_of(name).is_none() {
                    return Err(unsupported(format!("{key} `{name}`, a regular expression that is not known here")));
                }
                let value = value.as_f64().filter(|value| value.is_finite() && *value > 0.0);
                value.map(|value| (name.clone(), value)).ok_or_else(|| wrong(format!("`{key}` of `{name}` is not a number above 0")))
            };
            entries.iter().map(read).collect()
        };
        let Targets { maps: target_modules, fused: fused_modules, ends, pattern: target_pattern } = targets(json.get("target_modules"))?;
        Ok(Self {
            r,
            lora_alpha: number("lora_alpha").unwrap_or(8.0),
            lora_dropout: number("lora_dropout").unwrap_or(0.0),
            use_rslora: json.get("use_rslora").and_then(Value::as_bool).unwrap_or(false),
            target_modules,
            fused_modules,
            target_pattern,
            ends: EndSettings::read(&json, ends)?,
            use_dora,
            lora_bias,
            bias: bias.into(),
            layers_to_transform: layers(json.get("layers_to_transform")).map_err(wrong)?,
            base_model_name_or_path: json.get("base_model_name_or_path").and_then(Value::as_str).unwrap_or_default().into(),
            rank_pattern: pattern("rank_pattern")?.into_iter().map(|(key, rank)| (key, rank as usize)).collect(),
            alpha_pattern: pattern("alpha_pattern")?,
        })
    }

    /// The names of the maps that have additions.
    pub fn target_names(&self) -> Vec<&'static str> {
        let maps = self.target_modules.iter().map(|projection| projection.name());
        maps.chain(self.fused_modules.iter().map(|fused| fused.name())).chain(self.ends.targets.iter().map(|end| end.name())).collect()
    }

    /// The text of an `adapter_config.json` that PEFT reads.
    pub fn to_json(&self) -> Value {
        let by_name = |entries: &mut dyn Iterator<Item = (String, Value)>| Value::Object(entries.collect());
        let [modules_to_save, trainable_token_indices] = self.ends.to_json();
        let alpha = if self.lora_alpha.fract() == 0.0 { json!(self.lora_alpha as i64) } else { json!(self.lora_alpha) };
        json!({
            "alpha_pattern": by_name(&mut self.alpha_pattern.iter().map(|(name, alpha)| (name.clone(), json!(alpha)))),
            "auto_mapping": null,
            "base_model_name_or_path": self.base_model_name_or_path,
            "bias": self.bias,
            "fan_in_fan_out": false,
            "inference_mode": true,
            "init_lora_weights": true,
            "layers_pattern": null,
            "layers_to_transform": self.layers_to_transform,
            "lora_alpha": alpha,
            "lora_bias": self.lora_bias,
            "lora_dropout": self.lora_dropout,
            "modules_to_save": modules_to_save,
            "peft_type": "LORA",
            "r": self.r,
            "rank_pattern": by_name(&mut self.rank_pattern.iter().map(|(name, rank)| (name.clone(), json!(rank)))),
            "revision": null,
            "target_modules": self.target_pattern.as_ref().map_or_else(|| json!(self.target_names()), |pattern| json!(pattern)),
            "task_type": "CAUSAL_LM",
            "trainable_token_indices": trainable_token_indices,
            "use_dora": self.use_dora,
            "use_rslora": self.use_rslora,
        })
    }
}

/// Some beginnings take from the base what they give the adapter (PiSSA arXiv 2404.02948, OLoRA 2406.01775, CorDA 2406.05223, LoftQ
/// 2310.08659, LoRA-GA 2407.05000). The others begin with an addition that is zero, or count it in.
fn refuse_changed_base(init: Option<&Value>) -> Result<(), LlmError> {
    match init {
        None | Some(Value::Null | Value::Bool(_)) => Ok(()),
        Some(Value::String(init)) => match init.to_lowercase().as_str() {
            "true" | "false" | "gaussian" | "eva" | "orthogonal" => Ok(()),
            known if ["pissa", "olora", "corda", "loftq", "lora_ga"].iter().any(|name| known.starts_with(name)) => {
                Err(LlmError::ChangesBase { init: init.clone() })
            }
            _ => Err(LlmError::Unsupported { what: "adapter setting", found: format!("init_lora_weights = {init}") }),
        },
        Some(other) => Err(LlmError::Unsupported { what: "adapter setting", found: format!("init_lora_weights = {other}") }),
    }
}

/// Settings of PEFT 0.21 that are read here, or that say nothing of a finished adapter.
const KNOWN: [&str; 38] = [
    "alora_invocation_tokens",
    "alpha_pattern",
    "auto_mapping",
    "base_model_name_or_path",
    "bias",
    "corda_config",
    "ensure_weight_tying",
    "eva_config",
    "exclude_modules",
    "fan_in_fan_out",
    "inference_mode",
    "init_lora_weights",
    "layer_replication",
    "layers_pattern",
    "layers_to_transform",
    "loftq_config",
    "lora_alpha",
    "lora_bias",
    "lora_dropout",
    "lora_ga_config",
    "megatron_config",
    "megatron_core",
    "modules_to_save",
    "peft_type",
    "peft_version",
    "qalora_group_size",
    "r",
    "rank_pattern",
    "revision",
    "runtime_config",
    "target_modules",
    "target_parameters",
    "task_type",
    "trainable_token_indices",
    "use_bdlora",
    "use_dora",
    "use_qalora",
    "use_rslora",
];

/// A setting that is not known, and is set, may change what an adapter adds.
fn refuse_unknown(json: &Value) -> Result<(), LlmError> {
    let is_set = |value: &Value| match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Array(list) => !list.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
        Value::Number(_) | Value::String(_) => true,
    };
    let entries = json.as_object().into_iter().flatten();
    match entries.into_iter().find(|(key, value)| !KNOWN.contains(&key.as_str()) && is_set(value)) {
        Some((key, _)) => Err(LlmError::Unsupported { what: "adapter setting", found: key.clone() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut config = LoraConfig::new(16, 32.0);
        config.target_modules = vec![Projection::Query, Projection::Down];
        config.layers_to_transform = Some(vec![1, 3]);
        config.use_rslora = true;
        config.alpha_pattern.push(("layers.3.mlp.down_proj".into(), 8.0));
        let read = LoraConfig::parse(&config.to_json().to_string()).unwrap();
        assert_eq!(read, config);
        assert!(read.covers(1, Projection::Query) && !read.covers(0, Projection::Query) && !read.covers(1, Projection::Key));
        assert_eq!((read.scale(1, Projection::Query.path(), 16), read.scale(3, Projection::Down.path(), 16)), (8.0, 2.0));
        assert_eq!(LoraConfig::new(8, 16.0).scale(0, Projection::Up.path(), 8), 2.0);
    }

    #[track_caller]
    fn check_error(text: Value, expected: &str) {
        let error = LoraConfig::parse(&text.to_string()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn patterns_fit_as_pefts_do() {
        let alpha = |pattern: &str, path: &str| {
            let text = json!({"r": 8, "target_modules": "all-linear", "alpha_pattern": {pattern: 64.0}});
            LoraConfig::parse(&text.to_string()).unwrap().scale(0, path, 8) == 8.0
        };
        for pattern in [
            "q_proj",
            "self_attn.q_proj",
            r".*\.0\..*q_proj",
            "^model.layers.0.self_attn.q_proj",
            "(q|v)_proj",
            "layers.0.self_attn.q_proj",
        ] {
            assert!(alpha(pattern, "self_attn.q_proj"), "{pattern}");
            assert!(!alpha(pattern, "mlp.up_proj"), "{pattern}");
        }
        for pattern in ["proj", "attn.q_proj", "q_pro", "^q_proj"] {
            assert!(!alpha(pattern, "self_attn.q_proj"), "{pattern}");
        }
    }

    /// As PEFT's `get_pattern_key`: the first in the order of the file.
    #[test]
    fn of_two_patterns_that_fit_the_first_counts() {
        for (first, second, expected) in [("q_proj", r".*\.0\..*", 16.0), (r".*\.0\..*", "q_proj", 64.0)] {
            let text = json!({"r": 8, "target_modules": ["q_proj"], "alpha_pattern": {first: expected, second: 1.0}, "rank_pattern": {first: 4, second: 2}});
            let config = LoraConfig::parse(&text.to_string()).unwrap();
            assert_eq!(config.rank(0, "self_attn.q_proj"), 4);
            assert_eq!(config.scale(0, "self_attn.q_proj", 4), expected as f32 / 4.0);
            assert_eq!(LoraConfig::parse(&config.to_json().to_string()).unwrap(), config);
        }
    }

    #[test]
    fn what_would_change_the_addition_is_refused() {
        check_error(json!({"r": 8, "target_modules": ["score"]}), "target module `score`");
        check_error(json!({"r": 8, "target_modules": ["q_proj"], "use_dora": true, "lora_bias": true}), "`use_dora with lora_bias`");
        check_error(json!({"r": 8, "target_modules": ["q_proj"], "modules_to_save": ["norm"]}), "`modules_to_save of norm`");
        check_error(json!({"r": 8, "target_modules": ["q_proj"], "bias": "some"}), "`bias = some`");
        check_error(json!({"r": 0, "target_modules": ["q_proj"]}), "`r` is not a whole number");
        check_error(json!({"r": 8, "peft_type": "IA3"}), "adapter type `IA3`");
        check_error(json!({"r": 8, "target_modules": ["q_proj"], "alpha_pattern": {"(?=q)": 1}}), "a regular expression");
        check_error(json!({"r": 8}), "no `target_modules`");
        check_error(json!({"r": 8, "target_modules": ["q_proj"], "use_something_new": true}), "adapter setting `use_something_new`");
    }

    #[test]
    fn a_beginning_that_changes_the_base_is_refused_by_name() {
        let parse = |init: Value| LoraConfig::parse(&json!({"r": 8, "target_modules": ["q_proj"], "init_lora_weights": init}).to_string());
        for init in ["pissa", "pissa_niter_4", "olora", "corda", "loftq", "lora_ga", "PiSSA"] {
            let error = parse(json!(init)).unwrap_err();
            assert!(matches!(&error, LlmError::ChangesBase { init: found } if found == init), "{error}");
            assert!(error.hint().is_some_and(|hint| hint.contains("path_initial_model_for_weight_conversion")));
        }
        for init in [json!(true), json!(false), json!(null), json!("gaussian"), json!("eva"), json!("orthogonal")] {
            parse(init).unwrap();
        }
        let error = parse(json!("new")).unwrap_err();
        assert!(error.to_string().contains("`init_lora_weights = new`") && !error.hint().unwrap().contains("models list"), "{error}");
    }
}
