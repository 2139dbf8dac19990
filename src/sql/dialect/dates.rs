//! Parts, names and beginnings of dates.

use std::ops::Range;

use super::disputes::{DAY_OF_WEEK, PART_WEEK, SECOND, WEEK, WEEKDAY, picked};
use super::literals::{Written, is_impossible};
use super::sight::{Edits, Sight};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::tokens::Call;
use crate::text::numbers::{MONTHS, WEEKDAYS};

pub(super) fn rewrite(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    if let Some(edits) = literal(sight, at) {
        return Some(edits);
    }
    let call = tokens.call(at)?;
    // With a declaration behind it the name is somebody's own.
    if tokens.is(call.close + 1, &["as"]) && tokens.text(call.close + 2) == "(" {
        return None;
    }
    let name = tokens.text(at).to_ascii_lowercase();
    let argument = |n: usize| call.arguments.get(n).map(|range| tokens.piece(range.clone())).unwrap_or_default();
    let unit = |n: usize| call.arguments.get(n).map(|range| name_of(tokens.piece(range.clone())).to_ascii_lowercase()).unwrap_or_default();
    // SQL Server's units are bare words.
    let bare = |n: usize| call.arguments.get(n).is_some_and(|range| range.len() == 1 && tokens.kind(range.start) == Some(TokenKind::Word));
    let whole = |format: &str, n: usize| format!("CAST(strftime('{format}', {}) AS INTEGER)", argument(n));
    let to = match (name.as_str(), call.arguments.len()) {
        ("now" | "getdate" | "sysdate" | "localtimestamp" | "getutcdate" | "sysdatetime" | "utc_timestamp", 0) => {
            "datetime('now')".to_owned()
        }
        ("curdate" | "today" | "utc_date", 0) => "date('now')".to_owned(),
        ("curtime", 0) => "time('now')".to_owned(),
        ("current_date" | "current_time" | "current_timestamp", 0) => tokens.text(at).to_owned(),
        ("extract", 1) => extract(sight, &call)?,
        ("datepart", 2) if bare(0) && ["weekday", "dw"].contains(&unit(0).as_str()) => format!("({} + 1)", whole("%w", 1)),
        ("date_part" | "datepart", 2) => part_of(sight, &unit(0), call.arguments.get(1)?.clone())?,
        ("datename", 2) if unit(0) == "month" => named("%m", argument(1), 1, &MONTHS),
        ("datename", 2) if ["weekday", "dw"].contains(&unit(0).as_str()) => named("%w", argument(1), 0, &WEEKDAYS),
        ("year" | "quarter" | "month" | "day" | "hour" | "minute", 1) => part(sight, &name, argument(0))?,
        ("second", 1) => whole("%S", 0),
        ("week", 1) if picked(sight, &WEEK) == 0 => whole("%U", 0),
        ("week", 1) => whole("%V", 0),
        ("yearweek", 1) if picked(sight, &WEEK) == 0 => return None,
        ("yearweek", 1) => whole("%G%V", 0),
        ("dayofmonth", 1) => part(sight, "day", argument(0))?,
        ("dayofyear", 1) => part(sight, "doy", argument(0))?,
        ("weekofyear", 1) => whole("%V", 0),
        ("isodow" | "isoyear" | "epoch" | "century" | "decade" | "millennium", 1) => part(sight, &name, argument(0))?,
        ("dayofweek", 1) if picked(sight, &DAY_OF_WEEK) == 0 => format!("({} + 1)", whole("%w", 0)),
        ("dayofweek", 1) => whole("%w", 0),
        ("weekday", 1) if picked(sight, &WEEKDAY) == 0 => format!("({} - 1)", whole("%u", 0)),
        ("weekday", 1) => whole("%w", 0),
        ("dayname", 1) => named("%w", argument(0), 0, &WEEKDAYS),
        ("monthname", 1) => named("%m", argument(0), 1, &MONTHS),
        ("last_day" | "eomonth", 1) => format!("date({}, 'start of month', '+1 month', '-1 day')", argument(0)),
        ("date_trunc" | "datetrunc", 2) => {
            let swapped = bare(1) && truncated("", &unit(1), "x").is_some();
            let (unit, what) = if swapped { (unit(1), argument(0)) } else { (unit(0), argument(1)) };
            // BigQuery and SQL Server keep a day a day; and a day is compared with days.
            let day = swapped || bare(0) || sight.is_compared(at..call.close + 1);
            truncated(if day { "date" } else { "datetime" }, &unit, what)?
        }
        ("from_unixtime" | "to_timestamp", 1) => format!("datetime({}, 'unixepoch')", argument(0)),
        ("epoch_ms", 1) => return None,
        ("unix_timestamp", 0) => "unixepoch()".to_owned(),
        ("unix_timestamp", 1) => format!("unixepoch({})", argument(0)),
        ("to_date", 1) => format!("date({})", argument(0)),
        _ => return None,
    };
    Some(vec![(tokens.bytes(at..call.close + 1), to)])
}

/// `DATE '2020-01-01'`, unless something is added to it or taken from it: that is rewritten first, and asks what it is.
fn literal(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    let fits = tokens.is(at, &["date", "timestamp", "datetime", "time"]) && tokens.kind(at + 1) == Some(TokenKind::String);
    // `x AS date 'y'` and `t.date 'y'` are names.
    let begins =
        ["(", ",", "=", "<", ">", "<=", ">=", "<>", "!=", "+", "-", "select", "and", "or", "between", "when", "then", "else", "in"];
    let stands = at > 0 && begins.iter().any(|word| word.eq_ignore_ascii_case(tokens.before(at)));
    let adds = |text: &str| matches!(text, "+" | "-");
    if !fits || !stands || adds(tokens.before(at)) || adds(tokens.text(at + 2)) {
        return None;
    }
    // A day beside a point in time is its beginning.
    const ORDERING: [&str; 6] = ["<", ">", "<=", ">=", "between", "and"];
    let compares = ["=", "<", ">", "<=", ">=", "<>", "!="];
    let string = |at: usize| tokens.kind(at) == Some(TokenKind::String);
    // The one behind may be without its type by now.
    let timed = |from: usize| tokens.is(from, &["timestamp"]) && string(from + 1) || string(from) && tokens.text(from).contains(':');
    let beside = tokens.is(at - 1, &compares) && at >= 3 && timed(at - 3) || tokens.is(at + 2, &compares) && timed(at + 3);
    let text = tokens.text(at + 1);
    if tokens.is(at, &["time"]) {
        return Some(vec![(tokens.bytes(at..at + 2), text.to_owned())]);
    }
    let text = name_of(text);
    // A day that there is not sorts where it is meant; what is shown or reckoned with fails, as it does elsewhere.
    if is_impossible(&text) && (tokens.is(at - 1, &ORDERING) || tokens.is(at + 2, &ORDERING)) {
        return Some(vec![(tokens.bytes(at..at + 2), tokens.text(at + 1).to_owned())]);
    }
    let written = Written::of(&text)?;
    let day = format!("'{}'", written.day);
    let text = match () {
        () if tokens.is(at, &["date"]) && beside => format!("datetime({day})"),
        () if tokens.is(at, &["date"]) => day,
        // A day alone is less than each moment of it, which is what is meant there, however moments are kept.
        () if written.clock.is_none() && (tokens.is(at - 1, &[">=", "<", "between"]) || tokens.is(at + 2, &["<=", ">"])) => day,
        () if written.clock.is_none() => format!("'{} 00:00:00'", written.day),
        () => format!("'{}'", written.whole()),
    };
    Some(vec![(tokens.bytes(at..at + 2), text)])
}

/// `EXTRACT(YEAR FROM x)`.
fn extract(sight: &Sight<'_>, call: &Call) -> Option<String> {
    let tokens = &sight.tokens;
    let range = call.arguments.first()?.clone();
    let from = tokens.find(range.clone(), &["from"])?;
    let unit = name_of(tokens.piece(range.start..from)).trim_matches('\'').to_ascii_lowercase();
    if unit == "week" && picked(sight, &PART_WEEK) != 0 {
        return Some(format!("CAST(strftime('%U', {}) AS INTEGER)", tokens.piece(from + 1..range.end)));
    }
    part_of(sight, &unit, from + 1..range.end)
}

/// A part of what stands in `range`: of a date, or of the time between two.
fn part_of(sight: &Sight<'_>, unit: &str, mut range: Range<usize>) -> Option<String> {
    let tokens = &sight.tokens;
    while tokens.text(range.start) == "(" && tokens.close(range.start) == range.end.checked_sub(1) {
        range = range.start + 1..range.end - 1;
    }
    let unit = unit.strip_suffix('s').unwrap_or(unit);
    let call = tokens.call(range.start).filter(|call| call.close + 1 == range.end);
    let Some(call) = call else { return part(sight, unit, tokens.piece(range)) };
    let argument = |n: usize| call.arguments.get(n).map(|range| tokens.piece(range.clone())).unwrap_or_default();
    let (a, b) = (argument(0), argument(1));
    let units = ["year", "month", "day", "hour", "minute", "second"];
    match (tokens.text(range.start).to_ascii_lowercase().as_str(), call.arguments.len()) {
        ("age", 2) if units.contains(&unit) => Some(format!("age_part('{unit}', {a}, {b})")),
        ("age", 1) if units.contains(&unit) => Some(format!("age_part('{unit}', date('now'), {a})")),
        ("age", _) => None,
        ("timestamp_difference", 2) => Some(match unit {
            "year" | "month" => "0".to_owned(),
            "day" => format!("timestampdiff('day', {b}, {a})"),
            "hour" => format!("(timestampdiff('hour', {b}, {a}) % 24)"),
            "minute" => format!("(timestampdiff('minute', {b}, {a}) % 60)"),
            "second" => format!("(timestampdiff('second', {b}, {a}) % 60)"),
            "epoch" => format!("(unixepoch({a}, 'subsec') - unixepoch({b}, 'subsec'))"),
            _ => return None,
        }),
        // Days between two days are a number already.
        ("cast", 1) if a.starts_with("julianday(date(") => match unit {
            "day" => Some(tokens.piece(range).to_owned()),
            "epoch" => Some(format!("({} * 86400)", tokens.piece(range))),
            _ => None,
        },
        _ => part(sight, unit, tokens.piece(range)),
    }
}

/// A part of a date as a number.
pub(super) fn part(sight: &Sight<'_>, unit: &str, what: &str) -> Option<String> {
    let whole = |format: &str| format!("CAST(strftime('{format}', {what}) AS INTEGER)");
    Some(match unit.strip_suffix('s').filter(|unit| *unit != "dow").unwrap_or(unit) {
        "year" | "yyyy" | "yy" => whole("%Y"),
        "isoyear" => whole("%G"),
        "month" | "mm" => whole("%m"),
        "day" | "dd" | "dayofmonth" => whole("%d"),
        "hour" | "hh" => whole("%H"),
        "minute" | "mi" => whole("%M"),
        "second" if picked(sight, &SECOND) == 0 => format!("CAST(strftime('%f', {what}) AS REAL)"),
        "second" | "ss" => whole("%S"),
        "millisecond" | "msec" => format!("(CAST(strftime('%f', {what}) AS REAL) * 1000)"),
        "dow" | "dayofweek" | "weekday" | "dw" => whole("%w"),
        "isodow" => whole("%u"),
        "doy" | "dayofyear" | "dy" => whole("%j"),
        "week" | "wk" | "isoweek" => whole("%V"),
        "epoch" => format!("unixepoch({what}, 'subsec')"),
        "quarter" | "qq" => format!("(({} + 2) / 3)", whole("%m")),
        "decade" => format!("div({}, 10)", whole("%Y")),
        "century" => format!("(({} + 99) / 100)", whole("%Y")),
        "millennium" => format!("(({} + 999) / 1000)", whole("%Y")),
        _ => return None,
    })
}

/// The name of a day or a month.
fn named(format: &str, what: &str, first: usize, names: &[&str]) -> String {
    let cases: Vec<String> = names.iter().enumerate().map(|(at, name)| format!("WHEN {} THEN '{name}'", at + first)).collect();
    format!("CASE CAST(strftime('{format}', {what}) AS INTEGER) {} END", cases.join(" "))
}

/// `DATE_TRUNC('month', x)`, by `date` or `datetime`.
fn truncated(by: &str, unit: &str, what: &str) -> Option<String> {
    let year = format!("CAST(strftime('%Y', {what}) AS INTEGER)");
    Some(match unit {
        "year" => format!("{by}({what}, 'start of year')"),
        "quarter" => format!("{by}({what}, 'start of month', '-' || ((CAST(strftime('%m', {what}) AS INTEGER) - 1) % 3) || ' months')"),
        "month" => format!("{by}({what}, 'start of month')"),
        "week" | "isoweek" => format!("{by}({what}, 'start of day', '-6 days', 'weekday 1')"),
        "day" if by == "date" => format!("date({what})"),
        "day" => format!("{by}({what}, 'start of day')"),
        "decade" => format!("{by}({what}, 'start of year', '-' || ({year} % 10) || ' years')"),
        "hour" => format!("strftime('%Y-%m-%d %H:00:00', {what})"),
        "minute" => format!("strftime('%Y-%m-%d %H:%M:00', {what})"),
        "second" => format!("strftime('%Y-%m-%d %H:%M:%S', {what})"),
        _ => return None,
    })
}
