//! What stands where a table may, and the order of NULL.

use super::disputes::{NULLS_DESCENDING, picked};
use super::habit::{DU, OTHER, PG};
use super::sight::{Edits, Sight};
use crate::sql::lex::TokenKind;

pub(super) fn rewrite(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    named_values(sight, at).or_else(|| series(sight, at)).or_else(|| nulls(sight, at))
}

/// `(VALUES (1, 'a'), (2, 'b')) v(x, y)`, and a subquery with the names of its columns behind it.
fn named_values(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    if tokens.text(at) != "(" || !tokens.is(at + 1, &["values"]) {
        return None;
    }
    let close = tokens.close(at)?;
    let name = close + 1 + usize::from(tokens.is(close + 1, &["as"]));
    if tokens.kind(name) != Some(TokenKind::Word) || tokens.text(name + 1) != "(" {
        return None;
    }
    let end = tokens.close(name + 1)?;
    let columns = tokens.split(name + 2..end, ",");
    if !columns.iter().all(|column| column.len() == 1) {
        return None;
    }
    let named = columns.iter().enumerate().map(|(n, column)| format!("column{} AS {}", n + 1, tokens.piece(column.clone())));
    let named: Vec<String> = named.collect();
    let body = tokens.piece(at..close + 1);
    Some(vec![(tokens.bytes(at..end + 1), format!("(SELECT {} FROM {body}) AS {}", named.join(", "), tokens.text(name)))])
}

/// `generate_series(1, 10)` where a table may stand.
fn series(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    let from = at.checked_sub(1).is_some_and(|at| tokens.is(at, &["from", "join", ","]));
    let call = tokens.call(at).filter(|_| from && tokens.is(at, &["generate_series"]))?;
    if tokens.before(at) == "," && !(0..at).rev().any(|at| tokens.is(at, &["from"])) {
        return None;
    }
    let argument = |n: usize| call.arguments.get(n).map(|range| tokens.piece(range.clone()));
    let (first, last, step) = (argument(0)?, argument(1)?, argument(2).unwrap_or("1"));
    // Days and other steps are told by a text.
    let is_number = |text: &str| text.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit());
    if ![first, last, step].iter().all(|text| is_number(text)) || step.trim_start_matches('-').trim_start_matches('0').is_empty() {
        return None;
    }
    let mut end = call.close + 1;
    let named = end + usize::from(tokens.is(end, &["as"]));
    let mut alias = String::from("AS generate_series");
    let mut column = "generate_series";
    if tokens.kind(named) == Some(TokenKind::Word) && !crate::sql::quote::is_keyword(tokens.text(named)) {
        alias = format!("AS {}", tokens.text(named));
        column = tokens.text(named);
        end = named + 1;
        if tokens.text(end) == "(" && tokens.text(end + 2) == ")" {
            column = tokens.text(end + 1);
            end += 3;
        }
    }
    let compare = if step.starts_with('-') { ">=" } else { "<=" };
    let to = format!(
        "(WITH RECURSIVE series({column}) AS (SELECT {first} WHERE {first} {compare} {last} UNION ALL SELECT {column} + {step} FROM series WHERE {column} + {step} {compare} {last}) SELECT {column} FROM series) {alias}"
    );
    Some(vec![(tokens.bytes(at..end), to)])
}

/// NULL comes last in PostgreSQL and DuckDB, and first where PostgreSQL goes downwards; said where the statement is theirs.
fn nulls(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    if !sight.habit.is_within(PG.or(DU).or(OTHER)) || sight.habit.is_within(OTHER) {
        return None;
    }
    if !tokens.is(at, &["order"]) || !tokens.is(at + 1, &["by"]) {
        return None;
    }
    // In WITHIN GROUP NULL does not count.
    if at >= 3 && tokens.is(at - 2, &["group"]) && tokens.is(at - 3, &["within"]) {
        return None;
    }
    let mut depth = 0usize;
    let mut end = at + 2;
    while end < tokens.len() {
        match tokens.text(end) {
            "(" => depth += 1,
            ")" if depth == 0 => break,
            ")" => depth -= 1,
            ";" => break,
            _ if depth == 0
                && tokens
                    .is(end, &["limit", "offset", "fetch", "rows", "range", "groups", "separator", "union", "except", "intersect"]) =>
            {
                break;
            }
            _ => {}
        }
        end += 1;
    }
    // The first of a list is what is asked for: NULL is never.
    let limited = tokens.is(end, &["limit", "fetch"]);
    let mut edits = Vec::new();
    for item in tokens.split(at + 2..end, ",") {
        let has = item.clone().any(|at| tokens.is(at, &["nulls"]));
        let descends = item.end > item.start && tokens.is(item.end - 1, &["desc"]);
        let ends = usize::from(descends || item.end > item.start && tokens.is(item.end - 1, &["asc"]));
        let place = match (has, descends) {
            (true, _) => continue,
            _ if sight.is_never_null(item.start..item.end - ends) => continue,
            (_, false) => " NULLS LAST",
            (_, true) if limited || picked(sight, &NULLS_DESCENDING) != 0 => continue,
            (_, true) => " NULLS FIRST",
        };
        let at = tokens.bytes(item).end;
        edits.push((at..at, place.to_owned()));
    }
    (!edits.is_empty()).then_some(edits)
}
