//! What a column's name says that it keeps, against what is asked of it: kilograms of a column of grams, the inactive of a column for the active.

use sqlparser::ast::{BinaryOperator, Expr, Value};

use super::unused::is_flag;
use crate::sql::suspicion::read::blocks::Blocks;
use crate::sql::suspicion::read::columns::Columns;
use crate::sql::suspicion::read::expressions::{each_expression, literal};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::units::UNITS;
use crate::sql::suspicion::read::words::Question;
use crate::text::words::{singular, split_name};

/// Units of one measure each: the first names of their entries among [`UNITS`].
const MEASURES: [&[&str]; 3] = [
    &["ms", "s", "min", "h", "day", "week", "month", "year"],
    &["mg", "g", "kg", "ton", "lb", "ounce"],
    &["mm", "cm", "metre", "km", "mile", "foot", "inch", "yard"],
];
/// Units that names of columns shorten in a way that questions do not.
const SHORT: [(&str, &str); 4] = [("m", "metre"), ("msec", "ms"), ("millis", "ms"), ("mi", "mile")];
/// Beginnings of words for the opposite.
const OPPOSITES: [&str; 4] = ["in", "un", "non", "dis"];

pub(in crate::sql::suspicion) fn look(blocks: &Blocks<'_>, columns: &Columns<'_, '_>, question: &Question, out: &mut Vec<Suspicion>) {
    use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq};
    let asked = asked(question);
    for block in &blocks.out {
        for condition in [&block.select.selection, &block.select.having].into_iter().flatten() {
            each_expression(condition, &mut |expr, _| {
                let Expr::BinaryOp { left, op, right } = expr else { return };
                let (Some(named), Some(value)) = (columns.of(left), literal(right)) else { return };
                match (op, value) {
                    (Gt | GtEq | Lt | LtEq | Eq, Value::Number(number, _)) if !is_flag(named.column) => {
                        let Some(kept) = unit_of_name(&named.column.name) else { return };
                        let other =
                            asked.iter().find(|(given, unit)| number.parse() == Ok(*given) && are_alike(kept, unit) && kept != *unit);
                        if let Some((_, unit)) = other {
                            let sentence = format!("{} is kept in {kept}, and is compared with {number} {unit}", named.column.name);
                            suspect(out, SuspicionKind::OtherUnit, sentence);
                        }
                    }
                    (Eq, value) if is_flag(named.column) && is_yes(value) => {
                        if let Some(word) = opposite(&named.column.name, question) {
                            let sentence = format!("the question says {word:?}, and the query takes where {} is yes", named.column.name);
                            suspect(out, SuspicionKind::NothingExcluded, sentence);
                        }
                    }
                    _ => {}
                }
            });
        }
    }
}

/// The first name of the unit that `word` is one of.
fn unit(word: &str) -> Option<&'static str> {
    let of = |word: &str| UNITS.iter().find(|(names, _)| names.contains(&word)).and_then(|(names, _)| names.first().copied());
    of(word).or_else(|| of(singular(word)))
}

/// The unit that the name of a column ends with: `weight_g`, `DurationSeconds`.
fn unit_of_name(name: &str) -> Option<&'static str> {
    let words = split_name(name);
    // One word alone is a unit where it is written out: `grams`, `seconds`.
    let written_out = |word: &String| word.len() > 4 && word.ends_with('s');
    let last = words.last().filter(|last| words.len() > 1 || written_out(last))?;
    // `birth_month` is no length, and `temp_min` no minute.
    if ["day", "week", "month", "year", "min"].contains(&last.as_str()) {
        return None;
    }
    SHORT.iter().find(|(short, _)| short == last).map(|(_, unit)| *unit).or_else(|| unit(last))
}

fn are_alike(one: &str, other: &str) -> bool {
    MEASURES.iter().any(|measure| measure.contains(&one) && measure.contains(&other))
}

/// The numbers of the question that a unit stands right behind.
fn asked(question: &Question) -> Vec<(f64, &'static str)> {
    let spaced: String = question.text.chars().map(|c| if c.is_alphanumeric() || c == '.' { c } else { ' ' }).collect();
    let words: Vec<&str> = spaced.split_whitespace().map(|word| word.trim_matches('.')).collect();
    let mut out = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let digits = word.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(word.len());
        let Some((number, rest)) = word.split_at_checked(digits) else { continue };
        // `5kg` is one word.
        let behind = if rest.is_empty() { words.get(at + 1).copied().unwrap_or_default() } else { rest };
        if let (Ok(number), Some(unit)) = (number.parse(), unit(behind)) {
            out.push((number, unit));
        }
    }
    out
}

fn is_yes(value: &Value) -> bool {
    match value {
        Value::Number(number, _) => number == "1",
        Value::Boolean(yes) => *yes,
        Value::SingleQuotedString(text) => ["t", "y", "yes", "true", "1"].iter().any(|yes| text.eq_ignore_ascii_case(yes)),
        _ => false,
    }
}

/// A word of the question for the opposite of what a flag's name says: "inactive" beside `is_active`.
fn opposite<'q>(name: &str, question: &'q Question) -> Option<&'q str> {
    let named = split_name(name);
    let opposed = |word: &&String| {
        OPPOSITES
            .iter()
            .filter_map(|beginning| word.strip_prefix(beginning))
            .any(|rest| rest.len() > 2 && named.iter().any(|own| own == rest))
    };
    // "Not inactive" is active again.
    let negated = question.has_any(&["not", "never", "no", "isn", "aren"]);
    question.words.iter().find(opposed).filter(|_| !negated).map(String::as_str)
}
