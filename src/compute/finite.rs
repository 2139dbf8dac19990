//! Whether stored weights are numbers: NaN and infinity are found by their exponents, in blocks by those of their scales.

use std::sync::atomic::{AtomicBool, Ordering};

use super::block::BlockType;
use super::pool::Pool;

/// Bytes that a thread looks at in one go: whole blocks of every type.
const BAND: usize = 1 << 20;

/// Where a block keeps its scales, f16 each.
fn scales(block: BlockType) -> &'static [usize] {
    match block {
        BlockType::F32 | BlockType::F16 | BlockType::BF16 => &[],
        BlockType::Q4_0 | BlockType::Q5_0 | BlockType::Q8_0 | BlockType::Iq4Nl | BlockType::Iq4Xs => &[0],
        BlockType::Q4_1 | BlockType::Q5_1 | BlockType::Q4K | BlockType::Q5K => &[0, 2],
        BlockType::Q2K => &[80, 82],
        BlockType::Q3K => &[108],
        BlockType::Q6K => &[208],
        BlockType::Iq2Xxs | BlockType::Iq2Xs | BlockType::Iq2S | BlockType::Iq3Xxs | BlockType::Iq3S => &[0],
        BlockType::Mxfp4 => &[],
    }
}

/// Whether all weights in `bytes`, stored as `block`, are finite. Reads all of it, at the speed of memory.
pub fn all_finite(pool: &Pool, block: BlockType, bytes: &[u8]) -> bool {
    let finite = AtomicBool::new(true);
    let band = (BAND / block.block_bytes()).max(1) * block.block_bytes();
    pool.for_each(bytes.chunks(band), |bytes| {
        if finite.load(Ordering::Relaxed) && !band_is_finite(block, bytes) {
            finite.store(false, Ordering::Relaxed);
        }
    });
    finite.into_inner()
}

/// The same of a few whole blocks, on this thread.
pub fn band_is_finite(block: BlockType, bytes: &[u8]) -> bool {
    // Sums of conditions instead of an early end: the compiler makes vectors of them.
    let halves = |bytes: &[u8], exponent: u16| {
        let pairs = bytes.as_chunks::<2>().0;
        pairs.iter().map(|pair| u32::from(u16::from_le_bytes(*pair) & exponent == exponent)).sum::<u32>() == 0
    };
    match block {
        BlockType::F32 => {
            const EXPONENT: u32 = 0x7f80_0000;
            let fours = bytes.as_chunks::<4>().0;
            fours.iter().map(|four| u32::from(u32::from_le_bytes(*four) & EXPONENT == EXPONENT)).sum::<u32>() == 0
        }
        BlockType::F16 => halves(bytes, 0x7c00),
        BlockType::BF16 => halves(bytes, 0x7f80),
        // An exponent: from here on the largest value is beyond f32.
        BlockType::Mxfp4 => bytes.chunks_exact(block.block_bytes()).all(|block| block.first().is_some_and(|exponent| *exponent < 253)),
        blocks => {
            let scales = scales(blocks);
            bytes
                .chunks_exact(blocks.block_bytes())
                .all(|block| scales.iter().all(|&at| block.get(at..at + 2).is_some_and(|scale| halves(scale, 0x7c00))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{dequantize, global};
    use super::*;

    /// Of every byte that holds part of a scale, all values: what is found is what unpacking gives.
    #[test]
    fn what_is_found_is_what_is_unpacked() {
        use BlockType::{BF16, F16, F32, Iq4Nl, Iq4Xs, Q2K, Q3K, Q4_0, Q4_1, Q4K, Q5_0, Q5_1, Q5K, Q6K, Q8_0};
        for block in [F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2K, Q3K, Q4K, Q5K, Q6K, Iq4Nl, Iq4Xs] {
            let bytes = block.block_bytes();
            for at in 0..bytes {
                for value in [0x7c, 0xfc, 0x7f, 0xff] {
                    let mut data = vec![0x11; 3 * bytes];
                    data[bytes + at] = value;
                    data[bytes + (at ^ 1).min(bytes - 1)] = 0x80;
                    let mut out = vec![0.0; 3 * block.block_len()];
                    dequantize(block, &data, &mut out);
                    let finite = out.iter().all(|x| x.is_finite());
                    assert_eq!(all_finite(global(), block, &data), finite, "{block:?}, byte {at} {value:#x}");
                }
            }
        }
    }
}
