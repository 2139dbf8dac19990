//! A page of the KV cache: keys and values of a few tokens in one layer, in a type of numbers.

use half::f16;
use half::slice::HalfFloatSliceExt;

use crate::compute::{KV_GROUP, KvRows};

/// Tokens in a page. A fork shares whole pages and copies only the one it writes into, so pages are small.
pub const PAGE_TOKENS: usize = 64;

/// How the numbers of a cache are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KvType {
    /// Two bytes a number.
    #[default]
    F16,
    /// Four bytes a number: nothing is rounded.
    F32,
    /// A little more than one byte: for long prompts in little memory; answers may differ from those with f16.
    Q8_0,
}

impl KvType {
    /// llama.cpp's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::F16 => "f16",
            Self::F32 => "f32",
            Self::Q8_0 => "q8_0",
        }
    }
}

/// Numbers of one page, in the order that [`KvRows`] says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Rows {
    F32(Vec<f32>),
    F16(Vec<f16>),
    Q8_0 { quants: Vec<i8>, scales: Vec<f16> },
}

impl Rows {
    pub(super) fn view(&self) -> KvRows<'_> {
        match self {
            Self::F32(floats) => KvRows::F32(floats),
            Self::F16(halves) => KvRows::F16(halves),
            Self::Q8_0 { quants, scales } => KvRows::Q8_0 { quants, scales },
        }
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::F32(floats) => 4 * floats.len(),
            Self::F16(halves) => 2 * halves.len(),
            Self::Q8_0 { quants, scales } => quants.len() + 2 * scales.len(),
        }
    }

    /// Writes `numbers`, a head of one token, at `first`, `first + step`, ...; its scales likewise.
    pub(super) fn put(&mut self, numbers: &[f32], (first, step): (usize, usize), (first_scale, scale_step): (usize, usize)) {
        match self {
            Self::F32(floats) => floats[first..].iter_mut().step_by(step).zip(numbers).for_each(|(to, from)| *to = *from),
            Self::F16(halves) if step == 1 => halves[first..first + numbers.len()].convert_from_f32_slice(numbers),
            Self::F16(halves) => {
                let mut rounded = vec![f16::ZERO; numbers.len()];
                rounded.convert_from_f32_slice(numbers);
                halves[first..].iter_mut().step_by(step).zip(rounded).for_each(|(to, from)| *to = from);
            }
            Self::Q8_0 { quants, scales } => {
                for (group, numbers) in numbers.chunks(KV_GROUP).enumerate() {
                    let largest = numbers.iter().fold(0f32, |largest, x| largest.max(x.abs()));
                    let scale = f16::from_f32(largest / 127.0);
                    scales[first_scale + group * scale_step] = scale;
                    let inverse = if scale.to_f32() > 0.0 { 1.0 / scale.to_f32() } else { 0.0 };
                    let to = quants[first + group * KV_GROUP * step..].iter_mut().step_by(step);
                    to.zip(numbers).for_each(|(to, x)| *to = (x * inverse).round_ties_even().clamp(-127.0, 127.0) as i8);
                }
            }
        }
    }
}

/// Keys and values of [`PAGE_TOKENS`] tokens in one layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// `[kv_heads, head_dim, PAGE_TOKENS]`
    pub(super) keys: Rows,
    /// `[kv_heads, PAGE_TOKENS, head_dim]`
    pub(super) values: Rows,
}
