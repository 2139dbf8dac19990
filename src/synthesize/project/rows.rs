//! Rows of made-up databases, from seeds.

use super::calendar::{DateForm, Day};
use super::plan::Fields;
use super::schema::{About, Column, NamePart, Schema, Table};
use super::source::{Field, Kind, Pools, Sort};
use super::value::{Decimal, Value};
use crate::random::Random;

/// Rows of a table of things with names, and of one of events.
const THINGS: (usize, usize) = (12, 40);
const EVENTS: (usize, usize) = (45, 140);

/// Fills the tables of `schema`; `sources` says what each column was made of.
pub(super) fn fill(schema: &mut Schema, sources: &Fields, pools: &Pools, random: &mut Random) {
    let counts: Vec<usize> = schema
        .tables
        .iter()
        .zip(sources)
        .map(|(table, (_, fields))| {
            let (low, high) = if table.sort == Sort::Event { EVENTS } else { THINGS };
            let wanted = low + random.below(high - low + 1);
            // A name is given once.
            let names = fields.iter().flatten().filter_map(|field| if let Kind::Names(parts) = &field.kind { Some(parts) } else { None });
            let possible = names.map(|parts| parts.iter().map(Vec::len).product::<usize>()).min().unwrap_or(usize::MAX);
            if table.sort == Sort::Person { wanted } else { wanted.min(possible) }
        })
        .collect();
    let keys: Vec<Vec<Value>> = schema
        .tables
        .iter()
        .zip(&counts)
        .map(|(table, count)| {
            let text = table.columns.iter().any(|column| matches!(column.about, About::Key(true)));
            let letters: String = table.words.one.chars().filter(char::is_ascii_alphabetic).take(3).collect::<String>().to_uppercase();
            (1..=*count).map(|n| if text { Value::Text(format!("{letters}{:03}", n * 7 % 1000)) } else { Value::whole(n as i64) }).collect()
        })
        .collect();
    // Rows that others refer to all stay.
    let named: Vec<usize> = schema.tables.iter().flat_map(|table| table.links()).map(|(_, table)| table).collect();
    for (at, table) in schema.tables.iter_mut().enumerate() {
        let Some((_, fields)) = sources.get(at) else { continue };
        let own = keys.get(at).cloned().unwrap_or_default();
        let columns: Vec<Vec<Value>> = table
            .columns
            .iter()
            .zip(fields)
            .map(|(column, field)| match (&column.about, field) {
                (About::Key(_), _) => own.clone(),
                (About::To { table: to, .. }, _) => references(*to == at, keys.get(*to).map_or(&[][..], Vec::as_slice), own.len(), random),
                (About::Name(_), Some(Field { kind: Kind::Names(parts), .. })) if table.sort != Sort::Person => {
                    names(parts, own.len(), random)
                }
                (_, Some(field)) => (0..own.len()).map(|_| value(column, field, random)).collect(),
                (_, None) => vec![Value::Null; own.len()],
            })
            .collect();
        table.rows =
            (0..own.len()).map(|row| columns.iter().map(|values| values.get(row).cloned().unwrap_or(Value::Null)).collect()).collect();
        if table.sort == Sort::Person {
            call(table, pools, random);
        }
        lose(table, random);
        if !named.contains(&at) {
            without_repeats(table);
        }
    }
}

/// Keys to another table: some rows there are named often, some never. Of a table to itself: those before, so that no circle comes about.
fn references(to_itself: bool, keys: &[Value], rows: usize, random: &mut Random) -> Vec<Value> {
    let mut named: Vec<Value> = keys.to_vec();
    random.shuffle(&mut named);
    named.truncate((keys.len() * 5).div_ceil(6).max(1));
    (0..rows)
        .map(|row| {
            if to_itself {
                let before = row.min(6);
                return if row == 0 { Value::Null } else { keys.get(random.below(before)).cloned().unwrap_or(Value::Null) };
            }
            let at = random.below(named.len()).min(random.below(named.len() + named.len() / 3));
            named.get(at).cloned().unwrap_or(Value::Null)
        })
        .collect()
}

/// Names of one word out of each list, none twice.
fn names(parts: &[Vec<String>], count: usize, random: &mut Random) -> Vec<Value> {
    let total: usize = parts.iter().map(Vec::len).product();
    let mut places: Vec<usize> = (0..total.min(4_000)).collect();
    random.shuffle(&mut places);
    let name = |mut place: usize| {
        let words: Vec<&str> = parts
            .iter()
            .map(|part| {
                let word = part.get(place % part.len()).map_or("", String::as_str);
                place /= part.len();
                word
            })
            .collect();
        words.join(" ")
    };
    places.into_iter().take(count).map(|place| Value::Text(name(place))).collect()
}

/// Gives people their names: no two are called the same.
fn call(table: &mut Table, pools: &Pools, random: &mut Random) {
    let part = |part: NamePart| table.columns.iter().position(|column| column.about == About::Name(part));
    let (whole, first, last) = (part(NamePart::Whole), part(NamePart::First), part(NamePart::Last));
    let (firsts, lasts) = (pools.get("first"), pools.get("last"));
    let mut seen: Vec<(usize, usize)> = Vec::new();
    for row in &mut table.rows {
        let mut drawn = (random.below(firsts.len()), random.below(lasts.len()));
        for _ in 0..50 {
            if !seen.contains(&drawn) {
                break;
            }
            drawn = (random.below(firsts.len()), random.below(lasts.len()));
        }
        seen.push(drawn);
        let (Some(given), Some(family)) = (firsts.get(drawn.0), lasts.get(drawn.1)) else { continue };
        for (at, text) in [(whole, format!("{given} {family}")), (first, given.clone()), (last, family.clone())] {
            if let Some(cell) = at.and_then(|at| row.get_mut(at)) {
                *cell = Value::Text(text);
            }
        }
    }
}

fn value(column: &Column, field: &Field, random: &mut Random) -> Value {
    match (&field.kind, &column.about) {
        (Kind::Texts(texts), _) => early(texts, random).map_or(Value::Null, |text| Value::Text(text.clone())),
        (Kind::Codes(codes), _) => early(codes, random).map_or(Value::Null, |(code, _)| code_value(code)),
        (Kind::Flag(..), About::Flag { values: (yes, no), .. }) => {
            if random.below(5) < 3 {
                yes.clone()
            } else {
                no.clone()
            }
        }
        (Kind::Number { low, high, .. }, About::Number { text, .. }) => {
            let number = number(*low, *high, random);
            if *text { Value::Text(number.text()) } else { Value::Number(number) }
        }
        (Kind::Year(low, high), _) => Value::whole(low + random.below((high - low + 1) as usize) as i64),
        (Kind::Date(low, high), About::Date(form)) => day(*low, *high, *form, random).stored(*form),
        (Kind::Email, _) => {
            let letters: String = (0..6).map(|_| char::from(b'a' + random.below(26) as u8)).collect();
            Value::Text(format!("{letters}@example.{}", if random.once_in(2) { "org" } else { "com" }))
        }
        (Kind::Phone, _) => Value::Text(format!("555-{:04}", random.below(10_000))),
        (Kind::Notes(notes), _) => random.pick(notes).map_or(Value::Null, |text| Value::Text(text.clone())),
        _ => Value::Null,
    }
}

/// A code is a number where it is written as one.
pub(super) fn code_value(code: &str) -> Value {
    code.parse().map_or_else(|_| Value::Text(code.into()), Value::whole)
}

/// One of `items`, the first ones more often.
fn early<'a, T>(items: &'a [T], random: &mut Random) -> Option<&'a T> {
    items.get(random.below(items.len()).min(random.below(items.len() * 2)))
}

/// Round numbers where the range is wide.
fn number(low: Decimal, high: Decimal, random: &mut Random) -> Decimal {
    let range = (high.units - low.units) as usize;
    let units = low.units + random.below(range + 1).min(random.below(range * 2 + 1)) as i64;
    let step = if low.digits == 0 && range >= 20_000 {
        100
    } else if low.digits == 0 && range >= 2_000 {
        10
    } else if low.digits == 2 && range >= 1_000 {
        50
    } else {
        1
    };
    let units = if random.once_in(3) { units } else { units / step * step };
    Decimal { units: units.max(low.units), digits: low.digits }
}

fn day(low: i64, high: i64, form: DateForm, random: &mut Random) -> Day {
    let (first, last) = (Day::of(low, 1, 1).days, Day::of(high, 12, 28).days);
    let days = first + random.below((last - first + 1) as usize) as i64;
    let seconds = match form {
        DateForm::Moment | DateForm::Seconds | DateForm::Milliseconds => 25_200 + 900 * random.below(52) as i64,
        _ => 0,
    };
    Day { days, seconds }
}

/// Takes away what rows may lack.
fn lose(table: &mut Table, random: &mut Random) {
    let may: Vec<bool> = table.columns.iter().map(|column| column.missing).collect();
    for row in &mut table.rows {
        for (cell, may) in row.iter_mut().zip(&may) {
            if *may && random.below(6) == 0 {
                *cell = Value::Null;
            }
        }
    }
}

/// Of an event that ties two rows together there is one.
fn without_repeats(table: &mut Table) {
    let links: Vec<usize> = table.links().into_iter().map(|(at, _)| at).collect();
    let dated = table.columns.iter().any(|column| matches!(column.about, About::Date(_)));
    if table.sort != Sort::Event || links.len() < 2 || dated {
        return;
    }
    let mut seen: Vec<Vec<Value>> = Vec::new();
    table.rows.retain(|row| {
        let ends: Vec<Value> = links.iter().filter_map(|at| row.get(*at).cloned()).collect();
        let new = !seen.contains(&ends);
        if new {
            seen.push(ends);
        }
        new
    });
}
