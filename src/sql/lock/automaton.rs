//! SQL byte by byte: cut into tokens as SQLite cuts it, each name narrowed to those that may stand there.

use std::sync::Arc;

use super::catalog::Catalog;
use super::grammar::Expect;
use super::names::{Name, Narrowing, Roles, is_word_byte};
use super::scope::{Purpose, Query};

/// Why a byte may not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No name that can stand here has it.
    Name,
    /// It would be right, were it not for the name at this offset, which no table of the schema has: a query that was still to come
    /// might have had it, and did not.
    Wager(usize),
}

/// Which names may be written at a place.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    /// Anything, besides what is listed.
    pub(super) free: bool,
    /// Also short names of tables that are still to come (`T1`, `c`, `emp`).
    pub(super) shapes: bool,
    /// Also `x'00ff'`.
    pub(super) blob: bool,
    pub(super) left: Narrowing,
}

/// An alias that may stand before its table when nothing else unknown may: up to three letters, then up to two digits.
pub(super) fn is_short_alias(word: &[u8]) -> bool {
    let letters = word.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    (1..=3).contains(&letters) && word.len() <= letters + 2 && word.iter().skip(letters).all(u8::is_ascii_digit)
}

impl Filter {
    pub(super) fn anything() -> Self {
        Self { free: true, ..Self::default() }
    }

    fn admits(&self, word: &[u8]) -> bool {
        self.free || !self.left.is_empty() || self.shapes && is_short_alias(word) || self.blob && word.eq_ignore_ascii_case(b"x")
    }
}

/// The token being written.
#[derive(Debug, Clone)]
enum Lex {
    Between,
    Word {
        start: usize,
        filter: Filter,
    },
    Quoted {
        start: usize,
        close: u8,
        content: Vec<u8>,
        closing: bool,
        filter: Filter,
    },
    /// A number or a parameter.
    Plain {
        start: usize,
    },
    Dash,
    Slash,
    LineComment,
    BlockComment {
        star: bool,
    },
    /// Backticks that may end the statement's fence.
    Fence(u8),
}

/// What a byte did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The statement goes on.
    On,
    /// It has ended.
    Over,
}

/// More blanks in a row than anybody writes: a model that is kept from what it wants would go on for ever.
const MOST_BLANKS: usize = 120;

/// A statement as far as it is written.
#[derive(Debug, Clone)]
pub(super) struct Sql {
    pub(super) catalog: Arc<Catalog>,
    /// What is written.
    pub(super) text: Vec<u8>,
    lex: Lex,
    blanks: usize,
    pub(super) expect: Expect,
    /// The statement's own query.
    pub(super) statement: Arc<Query>,
    /// Queries open in it, each in the one before.
    pub(super) nested: Vec<Arc<Query>>,
    /// Whether the last token opened a bracket.
    pub(super) fresh: bool,
    /// Whether the last words were IS, IS NOT, IS [NOT] DISTINCT.
    pub(super) after_is: bool,
    /// Whether names that no stored table has are refused also where a query to come could have them.
    pub(super) strict: bool,
    /// Where the last token ended.
    pub(super) end: usize,
}

impl Sql {
    pub(super) fn new(catalog: Arc<Catalog>, strict: bool) -> Self {
        Self {
            catalog,
            text: Vec::new(),
            lex: Lex::Between,
            blanks: 0,
            expect: Expect::Start,
            statement: Arc::new(Query::new(Purpose::Statement)),
            nested: Vec::new(),
            fresh: false,
            after_is: false,
            strict,
            end: 0,
        }
    }

    /// Takes the next byte. After a refusal the state is of no use.
    pub(super) fn push(&mut self, byte: u8) -> Result<Step, Refusal> {
        let at = self.text.len();
        self.text.push(byte);
        match &mut self.lex {
            Lex::Between => self.begin(byte, at),
            Lex::Word { start, filter } => {
                let start = *start;
                if is_word_byte(byte) {
                    filter.left.push(byte);
                    let word = self.text.get(start..).unwrap_or(&[]);
                    return if filter.admits(word) && !self.closes_too_early(word) { Ok(Step::On) } else { Err(self.unmet()) };
                }
                let roles = filter.left.roles();
                let free = filter.free;
                let word = self.text.get(start..at).unwrap_or(&[]).to_vec();
                if byte == b'\'' && word.eq_ignore_ascii_case(b"x") && self.expect.takes_value() {
                    self.lex = Lex::Quoted { start, close: b'\'', content: Vec::new(), closing: false, filter: Filter::anything() };
                    return Ok(Step::On);
                }
                self.lex = Lex::Between;
                self.end = at;
                self.word(&word, start, roles, free)?;
                self.begin(byte, at)
            }
            Lex::Quoted { start, close, content, closing, filter } => {
                if *closing {
                    if byte != *close || *close == b']' {
                        let (start, close, content, roles, free) =
                            (*start, *close, std::mem::take(content), filter.left.roles(), filter.free);
                        self.lex = Lex::Between;
                        self.end = at;
                        self.quoted(&content, close, start, roles, free)?;
                        return self.begin(byte, at);
                    }
                    *closing = false;
                } else if byte == *close {
                    // An empty name in backticks is the end of a fence; a name must be one of those that may stand here.
                    if content.is_empty() && byte == b'`' {
                        return self.fence(2);
                    }
                    if !filter.free && filter.left.roles().is_none() && !filter.left.has_next(byte) {
                        return Err(Refusal::Name);
                    }
                    *closing = true;
                    return Ok(Step::On);
                }
                content.push(byte);
                filter.left.push(byte);
                if filter.free || !filter.left.is_empty() { Ok(Step::On) } else { Err(self.unmet()) }
            }
            Lex::Plain { start } => {
                let start = *start;
                let before = self.text.get(at.saturating_sub(1)).copied().unwrap_or(0);
                let exponent = matches!(before, b'e' | b'E') && matches!(byte, b'+' | b'-');
                let number = self.text.get(start).is_some_and(|b| b.is_ascii_digit() || *b == b'.');
                if is_word_byte(byte) || number && (byte == b'.' || exponent) || !number && byte == b':' {
                    return Ok(Step::On);
                }
                self.lex = Lex::Between;
                self.end = at;
                self.literal(start)?;
                self.begin(byte, at)
            }
            Lex::Dash => {
                self.lex = Lex::Between;
                if byte == b'-' {
                    self.lex = Lex::LineComment;
                    return Ok(Step::On);
                }
                self.operator(at.saturating_sub(1))?;
                self.begin(byte, at)
            }
            Lex::Slash => {
                self.lex = Lex::Between;
                if byte == b'*' {
                    self.lex = Lex::BlockComment { star: false };
                    return Ok(Step::On);
                }
                self.operator(at.saturating_sub(1))?;
                self.begin(byte, at)
            }
            Lex::LineComment => {
                if byte == b'\n' {
                    self.lex = Lex::Between;
                }
                Ok(Step::On)
            }
            Lex::BlockComment { star } => {
                if *star && byte == b'/' {
                    self.lex = Lex::Between;
                } else {
                    *star = byte == b'*';
                }
                Ok(Step::On)
            }
            Lex::Fence(ticks) => {
                let ticks = *ticks;
                if byte == b'`' && ticks < 3 {
                    return self.fence(ticks + 1);
                }
                // What follows the fence is not SQL.
                Ok(Step::Over)
            }
        }
    }

    /// Takes a byte that begins a token.
    fn begin(&mut self, byte: u8, at: usize) -> Result<Step, Refusal> {
        if byte.is_ascii_whitespace() {
            self.blanks += 1;
            return if self.blanks > MOST_BLANKS || !self.may_pause() { Err(self.unmet()) } else { Ok(Step::On) };
        }
        self.blanks = 0;
        let next_is_dot_or_bracket = matches!(byte, b'.' | b'(');
        if !next_is_dot_or_bracket && !matches!(byte, b'-' | b'/') {
            self.settle()?;
        }
        match byte {
            b'\'' | b'"' | b'`' | b'[' => {
                let filter = self.filter(Some(byte));
                if byte == b'`' && !filter.free && filter.left.is_empty() && !self.clone().may_end() {
                    return Err(self.unmet());
                }
                let close = if byte == b'[' { b']' } else { byte };
                self.lex = Lex::Quoted { start: at, close, content: Vec::new(), closing: false, filter };
                Ok(Step::On)
            }
            b'-' => {
                self.lex = Lex::Dash;
                Ok(Step::On)
            }
            b'/' => {
                self.lex = Lex::Slash;
                Ok(Step::On)
            }
            b'.' if self.expect.takes_value() => {
                self.lex = Lex::Plain { start: at };
                Ok(Step::On)
            }
            b'?' | b':' | b'@' | b'$' | b'0'..=b'9' => {
                self.lex = Lex::Plain { start: at };
                Ok(Step::On)
            }
            _ if is_word_byte(byte) => {
                let mut filter = self.filter(None);
                filter.left.push(byte);
                let admits = filter.admits(&[byte]);
                self.lex = Lex::Word { start: at, filter };
                if admits { Ok(Step::On) } else { Err(self.unmet()) }
            }
            _ => self.punctuation(byte, at),
        }
    }

    /// Takes a backtick of a fence that ends the statement.
    fn fence(&mut self, ticks: u8) -> Result<Step, Refusal> {
        self.lex = Lex::Between;
        if let Err(refusal) = self.clone().finish() {
            return Err(refusal);
        }
        self.lex = Lex::Fence(ticks);
        Ok(if ticks >= 3 { Step::Over } else { Step::On })
    }

    /// Whether the statement may end here.
    pub(super) fn may_end(mut self) -> bool {
        self.end_here().is_ok()
    }

    /// Ends the statement.
    pub(super) fn end_here(&mut self) -> Result<(), Refusal> {
        let at = self.text.len();
        match std::mem::replace(&mut self.lex, Lex::Between) {
            Lex::Word { start, filter } => {
                let word = self.text.get(start..).unwrap_or(&[]).to_vec();
                self.end = at;
                self.word(&word, start, filter.left.roles(), filter.free)?;
            }
            Lex::Quoted { start, close, content, closing, filter } => {
                if !closing {
                    return Err(Refusal::Name);
                }
                self.end = at;
                self.quoted(&content, close, start, filter.left.roles(), filter.free)?;
            }
            Lex::Plain { start } => {
                self.end = at;
                self.literal(start)?;
            }
            Lex::Dash | Lex::Slash => self.operator(at.saturating_sub(1))?,
            Lex::Between | Lex::LineComment | Lex::BlockComment { .. } => {}
            Lex::Fence(_) => return Ok(()),
        }
        self.finish()
    }

    /// From where on what is written may still turn out wrong.
    pub(super) fn unsettled_from(&self) -> Option<usize> {
        let name = match (&self.lex, &self.expect) {
            _ if self.strict || !self.is_ahead() => None,
            (Lex::Word { start, .. } | Lex::Quoted { start, .. }, Expect::Operand | Expect::Column { .. }) => Some(*start),
            (_, Expect::Pending { start, .. } | Expect::Column { start, .. }) => Some(*start),
            _ => None,
        };
        name.into_iter().chain(self.first_wager()).min()
    }

    /// The rest of the name being written, where only one is left.
    pub(super) fn forced(&self) -> Vec<u8> {
        match &self.lex {
            Lex::Word { start, filter } if !filter.free => {
                let word = self.text.get(*start..).unwrap_or(&[]);
                if filter.shapes && is_short_alias(word) || filter.blob && word.eq_ignore_ascii_case(b"x") {
                    return Vec::new();
                }
                rest(&filter.left, word.len())
            }
            Lex::Quoted { content, closing: false, filter, close, .. } if !filter.free && !content.is_empty() => {
                let rest = rest(&filter.left, content.len());
                if rest.contains(close) { Vec::new() } else { rest }
            }
            _ => Vec::new(),
        }
    }
}

fn rest(left: &Narrowing, written: usize) -> Vec<u8> {
    match left.only() {
        Some((Name { spelled, .. }, roles)) if roles.has(Roles::COLUMN) || roles.has(Roles::TABLE) || roles.has(Roles::QUALIFIER) => {
            spelled.get(written..).unwrap_or(&[]).to_vec()
        }
        _ => Vec::new(),
    }
}
