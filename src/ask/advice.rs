//! What to tell a model about SQLite's message: where a name that it misplaced really is.

use crate::schema::Schema;
use crate::sql::quote::identifier;

/// Tables named in one piece of advice; more would say nothing.
const MOST_TABLES: usize = 6;

/// A sentence about the name that `message` complains of, where the schema has something to say about it.
pub(super) fn advice(message: &str, schema: &Schema) -> Option<String> {
    let after = |start: &str| message.strip_prefix(start).map(|rest| rest.trim_matches(|c: char| c == '"' || c.is_whitespace()));
    if let Some(column) = after("no such column: ").or_else(|| after("ambiguous column name: ")) {
        let column = column.rsplit('.').next().unwrap_or(column);
        let owners: Vec<String> =
            schema.tables.iter().filter(|table| table.column(column).is_some()).map(|table| identifier(&table.name)).collect();
        return match owners.len() {
            0 => nearest(column, schema.tables.iter().flat_map(|table| table.columns.iter().map(|column| column.name.as_str())))
                .map(|name| format!("No table has a column {column}; there is {}.", identifier(name))),
            1..=MOST_TABLES => {
                Some(format!("{} is a column of {} only; join what is needed to reach it.", identifier(column), owners.join(", ")))
            }
            _ => None,
        };
    }
    let table = after("no such table: ")?;
    nearest(table, schema.tables.iter().map(|table| table.name.as_str()))
        .map(|name| format!("There is no table {table}; there is {}.", identifier(name)))
}

/// The name most like `wanted`, where one is alike at all.
fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    names
        .map(|name| (likeness(&wanted, &name.to_lowercase()), name))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness > 0.4)
        .map(|(_, name)| name)
}

/// Shared pairs of neighbouring letters, 0 to 1 (Dice's coefficient).
fn likeness(a: &str, b: &str) -> f64 {
    let pairs = |text: &str| text.chars().zip(text.chars().skip(1)).collect::<Vec<_>>();
    let (a, mut b) = (pairs(a), pairs(b));
    let total = a.len() + b.len();
    let mut shared = 0;
    for pair in a {
        if let Some(at) = b.iter().position(|other| *other == pair) {
            b.swap_remove(at);
            shared += 1;
        }
    }
    2.0 * f64::from(shared) / total.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Table};

    #[track_caller]
    fn check(message: &str, expected: Option<&str>) {
        let table = |name: &str, columns: &[&str]| Table {
            name: name.into(),
            columns: columns.iter().map(|name| Column { name: (*name).into(), ..Column::default() }).collect(),
            ..Table::default()
        };
        let schema = Schema { tables: vec![table("invoice", &["id", "total"]), table("invoice line", &["id", "unit_price"])] };
        assert_eq!(advice(message, &schema).as_deref(), expected);
    }

    #[test]
    fn misplaced_names_are_told_where_they_are() {
        check("no such column: T2.unit_price", Some("unit_price is a column of \"invoice line\" only; join what is needed to reach it."));
        check("no such column: unit_prise", Some("No table has a column unit_prise; there is unit_price."));
        check("no such column: zzz", None);
        check("no such table: invoices", Some("There is no table invoices; there is invoice."));
        check("near \"FROM\": syntax error", None);
    }
}
