//! Deterministic repair of a query, with no model in it: what names nothing in the schema becomes what is most plainly meant.
//!
//! In this order: habits of other dialects ([`crate::sql::dialect`]), values in double quotes, tables, qualifiers, columns of the
//! tables at hand under another spelling, and a FROM that lacks the tables whose columns are used. Changes are made to the text, token
//! by token: the rest keeps its spelling and its comments. A query in which every name is found is left alone, but for
//! joins that relate nothing.
//!
//! Files on their floors, the lowest first:
//! - `nearest`: how alike two names are
//! - `step`: what is known of the query, what is replaced
//! - `keys`: foreign keys, as ways from table to table and as join conditions
//! - `cover`: the tables that FROM lacks
//! - `names`: tables, qualifiers and spelling within a scope
//! - `itself`: joins on a column that is equated with itself
//! - `unjoined`: joins that have no condition, or one on accounts of rows
//! - `idle`: joins that mending left without use
//! - `unquoted`: names that need quotes and have none
//! - `structure`: clauses out of order, aggregates in WHERE, brackets
//! - `yes_no`: yes and no kept as words
//! - `date_column`: a column of dates for one that keeps none
//! - `period`: a year that is asked for alone, and taken with all that follows
//! - `reckoned`: moments that a model reckoned as numbers
//! - `bare_year`: a year compared with dates written as text
//! - `times`: numbers that stand for points in time, where a date is asked for
//! - `time_of_day`: times of day that stand on some day
//! - `absent`: moments that there are not
//! - `summed`: numbers that stand where their sum is asked for
//! - `finer`: groups by the key of rows that nobody asks about
//! - `key_names`: keys that are shown where names are asked for
//! - `emptied`: a table whose rows stand in another
//! - `recent`: "the most recent" by no date
//! - `never`: those that have no row of a kind
//! - `twice`: one column shown in the place of two
//! - `either`: alternatives that AND takes apart
//! - `patterns`: parts of texts, where they are said to stand
//! - `group_name`: groups by something else than "each" is said of
//! - `once`: things that are counted as often as they have rows
//! - `written`: numbers and dates kept as text
//! - `paths`: paths into JSON documents
//! - `blobs`: text kept as a blob
//! - `spans`: lengths of time in the unit of a column
//! - `differences`: one moment less another, in the unit of what it is compared with
//! - `asked_unit`: lengths of time in the unit that is asked for
//! - `clocks`: lengths of time kept as text

mod absent;
mod asked_unit;
mod bare_year;
mod blobs;
mod clocks;
mod cover;
mod date_column;
mod differences;
mod either;
mod emptied;
pub(super) mod finer;
pub(super) mod group_name;
mod idle;
mod itself;
mod key_names;
mod keys;
mod names;
mod nearest;
mod never;
mod once;
pub(crate) mod paths;
mod patterns;
mod period;
mod recent;
mod reckoned;
mod spans;
mod step;
mod structure;
pub(super) mod summed;
mod time_of_day;
pub(crate) mod times;
mod twice;
mod unjoined;
mod unquoted;
pub(crate) mod written;
mod yes_no;

use self::step::Sight;
use super::change::{Change, ChangeKind};
use super::dialect;
use super::quotes::mend_double_quotes;
use super::resolve::resolve;
use crate::schema::Schema;

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
        let related = || itself::relate(&sight).or_else(|| unjoined::relate(&sight));
        let Some(step) = related().or_else(|| if settled { None } else { missing() }) else { break };
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
    let (now, moved) = emptied::mend(&now, schema);
    changes.extend(moved);
    let (now, reckoned) = reckoned::mend(&now, schema, question);
    changes.extend(reckoned);
    let (mut now, ended) = period::mend(&now, question);
    changes.extend(ended);
    for mend in [either::mend, patterns::mend] {
        let (next, meant) = mend(&now, question);
        now = next;
        changes.extend(meant);
    }
    let meant = [finer::mend, group_name::mend, recent::mend, never::mend, twice::mend, once::mend, key_names::mend, time_of_day::mend];
    for mend in meant {
        let (next, meant) = mend(&now, schema, question);
        now = next;
        changes.extend(meant);
    }
    let (now, redirected) = date_column::mend(&now, schema);
    changes.extend(redirected);
    let (now, years) = bare_year::mend(&now, schema);
    changes.extend(years);
    let (now, dated) = times::mend(&now, schema);
    changes.extend(dated);
    let (now, kept) = absent::mend(&now, schema);
    changes.extend(kept);
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
    let (now, compared) = differences::mend(&now, schema, question);
    changes.extend(compared);
    let (now, returned) = asked_unit::mend(&now, schema, question);
    changes.extend(returned);
    let (now, numbers) = clocks::mend(&now, schema, question);
    changes.extend(numbers);
    Mended { sql: now, changes, settled }
}

#[cfg(test)]
pub(crate) mod tests;

/// `mend` makes `expected` of `sql`, tells of a change where there is one, and has nothing more to do behind it; `of` names the case.
#[cfg(test)]
#[track_caller]
fn check_mended(mend: impl Fn(&str) -> (String, Vec<Change>), sql: &str, expected: &str, of: &str) {
    let (now, changes) = mend(sql);
    assert_eq!(now, expected, "{of}");
    assert_eq!(changes.is_empty(), sql == expected, "{of}: {changes:?}");
    assert_eq!(mend(&now).0, now, "once is enough: {of}");
}
