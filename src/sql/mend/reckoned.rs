//! Moments that a model reckoned as numbers: `added >= 1677000000` for "2023 or later", `at BETWEEN 1683040000000 AND 1693040000000` for "in
//! 2024". A model writes the digits of a moment that it remembers, not those of the day that is asked for.
//!
//! Only where the question names one year or month, and the query bounds one column that counts time by numbers: they are the bounds that the
//! question names, and are written as dates, which [`super::times`] compares with what the column counts.

use std::collections::HashMap;
use std::ops::Range;

use super::period::{Period, Reach};
use crate::schema::{DateText, Meaning, Schema, SpanUnit, TimeUnit};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::TokenKind;
use crate::sql::quote::string_literal;
use crate::sql::resolve::resolve;
use crate::sql::tokens::Tokens;

/// Unix seconds that a number is taken for a moment within: 1980 to 2100.
const MOMENTS: Range<f64> = 315_532_800.0..4_102_444_800.0;
/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// Which end of a period a number stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    /// `>`, `>=`.
    Lower,
    /// `<`: nothing from there on.
    Upper,
    /// `<=`, the end of BETWEEN: the last that counts.
    Last,
}

/// A number that bounds a column.
struct Bounded {
    /// The column as it is written.
    column: String,
    /// The token of the operator; `None` within BETWEEN.
    operator: Option<usize>,
    /// The token of the number.
    number: usize,
    bound: Bound,
    /// The moment that it stands for, in seconds since 1970.
    moment: f64,
}

/// `sql` with the bounds that `question` names where it has other moments as numbers, and the changes in order.
pub(super) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let Some((period, reach)) = Period::asked(question) else { return unchanged() };
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let known = resolution.references.iter().filter_map(|reference| {
        let column = resolution.source(reference)?.table()?.column(&reference.name.text)?;
        Some((reference.range.start, units(&column.meaning)?))
    });
    let columns: HashMap<usize, Vec<TimeUnit>> = known.collect();
    if columns.is_empty() {
        return unchanged();
    }
    let tokens = Tokens::new(sql);
    let bounds: Vec<Bounded> = (0..tokens.len()).flat_map(|at| bounded(&tokens, at, &columns)).collect();
    edited(sql, ChangeKind::Date, said(&tokens, &bounds, period, reach).unwrap_or_default())
}

/// What numbers beside a column may count: its own unit, or, beside a length of time, what moments are mostly kept in.
fn units(meaning: &Meaning) -> Option<Vec<TimeUnit>> {
    match meaning {
        Meaning::Time(times) if !times.is_open() && !matches!(times.unit(), TimeUnit::YearMonthDay | TimeUnit::YearMonthDayTime) => {
            Some(vec![times.unit()])
        }
        Meaning::Span(unit) if *unit != SpanUnit::Since1970 => Some(vec![TimeUnit::UnixSeconds, TimeUnit::UnixMillis]),
        _ => None,
    }
}

/// The numbers that the operator at token `at` bounds a column by.
fn bounded(tokens: &Tokens<'_>, at: usize, columns: &HashMap<usize, Vec<TimeUnit>>) -> Vec<Bounded> {
    let found = || {
        let start = tokens.operand_before(at)?;
        let is_name = at - start == 1 || (at - start == 3 && tokens.text(start + 1) == ".");
        let units = (start..at).find_map(|at| columns.get(&tokens.bytes(at..at + 1).start)).filter(|_| is_name)?;
        let computes = |text: &str| matches!(text, "+" | "-" | "*" | "/" | "%" | "||");
        (!computes(tokens.before(start))).then_some((tokens.piece(start..at), units))
    };
    let one = |operator: Option<usize>, number: usize, bound: Bound| {
        let (column, units) = found()?;
        let value: f64 = tokens.text(number).parse().ok().filter(|_| tokens.kind(number) == Some(TokenKind::Number))?;
        let moment = units.iter().find_map(|unit| unit.to_unix_seconds(value).filter(|seconds| MOMENTS.contains(seconds)))?;
        let goes_on = matches!(tokens.text(number + 1), "+" | "-" | "*" | "/" | "%" | "||");
        (!goes_on).then(|| Bounded { column: column.to_owned(), operator, number, bound, moment })
    };
    let all = match tokens.text(at).to_ascii_lowercase().as_str() {
        ">" | ">=" => vec![one(Some(at), at + 1, Bound::Lower)],
        "<" => vec![one(Some(at), at + 1, Bound::Upper)],
        "<=" => vec![one(Some(at), at + 1, Bound::Last)],
        "between" if tokens.is(at + 2, &["and"]) && !tokens.is(at.wrapping_sub(1), &["not"]) => {
            vec![one(None, at + 1, Bound::Lower), one(None, at + 3, Bound::Last)]
        }
        _ => Vec::new(),
    };
    all.into_iter().flatten().collect()
}

/// The bounds that the question names in the place of `bounds`; `None` where these are they, or something else is bounded.
fn said(tokens: &Tokens<'_>, bounds: &[Bounded], period: Period, reach: Reach) -> Option<Vec<(Range<usize>, String)>> {
    let (first, next) = (period.first_day(), period.next().first_day());
    let (begins, ends) = (seconds_of(&first)?, seconds_of(&next)?);
    let whole = |from: usize, to: usize, sql: String| (tokens.bytes(from..to), sql);
    // The operator of a single bound is the question's too.
    let single = |bounded: &Bounded, operator: &str, day: &str, right: Option<f64>| {
        let at = bounded.operator.filter(|_| Some(bounded.moment) != right)?;
        Some(vec![whole(at, bounded.number + 1, format!("{operator} {}", string_literal(day)))])
    };
    match (reach, bounds) {
        (Reach::Within, [lower]) if lower.bound == Bound::Lower => single(lower, ">=", &first, None),
        (Reach::Within, [lower, upper]) if lower.bound == Bound::Lower && upper.bound != Bound::Lower && lower.column == upper.column => {
            if lower.moment == begins && (ends - DAY..=ends).contains(&upper.moment) {
                return None;
            }
            let from = lower.operator.map_or_else(
                || whole(lower.number, lower.number + 1, string_literal(&first)),
                |at| whole(at, lower.number + 1, format!(">= {}", string_literal(&first))),
            );
            let to = match upper.operator {
                Some(at) => whole(at, upper.number + 1, format!("< {}", string_literal(&next))),
                None => whole(upper.number, upper.number + 1, string_literal(&TimeUnit::UnixDays.shown((ends / DAY) - 1.0)?)),
            };
            Some(vec![from, to])
        }
        (Reach::From, [lower]) if lower.bound == Bound::Lower => single(lower, ">=", &first, Some(begins)),
        (Reach::After, [lower]) if lower.bound == Bound::Lower => single(lower, ">=", &next, Some(ends)),
        (Reach::Before, [upper]) if upper.bound != Bound::Lower => single(upper, "<", &first, Some(begins)),
        (Reach::UpTo, [upper]) if upper.bound != Bound::Lower => single(upper, "<", &next, Some(ends)),
        _ => None,
    }
}

/// A day in seconds since 1970.
fn seconds_of(day: &str) -> Option<f64> {
    DateText::is_day(day).then_some(())?;
    TimeUnit::YearMonthDay.to_unix_seconds(day.replace('-', "").parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Table, Times};
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, condition: &str, expected: &str) {
        let moment = |name: &str, unit| {
            let times = Times { units: vec![unit], mixed: false, never: false, first: "2020-01-01".into(), last: "2025-12-31".into() };
            Column { name: name.into(), meaning: Meaning::Time(times), ..Column::default() }
        };
        let columns = vec![
            moment("at", TimeUnit::UnixSeconds),
            moment("ms", TimeUnit::UnixMillis),
            moment("seen", TimeUnit::WebKitMicros),
            Column { name: "took".into(), meaning: Meaning::Span(SpanUnit::Millis), ..Column::default() },
            Column { name: "n".into(), ..Column::default() },
        ];
        let schema = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
        let sql = |condition: &str| format!("SELECT n FROM t WHERE {condition}");
        check_mended(|sql| mend(sql, &schema, question), &sql(condition), &sql(expected), question);
    }

    #[test]
    fn numbers_become_the_bounds_that_the_question_names() {
        check("Which were added in 2023 or later?", "t.at >= 1677000000", "t.at >= '2023-01-01'");
        check("Which were added since 2023?", "at > 1672531199", "at >= '2023-01-01'");
        check("Which were added after 2023?", "at > 1672531200", "at >= '2024-01-01'");
        check("Which were added before March 2023?", "ms < 1677000000000", "ms < '2023-03-01'");
        check("Which were added until 2023?", "ms <= 1672531200000", "ms < '2024-01-01'");
        check("How many in 2024?", "at >= 1680000000 AND at < 1728000000", "at >= '2024-01-01' AND at < '2025-01-01'");
        check("How many in 2024?", "at > 1680000000 AND at <= 1728000000", "at >= '2024-01-01' AND at < '2025-01-01'");
        check("How many in 2024?", "took BETWEEN 1683040000000 AND 1693040000000", "took BETWEEN '2024-01-01' AND '2024-12-31'");
        check("How many in 2024?", "at >= 1704067200 AND n > 3", "at >= '2024-01-01' AND n > 3");
        check("How many in 2024?", "seen > 13350000000000000 AND seen < 13360000000000000", "seen >= '2024-01-01' AND seen < '2025-01-01'");
    }

    #[test]
    fn what_is_right_or_about_something_else_stays() {
        let stays = |question: &str, condition: &str| check(question, condition, condition);
        stays("How many in 2024?", "at >= 1704067200 AND at < 1735689600");
        stays("How many in 2024?", "at BETWEEN 1704067200 AND 1735689599");
        stays("How many since 2024?", "at >= 1704067200");
        stays("How many in 2024?", "at < 1704067200");
        stays("How many in 2024?", "at >= 1680000000 AND ms < 1728000000000");
        stays("How many in 2024?", "at >= 1680000000 + n");
        stays("How many in 2024 took longer?", "took > 60000");
        stays("How many in 2024?", "n > 1680000000");
        stays("How many?", "at > 1680000000");
        stays("How many in 2023 and in 2024?", "at > 1680000000");
    }
}
