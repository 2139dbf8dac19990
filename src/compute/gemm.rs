//! Products of f32 matrices, for training: `out = sum of left * right`, where the right side may lie in a model file's layout.
//!
//! The right side is unpacked block by block into scratch that fits the second-level cache, so a quantised matrix is never held as floats.
//! Every output is a chain of fused multiply-adds over the depth, cut into blocks of `DEPTH`; blocks are added in order. So an output
//! depends on its own row and column alone, not on the batch and not on the number of threads.
//!
//! Files on their floors, the lowest first:
//! - `sides`: what is multiplied, and where it is written
//! - `neon`: a tile of the output on AArch64
//! - `kernels`: a tile of the output, by level
//! - `pack`: both sides in the order in which kernels read them

use std::cell::RefCell;
use std::ops::Range;

use super::{Level, Pool};
use kernels::Kernels;
use pack::{pack_left, pack_right};
use sides::{DEPTH, Shared};

mod kernels;
#[cfg(target_arch = "aarch64")]
mod neon;
mod pack;
mod sides;

pub use sides::{Right, Term, View};

/// Most columns of a chunk of work.
const WIDEST: usize = 256;
/// What becomes of what the output holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// It is replaced.
    Replace,
    /// The product is added to it.
    Add,
}

/// Where a product is written: `rows` by `columns` elements of `data`, rows `stride` apart.
#[derive(Debug)]
pub struct Output<'a> {
    /// The elements, from `(0, 0)` on.
    pub data: &'a mut [f32],
    /// How many rows.
    pub rows: usize,
    /// How many columns.
    pub columns: usize,
    /// From row to row.
    pub stride: usize,
    /// What becomes of what is there.
    pub write: Write,
}

impl<'a> Output<'a> {
    /// Rows of `columns` elements, one behind the other.
    pub fn rows(data: &'a mut [f32], columns: usize, write: Write) -> Self {
        let rows = data.len() / columns.max(1);
        Self { data, rows, columns, stride: columns, write }
    }
}

thread_local! {
    static LEFT: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
    static RIGHT: RefCell<(Vec<f32>, Vec<f32>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

/// Computes the sum of `terms` into `out`. A call from inside a task of `pool` runs on the calling thread.
pub fn gemm(pool: &Pool, terms: &[Term<'_>], out: Output<'_>) {
    let kernels = Kernels::of(Level::detect());
    let Output { data, rows, columns, stride, write } = out;
    if rows == 0 || columns == 0 {
        return;
    }
    assert!(columns <= stride && (rows - 1) * stride + columns <= data.len(), "{rows} x {columns} do not lie in {}", data.len());
    let depth: usize = terms.iter().map(|term| term.depth).sum();
    if depth == 0 {
        if write == Write::Replace {
            data.chunks_mut(stride).take(rows).for_each(|row| row[..columns].fill(0.0));
        }
        return;
    }
    for term in terms {
        term.left.check(rows, term.depth);
        match term.right {
            Right::Dense(view) => view.check(term.depth, columns),
            Right::Stored(matrix) => assert!(matrix.rows == term.depth && matrix.columns == columns),
            Right::StoredTransposed(matrix) => assert!(matrix.columns == term.depth && matrix.rows == columns),
        }
    }
    let tiles = rows.div_ceil(kernels.tile);
    let mut left = LEFT.with(|left| std::mem::take(&mut *left.borrow_mut()));
    let packed_rows = (tiles - 1) * kernels.tile + kernels.width(rows - (tiles - 1) * kernels.tile);
    left.resize(left.len().max(packed_rows * depth), 0.0);
    pack_left(pool, &kernels, terms, rows, depth, &mut left);
    let chunks = Chunks::new(pool.threads(), terms, rows, columns, &kernels);
    let (left_ref, shared) = (&left, Shared::new(data));
    pool.run(chunks.count(), &|chunk| {
        let (tile_range, column_range) = chunks.get(chunk);
        RIGHT.with(|scratch| {
            let (panels, row) = &mut *scratch.borrow_mut();
            let mut first = write == Write::Replace;
            let mut before = 0; // depth of the terms before
            for term in terms {
                for start in (0..term.depth).step_by(DEPTH) {
                    let block = start..(start + DEPTH).min(term.depth);
                    pack_right(&term.right, kernels.panel, block.clone(), column_range.clone(), panels, row);
                    for tile in tile_range.clone() {
                        let height = kernels.tile.min(rows - tile * kernels.tile);
                        let width = kernels.width(height);
                        let base = tile * kernels.tile * depth + (before + start) * width;
                        let a = &left_ref[base..base + block.len() * width];
                        for (index, at) in column_range.clone().step_by(kernels.panel).enumerate() {
                            let b = &panels[index * kernels.panel * DEPTH..][..kernels.panel * block.len()];
                            let count = kernels.panel.min(column_range.end - at);
                            let from = tile * kernels.tile * stride + at;
                            let place = shared.pointer(from, (height - 1) * stride + count);
                            // SAFETY: chunks own disjoint tiles or columns; `rows` rows of `count` elements lie there. (A slice of them
                            // would span columns of other chunks.)
                            unsafe { (kernels.run)(width, a, b, block.len(), place, stride, height, count, first) }
                        }
                    }
                    first = false;
                }
                before += term.depth;
            }
        });
    });
    LEFT.with(|kept| *kept.borrow_mut() = left);
}

/// How the output is cut into chunks of work.
struct Chunks {
    columns: usize,
    width: usize,
    tiles: usize,
    group: usize,
}

impl Chunks {
    fn new(threads: usize, terms: &[Term<'_>], rows: usize, columns: usize, kernels: &Kernels) -> Self {
        let block = terms.iter().map(|term| if let Right::Stored(matrix) = term.right { matrix.block.block_len() } else { 1 }).max();
        let unit = block.unwrap_or(1).max(kernels.panel);
        let wanted = if threads == 1 { 1 } else { 6 * threads };
        let width = columns.div_ceil(wanted).next_multiple_of(unit).clamp(unit, WIDEST.max(unit));
        let tiles = rows.div_ceil(kernels.tile);
        let across = columns.div_ceil(width);
        // Too few columns for all threads: rows are cut too, and the right side is packed once for each part.
        let parts = wanted.div_ceil(across).min(tiles.div_ceil(8)).max(1);
        Self { columns, width, tiles, group: tiles.div_ceil(parts) }
    }

    fn count(&self) -> usize {
        self.columns.div_ceil(self.width) * self.tiles.div_ceil(self.group)
    }

    /// The tiles and columns of a chunk.
    fn get(&self, chunk: usize) -> (Range<usize>, Range<usize>) {
        let across = self.columns.div_ceil(self.width);
        let (part, column) = (chunk / across, chunk % across);
        (part * self.group..((part + 1) * self.group).min(self.tiles), column * self.width..((column + 1) * self.width).min(self.columns))
    }
}

#[cfg(test)]
mod tests;
