//! Reasons to doubt a query that runs: forms that are almost always slips, read off the syntax tree and the schema alone.
//!
//! Files on their floors, the lowest first:
//! - `reason`: reasons, and how they are told
//! - `expressions`: expressions, one by one
//! - `blocks`: the SELECTs
//! - `columns`: which columns are named where
//! - `units`: words for numbers and units
//! - `numbers`: the numbers that the question gives, in every unit
//! - `words`: the question in words
//! - `directions`: the way in which it wants its rows
//! - `joins`: what tables and columns have to do with each other
//! - `keys`: keys of different things, and keys in place of names
//! - `forms`: grouping, ordering, conditions
//! - `division`: divisions that cut off, shares of themselves
//! - `multiplied`: what a join multiplies, averages of averages, made-up rows, NOT IN beside NULL
//! - `asked`: what the question says and the query does not
//! - `negations`: what the question leaves out
//! - `computed`: what is computed from columns, against what they stand for
//! - `ends`: the order, and the end of it, that the question asks for
//! - `measure`: what rows are ordered and grouped by
//! - `unused`: a word of the question that names a column, of which nothing is made
//! - `untouched`: a table that the question names, and the query does not read
//! - `kept`: what a column's name says that it keeps
//! - `dates`: a year that the question names, and the days that are taken
//! - `scale`: numbers with their units, far from all that a column holds
//! - `currency`: money of another currency than is spoken of, and amounts of several
//! - `signs`: amounts below and above 0
//! - `taken`: what the query takes and nobody asked for
//! - `mirrored`: the last of a count, taken as the first
//! - `lengths`: lengths of time that are asked for, where none is returned
//! - `summed`: sums that nobody asked for
//! - `each`: what rows are grouped by, against what "each" is said of
//! - `counted`: what is counted and computed, against what is asked for
//! - `unasked`: what the query does and nobody asked for
//! - `nearer`: a column that the question's words name better
//! - `shown`: what is shown, against what is asked for
//! - `shapes`: the forms of texts, and texts that their letters do not order
//! - `stored`: what columns hold, against what they are taken for

mod asked;
mod blocks;
mod columns;
mod computed;
mod counted;
mod currency;
mod dates;
mod directions;
mod division;
mod each;
mod ends;
mod expressions;
mod forms;
mod joins;
mod kept;
mod keys;
mod lengths;
mod measure;
mod mirrored;
mod multiplied;
mod nearer;
mod negations;
mod numbers;
mod reason;
mod scale;
mod shapes;
mod shown;
mod signs;
mod stored;
mod summed;
mod taken;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_alarms;
#[cfg(test)]
mod tests_calm;
#[cfg(test)]
mod tests_day;
#[cfg(test)]
mod tests_kept;
#[cfg(test)]
mod tests_meant;
#[cfg(test)]
mod tests_real;
#[cfg(test)]
mod tests_unasked;
mod unasked;
mod units;
mod untouched;
mod unused;
mod words;

use sqlparser::ast::Statement;

use self::blocks::Blocks;
use self::columns::Columns;
use self::words::Question;
use super::lex::lex;
use super::resolve::resolve;
use super::tree::{self, Places};
use crate::schema::Schema;

pub use self::reason::{Suspicion, SuspicionKind};
pub use self::words::Asked;

/// What speaks against `sql`, which runs. Nothing where it has no syntax tree.
pub fn suspicions(sql: &str, schema: &Schema, asked: Option<Asked<'_>>) -> Vec<Suspicion> {
    let Some(trees) = tree::parse(sql, &lex(sql)) else { return Vec::new() };
    let [Statement::Query(query)] = trees.as_slice() else { return Vec::new() };
    let Some(resolution) = resolve(sql, schema) else { return Vec::new() };
    let mut out = Vec::new();
    let places = Places::new(sql);
    stored::look(query, sql, schema, &resolution, &places, &mut out);
    // What knows English words alone says nothing of others.
    let question = asked.map(Question::new).filter(Question::is_english);
    joins::look(&resolution, sql, question.as_ref(), &mut out);
    computed::look(query, sql, schema, &resolution, &places, question.as_ref(), &mut out);
    let blocks = Blocks::of(query, &places, &resolution);
    for block in &blocks.out {
        forms::look(block, &resolution, &mut out);
    }
    let columns = Columns::new(&resolution, &places);
    keys::look(query, &blocks, schema, &columns, question.as_ref(), &mut out);
    division::look(query, &columns, question.as_ref(), &mut out);
    multiplied::look(query, &blocks, &columns, question.as_ref(), &mut out);
    taken::look(&blocks, &columns, question.as_ref(), &mut out);
    currency::look_at_sums(&blocks, &columns, &mut out);
    if let Some(question) = &question {
        negations::look(&blocks, sql, question, &mut out);
        asked::look(&blocks, sql, question, &mut out);
        ends::look(&blocks, sql, question, &mut out);
        dates::look(&blocks, sql, &columns, question, &mut out);
        kept::look(&blocks, &columns, question, &mut out);
        scale::look(&blocks, &columns, question, &mut out);
        currency::look(&resolution, question, &mut out);
        signs::look(&blocks, sql, &columns, question, &mut out);
        unused::look(sql, schema, &resolution, question, &mut out);
        measure::look(&blocks, schema, &columns, question, &mut out);
        each::look(&blocks, schema, &columns, question, &mut out);
        counted::look(&blocks, sql, schema, &columns, question, &mut out);
        unasked::look(&blocks, schema, &columns, question, &mut out);
        mirrored::look(&blocks, &columns, question, &mut out);
        lengths::look(&blocks, &columns, question, &mut out);
        untouched::look(&blocks, sql, schema, question, &mut out);
        summed::look(&blocks, question, &mut out);
        nearer::look(&resolution, question, &mut out);
        shown::look(&blocks, sql, schema, &columns, question, &mut out);
    }
    let mut seen = Vec::new();
    out.retain(|suspicion| {
        let new = !seen.contains(suspicion);
        seen.push(suspicion.clone());
        new
    });
    out
}
