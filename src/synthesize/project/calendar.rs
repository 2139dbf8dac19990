//! Days in all the forms that files keep them in, and how they are spoken of.

use super::value::{Decimal, Value};
use crate::text::numbers::MONTHS;

/// How a column keeps a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateForm {
    /// `2021-03-05`
    Day,
    /// `2021-03-05 14:30:00`
    Moment,
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// Days since noon of the first day of 4714 BC.
    Julian,
    /// `20210305`, a number.
    Compact,
}

/// A day, with the second of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Days since 1970-01-01.
    pub days: i64,
    /// Seconds since midnight.
    pub seconds: i64,
}

impl Day {
    /// From year, month and day (Howard Hinnant's `days_from_civil`).
    pub fn of(year: i64, month: i64, day: i64) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let of_era = year - era * 400;
        let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
        let days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
        Self { days: era * 146_097 + days - 719_468, seconds: 0 }
    }

    /// Year, month and day (`civil_from_days`).
    pub fn parts(self) -> (i64, i64, i64) {
        let days = self.days + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days - era * 146_097;
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        (year + era * 400 + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
    }

    /// `2021-03-05`
    pub fn iso(self) -> String {
        let (year, month, day) = self.parts();
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// As a column keeps it.
    pub fn stored(self, form: DateForm) -> Value {
        let (year, month, day) = self.parts();
        match form {
            DateForm::Day => Value::Text(self.iso()),
            DateForm::Moment => {
                let (hour, minute, second) = (self.seconds / 3600, self.seconds / 60 % 60, self.seconds % 60);
                Value::Text(format!("{} {hour:02}:{minute:02}:{second:02}", self.iso()))
            }
            DateForm::Seconds => Value::whole(self.days * 86_400 + self.seconds),
            DateForm::Milliseconds => Value::whole((self.days * 86_400 + self.seconds) * 1_000),
            // Midnight is half a day behind.
            DateForm::Julian => Value::Number(Decimal { units: (self.days + 2_440_587) * 10 + 5, digits: 1 }),
            DateForm::Compact => Value::whole(year * 10_000 + month * 100 + day),
        }
    }

    /// The day as people write it, in the form `way`.
    pub fn said(self, way: usize) -> String {
        let (year, month, day) = self.parts();
        match way % 3 {
            0 => format!("{} {day}, {year}", month_name(month)),
            1 => format!("{day} {} {year}", month_name(month)),
            _ => self.iso(),
        }
    }
}

/// `March`
pub fn month_name(month: i64) -> &'static str {
    MONTHS.get((month - 1).clamp(0, 11) as usize).copied().unwrap_or_default()
}

impl DateForm {
    /// `column` as SQLite's functions read it, with what they have to be told.
    fn read(self, column: &str) -> String {
        match self {
            Self::Day | Self::Moment | Self::Julian => column.into(),
            Self::Seconds => format!("{column}, 'unixepoch'"),
            Self::Milliseconds => format!("{column} / 1000, 'unixepoch'"),
            Self::Compact => column.into(),
        }
    }

    /// The year of `column`, to be compared with [`DateForm::year_literal`].
    pub fn year(self, column: &str) -> String {
        match self {
            Self::Compact => format!("{column} / 10000"),
            _ => format!("strftime('%Y', {})", self.read(column)),
        }
    }

    /// A year as [`DateForm::year`] gives it.
    pub fn year_literal(self, year: i64) -> String {
        if self == Self::Compact { year.to_string() } else { format!("'{year}'") }
    }

    /// The year and month of `column`, and one of them as that gives it.
    pub fn year_month(self, column: &str, year: i64, month: i64) -> (String, String) {
        match self {
            Self::Compact => (format!("{column} / 100"), format!("{year}{month:02}")),
            _ => (format!("strftime('%Y-%m', {})", self.read(column)), format!("'{year}-{month:02}'")),
        }
    }

    /// The beginning of `day`, to be compared with the column itself.
    pub fn bound(self, day: Day) -> String {
        let iso = day.iso();
        match self {
            Self::Day | Self::Moment => format!("'{iso}'"),
            Self::Seconds => format!("unixepoch('{iso}')"),
            Self::Milliseconds => format!("unixepoch('{iso}') * 1000"),
            Self::Julian => format!("julianday('{iso}')"),
            Self::Compact => day.stored(Self::Compact).text(),
        }
    }
}
