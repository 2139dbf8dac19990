//! Linear layers: `y = x w^T + bias`, and with a low-rank adapter (LoRA, arXiv 2106.09685) `+ scale * drop(x) a^T b^T`.
//!
//! A frozen matrix stays in the model file's layout: it is unpacked block by block inside the product, and never has a gradient.

use super::workspace::Workspace;
use crate::compute::Matrix;
use crate::compute::gemm::{Output, Right, Term, View, Write, gemm};
use crate::llm::names::Projection;
use crate::random;
use crate::train::parameters::{Gradients, ParameterId, Parameters, Vector};

/// Where a layer's matrix `[outputs, inputs]` is.
#[derive(Debug, Clone, Copy)]
pub enum Base<'w> {
    /// In the model file.
    Frozen(Matrix<'w>),
    /// Among the parameters.
    Trained(ParameterId),
}

/// A low-rank adapter.
#[derive(Debug, Clone, Copy)]
pub struct Lora {
    /// `[rank, inputs]`
    pub a: ParameterId,
    /// `[outputs, rank]`
    pub b: ParameterId,
    /// Its rank.
    pub rank: usize,
    /// `alpha / rank`, or `alpha / sqrt(rank)` (rsLoRA, arXiv 2312.03732).
    pub scale: f32,
}

/// A linear layer.
#[derive(Debug, Clone)]
pub struct Linear<'w> {
    /// Outputs.
    pub outputs: usize,
    /// Inputs.
    pub inputs: usize,
    /// Its matrix.
    pub base: Base<'w>,
    /// Its bias, where it has one.
    pub bias: Option<Vector<'w>>,
    /// Its adapter, where it has one.
    pub lora: Option<Lora>,
    /// Its layer and which of the layer's maps it is; `None` for the output.
    pub place: Option<(usize, Projection)>,
    /// Tells its dropout from that of other layers.
    pub index: u64,
    /// Its first row in what is trained: more than 0 where several maps are one there.
    pub first: usize,
}

/// What of an adapter's input is dropped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropout {
    /// The share that is dropped, below 1.
    pub probability: f32,
    /// Changes with every batch.
    pub key: u64,
}

impl Dropout {
    /// What 16 random bits must reach for an element to be kept.
    fn limit(&self) -> u64 {
        (f64::from(self.probability) * 65_536.0).round() as u64
    }

    /// `x / (1 - probability)` where it is kept, else 0; element by element by its place, so that it can be had again.
    fn apply(&self, layer: u64, x: &[f32], out: &mut [f32]) {
        let key = random::key(&[self.key, layer]);
        let limit = self.limit();
        let scale = 1.0 / (1.0 - self.probability);
        for (index, (out, x)) in out.chunks_mut(4).zip(x.chunks(4)).enumerate() {
            let mut bits = random::hash(key, index as u64);
            for (out, x) in out.iter_mut().zip(x) {
                *out = if bits & 0xffff >= limit { x * scale } else { 0.0 };
                bits >>= 16;
            }
        }
    }

    /// 1 for each element of `out` that [`Self::apply`] keeps, else 0. They stand from place `from` on, a multiple of four.
    pub(super) fn passed(&self, layer: u64, from: usize, out: &mut [u8]) {
        let key = random::key(&[self.key, layer]);
        let limit = self.limit();
        for (index, out) in out.chunks_mut(4).enumerate() {
            let mut bits = random::hash(key, (from / 4 + index) as u64);
            for out in out {
                *out = u8::from(bits & 0xffff >= limit);
                bits >>= 16;
            }
        }
    }
}

/// What a pass needs besides a layer and its input.
pub struct Pass<'a, 'p> {
    /// Threads and buffers.
    pub workspace: &'a mut Workspace<'p>,
    /// The trained values.
    pub parameters: &'a Parameters,
    /// What is dropped; `None` for nothing.
    pub dropout: Option<Dropout>,
}

impl<'w> Linear<'w> {
    /// Its part of the values of a matrix `[rows, width]` that is trained.
    pub fn own<'a>(&self, values: &'a [f32], width: usize) -> &'a [f32] {
        values.get(self.place_in(width)).unwrap_or_default()
    }

    fn own_mut<'a>(&self, values: &'a mut [f32], width: usize) -> &'a mut [f32] {
        values.get_mut(self.place_in(width)).unwrap_or_default()
    }

    /// Where that part lies.
    pub fn place_in(&self, width: usize) -> std::ops::Range<usize> {
        self.first * width..(self.first + self.outputs) * width
    }

    fn right_transposed<'a>(&'a self, parameters: &'a Parameters) -> Right<'a> {
        match self.base {
            Base::Frozen(matrix) => Right::StoredTransposed(matrix),
            Base::Trained(id) => Right::Dense(View::rows(self.own(parameters.values(id), self.inputs), self.inputs).transposed()),
        }
    }

    fn right<'a>(&'a self, parameters: &'a Parameters) -> Right<'a> {
        match self.base {
            Base::Frozen(matrix) => Right::Stored(matrix),
            Base::Trained(id) => Right::Dense(View::rows(self.own(parameters.values(id), self.inputs), self.inputs)),
        }
    }

    /// `y: [tokens, outputs]` of `x: [tokens, inputs]`; also `scale * drop(x) a^T`, `[tokens, rank]`, which [`backward`] wants again.
    pub fn forward(&self, pass: &mut Pass<'_, '_>, x: &[f32]) -> (Vec<f32>, Option<Vec<f32>>) {
        let tokens = x.len() / self.inputs.max(1);
        let low = self.adapter_input(pass, x);
        let parameters = pass.parameters;
        let mut y = pass.workspace.take(tokens * self.outputs);
        let write = match &self.bias {
            Some(bias) => {
                let bias = bias.values(parameters);
                y.chunks_exact_mut(self.outputs).for_each(|row| row.copy_from_slice(bias));
                Write::Add
            }
            None => Write::Replace,
        };
        let mut terms = vec![Term { left: View::rows(x, self.inputs), right: self.right_transposed(parameters), depth: self.inputs }];
        if let (Some(lora), Some(low)) = (&self.lora, &low) {
            let right = Right::Dense(View::rows(self.own(parameters.values(lora.b), lora.rank), lora.rank).transposed());
            terms.push(Term { left: View::rows(low, lora.rank), right, depth: lora.rank });
        }
        gemm(pass.workspace.pool, &terms, Output::rows(&mut y, self.outputs, write));
        (y, low)
    }

    /// `scale * drop(x) a^T`, `[tokens, rank]`; `None` without an adapter.
    pub fn adapter_input(&self, pass: &mut Pass<'_, '_>, x: &[f32]) -> Option<Vec<f32>> {
        let lora = self.lora?;
        let tokens = x.len() / self.inputs.max(1);
        let mut low = pass.workspace.take(tokens * lora.rank);
        let dropped = self.dropped(pass, x);
        let right = Right::Dense(View::rows(pass.parameters.values(lora.a), self.inputs).transposed());
        let left = View::rows(dropped.as_deref().unwrap_or(x), self.inputs);
        gemm(pass.workspace.pool, &[Term { left, right, depth: self.inputs }], Output::rows(&mut low, lora.rank, Write::Replace));
        low.iter_mut().for_each(|value| *value *= lora.scale);
        if let Some(dropped) = dropped {
            pass.workspace.give(dropped);
        }
        Some(low)
    }

    /// The adapter's input, where something of it is dropped.
    fn dropped(&self, pass: &mut Pass<'_, '_>, x: &[f32]) -> Option<Vec<f32>> {
        let dropout = pass.dropout?;
        let mut out = pass.workspace.take(x.len());
        dropout.apply(self.index, x, &mut out);
        Some(out)
    }
}

/// A layer, the gradient of its output, and what its forward pass kept.
pub struct Side<'a, 'w> {
    /// The layer.
    pub linear: &'a Linear<'w>,
    /// `[tokens, outputs]`
    pub dy: &'a [f32],
    /// `[tokens, rank]`
    pub low: Option<&'a [f32]>,
}

/// Goes back through layers that read the same `x`: adds to the gradients of what they train, and writes the gradient of `x` to `dx`,
/// where that is wanted.
pub fn backward(pass: &mut Pass<'_, '_>, gradients: &mut Gradients, sides: &[Side<'_, '_>], x: &[f32], dx: Option<(&mut [f32], Write)>) {
    let parameters = pass.parameters;
    let lows: Vec<Option<Vec<f32>>> = sides.iter().map(|side| adapter_gradients(pass, gradients, side, x)).collect();
    for side in sides {
        let linear = side.linear;
        if let Base::Trained(id) = linear.base {
            let gradient = linear.own_mut(gradients.get_mut(id), linear.inputs);
            accumulate(pass, gradient, side.dy, linear.outputs, x, linear.inputs);
        }
        if let Some(Vector::Trained(id)) = &linear.bias {
            let bias = gradients.get_mut(*id);
            side.dy.chunks_exact(linear.outputs).for_each(|row| bias.iter_mut().zip(row).for_each(|(bias, dy)| *bias += dy));
        }
    }
    if let Some((dx, write)) = dx {
        let mut terms = Vec::with_capacity(2 * sides.len());
        for (side, low) in sides.iter().zip(&lows) {
            let linear = side.linear;
            terms.push(Term { left: View::rows(side.dy, linear.outputs), right: linear.right(parameters), depth: linear.outputs });
            if let (Some(lora), Some(low), None) = (&linear.lora, low, pass.dropout) {
                let right = Right::Dense(View::rows(parameters.values(lora.a), linear.inputs));
                terms.push(Term { left: View::rows(low, lora.rank), right, depth: lora.rank });
            }
        }
        let inputs = sides.first().map_or(1, |side| side.linear.inputs);
        gemm(pass.workspace.pool, &terms, Output::rows(dx, inputs, write));
        if let Some(dropout) = pass.dropout {
            // What was dropped passes nothing back.
            for (side, low) in sides.iter().zip(&lows) {
                let (Some(lora), Some(low)) = (&side.linear.lora, low) else { continue };
                let mut through = pass.workspace.take(x.len());
                let mut kept = pass.workspace.take(x.len());
                let right = Right::Dense(View::rows(parameters.values(lora.a), inputs));
                let term = Term { left: View::rows(low, lora.rank), right, depth: lora.rank };
                gemm(pass.workspace.pool, &[term], Output::rows(&mut through, inputs, Write::Replace));
                dropout.apply(side.linear.index, &through, &mut kept);
                dx.iter_mut().zip(&kept).for_each(|(dx, kept)| *dx += kept);
                pass.workspace.give(through);
                pass.workspace.give(kept);
            }
        }
    }
    lows.into_iter().flatten().for_each(|low| pass.workspace.give(low));
}

/// Adds to the gradients of an adapter; gives the gradient of `drop(x) a^T`, `[tokens, rank]`.
fn adapter_gradients(pass: &mut Pass<'_, '_>, gradients: &mut Gradients, side: &Side<'_, '_>, x: &[f32]) -> Option<Vec<f32>> {
    let (linear, lora) = (side.linear, side.linear.lora?);
    let tokens = x.len() / linear.inputs.max(1);
    let mut dlow = pass.workspace.take(tokens * lora.rank);
    let right = Right::Dense(View::rows(linear.own(pass.parameters.values(lora.b), lora.rank), lora.rank));
    let term = Term { left: View::rows(side.dy, linear.outputs), right, depth: linear.outputs };
    gemm(pass.workspace.pool, &[term], Output::rows(&mut dlow, lora.rank, Write::Replace));
    dlow.iter_mut().for_each(|value| *value *= lora.scale);
    if let Some(low) = side.low {
        let gradient = linear.own_mut(gradients.get_mut(lora.b), lora.rank);
        accumulate(pass, gradient, side.dy, linear.outputs, low, lora.rank);
    }
    let dropped = linear.dropped(pass, x);
    accumulate(pass, gradients.get_mut(lora.a), &dlow, lora.rank, dropped.as_deref().unwrap_or(x), linear.inputs);
    if let Some(dropped) = dropped {
        pass.workspace.give(dropped);
    }
    Some(dlow)
}

/// `gradient += dy^T x`, `[outputs, inputs]`.
pub(super) fn accumulate(pass: &Pass<'_, '_>, gradient: &mut [f32], dy: &[f32], outputs: usize, x: &[f32], inputs: usize) {
    let depth = dy.len() / outputs.max(1);
    let term = Term { left: View::rows(dy, outputs).transposed(), right: Right::Dense(View::rows(x, inputs)), depth };
    gemm(pass.workspace.pool, &[term], Output::rows(gradient, inputs, Write::Add));
}
