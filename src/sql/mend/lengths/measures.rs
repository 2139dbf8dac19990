//! Measures that a column's name says are kept in another unit than the question speaks of: `salary_cents > 5000` for "more than 5000",
//! `distance_m > 10` for "more than 10 km", `weight_kg` for "the weight in pounds".

use std::collections::HashMap;
use std::ops::Range;

use super::returned::{Aggregate, Returned, returned};
use super::spans::literals;
use super::units::{DIMENSIONS, Unit, unit_of_column};
use crate::schema::{Column, Holds, Meaning, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::TokenKind;
use crate::sql::resolve::resolve;
use crate::sql::tokens::Tokens;
use crate::text::words::split_name;

/// By so much a unit of 1,024 parts may be off one of 1,000, up to terabytes.
const NEARLY: f64 = 1.11;
/// Words behind which a unit is asked for, where no number counts it.
const ASKING: [&str; 4] = ["many", "in", "of", "total"];
/// `sql` with what `question` gives in another unit in the one that a column keeps, and what it asks for in another one brought there; the
/// changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let words = words_of(question);
    let kept = |column: &Column| Kept::of(column, &words);
    if !schema.tables.iter().any(|table| table.columns.iter().any(|column| kept(column).is_some())) {
        return unchanged();
    }
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let columns = resolution.columns(kept);
    let tokens = Tokens::new(sql);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for at in 0..tokens.len() {
        let Some((kept, end)) = columns.get(&tokens.bytes(at..at + 1).start).zip(tokens.operand_after(at)) else { continue };
        let compared = literals(&tokens, at, end).into_iter();
        edits.extend(compared.filter_map(|at| Some((tokens.bytes(at..at + 1), in_kept(&tokens, at, kept)?))));
    }
    edits.extend(returned(&tokens).into_iter().filter_map(|item| converted(&tokens, &columns, item)));
    let items = tokens.arm(0).and_then(|arm| arm.items(&tokens)).unwrap_or_default();
    edits.extend(items.into_iter().filter_map(|item| rescaled(&tokens, &columns, item)));
    edits.sort_by_key(|(range, _)| range.start);
    edits.dedup_by(|later, earlier| later.0.start < earlier.0.end);
    edited(sql, ChangeKind::Unit, edits)
}

/// What a column keeps, and what the question says of that.
struct Kept {
    unit: &'static Unit,
    /// Its least and its largest value.
    range: Option<(f64, f64)>,
    /// The question's numbers of another unit, with that.
    numbers: Vec<(f64, &'static Unit)>,
    /// The other unit that it asks for an amount in.
    wanted: Option<&'static Unit>,
}

impl Kept {
    /// `None` for a column that keeps no measure, and where the question speaks of none in another unit.
    fn of(column: &Column, words: &[String]) -> Option<Self> {
        if column.holds != Holds::Numbers || column.meaning != Meaning::Plain {
            return None;
        }
        let range = column.range();
        let (dimension, own) = unit_of_column(&split_name(&column.name), range.map(|(_, high)| high))?;
        let dimension = DIMENSIONS.get(dimension)?;
        let unit = dimension.units.get(own)?;
        if words.iter().any(|word| unit.is_said_by(word)) {
            return None;
        }
        let said = |at: usize| dimension.units.iter().find(|unit| words.get(at).is_some_and(|word| unit.is_said_by(word)));
        let is = |at: usize, list: &[&str]| words.get(at).is_some_and(|word| list.contains(&word.as_str()));
        // "Between 5 and 10 km", "10 or more km".
        let counted = |at: usize| said(at + 1).or_else(|| said(at + 3).filter(|_| is(at + 1, &["and", "to", "or"])));
        let silent = dimension.silent.and_then(|silent| dimension.units.get(silent));
        let numbers = words.iter().enumerate().filter_map(|(at, word)| {
            let number = word.replace(',', "").parse::<f64>().ok()?;
            Some((number, silent.or_else(|| counted(at))?))
        });
        let numbers: Vec<(f64, &Unit)> = numbers.collect();
        let wanted = (1..words.len()).filter(|&at| is(at - 1, &ASKING)).find_map(said);
        (!numbers.is_empty() || wanted.is_some()).then_some(Self { unit, range, numbers, wanted })
    }
}

fn words_of(question: &str) -> Vec<String> {
    let question = question.to_lowercase().replace("km/h", "kmh").replace("m/s", "mps").replace("miles per hour", "mph");
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
    parts.map(|word| word.trim_matches(['.', ',']).to_owned()).filter(|word| !word.is_empty()).collect()
}

/// The number at token `at` in the column's unit; `None` where it is none that the question gives, or is one in that.
fn in_kept(tokens: &Tokens<'_>, at: usize, kept: &Kept) -> Option<String> {
    let value: f64 = tokens.text(at).parse().ok().filter(|value| *value != 0.0 && tokens.kind(at) == Some(TokenKind::Number))?;
    // What is computed with it may bring it there.
    if matches!(tokens.text(at + 1), "*" | "/" | "+" | "-") {
        return None;
    }
    let (_, unit) = kept.numbers.iter().find(|(number, _)| *number == value)?;
    let own = unit.in_unit(kept.unit, value);
    // A number among the values may be one of them, where the other lies far away.
    let is_among =
        kept.range.is_some_and(|(low, high)| (low..=high).contains(&value) && (own > 2.0 * high || low > 0.0 && own < low / 2.0));
    let is_own = kept.numbers.iter().any(|(number, _)| *number == own);
    (!is_among && !is_own).then(|| if own.fract() == 0.0 { format!("{own:.0}") } else { format!("{own}") })
}

/// An amount that is returned as it is kept: where it stands, and the same in the unit that is asked for.
fn converted(tokens: &Tokens<'_>, columns: &HashMap<usize, Kept>, item: Returned) -> Option<(Range<usize>, String)> {
    // Of a product one factor is a measure: so many times a price.
    let mut measures = item.factors.iter().filter_map(|factor| columns.get(&tokens.bytes(factor.clone()).start));
    let kept = measures.next().filter(|_| measures.next().is_none() && (item.factors.len() == 1 || item.aggregate.is_some()))?;
    let is_sum = item.aggregate == Some(Aggregate::Sum);
    let value = tokens.piece(item.value.clone());
    Some((tokens.bytes(item.value), kept.unit.converted(kept.wanted?, value, is_sum)?))
}

/// An amount that is multiplied or divided by numbers, and comes out in another unit than the one asked for: where it stands, and the same in
/// that. `SUM(bytes) / 1024` are no megabytes.
fn rescaled(tokens: &Tokens<'_>, columns: &HashMap<usize, Kept>, item: Range<usize>) -> Option<(Range<usize>, String)> {
    let value = item.start..tokens.find(item.clone(), &["as"]).unwrap_or(item.end);
    let base = value.start..tokens.operand_after(value.start)?;
    let (mut factor, mut at) = (1.0, base.end);
    while at < value.end {
        let number: f64 = tokens.text(at + 1).parse().ok().filter(|number| *number > 0.0)?;
        match tokens.text(at) {
            "*" => factor *= number,
            "/" => factor /= number,
            _ => return None,
        }
        at += 2;
    }
    let cast = tokens.call(base.start).filter(|call| call.close + 1 == base.end && tokens.is(base.start, &["cast"]));
    let inside = match cast {
        Some(call) => base.start + 2..tokens.find(base.start + 2..call.close, &["as"])?,
        None => base,
    };
    let aggregate =
        tokens.call(inside.start).filter(|call| call.close + 1 == inside.end && tokens.is(inside.start, &["sum", "avg", "min", "max"]));
    let column = match &aggregate {
        Some(call) => call.arguments.first().filter(|_| call.arguments.len() == 1)?.clone(),
        None => inside.clone(),
    };
    let kept = columns.get(&tokens.bytes(column.clone()).start).filter(|_| tokens.operand_after(column.start) == Some(column.end))?;
    let wanted = kept.wanted?;
    // Kilobytes of 1,000 and of 1,024 are both meant by people.
    let off = factor / kept.unit.factor(wanted)?;
    let is_right = (NEARLY.recip()..=NEARLY).contains(&off);
    let converted = kept.unit.converted(wanted, tokens.piece(inside), aggregate.is_some())?;
    (at > column.end && factor != 1.0 && !is_right).then(|| (tokens.bytes(value), converted))
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
            column("weight_kg", "50..120.5"),
            column("length_ft", "10..80"),
            column("trip_miles", "1..300"),
            column("temp_c", "-20..41"),
            column("temp_f", "0..110"),
            column("speed_mph", "5..160"),
            column("total_bytes", "0..9812345678"),
            column("file_size", "12..73400320"),
            column("size", "1..44"),
            column("tank_gal", "1..90"),
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
        check("revenue in euros", "SELECT SUM(n * priceCents) FROM t", "SELECT SUM(n * priceCents) / 100.0 FROM t");
        check("How many dollars does each earn?", "SELECT n, t.salary_cents FROM t", "SELECT n, t.salary_cents / 100.0 FROM t");
        check("the highest power in kilowatts", "SELECT MAX(watt) FROM t", "SELECT MAX(watt) / 1000.0 FROM t");
    }

    #[test]
    fn amounts_come_out_in_what_is_asked_for() {
        let megabytes = "the total size in megabytes";
        check(megabytes, "SELECT CAST(SUM(file_size) AS REAL) / 1024 FROM t", "SELECT SUM(file_size) / 1000000.0 FROM t");
        check("the distance in miles", "SELECT distance_m / 1000.0 AS d FROM t", "SELECT distance_m / 1609.344 AS d FROM t");
        for right in ["SUM(file_size) / 1024.0 / 1024", "SUM(file_size) / 1048576.0", "SUM(file_size) / 1000000.0", "SUM(file_size) / n"] {
            let sql = format!("SELECT {right} FROM t");
            check(megabytes, &sql, &sql);
        }
    }

    #[test]
    fn any_unit_of_a_kind_becomes_any_other() {
        check("heavier than 200 pounds", "SELECT n FROM t WHERE weight_kg > 200", "SELECT n FROM t WHERE weight_kg > 90.718474");
        check("the average weight in pounds", "SELECT AVG(weight_kg) FROM t", "SELECT AVG(weight_kg) / 0.45359237 FROM t");
        check("longer than 12 metres", "SELECT n FROM t WHERE length_ft > 12", "SELECT n FROM t WHERE length_ft > 39.3700787402");
        check("the length in metres", "SELECT length_ft FROM t", "SELECT length_ft * 0.3048 FROM t");
        check("trips over 100 km", "SELECT n FROM t WHERE trip_miles > 100", "SELECT n FROM t WHERE trip_miles > 62.1371192237");
        check("How many kilometres in all?", "SELECT SUM(trip_miles) FROM t", "SELECT SUM(trip_miles) * 1.609344 FROM t");
        check("warmer than 80 Fahrenheit", "SELECT n FROM t WHERE temp_c > 80", "SELECT n FROM t WHERE temp_c > 26.6666666667");
        check("the highest in fahrenheit", "SELECT MAX(temp_c) FROM t", "SELECT MAX(temp_c) * 1.8 + 32.0 FROM t");
        check("the mean in celsius", "SELECT AVG(temp_f) FROM t", "SELECT AVG(temp_f) / 1.8 - 17.7777777778 FROM t");
        check("faster than 100 km/h", "SELECT n FROM t WHERE speed_mph > 100", "SELECT n FROM t WHERE speed_mph > 62.1371192237");
        check("over 20 MB", "SELECT n FROM t WHERE total_bytes > 20", "SELECT n FROM t WHERE total_bytes > 20000000");
        check("over 2 MiB", "SELECT n FROM t WHERE file_size > 2", "SELECT n FROM t WHERE file_size > 2097152");
        check("How many gigabytes are that?", "SELECT SUM(total_bytes) FROM t", "SELECT SUM(total_bytes) / 1000000000.0 FROM t");
        check("more than 100 litres", "SELECT n FROM t WHERE tank_gal > 100", "SELECT n FROM t WHERE tank_gal > 26.4172052358");
        check("the weight in grams", "SELECT DISTINCT weight_kg AS w FROM t", "SELECT DISTINCT weight_kg * 1000.0 AS w FROM t");
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
            ("the sum in fahrenheit", "SELECT SUM(temp_c) FROM t"),
            ("the size in MB", "SELECT size FROM t"),
            ("over 2 MB", "SELECT n FROM t WHERE file_size > 2 * 1024 * 1024"),
            ("heavier than 80 kilos", "SELECT n FROM t WHERE weight_kg > 80"),
            ("more than 100 pounds", "SELECT n FROM t WHERE n > 100"),
        ] {
            check(question, sql, sql);
        }
    }
}
