//! AdamW with decoupled decay (arXiv 1711.05101), as `torch.optim.AdamW` computes it; and [`Adafactor`].
//!
//! Files on their floors, the lowest first:
//! - [`adafactor`]: second moments as a row and a column

pub mod adafactor;

use serde::{Deserialize, Serialize};

pub use adafactor::Adafactor;

use super::parameters::{Gradients, Parameter, Parameters};
use crate::compute::Pool;

/// Which optimizer moves the values. The names are the Trainer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum OptimizerType {
    /// AdamW in f32.
    #[default]
    AdamwTorch,
    /// Second moments as a row and a column: a fraction of AdamW's memory.
    Adafactor,
}

impl OptimizerType {
    /// The Trainer's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AdamwTorch => "adamw_torch",
            Self::Adafactor => "adafactor",
        }
    }

    /// Numbers that it remembers of a parameter of this shape: two vectors.
    pub fn remembered(self, shape: &[usize]) -> [usize; 2] {
        let elements = shape.iter().product();
        match (self, shape) {
            (Self::AdamwTorch, _) => [elements, elements],
            (Self::Adafactor, [rows, columns]) => [*rows, *columns],
            (Self::Adafactor, _) => [elements, 0],
        }
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
    pub fn update(&self, pool: &Pool, parameter: &mut Parameter, gradient: &[f32], first: &mut [f32], second: &mut [f32]) {
        match self {
            Self::AdamW(stride) => stride.update(pool, parameter, gradient, first, second),
            Self::Adafactor(stride) => stride.update(parameter, gradient, first, second),
        }
    }
}

/// AdamW's constants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamW {
    /// Decay of the first moment.
    pub beta1: f64,
    /// Decay of the second moment.
    pub beta2: f64,
    /// Keeps the divisor from zero.
    pub epsilon: f64,
    /// Decay of the weights that decay at all.
    pub weight_decay: f64,
}

/// The moments of every parameter, in their order, and how many steps were taken.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Moments {
    /// AdamW: means of the gradients. Adafactor: of their squares along each row of a matrix; of a vector, of each.
    pub first: Vec<Vec<f32>>,
    /// AdamW: means of their squares. Adafactor: of their squares along each column of a matrix; of a vector, nothing.
    pub second: Vec<Vec<f32>>,
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
        let sizes = || parameters.iter().map(|parameter| optimizer.remembered(&parameter.shape));
        let zeros = |length| vec![0.0; length];
        Self {
            first: sizes().map(|[first, _]| zeros(first)).collect(),
            second: sizes().map(|[_, second]| zeros(second)).collect(),
            steps: 0,
        }
    }
}

/// Elements a thread updates at a time.
const BAND: usize = 65_536;

/// What gradients are multiplied with so that their norm is at most `max_norm` (`clip_grad_norm_`); 1 where `max_norm` is zero.
pub fn clip_factor(norm: f64, max_norm: f64) -> f32 {
    if max_norm <= 0.0 { 1.0 } else { (max_norm / (norm + 1e-6)).min(1.0) as f32 }
}

/// How far one step of AdamW goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamStride {
    /// The rate, with the first moment's bias corrected.
    pub step_size: f32,
    /// The root of the second moment's correction.
    pub root2: f32,
    /// Decay of the first moment.
    pub beta1: f32,
    /// Decay of the second moment.
    pub beta2: f32,
    /// Keeps the divisor from zero.
    pub epsilon: f32,
    /// What gradients are multiplied with.
    pub factor: f32,
    /// What is left of a weight that decays.
    kept: f32,
}

impl AdamW {
    /// The step after which `steps` were taken, at `rate`, against `factor` times the gradients.
    pub fn stride(&self, steps: u64, rate: f64, factor: f32) -> AdamStride {
        let steps = steps.min(i32::MAX as u64) as i32;
        let correction1 = 1.0 - self.beta1.powi(steps);
        let correction2 = 1.0 - self.beta2.powi(steps);
        AdamStride {
            step_size: (rate / correction1) as f32,
            root2: correction2.sqrt() as f32,
            beta1: self.beta1 as f32,
            beta2: self.beta2 as f32,
            epsilon: self.epsilon as f32,
            factor,
            kept: (1.0 - rate * self.weight_decay) as f32,
        }
    }

    /// One step: every parameter moves against `factor` times its gradient, at `rate`.
    pub fn step(&self, pool: &Pool, parameters: &mut Parameters, gradients: &Gradients, moments: &mut Moments, rate: f64, factor: f32) {
        Optimizer::AdamW(*self).step(pool, parameters, gradients, moments, rate, factor);
    }
}

impl AdamStride {
    /// What is left of a weight.
    pub fn keep(&self, decays: bool) -> f32 {
        if decays { self.kept } else { 1.0 }
    }

    /// Moves one parameter.
    pub fn update(&self, pool: &Pool, parameter: &mut Parameter, gradient: &[f32], first: &mut [f32], second: &mut [f32]) {
        let Self { step_size, root2, beta1, beta2, epsilon, factor, .. } = *self;
        let keep = self.keep(parameter.decays);
        let parts = parameter.values.chunks_mut(BAND).zip(gradient.chunks(BAND));
        let parts = parts.zip(first.chunks_mut(BAND).zip(second.chunks_mut(BAND)));
        pool.for_each(parts, |((values, gradient), (first, second))| {
            for (((value, gradient), m), v) in values.iter_mut().zip(gradient).zip(first).zip(second) {
                let g = gradient * factor;
                *m += (g - *m) * (1.0 - beta1);
                *v = *v * beta2 + g * g * (1.0 - beta2);
                *value = *value * keep - step_size * (*m / (v.sqrt() / root2 + epsilon));
            }
        });
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
