//! The next cell of a result that contains a text.

use super::message::{Found, Sought};
use crate::db::export::real;
use crate::db::spool::{Order, Spool};
use crate::db::{Cell, DbError};
use crate::signal::Cancel;

/// Looks at the cells of `sought.columns`, row after row, round the end once. `None` where none contains the text.
pub(crate) fn find(spool: &Spool, order: Option<&Order>, sought: &Sought, cancel: &Cancel) -> Result<Option<Found>, DbError> {
    let rows = order.map_or(spool.len(), Order::len);
    let wanted = sought.text.to_lowercase();
    if rows == 0 || wanted.is_empty() {
        return Ok(None);
    }
    let start = sought.row.min(rows - 1);
    let here = sought.columns.iter().position(|column| *column == sought.column).unwrap_or(0);
    // The row that it begins in is looked at twice: behind the cursor at first, before it at last.
    for step in 0..=rows {
        if let Some(stop) = cancel.stop() {
            return Err(DbError::Stopped(stop));
        }
        let row = if sought.backwards { (start + 2 * rows - step) % rows } else { (start + step) % rows };
        let wrapped = if sought.backwards { step > start } else { start + step >= rows };
        let cells = spool.row(order, row)?;
        let in_turn = |place: usize| match (step, sought.backwards) {
            (0, _) if place == here => sought.here,
            (0, false) => place > here,
            (0, true) => place < here,
            (step, false) if step == rows => place <= here,
            (step, true) if step == rows => place >= here,
            _ => true,
        };
        let has = |place: &usize| {
            let cell = sought.columns.get(*place).and_then(|column| cells.get(*column));
            in_turn(*place) && cell.is_some_and(|cell| contains(cell, &wanted))
        };
        let mut places = 0..sought.columns.len();
        let found = if sought.backwards { places.rfind(has) } else { places.find(has) };
        if let Some(&column) = found.and_then(|place| sought.columns.get(place)) {
            return Ok(Some(Found { row, column, wrapped }));
        }
    }
    Ok(None)
}

fn contains(cell: &Cell, wanted: &str) -> bool {
    match cell {
        Cell::Null | Cell::Blob(_) => false,
        Cell::Integer(n) => n.to_string().contains(wanted),
        Cell::Real(x) => real(*x).to_lowercase().contains(wanted),
        Cell::Text(text) => text.to_lowercase().contains(wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{ColumnInfo, Table};

    fn spool() -> Spool {
        let text = |text: &str| Cell::Text(text.into());
        let columns = ["a", "b"].map(|name| ColumnInfo { name: name.into(), declared_type: None }).to_vec();
        let rows = vec![vec![text("Éclair"), text("x")], vec![Cell::Integer(42), text("éclair")], vec![Cell::Null, text("z")]];
        Spool::of_table(&Table { columns, rows, truncated: false }).unwrap()
    }

    #[track_caller]
    fn check(text: &str, (row, column): (usize, usize), backwards: bool, columns: &[usize], expected: Option<(usize, usize, bool)>) {
        let sought = Sought { text: text.into(), columns: columns.to_vec(), row, column, here: false, backwards };
        let found = find(&spool(), None, &sought, &Cancel::new()).unwrap();
        assert_eq!(found.map(|found| (found.row, found.column, found.wrapped)), expected, "{text} from {row}, {column}");
    }

    #[test]
    fn a_text_is_found_forwards_and_backwards_and_round_the_end() {
        check("ÉCLAIR", (0, 0), false, &[0, 1], Some((1, 1, false)));
        check("éclair", (1, 1), false, &[0, 1], Some((0, 0, true)));
        check("éclair", (1, 1), true, &[0, 1], Some((0, 0, false)));
        check("éclair", (0, 0), true, &[0, 1], Some((1, 1, true)));
        check("éclair", (0, 0), false, &[0], Some((0, 0, true)));
        check("42", (2, 1), true, &[1, 0], Some((1, 0, false)));
        check("nothing", (0, 0), false, &[0, 1], None);
        check("", (0, 0), false, &[0, 1], None);
        check("z", (9, 9), false, &[0, 1], Some((2, 1, false)));
    }

    #[test]
    fn the_cell_at_the_cursor_counts_at_first() {
        let sought = Sought { text: "écl".into(), columns: vec![0, 1], row: 0, column: 0, here: true, backwards: false };
        assert_eq!(find(&spool(), None, &sought, &Cancel::new()).unwrap(), Some(Found { row: 0, column: 0, wrapped: false }));
        let cancel = Cancel::new();
        cancel.cancel();
        assert!(find(&spool(), None, &sought, &cancel).is_err());
    }
}
