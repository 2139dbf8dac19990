//! An adapter's folder: `adapter_config.json`, `adapter_model.safetensors`, and our `sqllama.json`.

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::super::LlmError;
use super::super::checkpoint::read::read_text;
use super::super::checkpoint::{TensorData, TensorFile, write_safetensors};
use super::super::names::{Projection, TensorName};
use super::card::{AdapterCard, CARD_FILE};
use super::config::LoraConfig;
use crate::compute::BlockType;

/// PEFT's file of settings.
pub const CONFIG_FILE: &str = "adapter_config.json";
/// PEFT's file of tensors.
pub const TENSOR_FILE: &str = "adapter_model.safetensors";
/// What versions of PEFT before 0.6 wrote, and later ones when asked to.
pub const OLD_TENSOR_FILE: &str = "adapter_model.bin";
/// What PEFT puts before a module's path.
const PREFIX: &str = "base_model.model.";

/// The addition to one linear map. Rows of `b` stand in Hugging Face's order.
#[derive(Debug, Clone, PartialEq)]
pub struct Lora {
    /// Its rank.
    pub rank: usize,
    /// `lora_A`: `[rank, inputs]`
    pub a: Vec<f32>,
    /// `lora_B`: `[outputs, rank]`
    pub b: Vec<f32>,
}

/// An adapter as its files hold it.
#[derive(Debug, Clone, PartialEq)]
pub struct Adapter {
    /// PEFT's settings.
    pub config: LoraConfig,
    /// Ours, where the adapter is from here.
    pub card: Option<AdapterCard>,
    /// Its tensors, by layer and map.
    pub loras: BTreeMap<(usize, Projection), Lora>,
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
        let config = LoraConfig::parse(&read_text(&config_file)?)?;
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
        let adapter = Self { config, card, loras: read_tensors(&TensorFile::open(&tensors)?)? };
        adapter.refuse_what_is_not_finite()?;
        Ok(adapter)
    }

    pub(super) fn refuse_what_is_not_finite(&self) -> Result<(), LlmError> {
        for (&(index, projection), lora) in &self.loras {
            let is_finite = |values: &[f32]| values.iter().all(|value| value.is_finite());
            if !is_finite(&lora.a) || !is_finite(&lora.b) || !self.scale(index, projection).is_finite() {
                let what = format!("{} of layer {index} holds a number that is not finite (NaN or infinity)", projection.name());
                return Err(LlmError::Adapter(what));
            }
        }
        Ok(())
    }

    /// Writes the folder at `path`, made where it is not there. The file of settings comes last: without it a folder is no adapter.
    pub fn write(&self, path: &Path) -> Result<(), LlmError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| LlmError::Write { path, source }
        };
        std::fs::create_dir_all(path).map_err(failed(path))?;
        let mut tensors = Vec::new();
        for (&(index, projection), lora) in &self.loras {
            let (inputs, outputs) = (lora.a.len() / lora.rank.max(1), lora.b.len() / lora.rank.max(1));
            let parts = [("lora_A", vec![lora.rank, inputs], &lora.a), ("lora_B", vec![outputs, lora.rank], &lora.b)];
            for (part, shape, values) in parts {
                tensors.push(TensorData {
                    name: tensor_name(index, projection, part),
                    shape,
                    block: BlockType::F32,
                    values: Box::new(move || values.as_slice().into()),
                });
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

    /// The factor of one addition.
    pub fn scale(&self, index: usize, projection: Projection) -> f32 {
        let rank = self.loras.get(&(index, projection)).map_or(self.config.r, |lora| lora.rank);
        self.config.scale(index, projection, rank)
    }

    /// Tells this adapter from others: SHA-256 over its tensors and their factors.
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for (&(index, projection), lora) in &self.loras {
            hash.update(tensor_name(index, projection, "lora"));
            hash.update((lora.rank as u64).to_le_bytes());
            hash.update(self.scale(index, projection).to_le_bytes());
            for values in [&lora.a, &lora.b] {
                let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
                hash.update(&bytes);
            }
        }
        hash.finalize().into()
    }

    /// Numbers that were trained.
    pub fn parameters(&self) -> usize {
        self.loras.values().map(|lora| lora.a.len() + lora.b.len()).sum()
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

fn tensor_name(index: usize, projection: Projection, part: &str) -> String {
    format!("{PREFIX}model.layers.{index}.{}.{part}.weight", projection.path())
}

/// `lora_A` and `lora_B` as far as they came, each with its shape.
type Halves = [Option<(Vec<usize>, Vec<f32>)>; 2];

fn read_tensors(file: &TensorFile) -> Result<BTreeMap<(usize, Projection), Lora>, LlmError> {
    let mut halves: BTreeMap<(usize, Projection), Halves> = BTreeMap::new();
    for name in file.tensors.keys() {
        let unsupported = || LlmError::Unsupported { what: "adapter tensor", found: name.clone() };
        let path = name.strip_prefix(PREFIX).unwrap_or(name);
        let (module, part) = match (path.strip_suffix(".lora_A.weight"), path.strip_suffix(".lora_B.weight")) {
            (Some(module), _) => (module, 0),
            (_, Some(module)) => (module, 1),
            _ => return Err(unsupported()),
        };
        let place = match TensorName::from_hugging_face(&format!("{module}.weight")) {
            Some(TensorName::Layer { index, part: super::super::names::LayerPart::Weight(projection) }) => (index, projection),
            _ => return Err(unsupported()),
        };
        if let (Some(values), Some(slot)) = (file.read_f32(name)?, halves.entry(place).or_default().get_mut(part)) {
            *slot = Some(values);
        }
    }
    let mut loras = BTreeMap::new();
    for ((index, projection), halves) in halves {
        let [Some((a_shape, a)), Some((b_shape, b))] = halves else {
            return Err(LlmError::Adapter(format!("{} of layer {index} has one of its two matrices", projection.name())));
        };
        match (a_shape.as_slice(), b_shape.as_slice()) {
            (&[rank, _], &[_, same]) if rank == same && rank > 0 && !a.is_empty() && !b.is_empty() => {
                loras.insert((index, projection), Lora { rank, a, b });
            }
            _ => {
                let name = projection.name();
                return Err(LlmError::Adapter(format!("{name} of layer {index} has matrices of shapes {a_shape:?} and {b_shape:?}")));
            }
        }
    }
    if loras.is_empty() {
        return Err(LlmError::Adapter(format!("{} holds no tensors", file.path.display())));
    }
    Ok(loras)
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
        let base = BaseCard { name: "tiny".into(), weights_sha256: "00".into() };
        let adapter = Adapter {
            config,
            card: Some(AdapterCard { format: AdapterCard::FORMAT, prompt: "chat".into(), schema_text: 1, base }),
            loras: [((0, Projection::Query), lora(7.0)), ((1, Projection::Down), lora(8.0))].into(),
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
        assert!(write("base_model.model.lm_head.lora_A.weight", vec![2, 3]).contains("adapter tensor"));
    }

    #[test]
    fn numbers_that_are_none_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for half in 0..2 {
                let mut lora = Lora { rank: 2, a: vec![1.0; 6], b: vec![1.0; 4] };
                [&mut lora.a, &mut lora.b][half][3] = value;
                let adapter = Adapter { config: LoraConfig::new(2, 4.0), card: None, loras: [((1, Projection::Query), lora)].into() };
                adapter.write(folder.path()).unwrap();
                let error = Adapter::read(folder.path()).unwrap_err();
                assert!(error.to_string().contains("q_proj of layer 1 holds a number that is not finite"), "{error}");
                assert!(!error.hint().unwrap().contains("models list"), "{error}");
            }
        }
    }
}
