//! Of a schema that does not fit, the tables that a question is about.

use std::collections::VecDeque;

use super::minor::{self, Class};
use super::pieces::Rung;
use super::statement::{KEYS_ONLY, NOTE_BYTES, SAMPLES, not_shown, statement};
use crate::prompt::form::SchemaStyle;
use crate::prompt::link::{Link, link, neighbours};
use crate::schema::{Schema, ValueHit};

/// Tables that a question is taken to be about, before those that join them.
const MOST_LINKED_TABLES: usize = 12;
/// A table that scores less than this part of the best is not linked.
const LINKED: f32 = 0.2;
/// Tables between two linked ones, at most.
const MOST_BETWEEN: usize = 2;

/// The tables that `question` and its `hits` link to with what joins them; `None` where nothing links.
pub(super) fn subset_for(schema: &Schema, style: SchemaStyle, budget: usize, question: &str, hits: &[ValueHit]) -> Option<String> {
    let link = link(schema, question, hits);
    let places = linked(schema, &link, question, hits);
    (!places.is_empty()).then(|| subset(schema, style, budget, &link, places))
}

/// Places of the tables that `link` speaks for, best first, and behind them those that join two of them. Empty where nothing links.
fn linked(schema: &Schema, link: &Link, question: &str, hits: &[ValueHit]) -> Vec<usize> {
    let classes = minor::classes(schema);
    let named = minor::named(schema, &classes, question, hits);
    let is_meant = |place: &usize| classes.get(*place).is_none_or(|class| *class == Class::Told) || named.contains(place);
    let ranked: Vec<usize> = link.ranked().into_iter().filter(is_meant).collect();
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
fn subset(schema: &Schema, style: SchemaStyle, budget: usize, link: &Link, mut places: Vec<usize>) -> String {
    let classes = minor::classes(schema);
    let note = minor::hidden(schema, &classes);
    let room = budget.saturating_sub(KEYS_ONLY.len() + NOTE_BYTES + note.len());
    let is_hidden = |place: &usize| classes.get(*place) == Some(&Class::Hidden);
    let all = (0..schema.tables.len()).filter(|place| !is_hidden(place)).count();
    let rungs = [(SAMPLES, usize::MAX), (SAMPLES, 40), (1, usize::MAX), (1, 40), (0, usize::MAX), (0, 40), (0, 20), (0, 8)];
    loop {
        let mut shown = places.clone();
        // The text is the same for every question about these tables and columns.
        shown.sort_unstable();
        let named = shown.iter().filter(|place| !is_hidden(place)).count();
        let left_out = not_shown(all - named) + &note;
        for (samples, plain_columns) in rungs {
            let rung = Rung { samples, types: true, plain_columns, style };
            let text: String =
                shown.iter().filter_map(|&place| Some(statement(schema.tables.get(place)?, &rung, scores(link, place)))).collect();
            if text.len() <= room {
                return text + &left_out;
            }
            if let ([_], 0, 8) = (shown.as_slice(), samples, plain_columns) {
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
