//! Rows of f32 as blocks of any type that can be written.

use super::super::elementwise::at_level;
use super::super::{BlockType, Level};
use super::{iq4, k_quants, plain};

/// Writes rows of `columns` values as `block`. `importance` says how much each column matters, where that is known: a mean of the squares of
/// what it is multiplied with. `values` and `out` are whole rows, as many of each.
pub fn encode(block: BlockType, columns: usize, values: &[f32], importance: Option<&[f32]>, out: &mut [u8]) {
    encode_at(Level::detect(), block, columns, values, importance, out);
}

/// [`encode`] with the instructions of `level`.
pub(super) fn encode_at(level: Level, block: BlockType, columns: usize, values: &[f32], importance: Option<&[f32]>, out: &mut [u8]) {
    at_level!(level, encode_inline(block: BlockType, columns: usize, values: &[f32], importance: Option<&[f32]>, out: &mut [u8]));
}

#[inline(always)]
fn encode_inline(block: BlockType, columns: usize, values: &[f32], importance: Option<&[f32]>, out: &mut [u8]) {
    match block {
        BlockType::F32 => plain::f32s(values, out),
        BlockType::F16 => plain::f16s(values, out),
        BlockType::BF16 => plain::bf16s(values, out),
        BlockType::Q8_0 => each::<32, 34>(columns, values, importance, out, |x, _, _, out| plain::q8_0(x, out)),
        BlockType::Q4_0 => {
            each::<32, 18>(columns, values, importance, out, |x, own, spread, out| plain::symmetric::<8>(x, own, spread, out))
        }
        BlockType::Q5_0 => {
            each::<32, 22>(columns, values, importance, out, |x, own, spread, out| plain::symmetric::<16>(x, own, spread, out))
        }
        BlockType::Q4_1 => {
            each::<32, 20>(columns, values, importance, out, |x, own, spread, out| plain::between::<15>(x, own, spread, out))
        }
        BlockType::Q5_1 => {
            each::<32, 24>(columns, values, importance, out, |x, own, spread, out| plain::between::<31>(x, own, spread, out))
        }
        BlockType::Q4K => each::<256, 144>(columns, values, importance, out, |x, own, _, out| k_quants::with_minimums::<15>(x, own, out)),
        BlockType::Q5K => each::<256, 176>(columns, values, importance, out, |x, own, _, out| k_quants::with_minimums::<31>(x, own, out)),
        BlockType::Q6K => each::<256, 210>(columns, values, importance, out, |x, own, _, out| k_quants::q6_k(x, own, out)),
        BlockType::Iq4Nl => each::<32, 18>(columns, values, importance, out, |x, own, _, out| iq4::iq4_nl(x, own, out)),
        BlockType::Iq4Xs => each::<256, 136>(columns, values, importance, out, |x, own, _, out| iq4::iq4_xs(x, own, out)),
        _ => {}
    }
}

/// Calls `put` with every block, the importance of its columns and the mean square of its row (where there is importance, else 0).
#[inline(always)]
fn each<const LENGTH: usize, const BYTES: usize>(
    columns: usize,
    values: &[f32],
    importance: Option<&[f32]>,
    out: &mut [u8],
    put: impl Fn(&[f32; LENGTH], Option<&[f32]>, f32, &mut [u8; BYTES]),
) {
    let row_bytes = columns / LENGTH * BYTES;
    if row_bytes == 0 {
        return;
    }
    for (row, out) in values.chunks_exact(columns).zip(out.chunks_exact_mut(row_bytes)) {
        let spread = if importance.is_some() { plain::spread(row) } else { 0.0 };
        for (at, (x, out)) in row.as_chunks::<LENGTH>().0.iter().zip(out.as_chunks_mut::<BYTES>().0).enumerate() {
            put(x, importance.map(|all| all.get(LENGTH * at..).unwrap_or_default()), spread, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::dequantize;
    use super::*;
    use BlockType::{BF16, F16, F32, Iq4Nl, Iq4Xs, Q4_0, Q4_1, Q4K, Q5_0, Q5_1, Q5K, Q6K, Q8_0};

    const TYPES: [BlockType; 13] = [F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4K, Q5K, Q6K, Iq4Nl, Iq4Xs];

    /// Numbers like weights: many small ones, few large.
    fn weights(count: usize) -> Vec<f32> {
        let mut state = 88_172_645_463_325_252u64;
        let mut unit = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
        };
        (0..count).map(|_| (0..6).map(|_| unit()).sum::<f32>() * 0.05).collect()
    }

    fn round_trip(level: Level, block: BlockType, columns: usize, x: &[f32], importance: Option<&[f32]>) -> (Vec<u8>, Vec<f32>) {
        let mut bytes = vec![0; x.len() / columns * block.row_bytes(columns).unwrap()];
        encode_at(level, block, columns, x, importance, &mut bytes);
        let mut out = vec![0.0; x.len()];
        dequantize(block, &bytes, &mut out);
        (bytes, out)
    }

    fn error(x: &[f32], y: &[f32], importance: Option<&[f32]>) -> f64 {
        let weight = |i: usize| f64::from(importance.map_or(1.0, |all| all[i % all.len()]));
        let sum: f64 = x.iter().zip(y).enumerate().map(|(i, (x, y))| weight(i) * f64::from(x - y).powi(2)).sum();
        (sum / x.iter().enumerate().map(|(i, x)| weight(i) * f64::from(*x).powi(2)).sum::<f64>()).sqrt()
    }

    /// The error of each type, as a share of the values, is what its bits allow; importance lowers the error where it counts.
    #[test]
    fn what_was_encoded_is_near_what_was_given() {
        let x = weights(64 * 512);
        let importance: Vec<f32> = (0..512).map(|i| if i % 7 == 0 { 9.0 } else { 0.2 }).collect();
        for (block, most) in [
            (F32, 0.0),
            (F16, 3e-4),
            (BF16, 3e-3),
            (Q8_0, 6e-3),
            (Q6K, 0.02),
            (Q5K, 0.042),
            (Q5_1, 0.05),
            (Q5_0, 0.05),
            (Q4K, 0.085),
            (Q4_1, 0.1),
            (Q4_0, 0.1),
            (Iq4Xs, 0.095),
            (Iq4Nl, 0.09),
        ] {
            let (_, plain) = round_trip(Level::detect(), block, 512, &x, None);
            let (_, weighed) = round_trip(Level::detect(), block, 512, &x, Some(&importance));
            let found = error(&x, &plain, None);
            assert!(found <= most, "{block:?}: {found}");
            let [plain, weighed] = [plain, weighed].map(|y| error(&x, &y, Some(&importance)));
            assert!(weighed <= plain * 1.001, "{block:?}: {weighed} with importance, {plain} without");
        }
    }

    #[test]
    fn odd_rows_are_no_trouble() {
        let same = vec![0.25f32; 256];
        let one: Vec<f32> = (0..256).map(|i| if i == 77 { -3.0 } else { 0.0 }).collect();
        let tiny: Vec<f32> = weights(256).iter().map(|x| x * 1e-30).collect();
        let large: Vec<f32> = weights(256).iter().map(|x| x * 1e4).collect();
        for x in [&vec![0.0f32; 256], &same, &one, &tiny, &large] {
            let size = x.iter().fold(0.0f32, |size, x| size.max(x.abs()));
            let importance = [vec![0.0; 256], vec![1.0; 256]];
            for (block, importance) in
                TYPES.into_iter().flat_map(|block| [None, Some(&importance[0]), Some(&importance[1])].map(|i| (block, i)))
            {
                let (_, out) = round_trip(Level::detect(), block, 256, x, importance.map(Vec::as_slice));
                // Scales are halves: what is tiny becomes zero, and so does what does not count.
                let most = if size < 1e-6 || importance.is_some_and(|all| all[0] == 0.0) { 2.0 } else { 0.2 };
                for (x, y) in x.iter().zip(&out) {
                    assert!(y.is_finite() && (x - y).abs() <= most * size, "{block:?}: {x} became {y}");
                }
            }
        }
    }

    /// The rounding of ggml, as its `gguf` package for Python writes these values (0.19.0, `quants.quantize`).
    #[test]
    fn blocks_of_32_have_the_bits_of_ggml() {
        let x: Vec<f32> = (0..32).map(|i| ((i * 37) % 64) as f32 / 16.0 - 1.97).collect();
        for (block, expected) in KNOWN {
            let (bytes, _) = round_trip(Level::detect(), block, 32, &x, None);
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hex, expected, "{block:?}");
            assert_eq!(round_trip(Level::Scalar, block, 32, &x, None).0, bytes, "{block:?}");
        }
    }

    #[test]
    fn bits_are_the_same_on_every_machine() {
        let x = weights(8 * 512);
        let importance: Vec<f32> = (0..512).map(|i| if i % 7 == 0 { 9.0 } else { 0.2 }).collect();
        for block in TYPES {
            for importance in [None, Some(importance.as_slice())] {
                let [found, scalar] = [Level::detect(), Level::Scalar].map(|level| round_trip(level, block, 512, &x, importance).0);
                assert!(found == scalar, "{block:?}");
            }
        }
    }

    const KNOWN: [(BlockType, &str); 5] = [
        (Q8_0, "f1238116a93ed267fa8d22b54ade7306992ec157ea7f12a53ace63f6891eb146da6f"),
        (Q4_0, "e13340d973fc952ec851ea731da63fc862fb"),
        (Q5_0, "e12f2ab55aa980b3d5f82a5d7fa2c4f7194c6e91b3e6"),
        (Q4_1, "3334e1bf40d962fb952eb751da730c953ec851ea"),
        (Q5_1, "1130e1bf2ab55aa980a2d5f72a4c7f91c4e6193b6e80b3d5"),
    ];
}
