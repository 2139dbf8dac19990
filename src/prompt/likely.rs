//! Queries that answers over a schema are likely to resemble: not to be read by the model, but for drafting, which saves steps where an
//! answer goes on as they do. Pure.

use std::sync::Arc;

use super::form::Form;
use super::text::answer_in;
use crate::schema::{ForeignKey, Schema, Table};
use crate::sql::quote::{identifier, in_database, table_name};

/// Queries made, at most: reading a thousand of them takes longer than they save.
const MOST: usize = 400;

/// Queries over the tables of `schema`, as a model asked in `form` would write them; the same ones each time.
pub fn likely_answers(schema: &Schema, form: Form) -> Arc<[String]> {
    let schema = &*schema.readable();
    let asked = || schema.tables.iter().filter(|table| !table.bookkeeping);
    let tables = asked().count().max(1);
    // Every table has its turn before any has a second one, and in a large schema fewer columns do.
    let columns = (MOST / (tables * COLUMN_QUERIES)).max(1);
    let all_rows = asked().map(|table| format!("SELECT count(*) FROM {}", table_name(table)));
    let others = asked().flat_map(|table| {
        let name = table_name(table);
        let of_columns = table.columns.iter().take(columns).flat_map(move |column| over_column(&name, &identifier(&column.name)));
        of_columns.chain(table.foreign_keys.iter().filter_map(|key| over_key(table, key)).flatten())
    });
    all_rows.chain(others).take(MOST).map(|sql| answer_in(form, &sql)).collect()
}

const COLUMN_QUERIES: usize = 11;

fn over_column(table: &str, column: &str) -> [String; COLUMN_QUERIES] {
    [
        format!("SELECT {column} FROM {table}"),
        format!("SELECT {column} FROM {table} ORDER BY {column} DESC LIMIT 1"),
        format!("SELECT {column}, count(*) FROM {table} GROUP BY {column}"),
        format!("SELECT {column} FROM {table} GROUP BY {column} ORDER BY count(*) DESC LIMIT 1"),
        format!("SELECT avg({column}) FROM {table} WHERE {column} = '"),
        format!("SELECT {column} FROM {table} WHERE {column} > (SELECT avg({column}) FROM {table})"),
        format!("SELECT {column} FROM {table} GROUP BY {column} HAVING count(*) > 1"),
        format!("SELECT DISTINCT {column} FROM {table}"),
        format!("SELECT count(DISTINCT {column}) FROM {table}"),
        format!("SELECT T1.{column} FROM {table} AS T1"),
        format!("SELECT {column} FROM {table} WHERE {column} NOT IN (SELECT {column} FROM {table})"),
    ]
}

/// Joins along a key of one column.
fn over_key(table: &Table, key: &ForeignKey) -> Option<[String; 3]> {
    let ([own], [foreign]) = (key.columns.as_slice(), key.foreign_columns.as_slice()) else { return None };
    let (child, parent) = (table_name(table), in_database(key.database(table), &key.foreign_table));
    let (own, foreign) = (identifier(own), identifier(foreign));
    let joined = format!("{parent} AS T1 JOIN {child} AS T2 ON T1.{foreign} = T2.{own}");
    Some([
        format!("SELECT count(*) FROM {child} AS T1 JOIN {parent} AS T2 ON T1.{own} = T2.{foreign}"),
        format!("SELECT T1.{foreign} FROM {joined} GROUP BY T1.{foreign} ORDER BY count(*) DESC LIMIT 1"),
        format!("SELECT T2.{own} FROM {joined} WHERE T1."),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Column;

    fn table(name: &str, columns: usize) -> Table {
        let column = |n| Column { name: format!("c {n}"), ..Column::default() };
        Table { name: name.into(), columns: (0..columns).map(column).collect(), ..crate::schema::Table::default() }
    }

    #[test]
    fn every_table_has_its_turn_and_the_number_is_bounded() {
        let many = Schema { tables: (0..100).map(|n| table(&format!("t{n}"), 50)).collect() };
        let answers = likely_answers(&many, Form::Alpaca);
        assert_eq!(answers.len(), MOST);
        assert!((0..100).all(|n| answers.contains(&format!("SELECT count(*) FROM t{n}"))));
        let few = Schema { tables: vec![table("order", 2)] };
        let answers = likely_answers(&few, Form::Chat);
        assert_eq!(answers.len(), 1 + 2 * COLUMN_QUERIES);
        assert_eq!(answers[1], "```sql\nSELECT \"c 0\" FROM \"order\";\n```");
        assert!(likely_answers(&Schema::default(), Form::Chat).is_empty());
    }

    #[test]
    fn keys_give_joins() {
        let key = ForeignKey {
            columns: vec!["c 0".into()],
            foreign_table: "u".into(),
            elsewhere: None,
            foreign_columns: vec!["id".into()],
            origin: crate::schema::KeyOrigin::Declared,
        };
        let tables = vec![Table { foreign_keys: vec![key], ..table("t", 1) }];
        let answers = likely_answers(&Schema { tables }, Form::Alpaca);
        assert_eq!(answers[12], "SELECT count(*) FROM t AS T1 JOIN u AS T2 ON T1.\"c 0\" = T2.id");
    }
}
