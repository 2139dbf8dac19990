//! Aggregates that SQLite spells otherwise: their separators, orders and percentiles.

use std::ops::Range;

use super::disputes::{DEVIATION, has_both, is_of_all_beside, picked};
use super::sight::{Edits, Sight};
use crate::sql::tokens::Call;

pub(super) fn rewrite(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    let call = tokens.call(at)?;
    let name = tokens.text(at).to_ascii_lowercase();
    if tokens.is(call.close + 1, &["within"]) && tokens.is(call.close + 2, &["group"]) && tokens.text(call.close + 3) == "(" {
        return within_group(sight, at, &call, &name);
    }
    let whole = |to: String| Some(vec![(tokens.bytes(at..call.close + 1), to)]);
    match (name.as_str(), call.arguments.len()) {
        // SQLite counts distinct values of one expression.
        ("count", 1..) if tokens.is(at + 2, &["distinct"]) => whole(count_distinct(sight, &call, at)?),
        ("group_concat" | "string_agg" | "listagg", 1..) => whole(joined(sight, at, &call, &name)?),
        ("stddev" | "variance", 1) => {
            let of_all = if has_both(sight, at) { is_of_all_beside(sight, at) } else { picked(sight, &DEVIATION) == 1 };
            let name = if name == "variance" { "var_pop" } else { "stddev_pop" };
            of_all.then(|| vec![(tokens.bytes(at..at + 1), name.to_owned())])
        }
        _ => None,
    }
}

/// `COUNT(DISTINCT a, b)` of MySQL, in which no part is NULL, and `COUNT(DISTINCT (a, b))`, in which parts may be.
fn count_distinct(sight: &Sight<'_>, call: &Call, at: usize) -> Option<String> {
    let tokens = &sight.tokens;
    if call.arguments.len() > 1 {
        let first = at + 3..call.arguments.first()?.end;
        let parts: Vec<&str> =
            std::iter::once(first).chain(call.arguments.iter().skip(1).cloned()).map(|range| tokens.piece(range)).collect();
        let nulls: Vec<String> = parts.iter().map(|part| format!("{part} IS NULL")).collect();
        return Some(format!("count(DISTINCT CASE WHEN {} THEN NULL ELSE json_array({}) END)", nulls.join(" OR "), parts.join(", ")));
    }
    let row = at + 3;
    let close = (tokens.text(row) == "(").then(|| tokens.close(row)).flatten().filter(|close| close + 1 == call.close)?;
    let parts = tokens.split(row + 1..close, ",");
    (parts.len() > 1).then(|| format!("count(DISTINCT json_array({}))", tokens.piece(row + 1..close)))
}

/// `GROUP_CONCAT(DISTINCT x ORDER BY y SEPARATOR '; ')`, `STRING_AGG(DISTINCT x, '; ')`.
fn joined(sight: &Sight<'_>, at: usize, call: &Call, name: &str) -> Option<String> {
    let tokens = &sight.tokens;
    let all = at + 2..call.close;
    let distinct = tokens.is(all.start, &["distinct"]);
    let start = all.start + usize::from(distinct);
    let separator = tokens.find(all.clone(), &["separator"]);
    let order = tokens.find(all.clone(), &["order"]).filter(|order| tokens.is(order + 1, &["by"]));
    let comma = tokens.find(all.clone(), &[","]).filter(|comma| order.is_none_or(|order| *comma < order));
    // What is joined ends where the first of them stands.
    let end = [comma, order, separator].into_iter().flatten().min().unwrap_or(all.end);
    let by = match (separator, comma) {
        (Some(separator), None) => Some(tokens.piece(separator + 1..all.end)),
        (None, Some(comma)) => Some(tokens.piece(comma + 1..order.unwrap_or(all.end))),
        (None, None) => None,
        // MySQL joins several before it joins rows.
        (Some(_), Some(_)) => return None,
    };
    let what = tokens.piece(start..end);
    let sorted = order.map(|order| tokens.piece(order..separator.unwrap_or(all.end)));
    let tail = sorted.map(|sorted| format!(" {sorted}")).unwrap_or_default();
    match (distinct, by, separator) {
        // With DISTINCT SQLite knows the comma alone.
        (true, Some("','"), _) | (true, None, Some(_)) => {
            // PostgreSQL finds what is distinct by sorting.
            let tail = if sorted.is_none() && name == "string_agg" { format!(" ORDER BY {what}") } else { tail };
            let to = format!("group_concat(DISTINCT {what}{tail})");
            (tokens.piece(at..call.close + 1) != to).then_some(to)
        }
        (true, Some(by), _) => {
            let tail = if sorted.is_none() && name == "string_agg" { format!(" ORDER BY {what}") } else { tail };
            Some(format!("json_join(json_group_array(DISTINCT {what}{tail}), {by})"))
        }
        (false, Some(by), Some(_)) => Some(format!("{name}({what}, {by}{tail})")),
        (false, Some(by), None) if name == "listagg" => Some(format!("group_concat({what}, {by}{tail})")),
        _ => None,
    }
}

/// `PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x)`.
fn within_group(sight: &Sight<'_>, at: usize, call: &Call, name: &str) -> Option<Edits> {
    let tokens = &sight.tokens;
    let open = call.close + 3;
    let close = tokens.close(open)?;
    if !tokens.is(open + 1, &["order"]) || !tokens.is(open + 2, &["by"]) {
        return None;
    }
    let mut by: Range<usize> = open + 3..close;
    if tokens.split(by.clone(), ",").len() > 1 && name != "listagg" {
        return None;
    }
    let descends = tokens.is(by.end - 1, &["desc"]);
    let order = tokens.piece(by.clone());
    if descends || tokens.is(by.end - 1, &["asc"]) {
        by.end -= 1;
    }
    let what = tokens.piece(by);
    let argument = call.arguments.first().map(|range| tokens.piece(range.clone())).unwrap_or_default();
    let to = match (name, call.arguments.len()) {
        ("percentile_cont" | "quantile_cont", 1) if descends => format!("percentile_cont({what}, 1 - {argument})"),
        ("percentile_cont" | "quantile_cont", 1) => format!("percentile_cont({what}, {argument})"),
        ("percentile_disc" | "quantile_disc", 1) if !descends => format!("percentile_disc({what}, {argument})"),
        ("mode", 0) => format!("mode({what} ORDER BY {order})"),
        ("listagg" | "string_agg" | "group_concat", 1 | 2) => {
            let by = call.arguments.get(1).map_or("''", |range| tokens.piece(range.clone()));
            if tokens.is(at + 2, &["distinct"]) {
                return None;
            }
            format!("group_concat({argument}, {by} ORDER BY {order})")
        }
        _ => return None,
    };
    Some(vec![(tokens.bytes(at..close + 1), to)])
}
