//! Linear layers: `y = x w^T + bias`, and with a low-rank adapter (LoRA, arXiv 2106.09685) `+ scale * drop(x) a^T b^T`.
//!
//! A frozen matrix stays in the model file's layout: it is unpacked block by block inside the product, and never has a gradient. Its products
//! are made in f32, or as the model's are when it is asked: in 8 bits.

use super::low_rank;
use super::turned::Turned;
use super::workspace::Workspace;
use crate::compute::gemm::{Output, Right, Term, View, Write, gemm};
use crate::compute::{Matrix, Phase, Pool, matmul};
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

/// How products with a frozen matrix are made.
#[derive(Debug, Clone, Default)]
pub enum Products {
    /// In f32.
    #[default]
    Floats,
    /// In 8 bits, as in inference; on the way back, too, where a turned copy is at hand.
    EightBits(Option<Turned>),
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
    /// How products with that are made, where it is frozen.
    pub products: Products,
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

    /// Has products made in 8 bits, where the matrix is frozen and quantised; with `turned`, those of the way back, too.
    pub fn use_eight_bits(&mut self, pool: &Pool, turned: bool) {
        if let Base::Frozen(matrix) = &self.base
            && matrix.block.block_len() > 1
        {
            self.products = Products::EightBits(if turned { Turned::new(pool, matrix) } else { None });
        }
    }

    fn turned(&self) -> Option<&Turned> {
        if let Products::EightBits(turned) = &self.products { turned.as_ref() } else { None }
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
        let pool = pass.workspace.pool;
        let mut y = pass.workspace.take(tokens * self.outputs);
        let write = match (&self.base, &self.products) {
            (Base::Frozen(matrix), Products::EightBits(_)) => {
                matmul(pool, Phase::Prefill, x, tokens, &[*matrix], &mut [&mut y]);
                Write::Add
            }
            _ => Write::Replace,
        };
        if let Some(bias) = &self.bias {
            let bias = bias.values(parameters);
            for row in y.chunks_exact_mut(self.outputs) {
                match write {
                    Write::Replace => row.copy_from_slice(bias),
                    Write::Add => row.iter_mut().zip(bias).for_each(|(y, bias)| *y += bias),
                }
            }
        }
        if write == Write::Replace {
            let term = Term { left: View::rows(x, self.inputs), right: self.right_transposed(parameters), depth: self.inputs };
            let write = if self.bias.is_some() { Write::Add } else { Write::Replace };
            gemm(pool, &[term], Output::rows(&mut y, self.outputs, write));
        }
        if let (Some(lora), Some(low)) = (&self.lora, &low) {
            low_rank::add_outer(pass.workspace, low, self.own(parameters.values(lora.b), lora.rank), lora.rank, &mut y);
        }
        (y, low)
    }

    /// `scale * drop(x) a^T`, `[tokens, rank]`; `None` without an adapter.
    pub fn adapter_input(&self, pass: &mut Pass<'_, '_>, x: &[f32]) -> Option<Vec<f32>> {
        let lora = self.lora?;
        let tokens = x.len() / self.inputs.max(1);
        let mut low = pass.workspace.take(tokens * lora.rank);
        let dropped = self.dropped(pass, x);
        low_rank::inner(pass.workspace, dropped.as_deref().unwrap_or(x), pass.parameters.values(lora.a), lora.rank, lora.scale, &mut low);
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
            low_rank::add_product(pass.workspace, gradient, side.dy, linear.outputs, x, linear.inputs);
        }
        if let Some(Vector::Trained(id)) = &linear.bias {
            let bias = gradients.get_mut(*id);
            side.dy.chunks_exact(linear.outputs).for_each(|row| bias.iter_mut().zip(row).for_each(|(bias, dy)| *bias += dy));
        }
    }
    if let Some((dx, mut write)) = dx {
        let mut terms = Vec::with_capacity(sides.len());
        for side in sides {
            let linear = side.linear;
            match linear.turned() {
                Some(turned) => {
                    multiply_turned(pass.workspace, turned, side.dy, dx, write);
                    write = Write::Add;
                }
                None => {
                    terms.push(Term { left: View::rows(side.dy, linear.outputs), right: linear.right(parameters), depth: linear.outputs })
                }
            }
        }
        if !terms.is_empty() {
            let inputs = sides.first().map_or(1, |side| side.linear.inputs);
            gemm(pass.workspace.pool, &terms, Output::rows(dx, inputs, write));
        }
        for (side, low) in sides.iter().zip(&lows) {
            let (Some(lora), Some(low)) = (&side.linear.lora, low) else { continue };
            let a = parameters.values(lora.a);
            let Some(dropout) = pass.dropout else {
                low_rank::add_inner_back(pass.workspace, low, a, lora.rank, dx);
                continue;
            };
            // What was dropped passes nothing back.
            let mut through = pass.workspace.zeros(x.len());
            let mut kept = pass.workspace.take(x.len());
            low_rank::add_inner_back(pass.workspace, low, a, lora.rank, &mut through);
            dropout.apply(side.linear.index, &through, &mut kept);
            dx.iter_mut().zip(&kept).for_each(|(dx, kept)| *dx += kept);
            pass.workspace.give(through);
            pass.workspace.give(kept);
        }
    }
    lows.into_iter().flatten().for_each(|low| pass.workspace.give(low));
}

/// `dx = dy w` by the turned copy of `w`.
fn multiply_turned(workspace: &mut Workspace<'_>, turned: &Turned, dy: &[f32], dx: &mut [f32], write: Write) {
    let matrix = turned.matrix();
    let tokens = dy.len() / matrix.columns.max(1);
    if write == Write::Replace {
        matmul(workspace.pool, Phase::Prefill, dy, tokens, &[matrix], &mut [dx]);
        return;
    }
    let mut own = workspace.take(dx.len());
    matmul(workspace.pool, Phase::Prefill, dy, tokens, &[matrix], &mut [&mut own]);
    dx.iter_mut().zip(&own).for_each(|(dx, own)| *dx += own);
    workspace.give(own);
}

/// Adds to the gradients of an adapter; gives the gradient of `drop(x) a^T`, `[tokens, rank]`.
fn adapter_gradients(pass: &mut Pass<'_, '_>, gradients: &mut Gradients, side: &Side<'_, '_>, x: &[f32]) -> Option<Vec<f32>> {
    let (linear, lora) = (side.linear, side.linear.lora?);
    let tokens = x.len() / linear.inputs.max(1);
    let mut dlow = pass.workspace.take(tokens * lora.rank);
    let b = linear.own(pass.parameters.values(lora.b), lora.rank);
    low_rank::outer_back(pass.workspace, side.dy, b, lora.rank, lora.scale, &mut dlow);
    if let Some(low) = side.low {
        let gradient = linear.own_mut(gradients.get_mut(lora.b), lora.rank);
        low_rank::outer_gradient(pass.workspace, side.dy, low, lora.rank, gradient);
    }
    let dropped = linear.dropped(pass, x);
    low_rank::inner_gradient(pass.workspace, &dlow, dropped.as_deref().unwrap_or(x), lora.rank, gradients.get_mut(lora.a));
    if let Some(dropped) = dropped {
        pass.workspace.give(dropped);
    }
    Some(dlow)
}
