//! Measures that a column's name says are kept in a smaller unit than the question speaks of: `salary_cents > 5000` for "more than 5000",
//! `distance_m > 10` for "more than 10 km".

use std::collections::HashMap;
use std::ops::Range;

use super::spans::literals;
use crate::schema::{Column, Holds, Meaning, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::TokenKind;
use crate::sql::resolve::resolve;
use crate::sql::tokens::{Part, Tokens};
use crate::text::words::split_name;

/// A unit that names of columns end with, and a larger one that people say.
struct Measure {
    /// Last words of names of columns; in a question, it speaks of the small unit itself.
    small: &'static [&'static str],
    /// What people say.
    large: &'static [&'static str],
    /// How many of the small one make the large one.
    factor: f64,
    /// Whether people leave the large one away: nobody thinks in cents.
    silent: bool,
}

const MEASURES: [Measure; 8] = [
    Measure {
        small: &["cents", "cent", "pence", "pennies", "centimes", "rappen"],
        large: &["euro", "euros", "dollar", "dollars", "pound", "pounds", "franc", "francs", "eur", "usd", "gbp", "chf", "bucks", "quid"],
        factor: 100.0,
        silent: true,
    },
    Measure {
        small: &["m", "metres", "meters", "metre", "meter"],
        large: &["km", "kms", "kilometre", "kilometres", "kilometer", "kilometers"],
        factor: 1e3,
        silent: false,
    },
    Measure {
        small: &["cm", "centimetres", "centimeters"],
        large: &["m", "metre", "metres", "meter", "meters"],
        factor: 100.0,
        silent: false,
    },
    Measure {
        small: &["mm", "millimetres", "millimeters"],
        large: &["m", "metre", "metres", "meter", "meters"],
        factor: 1e3,
        silent: false,
    },
    Measure {
        small: &["g", "grams", "gram", "grammes"],
        large: &["kg", "kgs", "kilo", "kilos", "kilogram", "kilograms", "kilogrammes"],
        factor: 1e3,
        silent: false,
    },
    Measure { small: &["w", "watt", "watts"], large: &["kw", "kilowatt", "kilowatts"], factor: 1e3, silent: false },
    Measure { small: &["wh"], large: &["kwh"], factor: 1e3, silent: false },
    Measure {
        small: &["ml", "millilitres", "milliliters"],
        large: &["l", "litre", "litres", "liter", "liters"],
        factor: 1e3,
        silent: false,
    },
];
/// Words behind which a unit is asked for, where no number counts it.
const ASKING: [&str; 4] = ["many", "in", "of", "total"];
/// Aggregates whose value is a measure where they are of measures.
const AGGREGATES: [&str; 5] = ["sum", "avg", "min", "max", "total"];

/// `sql` with what `question` gives in a large unit in the small one that a column keeps, and what it asks for in the large one brought
/// there; the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let words = words_of(question);
    let asked: Vec<Asked> = MEASURES.iter().map(|measure| Asked::of(&words, measure)).collect();
    let is_asked = |asked: &Asked| asked.wants_large || !asked.numbers.is_empty();
    if !asked.iter().any(is_asked) || !schema.tables.iter().any(|table| table.columns.iter().any(|column| measure(column).is_some())) {
        return unchanged();
    }
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let columns = resolution.columns(|column| {
        let place = measure(column)?;
        Some(Kept { column, measure: MEASURES.get(place)?, asked: asked.get(place)? })
    });
    let tokens = Tokens::new(sql);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for at in 0..tokens.len() {
        let Some((kept, end)) = columns.get(&tokens.bytes(at..at + 1).start).zip(tokens.operand_after(at)) else { continue };
        let compared = literals(&tokens, at, end).into_iter();
        edits.extend(compared.filter_map(|at| Some((tokens.bytes(at..at + 1), in_small(&tokens, at, kept)?))));
    }
    edits.extend(returned(&tokens, &columns));
    edits.sort_by_key(|(range, _)| range.start);
    edits.dedup_by(|later, earlier| later.0.start < earlier.0.end);
    edited(sql, ChangeKind::Unit, edits)
}

/// The measure that a column's name says it keeps.
fn measure(column: &Column) -> Option<usize> {
    let words = split_name(&column.name);
    let last = words.last().filter(|_| column.holds == Holds::Numbers && column.meaning == Meaning::Plain)?;
    // A column called `m` or `g` may be anything.
    let says = last.len() > 2 || words.len() > 1;
    MEASURES.iter().position(|measure| measure.small.contains(&last.as_str())).filter(|_| says)
}

/// A column, what it keeps, and what the question says of that.
struct Kept<'a> {
    column: &'a Column,
    measure: &'static Measure,
    asked: &'a Asked,
}

/// What a question says of one measure.
struct Asked {
    /// Its numbers of the large unit; none where it speaks of the small one.
    numbers: Vec<f64>,
    /// It asks for an amount in the large unit.
    wants_large: bool,
}

fn words_of(question: &str) -> Vec<String> {
    // `10km` is two words.
    let mut spaced = String::with_capacity(question.len() + 8);
    let mut before = ' ';
    for c in question.chars() {
        if before.is_ascii_digit() && c.is_alphabetic() {
            spaced.push(' ');
        }
        spaced.push(c);
        before = c;
    }
    let parts = spaced.split(|c: char| !(c.is_alphanumeric() || c == '.' || c == ','));
    parts.map(|word| word.trim_matches(['.', ',']).to_lowercase()).filter(|word| !word.is_empty()).collect()
}

impl Asked {
    fn of(words: &[String], measure: &Measure) -> Self {
        let is = |word: Option<&String>, list: &[&str]| word.is_some_and(|word| list.contains(&word.as_str()));
        if words.iter().any(|word| measure.small.contains(&word.as_str())) {
            return Self { numbers: Vec::new(), wants_large: false };
        }
        let is_large = |word: Option<&String>| is(word, measure.large);
        let number = |word: &String| word.replace(',', "").parse::<f64>().ok();
        // "Between 5 and 10 km", "10 or more km".
        let counted = |at: usize| is_large(words.get(at + 1)) || is(words.get(at + 1), &["and", "to", "or"]) && is_large(words.get(at + 3));
        let numbers = words.iter().enumerate().filter(|(at, _)| measure.silent || counted(*at));
        Self {
            numbers: numbers.filter_map(|(_, word)| number(word)).collect(),
            wants_large: words.iter().zip(words.iter().skip(1)).any(|(before, word)| is(Some(before), &ASKING) && is_large(Some(word))),
        }
    }
}

/// The number at token `at` in the small unit; `None` where it is none that the question gives, or is one in that.
fn in_small(tokens: &Tokens<'_>, at: usize, kept: &Kept<'_>) -> Option<String> {
    let value: f64 = tokens.text(at).parse().ok().filter(|value| *value != 0.0 && tokens.kind(at) == Some(TokenKind::Number))?;
    // What is computed with it may bring it there.
    if matches!(tokens.text(at + 1), "*" | "/" | "+" | "-") {
        return None;
    }
    let small = value * kept.measure.factor;
    // Of values that are small themselves, a number among them may be one of these.
    let range = kept.column.samples.first().and_then(|range| range.split_once(".."));
    let range = range.and_then(|(low, high)| Some((low.parse::<f64>().ok()?, high.parse::<f64>().ok()?)));
    let is_among = range.is_some_and(|(low, high)| (low..=high).contains(&value) && small > 2.0 * high);
    let said = kept.asked.numbers.contains(&value) && !kept.asked.numbers.contains(&small);
    (said && !is_among).then(|| if small.fract() == 0.0 { format!("{small:.0}") } else { format!("{small}") })
}

/// Amounts that are returned as they are kept: where they stand, and the same in the large unit.
fn returned(tokens: &Tokens<'_>, columns: &HashMap<usize, Kept<'_>>) -> Vec<(Range<usize>, String)> {
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
        let kept = columns.get(&tokens.bytes(inside.clone()).start).filter(|kept| is_name && kept.asked.wants_large)?;
        Some((tokens.bytes(value.clone()), format!("{} / {:.1}", tokens.piece(value), kept.measure.factor)))
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
        let column =
            |name: &str, range: &str| Column { name: name.into(), holds: Holds::Numbers, samples: vec![range.into()], ..Column::default() };
        let columns = vec![
            column("salary_cents", "201583..898379"),
            column("priceCents", "20..900"),
            column("distance_m", "1855..89380"),
            column("watt", "0..3000"),
            column("grams", "70040..81983"),
            column("m", "1..900"),
            column("n", "1..9"),
        ];
        let schema = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn numbers_of_the_question_are_in_the_columns_unit() {
        let more = "who earns more than 5,000?";
        check(more, "SELECT n FROM t WHERE salary_cents > 5000", "SELECT n FROM t WHERE salary_cents > 500000");
        check("over 12.50 euros", "SELECT n FROM t x WHERE 12.5 < x.salary_cents", "SELECT n FROM t x WHERE 1250 < x.salary_cents");
        check(
            "between 2 and 5 dollars",
            "SELECT n FROM t WHERE priceCents BETWEEN 2 AND 5",
            "SELECT n FROM t WHERE priceCents BETWEEN 200 AND 500",
        );
        check("runs of more than 10km", "SELECT n FROM t WHERE distance_m > 10", "SELECT n FROM t WHERE distance_m > 10000");
        check("above 2.5 kW", "SELECT n FROM t WHERE watt > 2.5", "SELECT n FROM t WHERE watt > 2500");
        check("more than 80 kg", "SELECT n FROM t WHERE grams > 80", "SELECT n FROM t WHERE grams > 80000");
    }

    #[test]
    fn amounts_are_returned_in_what_is_asked_for() {
        let total = "the total in euros";
        check(total, "SELECT n, SUM(salary_cents) AS s FROM t GROUP BY n", "SELECT n, SUM(salary_cents) / 100.0 AS s FROM t GROUP BY n");
        check("How many dollars does each earn?", "SELECT n, t.salary_cents FROM t", "SELECT n, t.salary_cents / 100.0 FROM t");
        check("the highest power in kilowatts", "SELECT MAX(watt) FROM t", "SELECT MAX(watt) / 1000.0 FROM t");
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
            ("runs of more than 2000", "SELECT n FROM t WHERE distance_m > 2000"),
            ("more than 10 km", "SELECT n FROM t WHERE m > 10"),
            ("more than 10000 metres", "SELECT n FROM t WHERE distance_m > 10000"),
        ] {
            check(question, sql, sql);
        }
    }
}
