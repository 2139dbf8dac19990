//! The model: loading it, having it read the schema and what is typed, asking it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::AskWork;
use super::compare::compare;
use super::database::opened;
use super::message::{AttachedAdapter, JobFailure, JobId, ModelsWork, Outcome, Report, Work};
use super::task::{ModelFactory, Open, Opened, Reporter, Task, misplaced};
use super::training::TrainWork;
use crate::ask::{AskError, AskRequest, Execution, ask, like, prepare_model, read_ahead};
use crate::db::{DbError, Limits, ValueIndex, ValueLimits};
use crate::llm::{Adapter, Generate, LlmError};
use crate::prompt::{Form, SCHEMA_BYTES, Turn, schema_text};
use crate::records::Records;
use crate::signal::Stop;
use crate::store::Paths;

/// Drafts that are compared may run as long as this.
const COMPARING: Duration = Duration::from_secs(10);

/// What the model's thread holds.
pub(super) struct Asked {
    factory: ModelFactory,
    /// The model wanted; `None` for the one chosen at the start.
    name: Option<String>,
    model: Option<Box<dyn Generate>>,
    /// Where what is kept for databases lies.
    paths: Paths,
    /// The attached adapter that the model has been told of, whether it could take it or not.
    adapter: Option<PathBuf>,
    /// Whether the model is as `adapter` says.
    followed: bool,
    /// The form that the adapter in use was trained with.
    form: Option<Form>,
    limits: Limits,
    answer_within: Option<Duration>,
}

impl Asked {
    /// `limits` are for the person's queries; drafts that are compared get less.
    pub(super) fn new(factory: ModelFactory, limits: &Limits, answer_within: Option<Duration>, paths: Paths) -> Self {
        let default = Limits::default();
        let limits = Limits { timeout: limits.timeout.min(COMPARING), max_rows: limits.max_rows.min(default.max_rows), ..default };
        Self { factory, name: None, model: None, paths, adapter: None, followed: true, form: None, limits, answer_within }
    }

    pub(super) fn work(&mut self, task: &Task, open: &Opened, report: &Reporter) -> Result<Outcome, JobFailure> {
        match &task.work {
            Work::Models(ModelsWork::Use { name }) => {
                // The old one goes first: two may not fit.
                let old = self.name.replace(name.clone());
                self.model = None;
                (self.adapter, self.form, self.followed) = (None, None, false);
                if let Err(failure) = self.loaded(task.job, report) {
                    self.name = old;
                    return Err(failure);
                }
                Ok(Outcome::Finished)
            }
            Work::Ask(asked) => {
                let (open, limits) = (opened(open)?, self.limits);
                let form = self.follow(task.job, &open, report)?;
                let answer_within = self.answer_within;
                let request = AskRequest { answer_within, ..request(task, asked, &open, form, &limits) };
                answer(task, &request, &open, self.loaded(task.job, report)?, report)
            }
            Work::ReadAhead { .. } if self.model.is_none() => Ok(Outcome::Prepared),
            Work::ReadAhead { asked, ahead } => {
                let (open, limits) = (opened(open)?, self.limits);
                let form = self.follow(task.job, &open, report)?;
                let request = request(task, asked, &open, form, &limits);
                match read_ahead(&open.schema, self.loaded(task.job, report)?, &request, *ahead, &task.cancel) {
                    Ok(()) => Ok(Outcome::Prepared),
                    Err(error) => ended(error),
                }
            }
            Work::Train(TrainWork::Compare { folder }) => {
                let (open, limits) = (opened(open)?, self.limits);
                // Whatever happens, the next question gets the adapter that is attached then.
                (self.adapter, self.form, self.followed) = (None, None, false);
                let model = self.loaded(task.job, report)?;
                let form = form_of(model);
                compare(task, folder, &open, (model, form), &limits, report)
            }
            Work::Prepare => {
                let open = opened(open)?;
                let form = self.follow(task.job, &open, report)?;
                prepare(task, &open, (self.loaded(task.job, report)?, form), report)
            }
            _ => Err(misplaced()),
        }
    }

    /// Has the model take the adapter that is attached to the open database, where that has changed; the form to ask in. An adapter that is
    /// gone, or of another model, is left out, and that is told.
    fn follow(&mut self, job: JobId, open: &Open, report: &Reporter) -> Result<Form, JobFailure> {
        let attached = Records::open(&self.paths).ok().and_then(|records| {
            let id = records.database(&open.asking.label(), &open.schema.fingerprint()).ok()?;
            records.attachment(id).ok().flatten()
        });
        if attached != self.adapter || !self.followed {
            let model = self.loaded(job, report)?;
            let taken = attached.as_deref().map(|folder| {
                let adapter = Adapter::read(folder)?;
                model.set_adapter(Some(&adapter)).map(|()| adapter)
            });
            let problem = taken.as_ref().and_then(|taken| taken.as_ref().err()).map(ToString::to_string);
            let taken = taken.and_then(Result::ok);
            if taken.is_none() {
                model.set_adapter(None).map_err(|error| JobFailure { message: error.to_string(), hint: error.hint().map(Into::into) })?;
            }
            let name = |folder: &PathBuf| folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
            let adapter = attached.as_ref().map(|folder| AttachedAdapter { name: name(folder), problem });
            report(Report::Adapter { job, adapter });
            self.followed = true;
            self.form = taken.and_then(|adapter| match adapter.card?.prompt.as_str() {
                "alpaca" => Some(Form::Alpaca),
                "chat" => Some(Form::Chat),
                _ => None,
            });
            self.adapter = attached;
        }
        let own = self.form;
        Ok(own.unwrap_or(form_of(self.loaded(job, report)?)))
    }

    /// The model, made now where it was not.
    fn loaded(&mut self, job: JobId, report: &Reporter) -> Result<&mut dyn Generate, JobFailure> {
        if self.model.is_none() {
            report(Report::LoadingModel { job });
            let made = (self.factory)(self.name.as_deref())?;
            report(Report::ModelLoaded { job, info: made.info().clone() });
            self.model = Some(made);
        }
        match &mut self.model {
            Some(model) => Ok(model.as_mut()),
            None => Err(JobFailure { message: "there is no model".into(), hint: None }),
        }
    }
}

fn form_of(model: &dyn Generate) -> Form {
    if model.info().has_chat_template { Form::Chat } else { Form::Alpaca }
}

fn prepare(task: &Task, open: &Open, (model, form): (&mut dyn Generate, Form), report: &Reporter) -> Result<Outcome, JobFailure> {
    let job = task.job;
    let text = schema_text(&open.schema, SCHEMA_BYTES);
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
        AskError::Model(error) => Err(JobFailure { message: error.to_string(), hint: error.hint().map(Into::into) }),
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
    AskRequest {
        hint: Some(asked.hints.join("\n")).filter(|hint| !hint.is_empty()),
        examples: like(&asked.question, &accepted),
        previous: asked.previous.clone().map(|(question, sql)| Turn { question, sql }),
        before: asked.before.clone().map(|(question, sql)| Turn { question, sql }),
        values: values(task, open),
        demonstrations: Some(Arc::clone(&open.demonstrations)),
        execution: Execution::ToCompare,
        limits: *limits,
        ..AskRequest::new(&asked.question, form)
    }
}
