//! Reading values one after another, never past the end, never allocating more than the bytes that are left account for.

use super::tensor::TensorInfo;
use super::{GgufError, Value};

/// ggml knows no tensor with more dimensions.
const MAX_DIMENSIONS: u32 = 4;
/// Longest name of a key or a tensor, in bytes. ggml's own limit for tensors is 64.
const MAX_NAME: usize = 1024;

/// A place in a header.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    file_length: u64,
}

impl<'a> Cursor<'a> {
    /// A cursor at byte `at` of `bytes`, the beginning of a file of `file_length` bytes.
    pub(super) fn new(bytes: &'a [u8], at: usize, file_length: u64) -> Self {
        Self { bytes, at, file_length }
    }

    /// Where it is.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    fn take(&mut self, length: usize, what: &str) -> Result<&'a [u8], GgufError> {
        let end = self.at.checked_add(length);
        match end.and_then(|end| self.bytes.get(self.at..end)) {
            Some(slice) => {
                self.at += length;
                Ok(slice)
            }
            None if self.file_length > self.bytes.len() as u64 => {
                Err(GgufError::Malformed(format!("its header is longer than the {} bytes that are read", self.bytes.len())))
            }
            None => Err(GgufError::Truncated { length: self.file_length, what: what.into() }),
        }
    }

    fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N], GgufError> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N, what)?);
        Ok(out)
    }

    fn byte(&mut self, what: &str) -> Result<u8, GgufError> {
        self.array(what).map(|[byte]| byte)
    }

    /// An unsigned integer of four bytes.
    pub(super) fn u32(&mut self, what: &str) -> Result<u32, GgufError> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }

    fn u64(&mut self, what: &str) -> Result<u64, GgufError> {
        Ok(u64::from_le_bytes(self.array(what)?))
    }

    /// A count of things that take at least `least_bytes` each, refused where too few bytes are left for them.
    pub(super) fn count(&mut self, what: &str, least_bytes: u64) -> Result<usize, GgufError> {
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

    /// The name of a key or a tensor.
    pub(super) fn name(&mut self, what: &str) -> Result<String, GgufError> {
        let name = self.string(what)?;
        if name.len() > MAX_NAME {
            return Err(GgufError::Malformed(format!("{what} has a name of {} bytes", name.len())));
        }
        Ok(name)
    }

    /// A value of GGUF's type `kind`.
    pub(super) fn value(&mut self, kind: u32, key: &str) -> Result<Value, GgufError> {
        Ok(match kind {
            0 | 2 | 4 | 10 => Value::Unsigned(self.unsigned(kind, key)?),
            1 | 3 | 5 | 11 => Value::Signed(self.signed(kind, key)?),
            6 => Value::Float(f64::from(f32::from_le_bytes(self.array(key)?))),
            7 => Value::Bool(self.byte(key)? != 0),
            8 => Value::String(self.string(key)?),
            9 => self.array_value(key)?,
            12 => Value::Float(f64::from_le_bytes(self.array(key)?)),
            other => return Err(GgufError::Malformed(format!("key `{key}` has the unknown type {other}"))),
        })
    }

    fn unsigned(&mut self, kind: u32, key: &str) -> Result<u64, GgufError> {
        Ok(match kind {
            0 => u64::from(self.byte(key)?),
            2 => u64::from(u16::from_le_bytes(self.array(key)?)),
            4 => u64::from(self.u32(key)?),
            _ => self.u64(key)?,
        })
    }

    fn signed(&mut self, kind: u32, key: &str) -> Result<i64, GgufError> {
        Ok(match kind {
            1 => i64::from(i8::from_le_bytes(self.array(key)?)),
            3 => i64::from(i16::from_le_bytes(self.array(key)?)),
            5 => i64::from(i32::from_le_bytes(self.array(key)?)),
            _ => i64::from_le_bytes(self.array(key)?),
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
        Ok(match kind {
            6 => Value::Floats(self.several(count, |this| Ok(f32::from_le_bytes(this.array(key)?)))?),
            7 => Value::Bools(self.several(count, |this| Ok(this.byte(key)? != 0))?),
            8 => Value::Strings(self.several(count, |this| this.string(key))?),
            12 => Value::Floats(self.several(count, |this| Ok(f64::from_le_bytes(this.array(key)?) as f32))?),
            1 | 3 | 5 | 11 => Value::Integers(self.several(count, |this| this.signed(kind, key))?),
            _ => Value::Integers(self.several(count, |this| Ok(i64::try_from(this.unsigned(kind, key)?).unwrap_or(i64::MAX)))?),
        })
    }

    /// `count` values; the caller has seen that they fit.
    fn several<T>(&mut self, count: usize, read: impl Fn(&mut Self) -> Result<T, GgufError>) -> Result<Vec<T>, GgufError> {
        (0..count).map(|_| read(self)).collect()
    }

    /// A tensor's description; its offset counts from the data's start.
    pub(super) fn tensor(&mut self) -> Result<TensorInfo, GgufError> {
        let name = self.name("a tensor")?;
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
        Ok(TensorInfo { name, shape, ggml_type, offset, part: 0 })
    }
}
