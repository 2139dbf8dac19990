//! Prompt, generate, extract, guard, prepare, at most two repairs that give the model SQLite's own message, run.

use std::time::Instant;

use super::advice::advice;
use super::event::{Answer, AnswerState, AskEvent, AskTimings, Attempt, Fix};
use crate::db::{Database, DbError, Limits};
use crate::llm::{Generate, GenerateEvent, GenerateRequest, LlmError, Sampling};
use crate::prompt::{Form, PromptParts, render};
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::sql::extract::extract;
use crate::sql::qualify::requalify;
use crate::sql::quotes::mend_double_quotes;
use crate::sql::{ReadOnlySql, guard};

/// A longer question is a mistake, or an attack on the context.
pub const MAX_QUESTION_BYTES: usize = 8 * 1024;
/// Repairs by the model: a third was measured to change nothing.
pub const MAX_REPAIRS: usize = 2;

/// More qualifiers than this are not wrong by slip.
const MAX_FIXES: usize = 8;

/// A question and how to answer it.
#[derive(Debug, Clone, PartialEq)]
pub struct AskRequest {
    /// In the person's words.
    pub question: String,
    /// Something to consider.
    pub hint: Option<String>,
    /// The schema as text, from [`crate::prompt::schema_text`].
    pub schema_text: String,
    /// How the model wants to be asked.
    pub form: Form,
    /// At most this many repairs.
    pub repairs: usize,
    /// Whether to run what passed, or stop at checked.
    pub run: bool,
    /// How tokens are drawn.
    pub sampling: Sampling,
    /// Limits of the query.
    pub limits: Limits,
}

/// Why there is no answer at all.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The question is too long.
    #[error("the question has {bytes} bytes, and at most {MAX_QUESTION_BYTES} are read")]
    QuestionTooLong {
        /// Its length.
        bytes: usize,
    },
    /// The model failed.
    #[error(transparent)]
    Model(#[from] LlmError),
    /// The database failed in a way that no other SQL would mend.
    #[error(transparent)]
    Database(DbError),
}

/// Answers a question over `database`. Blocks; every stage is an event.
pub fn ask(
    database: &Database,
    schema: &Schema,
    model: &mut dyn Generate,
    request: &AskRequest,
    cancel: &Cancel,
    emit: &mut dyn FnMut(AskEvent),
) -> Result<Answer, AskError> {
    let start = Instant::now();
    if request.question.len() > MAX_QUESTION_BYTES {
        return Err(AskError::QuestionTooLong { bytes: request.question.len() });
    }
    let mut parts = PromptParts {
        schema_text: request.schema_text.clone(),
        question: request.question.clone(),
        hint: request.hint.clone(),
        repair: None,
    };
    let mut answer = Answer {
        question: request.question.clone(),
        sql: String::new(),
        state: AnswerState::Failed,
        table: None,
        confidence: None,
        reason: "unknown: confidence is not estimated yet".into(),
        fixes: Vec::new(),
        attempts: Vec::new(),
        error: None,
        timings: AskTimings::default(),
        model: model.info().clone(),
    };
    for repair in 0..=request.repairs.min(MAX_REPAIRS) {
        let text = generate(model, &parts, request, cancel, emit, &mut answer.timings)?;
        match judge(database, schema, &text, emit, &mut answer) {
            Ok(sql) => {
                answer.state = AnswerState::Checked;
                answer.error = None;
                if request.run {
                    run(database, &sql, request, cancel, emit, &mut answer)?;
                }
                break;
            }
            Err(Failure::Refused(error)) => {
                answer.state = AnswerState::Refused;
                answer.error = Some(error);
                break;
            }
            Err(Failure::Database(error)) => return Err(AskError::Database(error)),
            Err(Failure::Mendable(attempt)) => {
                answer.error = Some(attempt.error.clone());
                let repeated = answer.attempts.iter().any(|earlier| earlier.sql == attempt.sql);
                answer.attempts.push(attempt.clone());
                if repeated || repair == request.repairs.min(MAX_REPAIRS) {
                    break;
                }
                let told = match advice(&attempt.sql, &attempt.error, schema) {
                    Some(advice) => format!("{}\n{advice}", attempt.error),
                    None => attempt.error.clone(),
                };
                parts.repair = Some((attempt.sql.clone(), told));
                emit(AskEvent::Repairing { repair: repair + 1, failed: attempt });
            }
        }
    }
    answer.timings.total_ms = start.elapsed().as_secs_f64() * 1000.0;
    Ok(answer)
}

/// Has the model read what every question about a database begins with, so that the first one need not wait for it. `emit` gets
/// [`AskEvent::Reading`] alone. Nothing is done for a form that puts the question first.
pub fn prepare_model(
    model: &mut dyn Generate,
    schema_text: &str,
    form: Form,
    cancel: &Cancel,
    emit: &mut dyn FnMut(AskEvent),
) -> Result<(), AskError> {
    if form != Form::Chat {
        return Ok(());
    }
    let parts = PromptParts { schema_text: schema_text.into(), ..PromptParts::default() };
    let request = GenerateRequest {
        prompt: render(&parts, form),
        shared_messages: 1,
        max_tokens: 0,
        stop: Vec::new(),
        sampling: Sampling::default(),
        logprobs: 0,
    };
    model.generate(&request, cancel, &mut |event| {
        if let GenerateEvent::Prefill { done, total, cached } = event {
            emit(AskEvent::Reading { done, total, cached });
        }
    })?;
    Ok(())
}

enum Failure {
    Mendable(Attempt),
    Refused(String),
    Database(DbError),
}

fn generate(
    model: &mut dyn Generate,
    parts: &PromptParts,
    request: &AskRequest,
    cancel: &Cancel,
    emit: &mut dyn FnMut(AskEvent),
    timings: &mut AskTimings,
) -> Result<String, AskError> {
    let prompt = render(parts, request.form);
    emit(AskEvent::Prompt(model.render(&prompt)?));
    let generation = GenerateRequest {
        prompt,
        shared_messages: 1,
        max_tokens: 400,
        // The end of a fenced block, and the next heading of an Alpaca model that goes on by itself.
        stop: vec!["\n```\n".into(), ";\n```".into(), "\n###".into()],
        sampling: request.sampling.clone(),
        logprobs: 0,
    };
    let out = model.generate(&generation, cancel, &mut |event| match event {
        GenerateEvent::Prefill { done, total, cached } => emit(AskEvent::Reading { done, total, cached }),
        GenerateEvent::Text(text) => emit(AskEvent::Text(text)),
    })?;
    let (sum, new) = (&mut timings.generate, &out.timings);
    sum.prompt_tokens += new.prompt_tokens;
    sum.cached_tokens += new.cached_tokens;
    sum.prefill_ms += new.prefill_ms;
    sum.generated_tokens += new.generated_tokens;
    sum.forced_tokens += new.forced_tokens;
    sum.drafted_tokens += new.drafted_tokens;
    sum.accepted_tokens += new.accepted_tokens;
    sum.decode_ms += new.decode_ms;
    Ok(out.text)
}

fn judge(
    database: &Database,
    schema: &Schema,
    text: &str,
    emit: &mut dyn FnMut(AskEvent),
    answer: &mut Answer,
) -> Result<ReadOnlySql, Failure> {
    let mendable = |sql: &str, error: String| Failure::Mendable(Attempt { sql: sql.into(), error });
    let draft = extract(text).ok_or_else(|| mendable(text.trim(), "there is no SQL statement in the answer".into()))?;
    let (mended, fixes) = mend_double_quotes(draft.as_str(), schema);
    answer.sql.clone_from(&mended);
    answer.fixes = fixes.into_iter().map(|(from, to)| Fix { kind: "double_quotes".into(), from, to }).collect();
    emit(AskEvent::Proposed(mended.clone()));
    let sql = guard::check(&mended)
        .map_err(|error| if error.is_refusal() { Failure::Refused(error.to_string()) } else { mendable(&mended, error.to_string()) })?;
    match prepare(database, schema, sql, answer) {
        Ok(sql) => {
            emit(AskEvent::Checked(sql.as_str().into()));
            Ok(sql)
        }
        Err(DbError::Sql { message, .. }) => Err(mendable(&mended, message)),
        Err(other) => Err(Failure::Database(other)),
    }
}

/// Has SQLite prepare `sql`; a qualifier that names the wrong table is changed on the way, where only one other table can be meant.
/// The error is that of the statement as the model wrote it.
fn prepare(database: &Database, schema: &Schema, sql: ReadOnlySql, answer: &mut Answer) -> Result<ReadOnlySql, DbError> {
    let Err(first) = database.check(&sql) else { return Ok(sql) };
    let (mut error, mut now, mut fixes) = (first.clone(), sql, Vec::new());
    while let DbError::Sql { message } = &error {
        let column = message.strip_prefix("no such column: ");
        let Some(change) = column.and_then(|column| requalify(now.as_str(), column, schema)) else { break };
        let Ok(changed) = guard::check(&change.sql) else { break };
        // Two tables that lack each other's columns cannot send a qualifier to and fro: each change names another column.
        if fixes.len() >= MAX_FIXES {
            break;
        }
        fixes.push(Fix { kind: "qualifier".into(), from: change.from, to: change.to });
        match database.check(&changed) {
            Ok(_) => {
                answer.sql = changed.as_str().into();
                answer.fixes.extend(fixes);
                return Ok(changed);
            }
            Err(next) => (error, now) = (next, changed),
        }
    }
    Err(first)
}

fn run(
    database: &Database,
    sql: &ReadOnlySql,
    request: &AskRequest,
    cancel: &Cancel,
    emit: &mut dyn FnMut(AskEvent),
    answer: &mut Answer,
) -> Result<(), AskError> {
    emit(AskEvent::Running);
    let start = Instant::now();
    match database.execute(sql, &request.limits, cancel) {
        Ok(table) => {
            answer.table = Some(table);
            answer.state = AnswerState::Ran;
        }
        Err(DbError::Sql { message, .. }) => {
            answer.state = AnswerState::Failed;
            answer.error = Some(message);
        }
        Err(error) => return Err(AskError::Database(error)),
    }
    answer.timings.query_ms = start.elapsed().as_secs_f64() * 1000.0;
    Ok(())
}
