//! A schema as the text a prompt carries.
//!
//! - `statement`: one table

mod statement;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::VecDeque;

use self::statement::{Rung, statement};
use super::link::{Link, link, neighbours};
use crate::schema::{Schema, ValueHit};
use crate::sql::quote::identifier;

/// Tables that a question is taken to be about, before those that join them.
const MOST_LINKED_TABLES: usize = 12;
/// A table that scores less than this part of the best is not linked.
const LINKED: f32 = 0.2;
/// Bytes of the line that names bookkeeping tables, before its end.
const BOOKKEEPING_BYTES: usize = 200;
/// Tables between two linked ones, at most.
const MOST_BETWEEN: usize = 2;

/// `schema` as `CREATE TABLE` statements of at most about `budget` bytes. Where all of it does not fit, first the sample values go,
/// then the types, then columns that are no keys; last, whole tables, those with the fewest keys first, with their number said.
pub fn schema_text(schema: &Schema, budget: usize) -> String {
    let (schema, note) = without_bookkeeping(schema);
    let room = budget.saturating_sub(note.len());
    whole(&schema, room).unwrap_or_else(|| most_of(&schema, room)) + &note
}

/// As [`schema_text`] while every table and column fits, so that no question changes the text. Of a larger schema, the tables that
/// `question` and the values it mentions (`hits`) link to, and those that join them; of their columns, keys and linked ones first.
pub fn schema_text_for(schema: &Schema, budget: usize, question: &str, hits: &[ValueHit]) -> String {
    let (schema, note) = without_bookkeeping(schema);
    let room = budget.saturating_sub(note.len());
    let text = whole(&schema, room).unwrap_or_else(|| {
        let link = link(&schema, question, hits);
        let places = linked(&schema, &link);
        if places.is_empty() { most_of(&schema, room) } else { subset(&schema, room, &link, places) }
    });
    text + &note
}

/// The schema without what the program that owns the file keeps for itself, and a line that names it.
fn without_bookkeeping(schema: &Schema) -> (Cow<'_, Schema>, String) {
    let mut left_out = schema.tables.iter().filter(|table| table.bookkeeping).map(|table| identifier(&table.name)).peekable();
    if left_out.peek().is_none() || schema.tables.iter().all(|table| table.bookkeeping) {
        return (Cow::Borrowed(schema), String::new());
    }
    let mut note = String::from("-- bookkeeping, not shown: ");
    for (i, name) in left_out.enumerate() {
        if note.len() + name.len() > BOOKKEEPING_BYTES {
            note.push_str(if i == 0 { "..." } else { ", ..." });
            break;
        }
        note.push_str(if i == 0 { "" } else { ", " });
        note.push_str(&crate::text::sanitize(&name));
    }
    note.push('\n');
    let mut shown = schema.clone();
    shown.tables.retain(|table| !table.bookkeeping);
    (Cow::Owned(shown), note)
}

/// Every table with every column, where that fits.
fn whole(schema: &Schema, budget: usize) -> Option<String> {
    [(true, true), (false, true), (false, false)].into_iter().find_map(|(samples, types)| {
        let rung = Rung { samples, types, plain_columns: usize::MAX };
        let mut text = String::new();
        for table in &schema.tables {
            text.push_str(&statement(table, &rung, &[]));
            if text.len() > budget {
                return None;
            }
        }
        Some(text)
    })
}

/// Every table with fewer and fewer columns; then as many tables as fit, those first that others join.
fn most_of(schema: &Schema, budget: usize) -> String {
    for plain_columns in [20, 5, 0] {
        let rung = Rung { samples: false, types: false, plain_columns };
        let mut text: String = schema.tables.iter().map(|table| statement(table, &rung, &[])).collect();
        if plain_columns == 0 {
            text.push_str(KEYS_ONLY);
        }
        if text.len() <= budget {
            return text;
        }
    }
    let joined = neighbours(schema);
    let mut places: Vec<usize> = (0..schema.tables.len()).collect();
    places.sort_by_key(|&place| std::cmp::Reverse(joined.get(place).map_or(0, Vec::len)));
    let rung = Rung { samples: false, types: false, plain_columns: 0 };
    let room = budget.saturating_sub(KEYS_ONLY.len() + NOTE_BYTES);
    let (mut kept, mut bytes) = (Vec::new(), 0);
    for place in places {
        let Some(table) = schema.tables.get(place) else { continue };
        let text = statement(table, &rung, &[]);
        if bytes + text.len() <= room {
            bytes += text.len();
            kept.push((place, text));
        }
    }
    kept.sort_by_key(|&(place, _)| place);
    let mut out: String = kept.iter().map(|(_, text)| text.as_str()).collect();
    out.push_str(KEYS_ONLY);
    out.push_str(&not_shown(schema.tables.len() - kept.len()));
    out
}

/// The `CREATE` statements of `schema` as they are stored, as many whole ones as fit `budget` bytes. What an untuned baseline is asked with.
pub fn schema_as_stored(schema: &Schema, budget: usize) -> String {
    let mut text = String::new();
    for table in schema.tables.iter().filter(|table| !table.sql.is_empty()) {
        if text.len() + table.sql.len() + 3 <= budget {
            text.push_str(table.sql.trim());
            text.push_str(";\n\n");
        }
    }
    text
}

/// Places of the tables that `link` speaks for, best first, and behind them those that join two of them. Empty where nothing links.
fn linked(schema: &Schema, link: &Link) -> Vec<usize> {
    let ranked = link.ranked();
    let score = |place: usize| link.tables.get(place).map_or(0.0, |table| table.score);
    let Some(&best) = ranked.first().filter(|&&place| score(place) > 0.0) else { return Vec::new() };
    let mut places: Vec<usize> =
        ranked.into_iter().take(MOST_LINKED_TABLES).take_while(|&place| score(place) >= LINKED * score(best)).collect();
    let joined = neighbours(schema);
    for i in 1..places.len() {
        let Some(&to) = places.get(i) else { continue };
        for between in path(&joined, best, to) {
            if !places.contains(&between) {
                places.push(between);
            }
        }
    }
    places
}

/// The tables between two on the shortest way over foreign keys; empty where there is none, or it is long.
fn path(joined: &[Vec<usize>], from: usize, to: usize) -> Vec<usize> {
    let mut came_from = vec![None; joined.len()];
    let mut queue = VecDeque::from([from]);
    while let Some(here) = queue.pop_front() {
        if here == to {
            break;
        }
        for &next in joined.get(here).into_iter().flatten() {
            if let Some(slot) = came_from.get_mut(next).filter(|slot| slot.is_none() && next != from) {
                *slot = Some(here);
                queue.push_back(next);
            }
        }
    }
    let back = std::iter::successors(Some(to), |&place| came_from.get(place).copied().flatten());
    let way: Vec<usize> = back.skip(1).take_while(|&place| place != from).take(MOST_BETWEEN + 1).collect();
    if way.len() <= MOST_BETWEEN { way } else { Vec::new() }
}

/// The tables at `places` (best first) with as much as fits: rather all of them with fewer columns than fewer tables.
fn subset(schema: &Schema, budget: usize, link: &Link, mut places: Vec<usize>) -> String {
    let room = budget.saturating_sub(KEYS_ONLY.len() + NOTE_BYTES);
    let rungs = [(true, usize::MAX), (true, 40), (false, usize::MAX), (false, 40), (false, 20), (false, 8)];
    loop {
        let mut shown = places.clone();
        // The text is the same for every question about these tables and columns.
        shown.sort_unstable();
        let left_out = not_shown(schema.tables.len() - shown.len());
        for (samples, plain_columns) in rungs {
            let rung = Rung { samples, types: true, plain_columns };
            let text: String =
                shown.iter().filter_map(|&place| Some(statement(schema.tables.get(place)?, &rung, scores(link, place)))).collect();
            if text.len() <= room {
                return text + &left_out;
            }
            if let ([_], false, 8) = (shown.as_slice(), samples, plain_columns) {
                return cut(&text, room) + &left_out;
            }
        }
        places.pop();
    }
}

fn scores(link: &Link, place: usize) -> &[f32] {
    link.tables.get(place).map_or(&[], |table| table.columns.as_slice())
}

/// A statement with more keys than there is room for, cut behind a line.
fn cut(text: &str, room: usize) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        if out.len() + line.len() + NOTE_BYTES > room {
            out.push_str("  -- more columns are not shown\n);\n");
            break;
        }
        out.push_str(line);
    }
    out
}

fn not_shown(tables: usize) -> String {
    match tables {
        0 => String::new(),
        n => format!("-- {}\n", crate::text::counted(n as u64, "more table is not shown", "more tables are not shown")),
    }
}

/// Room for a line that says how much is not shown.
const NOTE_BYTES: usize = 50;

/// Said once where every table is cut down to its keys.
const KEYS_ONLY: &str = "-- only key columns are shown\n";
