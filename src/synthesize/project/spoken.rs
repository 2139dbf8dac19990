//! Values that a question speaks of: drawn from the rows, and noted as said.

use super::draft::Desk;
use super::said::{decimal, quoted};
use super::value::{Decimal, Value};
use crate::synthesize::words::singular;

impl Desk<'_> {
    /// A value of a column: as often as it stands there.
    pub(super) fn value(&mut self, table: usize, column: usize) -> Option<Value> {
        let values: Vec<&Value> = self.table(table)?.values(column).filter(|value| **value != Value::Null).collect();
        self.random.pick(&values).map(|value| (*value).clone())
    }

    /// A bound inside the values, round where they are not.
    pub(super) fn threshold(&mut self, numbers: &[Decimal]) -> Option<Decimal> {
        let (from, to) = (numbers.len() / 6, numbers.len() - numbers.len() / 6);
        let inner = numbers.get(from..to)?;
        let number = *self.random.pick(inner)?;
        if number.digits > 0 && self.random.below(3) > 0 {
            return Some(Decimal { units: number.units / 10_i64.pow(number.digits), digits: 0 })
                .filter(|whole| whole.units > 0)
                .or(Some(number));
        }
        Some(number)
    }

    /// A number as the question has it, noted.
    pub(super) fn say_number(&mut self, number: Decimal, unit: &str) -> String {
        let way = self.random.below(4);
        let said = decimal(number, way == 0);
        self.said.push((number.text(), said.clone()));
        // A sign is a token of its own.
        self.said.push((number.text().trim_start_matches('-').to_owned(), said.clone()));
        match unit {
            "" => said,
            "%" => format!("{said}{}", if way == 1 { " percent" } else { "%" }),
            unit if number.text() == "1" => format!("{said} {}", if unit.len() > 3 { singular(unit) } else { unit.into() }),
            unit => format!("{said} {unit}"),
        }
    }

    /// A text as the question has it, noted.
    pub(super) fn say_text(&mut self, value: &Value) -> String {
        let text = value.text();
        let said = if self.random.once_in(3) { quoted(&text, self.random.below(2)) } else { text.clone() };
        self.said.push((value.sql(), text));
        said
    }
}
