//! Products of f32 matrices, for training: `out = sum of left * right`, where the right side may lie in a model file's layout.
//!
//! The right side is unpacked block by block into scratch that fits the second-level cache, so a quantised matrix is never held as floats.
//! Every output is a chain of fused multiply-adds over the depth, cut into blocks of `DEPTH`; blocks are added in order. So an output
//! depends on its own row and column alone, not on the batch and not on the number of threads.

#![allow(clippy::too_many_arguments)] // an inner kernel is told its panels, their depth and where its tile goes

use std::cell::RefCell;
use std::ops::Range;

use super::{Level, Matrix, Pool};

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

/// The left sides, tile after tile: `[tile][depth][width]`, rows that are not there as zeros.
fn pack_left(pool: &Pool, kernels: &Kernels, terms: &[Term<'_>], rows: usize, depth: usize, packed: &mut [f32]) {
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

fn pack_tile(view: &View<'_>, first: usize, height: usize, depth: usize, width: usize, out: &mut [f32]) {
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
fn pack_right(right: &Right<'_>, width: usize, depth: Range<usize>, columns: Range<usize>, panels: &mut Vec<f32>, row: &mut Vec<f32>) {
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
                dequantize_part(matrix, k, columns.clone(), row);
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
                    dequantize_part(matrix, first + i, depth.clone(), out);
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

/// Columns `columns` of row `row`; they begin and end with blocks.
fn dequantize_part(matrix: &Matrix<'_>, row: usize, columns: Range<usize>, out: &mut [f32]) {
    let row_bytes = matrix.bytes.len() / matrix.rows;
    let (length, bytes) = (matrix.block.block_len(), matrix.block.block_bytes());
    let start = row * row_bytes + columns.start / length * bytes;
    super::dequantize(matrix.block, &matrix.bytes[start..start + columns.len() / length * bytes], out);
}

/// `(width, left, right, depth, out, stride, rows, columns, replace)`
type Kernel = unsafe fn(usize, &[f32], &[f32], usize, *mut f32, usize, usize, usize, bool);

/// The inner kernels of one [`Level`].
struct Kernels {
    tile: usize,
    panel: usize,
    widths: &'static [usize],
    run: Kernel,
}

impl Kernels {
    fn of(level: Level) -> Self {
        match level {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => Self { tile: TILE, panel: PANEL, widths: &[4, 8, 12], run: x86::avx512 },
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => Self { tile: 6, panel: 16, widths: &[2, 4, 6], run: x86::avx2 },
            _ => Self { tile: 4, panel: 16, widths: &[4], run: scalar },
        }
    }

    /// The packed width of a tile of `height` rows.
    fn width(&self, height: usize) -> usize {
        self.widths.iter().copied().find(|&width| width >= height).unwrap_or(self.tile)
    }
}

/// # Safety
/// `out` points to `rows` rows, `stride` apart, of `columns` elements that nobody else uses.
unsafe fn scalar(
    width: usize,
    left: &[f32],
    right: &[f32],
    depth: usize,
    out: *mut f32,
    stride: usize,
    rows: usize,
    columns: usize,
    replace: bool,
) {
    let mut sums = [[0f32; 16]; 4];
    for (a, b) in left.chunks_exact(width).zip(right.as_chunks::<16>().0).take(depth) {
        for (sums, a) in sums.iter_mut().zip(a) {
            sums.iter_mut().zip(b).for_each(|(sum, b)| *sum += a * b);
        }
    }
    for (i, sums) in sums.iter().enumerate().take(rows) {
        // SAFETY: as the caller says.
        let row = unsafe { std::slice::from_raw_parts_mut(out.add(i * stride), columns) };
        row.iter_mut().zip(sums).for_each(|(out, &sum)| *out = if replace { sum } else { *out + sum });
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    /// Writes a kernel of `$rows` rows by two vectors of `$lanes` lanes.
    macro_rules! kernel {
        ($name:ident, $feature:literal, $rows:literal, $lanes:literal, $vector:ty, $zero:ident, $set:ident, $load:ident, $store:ident, $fma:ident, $add:ident) => {
            #[target_feature(enable = $feature)]
            unsafe fn $name(
                left: &[f32],
                right: &[f32],
                depth: usize,
                out: *mut f32,
                stride: usize,
                rows: usize,
                columns: usize,
                replace: bool,
            ) {
                assert!(left.len() >= depth * $rows && right.len() >= depth * 2 * $lanes);
                let mut sums: [[$vector; 2]; $rows] = [[$zero(); 2]; $rows];
                let (mut a, mut b) = (left.as_ptr(), right.as_ptr());
                for _ in 0..depth {
                    // SAFETY: `depth` steps lie inside both sides, as asserted.
                    unsafe {
                        let (b0, b1) = ($load(b), $load(b.add($lanes)));
                        for i in 0..$rows {
                            let value = $set(*a.add(i));
                            sums[i][0] = $fma(value, b0, sums[i][0]);
                            sums[i][1] = $fma(value, b1, sums[i][1]);
                        }
                        a = a.add($rows);
                        b = b.add(2 * $lanes);
                    }
                }
                for i in 0..rows.min($rows) {
                    // SAFETY: the caller says that `rows` rows of `columns` elements are there.
                    unsafe {
                        let out = out.add(i * stride);
                        if columns == 2 * $lanes {
                            for (half, &sum) in sums[i].iter().enumerate() {
                                let place = out.add(half * $lanes);
                                $store(place, if replace { sum } else { $add($load(place), sum) });
                            }
                        } else {
                            let mut row = [0f32; 2 * $lanes];
                            $store(row.as_mut_ptr(), sums[i][0]);
                            $store(row.as_mut_ptr().add($lanes), sums[i][1]);
                            for (j, &sum) in row.iter().enumerate().take(columns) {
                                let place = out.add(j);
                                *place = if replace { sum } else { *place + sum };
                            }
                        }
                    }
                }
            }
        };
    }

    macro_rules! avx512_kernel {
        ($name:ident, $rows:literal) => {
            kernel!(
                $name,
                "avx512f",
                $rows,
                16,
                __m512,
                _mm512_setzero_ps,
                _mm512_set1_ps,
                _mm512_loadu_ps,
                _mm512_storeu_ps,
                _mm512_fmadd_ps,
                _mm512_add_ps
            );
        };
    }
    avx512_kernel!(avx512_4, 4);
    avx512_kernel!(avx512_8, 8);
    avx512_kernel!(avx512_12, 12);

    macro_rules! avx2_kernel {
        ($name:ident, $rows:literal) => {
            kernel!(
                $name,
                "avx2,fma",
                $rows,
                8,
                __m256,
                _mm256_setzero_ps,
                _mm256_set1_ps,
                _mm256_loadu_ps,
                _mm256_storeu_ps,
                _mm256_fmadd_ps,
                _mm256_add_ps
            );
        };
    }
    avx2_kernel!(avx2_2, 2);
    avx2_kernel!(avx2_4, 4);
    avx2_kernel!(avx2_6, 6);

    /// # Safety
    /// The processor has AVX-512 F; `out` as in [`super::scalar`].
    pub(super) unsafe fn avx512(
        width: usize,
        left: &[f32],
        right: &[f32],
        depth: usize,
        out: *mut f32,
        stride: usize,
        rows: usize,
        columns: usize,
        replace: bool,
    ) {
        // SAFETY: as the caller says.
        unsafe {
            match width {
                4 => avx512_4(left, right, depth, out, stride, rows, columns, replace),
                8 => avx512_8(left, right, depth, out, stride, rows, columns, replace),
                _ => avx512_12(left, right, depth, out, stride, rows, columns, replace),
            }
        }
    }

    /// # Safety
    /// The processor has AVX2 and FMA; `out` as in [`super::scalar`].
    pub(super) unsafe fn avx2(
        width: usize,
        left: &[f32],
        right: &[f32],
        depth: usize,
        out: *mut f32,
        stride: usize,
        rows: usize,
        columns: usize,
        replace: bool,
    ) {
        // SAFETY: as the caller says.
        unsafe {
            match width {
                2 => avx2_2(left, right, depth, out, stride, rows, columns, replace),
                4 => avx2_4(left, right, depth, out, stride, rows, columns, replace),
                _ => avx2_6(left, right, depth, out, stride, rows, columns, replace),
            }
        }
    }
}

#[cfg(test)]
mod tests;
