//! Parts, formats, steps and differences of dates.

use std::ops::Range;

use super::Edits;
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::tokens::{Call, Tokens};

pub(super) fn rewrite(tokens: &Tokens<'_>, at: usize) -> Option<Edits> {
    if let Some(edits) = literal(tokens, at).or_else(|| interval(tokens, at)) {
        return Some(edits);
    }
    let call = tokens.call(at)?;
    let name = tokens.text(at).to_ascii_lowercase();
    let argument = |n: usize| call.arguments.get(n).map(|range| tokens.piece(range.clone())).unwrap_or_default();
    let unit = |n: usize| call.arguments.get(n).map(|range| name_of(tokens.piece(range.clone())).to_ascii_lowercase()).unwrap_or_default();
    let to = match (name.as_str(), call.arguments.len()) {
        ("now" | "getdate" | "sysdate" | "localtimestamp" | "getutcdate" | "sysdatetime", 0) => "datetime('now')".to_owned(),
        ("curdate" | "today", 0) => "date('now')".to_owned(),
        ("curtime", 0) => "time('now')".to_owned(),
        ("current_date" | "current_time" | "current_timestamp", 0) => tokens.text(at).to_owned(),
        ("extract", 1) => extract(tokens, &call)?,
        ("date_part" | "datepart" | "datename", 2) => part(&unit(0), argument(1))?,
        ("year" | "quarter" | "month" | "week" | "day" | "hour" | "minute" | "second", 1) => part(&name, argument(0))?,
        ("dayofmonth", 1) => part("day", argument(0))?,
        ("dayofyear", 1) => part("doy", argument(0))?,
        ("weekofyear", 1) => part("week", argument(0))?,
        ("dayofweek", 1) => format!("({} + 1)", part("dow", argument(0))?),
        ("dayname", 1) => named("%w", argument(0), 0, &DAYS),
        ("monthname", 1) => named("%m", argument(0), 1, &MONTHS),
        ("date_trunc", 2) => truncated(&unit(0), argument(1))?,
        ("date_format", 2) => formatted(argument(0), &mysql_format(&text_of(argument(1))?)?),
        ("to_char", 2) => formatted(argument(0), &oracle_format(&text_of(argument(1))?)?),
        ("to_date" | "str_to_date", 1 | 2) => format!("date({})", argument(0)),
        ("from_unixtime", 1) => format!("datetime({}, 'unixepoch')", argument(0)),
        ("unix_timestamp", 1) => part("epoch", argument(0))?,
        ("datediff", 2) => days_between(argument(1), argument(0)),
        ("datediff" | "timestampdiff" | "date_diff", 3) if !is_unit(&unit(0)) => difference(&unit(2), argument(1), argument(0))?,
        ("datediff" | "timestampdiff" | "date_diff", 3) => difference(&unit(0), argument(1), argument(2))?,
        ("dateadd" | "timestampadd", 3) => {
            let count: i64 = argument(1).replace(' ', "").parse().ok()?;
            moved(argument(2), &modifier(count, &unit(0))?)
        }
        ("date_add" | "adddate" | "date_sub" | "subdate", 2) => {
            let steps = steps(tokens, call.arguments.get(1)?.clone(), name.contains("sub"))?;
            moved(argument(0), &steps)
        }
        _ => return None,
    };
    // The keyword without brackets is what SQLite has; with a declaration behind it the name is somebody's own.
    if tokens.is(call.close + 1, &["as"]) && tokens.text(call.close + 2) == "(" {
        return None;
    }
    Some(vec![(tokens.bytes(at..call.close + 1), to)])
}

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// The content of a string literal.
fn text_of(piece: &str) -> Option<String> {
    (piece.len() >= 2 && piece.starts_with(['\'', '"'])).then(|| name_of(piece))
}

/// `DATE '2020-01-01'`.
fn literal(tokens: &Tokens<'_>, at: usize) -> Option<Edits> {
    let fits = tokens.is(at, &["date", "timestamp", "datetime", "time"]) && tokens.kind(at + 1) == Some(TokenKind::String);
    // `x AS date 'y'` and `t.date 'y'` are names.
    let begins =
        ["(", ",", "=", "<", ">", "<=", ">=", "<>", "!=", "+", "-", "select", "and", "or", "between", "when", "then", "else", "in"];
    let stands = at > 0 && begins.iter().any(|word| word.eq_ignore_ascii_case(tokens.before(at)));
    (fits && stands).then(|| vec![(tokens.bytes(at..at + 2), tokens.text(at + 1).to_owned())])
}

/// `EXTRACT(YEAR FROM x)`.
fn extract(tokens: &Tokens<'_>, call: &Call) -> Option<String> {
    let range = call.arguments.first()?.clone();
    let from = tokens.find(range.clone(), &["from"])?;
    part(&name_of(tokens.piece(range.start..from)).to_ascii_lowercase(), tokens.piece(from + 1..range.end))
}

/// A part of a date as a number.
fn part(unit: &str, what: &str) -> Option<String> {
    let whole = |format: &str| format!("CAST(strftime('{format}', {what}) AS INTEGER)");
    Some(match unit.strip_suffix('s').filter(|unit| *unit != "dow").unwrap_or(unit) {
        "year" | "yyyy" | "yy" | "isoyear" => whole("%Y"),
        "month" | "mm" => whole("%m"),
        "day" | "dd" | "dayofmonth" => whole("%d"),
        "hour" | "hh" => whole("%H"),
        "minute" | "mi" => whole("%M"),
        "second" | "ss" => whole("%S"),
        "dow" | "dayofweek" | "weekday" | "dw" => whole("%w"),
        "isodow" => whole("%u"),
        "doy" | "dayofyear" | "dy" => whole("%j"),
        "week" | "wk" => whole("%V"),
        "epoch" => whole("%s"),
        "quarter" | "qq" => format!("(({} + 2) / 3)", whole("%m")),
        "decade" => format!("({} / 10)", whole("%Y")),
        "century" => format!("(({} + 99) / 100)", whole("%Y")),
        _ => return None,
    })
}

/// The name of a day or a month.
fn named(format: &str, what: &str, first: usize, names: &[&str]) -> String {
    let cases: Vec<String> = names.iter().enumerate().map(|(at, name)| format!("WHEN {} THEN '{name}'", at + first)).collect();
    format!("CASE CAST(strftime('{format}', {what}) AS INTEGER) {} END", cases.join(" "))
}

/// `DATE_TRUNC('month', x)`.
fn truncated(unit: &str, what: &str) -> Option<String> {
    Some(match unit {
        "year" => format!("date({what}, 'start of year')"),
        "quarter" => format!("date({what}, 'start of month', '-' || ((CAST(strftime('%m', {what}) AS INTEGER) - 1) % 3) || ' months')"),
        "month" => format!("date({what}, 'start of month')"),
        "week" => format!("date({what}, '-6 days', 'weekday 1')"),
        "day" => format!("date({what})"),
        "hour" => format!("strftime('%Y-%m-%d %H:00:00', {what})"),
        "minute" => format!("strftime('%Y-%m-%d %H:%M:00', {what})"),
        _ => return None,
    })
}

fn formatted(what: &str, format: &str) -> String {
    format!("strftime('{}', {what})", format.replace('\'', "''"))
}

/// MySQL's letters as strftime's; `None` where SQLite has none for one of them.
fn mysql_format(format: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match chars.next()? {
            c @ ('Y' | 'm' | 'd' | 'H' | 'j' | 'p' | 'T' | 'w' | 'e' | 'k' | 'l' | '%') => out.extend(['%', c]),
            'i' => out.push_str("%M"),
            's' | 'S' => out.push_str("%S"),
            'h' | 'I' => out.push_str("%I"),
            _ => return None,
        }
    }
    Some(out)
}

/// Oracle's and PostgreSQL's patterns as strftime's.
fn oracle_format(format: &str) -> Option<String> {
    const PATTERNS: [(&str, &str); 9] = [
        ("YYYY", "%Y"),
        ("HH24", "%H"),
        ("HH12", "%I"),
        ("DDD", "%j"),
        ("MM", "%m"),
        ("DD", "%d"),
        ("MI", "%M"),
        ("SS", "%S"),
        ("HH", "%I"),
    ];
    let mut out = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let starts = |pattern: &str| rest.get(..pattern.len()).is_some_and(|start| start.eq_ignore_ascii_case(pattern));
        if let Some((pattern, to)) = PATTERNS.iter().find(|(pattern, _)| starts(pattern)) {
            out.push_str(to);
            rest = rest.get(pattern.len()..)?;
        } else if first.is_alphabetic() {
            return None;
        } else {
            out.push(first);
            rest = rest.get(first.len_utf8()..)?;
        }
    }
    Some(out)
}

fn days_between(from: &str, to: &str) -> String {
    format!("CAST(julianday(date({to})) - julianday(date({from})) AS INTEGER)")
}

fn is_unit(word: &str) -> bool {
    difference(word, "a", "b").is_some()
}

/// Whole units between two dates.
fn difference(unit: &str, from: &str, to: &str) -> Option<String> {
    let year = |what: &str| format!("CAST(strftime('%Y', {what}) AS INTEGER)");
    let month = |what: &str| format!("CAST(strftime('%m', {what}) AS INTEGER)");
    let seconds = |per: &str| format!("CAST((julianday({to}) - julianday({from})) * {per} AS INTEGER)");
    Some(match unit.strip_suffix('s').unwrap_or(unit) {
        "day" | "dd" | "d" => days_between(from, to),
        "week" | "wk" => format!("({} / 7)", days_between(from, to)),
        "month" | "mm" => format!("(({} - {}) * 12 + {} - {})", year(to), year(from), month(to), month(from)),
        "year" | "yy" | "yyyy" => format!("({} - {})", year(to), year(from)),
        "hour" | "hh" => seconds("24"),
        "minute" | "mi" => seconds("1440"),
        "second" => seconds("86400"),
        _ => return None,
    })
}

/// `x - INTERVAL '1 month'`, `x + INTERVAL 7 DAY`.
fn interval(tokens: &Tokens<'_>, at: usize) -> Option<Edits> {
    if !tokens.is(at, &["interval"]) || !matches!(tokens.before(at), "+" | "-") {
        return None;
    }
    let (back, sign) = (tokens.before(at) == "-", at - 1);
    let start = tokens.operand_before(sign)?;
    // The end of another interval, or a date with its type before it: those come first.
    let counted = start.checked_sub(1).is_some_and(|at| {
        tokens.is(at, &["interval", "date", "timestamp"]) || matches!(tokens.kind(at), Some(TokenKind::Number | TokenKind::String))
    });
    if counted {
        return None;
    }
    let end = interval_end(tokens, at)?;
    let steps = steps(tokens, at..end, back)?;
    Some(vec![(tokens.bytes(start..end), moved(tokens.piece(start..sign), &steps))])
}

/// The end of `INTERVAL '1 month'`, `INTERVAL '1' MONTH` or `INTERVAL 1 MONTH`.
fn interval_end(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let signed = usize::from(tokens.text(at + 1) == "-");
    let value = at + 1 + signed;
    let has_unit = tokens.kind(value + 1) == Some(TokenKind::Word) && modifier(1, &tokens.text(value + 1).to_ascii_lowercase()).is_some();
    match tokens.kind(value)? {
        TokenKind::String | TokenKind::Quoted | TokenKind::Number => Some(value + 1 + usize::from(has_unit)),
        _ => None,
    }
}

/// The modifiers of an interval, for SQLite's date functions.
fn steps(tokens: &Tokens<'_>, range: Range<usize>, back: bool) -> Option<String> {
    if !tokens.is(range.start, &["interval"]) {
        // MySQL's short form: DATE_ADD(x, 7) counts days.
        let days: i64 = tokens.piece(range).replace(' ', "").parse().ok()?;
        return modifier(if back { -days } else { days }, "day");
    }
    let words: String = (range.start + 1..range.end).map(|at| name_of(tokens.text(at)).replace('\'', "")).collect::<Vec<_>>().join(" ");
    let words: Vec<String> = words.replace("- ", "-").split_whitespace().map(str::to_ascii_lowercase).collect();
    let mut out = Vec::new();
    for pair in words.chunks(2) {
        let [count, unit] = pair else { return None };
        let count: i64 = count.parse().ok()?;
        out.push(modifier(if back { count.checked_neg()? } else { count }, unit)?);
    }
    (!out.is_empty()).then(|| out.join(", "))
}

/// One modifier of SQLite's date functions.
fn modifier(count: i64, unit: &str) -> Option<String> {
    let (factor, unit) = match unit.strip_suffix('s').unwrap_or(unit) {
        "second" | "minute" | "hour" | "day" | "month" | "year" => (1, unit.strip_suffix('s').unwrap_or(unit)),
        "week" | "wk" => (7, "day"),
        "quarter" => (3, "month"),
        "dd" | "d" => (1, "day"),
        "mm" => (1, "month"),
        "yy" | "yyyy" => (1, "year"),
        "hh" => (1, "hour"),
        _ => return None,
    };
    Some(format!("'{:+} {unit}s'", count.checked_mul(factor)?))
}

/// A date moved; with its time where it has one.
fn moved(what: &str, steps: &str) -> String {
    let lower = what.to_ascii_lowercase();
    let timed = ["datetime(", "current_timestamp"].iter().any(|word| lower.starts_with(word))
        || ["hour", "minute", "second"].iter().any(|unit| steps.contains(unit));
    format!("{}({what}, {steps})", if timed { "datetime" } else { "date" })
}
