//! How what is trained moves: [`AdamW`], over moments in f32 or of a byte each, and [`Adafactor`].
//!
//! Files on their floors, the lowest first:
//! - [`dynamic`]: numbers as a byte each
//! - [`moment`]: what is remembered of a parameter
//! - [`mod@adamw`]: means of gradients and of their squares
//! - [`adafactor`]: second moments as a row and a column

pub mod adafactor;
pub mod adamw;
pub mod dynamic;
pub mod moment;

use serde::{Deserialize, Serialize};

pub use adafactor::Adafactor;
pub use adamw::{AdamStride, AdamW};
pub use moment::Moment;

use super::parameters::{Gradients, Parameter, Parameters};
use crate::compute::Pool;

/// Which optimizer moves the values. The names are the Trainer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum OptimizerType {
    /// AdamW in f32.
    #[default]
    AdamwTorch,
    /// AdamW whose moments take a byte each: bitsandbytes' `AdamW8bit`, as the Trainer sets it up.
    #[serde(rename = "adamw_8bit")]
    AdamW8Bit,
    /// Second moments as a row and a column: a fraction of AdamW's memory.
    Adafactor,
}

/// A tensor with fewer elements keeps f32 moments in 8-bit AdamW (`min_8bit_size` of bitsandbytes 0.50.2).
pub const LEAST_IN_BYTES: usize = 4096;

impl OptimizerType {
    /// The Trainer's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AdamwTorch => "adamw_torch",
            Self::AdamW8Bit => "adamw_8bit",
            Self::Adafactor => "adafactor",
        }
    }

    /// What it remembers of a parameter at the beginning, on both sides: zeros.
    pub fn zeros(self, parameter: &Parameter) -> [Moment; 2] {
        let elements = parameter.values.len();
        let [first, second] = match (self, parameter.shape.as_slice()) {
            (Self::Adafactor, [rows, columns]) => [*rows, *columns],
            (Self::Adafactor, _) => [elements, 0],
            (Self::AdamwTorch | Self::AdamW8Bit, _) => [elements, elements],
        };
        // The Trainer has embeddings keep f32 moments (`create_optimizer` of transformers 5.24.0), the head with them where it is tied.
        let as_bytes = self == Self::AdamW8Bit && elements >= LEAST_IN_BYTES && !parameter.name.contains("embed_tokens");
        [first, second].map(|length| Moment::zeros(length, as_bytes))
    }
}

/// An optimizer with its constants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Optimizer {
    /// AdamW.
    AdamW(AdamW),
    /// Adafactor.
    Adafactor(Adafactor),
}

impl Optimizer {
    /// The step after which `steps` were taken, at `rate`, against `factor` times the gradients.
    pub fn stride(&self, steps: u64, rate: f64, factor: f32) -> Stride {
        match self {
            Self::AdamW(own) => Stride::AdamW(own.stride(steps, rate, factor)),
            Self::Adafactor(own) => Stride::Adafactor(own.stride(steps, rate, factor)),
        }
    }

    /// One step: every parameter moves against `factor` times its gradient, at `rate`.
    pub fn step(&self, pool: &Pool, parameters: &mut Parameters, gradients: &Gradients, moments: &mut Moments, rate: f64, factor: f32) {
        moments.steps += 1;
        let stride = self.stride(moments.steps, rate, factor);
        let sides = parameters.iter_mut().zip(gradients.iter()).zip(moments.first.iter_mut().zip(moments.second.iter_mut()));
        for ((parameter, gradient), (first, second)) in sides {
            stride.update(pool, parameter, gradient, first, second);
        }
    }
}

/// How far one step goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stride {
    /// AdamW's.
    AdamW(AdamStride),
    /// Adafactor's.
    Adafactor(adafactor::FactorStride),
}

impl Stride {
    /// Moves one parameter.
    pub fn update(&self, pool: &Pool, parameter: &mut Parameter, gradient: &[f32], first: &mut Moment, second: &mut Moment) {
        match (self, first, second) {
            (Self::AdamW(stride), first, second) => stride.update(pool, parameter, gradient, first, second),
            (Self::Adafactor(stride), Moment::Floats(first), Moment::Floats(second)) => stride.update(parameter, gradient, first, second),
            // It has none of a byte each.
            (Self::Adafactor(_), ..) => {}
        }
    }
}

/// The moments of every parameter, in their order, and how many steps were taken.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Moments {
    /// AdamW: means of the gradients. Adafactor: of their squares along each row of a matrix; of a vector, of each.
    pub first: Vec<Moment>,
    /// AdamW: means of their squares. Adafactor: of their squares along each column of a matrix; of a vector, nothing.
    pub second: Vec<Moment>,
    /// Steps taken.
    pub steps: u64,
}

impl Moments {
    /// AdamW's zeros.
    pub fn new(parameters: &Parameters) -> Self {
        Self::of(OptimizerType::AdamwTorch, parameters)
    }

    /// Zeros for `optimizer`.
    pub fn of(optimizer: OptimizerType, parameters: &Parameters) -> Self {
        let (first, second) = parameters.iter().map(|parameter| optimizer.zeros(parameter)).map(|[first, second]| (first, second)).unzip();
        Self { first, second, steps: 0 }
    }
}

/// What gradients are multiplied with so that their norm is at most `max_norm` (`clip_grad_norm_`); 1 where `max_norm` is zero.
pub fn clip_factor(norm: f64, max_norm: f64) -> f32 {
    if max_norm <= 0.0 { 1.0 } else { (max_norm / (norm + 1e-6)).min(1.0) as f32 }
}

impl AdamW {
    /// One step: every parameter moves against `factor` times its gradient, at `rate`.
    pub fn step(&self, pool: &Pool, parameters: &mut Parameters, gradients: &Gradients, moments: &mut Moments, rate: f64, factor: f32) {
        Optimizer::AdamW(*self).step(pool, parameters, gradients, moments, rate, factor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of `torch.optim.AdamW(lr=0.1, weight_decay=0.5)` on the weight 1.0 with gradients 0.5 and -0.25, by hand in f64.
    #[test]
    fn two_steps_by_hand() {
        let mut parameters = Parameters::default();
        let id = parameters.add("w.weight".into(), vec![1], vec![1.0]);
        let bias = parameters.add("w.bias".into(), vec![1], vec![1.0]);
        let mut moments = Moments::new(&parameters);
        let optimizer = AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.5 };
        let pool = Pool::new(1);
        let mut expected = [1.0f64, 1.0];
        let (mut m, mut v) = (0.0, 0.0);
        for (step, g) in [0.5, -0.25].into_iter().enumerate() {
            let mut gradients = Gradients::zeros(&parameters);
            gradients.get_mut(id)[0] = g as f32;
            gradients.get_mut(bias)[0] = g as f32;
            optimizer.step(&pool, &mut parameters, &gradients, &mut moments, 0.1, 1.0);
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            let n = step as i32 + 1;
            let change = 0.1 / (1.0 - 0.9f64.powi(n)) * m / ((v / (1.0 - 0.999f64.powi(n))).sqrt() + 1e-8);
            expected = [expected[0] * 0.95 - change, expected[1] - change];
        }
        assert!((f64::from(parameters.values(id)[0]) - expected[0]).abs() < 1e-6);
        assert!((f64::from(parameters.values(bias)[0]) - expected[1]).abs() < 1e-6);
    }

    #[test]
    fn clipping_is_torchs() {
        assert_eq!(clip_factor(3.0, 0.0), 1.0);
        assert_eq!(clip_factor(0.5, 1.0), 1.0);
        assert!((clip_factor(4.0, 1.0) - 0.25).abs() < 1e-6);
    }
}
