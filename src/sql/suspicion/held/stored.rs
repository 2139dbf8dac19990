//! What a column holds against what the query takes it for: SQLite compares numbers, texts and dates of any form without an error.

use std::collections::HashMap;

use sqlparser::ast::{BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, OrderByKind, Query, Value};

use super::shapes;
use crate::schema::{Column, DateText, Holds, Meaning, Schema};
use crate::sql::mend::dates::times::open_questions;
use crate::sql::mend::values::written;
use crate::sql::resolve::Resolution;
use crate::sql::suspicion::read::expressions::literal;
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::tree::Places;
use crate::sql::visitor::{Visitor, visit};

/// A number that every value of a column exceeds so many times is of another unit.
const OTHER_UNIT: f64 = 1_000.0;
/// Years that columns keep, and numbers that are none of them.
const YEARS: std::ops::RangeInclusive<f64> = 1_500.0..=2_100.0;
const NO_YEAR: f64 = 150.0;
/// Functions that read a date, with the place of the date among their arguments.
const DATE_FUNCTIONS: [(&str, usize); 6] = [("date", 0), ("datetime", 0), ("time", 0), ("julianday", 0), ("unixepoch", 0), ("strftime", 1)];

pub(in crate::sql::suspicion) fn look(
    query: &Query,
    sql: &str,
    schema: &Schema,
    resolution: &Resolution<'_>,
    places: &Places<'_>,
    out: &mut Vec<Suspicion>,
) {
    let columns = resolution.references.iter().filter_map(|reference| {
        let column = resolution.source(reference)?.table()?.column(&reference.name.text)?;
        Some((reference.range.start, column))
    });
    let mut stored = Stored { places, columns: columns.collect(), out };
    visit(query, &mut stored);
    for (name, times) in open_questions(sql, schema) {
        let units: Vec<&str> = times.units.iter().map(|unit| unit.words()).collect();
        suspect(out, SuspicionKind::OpenUnit, format!("the values of {name} leave open whether they are {}", units.join(" or ")));
    }
    for (name, reason) in written::open_questions(sql, schema) {
        suspect(out, SuspicionKind::OpenUnit, format!("{name} holds {reason}"));
    }
}

struct Stored<'a> {
    places: &'a Places<'a>,
    /// The columns of the schema that are named, by the byte at which the name begins.
    columns: HashMap<usize, &'a Column>,
    out: &'a mut Vec<Suspicion>,
}

impl<'a> Stored<'a> {
    fn column(&self, expr: &Expr) -> Option<&'a Column> {
        let start = match expr {
            Expr::Identifier(name) => name.span.start,
            Expr::CompoundIdentifier(names) => names.first()?.span.start,
            Expr::Nested(inner) => return self.column(inner),
            _ => return None,
        };
        self.columns.get(&self.places.byte(start)?).copied()
    }

    /// `column op other`.
    fn compare(&mut self, column: &Column, other: &Expr, orders: bool) {
        let name = &column.name;
        match (column.holds, literal(other)) {
            (Holds::Numbers, Some(Value::SingleQuotedString(text))) if text.trim().parse::<f64>().is_err() => {
                let sentence = format!("{name} holds numbers, and is compared with the text '{text}'");
                suspect(self.out, SuspicionKind::NumberAgainstText, sentence);
            }
            (Holds::Numbers, None) if is_date(other) => {
                suspect(self.out, SuspicionKind::NumberAgainstText, format!("{name} holds numbers, and is compared with a date"));
            }
            // Years are in order as texts, too.
            (Holds::Texts, Some(Value::Number(number, _)))
                if is_year(number) && column.samples.iter().all(|text| text.split("..").all(is_year)) => {}
            (Holds::Texts, Some(Value::Number(number, _))) if orders && column.meaning.times().is_none() => {
                let sentence = format!("{name} holds text, so that it is compared with {number} letter by letter");
                suspect(self.out, SuspicionKind::TextAgainstNumber, sentence);
            }
            (Holds::Texts, Some(Value::SingleQuotedString(text))) if DateText::is_day(text) && is_digits(column) => {
                let sentence = format!("{name} holds digits, and is compared with the date '{text}'");
                suspect(self.out, SuspicionKind::NumberAgainstText, sentence);
            }
            (Holds::Texts, Some(Value::SingleQuotedString(text))) if orders && DateText::is_day(text) && is_undated(column) => {
                let first = column.samples.first().map_or("", String::as_str);
                let sentence = format!("{name} holds text ({first}), and is compared with the date '{text}'");
                suspect(self.out, SuspicionKind::NumberAgainstText, sentence);
            }
            (Holds::Texts, Some(Value::SingleQuotedString(text))) if orders && is_dated(column) && is_odd_date(text) => {
                let first = column.samples.first().map_or("", String::as_str);
                let sentence = format!("{name} holds dates ({first}), and is compared with '{text}'");
                suspect(self.out, SuspicionKind::NumberAgainstText, sentence);
            }
            (Holds::Numbers, Some(Value::Number(number, _))) if orders => self.other_unit(column, number),
            (Holds::Texts, Some(Value::Number(number, _))) if !orders && shapes::holds_words(column) => {
                let first = column.samples.first().map_or("", String::as_str);
                let sentence = format!("{name} holds text ({first}), and is compared with the number {number}");
                suspect(self.out, SuspicionKind::TextAgainstNumber, sentence);
            }
            (Holds::Texts, Some(Value::SingleQuotedString(text))) => {
                if let Some(sentence) = shapes::odd_text(column, text, orders) {
                    suspect(self.out, SuspicionKind::NumberAgainstText, sentence);
                }
            }
            _ => {}
        }
    }

    /// A number that is far below all values.
    fn other_unit(&mut self, column: &Column, number: &str) {
        let (Some((low, high)), Ok(value)) = (column.range(), number.parse::<f64>()) else { return };
        if YEARS.contains(&low) && YEARS.contains(&high) && value > 0.0 && value <= NO_YEAR {
            let sentence = format!("every {} is a year ({low}..{high}), and is compared with {number}", column.name);
            return suspect(self.out, SuspicionKind::OtherUnit, sentence);
        }
        let least = low.abs().min(high.abs());
        if value != 0.0 && low.signum() == high.signum() && least >= OTHER_UNIT * value.abs() {
            let sentence = format!("every {} is far beyond {number} ({low}..{high}), which may be of another unit", column.name);
            suspect(self.out, SuspicionKind::OtherUnit, sentence);
        }
    }

    /// Texts that are no numbers, added up: SQLite takes the digits that each begins with.
    fn added(&mut self, function: &Function) {
        let Some(name) = function.name.0.last().and_then(|part| part.as_ident()).map(|name| name.value.to_ascii_lowercase()) else {
            return;
        };
        let FunctionArguments::List(list) = &function.args else { return };
        let [FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))] = list.args.as_slice() else { return };
        if let Some(sentence) = self.column(argument).filter(|_| ["min", "max"].contains(&name.as_str())).and_then(shapes::out_of_order) {
            suspect(self.out, SuspicionKind::TextAgainstNumber, sentence);
        }
        let Some(column) = self.column(argument).filter(|_| ["sum", "avg", "total"].contains(&name.as_str())) else { return };
        let odd = column.samples.iter().find(|sample| sample.trim().parse::<f64>().is_err());
        if let Some(odd) = odd.filter(|_| column.holds == Holds::Texts && matches!(column.meaning, Meaning::Plain | Meaning::Clock(_))) {
            let sentence = format!("{} holds text ('{odd}'), of which {name} takes the digits that it begins with", column.name);
            suspect(self.out, SuspicionKind::TextAgainstNumber, sentence);
        }
    }

    /// A date function over a number that is no date.
    fn call(&mut self, function: &Function) {
        let Some(name) = function.name.0.last().and_then(|part| part.as_ident()) else { return };
        let FunctionArguments::List(list) = &function.args else { return };
        let Some((name, place)) = DATE_FUNCTIONS.into_iter().find(|(date, _)| name.value.eq_ignore_ascii_case(date)) else { return };
        let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))) = list.args.get(place) else { return };
        let Some(column) = self.column(argument) else { return };
        if column.holds == Holds::Numbers && column.meaning == Meaning::Plain && list.args.len() == place + 1 {
            let sentence = format!("{} holds numbers, which {name} takes for Julian days", column.name);
            suspect(self.out, SuspicionKind::NumberAgainstText, sentence);
        }
        if is_undated(column) {
            let first = column.samples.first().map_or("", String::as_str);
            let sentence = format!("{} holds text ({first}), which {name} does not read", column.name);
            suspect(self.out, SuspicionKind::NumberAgainstText, sentence);
        }
    }
}

impl Visitor for Stored<'_> {
    fn pre_visit_query(&mut self, query: &Query) {
        let Some(OrderByKind::Expressions(terms)) = query.order_by.as_ref().map(|order_by| &order_by.kind) else { return };
        for term in terms {
            let Some(sentence) = self.column(&term.expr).and_then(shapes::out_of_order) else { continue };
            suspect(self.out, SuspicionKind::TextAgainstNumber, sentence);
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) {
        use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
        match expr {
            Expr::BinaryOp { left, op: op @ (Eq | NotEq | Lt | LtEq | Gt | GtEq), right } => {
                let orders = !matches!(op, Eq | NotEq);
                for (one, other) in [(left, right), (right, left)] {
                    if let Some(column) = self.column(one) {
                        self.compare(column, other, orders);
                    }
                }
            }
            Expr::Between { expr, low, high, .. } => {
                if let Some(column) = self.column(expr) {
                    self.compare(column, low, true);
                    self.compare(column, high, true);
                }
            }
            Expr::Like { expr, pattern, negated: false, .. } => {
                if let (Some(column), Some(Value::SingleQuotedString(pattern))) = (self.column(expr), literal(pattern))
                    && let Some(sentence) = shapes::odd_pattern(column, pattern)
                {
                    suspect(self.out, SuspicionKind::NumberAgainstText, sentence);
                }
            }
            Expr::Function(function) => {
                self.call(function);
                self.added(function);
            }
            _ => {}
        }
    }
}

/// Whether `expr` is a call that gives a date as text.
fn is_date(expr: &Expr) -> bool {
    match expr {
        Expr::Function(function) => {
            let name = function.name.0.last().and_then(|part| part.as_ident()).map(|name| name.value.to_ascii_lowercase());
            // Digits alone are a number where they are compared with a column of numbers.
            let is_number = function.to_string().contains("'%s'") || function.to_string().contains("'%Y%m%d'");
            !is_number && matches!(name.as_deref(), Some("date" | "datetime" | "strftime" | "current_date" | "current_timestamp"))
        }
        Expr::Nested(inner) => is_date(inner),
        _ => false,
    }
}

/// Whether it is a year of four digits.
fn is_year(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the samples are dates.
fn is_dated(column: &Column) -> bool {
    column.has_days()
}

/// Whether the samples are digits alone, as many as a moment has, and nobody knows of what.
fn is_digits(column: &Column) -> bool {
    let digits = |text: &String| text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    column.meaning == Meaning::Plain && !column.samples.is_empty() && column.samples.iter().all(digits)
}

/// Whether none of the texts that were met is a date or a time of day: `Sun, 05 Mar 2023`.
fn is_undated(column: &Column) -> bool {
    const FEWEST: usize = 2;
    let is_read =
        |text: &String| DateText::of(text).is_some() || text.get(2..3) == Some(":") || text.parse::<f64>().is_ok() || text == "now";
    column.holds == Holds::Texts
        && matches!(column.meaning, Meaning::Plain | Meaning::Clock(_))
        && column.samples.len() >= FEWEST
        && !column.samples.iter().any(is_read)
}

/// A text that begins with a digit and is neither a year nor a date.
fn is_odd_date(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits > 0 && digits != 4
}
