//! The optimizer on the device: the same step as [`crate::train::optimizer`]'s, over tensors.

use candle_core::{D, DType, Result, Tensor};

use super::compute::Compute;
use crate::train::optimizer::adafactor::FactorStride;
use crate::train::optimizer::{AdamStride, OptimizerType, Stride};
use crate::train::parameters::Parameters;

/// The moments of every parameter on the device, in their order; f32.
#[derive(Debug)]
pub struct DeviceMoments {
    /// Means of the gradients.
    pub first: Vec<Tensor>,
    /// Means of their squares.
    pub second: Vec<Tensor>,
}

impl DeviceMoments {
    /// Zeros for `optimizer`.
    pub fn zeros(compute: &Compute, optimizer: OptimizerType, parameters: &Parameters) -> Result<Self> {
        let zeros = |side: usize| {
            let one = |shape: &Vec<usize>| match (optimizer, optimizer.remembered(shape).get(side)) {
                (OptimizerType::Adafactor, Some(&length)) => Tensor::zeros(length, DType::F32, &compute.device),
                _ => Tensor::zeros(shape.as_slice(), DType::F32, &compute.device),
            };
            parameters.iter().map(|parameter| one(&parameter.shape)).collect::<Result<Vec<_>>>()
        };
        Ok(Self { first: zeros(0)?, second: zeros(1)? })
    }
}

/// Moves `value` against its `gradient`; the new value and moments.
pub fn update(stride: &Stride, decays: bool, value: &Tensor, gradient: &Tensor, first: &Tensor, second: &Tensor) -> Result<[Tensor; 3]> {
    match stride {
        Stride::AdamW(stride) => adamw(stride, decays, value, gradient, first, second),
        Stride::Adafactor(stride) => adafactor(stride, decays, value, gradient, first, second),
    }
}

fn adafactor(
    stride: &FactorStride,
    decays: bool,
    value: &Tensor,
    gradient: &Tensor,
    first: &Tensor,
    second: &Tensor,
) -> Result<[Tensor; 3]> {
    let beta2 = f64::from(stride.beta2);
    let mean = |old: &Tensor, new: Tensor| old.affine(beta2, 0.0)? + new.affine(1.0 - beta2, 0.0)?;
    let g = gradient.affine(f64::from(stride.factor), 0.0)?;
    let square = g.sqr()?.affine(1.0, f64::from(stride.epsilon()))?;
    let (update, first, second) = if square.rank() == 2 {
        let first = mean(first, square.mean(D::Minus1)?)?; // [rows]
        let second = mean(second, square.mean(0)?)?; // [columns]
        let of_rows = first.broadcast_div(&first.mean_all()?)?.sqrt()?.recip()?.unsqueeze(1)?;
        let of_columns = second.sqrt()?.recip()?.unsqueeze(0)?;
        (g.broadcast_mul(&of_rows)?.broadcast_mul(&of_columns)?, first, second)
    } else {
        let first = mean(first, square)?;
        (g.div(&first.sqrt()?)?, first, second.clone())
    };
    let squares = f64::from(update.sqr()?.mean_all()?.to_scalar::<f32>()?);
    let step = stride.rate / stride.divisor(squares);
    let value = (value.affine(f64::from(stride.keep(decays)), 0.0)? - update.affine(f64::from(step), 0.0)?)?;
    Ok([value, first, second])
}

fn adamw(stride: &AdamStride, decays: bool, value: &Tensor, gradient: &Tensor, first: &Tensor, second: &Tensor) -> Result<[Tensor; 3]> {
    let times = |tensor: &Tensor, by: f32| tensor.affine(f64::from(by), 0.0);
    let g = times(gradient, stride.factor)?;
    let first = (first + times(&(&g - first)?, 1.0 - stride.beta1)?)?;
    let second = (times(second, stride.beta2)? + times(&g.sqr()?, 1.0 - stride.beta2)?)?;
    let divisor = second.sqrt()?.affine(f64::from(stride.root2).recip(), f64::from(stride.epsilon))?;
    let change = times(&(&first / divisor)?, stride.step_size)?;
    let value = (times(value, stride.keep(decays))? - change)?;
    Ok([value, first, second])
}
