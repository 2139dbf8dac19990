//! Both sides of a product in the order in which kernels read them.

use std::ops::Range;

use super::kernels::Kernels;
use super::sides::{DEPTH, Right, Shared, Term, View};
use crate::compute::{Pool, dequantize};

/// The left sides, tile after tile: `[tile][depth][width]`, rows that are not there as zeros.
pub(super) fn pack_left(pool: &Pool, kernels: &Kernels, terms: &[Term<'_>], rows: usize, depth: usize, packed: &mut [f32]) {
    let shared = Shared::new(packed);
    let tile = kernels.tile;
    let tiles = rows.div_ceil(tile);
    const BAND: usize = 8;
    pool.run(tiles.div_ceil(BAND), &|band| {
        for index in band * BAND..((band + 1) * BAND).min(tiles) {
            let first = index * tile;
            let height = tile.min(rows - first);
            let width = kernels.width(height);
            let base = first * depth;
            // SAFETY: each tile has elements of its own.
            let out = unsafe { shared.slice(base..base + width * depth) };
            let mut at = 0;
            for term in terms {
                let out = &mut out[at..at + width * term.depth];
                at += width * term.depth;
                pack_tile(&term.left, first, height, term.depth, width, out);
            }
        }
    });
}

pub(super) fn pack_tile(view: &View<'_>, first: usize, height: usize, depth: usize, width: usize, out: &mut [f32]) {
    let base = first * view.row_stride;
    if view.row_stride == 1 {
        for (p, out) in out.chunks_exact_mut(width).enumerate().take(depth) {
            let from = base + p * view.column_stride;
            out[..height].copy_from_slice(&view.data[from..from + height]);
            out[height..].fill(0.0);
        }
        return;
    }
    if height < width {
        out.fill(0.0);
    }
    for i in 0..height {
        let row = &view.data[base + i * view.row_stride..];
        if view.column_stride == 1 {
            out.chunks_exact_mut(width).zip(&row[..depth]).for_each(|(out, &value)| out[i] = value);
        } else {
            out.chunks_exact_mut(width).zip(row.iter().step_by(view.column_stride)).for_each(|(out, &value)| out[i] = value);
        }
    }
}

/// A block of the right side, panel after panel: `[panel][depth][width]`, columns that are not there as zeros. A panel begins every
/// `width * DEPTH` elements.
pub(super) fn pack_right(
    right: &Right<'_>,
    width: usize,
    depth: Range<usize>,
    columns: Range<usize>,
    panels: &mut Vec<f32>,
    row: &mut Vec<f32>,
) {
    let count = columns.len().div_ceil(width);
    panels.resize(panels.len().max(count * width * DEPTH), 0.0);
    let panel_size = width * DEPTH;
    if !columns.len().is_multiple_of(width) {
        panels[(count - 1) * panel_size..count * panel_size].fill(0.0);
    }
    match right {
        Right::Dense(view) if view.column_stride == 1 => {
            for (p, k) in depth.enumerate() {
                let row = &view.data[k * view.row_stride + columns.start..k * view.row_stride + columns.end];
                for (panel, piece) in row.chunks(width).enumerate() {
                    panels[panel * panel_size + p * width..][..piece.len()].copy_from_slice(piece);
                }
            }
        }
        Right::Dense(view) => {
            for (j, column) in columns.enumerate() {
                let panel = &mut panels[j / width * panel_size..][..width * depth.len()];
                let column = &view.data[column * view.column_stride + depth.start * view.row_stride..];
                let values = column.iter().step_by(view.row_stride);
                panel.chunks_exact_mut(width).zip(values).for_each(|(out, &value)| out[j % width] = value);
            }
        }
        Right::Stored(matrix) => {
            row.resize(columns.len(), 0.0);
            for (p, k) in depth.enumerate() {
                dequantize(matrix.block, matrix.part(k, columns.clone()), row);
                for (panel, piece) in row.chunks(width).enumerate() {
                    panels[panel * panel_size + p * width..][..piece.len()].copy_from_slice(piece);
                }
            }
        }
        Right::StoredTransposed(matrix) => {
            // Eight rows at once, so that writes to a panel fill half a line.
            const ROWS: usize = 8;
            let length = depth.len();
            row.resize(ROWS * length, 0.0);
            for first in columns.clone().step_by(ROWS) {
                let here = ROWS.min(columns.end - first);
                for (i, out) in row.chunks_exact_mut(length).enumerate().take(here) {
                    dequantize(matrix.block, matrix.part(first + i, depth.clone()), out);
                }
                let j = first - columns.start;
                let panel = &mut panels[j / width * panel_size..][..width * length];
                let place = j % width;
                if here == ROWS {
                    let (rows, _) = row.split_at(ROWS * length);
                    for (p, out) in panel.chunks_exact_mut(width).enumerate() {
                        let out = &mut out[place..place + ROWS];
                        for i in 0..ROWS {
                            out[i] = rows[i * length + p];
                        }
                    }
                } else {
                    for (i, values) in row.chunks_exact(length).enumerate().take(here) {
                        panel.chunks_exact_mut(width).zip(values).for_each(|(out, &value)| out[place + i] = value);
                    }
                }
            }
        }
    }
}
