//! What is measured while a run goes on or before it: how fast this machine multiplies, and how often the model is right by now.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::TrainError;
use super::config::FrozenProducts;
use super::model::turned::Turned;
use crate::compute::gemm::{Output, Right, Term, View, Write, gemm};
use crate::compute::{self, Matrix, Phase, matmul};
use crate::llm::{Adapter, Model};
use crate::signal::Cancel;

/// Answers judged by what they return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accuracy {
    /// Right ones.
    pub right: usize,
    /// All of them.
    pub asked: usize,
}

impl Accuracy {
    /// The share of right ones, 0 to 1.
    pub fn value(self) -> f64 {
        self.right as f64 / self.asked.max(1) as f64
    }
}

/// Asks held-out questions of the model with an adapter that is still learned, and judges the answers by their rows. Training knows neither
/// questions nor databases: whoever starts a run brings this. [`TrainError::Stopped`] where it was told to stop.
pub type Judge<'j> = &'j mut (dyn FnMut(&Adapter, &Cancel) -> Result<Accuracy, TrainError> + 'j);

/// Multiplications and additions a second, measured for a moment on one of the model's own matrices, there and back as a step does it.
pub fn operations_per_second(model: &Model, products: FrozenProducts) -> Option<f64> {
    const ROWS: usize = 192;
    let pool = compute::global();
    let matrix: Matrix<'_> = model.weights.layers.first()?.ffn_up.matrix();
    let x = vec![0.01; ROWS * matrix.columns];
    let mut y = vec![0.0; ROWS * matrix.rows];
    let mut back = vec![0.0; ROWS * matrix.columns];
    let turned = match products {
        FrozenProducts::Int8 => Turned::new(pool, &matrix),
        FrozenProducts::F32 => None,
    };
    let begun = Instant::now();
    let mut passes = 0u32;
    while passes < 2 || begun.elapsed() < Duration::from_millis(60) {
        match &turned {
            Some(turned) => {
                matmul(pool, Phase::Prefill, &x, ROWS, &[matrix], &mut [&mut y]);
                matmul(pool, Phase::Prefill, &y, ROWS, &[turned.matrix()], &mut [&mut back]);
            }
            None => {
                let forward = Term { left: View::rows(&x, matrix.columns), right: Right::StoredTransposed(matrix), depth: matrix.columns };
                gemm(pool, &[forward], Output::rows(&mut y, matrix.rows, Write::Replace));
                let backward = Term { left: View::rows(&y, matrix.rows), right: Right::Stored(matrix), depth: matrix.rows };
                gemm(pool, &[backward], Output::rows(&mut back, matrix.columns, Write::Replace));
            }
        }
        passes += 1;
    }
    let operations = 4.0 * (ROWS * matrix.rows * matrix.columns) as f64 * f64::from(passes);
    Some(operations / begun.elapsed().as_secs_f64())
}
