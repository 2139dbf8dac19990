//! AdamW with decoupled decay (arXiv 1711.05101): as `torch.optim.AdamW` computes it, and over moments of a byte each as bitsandbytes does.
//!
//! The latter's rule is the reference that bitsandbytes 0.50.2 keeps beside its kernels (`optimizer_update_8bit_blockwise_pytorch` in
//! `backends/triton/kernels_optim.py`; that for processors is the same): both moments are read, moved, and written again with a new scale for
//! each block; the weight moves by what they were before they were written. It decays first, and epsilon stands beside the corrected root, both
//! as torch has it. The kernel of cards (`kOptimizerStatic8bit2StateBlockwise` in `csrc/kernels.cu`) decays after the move, keeps the sign of a
//! first moment that is next to nothing, and passes over gradients that are no numbers, which end a run here: the difference is of the size of
//! the rate times the decay of a move.

use super::dynamic::{BLOCK, SIGNED, UNSIGNED};
use super::moment::Moment;
use crate::compute::Pool;
use crate::train::parameters::Parameter;

/// Elements a thread updates at a time: whole blocks.
const BAND: usize = 256 * BLOCK;

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
}

impl AdamStride {
    /// What is left of a weight.
    pub fn keep(&self, decays: bool) -> f32 {
        if decays { self.kept } else { 1.0 }
    }

    /// Moves one parameter.
    pub fn update(&self, pool: &Pool, parameter: &mut Parameter, gradient: &[f32], first: &mut Moment, second: &mut Moment) {
        let keep = self.keep(parameter.decays);
        let parts = parameter.values.chunks_mut(BAND).zip(gradient.chunks(BAND));
        match (first, second) {
            (Moment::Floats(first), Moment::Floats(second)) => {
                let parts = parts.zip(first.chunks_mut(BAND).zip(second.chunks_mut(BAND)));
                pool.for_each(parts, |((values, gradient), (first, second))| self.walk(keep, values, gradient, first, second));
            }
            (Moment::Bytes { codes: first, scales: first_scales }, Moment::Bytes { codes: second, scales: second_scales }) => {
                let bytes = first.chunks_mut(BAND).zip(second.chunks_mut(BAND));
                let scales = first_scales.chunks_mut(BAND / BLOCK).zip(second_scales.chunks_mut(BAND / BLOCK));
                pool.for_each(parts.zip(bytes.zip(scales)), |((values, gradient), ((first, second), (first_scales, second_scales)))| {
                    let blocks = values.chunks_mut(BLOCK).zip(gradient.chunks(BLOCK));
                    let first = first.chunks_mut(BLOCK).zip(first_scales);
                    let second = second.chunks_mut(BLOCK).zip(second_scales);
                    let (mut m, mut v) = ([0.0; BLOCK], [0.0; BLOCK]);
                    for ((values, gradient), ((first, first_scale), (second, second_scale))) in blocks.zip(first.zip(second)) {
                        let (m, v) = (&mut m[..first.len()], &mut v[..second.len()]);
                        SIGNED.decode(first, *first_scale, m);
                        UNSIGNED.decode(second, *second_scale, v);
                        self.walk(keep, values, gradient, m, v);
                        *first_scale = SIGNED.encode(m, first);
                        *second_scale = UNSIGNED.encode(v, second);
                    }
                });
            }
            // Both are made together.
            _ => {}
        }
    }

    /// Moves values and moments.
    fn walk(&self, keep: f32, values: &mut [f32], gradient: &[f32], first: &mut [f32], second: &mut [f32]) {
        let Self { step_size, root2, beta1, beta2, epsilon, factor, .. } = *self;
        for (((value, gradient), m), v) in values.iter_mut().zip(gradient).zip(first).zip(second) {
            let g = gradient * factor;
            *m += (g - *m) * (1.0 - beta1);
            *v = *v * beta2 + g * g * (1.0 - beta2);
            *value = *value * keep - step_size * (*m / (v.sqrt() / root2 + epsilon));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::{Moments, Optimizer, OptimizerType};
    use super::*;
    use crate::train::parameters::{Gradients, Parameters};

    /// Made by `tests/scripts/eight_bit_reference.py` with bitsandbytes 0.50.2.
    const REFERENCE: &str = include_str!("../../../tests/training/adamw_8bit.json");

    fn floats(value: &Value) -> Vec<f32> {
        value.as_array().unwrap().iter().map(|value| value.as_f64().unwrap() as f32).collect()
    }

    /// As the script's `values`.
    fn numbers(count: u64, key: u64) -> Vec<f32> {
        let one = |index: u64| {
            let mut word = (index * 2_654_435_761 + key * 40_503 + 12_345) % (1 << 32);
            word = ((word ^ (word >> 15)) * 2_246_822_519) % (1 << 32);
            word ^= word >> 13;
            let size = 10f64.powi(-((word % 3) as i32)) * (((word >> 8) % 4096 + 400) as f64 / 4496.0);
            (if word >> 31 == 1 { size } else { -size }) as f32
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn maps_are_bitsandbytes() {
        let reference: Value = serde_json::from_str(REFERENCE).unwrap();
        for (map, name) in [(&SIGNED, "signed"), (&UNSIGNED, "unsigned")] {
            assert_eq!(map.values.as_slice(), floats(&reference[name]), "{name}");
        }
    }

    #[test]
    fn steps_over_bytes_are_bitsandbytes() {
        let reference: Value = serde_json::from_str(REFERENCE).unwrap();
        let number = |key: &str| reference[key].as_f64().unwrap();
        let length = reference["length"].as_u64().unwrap();
        let mut parameters = Parameters::default();
        let id = parameters.add("w.weight".into(), vec![length as usize], numbers(length, 1));
        let betas = floats(&reference["betas"]);
        assert_eq!(betas, [0.9, 0.999]);
        let optimizer = Optimizer::AdamW(AdamW { beta1: 0.9, beta2: 0.999, epsilon: number("epsilon"), weight_decay: number("decay") });
        let mut moments = Moments::of(OptimizerType::AdamW8Bit, &parameters);
        for step in 1..=reference["steps"].as_u64().unwrap() {
            let mut gradients = Gradients::zeros(&parameters);
            gradients.get_mut(id).copy_from_slice(&numbers(length, step + 1));
            optimizer.step(&Pool::new(2), &mut parameters, &gradients, &mut moments, number("rate"), 1.0);
        }
        let picked = |all: &[f32]| all.iter().step_by(7).copied().collect::<Vec<_>>();
        for (found, expected) in picked(parameters.values(id)).iter().zip(floats(&reference["values"])) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
        for (side, moment) in [&moments.first[0], &moments.second[0]].into_iter().enumerate() {
            let Moment::Bytes { codes, scales } = moment else { panic!("f32 moments") };
            for (found, expected) in scales.iter().zip(floats(&reference["scales"][side])) {
                // 1 - 0.999 is taken in f32 here and on a card, in f64 there: a share of 1.3e-5.
                assert!((found / expected - 1.0).abs() < 2e-5, "scales {side}: {found} {expected}");
            }
            // A number half-way between two may be rounded to either.
            let expected = floats(&reference["codes"][side]);
            let found: Vec<f32> = picked(&codes.iter().map(|code| f32::from(*code)).collect::<Vec<_>>());
            let others = found.iter().zip(&expected).filter(|(found, expected)| found != expected).count();
            assert!(others <= 1 && found.len() == expected.len(), "codes {side}: {others} of {} differ", found.len());
        }
    }

    #[test]
    fn who_keeps_floats() {
        let mut parameters = Parameters::default();
        for (name, shape) in [
            ("model.embed_tokens.weight", [300, 20]),
            ("model.layers.0.mlp.up_proj.weight", [64, 64]),
            ("model.layers.0.mlp.up_proj.lora_A.weight", [4, 1023]),
        ] {
            parameters.add(name.into(), shape.to_vec(), vec![0.0; shape.iter().product()]);
        }
        let kinds: Vec<bool> = parameters
            .iter()
            .map(|parameter| matches!(OptimizerType::AdamW8Bit.zeros(parameter), [Moment::Bytes { .. }, Moment::Bytes { .. }]))
            .collect();
        assert_eq!(kinds, [false, true, false]);
    }
}
