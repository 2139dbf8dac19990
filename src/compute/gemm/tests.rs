//! Products beside plain loops.

use super::super::{BlockType, Matrix};
use super::pack::pack_tile;
use super::*;

/// Numbers between -1 and 1 that repeat late.
fn numbers(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
        })
        .collect()
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

#[track_caller]
fn check(rows: usize, depth: usize, columns: usize) {
    let (a, b) = (numbers(rows * depth, 1), numbers(depth * columns, 2));
    let transposed: Vec<f32> = (0..columns * depth).map(|i| b[i % depth * columns + i / depth]).collect();
    let (stored, stored_transposed) = (bytes(&b), bytes(&transposed));
    let matrix = |rows, columns, bytes| Matrix { block: BlockType::F32, rows, columns, bytes };
    let rights = [
        Right::Dense(View::rows(&b, columns)),
        Right::Dense(View::rows(&transposed, depth).transposed()),
        Right::Stored(matrix(depth, columns, &stored)),
        Right::StoredTransposed(matrix(columns, depth, &stored_transposed)),
    ];
    let lefts: Vec<f32> = (0..rows * depth).map(|i| a[i % rows * depth + i / rows]).collect();
    let mut first: Option<Vec<f32>> = None;
    for (threads, right, left) in [
        (1, rights[0], View::rows(&a, depth)),
        (3, rights[1], View::rows(&a, depth)),
        (2, rights[2], View::rows(&lefts, rows).transposed()),
        (3, rights[3], View::rows(&a, depth)),
    ] {
        let pool = Pool::new(threads);
        let mut out = vec![1.0; rows * columns];
        gemm(&pool, &[Term { left, right, depth }], Output::rows(&mut out, columns, Write::Replace));
        for (i, &value) in out.iter().enumerate() {
            let exact: f64 = (0..depth).map(|p| f64::from(a[i / columns * depth + p]) * f64::from(b[p * columns + i % columns])).sum();
            assert!((f64::from(value) - exact).abs() < 1e-5 * (depth as f64).sqrt().max(1.0), "{rows} x {depth} x {columns} at {i}");
        }
        // Same bits, whichever road the right side came by and however many threads there are.
        let expected = first.get_or_insert_with(|| out.clone());
        assert_eq!(&out, expected);
    }
}

#[test]
fn products_agree_with_sums_in_f64() {
    for (rows, depth, columns) in [(1, 1, 1), (12, 7, 32), (13, 300, 33), (5, 256, 31), (25, 513, 97), (200, 8, 5), (3, 700, 260)] {
        check(rows, depth, columns);
    }
}

#[test]
fn terms_add_up_and_an_output_may_be_part_of_a_wider_one() {
    let (a, b, c, d) = (numbers(14 * 9, 1), numbers(9 * 20, 2), numbers(14 * 3, 3), numbers(3 * 20, 4));
    let pool = Pool::new(2);
    let term = |left, depth, right| Term { left: View::rows(left, depth), right: Right::Dense(View::rows(right, 20)), depth };
    let mut out = vec![0.5; 14 * 50];
    let output = Output { data: &mut out[7..], rows: 14, columns: 20, stride: 50, write: Write::Add };
    gemm(&pool, &[term(&a, 9, &b), term(&c, 3, &d)], output);
    for row in 0..14 {
        for column in 0..50 {
            let inside = (7..27).contains(&column).then(|| column - 7);
            let expected = inside.map_or(0.0, |column| {
                (0..9).map(|p| a[row * 9 + p] * b[p * 20 + column]).sum::<f32>()
                    + (0..3).map(|p| c[row * 3 + p] * d[p * 20 + column]).sum::<f32>()
            });
            assert!((out[row * 50 + column] - 0.5 - expected).abs() < 1e-5, "{row} {column}");
        }
    }
}

#[test]
fn quantised_matrices_are_read_in_place() {
    let stored: Vec<u8> =
        (0..64 * 34 * 2u32).map(|i| if i % 34 < 2 { [0x00, 0x2c][i as usize % 34] } else { (i * 37 % 251) as u8 }).collect();
    let matrix = Matrix { block: BlockType::Q8_0, rows: 64, columns: 64, bytes: &stored };
    let mut dense = vec![0.0; 64 * 64];
    super::super::dequantize(BlockType::Q8_0, &stored, &mut dense);
    let x = numbers(5 * 64, 7);
    let pool = Pool::new(2);
    let product = |right| {
        let mut out = vec![0.0; 5 * 64];
        gemm(&pool, &[Term { left: View::rows(&x, 64), right, depth: 64 }], Output::rows(&mut out, 64, Write::Replace));
        out
    };
    assert_eq!(product(Right::Stored(matrix)), product(Right::Dense(View::rows(&dense, 64))));
    assert_eq!(product(Right::StoredTransposed(matrix)), product(Right::Dense(View::rows(&dense, 64).transposed())));
}

#[test]
fn every_level_agrees() {
    let (a, b) = (numbers(13 * 40, 1), numbers(40 * 16, 2));
    let mut results = Vec::new();
    for level in Level::available() {
        let kernels = Kernels::of(level);
        let width = kernels.width(3);
        let mut left = vec![0.0; width * 40];
        pack_tile(&View::rows(&a, 40), 0, 3, 40, width, &mut left);
        let (mut panels, mut row) = (Vec::new(), Vec::new());
        pack_right(&Right::Dense(View::rows(&b, 16)), kernels.panel, 0..40, 0..16, &mut panels, &mut row);
        let mut out = vec![0f32; 3 * 16];
        for (index, at) in (0..16).step_by(kernels.panel).enumerate() {
            let panel = &panels[index * kernels.panel * sides::DEPTH..][..kernels.panel * 40];
            let columns = kernels.panel.min(16 - at);
            // SAFETY: the level is one of this processor's; the output has three rows of 16.
            unsafe { (kernels.run)(width, &left, panel, 40, out.as_mut_ptr().add(at), 16, 3, columns, true) };
        }
        results.push(out);
    }
    for result in &results {
        result.iter().zip(&results[0]).for_each(|(x, y)| assert!((x - y).abs() < 1e-5, "{x} {y}"));
    }
}
