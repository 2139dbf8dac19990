//! What is multiplied, and where it is written.

use std::ops::Range;

use crate::compute::Matrix;

/// Depth of a block; a multiple of every [`BlockType`](crate::compute::BlockType)'s length.
pub(super) const DEPTH: usize = 256;
/// Columns of the right side that are packed together, at most. Also the widest panel.
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))] // that of AVX-512
pub(super) const PANEL: usize = 32;
/// Rows of a tile, at most.
#[cfg_attr(not(any(target_arch = "x86_64", target_arch = "aarch64")), allow(dead_code))]
pub(super) const TILE: usize = 12;

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

    /// Panics where `rows` by `columns` elements do not lie in the data.
    pub(super) fn check(&self, rows: usize, columns: usize) {
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

/// Elements that several threads write to, each at places of its own.
#[derive(Clone, Copy)]
pub(super) struct Shared {
    start: *mut f32,
    length: usize,
}

// SAFETY: chunks of work write disjoint places, and nobody reads them before the pool is done.
unsafe impl Sync for Shared {}

impl Shared {
    pub(super) fn new(data: &mut [f32]) -> Self {
        Self { start: data.as_mut_ptr(), length: data.len() }
    }

    /// Where element `at` lies; `length` elements from there on are inside.
    pub(super) fn pointer(&self, at: usize, length: usize) -> *mut f32 {
        assert!(at + length <= self.length);
        // SAFETY: inside the elements, as asserted.
        unsafe { self.start.add(at) }
    }

    /// # Safety
    /// No other reference into `range` lives at the same time.
    #[allow(clippy::mut_from_ref)]
    pub(super) unsafe fn slice(&self, range: Range<usize>) -> &mut [f32] {
        assert!(range.start <= range.end && range.end <= self.length);
        // SAFETY: inside the elements, as asserted; exclusive, as the caller says.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(range.start), range.end - range.start) }
    }
}
