//! Linear layers over tensors: `y = x w^T + bias`, and with an adapter `+ scale * drop(x) a^T b^T`.

use candle_core::{DType, Result, Tensor};

use super::compute::Compute;
use super::gradients::Sink;
use super::weights::LinearTensors;
use crate::compute;
use crate::train::model::linear::{Base, Dropout, Linear};
use crate::train::parameters::Vector;

/// Elements whose dropout a thread draws at a time: a multiple of four.
const BAND: usize = 1 << 16;

/// What a forward pass keeps of an adapter.
#[derive(Debug, Clone)]
pub struct Low {
    /// `scale * drop(x) a^T`, `[tokens, rank]`, f32.
    values: Tensor,
    /// 1 where the adapter's input went through, `[tokens, inputs]`, bytes; `None` where nothing is dropped.
    passed: Option<Tensor>,
}

/// What a pass over tensors needs besides a layer and its input.
#[derive(Debug, Clone, Copy)]
pub struct Pass<'a> {
    /// Where, and in which type.
    pub compute: &'a Compute,
    /// What is dropped; `None` for nothing.
    pub dropout: Option<Dropout>,
}

impl Pass<'_> {
    /// `y: [tokens, outputs]` of `x: [tokens, inputs]`; also what [`backward`] wants of the adapter.
    pub fn linear(&self, linear: &Linear<'_>, tensors: &LinearTensors, x: &Tensor) -> Result<(Tensor, Option<Low>)> {
        let mut y = self.compute.product(x, &tensors.weight.t()?)?; // [tokens, outputs]
        let low = self.adapter_input(linear, tensors, x)?;
        if let (Some((_, b)), Some(low)) = (&tensors.lora, &low) {
            y = (y + self.compute.product(&low.values, &b.t()?)?)?;
        }
        if let Some(bias) = &tensors.bias {
            y = y.broadcast_add(bias)?;
        }
        Ok((y, low))
    }

    /// `scale * drop(x) a^T` and what was dropped; `None` without an adapter.
    pub fn adapter_input(&self, linear: &Linear<'_>, tensors: &LinearTensors, x: &Tensor) -> Result<Option<Low>> {
        let (Some(lora), Some((a, _))) = (&linear.lora, &tensors.lora) else { return Ok(None) };
        let passed = match self.dropout {
            Some(dropout) => {
                // By the same counter as on the processor's own road, so that both drop the same.
                let mut bytes = vec![0; x.elem_count()];
                let parts = bytes.chunks_mut(BAND).enumerate();
                compute::global().for_each(parts, |(index, part)| dropout.passed(linear.index, index * BAND, part));
                Some(Tensor::from_vec(bytes, x.shape(), &self.compute.device)?)
            }
            None => None,
        };
        let dropped = self.dropped(x, passed.as_ref())?;
        let values = self.compute.product(&dropped, &a.t()?)?.affine(f64::from(lora.scale), 0.0)?; // [tokens, rank]
        Ok(Some(Low { values, passed }))
    }

    /// `x` where it passed, divided by the share that passes; else 0. f32, where something is dropped.
    fn dropped(&self, x: &Tensor, passed: Option<&Tensor>) -> Result<Tensor> {
        match (self.dropout, passed) {
            (Some(dropout), Some(passed)) => {
                let factors = passed.to_dtype(DType::F32)?.affine(f64::from(1.0 / (1.0 - dropout.probability)), 0.0)?;
                x.to_dtype(DType::F32)? * factors
            }
            _ => Ok(x.clone()),
        }
    }
}

impl Linear<'_> {
    /// Its rows of a gradient among those of all maps that are one with it, `rows` in all: the others are 0.
    fn among_all(&self, own: Tensor, rows: usize) -> Result<Tensor> {
        let behind = rows - self.first - self.outputs;
        if self.first == 0 && behind == 0 {
            return Ok(own);
        }
        own.pad_with_zeros(0, self.first, behind)
    }
}

/// A layer, its tensors, the gradient of its output, and what its forward pass kept.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a, 'w> {
    /// The layer.
    pub linear: &'a Linear<'w>,
    /// Its tensors.
    pub tensors: &'a LinearTensors,
    /// `[tokens, outputs]`
    pub dy: &'a Tensor,
    /// What was kept of its adapter.
    pub low: Option<&'a Low>,
}

/// Goes back through layers that read the same `x`: hands on the gradients of what they train, and gives the gradient of `x`, f32. With
/// `u = scale * dy b`: `dx = dy w + drop(u a)`, `da = u^T drop(x)`, `db = dy^T (scale * drop(x) a^T)`, and `dw = dy^T x` where it is trained.
pub fn backward(pass: Pass<'_>, sink: &mut Sink<'_>, sides: &[Side<'_, '_>], x: &Tensor) -> Result<Tensor> {
    let compute = pass.compute;
    let mut dx: Option<Tensor> = None;
    let mut add = |part: Tensor| {
        dx = Some(match dx.take() {
            Some(sum) => (sum + part)?,
            None => part,
        });
        Ok::<(), candle_core::Error>(())
    };
    for side in sides {
        let linear = side.linear;
        let dy = side.dy.to_dtype(compute.dtype)?; // [tokens, outputs]
        let turned = dy.t()?;
        if let Base::Trained(id) = linear.base {
            sink.add(id, linear.among_all(compute.product(&turned, x)?, side.tensors.rows)?)?;
        }
        if let Some(Vector::Trained(id)) = linear.bias {
            sink.add(id, side.dy.sum(0)?)?;
        }
        add(compute.product(&dy, &side.tensors.weight)?)?; // [tokens, inputs]
        let (Some(lora), Some((a, b)), Some(low)) = (&linear.lora, &side.tensors.lora, side.low) else { continue };
        let u = compute.product(&dy, b)?.affine(f64::from(lora.scale), 0.0)?.to_dtype(compute.dtype)?; // [tokens, rank]
        sink.add(lora.b, linear.among_all(compute.product(&turned, &low.values)?, side.tensors.rows)?)?;
        let dropped = pass.dropped(x, low.passed.as_ref())?;
        sink.add(lora.a, compute.product(&u.t()?, &dropped)?)?;
        // What was dropped passes nothing back.
        add(pass.dropped(&compute.product(&u, a)?, low.passed.as_ref())?)?;
    }
    match dx {
        Some(dx) => Ok(dx),
        None => x.zeros_like(),
    }
}
