//! Points in time that are kept as numbers, where a query takes them for dates: `date(createdAt)`, `createdAt >= '2024-01-01'`.
//!
//! SQLite compares a number with a text without an error (every number comes first) and reads it as a Julian day in a date function, so
//! such a query runs and answers something else. The schema knows what a column counts ([`crate::schema::Times`]); its name is put into
//! the date function that makes both sides alike.
//!
//! - `affine`: what a query computes from a column before it gives it to a date function
//! - `kind`: which form of a date stands on the other side
//! - `calls`: arguments of date functions
//! - `compared`: comparisons, patterns, lists, differences
//! - `days`: texts with a time of day, compared with a day alone

mod affine;
mod calls;
mod compared;
mod days;
mod kind;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use self::kind::Kind;
use super::{Change, ChangeKind};
use crate::schema::{Schema, Times};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::resolve::{HandsOn, Resolution, hands_on, resolve};
use crate::sql::tokens::Tokens;

/// More changes than this are no slip.
const MAX_CHANGES: usize = 32;

/// `sql` with every date that is asked of a number asked of what the number counts, and the changes in order.
pub(super) fn mend(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let (mut now, mut changes) = (sql.to_owned(), Vec::new());
    if !schema.tables.iter().any(|table| table.columns.iter().any(|column| column.meaning.times().is_some() || days::has_time(column))) {
        return (now, changes);
    }
    for _ in 0..MAX_CHANGES {
        let Some(resolution) = resolve(&now, schema) else { break };
        let sight = Sight::new(&now, &resolution);
        // From the back, so that what stands inside a call is changed before the call.
        let at = (0..sight.tokens.len()).rev();
        let Some(edit) = at
            .into_iter()
            .find_map(|at| calls::rewrite(&sight, at).or_else(|| compared::rewrite(&sight, at)).or_else(|| days::rewrite(&sight, at)))
        else {
            break;
        };
        let Some((next, change)) = edit.apply(&now) else { break };
        now = next;
        if !changes.contains(&change) {
            changes.push(change);
        }
    }
    (now, changes)
}

/// The columns of `sql` that a date function or a date is applied to and of which it is open what they count: for a word of doubt.
pub(crate) fn open_questions<'s>(sql: &str, schema: &'s Schema) -> Vec<(String, &'s Times)> {
    let Some(resolution) = resolve(sql, schema) else { return Vec::new() };
    let sight = Sight::new(sql, &resolution);
    let mut out: Vec<(String, &Times)> = Vec::new();
    for at in 0..sight.tokens.len() {
        let Some((place, _)) = calls::time_argument(&sight, at) else { continue };
        let Some(found) = sight.affine(place).filter(|found| found.times.is_open()) else { continue };
        let name = sight.tokens.piece(found.operand).to_owned();
        if !out.iter().any(|(known, _)| *known == name) {
            out.push((name, found.times));
        }
    }
    out
}

/// A statement with what is known of its columns.
struct Sight<'a, 's> {
    tokens: Tokens<'a>,
    /// What columns count, by the byte at which their name (qualifier included) begins.
    columns: HashMap<usize, &'s Times>,
    /// Where the names of columns begin that hold dates with a time of day as text.
    timed_texts: HashSet<usize>,
}

impl<'a, 's> Sight<'a, 's> {
    fn new(sql: &'a str, resolution: &Resolution<'s>) -> Self {
        let mut columns = HashMap::new();
        let mut timed_texts = HashSet::new();
        for reference in &resolution.references {
            let column = resolution.source(reference).and_then(|source| source.table()?.column(&reference.name.text));
            if column.is_some_and(days::has_time) {
                timed_texts.insert(reference.range.start);
            }
            if let Some(times) = resolution.source(reference).and_then(|source| source.times(&reference.name.text)) {
                columns.insert(reference.range.start, times);
            }
        }
        Self { tokens: Tokens::new(sql), columns, timed_texts }
    }

    /// What the operand `range` counts: a column, the least, most or first of one.
    fn times(&self, range: Range<usize>) -> Option<&'s Times> {
        if range.is_empty() {
            return None;
        }
        let (first, last) = (range.start, range.end - 1);
        if self.tokens.text(first) == "(" && self.tokens.close(first) == Some(last) {
            return self.times(first + 1..last);
        }
        if let Some(call) = self.tokens.call(first).filter(|call| call.close == last) {
            if let Some(which) = hands_on(self.tokens.text(first)) {
                return self.times(call.arguments.get(usize::from(which == HandsOn::Chosen))?.clone());
            }
            if self.tokens.is(first, &["cast"]) {
                let argument = call.arguments.first()?.clone();
                let end = self.tokens.find(argument.clone(), &["as"])?;
                return self.times(argument.start..end);
            }
            return None;
        }
        let is_name = |at: usize| match (at - first) % 2 {
            0 => matches!(self.tokens.kind(at), Some(TokenKind::Word | TokenKind::Quoted)),
            _ => self.tokens.text(at) == ".",
        };
        if !range.clone().all(is_name) {
            return None;
        }
        self.columns.get(&self.tokens.bytes(range).start).copied()
    }

    /// The content of a string literal.
    fn string(&self, range: Range<usize>) -> Option<String> {
        let is_string = range.len() == 1 && self.tokens.kind(range.start) == Some(TokenKind::String);
        is_string.then(|| name_of(self.tokens.text(range.start)))
    }
}

/// One change: pieces of the text to replace.
#[derive(Debug, Default)]
struct Edit {
    pieces: Vec<(Range<usize>, String)>,
}

impl Edit {
    fn of(range: Range<usize>, to: String) -> Self {
        Self { pieces: vec![(range, to)] }
    }

    /// The text with the change made, and the change told; `None` where it changes nothing.
    fn apply(mut self, sql: &str) -> Option<(String, Change)> {
        self.pieces.sort_by_key(|(range, _)| range.start);
        let (mut out, mut at) = (String::with_capacity(sql.len() + 64), 0);
        let (mut from, mut to) = (Vec::new(), Vec::new());
        for (range, new) in &self.pieces {
            out.push_str(sql.get(at..range.start)?);
            out.push_str(new);
            let old = sql.get(range.clone())?;
            if old != new {
                from.push(old);
                to.push(new.as_str());
            }
            at = range.end;
        }
        out.push_str(sql.get(at..)?);
        (out != sql).then(|| (out, Change { kind: ChangeKind::Date, from: from.join(" "), to: to.join(" ") }))
    }
}

/// `operand`, which counts `times`, as a date of that kind.
fn converted(times: &Times, operand: &str, kind: &Kind) -> String {
    let unit = times.unit();
    let plain = kind.call(&unit.sql_arguments(operand));
    if times.mixed { format!("CASE typeof({operand}) WHEN 'text' THEN {} ELSE {plain} END", kind.call(operand)) } else { plain }
}
