//! A statement with what its columns count, and a change of it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::schema::{Column, DateText, Holds, Meaning, Times};
use crate::sql::change::{Change, ChangeKind};
use crate::sql::edits::replaced;
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::resolve::{Binding, HandsOn, Resolution, hands_on};
use crate::sql::tokens::Tokens;

/// A statement with what is known of its columns.
pub(super) struct Sight<'a, 's> {
    pub(super) tokens: Tokens<'a>,
    /// What columns count, by the byte at which their name (qualifier included) begins.
    pub(super) columns: HashMap<usize, &'s Times>,
    /// Where the names of columns begin that hold dates with a time of day as text.
    pub(super) timed_texts: HashSet<usize>,
    /// Columns that hold dates as text, by the byte at which their name begins.
    dated_texts: HashMap<usize, DateText>,
    /// Columns that hold months or years as text, with what makes a day of them.
    parts: HashMap<usize, &'static str>,
}

impl<'a, 's> Sight<'a, 's> {
    pub(super) fn new(sql: &'a str, resolution: &Resolution<'s>) -> Self {
        let mut columns = HashMap::new();
        let mut timed_texts = HashSet::new();
        let mut dated_texts = HashMap::new();
        let mut parts = HashMap::new();
        for reference in &resolution.references {
            let column = resolution.source(reference).and_then(|source| source.table()?.column(&reference.name.text));
            if column.is_some_and(has_time) {
                timed_texts.insert(reference.range.start);
            }
            if let Some(rest) = column.and_then(rest_of_day) {
                parts.insert(reference.range.start, rest);
            }
            if let Some(written) = column.and_then(dated) {
                dated_texts.insert(reference.range.start, written);
            }
            let told = resolution.source(reference).and_then(|source| source.times(&reference.name.text));
            // A date that is asked of it says that it is a moment.
            if let Some(times) = told.or_else(|| column?.perhaps.as_ref()) {
                columns.insert(reference.range.start, times);
            }
        }
        let mut out = Self { tokens: Tokens::new(sql), columns, timed_texts, dated_texts, parts };
        let named = resolution.references.iter().filter(|reference| reference.binding == Binding::Output);
        let results: Vec<(usize, &'s Times)> = named
            .filter_map(|reference| {
                let scope = resolution.scopes.get(reference.scope)?;
                Some((reference.range.start, out.result(&scope.range, &reference.name.text)?))
            })
            .collect();
        out.columns.extend(results);
        out
    }

    /// What the result column `name` of the SELECT at `scope` counts, where it is a column or one of a column's values under that name.
    fn result(&self, scope: &Range<usize>, name: &str) -> Option<&'s Times> {
        let tokens = &self.tokens;
        (1..tokens.len()).find_map(|at| {
            let is_named = tokens.is(at, &["as"])
                && scope.contains(&tokens.bytes(at..at + 1).start)
                && name_of(tokens.text(at + 1)).eq_ignore_ascii_case(name);
            let start = if is_named { tokens.operand_before(at)? } else { return None };
            let alone = tokens.before(start) == "," || tokens.is(start.checked_sub(1)?, &["select", "distinct", "all"]);
            if alone { self.times(start..at) } else { None }
        })
    }

    /// How the column `range` writes its dates, where it holds such as text.
    pub(super) fn dated_text(&self, range: Range<usize>) -> Option<DateText> {
        self.is_name(&range).then(|| self.dated_texts.get(&self.tokens.bytes(range).start).copied()).flatten()
    }

    /// What the column `range` lacks to be a day, where it holds months (`2024-03`) or years as text.
    pub(super) fn rest_of_day(&self, range: Range<usize>) -> Option<&'static str> {
        (!range.is_empty() && self.is_name(&range)).then(|| self.parts.get(&self.tokens.bytes(range).start).copied()).flatten()
    }

    /// Whether `range` is a name with its dots, and nothing else.
    fn is_name(&self, range: &Range<usize>) -> bool {
        let is_part = |at: usize| match (at - range.start) % 2 {
            0 => matches!(self.tokens.kind(at), Some(TokenKind::Word | TokenKind::Quoted)),
            _ => self.tokens.text(at) == ".",
        };
        range.clone().all(is_part)
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
        if !self.is_name(&range) {
            return None;
        }
        self.columns.get(&self.tokens.bytes(range).start).copied()
    }

    /// Whether a term of ORDER BY begins at token `at`.
    pub(super) fn is_ordered_by(&self, at: usize) -> bool {
        let mut depth = 0usize;
        for before in (0..at).rev() {
            match self.tokens.text(before) {
                ")" => depth += 1,
                "(" if depth == 0 => return false,
                "(" => depth -= 1,
                "," if depth == 0 => {}
                _ if depth > 0 => {}
                _ if self.tokens.is(before, &["by"]) => {
                    let begins = before + 1 == at || self.tokens.before(at) == ",";
                    return begins && before.checked_sub(1).is_some_and(|order| self.tokens.is(order, &["order"]));
                }
                _ if self.tokens.is(before, &["select", "from", "where", "having", "limit", "on"]) => return false,
                _ => {}
            }
        }
        false
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

/// What a column's texts lack to be days: `-01` behind `2024-03`.
pub(super) fn rest_of_day(column: &Column) -> Option<&'static str> {
    let is_text = column.holds == Holds::Texts && column.meaning == Meaning::Plain && !column.samples.is_empty();
    let all = |is: &dyn Fn(&str) -> bool| is_text && column.samples.iter().all(|text| is(text));
    match () {
        () if all(&|text| text.len() == 7 && DateText::of(text) == Some(DateText::Month)) => Some("-01"),
        () if all(&|text| text.len() == 4 && ("1800".."2101").contains(&text) && text.bytes().all(|b| b.is_ascii_digit())) => {
            Some("-01-01")
        }
        () => None,
    }
}

/// How a column writes its dates, where it holds such as text.
fn dated(column: &Column) -> Option<DateText> {
    let is_text = column.holds == Holds::Texts && column.meaning == Meaning::Plain;
    if is_text { column.samples.first().and_then(|text| DateText::of(text)) } else { None }
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
