//! Whether two results say the same: which columns stand first, and how rows are ordered where nobody asked, says nothing.

use std::cmp::Ordering;

use super::table::{Cell, Table};

/// Whether the order of rows counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOrder {
    /// The rows are a bag.
    Free,
    /// The rows are a list.
    Counts,
}

/// Relative difference up to which two reals are the same.
const TOLERANCE: f64 = 1e-6;

/// Arrangements of columns that are tried; columns that can only go to one place cost nothing.
const MAX_ARRANGEMENTS: usize = 5_000;

/// Whether `found` holds the rows of `expected`: as many columns in any order, the same rows, reals within a tolerance. An integer and
/// a real of the same value are the same, text and number are not.
pub fn same_result(expected: &Table, found: &Table, order: RowOrder) -> bool {
    expected.columns.len() == found.columns.len() && holds_result(expected, found, order)
}

/// As [`same_result`], for `found` that may have further columns.
pub fn holds_result(expected: &Table, found: &Table, order: RowOrder) -> bool {
    let (width, wide) = (expected.columns.len(), found.columns.len());
    if width > wide || expected.rows.len() != found.rows.len() {
        return false;
    }
    if expected.rows.is_empty() {
        return true;
    }
    // Where each expected column may stand in `found`: where the bags of values are the same.
    let expected_columns: Vec<Vec<&Cell>> = (0..width).map(|i| sorted_column(expected, i)).collect();
    let found_columns: Vec<Vec<&Cell>> = (0..wide).map(|i| sorted_column(found, i)).collect();
    let places: Vec<Vec<usize>> = expected_columns
        .iter()
        .map(|column| (0..wide).filter(|&at| found_columns.get(at).is_some_and(|other| same_cells(column, other))).collect())
        .collect();
    let mut tries = MAX_ARRANGEMENTS;
    arrange(&places, &mut Vec::new(), &mut tries, &mut |arrangement| same_rows(expected, found, arrangement, order))
}

/// Tries arrangements until `test` holds for one.
fn arrange(places: &[Vec<usize>], chosen: &mut Vec<usize>, tries: &mut usize, test: &mut dyn FnMut(&[usize]) -> bool) -> bool {
    let Some(options) = places.get(chosen.len()) else {
        *tries = tries.saturating_sub(1);
        return test(chosen);
    };
    for &place in options {
        if *tries == 0 {
            return false;
        }
        if !chosen.contains(&place) {
            chosen.push(place);
            if arrange(places, chosen, tries, test) {
                return true;
            }
            chosen.pop();
        }
    }
    false
}

fn same_rows(expected: &Table, found: &Table, arrangement: &[usize], order: RowOrder) -> bool {
    let mut left: Vec<Vec<&Cell>> = expected.rows.iter().map(|row| row.iter().collect()).collect();
    let mut right: Vec<Vec<&Cell>> = found.rows.iter().map(|row| arrangement.iter().filter_map(|&at| row.get(at)).collect()).collect();
    if order == RowOrder::Free {
        left.sort_by(|a, b| compare_rows(a, b));
        right.sort_by(|a, b| compare_rows(a, b));
    }
    left.iter().zip(&right).all(|(a, b)| same_cells(a, b))
}

fn compare_rows(a: &[&Cell], b: &[&Cell]) -> Ordering {
    a.iter().zip(b).map(|(a, b)| compare(a, b)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}

fn sorted_column(table: &Table, column: usize) -> Vec<&Cell> {
    let mut cells: Vec<&Cell> = table.rows.iter().filter_map(|row| row.get(column)).collect();
    cells.sort_by(|a, b| compare(a, b));
    cells
}

/// SQLite's order of types, then values; reals that differ in the last digits are put together.
fn compare(a: &Cell, b: &Cell) -> Ordering {
    let rank = |cell: &Cell| match cell {
        Cell::Null => 0,
        Cell::Integer(_) | Cell::Real(_) => 1,
        Cell::Text(_) => 2,
        Cell::Blob(_) => 3,
    };
    rank(a).cmp(&rank(b)).then_with(|| match (a, b) {
        (Cell::Integer(a), Cell::Integer(b)) => a.cmp(b),
        (Cell::Text(a), Cell::Text(b)) => a.cmp(b),
        (Cell::Blob(a), Cell::Blob(b)) => a.cmp(b),
        _ => rounded(number(a)).total_cmp(&rounded(number(b))),
    })
}

/// Nine significant digits.
pub(super) fn rounded(x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x + 0.0;
    }
    let scale = 10f64.powi(8 - x.abs().log10().floor() as i32);
    let scaled = (x * scale).round() / scale;
    if scaled.is_finite() { scaled } else { x }
}

/// A number as a real.
pub(super) fn number(cell: &Cell) -> f64 {
    match cell {
        Cell::Integer(n) => *n as f64,
        Cell::Real(x) => *x,
        _ => 0.0,
    }
}

fn same_cells(a: &[&Cell], b: &[&Cell]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_cell(a, b))
}

fn same_cell(a: &Cell, b: &Cell) -> bool {
    match (a, b) {
        (Cell::Integer(a), Cell::Integer(b)) => a == b,
        (Cell::Integer(_) | Cell::Real(_), Cell::Integer(_) | Cell::Real(_)) => {
            let (a, b) = (number(a), number(b));
            a == b || (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()) || (a.is_nan() && b.is_nan())
        }
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::ColumnInfo;
    use super::*;
    use proptest::prelude::*;

    fn table(rows: &[&[Cell]]) -> Table {
        let width = rows.first().map_or(1, |row| row.len());
        Table { columns: vec![ColumnInfo::default(); width], rows: rows.iter().map(|row| row.to_vec()).collect(), truncated: false }
    }

    fn int(n: i64) -> Cell {
        Cell::Integer(n)
    }

    fn text(s: &str) -> Cell {
        Cell::Text(s.into())
    }

    #[test]
    fn further_columns_are_passed_over() {
        let one = |rows: &[&[Cell]]| table(rows);
        let (name, other) = ([Cell::Text("a".into())], [Cell::Integer(4)]);
        let wide = one(&[&[Cell::Integer(3), Cell::Text("a".into())]]);
        assert!(holds_result(&one(&[&name]), &wide, RowOrder::Counts));
        assert!(holds_result(&wide, &wide, RowOrder::Free));
        assert!(!holds_result(&one(&[&other]), &wide, RowOrder::Free));
        assert!(!holds_result(&wide, &one(&[&name]), RowOrder::Free));
        assert!(!holds_result(&one(&[&name, &name]), &wide, RowOrder::Free), "rows are all there");
    }

    #[track_caller]
    fn check(a: &[&[Cell]], b: &[&[Cell]], order: RowOrder, expected: bool) {
        assert_eq!(same_result(&table(a), &table(b), order), expected);
        assert_eq!(same_result(&table(b), &table(a), order), expected, "the other way round");
    }

    #[test]
    fn rows_are_a_bag_unless_order_counts() {
        let (up, down): ([&[Cell]; 2], [&[Cell]; 2]) = ([&[int(1)], &[int(2)]], [&[int(2)], &[int(1)]]);
        check(&up, &down, RowOrder::Free, true);
        check(&up, &down, RowOrder::Counts, false);
        check(&up, &up, RowOrder::Counts, true);
        check(&[&[int(1)], &[int(1)], &[int(2)]], &[&[int(1)], &[int(2)], &[int(2)]], RowOrder::Free, false);
        check(&[&[int(1)]], &[&[int(1)], &[int(1)]], RowOrder::Free, false);
    }

    #[test]
    fn columns_may_stand_in_any_order() {
        check(&[&[int(1), text("a")], &[int(2), text("b")]], &[&[text("b"), int(2)], &[text("a"), int(1)]], RowOrder::Free, true);
        // The same values in every column, but in other rows.
        check(&[&[int(1), text("a")], &[int(2), text("b")]], &[&[text("b"), int(1)], &[text("a"), int(2)]], RowOrder::Free, false);
        check(&[&[int(1), int(2)], &[int(2), int(1)]], &[&[int(2), int(1)], &[int(1), int(2)]], RowOrder::Counts, true);
        check(&[&[int(1)]], &[&[int(1), int(1)]], RowOrder::Free, false);
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        check(&[&[int(1)]], &[&[Cell::Real(1.0)]], RowOrder::Free, true);
        check(&[&[Cell::Real(0.1 + 0.2)]], &[&[Cell::Real(0.3)]], RowOrder::Counts, true);
        check(&[&[Cell::Real(0.3)]], &[&[Cell::Real(0.31)]], RowOrder::Counts, false);
        check(&[&[int(1)]], &[&[text("1")]], RowOrder::Free, false);
        check(&[&[Cell::Null]], &[&[text("")]], RowOrder::Free, false);
        check(&[&[int(i64::MAX)]], &[&[int(i64::MAX - 1)]], RowOrder::Free, false);
        let (a, b) = (Cell::Real(1.0 + 1e-12), Cell::Real(1.0));
        check(&[&[a.clone(), text("b")], &[b.clone(), text("a")]], &[&[b, text("b")], &[a, text("a")]], RowOrder::Free, true);
    }

    proptest! {
        #[test]
        fn a_shuffled_result_is_the_same(rows in proptest::collection::vec((0i64..4, -1.0f64..1.0, "[ab]{0,2}"), 0..12), seed in 0usize..720) {
            let cells: Vec<Vec<Cell>> = rows.iter().map(|(n, x, s)| vec![int(*n), Cell::Real(*x), text(s)]).collect();
            let mut shuffled: Vec<Vec<Cell>> = cells.iter().map(|row| {
                let mut row = row.clone();
                row.rotate_left(seed % 3);
                row
            }).collect();
            if !shuffled.is_empty() {
                let by = seed % shuffled.len();
                shuffled.rotate_left(by);
            }
            let of = |rows: &[Vec<Cell>]| Table { columns: vec![ColumnInfo::default(); 3], rows: rows.to_vec(), truncated: false };
            prop_assert!(same_result(&of(&cells), &of(&shuffled), RowOrder::Free));
        }
    }
}
