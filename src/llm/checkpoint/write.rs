//! Writing safetensors files, a tensor at a time: what a tensor holds is asked for when its turn comes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use half::{bf16, f16};
use safetensors::{Dtype, SafeTensorError, View};

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
    /// Makes its values, or shows where they lie; called once, when they are written.
    pub values: Box<dyn Fn() -> Cow<'a, [f32]> + 'a>,
}

/// Bytes to be written as they are.
pub struct ByteData<'a> {
    /// Their name.
    pub name: String,
    /// Rows first.
    pub shape: Vec<usize>,
    /// Row by row.
    pub bytes: &'a [u8],
}

/// A tensor of either kind.
enum Either<'t, 'a> {
    Numbers(&'t TensorData<'a>),
    Bytes(&'t ByteData<'t>),
}

impl View for Either<'_, '_> {
    fn dtype(&self) -> Dtype {
        match self {
            Self::Numbers(numbers) => numbers.dtype(),
            Self::Bytes(_) => Dtype::U8,
        }
    }

    fn shape(&self) -> &[usize] {
        match self {
            Self::Numbers(numbers) => &numbers.shape,
            Self::Bytes(bytes) => &bytes.shape,
        }
    }

    fn data(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Numbers(numbers) => numbers.data(),
            Self::Bytes(bytes) => Cow::Borrowed(bytes.bytes),
        }
    }

    fn data_len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.data_len(),
            Self::Bytes(bytes) => bytes.bytes.len(),
        }
    }
}

/// Values that are made when they are asked for.
pub fn made<'a>(values: impl Fn() -> Vec<f32> + 'a) -> Box<dyn Fn() -> Cow<'a, [f32]> + 'a> {
    Box::new(move || values().into())
}

impl TensorData<'_> {
    fn dtype(&self) -> Dtype {
        match self.block {
            BlockType::F16 => Dtype::F16,
            BlockType::BF16 => Dtype::BF16,
            _ => Dtype::F32,
        }
    }

    fn data(&self) -> Cow<'_, [u8]> {
        let values = (self.values)();
        if let (Cow::Borrowed(values), Dtype::F32) = (&values, self.dtype()) {
            return Cow::Borrowed(bytes_of(values));
        }
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

/// The bytes of `values` as they lie there, which is as the file wants them on a little-endian machine: no copy of a large matrix is made.
fn bytes_of(values: &[f32]) -> &[u8] {
    // SAFETY: every byte of an f32 is initialised, u8 needs no alignment, and the length is that of the same memory, borrowed as long.
    unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), size_of_val(values)) }
}

/// Writes `tensors` beside `path`, syncs, then renames. `format: pt` stands in the header, without which transformers refuses a file.
pub fn write_safetensors(path: &Path, tensors: &[TensorData<'_>]) -> Result<(), LlmError> {
    write_with_bytes(path, tensors, &[])
}

/// The same with tensors of bytes among them.
pub fn write_with_bytes<'t>(path: &Path, tensors: &'t [TensorData<'_>], bytes: &'t [ByteData<'t>]) -> Result<(), LlmError> {
    let failed = |source: std::io::Error| LlmError::Write { path: path.into(), source };
    let part = path.with_extension(format!("{}.part", std::process::id()));
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    let numbers = tensors.iter().map(|tensor| (tensor.name.as_str(), Either::Numbers(tensor)));
    let views = numbers.chain(bytes.iter().map(|tensor| (tensor.name.as_str(), Either::Bytes(tensor))));
    let written = safetensors::serialize_to_file(views, Some(metadata), &part)
        .map_err(|error| match error {
            // Its kind says whether the disk is full.
            SafeTensorError::IoError(error) => error,
            other => std::io::Error::other(other),
        })
        .and_then(|()| std::fs::File::open(&part)?.sync_all())
        .and_then(|()| std::fs::rename(&part, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written.map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::super::TensorFile;
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.safetensors");
        const VALUES: [f32; 6] = [1.0, -2.5, 0.0, 3.0, 1e-3, 7.0];
        let tensor = |name: &'static str, block| TensorData {
            name: name.into(),
            shape: vec![2, 3],
            block,
            values: Box::new(move || if name == "a" { Cow::Borrowed(&VALUES) } else { Cow::Owned(VALUES.to_vec()) }),
        };
        write_safetensors(&path, &[tensor("b", BlockType::BF16), tensor("a", BlockType::F32), tensor("c", BlockType::F16)]).unwrap();
        let file = TensorFile::open(&path).unwrap();
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
