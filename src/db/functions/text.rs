//! Padding, cutting, searching and joining of texts. Letters are counted, not bytes.

use std::borrow::Cow;

use rusqlite::types::{Value, ValueRef};

use super::arguments::{Arguments, Outcome, Refusal, text, text_of, truth, whole};
use crate::text::words;

/// `lpad(x, length, with)`.
pub(super) fn lpad(arguments: &Arguments<'_, '_>) -> Outcome {
    padded(arguments, |x, pad| format!("{pad}{x}"))
}

pub(super) fn rpad(arguments: &Arguments<'_, '_>) -> Outcome {
    padded(arguments, |x, pad| format!("{x}{pad}"))
}

fn padded(arguments: &Arguments<'_, '_>, join: impl Fn(&str, &str) -> String) -> Outcome {
    let (x, length) = (arguments.text(0), arguments.whole(1)?);
    let with = if arguments.len() > 2 { arguments.text(2) } else { Cow::Borrowed(" ") };
    let Ok(length) = usize::try_from(length) else { return arguments.refuse("databases differ on a negative length") };
    let has = x.chars().count();
    if length <= has {
        return text(x.chars().take(length).collect::<String>());
    }
    if with.is_empty() {
        return arguments.refuse("databases differ on padding with nothing");
    }
    arguments.long(length.checked_mul(4))?;
    let pad: String = with.chars().cycle().take(length - has).collect();
    text(join(&x, &pad))
}

pub(super) fn repeat(arguments: &Arguments<'_, '_>) -> Outcome {
    let (x, count) = (arguments.text(0), usize::try_from(arguments.whole(1)?).unwrap_or(0));
    arguments.long(x.len().checked_mul(count))?;
    text(x.repeat(count))
}

pub(super) fn reverse(arguments: &Arguments<'_, '_>) -> Outcome {
    text(arguments.text(0).chars().rev().collect::<String>())
}

pub(super) fn initcap(arguments: &Arguments<'_, '_>) -> Outcome {
    let mut inside = false;
    let mut out = String::new();
    for letter in arguments.text(0).chars() {
        if inside {
            out.extend(letter.to_lowercase());
        } else {
            out.extend(letter.to_uppercase());
        }
        inside = letter.is_alphanumeric();
    }
    text(out)
}

/// `split_part(x, separator, n)`; from the back where n is negative.
pub(super) fn split_part(arguments: &Arguments<'_, '_>) -> Outcome {
    let (x, by, n) = (arguments.text(0), arguments.text(1), arguments.whole(2)?);
    if n == 0 || by.is_empty() {
        return arguments.refuse("databases differ on an empty separator and on part 0");
    }
    let place = usize::try_from(n.unsigned_abs() - 1).unwrap_or(usize::MAX);
    let mut parts = x.split(by.as_ref());
    // A text has no more parts than bytes, so that the skipping ends.
    let part = if n > 0 { parts.nth(place) } else { x.split(by.as_ref()).count().checked_sub(place + 1).and_then(|at| parts.nth(at)) };
    text(part.unwrap_or_default())
}

/// The first letters; all but the last ones where the count is negative, as PostgreSQL and DuckDB do.
pub(super) fn left(arguments: &Arguments<'_, '_>) -> Outcome {
    let (x, count) = (arguments.text(0), arguments.whole(1)?);
    let count = within(&x, count);
    text(x.chars().take(count).collect::<String>())
}

pub(super) fn right(arguments: &Arguments<'_, '_>) -> Outcome {
    let (x, count) = (arguments.text(0), arguments.whole(1)?);
    let skipped = x.chars().count() - within(&x, count);
    text(x.chars().skip(skipped).collect::<String>())
}

fn within(x: &str, count: i64) -> usize {
    let all = x.chars().count();
    let size = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    if count < 0 { all.saturating_sub(size) } else { all.min(size) }
}

/// Letter for letter; what has no counterpart is left out.
pub(super) fn translate(arguments: &Arguments<'_, '_>) -> Outcome {
    let (x, from, to) = (arguments.text(0), arguments.text(1), arguments.text(2));
    let to: Vec<char> = to.chars().collect();
    let mut map = std::collections::HashMap::new();
    for (at, letter) in from.chars().enumerate() {
        map.entry(letter).or_insert(to.get(at).copied());
    }
    text(x.chars().filter_map(|letter| map.get(&letter).copied().unwrap_or(Some(letter))).collect::<String>())
}

pub(super) fn ascii(arguments: &Arguments<'_, '_>) -> Outcome {
    let code = arguments.text(0).chars().next().map_or(0, u32::from);
    Ok(Value::Integer(i64::from(code)))
}

pub(super) fn chr(arguments: &Arguments<'_, '_>) -> Outcome {
    match u32::try_from(arguments.whole(0)?).ok().filter(|code| *code > 0).and_then(char::from_u32) {
        Some(letter) => text(letter.to_string()),
        None => arguments.refuse("there is no such letter"),
    }
}

pub(super) fn starts_with(arguments: &Arguments<'_, '_>) -> Outcome {
    truth(arguments.text(0).starts_with(arguments.text(1).as_ref()))
}

pub(super) fn ends_with(arguments: &Arguments<'_, '_>) -> Outcome {
    truth(arguments.text(0).ends_with(arguments.text(1).as_ref()))
}

pub(super) fn contains(arguments: &Arguments<'_, '_>) -> Outcome {
    truth(arguments.text(0).contains(arguments.text(1).as_ref()))
}

/// Letters without their case, for comparisons.
pub(super) fn fold(x: &str) -> String {
    x.chars().flat_map(words::fold_case).collect()
}

/// In place of SQLite's own, which knows the letters of ASCII. A letter that would become several stays.
pub(super) fn lower(arguments: &Arguments<'_, '_>) -> Outcome {
    text(arguments.text(0).chars().map(|letter| alone(letter, letter.to_lowercase())).collect::<String>())
}

pub(super) fn upper(arguments: &Arguments<'_, '_>) -> Outcome {
    text(arguments.text(0).chars().map(|letter| alone(letter, letter.to_uppercase())).collect::<String>())
}

fn alone(letter: char, mut others: impl Iterator<Item = char>) -> char {
    match (others.next(), others.next()) {
        (Some(other), None) => other,
        _ => letter,
    }
}

pub(super) fn char_length(arguments: &Arguments<'_, '_>) -> Outcome {
    whole(arguments.text(0).chars().count())
}

pub(super) fn to_hex(arguments: &Arguments<'_, '_>) -> Outcome {
    match arguments.whole(0)? {
        n @ 0.. => text(format!("{n:x}")),
        _ => arguments.refuse("databases differ on negative numbers"),
    }
}

pub(super) fn casefold(arguments: &Arguments<'_, '_>) -> Outcome {
    text(fold(&arguments.text(0)))
}

/// MySQL's `locate(what, x, from)`, which does not look at case.
pub(super) fn locate(arguments: &Arguments<'_, '_>) -> Outcome {
    let (what, x) = (fold(&arguments.text(0)), arguments.text(1));
    let from = if arguments.len() > 2 { arguments.whole(2)? } else { 1 };
    let Some(skipped) = from.checked_sub(1).and_then(|from| usize::try_from(from).ok()) else { return Ok(Value::Integer(0)) };
    if skipped > x.chars().count() {
        return Ok(Value::Integer(0));
    }
    let rest = fold(&x.chars().skip(skipped).collect::<String>());
    let place = rest.find(&what).map(|at| rest.get(..at).unwrap_or_default().chars().count() + skipped + 1);
    whole(place.unwrap_or(0))
}

/// The place of the first among the others, without case; 0 where it is not there, also for NULL.
pub(super) fn field(arguments: &Arguments<'_, '_>) -> Outcome {
    let same = |n: usize| match (arguments.value(0), arguments.value(n)) {
        (ValueRef::Null, _) | (_, ValueRef::Null) => false,
        _ => match (arguments.number(0), arguments.number(n)) {
            (Some(a), Some(b)) => a == b,
            _ => fold(&arguments.text(0)) == fold(&arguments.text(n)),
        },
    };
    whole((1..arguments.len()).find(|&n| same(n)).unwrap_or(0))
}

/// The n-th of the others.
pub(super) fn elt(arguments: &Arguments<'_, '_>) -> Outcome {
    if arguments.value(0) == ValueRef::Null {
        return Ok(Value::Null);
    }
    let place = usize::try_from(arguments.whole(0)?).unwrap_or(0);
    match arguments.value(place) {
        _ if place == 0 => Ok(Value::Null),
        ValueRef::Null => Ok(Value::Null),
        value => text(text_of(value)),
    }
}

/// The place of a text in a list with commas, without case.
pub(super) fn find_in_set(arguments: &Arguments<'_, '_>) -> Outcome {
    let (what, list) = (fold(&arguments.text(0)), arguments.text(1));
    if list.is_empty() || what.contains(',') {
        return Ok(Value::Integer(0));
    }
    whole(list.split(',').position(|part| fold(part) == what).map_or(0, |at| at + 1))
}

/// What stands before the n-th separator; behind it, from the back, where n is negative.
pub(super) fn substring_index(arguments: &Arguments<'_, '_>) -> Outcome {
    let (x, by, n) = (arguments.text(0), arguments.text(1), arguments.whole(2)?);
    if by.is_empty() || n == 0 {
        return text("");
    }
    let nth = usize::try_from(n.unsigned_abs() - 1).unwrap_or(usize::MAX);
    let cut = if n > 0 {
        x.match_indices(by.as_ref()).nth(nth).and_then(|(at, _)| x.get(..at))
    } else {
        x.rmatch_indices(by.as_ref()).nth(nth).and_then(|(at, found)| x.get(at + found.len()..))
    };
    text(cut.unwrap_or(&x))
}

/// `stuff(x, from, length, other)`: MySQL's INSERT, SQL Server's STUFF.
pub(super) fn stuff(arguments: &Arguments<'_, '_>) -> Outcome {
    let (x, from, length, other) = (arguments.text(0), arguments.whole(1)?, arguments.whole(2)?, arguments.text(3));
    let letters: Vec<char> = x.chars().collect();
    let Some(from) = from.checked_sub(1).and_then(|from| usize::try_from(from).ok()).filter(|from| *from < letters.len()) else {
        return text(x);
    };
    let end = usize::try_from(length).ok().and_then(|length| from.checked_add(length)).unwrap_or(letters.len()).min(letters.len());
    let (head, tail) = (letters.get(..from).unwrap_or_default(), letters.get(end..).unwrap_or_default());
    text(head.iter().chain(&other.chars().collect::<Vec<_>>()).chain(tail).collect::<String>())
}

/// The greatest, or the least, of what is not NULL, as SQLite orders values.
pub(super) fn extreme(arguments: &Arguments<'_, '_>, greatest: bool) -> Outcome {
    let mut best = ValueRef::Null;
    for n in 0..arguments.len() {
        let value = arguments.value(n);
        let order = super::rank::order(&value, &best);
        if value != ValueRef::Null && (best == ValueRef::Null || if greatest { order.is_gt() } else { order.is_lt() }) {
            best = value;
        }
    }
    Value::try_from(best).map_err(|error| Refusal(error.to_string()))
}

/// The texts of a JSON array with a separator between them; NULL where there are none.
pub(super) fn json_join(arguments: &Arguments<'_, '_>) -> Outcome {
    let (list, by) = (arguments.text(0), arguments.text(1));
    let Ok(values) = serde_json::from_str::<Vec<serde_json::Value>>(&list) else { return arguments.refuse("this is no JSON array") };
    let texts = values.into_iter().filter_map(|value| match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text),
        other => Some(other.to_string()),
    });
    let texts: Vec<String> = texts.collect();
    arguments.long(by.len().checked_mul(texts.len()).and_then(|bytes| bytes.checked_add(list.len())))?;
    if texts.is_empty() { Ok(Value::Null) } else { text(texts.join(&by)) }
}

/// PostgreSQL's `format`: `%s`, `%I`, `%L`, each with a place before a dollar sign.
pub(super) fn format_text(arguments: &Arguments<'_, '_>) -> Outcome {
    if arguments.value(0) == ValueRef::Null {
        return Ok(Value::Null);
    }
    let format = arguments.text(0);
    let (mut out, mut rest, mut next) = (String::new(), format.as_ref(), 1);
    while let Some((plain, after)) = rest.split_once('%') {
        out.push_str(plain);
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let placed = digits > 0 && after.get(digits..).is_some_and(|rest| rest.starts_with('$'));
        let place = if placed { after.get(..digits).and_then(|digits| digits.parse().ok()).unwrap_or(0) } else { next };
        let after = if placed { after.get(digits + 1..).unwrap_or_default() } else { after };
        let (letter, after) = after.split_at_checked(1).unwrap_or(("", ""));
        let value = arguments.text(place);
        match letter {
            "%" => out.push('%'),
            "s" | "I" | "L" if place == 0 || place >= arguments.len() => return arguments.refuse("there are too few values"),
            "s" => out.push_str(&value),
            "L" if arguments.value(place) == ValueRef::Null => out.push_str("NULL"),
            "L" => out.push_str(&crate::sql::quote::string_literal(&value)),
            "I" if value.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') => out.push_str(&value),
            "I" => out.push_str(&format!("\"{}\"", value.replace('"', "\"\""))),
            _ => return arguments.refuse("this format is not known"),
        }
        next = place + usize::from(letter != "%");
        rest = after;
        arguments.long(Some(out.len()))?;
    }
    out.push_str(rest);
    text(out)
}

/// Python's and DuckDB's format with brackets, as far as numbers and texts need it.
pub(super) fn format_braces(arguments: &Arguments<'_, '_>) -> Outcome {
    let format = arguments.text(0);
    let (mut out, mut rest, mut next) = (String::new(), format.as_ref(), 1);
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        if let Some(after) = rest.strip_prefix("{{").or_else(|| rest.strip_prefix("}}")) {
            out.push_str(rest.get(..1).unwrap_or_default());
            rest = after;
            continue;
        }
        let Some((spec, after)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) else {
            return arguments.refuse("a bracket is left open");
        };
        let digits = spec.strip_prefix(':').and_then(|spec| spec.strip_suffix('f'));
        let (grouped, digits) = digits.map_or((false, None), |d| (d.starts_with(','), Some(d.trim_start_matches(','))));
        let places = digits.and_then(|digits| digits.strip_prefix('.')).and_then(|places| places.parse::<usize>().ok());
        match (spec, arguments.number(next), places) {
            _ if next >= arguments.len() => return arguments.refuse("there are more brackets than values"),
            ("", ..) => out.push_str(&arguments.text(next)),
            (":,", Some(x), _) if x.fract() == 0.0 => out.push_str(&super::decimal::with_groups(x, 0)),
            (_, Some(x), Some(places)) if places <= 30 && grouped => out.push_str(&super::decimal::with_groups(x, places)),
            (_, Some(x), Some(places)) if places <= 30 => out.push_str(&format!("{x:.places$}")),
            _ => return arguments.refuse("this format is not known"),
        }
        next += 1;
        rest = after;
        arguments.long(Some(out.len()))?;
    }
    out.push_str(rest);
    text(out)
}
