//! Numbers and dates that are kept as text, where a query orders, compares or computes them: SQLite goes letter by letter, without an error.
//!
//! - `numbers`: `'99800'` beside `'2148000'`, `'$1,250.00'`
//! - `dates`: `'05/01/2024'`

mod dates;
mod numbers;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::ops::Range;

use super::{Change, ChangeKind};
use crate::schema::{Column, Schema};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::resolve::{Binding, Resolution, resolve};
use crate::sql::tokens::{Arm, Part, Tokens};

/// More changes than this are no slip.
const MAX_CHANGES: usize = 48;
/// Operators that compare two values.
const COMPARES: [&str; 8] = ["=", "==", "<>", "!=", "<", "<=", ">", ">="];
/// Those for which an order matters.
const ORDERS: [&str; 4] = ["<", "<=", ">", ">="];

/// `sql` with such columns read as what they are, and the changes in order.
pub(super) fn mend(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let (mut now, mut changes) = (sql.to_owned(), Vec::new());
    if !schema.tables.iter().any(|table| table.columns.iter().any(is_written)) {
        return (now, changes);
    }
    for _ in 0..MAX_CHANGES {
        let Some(resolution) = resolve(&now, schema) else { break };
        let sight = Sight::new(&now, &resolution);
        let step = (0..sight.tokens.len()).rev().find_map(|at| sight.step(at).filter(|edit| edit.is_read));
        let Some(edit) = step else { break };
        let Some((next, change)) = edit.apply(&now) else { break };
        now = next;
        if !changes.contains(&change) {
            changes.push(change);
        }
    }
    (now, changes)
}

/// The columns of `sql` that are ordered, compared or computed, and of which it is open how their texts are to be read, with the reason.
pub(crate) fn open_questions(sql: &str, schema: &Schema) -> Vec<(String, String)> {
    let Some(resolution) = resolve(sql, schema) else { return Vec::new() };
    let sight = Sight::new(sql, &resolution);
    let mut out: Vec<(String, String)> = Vec::new();
    for at in 0..sight.tokens.len() {
        let Some(column) = sight.column(at).filter(|column| !is_readable(column)) else { continue };
        if sight.step(at).is_some() && !out.iter().any(|(name, _)| *name == column.name) {
            let reason = match (column.meaning.local_dates(), column.meaning.numerals()) {
                (Some(dates), _) => format!("dates as text, {}", dates.open),
                _ => "numbers as text in which '.' may stand between thousands or before a fraction".into(),
            };
            out.push((column.name.clone(), reason));
        }
    }
    out
}

fn is_written(column: &Column) -> bool {
    column.meaning.numerals().is_some() || column.meaning.local_dates().is_some()
}

/// Whether there is one way to read the texts.
fn is_readable(column: &Column) -> bool {
    column.meaning.local_dates().is_none_or(|dates| dates.open.is_empty())
        && column.meaning.numerals().is_none_or(|numerals| !numerals.open)
}

/// A statement with what is known of its columns.
struct Sight<'a, 's> {
    tokens: Tokens<'a>,
    /// Columns whose texts are numbers or dates, by the byte at which their name (qualifier included) begins.
    columns: HashMap<usize, &'s Column>,
    /// All columns of the schema that are named.
    named: HashMap<usize, &'s Column>,
}

impl<'a, 's> Sight<'a, 's> {
    fn new(sql: &'a str, resolution: &Resolution<'s>) -> Self {
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
    fn column(&self, at: usize) -> Option<&'s Column> {
        self.columns.get(&self.tokens.bytes(at..at + 1).start).copied()
    }

    /// What is to be done where the column at token `at`, or an ORDER BY term, stands.
    fn step(&self, at: usize) -> Option<Edit> {
        if let Some(column) = self.column(at) {
            let site = Site { sight: self, range: at..self.tokens.operand_after(at)? };
            let edit = match (column.meaning.numerals(), column.meaning.local_dates()) {
                (Some(numerals), _) => numbers::step(&site, numerals),
                (_, Some(dates)) => dates::step(&site, dates),
                _ => None,
            };
            return edit.map(|edit| Edit { is_read: is_readable(column), ..edit });
        }
        self.by_alias(at)
    }

    /// ORDER BY the alias, or the place, of a result column that is such a column as it is.
    fn by_alias(&self, at: usize) -> Option<Edit> {
        let tokens = &self.tokens;
        let term = at..at + 1;
        let is_term = (tokens.is(at.checked_sub(1)?, &["by"]) && tokens.is(at.checked_sub(2)?, &["order"]) || tokens.text(at - 1) == ",")
            && ends_term(tokens, at + 1);
        let select = (0..at).rev().filter(|start| tokens.is(*start, &["select"])).find_map(|start| {
            let arm = tokens.arm(start)?;
            arm.clause(Part::OrderBy).filter(|order| order.contains(&at)).map(|_| arm)
        });
        let arm = select.filter(|_| is_term && !self.named.contains_key(&tokens.bytes(term.clone()).start))?;
        let item = self.item(&arm, tokens.text(at))?;
        let column = self.column(item.start)?;
        let (whole, operand) = (tokens.operand_after(item.start)? == item.end, tokens.piece(item.clone()));
        let to = match (column.meaning.numerals(), column.meaning.local_dates()) {
            (Some(numerals), _) => numerals.expression(operand),
            (_, Some(dates)) => dates.moment(operand),
            _ => return None,
        };
        let kind = if column.meaning.numerals().is_some() { ChangeKind::Number } else { ChangeKind::Date };
        whole.then(|| Edit { kind, pieces: vec![(tokens.bytes(term), to)], is_read: is_readable(column) })
    }

    /// The expression of the result column that is called `name`, or that stands at that place.
    fn item(&self, arm: &Arm, name: &str) -> Option<Range<usize>> {
        let tokens = &self.tokens;
        let select = arm.clause(Part::Select)?;
        let start = select.start + 1 + usize::from(tokens.is(select.start + 1, &["distinct", "all"]));
        let items = tokens.split(start..select.end, ",");
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
    fn string(&self, range: Range<usize>) -> Option<String> {
        let is_string = range.len() == 1 && self.tokens.kind(range.start) == Some(TokenKind::String);
        is_string.then(|| name_of(self.tokens.text(range.start)))
    }
}

/// Whether a term of ORDER BY ends before token `at`.
fn ends_term(tokens: &Tokens<'_>, at: usize) -> bool {
    at >= tokens.len() || tokens.is(at, &["asc", "desc", "nulls", "collate", "limit", "rows", "range", "groups", ",", ")", ";"])
}

/// A place where such a column is named.
struct Site<'a, 'b, 's> {
    sight: &'b Sight<'a, 's>,
    /// The tokens of its name, the qualifier included.
    range: Range<usize>,
}

impl Site<'_, '_, '_> {
    fn name(&self) -> &str {
        self.sight.tokens.piece(self.range.clone())
    }

    /// The function that the column is the one argument of, or the first of several, in lower case.
    fn function(&self) -> Option<String> {
        let open = self.range.start.checked_sub(1)?;
        let tokens = &self.sight.tokens;
        let name = open.checked_sub(1).filter(|_| tokens.text(open) == "(")?;
        let ends = matches!(tokens.text(self.range.end), ")" | ",") || tokens.is(self.range.end, &["as"]);
        (ends && tokens.kind(name) == Some(TokenKind::Word) && tokens.call(name).is_some()).then(|| tokens.text(name).to_lowercase())
    }

    /// Whether the column is a whole term of ORDER BY.
    fn is_term(&self) -> bool {
        let tokens = &self.sight.tokens;
        let Some(before) = self.range.start.checked_sub(1) else { return false };
        let begins = tokens.is(before, &["by"]) && before.checked_sub(1).is_some_and(|at| tokens.is(at, &["order"]));
        let follows = tokens.text(before) == "," && self.is_in_order(before);
        (begins || follows) && ends_term(tokens, self.range.end)
    }

    /// Whether the column is all that a subquery gives which something is compared with: `x > (SELECT y FROM ...)`.
    fn is_compared_query(&self) -> bool {
        let tokens = &self.sight.tokens;
        let Some(select) = self.range.start.checked_sub(1).filter(|at| tokens.is(*at, &["select"])) else { return false };
        let operator = select.checked_sub(2).filter(|at| tokens.text(at + 1) == "(" && COMPARES.contains(&tokens.text(*at)));
        operator.is_some() && tokens.is(self.range.end, &["from"])
    }

    /// Whether the token `at` stands in an ORDER BY, and no bracket between.
    fn is_in_order(&self, at: usize) -> bool {
        let tokens = &self.sight.tokens;
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

    /// What the column is compared with, and how: by an operator on either side, BETWEEN or IN. With what stands on the other side.
    fn compared(&self) -> Option<(String, Vec<Range<usize>>)> {
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
    fn other(&self, range: &Range<usize>) -> Option<&Column> {
        let start = self.sight.tokens.bytes(range.clone()).start;
        let is_name = self.sight.tokens.operand_after(range.start) == Some(range.end) && self.sight.tokens.call(range.start).is_none();
        self.sight.named.get(&start).copied().filter(|_| is_name)
    }

    fn edit(&self, kind: ChangeKind, to: String) -> Edit {
        Edit { kind, pieces: vec![(self.sight.tokens.bytes(self.range.clone()), to)], is_read: true }
    }
}

/// One change: pieces of the text to replace.
#[derive(Debug)]
struct Edit {
    kind: ChangeKind,
    pieces: Vec<(Range<usize>, String)>,
    /// Whether there is one way to read the texts, so that it can be made.
    is_read: bool,
}

impl Edit {
    /// The text with the change made, and the change told; `None` where it changes nothing.
    fn apply(mut self, sql: &str) -> Option<(String, Change)> {
        self.pieces.sort_by_key(|(range, _)| range.start);
        let (mut out, mut at) = (String::with_capacity(sql.len() + 64), 0);
        let (mut from, mut to) = (Vec::new(), Vec::new());
        for (range, new) in &self.pieces {
            out.push_str(sql.get(at..range.start)?);
            out.push_str(new);
            from.push(sql.get(range.clone())?.to_owned());
            to.push(new.clone());
            at = range.end;
        }
        out.push_str(sql.get(at..)?);
        (out != sql).then(|| (out, Change { kind: self.kind, from: from.join(" ... "), to: to.join(" ... ") }))
    }
}
