//! What adapters compute: products with their matrices `a: [rank, inputs]` and `b: [outputs, rank]`, and the gradients of those. Ranks up to
//! [`THIN`] have kernels of their own.

use super::workspace::Workspace;
use crate::compute::gemm::{Output, Right, Term, View, Write, gemm};
use crate::compute::{THIN, add_thin, add_to_thin, thin_products};

/// `low = scale * x a^T`, `[tokens, rank]`, for `x: [tokens, inputs]`.
pub fn inner(workspace: &Workspace<'_>, x: &[f32], a: &[f32], rank: usize, scale: f32, low: &mut [f32]) {
    let inputs = a.len() / rank.max(1);
    if rank <= THIN {
        return thin_products(workspace.pool, x, a, inputs, scale, low);
    }
    let right = Right::Dense(View::rows(a, inputs).transposed());
    gemm(workspace.pool, &[Term { left: View::rows(x, inputs), right, depth: inputs }], Output::rows(low, rank, Write::Replace));
    low.iter_mut().for_each(|value| *value *= scale);
}

/// `y += low b^T`, `[tokens, outputs]`.
pub fn add_outer(workspace: &mut Workspace<'_>, low: &[f32], b: &[f32], rank: usize, y: &mut [f32]) {
    let outputs = b.len() / rank.max(1);
    if rank <= THIN {
        let turned = turned(workspace, b, rank);
        add_thin(workspace.pool, low, &turned, outputs, y);
        return workspace.give(turned);
    }
    let right = Right::Dense(View::rows(b, rank).transposed());
    gemm(workspace.pool, &[Term { left: View::rows(low, rank), right, depth: rank }], Output::rows(y, outputs, Write::Add));
}

/// `dlow = scale * dy b`, `[tokens, rank]`.
pub fn outer_back(workspace: &mut Workspace<'_>, dy: &[f32], b: &[f32], rank: usize, scale: f32, dlow: &mut [f32]) {
    let outputs = b.len() / rank.max(1);
    if rank <= THIN {
        let turned = turned(workspace, b, rank);
        thin_products(workspace.pool, dy, &turned, outputs, scale, dlow);
        return workspace.give(turned);
    }
    let term = Term { left: View::rows(dy, outputs), right: Right::Dense(View::rows(b, rank)), depth: outputs };
    gemm(workspace.pool, &[term], Output::rows(dlow, rank, Write::Replace));
    dlow.iter_mut().for_each(|value| *value *= scale);
}

/// `dx += dlow a`, `[tokens, inputs]`.
pub fn add_inner_back(workspace: &Workspace<'_>, dlow: &[f32], a: &[f32], rank: usize, dx: &mut [f32]) {
    let inputs = a.len() / rank.max(1);
    if rank <= THIN {
        return add_thin(workspace.pool, dlow, a, inputs, dx);
    }
    let term = Term { left: View::rows(dlow, rank), right: Right::Dense(View::rows(a, inputs)), depth: rank };
    gemm(workspace.pool, &[term], Output::rows(dx, inputs, Write::Add));
}

/// Adds `dlow^T x`, `[rank, inputs]`, to the gradient of `a`.
pub fn inner_gradient(workspace: &Workspace<'_>, dlow: &[f32], x: &[f32], rank: usize, gradient: &mut [f32]) {
    let inputs = gradient.len() / rank.max(1);
    if rank <= THIN {
        return add_to_thin(workspace.pool, dlow, x, inputs, gradient);
    }
    add_product(workspace, gradient, dlow, rank, x, inputs);
}

/// Adds `dy^T low`, `[outputs, rank]`, to the gradient of `b`.
pub fn outer_gradient(workspace: &mut Workspace<'_>, dy: &[f32], low: &[f32], rank: usize, gradient: &mut [f32]) {
    let outputs = gradient.len() / rank.max(1);
    if rank > THIN {
        return add_product(workspace, gradient, dy, outputs, low, rank);
    }
    let mut turned = workspace.zeros(gradient.len());
    add_to_thin(workspace.pool, low, dy, outputs, &mut turned);
    for (j, row) in turned.chunks_exact(outputs.max(1)).enumerate() {
        let column = gradient.iter_mut().skip(j).step_by(rank);
        column.zip(row).for_each(|(gradient, value)| *gradient += value);
    }
    workspace.give(turned);
}

/// `gradient += dy^T x`, `[outputs, inputs]`.
pub fn add_product(workspace: &Workspace<'_>, gradient: &mut [f32], dy: &[f32], outputs: usize, x: &[f32], inputs: usize) {
    let depth = dy.len() / outputs.max(1);
    let term = Term { left: View::rows(dy, outputs).transposed(), right: Right::Dense(View::rows(x, inputs)), depth };
    gemm(workspace.pool, &[term], Output::rows(gradient, inputs, Write::Add));
}

/// `[rank, outputs]` of `b: [outputs, rank]`.
fn turned(workspace: &mut Workspace<'_>, b: &[f32], rank: usize) -> Vec<f32> {
    let outputs = b.len() / rank.max(1);
    let mut turned = workspace.take(b.len());
    for (j, row) in turned.chunks_exact_mut(outputs.max(1)).enumerate() {
        row.iter_mut().zip(b.iter().skip(j).step_by(rank)).for_each(|(turned, value)| *turned = *value);
    }
    turned
}
