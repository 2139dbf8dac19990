//! The name lock: while SQL is being written, only names that can exist may be written.
//!
//! An automaton over bytes. Where a table may stand it admits the tables of the open schema, common table expressions and functions; where a
//! column may stand, those of the tables named so far. A name that stands before its table (`SELECT T1.name FROM`) becomes an obligation,
//! and the list of tables cannot end before all of them are met. Text around the statement is not touched.
//!
//! **Second attempts.** A name may turn out right later (`SELECT total FROM (SELECT sum(x) AS total ...`), and a name that is not there often
//! says what is missing. So a name is taken as it is written, and where nothing has it, [`Refusal::Again`] says where to go back to and
//! [`NameLock::again`] gives a lock that knows what went wrong: a table that has the column must be joined, or the table that has it must be
//! named, or one of the known names must stand there. [`NameLock::strict`] takes known names alone, and refuses at the first wrong byte.
//!
//! **What it refuses although SQLite would take it.** A table's own name before its FROM means that table (`SELECT city.x FROM (...) AS city`
//! with another `x`); then that table is not given an alias. An alias without AS that does not abbreviate its table, while the tables lack
//! a column that is waited for. A common table expression used before it is declared.
//!
//! Files on their floors, the lowest first:
//! - `words`, `functions`: words that stand for themselves; functions
//! - `gbnf`: the lock as a grammar, for servers
//! - `names`: names, and which of them may stand at a place
//! - `scope`: what a query has named
//! - `lesson`: what to do otherwise
//! - `expect`: what may stand next
//! - `catalog`: the names there are
//! - `automaton`: bytes to tokens
//! - `keywords`, `grammar`, `punctuation`: what each token does
//! - `blame`: what a name that is not there says is missing
//! - `filters`: which names may be written at a place
//! - `resolve`: which names can be meant

mod automaton;
mod blame;
mod catalog;
mod expect;
mod filters;
mod functions;
mod gbnf;
mod grammar;
mod keywords;
mod lesson;
mod names;
mod punctuation;
mod resolve;
mod scope;
mod words;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use automaton::{Sql, Step};
use catalog::Catalog;
pub use gbnf::{MOST_BYTES as MOST_GRAMMAR_BYTES, gbnf};
pub use lesson::{Lesson, Refusal};

use lesson::MOST_LESSONS;

use crate::schema::Schema;

/// Whether a model may write a call of the function `name`.
pub fn offers_function(name: &str) -> bool {
    functions::FUNCTIONS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The lock, as far as a text is written. A clone goes its own way and is cheap.
#[derive(Debug, Clone)]
pub struct NameLock {
    catalog: Arc<Catalog>,
    strict: bool,
    lessons: Arc<[Lesson]>,
    /// How many attempts went wrong.
    learnt: usize,
    before: Before,
    /// How many statements are begun, and which of them the lessons are about.
    begun: usize,
    about: usize,
    state: State,
}

/// What comes before the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// A few words at most; the first statement is the answer.
    Words,
    /// Thoughts in words: statements stand in fenced blocks, the last of which is the answer.
    Thoughts,
    /// Thoughts of any kind: the answer stands between `<answer>` and `</answer>`.
    Answer,
}

#[derive(Debug, Clone)]
enum State {
    /// Words before the answer's tag; their end.
    Thinking {
        end: Vec<u8>,
    },
    /// Words around the statement; the current line.
    Prose {
        line: Vec<u8>,
        fenced: bool,
    },
    Statement(Box<Sql>),
    /// A `<` that may begin the tag behind the answer: the statement before it, and with it as an operator where it may be one.
    Closing {
        before: Box<Sql>,
        with: Option<Box<Sql>>,
    },
    /// Nothing that comes is looked at.
    Over,
}

/// What the answer stands behind, with [`Before::Answer`].
const TAG: &[u8] = b"<answer>";

impl State {
    fn first(before: Before) -> Self {
        match before {
            Before::Answer => Self::Thinking { end: Vec::new() },
            Before::Words | Before::Thoughts => Self::Prose { line: Vec::new(), fenced: false },
        }
    }
}

/// With more names left, a word says too little for their endings to matter.
const MOST_ENDINGS: usize = 64;

/// A line longer than this begins no statement.
const LONGEST_OPENING: usize = 64;

impl NameLock {
    /// A lock to `schema`, before the first byte of a model's answer.
    pub fn new(schema: &Schema) -> Self {
        Self {
            catalog: Arc::new(Catalog::new(schema)),
            strict: false,
            lessons: Arc::new([]),
            learnt: 0,
            before: Before::Words,
            begun: 0,
            about: 0,
            state: State::first(Before::Words),
        }
    }

    /// The same for an answer whose statement comes after something else.
    #[must_use]
    pub fn behind(self, before: Before) -> Self {
        Self { before, state: State::first(before), ..self }
    }

    /// The same, taking from here on only names that are known to be right: it refuses at once, and never calls for another attempt.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = true;
        if let State::Statement(sql) = &mut self.state {
            sql.strict = true;
        }
        self
    }

    /// A lock before the first byte of another attempt, which heeds `lesson` and those learnt before.
    #[must_use]
    pub fn again(&self, lesson: &Lesson) -> Self {
        // What came after the place is written anew; what was learnt of an earlier statement says nothing of this one.
        let about = self.begun.saturating_sub(1);
        let same = self.about == about;
        let mut lessons: Vec<Lesson> = self.lessons.iter().filter(|earlier| same && earlier.at <= lesson.at).cloned().collect();
        let repeated = lessons.contains(lesson);
        lessons.push(lesson.clone());
        let strict = self.strict || repeated || lessons.len() >= MOST_LESSONS || self.learnt >= MOST_LESSONS;
        Self {
            catalog: Arc::clone(&self.catalog),
            strict,
            learnt: self.learnt + 1,
            lessons: lessons.into(),
            before: self.before,
            begun: 0,
            about,
            state: State::first(self.before),
        }
    }

    /// Takes the next byte, or says that it may not come; then nothing has changed.
    pub fn advance(&mut self, byte: u8) -> bool {
        self.take(&[byte]).is_ok()
    }

    /// Takes the next bytes, or says why they may not come; then nothing has changed. A lesson's place counts from the statement's beginning.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        if matches!(self.state, State::Over) {
            return Ok(());
        }
        let (mut state, mut begun) = (self.state.clone(), self.begun);
        for &byte in bytes {
            self.step(&mut state, &mut begun, byte)?;
        }
        (self.state, self.begun) = (state, begun);
        Ok(())
    }

    fn step(&self, state: &mut State, begun: &mut usize, byte: u8) -> Result<(), Refusal> {
        match state {
            State::Over => {}
            State::Thinking { end } => {
                end.push(byte);
                if end.ends_with(TAG) {
                    *state = State::Prose { line: Vec::new(), fenced: true };
                } else if end.len() >= TAG.len() {
                    end.remove(0);
                }
            }
            State::Statement(sql) if byte == b'<' && self.before == Before::Answer && sql.clone().end_here().is_ok() => {
                let mut with = sql.clone();
                let with = with.push(byte).is_ok().then_some(with);
                *state = State::Closing { before: sql.clone(), with };
            }
            State::Closing { .. } if byte == b'/' => *state = State::Over,
            State::Closing { with, .. } => {
                let mut sql = with.take().ok_or(Refusal::Name)?;
                *state = if sql.push(byte)? == Step::Over { State::Over } else { State::Statement(sql) };
            }
            State::Statement(sql) => {
                if sql.push(byte)? == Step::Over {
                    // Only behind thoughts may another one follow, and in the same block where this one ended with a semicolon.
                    let fenced = !sql.text.trim_ascii_end().ends_with(b"```");
                    *state = if self.before == Before::Thoughts { State::Prose { line: Vec::new(), fenced } } else { State::Over };
                }
            }
            State::Prose { line, fenced } => {
                let may_begin = *fenced || self.before != Before::Thoughts;
                if let Some(word) = begins_statement(line, *fenced, byte).filter(|_| may_begin) {
                    // Lessons are about one statement.
                    let (strict, lessons) =
                        if *begun == self.about { (self.strict, Arc::clone(&self.lessons)) } else { (false, Arc::from([])) };
                    let mut sql = Sql::new(Arc::clone(&self.catalog), strict, lessons);
                    for &byte in word.iter().chain([&byte]) {
                        sql.push(byte)?;
                    }
                    *begun += 1;
                    *state = State::Statement(Box::new(sql));
                } else if byte == b'\n' {
                    let fence = line.trim_ascii_start().starts_with(b"```");
                    *fenced = match self.before {
                        // In thoughts there is more than one block.
                        Before::Thoughts => *fenced != fence,
                        Before::Words | Before::Answer => fence || *fenced && line.trim_ascii().is_empty(),
                    };
                    line.clear();
                } else if line.len() <= LONGEST_OPENING {
                    line.push(byte);
                }
            }
        }
        Ok(())
    }

    /// Looks at nothing that comes from now on.
    pub fn give_up(&mut self) {
        self.state = State::Over;
    }

    /// Whether the text may end here.
    pub fn may_end(&self) -> bool {
        self.end().is_ok()
    }

    /// Says why the text may not end here, where it may not.
    pub fn end(&self) -> Result<(), Refusal> {
        match &self.state {
            State::Statement(sql) => sql.clone().end_here(),
            State::Closing { .. } => Err(Refusal::Name),
            State::Thinking { .. } | State::Prose { .. } | State::Over => Ok(()),
        }
    }

    /// The bytes that end the name being written, where there is only one; none otherwise.
    pub fn forced(&self) -> Vec<u8> {
        match &self.state {
            State::Statement(sql) => sql.forced(),
            _ => Vec::new(),
        }
    }

    /// How many bytes of the statement are written; 0 outside of one.
    pub fn written(&self) -> usize {
        match &self.state {
            State::Statement(sql) => sql.text.len(),
            State::Closing { before, .. } => before.text.len() + 1,
            _ => 0,
        }
    }

    /// How many of the bytes written last a [`Refusal::Again`] may still call in question.
    pub fn unsettled(&self) -> usize {
        if self.strict { 0 } else { self.written() }
    }

    /// Where a word stands that is no name yet: how each of the names that it may become ends; none where any word may stand.
    pub fn endings(&self) -> Vec<Vec<u8>> {
        match &self.state {
            State::Statement(sql) => sql.endings(MOST_ENDINGS),
            _ => Vec::new(),
        }
    }
}

/// The word at the end of `line` that begins a statement, now that `byte` comes after it.
fn begins_statement(line: &[u8], fenced: bool, byte: u8) -> Option<Vec<u8>> {
    if names::is_word_byte(byte) || line.len() > LONGEST_OPENING {
        return None;
    }
    let at = line.iter().rposition(|&b| !names::is_word_byte(b)).map_or(0, |at| at + 1);
    let (before, word) = line.split_at_checked(at)?;
    let before = before.trim_ascii();
    let is = |words: &[&str]| words.iter().any(|other| other.as_bytes().eq_ignore_ascii_case(word));
    let alone = before.is_empty() || before.ends_with(b":") || before.ends_with(b"`");
    let shouted = word.iter().all(u8::is_ascii_uppercase);
    let spoken = word.first().is_some_and(u8::is_ascii_uppercase) && !shouted;
    let begins = fenced && is(&["select", "with", "values", "explain"])
        || is(&["select"]) && !spoken
        || is(&["with", "values", "explain"]) && shouted;
    (alone && begins).then(|| word.to_vec())
}
