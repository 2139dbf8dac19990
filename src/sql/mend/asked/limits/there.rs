//! The first of an order is one that has a value: SQLite puts NULL before everything, so that the cheapest is what has no price.

use std::ops::Range;

use crate::schema::{Column, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::resolve::resolve;
use crate::sql::tokens::{Part, Tokens};

/// `sql` with NULL behind what there is, where an order that rises is cut, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    if !schema.tables.iter().any(|table| table.columns.iter().any(|column| column.has_null)) {
        return unchanged();
    }
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let columns = resolution.columns(|column: &Column| column.has_null.then_some(()));
    let tokens = Tokens::new(sql);
    let term = |at: usize| -> Option<(Range<usize>, String)> {
        let arm = tokens.arm(at)?;
        let order = arm.clause(Part::OrderBy).filter(|_| arm.clause(Part::Limit).is_some())?;
        let start = order.start + 2;
        let end = tokens.operand_after(start).filter(|_| columns.contains_key(&tokens.bytes(start..start + 1).start))?;
        let ascending = usize::from(tokens.is(end, &["asc"]));
        // Of the first term alone: what comes behind it orders equals.
        let ends = end + ascending == order.end || tokens.text(end + ascending) == ",";
        let asked = (0..tokens.len())
            .any(|at| tokens.is(at, &["is"]) && tokens.piece(at.saturating_sub(end - start)..at) == tokens.piece(start..end));
        let range = tokens.bytes(end - 1..end + ascending);
        (ends && !asked).then(|| (range, format!("{} NULLS LAST", tokens.piece(end - 1..end))))
    };
    let mut edits: Vec<(Range<usize>, String)> = (0..tokens.len()).filter_map(term).collect();
    edits.sort_by_key(|(range, _)| range.start);
    edited(sql, ChangeKind::Structure, edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(sql: &str, expected: &str) {
        let column = |name: &str, has_null| Column { name: name.into(), has_null, ..Column::default() };
        let columns = vec![column("price", true), column("name", false)];
        let schema = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
        check_mended(|sql| mend(sql, &schema), sql, expected, sql);
    }

    #[test]
    fn the_first_is_there() {
        check("SELECT name FROM t ORDER BY price LIMIT 1", "SELECT name FROM t ORDER BY price NULLS LAST LIMIT 1");
        check("SELECT name FROM t ORDER BY t.price ASC, name LIMIT 1", "SELECT name FROM t ORDER BY t.price NULLS LAST, name LIMIT 1");
        check(
            "SELECT 1 FROM t WHERE price = (SELECT price FROM t ORDER BY price LIMIT 1)",
            "SELECT 1 FROM t WHERE price = (SELECT price FROM t ORDER BY price NULLS LAST LIMIT 1)",
        );
    }

    #[test]
    fn every_order_that_is_cut_counts() {
        check(
            "SELECT name FROM t WHERE name IN (SELECT name FROM t ORDER BY price LIMIT 3) ORDER BY price LIMIT 1",
            "SELECT name FROM t WHERE name IN (SELECT name FROM t ORDER BY price NULLS LAST LIMIT 3) ORDER BY price NULLS LAST LIMIT 1",
        );
    }

    #[test]
    fn others_stay() {
        for right in [
            "SELECT name FROM t ORDER BY price",
            "SELECT name FROM t ORDER BY price DESC LIMIT 1",
            "SELECT name FROM t ORDER BY name LIMIT 1",
            "SELECT name FROM t ORDER BY price NULLS FIRST LIMIT 1",
            "SELECT name FROM t ORDER BY price + 1 LIMIT 1",
            "SELECT name FROM t WHERE price IS NOT NULL ORDER BY price LIMIT 1",
            "SELECT name FROM t ORDER BY name, price LIMIT 1",
        ] {
            check(right, right);
        }
    }
}
