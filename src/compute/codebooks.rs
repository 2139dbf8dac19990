//! Blocks whose weights are entries of codebooks, or four bits with an exponent, as f32. Layouts are ggml's (`ggml-quants.c`); 256 weights a
//! block, but for MXFP4's 32.

use super::BlockType;
use super::grids::{Grid, IQ2_S, IQ2_XS, IQ2_XXS, IQ3_S, IQ3_XXS, signs};
use super::unpack::half_at;

/// Whole blocks as f32; false for types that are not of this kind.
pub(super) fn dequantize(block: BlockType, bytes: &[u8], out: &mut [f32]) -> bool {
    match block {
        BlockType::Iq2Xxs => decode(bytes, out, iq2_xxs),
        BlockType::Iq2Xs => decode(bytes, out, iq2_xs),
        BlockType::Iq2S => decode(bytes, out, iq2_s),
        BlockType::Iq3Xxs => decode(bytes, out, iq3_xxs),
        BlockType::Iq3S => decode(bytes, out, iq3_s),
        BlockType::Mxfp4 => decode(bytes, out, mxfp4),
        _ => return false,
    }
    true
}

fn decode<const BYTES: usize, const LENGTH: usize>(bytes: &[u8], out: &mut [f32], block: fn(&[u8; BYTES], &mut [f32; LENGTH])) {
    bytes.as_chunks::<BYTES>().0.iter().zip(out.as_chunks_mut::<LENGTH>().0).for_each(|(bytes, out)| block(bytes, out));
}

/// `scale` times eight weights of a codebook, each with its sign.
fn eight(scale: f32, sizes: [u8; 8], signs: u8, out: &mut [f32; 8]) {
    for (at, (out, size)) in out.iter_mut().zip(sizes).enumerate() {
        let value = scale * f32::from(size);
        *out = if signs >> at & 1 == 1 { -value } else { value };
    }
}

/// An entry; one that is not there has no size.
fn entry<const W: usize>(grid: &Grid<W>, index: usize) -> [u8; W] {
    grid.entries().get(index).copied().unwrap_or([0; W])
}

/// Two entries of four weights.
fn pair(grid: &Grid<4>, indices: [usize; 2]) -> [u8; 8] {
    let [first, second] = indices.map(|index| entry(grid, index));
    std::array::from_fn(|at| if at < 4 { first[at] } else { second[at - 4] })
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn nibble(bytes: &[u8], number: usize) -> u8 {
    bytes.get(number / 2).map_or(0, |byte| byte >> (4 * (number % 2)) & 15)
}

/// The scale of IQ2: four bits for sixteen weights, or 32.
fn iq2_scale(d: f32, bits: u8) -> f32 {
    d * (0.5 + f32::from(bits)) * 0.25
}

fn iq2_xxs(block: &[u8; 66], out: &mut [f32; 256]) {
    let d = half_at(block, 0);
    for (number, out) in out.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        let (part, at) = (number / 4, number % 4);
        let bits = word(block, 2 + 8 * part + 4);
        eight(iq2_scale(d, (bits >> 28) as u8), entry(&IQ2_XXS, usize::from(block[2 + 8 * part + at])), signs(bits >> (7 * at)), out);
    }
}

fn iq2_xs(block: &[u8; 74], out: &mut [f32; 256]) {
    let d = half_at(block, 0);
    for (number, out) in out.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        let bits = u16::from_le_bytes([block[2 + 2 * number], block[3 + 2 * number]]);
        let scale = iq2_scale(d, nibble(&block[66..], number / 2));
        eight(scale, entry(&IQ2_XS, usize::from(bits & 511)), signs(u32::from(bits >> 9)), out);
    }
}

fn iq2_s(block: &[u8; 82], out: &mut [f32; 256]) {
    let d = half_at(block, 0);
    for (number, out) in out.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        let high = block[66 + number / 4] >> (2 * (number % 4)) & 3;
        let index = usize::from(block[2 + number]) | usize::from(high) << 8;
        eight(iq2_scale(d, nibble(&block[74..], number / 2)), entry(&IQ2_S, index), block[34 + number], out);
    }
}

fn iq3_xxs(block: &[u8; 98], out: &mut [f32; 256]) {
    let d = half_at(block, 0);
    for (number, out) in out.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        let (part, at) = (number / 4, number % 4);
        let bits = word(block, 66 + 4 * part);
        let scale = d * (0.5 + (bits >> 28) as f32) * 0.5;
        let sizes = pair(&IQ3_XXS, [0, 1].map(|half| usize::from(block[2 + 2 * number + half])));
        eight(scale, sizes, signs(bits >> (7 * at)), out);
    }
}

fn iq3_s(block: &[u8; 110], out: &mut [f32; 256]) {
    let d = half_at(block, 0);
    for (number, out) in out.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        let index = |half: usize| {
            let at = 2 * number + half;
            usize::from(block[2 + at]) | usize::from(block[66 + at / 8] >> (at % 8) & 1) << 8
        };
        let scale = d * (1.0 + 2.0 * f32::from(nibble(&block[106..], number / 4)));
        eight(scale, pair(&IQ3_S, [0, 1].map(index)), block[74 + number], out);
    }
}

/// Twice the values of OCP's E2M1 (Microscaling Formats 1.0, table 5).
const E2M1: [i8; 16] = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

fn mxfp4(block: &[u8; 17], out: &mut [f32; 32]) {
    // Half of two to the power of the exponent, since the values are doubled.
    let exponent = u32::from(block[0]);
    let scale = f32::from_bits(if exponent < 2 { 0x0020_0000 << exponent } else { (exponent - 1) << 23 });
    let (low, high) = out.split_at_mut(16);
    for ((low, high), byte) in low.iter_mut().zip(high).zip(&block[1..]) {
        *low = scale * f32::from(E2M1[usize::from(byte & 15)]);
        *high = scale * f32::from(E2M1[usize::from(byte >> 4)]);
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use serde_json::Value;
    use sha2::{Digest, Sha256};

    use super::super::Level;
    use super::super::elementwise::dequantize_at;
    use super::*;

    /// `tests/scripts/block_fixtures.py`: random blocks, and what the `gguf` package makes of them.
    #[test]
    fn every_type_is_what_ggml_says() {
        let text = include_str!("../../tests/fixtures/blocks/dequantized.json");
        let all: Value = serde_json::from_str(text).unwrap();
        let mut checked = 0;
        for (name, expected) in all.as_object().unwrap() {
            let number = expected["number"].as_u64().unwrap() as u32;
            // A type that is refused by name elsewhere.
            let Some(block) = BlockType::from_ggml(number) else { continue };
            let digits = expected["blocks"].as_str().unwrap().as_bytes();
            let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
            let bytes: Vec<u8> = digits.chunks_exact(2).map(byte).collect();
            for level in Level::available() {
                let mut out = vec![0.0; expected["length"].as_u64().unwrap() as usize];
                dequantize_at(level, block, &bytes, &mut out);
                let mut hash = String::new();
                let digest = Sha256::digest(out.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>());
                digest.iter().for_each(|byte| write!(hash, "{byte:02x}").unwrap());
                assert_eq!(
                    hash,
                    expected["sha256"].as_str().unwrap(),
                    "{name} {level:?}: {:?} instead of {}",
                    &out[..4],
                    expected["first"]
                );
            }
            checked += 1;
        }
        assert!(checked >= 15, "{checked}");
    }
}
