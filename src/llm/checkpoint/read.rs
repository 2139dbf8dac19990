//! A Hugging Face folder, its tensors mapped.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A tensor's shape, and its values in row-major order.
pub type ShapedValues = (Vec<usize>, Vec<f32>);

use memmap2::Mmap;
use safetensors::{Dtype, SafeTensors};
use serde::Deserialize;

use super::super::LlmError;
use super::super::gguf::GgufError;
use super::super::names::{LayerPart, Projection, TensorName};
use super::super::weights::{FoundTensor, TensorSource};
use super::config::Config;
use crate::compute::BlockType;

/// No sound description of tensors is longer (a model of 100 layers needs 150 kB). Bounds what a hostile file can make us allocate.
const MAX_HEADER: u64 = 16 << 20;
/// Text files beside the weights: a tokenizer with merges takes 35 MB at most.
const MAX_TEXT: u64 = 64 << 20;
/// Files that a model may be cut into.
const MAX_SHARDS: usize = 1024;

/// A tensor's place in a safetensors file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its type; `None` for types that are not weights.
    pub block: Option<BlockType>,
    /// What the file calls its type.
    pub dtype: String,
    /// Rows first.
    pub shape: Vec<usize>,
    /// Its bytes in the map.
    pub range: Range<usize>,
}

/// A mapped safetensors file (<https://github.com/huggingface/safetensors>). Its tensors are read in place.
#[derive(Debug, Clone)]
pub struct SafetensorsFile {
    /// Where it lies.
    pub path: PathBuf,
    /// By name.
    pub tensors: BTreeMap<String, Place>,
    map: Arc<Mmap>,
}

impl SafetensorsFile {
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
        let tensors = parse(&map).map_err(|reason| LlmError::Folder { path: path.into(), reason })?;
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
}

/// Reads what a safetensors file says of its tensors.
fn parse(bytes: &[u8]) -> Result<BTreeMap<String, Place>, String> {
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
    pub shards: Vec<SafetensorsFile>,
    /// In which shard a tensor lies.
    places: BTreeMap<String, usize>,
}

impl Checkpoint {
    /// Opens the folder at `path`.
    pub fn open(path: &Path) -> Result<Self, LlmError> {
        let config_file = path.join("config.json");
        if !config_file.is_file() {
            return Err(LlmError::Folder { path: path.into(), reason: "it has no config.json".into() });
        }
        let config = Config::parse(&read_text(&config_file)?)?;
        let index = path.join("model.safetensors.index.json");
        let single = path.join("model.safetensors");
        let files = if single.is_file() {
            vec![single]
        } else if index.is_file() {
            shard_files(path, &read_text(&index)?)?
        } else {
            return Err(LlmError::Folder { path: path.into(), reason: "it has no model.safetensors".into() });
        };
        let shards = files.iter().map(|file| SafetensorsFile::open(file)).collect::<Result<Vec<_>, _>>()?;
        let mut places = BTreeMap::new();
        for (shard, file) in shards.iter().enumerate() {
            for name in file.tensors.keys() {
                if places.insert(name.clone(), shard).is_some() {
                    return Err(LlmError::Folder { path: path.into(), reason: format!("tensor `{name}` is there twice") });
                }
            }
        }
        let checkpoint = Self { path: path.into(), config, shards, places };
        checkpoint.refuse_what_would_be_passed_over()?;
        Ok(checkpoint)
    }

    /// Biases that the forward pass does not know would be lost without a sign.
    fn refuse_what_would_be_passed_over(&self) -> Result<(), LlmError> {
        for name in self.places.keys() {
            let known = match TensorName::from_hugging_face(name) {
                Some(TensorName::Layer { part: LayerPart::Bias(projection), .. }) => {
                    matches!(projection, Projection::Query | Projection::Key | Projection::Value)
                }
                Some(_) => true,
                // Old files keep the rotary frequencies, which are computed.
                None => !name.starts_with("model.layers.") || name.ends_with(".rotary_emb.inv_freq"),
            };
            if !known {
                return Err(LlmError::Unsupported { what: "tensor", found: name.clone() });
            }
        }
        Ok(())
    }

    /// Names of all tensors, and where they lie.
    pub fn tensors(&self) -> impl Iterator<Item = (&str, &SafetensorsFile, &Place)> {
        self.places.iter().filter_map(|(name, shard)| {
            let file = self.shards.get(*shard)?;
            Some((name.as_str(), file, file.tensors.get(name)?))
        })
    }
}

impl TensorSource for Checkpoint {
    fn find(&self, name: TensorName) -> Result<Option<FoundTensor>, GgufError> {
        let label = name.hugging_face();
        if name == TensorName::Head && self.config.tied == Some(true) {
            return Ok(None);
        }
        let found = self.places.get(&label).and_then(|shard| self.shards.get(*shard));
        let Some((file, place)) = found.and_then(|file| Some((file, file.tensors.get(&label)?))) else {
            // Untied and absent is no model; where nothing is said, an absent head is the embedding.
            let needed = name == TensorName::Head && self.config.tied == Some(false);
            return if needed { Err(GgufError::MissingTensor(label)) } else { Ok(None) };
        };
        let block = place.block.ok_or_else(|| GgufError::Malformed(format!("tensor `{label}` has type {}", place.dtype)))?;
        Ok(Some(FoundTensor { map: Arc::clone(file.map()), range: place.range.clone(), block, shape: place.shape.clone() }))
    }

    fn label(&self, name: TensorName) -> String {
        name.hugging_face()
    }

    fn rope_freqs(&self, _length: usize) -> Result<Option<Vec<f32>>, GgufError> {
        Ok(self.config.rope_freqs.clone())
    }

    fn error(&self, source: GgufError) -> LlmError {
        LlmError::Folder { path: self.path.clone(), reason: source.to_string() }
    }
}

/// The files that `model.safetensors.index.json` names, each inside the folder.
fn shard_files(folder: &Path, index: &str) -> Result<Vec<PathBuf>, LlmError> {
    #[derive(Deserialize)]
    struct Index {
        weight_map: BTreeMap<String, String>,
    }
    let wrong = |reason: String| LlmError::Folder { path: folder.into(), reason };
    let index: Index = serde_json::from_str(index).map_err(|error| wrong(format!("model.safetensors.index.json: {error}")))?;
    let mut names: Vec<&String> = index.weight_map.values().collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() || names.len() > MAX_SHARDS {
        return Err(wrong(format!("model.safetensors.index.json names {} files", names.len())));
    }
    for name in &names {
        if Path::new(name).file_name().is_none_or(|file| file != name.as_str()) {
            return Err(wrong(format!("model.safetensors.index.json names `{name}`, which is not a file of the folder")));
        }
    }
    Ok(names.into_iter().map(|name| folder.join(name)).collect())
}

/// A text file of a folder, of bounded length.
pub(in crate::llm) fn read_text(path: &Path) -> Result<String, LlmError> {
    let open_error = |source| LlmError::Open { path: path.into(), source };
    let file = File::open(path).map_err(open_error)?;
    if !file.metadata().map_err(open_error)?.is_file() {
        return Err(open_error(std::io::Error::other("it is not a file")));
    }
    let mut text = String::new();
    file.take(MAX_TEXT + 1).read_to_string(&mut text).map_err(open_error)?;
    if text.len() as u64 > MAX_TEXT {
        return Err(LlmError::Folder { path: path.into(), reason: format!("it is longer than {MAX_TEXT} bytes") });
    }
    Ok(text)
}
