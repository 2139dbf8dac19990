//! Dates beside the numbers that count time, for people, and what such columns count, for programs.

use std::io::{Write, stderr};

use serde_json::Value;

use super::failure::Failure;
use crate::db::{Cell, ColumnInfo, Table};
use crate::schema::{Schema, TimeUnit, Times};
use crate::sql::result_units;
use crate::text;

/// What each column of `table`, the result of `sql`, counts.
pub(super) fn units_of(sql: &str, schema: &Schema, table: &Table) -> Vec<Option<Times>> {
    let units = result_units(sql, schema);
    if units.len() == table.columns.len() { units } else { vec![None; table.columns.len()] }
}

/// As JSON: the unit in words for each column, `null` where it counts no time.
pub(super) fn units_json(units: &[Option<Times>]) -> Value {
    Value::Array(units.iter().map(|times| times.as_ref().map_or(Value::Null, |times| times.words().into())).collect())
}

/// The table with a column of dates behind each that counts time. A person is told where it is open what a column counts.
pub(super) fn with_dates(table: &Table, units: &[Option<Times>]) -> Result<Table, Failure> {
    let mut out = Table { rows: vec![Vec::new(); table.rows.len()], truncated: table.truncated, ..Table::default() };
    for (at, (info, times)) in table.columns.iter().zip(units).enumerate() {
        out.columns.push(info.clone());
        let cells: Vec<&Cell> = table.rows.iter().map(|row| row.get(at).unwrap_or(&Cell::Null)).collect();
        for (row, cell) in out.rows.iter_mut().zip(&cells) {
            row.push((*cell).clone());
        }
        match times {
            Some(times) if times.is_open() => {
                writeln!(stderr(), "{} counts {}: which of them, its values leave open", text::sanitize(&info.name), times.words())?;
            }
            Some(times) => {
                out.columns.push(ColumnInfo { name: format!("{} ({})", info.name, times.words()), declared_type: None });
                for (row, cell) in out.rows.iter_mut().zip(&cells) {
                    row.push(Cell::Text(date_of(cell, times, times.unit()).unwrap_or_default()));
                }
            }
            None => {}
        }
    }
    Ok(out)
}

fn date_of(cell: &Cell, times: &Times, unit: TimeUnit) -> Option<String> {
    match cell {
        Cell::Integer(n) => unit.dated(*n as f64),
        Cell::Real(x) => unit.dated(*x),
        Cell::Text(text) => unit.dated(times.digits(text)?),
        Cell::Null | Cell::Blob(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_stand_behind_their_numbers() {
        let info = |name: &str| ColumnInfo { name: name.into(), declared_type: None };
        let times = |units: &[TimeUnit]| Some(Times { units: units.to_vec(), mixed: false, first: String::new(), last: String::new() });
        let row = |n: i64| vec![Cell::Integer(n), Cell::Integer(n), Cell::Integer(7)];
        let table = Table { columns: ["made", "at", "n"].map(info).to_vec(), rows: vec![row(1_704_067_200), row(0)], truncated: true };
        let units = [times(&[TimeUnit::UnixSeconds]), times(&[TimeUnit::UnixSeconds, TimeUnit::AppleSeconds]), None];
        let shown = with_dates(&table, &units).unwrap();
        let names: Vec<&str> = shown.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["made", "made (s since 1970)", "at", "n"]);
        let (number, zero) = (Cell::Integer(1_704_067_200), Cell::Integer(0));
        assert_eq!(shown.rows[0], [number.clone(), Cell::Text("2024-01-01 00:00:00".into()), number, Cell::Integer(7)]);
        assert_eq!(shown.rows[1], [zero.clone(), Cell::Text(String::new()), zero, Cell::Integer(7)]);
        assert!(shown.truncated);
        assert_eq!(units_json(&units).to_string(), r#"["s since 1970","s since 1970 or s since 2001",null]"#);
    }
}
