//! A made-up database as the statements that make it.

use super::schema::{About, Column, Keys, Schema, Table};
use crate::sql::quote::identifier;

/// The statements that make the tables, the rows and the view of `schema`, in order.
pub fn statements(schema: &Schema) -> String {
    let mut text = String::new();
    for table in &schema.tables {
        text.push_str(&create(schema, table));
    }
    for table in &schema.tables {
        for rows in table.rows.chunks(50) {
            let rows: Vec<String> =
                rows.iter().map(|row| format!("({})", row.iter().map(super::value::Value::sql).collect::<Vec<_>>().join(", "))).collect();
            text.push_str(&format!("INSERT INTO {} VALUES\n{};\n", identifier(&table.name), rows.join(",\n")));
        }
    }
    if let Some((name, query)) = &schema.view {
        text.push_str(&format!("CREATE VIEW {} AS {query};\n", identifier(name)));
    }
    text
}

fn create(schema: &Schema, table: &Table) -> String {
    let mut lines: Vec<String> = table.columns.iter().map(|column| line(schema, column)).collect();
    if schema.keys == Keys::Below {
        for column in &table.columns {
            if let Some(other) = foreign(schema, column) {
                lines.push(format!("  FOREIGN KEY ({}) REFERENCES {other}", identifier(&column.name)));
            }
        }
    }
    format!("CREATE TABLE {} (\n{}\n);\n", identifier(&table.name), lines.join(",\n"))
}

fn line(schema: &Schema, column: &Column) -> String {
    let mut line = format!("  {} {}", identifier(&column.name), column.declared);
    match &column.about {
        About::Key(_) => line.push_str(" PRIMARY KEY"),
        About::To { .. } if schema.keys == Keys::Inline => {
            if let Some(other) = foreign(schema, column) {
                line.push_str(&format!(" REFERENCES {other}"));
            }
        }
        About::Name(_) if !column.missing => line.push_str(" NOT NULL"),
        _ => {}
    }
    line
}

/// `owner (owner_id)`
fn foreign(schema: &Schema, column: &Column) -> Option<String> {
    let About::To { table, .. } = column.about else { return None };
    let other = schema.tables.get(table)?;
    let key = other.columns.get(other.key()?)?;
    Some(format!("{} ({})", identifier(&other.name), identifier(&key.name)))
}
