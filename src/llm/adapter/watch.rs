//! What linear maps are multiplied with, summed up: how much each of their columns matters.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::super::names::Projection;

/// Sums of squares of each column, and the number of rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen {
    /// `[columns]`
    pub squares: Vec<f64>,
    /// Rows that were summed up.
    pub rows: u64,
}

/// The sums of every map, by layer.
#[derive(Debug, Default)]
pub struct Watch(Mutex<BTreeMap<(usize, Projection), Seen>>);

impl Watch {
    /// Adds rows `x: [rows, columns]`, which the maps `maps` of layer `layer` are multiplied with.
    pub(in crate::llm) fn add(&self, layer: usize, maps: &[Projection], x: &[f32], columns: usize) {
        let mut own = Seen { squares: vec![0.0; columns], rows: 0 };
        for row in x.chunks_exact(columns.max(1)) {
            own.squares.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(x * x));
            own.rows += 1;
        }
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for &map in maps {
            let entry = seen.entry((layer, map)).or_default();
            entry.squares.resize(columns, 0.0);
            entry.squares.iter_mut().zip(&own.squares).for_each(|(sum, own)| *sum += own);
            entry.rows += own.rows;
        }
    }

    /// What was seen so far.
    pub fn seen(&self) -> BTreeMap<(usize, Projection), Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
