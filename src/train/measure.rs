//! What only the machine can say: how fast it multiplies.

use std::time::{Duration, Instant};

use crate::compute::gemm::{Output, Right, Term, View, Write, gemm};
use crate::compute::{self, Matrix};
use crate::llm::Model;

/// Multiplications and additions a second, measured for a moment on one of the model's own matrices, there and back as a step does it.
pub fn operations_per_second(model: &Model) -> Option<f64> {
    const ROWS: usize = 192;
    let matrix: Matrix<'_> = model.weights.layers.first()?.ffn_up.matrix();
    let x = vec![0.01; ROWS * matrix.columns];
    let mut y = vec![0.0; ROWS * matrix.rows];
    let mut back = vec![0.0; ROWS * matrix.columns];
    let begun = Instant::now();
    let mut passes = 0u32;
    while passes < 2 || begun.elapsed() < Duration::from_millis(60) {
        let forward = Term { left: View::rows(&x, matrix.columns), right: Right::StoredTransposed(matrix), depth: matrix.columns };
        gemm(compute::global(), &[forward], Output::rows(&mut y, matrix.rows, Write::Replace));
        let backward = Term { left: View::rows(&y, matrix.rows), right: Right::Stored(matrix), depth: matrix.rows };
        gemm(compute::global(), &[backward], Output::rows(&mut back, matrix.columns, Write::Replace));
        passes += 1;
    }
    let operations = 4.0 * (ROWS * matrix.rows * matrix.columns) as f64 * f64::from(passes);
    Some(operations / begun.elapsed().as_secs_f64())
}
