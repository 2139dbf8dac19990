//! Dates and numbers as text, and back. Where SQLite's strftime has all letters it is asked; where not, a function of ours.

use super::sight::{Edits, Kind, Sight};
use crate::sql::lex::{TokenKind, name_of};

/// Letters of SQLite's strftime (`sqlite.org/lang_datefunc.html`).
const SQLITES: &str = "deFGHIjJklmMpPRsSTuUVwWYf%g";
/// Those of them that mean the same in DuckDB.
const SHARED: &str = "dFGHIjmMpRSTuUVwWY%";

pub(super) fn rewrite(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    let call = tokens.call(at)?;
    let argument = |n: usize| call.arguments.get(n).map(|range| tokens.piece(range.clone())).unwrap_or_default();
    let string = |n: usize| {
        let range = call.arguments.get(n).filter(|range| range.len() == 1)?;
        matches!(tokens.kind(range.start), Some(TokenKind::String | TokenKind::Quoted)).then(|| name_of(tokens.text(range.start)))
    };
    let name = tokens.text(at).to_ascii_lowercase();
    let to = match (name.as_str(), call.arguments.len()) {
        ("date_format", 2) => strftime(argument(0), &mysql(&string(1)?)?),
        ("to_char", 2) if !sight.kind(call.arguments.first()?.clone()).is_number() => strftime(argument(0), &oracle(&string(1)?)?),
        // DuckDB takes both orders.
        ("strftime", 2) => {
            let percent = |n: usize| string(n).filter(|format| format.contains('%'));
            match (percent(0), percent(1)) {
                (Some(format), _) if has_only(&format, SQLITES) => return None,
                (Some(_), _) => format!("format_date(datetime({}), {})", argument(1), argument(0)),
                (None, Some(format)) if has_only(&format, SHARED) => strftime(argument(0), &format),
                (None, Some(_)) => format!("format_date({}, {})", argument(0), argument(1)),
                (None, None) => return None,
            }
        }
        // MySQL's is about numbers; SQLite's begins with a text.
        ("format", 2) if string(0).is_none() && is_digit(&string(1), argument(1)) => {
            format!("format_number({}, {})", argument(0), argument(1))
        }
        ("format", 1..) if string(0).is_some_and(|format| format.contains('{') && !format.contains('%')) => {
            let all = call.arguments.iter().map(|range| tokens.piece(range.clone())).collect::<Vec<_>>().join(", ");
            format!("format_braces({all})")
        }
        // SQLite's knows no places, no names and no literals.
        ("format", 1..) if string(0).is_some_and(|format| ["%I", "%L", "$s", "$I", "$L"].iter().any(|piece| format.contains(piece))) => {
            let all = call.arguments.iter().map(|range| tokens.piece(range.clone())).collect::<Vec<_>>().join(", ");
            format!("format_text({all})")
        }
        ("hex", 1) if sight.kind(call.arguments.first()?.clone()) == Kind::Integer => format!("upper(to_hex({}))", argument(0)),
        _ => return None,
    };
    Some(vec![(tokens.bytes(at..call.close + 1), to)])
}

fn is_digit(string: &Option<String>, argument: &str) -> bool {
    string.is_none() && argument.trim().bytes().all(|b| b.is_ascii_digit())
}

fn strftime(what: &str, format: &str) -> String {
    format!("strftime('{}', {what})", format.replace('\'', "''"))
}

fn has_only(format: &str, known: &str) -> bool {
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter == '%' && !letters.next().is_some_and(|letter| known.contains(letter)) {
            return false;
        }
    }
    true
}

/// MySQL's letters as strftime's; `None` where SQLite has none for one of them.
fn mysql(format: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match chars.next()? {
            c @ ('Y' | 'm' | 'd' | 'H' | 'j' | 'p' | 'T' | 'w' | 'U' | '%') => out.extend(['%', c]),
            'i' => out.push_str("%M"),
            's' | 'S' => out.push_str("%S"),
            'h' | 'I' => out.push_str("%I"),
            'v' => out.push_str("%V"),
            'x' => out.push_str("%G"),
            _ => return None,
        }
    }
    Some(out)
}

/// Oracle's and PostgreSQL's patterns as strftime's.
fn oracle(format: &str) -> Option<String> {
    const PATTERNS: [(&str, &str); 11] = [
        ("IYYY", "%G"),
        ("YYYY", "%Y"),
        ("HH24", "%H"),
        ("HH12", "%I"),
        ("DDD", "%j"),
        ("IW", "%V"),
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
        } else if "-/:., _".contains(first) {
            out.push(first);
            rest = rest.get(first.len_utf8()..)?;
        } else {
            return None;
        }
    }
    // `SSSS` and endings such as `DDTH` are patterns of their own.
    (!format.to_ascii_uppercase().contains("SSSS")).then_some(out)
}
