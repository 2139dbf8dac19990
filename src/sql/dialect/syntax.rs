//! Spellings that are no calls: limits, set operations, texts put together.

use super::sight::{Edits, Sight};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::tokens::{COMPARISONS, Tokens};

pub(super) fn rewrite(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    word(tokens, at)
        .or_else(|| truth(tokens, at))
        .or_else(|| either(tokens, at))
        .or_else(|| symmetric(tokens, at))
        .or_else(|| subscript(tokens, at))
        .or_else(|| top(tokens, at))
        .or_else(|| fetch(tokens, at))
        .or_else(|| concatenation(sight, at))
        .or_else(|| quantified(tokens, at))
}

/// One word or operator for another.
fn word(tokens: &Tokens<'_>, at: usize) -> Option<Edits> {
    let here = |to: &str| Some(vec![(tokens.bytes(at..at + 1), to.to_owned())]);
    match tokens.text(at).to_ascii_lowercase().as_str() {
        "minus" if tokens.is(at + 1, &["select"]) => here("EXCEPT"),
        // `LIMIT ALL` limits nothing.
        "limit" if tokens.is(at + 1, &["all"]) => Some(vec![(tokens.bytes(at..at + 2), String::new())]),
        // A truth that is not known.
        "unknown" if is_tested(tokens, at) => here("NULL"),
        "dual" if tokens.is(at.checked_sub(1)?, &["from"]) => Some(vec![(tokens.bytes(at - 1..at + 1), String::new())]),
        _ => None,
    }
}

/// Whether what stands at token `at` stands behind IS or IS NOT.
fn is_tested(tokens: &Tokens<'_>, at: usize) -> bool {
    let before = |step: usize, word: &str| at.checked_sub(step).is_some_and(|at| tokens.is(at, &[word]));
    before(1, "is") || before(1, "not") && before(2, "is")
}

/// `'a' || TRUE`: where truths have a type, they are put into texts by their words.
fn truth(tokens: &Tokens<'_>, at: usize) -> Option<Edits> {
    let joined = tokens.before(at) == "||" || tokens.text(at + 1) == "||";
    let word = tokens.is(at, &["true", "false"]) && joined && tokens.kind(at) == Some(TokenKind::Word);
    word.then(|| vec![(tokens.bytes(at..at + 1), format!("'{}'", tokens.text(at).to_ascii_lowercase()))])
}

/// `a = 1 || b = 2` of MySQL: no text is put together between two comparisons.
fn either(tokens: &Tokens<'_>, at: usize) -> Option<Edits> {
    if tokens.text(at) != "||" {
        return None;
    }
    let (start, end) = (tokens.operand_before(at)?, tokens.operand_after(at + 1)?);
    let between = start.checked_sub(1).is_some_and(|before| tokens.is(before, &COMPARISONS)) && tokens.is(end, &COMPARISONS);
    between.then(|| vec![(tokens.bytes(at..at + 1), "OR".to_owned())])
}

/// `x BETWEEN SYMMETRIC a AND b`: the ends in either order.
fn symmetric(tokens: &Tokens<'_>, at: usize) -> Option<Edits> {
    if !tokens.is(at, &["symmetric"]) || !tokens.is(at.checked_sub(1)?, &["between"]) {
        return None;
    }
    let and = tokens.operand_after(at + 1).filter(|and| tokens.is(*and, &["and"]))?;
    let end = tokens.operand_after(and + 1)?;
    let (a, b) = (tokens.piece(at + 1..and), tokens.piece(and + 1..end));
    Some(vec![(tokens.bytes(at..end), format!("min({a}, {b}) AND max({a}, {b})"))])
}

/// `x[1]`, `x[2:4]`: SQLite would take the brackets for a name.
fn subscript(tokens: &Tokens<'_>, at: usize) -> Option<Edits> {
    let inner = tokens.text(at).strip_prefix('[')?.strip_suffix(']')?;
    let touches = at.checked_sub(1).is_some_and(|before| tokens.bytes(before..at).end == tokens.bytes(at..at + 1).start);
    let number = |text: &str| text.trim().parse::<i64>().ok();
    let (first, last) = inner.split_once(':').unwrap_or((inner, inner));
    let fits = inner.bytes().all(|b| b.is_ascii_digit() || b" :-".contains(&b)) && inner.bytes().any(|b| b.is_ascii_digit());
    if !touches || !fits {
        return None;
    }
    let start = tokens.operand_before(at)?;
    let what = tokens.piece(start..at);
    let to = match (number(first), number(last)) {
        (Some(first), Some(last)) if first > 0 && last >= first => format!("substr({what}, {first}, {})", last - first + 1),
        (Some(first), Some(last)) if first < 0 && first == last => format!("substr({what}, {first}, 1)"),
        (Some(first), None) if first != 0 => format!("substr({what}, {first})"),
        (None, Some(last)) if last > 0 => format!("substr({what}, 1, {last})"),
        _ => return None,
    };
    Some(vec![(tokens.bytes(start..at + 1), to)])
}

/// `SELECT TOP 5 ...`: the limit moves to the end.
fn top(tokens: &Tokens<'_>, at: usize) -> Option<Edits> {
    if !tokens.is(at, &["top"]) || !tokens.is(at.checked_sub(1)?, &["select", "distinct", "all"]) {
        return None;
    }
    let bracketed = tokens.text(at + 1) == "(" && tokens.text(at + 3) == ")";
    let (count, end) = if bracketed { (at + 2, at + 4) } else { (at + 1, at + 2) };
    if tokens.kind(count) != Some(TokenKind::Number) || tokens.is(end, &["percent", ",", "from"]) {
        return None;
    }
    // SQLite has no way to keep those that tie with the last.
    if tokens.is(end, &["with"]) && tokens.is(end + 1, &["ties"]) {
        return None;
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
fn concatenation(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    if tokens.text(at) != "+" || sight.habit.is_within(super::habit::MY) {
        return None;
    }
    let is_text = |at: Option<usize>| {
        at.is_some_and(|at| tokens.kind(at) == Some(TokenKind::String) && name_of(tokens.text(at)).trim().parse::<f64>().is_err())
    };
    let before = tokens.operand_before(at)?;
    let after = tokens.operand_after(at + 1)?;
    let is_interval = tokens.is(at + 1, &["interval"]) || before > 0 && tokens.is(before - 1, &["interval"]);
    let joins = is_text(at.checked_sub(1)) || is_text(Some(at + 1)) || tokens.text(after) == "||" || tokens.before(before) == "||";
    // With a number beside it, it is a sum where it runs at all.
    let number = |range: std::ops::Range<usize>| range.len() == 1 && tokens.kind(range.start) == Some(TokenKind::Number);
    let sum = number(before..at) || number(at + 1..after);
    (joins && !is_interval && !sum).then(|| vec![(tokens.bytes(at..at + 1), "||".to_owned())])
}

/// `= ANY (ARRAY[1, 2])`, `<> ALL (ARRAY[1, 2])`.
fn listed(tokens: &Tokens<'_>, at: usize) -> Option<Edits> {
    let membership = match tokens.before(at) {
        "=" | "==" if tokens.is(at, &["any", "some"]) => "IN",
        "<>" | "!=" if tokens.is(at, &["all"]) => "NOT IN",
        _ => return None,
    };
    let fits = tokens.text(at + 1) == "(" && tokens.is(at + 2, &["array"]) && tokens.text(at + 4) == ")";
    let inner = tokens.text(at + 3).strip_prefix('[')?.strip_suffix(']').filter(|_| fits)?;
    Some(vec![(tokens.bytes(at - 1..at + 5), format!("{membership} ({inner})"))])
}

/// `= ANY (SELECT ...)`, `> ALL (SELECT ...)`. Over no rows ALL is true: everything is greater than minus infinity, and less than a blob.
fn quantified(tokens: &Tokens<'_>, at: usize) -> Option<Edits> {
    if let Some(edits) = listed(tokens, at) {
        return Some(edits);
    }
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
        (">" | ">=", true) => "min(value)",
        ("<" | "<=", true) => "max(value)",
        (">" | ">=", false) => "coalesce(max(value), -9e999)",
        ("<" | "<=", false) => "coalesce(min(value), x'')",
        _ => return None,
    };
    let close = tokens.close(at + 1)?;
    Some(vec![
        (tokens.bytes(at..at + 2), "(WITH picked(value) AS (".to_owned()),
        (tokens.bytes(close..close + 1), format!(") SELECT {extreme} FROM picked)")),
    ])
}
