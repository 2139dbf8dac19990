//! A model's two ends, as PEFT's settings and its files name them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::LlmError;
use super::super::checkpoint::TensorFile;
use super::super::checkpoint::read::ShapedValues;
use super::super::weights::Weight;
use super::parts::{End, EndChange, Lora};
use super::targets::Named;

/// What settings say of the two ends.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EndSettings {
    /// Those that have low-rank additions.
    pub targets: Vec<End>,
    /// Those that are replaced (`modules_to_save`).
    pub saved: Vec<End>,
    /// Tokens whose rows are replaced (`trainable_token_indices`).
    pub tokens: BTreeMap<End, Vec<u32>>,
    /// Whether an end that is the other one in the base goes with it.
    pub tied: bool,
}

impl EndSettings {
    /// Of the file `json`, which names `targets` among its target modules.
    pub(super) fn read(json: &Value, targets: Vec<End>) -> Result<Self, LlmError> {
        let unsupported = |found: String| LlmError::Unsupported { what: "adapter setting", found };
        let saved = match json.get("modules_to_save") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(names)) => {
                let named = |name: &Value| {
                    let name = name.as_str().unwrap_or_default();
                    End::named(name).ok_or_else(|| unsupported(format!("modules_to_save of {name}")))
                };
                let mut saved = names.iter().map(named).collect::<Result<Vec<_>, _>>()?;
                saved.sort_unstable();
                saved.dedup();
                saved
            }
            Some(other) => return Err(unsupported(format!("modules_to_save = {other}"))),
        };
        let wrong = || LlmError::Adapter("adapter_config.json: `trainable_token_indices` holds something that is no token".into());
        let list = |value: &Value| -> Result<Vec<u32>, LlmError> {
            let id = |value: &Value| value.as_u64().and_then(|id| u32::try_from(id).ok());
            value.as_array().and_then(|ids| ids.iter().map(id).collect()).ok_or_else(wrong)
        };
        let mut tokens = match json.get("trainable_token_indices") {
            None | Some(Value::Null) => BTreeMap::new(),
            Some(Value::Object(entries)) => {
                let read = |(name, ids): (&String, &Value)| {
                    let end = End::named(name).ok_or_else(|| unsupported(format!("trainable_token_indices of {name}")))?;
                    Ok((end, list(ids)?))
                };
                entries.iter().map(read).collect::<Result<_, LlmError>>()?
            }
            Some(ids) => BTreeMap::from([(End::Embedding, list(ids)?)]),
        };
        tokens.retain(|_, ids| !ids.is_empty());
        let settings = Self { targets, saved, tokens, tied: json.get("ensure_weight_tying").and_then(Value::as_bool) == Some(true) };
        match End::ALL.into_iter().find(|end| settings.times(*end) > 1) {
            Some(end) => Err(unsupported(format!("{} in several settings at once", end.name()))),
            None => Ok(settings),
        }
    }

    fn times(&self, end: End) -> usize {
        let named = [self.targets.contains(&end), self.saved.contains(&end), self.tokens.contains_key(&end)];
        named.into_iter().filter(|named| *named).count()
    }

    /// `modules_to_save` and `trainable_token_indices`, as PEFT has them.
    pub(super) fn to_json(&self) -> [Value; 2] {
        let saved: Vec<&str> = self.saved.iter().map(|end| end.name()).collect();
        let tokens: BTreeMap<&str, &Vec<u32>> = self.tokens.iter().map(|(end, ids)| (end.name(), ids)).collect();
        [if saved.is_empty() { Value::Null } else { json!(saved) }, if tokens.is_empty() { Value::Null } else { json!(tokens) }]
    }

    /// Takes up what the file of tensors shows: which ends a regular expression fits, and which go with the other.
    pub(super) fn find(&mut self, ends: &BTreeMap<End, EndChange>, by_pattern: bool) {
        let has = |part: fn(&EndChange) -> bool| End::ALL.into_iter().filter(move |end| ends.get(end).is_some_and(part));
        let (added, replaced): (Vec<End>, Vec<End>) =
            (has(|change| change.lora.is_some()).collect(), has(|change| change.whole.is_some()).collect());
        let tied = std::mem::take(&mut self.tied);
        if by_pattern || (tied && !self.targets.is_empty()) {
            self.targets = added;
        }
        if tied && !self.saved.is_empty() {
            self.saved = replaced;
        }
    }

    /// Refuses tensors of `ends` that they do not name, which PEFT passes over, and what they name that is not there.
    pub(super) fn check(&self, ends: &BTreeMap<End, EndChange>, named: &Named) -> Result<(), LlmError> {
        for end in End::ALL {
            let (change, name) = (ends.get(&end), end.name());
            let wrong = |what: String| Err(LlmError::Adapter(what));
            let meant = self.targets.contains(&end) || named.means_path(end.path());
            if change.is_some_and(|change| change.lora.is_some()) && !meant {
                return wrong(format!("it holds matrices of {name}, which adapter_config.json does not name"));
            }
            if self.saved.contains(&end) && change.is_none_or(|change| change.whole.is_none()) {
                return wrong(format!("adapter_config.json names {name} in modules_to_save, and it is not there"));
            }
            let rows = change.and_then(|change| change.rows.as_ref());
            match (self.tokens.get(&end), rows) {
                (None, None) => {}
                (Some(ids), Some(rows)) if rows.len().is_multiple_of(ids.len()) && !rows.is_empty() => {}
                _ => return wrong(format!("its rows of {name} are not those that trainable_token_indices names")),
            }
        }
        Ok(())
    }
}

/// What a tensor is of an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Inner,
    Outer,
    Whole,
    Rows,
}

/// Reads `lm_head.lora_A.weight` and its kind.
fn part_of(path: &str) -> Option<(End, Part)> {
    let (end, rest) = End::ALL.into_iter().find_map(|end| Some((end, path.strip_prefix(end.path())?.strip_prefix('.')?)))?;
    let part = match (end, rest) {
        (End::Head, "lora_A.weight") | (End::Embedding, "lora_embedding_A") => Part::Inner,
        (End::Head, "lora_B.weight") | (End::Embedding, "lora_embedding_B") => Part::Outer,
        (_, "weight" | "base_layer.weight") => Part::Whole,
        (_, "token_adapter.trainable_tokens_delta") => Part::Rows,
        _ => return None,
    };
    Some((end, part))
}

/// What tensors of an end are called behind PEFT's prefix: of additions, of what replaces the base's, of rows.
pub(super) fn names_of(end: End, change: &EndChange) -> [String; 4] {
    let (inner, outer) = match end {
        End::Embedding => ("lora_embedding_A", "lora_embedding_B"),
        End::Head => ("lora_A.weight", "lora_B.weight"),
    };
    let whole = if change.lora.is_some() { "base_layer.weight" } else { "weight" };
    [inner, outer, whole, "token_adapter.trainable_tokens_delta"].map(|name| format!("{}.{name}", end.path()))
}

/// The ends as far as they came.
#[derive(Debug, Default)]
pub(super) struct Ends {
    halves: BTreeMap<End, [Option<ShapedValues>; 2]>,
    changes: BTreeMap<End, EndChange>,
}

impl Ends {
    /// Takes the tensor called `name`, whose path is `path`; whether it is one of an end.
    pub(super) fn take(&mut self, file: &TensorFile, name: &str, path: &str) -> Result<bool, LlmError> {
        let Some((end, part)) = part_of(path) else { return Ok(false) };
        let misfit = |shape: &[usize]| LlmError::Adapter(format!("its {} is of shape {shape:?}", end.name()));
        let change = self.changes.entry(end).or_default();
        match part {
            Part::Inner | Part::Outer => {
                let values = file.read_f32(name)?;
                let [inner, outer] = self.halves.entry(end).or_default();
                *(if part == Part::Inner { inner } else { outer }) = values;
            }
            Part::Whole => {
                let Some(place) = file.tensors.get(name) else { return Ok(true) };
                let block = place.block.ok_or_else(|| LlmError::Unsupported { what: "tensor type", found: place.dtype.clone() })?;
                let &[rows, columns] = place.shape.as_slice() else { return Err(misfit(&place.shape)) };
                change.whole =
                    Some(Weight::mapped(file.map(), place.range.clone(), block, [rows, columns]).ok_or_else(|| misfit(&place.shape))?);
            }
            Part::Rows => match file.read_f32(name)? {
                Some((shape, values)) if shape.len() == 2 => change.rows = Some(values),
                found => return Err(misfit(&found.map(|(shape, _)| shape).unwrap_or_default())),
            },
        }
        Ok(true)
    }

    /// What they are.
    pub(super) fn finish(mut self) -> Result<BTreeMap<End, EndChange>, LlmError> {
        for (end, [inner, outer]) in self.halves {
            let name = end.name();
            let (Some((a_shape, a)), Some((b_shape, b))) = (inner, outer) else {
                return Err(LlmError::Adapter(format!("{name} has one of its two matrices")));
            };
            let lora = match (a_shape.as_slice(), b_shape.as_slice()) {
                (&[rank, _], &[_, same]) if rank == same && rank > 0 && !a.is_empty() && !b.is_empty() => Lora { rank, a, b },
                _ => return Err(LlmError::Adapter(format!("{name} has matrices of shapes {a_shape:?} and {b_shape:?}"))),
            };
            self.changes.entry(end).or_default().lora = Some(lora);
        }
        Ok(self.changes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ends that are saved, and tokens whose rows are replaced; or what the error says.
    type Expected<'a> = Result<(&'a [End], &'a [(End, &'a [u32])]), &'a str>;

    #[track_caller]
    fn check(json: Value, expected: Expected<'_>) {
        let found = EndSettings::read(&json, Vec::new()).map(|found| (found.saved, found.tokens)).map_err(|error| error.to_string());
        match (found, expected) {
            (Ok((saved, tokens)), Ok((wanted, rows))) => {
                assert_eq!((saved.as_slice(), tokens), (wanted, rows.iter().map(|(end, ids)| (*end, ids.to_vec())).collect()), "{json}");
            }
            (Err(error), Err(part)) => assert!(error.contains(part), "{error}"),
            (found, _) => panic!("{json}: {found:?}"),
        }
    }

    #[test]
    fn settings_of_ends_are_read_or_refused_by_name() {
        check(json!({}), Ok((&[], &[])));
        check(json!({"modules_to_save": null, "trainable_token_indices": null}), Ok((&[], &[])));
        check(json!({"modules_to_save": ["lm_head", "embed_tokens"]}), Ok((&End::ALL, &[])));
        check(json!({"modules_to_save": ["embed_tokens", "model.embed_tokens"]}), Ok((&[End::Embedding], &[])));
        check(json!({"modules_to_save": ["norm"]}), Err("adapter setting `modules_to_save of norm`"));
        check(json!({"modules_to_save": "lm_head"}), Err("`modules_to_save = \"lm_head\"`"));
        check(json!({"trainable_token_indices": [3, 4]}), Ok((&[], &[(End::Embedding, &[3, 4])])));
        check(json!({"trainable_token_indices": {"lm_head": [5]}}), Ok((&[], &[(End::Head, &[5])])));
        check(json!({"trainable_token_indices": {"wte": [5]}}), Err("`trainable_token_indices of wte`"));
        check(json!({"trainable_token_indices": [-1]}), Err("no token"));
        check(json!({"trainable_token_indices": 3}), Err("no token"));
        let both = json!({"modules_to_save": ["embed_tokens"], "trainable_token_indices": [3]});
        check(both, Err("`embed_tokens in several settings at once`"));
    }

    #[test]
    fn tensors_of_ends_are_told_by_their_names() {
        for (path, expected) in [
            ("lm_head.lora_A.weight", Some((End::Head, Part::Inner))),
            ("model.embed_tokens.lora_embedding_B", Some((End::Embedding, Part::Outer))),
            ("model.embed_tokens.base_layer.weight", Some((End::Embedding, Part::Whole))),
            ("lm_head.weight", Some((End::Head, Part::Whole))),
            ("lm_head.token_adapter.trainable_tokens_delta", Some((End::Head, Part::Rows))),
            ("lm_head.lora_embedding_A", None),
            ("lm_head.lora_magnitude_vector", None),
            ("lm_head.lora_B.bias", None),
            ("lm_head_2.weight", None),
            ("embed_tokens.weight", None),
        ] {
            assert_eq!(part_of(path), expected, "{path}");
        }
    }
}
