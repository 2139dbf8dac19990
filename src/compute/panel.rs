//! Panels: sixteen rows of quantised weights side by side, so that one instruction multiplies four columns of all of them.
//! Making a panel costs about as much as reading it for a few dozen rows of activations, so prompts take this road and decoding does not.
//!
//! For every group of columns that share a scale (in order), `out = fma(sum of products, weight scale * activation scale, out)`,
//! then `out = fma(-bias, activation sum, out)`. Integer sums are exact, so every [`Level`] gives the same bits.

use super::activations::Activations;
use super::unpack::{GROUP, UnpackedRow};
use super::{BlockType, Level};

/// Rows of a panel.
pub const ROWS: usize = 16;

/// Sixteen rows, unpacked and interleaved.
#[derive(Debug, Default)]
pub struct Panel {
    /// `[columns / 4][ROWS][4]`
    pub bytes: Vec<u8>,
    /// `[groups][ROWS]`
    pub scales: Vec<f32>,
    /// `[groups][ROWS]`
    pub biases: Vec<f32>,
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

fn largest(block: BlockType) -> u8 {
    match block {
        BlockType::Q8_0 => 255,
        BlockType::Q6K => 63,
        BlockType::Q5_0 | BlockType::Q5_1 | BlockType::Q5K => 31,
        _ => 15,
    }
}

impl Panel {
    /// Interleaves up to [`ROWS`] unpacked rows of `columns` weights; the rows that are missing count as zero.
    pub fn fill(&mut self, level: Level, block: BlockType, columns: usize, rows: &[UnpackedRow]) {
        let group = group_columns(block);
        let groups = columns / group;
        (self.columns, self.group, self.largest) = (columns, group, largest(block));
        self.bytes.resize(columns * ROWS, 0);
        self.scales.resize(groups * ROWS, 0.0);
        self.biases.resize(groups * ROWS, 0.0);
        if rows.len() < ROWS {
            self.bytes.fill(0);
            self.scales.fill(0.0);
            self.biases.fill(0.0);
        }
        for (r, row) in rows.iter().enumerate() {
            let stride = group / GROUP;
            for (at, scale) in row.scales.iter().step_by(stride).take(groups).enumerate() {
                self.scales[at * ROWS + r] = *scale;
            }
            for (at, bias) in row.biases.iter().step_by(stride).take(groups).enumerate() {
                self.biases[at * ROWS + r] = *bias;
            }
        }
        #[cfg(target_arch = "x86_64")]
        if rows.len() == ROWS && super::x86::panel::interleave(level, rows, columns, &mut self.bytes) {
            return;
        }
        let _ = level;
        for (r, row) in rows.iter().enumerate() {
            for (at, four) in row.bytes.as_chunks::<4>().0.iter().take(columns / 4).enumerate() {
                self.bytes[(at * ROWS + r) * 4..][..4].copy_from_slice(four);
            }
        }
    }
}

/// Activations as panels want them: a scale and a sum for each group of 16 or of 32 columns.
#[derive(Debug)]
pub struct PanelActivations<'a> {
    /// `[rows, stride]`
    pub quants: &'a [i8],
    /// Quants a row.
    pub stride: usize,
    /// `[rows, groups]`
    pub scales: Vec<f32>,
    /// Scale times the sum of the group's quants: `[rows, groups]`
    pub sums: Vec<f32>,
    /// Groups a row.
    pub groups: usize,
}

impl<'a> PanelActivations<'a> {
    /// For weights whose groups have `group` columns.
    pub fn new(activations: &'a Activations, m: usize, columns: usize, group: usize) -> Self {
        let (step, groups) = (group / GROUP, columns / group);
        let (mut scales, mut sums) = (Vec::with_capacity(m * groups), Vec::with_capacity(m * groups));
        for row in 0..m {
            let own = row * activations.groups..row * activations.groups + groups * step;
            scales.extend(activations.scales[own.clone()].iter().step_by(step));
            sums.extend(activations.sums[own].chunks_exact(step).map(|part| part.iter().sum::<f32>()));
        }
        Self { quants: &activations.quants, stride: activations.quants.len() / m.max(1), scales, sums, groups }
    }
}

/// Every row of activations `0..m` with the panel; `put(t, [outputs])`.
pub fn multiply(level: Level, panel: &Panel, x: &PanelActivations<'_>, m: usize, put: &mut dyn FnMut(usize, &[f32; ROWS])) {
    #[cfg(target_arch = "x86_64")]
    if super::x86::panel::multiply(level, panel, x, m, put) {
        return;
    }
    let _ = level;
    for t in 0..m {
        put(t, &row_scalar(panel, x, t));
    }
}

/// The portable kernel, and the oracle of the others.
fn row_scalar(panel: &Panel, x: &PanelActivations<'_>, t: usize) -> [f32; ROWS] {
    let quants = &x.quants[t * x.stride..];
    let mut out = [0f32; ROWS];
    for group in 0..x.groups {
        let (scale, sum) = (x.scales[t * x.groups + group], x.sums[t * x.groups + group]);
        for (r, out) in out.iter_mut().enumerate() {
            let products: i32 = (group * panel.group..(group + 1) * panel.group)
                .map(|column| i32::from(panel.bytes[(column / 4 * ROWS + r) * 4 + column % 4]) * i32::from(quants[column]))
                .sum();
            *out = (products as f32).mul_add(panel.scales[group * ROWS + r] * scale, *out);
            *out = (-panel.biases[group * ROWS + r]).mul_add(sum, *out);
        }
    }
    out
}
