//! Writing safetensors files, a tensor at a time: what a tensor holds is asked for when its turn comes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use half::{bf16, f16};
use safetensors::{Dtype, View};

use super::super::LlmError;
use crate::compute::BlockType;

/// A tensor to be written.
pub struct TensorData<'a> {
    /// Its name.
    pub name: String,
    /// Rows first.
    pub shape: Vec<usize>,
    /// [`BlockType::F32`], [`BlockType::F16`] or [`BlockType::BF16`].
    pub block: BlockType,
    /// Makes its values; called once, when they are written.
    pub values: Box<dyn Fn() -> Vec<f32> + 'a>,
}

impl View for &TensorData<'_> {
    fn dtype(&self) -> Dtype {
        match self.block {
            BlockType::F16 => Dtype::F16,
            BlockType::BF16 => Dtype::BF16,
            _ => Dtype::F32,
        }
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        let values = (self.values)();
        Cow::Owned(match self.block {
            BlockType::F16 => values.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect(),
            BlockType::BF16 => values.iter().flat_map(|value| bf16::from_f32(*value).to_le_bytes()).collect(),
            _ => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        })
    }

    fn data_len(&self) -> usize {
        let bytes = if matches!(self.block, BlockType::F16 | BlockType::BF16) { 2 } else { 4 };
        self.shape.iter().product::<usize>() * bytes
    }
}

/// Writes `tensors` beside `path`, syncs, then renames. `format: pt` stands in the header, without which transformers refuses a file.
pub fn write_safetensors(path: &Path, tensors: &[TensorData<'_>]) -> Result<(), LlmError> {
    let failed = |source: std::io::Error| LlmError::Write { path: path.into(), source };
    let part = path.with_extension(format!("{}.part", std::process::id()));
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    let views = tensors.iter().map(|tensor| (tensor.name.as_str(), tensor));
    let written = safetensors::serialize_to_file(views, Some(metadata), &part)
        .map_err(std::io::Error::other)
        .and_then(|()| std::fs::File::open(&part)?.sync_all())
        .and_then(|()| std::fs::rename(&part, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written.map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::super::SafetensorsFile;
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.safetensors");
        let tensor = |name: &str, block| TensorData {
            name: name.into(),
            shape: vec![2, 3],
            block,
            values: Box::new(|| vec![1.0, -2.5, 0.0, 3.0, 1e-3, 7.0]),
        };
        write_safetensors(&path, &[tensor("b", BlockType::BF16), tensor("a", BlockType::F32), tensor("c", BlockType::F16)]).unwrap();
        let file = SafetensorsFile::open(&path).unwrap();
        for (name, tolerance) in [("a", 0.0), ("b", 1e-5), ("c", 1e-6)] {
            let (shape, values) = file.read_f32(name).unwrap().unwrap();
            assert_eq!(shape, [2, 3]);
            assert!((values[4] - 1e-3).abs() <= tolerance && values[1] == -2.5, "{name}: {values:?}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let error = write_safetensors(Path::new("/nowhere/a.safetensors"), &[]).unwrap_err().to_string();
        assert!(error.contains("/nowhere/a.safetensors"), "{error}");
    }
}
