//! Spans of time in another unit than a column is kept in: `took > 1` for "longer than an hour", where microseconds are kept.
//!
//! Only a length that the question names (or a text such as `'1 hour'`) is put into the column's unit, where the query has the same
//! length in another one; or where it has a number or a day that the question does not say, and nothing else to compare lengths with.

use std::ops::Range;

use crate::schema::{Column, DateText, Holds, Meaning, Schema, SpanUnit, TimeUnit};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::resolve::resolve;
use crate::sql::tokens::Tokens;
use crate::text::numbers::{DAYS, HOURS, MILLISECONDS, MINUTES, SECONDS, WEEKS, cardinal};
use crate::text::words::split_name;

/// Units of time, with their seconds.
const UNITS: [(&[&str], f64); 6] =
    [(MILLISECONDS, 1e-3), (SECONDS, 1.0), (MINUTES, 60.0), (HOURS, 3_600.0), (DAYS, 86_400.0), (WEEKS, 604_800.0)];
/// What lengths may be written in, as parts of a second.
const PER_SECOND: [f64; 7] = [1.0, 1.0 / 60.0, 1.0 / 3_600.0, 1.0 / 86_400.0, 1e3, 1e6, 1e9];

/// What a column of lengths keeps.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Kept {
    unit: SpanUnit,
    /// Its values say so, and not its name alone.
    told: bool,
    /// What a length has to lie in, where its name alone says so.
    range: Option<(f64, f64)>,
}

/// `sql` with lengths that `question` names in the units of the columns they are compared with, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let asked = lengths(question);
    let has_spans = || schema.tables.iter().any(|table| table.columns.iter().any(|column| column.meaning.span().is_some()));
    if asked.is_empty() && !has_spans() {
        return (sql.to_owned(), Vec::new());
    }
    let Some(resolution) = resolve(sql, schema) else { return (sql.to_owned(), Vec::new()) };
    let columns = resolution.columns(kept);
    let tokens = Tokens::new(sql);
    let column = |at: usize| columns.get(&tokens.bytes(at..at + 1).start).copied().zip(tokens.operand_after(at));
    let compared = (0..tokens.len()).filter_map(|at| Some((at, column(at).or_else(|| of_document(&tokens, at))?)));
    let compared: Vec<(usize, Kept)> =
        compared.flat_map(|(at, (kept, end))| literals(&tokens, at, end).into_iter().map(move |literal| (literal, kept))).collect();
    let only = only(&asked).filter(|_| compared.len() == 1);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for (literal, Kept { unit, told, range }) in compared {
        let wrong = || only.filter(|_| told && is_unsaid(&tokens, literal, question));
        let fits = |to: &String| range.is_none_or(|(low, high)| to.parse::<f64>().is_ok_and(|to| (low..=high).contains(&to)));
        if let Some(seconds) = seconds(&tokens, literal, unit, &asked, wrong)
            && let Some(to) = in_unit(seconds, unit).filter(fits)
        {
            let end = product(&tokens, literal).map_or(literal + 1, |(_, end)| end);
            edits.push((tokens.bytes(literal..end), to));
        }
    }
    edits.retain(|(range, to)| sql.get(range.clone()) != Some(to.as_str()));
    edits.sort_by_key(|(range, _)| range.start);
    edits.dedup_by(|next, before| next.0.start < before.0.end);
    edited(sql, ChangeKind::Unit, edits)
}

/// The unit of a column's lengths, and the values that it has to fit where its name alone says so: `deep_min`.
fn kept(column: &Column) -> Option<Kept> {
    if let Some(unit) = column.meaning.span() {
        return Some(Kept { unit, told: true, range: None });
    }
    let unit = unit_of_name(&column.name).filter(|_| column.meaning == Meaning::Plain && column.holds == Holds::Numbers)?;
    Some(Kept { unit, told: false, range: Some(column.range()?) })
}

/// The unit that the last word of a name is: `duration_ms`, `deep_min`, `waitSeconds`.
fn unit_of_name(name: &str) -> Option<SpanUnit> {
    const NAMED: [(&[&str], SpanUnit); 7] = [
        (&["ns", "nanos", "nanosecond", "nanoseconds"], SpanUnit::Nanos),
        (&["us", "micros", "microsecond", "microseconds"], SpanUnit::Micros),
        (MILLISECONDS, SpanUnit::Millis),
        (SECONDS, SpanUnit::Seconds),
        (MINUTES, SpanUnit::Minutes),
        (HOURS, SpanUnit::Hours),
        (DAYS, SpanUnit::Days),
    ];
    let words = split_name(name);
    let last = words.last().filter(|_| words.len() > 1)?;
    NAMED.iter().find(|(names, _)| names.contains(&last.as_str()) || last == "millis" && names == &MILLISECONDS).map(|(_, unit)| *unit)
}

/// A value of a document, whose path ends with the string at token `at`, and where it ends: `json_extract(doc, '$.took_ms')`.
fn of_document(tokens: &Tokens<'_>, at: usize) -> Option<(Kept, usize)> {
    let path = (tokens.kind(at) == Some(TokenKind::String)).then(|| name_of(tokens.text(at)))?;
    let kept = Kept { unit: unit_of_name(path.rsplit(['.', '$']).next()?)?, told: false, range: None };
    if tokens.before(at) == "->>" {
        return Some((kept, at + 1));
    }
    let named = at.checked_sub(1).and_then(|comma| tokens.operand_before(comma)?.checked_sub(2))?;
    let call = tokens.call(named).filter(|call| tokens.is(named, &["json_extract", "jsonb_extract"]) && call.close == at + 1)?;
    Some((kept, call.close + 1))
}

/// The literals that the operand at tokens `at..end` is compared with.
pub(super) fn literals(tokens: &Tokens<'_>, at: usize, end: usize) -> Vec<usize> {
    let mut out = Vec::new();
    let compares = ["<", "<=", ">", ">=", "=", "<>", "!="];
    // Behind the aggregate that the column may stand in.
    let closes = usize::from(tokens.text(end) == ")");
    if tokens.is(end + closes, &compares) {
        out.push(end + closes + 1);
    } else if tokens.is(end, &["between"]) {
        out.extend([end + 1, end + 3]);
    }
    if let Some(before) = at.checked_sub(2).filter(|_| tokens.is(at - 1, &compares)) {
        out.push(before);
    }
    // What is computed further is no length by itself.
    out.retain(|&literal| {
        let end = product(tokens, literal).map_or(literal + 1, |(_, end)| end);
        !matches!(tokens.text(end), "*" | "/" | "+" | "-") && !matches!(tokens.before(literal), "*" | "/" | "+" | "-")
    });
    out
}

/// The number at token `at`, also where it is written as a product (`2 * 60 * 60`), and its end.
pub(super) fn product(tokens: &Tokens<'_>, at: usize) -> Option<(f64, usize)> {
    let number = |at: usize| if tokens.kind(at) == Some(TokenKind::Number) { tokens.text(at).parse::<f64>().ok() } else { None };
    let (mut value, mut end) = (number(at)?, at + 1);
    while tokens.text(end) == "*"
        && let Some(factor) = number(end + 1)
    {
        (value, end) = (value * factor, end + 2);
    }
    Some((value, end))
}

/// The seconds that the literal at token `at` stands for, beside a column of `unit`: a length that the question names, or what `wrong` gives
/// for one that it does not; `None` where it is right as it is.
fn seconds(tokens: &Tokens<'_>, at: usize, unit: SpanUnit, asked: &[(f64, f64)], wrong: impl Fn() -> Option<f64>) -> Option<f64> {
    match tokens.kind(at)? {
        TokenKind::Number => {
            let value = product(tokens, at).map(|(value, _)| value).filter(|value| *value != 0.0)?;
            let same = |length: f64| ((length - value) / value).abs() < 1e-9;
            let target = |seconds: f64| seconds * unit.per_second();
            if unit != SpanUnit::Since1970 && asked.iter().any(|&(_, seconds)| same(target(seconds))) {
                return None;
            }
            let said = asked.iter().find(|&&(number, seconds)| same(number) || PER_SECOND.iter().any(|per| same(seconds * per)));
            said.map(|(_, seconds)| *seconds).or_else(wrong)
        }
        TokenKind::String => {
            let text = name_of(tokens.text(at));
            match lengths(&text).as_slice() {
                [(_, seconds)] => Some(*seconds),
                _ if DateText::is_day(&text) && !text.starts_with("1970-01") => wrong(),
                _ => clock(&text),
            }
        }
        _ => None,
    }
}

/// `seconds` as a column of `unit` keeps them.
fn in_unit(seconds: f64, unit: SpanUnit) -> Option<String> {
    Some(match unit {
        SpanUnit::Since1970 => format!("'{}.000000'", TimeUnit::UnixSeconds.shown(seconds)?),
        unit => {
            let value = seconds * unit.per_second();
            if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value}") }
        }
    })
}

/// The seconds of the only length that is named.
pub(super) fn only(asked: &[(f64, f64)]) -> Option<f64> {
    let [(_, seconds)] = asked else { return None };
    Some(*seconds)
}

/// Whether the number or day at token `at` stands nowhere in the question.
fn is_unsaid(tokens: &Tokens<'_>, at: usize, question: &str) -> bool {
    let literal = name_of(tokens.text(at));
    let said: Vec<&str> = question.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    match tokens.kind(at) {
        Some(TokenKind::Number) => !said.contains(&literal.as_str()),
        _ => literal.get(..4).is_none_or(|year| !said.contains(&year)),
    }
}

/// The lengths of time in a text, as the number that is written and the seconds that it means: "90 minutes", "an hour", "half a day".
pub(super) fn lengths(text: &str) -> Vec<(f64, f64)> {
    let words: Vec<String> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '.'))
        .map(|word| word.trim_matches('.').to_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    let named = |word: &str| if matches!(word, "a" | "an") { Some(1.0) } else { cardinal(word).map(f64::from) };
    let number = |word: &str| word.parse().ok().or_else(|| named(word));
    let mut out = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let Some((_, seconds)) = UNITS.iter().find(|(names, _)| names.contains(&word.as_str())) else { continue };
        let before = |steps: usize| at.checked_sub(steps).and_then(|at| words.get(at)).map(String::as_str);
        let Some(count) = before(1).and_then(number) else { continue };
        let count = if before(2) == Some("half") { count / 2.0 } else { count };
        out.push((count, count * seconds));
        // "between 1 and 2 hours", "1 to 2 hours".
        if let (Some("and" | "to" | "or"), Some(first)) = (before(2), before(3).and_then(number)) {
            out.push((first, first * seconds));
        }
    }
    out
}

/// `HH:MM:SS` in seconds.
fn clock(text: &str) -> Option<f64> {
    let parts: Option<Vec<f64>> = text.split(':').map(|part| part.parse().ok()).collect();
    match parts?.as_slice() {
        [hours, minutes, seconds] => Some(hours * 3_600.0 + minutes * 60.0 + seconds),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, condition: &str, expected: &str) {
        let column = |name: &str, unit| Column { name: name.into(), meaning: Meaning::Span(unit), ..Column::default() };
        let columns = vec![
            column("took", SpanUnit::Micros),
            column("ms", SpanUnit::Millis),
            column("delivery", SpanUnit::Since1970),
            Column { name: "n".into(), ..Column::default() },
            Column { name: "deep_min".into(), holds: Holds::Numbers, samples: vec!["32..139".into()], ..Column::default() },
            Column { name: "temp_min".into(), holds: Holds::Numbers, samples: vec!["-9..19".into()], ..Column::default() },
        ];
        let schema = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
        let sql = |condition: &str| format!("SELECT n FROM t WHERE {condition}");
        check_mended(|sql| mend(sql, &schema, question), &sql(condition), &sql(expected), question);
    }

    #[test]
    fn a_length_of_the_question_is_put_into_the_columns_unit() {
        check("longer than an hour", "took > 1", "took > 3600000000");
        check("longer than an hour", "took > 3600", "took > 3600000000");
        check("longer than an hour", "took > 60", "took > 3600000000");
        check("longer than an hour", "took > 3600000000", "took > 3600000000");
        check("longer than an hour", "took > 60 * 60 * 1000", "took > 3600000000");
        check("longer than ten seconds", "ms > 10", "ms > 10000");
        check("longer than eleven seconds", "ms > 11", "ms > 11000");
        check("more than five days", "delivery > 5", "delivery > '1970-01-06 00:00:00.000000'");
        check("between 1 and 2 hours", "took BETWEEN 1 AND 2", "took BETWEEN 3600000000 AND 7200000000");
        check("half an hour", "30 <= took", "1800000000 <= took");
        check("", "took > '1 day'", "took > 86400000000");
        check("", "ms > '01:00:00'", "ms > 3600000");
    }

    #[test]
    fn a_lone_number_or_day_that_the_question_does_not_say_is_its_length() {
        check("more than ten hours", "took > 10000000000", "took > 36000000000");
        check("longer than an hour", "took > 7", "took > 3600000000");
        check("more than five days", "delivery > '2022-05-01 00:00:00'", "delivery > '1970-01-06 00:00:00.000000'");
        check("more than five days in 2022", "delivery > '2022-05-01'", "delivery > '2022-05-01'");
        check("longer than an hour, or 7", "took > 7", "took > 7");
        check("longer than an hour", "took > 7 AND ms < 9", "took > 7 AND ms < 9");
        check("between 1 and 3 hours", "took > 7", "took > 7");
    }

    #[test]
    fn a_name_says_what_is_kept() {
        check("more than an hour of deep sleep", "deep_min > 1", "deep_min > 60");
        check("more than an hour of deep sleep", "deep_min > 60", "deep_min > 60");
        check("below 1 for an hour", "temp_min < 1", "temp_min < 1");
        check("longer than 2 seconds", "json_extract(n, '$.a.duration_ms') > 2", "json_extract(n, '$.a.duration_ms') > 2000");
        check("longer than 2 seconds", "n ->> '$.took_ms' BETWEEN 2 AND 9", "n ->> '$.took_ms' BETWEEN 2000 AND 9");
        check("longer than 2 seconds", "n ->> 'tookMs' > 2000", "n ->> 'tookMs' > 2000");
        check("longer than 2 seconds", "n ->> 'items' > 2", "n ->> 'items' > 2");
    }

    #[test]
    fn what_is_no_length_of_the_question_stays() {
        check("took more than 5", "took > 5", "took > 5");
        check("longer than an hour", "n > 1", "n > 1");
        check("longer than an hour", "took > 1 * 3600000000", "took > 1 * 3600000000");
        check("longer than an hour", "took > 0", "took > 0");
        check("longer than usual", "took > 7", "took > 7");
    }
}
