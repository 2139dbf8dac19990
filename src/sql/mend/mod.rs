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
//! - `named_days`: months and days of the week by their names, in their order
//! - `named_periods`: months, quarters and fiscal years in a form of their own
//! - `digit_clocks`: times of day kept as digits alone
//! - `wall_time`: hours of moments that are written with their offset
//! - `finer`: groups by the key of rows that nobody asks about
//! - `key_names`: keys that are shown where names are asked for
//! - `emptied`: a table whose rows stand in another
//! - `recent`: "the most recent" by no date
//! - `never`: those that have no row of a kind
//! - `twice`: one column shown in the place of two
//! - `either`: alternatives that AND takes apart
//! - `bounds`: numbers that are compared the other way than is asked for
//! - `outer`: what has no row of a kind, asked by an inner join
//! - `patterns`: parts of texts, where they are said to stand
//! - `group_name`: groups by something else than "each" is said of
//! - `summed`: numbers that stand where their sum is asked for
//! - `once`: things that are counted as often as they have rows
//! - `written`: numbers and dates kept as text
//! - `paths`: paths into JSON documents
//! - `elements`: elements of JSON arrays, looked for as if they were the column
//! - `blobs`: text kept as a blob
//! - `spans`: lengths of time in the unit of a column
//! - `measures`: money kept in cents, and other measures in a smaller unit
//! - `differences`: one moment less another, in the unit of what it is compared with
//! - `asked_unit`: lengths of time in the unit that is asked for
//! - `clocks`: lengths of time kept as text

mod absent;
mod asked_unit;
mod bare_year;
mod blobs;
mod bounds;
mod clocks;
mod cover;
mod date_column;
mod differences;
mod digit_clocks;
mod either;
mod elements;
mod emptied;
pub(super) mod finer;
pub(super) mod group_name;
mod idle;
mod itself;
mod key_names;
mod keys;
mod measures;
mod named_days;
mod named_periods;
mod names;
mod nearest;
mod never;
mod once;
mod outer;
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
mod wall_time;
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

/// A mend of a query in which every name is found, by what it reads besides the query. It gives the query and the changes in order.
enum Mend {
    Schema(fn(&str, &Schema) -> (String, Vec<Change>)),
    Question(fn(&str, &str) -> (String, Vec<Change>)),
    Both(fn(&str, &Schema, &str) -> (String, Vec<Change>)),
}

/// These mends, in their order: what rows and columns are meant, then dates, then forms in which values are kept, then lengths and amounts.
const MEANT: [Mend; 34] = [
    Mend::Schema(yes_no::mend),
    Mend::Schema(emptied::mend),
    Mend::Both(reckoned::mend),
    Mend::Question(period::mend),
    Mend::Question(either::mend),
    Mend::Question(patterns::mend),
    Mend::Question(bounds::mend),
    Mend::Both(outer::mend),
    Mend::Both(finer::mend),
    Mend::Both(group_name::mend),
    Mend::Both(recent::mend),
    Mend::Both(never::mend),
    Mend::Both(twice::mend),
    Mend::Both(once::mend),
    Mend::Both(key_names::mend),
    Mend::Both(time_of_day::mend),
    Mend::Schema(date_column::mend),
    Mend::Schema(bare_year::mend),
    Mend::Schema(times::mend),
    Mend::Schema(absent::mend),
    Mend::Schema(named_days::mend),
    Mend::Both(named_periods::mend),
    Mend::Schema(digit_clocks::mend),
    Mend::Schema(wall_time::mend),
    Mend::Schema(written::mend),
    Mend::Schema(paths::mend),
    Mend::Schema(elements::mend),
    Mend::Schema(blobs::mend),
    Mend::Both(summed::mend),
    Mend::Both(spans::mend),
    Mend::Both(measures::mend),
    Mend::Both(differences::mend),
    Mend::Both(asked_unit::mend),
    Mend::Both(clocks::mend),
];

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
    let (mut now, quoted) = mend_double_quotes(&now, schema);
    changes.extend(quoted.into_iter().map(|(from, to)| Change { kind: ChangeKind::DoubleQuotes, from, to }));
    for mend in MEANT {
        let (next, meant) = match mend {
            Mend::Schema(mend) => mend(&now, schema),
            Mend::Question(mend) => mend(&now, question),
            Mend::Both(mend) => mend(&now, schema, question),
        };
        now = next;
        changes.extend(meant);
    }
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
