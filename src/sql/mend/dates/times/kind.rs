//! The forms in which a query has dates.

use std::ops::Range;

use super::sight::Sight;
use crate::schema::{DateText, Times};
use crate::sql::lex::TokenKind;

/// A form of a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// `2024-01-31`.
    Date,
    /// `2024-01-31 12:00:00`.
    DateTime,
    /// As strftime's format says.
    Format(String),
    /// As strftime's format says, as a number.
    Number(String),
    /// A Julian day.
    JulianDay,
    /// Seconds since 1970.
    UnixEpoch,
    /// So many times the seconds since 1970.
    Scaled(u32),
}

impl Kind {
    /// The call that makes it of a date function's arguments.
    pub(super) fn call(&self, arguments: &str) -> String {
        match self {
            Self::Date => format!("date({arguments})"),
            Self::DateTime => format!("datetime({arguments})"),
            Self::Format(format) => format!("strftime('{}', {arguments})", format.replace('\'', "''")),
            Self::Number(format) => format!("CAST(strftime('{}', {arguments}) AS INTEGER)", format.replace('\'', "''")),
            Self::JulianDay => format!("julianday({arguments})"),
            Self::UnixEpoch => format!("unixepoch({arguments})"),
            Self::Scaled(scale) => format!("unixepoch({arguments}) * {scale}"),
        }
    }

    /// The form that the operand `range` is in; `None` where it is no date.
    pub(super) fn of(sight: &Sight<'_, '_>, range: Range<usize>) -> Option<Self> {
        let (first, last) = (range.start, range.end.checked_sub(1)?);
        if sight.tokens.text(first) == "(" && sight.tokens.close(first) == Some(last) {
            return Self::of(sight, first + 1..last);
        }
        if let Some(text) = sight.string(range.clone()) {
            return Self::of_text(&text);
        }
        if range.len() == 1 {
            let text = sight.tokens.text(first);
            return match sight.tokens.kind(first)? {
                TokenKind::Number if text.len() == 4 && ("1900".."2101").contains(&text) => Some(Self::Number("%Y".into())),
                TokenKind::Word if text.eq_ignore_ascii_case("current_date") => Some(Self::Date),
                TokenKind::Word if text.eq_ignore_ascii_case("current_timestamp") => Some(Self::DateTime),
                _ => Self::of_column(sight, &range),
            };
        }
        if let Some(kind) = Self::of_column(sight, &range) {
            return Some(kind);
        }
        let call = sight.tokens.call(first).filter(|call| call.close == last)?;
        let argument = call.arguments.first().cloned();
        match sight.tokens.text(first).to_ascii_lowercase().as_str() {
            "date" => Some(Self::Date),
            "datetime" => Some(Self::DateTime),
            "julianday" => Some(Self::JulianDay),
            "unixepoch" => Some(Self::UnixEpoch),
            "strftime" => match sight.string(argument?)?.as_str() {
                "%s" if computes(sight, range.end) => Some(Self::UnixEpoch),
                "%J" if computes(sight, range.end) => Some(Self::JulianDay),
                format => Some(Self::Format(format.to_owned())),
            },
            "cast" => {
                let argument = argument?;
                let end = sight.tokens.find(argument.clone(), &["as"])?;
                let whole = sight.tokens.is(end + 1, &["integer", "int", "bigint", "numeric", "real"]);
                match Self::of(sight, argument.start..end)? {
                    Self::Format(format) if whole && format == "%s" => Some(Self::UnixEpoch),
                    Self::Format(format) if whole => Some(Self::Number(format)),
                    kind => Some(kind),
                }
            }
            _ => None,
        }
    }

    /// The form of the dates that a column holds as text.
    fn of_column(sight: &Sight<'_, '_>, range: &Range<usize>) -> Option<Self> {
        match sight.dated_text(range.clone())? {
            DateText::Month => None,
            DateText::Day => Some(Self::Date),
            DateText::Time => Some(Self::DateTime),
        }
    }

    /// The form of a date that a literal is in: `2024`, `2024-01`, `2024-01-31`, with a time.
    pub(super) fn of_text(text: &str) -> Option<Self> {
        let shape: String = text.trim().chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
        Some(match shape.as_str() {
            "9999" if ("1900".."2101").contains(&text.trim()) => Self::Format("%Y".into()),
            "9999-99" => Self::Format("%Y-%m".into()),
            "9999-99-99" => Self::Date,
            "99999999" if is_day_in_digits(text.trim()) => Self::Format("%Y%m%d".into()),
            _ if as_date(text).is_some() => Self::Date,
            _ if shape.starts_with("9999-99-99 99:99") || shape.starts_with("9999-99-99T99:99") => Self::DateTime,
            _ => return None,
        })
    }
}

/// A day whose year comes first, as `date` writes it: `2024-1-5`, `2024/01/05`; `None` where it is so already or none.
pub(super) fn as_date(text: &str) -> Option<String> {
    let text = text.trim();
    let mut parts = text.split(['-', '/']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let is_number = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let is_day = year.len() == 4 && is_number(year, 4) && is_number(month, 2) && is_number(day, 2) && parts.next().is_none();
    let out = format!("{year}-{month:0>2}-{day:0>2}");
    (is_day && out != text).then_some(out)
}

/// `20230131`, of the years 1900 to 2100.
pub(super) fn is_day_in_digits(text: &str) -> bool {
    let part = |range: Range<usize>| text.get(range).and_then(|digits| digits.parse::<u32>().ok()).unwrap_or(0);
    text.len() == 8
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (1900..=2100).contains(&part(0..4))
        && (1..=12).contains(&part(4..6))
        && (1..=31).contains(&part(6..8))
}

/// A literal with a time, as `datetime` writes it; `None` where it is so already.
pub(super) fn as_datetime(text: &str) -> Option<String> {
    let (date, time) = (text.trim().get(..10)?, text.trim().get(11..)?);
    let plain: String = time.chars().take_while(|c| c.is_ascii_digit() || *c == ':').collect();
    let plain = if plain.len() == 5 { format!("{plain}:00") } else { plain };
    let out = format!("{date} {plain}");
    (plain.len() == 8 && out != text).then_some(out)
}

/// Whether something is added to what ends before token `at`, so that it is a number.
pub(super) fn computes(sight: &Sight<'_, '_>, at: usize) -> bool {
    matches!(sight.tokens.text(at), "+" | "-" | "*" | "/")
}

/// `operand`, which counts `times`, as a date of that kind.
pub(super) fn converted(times: &Times, operand: &str, kind: &Kind) -> String {
    let plain = kind.call(&times.sql_arguments(operand));
    if times.mixed { format!("CASE typeof({operand}) WHEN 'text' THEN {} ELSE {plain} END", kind.call(operand)) } else { plain }
}
