//! Amounts kept as a numerator and its denominator, multiplied where one is of the other: `value_num * value_denom`.

use std::ops::Range;

use crate::schema::{Meaning, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::resolve::{Reference, resolve};
use crate::sql::tokens::Tokens;

/// `sql` with numerators over their denominators, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    edited(sql, ChangeKind::Structure, edits(sql, schema).unwrap_or_default())
}

fn edits(sql: &str, schema: &Schema) -> Option<Vec<(Range<usize>, String)>> {
    let has_pairs = schema.tables.iter().flat_map(|table| &table.columns).any(|column| matches!(column.meaning, Meaning::Numerator { .. }));
    let resolution = (has_pairs && sql.contains('*')).then(|| resolve(sql, schema)).flatten()?;
    let tokens = Tokens::new(sql);
    let reference_at = |range: Range<usize>| {
        let bytes = tokens.bytes(range);
        resolution.references.iter().find(|reference| reference.range == bytes)
    };
    let over = |reference: &Reference| {
        let table = resolution.source(reference)?.table()?;
        match &table.column(&reference.name.text)?.meaning {
            Meaning::Numerator { over } => Some(over.clone()),
            _ => None,
        }
    };
    let edit = |at: usize| {
        let (start, end) = (tokens.operand_before(at)?, tokens.operand_after(at + 1)?);
        let (left, right) = (reference_at(start..at)?, reference_at(at + 1..end)?);
        let of = |numerator: &Reference, other: &Reference| {
            numerator.binding == other.binding && over(numerator).is_some_and(|over| over.eq_ignore_ascii_case(&other.name.text))
        };
        let to = match (of(left, right), of(right, left)) {
            (true, _) => format!("{} * 1.0 / {}", tokens.piece(start..at), tokens.piece(at + 1..end)),
            (_, true) => format!("{} * 1.0 / {}", tokens.piece(at + 1..end), tokens.piece(start..at)),
            _ => return None,
        };
        Some((tokens.bytes(start..end), to))
    };
    Some((0..tokens.len()).filter(|at| tokens.text(*at) == "*").filter_map(edit).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Table};
    use crate::sql::mend::check_mended;

    #[test]
    fn a_numerator_is_divided() {
        let column = |name: &str, meaning: Meaning| Column { name: name.into(), meaning, ..Column::default() };
        let columns = vec![
            column("value_num", Meaning::Numerator { over: "value_denom".into() }),
            column("value_denom", Meaning::Plain),
            column("quantity", Meaning::Plain),
        ];
        let schema = Schema { tables: vec![Table { name: "splits".into(), columns, ..Table::default() }] };
        let check = |sql: &str, expected: &str| check_mended(|sql| mend(sql, &schema), sql, expected, sql);
        check("SELECT sum(value_num * value_denom) FROM splits", "SELECT sum(value_num * 1.0 / value_denom) FROM splits");
        check("SELECT s.value_denom * s.value_num FROM splits s", "SELECT s.value_num * 1.0 / s.value_denom FROM splits s");
        for sql in ["SELECT sum(value_num * 1.0 / value_denom) FROM splits", "SELECT value_num * quantity, count(*) FROM splits"] {
            check(sql, sql);
        }
    }
}
