//! Moments that a model reckoned as numbers: `added >= 1677000000` for "2023 or later", `at BETWEEN 1683040000000 AND 1693040000000` for "in
//! 2024". A model writes the digits of a moment that it remembers, not those of the day that is asked for.
//!
//! Only where the question names one year or month, and the query bounds one column that counts time by numbers, or the seconds of it: they
//! are the bounds that the question names. Beside a column they are written as dates, which [`super::times`] compares with what it counts.

use std::collections::HashMap;
use std::ops::Range;

use super::period::{Period, Reach};
use crate::schema::{Column, DateText, Holds, Meaning, Schema, SpanUnit, TimeUnit};
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

/// What a number is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Operand {
    /// A column that counts one of these.
    Column(Vec<TimeUnit>),
    /// A column of numbers that are no moments; a date may be meant that another column keeps.
    Other,
    /// Something that is computed, in seconds since 1970.
    Seconds,
}

/// A number that bounds a column, or what is computed from it.
struct Bounded {
    /// The tokens of the operand.
    operand: Range<usize>,
    of: Operand,
    /// The token of the operator; `None` within BETWEEN.
    operator: Option<usize>,
    /// The token of the number.
    number: usize,
    bound: Bound,
    /// The moment that it stands for, in seconds since 1970.
    moment: f64,
}

/// `sql` with the bounds that `question` names where it has other moments as numbers, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let Some((period, reach)) = Period::asked(question) else { return unchanged() };
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let columns = resolution.columns(operand);
    let tokens = Tokens::new(sql);
    let bounds: Vec<Bounded> = (0..tokens.len()).flat_map(|at| bounded(&tokens, at, &columns)).collect();
    edited(sql, ChangeKind::Date, said(&tokens, &bounds, period, reach).unwrap_or_default())
}

/// What a column is to numbers beside it.
fn operand(column: &Column) -> Option<Operand> {
    match &column.meaning {
        Meaning::Time(times) if !times.is_open() && !matches!(times.unit(), TimeUnit::YearMonthDay | TimeUnit::YearMonthDayTime) => {
            Some(Operand::Column(vec![times.unit()]))
        }
        Meaning::Span(unit) if *unit != SpanUnit::Since1970 => Some(Operand::Other),
        Meaning::Plain if column.holds == Holds::Numbers => Some(Operand::Other),
        _ => None,
    }
}

/// The numbers that the operator at token `at` bounds something by.
fn bounded(tokens: &Tokens<'_>, at: usize, columns: &HashMap<usize, Operand>) -> Vec<Bounded> {
    let one = |operator: Option<usize>, number: usize, bound: Bound| {
        let (operand, of) = operand_before(tokens, at, columns)?;
        let value: f64 = tokens.text(number).parse().ok().filter(|_| tokens.kind(number) == Some(TokenKind::Number))?;
        let units = match &of {
            // Seconds are what a model remembers, whatever the column counts.
            Operand::Column(units) => [units.as_slice(), &[TimeUnit::UnixSeconds]].concat(),
            Operand::Other => vec![TimeUnit::UnixSeconds, TimeUnit::UnixMillis],
            Operand::Seconds => vec![TimeUnit::UnixSeconds],
        };
        let moment = units.iter().find_map(|unit| unit.to_unix_seconds(value).filter(|seconds| MOMENTS.contains(seconds)))?;
        (!computes(tokens.text(number + 1))).then_some(Bounded { operand, of, operator, number, bound, moment })
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

/// What stands before token `at`: a column, the call that makes seconds of one, or one divided into seconds.
fn operand_before(tokens: &Tokens<'_>, at: usize, columns: &HashMap<usize, Operand>) -> Option<(Range<usize>, Operand)> {
    let start = tokens.operand_before(at)?;
    let column = |range: Range<usize>| {
        let is_name = range.len() == 1 || (range.len() == 3 && tokens.text(range.start + 1) == ".");
        range.clone().find_map(|at| columns.get(&tokens.bytes(at..at + 1).start)).filter(|_| is_name)
    };
    if tokens.is(start, &["unixepoch"]) && tokens.call(start).is_some_and(|call| call.close + 1 == at) {
        return (!computes(tokens.before(start))).then_some((start..at, Operand::Seconds));
    }
    if tokens.before(start) == "/" {
        let first = tokens.operand_before(start - 1).filter(|first| !computes(tokens.before(*first)))?;
        let Operand::Column(units) = column(first..start - 1)? else { return None };
        let per_second = match units.as_slice() {
            [TimeUnit::UnixMillis] => 1e3,
            [TimeUnit::UnixMicros] => 1e6,
            [TimeUnit::UnixNanos] => 1e9,
            _ => return None,
        };
        return (at - start == 1 && tokens.text(start).parse() == Ok(per_second)).then_some((first..at, Operand::Seconds));
    }
    let of = column(start..at).filter(|_| !computes(tokens.before(start)))?;
    Some((start..at, of.clone()))
}

fn computes(text: &str) -> bool {
    matches!(text, "+" | "-" | "*" | "/" | "%" | "||")
}

/// The bounds that the question names in the place of `bounds`; `None` where these are they, or something else is bounded.
fn said(tokens: &Tokens<'_>, bounds: &[Bounded], period: Period, reach: Reach) -> Option<Vec<(Range<usize>, String)>> {
    let (first, next) = (period.first_day(), period.next().first_day());
    let (begins, ends) = (seconds_of(&first)?, seconds_of(&next)?);
    let (lower, upper) = match bounds {
        [only] if only.bound == Bound::Lower => (Some(only), None),
        [only] => (None, Some(only)),
        [lower, upper] if lower.bound == Bound::Lower && upper.bound != Bound::Lower => (Some(lower), Some(upper)),
        _ => return None,
    };
    let day = |bounded: &Bounded, day: &str, seconds: f64| match bounded.of {
        Operand::Seconds => format!("{seconds:.0}"),
        _ => string_literal(day),
    };
    // The operator of a single bound is the question's too. A large number may be no moment.
    let single = |bounded: &Bounded, operator: &str, text: &str, seconds: f64| {
        let at = bounded.operator.filter(|_| bounded.moment != seconds && bounded.of != Operand::Other)?;
        Some(vec![(tokens.bytes(at..bounded.number + 1), format!("{operator} {}", day(bounded, text, seconds)))])
    };
    match (reach, lower, upper) {
        (Reach::Within, Some(lower), None) => {
            let at = lower.operator.filter(|_| lower.of != Operand::Other)?;
            if lower.of != Operand::Seconds {
                return Some(vec![(tokens.bytes(at..lower.number + 1), format!(">= {}", string_literal(&first)))]);
            }
            let operand = tokens.piece(lower.operand.clone());
            let both = format!("({operand} >= {begins:.0} AND {operand} < {ends:.0})");
            Some(vec![(tokens.bytes(lower.operand.start..lower.number + 1), both)])
        }
        (Reach::Within, Some(lower), Some(upper)) => {
            let same = tokens.piece(lower.operand.clone()) == tokens.piece(upper.operand.clone());
            if !same || lower.moment == begins && (ends - DAY..=ends).contains(&upper.moment) {
                return None;
            }
            let replaced = |bounded: &Bounded, operator: &str, text: String| match bounded.operator {
                Some(at) => (tokens.bytes(at..bounded.number + 1), format!("{operator} {text}")),
                None => (tokens.bytes(bounded.number..bounded.number + 1), text),
            };
            let end = match (upper.operator, &upper.of) {
                (Some(_), _) => day(upper, &next, ends),
                (None, Operand::Seconds) => format!("{:.0}", ends - 1.0),
                (None, _) => string_literal(&TimeUnit::UnixDays.shown((ends / DAY) - 1.0)?),
            };
            Some(vec![replaced(lower, ">=", day(lower, &first, begins)), replaced(upper, "<", end)])
        }
        (Reach::From, Some(lower), None) => single(lower, ">=", &first, begins),
        (Reach::After, Some(lower), None) => single(lower, ">=", &next, ends),
        (Reach::Before, None, Some(upper)) => single(upper, "<", &first, begins),
        (Reach::UpTo, None, Some(upper)) => single(upper, "<", &next, ends),
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
    use crate::schema::{Table, Times};
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
            Column { name: "n".into(), holds: Holds::Numbers, ..Column::default() },
        ];
        let schema = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
        let sql = |condition: &str| format!("SELECT n FROM t WHERE {condition}");
        check_mended(|sql| mend(sql, &schema, question), &sql(condition), &sql(expected), question);
    }

    #[test]
    fn seconds_are_remembered_of_what_counts_milliseconds() {
        check("How many were born before 1990?", "ms < 1960000000", "ms < '1990-01-01'");
        check("How many after 2020?", "ms > 1577836800", "ms >= '2021-01-01'");
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
    fn so_do_numbers_beside_seconds_and_beside_other_numbers() {
        let of = |seconds: &str| format!("({seconds} >= 1704067200 AND {seconds} < 1735689600)");
        check("How many in 2024?", "ms / 1000 > 1680000000", &of("ms / 1000"));
        check("How many in 2024?", "unixepoch(ms / 1000, 'unixepoch') >= 1704067200", &of("unixepoch(ms / 1000, 'unixepoch')"));
        check(
            "How many in 2024?",
            "ms / 1000 >= 1680000000 AND ms / 1000 < 1728000000",
            "ms / 1000 >= 1704067200 AND ms / 1000 < 1735689600",
        );
        check("How many in 2024?", "n BETWEEN 1683040000 AND 1693040000", "n BETWEEN '2024-01-01' AND '2024-12-31'");
        check("How many in 2024?", "ms / 1000 BETWEEN 1683040000 AND 1693040000", "ms / 1000 BETWEEN 1704067200 AND 1735689599");
        check("How many since 2024?", "ms / 1000 >= 1683040000", "ms / 1000 >= 1704067200");
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
