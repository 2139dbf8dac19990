//! Panels multiplied, by level; what they compute is said in [`super::super::panel`], how they are filled in [`super::interleave`].

use super::super::Level;
use super::super::panel::{Outputs, Panel, PanelActivations, ROWS};
use super::tile::{HALF, Tile};
use super::tiles;

/// Every row of activations with each panel. False for portable Rust.
///
/// # Safety
/// `out` can be written at all its places.
pub(in super::super) unsafe fn multiply(level: Level, panels: &[Panel], x: &PanelActivations, out: Outputs) -> bool {
    if level < Level::Neon {
        return false;
    }
    let groups = x.groups;
    for panel in panels {
        assert!(panel.columns == x.columns && x.columns == groups * panel.group && panel.group.is_multiple_of(16));
        assert!(panel.bytes.len() == panel.columns * ROWS && panel.scales.len() == groups * ROWS && panel.minimums.len() == groups * ROWS);
    }
    let rows: usize = x.tiles.iter().map(|(_, rows)| rows).sum();
    assert!(x.tiles.iter().all(|&(first, count)| first + count <= rows));
    assert!(x.quants.len() == rows * x.columns && x.scales.len() == rows * groups);
    assert!(x.sums.len() == rows * groups && x.debts.len() == rows * groups);
    // One half of a panel with all tiles before the next, so that it stays in the first-level cache.
    for (number, panel) in panels.iter().enumerate() {
        for half in (0..2).filter(|half| ROWS * number + HALF * half < out.count) {
            let count = HALF.min(out.count - ROWS * number - HALF * half);
            let out = Outputs { start: out.start.wrapping_add(ROWS * number + HALF * half), count, ..out };
            for &(first, rows) in &x.tiles {
                let tile = Tile { panel, x, first, half, out };
                // SAFETY: `Level` says what the processor has; the lengths are as asserted, and the tile has so many rows.
                unsafe {
                    match level {
                        Level::I8mm => tiles::i8mm(tile, rows),
                        Level::Dotprod => tiles::dotprod(tile, rows),
                        _ => tiles::neon(tile, rows),
                    }
                }
            }
        }
    }
    true
}
