//! What sets a result apart from the one kept. Names and order of columns count; the order of rows does where the statement says one.

use std::collections::HashMap;

use crate::db::{Cell, RowOrder, Table};
use crate::text;

/// Relative difference up to which two reals are the same: sums in another order differ by less.
const TOLERANCE: f64 = 1e-12;
/// Rows of each side that are still told apart by nearly equal reals: more are told apart by their digits.
const NEARLY: usize = 1000;

/// What sets a result apart from the kept one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// Whether its columns have other names, or another order or number.
    pub columns: bool,
    /// Places of its rows that the kept one has not.
    pub added: Vec<usize>,
    /// Places of the kept one's rows that it has not.
    pub missing: Vec<usize>,
    /// Rows of both: the kept one's place, and its own.
    pub shared: Vec<(usize, usize)>,
    /// Whether the rows are the same in another order, where that counts.
    pub reordered: bool,
    /// Whether the one is cut and the other is not.
    pub cut: bool,
}

impl Change {
    /// Whether nothing sets them apart.
    pub fn is_none(&self) -> bool {
        !self.columns && self.added.is_empty() && self.missing.is_empty() && !self.reordered && !self.cut
    }

    /// In words.
    pub fn said(&self, kept: &Table, now: &Table) -> String {
        let count = |n: usize| text::counted(n as u64, "row", "rows");
        let mut parts = Vec::new();
        if self.columns {
            parts.push("other columns".to_owned());
        }
        if !self.added.is_empty() || !self.missing.is_empty() {
            let (only_kept, only_now) = (count(self.missing.len()), count(self.added.len()));
            parts.push(format!("{only_kept} only kept, {only_now} only now, {} in both", self.shared.len()));
        }
        if self.reordered {
            parts.push("the rows are in another order".into());
        }
        if self.cut {
            let side = |table: &Table| if table.truncated { "cut" } else { "whole" };
            parts.push(format!("kept {} at {}, now {} at {}", side(kept), count(kept.rows.len()), side(now), count(now.rows.len())));
        }
        parts.join("; ")
    }
}

/// What sets `now` apart from `kept`.
pub fn change(kept: &Table, now: &Table, order: RowOrder) -> Change {
    let names = |table: &Table| table.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
    let mut change = Change { columns: names(kept) != names(now), cut: kept.truncated != now.truncated, ..Change::default() };
    if kept.columns.len() != now.columns.len() {
        change.added = (0..now.rows.len()).collect();
        change.missing = (0..kept.rows.len()).collect();
        return change;
    }
    if kept.rows.len() == now.rows.len() && kept.rows.iter().zip(&now.rows).all(|(a, b)| same(a, b)) {
        change.shared = (0..now.rows.len()).map(|at| (at, at)).collect();
        return change;
    }
    let mut free: HashMap<String, Vec<usize>> = HashMap::new();
    // The last are taken first: so equal rows are paired in their order.
    for (at, row) in kept.rows.iter().enumerate().rev() {
        free.entry(digits(row)).or_default().push(at);
    }
    for (at, row) in now.rows.iter().enumerate() {
        match free.get_mut(&digits(row)).and_then(Vec::pop) {
            Some(own) => change.shared.push((own, at)),
            None => change.added.push(at),
        }
    }
    change.missing = free.into_values().flatten().collect();
    change.missing.sort_unstable();
    pair_nearly(&mut change, kept, now);
    change.shared.sort_unstable_by_key(|(_, now)| *now);
    let moved = change.shared.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a > b));
    change.reordered = order == RowOrder::Counts && moved;
    change
}

fn pair_nearly(change: &mut Change, kept: &Table, now: &Table) {
    if change.added.len().max(change.missing.len()) > NEARLY {
        return;
    }
    let mut added = Vec::new();
    for at in std::mem::take(&mut change.added) {
        let row = now.rows.get(at);
        let near = change.missing.iter().position(|own| kept.rows.get(*own).zip(row).is_some_and(|(a, b)| same(a, b)));
        match near {
            Some(place) => change.shared.push((change.missing.remove(place), at)),
            None => added.push(at),
        }
    }
    change.added = added;
}

fn same(a: &[Cell], b: &[Cell]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_cell(a, b))
}

fn same_cell(a: &Cell, b: &Cell) -> bool {
    match (a, b) {
        (Cell::Real(a), Cell::Real(b)) => a == b || (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()),
        _ => a == b,
    }
}

/// A row as a text that is another for another row.
fn digits(row: &[Cell]) -> String {
    format!("{row:?}")
}
