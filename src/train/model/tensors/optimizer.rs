//! AdamW on the device: the same step as [`crate::train::optimizer`]'s, over tensors.

use candle_core::{DType, Result, Tensor};

use super::compute::Compute;
use crate::train::optimizer::Stride;
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
    /// Zeros.
    pub fn zeros(compute: &Compute, parameters: &Parameters) -> Result<Self> {
        let zeros = || {
            let one = |shape: &Vec<usize>| Tensor::zeros(shape.as_slice(), DType::F32, &compute.device);
            parameters.iter().map(|parameter| one(&parameter.shape)).collect::<Result<Vec<_>>>()
        };
        Ok(Self { first: zeros()?, second: zeros()? })
    }
}

/// Moves `value` against its `gradient`; the new value and moments.
pub fn update(stride: &Stride, decays: bool, value: &Tensor, gradient: &Tensor, first: &Tensor, second: &Tensor) -> Result<[Tensor; 3]> {
    let times = |tensor: &Tensor, by: f32| tensor.affine(f64::from(by), 0.0);
    let g = times(gradient, stride.factor)?;
    let first = (first + times(&(&g - first)?, 1.0 - stride.beta1)?)?;
    let second = (times(second, stride.beta2)? + times(&g.sqr()?, 1.0 - stride.beta2)?)?;
    let divisor = second.sqrt()?.affine(f64::from(stride.root2).recip(), f64::from(stride.epsilon))?;
    let change = times(&(&first / divisor)?, stride.step_size)?;
    let value = (times(value, stride.keep(decays))? - change)?;
    Ok([value, first, second])
}
