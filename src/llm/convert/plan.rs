//! What is to be written: keys, and for each tensor its name, its shape, its type and where its values come from.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;

use super::super::LlmError;
use super::super::adapter::{ActiveAdapter, Adapter, Lora};
use super::super::arch::{ArchSpec, Family};
use super::super::checkpoint::Checkpoint;
use super::super::gguf::{GgufError, GgufFile, Metadata, Value};
use super::super::names::{LayerPart, TensorName};
use super::super::open::{OpenedModel, folder_template};
use super::super::source::{TensorSource, expect_shape};
use super::super::tokenizer::export::export;
use super::describe::{Described, describe};
use super::importance::Importance;
use super::mix::{Facts, FileType, choose};
use crate::compute::BlockType;

/// A file to be written.
pub struct Plan {
    pub(super) metadata: Metadata,
    pub(super) tensors: Vec<Planned>,
    pub(super) importance: Option<Importance>,
    /// What a person should know of it.
    pub notes: Vec<String>,
}

/// A tensor to be written.
pub(super) struct Planned {
    /// llama.cpp's name.
    pub(super) name: String,
    /// Rows first.
    pub(super) shape: Vec<usize>,
    pub(super) block: BlockType,
    pub(super) values: Values,
}

/// Where a tensor's values come from.
pub(super) enum Values {
    /// A mapped file.
    Stored(Stored),
    /// Several places, each with as many rows, one behind the other.
    Stacked(Vec<Stored>),
    /// They are here.
    Made(Vec<f32>),
}

/// Values in a mapped file.
pub(super) struct Stored {
    pub(super) map: Arc<Mmap>,
    pub(super) range: Range<usize>,
    pub(super) block: BlockType,
    /// The rows of a head, where they are to be woven.
    pub(super) woven: Option<usize>,
    /// What an adapter adds, and its scale.
    pub(super) addition: Option<(Arc<Lora>, f32)>,
}

impl Planned {
    /// Rows, and columns.
    pub(super) fn sides(&self) -> (usize, usize) {
        match self.shape.split_last() {
            Some((columns, rows)) if !rows.is_empty() => (rows.iter().product(), *columns),
            _ => (1, self.shape.iter().product()),
        }
    }

    /// Bytes in the new file.
    pub(super) fn byte_len(&self) -> u64 {
        let (rows, columns) = self.sides();
        (rows * self.block.row_bytes(columns).unwrap_or(0)) as u64
    }
}

impl Plan {
    /// The model in the Hugging Face folder `folder`, with `adapter` added to it where one is given. `importance` says how much columns matter.
    pub fn of_folder(folder: &Path, kind: FileType, adapter: Option<&Adapter>, importance: Option<Importance>) -> Result<Self, LlmError> {
        let opened = OpenedModel::open_known(folder)?;
        if let Some(adapter) = adapter {
            // Sizes and the base's hash.
            ActiveAdapter::new(adapter, &opened.model)?;
            adapter.refuse_changes()?;
        }
        let checkpoint = Checkpoint::open(folder)?;
        let spec = &checkpoint.config.spec;
        let rows = opened.model.vocabulary();
        let name = std::fs::canonicalize(folder).ok().and_then(|folder| Some(folder.file_name()?.to_string_lossy().into_owned()));
        let Described { mut metadata, divisors, mut notes } = describe(&checkpoint, &name.unwrap_or_else(|| "model".into()), rows)?;
        let tokens = export(folder, &opened.tokenizer, rows)?;
        metadata.0.extend(tokens.metadata.0);
        notes.extend(tokens.notes);
        match folder_template(folder)? {
            Some(template) => {
                metadata.0.insert("tokenizer.chat_template".into(), Value::String(template));
            }
            None => notes.push("it brings no chat template".into()),
        }
        let tied = checkpoint.find(TensorName::Head).map_err(|error| checkpoint.error(error))?.is_none();
        // llama.cpp's OLMo 2 takes no embedding for a head.
        let copied = tied && spec.family == Family::Olmo2;
        let facts = Facts { spec, tied: tied && !copied, importance: importance.is_some() };
        let mut tensors = Vec::new();
        let wrong = |error| checkpoint.error(error);
        for name in names(spec) {
            if let TensorName::Layer { index, part: LayerPart::Experts(map) } = name
                && let Some(experts) = spec.experts_of(index)
            {
                let (rows, columns) = map.expert_shape(spec, experts);
                let numbers = 0..u16::try_from(experts.count).unwrap_or(u16::MAX);
                let one = |number| {
                    let name = TensorName::Layer { index, part: LayerPart::Expert(map, number) };
                    let missing = || checkpoint.error(GgufError::MissingTensor(checkpoint.label(name)));
                    let found = checkpoint.find(name).map_err(wrong)?.ok_or_else(missing)?;
                    expect_shape(&checkpoint.label(name), &found.shape, &[rows, columns]).map_err(wrong)?;
                    Ok(Stored { map: found.map, range: found.range, block: found.block, woven: None, addition: None })
                };
                let parts = numbers.map(one).collect::<Result<Vec<_>, LlmError>>()?;
                let shape = vec![experts.count, rows, columns];
                let block = block_of(kind, name, &shape, facts);
                tensors.push(Planned { name: name.gguf(), shape, block, values: Values::Stacked(parts) });
                continue;
            }
            let own = if name == TensorName::Head && copied { TensorName::Embedding } else { name };
            let Some(found) = checkpoint.find(own).map_err(wrong)? else { continue };
            if name.is_norm() && checkpoint.norm_offset() != 0.0 {
                let mut values = found.vector(&name.gguf(), found.shape.iter().product()).map_err(wrong)?;
                values.iter_mut().for_each(|value| *value += checkpoint.norm_offset());
                tensors.push(Planned { name: name.gguf(), shape: found.shape, block: BlockType::F32, values: Values::Made(values) });
                continue;
            }
            let woven = match name {
                TensorName::Layer { part: LayerPart::Weight(map) | LayerPart::Bias(map), .. } if spec.family.weaves() => {
                    map.rotated_heads(spec).map(|_| spec.head_dim)
                }
                _ => None,
            };
            let block = block_of(kind, name, &found.shape, facts);
            let addition = adapter.and_then(|adapter| addition(adapter, name));
            let stored = Stored { map: found.map, range: found.range, block: found.block, woven, addition };
            tensors.push(Planned { name: name.gguf(), shape: found.shape, block, values: Values::Stored(stored) });
        }
        for (name, divisors) in divisors {
            let (shape, values) = (vec![divisors.len()], Values::Made(divisors));
            tensors.push(Planned { name: name.into(), shape, block: BlockType::F32, values });
        }
        Ok(Self { metadata, tensors, importance, notes }.finished(kind))
    }

    /// The model in the GGUF file at `path`. Blocks are made anew from blocks only where `requantise` says so: it costs accuracy twice.
    pub fn of_gguf(path: &Path, kind: FileType, requantise: bool, importance: Option<Importance>) -> Result<Self, LlmError> {
        // Whether it is a model, and one that is known.
        OpenedModel::open_known(path)?;
        let file = GgufFile::open(path)?;
        let spec = ArchSpec::from_gguf(&file.metadata)?;
        let tied = !file.tensors.contains_key(&TensorName::Head.gguf());
        let facts = Facts { spec: &spec, tied, importance: importance.is_some() };
        let mut metadata = file.metadata.clone();
        metadata.0.retain(|key, _| !key.starts_with("split.") && key != "general.alignment");
        let mut sorted: Vec<_> = file.tensors.values().collect();
        sorted.sort_by_key(|tensor| (tensor.part, tensor.offset));
        let mut tensors = Vec::new();
        let mut twice = None;
        for tensor in sorted {
            let (_, range) = file.tensor(&tensor.name).map_err(|error| file.error(error))?;
            let stored = tensor.block().map_err(|error| file.error(error))?;
            let block = match TensorName::from_gguf(&tensor.name, spec.family) {
                Some(name) if tensor.shape.len() >= 2 => block_of(kind, name, &tensor.shape, facts),
                _ => stored,
            };
            if block != stored && !stored.is_float() && stored != BlockType::Q8_0 {
                twice.get_or_insert(stored);
            }
            let values = Values::Stored(Stored { map: Arc::clone(file.map_of(tensor)), range, block: stored, woven: None, addition: None });
            tensors.push(Planned { name: tensor.name.clone(), shape: tensor.shape.clone(), block, values });
        }
        if let Some(stored) = twice.filter(|_| !requantise) {
            return Err(LlmError::Requantised { path: path.into(), found: stored.name() });
        }
        let notes = twice.map(|stored| format!("its weights are {} already: quantised twice, they lose twice", stored.name()));
        Ok(Self { metadata, tensors, importance, notes: notes.into_iter().collect() }.finished(kind))
    }

    /// With the keys that say what it has become.
    fn finished(mut self, kind: FileType) -> Self {
        let count: u64 = self.tensors.iter().map(|tensor| tensor.shape.iter().product::<usize>() as u64).sum();
        let mut put = |key: &str, value: Value| self.metadata.0.insert(key.into(), value);
        put("general.file_type", Value::Unsigned(kind.number()));
        put("general.quantization_version", Value::Unsigned(2));
        put("general.size_label", Value::String(size_label(count)));
        self
    }

    /// Leaves the chat template out.
    pub fn forget_template(&mut self) {
        self.metadata.0.remove("tokenizer.chat_template");
    }

    /// Bytes of the tensors in the new file, about as many as the file has.
    pub fn byte_len(&self) -> u64 {
        self.tensors.iter().map(Planned::byte_len).sum()
    }
}

/// Every tensor that a model may have, in the order of files.
fn names(spec: &ArchSpec) -> Vec<TensorName> {
    let parts: Vec<LayerPart> = LayerPart::all().filter(|part| part.is_of(spec.family)).collect();
    let layers = (0..spec.layers).flat_map(|index| parts.iter().map(move |&part| TensorName::Layer { index, part }));
    std::iter::once(TensorName::Embedding).chain(layers).chain([TensorName::FinalNorm, TensorName::Head]).collect()
}

/// What `adapter` adds to the tensor `name`, and its scale.
fn addition(adapter: &Adapter, name: TensorName) -> Option<(Arc<Lora>, f32)> {
    let TensorName::Layer { index, part } = name else { return None };
    let (lora, path) = match part {
        LayerPart::Weight(projection) => (adapter.loras.get(&(index, projection))?, projection.path()),
        LayerPart::Fused(fused) => (adapter.fused.get(&(index, fused))?, fused.path()),
        _ => return None,
    };
    Some((Arc::new(lora.clone()), adapter.scale(index, path, lora)))
}

/// Norms and biases stay exact.
fn block_of(kind: FileType, name: TensorName, shape: &[usize], facts: Facts<'_>) -> BlockType {
    match shape {
        [.., _, columns] => choose(kind, name, *columns, facts),
        _ => BlockType::F32,
    }
}

/// How large a model is, in a word: `1.5B`, `135M`.
fn size_label(count: u64) -> String {
    let count = count as f64;
    let shown = |value: f64| if value >= 10.0 { format!("{value:.0}") } else { format!("{value:.1}").trim_end_matches(".0").to_owned() };
    match count {
        _ if count >= 1e9 => format!("{}B", shown(count / 1e9)),
        _ if count >= 1e6 => format!("{}M", shown(count / 1e6)),
        _ => format!("{}K", shown(count / 1e3)),
    }
}
