//! A schema as the text a prompt carries.

use crate::schema::{Schema, Table};
use crate::sql::quote::identifier;

/// `schema` as `CREATE TABLE` statements of at most about `budget` bytes. Where all of it does not fit, first the sample values go,
/// then the types, then columns that are no keys; last, whole tables, with their number said.
pub fn schema_text(schema: &Schema, budget: usize) -> String {
    let rungs =
        [Rung { samples: true, types: true, plain_columns: usize::MAX }, Rung { samples: false, types: true, plain_columns: usize::MAX }];
    let narrower = [usize::MAX, 20, 5, 0].map(|plain_columns| Rung { samples: false, types: false, plain_columns });
    let mut text = String::new();
    for rung in rungs.iter().chain(&narrower) {
        text = schema.tables.iter().map(|table| statement(table, rung)).collect();
        if rung.plain_columns == 0 {
            text.push_str(KEYS_ONLY);
        }
        if text.len() <= budget {
            return text;
        }
    }
    let mut kept = String::new();
    let mut left_out = 0;
    for table in &schema.tables {
        let statement = statement(table, &narrower[3]);
        if kept.len() + statement.len() <= budget { kept.push_str(&statement) } else { left_out += 1 }
    }
    drop(text);
    kept.push_str(KEYS_ONLY);
    kept.push_str(&format!("-- {}\n", crate::text::counted(left_out, "more table is not shown", "more tables are not shown")));
    kept
}

/// The `CREATE` statements of `schema` as they are stored, as many whole ones as fit `budget` bytes. What an untuned baseline is asked with.
pub fn schema_as_stored(schema: &Schema, budget: usize) -> String {
    let mut text = String::new();
    for table in schema.tables.iter().filter(|table| !table.sql.is_empty()) {
        if text.len() + table.sql.len() + 3 <= budget {
            text.push_str(table.sql.trim());
            text.push_str(";\n\n");
        }
    }
    text
}

/// Said once where every table is cut down to its keys.
const KEYS_ONLY: &str = "-- only key columns are shown\n";

struct Rung {
    samples: bool,
    types: bool,
    /// At most this many columns that are no keys.
    plain_columns: usize,
}

fn statement(table: &Table, rung: &Rung) -> String {
    let is_key = |name: &str| {
        table.primary_key.iter().chain(table.foreign_keys.iter().flat_map(|key| &key.columns)).any(|key| key.eq_ignore_ascii_case(name))
    };
    let (mut plain, mut left_out) = (0, 0);
    let mut lines = Vec::new();
    for column in &table.columns {
        if !is_key(&column.name) {
            plain += 1;
            if plain > rung.plain_columns {
                left_out += 1;
                continue;
            }
        }
        let mut line = format!("  {}", identifier(&column.name));
        if rung.types && !column.declared_type.is_empty() {
            line.push_str(&format!(" {}", one_line(&column.declared_type)));
        }
        if table.primary_key.len() == 1 && is_primary(table, &column.name) {
            line.push_str(" PRIMARY KEY");
        }
        let samples: Vec<String> = column.samples.iter().filter(|_| rung.samples).take(3).map(|sample| one_line(sample)).collect();
        lines.push((line, samples.join(", ")));
    }
    if table.primary_key.len() > 1 {
        lines.push((format!("  PRIMARY KEY ({})", names(&table.primary_key)), String::new()));
    }
    for key in &table.foreign_keys {
        let (from, to) = (names(&key.columns), names(&key.foreign_columns));
        lines.push((format!("  FOREIGN KEY ({from}) REFERENCES {} ({to})", identifier(&key.foreign_table)), String::new()));
    }
    let last = lines.len().saturating_sub(1);
    let body: Vec<String> = lines
        .into_iter()
        .enumerate()
        .map(|(i, (line, samples))| {
            let comma = if i < last { "," } else { "" };
            if samples.is_empty() { format!("{line}{comma}") } else { format!("{line}{comma} -- {samples}") }
        })
        .collect();
    let note = match left_out {
        0 => String::new(),
        _ if rung.plain_columns == 0 => String::new(), // said once for all tables
        n => format!("\n  -- {}", crate::text::counted(n, "more column is not shown", "more columns are not shown")),
    };
    format!("CREATE TABLE {} (\n{}{note}\n);\n", identifier(&table.name), body.join("\n"))
}

fn is_primary(table: &Table, column: &str) -> bool {
    table.primary_key.iter().any(|key| key.eq_ignore_ascii_case(column))
}

fn names(columns: &[String]) -> String {
    columns.iter().map(|name| identifier(name)).collect::<Vec<_>>().join(", ")
}

/// A stored text as a part of one line: it must not end the comment it stands in.
fn one_line(text: &str) -> String {
    crate::text::ellipsis(&crate::text::sanitize(text), 40).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Column;

    fn schema(tables: usize) -> Schema {
        let column = |name: &str, sample: &str| Column {
            name: name.into(),
            declared_type: "TEXT".into(),
            samples: vec![sample.into()],
            ..Default::default()
        };
        let table = |i: usize| Table {
            name: format!("t{i}"),
            columns: vec![column("id", "1"), column("a\"b", "x\ny")],
            primary_key: vec!["id".into()],
            ..Default::default()
        };
        Schema { tables: (0..tables).map(table).collect() }
    }

    #[test]
    fn names_are_quoted_and_samples_stay_on_their_line() {
        assert_eq!(schema_text(&schema(1), 1000), "CREATE TABLE t0 (\n  id TEXT PRIMARY KEY, -- 1\n  \"a\"\"b\" TEXT -- x\\ny\n);\n");
    }

    #[test]
    fn what_does_not_fit_goes_step_by_step() {
        let all = schema_text(&schema(10), usize::MAX);
        let bare = schema_text(&schema(10), all.len() - 1);
        assert!(!bare.contains("--") && bare.contains("TEXT"));
        let keys = schema_text(&schema(10), 450);
        assert!(keys.contains("t9") && keys.contains("id PRIMARY KEY") && !keys.contains("TEXT"));
        assert!(keys.ends_with("-- only key columns are shown\n"), "{keys}");
        assert!(schema_text(&schema(300), 1000).ends_with(" more tables are not shown\n"));
        let mut wide = schema(1);
        let columns = std::iter::repeat_n(wide.tables[0].columns[1].clone(), 100);
        wide.tables[0].columns.extend(columns);
        let cut = schema_text(&wide, 500);
        assert!(cut.contains("  -- 81 more columns are not shown\n);"), "{cut}");
    }
}
