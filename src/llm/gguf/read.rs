//! Parsing a GGUF header, and the mapped file behind it.

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memmap2::Mmap;

use super::{GgufError, Metadata, Value};
use crate::compute::BlockType;
use crate::llm::LlmError;

/// The first four bytes of every GGUF file.
pub const MAGIC: [u8; 4] = *b"GGUF";
/// Where tensor data is aligned when the file does not say otherwise.
pub const DEFAULT_ALIGNMENT: u64 = 32;
/// ggml knows no tensor with more dimensions.
const MAX_DIMENSIONS: u32 = 4;

/// A tensor's place and type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorInfo {
    /// Its name in the file.
    pub name: String,
    /// Rows first, as PyTorch writes shapes (GGUF stores them the other way round).
    pub shape: Vec<usize>,
    /// ggml's type number; may be one that [`BlockType`] does not know.
    pub ggml_type: u32,
    /// First byte, from the file's start.
    pub offset: u64,
}

impl TensorInfo {
    /// Number of weights.
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// The storage type.
    pub fn block(&self) -> Result<BlockType, GgufError> {
        BlockType::from_ggml(self.ggml_type).ok_or_else(|| GgufError::UnknownType { name: self.name.clone(), ggml_type: self.ggml_type })
    }

    /// Bytes it takes in the file.
    pub fn byte_len(&self) -> Result<usize, GgufError> {
        let block = self.block()?;
        let columns = self.shape.last().copied().unwrap_or(1);
        let rows = self.elements().checked_div(columns).unwrap_or(0);
        block.row_bytes(columns).and_then(|bytes| bytes.checked_mul(rows)).ok_or_else(|| {
            GgufError::Malformed(format!("tensor `{}` has rows of {columns} weights, not whole {block:?} blocks", self.name))
        })
    }
}

/// What stands before the tensor data.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// Keys and values.
    pub metadata: Metadata,
    /// Tensors by name.
    pub tensors: BTreeMap<String, TensorInfo>,
}

/// A GGUF file, mapped into memory. Its tensors are read in place.
#[derive(Debug)]
pub struct GgufFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Keys and values.
    pub metadata: Metadata,
    /// Tensors by name.
    pub tensors: BTreeMap<String, TensorInfo>,
    map: Arc<Mmap>,
}

impl GgufFile {
    /// Maps and parses the file at `path`. Every tensor of a known type lies inside the file afterwards.
    pub fn open(path: &Path) -> Result<Self, LlmError> {
        let open_error = |source| LlmError::Open { path: path.into(), source };
        let file = File::open(path).map_err(open_error)?;
        if file.metadata().map_err(open_error)?.is_dir() {
            return Err(open_error(std::io::Error::from(std::io::ErrorKind::IsADirectory)));
        }
        // SAFETY: the mapping is only ever read, as bytes. Somebody who truncates the file while it is open can end the
        // process with SIGBUS, as with every mapped model; models are written beside their place and renamed, never in place.
        let map = unsafe { Mmap::map(&file) }.map_err(open_error)?;
        let gguf_error = |source| LlmError::Gguf { path: path.into(), source };
        let Header { metadata, tensors } = parse_header(&map, map.len() as u64).map_err(gguf_error)?;
        for tensor in tensors.values() {
            if tensor.block().is_ok() {
                let end = tensor.offset.checked_add(tensor.byte_len().map_err(gguf_error)? as u64);
                if end.is_none_or(|end| end > map.len() as u64) {
                    return Err(gguf_error(GgufError::Truncated { length: map.len() as u64, what: format!("tensor `{}`", tensor.name) }));
                }
            }
        }
        Ok(Self { path: path.into(), metadata, tensors, map: Arc::new(map) })
    }

    /// The tensor called `name`, and the bytes it takes in [`Self::map`].
    pub fn tensor(&self, name: &str) -> Result<(&TensorInfo, Range<usize>), GgufError> {
        let tensor = self.tensors.get(name).ok_or_else(|| GgufError::MissingTensor(name.into()))?;
        let start = tensor.offset as usize;
        let end = start + tensor.byte_len()?; // `open` has seen that this lies inside the file
        Ok((tensor, start..end))
    }

    /// The mapped file.
    pub fn map(&self) -> &Arc<Mmap> {
        &self.map
    }
}

/// Parses the part of `bytes` before the tensor data; `file_length` is the whole file's, for bounds.
pub fn parse_header(bytes: &[u8], file_length: u64) -> Result<Header, GgufError> {
    let mut cursor = Cursor { bytes, at: 0, file_length };
    let magic = bytes.get(..4).unwrap_or(bytes);
    if magic != MAGIC {
        return Err(GgufError::WrongMagic { found: magic.to_vec() });
    }
    cursor.at = 4;
    let version = cursor.u32("the version")?;
    if version != 2 && version != 3 {
        return Err(GgufError::Version(version));
    }
    // A tensor's description takes at least 24 bytes, a key and its value at least 13.
    let tensor_count = cursor.count("tensors", 24)?;
    let key_count = cursor.count("keys", 13)?;
    let mut metadata = Metadata::default();
    for _ in 0..key_count {
        let key = cursor.string("a key")?;
        let kind = cursor.u32(&key)?;
        let value = cursor.value(kind, &key)?;
        metadata.0.insert(key, value);
    }
    let mut tensors = BTreeMap::new();
    for _ in 0..tensor_count {
        let tensor = cursor.tensor()?;
        if tensors.contains_key(&tensor.name) {
            return Err(GgufError::Malformed(format!("tensor `{}` is there twice", tensor.name)));
        }
        tensors.insert(tensor.name.clone(), tensor);
    }
    let alignment = metadata.unsigned("general.alignment").unwrap_or(DEFAULT_ALIGNMENT);
    if !alignment.is_power_of_two() || alignment > 1 << 20 {
        return Err(GgufError::Malformed(format!("an alignment of {alignment} is not possible")));
    }
    let data_start = (cursor.at as u64).next_multiple_of(alignment);
    for tensor in tensors.values_mut() {
        tensor.offset = tensor
            .offset
            .checked_add(data_start)
            .ok_or_else(|| GgufError::Malformed(format!("tensor `{}` has offset {}", tensor.name, tensor.offset)))?;
    }
    Ok(Header { metadata, tensors })
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    file_length: u64,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize, what: &str) -> Result<&'a [u8], GgufError> {
        let end = self.at.checked_add(length);
        match end.and_then(|end| self.bytes.get(self.at..end)) {
            Some(slice) => {
                self.at += length;
                Ok(slice)
            }
            None => Err(GgufError::Truncated { length: self.file_length, what: what.into() }),
        }
    }

    fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N], GgufError> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N, what)?);
        Ok(out)
    }

    fn u32(&mut self, what: &str) -> Result<u32, GgufError> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }

    fn u64(&mut self, what: &str) -> Result<u64, GgufError> {
        Ok(u64::from_le_bytes(self.array(what)?))
    }

    /// A count of things that take at least `least_bytes` each, refused where the file is too small for them.
    fn count(&mut self, what: &str, least_bytes: u64) -> Result<usize, GgufError> {
        let count = self.u64(what)?;
        let left = (self.bytes.len() - self.at) as u64;
        if count.checked_mul(least_bytes).is_none_or(|bytes| bytes > left) {
            return Err(GgufError::TooMany { what: what.into(), count });
        }
        Ok(count as usize)
    }

    fn string(&mut self, what: &str) -> Result<String, GgufError> {
        let length = self.count(&format!("bytes of {what}"), 1)?;
        Ok(String::from_utf8_lossy(self.take(length, what)?).into_owned())
    }

    fn value(&mut self, kind: u32, key: &str) -> Result<Value, GgufError> {
        Ok(match kind {
            0 => Value::Unsigned(u64::from(self.array::<1>(key)?[0])),
            1 => Value::Signed(i64::from(i8::from_le_bytes(self.array(key)?))),
            2 => Value::Unsigned(u64::from(u16::from_le_bytes(self.array(key)?))),
            3 => Value::Signed(i64::from(i16::from_le_bytes(self.array(key)?))),
            4 => Value::Unsigned(u64::from(self.u32(key)?)),
            5 => Value::Signed(i64::from(i32::from_le_bytes(self.array(key)?))),
            6 => Value::Float(f64::from(f32::from_le_bytes(self.array(key)?))),
            7 => Value::Bool(self.array::<1>(key)?[0] != 0),
            8 => Value::String(self.string(key)?),
            9 => self.array_value(key)?,
            10 => Value::Unsigned(self.u64(key)?),
            11 => Value::Signed(i64::from_le_bytes(self.array(key)?)),
            12 => Value::Float(f64::from_le_bytes(self.array(key)?)),
            other => return Err(GgufError::Malformed(format!("key `{key}` has the unknown type {other}"))),
        })
    }

    fn array_value(&mut self, key: &str) -> Result<Value, GgufError> {
        let kind = self.u32(key)?;
        let size = match kind {
            0 | 1 | 7 => 1,
            2 | 3 => 2,
            4..=6 => 4,
            8 | 10..=12 => 8,
            other => return Err(GgufError::Malformed(format!("key `{key}` is an array of the unsupported type {other}"))),
        };
        let count = self.count(&format!("values of `{key}`"), size)?;
        if kind == 8 {
            return Ok(Value::Strings((0..count).map(|_| self.string(key)).collect::<Result<_, _>>()?));
        }
        let values = (0..count).map(|_| self.value(kind, key)).collect::<Result<Vec<_>, _>>()?;
        Ok(match kind {
            7 => Value::Bools(values.iter().map(|v| *v == Value::Bool(true)).collect()),
            6 | 12 => Value::Floats(values.iter().map(|v| if let Value::Float(x) = v { *x as f32 } else { 0.0 }).collect()),
            _ => Value::Integers(
                values
                    .iter()
                    .map(|v| match v {
                        Value::Unsigned(n) => i64::try_from(*n).unwrap_or(i64::MAX),
                        Value::Signed(n) => *n,
                        _ => 0,
                    })
                    .collect(),
            ),
        })
    }

    fn tensor(&mut self) -> Result<TensorInfo, GgufError> {
        let name = self.string("a tensor's name")?;
        let dimensions = self.u32(&name)?;
        if dimensions == 0 || dimensions > MAX_DIMENSIONS {
            return Err(GgufError::Malformed(format!("tensor `{name}` has {dimensions} dimensions")));
        }
        let mut shape = Vec::with_capacity(dimensions as usize);
        for _ in 0..dimensions {
            shape.push(self.u64(&name)?);
        }
        shape.reverse();
        // 2^48 weights are more than any file holds; below, products cannot overflow.
        let elements = shape.iter().try_fold(1u64, |product, &d| product.checked_mul(d)).filter(|&n| n > 0 && n < 1 << 48);
        if elements.is_none() {
            return Err(GgufError::Malformed(format!("tensor `{name}` has the impossible shape {shape:?}")));
        }
        let shape = shape.into_iter().map(|d| d as usize).collect();
        let ggml_type = self.u32(&name)?;
        let offset = self.u64(&name)?;
        Ok(TensorInfo { name, shape, ggml_type, offset })
    }
}

#[cfg(test)]
mod tests {
    use super::super::write::{Tensor, write};
    use super::*;
    use proptest::prelude::*;

    fn sample() -> Vec<u8> {
        let mut metadata = Metadata::default();
        metadata.0.insert("general.architecture".into(), Value::String("llama".into()));
        metadata.0.insert("a.count".into(), Value::Unsigned(7));
        metadata.0.insert("a.list".into(), Value::Strings(vec!["x".into(), "ß".into()]));
        metadata.0.insert("a.ids".into(), Value::Integers(vec![1, -2]));
        metadata.0.insert("a.eps".into(), Value::Float(0.5));
        let data: Vec<u8> = (0..8u32).flat_map(|i| (i as f32).to_le_bytes()).collect();
        let tensors = [Tensor { name: "w".into(), shape: vec![2, 4], block: BlockType::F32, data: &data }];
        let mut out = Vec::new();
        write(&metadata, &tensors, &mut out).unwrap();
        out
    }

    #[test]
    fn what_was_written_is_read() {
        let bytes = sample();
        let header = parse_header(&bytes, bytes.len() as u64).unwrap();
        assert_eq!(header.metadata.string("general.architecture"), Some("llama"));
        assert_eq!(header.metadata.integers("a.ids"), Some(&[1, -2][..]));
        assert_eq!(header.metadata.strings("a.list").unwrap()[1], "ß");
        let tensor = &header.tensors["w"];
        assert_eq!((tensor.shape.as_slice(), tensor.byte_len().unwrap()), (&[2, 4][..], 32));
        assert_eq!(tensor.offset % DEFAULT_ALIGNMENT, 0);
        assert_eq!(bytes.len() as u64, tensor.offset + 32);
    }

    #[track_caller]
    fn check_error(bytes: &[u8], expected: &str) {
        let error = parse_header(bytes, bytes.len() as u64).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn bad_files_are_named() {
        let good = sample();
        check_error(b"", "not with the letters GGUF");
        check_error(b"PK\x03\x04 zip", "[50, 4b, 03, 04]");
        check_error(&good[..6], "inside the version");
        check_error(&[&good[..4], &9u32.to_le_bytes(), &good[8..]].concat(), "version 9");
        check_error(&[&good[..8], &u64::MAX.to_le_bytes(), &good[16..]].concat(), "18446744073709551615 tensors");
        check_error(&[&good[..16], &(1u64 << 60).to_le_bytes(), &good[24..]].concat(), "1152921504606846976 keys");
        check_error(&good[..60], "announces 5 keys");
        check_error(&good[..good.len() - 60], "it ends at byte");
    }

    #[test]
    fn a_file_cut_inside_its_tensors_is_refused_at_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cut.gguf");
        let bytes = sample();
        std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        assert!(GgufFile::open(&path).unwrap_err().to_string().contains("inside tensor `w`"));
        std::fs::write(&path, &bytes).unwrap();
        let file = GgufFile::open(&path).unwrap();
        let (_, range) = file.tensor("w").unwrap();
        assert_eq!(&file.map()[range][4..8], 1f32.to_le_bytes());
    }

    proptest! {
        #[test]
        fn no_change_of_bytes_makes_it_panic(at in 0usize..400, with in proptest::collection::vec(any::<u8>(), 1..16)) {
            let mut bytes = sample();
            let at = at.min(bytes.len());
            let end = (at + with.len()).min(bytes.len());
            bytes.splice(at..end, with);
            let length = bytes.len() as u64;
            if let Ok(header) = parse_header(&bytes, length) {
                for tensor in header.tensors.values() {
                    let _ = tensor.byte_len();
                }
            }
        }
    }
}
