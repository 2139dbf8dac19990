//! Products of f32 matrices, for training: `out = sum of left * right`, where the right side may lie in a model file's layout.
//!
//! The right side is unpacked block by block into scratch that fits the second-level cache, so a quantised matrix is never held as floats.
//! Every output is a chain of fused multiply-adds over the depth, cut into blocks of `DEPTH`; blocks are added in order. So an output
//! depends on its own row and column alone, not on the batch and not on the number of threads.
//!
//! - `pack`: both sides in the order in which kernels read them
//! - `kernels`: a tile of the output, by level

use std::cell::RefCell;
use std::ops::Range;

use super::{Level, Matrix, Pool};
use kernels::Kernels;
use pack::{pack_left, pack_right};

mod kernels;
mod pack;

/// Depth of a block; a multiple of every [`BlockType`](super::BlockType)'s length.
const DEPTH: usize = 256;
/// Columns of the right side that are packed together, at most. Also the widest panel.
const PANEL: usize = 32;
/// Most columns of a chunk of work.
const WIDEST: usize = 256;
/// Rows of a tile, at most.
const TILE: usize = 12;

/// A dense matrix seen through strides: element `(row, column)` lies at `row * row_stride + column * column_stride`.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The elements, from `(0, 0)` on.
    pub data: &'a [f32],
    /// From row to row.
    pub row_stride: usize,
    /// From column to column.
    pub column_stride: usize,
}

impl<'a> View<'a> {
    /// Rows of `columns` elements, one behind the other.
    pub fn rows(data: &'a [f32], columns: usize) -> Self {
        Self { data, row_stride: columns, column_stride: 1 }
    }

    /// The transpose.
    pub fn transposed(self) -> Self {
        Self { data: self.data, row_stride: self.column_stride, column_stride: self.row_stride }
    }

    fn check(&self, rows: usize, columns: usize) {
        let last = rows.saturating_sub(1) * self.row_stride + columns.saturating_sub(1) * self.column_stride;
        assert!(rows == 0 || columns == 0 || last < self.data.len(), "{rows} x {columns} do not lie in {} elements", self.data.len());
    }
}

/// The right side of a product, `[depth, columns]`.
#[derive(Debug, Clone, Copy)]
pub enum Right<'a> {
    /// Floats.
    Dense(View<'a>),
    /// A stored matrix `[depth, columns]`.
    Stored(Matrix<'a>),
    /// A stored matrix `[columns, depth]`, to be transposed: what a linear layer multiplies with.
    StoredTransposed(Matrix<'a>),
}

/// One product of a sum.
#[derive(Debug, Clone, Copy)]
pub struct Term<'a> {
    /// `[rows, depth]`
    pub left: View<'a>,
    /// `[depth, columns]`
    pub right: Right<'a>,
    /// Columns of the left side, rows of the right one.
    pub depth: usize,
}

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

/// Elements that several threads write to, each at places of its own.
#[derive(Clone, Copy)]
struct Shared {
    start: *mut f32,
    length: usize,
}

// SAFETY: chunks of work write disjoint places, and nobody reads them before the pool is done.
unsafe impl Sync for Shared {}

impl Shared {
    fn new(data: &mut [f32]) -> Self {
        Self { start: data.as_mut_ptr(), length: data.len() }
    }

    /// Where element `at` lies; `length` elements from there on are inside.
    fn pointer(&self, at: usize, length: usize) -> *mut f32 {
        assert!(at + length <= self.length);
        // SAFETY: inside the elements, as asserted.
        unsafe { self.start.add(at) }
    }

    /// # Safety
    /// No other reference into `range` lives at the same time.
    #[allow(clippy::mut_from_ref)]
    unsafe fn slice(&self, range: Range<usize>) -> &mut [f32] {
        assert!(range.start <= range.end && range.end <= self.length);
        // SAFETY: inside the elements, as asserted; exclusive, as the caller says.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(range.start), range.end - range.start) }
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
