//! Columns of views that are a table's columns under another name: what these count is told of them, too.

use crate::schema::{Meaning, Schema, TableKind, Times};
use crate::sql::lex::{TokenKind, lex};
use crate::sql::resolve::resolve;

/// Bytes of a view's text that are read.
const LONGEST: usize = 16 * 1024;
/// Views of views that are followed.
const DEEP: usize = 3;

/// Takes over what the columns count that a view's SELECT names.
pub(super) fn hand_on(schema: &mut Schema) {
    for _ in 0..DEEP {
        let mut found: Vec<(usize, usize, Times)> = Vec::new();
        for (place, view) in schema.tables.iter().enumerate().filter(|(_, table)| table.kind == TableKind::View) {
            let is_open = |column: usize| view.columns.get(column).is_some_and(|column| column.meaning == Meaning::Plain);
            if !(0..view.columns.len()).any(is_open) {
                continue;
            }
            let outputs = select_of(&view.sql).and_then(|select| resolve(select, schema)?.outputs).unwrap_or_default();
            if outputs.len() == view.columns.len() {
                let counting = outputs.into_iter().enumerate().filter(|(column, _)| is_open(*column));
                found.extend(counting.filter_map(|(column, output)| Some((place, column, output.times?.clone()))));
            }
        }
        if found.is_empty() {
            return;
        }
        for (place, column, times) in found {
            if let Some(column) = schema.tables.get_mut(place).and_then(|view| view.columns.get_mut(column)) {
                column.meaning = Meaning::Time(times);
            }
        }
    }
}

/// The statement behind `CREATE VIEW name (columns) AS`.
fn select_of(sql: &str) -> Option<&str> {
    let short = Some(sql).filter(|sql| sql.len() <= LONGEST)?;
    let tokens = lex(short);
    let is_as = |text: &str| text.eq_ignore_ascii_case("as");
    let first = tokens.iter().find(|token| token.kind == TokenKind::Word && is_as(token.text(short)))?;
    short.get(first.range.end..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Table, TimeUnit};

    #[test]
    fn a_view_counts_as_its_table_does() {
        let times = Times { units: vec![TimeUnit::UnixMillis], mixed: false, never: false, first: String::new(), last: String::new() };
        let column = |name: &str, meaning: Meaning| Column { name: name.into(), meaning, ..Column::default() };
        let plain = |name: &str| column(name, Meaning::Plain);
        let view = |name: &str, sql: &str, columns: Vec<Column>| Table {
            name: name.into(),
            kind: TableKind::View,
            sql: sql.into(),
            columns,
            ..Table::default()
        };
        let mut schema = Schema {
            tables: vec![
                view("late", "CREATE VIEW late AS SELECT * FROM sent WHERE who <> 'x'", vec![plain("who"), plain("went")]),
                view(
                    "sent",
                    "CREATE VIEW sent (who, went) AS SELECT \"name\", max(\"Shipped At\") FROM o GROUP BY 1",
                    vec![plain("who"), plain("went")],
                ),
                Table {
                    name: "o".into(),
                    columns: vec![plain("name"), column("Shipped At", Meaning::Time(times.clone()))],
                    ..Table::default()
                },
            ],
        };
        hand_on(&mut schema);
        for view in ["late", "sent"] {
            assert_eq!(schema.table(view).unwrap().column("went").unwrap().meaning, Meaning::Time(times.clone()), "{view}");
            assert_eq!(schema.table(view).unwrap().column("who").unwrap().meaning, Meaning::Plain, "{view}");
        }
    }
}
