//! An adapter added to its base for good: `W + scale * B * A` in f32, then cast to the base's type, as PEFT's `merge_and_unload` does.

use std::path::Path;

use super::LlmError;
use super::adapter::active::Slot;
use super::adapter::{ActiveAdapter, Adapter, Lora};
use super::checkpoint::read::read_text;
use super::checkpoint::{Checkpoint, TensorData, made, write_safetensors};
use super::model::Model;
use super::names::{LayerPart, Projection, TensorName};
use super::open::OpenedModel;
use crate::compute;

/// Writes the base in the Hugging Face folder `base` with `adapter` added to it, as the new folder `out`. Its other files are copied.
pub fn merge(base: &Path, adapter: &Adapter, out: &Path) -> Result<(), LlmError> {
    let checkpoint = Checkpoint::open(base)?;
    // Sizes and the base's hash.
    let model = OpenedModel::open(base)?.model;
    let active = ActiveAdapter::new(adapter, &model)?;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| LlmError::Write { path, source }
    };
    refuse_new_biases(adapter, &model)?;
    if out.exists() {
        return Err(failed(out)(std::io::ErrorKind::AlreadyExists.into()));
    }
    let part = out.with_extension(format!("{}.part", std::process::id()));
    let result =
        write_merged(&checkpoint, adapter, (&model, &active), &part).and_then(|()| std::fs::rename(&part, out).map_err(failed(out)));
    if result.is_err() {
        let _ = std::fs::remove_dir_all(&part);
    }
    result
}

fn write_merged(
    checkpoint: &Checkpoint,
    adapter: &Adapter,
    (model, active): (&Model, &ActiveAdapter),
    folder: &Path,
) -> Result<(), LlmError> {
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
        let named = TensorName::from_hugging_face(name, checkpoint.config.spec.family);
        let (layer, lora) = match named {
            Some(TensorName::Layer { index, part: part @ (LayerPart::Weight(projection) | LayerPart::Bias(projection)) }) => {
                let lora = adapter.loras.get(&(index, projection)).filter(|_| part == LayerPart::Weight(projection));
                let slot = active.slot(index, projection).map(|slot| (slot, part));
                (slot, lora.map(|lora| (lora, adapter.scale(index, projection.path(), lora))))
            }
            Some(TensorName::Layer { index, part: LayerPart::Fused(fused) }) => {
                (None, adapter.fused.get(&(index, fused)).map(|lora| (lora, adapter.scale(index, fused.path(), lora))))
            }
            _ => (None, None),
        };
        let end = match named {
            Some(TensorName::Embedding) => active.ends().embedding.as_ref(),
            Some(TensorName::Head) => active.ends().head.as_ref(),
            _ => None,
        };
        let values = match end {
            Some(end) => made(move || end.matrix()),
            None => made(move || {
                let mut values = read();
                if let Some((lora, scale)) = lora {
                    add_product(&mut values, lora, scale);
                }
                match layer {
                    Some((Slot { gain: Some(gain), .. }, LayerPart::Weight(_))) => {
                        let columns = values.len() / gain.len().max(1);
                        let rows = values.chunks_exact_mut(columns.max(1)).zip(gain);
                        rows.for_each(|(row, gain)| row.iter_mut().for_each(|value| *value *= gain));
                    }
                    Some((Slot { shift: Some(shift), .. }, LayerPart::Bias(_))) => {
                        values.iter_mut().zip(shift).for_each(|(value, shift)| *value += shift);
                    }
                    _ => {}
                }
                values
            }),
        };
        tensors.push(TensorData { name: name.into(), shape: place.shape.clone(), block, values });
    }
    let untied = untied_head(checkpoint, model, active, &tensors);
    let has_head = untied.is_some();
    tensors.extend(untied);
    write_safetensors(&folder.join("model.safetensors"), &tensors)?;
    copy_others(&checkpoint.path, folder).map_err(failed)?;
    if has_head {
        let file = folder.join("config.json");
        let mut config: serde_json::Value = serde_json::from_str(&read_text(&file)?).unwrap_or_default();
        if let Some(config) = config.as_object_mut() {
            config.insert("tie_word_embeddings".into(), false.into());
        }
        std::fs::write(&file, format!("{config:#}\n")).map_err(failed)?;
    }
    Ok(())
}

/// The head, where the base has none but its embedding, and an adapter makes two of one.
fn untied_head<'a>(
    checkpoint: &Checkpoint,
    model: &'a Model,
    active: &'a ActiveAdapter,
    tensors: &[TensorData<'_>],
) -> Option<TensorData<'a>> {
    let ends = active.ends();
    let name = |name: TensorName| name.hugging_face(checkpoint.config.spec.family);
    let place = |name: String| tensors.iter().find(|tensor| tensor.name == name);
    if place(name(TensorName::Head)).is_some() || (ends.embedding.is_none() && ends.head.is_none()) {
        return None;
    }
    let embedding =
        place(name(TensorName::Embedding)).or_else(|| tensors.iter().find(|tensor| tensor.name.ends_with("embed_tokens.weight")))?;
    let values = match &ends.head {
        Some(head) => made(move || head.matrix()),
        None => made(|| model.weights.output.to_f32()),
    };
    Some(TensorData { name: name(TensorName::Head), shape: embedding.shape.clone(), block: embedding.block, values })
}

/// Refuses a bias of an adapter that the base has no place for; PEFT does not merge those either.
fn refuse_new_biases(adapter: &Adapter, model: &Model) -> Result<(), LlmError> {
    let has_place =
        |&(index, projection): &(usize, Projection)| model.weights.layers.get(index).is_some_and(|layer| layer.bias(projection).is_some());
    let mut with_bias = adapter.changes.iter().filter(|(_, change)| change.lora_bias.is_some());
    match with_bias.find(|(key, _)| !has_place(key)) {
        Some(_) => Err(LlmError::Unsupported { what: "adapter setting", found: "lora_bias, merged into a base without biases".into() }),
        None => Ok(()),
    }
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
