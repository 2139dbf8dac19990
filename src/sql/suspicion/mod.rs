//! Reasons to doubt a query that runs: forms that are almost always slips, read off the syntax tree and the schema alone.
//!
//! Files on their floors, the lowest first:
//! - `read`: what is read off a query and off its question
//! - `built`: how the query is built: joins, keys, groups, divisions
//! - `held`: what columns hold, against what the query takes them for
//! - `order`: the order of rows, and what they are ordered by
//! - `said`: what the question says, and the query does not
//! - `wanted`: what the query gives, against what is wanted

mod built;
mod held;
mod order;
mod read;
mod said;
#[cfg(test)]
mod tests;
mod wanted;

use sqlparser::ast::Statement;

use self::read::blocks::Blocks;
use self::read::columns::Columns;
use self::read::words::Question;
use super::lex::lex;
use super::resolve::resolve;
use super::tree::{self, Places};
use crate::schema::Schema;

pub use self::read::reason::{Suspicion, SuspicionKind};
pub use self::read::words::Asked;

/// What speaks against `sql`, which runs. Nothing where it has no syntax tree.
pub fn suspicions(sql: &str, schema: &Schema, asked: Option<Asked<'_>>) -> Vec<Suspicion> {
    let Some(trees) = tree::parse(sql, &lex(sql)) else { return Vec::new() };
    let [Statement::Query(query)] = trees.as_slice() else { return Vec::new() };
    let Some(resolution) = resolve(sql, schema) else { return Vec::new() };
    let mut out = Vec::new();
    let places = Places::new(sql);
    held::stored::look(query, sql, schema, &resolution, &places, &mut out);
    // What knows English words alone says nothing of others.
    let question = asked.map(Question::new).filter(Question::is_english);
    built::joins::look(&resolution, sql, question.as_ref(), &mut out);
    held::computed::look(query, sql, schema, &resolution, &places, question.as_ref(), &mut out);
    let blocks = Blocks::of(query, &places, &resolution);
    for block in &blocks.out {
        built::forms::look(block, &resolution, &mut out);
    }
    let columns = Columns::new(&resolution, &places);
    built::keys::look(query, &blocks, schema, &columns, question.as_ref(), &mut out);
    built::division::look(query, &columns, question.as_ref(), &mut out);
    built::multiplied::look(query, &blocks, &columns, question.as_ref(), &mut out);
    wanted::taken::look(&blocks, &columns, question.as_ref(), &mut out);
    held::currency::look_at_sums(&blocks, &columns, &mut out);
    if let Some(question) = &question {
        said::negations::look(&blocks, sql, question, &mut out);
        said::asked::look(&blocks, sql, question, &mut out);
        order::ends::look(&blocks, sql, question, &mut out);
        said::dates::look(&blocks, sql, &columns, question, &mut out);
        said::kept::look(&blocks, &columns, question, &mut out);
        held::scale::look(&blocks, &columns, question, &mut out);
        held::currency::look(&resolution, question, &mut out);
        held::signs::look(&blocks, sql, &columns, question, &mut out);
        said::unused::look(sql, schema, &resolution, question, &mut out);
        order::measure::look(&blocks, schema, &columns, question, &mut out);
        wanted::each::look(&blocks, schema, &columns, question, &mut out);
        wanted::counted::look(&blocks, sql, schema, &columns, question, &mut out);
        wanted::unasked::look(&blocks, schema, &columns, question, &mut out);
        said::mirrored::look(&blocks, &columns, question, &mut out);
        said::lengths::look(&blocks, &columns, question, &mut out);
        said::untouched::look(&blocks, sql, schema, question, &mut out);
        wanted::summed::look(&blocks, question, &mut out);
        said::nearer::look(&resolution, question, &mut out);
        wanted::shown::look(&blocks, sql, schema, &columns, question, &mut out);
    }
    let mut seen = Vec::new();
    out.retain(|suspicion| {
        let new = !seen.contains(suspicion);
        seen.push(suspicion.clone());
        new
    });
    out
}
