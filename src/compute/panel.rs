//! Panels: sixteen rows of quantised weights side by side, so that one instruction multiplies four columns of all of them.
//! Making a panel costs about as much as reading it for ten rows of activations, so prompts take this road and decoding does not.
//!
//! For every group of columns that share a scale (in order), `out = fma(sum of products, weight scale * activation scale, out)`, where
//! the sum begins with the debt of the type's offset; then, for types with minimums, `out = fma(-minimum, activation sum, out)`. Integer
//! sums are exact, so every [`Level`] gives the same bits.

use super::activations::Activations;
use super::memory::Aligned;
use super::unpack::{self, GROUP};
use super::{BlockType, Level, Pool};

/// Rows of a panel.
pub const ROWS: usize = 16;

/// Sixteen rows, unpacked and interleaved.
#[derive(Debug, Default)]
pub struct Panel {
    /// `[columns / 4][ROWS][4]`; some kernels have an order of their own and fill it themselves.
    pub bytes: Aligned<u8>,
    /// `[groups][ROWS]`
    pub scales: Aligned<f32>,
    /// `[groups][ROWS]`; of no meaning for types without minimums.
    pub minimums: Aligned<f32>,
    /// Whether the type has minimums.
    pub has_minimums: bool,
    /// Columns.
    pub columns: usize,
    /// Columns that share a scale: 16 or 32.
    pub group: usize,
    /// The largest byte; says how many products fit into sixteen bits.
    pub largest: u8,
}

/// Columns of `block` that share a scale.
pub fn group_columns(block: BlockType) -> usize {
    if block == BlockType::Q6K { GROUP } else { 2 * GROUP }
}

/// Activations as panels want them, tile by tile: what is read together stands together.
#[derive(Debug)]
pub struct PanelActivations {
    /// The first row of each tile, and its rows.
    pub tiles: Vec<(usize, usize)>,
    /// For each tile of `rows`: `[columns / 4][rows][4]`, and for [`Level::I8mm`] eight columns in place of four.
    pub quants: Vec<i8>,
    /// For each tile: `[groups][rows]`.
    pub scales: Vec<f32>,
    /// Scale times the sum of the group's quants; for each tile: `[groups][rows]`.
    pub sums: Vec<f32>,
    /// `-offset` times the sum of the group's quants; for each tile: `[groups][rows]`.
    pub debts: Vec<i32>,
    /// Columns a row.
    pub columns: usize,
    /// Groups a row.
    pub groups: usize,
}

/// Rows of the tiles that `m` rows of activations are cut into, the first of these sizes as often as it fits: as many as the processor has
/// registers for.
fn tiles(level: Level, m: usize) -> Vec<(usize, usize)> {
    let sizes = match level {
        Level::Avx512 => WIDE_TILES.as_slice(),
        Level::Dotprod | Level::I8mm => &PAIRED_TILES,
        Level::Avx2 | Level::Neon | Level::Scalar => &TILES,
    };
    let (mut out, mut first) = (Vec::new(), 0);
    for &rows in sizes {
        while m - first >= rows {
            out.push((first, rows));
            first += rows;
        }
    }
    out
}

/// Rows of activations in a tile.
pub const TILES: [usize; 3] = [4, 2, 1];
/// The same for AVX-512.
pub const WIDE_TILES: [usize; 3] = [6, 3, 1];

/// The same for AArch64 with products of bytes.
pub const PAIRED_TILES: [usize; 4] = [6, 4, 2, 1];

/// What one tile of [`PanelActivations`] is made into.
struct Parts<'a> {
    quants: &'a mut [i8],
    scales: &'a mut [f32],
    sums: &'a mut [f32],
    debts: &'a mut [i32],
}

impl PanelActivations {
    /// For weights of `block`; those of types whose [`group_columns`] and offset are the same may share them.
    pub fn new(level: Level, pool: &Pool, activations: &Activations, m: usize, columns: usize, block: BlockType) -> Self {
        let group = group_columns(block);
        let (stride, groups) = (activations.quants.len() / m.max(1), columns / group);
        let offset = i32::from(unpack::offset(block).unwrap_or(0));
        let mut this = Self {
            tiles: tiles(level, m),
            quants: vec![0; m * columns],
            scales: vec![0.0; m * groups],
            sums: vec![0.0; m * groups],
            debts: vec![0; m * groups],
            columns,
            groups,
        };
        let (mut quants, mut scales) = (this.quants.as_mut_slice(), this.scales.as_mut_slice());
        let (mut sums, mut debts) = (this.sums.as_mut_slice(), this.debts.as_mut_slice());
        let work = this.tiles.iter().map(|&(first, rows)| {
            let parts = Parts {
                quants: quants.split_off_mut(..rows * columns).unwrap_or_default(),
                scales: scales.split_off_mut(..rows * groups).unwrap_or_default(),
                sums: sums.split_off_mut(..rows * groups).unwrap_or_default(),
                debts: debts.split_off_mut(..rows * groups).unwrap_or_default(),
            };
            (first, rows, parts)
        });
        pool.for_each(work, |(first, rows, parts)| {
            for row in 0..rows {
                let own = &activations.quants[(first + row) * stride..][..columns];
                match level {
                    Level::I8mm => deal::<8>(own, rows, row, parts.quants),
                    _ => deal::<4>(own, rows, row, parts.quants),
                }
                let own_scales = &activations.scales[(first + row) * activations.groups..];
                for (at, quants) in own.chunks_exact(group).enumerate() {
                    let (scale, sum) = (own_scales[at * group / GROUP], quants.iter().map(|&q| i32::from(q)).sum::<i32>());
                    parts.scales[at * rows + row] = scale;
                    parts.sums[at * rows + row] = scale * sum as f32;
                    parts.debts[at * rows + row] = -offset * sum;
                }
            }
        });
        this
    }
}

/// Columns of row `row` of a tile of `rows`, `RUN` at a time, to their places between those of the other rows.
fn deal<const RUN: usize>(own: &[i8], rows: usize, row: usize, out: &mut [i8]) {
    for (at, run) in own.as_chunks::<RUN>().0.iter().enumerate() {
        out[RUN * (at * rows + row)..][..RUN].copy_from_slice(run);
    }
}

/// Where outputs go: those of panel `p` and row `t` of the activations to `start[t * stride + ROWS * p..]`, in all `count` a row.
#[derive(Debug, Clone, Copy)]
pub struct Outputs {
    /// The first output.
    pub start: *mut f32,
    /// From one row to the next.
    pub stride: usize,
    /// Outputs a row; what a panel has beyond is not written.
    pub count: usize,
}

impl Outputs {
    /// Writes what counts of `values`.
    ///
    /// # Safety
    /// As for `prefill::multiply`.
    pub unsafe fn put(&self, t: usize, panel: usize, values: &[f32; ROWS]) {
        let count = ROWS.min(self.count - ROWS * panel);
        // SAFETY: as the caller says.
        unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), self.start.add(t * self.stride + ROWS * panel), count) };
    }
}
