//! Which maps an adapter's settings name, and by which patterns.

use regex::Regex;
use serde_json::Value;

use super::super::LlmError;
use super::super::names::{Fused, Projection};

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
    /// A regular expression.
    pub(super) pattern: Option<String>,
}

pub(super) fn targets(value: Option<&Value>) -> Result<Targets, LlmError> {
    let unknown = |name: &str| LlmError::Unsupported { what: "adapter's target module", found: name.into() };
    match value {
        Some(Value::String(all)) if all == "all-linear" => Ok(Targets { maps: Projection::ALL.into(), fused: Vec::new(), pattern: None }),
        Some(Value::String(pattern)) => Ok(Targets { maps: Vec::new(), fused: Vec::new(), pattern: Some(pattern.clone()) }),
        Some(Value::Array(names)) => {
            let (mut maps, mut fused) = (Vec::new(), Vec::new());
            for name in names {
                let name = name.as_str().unwrap_or_default();
                let own = name.rsplit('.').next().unwrap_or_default();
                match (Projection::named(own), Fused::named(own)) {
                    (Some(projection), _) => maps.push(projection),
                    (None, Some(one)) => fused.push(one),
                    (None, None) => return Err(unknown(name)),
                }
            }
            maps.sort_unstable();
            maps.dedup();
            fused.sort_unstable();
            fused.dedup();
            Ok(Targets { maps, fused, pattern: None })
        }
        _ => Err(LlmError::Adapter("adapter_config.json has no `target_modules`".into())),
    }
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
