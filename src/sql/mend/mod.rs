//! Deterministic repair of a query, with no model in it: what names nothing in the schema becomes what is most plainly meant.
//!
//! In this order: habits of other dialects ([`crate::sql::dialect`]), values in double quotes, tables, qualifiers, columns of the
//! tables at hand under another spelling, and a FROM that lacks the tables whose columns are used. Changes are made to the text, token
//! by token: the rest keeps its spelling and its comments. A query in which every name is found is left alone, but for
//! joins that relate nothing.
//!
//! Files on their floors, the lowest first:
//! - `names`: what names nothing in the schema, and joins that relate nothing
//! - `asked`: rows and columns as the question means them
//! - `values`: values in the form in which a column keeps them
//! - `dates`: points in time, in the form in which a column keeps them
//! - `lengths`: lengths of time and amounts in their units

pub(super) mod asked;
pub(super) mod dates;
mod lengths;
mod names;
pub(super) mod values;

use super::change::{Change, ChangeKind};
use super::quotes::mend_double_quotes;
use crate::schema::Schema;

/// Bytes up to which a query is looked at: every round reads it once more.
const MAX_BYTES: usize = 64 * 1024;

/// A mend of a query in which every name is found, by what it reads besides the query. It gives the query and the changes in order.
enum Mend {
    Schema(fn(&str, &Schema) -> (String, Vec<Change>)),
    Question(fn(&str, &str) -> (String, Vec<Change>)),
    Both(fn(&str, &Schema, &str) -> (String, Vec<Change>)),
}

/// These mends, in their order: what rows and columns are meant, then dates, then forms in which values are kept, then lengths and amounts.
const MEANT: [Mend; 70] = [
    Mend::Schema(values::yes_no::mend),
    Mend::Schema(asked::related::emptied::mend),
    Mend::Both(names::coarser::mend),
    Mend::Both(dates::reckoned::mend),
    Mend::Both(dates::named_column::mend),
    Mend::Question(dates::part_of_year::mend),
    Mend::Question(dates::period::mend),
    Mend::Question(asked::limits::either::mend),
    Mend::Question(asked::limits::patterns::mend),
    Mend::Question(asked::limits::bounds::mend),
    Mend::Both(asked::related::outer::mend),
    Mend::Both(asked::grouped::finer::mend),
    Mend::Both(asked::grouped::group_name::mend),
    Mend::Both(asked::limits::recent::mend),
    Mend::Both(asked::limits::most_by_date::mend),
    Mend::Both(asked::limits::turned::mend),
    Mend::Both(asked::shown::thing::mend),
    Mend::Both(asked::shown::namesake_shown::mend),
    Mend::Both(asked::shown::own_name::mend),
    Mend::Both(asked::shown::who::mend),
    Mend::Question(asked::shown::and_count::mend),
    Mend::Both(asked::related::inside::mend),
    Mend::Both(asked::limits::late::mend),
    Mend::Both(asked::grouped::namesakes::mend),
    Mend::Both(asked::grouped::periods::mend),
    Mend::Both(asked::grouped::each_of::mend),
    Mend::Both(asked::grouped::uncounted::mend),
    Mend::Both(asked::grouped::children::mend),
    Mend::Both(asked::grouped::own_price::mend),
    Mend::Both(asked::related::never::mend),
    Mend::Both(asked::related::none_of::mend),
    Mend::Both(asked::shown::twice::mend),
    Mend::Both(asked::grouped::once::mend),
    Mend::Both(asked::shown::key_names::mend),
    Mend::Both(dates::time_of_day::mend),
    Mend::Schema(dates::date_column::mend),
    Mend::Schema(dates::bare_year::mend),
    Mend::Both(dates::age::mend),
    Mend::Both(dates::distinct::mend),
    Mend::Both(dates::grouped::mend),
    Mend::Schema(dates::times::mend),
    Mend::Both(dates::current::mend),
    Mend::Both(dates::still_open::mend),
    Mend::Schema(dates::absent::mend),
    Mend::Schema(dates::named_days::mend),
    Mend::Both(dates::named_periods::mend),
    Mend::Schema(dates::digit_clocks::mend),
    Mend::Schema(dates::wall_time::mend),
    Mend::Schema(asked::limits::there::mend),
    Mend::Both(asked::grouped::totalled::mend),
    Mend::Both(lengths::shares::mend),
    Mend::Schema(values::written::mend),
    Mend::Schema(values::paths::mend),
    Mend::Both(values::leaves::mend),
    Mend::Schema(values::elements::mend),
    Mend::Both(values::unfolded::mend),
    Mend::Schema(values::numerators::mend),
    Mend::Schema(values::blobs::mend),
    Mend::Both(values::ranked::mend),
    Mend::Both(values::kinds::mend),
    Mend::Both(asked::grouped::summed::mend),
    Mend::Both(lengths::spans::mend),
    Mend::Both(lengths::measures::mend),
    Mend::Both(lengths::parts::mend),
    Mend::Both(lengths::reach::mend),
    Mend::Question(lengths::extremes::mend),
    Mend::Both(lengths::differences::mend),
    Mend::Both(lengths::asked_unit::mend),
    Mend::Both(lengths::clocks::mend),
    Mend::Both(lengths::ratio::mend),
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
    let (now, mut changes, settled) = names::mend(sql, schema, question);
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
