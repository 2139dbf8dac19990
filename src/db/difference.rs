//! What sets one result apart from another: rows that only one of them has, and columns.

use std::collections::HashMap;

use super::same::{number, rounded};
use super::table::{Cell, Table};
use super::{RowOrder, same_result};

/// Integers up to this are told apart as reals, too.
const EXACT: u64 = 1 << 53;

/// What a result has and lacks beside another, the first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// Places of its rows that the first has not.
    pub added: Vec<usize>,
    /// Places of the first's rows that it has not.
    pub missing: Vec<usize>,
    /// How many rows both have.
    pub shared: usize,
    /// Names of its columns that the first has not.
    pub columns_added: Vec<String>,
    /// Names of the first's columns that it has not.
    pub columns_missing: Vec<String>,
    /// Whether the rows are the same in another order.
    pub reordered: bool,
}

impl Difference {
    /// Whether nothing sets them apart, save perhaps the order of rows.
    pub fn is_none(&self) -> bool {
        self.added.is_empty() && self.missing.is_empty() && self.columns_added.is_empty() && self.columns_missing.is_empty()
    }
}

/// What sets `other` apart from `first`. Columns are the same where they are called the same; where as many are left on both sides, those
/// are taken in their order. Rows are compared on the columns that both have.
pub fn difference(first: &Table, other: &Table) -> Difference {
    if same_result(first, other, RowOrder::Free) {
        let reordered = !same_result(first, other, RowOrder::Counts);
        return Difference { shared: other.rows.len(), reordered, ..Difference::default() };
    }
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (at, column) in other.columns.iter().enumerate() {
        let free = |place: &usize| !pairs.iter().any(|(taken, _)| taken == place);
        let named = (0..first.columns.len()).filter(free).find(|&place| {
            let own = first.columns.get(place).map(|own| own.name.as_str()).unwrap_or_default();
            own.eq_ignore_ascii_case(&column.name)
        });
        pairs.extend(named.map(|place| (place, at)));
    }
    let mut left: Vec<usize> = (0..first.columns.len()).filter(|place| !pairs.iter().any(|(taken, _)| taken == place)).collect();
    let mut right: Vec<usize> = (0..other.columns.len()).filter(|place| !pairs.iter().any(|(_, taken)| taken == place)).collect();
    if left.len() == right.len() {
        pairs.extend(left.drain(..).zip(right.drain(..)));
    }
    pairs.sort_unstable();
    let name = |table: &Table, place: &usize| table.columns.get(*place).map(|column| column.name.clone()).unwrap_or_default();
    let mut difference = Difference {
        columns_missing: left.iter().map(|place| name(first, place)).collect(),
        columns_added: right.iter().map(|place| name(other, place)).collect(),
        ..Difference::default()
    };
    if pairs.is_empty() {
        difference.added = (0..other.rows.len()).collect();
        difference.missing = (0..first.rows.len()).collect();
        return difference;
    }
    let key = |row: &[Cell], place: fn(&(usize, usize)) -> usize| -> Vec<String> {
        pairs.iter().map(|pair| row.get(place(pair)).map(told_apart).unwrap_or_default()).collect()
    };
    let mut expected: HashMap<Vec<String>, Vec<usize>> = HashMap::new();
    for (at, row) in first.rows.iter().enumerate() {
        expected.entry(key(row, |pair| pair.0)).or_default().push(at);
    }
    for (at, row) in other.rows.iter().enumerate() {
        match expected.get_mut(&key(row, |pair| pair.1)).and_then(Vec::pop) {
            Some(_) => difference.shared += 1,
            None => difference.added.push(at),
        }
    }
    difference.missing = expected.into_values().flatten().collect();
    difference.missing.sort_unstable();
    difference
}

/// A cell as a text that is the same for the same value: an integer is the real of its value.
fn told_apart(cell: &Cell) -> String {
    match cell {
        Cell::Null => "null".into(),
        Cell::Integer(n) if n.unsigned_abs() > EXACT => format!("n{n}"),
        Cell::Integer(_) | Cell::Real(_) => format!("n{:e}", rounded(number(cell))),
        Cell::Text(text) => format!("t{text}"),
        Cell::Blob(bytes) => format!("b{bytes:02x?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::ColumnInfo;
    use super::*;

    fn table(columns: &[&str], rows: &[&[Cell]]) -> Table {
        let columns = columns.iter().map(|name| ColumnInfo { name: (*name).into(), declared_type: None }).collect();
        Table { columns, rows: rows.iter().map(|row| row.to_vec()).collect(), truncated: false }
    }

    #[track_caller]
    fn check(first: &Table, other: &Table, added: &[usize], missing: &[usize], shared: usize, columns: (&[&str], &[&str])) {
        let found = difference(first, other);
        assert_eq!((found.added.as_slice(), found.missing.as_slice(), found.shared), (added, missing, shared));
        assert_eq!(
            (found.columns_added.as_slice(), found.columns_missing.as_slice()),
            (strings(columns.0).as_slice(), strings(columns.1).as_slice())
        );
        assert_eq!(found.is_none(), added.is_empty() && missing.is_empty() && columns == (&[], &[]));
    }

    fn strings(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn rows_and_columns_of_one_side_alone_are_found() {
        let (int, text) = (Cell::Integer, |s: &str| Cell::Text(s.into()));
        let first = table(&["name", "n"], &[&[text("a"), int(1)], &[text("b"), int(2)], &[text("b"), int(2)]]);
        check(&first, &first, &[], &[], 3, (&[], &[]));
        // A real of the same value is the same; of two equal rows one is missing.
        let other = table(&["NAME", "total"], &[&[text("c"), int(3)], &[text("b"), Cell::Real(2.0)]]);
        check(&first, &other, &[0], &[0, 1], 1, (&[], &[]));
        // Columns in another place are found by their names, and what one side alone has does not count.
        let other = table(&["n", "city", "name"], &[&[int(1), Cell::Null, text("a")]]);
        check(&first, &other, &[], &[1, 2], 1, (&["city"], &[]));
        check(&other, &first, &[1, 2], &[], 1, (&[], &["city"]));
        // Nothing can be compared.
        check(&first, &table(&["x"], &[&[int(1)]]), &[0], &[0, 1, 2], 0, (&["x"], &["name", "n"]));
        check(&first, &table(&["name", "n"], &[]), &[], &[0, 1, 2], 0, (&[], &[]));
    }

    #[test]
    fn order_alone_is_said() {
        let int = Cell::Integer;
        let (up, down) = (table(&["n"], &[&[int(1)], &[int(2)]]), table(&["m"], &[&[int(2)], &[int(1)]]));
        let found = difference(&up, &down);
        assert!(found.reordered && found.is_none() && found.shared == 2, "{found:?}");
        let (near, far) = (table(&["n"], &[&[int(i64::MAX)]]), table(&["n"], &[&[int(i64::MAX - 1)]]));
        assert_eq!(difference(&near, &far).shared, 0);
    }
}
