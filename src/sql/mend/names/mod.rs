//! Habits of other dialects are written as SQLite has them, then what names nothing in the schema becomes what is most plainly meant: tables,
//! columns, values in quotes, joins, clauses out of order.
//!
//! Files on their floors, the lowest first:
//! - `nearest`: how alike two names are
//! - `step`: what is known of the query, what is replaced
//! - `keys`: foreign keys, as ways from table to table and as join conditions
//! - `cover`: the tables that FROM lacks
//! - `spelling`: tables, qualifiers and spelling within a scope
//! - `itself`: joins on a column that is equated with itself
//! - `unjoined`: joins that have no condition, or one on accounts of rows
//! - `misjoined`: joins on the keys of different things
//! - `coarser`: keys of what two tables have in common, where one says which row of the other it is
//! - `idle`: joins that mending left without use
//! - `unquoted`: names that need quotes and have none
//! - `structure`: clauses out of order, aggregates in WHERE, brackets

pub(super) mod coarser;
mod cover;
mod idle;
mod itself;
mod keys;
mod misjoined;
pub(super) mod nearest;
mod spelling;
mod step;
mod structure;
mod unjoined;
mod unquoted;

use self::step::Sight;
use crate::schema::Schema;
use crate::sql::change::Change;
use crate::sql::dialect;
use crate::sql::resolve::resolve;

/// Rounds of looking and mending: a query that needs more is not wrong by slip.
const MAX_ROUNDS: usize = 32;

/// `sql` with its names mended, what was changed in order, and whether every name is now found. Of several tables that would do, one that
/// `question` speaks of is taken.
pub(super) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>, bool) {
    let asked = nearest::words(question);
    let (now, mut changes) = dialect::rewrite(sql, schema);
    let (now, quoted) = unquoted::quote(&now, schema);
    changes.extend(quoted);
    let (mut now, formed) = structure::mend(&now, schema, &asked);
    changes.extend(formed);
    let mut settled = false;
    for _ in 0..MAX_ROUNDS {
        let Some(mut resolution) = resolve(&now, schema) else { break };
        spelling::lose_outer_aggregates(&mut resolution, &now);
        settled = resolution.is_settled();
        let sight = Sight { sql: &now, schema, resolution: &resolution, asked: &asked };
        let missing = || spelling::quoted_values(&sight).or_else(|| spelling::step(&sight));
        let related = || itself::relate(&sight).or_else(|| unjoined::relate(&sight)).or_else(|| misjoined::relate(&sight));
        let Some(step) = related().or_else(|| if settled { None } else { missing() }) else { break };
        let Some(next) = step.apply(&now).filter(|next| *next != now) else { break };
        now = next;
        changes.extend(step.changes);
    }
    if settled && let Some((without, change)) = idle::leave_out(&now, schema, &asked, &changes) {
        now = without;
        changes.push(change);
    }
    (now, changes, settled)
}
