//! Calls that SQLite spells differently, or that mean something else elsewhere.

use super::disputes::{AT_ZERO, BEFORE_START, CONCAT, GREATEST, LENGTH, LOG, LOG_BASE, NEGATIVE_COUNT, picked};
use super::habit::MY;
use super::sight::{Edits, Sight};
use crate::sql::tokens::{Call, Tokens};

/// Functions that SQLite, or we, have under another name, with the same arguments.
const RENAMED: [(&str, &str); 31] = [
    ("nvl", "ifnull"),
    ("len", "length"),
    ("ucase", "upper"),
    ("lcase", "lower"),
    ("mid", "substr"),
    ("strpos", "instr"),
    ("charindex", "locate"),
    ("strlen", "octet_length"),
    ("btrim", "trim"),
    ("prefix", "starts_with"),
    ("startswith", "starts_with"),
    ("suffix", "ends_with"),
    ("endswith", "ends_with"),
    ("bool_or", "max"),
    ("logical_or", "max"),
    ("bool_and", "min"),
    ("logical_and", "min"),
    ("every", "min"),
    ("std", "stddev_pop"),
    ("stdev", "stddev_samp"),
    ("stdevp", "stddev_pop"),
    ("var", "var_samp"),
    ("varp", "var_pop"),
    ("countif", "count_if"),
    ("argmax", "arg_max"),
    ("argmin", "arg_min"),
    ("quantile", "quantile_disc"),
    ("to_json", "json"),
    ("levenshtein_distance", "levenshtein"),
    ("editdist3", "levenshtein"),
    ("edit_distance", "levenshtein"),
];

pub(super) fn rewrite(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    let call = tokens.call(at)?;
    let name = tokens.text(at).to_ascii_lowercase();
    // `INSERT INTO len(...)`, `WITH len(a) AS (`: a name, not a call.
    if tokens.is(call.close + 1, &["as"]) && tokens.text(call.close + 2) == "(" {
        return None;
    }
    if let Some((_, to)) = RENAMED.iter().find(|(from, _)| *from == name) {
        return Some(vec![(tokens.bytes(at..at + 1), (*to).to_owned())]);
    }
    let argument = |n: usize| call.arguments.get(n).map(|range| tokens.piece(range.clone())).unwrap_or_default();
    let rename = |to: &str| Some(vec![(tokens.bytes(at..at + 1), to.to_owned())]);
    let mysql = sight.habit.is_within(MY);
    let to = match (name.as_str(), call.arguments.len()) {
        ("isnull", 2) => format!("ifnull({}, {})", argument(0), argument(1)),
        ("isnull", 1) => format!("({} IS NULL)", argument(0)),
        ("nvl2", 3) => format!("iif({} IS NOT NULL, {}, {})", argument(0), argument(1), argument(2)),
        ("left", 2) if is_count(argument(1)) => format!("substr({}, 1, {})", argument(0), argument(1)),
        // Where places before a text are counted, a negative one is no place at its end.
        ("right", 2) if is_count(argument(1)) && argument(1) != "0" && picked(sight, &BEFORE_START) == 0 => {
            format!("substr({}, -{})", argument(0), argument(1))
        }
        ("left" | "right", 2) if argument(1).starts_with('-') && picked(sight, &NEGATIVE_COUNT) != 0 => {
            format!("substr({}, 1, 0)", argument(0))
        }
        ("rand", 0) => random(sight, at, &call),
        ("greatest", 2..) if picked(sight, &GREATEST) != 0 => format!("max({})", arguments(tokens, &call)),
        ("least", 2..) if picked(sight, &GREATEST) != 0 => format!("min({})", arguments(tokens, &call)),
        ("concat", 2..) if picked(sight, &CONCAT) != 0 => {
            let all: Vec<String> = (0..call.arguments.len()).map(|n| bracketed(tokens, &call, n)).collect();
            format!("({})", all.join(" || "))
        }
        ("length", 1) if picked(sight, &LENGTH) != 0 => return rename("octet_length"),
        ("log", 1) if picked(sight, &LOG) != 0 => return rename("ln"),
        ("log", 2) if picked(sight, &LOG_BASE) != 0 => format!("(ln({}) / ln({}))", argument(0), argument(1)),
        ("insert", 4) => return rename("stuff"),
        ("safe_divide", 2) => format!("({} * 1.0 / nullif({}, 0))", bracketed(tokens, &call, 0), argument(1)),
        ("substr" | "substring", 2 | 3) => cut(sight, &call)?,
        ("position", 1) => position(tokens, &call)?,
        ("substring" | "substr", 1) => substring(tokens, &call)?,
        ("overlay", 1) => overlay(tokens, &call)?,
        ("trim", 1) => trim(tokens, &call)?,
        // MySQL's is a time; SQLite's tells years, months and days too.
        ("timediff", 2) if mysql => format!("sec_to_time(unixepoch({}) - unixepoch({}))", argument(0), argument(1)),
        ("space", 1) => format!("repeat(' ', {})", argument(0)),
        // SQLite gives the text itself.
        ("json_unquote", 1) if argument(0).to_ascii_lowercase().starts_with("json_extract(") => argument(0).to_owned(),
        // MySQL's `length` counts bytes.
        ("char_length" | "character_length", 1) if picked(sight, &LENGTH) == 0 => return rename("length"),
        _ => return None,
    };
    Some(vec![(tokens.bytes(at..call.close + 1), to)])
}

/// A number of letters that is written out.
fn is_count(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn arguments(tokens: &Tokens<'_>, call: &Call) -> String {
    call.arguments.iter().map(|range| tokens.piece(range.clone())).collect::<Vec<_>>().join(", ")
}

/// An argument, in brackets where it is more than one operand.
fn bracketed(tokens: &Tokens<'_>, call: &Call, n: usize) -> String {
    let Some(range) = call.arguments.get(n) else { return String::new() };
    let piece = tokens.piece(range.clone());
    let single = tokens.operand_after(range.start) == Some(range.end) && !piece.starts_with('-');
    if single { piece.to_owned() } else { format!("({piece})") }
}

/// A number from 0 to 1; where rows are ordered by it, any number does.
fn random(sight: &Sight<'_>, at: usize, call: &Call) -> String {
    let tokens = &sight.tokens;
    let ordered = at.checked_sub(1).is_some_and(|before| tokens.is(before, &["by", ","])) && {
        let next = call.close + 1;
        next >= tokens.len() || tokens.is(next, &["limit", ")", ";", "desc", "asc", ","])
    };
    let by = ordered && (0..at).rev().take_while(|&at| tokens.text(at) != "(").any(|at| tokens.is(at, &["by"]));
    if by { "random()".to_owned() } else { "(0.5 + random() / 18446744073709551616.0)".to_owned() }
}

/// `SUBSTRING(x, -2, 3)` where it is PostgreSQL's, which counts places before the text, and `SUBSTRING(x, 0)` where it is MySQL's.
fn cut(sight: &Sight<'_>, call: &Call) -> Option<String> {
    let tokens = &sight.tokens;
    let argument = |n: usize| call.arguments.get(n).map(|range| tokens.piece(range.clone())).unwrap_or_default();
    let number = |n: usize| argument(n).replace(' ', "").parse::<i64>().ok();
    let pattern = argument(1);
    if call.arguments.len() == 2 && pattern.len() > 2 && pattern.starts_with('\'') && !pattern.contains('|') && number(1).is_none() {
        return Some(format!("regexp_part({}, {pattern})", argument(0)));
    }
    let start = number(1)?;
    if start == 0 && picked(sight, &AT_ZERO) != 0 {
        return Some(format!("substr({}, 1, 0)", argument(0)));
    }
    if start >= 0 || picked(sight, &BEFORE_START) == 0 {
        return None;
    }
    match call.arguments.len() {
        2 => Some(format!("substr({}, 1)", argument(0))),
        _ => Some(format!("substr({}, 1, {})", argument(0), start.saturating_add(number(2)?).saturating_sub(1).max(0))),
    }
}

/// `POSITION(a IN b)`.
fn position(tokens: &Tokens<'_>, call: &Call) -> Option<String> {
    let range = call.arguments.first()?.clone();
    let at = tokens.find(range.clone(), &["in"])?;
    Some(format!("instr({}, {})", tokens.piece(at + 1..range.end), tokens.piece(range.start..at)))
}

/// `SUBSTRING(x FROM a FOR b)`, `SUBSTRING(x FROM 'pattern')`.
fn substring(tokens: &Tokens<'_>, call: &Call) -> Option<String> {
    let range = call.arguments.first()?.clone();
    let from = tokens.find(range.clone(), &["from"]);
    let long = tokens.find(range.clone(), &["for"]);
    let end = long.unwrap_or(range.end);
    let text = tokens.piece(range.start..from.unwrap_or(end));
    let start = from.map_or("1", |from| tokens.piece(from + 1..end));
    match (from, long) {
        (None, None) => None,
        (Some(_), None) if start.starts_with('\'') => {
            // PostgreSQL takes the longest of several ways, the engine here the first.
            (!start.contains('|')).then(|| format!("regexp_part({text}, {start})"))
        }
        (Some(_), Some(_)) if start.starts_with('\'') => None,
        (_, Some(long)) => Some(format!("substr({text}, {start}, {})", tokens.piece(long + 1..range.end))),
        (_, None) => Some(format!("substr({text}, {start})")),
    }
}

/// `OVERLAY(x PLACING y FROM a FOR b)`.
fn overlay(tokens: &Tokens<'_>, call: &Call) -> Option<String> {
    let range = call.arguments.first()?.clone();
    let placing = tokens.find(range.clone(), &["placing"])?;
    let from = tokens.find(range.clone(), &["from"])?;
    let long = tokens.find(range.clone(), &["for"])?;
    let piece = |a: usize, b: usize| tokens.piece(a..b);
    let (text, other) = (piece(range.start, placing), piece(placing + 1, from));
    Some(format!("stuff({text}, {}, {}, {other})", piece(from + 1, long), piece(long + 1, range.end)))
}

/// `TRIM(BOTH 'x' FROM y)`, `TRIM(LEADING FROM y)`.
fn trim(tokens: &Tokens<'_>, call: &Call) -> Option<String> {
    let range = call.arguments.first()?.clone();
    let from = tokens.find(range.clone(), &["from"])?;
    let (name, start) = match tokens.text(range.start).to_ascii_lowercase().as_str() {
        "leading" => ("ltrim", range.start + 1),
        "trailing" => ("rtrim", range.start + 1),
        "both" => ("trim", range.start + 1),
        _ => ("trim", range.start),
    };
    let text = tokens.piece(from + 1..range.end);
    Some(if start < from { format!("{name}({text}, {})", tokens.piece(start..from)) } else { format!("{name}({text})") })
}
