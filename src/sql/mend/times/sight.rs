//! A statement with what its columns count, and a change of it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::schema::{Column, DateText, Holds, Meaning, Times};
use crate::sql::change::{Change, ChangeKind};
use crate::sql::edits::replaced;
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::resolve::{HandsOn, Resolution, hands_on};
use crate::sql::tokens::Tokens;

/// A statement with what is known of its columns.
pub(super) struct Sight<'a, 's> {
    pub(super) tokens: Tokens<'a>,
    /// What columns count, by the byte at which their name (qualifier included) begins.
    pub(super) columns: HashMap<usize, &'s Times>,
    /// Where the names of columns begin that hold dates with a time of day as text.
    pub(super) timed_texts: HashSet<usize>,
}

impl<'a, 's> Sight<'a, 's> {
    pub(super) fn new(sql: &'a str, resolution: &Resolution<'s>) -> Self {
        let mut columns = HashMap::new();
        let mut timed_texts = HashSet::new();
        for reference in &resolution.references {
            let column = resolution.source(reference).and_then(|source| source.table()?.column(&reference.name.text));
            if column.is_some_and(has_time) {
                timed_texts.insert(reference.range.start);
            }
            if let Some(times) = resolution.source(reference).and_then(|source| source.times(&reference.name.text)) {
                columns.insert(reference.range.start, times);
            }
        }
        Self { tokens: Tokens::new(sql), columns, timed_texts }
    }

    /// What the operand `range` counts: a column, the least, most or first of one.
    pub(super) fn times(&self, range: Range<usize>) -> Option<&'s Times> {
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
    pub(super) fn string(&self, range: Range<usize>) -> Option<String> {
        let is_string = range.len() == 1 && self.tokens.kind(range.start) == Some(TokenKind::String);
        is_string.then(|| name_of(self.tokens.text(range.start)))
    }
}

/// Whether a column holds dates with a time of day as text.
pub(super) fn has_time(column: &Column) -> bool {
    let is_timed = |text: &String| DateText::of(text) == Some(DateText::Time);
    column.holds == Holds::Texts && column.meaning == Meaning::Plain && column.samples.first().is_some_and(is_timed)
}

/// One change: pieces of the text to replace.
#[derive(Debug, Default)]
pub(super) struct Edit {
    pub(super) pieces: Vec<(Range<usize>, String)>,
}

impl Edit {
    pub(super) fn of(range: Range<usize>, to: String) -> Self {
        Self { pieces: vec![(range, to)] }
    }

    /// The text with the change made, and the change told; `None` where it changes nothing.
    pub(super) fn apply(mut self, sql: &str) -> Option<(String, Change)> {
        self.pieces.sort_by_key(|(range, _)| range.start);
        let out = replaced(sql, &self.pieces)?;
        let (mut from, mut to) = (Vec::new(), Vec::new());
        for (range, new) in &self.pieces {
            let old = sql.get(range.clone())?;
            if old != new {
                from.push(old);
                to.push(new.as_str());
            }
        }
        (out != sql).then(|| (out, Change { kind: ChangeKind::Date, from: from.join(" "), to: to.join(" ") }))
    }
}
