//! Two results side by side, as lines: rows that only one of them has stand alone, those that changed beside each other.

use super::change::Change;
use crate::db::Table;
use crate::db::export::cell_to_text;
use crate::text;

/// Columns between the sides.
const GAP: usize = 3;
/// A column is at most this wide.
const WIDEST: usize = 30;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairKind {
    /// The names of the columns.
    Header,
    /// A row of both.
    Same,
    /// A row of the kept result beside the one that seems to have taken its place.
    Changed,
    /// A row of the kept result alone.
    Kept,
    /// A row of the result of now alone.
    Now,
    /// What is said instead of rows.
    Note,
}

/// A line: what was kept, what is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// What it is.
    pub kind: PairKind,
    /// The line, as wide as was asked for at most, without control characters.
    pub line: String,
}

/// `kept` and `now` side by side in `width` columns of a terminal, at most `most` rows; `change` is what sets them apart.
pub fn beside(kept: &Table, now: &Table, change: &Change, width: usize, most: usize) -> Vec<Pair> {
    let side = width.saturating_sub(GAP) / 2;
    let (left, right) = (Side::of(kept, side), Side::of(now, side));
    let join = |mark: char, a: &str, b: &str| {
        let blanks = " ".repeat(side.saturating_sub(text::width(a)));
        format!("{a}{blanks} {mark} {b}").trim_end().to_owned()
    };
    let mut out = vec![
        Pair { kind: PairKind::Note, line: join(' ', "kept", "now") },
        Pair { kind: PairKind::Header, line: join(' ', &left.header, &right.header) },
    ];
    let rows = rows(kept, now, change);
    let hidden = rows.len().saturating_sub(most);
    for (kind, a, b) in rows.into_iter().take(most) {
        let mark = match kind {
            PairKind::Changed => '≠',
            PairKind::Kept => '<',
            PairKind::Now => '>',
            _ => ' ',
        };
        let line = |side: &Side, at: Option<usize>| at.and_then(|at| side.rows.get(at).cloned()).unwrap_or_default();
        out.push(Pair { kind, line: join(mark, &line(&left, a), &line(&right, b)) });
    }
    if hidden > 0 {
        out.push(Pair { kind: PairKind::Note, line: format!("... and {} more", text::counted(hidden as u64, "row", "rows")) });
    }
    out
}

/// Rows that differ first, then those that are the same.
fn rows(kept: &Table, now: &Table, change: &Change) -> Vec<(PairKind, Option<usize>, Option<usize>)> {
    let mut missing = change.missing.clone();
    let mut out = Vec::new();
    for &at in &change.added {
        // A row that begins alike is the one that changed; where one row is left on each side, they belong together.
        let first = now.rows.get(at).and_then(|row| row.first());
        let alone = change.added.len() == 1 && missing.len() == 1;
        let found = missing.iter().position(|own| alone || (first.is_some() && kept.rows.get(*own).and_then(|row| row.first()) == first));
        match found {
            Some(place) => out.push((PairKind::Changed, Some(missing.remove(place)), Some(at))),
            None => out.push((PairKind::Now, None, Some(at))),
        }
    }
    out.extend(missing.into_iter().map(|own| (PairKind::Kept, Some(own), None)));
    out.sort_by_key(|(kind, own, at)| (own.or(*at), *kind == PairKind::Now));
    out.extend(change.shared.iter().map(|(own, at)| (PairKind::Same, Some(*own), Some(*at))));
    out
}

/// The lines of one side.
struct Side {
    header: String,
    rows: Vec<String>,
}

impl Side {
    fn of(table: &Table, width: usize) -> Self {
        let names: Vec<String> = table.columns.iter().map(|column| text::sanitize(&column.name).into_owned()).collect();
        let cells: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(cell_to_text).collect()).collect();
        let mut widths: Vec<usize> = names.iter().map(|name| text::width(name)).collect();
        for row in &cells {
            for (own, cell) in widths.iter_mut().zip(row) {
                *own = text::width(cell).max(*own).min(WIDEST);
            }
        }
        let line = |cells: &[String]| {
            let mut out = String::new();
            for (cell, &own) in cells.iter().zip(&widths) {
                let cell = text::ellipsis(cell, own.max(1));
                out.push_str(&cell);
                out.push_str(&" ".repeat(own.saturating_sub(text::width(&cell)) + 2));
            }
            text::ellipsis(out.trim_end(), width).into_owned()
        };
        Self { header: line(&names), rows: cells.iter().map(|row| line(row)).collect() }
    }
}
