//! SQL byte by byte: cut into tokens as SQLite cuts it, each name narrowed to those that may stand there.

use std::sync::Arc;

use super::catalog::Catalog;
use super::expect::Expect;
use super::lesson::{Lesson, Refusal, Then};
use super::names::{Filter, Name, Narrowing, Roles, is_short_alias, is_word_byte};
use super::scope::{Purpose, Query};

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
/// And more bytes in comments: what may not end yet went on as one for 400 tokens.
const MOST_COMMENTS: usize = 400;

/// A statement as far as it is written.
#[derive(Debug, Clone)]
pub(super) struct Sql {
    pub(super) catalog: Arc<Catalog>,
    /// What is written.
    pub(super) text: Vec<u8>,
    lex: Lex,
    blanks: usize,
    /// Bytes in comments so far.
    comments: usize,
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
    /// What went wrong before, in an earlier attempt at this statement.
    pub(super) lessons: Arc<[Lesson]>,
    /// Lessons about tables to be joined that were heeded.
    joined: Vec<usize>,
    /// Where the last token ended, and the one before.
    pub(super) end: usize,
    pub(super) end_before: usize,
}

impl Sql {
    pub(super) fn new(catalog: Arc<Catalog>, strict: bool, lessons: Arc<[Lesson]>) -> Self {
        Self {
            catalog,
            text: Vec::new(),
            lex: Lex::Between,
            blanks: 0,
            comments: 0,
            expect: Expect::Start,
            statement: Arc::new(Query::new(Purpose::Statement)),
            nested: Vec::new(),
            fresh: false,
            after_is: false,
            strict,
            lessons,
            joined: Vec::new(),
            end: 0,
            end_before: 0,
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
                    let admits = filter.admits(self.text.get(start..).unwrap_or(&[]));
                    let word = self.text.get(start..).unwrap_or(&[]);
                    return match self.closes_too_early(word) {
                        _ if !admits => Err(self.unmet()),
                        Some(refusal) => Err(refusal),
                        None => Ok(Step::On),
                    };
                }
                let roles = filter.left.roles();
                let free = filter.free;
                let word = self.text.get(start..at).unwrap_or(&[]).to_vec();
                if byte == b'\'' && word.eq_ignore_ascii_case(b"x") && self.expect.takes_value() {
                    self.lex = Lex::Quoted { start, close: b'\'', content: Vec::new(), closing: false, filter: Filter::anything() };
                    return Ok(Step::On);
                }
                self.lex = Lex::Between;
                self.ends(at);
                self.word(&word, start, roles, free)?;
                self.begin(byte, at)
            }
            Lex::Quoted { start, close, content, closing, filter } => {
                if *closing {
                    if byte != *close || *close == b']' {
                        let (start, close, content, roles, free) =
                            (*start, *close, std::mem::take(content), filter.left.roles(), filter.free);
                        self.lex = Lex::Between;
                        self.ends(at);
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
                self.ends(at);
                self.literal(start)?;
                self.begin(byte, at)
            }
            Lex::Dash => {
                self.lex = Lex::Between;
                if byte == b'-' {
                    self.lex = Lex::LineComment;
                    return self.comment();
                }
                self.operator(at.saturating_sub(1))?;
                self.begin(byte, at)
            }
            Lex::Slash => {
                self.lex = Lex::Between;
                if byte == b'*' {
                    self.lex = Lex::BlockComment { star: false };
                    return self.comment();
                }
                self.operator(at.saturating_sub(1))?;
                self.begin(byte, at)
            }
            Lex::LineComment => {
                if byte == b'\n' {
                    self.lex = Lex::Between;
                    return Ok(Step::On);
                }
                self.comment()
            }
            Lex::BlockComment { star } => {
                if *star && byte == b'/' {
                    self.lex = Lex::Between;
                    return Ok(Step::On);
                }
                // What ends a comment may always come.
                if byte == b'*' && !*star {
                    *star = true;
                    return Ok(Step::On);
                }
                *star = byte == b'*';
                self.comment()
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

    /// Takes a byte of a comment, unless there were enough.
    fn comment(&mut self) -> Result<Step, Refusal> {
        self.comments += 1;
        if self.comments > MOST_COMMENTS { Err(self.unmet()) } else { Ok(Step::On) }
    }

    /// Notes that a token ends before `at`.
    pub(super) fn ends(&mut self, at: usize) {
        (self.end_before, self.end) = (self.end, at);
    }

    /// Whether only a name that is known to be right may stand at `at`.
    pub(super) fn knows(&self, at: usize) -> bool {
        self.strict || self.lessons.iter().any(|lesson| lesson.at == at && lesson.then == Then::Known)
    }

    /// The only names that may stand at `at`, where an earlier attempt showed them.
    pub(super) fn only(&self, at: usize) -> Option<&[(Name, Roles)]> {
        self.lessons.iter().find_map(|lesson| match &lesson.then {
            Then::Only(names) if lesson.at == at => Some(names.as_slice()),
            _ => None,
        })
    }

    /// Has the tables owe what an earlier attempt showed that they lack, once they are written again.
    fn heed(&mut self, at: usize) {
        let lessons = Arc::clone(&self.lessons);
        for (number, lesson) in lessons.iter().enumerate().filter(|(_, lesson)| lesson.at <= at) {
            if let Then::Join(owed) = &lesson.then
                && !self.joined.contains(&number)
            {
                self.joined.push(number);
                self.here_mut().scope.owed.push(owed.clone());
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
            self.heed(at);
        }
        match byte {
            b'\'' | b'"' | b'`' | b'[' => {
                let filter = self.filter(Some(byte), at);
                // A backtick that begins a line where a name need not stand is a fence.
                let line = self.text.get(..at).unwrap_or(&[]).iter().rev().find(|byte| !matches!(byte, b' ' | b'\t')) == Some(&b'\n');
                let fence = line && matches!(self.expect, Expect::After | Expect::AfterTable);
                if byte == b'`' && (fence || !filter.free && filter.left.is_empty()) {
                    self.clone().end_here()?;
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
                let mut filter = self.filter(None, at);
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
        self.clone().finish()?;
        self.lex = Lex::Fence(ticks);
        Ok(if ticks >= 3 { Step::Over } else { Step::On })
    }

    /// Ends the statement.
    pub(super) fn end_here(&mut self) -> Result<(), Refusal> {
        let at = self.text.len();
        match std::mem::replace(&mut self.lex, Lex::Between) {
            Lex::Word { start, filter } => {
                let word = self.text.get(start..).unwrap_or(&[]).to_vec();
                self.ends(at);
                self.word(&word, start, filter.left.roles(), filter.free)?;
            }
            Lex::Quoted { start, close, content, closing, filter } => {
                if !closing {
                    return Err(Refusal::Name);
                }
                self.ends(at);
                self.quoted(&content, close, start, filter.left.roles(), filter.free)?;
            }
            Lex::Plain { start } => {
                self.ends(at);
                self.literal(start)?;
            }
            Lex::Dash | Lex::Slash => self.operator(at.saturating_sub(1))?,
            Lex::Between | Lex::LineComment | Lex::BlockComment { .. } => {}
            Lex::Fence(_) => return Ok(()),
        }
        self.finish()
    }

    /// The rest of the name being written, where only one is left; where others than known ones may stand, it is a guess.
    pub(super) fn forced(&self) -> Vec<u8> {
        match &self.lex {
            Lex::Word { start, filter } => {
                let word = self.text.get(*start..).unwrap_or(&[]);
                let short = filter.shapes && is_short_alias(word) || filter.blob && word.eq_ignore_ascii_case(b"x");
                if short && !filter.free || word.len() < 2 { Vec::new() } else { rest(&filter.left, word) }
            }
            Lex::Quoted { content, closing: false, filter, close, .. } if !content.is_empty() => {
                let rest = rest(&filter.left, content);
                if rest.contains(close) { Vec::new() } else { rest }
            }
            _ => Vec::new(),
        }
    }

    /// Where a word stands that is no name yet: how each of the names that it may become ends, `most` at most.
    pub(super) fn endings(&self, most: usize) -> Vec<Vec<u8>> {
        let Lex::Word { start, filter } = &self.lex else { return Vec::new() };
        let word = self.text.get(*start..).unwrap_or(&[]);
        if filter.free || !filter.left.roles().is_none() || filter.shapes && is_short_alias(word) {
            return Vec::new();
        }
        let spelled = |name: &Name| name.spelled.get(word.len()..).unwrap_or(&[]).to_vec();
        filter.left.names().take(most).flat_map(|name| [ending(name, word), spelled(name)]).collect()
    }
}

/// How `name` goes on after `word`, in the case that `word` is written in.
fn ending(name: &Name, word: &[u8]) -> Vec<u8> {
    let rest = name.spelled.get(word.len()..).unwrap_or(&[]);
    if name.spelled.starts_with(word) {
        rest.to_vec()
    } else if word.iter().any(u8::is_ascii_lowercase) {
        rest.to_ascii_lowercase()
    } else {
        rest.to_ascii_uppercase()
    }
}

fn rest(left: &Narrowing, word: &[u8]) -> Vec<u8> {
    match left.only() {
        Some((name, roles)) if roles.has(Roles::COLUMN) || roles.has(Roles::TABLE) || roles.has(Roles::QUALIFIER) => ending(name, word),
        _ => Vec::new(),
    }
}
