//! A length that is answered in another unit than the question asks for: "how many hours ..." over a column of microseconds.
//!
//! What a query returns as it is kept, a column of lengths, one moment less another or an aggregate of such, is brought into a unit that the
//! question asks for by name; a unit beside a number ("longer than two hours") asks for nothing. What it divides by another unit's number
//! (`sum(took) / 3600` over microseconds) is divided by the right one.

use std::collections::HashMap;
use std::ops::Range;

use crate::schema::{Schema, SpanUnit, Times};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::resolve::resolve;
use crate::sql::stretch::unit_asked;
use crate::sql::tokens::Tokens;

/// Aggregates whose value is a length where they are of lengths.
const AGGREGATES: [&str; 5] = ["sum", "avg", "min", "max", "total"];

/// What people divide lengths by to have them in another unit.
const FACTORS: [f64; 16] = [24.0, 60.0, 1e3, 1_440.0, 3_600.0, 6e4, 86_400.0, 1e6, 3.6e6, 6e7, 8.64e7, 1e9, 3.6e9, 6e10, 8.64e10, 3.6e12];

/// Values inside values that are looked into.
const MOST_NESTED: usize = 8;

/// What a column keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// Lengths of time.
    Length(SpanUnit),
    /// Moments, whose differences are lengths in this unit.
    Moment(SpanUnit),
}

/// `sql` with the lengths that it returns in the unit that `question` asks for, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let Some(seconds) = unit_asked(question) else { return unchanged() };
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let columns = resolution.columns(|column| {
        let length = column.meaning.span().filter(|unit| *unit != SpanUnit::Since1970).map(Kept::Length);
        length.or_else(|| column.meaning.times().filter(|times| !times.mixed).and_then(Times::between).map(Kept::Moment))
    });
    let tokens = Tokens::new(sql);
    if !tokens.is(0, &["select"]) {
        return unchanged();
    }
    let Some(items) = tokens.arm(0).and_then(|arm| arm.items(&tokens)) else { return unchanged() };
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for item in items {
        if let Some(edit) = divided(&tokens, item.clone(), &columns, seconds) {
            edits.push(edit);
            continue;
        }
        let Some((value, unit)) = length(&tokens, item, &columns) else { continue };
        let parts = unit.per_second() * seconds;
        if (parts - 1.0).abs() > 1e-9 {
            let piece = tokens.piece(value.clone());
            let from = if tokens.split(value.clone(), "-").len() > 1 { format!("({piece})") } else { piece.to_owned() };
            let to = if parts > 1.0 { format!("{from} / {parts:.1}") } else { format!("{from} * {:.1}", 1.0 / parts) };
            edits.push((tokens.bytes(value), to));
        }
    }
    edited(sql, ChangeKind::Unit, edits)
}

/// What a length is divided by in a returned item, with or without an aggregate around both, where that is the number of another unit than
/// the one with `seconds`: its bytes, and what is to stand there.
fn divided(tokens: &Tokens<'_>, item: Range<usize>, columns: &HashMap<usize, Kept>, seconds: f64) -> Option<(Range<usize>, String)> {
    let end = tokens.find(item.clone(), &["as"]).unwrap_or(item.end);
    let mut value = item.start..end;
    if tokens.is(value.start, &["round"])
        && let Some(call) = tokens.call(value.start).filter(|call| call.close + 1 == value.end)
    {
        value = call.arguments.first()?.clone();
    }
    if let Some(call) = tokens.call(value.start).filter(|call| call.close + 1 == value.end && tokens.is(value.start, &AGGREGATES)) {
        let [argument] = call.arguments.as_slice() else { return None };
        value = argument.clone();
    }
    let parts = tokens.split(value, "/");
    let [kept, by @ ..] = parts.as_slice() else { return None };
    let (first, last) = (by.first()?, by.last()?);
    let number = |range: &Range<usize>| if range.len() == 1 { tokens.text(range.start).parse::<f64>().ok() } else { None };
    let by = by.iter().map(number).product::<Option<f64>>()?;
    let unit = unit_of(tokens, kept.clone(), columns, MOST_NESTED)?;
    let right = unit.per_second() * seconds;
    let is_another = FACTORS.contains(&by) && (by / right - 1.0).abs() > 1e-9;
    match () {
        () if is_another && right > 1.0 => Some((tokens.bytes(first.start..last.end), format!("{right:.1}"))),
        // Days that were taken for seconds.
        () if is_another && right < 1.0 => Some((tokens.bytes(first.start - 1..last.end), format!("* {:.1}", 1.0 / right))),
        () => None,
    }
}

/// The part of a returned item that is a length as it is kept, an alias left out, and its unit.
fn length(tokens: &Tokens<'_>, item: Range<usize>, columns: &HashMap<usize, Kept>) -> Option<(Range<usize>, SpanUnit)> {
    let end = tokens.find(item.clone(), &["as"]).unwrap_or(item.end);
    let value = item.start..end;
    Some((value.clone(), unit_of(tokens, value, columns, MOST_NESTED)?))
}

/// The unit of the length that tokens `value` make: a column of lengths, one moment less another, an aggregate of such, or a CASE that
/// gives such, or nothing.
fn unit_of(tokens: &Tokens<'_>, value: Range<usize>, columns: &HashMap<usize, Kept>, nested: usize) -> Option<SpanUnit> {
    let nested = nested.checked_sub(1)?;
    let last = value.end.checked_sub(1).filter(|last| value.contains(last))?;
    if tokens.text(value.start) == "(" && tokens.close(value.start) == Some(last) {
        return unit_of(tokens, value.start + 1..last, columns, nested);
    }
    if let Some(call) = tokens.call(value.start).filter(|call| call.close == last) {
        let [argument, rest @ ..] = call.arguments.as_slice() else { return None };
        let handed = match rest {
            [] if tokens.is(value.start, &["cast"]) => argument.start..tokens.find(argument.clone(), &["as"])?,
            [] if tokens.is(value.start, &AGGREGATES) => argument.clone(),
            [other] if tokens.is(value.start, &["coalesce", "ifnull", "nullif"]) && is_nothing(tokens, other.clone()) => argument.clone(),
            _ => return None,
        };
        return unit_of(tokens, handed, columns, nested);
    }
    if tokens.is(value.start, &["case"]) && tokens.is(last, &["end"]) {
        return unit_of_case(tokens, value.start + 1..last, columns, nested);
    }
    let kept = |range: Range<usize>| {
        // A name, or one behind its table: where a reference begins at its last part, the parts before are no tokens of another value.
        let is_name = range.len() == 1 || (range.len() == 3 && tokens.text(range.start + 1) == ".");
        range.clone().find_map(|at| columns.get(&tokens.bytes(at..at + 1).start)).filter(|_| is_name)
    };
    // 0 that stands for "never" is left out of both; days of text are days.
    let moment = |mut range: Range<usize>| {
        let mut call = tokens.call(range.start).filter(|call| call.close + 1 == range.end);
        if let ([argument], true) = (call.as_ref().map_or(&[][..], |call| &call.arguments), tokens.is(range.start, &["cast"])) {
            range = argument.start..tokens.find(argument.clone(), &["as"])?;
            call = tokens.call(range.start).filter(|call| call.close + 1 == range.end);
        }
        if call.is_some() && tokens.is(range.start, &["julianday"]) {
            return Some(Kept::Moment(SpanUnit::Days));
        }
        let call = call.filter(|_| tokens.is(range.start, &["nullif", "min", "max"]));
        kept(call.and_then(|call| call.arguments.into_iter().next()).unwrap_or(range)).copied()
    };
    if let [later, earlier] = tokens.split(value.clone(), "-").as_slice() {
        return match (moment(later.clone())?, moment(earlier.clone())?) {
            (Kept::Moment(one), Kept::Moment(other)) if one == other => Some(one),
            _ => None,
        };
    }
    match kept(value)? {
        Kept::Length(unit) => Some(*unit),
        Kept::Moment(_) => None,
    }
}

/// The unit of what every branch of a CASE gives, those left out that give nothing; `inside` is between CASE and END.
fn unit_of_case(tokens: &Tokens<'_>, inside: Range<usize>, columns: &HashMap<usize, Kept>, nested: usize) -> Option<SpanUnit> {
    if tokens.find(inside.clone(), &["case"]).is_some() {
        return None;
    }
    let mut given: Vec<Range<usize>> = Vec::new();
    let mut at = inside.start;
    while let Some(then) = tokens.find(at..inside.end, &["then", "else"]) {
        let end = tokens.find(then + 1..inside.end, &["when", "else"]).unwrap_or(inside.end);
        given.push(then + 1..end);
        at = end;
    }
    let mut units =
        given.into_iter().filter(|range| !is_nothing(tokens, range.clone())).map(|range| unit_of(tokens, range, columns, nested));
    let first = units.next()??;
    units.all(|unit| unit == Some(first)).then_some(first)
}

/// Zero, or NULL.
fn is_nothing(tokens: &Tokens<'_>, value: Range<usize>) -> bool {
    value.len() == 1 && (tokens.is(value.start, &["null"]) || tokens.text(value.start).parse() == Ok(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Meaning, Table, TimeUnit};
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let column = |name: &str, unit| Column { name: name.into(), meaning: Meaning::Span(unit), ..Column::default() };
        let moment = |name: &str, unit| {
            let times = Times { units: vec![unit], mixed: false, never: false, first: "2024-01-01".into(), last: "2024-12-31".into() };
            Column { name: name.into(), meaning: Meaning::Time(times), ..Column::default() }
        };
        let columns = vec![
            column("took", SpanUnit::Micros),
            column("length", SpanUnit::Seconds),
            column("days", SpanUnit::Days),
            Column { name: "n".into(), ..Column::default() },
            moment("began", TimeUnit::UnixSeconds),
            moment("ended", TimeUnit::UnixSeconds),
            moment("seen", TimeUnit::UnixMillis),
        ];
        let schema = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn lengths_are_returned_in_the_unit_asked_for() {
        check("How many hours did they work in total?", "SELECT SUM(took) FROM t", "SELECT SUM(took) / 3600000000.0 FROM t");
        check("How many hours?", "SELECT n, sum(T.took) AS h FROM t AS T", "SELECT n, sum(T.took) / 3600000000.0 AS h FROM t AS T");
        check("How many minutes of music?", "SELECT n, SUM(length) FROM t GROUP BY n", "SELECT n, SUM(length) / 60.0 FROM t GROUP BY n");
        check("the length of each in minutes", "SELECT n, length FROM t", "SELECT n, length / 60.0 FROM t");
        check("in hours", "SELECT avg(days) FROM t", "SELECT avg(days) * 24.0 FROM t");
        check("average minutes of each", "SELECT n, avg(length) FROM t GROUP BY n", "SELECT n, avg(length) / 60.0 FROM t GROUP BY n");
    }

    #[test]
    fn so_are_differences_of_moments_and_what_a_case_gives() {
        let hours = "How many hours did they take in total?";
        check(hours, "SELECT sum(ended - began) FROM t", "SELECT sum(ended - began) / 3600.0 FROM t");
        check(hours, "SELECT max(ended) - min(began) FROM t", "SELECT (max(ended) - min(began)) / 3600.0 FROM t");
        check(hours, "SELECT julianday(ended) - julianday(began) FROM t", "SELECT (julianday(ended) - julianday(began)) * 24.0 FROM t");
        check(hours, "SELECT n, ended - began AS h FROM t", "SELECT n, (ended - began) / 3600.0 AS h FROM t");
        check(
            hours,
            "SELECT sum(CAST(x.ended - x.began AS REAL)) FROM t x",
            "SELECT sum(CAST(x.ended - x.began AS REAL)) / 3600.0 FROM t x",
        );
        let cast = "sum(CAST(ended AS REAL) - CAST(began AS REAL))";
        check(hours, &format!("SELECT {cast} FROM t"), &format!("SELECT {cast} / 3600.0 FROM t"));
        check(hours, &format!("SELECT {cast} / 60 FROM t"), &format!("SELECT {cast} / 3600.0 FROM t"));
        let case = "sum(CASE WHEN n = 1 THEN took ELSE 0 END)";
        check(hours, &format!("SELECT {case} FROM t"), &format!("SELECT {case} / 3600000000.0 FROM t"));
        let case = "coalesce(sum(CASE WHEN n = 1 THEN ended - began WHEN n = 2 THEN NULL END), 0)";
        check(hours, &format!("SELECT {case} FROM t"), &format!("SELECT {case} / 3600.0 FROM t"));
        check(hours, "SELECT avg(nullif(ended, 0) - began) FROM t", "SELECT avg(nullif(ended, 0) - began) / 3600.0 FROM t");
        for stays in [
            "SELECT sum(CASE WHEN n = 1 THEN took ELSE 1 END) FROM t",
            "SELECT sum(CASE WHEN n = 1 THEN 1 ELSE 0 END) FROM t",
            "SELECT sum(seen - began) FROM t",
            "SELECT sum(ended) FROM t",
            "SELECT sum(ended - began) / 3600 FROM t",
            "SELECT sum((ended - began) / 3600) FROM t",
        ] {
            check(hours, stays, stays);
        }
    }

    #[test]
    fn what_is_divided_by_another_units_number_is_divided_by_the_right_one() {
        let hours = "How many hours did they work in total?";
        check(hours, "SELECT SUM(t.took / 3600000) AS h FROM t", "SELECT SUM(t.took / 3600000000.0) AS h FROM t");
        check(hours, "SELECT n, SUM(took) / 3600 FROM t GROUP BY n", "SELECT n, SUM(took) / 3600000000.0 FROM t GROUP BY n");
        check(hours, "SELECT SUM(CAST(took AS REAL)) / 1000 / 3600 FROM t", "SELECT SUM(CAST(took AS REAL)) / 3600000000.0 FROM t");
        check(hours, "SELECT round(sum(length) / 60, 1) FROM t", "SELECT round(sum(length) / 3600.0, 1) FROM t");
        let days = "julianday(ended) - julianday(began)";
        check(hours, &format!("SELECT n, sum({days}) / 3600 FROM t"), &format!("SELECT n, sum({days}) * 24.0 FROM t"));
        check("the average in minutes", &format!("SELECT avg(({days}) / 60) FROM t"), &format!("SELECT avg(({days}) * 1440.0) FROM t"));
        for stays in [
            "SELECT SUM(took) / 1000000 / 3600 FROM t",
            "SELECT SUM(length) / 3600 FROM t",
            "SELECT SUM(length) / 5 FROM t",
            "SELECT SUM(length) / n FROM t",
            "SELECT SUM(n) / 60 FROM t",
        ] {
            check(hours, stays, stays);
        }
    }

    #[test]
    fn what_is_asked_for_already_or_not_at_all_stays() {
        let check = |question, sql| check(question, sql, sql);
        check("How many hours did they work in total?", "SELECT SUM(took) / 3600000000.0 FROM t");
        check("How many took longer than two hours?", "SELECT COUNT(*) FROM t WHERE took > 7200000000");
        check("Which took longer than two hours?", "SELECT n, took FROM t WHERE took > 7200000000");
        check("How many hours, and how many minutes?", "SELECT SUM(took) FROM t");
        check("How many seconds?", "SELECT SUM(length) FROM t");
        check("How many hours?", "SELECT SUM(n) FROM t");
        check("How many hours?", "SELECT COUNT(took) FROM t");
        check("How many hours?", "SELECT MAX(took, n) FROM t");
        check("How long?", "SELECT SUM(took) FROM t");
        check("How many hours?", "SELEC");
    }
}
