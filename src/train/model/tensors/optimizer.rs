//! The optimizer on the device: the same step as [`crate::train::optimizer`]'s, over tensors.

use candle_core::{D, Result, Tensor};

use super::compute::Compute;
use super::moment::DeviceMoment;
use crate::train::optimizer::adafactor::FactorStride;
use crate::train::optimizer::dynamic::{SIGNED, UNSIGNED};
use crate::train::optimizer::{AdamStride, Moment, Moments, OptimizerType, Stride};
use crate::train::parameters::{Parameter, Parameters};

/// The moments of every parameter on the device, in their order.
#[derive(Debug)]
pub struct DeviceMoments {
    /// Means of the gradients.
    pub first: Vec<DeviceMoment>,
    /// Means of their squares.
    pub second: Vec<DeviceMoment>,
}

impl DeviceMoments {
    /// `moments` on the device; `None` for zeros.
    pub fn new(compute: &Compute, optimizer: OptimizerType, parameters: &Parameters, moments: Option<&Moments>) -> Result<Self> {
        let send = |parameter: &Parameter, moment: &Moment| {
            let flat = [moment.len()];
            let shape = if optimizer == OptimizerType::Adafactor { &flat } else { parameter.shape.as_slice() };
            DeviceMoment::send(compute, moment, shape)
        };
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for (index, parameter) in parameters.iter().enumerate() {
            let kept = moments.and_then(|moments| Some((moments.first.get(index)?, moments.second.get(index)?)));
            match kept {
                Some((own, other)) => {
                    first.push(send(parameter, own)?);
                    second.push(send(parameter, other)?);
                }
                None => {
                    let [own, other] = optimizer.zeros(parameter);
                    first.push(send(parameter, &own)?);
                    second.push(send(parameter, &other)?);
                }
            }
        }
        Ok(Self { first, second })
    }
}

/// Moves `value` against its `gradient`, and its moments; the new value.
pub fn update(
    stride: &Stride,
    decays: bool,
    value: &Tensor,
    gradient: &Tensor,
    first: &mut DeviceMoment,
    second: &mut DeviceMoment,
) -> Result<Tensor> {
    let [m, v] = [first.floats(&SIGNED, value.dims())?, second.floats(&UNSIGNED, value.dims())?];
    let [value, m, v] = match stride {
        Stride::AdamW(stride) => adamw(stride, decays, value, gradient, &m, &v)?,
        Stride::Adafactor(stride) => adafactor(stride, decays, value, gradient, &m, &v)?,
    };
    (*first, *second) = (first.replaced(&SIGNED, m)?, second.replaced(&UNSIGNED, v)?);
    Ok(value)
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
