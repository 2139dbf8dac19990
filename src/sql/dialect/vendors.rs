//! What means something else in Oracle and in Snowflake than in the databases that share its spelling, where the statement says that it is
//! theirs, and calls of SQL Server's, BigQuery's and Snowflake's that have one meaning.
//!
//! That `''` is NULL in Oracle is in Snowflake's guide to its literals; that Snowflake's regular expressions are anchored at both ends in its
//! reference for RLIKE. The styles of CONVERT are SQL Server's.

use super::habit::OTHER;
use super::sight::{Edits, Sight};
use crate::schema::DateText;
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::tokens::{Call, Tokens};

/// Calls that take an empty text for nothing to put in its place.
const TAKES_EMPTY: [&str; 4] = ["replace", "translate", "regexp_replace", "nullif"];
/// SQL Server's styles for dates as text, in the letters of `format_date`.
const STYLES: [(&str, &str); 11] = [
    ("23", "%Y-%m-%d"),
    ("101", "%m/%d/%Y"),
    ("102", "%Y.%m.%d"),
    ("103", "%d/%m/%Y"),
    ("104", "%d.%m.%Y"),
    ("105", "%d-%m-%Y"),
    ("108", "%H:%M:%S"),
    ("110", "%m-%d-%Y"),
    ("111", "%Y/%m/%d"),
    ("112", "%Y%m%d"),
    ("120", "%Y-%m-%d %H:%M:%S"),
];
/// Days of the week as SQLite counts them.
const DAYS: [&str; 7] = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];

pub(super) fn rewrite(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let oracles = if sight.habit.is_oracles() { of_oracle(sight, at) } else { None };
    let snowflakes = || if sight.habit.is_snowflakes() { of_snowflake(sight, at) } else { None };
    oracles.or_else(snowflakes).or_else(|| call(sight, at))
}

/// `''` is NULL there, NULL is nothing beside `||`, and one NULL makes GREATEST NULL.
fn of_oracle(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    if tokens.text(at) == "''" && !tokens.is(at.checked_sub(1)?, &["like", "escape", "as"]) {
        let around = enclosing(tokens, at);
        return (!around.is_some_and(|name| tokens.is(name, &TAKES_EMPTY) || tokens.is(name, &["ifnull"]) && tokens.text(at - 1) == ","))
            .then(|| vec![(tokens.bytes(at..at + 1), "NULL".to_owned())]);
    }
    if tokens.text(at) == "||" {
        // NULL itself is a keyword and no operand.
        let start = if tokens.is(at.checked_sub(1)?, &["null"]) { at - 1 } else { tokens.operand_before(at)? };
        let end = tokens.operand_after(at + 1)?;
        let wrapped = |from: usize, to: usize| {
            let whole =
                to == from + 1 && matches!(tokens.kind(from), Some(TokenKind::String | TokenKind::Number)) && tokens.text(from) != "''";
            (!whole && !tokens.is(from, &["ifnull"])).then(|| (tokens.bytes(from..to), format!("ifnull({}, '')", tokens.piece(from..to))))
        };
        let edits: Edits = wrapped(start, at).into_iter().chain(wrapped(at + 1, end)).collect();
        return (!edits.is_empty()).then_some(edits);
    }
    let call = tokens.call(at).filter(|call| call.arguments.len() > 1)?;
    let to = match tokens.text(at).to_ascii_lowercase().as_str() {
        "greatest" => "max",
        "least" => "min",
        _ => return next_day(sight, at, &call),
    };
    Some(vec![(tokens.bytes(at..at + 1), to.to_owned())])
}

/// `NEXT_DAY(day, 'MONDAY')`, of a day without a time.
fn next_day(sight: &Sight<'_>, at: usize, call: &Call) -> Option<Edits> {
    let tokens = &sight.tokens;
    let [day, name] = call.arguments.as_slice() else { return None };
    let place = DAYS.iter().position(|other| other.eq_ignore_ascii_case(&name_of(tokens.text(name.start))));
    let written = DateText::is_day(&name_of(tokens.text(day.end - 1))) && tokens.kind(day.end - 1) == Some(TokenKind::String);
    let is_day = sight.kind(day.clone()).is_day() || written;
    let weekday = place.filter(|_| tokens.is(at, &["next_day"]) && is_day && tokens.kind(name.start) == Some(TokenKind::String))?;
    let day = tokens.piece(day.clone());
    Some(vec![(tokens.bytes(at..call.close + 1), format!("date({day}, '+1 day', 'weekday {weekday}')"))])
}

/// The token of the name of the call that token `at` stands in.
fn enclosing(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let mut depth = 0usize;
    for before in (0..at).rev() {
        match tokens.text(before) {
            ")" => depth += 1,
            "(" if depth == 0 => return before.checked_sub(1).filter(|name| tokens.kind(*name) == Some(TokenKind::Word)),
            "(" => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Names of months and days have three letters there, and patterns fit the whole text.
fn of_snowflake(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    if tokens.is(at, &["rlike", "regexp"]) && tokens.text(at + 1) != "(" {
        let not = at.checked_sub(1).is_some_and(|not| tokens.is(not, &["not"]));
        let (start, end) = (tokens.operand_before(at - usize::from(not))?, tokens.operand_after(at + 1)?);
        let (left, right) = (tokens.piece(start..at - usize::from(not)), tokens.piece(at + 1..end));
        let not = if not { "NOT " } else { "" };
        return Some(vec![(tokens.bytes(start..end), format!("{not}regexp_full_match({left}, {right})"))]);
    }
    let call = tokens.call(at)?;
    let argument = |n: usize| call.arguments.get(n).map(|range| tokens.piece(range.clone())).unwrap_or_default();
    let to = match (tokens.text(at).to_ascii_lowercase().as_str(), call.arguments.len()) {
        ("monthname", 1) => format!("format_date(datetime({}), '%b')", argument(0)),
        ("dayname", 1) => format!("format_date(datetime({}), '%a')", argument(0)),
        ("regexp_like", 2) => format!("regexp_full_match({}, {})", argument(0), argument(1)),
        _ => return None,
    };
    Some(vec![(tokens.bytes(at..call.close + 1), to)])
}

/// Calls that one database alone has in this form.
fn call(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    let call = tokens.call(at)?;
    // With a declaration behind it the name is somebody's own.
    if tokens.is(call.close + 1, &["as"]) && tokens.text(call.close + 2) == "(" {
        return None;
    }
    let argument = |n: usize| call.arguments.get(n).map(|range| tokens.piece(range.clone())).unwrap_or_default();
    let word = |n: usize| tokens.text(call.arguments.get(n).map_or(usize::MAX, |range| range.start)).to_ascii_lowercase();
    let to = match (tokens.text(at).to_ascii_lowercase().as_str(), call.arguments.len()) {
        // Blanks at the end are not counted.
        ("len", 1) if sight.habit.is_within(OTHER) && !argument(0).starts_with('[') => format!("length(rtrim({}))", argument(0)),
        ("datediff_big", 3) => return Some(vec![(tokens.bytes(at..at + 1), "datediff".to_owned())]),
        ("round", 3) if argument(2).parse::<u32>().is_ok() => {
            format!("{}({}, {})", if argument(2) == "0" { "round" } else { "trunc" }, argument(0), argument(1))
        }
        ("convert" | "try_convert", 3) => styled(tokens, &call, argument(1), argument(2))?,
        ("rlike", 2) => format!("regexp_full_match({}, {})", argument(0), argument(1)),
        ("equal_null", 2) => format!("(({}) IS ({}))", argument(0), argument(1)),
        ("dayofweekiso", 1) => format!("CAST(strftime('%u', {}) AS INTEGER)", argument(0)),
        ("position", 2) => format!("instr({}, {})", argument(1), argument(0)),
        ("contains_substr", 2) => format!("(instr(casefold({}), casefold({})) > 0)", argument(0), argument(1)),
        ("unix_seconds", 1) => format!("unixepoch({})", argument(0)),
        ("timestamp_trunc" | "datetime_trunc", 2) if ["hour", "day", "month", "quarter", "year"].contains(&word(1).as_str()) => {
            format!("date_trunc('{}', {})", word(1), argument(0))
        }
        _ => return None,
    };
    Some(vec![(tokens.bytes(at..call.close + 1), to)])
}

/// `CONVERT(varchar(10), day, 103)`: a date as text, cut to so many letters.
fn styled(tokens: &Tokens<'_>, call: &Call, what: &str, style: &str) -> Option<String> {
    let target = call.arguments.first()?;
    if !tokens.is(target.start, &["varchar", "nvarchar", "char", "nchar"]) {
        return None;
    }
    let (_, format) = STYLES.iter().find(|(number, _)| *number == style)?;
    let text = format!("format_date(datetime({what}), '{format}')");
    match tokens.text(target.start + 2).parse::<u32>() {
        Ok(letters) if target.len() == 4 => Some(format!("substr({text}, 1, {letters})")),
        _ => (target.len() == 1).then_some(text),
    }
}
