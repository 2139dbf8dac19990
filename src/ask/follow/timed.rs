//! How a column keeps points in time.

use crate::schema::{Column, Holds, TimeUnit};
use crate::text::words::split_name;

/// Years that people speak of.
pub(super) const YEARS: std::ops::RangeInclusive<i64> = 1500..=2100;
/// Numbers that are years by their values alone.
const LIKELY_YEARS: std::ops::RangeInclusive<i64> = 1850..=2040;
/// Names of amounts that may lie among the years.
const AMOUNTS: [&str; 14] =
    ["price", "cost", "amount", "total", "salary", "capacity", "power", "weight", "height", "size", "quantity", "number", "count", "code"];

/// How a column keeps points in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// As text that SQLite reads.
    Text,
    /// As a number.
    Number(TimeUnit),
    /// As the number of the year.
    Year,
}

/// How `column` keeps points in time, where it does.
pub(super) fn kept(column: &Column) -> Option<Kept> {
    if let Some(times) = column.meaning.times() {
        return (!times.is_open() && !times.mixed).then(|| Kept::Number(times.unit()));
    }
    let declared = column.declared_type.to_ascii_uppercase();
    let sample = column.samples.first().map_or("", String::as_str);
    let sample = sample.strip_prefix("from ").unwrap_or(sample);
    let dated = |text: &str| {
        text.len() >= 10 && text.bytes().take(10).enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() })
    };
    if column.holds != Holds::Numbers && dated(sample) {
        return Some(Kept::Text);
    }
    if column.holds == Holds::Unknown && ["DATE", "TIME"].iter().any(|word| declared.contains(word)) {
        return Some(Kept::Text);
    }
    let words = split_name(&column.name);
    let says_year = words.iter().any(|word| word == "year" || word == "yr");
    let (low, high) = sample.split_once("..").unwrap_or((sample, sample));
    let (Ok(low), Ok(high)) = (low.parse::<i64>(), high.parse::<i64>()) else { return None };
    let amounts = words.iter().any(|word| AMOUNTS.contains(&word.as_str()));
    let years = if says_year { YEARS } else { LIKELY_YEARS };
    (column.holds != Holds::Texts && !amounts && years.contains(&low) && years.contains(&high)).then_some(Kept::Year)
}

/// Whether `column` keeps points in time.
pub(super) fn is_time(column: &Column) -> bool {
    kept(column).is_some()
}
