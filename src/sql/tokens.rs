//! A statement's tokens without blanks and comments, and the pieces that rules ask for: calls, operands, clauses.

use std::ops::Range;

use super::lex::{Token, TokenKind, lex};
use super::quote::is_keyword;

/// Operators that compare two values by their order.
pub(super) const COMPARISONS: [&str; 8] = ["=", "==", "<", ">", "<=", ">=", "<>", "!="];

/// The significant tokens of one text.
pub(super) struct Tokens<'a> {
    sql: &'a str,
    tokens: Vec<Token>,
}

/// A call: its arguments, as ranges of tokens, and the place of the closing bracket.
pub(super) struct Call {
    /// Without the commas; a call without arguments has none.
    pub(super) arguments: Vec<Range<usize>>,
    /// The token `)`.
    pub(super) close: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(sql: &'a str) -> Self {
        Self { sql, tokens: lex(sql).into_iter().filter(Token::is_significant).collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn text(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.text(self.sql))
    }

    pub(super) fn before(&self, at: usize) -> &'a str {
        at.checked_sub(1).map_or("", |at| self.text(at))
    }

    pub(super) fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    /// Whether token `at` is one of the words, in any case, without quotes.
    pub(super) fn is(&self, at: usize, words: &[&str]) -> bool {
        words.iter().any(|word| word.eq_ignore_ascii_case(self.text(at)))
    }

    /// The bytes of a range of tokens.
    pub(super) fn bytes(&self, range: Range<usize>) -> Range<usize> {
        let start = self.tokens.get(range.start).map_or(self.sql.len(), |token| token.range.start);
        let end = range.end.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(start, |token| token.range.end);
        start..end.max(start)
    }

    /// The text of a range of tokens, blanks and comments between them included.
    pub(super) fn piece(&self, range: Range<usize>) -> &'a str {
        self.sql.get(self.bytes(range)).unwrap_or("")
    }

    /// The bracket that closes the one at `open`.
    pub(super) fn close(&self, open: usize) -> Option<usize> {
        let mut depth = 0usize;
        for at in open..self.len() {
            match self.text(at) {
                "(" => depth += 1,
                ")" => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    fn open(&self, close: usize) -> Option<usize> {
        let mut depth = 0usize;
        for at in (0..=close).rev() {
            match self.text(at) {
                ")" => depth += 1,
                "(" => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The call of the function named at `at`, where there is one: a word, not behind a dot or in a declaration, and a bracket.
    pub(super) fn call(&self, at: usize) -> Option<Call> {
        if self.kind(at) != Some(TokenKind::Word) || self.text(at + 1) != "(" || self.before(at) == "." {
            return None;
        }
        let close = self.close(at + 1)?;
        let mut arguments = Vec::new();
        let (mut depth, mut start) = (0usize, at + 2);
        for i in at + 2..close {
            match self.text(i) {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                "," if depth == 0 => {
                    arguments.push(start..i);
                    start = i + 1;
                }
                _ => {}
            }
        }
        if start < close || !arguments.is_empty() {
            arguments.push(start..close);
        }
        Some(Call { arguments, close })
    }

    /// The first of `words` inside `range`, outside of brackets.
    pub(super) fn find(&self, range: Range<usize>, words: &[&str]) -> Option<usize> {
        let mut depth = 0usize;
        for at in range {
            match self.text(at) {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ if depth == 0 && self.is(at, words) => return Some(at),
                _ => {}
            }
        }
        None
    }

    /// Where the operand begins that ends before token `end`: a literal, a name with its dots, a call, something in brackets.
    pub(super) fn operand_before(&self, end: usize) -> Option<usize> {
        let last = end.checked_sub(1)?;
        let mut start = last;
        if self.text(last) == ")" {
            start = self.open(last)?;
            let named = start.checked_sub(1).filter(|at| self.kind(*at) == Some(TokenKind::Word) && !self.separates(*at));
            start = named.unwrap_or(start);
        } else if self.is(last, &["end"]) {
            start = (0..last).rev().find(|at| self.is(*at, &["case"]))?;
        } else {
            let is_value = match self.kind(last)? {
                TokenKind::Word => !is_keyword(self.text(last)) || self.is(last, &["current_date", "current_timestamp", "current_time"]),
                TokenKind::Quoted | TokenKind::String | TokenKind::Number | TokenKind::Parameter => true,
                _ => false,
            };
            if !is_value {
                return None;
            }
        }
        while start >= 2 && self.text(start - 1) == "." {
            start -= 2;
        }
        Some(start)
    }

    /// Where the operand ends (exclusive) that begins at token `start`.
    pub(super) fn operand_after(&self, start: usize) -> Option<usize> {
        let mut at = if self.text(start) == "-" { start + 1 } else { start };
        if self.text(at) == "(" {
            return Some(self.close(at)? + 1);
        }
        while self.text(at + 1) == "." {
            at += 2;
        }
        match self.kind(at)? {
            TokenKind::Word if self.text(at + 1) == "(" => Some(self.close(at + 1)? + 1),
            TokenKind::Word | TokenKind::Quoted | TokenKind::String | TokenKind::Number | TokenKind::Parameter => Some(at + 1),
            _ => None,
        }
    }

    /// Whether it joins what need not be there: a condition on what an outer join makes up leaves out the rows that it was made for.
    pub(super) fn joins_outer(&self) -> bool {
        (0..self.len()).any(|at| self.is(at, &["left", "right", "full", "outer"]) && self.text(at + 1) != "(")
    }

    /// Words before a bracket that are no function's name.
    fn separates(&self, at: usize) -> bool {
        is_keyword(self.text(at)) && !self.is(at, &["left", "right", "if", "replace", "cast", "glob", "like"])
    }

    /// The clauses of the SELECT that begins at token `start`, up to a set operation, a closing bracket or the end.
    pub(super) fn arm(&self, start: usize) -> Option<Arm> {
        if !self.is(start, &["select"]) {
            return None;
        }
        let mut arm = Arm { clauses: vec![(Part::Select, start..start + 1)], end: start + 1 };
        let mut depth = 0usize;
        let mut at = start + 1;
        while at < self.len() {
            let text = self.text(at);
            if text == ")" && depth == 0 || text == ";" || depth == 0 && self.is(at, &["union", "except", "intersect"]) {
                break;
            }
            match text {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ if depth == 0 => {
                    if let Some(part) = self.part(at) {
                        arm.clauses.push((part, at..at + 1));
                    }
                }
                _ => {}
            }
            at += 1;
            if let Some((_, range)) = arm.clauses.last_mut() {
                range.end = at;
            }
        }
        arm.end = at;
        Some(arm)
    }

    /// The clause that begins at token `at`.
    fn part(&self, at: usize) -> Option<Part> {
        let by = self.is(at + 1, &["by"]);
        let named = self.before(at) == "." || self.is(at.checked_sub(1)?, &["as"]);
        match self.text(at).to_ascii_lowercase().as_str() {
            _ if named => None,
            "from" if !self.is(at - 1, &["distinct"]) => Some(Part::From),
            "where" => Some(Part::Where),
            "group" if by => Some(Part::GroupBy),
            "having" => Some(Part::Having),
            "order" if by => Some(Part::OrderBy),
            "limit" => Some(Part::Limit),
            _ => None,
        }
    }

    /// `range` cut at `separator`, outside of brackets; the AND of a BETWEEN does not cut.
    pub(super) fn split(&self, range: Range<usize>, separator: &str) -> Vec<Range<usize>> {
        let (mut out, mut depth, mut between, mut start) = (Vec::new(), 0usize, 0usize, range.start);
        for at in range.clone() {
            match self.text(at) {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ if depth > 0 => {}
                _ if self.is(at, &["between"]) => between += 1,
                _ if self.is(at, &[separator]) && between > 0 && separator == "and" => between -= 1,
                _ if self.is(at, &[separator]) => {
                    out.push(start..at);
                    start = at + 1;
                }
                _ => {}
            }
        }
        out.push(start..range.end);
        out
    }
}

/// A SELECT's clauses, as ranges of tokens.
pub(super) struct Arm {
    /// In the order in which they stand.
    pub(super) clauses: Vec<(Part, Range<usize>)>,
    /// The token behind it.
    pub(super) end: usize,
}

/// A clause, in the order that SQL has them in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Select,
    From,
    Where,
    GroupBy,
    Having,
    OrderBy,
    Limit,
}

impl Arm {
    /// The first clause of that kind.
    pub(super) fn clause(&self, part: Part) -> Option<Range<usize>> {
        self.clauses.iter().find(|(other, _)| *other == part).map(|(_, range)| range.clone())
    }

    /// The edit that adds `condition` to the others; `None` without FROM.
    pub(super) fn with_condition(&self, tokens: &Tokens<'_>, condition: &str) -> Option<(Range<usize>, String)> {
        let Some(selection) = self.clause(Part::Where) else {
            let end = tokens.bytes(self.clause(Part::From)?).end;
            return Some((end..end, format!(" WHERE {condition}")));
        };
        let inside = selection.start + 1..selection.end;
        let old = tokens.piece(inside.clone());
        let either = inside.clone().any(|at| tokens.is(at, &["or"]));
        Some((tokens.bytes(inside), if either { format!("({old}) AND {condition}") } else { format!("{old} AND {condition}") }))
    }

    /// The result columns with their aliases, DISTINCT or ALL before them left out.
    pub(super) fn items(&self, tokens: &Tokens<'_>) -> Option<Vec<Range<usize>>> {
        let select = self.clause(Part::Select)?;
        let first = select.start + 1 + usize::from(tokens.is(select.start + 1, &["distinct", "all"]));
        Some(tokens.split(first..select.end, ","))
    }
}
