//! What is seen of a draft, and of drafts that return the same, as numbers: what the belief in an answer is reckoned from. Pure.

use std::collections::BTreeMap;

use crate::db::{Cell, Table};
use crate::sql::shape::{Shape, is_plain_count, shape};
use crate::sql::{Suspicion, SuspicionKind};

/// Words of a question, tables of a schema and columns of a result beyond these say no more.
const MOST_WORDS: usize = 40;
const MOST_TABLES: usize = 30;
const MOST_COLUMNS: usize = 6;
/// So do queries in a draft, and words that nothing has to do with.
const MOST_OF_A_KIND: usize = 3;
/// A log probability below this says no more.
pub(super) const UNLIKELIEST: f32 = -6.0;

/// Something that is seen; its name is what the table of weights calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// How unlikely the draft's tokens were on average: their mean log probability, negated.
    Unlikely,
    /// The square root of that.
    UnlikelyRoot,
    /// How unlikely its unlikeliest token was.
    UnlikelyToken,
    /// It was mended by more than another form of the same.
    Mended,
    /// Something speaks against it.
    Suspicious,
    /// More than one thing does.
    MoreSuspicious,
    /// This does.
    Suspicion(SuspicionKind),
    /// The question names a stored value that it does nothing with.
    Unused,
    /// The share of the question's words that nothing in it accounts for.
    Uncovered,
    /// Words that nothing in the schema has to do with either.
    Unknown,
    /// It returned no rows.
    NoRows,
    /// It returned nothing but NULL and zero.
    Nothing,
    /// It returned one value.
    OneValue,
    /// It returned the same row more than once.
    RepeatedRows,
    /// Columns of its result after the first.
    MoreColumns,
    /// Tables it names after the first.
    MoreTables,
    /// Queries in it.
    Nested,
    /// It aggregates.
    Aggregates,
    /// It orders its rows.
    Ordered,
    /// It counts the rows of one table, and the question says no more.
    Plain,
    /// Tens of words in the question.
    Words,
    /// Tens of tables in the schema.
    Tables,
    /// The share of drafts that do not return the same.
    Disagreeing,
    /// No other draft returns the same.
    Alone,
    /// The first draft returns something else.
    WithoutFirst,
    /// The share of drafts behind the best of the other results.
    Rival,
    /// The share of drafts that do not run.
    Failed,
    /// Results beside this one, a draft.
    Results,
    /// The share of those drawn after examples that do not return the same.
    DisagreeingAfterExamples,
    /// Its likeliest member's [`Signal::Unlikely`].
    UnlikelyGroup,
    /// The share of its members that were mended.
    MendedShare,
    /// The share of its members with something against them.
    SuspiciousShare,
}

/// Signals with their values; what is not there is 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Signals(BTreeMap<Signal, f32>);

/// What a draft's own signals are read off.
pub(super) struct Seen<'a> {
    pub(super) sql: &'a str,
    pub(super) table: Option<&'a Table>,
    pub(super) mended: bool,
    pub(super) suspicions: &'a [Suspicion],
    pub(super) unused: bool,
    /// The share of the question's words that are not accounted for, and how many nothing has to do with.
    pub(super) uncovered: f64,
    pub(super) unknown: usize,
    pub(super) plain: bool,
    pub(super) question_words: usize,
    pub(super) schema_tables: usize,
}

impl Signals {
    /// A draft's own, but for its likelihood.
    pub(super) fn of_draft(seen: &Seen<'_>) -> Self {
        let mut signals = Self::default();
        signals.mark(Signal::Mended, seen.mended);
        signals.mark(Signal::Suspicious, !seen.suspicions.is_empty());
        signals.mark(Signal::MoreSuspicious, seen.suspicions.len() > 1);
        for suspicion in seen.suspicions {
            signals.set(Signal::Suspicion(suspicion.kind), 1.0);
        }
        signals.mark(Signal::Unused, seen.unused);
        signals.set(Signal::Uncovered, seen.uncovered as f32);
        signals.set(Signal::Unknown, seen.unknown.min(MOST_OF_A_KIND) as f32);
        if let Some(table) = seen.table {
            signals.mark(Signal::NoRows, table.rows.is_empty());
            signals.mark(Signal::Nothing, !table.rows.is_empty() && says_nothing(table));
            signals.mark(Signal::OneValue, table.rows.len() == 1 && table.columns.len() == 1);
            signals.mark(Signal::RepeatedRows, repeats(table));
            signals.set(Signal::MoreColumns, table.columns.len().clamp(1, MOST_COLUMNS) as f32 - 1.0);
        }
        let Shape { tables, nested, aggregates, ordered } = shape(seen.sql).unwrap_or_default();
        signals.set(Signal::MoreTables, tables.clamp(1, MOST_COLUMNS) as f32 - 1.0);
        signals.set(Signal::Nested, nested.min(MOST_OF_A_KIND) as f32);
        signals.mark(Signal::Aggregates, aggregates && !is_plain_count(seen.sql));
        signals.mark(Signal::Ordered, ordered);
        signals.mark(Signal::Plain, seen.plain);
        signals.set(Signal::Words, seen.question_words.min(MOST_WORDS) as f32 / 10.0);
        signals.set(Signal::Tables, seen.schema_tables.min(MOST_TABLES) as f32 / 10.0);
        signals
    }

    /// How likely the model held the draft: the mean log probability of its tokens, and the least.
    pub(super) fn with_likelihood(mut self, mean_logprob: f32, least_logprob: f32) -> Self {
        let unlikely = -mean_logprob.clamp(UNLIKELIEST, 0.0);
        self.set(Signal::Unlikely, unlikely);
        self.set(Signal::UnlikelyRoot, unlikely.sqrt());
        self.set(Signal::UnlikelyToken, -least_logprob.clamp(UNLIKELIEST, 0.0));
        self
    }

    pub(super) fn set(&mut self, signal: Signal, value: f32) {
        if value != 0.0 {
            self.0.insert(signal, value);
        }
    }

    pub(super) fn mark(&mut self, signal: Signal, seen: bool) {
        self.set(signal, f32::from(u8::from(seen)));
    }

    /// 0 for what is not there.
    pub fn get(&self, signal: Signal) -> f32 {
        self.0.get(&signal).copied().unwrap_or(0.0)
    }

    /// Whether it is there.
    pub fn has(&self, signal: Signal) -> bool {
        self.0.contains_key(&signal)
    }

    /// Those that are there.
    pub fn iter(&self) -> impl Iterator<Item = (Signal, f32)> + '_ {
        self.0.iter().map(|(signal, value)| (*signal, *value))
    }
}

/// No rows, or nothing in them but NULL and zero: what a wrong filter returns.
pub fn says_nothing(table: &Table) -> bool {
    table.rows.iter().flatten().all(|cell| matches!(cell, Cell::Null | Cell::Integer(0)))
}

/// Whether a row is there more than once. Of long tables the beginning tells.
fn repeats(table: &Table) -> bool {
    const LOOKED_AT: usize = 200;
    let rows = table.rows.get(..LOOKED_AT).unwrap_or(&table.rows);
    rows.iter().enumerate().any(|(at, row)| rows.iter().take(at).any(|earlier| earlier == row))
}
