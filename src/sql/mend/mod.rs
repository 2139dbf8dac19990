//! Deterministic repair of a query, with no model in it: what names nothing in the schema becomes what is most plainly meant.
//!
//! In this order: habits of other dialects ([`crate::sql::dialect`]), values in double quotes, tables, qualifiers, columns of the
//! tables at hand under another spelling, and a FROM that lacks the tables whose columns are used. Changes are made to the text, token
//! by token: the rest keeps its spelling and its comments. A query in which every name is found is left alone, but for
//! joins that relate nothing.
//!
//! - `names`: tables, qualifiers and spelling within a scope
//! - `blobs`: text kept as a blob
//! - `cover`: the tables that FROM lacks
//! - `idle`: joins that mending left without use
//! - `itself`: joins on a column that is equated with itself
//! - `keys`: foreign keys, as ways from table to table and as join conditions
//! - `paths`: paths into JSON documents
//! - `structure`: clauses out of order, aggregates in WHERE, brackets
//! - `unquoted`: names that need quotes and have none
//! - `nearest`: how alike two names are
//! - `spans`: lengths of time in the unit of a column
//! - `asked_unit`: lengths of time in the unit that is asked for
//! - `date_column`: a column of dates for one that keeps none
//! - `period`: a year that is asked for alone, and taken with all that follows
//! - `times`: numbers that stand for points in time, where a date is asked for
//! - `summed`: numbers that stand where their sum is asked for
//! - `written`: numbers and dates kept as text
//! - `yes_no`: yes and no kept as words

mod asked_unit;
mod blobs;
mod cover;
mod date_column;
mod idle;
mod itself;
mod keys;
mod names;
mod nearest;
pub(crate) mod paths;
mod period;
mod spans;
mod structure;
mod summed;
pub(crate) mod times;
mod unquoted;
pub(crate) mod written;
mod yes_no;

use std::ops::Range;

use super::dialect;
use super::quotes::mend_double_quotes;
use super::resolve::{Resolution, resolve};
use crate::schema::{Schema, Table};

/// Rounds of looking and mending: a query that needs more is not wrong by slip.
const MAX_ROUNDS: usize = 32;

/// Bytes up to which a query is looked at: every round reads it once more.
const MAX_BYTES: usize = 64 * 1024;

/// A query after mending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// The query; as it was where nothing was changed.
    pub sql: String,
    /// What was changed, in order.
    pub changes: Vec<Change>,
    /// Whether every name is now found, as far as can be told without SQLite. False too where there is no syntax tree.
    pub settled: bool,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What kind.
    pub kind: ChangeKind,
    /// What stood there; empty where something was added.
    pub from: String,
    /// What stands there now.
    pub to: String,
}

/// Kinds of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChangeKind {
    /// Another dialect's spelling.
    Dialect,
    /// Nothing by itself: databases differ on what a text means, and this is how it is read.
    Reading,
    /// A form that SQLite does not accept.
    Structure,
    /// A value in double quotes, or in none.
    DoubleQuotes,
    /// A qualifier that names the wrong table, or none where one is needed.
    Qualifier,
    /// A column's name.
    Column,
    /// A table's name.
    Table,
    /// A table that FROM lacked.
    Join,
    /// A number that stands for a point in time.
    Date,
    /// A number that is kept as text.
    Number,
    /// A word that stands for yes or no.
    Boolean,
    /// A path into a JSON document.
    JsonPath,
    /// Text that is kept as a blob.
    TextBlob,
    /// A length of time in another unit.
    Unit,
    /// Numbers that were to be added up.
    Sum,
    /// Nothing by itself: a join that was mended goes from one column to the other, and nobody declared that key.
    GuessedKey,
}

impl ChangeKind {
    /// The kind as a word, for JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dialect => "dialect",
            Self::Reading => "reading",
            Self::Structure => "structure",
            Self::DoubleQuotes => "double_quotes",
            Self::Qualifier => "qualifier",
            Self::Column => "column",
            Self::Table => "table",
            Self::Join => "join",
            Self::Date => "date",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::JsonPath => "json_path",
            Self::TextBlob => "text_blob",
            Self::Unit => "unit",
            Self::Sum => "sum",
            Self::GuessedKey => "guessed_key",
        }
    }
}

/// Mends `sql` against `schema`. Pure and idempotent; SQLite has to judge the result.
pub fn mend(sql: &str, schema: &Schema) -> Mended {
    mend_for(sql, schema, "")
}

/// [`mend`] where the question is known that `sql` answers: of several tables that would do, one that it speaks of is taken.
pub fn mend_for(sql: &str, schema: &Schema, question: &str) -> Mended {
    if sql.len() > MAX_BYTES {
        return Mended { sql: sql.to_owned(), changes: Vec::new(), settled: false };
    }
    let asked = nearest::words(question);
    let (now, mut changes) = dialect::rewrite(sql, schema);
    let (now, quoted) = unquoted::quote(&now, schema);
    changes.extend(quoted);
    let (mut now, formed) = structure::mend(&now, schema, &asked);
    changes.extend(formed);
    let mut settled = false;
    for _ in 0..MAX_ROUNDS {
        let Some(mut resolution) = resolve(&now, schema) else { break };
        names::lose_outer_aggregates(&mut resolution, &now);
        settled = resolution.is_settled();
        let sight = Sight { sql: &now, schema, resolution: &resolution, asked: &asked };
        let missing = || names::quoted_values(&sight).or_else(|| names::step(&sight));
        let Some(step) = itself::relate(&sight).or_else(|| if settled { None } else { missing() }) else { break };
        let Some(next) = step.apply(&now).filter(|next| *next != now) else { break };
        now = next;
        changes.extend(step.changes);
    }
    if settled && let Some((without, change)) = idle::leave_out(&now, schema, &asked, &changes) {
        now = without;
        changes.push(change);
    }
    let (now, quoted) = mend_double_quotes(&now, schema);
    changes.extend(quoted.into_iter().map(|(from, to)| Change { kind: ChangeKind::DoubleQuotes, from, to }));
    let (now, stored) = yes_no::mend(&now, schema);
    changes.extend(stored);
    let (now, ended) = period::mend(&now, question);
    changes.extend(ended);
    let (now, redirected) = date_column::mend(&now, schema);
    changes.extend(redirected);
    let (now, dated) = times::mend(&now, schema);
    changes.extend(dated);
    let (now, read) = written::mend(&now, schema);
    changes.extend(read);
    let (now, found) = paths::mend(&now, schema);
    changes.extend(found);
    let (now, cast) = blobs::mend(&now, schema);
    changes.extend(cast);
    let (now, added) = summed::mend(&now, schema, question);
    changes.extend(added);
    let (now, lengths) = spans::mend(&now, schema, question);
    changes.extend(lengths);
    let (now, returned) = asked_unit::mend(&now, schema, question);
    changes.extend(returned);
    Mended { sql: now, changes, settled }
}

/// A query and what is known of it.
struct Sight<'a, 's> {
    sql: &'a str,
    schema: &'s Schema,
    resolution: &'a Resolution<'s>,
    /// The words of the question; empty where it is not known.
    asked: &'a [String],
}

impl Sight<'_, '_> {
    /// Whether the question speaks of a table: it has all the words of its name.
    fn is_asked_of(&self, table: &Table) -> bool {
        let words = nearest::words(&table.name);
        !words.is_empty() && words.iter().all(|word| self.asked.contains(word))
    }

    fn text(&self, range: &Range<usize>) -> &str {
        self.sql.get(range.clone()).unwrap_or_default()
    }
}

/// One step of mending: replaced pieces of the text, and how they are told.
#[derive(Debug, Default)]
struct Step {
    edits: Vec<(Range<usize>, String)>,
    changes: Vec<Change>,
}

impl Step {
    fn replace(&mut self, range: Range<usize>, to: String) {
        if !self.edits.iter().any(|(other, _)| *other == range && !range.is_empty()) {
            self.edits.push((range, to));
        }
    }

    fn merge(&mut self, other: Self) {
        for (range, to) in other.edits {
            self.replace(range, to);
        }
        for change in other.changes {
            self.tell(change.kind, change.from, change.to);
        }
    }

    fn tell(&mut self, kind: ChangeKind, from: impl Into<String>, to: impl Into<String>) {
        let change = Change { kind, from: from.into(), to: to.into() };
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }

    /// The text with the edits made; `None` where they overlap or miss it.
    fn apply(&self, sql: &str) -> Option<String> {
        let mut edits: Vec<&(Range<usize>, String)> = self.edits.iter().collect();
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        let (mut out, mut at) = (String::with_capacity(sql.len() + 64), 0);
        for (range, to) in edits {
            out.push_str(sql.get(at..range.start)?);
            out.push_str(to);
            at = range.end;
        }
        out.push_str(sql.get(at..)?);
        Some(out)
    }
}

#[cfg(test)]
pub(crate) mod tests;
