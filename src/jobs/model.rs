//! The model: loading it, having it read the schema and what is typed, asking it.

use std::sync::Arc;
use std::time::Duration;

use super::AskWork;
use super::adapted::{Adapted, Told, failure_of};
use super::compare::compare;
use super::database::opened;
use super::message::{JobFailure, JobId, ModelsWork, Outcome, Report, Work};
use super::task::{ModelFactory, Open, Opened, Reporter, Task, misplaced};
use super::training::TrainWork;
use crate::ask::{AskError, AskRequest, Execution, ask, like, prepare_model, read_ahead};
use crate::db::{DbError, Limits, ValueIndex, ValueLimits};
use crate::llm::{Generate, LlmError, ServerError};
use crate::prompt::{Form, SCHEMA_BYTES, Turn, schema_text_in};
use crate::records::{Records, RecordsError};
use crate::schema::Private;
use crate::signal::Stop;
use crate::store::Paths;

/// Drafts that are compared may run as long as this.
const COMPARING: Duration = Duration::from_secs(10);

/// What the model's thread holds.
pub(super) struct Asked {
    model: Adapted,
    /// Where what is kept for databases lies.
    paths: Paths,
    /// Whether it was said what this model does not give.
    told_missing: bool,
    limits: Limits,
    answer_within: Option<Duration>,
}

impl Asked {
    /// `limits` are for the person's queries; drafts that are compared get less.
    pub(super) fn new(factory: ModelFactory, limits: &Limits, answer_within: Option<Duration>, paths: Paths) -> Self {
        let default = Limits::default();
        let limits = Limits { timeout: limits.timeout.min(COMPARING), max_rows: limits.max_rows.min(default.max_rows), ..default };
        Self { model: Adapted::new(factory, paths.clone()), paths, told_missing: false, limits, answer_within }
    }

    pub(super) fn work(&mut self, task: &Task, open: &Opened, report: &Reporter) -> Result<Outcome, JobFailure> {
        match &task.work {
            Work::Models(ModelsWork::Use { name }) => {
                self.model.replace(name, &mut telling(task.job, report))?;
                self.told_missing = false;
                Ok(Outcome::Finished)
            }
            Work::Ask(asked) => {
                let (open, limits) = (opened(open)?, self.limits);
                let answer_within = self.answer_within;
                let kept = self.private(&open);
                let (model, form) = self.model.following(&open.asking, &open.schema, &mut telling(task.job, report))?;
                let private = allowed(kept, model)?;
                let request = AskRequest { answer_within, ..request(task, asked, &open, form, &limits) };
                let request = AskRequest { private: request.private.clone().and(private), ..request };
                let answered = answer(task, &request, &open, model, report);
                let missing = model.missing();
                if !missing.is_empty() && !self.told_missing {
                    self.told_missing = true;
                    report(Report::Notes { job: task.job, notes: missing.into_iter().map(str::to_owned).collect() });
                }
                answered
            }
            Work::ReadAhead { .. } if !self.model.is_loaded() => Ok(Outcome::Prepared),
            Work::ReadAhead { asked, ahead } => {
                let (open, limits) = (opened(open)?, self.limits);
                let (model, form) = self.model.following(&open.asking, &open.schema, &mut telling(task.job, report))?;
                let request = request(task, asked, &open, form, &limits);
                match read_ahead(&open.schema, model, &request, *ahead, &task.cancel) {
                    Ok(()) => Ok(Outcome::Prepared),
                    Err(error) => ended(error),
                }
            }
            Work::Train(TrainWork::Compare { folder }) => {
                let (open, limits) = (opened(open)?, self.limits);
                let asked = self.model.unadapted(&mut telling(task.job, report))?;
                if !asked.0.tells_tokens() {
                    return Err(JobFailure {
                        message: "a run is compared on this machine, and the model in use is behind an address".into(),
                        hint: Some("choose the run's base with F7 first".into()),
                    });
                }
                compare(task, folder, &open, asked, &limits, report)
            }
            Work::Prepare => {
                let open = opened(open)?;
                let private = self.private(&open).unwrap_or_default();
                let asked = self.model.following(&open.asking, &open.schema, &mut telling(task.job, report))?;
                prepare(task, &open, &private, asked, report)
            }
            _ => Err(misplaced()),
        }
    }

    /// What a person keeps private of the open database, as it is written down now: the screen may not have read it yet.
    fn private(&self, open: &Open) -> Result<Private, RecordsError> {
        if !self.paths.records().exists() {
            return Ok(Private::default());
        }
        let records = Records::open(&self.paths)?;
        let id = records.database(&open.asking.label(), &open.schema.fingerprint())?;
        Ok(Private::of_notes(records.notes(id)?.into_iter().map(|note| note.text)).0)
    }
}

/// Where what is private cannot be read, nothing goes to a server; a model of this machine may be asked.
fn allowed(private: Result<Private, RecordsError>, model: &dyn Generate) -> Result<Private, JobFailure> {
    match private {
        Err(error) if !model.tells_tokens() => Err(error.into()),
        private => Ok(private.unwrap_or_default()),
    }
}

/// What is said on the way to the model.
fn telling(job: JobId, report: &Reporter) -> impl FnMut(Told) + '_ {
    move |told| {
        report(match told {
            Told::Loading => Report::LoadingModel { job },
            Told::Loaded(info) => Report::ModelLoaded { job, info },
            Told::Adapter(adapter) => Report::Adapter { job, adapter },
        });
    }
}

fn prepare(
    task: &Task,
    open: &Open,
    private: &Private,
    (model, form): (&mut dyn Generate, Form),
    report: &Reporter,
) -> Result<Outcome, JobFailure> {
    let job = task.job;
    let text = schema_text_in(form.schema_style(), &private.shown(&open.schema), SCHEMA_BYTES, None);
    match prepare_model(model, &text, form, &task.cancel, &mut |event| report(Report::Ask { job, event })) {
        Ok(()) => Ok(Outcome::Prepared),
        Err(error) => ended(error),
    }
}

/// How a job of the model ends when the pipeline gave an error.
fn ended(error: AskError) -> Result<Outcome, JobFailure> {
    match error {
        AskError::Model(LlmError::Stopped(Stop::Cancelled)) | AskError::Database(DbError::Stopped(Stop::Cancelled)) => {
            Ok(Outcome::Cancelled)
        }
        AskError::Model(LlmError::Server(ServerError::NotAllowed { address, prompt })) => Ok(Outcome::NotAllowed { address, prompt }),
        AskError::Model(LlmError::Server(error @ ServerError::ChooseModel { .. })) => {
            Err(JobFailure { message: error.to_string(), hint: Some("choose one with F7".into()) })
        }
        AskError::Model(error) => Err(failure_of(error)),
        AskError::Database(error) => Err(error.into()),
        error @ AskError::QuestionTooLong { .. } => {
            Err(JobFailure { message: error.to_string(), hint: Some("ask in a few sentences".into()) })
        }
    }
}

/// The values of the open database; `None` where reading them was cancelled.
fn values(task: &Task, open: &Open) -> Option<Arc<ValueIndex>> {
    if let Some(known) = open.values.get() {
        return Some(Arc::clone(known));
    }
    let index = ValueIndex::build(&open.asking, &open.schema, &ValueLimits::default(), &task.cancel).ok()?;
    Some(Arc::clone(open.values.get_or_init(|| Arc::new(index))))
}

fn answer(task: &Task, request: &AskRequest, open: &Open, model: &mut dyn Generate, report: &Reporter) -> Result<Outcome, JobFailure> {
    let job = task.job;
    match ask(&open.asking, &open.schema, model, request, &task.cancel, &mut |event| report(Report::Ask { job, event })) {
        Ok(answer) => Ok(Outcome::Answered(Box::new(answer))),
        Err(error) => ended(error),
    }
}

/// How `asked` is answered.
fn request(task: &Task, asked: &AskWork, open: &Open, form: Form, limits: &Limits) -> AskRequest {
    let accepted: Vec<Turn> = asked.accepted.iter().map(|(question, sql)| Turn { question: question.clone(), sql: sql.clone() }).collect();
    let (private, hints) = Private::of_notes(asked.hints.iter().cloned());
    AskRequest {
        private,
        hint: Some(hints.join("\n")).filter(|hint| !hint.is_empty()),
        examples: like(&asked.question, &accepted),
        previous: asked.previous.clone().map(|(question, sql)| Turn { question, sql }),
        previous_confidence: asked.previous_percent.map(|percent| f64::from(percent) / 100.0),
        before: asked.before.clone().map(|(question, sql)| Turn { question, sql }),
        values: values(task, open),
        demonstrations: Some(Arc::clone(&open.demonstrations)),
        execution: Execution::ToCompare,
        limits: *limits,
        ..AskRequest::new(&asked.question, form)
    }
}
