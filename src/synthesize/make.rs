//! Drafts until there are enough: every query passes the guard, runs, and returns something that answers a question.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use super::draft::{Draft, Shape, Tie};
use super::facts::{self, TableFacts};
use super::{joined, single};
use crate::dataset::Example;
use crate::db::{Cell, Database, DbError, Limits, Table};
use crate::prompt::{SCHEMA_BYTES, schema_text};
use crate::random::Random;
use crate::schema::Schema;
use crate::signal::{Cancel, Stop};
use crate::sql::guard;

/// Drafts that are tried for each example wanted, before a small database is taken to have no more.
const TRIES: usize = 60;
/// A query of ours that takes longer is of no use.
const QUERY_TIME: Duration = Duration::from_secs(2);
/// Rows of an answer that anybody reads.
const MOST_ROWS: usize = 500;

/// What is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeOptions {
    /// Examples wanted; a small database gives fewer.
    pub count: usize,
    /// The same seed makes the same examples.
    pub seed: u64,
    /// The database's name in the rows.
    pub db_id: Option<String>,
}

/// What happens meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MakeEvent {
    /// So many of so many are made.
    Progress {
        /// Made.
        made: usize,
        /// Wanted.
        wanted: usize,
    },
}

/// What was made.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Made {
    /// The examples, in the order in which they were made.
    pub examples: Vec<Example>,
    /// How many of each shape.
    pub shapes: BTreeMap<Shape, usize>,
    /// Drafts that were tried.
    pub tried: usize,
}

/// Makes examples from the rows of `database`. Deterministic: the same rows and options give the same examples.
///
/// # Errors
/// When the database cannot be read, or somebody cancelled. A deadline that passes ends it with what was made by then.
pub fn make(
    database: &Database,
    schema: &Schema,
    options: &MakeOptions,
    cancel: &Cancel,
    emit: &mut dyn FnMut(MakeEvent),
) -> Result<Made, DbError> {
    let facts = facts::read(database, schema, cancel)?;
    let pairs = joined::pairs(&facts);
    let mut random = Random::new(options.seed);
    let shapes: Vec<Shape> = Shape::ALL.into_iter().filter(|shape| !shape.joins() || !pairs.is_empty()).collect();
    let context = schema_text(schema, SCHEMA_BYTES);
    let mut made = Made::default();
    let (mut queries, mut questions) = (HashSet::new(), HashSet::new());
    // Each round tries every shape once, in a new order, so that no shape crowds out the others.
    let mut round: Vec<Shape> = Vec::new();
    while made.examples.len() < options.count && made.tried < options.count.saturating_mul(TRIES) && !facts.is_empty() {
        match cancel.stop() {
            None => {}
            Some(Stop::TimedOut) => break,
            Some(Stop::Cancelled) => return Err(DbError::Stopped(Stop::Cancelled)),
        }
        let Some(shape) = round.pop() else {
            round.clone_from(&shapes);
            random.shuffle(&mut round);
            continue;
        };
        made.tried += 1;
        let Some(draft) = one_draft(shape, &facts, &pairs, &mut random) else { continue };
        if queries.contains(&draft.sql) || questions.contains(&draft.question) {
            continue;
        }
        match judge(database, &draft, cancel) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(DbError::Stopped(Stop::TimedOut)) => break,
            Err(error) => return Err(error),
        }
        let mut example = Example::question(draft.question.clone(), context.clone(), draft.sql.clone());
        example.db_id.clone_from(&options.db_id);
        example.source = Some("template".into());
        made.examples.push(example);
        example_number(&mut made.examples);
        queries.insert(draft.sql);
        questions.insert(draft.question);
        *made.shapes.entry(shape).or_default() += 1;
        emit(MakeEvent::Progress { made: made.examples.len(), wanted: options.count });
    }
    Ok(made)
}

fn example_number(examples: &mut [Example]) {
    let row = examples.len();
    if let Some(last) = examples.last_mut() {
        (last.row, last.line) = (row, row);
    }
}

fn one_draft(shape: Shape, facts: &[TableFacts], pairs: &[joined::Pair<'_>], random: &mut Random) -> Option<Draft> {
    if shape.joins() {
        let pair = *random.pick(pairs)?;
        return joined::draft(shape, pair, facts, random);
    }
    single::draft(shape, random.pick(facts)?, random)
}

/// Whether the query runs in time and answers something, and its answer is the only one.
fn judge(database: &Database, draft: &Draft, cancel: &Cancel) -> Result<bool, DbError> {
    let Some(Table { rows, .. }) = run(database, &draft.sql, MOST_ROWS, cancel)? else { return Ok(false) };
    let says_nothing = |cell: &Cell| matches!(cell, Cell::Null | Cell::Integer(0));
    if rows.is_empty() || rows.len() >= MOST_ROWS || rows.iter().all(|row| row.iter().all(says_nothing)) {
        return Ok(false);
    }
    match &draft.tie {
        None => Ok(true),
        Some(tie) => has_one_order(database, tie, cancel),
    }
}

/// Whether the last row of the answer and the one behind it have different values, so that no other rows could be the first.
fn has_one_order(database: &Database, tie: &Tie, cancel: &Cancel) -> Result<bool, DbError> {
    let Some(Table { rows, .. }) = run(database, &tie.sql, tie.places + 1, cancel)? else { return Ok(false) };
    let value = |at: usize| rows.get(at).and_then(|row| row.first());
    Ok(rows.len() > tie.places && value(tie.places - 1) != value(tie.places))
}

/// What a query returns; `None` where it is refused, fails or takes too long.
pub(super) fn run(database: &Database, sql: &str, max_rows: usize, cancel: &Cancel) -> Result<Option<Table>, DbError> {
    let Ok(query) = guard::check(sql) else { return Ok(None) };
    match database.execute(&query, &Limits { max_rows, timeout: QUERY_TIME, ..Limits::default() }, cancel) {
        Ok(table) => Ok(Some(table)),
        Err(DbError::Stopped(stop)) if cancel.is_stopped() => Err(DbError::Stopped(stop)),
        Err(_) => Ok(None),
    }
}
