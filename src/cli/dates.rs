//! Dates beside the numbers that count time, for people, and what such columns count, for programs.

use std::io::{self, Write, stderr};

use serde_json::Value;

use crate::db::{Cell, ColumnInfo};
use crate::schema::{Schema, TimeUnit, Times};
use crate::sql::result_units;
use crate::text;

/// What each of the `width` columns counts that `sql` gives.
pub(super) fn units_of(sql: &str, schema: &Schema, width: usize) -> Vec<Option<Times>> {
    let units = result_units(sql, schema);
    if units.len() == width { units } else { vec![None; width] }
}

/// As JSON: the unit in words for each column, `null` where it counts no time.
pub(super) fn units_json(units: &[Option<Times>]) -> Value {
    Value::Array(units.iter().map(|times| times.as_ref().map_or(Value::Null, |times| times.words().into())).collect())
}

/// A column of dates behind each that counts time.
pub(super) struct DateColumns {
    columns: Vec<ColumnInfo>,
    /// By column of the result.
    units: Vec<Option<Times>>,
}

impl DateColumns {
    /// For `columns`, which count `units`. A person is told where it is open what a column counts: it gets no dates.
    pub(super) fn new(columns: &[ColumnInfo], units: &[Option<Times>]) -> io::Result<Self> {
        let mut out = Self { columns: Vec::new(), units: Vec::new() };
        for (info, times) in columns.iter().zip(units) {
            out.columns.push(info.clone());
            let times = times.as_ref();
            if let Some(times) = times.filter(|times| times.is_open()) {
                writeln!(stderr(), "{} counts {}: which of them, its values leave open", text::sanitize(&info.name), times.words())?;
            }
            let times = times.filter(|times| !times.is_open());
            if let Some(times) = times {
                out.columns.push(ColumnInfo { name: format!("{} ({})", info.name, times.words()), declared_type: None });
            }
            out.units.push(times.cloned());
        }
        Ok(out)
    }

    /// All of them, in order.
    pub(super) fn columns(&self) -> &[ColumnInfo] {
        &self.columns
    }

    /// A row with its dates.
    pub(super) fn row(&self, cells: &[Cell]) -> Vec<Cell> {
        let mut out = Vec::with_capacity(self.columns.len());
        for (cell, times) in cells.iter().zip(&self.units) {
            out.push(cell.clone());
            out.extend(times.as_ref().map(|times| Cell::Text(date_of(cell, times, times.unit()).unwrap_or_default())));
        }
        out
    }
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
        let times = |units: &[TimeUnit]| {
            Some(Times { units: units.to_vec(), mixed: false, never: false, first: String::new(), last: String::new() })
        };
        let units = [times(&[TimeUnit::UnixSeconds]), times(&[TimeUnit::UnixSeconds, TimeUnit::AppleSeconds]), None];
        let shown = DateColumns::new(&["made", "at", "n"].map(info), &units).unwrap();
        let names: Vec<&str> = shown.columns().iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["made", "made (s since 1970)", "at", "n"]);
        let row = |n: i64| shown.row(&[Cell::Integer(n), Cell::Integer(n), Cell::Integer(7)]);
        let (number, zero) = (Cell::Integer(1_704_067_200), Cell::Integer(0));
        assert_eq!(row(1_704_067_200), [number.clone(), Cell::Text("2024-01-01 00:00:00".into()), number, Cell::Integer(7)]);
        assert_eq!(row(0), [zero.clone(), Cell::Text(String::new()), zero, Cell::Integer(7)]);
        assert_eq!(units_json(&units).to_string(), r#"["s since 1970","s since 1970 or s since 2001",null]"#);
    }
}
