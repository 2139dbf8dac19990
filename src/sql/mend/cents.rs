//! Money that a column keeps in cents, where the question speaks of euros, dollars or nothing: `salary_cents > 5000` for "more than 5000".

use std::collections::HashMap;
use std::ops::Range;

use super::spans::literals;
use crate::schema::{Column, Holds, Meaning, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::TokenKind;
use crate::sql::resolve::resolve;
use crate::sql::tokens::{Part, Tokens};
use crate::text::words::split_name;

/// Last words of names of columns of such money; in a question, it speaks of cents itself.
const CENTS: [&str; 6] = ["cents", "cent", "pence", "pennies", "centimes", "rappen"];
/// What cents are the hundredth of.
const WHOLE: [&str; 14] =
    ["euro", "euros", "dollar", "dollars", "pound", "pounds", "franc", "francs", "eur", "usd", "gbp", "chf", "bucks", "quid"];
/// Words behind which money is asked for, where no number counts it.
const ASKING: [&str; 4] = ["many", "in", "of", "total"];
/// Aggregates whose value is money where they are of money.
const AGGREGATES: [&str; 5] = ["sum", "avg", "min", "max", "total"];
/// Cents of one.
const PER_WHOLE: f64 = 100.0;

/// `sql` with sums of money that `question` names in cents, where a column keeps these, and those that it asks for in whole; the changes in
/// order.
pub(super) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let asked = Asked::of(question);
    let is_kept = || schema.tables.iter().any(|table| table.columns.iter().any(is_cents));
    if asked.of_cents || !asked.wants_whole && asked.numbers.is_empty() || !is_kept() {
        return unchanged();
    }
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let known = resolution.references.iter().filter_map(|reference| {
        let column = resolution.source(reference)?.table()?.column(&reference.name.text)?;
        is_cents(column).then_some((reference.range.start, column))
    });
    let columns: HashMap<usize, &Column> = known.collect();
    let tokens = Tokens::new(sql);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for at in 0..tokens.len() {
        let Some((column, end)) = columns.get(&tokens.bytes(at..at + 1).start).zip(tokens.operand_after(at)) else { continue };
        let compared = literals(&tokens, at, end).into_iter();
        edits.extend(compared.filter_map(|at| Some((tokens.bytes(at..at + 1), in_cents(&tokens, at, column, &asked)?))));
    }
    if asked.wants_whole {
        edits.extend(returned(&tokens, &columns));
    }
    edits.sort_by_key(|(range, _)| range.start);
    edits.dedup_by(|later, earlier| later.0.start < earlier.0.end);
    edited(sql, ChangeKind::Unit, edits)
}

fn is_cents(column: &Column) -> bool {
    let named = split_name(&column.name).last().is_some_and(|last| CENTS.contains(&last.as_str()));
    named && column.holds == Holds::Numbers && column.meaning == Meaning::Plain
}

/// What a question says of money.
struct Asked {
    /// Its numbers.
    numbers: Vec<f64>,
    /// It speaks of cents.
    of_cents: bool,
    /// It asks for an amount in what cents are the hundredth of.
    wants_whole: bool,
}

impl Asked {
    fn of(question: &str) -> Self {
        let parts = question.split(|c: char| !(c.is_alphanumeric() || c == '.' || c == ','));
        let words: Vec<String> = parts.map(|word| word.trim_matches(['.', ',']).to_lowercase()).filter(|word| !word.is_empty()).collect();
        let pairs = words.iter().zip(words.iter().skip(1));
        Self {
            numbers: words.iter().filter_map(|word| word.replace(',', "").parse().ok()).collect(),
            of_cents: words.iter().any(|word| CENTS.contains(&word.as_str())),
            wants_whole: pairs.into_iter().any(|(before, word)| ASKING.contains(&before.as_str()) && WHOLE.contains(&word.as_str())),
        }
    }
}

/// The number at token `at` in cents; `None` where it is none that the question gives, or is one in cents.
fn in_cents(tokens: &Tokens<'_>, at: usize, column: &Column, asked: &Asked) -> Option<String> {
    let value: f64 = tokens.text(at).parse().ok().filter(|value| *value != 0.0 && tokens.kind(at) == Some(TokenKind::Number))?;
    let cents = value * PER_WHOLE;
    // Of amounts that are small themselves, a number among them may be one of cents.
    let range = column.samples.first().and_then(|range| range.split_once(".."));
    let range = range.and_then(|(low, high)| Some((low.parse::<f64>().ok()?, high.parse::<f64>().ok()?)));
    let is_among = range.is_some_and(|(low, high)| (low..=high).contains(&value) && cents > 2.0 * high);
    let said = asked.numbers.contains(&value) && !asked.numbers.contains(&cents);
    (said && !is_among).then(|| if cents.fract() == 0.0 { format!("{cents:.0}") } else { format!("{cents}") })
}

/// Amounts that are returned as they are kept: where they stand, and the same in whole.
fn returned(tokens: &Tokens<'_>, columns: &HashMap<usize, &Column>) -> Vec<(Range<usize>, String)> {
    let Some(items) = tokens.arm(0).and_then(|arm| arm.clause(Part::Select)) else { return Vec::new() };
    let amount = |item: Range<usize>| {
        let end = tokens.find(item.clone(), &["as"]).unwrap_or(item.end);
        let value = item.start..end;
        let call = tokens.call(value.start).filter(|call| call.close + 1 == value.end && tokens.is(value.start, &AGGREGATES));
        let inside = match &call {
            Some(call) => call.arguments.first().filter(|_| call.arguments.len() == 1)?.clone(),
            None => value.clone(),
        };
        let is_name = tokens.operand_after(inside.start) == Some(inside.end);
        columns.get(&tokens.bytes(inside.clone()).start).filter(|_| is_name)?;
        Some((tokens.bytes(value.clone()), format!("{} / {PER_WHOLE:.1}", tokens.piece(value))))
    };
    tokens.split(items.start + 1..items.end, ",").into_iter().filter_map(amount).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let column = |name: &str, range: &str| Column {
            name: name.into(),
            holds: Holds::Numbers,
            samples: vec![range.into()],
            ..Column::default()
        };
        let columns = vec![column("salary_cents", "201583..898379"), column("priceCents", "20..900"), column("n", "1..9")];
        let schema = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn numbers_of_the_question_are_cents_to_the_column() {
        let more = "who earns more than 5,000?";
        check(more, "SELECT n FROM t WHERE salary_cents > 5000", "SELECT n FROM t WHERE salary_cents > 500000");
        check("over 12.50 euros", "SELECT n FROM t x WHERE 12.5 < x.salary_cents", "SELECT n FROM t x WHERE 1250 < x.salary_cents");
        check(
            "between 2 and 5 dollars",
            "SELECT n FROM t WHERE priceCents BETWEEN 2 AND 5",
            "SELECT n FROM t WHERE priceCents BETWEEN 200 AND 500",
        );
    }

    #[test]
    fn amounts_are_returned_in_what_is_asked_for() {
        let total = "the total in euros";
        check(total, "SELECT n, SUM(salary_cents) AS s FROM t GROUP BY n", "SELECT n, SUM(salary_cents) / 100.0 AS s FROM t GROUP BY n");
        check("How many dollars does each earn?", "SELECT n, t.salary_cents FROM t", "SELECT n, t.salary_cents / 100.0 FROM t");
    }

    #[test]
    fn what_is_right_or_open_stays() {
        for (question, sql) in [
            ("who earns more than 5000?", "SELECT n FROM t WHERE salary_cents > 500000"),
            ("who earns more than 500000 cents?", "SELECT n FROM t WHERE salary_cents > 500000"),
            ("more than 5000", "SELECT n FROM t WHERE salary_cents > 5000 * 100"),
            ("more than 5000", "SELECT n FROM t WHERE n > 5000"),
            ("more than 100", "SELECT n FROM t WHERE priceCents > 100"),
            ("the total", "SELECT SUM(salary_cents) FROM t"),
            ("the total in euros", "SELECT SUM(salary_cents) / 100.0 FROM t"),
            ("the total of those above 5 euros", "SELECT SUM(salary_cents) FROM t"),
        ] {
            check(question, sql, sql);
        }
    }
}
