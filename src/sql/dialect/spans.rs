//! Counts of units between two dates: `DATEDIFF`, `TIMESTAMPDIFF` and their kin.

use super::shifts::days_between;
use super::sight::{Edits, Sight};
use crate::sql::lex::{TokenKind, name_of};

/// Units that differences are counted in, without an `s` behind them.
const COUNTED_UNITS: [&str; 24] = [
    "decade",
    "century",
    "year",
    "yy",
    "yyyy",
    "quarter",
    "qq",
    "q",
    "month",
    "mm",
    "m",
    "week",
    "wk",
    "ww",
    "day",
    "dd",
    "d",
    "hour",
    "hh",
    "minute",
    "mi",
    "second",
    "ss",
    "microsecond",
];

pub(super) fn rewrite(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    let call = tokens.call(at)?;
    let name = tokens.text(at).to_ascii_lowercase();
    let argument = |n: usize| call.arguments.get(n).map(|range| tokens.piece(range.clone())).unwrap_or_default();
    // A unit is a bare word or a text.
    let unit = |n: usize| {
        let range = call.arguments.get(n).filter(|range| range.len() == 1)?;
        let word = name_of(tokens.text(range.start)).to_ascii_lowercase();
        let word = word.strip_prefix("sql_tsi_").unwrap_or(&word);
        let word = word.strip_suffix('s').filter(|word| COUNTED_UNITS.contains(word)).unwrap_or(word);
        COUNTED_UNITS.contains(&word).then(|| word.to_owned())
    };
    let written = |n: usize| call.arguments.get(n).is_some_and(|range| tokens.kind(range.start) == Some(TokenKind::String));
    let to = match (name.as_str(), call.arguments.len()) {
        ("datediff" | "date_diff", 2) => days_between(argument(1), argument(0)),
        ("timestampdiff", 3) if !written(0) => format!("timestampdiff('{}', {}, {})", unit(0)?, argument(1), argument(2)),
        ("datediff" | "date_diff" | "timestamp_diff", 3) => {
            let unit_first = unit(0).is_some();
            let (unit, from, to) = match unit(0) {
                Some(unit) => (unit, argument(1), argument(2)),
                // BigQuery has the later one first and the unit last.
                None => (unit(2)?, argument(1), argument(0)),
            };
            match unit.as_str() {
                "day" | "dd" | "d" => days_between(from, to),
                _ if name == "date_diff" && written(0) && unit_first => return None,
                _ => format!("date_diff('{unit}', {from}, {to})"),
            }
        }
        _ => return None,
    };
    Some(vec![(tokens.bytes(at..call.close + 1), to)])
}
