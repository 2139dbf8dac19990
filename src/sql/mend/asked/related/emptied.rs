//! A table that keeps no row, where one other has rows and all the columns that are asked for: a newer version of the program keeps them there.

use crate::schema::{Schema, Table, TableKind};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::table_name;
use crate::sql::resolve::{Binding, resolve};

/// Columns of one name may be chance in two tables; so many are not.
const FEWEST: usize = 2;

/// `sql` with the table that has the rows, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let is_empty = |table: &Table| table.row_count == Some(0) && table.kind == TableKind::Table;
    if !schema.tables.iter().any(is_empty) {
        return unchanged();
    }
    let Some(resolution) = resolve(sql, schema).filter(|resolution| resolution.is_settled()) else { return unchanged() };
    let [scope] = resolution.scopes.as_slice() else { return unchanged() };
    let ([source], []) = (scope.sources.as_slice(), scope.wildcards.as_slice()) else { return unchanged() };
    let (Some(table), Some(name)) = (source.table().filter(|table| is_empty(table)), source.name.clone()) else { return unchanged() };
    let mut used: Vec<&str> = Vec::new();
    for reference in resolution.references.iter().filter(|reference| matches!(reference.binding, Binding::Column { .. })) {
        if !used.iter().any(|known| known.eq_ignore_ascii_case(&reference.name.text)) {
            used.push(&reference.name.text);
        }
    }
    let has_all = |other: &&Table| {
        let is_kept = other.row_count.is_some_and(|rows| rows > 0) && !other.bookkeeping && other.unreadable.is_none();
        is_kept && other.database == table.database && used.iter().all(|name| other.column(name).is_some())
    };
    let mut others = schema.tables.iter().filter(has_all);
    let (Some(other), None) = (others.next(), others.next()) else { return unchanged() };
    if used.len() < FEWEST {
        return unchanged();
    }
    let called = table_name(other);
    let mut edits = vec![(name, called.clone())];
    if !source.aliased {
        let qualifiers = resolution.references.iter().filter_map(|reference| reference.qualifier.as_ref());
        edits.extend(qualifiers.map(|qualifier| (qualifier.range.clone(), called.clone())));
    }
    edits.sort_by_key(|(range, _)| range.start);
    edited(sql, ChangeKind::Table, edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Column;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(sql: &str, expected: &str) {
        let table = |name: &str, rows: u64, columns: &[&str]| Table {
            name: name.into(),
            row_count: Some(rows),
            columns: columns.iter().map(|name| Column { name: (*name).into(), ..Column::default() }).collect(),
            ..Table::default()
        };
        let tables = vec![
            table("responses", 0, &["id", "model", "input_tokens", "output_tokens"]),
            table("turns", 40, &["id", "model", "input_tokens", "output_tokens", "at"]),
            table("threads", 3, &["id", "model"]),
        ];
        check_mended(|sql| mend(sql, &Schema { tables: tables.clone() }), sql, expected, "");
    }

    #[test]
    fn rows_are_asked_of_the_table_that_has_them() {
        check(
            "SELECT model, sum(responses.input_tokens) FROM responses GROUP BY model",
            "SELECT model, sum(turns.input_tokens) FROM turns GROUP BY model",
        );
        check("SELECT r.model FROM responses AS r WHERE r.input_tokens > 3", "SELECT r.model FROM turns AS r WHERE r.input_tokens > 3");
        for stays in [
            "SELECT count(*) FROM responses",
            "SELECT id, model FROM responses",
            "SELECT * FROM responses WHERE input_tokens > output_tokens",
            "SELECT model, input_tokens FROM turns",
            "SELECT model, input_tokens FROM responses WHERE id IN (SELECT id FROM threads)",
        ] {
            check(stays, stays);
        }
    }
}
