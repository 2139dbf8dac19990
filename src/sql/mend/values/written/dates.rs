//! Dates kept as text in a local form.

use std::ops::Range;

use super::site::{Edit, Site};
use crate::schema::{DateParts, LocalDates};
use crate::sql::change::ChangeKind;
use crate::sql::lex::TokenKind;
use crate::sql::quote::string_literal;

/// Functions that read a date, with the place of the date among their arguments.
const READS: [&str; 5] = ["date", "datetime", "time", "julianday", "unixepoch"];

/// The column made a date that SQLite reads, where its place asks for one.
pub(super) fn step(site: &Site<'_, '_, '_>, dates: &LocalDates) -> Option<Edit> {
    let tokens = &site.sight.tokens;
    let (day, moment) = (|| site.edit(ChangeKind::Date, dates.day(site.name())), || site.edit(ChangeKind::Date, dates.moment(site.name())));
    match site.function().as_deref() {
        Some(name) if READS.contains(&name) => return Some(moment()),
        Some("min" | "max") => return Some(moment()),
        Some("substr" | "substring") => return cut(site, dates),
        Some(_) => return None,
        None => {}
    }
    // strftime has the date behind its format.
    if site.range.start >= 4 && tokens.text(site.range.start - 1) == "," && tokens.is(site.range.start - 4, &["strftime"]) {
        return Some(moment());
    }
    if site.is_term() || site.is_compared_query() {
        return Some(moment());
    }
    let behind = site.range.end + usize::from(tokens.is(site.range.end, &["not"]));
    if tokens.is(behind, &["like", "glob"]) {
        let pattern = site.sight.string(behind + 1..behind + 2)?;
        let begins = pattern.bytes().take_while(u8::is_ascii_digit).count() == 4 && !pattern.contains(dates.separator);
        return (begins && !matches!(dates.order, crate::schema::DateOrder::YearMonthDay if pattern.len() == 5)).then(day);
    }
    let (operator, others) = site.compared()?;
    compared(site, dates, &operator, &others)
}

/// `substr(joined, 1, 4)`, which would be the year of a date as SQLite writes it.
fn cut(site: &Site<'_, '_, '_>, dates: &LocalDates) -> Option<Edit> {
    let tokens = &site.sight.tokens;
    let call = tokens.call(site.range.start.checked_sub(2)?)?;
    let numbers: Vec<&str> = call.arguments.iter().skip(1).map(|range| tokens.piece(range.clone())).collect();
    let of_iso = matches!(numbers.as_slice(), ["1", "4"] | ["1", "7"] | ["6", "2"]);
    let same = dates.order == crate::schema::DateOrder::YearMonthDay && (dates.padded || numbers == ["1", "4"]);
    (of_iso && !same).then(|| site.edit(ChangeKind::Date, dates.day(site.name())))
}

fn compared(site: &Site<'_, '_, '_>, dates: &LocalDates, operator: &str, others: &[Range<usize>]) -> Option<Edit> {
    let sight = site.sight;
    let equals = matches!(operator, "=" | "==" | "<>" | "!=");
    let mut form: Option<Form> = None;
    let mut pieces = Vec::new();
    let mut stored = 0;
    for other in others {
        let bytes = sight.tokens.bytes(other.clone());
        if let Some(text) = sight.string(other.clone()) {
            if let Some(own) = dates.iso(&text) {
                // As it is stored, it is found as it is.
                stored += 1;
                pieces.push((bytes, string_literal(&own)));
                continue;
            }
            form = form.max(Some(Form::of(&text)?));
            if let Some(parts) = DateParts::parse(&text) {
                pieces.push((bytes, string_literal(&parts.iso(dates.order, dates.century)?)));
            }
        } else if let Some(column) = site.other(other) {
            // Both are read, each at its own place; of one form, they are equal as they are.
            if equals && column.meaning.local_dates() == Some(dates) {
                return None;
            }
        } else if sight.tokens.kind(other.start) == Some(TokenKind::Number) {
            let year = sight.tokens.text(other.start);
            (year.len() == 4 && ("1900".."2101").contains(&year)).then_some(())?;
            form = form.max(Some(Form::Number));
        } else if sight.tokens.is(other.start, &["datetime", "current_timestamp"]) || sight.tokens.text(other.start) == "(" {
            form = form.max(Some(Form::Moment));
        } else if sight.tokens.is(other.start, &["strftime"]) {
            form = form.max(Some(match sight.string(other.start + 2..other.start + 3)?.as_str() {
                "%Y" => Form::Year,
                "%Y-%m" => Form::Month,
                _ => Form::Day,
            }));
        } else if !sight.tokens.is(other.start, &["date", "current_date"]) {
            return None;
        }
    }
    if equals && stored == others.len() {
        return None;
    }
    let name = site.name();
    let to = match form.unwrap_or(Form::Day) {
        Form::Day => dates.day(name),
        Form::Moment => dates.moment(name),
        Form::Month => format!("substr({}, 1, 7)", dates.day(name)),
        Form::Year => format!("substr({}, 1, 4)", dates.day(name)),
        Form::Number => format!("CAST(substr({}, 1, 4) AS INTEGER)", dates.day(name)),
    };
    let mut edit = site.edit(ChangeKind::Date, to);
    edit.pieces.extend(pieces);
    Some(edit)
}

/// What a date is compared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Year,
    Month,
    Day,
    Moment,
    Number,
}

impl Form {
    /// The form of a text; `None` where it is no date.
    fn of(text: &str) -> Option<Self> {
        let shape: String = text.trim().chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
        Some(match shape.as_str() {
            "9999" if ("1900".."2101").contains(&text.trim()) => Self::Year,
            "9999-99" => Self::Month,
            "9999-99-99" => Self::Day,
            _ if shape.starts_with("9999-99-99 99:99") || shape.starts_with("9999-99-99T99:99") => Self::Moment,
            _ if DateParts::parse(text).is_some() => Self::Day,
            _ => return None,
        })
    }
}
