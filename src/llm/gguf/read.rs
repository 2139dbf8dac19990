//! Parsing a GGUF header, and the mapped file behind it.

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memmap2::Mmap;

use super::cursor::Cursor;
pub use super::tensor::TensorInfo;
use super::{GgufError, Metadata, split};
use crate::llm::LlmError;

/// The first four bytes of every GGUF file.
pub const MAGIC: [u8; 4] = *b"GGUF";
/// Where tensor data is aligned when the file does not say otherwise.
pub const DEFAULT_ALIGNMENT: u64 = 32;
/// The largest headers in use, vocabularies of 262,144 tokens, take about 16 MiB. What is read from a header takes at most eight times
/// its bytes (one-byte integers are widened), so this also bounds what a hostile file can make us allocate.
const MAX_HEADER: usize = 64 << 20;

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
    /// Tensors by name, those of all parts.
    pub tensors: BTreeMap<String, TensorInfo>,
    /// One nearly always; several where the file is split.
    maps: Vec<Arc<Mmap>>,
}

impl GgufFile {
    /// Maps and parses the file at `path`, and the other parts where it is the first of several. Every tensor of a known type lies inside its
    /// file afterwards.
    pub fn open(path: &Path) -> Result<Self, LlmError> {
        let first = Self::open_one(path)?;
        match split::parts(path, &first.metadata)? {
            Some(others) => first.join(&others),
            None => Ok(first),
        }
    }

    /// With the tensors of the files at `others`.
    fn join(mut self, others: &[PathBuf]) -> Result<Self, LlmError> {
        for (part, path) in (1..).zip(others) {
            let other = Self::open_one(path)?;
            let malformed = |reason: String| LlmError::Gguf { path: path.clone(), source: GgufError::Malformed(reason) };
            split::check_part(&self.metadata, &other.metadata, part).map_err(malformed)?;
            for (name, tensor) in other.tensors {
                if self.tensors.insert(name.clone(), TensorInfo { part, ..tensor }).is_some() {
                    return Err(malformed(format!("tensor `{name}` is in two parts")));
                }
            }
            self.maps.extend(other.maps);
        }
        let announced = self.metadata.unsigned("split.tensors.count");
        match announced.filter(|announced| *announced != self.tensors.len() as u64) {
            Some(announced) => {
                let reason = format!("its parts hold {} tensors, and it announces {announced}", self.tensors.len());
                Err(LlmError::Gguf { path: self.path, source: GgufError::Malformed(reason) })
            }
            None => Ok(self),
        }
    }

    fn open_one(path: &Path) -> Result<Self, LlmError> {
        let open_error = |source| LlmError::Open { path: path.into(), source };
        // Asked before opening: opening a pipe would wait for its writer.
        let metadata = std::fs::metadata(path).map_err(open_error)?;
        if metadata.is_dir() {
            return Err(open_error(std::io::ErrorKind::IsADirectory.into()));
        }
        if !metadata.is_file() {
            return Err(open_error(std::io::Error::other("it is not a file")));
        }
        let file = File::open(path).map_err(open_error)?;
        // SAFETY: the mapping is only ever read, as bytes. Somebody who truncates the file while it is open can end the
        // process with SIGBUS, as with every mapped model; models are written beside their place and renamed, never in place.
        let map = unsafe { Mmap::map(&file) }.map_err(open_error)?;
        prefer_huge_pages(&map);
        let gguf_error = |source| LlmError::Gguf { path: path.into(), source };
        let Header { metadata, tensors } = parse_header(&map, map.len() as u64).map_err(gguf_error)?;
        check_places(&tensors, map.len() as u64).map_err(gguf_error)?;
        Ok(Self { path: path.into(), metadata, tensors, maps: vec![Arc::new(map)] })
    }

    /// The tensor called `name`, and the bytes it takes in its [`Self::map_of`].
    pub fn tensor(&self, name: &str) -> Result<(&TensorInfo, Range<usize>), GgufError> {
        let tensor = self.tensors.get(name).ok_or_else(|| GgufError::MissingTensor(name.into()))?;
        let start = tensor.offset as usize;
        let end = start + tensor.byte_len()?; // `open` has seen that this lies inside the file
        Ok((tensor, start..end))
    }

    /// The mapped part in which `tensor` lies.
    pub fn map_of(&self, tensor: &TensorInfo) -> &Arc<Mmap> {
        &self.maps[tensor.part.min(self.maps.len() - 1)] // there is always one
    }

    /// Bytes of all parts.
    pub fn byte_len(&self) -> u64 {
        self.maps.iter().map(|map| map.len() as u64).sum()
    }
}

/// Asks the system to read the file in blocks of 2 MB and to map them as such, where it can: decoding reads every weight for every token,
/// and with pages of 4 kB an eighth of its time goes into finding them. A file that is in memory in small pages already stays so; a refusal
/// costs nothing but speed.
fn prefer_huge_pages(map: &Mmap) {
    #[cfg(target_os = "linux")]
    let _ = map.advise(memmap2::Advice::HugePage);
    #[cfg(not(target_os = "linux"))]
    let _ = map;
}

/// Every tensor lies inside the file, and no two of known types share a byte.
fn check_places(tensors: &BTreeMap<String, TensorInfo>, length: u64) -> Result<(), GgufError> {
    let mut places: Vec<(u64, u64, &str)> = Vec::with_capacity(tensors.len());
    for tensor in tensors.values() {
        // How many bytes an unknown type takes is unknown too; one it has.
        let bytes = if tensor.block().is_ok() { tensor.byte_len()? as u64 } else { 1 };
        match tensor.offset.checked_add(bytes).filter(|&end| end <= length) {
            Some(end) => places.push((tensor.offset, end, &tensor.name)),
            None => return Err(GgufError::Truncated { length, what: format!("tensor `{}`", tensor.name) }),
        }
    }
    places.sort_unstable();
    for pair in places.windows(2) {
        if let [(_, end, one), (start, _, other)] = pair
            && end > start
        {
            return Err(GgufError::Malformed(format!("tensors `{one}` and `{other}` overlap")));
        }
    }
    Ok(())
}

/// Parses the part of `bytes` before the tensor data; `file_length` is the whole file's, for bounds.
pub fn parse_header(bytes: &[u8], file_length: u64) -> Result<Header, GgufError> {
    let magic = bytes.get(..4).unwrap_or(bytes);
    if magic != MAGIC {
        return Err(GgufError::WrongMagic { found: magic.to_vec() });
    }
    let mut cursor = Cursor::new(bytes.get(..MAX_HEADER).unwrap_or(bytes), MAGIC.len(), file_length);
    match cursor.u32("the version")? {
        2 | 3 => {}
        version if matches!(version.swap_bytes(), 1..=3) => return Err(GgufError::BigEndian),
        version => return Err(GgufError::Version(version)),
    }
    // A tensor's description takes at least 32 bytes, a key and its value at least 13.
    let tensor_count = cursor.count("tensors", 32)?;
    let key_count = cursor.count("keys", 13)?;
    let mut metadata = Metadata::default();
    for _ in 0..key_count {
        let key = cursor.name("a key")?;
        let kind = cursor.u32(&key)?;
        let value = cursor.value(kind, &key)?;
        if metadata.0.contains_key(&key) {
            return Err(GgufError::Malformed(format!("key `{key}` is there twice")));
        }
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
    let alignment = match metadata.get("general.alignment") {
        Some(_) => metadata.require_usize("general.alignment")? as u64,
        None => DEFAULT_ALIGNMENT,
    };
    if !alignment.is_power_of_two() || alignment > 1 << 20 {
        return Err(GgufError::Malformed(format!("an alignment of {alignment} is not possible")));
    }
    let data_start = (cursor.at() as u64).next_multiple_of(alignment);
    for tensor in tensors.values_mut() {
        let offset =
            Some(tensor.offset).filter(|offset| offset.is_multiple_of(alignment)).and_then(|offset| offset.checked_add(data_start));
        tensor.offset = offset.ok_or_else(|| {
            GgufError::Malformed(format!("tensor `{}` has offset {}, with an alignment of {alignment}", tensor.name, tensor.offset))
        })?;
    }
    Ok(Header { metadata, tensors })
}

/// Hostile files are in `tests/gguf.rs`.
#[cfg(test)]
mod tests {
    use super::super::Value;
    use super::super::write::{Tensor, write};
    use super::*;
    use crate::compute::BlockType;

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

    #[test]
    fn a_file_cut_inside_its_tensors_is_refused_at_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cut.gguf");
        let bytes = sample();
        std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        assert!(GgufFile::open(&path).unwrap_err().to_string().contains("inside tensor `w`"));
        std::fs::write(&path, &bytes).unwrap();
        let file = GgufFile::open(&path).unwrap();
        let (tensor, range) = file.tensor("w").unwrap();
        assert_eq!(&file.map_of(tensor)[range][4..8], 1f32.to_le_bytes());
    }
}
