//! Products against their formula, and bit for bit between levels, batches and threads.

use super::*;
use proptest::prelude::*;

const TYPES: [BlockType; 21] = [
    BlockType::F32,
    BlockType::F16,
    BlockType::BF16,
    BlockType::Q4_0,
    BlockType::Q4_1,
    BlockType::Q5_0,
    BlockType::Q5_1,
    BlockType::Q8_0,
    BlockType::Q2K,
    BlockType::Q3K,
    BlockType::Q4K,
    BlockType::Q5K,
    BlockType::Q6K,
    BlockType::Iq4Nl,
    BlockType::Iq4Xs,
    BlockType::Iq2Xxs,
    BlockType::Iq2Xs,
    BlockType::Iq2S,
    BlockType::Iq3Xxs,
    BlockType::Iq3S,
    BlockType::Mxfp4,
];

/// Bytes of `rows` rows from a seed, with every half-precision scale made finite.
fn random_matrix(block: BlockType, rows: usize, columns: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut bytes: Vec<u8> = (0..rows * block.row_bytes(columns).unwrap())
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u8
        })
        .collect();
    for chunk in bytes.chunks_exact_mut(block.block_bytes()) {
        match block {
            BlockType::F32 | BlockType::BF16 => *chunk.last_mut().unwrap() = 0x3c,
            BlockType::Mxfp4 => chunk[0] = 0x70 | (chunk[0] & 15), // an exponent
            _ => scales_of(block).iter().for_each(|at| chunk[at + 1] = (chunk[at + 1] & 0x83) | 0x24),
        }
    }
    bytes
}

/// Where a block has its half-precision scales.
fn scales_of(block: BlockType) -> &'static [usize] {
    match block {
        BlockType::Q2K => &[80, 82],
        BlockType::Q3K => &[108],
        BlockType::Q6K => &[208],
        BlockType::Q4_1 | BlockType::Q5_1 | BlockType::Q4K | BlockType::Q5K => &[0, 2],
        BlockType::Mxfp4 => &[],
        _ => &[0],
    }
}

#[allow(clippy::too_many_arguments)] // each is varied by some test
fn product_in(
    phase: Phase,
    level: Level,
    threads: usize,
    block: BlockType,
    bytes: &[u8],
    rows: usize,
    columns: usize,
    x: &[f32],
) -> Vec<f32> {
    let m = x.len() / columns;
    let mut out = vec![0.0; m * rows];
    matmul_at(level, &Pool::new(threads), phase, x, m, &[Matrix { block, rows, columns, bytes }], &mut [&mut out]);
    out
}

fn product(level: Level, threads: usize, block: BlockType, bytes: &[u8], rows: usize, columns: usize, x: &[f32]) -> Vec<f32> {
    product_in(Phase::Decode, level, threads, block, bytes, rows, columns, x)
}

fn inputs(m: usize, columns: usize) -> Vec<f32> {
    (0..m * columns).map(|i| ((i * 7919 + 13) % 2003) as f32 / 1000.0 - 1.0).collect()
}

fn cases() -> impl Iterator<Item = (BlockType, Phase)> {
    TYPES.into_iter().flat_map(|block| [(block, Phase::Prefill), (block, Phase::Decode)])
}

#[test]
fn products_agree_with_the_dequantised_ones_within_the_activations_rounding() {
    for (block, phase) in cases() {
        let (rows, columns, m) = (23, 768, 3);
        let bytes = random_matrix(block, rows, columns, 42);
        let mut weights = vec![0.0; rows * columns];
        super::super::dequantize(block, &bytes, &mut weights);
        let x = inputs(m, columns);
        let out = product_in(phase, Level::detect(), 2, block, &bytes, rows, columns, &x);
        for t in 0..m {
            for r in 0..rows {
                let pairs = || weights[r * columns..(r + 1) * columns].iter().zip(&x[t * columns..(t + 1) * columns]);
                let exact: f64 = pairs().map(|(w, x)| f64::from(*w) * f64::from(*x)).sum();
                let size: f64 = pairs().map(|(w, x)| (f64::from(*w) * f64::from(*x)).powi(2)).sum::<f64>().sqrt();
                let error = (f64::from(out[t * rows + r]) - exact).abs();
                assert!(error <= 0.05 * size + 1e-6, "{block:?} row {r}: {} instead of {exact}, size {size}", out[t * rows + r]);
            }
        }
    }
}

/// 37 rows are no multiple of a tile; neither should `m` be.
#[track_caller]
fn check_bits(block: BlockType, phase: Phase, columns: usize, m: usize) {
    let rows = 37;
    let bytes = random_matrix(block, rows, columns, 7);
    let x = inputs(m, columns);
    let oracle = product_in(phase, Level::Scalar, 1, block, &bytes, rows, columns, &x);
    for level in Level::available() {
        for threads in [1, 3] {
            let out = product_in(phase, level, threads, block, &bytes, rows, columns, &x);
            assert_eq!(out, oracle, "{block:?} in {phase:?} at {level:?}, {columns} columns");
        }
        for t in 0..m {
            let alone = product_in(phase, level, 2, block, &bytes, rows, columns, &x[t * columns..(t + 1) * columns]);
            let expected = &oracle[t * rows..(t + 1) * rows];
            assert_eq!(alone, expected, "{block:?} in {phase:?}, token {t} alone at {level:?}, {columns} columns");
        }
    }
}

#[test]
fn bits_do_not_depend_on_level_batch_or_threads() {
    for (block, phase) in cases() {
        // 800 columns are no multiple of a step.
        check_bits(block, phase, if block.block_len() == 256 { 768 } else { 800 }, 11);
    }
}

#[test]
fn bits_are_the_same_where_activations_outgrow_the_first_level_cache() {
    // Nine spans and a part of one, ten where a block is a span; eight tokens are taken together, one is left.
    for block in TYPES {
        check_bits(block, Phase::Decode, if block.block_len() == 256 { 2560 } else { 2336 }, 9);
    }
}

/// Shapes at the edges of tiles, panels, chunks and blocks: bits alike at every level, each row of activations as alone, and nothing where
/// there is nothing.
#[track_caller]
fn check_shape(block: BlockType, phase: Phase, rows: usize, columns: usize, m: usize) {
    let bytes = random_matrix(block, rows, columns, (rows * 31 + columns) as u64);
    let x = inputs(m, columns);
    let run = |level, threads, x: &[f32]| -> Vec<u32> {
        product_in(phase, level, threads, block, &bytes, rows, columns, x).iter().map(|value| value.to_bits()).collect()
    };
    let oracle = run(Level::Scalar, 1, &x);
    for level in Level::available() {
        assert_eq!(run(level, 2, &x), oracle, "{block:?} in {phase:?} at {level:?}: {rows} rows of {columns}, {m} of activations");
        for (t, x) in x.chunks_exact(columns).enumerate() {
            assert_eq!(
                run(level, 1, x),
                oracle[t * rows..][..rows],
                "{block:?} in {phase:?}, {t} of {m} alone at {level:?}, {rows} x {columns}"
            );
        }
    }
}

#[test]
fn shapes_at_the_edges() {
    let shapes = [(0, 1), (0, 9), (1, 0), (1, 1), (1, 17), (2, 5), (5, 2), (15, 7), (16, 6), (17, 1), (17, 4), (31, 3), (33, 13)];
    for (block, phase) in cases() {
        let columns: &[usize] = match block.block_len() {
            1 => &[1, 7, 33, 63],
            32 => &[32, 96, 288],
            _ => &[256, 512],
        };
        for (&columns, (rows, m)) in columns.iter().flat_map(|columns| shapes.map(|shape| (columns, shape))) {
            check_shape(block, phase, rows, columns, m);
        }
    }
}

#[test]
fn several_matrices_share_an_input() {
    let (columns, m) = (256, 2);
    let x = inputs(m, columns);
    let (a, b) = (random_matrix(BlockType::Q4K, 5, columns, 1), random_matrix(BlockType::Q6K, 9, columns, 2));
    let (mut out_a, mut out_b) = (vec![0.0; m * 5], vec![0.0; m * 9]);
    let weights =
        [Matrix { block: BlockType::Q4K, rows: 5, columns, bytes: &a }, Matrix { block: BlockType::Q6K, rows: 9, columns, bytes: &b }];
    matmul(&Pool::new(2), Phase::Decode, &x, m, &weights, &mut [&mut out_a, &mut out_b]);
    assert_eq!(out_a, product(Level::Scalar, 1, BlockType::Q4K, &a, 5, columns, &x));
    assert_eq!(out_b, product(Level::Scalar, 1, BlockType::Q6K, &b, 9, columns, &x));
}

#[test]
fn a_weight_of_minus_128_and_extreme_activations_are_exact() {
    // One Q8_0 block of -128s with scale 1 (0x3c00), activations of one size: no rounding anywhere.
    let bytes = [&[0x00, 0x3c][..], &[0x80; 32]].concat();
    for (level, phase) in Level::available().into_iter().flat_map(|level| [(level, Phase::Prefill), (level, Phase::Decode)]) {
        let product = |level, threads, block, bytes: &[u8], rows, columns, x: &[f32]| {
            product_in(phase, level, threads, block, bytes, rows, columns, x)
        };
        for x in [1.0f32, -1.0, 1e30] {
            let out = product(level, 1, BlockType::Q8_0, &bytes, 1, 32, &[x; 32]);
            assert!((out[0] / (-128.0 * 32.0 * x) - 1.0).abs() < 1e-6, "{level:?}: {out:?}");
        }
        assert_eq!(product(level, 1, BlockType::Q8_0, &bytes, 1, 32, &[0.0; 32]), [0.0]);
        assert!(product(level, 1, BlockType::Q8_0, &bytes, 1, 32, &[f32::NAN; 32])[0].is_nan());
        assert!(product(level, 1, BlockType::Q8_0, &bytes, 1, 32, &[f32::INFINITY; 32])[0].is_nan());
    }
}

#[test]
fn a_row_that_is_no_number_spoils_no_other() {
    // Rows that end inside a span, whose kernels read into the next row.
    for block in TYPES.into_iter().filter(|block| block.block_len() == 32 && !scales_of(*block).is_empty()) {
        let (rows, columns, spoilt) = (18, 96, 11);
        let mut bytes = random_matrix(block, rows, columns, 3);
        let row_bytes = block.row_bytes(columns).unwrap();
        for chunk in bytes[spoilt * row_bytes..(spoilt + 1) * row_bytes].chunks_exact_mut(block.block_bytes()) {
            scales_of(block).iter().for_each(|&at| chunk[at..at + 2].copy_from_slice(&0x7e00u16.to_le_bytes()));
        }
        let x = inputs(3, columns);
        for (level, phase) in Level::available().into_iter().flat_map(|level| [(level, Phase::Prefill), (level, Phase::Decode)]) {
            let out = product_in(phase, level, 1, block, &bytes, rows, columns, &x);
            for (at, value) in out.iter().enumerate() {
                assert_eq!(value.is_nan(), at % rows == spoilt, "{block:?} in {phase:?} at {level:?}, row {}", at % rows);
            }
        }
    }
}

/// Every byte `fill`, every half-precision scale `half`: bits alike at every level, and near the dequantised product.
#[track_caller]
fn check_adversarial(block: BlockType, phase: Phase, fill: u8, half: u16) {
    // No multiple of a panel's rows, a chunk's or a span's columns.
    let (rows, columns, m) = (19, if block.block_len() == 256 { 768 } else { 480 }, 5);
    let mut bytes = vec![fill; rows * block.row_bytes(columns).unwrap()];
    for chunk in bytes.chunks_exact_mut(block.block_bytes()) {
        match block {
            BlockType::F32 => chunk.copy_from_slice(&half::f16::from_bits(half).to_f32().to_le_bytes()),
            BlockType::BF16 => chunk.copy_from_slice(&half::bf16::from_f32(half::f16::from_bits(half).to_f32()).to_le_bytes()),
            BlockType::Mxfp4 => chunk[0] = 0x70 + (half >> 12) as u8,
            _ => scales_of(block).iter().for_each(|&at| chunk[at..at + 2].copy_from_slice(&half.to_le_bytes())),
        }
    }
    let mut weights = vec![0.0; rows * columns];
    super::super::dequantize(block, &bytes, &mut weights);
    let x = inputs(m, columns);
    let oracle = product_in(phase, Level::Scalar, 1, block, &bytes, rows, columns, &x);
    for level in Level::available() {
        let out = product_in(phase, level, 2, block, &bytes, rows, columns, &x);
        let same = out.iter().zip(&oracle).all(|(a, b)| a.to_bits() == b.to_bits());
        assert!(same, "{block:?} in {phase:?} of {fill:#x} with scale {half:#x} at {level:?}");
    }
    for (t, x) in x.chunks_exact(columns).enumerate() {
        for (r, weights) in weights.chunks_exact(columns).enumerate() {
            let exact: f64 = weights.iter().zip(x).map(|(w, x)| f64::from(*w) * f64::from(*x)).sum();
            let size: f64 = weights.iter().zip(x).map(|(w, x)| (f64::from(*w) * f64::from(*x)).powi(2)).sum::<f64>().sqrt();
            let got = f64::from(oracle[t * rows + r]);
            assert!(
                (got - exact).abs() <= 0.05 * size,
                "{block:?} in {phase:?} of {fill:#x}, scale {half:#x}: {got}, not {exact} ({size})"
            );
        }
    }
}

#[test]
fn adversarial_blocks() {
    // Nothing; a zero scale; the least denormal and the largest; the largest number, of either sign; one.
    let halves = [0x0000, 0x0001, 0x03ff, 0x7bff, 0xfbff, 0x3c00];
    for (block, phase) in cases() {
        for fill in [0x00, 0x7f, 0x80, 0x88, 0xff] {
            halves.iter().for_each(|&half| check_adversarial(block, phase, fill, half));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn levels_agree_on_arbitrary_bytes(seed in any::<u64>(), which in 3usize..8, blocks in 1usize..9, scale in -30i32..30) {
        let block = TYPES[which];
        let columns = blocks * 32;
        let bytes = random_matrix(block, 5, columns, seed);
        let x: Vec<f32> = inputs(2, columns).iter().map(|x| x * 2f32.powi(scale)).collect();
        let oracle = product(Level::Scalar, 1, block, &bytes, 5, columns, &x);
        let panels = product_in(Phase::Prefill, Level::Scalar, 1, block, &bytes, 5, columns, &x);
        for level in Level::available() {
            prop_assert_eq!(&product(level, 2, block, &bytes, 5, columns, &x), &oracle);
            prop_assert_eq!(&product_in(Phase::Prefill, level, 2, block, &bytes, 5, columns, &x), &panels);
        }
    }
}
