//! An adapter's folder: `adapter_config.json`, `adapter_model.safetensors`, and our `sqllama.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::super::LlmError;
use super::super::checkpoint::read::read_text;
use super::super::checkpoint::{TensorData, TensorFile, made, write_safetensors};
use super::super::names::{Fused, Projection};
use super::card::{AdapterCard, CARD_FILE};
use super::config::LoraConfig;
use super::ends::{self, Ends};
use super::parts::{End, EndChange, Lora, MapChange};
use super::targets::Named;
use crate::compute::BlockType;

/// PEFT's file of settings.
pub const CONFIG_FILE: &str = "adapter_config.json";
/// PEFT's file of tensors.
pub const TENSOR_FILE: &str = "adapter_model.safetensors";
/// What versions of PEFT before 0.6 wrote, and later ones when asked to.
pub const OLD_TENSOR_FILE: &str = "adapter_model.bin";
/// What PEFT puts before a module's path.
const PREFIX: &str = "base_model.model.";

/// An adapter as its files hold it.
#[derive(Debug, Clone, PartialEq)]
pub struct Adapter {
    /// PEFT's settings.
    pub config: LoraConfig,
    /// Ours, where the adapter is from here.
    pub card: Option<AdapterCard>,
    /// Its tensors, by layer and map.
    pub loras: BTreeMap<(usize, Projection), Lora>,
    /// Those of several maps in one.
    pub fused: BTreeMap<(usize, Fused), Lora>,
    /// What else is changed of maps.
    pub changes: BTreeMap<(usize, Projection), MapChange>,
    /// What is changed of the embedding and the head.
    pub ends: BTreeMap<End, EndChange>,
}

impl Adapter {
    /// Reads the folder at `path`.
    pub fn read(path: &Path) -> Result<Self, LlmError> {
        Self::read_files(path).map_err(of_an_adapter)
    }

    fn read_files(path: &Path) -> Result<Self, LlmError> {
        let config_file = path.join(CONFIG_FILE);
        if !config_file.is_file() {
            return Err(LlmError::Adapter(format!("{} is not an adapter's folder: it has no {CONFIG_FILE}", path.display())));
        }
        let text = read_text(&config_file)?;
        let config = LoraConfig::parse(&text)?;
        let named = Named::read(&serde_json::from_str(&text).unwrap_or_default())?;
        let card_file = path.join(CARD_FILE);
        let card = match card_file.is_file() {
            true => Some(
                serde_json::from_str(&read_text(&card_file)?)
                    .map_err(|error| LlmError::Adapter(format!("{}: {error}", card_file.display())))?,
            ),
            false => None,
        };
        let tensors = [TENSOR_FILE, OLD_TENSOR_FILE].map(|name| path.join(name)).into_iter().find(|file| file.is_file());
        let Some(tensors) = tensors else {
            return Err(LlmError::Adapter(format!("{} holds neither {TENSOR_FILE} nor {OLD_TENSOR_FILE}", path.display())));
        };
        let Held { loras, fused, changes, ends } = read_tensors(&TensorFile::open(&tensors)?)?;
        let mut adapter = Self { config, card, loras, fused, changes, ends };
        adapter.find_targets();
        if adapter.config.use_dora && !adapter.fused.is_empty() {
            return Err(LlmError::Unsupported { what: "adapter setting", found: "use_dora of several maps in one".into() });
        }
        let missing = adapter.loras.keys().find(|key| {
            let change = adapter.changes.get(*key);
            let dora = change.is_some_and(|change| change.magnitude.is_some());
            let bias = change.is_some_and(|change| change.lora_bias.is_some());
            adapter.config.use_dora != dora || adapter.config.lora_bias != bias
        });
        if let Some((index, projection)) = missing {
            let name = projection.name();
            return Err(LlmError::Adapter(format!("{name} of layer {index} has other tensors than adapter_config.json says")));
        }
        adapter.config.ends.check(&adapter.ends, &named)?;
        adapter.refuse_what_is_not_meant(&named)?;
        adapter.refuse_what_is_not_finite()?;
        Ok(adapter)
    }

    /// Refuses matrices that the settings do not name, which PEFT passes over, and those of other ranks, which it does not load.
    fn refuse_what_is_not_meant(&self, named: &Named) -> Result<(), LlmError> {
        if let Some((index, path, _)) = self.all().find(|(index, path, _)| !named.means(*index, path)) {
            let name = path.rsplit('.').next().unwrap_or(path);
            return Err(LlmError::Adapter(format!(
                "it holds matrices of {name} of layer {index}, which adapter_config.json does not name"
            )));
        }
        match self.all().find(|(index, path, lora)| lora.rank != self.config.rank(*index, path)) {
            Some((index, path, lora)) => {
                let (name, rank, said) = (path.rsplit('.').next().unwrap_or(path), lora.rank, self.config.rank(index, path));
                Err(LlmError::Adapter(format!("{name} of layer {index} has rank {rank}, and adapter_config.json says {said}")))
            }
            None => Ok(()),
        }?;
        let ends = self.ends.iter().filter_map(|(end, change)| Some((end, change.lora.as_ref()?.rank, self.config.rank_at(end.path()))));
        match ends.into_iter().find(|(_, rank, said)| rank != said) {
            Some((end, rank, said)) => {
                Err(LlmError::Adapter(format!("{} has rank {rank}, and adapter_config.json says {said}", end.name())))
            }
            None => Ok(()),
        }
    }

    pub(super) fn refuse_what_is_not_finite(&self) -> Result<(), LlmError> {
        for (index, path, lora) in self.all() {
            let is_finite = |values: &[f32]| values.iter().all(|value| value.is_finite());
            if !is_finite(&lora.a) || !is_finite(&lora.b) || !self.config.scale(index, path, lora.rank).is_finite() {
                let name = path.rsplit('.').next().unwrap_or(path);
                let what = format!("{name} of layer {index} holds a number that is not finite (NaN or infinity)");
                return Err(LlmError::Adapter(what));
            }
        }
        let mut numbers = self.changes.iter().flat_map(|(key, change)| change.parts(false).map(|(_, values)| (key, values)));
        match numbers.find(|(_, values)| values.is_some_and(|values| values.iter().any(|value| !value.is_finite()))) {
            Some(((index, projection), _)) => {
                let what = format!("{} of layer {index} holds a number that is not finite (NaN or infinity)", projection.name());
                Err(LlmError::Adapter(what))
            }
            None => Ok(()),
        }?;
        match self.ends.iter().find(|(end, change)| !change.is_finite() || !self.end_scale(**end).is_finite()) {
            Some((end, _)) => Err(LlmError::Adapter(format!("{} holds a number that is not finite (NaN or infinity)", end.name()))),
            None => Ok(()),
        }
    }

    /// Refuses what is more than low-rank matrices, where only those can be taken.
    pub(in crate::llm) fn refuse_changes(&self) -> Result<(), LlmError> {
        let found = match (self.changes.is_empty(), self.ends.is_empty()) {
            (true, true) => return Ok(()),
            (false, _) => "DoRA's lengths or biases, to be written as GGUF",
            (true, false) => "an embedding or a head of its own, to be written as GGUF",
        };
        Err(LlmError::Unsupported { what: "adapter setting", found: found.into() })
    }

    /// What a regular expression stands for: the maps that have tensors.
    fn find_targets(&mut self) {
        self.config.ends.find(&self.ends, self.config.target_pattern.is_some());
        if self.config.target_pattern.is_some() {
            let maps: BTreeSet<Projection> = self.loras.keys().map(|(_, projection)| *projection).collect();
            let fused: BTreeSet<Fused> = self.fused.keys().map(|(_, fused)| *fused).collect();
            self.config.target_modules = maps.into_iter().collect();
            self.config.fused_modules = fused.into_iter().collect();
        }
    }

    /// Every addition: its layer, and its map's path there.
    pub fn all(&self) -> impl Iterator<Item = (usize, &'static str, &Lora)> {
        let maps = self.loras.iter().map(|(&(index, projection), lora)| (index, projection.path(), lora));
        maps.chain(self.fused.iter().map(|(&(index, fused), lora)| (index, fused.path(), lora)))
    }

    /// Writes the folder at `path`, made where it is not there. The file of settings comes last: without it a folder is no adapter.
    pub fn write<'s>(&'s self, path: &Path) -> Result<(), LlmError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| LlmError::Write { path, source }
        };
        std::fs::create_dir_all(path).map_err(failed(path))?;
        let mut tensors = Vec::new();
        for (index, module, lora) in self.all() {
            let (inputs, outputs) = (lora.a.len() / lora.rank.max(1), lora.b.len() / lora.rank.max(1));
            let parts = [("lora_A", vec![lora.rank, inputs], &lora.a), ("lora_B", vec![outputs, lora.rank], &lora.b)];
            for (part, shape, values) in parts {
                tensors.push(TensorData {
                    name: tensor_name(index, module, part),
                    shape,
                    block: BlockType::F32,
                    values: Box::new(move || values.as_slice().into()),
                });
            }
        }
        for (key, change) in &self.changes {
            for (end, values) in change.parts(self.loras.contains_key(key)) {
                let Some(values) = values else { continue };
                let name = format!("{PREFIX}model.layers.{}.{}.{end}", key.0, key.1.path());
                let shape = vec![values.len()];
                tensors.push(TensorData { name, shape, block: BlockType::F32, values: Box::new(move || values.as_slice().into()) });
            }
        }
        for (&end, change) in &self.ends {
            let [inner, outer, whole, rows] = ends::names_of(end, change).map(|name| format!("{PREFIX}{name}"));
            let mut put = |name: String, shape: Vec<usize>, values: &'s [f32]| {
                tensors.push(TensorData { name, shape, block: BlockType::F32, values: Box::new(move || values.into()) });
            };
            if let Some(lora) = &change.lora {
                put(inner, vec![lora.rank, lora.a.len() / lora.rank.max(1)], &lora.a);
                put(outer, vec![lora.b.len() / lora.rank.max(1), lora.rank], &lora.b);
            }
            if let (Some(values), Some(ids)) = (&change.rows, self.config.ends.tokens.get(&end)) {
                put(rows, vec![ids.len(), values.len() / ids.len().max(1)], values);
            }
            if let Some(weight) = &change.whole {
                let shape = vec![weight.rows, weight.columns];
                tensors.push(TensorData { name: whole, shape, block: weight.block(), values: made(|| weight.to_f32()) });
            }
        }
        write_safetensors(&path.join(TENSOR_FILE), &tensors)?;
        let write = |name: &str, text: String| {
            let file = path.join(name);
            let part = path.join(format!("{name}.part"));
            std::fs::write(&part, text).and_then(|()| std::fs::rename(&part, &file)).map_err(failed(&file))
        };
        if let Some(card) = &self.card {
            write(CARD_FILE, serde_json::to_string_pretty(card).unwrap_or_default())?;
        }
        write(CONFIG_FILE, format!("{:#}\n", self.config.to_json()))
    }

    /// The factor of the addition to the map at `path` of a layer.
    pub fn scale(&self, index: usize, path: &str, lora: &Lora) -> f32 {
        self.config.scale(index, path, lora.rank)
    }

    /// The factor of the addition to an end.
    pub fn end_scale(&self, end: End) -> f32 {
        let rank = self.ends.get(&end).and_then(|change| change.lora.as_ref()).map_or(1, |lora| lora.rank);
        self.config.scale_at(end.path(), rank)
    }

    /// Tells this adapter from others: SHA-256 over its tensors and their factors.
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for (index, module, lora) in self.all() {
            hash.update(tensor_name(index, module, "lora"));
            hash.update((lora.rank as u64).to_le_bytes());
            hash.update(self.scale(index, module, lora).to_le_bytes());
            for values in [&lora.a, &lora.b] {
                let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
                hash.update(&bytes);
            }
        }
        for ((index, projection), change) in &self.changes {
            for (end, values) in change.parts(true) {
                let Some(values) = values else { continue };
                hash.update(format!("{index} {} {end}", projection.path()));
                hash.update(values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>());
            }
        }
        for (&end, change) in &self.ends {
            hash.update(end.path());
            hash.update(self.end_scale(end).to_le_bytes());
            hash.update(format!("{:?} {}", self.config.ends.tokens.get(&end), self.config.ends.saved.contains(&end)));
            change.update(&mut hash);
        }
        hash.finalize().into()
    }

    /// Numbers that were trained.
    pub fn parameters(&self) -> usize {
        let changed = self.changes.values().flat_map(|change| change.parts(false)).filter_map(|(_, values)| values).map(Vec::len);
        self.all().map(|(_, _, lora)| lora.a.len() + lora.b.len()).chain(changed).chain(self.ends.values().map(EndChange::parameters)).sum()
    }
}

/// An error of files in general, as one of an adapter's: what to do is another thing.
fn of_an_adapter(error: LlmError) -> LlmError {
    match error {
        LlmError::Open { path, source } => LlmError::Adapter(format!("{} cannot be read: {source}", path.display())),
        LlmError::Folder { path, reason } => LlmError::Adapter(format!("{}: {reason}", path.display())),
        LlmError::Unsupported { what: "tensor type", found } => LlmError::Unsupported { what: "adapter's tensor type", found },
        error => error,
    }
}

fn tensor_name(index: usize, module: &str, part: &str) -> String {
    format!("{PREFIX}model.layers.{index}.{module}.{part}.weight")
}

/// A map that an addition is to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Module {
    Map(Projection),
    Fused(Fused),
}

impl Module {
    /// Reads `model.layers.0.self_attn.q_proj`.
    fn read(path: &str) -> Option<(usize, Self)> {
        let (index, module) = path.strip_prefix("model.layers.")?.split_once('.')?;
        let number: usize = index.parse().ok()?;
        let map = Projection::ALL.into_iter().find(|projection| projection.path() == module).map(Self::Map);
        let found = map.or_else(|| Fused::at(module).map(Self::Fused))?;
        (number.to_string() == index).then_some((number, found))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Map(projection) => projection.name(),
            Self::Fused(fused) => fused.name(),
        }
    }
}

/// `lora_A` and `lora_B` as far as they came, each with its shape.
type Halves = [Option<(Vec<usize>, Vec<f32>)>; 2];

/// What a file of tensors holds: additions to maps, and to several in one, what else is changed of them, and the ends.
struct Held {
    loras: BTreeMap<(usize, Projection), Lora>,
    fused: BTreeMap<(usize, Fused), Lora>,
    changes: BTreeMap<(usize, Projection), MapChange>,
    ends: BTreeMap<End, EndChange>,
}

/// Reads `model.layers.0.self_attn.q_proj.lora_B.bias` and its kind: the map, and the end of the name.
fn changed_map(path: &str) -> Option<((usize, Projection), &str)> {
    let (index, rest) = path.strip_prefix("model.layers.")?.split_once('.')?;
    let number: usize = index.parse().ok()?;
    let projection =
        Projection::ALL.into_iter().find(|projection| rest.strip_prefix(projection.path()).is_some_and(|end| end.starts_with('.')))?;
    Some(((number, projection), rest.get(projection.path().len() + 1..)?)).filter(|_| number.to_string() == index)
}

fn read_tensors(file: &TensorFile) -> Result<Held, LlmError> {
    let mut halves: BTreeMap<(usize, Module), Halves> = BTreeMap::new();
    let (mut loras, mut fused, mut ends) = (BTreeMap::new(), BTreeMap::new(), Ends::default());
    let mut changes: BTreeMap<(usize, Projection), MapChange> = BTreeMap::new();
    for name in file.tensors.keys() {
        let unsupported = || LlmError::Unsupported { what: "adapter tensor", found: name.clone() };
        let Some(path) = name.strip_prefix(PREFIX) else {
            let what = format!("its tensor `{name}` has no `{PREFIX}` before its name, and PEFT passes over those");
            return Err(LlmError::Adapter(what));
        };
        if ends.take(file, name, path)? {
            continue;
        }
        if let Some((map, end)) = changed_map(path)
            && let Some(slot) = changes.entry(map).or_default().slot(end)
        {
            *slot = file.read_f32(name)?.map(|(_, values)| values);
            continue;
        }
        let (module, part) = match (path.strip_suffix(".lora_A.weight"), path.strip_suffix(".lora_B.weight")) {
            (Some(module), _) => (module, 0),
            (_, Some(module)) => (module, 1),
            _ => return Err(unsupported()),
        };
        let place = Module::read(module).ok_or_else(unsupported)?;
        if let (Some(values), Some(slot)) = (file.read_f32(name)?, halves.entry(place).or_default().get_mut(part)) {
            *slot = Some(values);
        }
    }
    for ((index, module), halves) in halves {
        let name = module.name();
        let [Some((a_shape, a)), Some((b_shape, b))] = halves else {
            return Err(LlmError::Adapter(format!("{name} of layer {index} has one of its two matrices")));
        };
        let lora = match (a_shape.as_slice(), b_shape.as_slice()) {
            (&[rank, _], &[_, same]) if rank == same && rank > 0 && !a.is_empty() && !b.is_empty() => Lora { rank, a, b },
            _ => return Err(LlmError::Adapter(format!("{name} of layer {index} has matrices of shapes {a_shape:?} and {b_shape:?}"))),
        };
        match module {
            Module::Map(projection) => loras.insert((index, projection), lora),
            Module::Fused(whole) => fused.insert((index, whole), lora),
        };
    }
    changes.retain(|_, change| *change != MapChange::default());
    let ends = ends.finish()?;
    if loras.is_empty() && fused.is_empty() && ends.is_empty() {
        return Err(LlmError::Adapter(format!("{} holds no tensors", file.path.display())));
    }
    Ok(Held { loras, fused, changes, ends })
}

#[cfg(test)]
mod tests {
    use super::super::card::BaseCard;
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let lora = |seed: f32| Lora { rank: 2, a: vec![seed, 1.0, 2.0, 3.0, 4.0, 5.0], b: vec![seed, -1.0, 0.5, 9.0] };
        let mut config = LoraConfig::new(2, 4.0);
        config.target_modules = vec![Projection::Query, Projection::Down];
        config.fused_modules = vec![Fused::GateUp];
        config.ends.targets = vec![End::Head];
        let base = BaseCard { name: "tiny".into(), weights_sha256: "00".into() };
        let adapter = Adapter {
            config,
            card: Some(AdapterCard { format: AdapterCard::FORMAT, prompt: "chat".into(), schema_text: 1, base }),
            loras: [((0, Projection::Query), lora(7.0)), ((1, Projection::Down), lora(8.0))].into(),
            fused: [((1, Fused::GateUp), lora(9.0))].into(),
            changes: [((0, Projection::Key), MapChange { bias: Some(vec![1.0, 2.0]), ..MapChange::default() })].into(),
            ends: [(End::Head, EndChange { lora: Some(lora(6.0)), ..EndChange::default() })].into(),
        };
        let path = folder.path().join("deep/adapter");
        adapter.write(&path).unwrap();
        let read = Adapter::read(&path).unwrap();
        assert_eq!(read, adapter);
        assert_eq!(read.hash(), adapter.hash());
        let mut other = adapter.clone();
        other.config.lora_alpha = 5.0;
        assert_ne!(other.hash(), adapter.hash(), "another factor is another adapter");
        assert_eq!(std::fs::read_dir(&path).unwrap().count(), 3);
    }

    #[test]
    fn what_is_no_adapter_is_said() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Adapter::read(folder.path()).unwrap_err().to_string().contains("it has no adapter_config.json"));
        std::fs::write(folder.path().join(CONFIG_FILE), LoraConfig::new(2, 4.0).to_json().to_string()).unwrap();
        assert!(Adapter::read(folder.path()).unwrap_err().to_string().contains(TENSOR_FILE));
        let write = |name: &str, shape: Vec<usize>| {
            let values = vec![0.0; shape.iter().product()];
            let tensor = TensorData { name: name.into(), shape, block: BlockType::F32, values: Box::new(move || values.clone().into()) };
            write_safetensors(&folder.path().join(TENSOR_FILE), &[tensor]).unwrap();
            Adapter::read(folder.path()).unwrap_err().to_string()
        };
        assert!(write("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", vec![2, 3]).contains("one of its two matrices"));
        for name in ["lm_head.lora_magnitude_vector", "lm_head.lora_B.bias", "model.norm.weight", "lm_head.lora_embedding_A"] {
            assert!(write(&format!("base_model.model.{name}"), vec![2, 3]).contains("adapter tensor"), "{name}");
        }
        assert!(write("base_model.model.lm_head.lora_A.weight", vec![2, 3]).contains("lm_head has one of its two matrices"));
        assert!(write("base_model.model.lm_head.weight", vec![6]).contains("its lm_head is of shape [6]"));
        for name in ["model.layers.0.self_attn.q_proj.lora_A.weight", "layers.0.self_attn.q_proj.lora_A.weight", "x"] {
            assert!(write(name, vec![2, 3]).contains(&format!("`{name}` has no `base_model.model.` before its name")));
        }
    }

    /// PEFT passes over what is not named, and does not load another rank.
    #[test]
    fn what_the_settings_do_not_name_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = |change: &dyn Fn(&mut LoraConfig)| {
            let lora = Lora { rank: 2, a: vec![1.0; 6], b: vec![1.0; 4] };
            let mut config = LoraConfig::new(2, 4.0);
            change(&mut config);
            let (loras, fused) = ([((1, Projection::Query), lora)].into(), BTreeMap::new());
            Adapter { config, card: None, loras, fused, changes: BTreeMap::new(), ends: BTreeMap::new() }.write(folder.path()).unwrap();
            Adapter::read(folder.path()).err().map(|error| error.to_string()).unwrap_or_default()
        };
        assert_eq!(error(&|_| ()), "");
        assert_eq!(error(&|config| config.target_pattern = Some(r".*\.1\..*q_proj".into())), "");
        assert_eq!(error(&|config| config.layers_to_transform = Some(vec![1])), "");
        for change in [
            (&|config: &mut LoraConfig| config.target_modules = vec![Projection::Key]) as &dyn Fn(&mut LoraConfig),
            &|config| config.layers_to_transform = Some(vec![0]),
            &|config| config.target_pattern = Some(r".*\.0\..*q_proj".into()),
        ] {
            assert!(error(change).contains("holds matrices of q_proj of layer 1, which adapter_config.json does not name"));
        }
        assert!(error(&|config| config.r = 8).contains("q_proj of layer 1 has rank 2, and adapter_config.json says 8"));
        let pattern = |config: &mut LoraConfig| {
            config.r = 8;
            config.rank_pattern = vec![("q_proj".to_owned(), 2)];
        };
        assert_eq!(error(&pattern), "");
    }

    #[test]
    fn numbers_that_are_none_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for half in 0..2 {
                let mut lora = Lora { rank: 2, a: vec![1.0; 6], b: vec![1.0; 4] };
                [&mut lora.a, &mut lora.b][half][3] = value;
                let adapter = Adapter {
                    config: LoraConfig::new(2, 4.0),
                    card: None,
                    loras: [((1, Projection::Query), lora)].into(),
                    fused: BTreeMap::new(),
                    changes: BTreeMap::new(),
                    ends: BTreeMap::new(),
                };
                adapter.write(folder.path()).unwrap();
                let error = Adapter::read(folder.path()).unwrap_err();
                assert!(error.to_string().contains("q_proj of layer 1 holds a number that is not finite"), "{error}");
                assert!(!error.hint().unwrap().contains("models list"), "{error}");
            }
        }
    }
}
