//! A statement with its columns of numbers and dates as text, the place where one of them stands, and a change of it.

use std::collections::HashMap;
use std::ops::Range;

use crate::schema::Column;
use crate::sql::change::{Change, ChangeKind};
use crate::sql::edits::replaced;
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::resolve::{Binding, Resolution};
use crate::sql::tokens::{Arm, Tokens};

/// Operators that compare two values.
const COMPARES: [&str; 8] = ["=", "==", "<>", "!=", "<", "<=", ">", ">="];

/// Those for which an order matters.
pub(super) const ORDERS: [&str; 4] = ["<", "<=", ">", ">="];

pub(super) fn is_written(column: &Column) -> bool {
    column.meaning.numerals().is_some() || column.meaning.local_dates().is_some()
}

/// A statement with what is known of its columns.
pub(super) struct Sight<'a, 's> {
    pub(super) tokens: Tokens<'a>,
    /// Columns whose texts are numbers or dates, by the byte at which their name (qualifier included) begins.
    pub(super) columns: HashMap<usize, &'s Column>,
    /// All columns of the schema that are named.
    pub(super) named: HashMap<usize, &'s Column>,
}

impl<'a, 's> Sight<'a, 's> {
    pub(super) fn new(sql: &'a str, resolution: &Resolution<'s>) -> Self {
        let mut named: HashMap<usize, &'s Column> = HashMap::new();
        for reference in &resolution.references {
            let column = resolution.source(reference).and_then(|source| source.table()?.column(&reference.name.text));
            if let Some(column) = column.filter(|_| matches!(reference.binding, Binding::Column { .. })) {
                named.insert(reference.range.start, column);
            }
        }
        let columns = named.iter().filter(|(_, column)| is_written(column)).map(|(at, column)| (*at, *column)).collect();
        Self { tokens: Tokens::new(sql), columns, named }
    }

    /// The column whose name begins at token `at`.
    pub(super) fn column(&self, at: usize) -> Option<&'s Column> {
        self.columns.get(&self.tokens.bytes(at..at + 1).start).copied()
    }

    /// The expression of the result column that is called `name`, or that stands at that place.
    pub(super) fn item(&self, arm: &Arm, name: &str) -> Option<Range<usize>> {
        let tokens = &self.tokens;
        let items = arm.items(tokens)?;
        if let Ok(place) = name.parse::<usize>() {
            let item = items.get(place.checked_sub(1)?)?.clone();
            return Some(item.start..tokens.find(item.clone(), &["as"]).unwrap_or(item.end));
        }
        items.into_iter().find_map(|item| {
            let last = item.end.checked_sub(1)?;
            let called = tokens.is(last.checked_sub(1)?, &["as"]) && name_of(tokens.text(last)).eq_ignore_ascii_case(&name_of(name));
            called.then(|| item.start..last - 1)
        })
    }

    /// The content of a string literal.
    pub(super) fn string(&self, range: Range<usize>) -> Option<String> {
        let is_string = range.len() == 1 && self.tokens.kind(range.start) == Some(TokenKind::String);
        is_string.then(|| name_of(self.tokens.text(range.start)))
    }
}

/// Whether a term of ORDER BY ends before token `at`.
pub(super) fn ends_term(tokens: &Tokens<'_>, at: usize) -> bool {
    at >= tokens.len() || tokens.is(at, &["asc", "desc", "nulls", "collate", "limit", "rows", "range", "groups", ",", ")", ";"])
}

/// Whether the token `at` stands in an ORDER BY, and no bracket between.
pub(super) fn is_in_order(tokens: &Tokens<'_>, at: usize) -> bool {
    let mut depth = 0usize;
    for at in (0..at).rev() {
        match tokens.text(at) {
            ")" => depth += 1,
            "(" if depth == 0 => return false,
            "(" => depth -= 1,
            _ if depth > 0 => {}
            _ if tokens.is(at, &["by"]) => return at.checked_sub(1).is_some_and(|at| tokens.is(at, &["order"])),
            _ if tokens.is(at, &["select", "from", "where", "having", "limit"]) => return false,
            _ => {}
        }
    }
    false
}

/// A place where such a column is named.
pub(super) struct Site<'a, 'b, 's> {
    pub(super) sight: &'b Sight<'a, 's>,
    /// The tokens of its name, the qualifier included.
    pub(super) range: Range<usize>,
}

impl Site<'_, '_, '_> {
    pub(super) fn name(&self) -> &str {
        self.sight.tokens.piece(self.range.clone())
    }

    /// The function that the column is the one argument of, or the first of several, in lower case.
    pub(super) fn function(&self) -> Option<String> {
        let open = self.range.start.checked_sub(1)?;
        let tokens = &self.sight.tokens;
        let name = open.checked_sub(1).filter(|_| tokens.text(open) == "(")?;
        let ends = matches!(tokens.text(self.range.end), ")" | ",") || tokens.is(self.range.end, &["as"]);
        (ends && tokens.kind(name) == Some(TokenKind::Word) && tokens.call(name).is_some()).then(|| tokens.text(name).to_lowercase())
    }

    /// Whether the column is a whole term of ORDER BY.
    pub(super) fn is_term(&self) -> bool {
        let tokens = &self.sight.tokens;
        let Some(before) = self.range.start.checked_sub(1) else { return false };
        let begins = tokens.is(before, &["by"]) && before.checked_sub(1).is_some_and(|at| tokens.is(at, &["order"]));
        let follows = tokens.text(before) == "," && is_in_order(tokens, before);
        (begins || follows) && ends_term(tokens, self.range.end)
    }

    /// Whether the column is all that a subquery gives which something is compared with: `x > (SELECT y FROM ...)`.
    pub(super) fn is_compared_query(&self) -> bool {
        let tokens = &self.sight.tokens;
        let Some(select) = self.range.start.checked_sub(1).filter(|at| tokens.is(*at, &["select"])) else { return false };
        let operator = select.checked_sub(2).filter(|at| tokens.text(at + 1) == "(" && COMPARES.contains(&tokens.text(*at)));
        operator.is_some() && tokens.is(self.range.end, &["from"])
    }

    /// What the column is compared with, and how: by an operator on either side, BETWEEN or IN. With what stands on the other side.
    pub(super) fn compared(&self) -> Option<(String, Vec<Range<usize>>)> {
        let tokens = &self.sight.tokens;
        let end = self.range.end;
        // `x + 1 > 2`: the operand is a part of something computed.
        let before = self.range.start.checked_sub(1);
        let computes = |at: usize| matches!(tokens.text(at), "+" | "-" | "*" | "/" | "%" | "||");
        if before.is_some_and(computes) || computes(end) {
            return None;
        }
        if COMPARES.contains(&tokens.text(end)) {
            let other = end + 1..tokens.operand_after(end + 1)?;
            return Some((tokens.text(end).to_owned(), vec![other]));
        }
        let behind = end + usize::from(tokens.is(end, &["not"]));
        if tokens.is(behind, &["between"]) {
            let low = behind + 1..tokens.operand_after(behind + 1)?;
            let and = (low.end..tokens.len()).take(64).find(|at| tokens.is(*at, &["and"]))?;
            let high = and + 1..tokens.operand_after(and + 1)?;
            return Some(("<".into(), vec![low, high]));
        }
        if tokens.is(behind, &["in"]) && tokens.text(behind + 1) == "(" && !tokens.is(behind + 2, &["select", "with", "values"]) {
            let close = tokens.close(behind + 1)?;
            return Some(("=".into(), tokens.split(behind + 2..close, ",")));
        }
        let operator = before.filter(|at| COMPARES.contains(&tokens.text(*at)))?;
        let left = tokens.operand_before(operator)?..operator;
        Some((tokens.text(operator).to_owned(), Vec::from([left])))
    }

    /// The other column of a comparison, where it is one.
    pub(super) fn other(&self, range: &Range<usize>) -> Option<&Column> {
        let start = self.sight.tokens.bytes(range.clone()).start;
        let is_name = self.sight.tokens.operand_after(range.start) == Some(range.end) && self.sight.tokens.call(range.start).is_none();
        self.sight.named.get(&start).copied().filter(|_| is_name)
    }

    pub(super) fn edit(&self, kind: ChangeKind, to: String) -> Edit {
        Edit { kind, pieces: vec![(self.sight.tokens.bytes(self.range.clone()), to)], is_read: true }
    }
}

/// One change: pieces of the text to replace.
#[derive(Debug)]
pub(super) struct Edit {
    pub(super) kind: ChangeKind,
    pub(super) pieces: Vec<(Range<usize>, String)>,
    /// Whether there is one way to read the texts, so that it can be made.
    pub(super) is_read: bool,
}

impl Edit {
    /// The text with the change made, and the change told; `None` where it changes nothing.
    pub(super) fn apply(mut self, sql: &str) -> Option<(String, Change)> {
        self.pieces.sort_by_key(|(range, _)| range.start);
        let out = replaced(sql, &self.pieces)?;
        let (mut from, mut to) = (Vec::new(), Vec::new());
        for (range, new) in &self.pieces {
            from.push(sql.get(range.clone())?);
            to.push(new.as_str());
        }
        (out != sql).then(|| (out, Change { kind: self.kind, from: from.join(" ... "), to: to.join(" ... ") }))
    }
}
