//! Blocks of quantised weights as unsigned bytes with scales. Layouts are ggml's (`ggml-common.h`, `ggml-quants.c`).
//!
//! Every quantised weight is `scale * (byte - offset) - minimum`, with a scale and a minimum for each [`GROUP`] weights and an offset
//! that belongs to the type.

use super::BlockType;
use super::lanes::LANES;

/// Weights that share a scale; the finest grain of any type (Q6_K's).
pub const GROUP: usize = 16;

/// Rows are padded to whole steps of this many columns.
pub const STEP: usize = 64;

/// One row of quantised weights, unpacked.
#[derive(Debug, Clone, Default)]
pub struct UnpackedRow {
    /// One byte a weight; the length is a multiple of [`STEP`], zero behind the row's end.
    pub bytes: Vec<u8>,
    /// One a group; zero behind the row's end.
    pub scales: Vec<f32>,
    /// `scale * offset + minimum`, one a group; what is subtracted for every unit of activation. Zero behind the row's end.
    pub biases: Vec<f32>,
}

/// What the byte of a weight of value zero is (before minimums); `None` for types that are not unpacked to bytes.
pub fn offset(block: BlockType) -> Option<u8> {
    match block {
        BlockType::Q4_0 => Some(8),
        BlockType::Q5_0 => Some(16),
        // The values of IQ4 are signed bytes.
        BlockType::Q8_0 | BlockType::Iq4Nl | BlockType::Iq4Xs => Some(128),
        BlockType::Q6K => Some(32),
        BlockType::Q4_1 | BlockType::Q5_1 | BlockType::Q4K | BlockType::Q5K => Some(0),
        _ => None,
    }
}

impl UnpackedRow {
    /// Room for rows of `columns` weights.
    pub fn new(columns: usize) -> Self {
        let steps = columns.div_ceil(STEP);
        let groups = (steps * STEP / GROUP).next_multiple_of(LANES);
        Self { bytes: vec![0; steps * STEP], scales: vec![0.0; groups], biases: vec![0.0; groups] }
    }

    /// Unpacks a row. `bytes` is a whole number of blocks of a type with an [`offset`], of as many columns as this was made for.
    #[inline(always)]
    pub fn fill(&mut self, block: BlockType, bytes: &[u8]) {
        unpack_row(block, bytes, &mut self.bytes, &mut self.scales, &mut self.biases);
    }
}

#[inline(always)]
pub(super) fn half_at(bytes: &[u8], at: usize) -> f32 {
    // `f16::to_f32` asks for the processor's features on every call; this is the same conversion by arithmetic, without a branch.
    let bits = u32::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let shifted = (bits & 0x7fff) << 13;
    let finite = f32::from_bits(shifted) * f32::from_bits(0x7780_0000); // * 2^112
    let magnitude = if shifted >= 0x0f80_0000 { f32::from_bits(shifted | 0x7f80_0000) } else { finite };
    f32::from_bits(magnitude.to_bits() | ((bits & 0x8000) << 16))
}

#[inline(always)]
fn unpack_row(block: BlockType, bytes: &[u8], out: &mut [u8], scales: &mut [f32], biases: &mut [f32]) {
    match block {
        BlockType::Q4_0 => each::<18, 32, 2>(bytes, out, scales, biases, |b, o, s, m| {
            legacy::<18, 2, false>(b, half_at(b, 0), 8.0 * half_at(b, 0), o, s, m)
        }),
        BlockType::Q4_1 => {
            each::<20, 32, 2>(bytes, out, scales, biases, |b, o, s, m| legacy::<20, 4, false>(b, half_at(b, 0), -half_at(b, 2), o, s, m))
        }
        BlockType::Q5_0 => each::<22, 32, 2>(bytes, out, scales, biases, |b, o, s, m| {
            legacy::<22, 6, true>(b, half_at(b, 0), 16.0 * half_at(b, 0), o, s, m)
        }),
        BlockType::Q5_1 => {
            each::<24, 32, 2>(bytes, out, scales, biases, |b, o, s, m| legacy::<24, 8, true>(b, half_at(b, 0), -half_at(b, 2), o, s, m))
        }
        BlockType::Q8_0 => each::<34, 32, 2>(bytes, out, scales, biases, q8_0),
        BlockType::Q4K => each::<144, 256, 16>(bytes, out, scales, biases, q4_k),
        BlockType::Q5K => each::<176, 256, 16>(bytes, out, scales, biases, q5_k),
        BlockType::Q6K => each::<210, 256, 16>(bytes, out, scales, biases, q6_k),
        BlockType::Iq4Nl => each::<18, 32, 2>(bytes, out, scales, biases, iq4_nl),
        BlockType::Iq4Xs => each::<136, 256, 16>(bytes, out, scales, biases, iq4_xs),
        _ => {}
    }
}

/// Calls `unpack` for every block; sizes known to the compiler let it vectorise.
#[inline(always)]
fn each<const BYTES: usize, const LENGTH: usize, const GROUPS: usize>(
    bytes: &[u8],
    out: &mut [u8],
    scales: &mut [f32],
    biases: &mut [f32],
    unpack: impl Fn(&[u8; BYTES], &mut [u8; LENGTH], &mut [f32; GROUPS], &mut [f32; GROUPS]),
) {
    let groups = scales.as_chunks_mut().0.iter_mut().zip(biases.as_chunks_mut().0);
    for ((bytes, out), (scales, biases)) in bytes.as_chunks().0.iter().zip(out.as_chunks_mut().0).zip(groups) {
        unpack(bytes, out, scales, biases);
    }
}

/// Q4_0, Q4_1, Q5_0, Q5_1: low nibbles first, then high ones; the fifth bits, where there are any, stand in the four bytes before them.
#[inline(always)]
fn legacy<const BYTES: usize, const START: usize, const FIFTH: bool>(
    block: &[u8; BYTES],
    scale: f32,
    bias: f32,
    out: &mut [u8; 32],
    scales: &mut [f32; 2],
    biases: &mut [f32; 2],
) {
    let nibbles: [u8; 16] = std::array::from_fn(|i| block[START + i]);
    let mut unpacked = [0u8; 32];
    for i in 0..16 {
        unpacked[i] = nibbles[i] & 15;
        unpacked[i + 16] = nibbles[i] >> 4;
    }
    if FIFTH {
        let bits: [u8; 32] = std::array::from_fn(|i| block[START - 4 + i / 8] & (1 << (i % 8)));
        for i in 0..32 {
            unpacked[i] |= if bits[i] != 0 { 16 } else { 0 };
        }
    }
    *out = unpacked;
    *scales = [scale; 2];
    *biases = [bias; 2];
}

#[inline(always)]
fn q8_0(block: &[u8; 34], out: &mut [u8; 32], scales: &mut [f32; 2], biases: &mut [f32; 2]) {
    let scale = half_at(block, 0);
    *out = std::array::from_fn(|i| block[2 + i] ^ 0x80); // i8 + 128 as u8
    *scales = [scale; 2];
    *biases = [128.0 * scale; 2];
}

/// The eight 6-bit scales and minimums of a Q4_K or Q5_K block.
#[inline(always)]
fn k_scales(packed: &[u8]) -> ([u8; 8], [u8; 8]) {
    let (mut scales, mut minimums) = ([0; 8], [0; 8]);
    for i in 0..4 {
        scales[i] = packed[i] & 63;
        minimums[i] = packed[i + 4] & 63;
        scales[i + 4] = (packed[i + 8] & 15) | ((packed[i] >> 6) << 4);
        minimums[i + 4] = (packed[i + 8] >> 4) | ((packed[i + 4] >> 6) << 4);
    }
    (scales, minimums)
}

#[inline(always)]
fn put_k_scales(block: &[u8], scales: &mut [f32; 16], biases: &mut [f32; 16]) {
    let (d, dmin) = (half_at(block, 0), half_at(block, 2));
    let (block_scales, minimums) = k_scales(&block[4..16]);
    for i in 0..16 {
        scales[i] = d * f32::from(block_scales[i / 2]);
        biases[i] = dmin * f32::from(minimums[i / 2]);
    }
}

#[inline(always)]
fn q4_k(block: &[u8; 144], out: &mut [u8; 256], scales: &mut [f32; 16], biases: &mut [f32; 16]) {
    put_k_scales(block, scales, biases);
    for pair in 0..4 {
        let nibbles: [u8; 32] = std::array::from_fn(|i| block[16 + 32 * pair + i]);
        for i in 0..32 {
            out[64 * pair + i] = nibbles[i] & 15;
        }
        for i in 0..32 {
            out[64 * pair + 32 + i] = nibbles[i] >> 4;
        }
    }
}

#[inline(always)]
fn q5_k(block: &[u8; 176], out: &mut [u8; 256], scales: &mut [f32; 16], biases: &mut [f32; 16]) {
    put_k_scales(block, scales, biases);
    let fifth: [u8; 32] = std::array::from_fn(|i| block[16 + i]);
    for pair in 0..4 {
        let nibbles: [u8; 32] = std::array::from_fn(|i| block[48 + 32 * pair + i]);
        for i in 0..32 {
            out[64 * pair + i] = (nibbles[i] & 15) | (((fifth[i] >> (2 * pair)) & 1) << 4);
        }
        for i in 0..32 {
            out[64 * pair + 32 + i] = (nibbles[i] >> 4) | (((fifth[i] >> (2 * pair + 1)) & 1) << 4);
        }
    }
}

#[inline(always)]
fn q6_k(block: &[u8; 210], out: &mut [u8; 256], scales: &mut [f32; 16], biases: &mut [f32; 16]) {
    let d = half_at(block, 208);
    for half in 0..2 {
        let low: [u8; 64] = std::array::from_fn(|i| block[64 * half + i]);
        let high: [u8; 32] = std::array::from_fn(|i| block[128 + 32 * half + i]);
        let out = &mut out[128 * half..128 * half + 128];
        for i in 0..32 {
            out[i] = (low[i] & 15) | ((high[i] & 3) << 4);
            out[i + 32] = (low[i + 32] & 15) | (((high[i] >> 2) & 3) << 4);
            out[i + 64] = (low[i] >> 4) | (((high[i] >> 4) & 3) << 4);
            out[i + 96] = (low[i + 32] >> 4) | ((high[i] >> 6) << 4);
        }
    }
    for i in 0..16 {
        scales[i] = d * f32::from(block[192 + i] as i8);
        biases[i] = 32.0 * scales[i];
    }
}

/// What the sixteen numbers of IQ4_NL and IQ4_XS stand for (`kvalues_iq4nl`).
pub(super) const IQ4_VALUES: [i8; 16] = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

/// Sixteen bytes of nibbles, the low ones first, as values with an offset of 128.
#[inline(always)]
fn iq4_values(nibbles: &[u8], out: &mut [u8]) {
    for (i, &byte) in nibbles.iter().enumerate().take(16) {
        out[i] = (IQ4_VALUES[usize::from(byte & 15)] as u8) ^ 0x80;
        out[i + 16] = (IQ4_VALUES[usize::from(byte >> 4)] as u8) ^ 0x80;
    }
}

#[inline(always)]
fn iq4_nl(block: &[u8; 18], out: &mut [u8; 32], scales: &mut [f32; 2], biases: &mut [f32; 2]) {
    let scale = half_at(block, 0);
    iq4_values(&block[2..], out);
    *scales = [scale; 2];
    *biases = [128.0 * scale; 2];
}

/// A half-precision scale, the upper two bits of eight scales of groups, their lower four, then nibbles.
#[inline(always)]
fn iq4_xs(block: &[u8; 136], out: &mut [u8; 256], scales: &mut [f32; 16], biases: &mut [f32; 16]) {
    let d = half_at(block, 0);
    let upper = u16::from_le_bytes([block[2], block[3]]);
    for group in 0..8 {
        iq4_values(&block[8 + 16 * group..24 + 16 * group], &mut out[32 * group..32 * group + 32]);
        let lower = (block[4 + group / 2] >> (4 * (group % 2))) & 15;
        let scale = d * f32::from(i16::from(lower) + 16 * ((upper >> (2 * group)) & 3) as i16 - 32);
        scales[2 * group..2 * group + 2].fill(scale);
        biases[2 * group..2 * group + 2].fill(128.0 * scale);
    }
}

/// `dequantize` in portable Rust, to be compiled for each level.
#[inline(always)]
pub(super) fn dequantize_inline(block: BlockType, bytes: &[u8], out: &mut [f32]) {
    match block {
        BlockType::F32 => bytes.as_chunks::<4>().0.iter().zip(out).for_each(|(b, o)| *o = f32::from_le_bytes(*b)),
        BlockType::F16 => bytes.as_chunks::<2>().0.iter().zip(out).for_each(|(b, o)| *o = half_at(b, 0)),
        BlockType::BF16 => {
            bytes.as_chunks::<2>().0.iter().zip(out).for_each(|(b, o)| *o = f32::from_bits(u32::from(u16::from_le_bytes(*b)) << 16))
        }
        BlockType::Q2K => bytes.chunks_exact(84).zip(out.chunks_exact_mut(256)).for_each(|(b, o)| dequantize_q2_k(b, o)),
        BlockType::Q3K => bytes.chunks_exact(110).zip(out.chunks_exact_mut(256)).for_each(|(b, o)| dequantize_q3_k(b, o)),
        _ => {
            let zero = offset(block).map_or(0.0, f32::from);
            let (mut unpacked, mut scales, mut biases) = ([0u8; 256], [0f32; 16], [0f32; 16]);
            let length = block.block_len();
            for (bytes, out) in bytes.chunks_exact(block.block_bytes()).zip(out.chunks_exact_mut(length)) {
                unpack_row(block, bytes, &mut unpacked[..length], &mut scales[..length / GROUP], &mut biases[..length / GROUP]);
                for (i, out) in out.iter_mut().enumerate() {
                    let (scale, bias) = (scales[i / GROUP], biases[i / GROUP]);
                    let minimum = if zero > 0.0 { 0.0 } else { bias };
                    *out = scale * (f32::from(unpacked[i]) - zero) - minimum;
                }
            }
        }
    }
}

fn dequantize_q2_k(block: &[u8], out: &mut [f32]) {
    let (d, dmin) = (half_at(block, 80), half_at(block, 82));
    for (i, out) in out.iter_mut().enumerate() {
        let (half, shift, place) = (i / 128, (i % 128) / 32 * 2, i % 32);
        let packed = block[i / 16];
        let quant = (block[16 + 32 * half + place] >> shift) & 3;
        *out = d * f32::from(packed & 15) * f32::from(quant) - dmin * f32::from(packed >> 4);
    }
}

fn dequantize_q3_k(block: &[u8], out: &mut [f32]) {
    let d = half_at(block, 108);
    let packed = &block[96..108];
    for (i, out) in out.iter_mut().enumerate() {
        let (half, shift, place) = (i / 128, (i % 128) / 32 * 2, i % 32);
        let group = i / 16;
        let low = if group < 8 { packed[group] & 15 } else { packed[group - 8] >> 4 };
        let high = (packed[8 + group % 4] >> (2 * (group / 4))) & 3;
        let scale = i32::from(low | (high << 4)) - 32;
        let bit = 1u8 << (4 * half + shift / 2);
        let quant = i32::from((block[32 + 32 * half + place] >> shift) & 3) - if block[place] & bit == 0 { 4 } else { 0 };
        *out = d * scale as f32 * quant as f32;
    }
}
