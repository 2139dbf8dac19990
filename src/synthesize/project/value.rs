//! Values of rows, without rounding: the same on every machine.

use crate::sql::quote::string_literal;

/// A number with so many decimals: 12.50 is 1250 of 2 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// The number without its point.
    pub units: i64,
    /// Decimals.
    pub digits: u32,
}

impl Decimal {
    /// Reads `-12.50`.
    pub fn read(text: &str) -> Option<Self> {
        let digits = text.split_once('.').map_or(0, |(_, decimals)| decimals.len() as u32);
        Some(Self { units: text.replacen('.', "", 1).parse().ok()?, digits })
    }

    /// As it is written, without zeros behind the point.
    pub fn text(self) -> String {
        if self.digits == 0 {
            return self.units.to_string();
        }
        let unit = 10_i64.pow(self.digits);
        let (sign, whole, part) = (if self.units < 0 { "-" } else { "" }, self.units.abs() / unit, self.units.abs() % unit);
        let text = format!("{sign}{whole}.{part:0width$}", width = self.digits as usize);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A number.
    Number(Decimal),
    /// A text.
    Text(String),
}

impl Value {
    /// A whole number.
    pub fn whole(units: i64) -> Self {
        Self::Number(Decimal { units, digits: 0 })
    }

    /// As SQL writes it.
    pub fn sql(&self) -> String {
        match self {
            Self::Null => "NULL".into(),
            Self::Number(number) => number.text(),
            Self::Text(text) => string_literal(text),
        }
    }

    /// The text of it.
    pub fn text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Number(number) => number.text(),
            Self::Text(text) => text.clone(),
        }
    }
}
