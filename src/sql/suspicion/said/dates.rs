//! A year or a month that the question names against the days that the query takes: "after 2022" begins with 2023.

use sqlparser::ast::{BinaryOperator, Expr, Value};

use crate::schema::{Column, DateText};
use crate::sql::lex::lex;
use crate::sql::suspicion::read::blocks::Blocks;
use crate::sql::suspicion::read::columns::Columns;
use crate::sql::suspicion::read::expressions::{each_expression, literal};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::Question;
use crate::text::numbers::month;

/// A year, or a month of one, that the question names: as dates begin with it, and the digits of the year.
#[derive(Debug, Clone, PartialEq)]
struct Named {
    /// `2022`, `2022-03`.
    prefix: String,
    side: Side,
}

/// On which side of it the question wants to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// "After 2022".
    After,
    /// "Since 2022".
    Since,
    /// "Before 2022".
    Before,
    /// "In 2022".
    In,
}

pub(in crate::sql::suspicion) fn look(
    blocks: &Blocks<'_>,
    sql: &str,
    columns: &Columns<'_, '_>,
    question: &Question,
    out: &mut Vec<Suspicion>,
) {
    if let Some(day) = day_left_out(sql, question) {
        suspect(out, SuspicionKind::OtherPeriod, format!("the question gives the day {day}, and the query takes years as a whole"));
    }
    let named = named(question);
    let [named] = named.as_slice() else { return };
    let mut bounds: Vec<Bound> = Vec::new();
    for block in &blocks.out {
        for condition in [&block.select.selection, &block.select.having].into_iter().flatten() {
            each_expression(condition, &mut |expr, _| bounds.extend(bounds_of(expr, columns)));
        }
    }
    if let Some(bound) = bounds.iter().find(|bound| bound.is_turned(named, &bounds)) {
        let (asked, taken) = if named.side == Side::Before { ("before", "after") } else { ("after", "before") };
        let sentence =
            format!("the question asks for what is {asked} {}, and the query takes what is {taken} it ({})", named.prefix, bound.written);
        return suspect(out, SuspicionKind::OtherPeriod, sentence);
    }
    let wrong = bounds.iter().find(|bound| bound.misses(named, &bounds));
    if let Some(bound) = wrong {
        let Named { prefix, side } = named;
        let what = match side {
            Side::After => format!("the question asks for what is after {prefix}, and the query takes {prefix} too"),
            Side::Since => format!("the question asks for what is from {prefix} on, and the query leaves {prefix} out"),
            Side::Before => format!("the question asks for what is before {prefix}, and the query takes {prefix} too"),
            Side::In => format!("the question asks for what is in {prefix}, and the query takes what follows too"),
        };
        suspect(out, SuspicionKind::OtherPeriod, format!("{what} ({})", bound.written));
    }
}

/// A day that the question gives, of which the query has the year alone.
fn day_left_out(sql: &str, question: &Question) -> Option<String> {
    let days: Vec<&str> = question.text.split(|c: char| !(c.is_ascii_digit() || c == '-')).filter(|text| DateText::is_day(text)).collect();
    let year = |text: &str| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let literals: Vec<String> = lex(sql).iter().map(|token| token.text(sql).trim_matches('\'').to_owned()).collect();
    let whole = |day: &&&str| literals.iter().any(|text| year(text) && day.starts_with(text.as_str()));
    // "From 1975-01-01": the year says as much.
    let says_more = days.iter().any(|day| !day.ends_with("-01-01") && !day.ends_with("-12-31")) || days.len() > 1;
    let day = days.iter().find(whole).filter(|_| says_more)?;
    (!literals.iter().any(|text| days.iter().any(|day| text.contains(day)))).then(|| (*day).to_owned())
}

/// The years and months that the question names with a side.
fn named(question: &Question) -> Vec<Named> {
    let words = &question.words;
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let mut out = Vec::new();
    for at in 0..words.len() {
        let is_year = |at: usize| word(at).len() == 4 && ("1900".."2101").contains(&word(at));
        if !is_year(at) {
            continue;
        }
        let of_year = at.checked_sub(1).and_then(|before| month(word(before)));
        let start = at - usize::from(of_year.is_some());
        // A day has no end to be taken wrongly: "after March 3 2022", "after 2022-03-03".
        let before = start.checked_sub(1).map_or("", word);
        let is_day = |word: &str| word.bytes().next().is_some_and(|b| b.is_ascii_digit());
        let or =
            (start.saturating_sub(3)..start).chain(at + 1..at + 4).any(|at| matches!(word(at), "or" | "and" | "including" | "inclusive"));
        if is_day(before) || is_day(word(at + 1)) || or || month(word(at + 1)).is_some() {
            continue;
        }
        let skipped = usize::from(matches!(before, "year" | "the" | "of" | "than" | "to"));
        let skipped = skipped + usize::from(skipped == 1 && start.checked_sub(2).map_or("", word) == "the");
        let side = match start.checked_sub(1 + skipped).map_or("", word) {
            "after" | "later" | "following" => Side::After,
            "since" => Side::Since,
            "before" | "earlier" | "prior" => Side::Before,
            "in" | "during" => Side::In,
            _ => continue,
        };
        let year = word(at);
        let prefix = of_year.map_or_else(|| year.to_owned(), |month| format!("{year}-{month:02}"));
        out.push(Named { prefix, side });
    }
    out
}

/// One bound that a condition sets.
#[derive(Debug, Clone, PartialEq)]
struct Bound {
    /// What is compared, as it is written.
    of: String,
    /// Whether what is compared is a year or another piece of a date, and no whole date.
    piece: bool,
    operator: BinaryOperator,
    /// The date, or the number, as it is written.
    text: String,
    written: String,
}

impl Bound {
    /// Whether it is the only bound of its column, and on the other side.
    fn is_turned(&self, named: &Named, all: &[Self]) -> bool {
        use BinaryOperator::{Gt, GtEq, Lt, LtEq};
        let inside = self.text.strip_prefix(named.prefix.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        let turned = match named.side {
            Side::After | Side::Since => matches!(self.operator, Lt | LtEq),
            Side::Before => matches!(self.operator, Gt | GtEq),
            Side::In => false,
        };
        inside && turned && all.iter().filter(|bound| bound.of == self.of).count() == 1
    }

    fn misses(&self, named: &Named, all: &[Self]) -> bool {
        use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq};
        let prefix = named.prefix.as_str();
        let is_whole = self.text == prefix;
        let is_inside = self.text.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        let first = format!("{prefix}{}", if prefix.len() == 4 { "-01-01" } else { "-01" });
        let begins = self.text.get(..10).is_some_and(|day| day == first) || first.starts_with(&self.text);
        let ends = is_inside && !begins && self.text.len() >= 10;
        match (named.side, &self.operator) {
            // A piece of a date that is greater than the year is after it.
            (Side::After, Gt) => is_inside && if is_whole { !self.piece } else { begins },
            (Side::After, GtEq) => is_inside && begins,
            (Side::Since, Gt) => is_inside && (ends || self.piece && is_whole),
            (Side::Before, Lt) => is_inside && ends,
            (Side::Before, LtEq) => is_inside && (ends || self.piece && is_whole),
            (Side::In, Lt | LtEq) => !self.piece && self.text.len() >= 10 && self.is_beyond_next(prefix),
            (Side::In, Gt | GtEq) => {
                let other = |other: &&Self| other.of == self.of && *other != self && matches!(other.operator, Lt | LtEq | Eq);
                is_inside && !all.iter().any(|bound| other(&bound))
            }
            _ => false,
        }
    }
}

impl Bound {
    /// Whether it lies behind the first day of the year or month after `prefix`.
    fn is_beyond_next(&self, prefix: &str) -> bool {
        let next = match prefix.split_once('-') {
            None => prefix.parse::<u32>().ok().map(|year| format!("{}-01-01", year + 1)),
            Some((year, "12")) => year.parse::<u32>().ok().map(|year| format!("{}-01-01", year + 1)),
            Some((year, month)) => month.parse::<u32>().ok().map(|month| format!("{year}-{:02}-01", month + 1)),
        };
        let is_day = self.text.bytes().take(10).enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
        is_day && next.zip(self.text.get(..10)).is_some_and(|(next, day)| day > next.as_str())
    }
}

/// The bounds that one comparison sets.
fn bounds_of(expr: &Expr, columns: &Columns<'_, '_>) -> Vec<Bound> {
    use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq};
    match expr {
        Expr::BinaryOp { left, op: op @ (Eq | Gt | GtEq | Lt | LtEq), right } => {
            let turned = match op {
                Gt => Lt,
                GtEq => LtEq,
                Lt => Gt,
                LtEq => GtEq,
                _ => Eq,
            };
            let found = bound(left, op.clone(), right, expr, columns).or_else(|| bound(right, turned, left, expr, columns));
            found.into_iter().collect()
        }
        Expr::Between { expr: of, negated: false, low, high } => {
            bound(of, GtEq, low, expr, columns).into_iter().chain(bound(of, LtEq, high, expr, columns)).collect()
        }
        _ => Vec::new(),
    }
}

fn bound(of: &Expr, operator: BinaryOperator, value: &Expr, whole: &Expr, columns: &Columns<'_, '_>) -> Option<Bound> {
    let (text, number) = match literal(value)? {
        Value::SingleQuotedString(text) => (text.trim().to_owned(), false),
        Value::Number(text, _) => (text.clone(), true),
        _ => return None,
    };
    let holds_years =
        |column: &Column| column.samples.first().is_none_or(|sample| sample.len() == 4 || sample.len() == 10 && sample.contains(".."));
    let piece = number
        || match columns.of(of) {
            Some(named) => holds_years(named.column),
            None => !is_date_call(of),
        };
    Some(Bound { of: of.to_string().to_lowercase(), piece, operator, text, written: whole.to_string() })
}

/// Whether `expr` gives a whole date: `date(x)`, `datetime(x)`.
fn is_date_call(expr: &Expr) -> bool {
    let Expr::Function(function) = expr else { return false };
    let name = function.name.0.last().and_then(|part| part.as_ident()).map(|name| name.value.to_ascii_lowercase());
    matches!(name.as_deref(), Some("date" | "datetime"))
}
