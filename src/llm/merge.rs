//! An adapter added to its base for good: `W + scale * B * A` in f32, then cast to the base's type, as PEFT's `merge_and_unload` does.

use std::path::Path;

use super::LlmError;
use super::adapter::{ActiveAdapter, Adapter, Lora};
use super::checkpoint::{Checkpoint, TensorData, made, write_safetensors};
use super::names::{LayerPart, TensorName};
use super::open::OpenedModel;
use crate::compute;

/// Writes the base in the Hugging Face folder `base` with `adapter` added to it, as the new folder `out`. Its other files are copied.
pub fn merge(base: &Path, adapter: &Adapter, out: &Path) -> Result<(), LlmError> {
    let checkpoint = Checkpoint::open(base)?;
    // Sizes and the base's hash.
    ActiveAdapter::new(adapter, &OpenedModel::open(base)?.model)?;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| LlmError::Write { path, source }
    };
    adapter.refuse_changes()?;
    if out.exists() {
        return Err(failed(out)(std::io::ErrorKind::AlreadyExists.into()));
    }
    let part = out.with_extension(format!("{}.part", std::process::id()));
    let result = write_merged(&checkpoint, adapter, &part).and_then(|()| std::fs::rename(&part, out).map_err(failed(out)));
    if result.is_err() {
        let _ = std::fs::remove_dir_all(&part);
    }
    result
}

fn write_merged(checkpoint: &Checkpoint, adapter: &Adapter, folder: &Path) -> Result<(), LlmError> {
    let failed = |source| LlmError::Write { path: folder.into(), source };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut tensors = Vec::new();
    for (name, file, place) in checkpoint.tensors() {
        let block = place.block.ok_or_else(|| LlmError::Unsupported { what: "tensor type", found: place.dtype.clone() })?;
        let read = move || {
            let mut values = vec![0.0; place.shape.iter().product()];
            compute::dequantize(block, file.bytes(place), &mut values);
            values
        };
        let lora = match TensorName::from_hugging_face(name, checkpoint.config.spec.family) {
            Some(TensorName::Layer { index, part: LayerPart::Weight(projection) }) => {
                adapter.loras.get(&(index, projection)).map(|lora| (lora, adapter.scale(index, projection.path(), lora)))
            }
            Some(TensorName::Layer { index, part: LayerPart::Fused(fused) }) => {
                adapter.fused.get(&(index, fused)).map(|lora| (lora, adapter.scale(index, fused.path(), lora)))
            }
            _ => None,
        };
        let values = match lora {
            Some((lora, scale)) => made(move || {
                let mut values = read();
                add_product(&mut values, lora, scale);
                values
            }),
            None => made(read),
        };
        tensors.push(TensorData { name: name.into(), shape: place.shape.clone(), block, values });
    }
    write_safetensors(&folder.join("model.safetensors"), &tensors)?;
    copy_others(&checkpoint.path, folder).map_err(failed)
}

/// `w += scale * b * a`.
fn add_product(w: &mut [f32], lora: &Lora, scale: f32) {
    let inputs = lora.a.len() / lora.rank.max(1);
    for (row, b) in w.chunks_exact_mut(inputs.max(1)).zip(lora.b.chunks_exact(lora.rank)) {
        let mut sum = vec![0.0f32; row.len()];
        for (b, a) in b.iter().zip(lora.a.chunks_exact(inputs)) {
            sum.iter_mut().zip(a).for_each(|(sum, a)| *sum = a.mul_add(*b, *sum));
        }
        row.iter_mut().zip(sum).for_each(|(w, sum)| *w += scale * sum);
    }
}

/// Copies what is no weights: settings, tokenizer, licence.
fn copy_others(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy();
        let weights = [".safetensors", ".index.json", ".bin", ".gguf", ".pt", ".pth"].iter().any(|end| text.ends_with(end));
        if !weights && !text.starts_with('.') && entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(&name))?;
        }
    }
    Ok(())
}
