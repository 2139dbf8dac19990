//! How much each column of a model's matrices matters: the mean square of what it is multiplied with when the model reads a text. Read and written
//! as llama.cpp's `llama-imatrix` does it (`NAME.in_sum2`, `NAME.counts` in a GGUF file).

use std::collections::BTreeMap;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use super::super::LlmError;
use super::super::adapter::ActiveAdapter;
use super::super::adapter::watch::Watch;
use super::super::gguf::write::{Tensor, write};
use super::super::gguf::{GgufFile, Metadata, Value};
use super::super::lane::{Lane, Want};
use super::super::names::{Fused, LayerPart, TensorName};
use super::super::open::OpenedModel;
use super::super::tokenizer::Specials;
use crate::compute::{BlockType, Phase};
use crate::signal::Cancel;

/// Tokens that the model reads from a fresh beginning, as `llama-imatrix` has it.
const CHUNK: usize = 512;
/// Tokens of one pass: logits of all of them are made, and a vocabulary is wide.
const PASS: usize = 64;
/// A shorter text says too little.
const LEAST_TOKENS: usize = 32;

/// By llama.cpp's names of matrices: sums of squares, and how many rows were summed up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Importance {
    sums: BTreeMap<String, (Vec<f32>, f32)>,
}

impl Importance {
    /// Lets `opened` read `text`. `emit` is told how many of how many tokens are read.
    pub fn measure(opened: &OpenedModel, text: &str, cancel: &Cancel, emit: &mut dyn FnMut(usize, usize)) -> Result<Self, LlmError> {
        let model = &opened.model;
        let tokens = opened.tokenizer.encode(text, Specials::AsText)?;
        if tokens.len() < LEAST_TOKENS {
            return Err(LlmError::Importance(format!("the text has {} tokens, and at least {LEAST_TOKENS} are needed", tokens.len())));
        }
        let watch = Arc::new(Watch::default());
        let watching = Arc::new(ActiveAdapter::watching(Arc::clone(&watch), &model.spec, *model.fingerprint()));
        let before = opened.tokenizer.before();
        let own = CHUNK.min(model.spec.context_length).saturating_sub(before.len()).max(1);
        let mut done = 0;
        for chunk in tokens.chunks(own) {
            let whole: Vec<u32> = before.iter().chain(chunk).copied().collect();
            let mut session = model.session_with(Some(Arc::clone(&watching)))?;
            for pass in whole.chunks(PASS) {
                if let Some(stop) = cancel.stop() {
                    return Err(LlmError::Stopped(stop));
                }
                model.forward(Phase::Prefill, &mut [Lane { session: &mut session, tokens: pass, want: Want::All }])?;
            }
            done += chunk.len();
            emit(done, tokens.len());
        }
        let seen = watch.seen().into_iter().map(|((index, map), seen)| {
            let squares = seen.squares.iter().map(|&sum| sum as f32).collect();
            // Maps that are stored as one have the same inputs.
            let whole = Fused::of(map).filter(|_| model.spec.family.fuses());
            let part = whole.map_or(LayerPart::Weight(map), LayerPart::Fused);
            (TensorName::Layer { index, part }.gguf(), (squares, seen.rows as f32))
        });
        Ok(Self { sums: seen.collect() })
    }

    /// Reads what `llama-imatrix` or [`Self::write`] wrote.
    pub fn read(path: &Path) -> Result<Self, LlmError> {
        let file = GgufFile::open(path)?;
        let wrong = |reason: String| LlmError::Importance(format!("{}: {reason}", path.display()));
        if file.metadata.string("general.type") != Some("imatrix") {
            return Err(wrong("it is no importance matrix".into()));
        }
        let mut sums = BTreeMap::new();
        for name in file.tensors.keys().filter_map(|name| name.strip_suffix(".in_sum2")) {
            let squares = numbers(&file, &format!("{name}.in_sum2")).map_err(wrong)?;
            let counts = numbers(&file, &format!("{name}.counts")).map_err(wrong)?;
            let [count] = counts.as_slice() else { return Err(wrong(format!("`{name}` has {} counts, as of experts", counts.len()))) };
            let sound = |value: &f32| value.is_finite() && *value >= 0.0;
            if !squares.iter().all(sound) || !sound(count) {
                return Err(wrong(format!("`{name}` holds a sum that cannot be")));
            }
            sums.insert(name.to_owned(), (squares, *count));
        }
        if sums.is_empty() { Err(wrong("it says nothing of any matrix".into())) } else { Ok(Self { sums }) }
    }

    /// Writes it as the new file `path`.
    pub fn write(&self, path: &Path, from: &str) -> Result<(), LlmError> {
        let mut metadata = Metadata::default();
        let rows = self.sums.values().map(|(_, count)| *count as u64).max().unwrap_or(0);
        for (key, value) in [
            ("general.type", Value::String("imatrix".into())),
            ("imatrix.datasets", Value::Strings(vec![from.into()])),
            ("imatrix.chunk_size", Value::Unsigned(CHUNK as u64)),
            ("imatrix.chunk_count", Value::Unsigned(rows.div_ceil(CHUNK as u64))),
        ] {
            metadata.0.insert(key.into(), value);
        }
        let bytes = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
        let parts: Vec<(String, usize, Vec<u8>)> = self
            .sums
            .iter()
            .flat_map(|(name, (squares, count))| {
                [(format!("{name}.in_sum2"), squares.len(), bytes(squares)), (format!("{name}.counts"), 1, bytes(&[*count]))]
            })
            .collect();
        let tensors: Vec<Tensor<'_>> = parts
            .iter()
            .map(|(name, columns, data)| Tensor { name: name.clone(), shape: vec![1, *columns], block: BlockType::F32, data })
            .collect();
        let failed = |source| LlmError::Write { path: path.into(), source };
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let part = path.with_file_name(name);
        let written = std::fs::File::create(&part)
            .and_then(|file| write(&metadata, &tensors, &mut BufWriter::new(file)))
            .and_then(|()| std::fs::rename(&part, path));
        if written.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        written.map_err(failed)
    }

    /// The mean squares of the matrix `name`, where it was looked at.
    pub(super) fn of(&self, name: &str, columns: usize) -> Result<Option<Vec<f32>>, LlmError> {
        let Some((squares, count)) = self.sums.get(name) else { return Ok(None) };
        if squares.len() != columns {
            return Err(LlmError::Importance(format!("it has {} columns of `{name}`, and the model {columns}", squares.len())));
        }
        // A matrix that nothing was multiplied with: all its columns are alike.
        Ok(Some(squares.iter().map(|sum| if *count > 0.0 { sum / count } else { 1.0 }).collect()))
    }

    /// How many matrices it speaks of.
    pub fn len(&self) -> usize {
        self.sums.len()
    }

    /// Whether it speaks of none.
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }
}

fn numbers(file: &GgufFile, name: &str) -> Result<Vec<f32>, String> {
    let (tensor, range) = file.tensor(name).map_err(|error| error.to_string())?;
    if tensor.block().ok() != Some(BlockType::F32) {
        return Err(format!("`{name}` is not f32"));
    }
    let bytes = file.map_of(tensor).get(range).unwrap_or_default();
    Ok(bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect())
}
