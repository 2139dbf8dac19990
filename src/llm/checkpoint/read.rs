//! A Hugging Face folder, its tensors mapped.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A tensor's shape, and its values in row-major order.
pub type ShapedValues = (Vec<usize>, Vec<f32>);

use memmap2::Mmap;
use safetensors::{Dtype, SafeTensors};
use serde::Deserialize;

use super::super::LlmError;
use super::super::arch::ArchSpec;
use super::super::gguf::GgufError;
use super::super::names::{LayerPart, TensorName};
use super::super::sniff;
use super::super::source::{FoundTensor, TensorSource, Use, use_of};
use super::config::Config;
pub use super::place::Place;
use super::torch;
use crate::compute::BlockType;

/// No sound description of tensors is longer (a model of 100 layers needs 150 kB). Bounds what a hostile file can make us allocate.
const MAX_HEADER: u64 = 16 << 20;
/// Text files beside the weights: a tokenizer with merges takes 35 MB at most.
const MAX_TEXT: u64 = 64 << 20;
/// Files that a model may be cut into.
const MAX_SHARDS: usize = 1024;

/// A mapped file of tensors, which are read in place: safetensors (<https://github.com/huggingface/safetensors>), or what `torch.save` writes
/// of a dictionary of tensors since PyTorch 1.6.
#[derive(Debug, Clone)]
pub struct TensorFile {
    /// Where it lies.
    pub path: PathBuf,
    /// By name.
    pub tensors: BTreeMap<String, Place>,
    map: Arc<Mmap>,
}

impl TensorFile {
    /// Maps and parses the file at `path`. Every tensor lies inside the file afterwards.
    pub fn open(path: &Path) -> Result<Self, LlmError> {
        let open_error = |source| LlmError::Open { path: path.into(), source };
        let metadata = std::fs::metadata(path).map_err(open_error)?;
        if !metadata.is_file() {
            return Err(open_error(std::io::Error::other("it is not a file")));
        }
        let file = File::open(path).map_err(open_error)?;
        // SAFETY: the mapping is only ever read, as bytes. Somebody who truncates the file while it is open can end the
        // process with SIGBUS, as with every mapped model; models are written beside their place and renamed, never in place.
        let map = unsafe { Mmap::map(&file) }.map_err(open_error)?;
        let tensors = if map.starts_with(b"PK\x03\x04") { torch::parse(&map) } else { parse(&map) };
        let tensors = tensors.map_err(|reason| LlmError::Folder { path: path.into(), reason })?;
        Ok(Self { path: path.into(), tensors, map: Arc::new(map) })
    }

    /// The mapped file.
    pub fn map(&self) -> &Arc<Mmap> {
        &self.map
    }

    /// A tensor's bytes.
    pub fn bytes(&self, place: &Place) -> &[u8] {
        self.map.get(place.range.clone()).unwrap_or_default()
    }

    /// The tensor called `name` as f32, with its shape.
    pub fn read_f32(&self, name: &str) -> Result<Option<ShapedValues>, LlmError> {
        let Some(place) = self.tensors.get(name) else { return Ok(None) };
        let Some(block) = place.block else {
            return Err(LlmError::Unsupported { what: "tensor type", found: place.dtype.clone() });
        };
        let mut out = vec![0.0; place.shape.iter().product()];
        crate::compute::dequantize(block, self.bytes(place), &mut out);
        Ok(Some((place.shape.clone(), out)))
    }

    /// The tensor called `name`, where it is of bytes.
    pub fn read_bytes(&self, name: &str) -> Option<&[u8]> {
        self.tensors.get(name).filter(|place| place.dtype == format!("{:?}", Dtype::U8)).map(|place| self.bytes(place))
    }
}

/// Reads what a safetensors file says of its tensors.
fn parse(bytes: &[u8]) -> Result<BTreeMap<String, Place>, String> {
    if bytes.starts_with(b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.") {
        return Err("it is a checkpoint as PyTorch wrote it before version 1.6; `torch.save(torch.load(file), file)` writes it anew".into());
    }
    let length = bytes.first_chunk::<8>().map(|head| u64::from_le_bytes(*head));
    if let Some(length) = length.filter(|length| *length > MAX_HEADER) {
        return Err(format!("its description takes {length} bytes; at most {MAX_HEADER} are read"));
    }
    let (header, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
    let start = header + size_of::<u64>();
    let mut tensors = BTreeMap::new();
    for (name, info) in metadata.tensors() {
        let block = match info.dtype {
            Dtype::F32 => Some(BlockType::F32),
            Dtype::F16 => Some(BlockType::F16),
            Dtype::BF16 => Some(BlockType::BF16),
            _ => None,
        };
        let range = start + info.data_offsets.0..start + info.data_offsets.1;
        if range.end > bytes.len() {
            return Err(format!("tensor `{name}` lies outside the file"));
        }
        tensors.insert(name, Place { block, dtype: format!("{:?}", info.dtype), shape: info.shape.clone(), range });
    }
    Ok(tensors)
}

/// A Hugging Face folder.
#[derive(Debug)]
pub struct Checkpoint {
    /// Where it lies.
    pub path: PathBuf,
    /// What its `config.json` says.
    pub config: Config,
    /// Its weights, one file or several.
    pub shards: Vec<TensorFile>,
    /// In which shard a tensor lies, and what that calls it.
    places: BTreeMap<String, (usize, String)>,
}

/// Files of weights that a folder may have, in the order in which transformers looks for them; behind each its index, where it is cut.
const WEIGHTS: [(&str, &str); 2] =
    [("model.safetensors", "model.safetensors.index.json"), ("pytorch_model.bin", "pytorch_model.bin.index.json")];

impl Checkpoint {
    /// Opens the folder at `path`.
    pub fn open(path: &Path) -> Result<Self, LlmError> {
        let config_file = path.join("config.json");
        if !config_file.is_file() {
            return Err(LlmError::Folder { path: path.into(), reason: "it has no config.json".into() });
        }
        let config = Config::parse(&read_text(&config_file)?)?;
        let files = WEIGHTS.iter().find_map(|(single, index)| {
            let (single, index_file) = (path.join(single), path.join(index));
            if single.is_file() {
                return Some(Ok(vec![single]));
            }
            index_file.is_file().then(|| shard_files(path, index, &read_text(&index_file)?))
        });
        let files = files.unwrap_or_else(|| {
            if path.join("adapter_config.json").is_file() {
                let (what, todo) = sniff::AN_ADAPTER;
                return Err(LlmError::NotAModel { path: path.into(), what: what.into(), todo });
            }
            let own = ["consolidated.safetensors", "consolidated.00.pth"].into_iter().find(|name| path.join(name).is_file());
            let own = own.map(|name| format!("; {name} has its maker's own names of tensors, which are not read")).unwrap_or_default();
            Err(LlmError::Folder { path: path.into(), reason: format!("it has no model.safetensors and no pytorch_model.bin{own}") })
        })?;
        let shards = files.iter().map(|file| TensorFile::open(file)).collect::<Result<Vec<_>, _>>()?;
        let mut places = BTreeMap::new();
        for (shard, file) in shards.iter().enumerate() {
            for name in file.tensors.keys() {
                if places.insert(name.clone(), (shard, name.clone())).is_some() {
                    return Err(LlmError::Folder { path: path.into(), reason: format!("tensor `{name}` is there twice") });
                }
            }
        }
        let mut checkpoint = Self { path: path.into(), config, shards, places: with_prefix(places) };
        checkpoint.settle_head();
        checkpoint.account_for_tensors()?;
        Ok(checkpoint)
    }

    /// Where the settings say that the head is the embedding, and both are there with other values, the settings are wrong, as transformers
    /// has it since its version 5; where only the head is there, it is the embedding.
    fn settle_head(&mut self) {
        if self.config.tied != Some(true) {
            return;
        }
        let [embedding, head] = [TensorName::Embedding, TensorName::Head].map(|name| self.label(name));
        match (self.place(&embedding), self.place(&head)) {
            (Some((file, own)), Some((other_file, other))) => {
                let same = own.dtype == other.dtype && own.shape == other.shape && file.bytes(own) == other_file.bytes(other);
                self.config.tied = Some(same);
            }
            (None, Some(_)) => {
                let place = self.places.remove(&head);
                self.places.extend(place.map(|place| (embedding, place)));
            }
            _ => {}
        }
    }

    /// Where the tensor called `label` lies.
    fn place(&self, label: &str) -> Option<(&TensorFile, &Place)> {
        let (shard, own) = self.places.get(label)?;
        let file = self.shards.get(*shard)?;
        Some((file, file.tensors.get(own)?))
    }

    /// Every tensor is read, or can be computed; every bias that the settings announce is there. What is passed over would be lost without a
    /// sign, and so would what is made up.
    fn account_for_tensors(&self) -> Result<(), LlmError> {
        let Config { spec, biases, .. } = &self.config;
        for (name, (shard, own)) in &self.places {
            if let Some(place) = self.shards.get(*shard).and_then(|file| file.tensors.get(own)).filter(|place| place.block.is_none()) {
                let found = format!("{} of `{name}`", place.dtype);
                return Err(LlmError::Unsupported { what: "tensor type", found });
            }
            let known = use_of(TensorName::from_hugging_face(name, spec.family), spec, biases) == Use::Read
                // Old files keep the rotary frequencies, which are computed.
                || name.ends_with(".rotary_emb.inv_freq");
            if !known && name.starts_with(PEFT_PREFIX) {
                return Err(LlmError::NotAModel {
                    path: self.path.clone(),
                    what: "what PEFT wraps around a model, saved as a model: its tensors are called `base_model.model...`".into(),
                    todo: "save it with `merge_and_unload().save_pretrained(...)`, or the adapter alone with `save_pretrained(...)`",
                });
            }
            if !known {
                return Err(LlmError::Unsupported { what: "tensor", found: name.clone() });
            }
        }
        let announced = |index: usize| biases.iter().map(move |&bias| TensorName::Layer { index, part: LayerPart::Bias(bias) });
        let missing =
            (0..spec.layers).flat_map(announced).map(|name| name.hugging_face(spec.family)).find(|name| !self.places.contains_key(name));
        match missing {
            Some(name) => Err(LlmError::Folder { path: self.path.clone(), reason: GgufError::MissingTensor(name).to_string() }),
            None => Ok(()),
        }
    }

    /// Names of all tensors, and where they lie.
    pub fn tensors(&self) -> impl Iterator<Item = (&str, &TensorFile, &Place)> {
        self.places.iter().filter_map(|(name, (shard, own))| {
            let file = self.shards.get(*shard)?;
            Some((name.as_str(), file, file.tensors.get(own)?))
        })
    }
}

impl TensorSource for Checkpoint {
    fn find(&self, name: TensorName) -> Result<Option<FoundTensor>, GgufError> {
        let label = self.label(name);
        if name == TensorName::Head && self.config.tied == Some(true) {
            return Ok(None);
        }
        let Some((file, place)) = self.place(&label) else {
            // Untied and absent is no model; where nothing is said, an absent head is the embedding.
            let needed = name == TensorName::Head && self.config.tied == Some(false);
            return if needed { Err(GgufError::MissingTensor(label)) } else { Ok(None) };
        };
        let block = place.block.ok_or_else(|| GgufError::Malformed(format!("tensor `{label}` has type {}", place.dtype)))?;
        Ok(Some(FoundTensor { map: Arc::clone(file.map()), range: place.range.clone(), block, shape: place.shape.clone() }))
    }

    fn label(&self, name: TensorName) -> String {
        name.hugging_face(self.config.spec.family)
    }

    fn rope_freqs(&self, _spec: &ArchSpec) -> Result<Option<Vec<f32>>, GgufError> {
        Ok(self.config.rope_freqs.clone())
    }

    fn norm_offset(&self) -> f32 {
        self.config.spec.family.norm_offset()
    }

    fn error(&self, source: GgufError) -> LlmError {
        LlmError::Folder { path: self.path.clone(), reason: source.to_string() }
    }
}

/// What PEFT puts before the names of a model that it wraps.
const PEFT_PREFIX: &str = "base_model.model.";

/// A model that was saved without its head has names without `model.`, and one within another has it twice; transformers puts it before the
/// ones, and takes it from the others. A name that would be another's stays as it is.
fn with_prefix(places: BTreeMap<String, (usize, String)>) -> BTreeMap<String, (usize, String)> {
    let usual = |name: &str| {
        let inner = name.strip_prefix("model.").filter(|inner| inner.starts_with("model.") || *inner == "lm_head.weight");
        let is_bare = name.starts_with("layers.") || matches!(name, "embed_tokens.weight" | "norm.weight" | "norm.bias");
        inner.map(str::to_owned).or(is_bare.then(|| format!("model.{name}")))
    };
    let named: Vec<(String, (usize, String))> = places
        .iter()
        .map(|(name, place)| (usual(name).filter(|usual| !places.contains_key(usual)).unwrap_or_else(|| name.clone()), place.clone()))
        .collect();
    let all: BTreeMap<_, _> = named.iter().cloned().collect();
    if all.len() == named.len() { all } else { places }
}

/// The files that the index called `file` names, each inside the folder.
fn shard_files(folder: &Path, file: &str, index: &str) -> Result<Vec<PathBuf>, LlmError> {
    #[derive(Deserialize)]
    struct Index {
        weight_map: BTreeMap<String, String>,
    }
    let wrong = |reason: String| LlmError::Folder { path: folder.into(), reason };
    let index: Index = serde_json::from_str(index).map_err(|error| wrong(format!("{file}: {error}")))?;
    let mut names: Vec<&String> = index.weight_map.values().collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() || names.len() > MAX_SHARDS {
        return Err(wrong(format!("{file} names {} files", names.len())));
    }
    for name in &names {
        if Path::new(name).file_name().is_none_or(|own| own != name.as_str()) {
            return Err(wrong(format!("{file} names `{name}`, which is not a file of the folder")));
        }
    }
    Ok(names.into_iter().map(|name| folder.join(name)).collect())
}

/// A text file of a folder, of bounded length.
pub(in crate::llm) fn read_text(path: &Path) -> Result<String, LlmError> {
    let wrong = |error| LlmError::Open { path: path.into(), source: std::io::Error::new(std::io::ErrorKind::InvalidData, error) };
    String::from_utf8(read_bytes(path)?).map_err(wrong)
}

/// The bytes of such a file.
pub(in crate::llm) fn read_bytes(path: &Path) -> Result<Vec<u8>, LlmError> {
    let open_error = |source| LlmError::Open { path: path.into(), source };
    let file = File::open(path).map_err(open_error)?;
    if !file.metadata().map_err(open_error)?.is_file() {
        return Err(open_error(std::io::Error::other("it is not a file")));
    }
    let mut bytes = Vec::new();
    file.take(MAX_TEXT + 1).read_to_end(&mut bytes).map_err(open_error)?;
    if bytes.len() as u64 > MAX_TEXT {
        return Err(LlmError::Folder { path: path.into(), reason: format!("it is longer than {MAX_TEXT} bytes") });
    }
    Ok(bytes)
}
