//! Adafactor (arXiv 1804.04235) as the Trainer sets it up: `transformers.optimization.Adafactor` with the Trainer's rate, without scaling by
//! the parameter, without steps of its own and without a first moment.

use crate::train::parameters::Parameter;

/// Added to squares.
const EPSILON: f32 = 1e-30;
/// What the root of an update's mean square is held to.
const CLIP_THRESHOLD: f32 = 1.0;
/// How fast the mean of squares forgets: `1 - steps^DECAY_RATE`.
const DECAY_RATE: f64 = -0.8;

/// Adafactor's constants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adafactor {
    /// Decay of the weights that decay at all.
    pub weight_decay: f64,
}

/// How far one step goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FactorStride {
    /// The rate.
    pub rate: f32,
    /// Decay of the means of squares.
    pub beta2: f32,
    /// What gradients are multiplied with.
    pub factor: f32,
    /// What is taken of a weight that decays.
    pub lost: f32,
}

impl Adafactor {
    /// The step after which `steps` were taken, at `rate`, against `factor` times the gradients.
    pub fn stride(&self, steps: u64, rate: f64, factor: f32) -> FactorStride {
        FactorStride {
            rate: rate as f32,
            beta2: (1.0 - (steps as f64).powf(DECAY_RATE)) as f32,
            factor,
            lost: (rate * self.weight_decay) as f32,
        }
    }
}

impl FactorStride {
    /// Added to squares.
    pub fn epsilon(&self) -> f32 {
        EPSILON
    }

    /// What an update whose mean square is `mean` is divided by.
    pub fn divisor(&self, mean: f64) -> f32 {
        (mean.sqrt() as f32 / CLIP_THRESHOLD).max(1.0)
    }

    /// What is left of a weight.
    pub fn keep(&self, decays: bool) -> f32 {
        if decays { 1.0 - self.lost } else { 1.0 }
    }

    /// Moves one parameter.
    pub fn update(&self, parameter: &mut Parameter, gradient: &[f32], first: &mut [f32], second: &mut [f32]) {
        let Self { beta2, factor, .. } = *self;
        let mean = |old: f32, sum: f32, count: usize| old * beta2 + sum / count.max(1) as f32 * (1.0 - beta2);
        let square = |g: f32| (g * factor) * (g * factor) + EPSILON;
        let mut update: Vec<f32> = gradient.iter().map(|g| g * factor).collect();
        if let [rows, columns] = parameter.shape[..] {
            let mut sums = vec![0.0f32; columns];
            for (first, row) in first.iter_mut().zip(gradient.chunks_exact(columns.max(1))) {
                *first = mean(*first, row.iter().map(|&g| square(g)).sum(), columns);
                sums.iter_mut().zip(row).for_each(|(sum, &g)| *sum += square(g));
            }
            for (second, sum) in second.iter_mut().zip(&sums) {
                *second = mean(*second, *sum, rows);
            }
            let all = first.iter().sum::<f32>() / rows.max(1) as f32;
            let columns_factor: Vec<f32> = second.iter().map(|second| second.sqrt().recip()).collect();
            for (first, row) in first.iter().zip(update.chunks_exact_mut(columns.max(1))) {
                let row_factor = (first / all).sqrt().recip();
                row.iter_mut().zip(&columns_factor).for_each(|(value, column)| *value *= row_factor * column);
            }
        } else {
            for ((first, &g), value) in first.iter_mut().zip(gradient).zip(&mut update) {
                *first = mean(*first, square(g), 1);
                *value /= first.sqrt();
            }
        }
        let squares: f64 = update.iter().map(|value| f64::from(*value) * f64::from(*value)).sum();
        let step = self.rate / self.divisor(squares / update.len().max(1) as f64);
        let keep = self.keep(parameter.decays);
        parameter.values.iter_mut().zip(&update).for_each(|(value, update)| *value = *value * keep - step * update);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::{Moments, Optimizer, OptimizerType};
    use super::*;
    use crate::compute::Pool;
    use crate::train::parameters::{Gradients, Parameters};

    /// Made by `tests/scripts/trainer_reference.py` with transformers 5.24.0.
    const REFERENCE: &str = include_str!("../../../tests/training/adafactor.json");

    fn floats(value: &Value) -> Vec<f32> {
        match value {
            Value::Array(all) => all.iter().flat_map(floats).collect(),
            value => vec![value.as_f64().unwrap() as f32],
        }
    }

    #[test]
    fn three_steps_are_transformers() {
        let reference: Value = serde_json::from_str(REFERENCE).unwrap();
        let mut parameters = Parameters::default();
        let matrix = parameters.add("w.weight".into(), vec![3, 5], floats(&reference["matrix"]));
        let vector = parameters.add("w.bias".into(), vec![4], floats(&reference["vector"]));
        let mut moments = Moments::of(OptimizerType::Adafactor, &parameters);
        let optimizer = Optimizer::Adafactor(Adafactor { weight_decay: reference["weight_decay"].as_f64().unwrap() });
        for step in reference["steps"].as_array().unwrap() {
            let mut gradients = Gradients::zeros(&parameters);
            gradients.get_mut(matrix).copy_from_slice(&floats(&step["matrix_grad"]));
            gradients.get_mut(vector).copy_from_slice(&floats(&step["vector_grad"]));
            optimizer.step(&Pool::new(1), &mut parameters, &gradients, &mut moments, reference["rate"].as_f64().unwrap(), 1.0);
            for (found, expected) in [(matrix, "matrix"), (vector, "vector")] {
                for (found, expected) in parameters.values(found).iter().zip(floats(&step[expected])) {
                    assert!((found - expected).abs() < 1e-6, "{found} {expected}");
                }
            }
        }
    }
}
