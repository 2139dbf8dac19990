//! Asking questions one after another and judging each answer by its rows.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::record::named;
use super::{EvalError, GroupRecord, Question, Record};
use crate::ask::{Agreement, Answer, AskError, AskRequest, AskTimings, Demonstrations, ask};
use crate::db::{Database, DbError, Limits, RowOrder, Table, holds_result, same_result};
use crate::llm::{Generate, LlmError};
use crate::schema::Schema;
use crate::signal::{Cancel, Stop};
use crate::sql::quotes::mend_double_quotes;
use crate::sql::{guard, shape};

/// Rows that are compared; an answer of more is judged by the first so many.
const MAX_ROWS: usize = 100_000;

/// An accepted query gets this long.
const GOLD_TIME: Duration = Duration::from_secs(60);

/// What is asked, and where the databases are.
pub struct EvalInputs<'a> {
    /// In this order; those of one database together are fastest.
    pub questions: &'a [Question],
    /// One `<db_id>.sqlite` (or `<db_id>/<db_id>.sqlite`) for each database; or one database, which all questions are about.
    pub databases: PathBuf,
    /// Questions answered before, by database and id: they are passed over.
    pub done: HashSet<(String, String)>,
    /// The database that all questions are about, where it is open already.
    pub opened: Option<(Arc<Database>, Arc<Schema>)>,
    /// Examples that the model may be shown, where they are not to be made from the database: those must not be the questions themselves.
    pub demonstrations: Option<Arc<Demonstrations>>,
}

/// What an evaluation says while it works.
#[derive(Debug, Clone, PartialEq)]
pub enum EvalEvent {
    /// One question is judged; `done` of `total`.
    Judged {
        /// How it went.
        record: Record,
        /// Questions judged, earlier runs included.
        done: usize,
        /// All of them.
        total: usize,
    },
}

struct Open {
    db_id: String,
    database: Arc<Database>,
    schema: Arc<Schema>,
    demonstrations: Arc<Demonstrations>,
}

/// Asks every question that is not done yet. `request` makes the request for a question over a schema.
pub fn evaluate(
    inputs: &EvalInputs<'_>,
    model: &mut dyn Generate,
    request: &mut dyn FnMut(&Question, &Database, &Schema) -> AskRequest,
    cancel: &Cancel,
    emit: &mut dyn FnMut(EvalEvent) -> std::io::Result<()>,
) -> Result<(), EvalError> {
    let total = inputs.questions.len();
    let mut done = inputs.questions.iter().filter(|q| inputs.done.contains(&(q.db_id.clone(), q.id.clone()))).count();
    let mut open: Option<Open> = None;
    for question in inputs.questions {
        if inputs.done.contains(&(question.db_id.clone(), question.id.clone())) {
            continue;
        }
        if cancel.is_stopped() {
            return Err(EvalError::Stopped);
        }
        let now = match open.take().filter(|open| open.db_id == question.db_id) {
            Some(now) => now,
            None => open_database(inputs, &question.db_id, cancel)?,
        };
        let gold = accepted(question, &now, cancel)?;
        let mut request = request(question, &now.database, &now.schema);
        if let Some(demonstrations) = &mut request.demonstrations {
            *demonstrations = Arc::clone(&now.demonstrations); // made once for all questions about a database
        }
        let start = Instant::now();
        let answer = match ask(&now.database, &now.schema, model, &request, cancel, &mut |_| ()) {
            Ok(answer) => Ok(answer),
            Err(AskError::Model(LlmError::Stopped(_))) | Err(AskError::Database(DbError::Stopped(Stop::Cancelled))) => {
                return Err(EvalError::Stopped);
            }
            // A question too long for the context is a question not answered.
            Err(AskError::Model(error @ LlmError::ContextFull { .. })) => Err(error.to_string()),
            Err(AskError::Model(error)) => return Err(EvalError::Model(error)),
            Err(error) => Err(error.to_string()),
        };
        let seconds = start.elapsed().as_secs_f64();
        let groups = answer.as_ref().map(|answer| judge_groups(answer, &gold, &now, cancel)).unwrap_or_default();
        let first_ok = groups.iter().find(|group| group.first).map(|group| group.ok);
        let record = Record { groups, first_ok, ..judge(question, &gold, answer, seconds) };
        done += 1;
        emit(EvalEvent::Judged { record, done, total }).map_err(|_| EvalError::Stopped)?;
        open = Some(now);
    }
    Ok(())
}

fn open_database(inputs: &EvalInputs<'_>, db_id: &str, cancel: &Cancel) -> Result<Open, EvalError> {
    let failed = |source| EvalError::Database { db_id: db_id.into(), source };
    let demonstrations = inputs.demonstrations.clone().unwrap_or_default();
    if let Some((database, schema)) = inputs.opened.clone() {
        return Ok(Open { db_id: db_id.into(), database, schema, demonstrations });
    }
    let flat = inputs.databases.join(format!("{db_id}.sqlite"));
    let path = if inputs.databases.is_file() {
        inputs.databases.clone()
    } else if flat.exists() {
        flat
    } else {
        inputs.databases.join(db_id).join(format!("{db_id}.sqlite"))
    };
    let database = Database::open(&path).map_err(failed)?;
    let schema = database.schema(cancel).map_err(failed)?;
    Ok(Open { db_id: db_id.into(), database: Arc::new(database), schema: Arc::new(schema), demonstrations })
}

/// Results of the accepted queries, and whether each orders its rows.
fn accepted(question: &Question, open: &Open, cancel: &Cancel) -> Result<Vec<(Table, RowOrder)>, EvalError> {
    let failed = |reason: String| EvalError::Gold { id: question.id.clone(), db_id: question.db_id.clone(), reason };
    let limits = Limits { max_rows: MAX_ROWS, timeout: GOLD_TIME, ..Limits::default() };
    let run = |sql: &String| {
        let (mended, _) = mend_double_quotes(sql, &open.schema);
        let statement = guard::check(&mended).map_err(|error| failed(error.to_string()))?;
        let table = open.database.execute(&statement, &limits, cancel).map_err(|error| match error {
            DbError::Stopped(Stop::Cancelled) => EvalError::Stopped,
            error => failed(error.to_string()),
        })?;
        let order = if shape(&mended).is_some_and(|shape| shape.ordered) { RowOrder::Counts } else { RowOrder::Free };
        Ok((table, order))
    };
    question.accepted.iter().map(run).collect()
}

/// Which of an answer's results are right. One that is too slow to be run again is not.
fn judge_groups(answer: &Answer, gold: &[(Table, RowOrder)], open: &Open, cancel: &Cancel) -> Vec<GroupRecord> {
    let limits = Limits { max_rows: MAX_ROWS, ..Limits::default() };
    let is_right = |sql: &str| {
        let table = guard::check(sql).ok().and_then(|statement| open.database.execute(&statement, &limits, cancel).ok());
        table.is_some_and(|table| gold.iter().any(|(gold, order)| same_result(gold, &table, *order)))
    };
    let record = |group: &Agreement| GroupRecord {
        sql: group.sql.clone(),
        ok: is_right(&group.sql),
        agrees: group.agrees,
        mended: group.mended,
        first: group.first,
        likelihood: group.likelihood,
        standing: group.standing,
        signals: named(&group.signals),
    };
    answer.candidates.iter().map(record).collect()
}

fn judge(question: &Question, gold: &[(Table, RowOrder)], answer: Result<Answer, String>, seconds: f64) -> Record {
    let first = question.accepted.first().cloned().unwrap_or_default();
    let mut record = Record {
        id: question.id.clone(),
        db_id: question.db_id.clone(),
        question: question.question.clone(),
        sql: String::new(),
        ok: false,
        shows_more: false,
        error: None,
        confidence: None,
        seconds,
        ran: false,
        first_draft: String::new(),
        mean_logprob: 0.0,
        candidates: 0,
        agreeing: 0,
        reason: String::new(),
        fixes: Vec::new(),
        shape: shape(&first),
        gold: first,
        groups: Vec::new(),
        first_signals: BTreeMap::new(),
        first_ok: None,
        timings: AskTimings::default(),
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return Record { error: Some(error), ..record },
    };
    if let Some(table) = &answer.table {
        record.ran = true;
        record.ok = gold.iter().any(|(gold, order)| same_result(gold, table, *order));
        record.shows_more = !record.ok && gold.iter().any(|(gold, order)| holds_result(gold, table, *order));
    }
    record.sql = answer.sql;
    record.error = answer.error;
    record.confidence = answer.confidence;
    record.reason = answer.reason;
    record.first_draft = answer.first_draft;
    record.mean_logprob = answer.mean_logprob;
    record.first_signals = named(&answer.first_signals);
    record.timings = answer.timings;
    record.candidates = answer.candidates.iter().map(|c| c.agrees).sum();
    record.agreeing = answer.candidates.first().map_or(0, |c| c.agrees);
    record.fixes = answer.fixes.into_iter().map(|fix| fix.kind).collect();
    record
}
