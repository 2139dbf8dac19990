//! Which maps an adapter's settings name, and by which patterns.

use regex::Regex;
use serde_json::Value;

use super::super::LlmError;
use super::super::names::{Fused, Projection};
use super::parts::End;

/// Whether `key` fits `path` or its end after a dot, as PEFT's `get_pattern_key` matches them.
pub(super) fn fits(path: &str, key: &str) -> bool {
    pattern_of(key).is_some_and(|pattern| pattern.is_match(path))
}

pub(super) fn pattern_of(key: &str) -> Option<Regex> {
    Regex::new(&format!(r"^(?:(?:.*\.)?(?:{key})$)")).ok()
}

/// What `target_modules` names.
pub(super) struct Targets {
    /// One by one.
    pub(super) maps: Vec<Projection>,
    /// Several in one.
    pub(super) fused: Vec<Fused>,
    /// The embedding, the head.
    pub(super) ends: Vec<End>,
    /// A regular expression.
    pub(super) pattern: Option<String>,
}

pub(super) fn targets(value: Option<&Value>) -> Result<Targets, LlmError> {
    let unknown = |name: &str| LlmError::Unsupported { what: "adapter's target module", found: name.into() };
    match value {
        Some(Value::String(all)) if all == "all-linear" => {
            Ok(Targets { maps: Projection::ALL.into(), fused: Vec::new(), ends: Vec::new(), pattern: None })
        }
        Some(Value::String(pattern)) => {
            Ok(Targets { maps: Vec::new(), fused: Vec::new(), ends: Vec::new(), pattern: Some(pattern.clone()) })
        }
        Some(Value::Array(names)) => {
            let (mut maps, mut fused, mut ends) = (Vec::new(), Vec::new(), Vec::new());
            for name in names {
                let name = name.as_str().unwrap_or_default();
                let own = name.rsplit('.').next().unwrap_or_default();
                match (Projection::named(own), Fused::named(own)) {
                    (Some(projection), _) => maps.push(projection),
                    (None, Some(one)) => fused.push(one),
                    (None, None) => ends.push(End::named(name).ok_or_else(|| unknown(name))?),
                }
            }
            maps.sort_unstable();
            maps.dedup();
            fused.sort_unstable();
            fused.dedup();
            ends.sort_unstable();
            ends.dedup();
            Ok(Targets { maps, fused, ends, pattern: None })
        }
        _ => Err(LlmError::Adapter("adapter_config.json has no `target_modules`".into())),
    }
}

/// Which maps the settings name, as PEFT's `check_target_module_exists` has it.
#[derive(Debug)]
pub(super) struct Named {
    targets: Names,
    excluded: Names,
    layers: Option<Vec<usize>>,
    /// What the list of layers is called in a path; any name where it is empty.
    layer_lists: Vec<String>,
}

#[derive(Debug)]
enum Names {
    AllLinear,
    /// Paths, or their ends.
    Listed(Vec<String>),
    /// What fits the whole of a path; `None` where Python has expressions that are none here.
    Pattern(Option<Regex>),
}

impl Names {
    fn read(value: Option<&Value>) -> Self {
        match value {
            Some(Value::String(all)) if all == "all-linear" => Self::AllLinear,
            Some(Value::String(pattern)) => Self::Pattern(Regex::new(&format!("^(?:{pattern})$")).ok()),
            Some(Value::Array(names)) => Self::Listed(names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()),
            _ => Self::Listed(Vec::new()),
        }
    }

    fn fit(&self, path: &str) -> bool {
        match self {
            Self::AllLinear => true,
            Self::Pattern(pattern) => pattern.as_ref().is_none_or(|pattern| pattern.is_match(path)),
            Self::Listed(names) => {
                names.iter().any(|name| path.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
            }
        }
    }
}

impl Named {
    /// Of the file `json`.
    pub(super) fn read(json: &Value) -> Result<Self, LlmError> {
        let excluded = Names::read(json.get("exclude_modules"));
        if matches!(excluded, Names::Pattern(None)) {
            let found = "exclude_modules, a regular expression that is not known here".into();
            return Err(LlmError::Unsupported { what: "adapter setting", found });
        }
        let layer_lists = match json.get("layers_pattern") {
            Some(Value::String(one)) if !one.is_empty() => vec![one.clone()],
            Some(Value::Array(names)) => names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect(),
            _ => Vec::new(),
        };
        let layers = layers(json.get("layers_to_transform")).map_err(LlmError::Adapter)?.filter(|layers| !layers.is_empty());
        Ok(Self { targets: Names::read(json.get("target_modules")), excluded, layers, layer_lists })
    }

    /// Whether they name the map at `path` (`self_attn.q_proj`) of layer `index`.
    pub(super) fn means(&self, index: usize, path: &str) -> bool {
        self.name(&format!("model.layers.{index}.{path}"), |layers| {
            let called = self.layer_lists.is_empty() || self.layer_lists.iter().any(|list| list == "layers" || list == "model.layers");
            called && layers.contains(&index)
        })
    }

    /// Whether they name the map at `path` (`lm_head`), which is in no layer; `all-linear` means none of these.
    pub(super) fn means_path(&self, path: &str) -> bool {
        !matches!(self.targets, Names::AllLinear) && self.name(path, |_| false)
    }

    /// `in_layers` says whether the path is in one of the layers that are named, where some are.
    fn name(&self, path: &str, in_layers: impl Fn(&[usize]) -> bool) -> bool {
        let in_layer = || self.layers.as_ref().is_none_or(|layers| in_layers(layers));
        let in_all = |names: &[String]| path.starts_with("model.layers.") && of_all(names);
        let meant = match &self.targets {
            Names::Pattern(_) => self.targets.fit(path),
            Names::AllLinear => in_layer(),
            Names::Listed(names) => names.iter().any(|name| name == path) || ((self.targets.fit(path) || in_all(names)) && in_layer()),
        };
        meant && !self.excluded.fit(path)
    }
}

/// `all-linear` is written as a list of all maps, which means those that are several in one, too.
fn of_all(names: &[String]) -> bool {
    Projection::ALL.iter().all(|projection| names.iter().any(|name| name == projection.name()))
}

pub(super) fn layers(value: Option<&Value>) -> Result<Option<Vec<usize>>, String> {
    let index = |value: &Value| value.as_u64().and_then(|index| usize::try_from(index).ok());
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(list)) => {
            let indices: Option<Vec<usize>> = list.iter().map(index).collect();
            indices.map(Some).ok_or_else(|| "`layers_to_transform` holds something that is no layer".into())
        }
        Some(single) => index(single).map(|index| Some(vec![index])).ok_or_else(|| format!("`layers_to_transform` is {single}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(settings: Value, index: usize, path: &str, meant: bool) {
        assert_eq!(Named::read(&settings).unwrap().means(index, path), meant, "{settings}");
    }

    /// Each as PEFT 0.21 answers.
    #[test]
    fn maps_are_named_as_peft_names_them() {
        let q = "self_attn.q_proj";
        for names in [json!(["q_proj"]), json!(["self_attn.q_proj"]), json!(["model.layers.1.self_attn.q_proj"]), json!("all-linear")] {
            check(json!({"target_modules": names}), 1, q, true);
        }
        check(json!({"target_modules": ["model.layers.0.self_attn.q_proj", "v_proj"]}), 1, q, false);
        check(json!({"target_modules": ["layers.0.self_attn.q_proj"]}), 0, q, true);
        check(json!({"target_modules": ["proj"]}), 0, q, false);
        check(json!({"target_modules": r".*\.0\..*q_proj"}), 0, q, true);
        check(json!({"target_modules": r".*\.0\..*q_proj"}), 1, q, false);
        check(json!({"target_modules": ["q_proj"], "exclude_modules": ["layers.1.self_attn.q_proj"]}), 1, q, false);
        check(json!({"target_modules": ["q_proj"], "exclude_modules": r".*\.1\..*"}), 1, q, false);
        check(json!({"target_modules": ["q_proj"], "exclude_modules": r".*\.1\..*"}), 0, q, true);
        check(json!({"target_modules": ["q_proj"], "exclude_modules": []}), 0, q, true);
        check(json!({"target_modules": ["q_proj"], "layers_to_transform": [0]}), 1, q, false);
        check(json!({"target_modules": ["q_proj"], "layers_to_transform": []}), 1, q, true);
        check(json!({"target_modules": ["q_proj"], "layers_to_transform": 1, "layers_pattern": "layers"}), 1, q, true);
        check(json!({"target_modules": ["q_proj"], "layers_to_transform": [1], "layers_pattern": ["h"]}), 1, q, false);
        // A path that is written whole is meant, whatever layers are.
        check(json!({"target_modules": ["model.layers.1.self_attn.q_proj"], "layers_to_transform": [0]}), 1, q, true);
        for (settings, meant) in [
            (json!({"target_modules": ["lm_head"]}), true),
            (json!({"target_modules": ".*head"}), true),
            (json!({"target_modules": ["lm_head"], "layers_to_transform": [0]}), true),
            (json!({"target_modules": "all-linear"}), false),
            (json!({"target_modules": Projection::ALL.map(Projection::name)}), false),
            (json!({"target_modules": ["q_proj"]}), false),
            (json!({"target_modules": ["lm_head"], "exclude_modules": ["lm_head"]}), false),
        ] {
            assert_eq!(Named::read(&settings).unwrap().means_path("lm_head"), meant, "{settings}");
        }
        assert!(Named::read(&json!({"exclude_modules": "(?=q)"})).unwrap_err().to_string().contains("exclude_modules"));
    }
}
