//! Calls that only SQL Server, Oracle, BigQuery or Snowflake have in that form, and that mean one thing there. What SQLite would run with
//! another value is spelt so that it does not run ([`REFUSED`]).
//!
//! None of the four was at hand to run. BigQuery's documentation of TIMESTAMP_DIFF and of the weeks of DATE_TRUNC was read; the rest is as these
//! functions are commonly known, and still to be held against Microsoft's, Oracle's and Snowflake's references.

use super::sight::{Edits, Sight};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::tokens::Call;

/// Stands before the name of a call that must not run as SQLite would run it.
const REFUSED: &str = "not_in_sqlite_";
/// Functions that SQLite, or we, have under another name, with the same arguments.
const RENAMED: [(&str, &str); 14] = [
    ("iff", "iif"),
    ("choose", "elt"),
    ("replicate", "repeat"),
    ("count_big", "count"),
    ("datefromparts", "make_date"),
    ("date_from_parts", "make_date"),
    ("boolor_agg", "max"),
    ("booland_agg", "min"),
    ("editdistance", "levenshtein"),
    ("nullifzero", "nullif"),
    ("zeroifnull", "ifnull"),
    ("regexp_contains", "regexp_matches"),
    ("bitand", "&"),
    ("bitor", "|"),
];
/// Letters of strftime that BigQuery and `format_date` have alike.
const LETTERS: &str = "YymdHIMSpaAbBjFTR%";

pub(super) fn rewrite(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    if let Some(edits) = raw_string(sight, at) {
        return Some(edits);
    }
    let call = tokens.call(at)?;
    // With a declaration behind it the name is somebody's own.
    if tokens.is(call.close + 1, &["as"]) && tokens.text(call.close + 2) == "(" {
        return None;
    }
    let name = tokens.text(at).to_ascii_lowercase();
    let whole = |to: String| Some(vec![(tokens.bytes(at..call.close + 1), to)]);
    if let Some((_, to)) = RENAMED.iter().find(|(from, _)| *from == name) {
        return renamed(sight, at, &call, to);
    }
    let argument = |n: usize| call.arguments.get(n).map(|range| tokens.piece(range.clone())).unwrap_or_default();
    let string = |n: usize| {
        let range = call.arguments.get(n).filter(|range| range.len() == 1)?;
        (tokens.kind(range.start) == Some(TokenKind::String)).then(|| name_of(tokens.text(range.start)))
    };
    let word = |n: usize| {
        let range = call.arguments.get(n).filter(|range| range.len() == 1)?;
        matches!(tokens.kind(range.start), Some(TokenKind::Word | TokenKind::String))
            .then(|| name_of(tokens.text(range.start)).to_ascii_lowercase())
    };
    let bare = |n: usize| call.arguments.get(n).is_some_and(|range| range.len() == 1 && tokens.kind(range.start) == Some(TokenKind::Word));
    match (name.as_str(), call.arguments.len()) {
        ("format", 2 | 3) if string(0).is_none() && string(1).is_some() => {
            let picture = string(1)?;
            whole(formatted(argument(0), &picture).filter(|_| call.arguments.len() == 2).unwrap_or_else(|| refused(sight, at, &call)))
        }
        ("format", 1..) if string(0).is_some_and(|format| format.contains("%t") || format.contains("%T")) => {
            whole(refused(sight, at, &call))
        }
        ("format_date" | "format_datetime" | "format_timestamp", 2) if string(0).is_some_and(|format| format.contains('%')) => {
            let known = has_only(&string(0)?);
            whole(if known { format!("format_date(datetime({}), {})", argument(1), argument(0)) } else { refused(sight, at, &call) })
        }
        ("parse_date", 2) if has_only(&string(0)?) => whole(format!("date(strptime({}, {}))", argument(1), argument(0))),
        ("parse_datetime" | "parse_timestamp", 2) if has_only(&string(0)?) => whole(format!("strptime({}, {})", argument(1), argument(0))),
        // SQLite takes what is behind a date for changes to it.
        ("date", 3) if (0..3).all(|n| string(n).is_none()) => {
            whole(format!("make_date({}, {}, {})", argument(0), argument(1), argument(2)))
        }
        ("datetime", 6) if (0..6).all(|n| string(n).is_none()) => whole(format!(
            "(make_date({}, {}, {}) || printf(' %02d:%02d:%02d', {}, {}, {}))",
            argument(0),
            argument(1),
            argument(2),
            argument(3),
            argument(4),
            argument(5)
        )),
        ("timestamp_diff", 3) => {
            let unit = word(2).filter(|unit| ["day", "hour", "minute", "second"].contains(&unit.as_str()))?;
            whole(format!("timestampdiff('{unit}', {}, {})", argument(1), argument(0)))
        }
        ("datetime_diff", 3) if bare(2) => {
            let unit = word(2).filter(|unit| ["day", "hour", "minute", "second", "month", "quarter", "year"].contains(&unit.as_str()))?;
            whole(format!("date_diff('{unit}', {}, {})", argument(1), argument(0)))
        }
        ("date_diff", 3) if bare(2) && matches!(word(2)?.as_str(), "week" | "isoweek") => {
            let first = if word(2)? == "week" { 0 } else { 1 };
            let week = |n: usize| format!("julianday({}, 'start of day', '-6 days', 'weekday {first}')", argument(n));
            whole(format!("CAST(({} - {}) / 7 AS INTEGER)", week(0), week(1)))
        }
        ("date_trunc", 2) if bare(1) && word(1)? == "week" => whole(format!("date({}, '-6 days', 'weekday 0')", argument(0))),
        ("datepart", 2) if bare(0) => {
            let what = argument(1);
            let number = |format: &str, change: &str| format!("CAST(strftime('{format}', {what}{change}) AS INTEGER)");
            match word(0)?.as_str() {
                "week" | "wk" | "ww" => whole(format!("(({} - 1 + {}) / 7 + 1)", number("%j", ""), number("%w", ", 'start of year'"))),
                "iso_week" | "isowk" | "isoww" => whole(number("%V", "")),
                _ => None,
            }
        }
        // Weeks begin on Sunday in SQL Server and on Monday in Snowflake.
        ("datediff", 3) if bare(0) && matches!(word(0)?.as_str(), "week" | "wk" | "ww" | "weeks") => whole(refused(sight, at, &call)),
        ("eomonth", 2) => whole(format!("date({}, 'start of month', ({} + 1) || ' months', '-1 day')", argument(0), argument(1))),
        ("last_day", 2) => match word(1)?.as_str() {
            "month" => whole(format!("date({}, 'start of month', '+1 month', '-1 day')", argument(0))),
            "year" => whole(format!("date({}, 'start of year', '+1 year', '-1 day')", argument(0))),
            _ => None,
        },
        ("trunc", 1) if is_dated(sight, &call) => whole(format!("date({})", argument(0))),
        ("trunc", 2) if string(1).is_some() => match oracles_unit(&string(1)?) {
            Some(unit) => whole(beginning(unit, argument(0))),
            None => whole(refused(sight, at, &call)),
        },
        ("add_months", 2) if is_day(sight, &call, 0) => {
            let (day, count) = (argument(0), argument(1));
            let last = format!("date({day}, 'start of month', '+1 month', '-1 day')");
            let shifted = format!("date({day}, ({count}) || ' months', 'floor')");
            let to_last = format!("date({day}, 'start of month', ({count} + 1) || ' months', '-1 day')");
            whole(format!("CASE WHEN date({day}) = {last} THEN {to_last} ELSE {shifted} END"))
        }
        ("months_between", 2) if is_day(sight, &call, 0) && is_day(sight, &call, 1) => whole(months_between(argument(0), argument(1))),
        ("decode", 3..) => whole(decode(sight, &call)),
        ("replace", 2) => whole(format!("replace({}, {}, '')", argument(0), argument(1))),
        ("json_value" | "json_extract_scalar", 2) => {
            let (document, path) = (argument(0), argument(1));
            whole(format!(
                "CASE json_type({document}, {path}) WHEN 'object' THEN NULL WHEN 'array' THEN NULL WHEN 'true' THEN 'true' \
                 WHEN 'false' THEN 'false' ELSE CAST(json_extract({document}, {path}) AS TEXT) END"
            ))
        }
        ("to_varchar", 1) => whole(format!("CAST({} AS TEXT)", argument(0))),
        ("to_varchar", 2) => Some(vec![(tokens.bytes(at..at + 1), "to_char".to_owned())]),
        _ => None,
    }
}

/// `r'\d+'`: SQLite's strings take a backslash for itself, too.
fn raw_string(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    let raw = tokens.is(at, &["r"]) && tokens.kind(at + 1) == Some(TokenKind::String);
    let touches = || tokens.bytes(at..at + 1).end == tokens.bytes(at + 1..at + 2).start;
    (raw && touches()).then(|| vec![(tokens.bytes(at..at + 1), String::new())])
}

fn renamed(sight: &Sight<'_>, at: usize, call: &Call, to: &str) -> Option<Edits> {
    let tokens = &sight.tokens;
    let pieces: Vec<&str> = call.arguments.iter().map(|range| tokens.piece(range.clone())).collect();
    match (to, pieces.as_slice()) {
        ("nullif" | "ifnull", [one]) => Some(vec![(tokens.bytes(at..call.close + 1), format!("{to}({one}, 0)"))]),
        ("nullif" | "ifnull", _) => None,
        ("&" | "|", [one, other]) => Some(vec![(tokens.bytes(at..call.close + 1), format!("(({one}) {to} ({other}))"))]),
        ("&" | "|", _) => None,
        _ => Some(vec![(tokens.bytes(at..at + 1), to.to_owned())]),
    }
}

/// The call under a name that nothing has.
fn refused(sight: &Sight<'_>, at: usize, call: &Call) -> String {
    let rest = sight.tokens.piece(at + 1..call.close + 1);
    format!("{REFUSED}{}{rest}", sight.tokens.text(at).to_ascii_lowercase())
}

/// Whether all letters of a format are those that both have.
fn has_only(format: &str) -> bool {
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter == '%' && !letters.next().is_some_and(|letter| LETTERS.contains(letter)) {
            return false;
        }
    }
    true
}

/// SQL Server's FORMAT: `N2`, `F1`, `000`, `yyyy-MM`; `None` for other pictures.
fn formatted(what: &str, picture: &str) -> Option<String> {
    let digits = |rest: &str, usual: &str| -> Option<String> {
        let digits = if rest.is_empty() { usual } else { rest };
        (digits.len() == 1 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.to_owned())
    };
    if let Some(rest) = picture.strip_prefix(['N', 'n']) {
        return Some(format!("format_number({what}, {})", digits(rest, "2")?));
    }
    if let Some(rest) = picture.strip_prefix(['F', 'f']) {
        return Some(format!("printf('%.{}f', {what})", digits(rest, "2")?));
    }
    if !picture.is_empty() && picture.len() < 10 && picture.bytes().all(|byte| byte == b'0') {
        return Some(format!("printf('%0{}d', {what})", picture.len()));
    }
    let mut out = String::new();
    let mut rest = picture;
    // Longer ones first; a single letter by itself is a picture of its own.
    const PIECES: [(&str, &str); 11] = [
        ("yyyy", "%Y"),
        ("MMMM", "%B"),
        ("dddd", "%A"),
        ("MMM", "%b"),
        ("ddd", "%a"),
        ("yy", "%y"),
        ("MM", "%m"),
        ("dd", "%d"),
        ("HH", "%H"),
        ("mm", "%M"),
        ("ss", "%S"),
    ];
    while let Some(first) = rest.chars().next() {
        if let Some((piece, to)) = PIECES.iter().find(|(piece, _)| rest.starts_with(piece)) {
            out.push_str(to);
            rest = rest.get(piece.len()..)?;
            if rest.starts_with(piece.chars().next()?) {
                return None;
            }
        } else if "-/:., ".contains(first) {
            out.push(first);
            rest = rest.get(1..)?;
        } else {
            return None;
        }
    }
    out.contains('%').then(|| format!("format_date(datetime({what}), '{out}')"))
}

/// What a picture for TRUNC cuts off to; `None` where it depends on a country, or is none.
fn oracles_unit(picture: &str) -> Option<&'static str> {
    Some(match picture.to_ascii_uppercase().as_str() {
        "YEAR" | "YYYY" | "SYYYY" | "YYY" | "YY" | "Y" => "year",
        "Q" | "QUARTER" => "quarter",
        "MONTH" | "MON" | "MM" | "RM" => "month",
        "IW" => "week",
        "DDD" | "DD" | "J" => "day",
        _ => return None,
    })
}

/// The first day of the year, quarter, month or week.
fn beginning(unit: &str, what: &str) -> String {
    match unit {
        "year" => format!("date({what}, 'start of year')"),
        "quarter" => {
            format!("date({what}, 'start of month', '-' || ((CAST(strftime('%m', {what}) AS INTEGER) - 1) % 3) || ' months')")
        }
        "month" => format!("date({what}, 'start of month')"),
        "week" => format!("date({what}, '-6 days', 'weekday 1')"),
        _ => format!("date({what})"),
    }
}

/// Whether the argument is a day, without a time.
fn is_day(sight: &Sight<'_>, call: &Call, n: usize) -> bool {
    call.arguments.get(n).is_some_and(|range| sight.kind(range.clone()).is_day() || is_written_day(sight, range.start, range.end))
}

/// `'2024-02-29'`, `DATE '2024-02-29'`.
fn is_written_day(sight: &Sight<'_>, start: usize, end: usize) -> bool {
    let at = if sight.tokens.is(start, &["date"]) { start + 1 } else { start };
    let text = name_of(sight.tokens.text(at));
    let is_string = at + 1 == end && sight.tokens.kind(at) == Some(TokenKind::String);
    is_string && text.len() == 10 && crate::schema::DateText::is_day(&text)
}

/// Whether the first argument is a day or a point in time.
fn is_dated(sight: &Sight<'_>, call: &Call) -> bool {
    let Some(range) = call.arguments.first() else { return false };
    let kind = sight.kind(range.clone());
    let stored = || {
        let first = sight.column(range.clone()).and_then(|column| column.samples.first());
        first.is_some_and(|text| crate::schema::DateText::is_day(text))
    };
    kind.is_day() || kind.is_time() || is_written_day(sight, range.start, range.end) || stored()
}

/// Whole months where both are the same day of the month or the last one, else with 31 days to a month.
fn months_between(later: &str, earlier: &str) -> String {
    let number = |format: &str, what: &str| format!("CAST(strftime('{format}', {what}) AS INTEGER)");
    let last = |what: &str| format!("date({what}) = date({what}, 'start of month', '+1 month', '-1 day')");
    let months = |what: &str| format!("{} * 12 + {}", number("%Y", what), number("%m", what));
    let (a, b) = (number("%d", later), number("%d", earlier));
    format!(
        "({} - ({}) + CASE WHEN {a} = {b} OR {} AND {} THEN 0 ELSE ({a} - {b}) / 31.0 END)",
        months(later),
        months(earlier),
        last(later),
        last(earlier)
    )
}

/// `DECODE(x, a, 'A', b, 'B', 'other')`, in which NULL is like NULL.
fn decode(sight: &Sight<'_>, call: &Call) -> String {
    let pieces: Vec<&str> = call.arguments.iter().map(|range| sight.tokens.piece(range.clone())).collect();
    let (what, rest) = pieces.split_first().map_or(("NULL", &[][..]), |(what, rest)| (*what, rest));
    let mut out = "CASE".to_owned();
    let mut pairs = rest.chunks_exact(2);
    for pair in pairs.by_ref() {
        if let [value, result] = pair {
            out.push_str(&format!(" WHEN ({what}) IS ({value}) THEN {result}"));
        }
    }
    if let [other] = pairs.remainder() {
        out.push_str(&format!(" ELSE {other}"));
    }
    out + " END"
}
