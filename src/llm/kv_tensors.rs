//! Keys and values of one layer as tensors on a device. Sessions share what they have in common; a session writes behind it.

use std::ops::Range;
use std::sync::Arc;

use candle_core::{D, DType, Device, Result, Tensor};
use half::f16;

use super::kv_page::{KvType, PAGE_TOKENS, Page, Rows};
use crate::compute::KV_GROUP;

/// Tokens by which a tensor grows.
pub const STEP: usize = 256;

/// Parts that a layer's memory may consist of before they are joined: each is read by operations of its own.
const MOST_PARTS: usize = 4;

/// Numbers of several tokens, `[kv_heads, capacity, ...]`.
#[derive(Debug)]
enum Numbers {
    /// f32 or f16, `[kv_heads, capacity, head_dim]`
    Plain(Tensor),
    /// Quants as u8, 128 standing for 0, `[kv_heads, capacity, head_dim]`, and f16 scales, `[kv_heads, capacity, groups]`.
    Q8_0 { quants: Tensor, scales: Tensor },
}

/// A part's keys and values, with room for more.
#[derive(Debug)]
struct Buffer {
    keys: Numbers,
    values: Numbers,
    capacity: usize,
}

/// Tokens that follow one another in one buffer, from its beginning.
#[derive(Debug, Clone)]
struct Part {
    buffer: Arc<Buffer>,
    len: usize,
}

/// What one layer of a session remembers, on a device.
#[derive(Debug, Clone)]
pub struct TensorRows {
    kv_heads: usize,
    head_dim: usize,
    kv_type: KvType,
    device: Device,
    parts: Vec<Part>,
}

impl TensorRows {
    /// Nothing, on `device`.
    pub fn new(kv_heads: usize, head_dim: usize, kv_type: KvType, device: &Device) -> Self {
        Self { kv_heads, head_dim, kv_type, device: device.clone(), parts: Vec::new() }
    }

    /// Where it lies.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Bytes of all parts; what is shared with a fork counts in both.
    pub fn bytes(&self) -> usize {
        let token = 2 * self.kv_heads * token_bytes(self.kv_type, self.head_dim);
        self.parts.iter().map(|part| part.buffer.capacity * token).sum()
    }

    /// Forgets every token from `len` on.
    pub fn truncate(&mut self, len: usize) {
        let mut left = len;
        for part in &mut self.parts {
            part.len = part.len.min(left);
            left -= part.len;
        }
        self.parts.retain(|part| part.len > 0);
    }

    /// Writes keys and values, each `[tokens, kv_heads * head_dim]` in f32, from token `start` on; what stood there is forgotten.
    pub fn write(&mut self, start: usize, keys: &Tensor, values: &Tensor) -> Result<()> {
        self.truncate(start);
        let tokens = keys.dim(0)?;
        let by_head = |x: &Tensor| x.reshape((tokens, self.kv_heads, self.head_dim))?.transpose(0, 1)?.contiguous();
        let (keys, values) = (self.rounded(&by_head(keys)?)?, self.rounded(&by_head(values)?)?);
        self.make_room(tokens)?;
        let Some(part) = self.parts.last_mut() else { candle_core::bail!("a cache has no room") };
        part.buffer.keys.put(&keys, part.len)?;
        part.buffer.values.put(&values, part.len)?;
        part.len += tokens;
        Ok(())
    }

    /// Keys and values of `range` in f32, each `[kv_heads, range.len(), head_dim]`.
    pub fn read(&self, range: Range<usize>) -> Result<(Tensor, Tensor)> {
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        let mut before = 0;
        for part in &self.parts {
            let (from, to) = (range.start.max(before), range.end.min(before + part.len));
            if from < to {
                keys.push(part.buffer.keys.read(from - before, to - from)?);
                values.push(part.buffer.values.read(from - before, to - from)?);
            }
            before += part.len;
        }
        Ok((joined(&keys)?, joined(&values)?))
    }

    /// Makes the last part one that only this session sees, with room for `tokens` more.
    fn make_room(&mut self, tokens: usize) -> Result<()> {
        let last = self.parts.last_mut();
        let (own, len) = match last {
            Some(part) => {
                let own = Arc::get_mut(&mut part.buffer).is_some();
                if own && part.buffer.capacity >= part.len + tokens {
                    return Ok(());
                }
                (own, part.len)
            }
            None => (false, 0),
        };
        // A part of its own that is full, or a short one of others, is copied; a long one of others stays, and another is begun.
        let copied = if self.parts.len() >= MOST_PARTS { self.parts.len() } else { usize::from(len > 0 && (own || len < STEP)) };
        let kept = self.parts.len() - copied;
        let old = self.parts.split_off(kept);
        let len: usize = old.iter().map(|part| part.len).sum();
        let buffer = self.empty((len + tokens).next_multiple_of(STEP))?;
        let mut at = 0;
        for part in &old {
            part.buffer.keys.copy(part.len, &buffer.keys, at)?;
            part.buffer.values.copy(part.len, &buffer.values, at)?;
            at += part.len;
        }
        self.parts.push(Part { buffer: Arc::new(buffer), len });
        Ok(())
    }

    fn empty(&self, capacity: usize) -> Result<Buffer> {
        let zeros = |width: usize, dtype| Tensor::zeros((self.kv_heads, capacity, width), dtype, &self.device);
        let numbers = || -> Result<Numbers> {
            Ok(match self.kv_type {
                KvType::F32 => Numbers::Plain(zeros(self.head_dim, DType::F32)?),
                KvType::F16 => Numbers::Plain(zeros(self.head_dim, DType::F16)?),
                KvType::Q8_0 => Numbers::Q8_0 { quants: zeros(self.head_dim, DType::U8)?, scales: zeros(self.groups(), DType::F16)? },
            })
        };
        Ok(Buffer { keys: numbers()?, values: numbers()?, capacity })
    }

    fn groups(&self) -> usize {
        self.head_dim.div_ceil(KV_GROUP)
    }

    /// `x: [kv_heads, tokens, head_dim]` as the cache keeps it.
    fn rounded(&self, x: &Tensor) -> Result<Numbers> {
        match self.kv_type {
            KvType::F32 => return Ok(Numbers::Plain(x.clone())),
            KvType::F16 => return Ok(Numbers::Plain(x.to_dtype(DType::F16)?)),
            KvType::Q8_0 => {}
        }
        let (heads, tokens, width) = x.dims3()?;
        let padded = x.pad_with_zeros(2, 0, self.groups() * KV_GROUP - width)?;
        let padded = padded.contiguous()?.reshape((heads, tokens, self.groups(), KV_GROUP))?;
        let scales = (padded.abs()?.max_keepdim(D::Minus1)? / 127.0)?.to_dtype(DType::F16)?; // [kv_heads, tokens, groups, 1]
        let wide = scales.to_dtype(DType::F32)?;
        let inverse = wide.gt(0f32)?.where_cond(&wide.recip()?, &wide.zeros_like()?)?;
        let quants = (padded.broadcast_mul(&inverse)?.round()?.clamp(-127f32, 127f32)? + 128.0)?;
        let quants = quants.reshape((heads, tokens, self.groups() * KV_GROUP))?.narrow(2, 0, width)?;
        Ok(Numbers::Q8_0 { quants: quants.to_dtype(DType::U8)?.contiguous()?, scales: scales.squeeze(3)?.contiguous()? })
    }

    /// As pages of the kernels' cache: what is saved does not depend on where it was made.
    pub fn to_pages(&self, len: usize) -> Result<Vec<Arc<Page>>> {
        let (heads, width, groups) = (self.kv_heads, self.head_dim, self.groups());
        let mut sides = [Side::default(), Side::default()];
        for part in &self.parts {
            for (side, numbers) in sides.iter_mut().zip([&part.buffer.keys, &part.buffer.values]) {
                side.add(numbers, part.len)?;
            }
        }
        let page = |index: usize| {
            let [keys, values] = [(&sides[0], true), (&sides[1], false)].map(|(side, turned)| match self.kv_type {
                KvType::F32 => Rows::F32(page_of(&side.floats, [heads, width], index, turned)),
                KvType::F16 => Rows::F16(page_of(&side.halves, [heads, width], index, turned)),
                KvType::Q8_0 => Rows::Q8_0 {
                    quants: page_of(&side.quants, [heads, width], index, turned),
                    scales: page_of(&side.halves, [heads, groups], index, turned),
                },
            });
            Arc::new(Page { keys, values })
        };
        Ok((0..len.div_ceil(PAGE_TOKENS)).map(page).collect())
    }

    /// Holds the first `len` tokens of `pages` and nothing else.
    pub fn fill(&mut self, pages: &[Arc<Page>], len: usize) -> Result<()> {
        self.parts.clear();
        if len == 0 {
            return Ok(());
        }
        self.make_room(len)?;
        let (heads, width, groups) = (self.kv_heads, self.head_dim, self.groups());
        let Some(part) = self.parts.last_mut() else { candle_core::bail!("a cache has no room") };
        for (to, turned) in [(&part.buffer.keys, true), (&part.buffer.values, false)] {
            let rows = || pages.iter().map(move |page| if turned { &page.keys } else { &page.values });
            let halves = rows().map(|rows| match rows {
                Rows::F16(halves) | Rows::Q8_0 { scales: halves, .. } => halves.as_slice(),
                Rows::F32(_) => &[],
            });
            let halves: Vec<&[f16]> = halves.collect();
            let from = match self.kv_type {
                KvType::F32 => {
                    let floats: Vec<&[f32]> =
                        rows().filter_map(|rows| if let Rows::F32(floats) = rows { Some(floats.as_slice()) } else { None }).collect();
                    Numbers::Plain(rows_of(&floats, [heads, width], len, turned, &self.device, |float| float)?)
                }
                KvType::F16 => Numbers::Plain(rows_of(&halves, [heads, width], len, turned, &self.device, |half| half)?),
                KvType::Q8_0 => {
                    let quants: Vec<&[i8]> = rows()
                        .filter_map(|rows| if let Rows::Q8_0 { quants, .. } = rows { Some(quants.as_slice()) } else { None })
                        .collect();
                    Numbers::Q8_0 {
                        quants: rows_of(&quants, [heads, width], len, turned, &self.device, |quant: i8| (i16::from(quant) + 128) as u8)?,
                        scales: rows_of(&halves, [heads, groups], len, turned, &self.device, |half| half)?,
                    }
                }
            };
            to.put(&from, 0)?;
        }
        part.len = len;
        Ok(())
    }
}

/// Bytes of one token's keys, or values, in one head.
pub fn token_bytes(kv_type: KvType, head_dim: usize) -> usize {
    match kv_type {
        KvType::F32 => 4 * head_dim,
        KvType::F16 => 2 * head_dim,
        KvType::Q8_0 => head_dim + 2 * head_dim.div_ceil(KV_GROUP),
    }
}

impl Numbers {
    /// Writes `numbers` from token `at` on. Only of a buffer that nobody else sees.
    fn put(&self, numbers: &Self, at: usize) -> Result<()> {
        match (self, numbers) {
            (Self::Plain(to), Self::Plain(from)) => to.slice_set(from, 1, at),
            (Self::Q8_0 { quants, scales }, Self::Q8_0 { quants: from, scales: from_scales }) => {
                quants.slice_set(from, 1, at)?;
                scales.slice_set(from_scales, 1, at)
            }
            _ => candle_core::bail!("caches of two types are mixed"),
        }
    }

    /// Copies the first `len` tokens to `to`, from token `at` on.
    fn copy(&self, len: usize, to: &Self, at: usize) -> Result<()> {
        let part = |x: &Tensor| x.narrow(1, 0, len)?.contiguous();
        let numbers = match self {
            Self::Plain(numbers) => Self::Plain(part(numbers)?),
            Self::Q8_0 { quants, scales } => Self::Q8_0 { quants: part(quants)?, scales: part(scales)? },
        };
        to.put(&numbers, at)
    }

    /// `len` tokens from `from` on in f32, `[kv_heads, len, head_dim]`.
    fn read(&self, from: usize, len: usize) -> Result<Tensor> {
        match self {
            Self::Plain(numbers) => numbers.narrow(1, from, len)?.to_dtype(DType::F32)?.contiguous(),
            Self::Q8_0 { quants, scales } => {
                let (heads, _, width) = quants.dims3()?;
                let groups = scales.dim(2)?;
                let scales = scales.narrow(1, from, len)?.to_dtype(DType::F32)?.unsqueeze(3)?; // [kv_heads, len, groups, 1]
                let scales = scales.broadcast_as((heads, len, groups, KV_GROUP))?.contiguous()?.reshape((heads, len, groups * KV_GROUP))?;
                let quants = (quants.narrow(1, from, len)?.to_dtype(DType::F32)? - 128.0)?;
                quants * scales.narrow(2, 0, width)?
            }
        }
    }
}

/// Keys or values in host memory, one row a token: `[tokens][kv_heads * ...]`.
#[derive(Debug, Default)]
struct Side {
    floats: Vec<Vec<f32>>,
    /// Numbers, or the scales of quants.
    halves: Vec<Vec<f16>>,
    quants: Vec<Vec<i8>>,
}

impl Side {
    fn add(&mut self, numbers: &Numbers, len: usize) -> Result<()> {
        let rows = |x: &Tensor| x.narrow(1, 0, len)?.transpose(0, 1)?.contiguous()?.flatten_from(1)?.to_device(&Device::Cpu);
        match numbers {
            Numbers::Plain(numbers) if numbers.dtype() == DType::F32 => self.floats.extend(rows(numbers)?.to_vec2::<f32>()?),
            Numbers::Plain(halves) => self.halves.extend(rows(halves)?.to_vec2::<f16>()?),
            Numbers::Q8_0 { quants, scales } => {
                let signed = |row: Vec<u8>| -> Vec<i8> { row.into_iter().map(|quant| (i16::from(quant) - 128) as i8).collect() };
                self.quants.extend(rows(quants)?.to_vec2::<u8>()?.into_iter().map(signed));
                self.halves.extend(rows(scales)?.to_vec2::<f16>()?);
            }
        }
        Ok(())
    }
}

/// Page `index` of `rows`, one a token, `[heads * width]` each: `[heads, width, PAGE_TOKENS]` where `turned`, else `[heads, PAGE_TOKENS, width]`.
fn page_of<T: Copy + Default>(rows: &[Vec<T>], [heads, width]: [usize; 2], index: usize, turned: bool) -> Vec<T> {
    let mut page = vec![T::default(); heads * width * PAGE_TOKENS];
    for (slot, row) in rows.iter().skip(index * PAGE_TOKENS).take(PAGE_TOKENS).enumerate() {
        for (place, &value) in row.iter().enumerate() {
            let to = place_in_page(place, width, slot, turned);
            if let Some(to) = page.get_mut(to) {
                *to = value;
            }
        }
    }
    page
}

/// The reverse of [`page_of`] for the first `len` tokens: a tensor `[heads, len, width]` on `device`.
fn rows_of<T: Copy, U: Copy + Default + candle_core::WithDType>(
    pages: &[&[T]],
    [heads, width]: [usize; 2],
    len: usize,
    turned: bool,
    device: &Device,
    convert: impl Fn(T) -> U,
) -> Result<Tensor> {
    let mut rows = vec![U::default(); heads * len * width];
    for (index, page) in pages.iter().enumerate() {
        for slot in 0..PAGE_TOKENS.min(len.saturating_sub(index * PAGE_TOKENS)) {
            let token = index * PAGE_TOKENS + slot;
            for place in 0..heads * width {
                let (head, column) = (place / width, place % width);
                if let Some(&value) = page.get(place_in_page(place, width, slot, turned)) {
                    rows[(head * len + token) * width + column] = convert(value);
                }
            }
        }
    }
    Tensor::from_vec(rows, (heads, len, width), device)
}

/// Where number `place` of a token, `[heads, width]`, stands in a page whose `slot` it has.
fn place_in_page(place: usize, width: usize, slot: usize, turned: bool) -> usize {
    let (head, column) = (place / width, place % width);
    if turned { place * PAGE_TOKENS + slot } else { (head * PAGE_TOKENS + slot) * width + column }
}

fn joined(parts: &[Tensor]) -> Result<Tensor> {
    match parts {
        [one] => Ok(one.clone()),
        _ => Tensor::cat(parts, 1),
    }
}
