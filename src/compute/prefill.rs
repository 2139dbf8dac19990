//! Panels filled and multiplied, by level: the inner kernels of prompts.

use super::arranged::has_minimums;
use super::panel::{Outputs, Panel, PanelActivations, ROWS, group_columns};
use super::unpack::{GROUP, UnpackedRow};
use super::{BlockType, Level};

fn largest(block: BlockType) -> u8 {
    match block {
        BlockType::Q8_0 | BlockType::Iq4Nl | BlockType::Iq4Xs => 255,
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
        self.has_minimums = has_minimums(block);
        self.bytes.resize(columns * ROWS);
        self.scales.resize(groups * ROWS);
        self.minimums.resize(groups * ROWS);
        if rows.len() < ROWS {
            self.bytes.fill(0);
        }
        let stride = group / GROUP;
        deal(level, &mut self.scales, rows, stride, |row| &row.scales);
        if self.has_minimums {
            deal(level, &mut self.minimums, rows, stride, |row| &row.biases);
        }
        #[cfg(target_arch = "x86_64")]
        if rows.len() == ROWS && super::x86::panel::interleave(level, rows, columns, &mut self.bytes) {
            return;
        }
        #[cfg(target_arch = "aarch64")]
        if super::aarch64::interleave::interleave(level, rows, columns, self.largest > 127, &mut self.bytes) {
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

/// Every `stride`th of the numbers of each row, to `[groups][ROWS]`; zero for rows that are missing.
fn deal(level: Level, out: &mut [f32], rows: &[UnpackedRow], stride: usize, numbers: impl Fn(&UnpackedRow) -> &[f32]) {
    let mut of_rows: [&[f32]; ROWS] = [&[]; ROWS];
    for (own, row) in of_rows.iter_mut().zip(rows) {
        *own = numbers(row);
    }
    let mut done = 0;
    #[cfg(target_arch = "x86_64")]
    if rows.len() == ROWS {
        done = super::x86::panel::deal(level, &of_rows, stride, out);
    }
    #[cfg(target_arch = "aarch64")]
    if rows.len() == ROWS {
        done = super::aarch64::interleave::deal(level, &of_rows, stride, out);
    }
    let _ = level;
    for (at, group) in out.as_chunks_mut::<ROWS>().0.iter_mut().enumerate().skip(done) {
        for (out, row) in group.iter_mut().zip(&of_rows) {
            *out = row.get(at * stride).copied().unwrap_or(0.0);
        }
    }
}

/// Every row of the activations with each of the panels: one or two, of the same type and columns.
///
/// # Safety
/// `out` can be written at all its places.
pub(super) unsafe fn multiply(level: Level, panels: &[Panel], x: &PanelActivations, out: Outputs) {
    assert!((panels.len() - 1) * ROWS < out.count);
    #[cfg(target_arch = "x86_64")]
    // SAFETY: passed on.
    if unsafe { super::x86::panel::multiply(level, panels, x, out) } {
        return;
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: passed on.
    if unsafe { super::aarch64::panel::multiply(level, panels, x, out) } {
        return;
    }
    let _ = level;
    for (number, panel) in panels.iter().enumerate() {
        for &(first, rows) in &x.tiles {
            for row in 0..rows {
                let values = row_scalar(panel, x, first, rows, row);
                // SAFETY: as the caller says.
                unsafe { out.put(first + row, number, &values) };
            }
        }
    }
}

/// The portable kernel, and the oracle of the others: row `row` of the tile of `rows` rows that begins with row `first`.
fn row_scalar(panel: &Panel, x: &PanelActivations, first: usize, rows: usize, row: usize) -> [f32; ROWS] {
    let quants = &x.quants[first * x.columns..];
    let mut out = [0f32; ROWS];
    for group in 0..x.groups {
        let at = first * x.groups + group * rows + row;
        let mut products = [x.debts[at]; ROWS];
        for four in group * panel.group / 4..(group + 1) * panel.group / 4 {
            let quants = &quants[4 * (four * rows + row)..][..4];
            for (products, bytes) in products.iter_mut().zip(panel.bytes[4 * ROWS * four..].as_chunks::<4>().0) {
                *products += bytes.iter().zip(quants).map(|(&byte, &quant)| i32::from(byte) * i32::from(quant)).sum::<i32>();
            }
        }
        for (r, out) in out.iter_mut().enumerate() {
            *out = (products[r] as f32).mul_add(panel.scales[group * ROWS + r] * x.scales[at], *out);
            if panel.has_minimums {
                *out = (-panel.minimums[group * ROWS + r]).mul_add(x.sums[at], *out);
            }
        }
    }
    out
}
