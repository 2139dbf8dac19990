//! Spellings that are no calls: operators, casts, limits, set operations.

use super::Edits;
use super::functions::{converted, type_name};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::tokens::Tokens;

pub(super) fn rewrite(tokens: &Tokens<'_>, at: usize) -> Option<Edits> {
    word(tokens, at)
        .or_else(|| cast(tokens, at))
        .or_else(|| top(tokens, at))
        .or_else(|| fetch(tokens, at))
        .or_else(|| concatenation(tokens, at))
        .or_else(|| quantified(tokens, at))
}

/// One word or operator for another.
fn word(tokens: &Tokens<'_>, at: usize) -> Option<Edits> {
    let here = |to: &str| Some(vec![(tokens.bytes(at..at + 1), to.to_owned())]);
    let is_operand =
        |at: usize| matches!(tokens.kind(at), Some(TokenKind::String | TokenKind::Quoted | TokenKind::Parameter | TokenKind::Word));
    match tokens.text(at).to_ascii_lowercase().as_str() {
        "ilike" if is_operand(at + 1) => here("LIKE"),
        "minus" if tokens.is(at + 1, &["select"]) => here("EXCEPT"),
        "all" if tokens.is(at.checked_sub(1)?, &["except", "intersect"]) => here(""),
        // `LIMIT ALL` limits nothing.
        "limit" if tokens.is(at + 1, &["all"]) => Some(vec![(tokens.bytes(at..at + 2), String::new())]),
        "dual" if tokens.is(at.checked_sub(1)?, &["from"]) => Some(vec![(tokens.bytes(at - 1..at + 1), String::new())]),
        "div" if tokens.operand_before(at).is_some() && tokens.operand_after(at + 1).is_some() && !tokens.is(at + 1, &["from"]) => {
            matches!(tokens.kind(at + 1), Some(TokenKind::Number)).then(|| here("/")).flatten()
        }
        // `&&` comes as two operators.
        "&" if tokens.text(at + 1) == "&" => Some(vec![(tokens.bytes(at..at + 2), "AND".to_owned())]),
        "<=" if tokens.text(at + 1) == ">" => Some(vec![(tokens.bytes(at..at + 2), "IS".to_owned())]),
        _ => None,
    }
}

/// `x::type`: the tokenizer of SQLite takes `::type` for a parameter.
fn cast(tokens: &Tokens<'_>, at: usize) -> Option<Edits> {
    if tokens.kind(at) != Some(TokenKind::Parameter) {
        return None;
    }
    let sql_type = type_name(tokens.text(at).strip_prefix("::")?)?;
    let start = tokens.operand_before(at)?;
    let mut end = at + 1;
    if tokens.text(end) == "(" {
        end = tokens.close(end)? + 1;
    } else if tokens.is(at, &["::double"]) && tokens.is(end, &["precision"]) {
        end += 1;
    }
    Some(vec![(tokens.bytes(start..end), converted(tokens.piece(start..at), sql_type))])
}

/// `SELECT TOP 5 ...`: the limit moves to the end.
fn top(tokens: &Tokens<'_>, at: usize) -> Option<Edits> {
    if !tokens.is(at, &["top"]) || !tokens.is(at.checked_sub(1)?, &["select", "distinct", "all"]) {
        return None;
    }
    let bracketed = tokens.text(at + 1) == "(" && tokens.text(at + 3) == ")";
    let (count, mut end) = if bracketed { (at + 2, at + 4) } else { (at + 1, at + 2) };
    if tokens.kind(count) != Some(TokenKind::Number) || tokens.is(end, &["percent", ",", "from"]) {
        return None;
    }
    if tokens.is(end, &["with"]) && tokens.is(end + 1, &["ties"]) {
        end += 2;
    }
    let limit = format!(" LIMIT {}", tokens.text(count));
    let mut edits = vec![(tokens.bytes(at..end), String::new())];
    let mut depth = 0usize;
    let mut last = end;
    for i in end..tokens.len() {
        match tokens.text(i) {
            "(" => depth += 1,
            ")" if depth == 0 => break,
            ")" => depth -= 1,
            ";" => break,
            _ if depth == 0 && tokens.is(i, &["limit"]) => return Some(edits),
            // SQLite has no limit inside a compound.
            _ if depth == 0 && tokens.is(i, &["union", "except", "intersect"]) => return None,
            _ => {}
        }
        last = i + 1;
    }
    let end = tokens.bytes(end..last).end;
    edits.push((end..end, limit));
    Some(edits)
}

/// `OFFSET 5 ROWS FETCH FIRST 10 ROWS ONLY`.
fn fetch(tokens: &Tokens<'_>, at: usize) -> Option<Edits> {
    let is_rows = |at: usize| tokens.is(at, &["row", "rows"]);
    if !tokens.is(at, &["fetch"]) || !tokens.is(at + 1, &["first", "next"]) {
        return None;
    }
    let counted = tokens.kind(at + 2) == Some(TokenKind::Number);
    let count = if counted { tokens.text(at + 2) } else { "1" };
    let rows = at + 2 + usize::from(counted);
    if !is_rows(rows) || !tokens.is(rows + 1, &["only"]) {
        return None;
    }
    let offset = at.checked_sub(3).filter(|from| tokens.is(*from, &["offset"]) && is_rows(at - 1));
    let to = match offset {
        Some(from) => format!("LIMIT {count} OFFSET {}", tokens.text(from + 1)),
        None => format!("LIMIT {count}"),
    };
    Some(vec![(tokens.bytes(offset.unwrap_or(at)..rows + 2), to)])
}

/// `first || ' ' || last` written with plus signs.
fn concatenation(tokens: &Tokens<'_>, at: usize) -> Option<Edits> {
    if tokens.text(at) != "+" {
        return None;
    }
    let is_text = |at: Option<usize>| {
        at.is_some_and(|at| tokens.kind(at) == Some(TokenKind::String) && name_of(tokens.text(at)).trim().parse::<f64>().is_err())
    };
    let before = tokens.operand_before(at)?;
    let after = tokens.operand_after(at + 1)?;
    let is_interval = tokens.is(at + 1, &["interval"]) || before > 0 && tokens.is(before - 1, &["interval"]);
    let joins = is_text(at.checked_sub(1)) || is_text(Some(at + 1)) || tokens.text(after) == "||" || tokens.before(before) == "||";
    (joins && !is_interval).then(|| vec![(tokens.bytes(at..at + 1), "||".to_owned())])
}

/// `= ANY (SELECT ...)`, `> ALL (SELECT ...)`. (Over no rows ALL is true and the greatest of none is NULL: rarely meant.)
fn quantified(tokens: &Tokens<'_>, at: usize) -> Option<Edits> {
    let any = tokens.is(at, &["any", "some"]);
    if !any && !tokens.is(at, &["all"]) || tokens.text(at + 1) != "(" || !tokens.is(at + 2, &["select"]) {
        return None;
    }
    let operator = tokens.before(at);
    let membership = match (operator, any) {
        ("=" | "==", true) => Some("IN"),
        ("<>" | "!=", false) => Some("NOT IN"),
        _ => None,
    };
    if let Some(membership) = membership {
        return Some(vec![(tokens.bytes(at - 1..at + 1), membership.to_owned())]);
    }
    let extreme = match (operator, any) {
        (">" | ">=", true) | ("<" | "<=", false) => "min",
        (">" | ">=", false) | ("<" | "<=", true) => "max",
        _ => return None,
    };
    let close = tokens.close(at + 1)?;
    Some(vec![
        (tokens.bytes(at..at + 2), "(WITH picked(value) AS (".to_owned()),
        (tokens.bytes(close..close + 1), format!(") SELECT {extreme}(value) FROM picked)")),
    ])
}
