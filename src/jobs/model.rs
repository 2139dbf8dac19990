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
<<<<<<< HEAD
use crate::llm::{Adapter, Generate, LlmError, ServerError};
use crate::prompt::{Form, SCHEMA_BYTES, Turn, schema_text};
use crate::records::Records;
use crate::schema::Private;
=======
use crate::llm::{Generate, LlmError};
use crate::prompt::{Form, SCHEMA_BYTES, Turn, schema_text};
>>>>>>> integrate
use crate::signal::Stop;
use crate::store::Paths;

/// Drafts that are compared may run as long as this.
const COMPARING: Duration = Duration::from_secs(10);

/// What the model's thread holds.
pub(super) struct Asked {
<<<<<<< HEAD
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
    /// Whether it was said what this model does not give.
    told_missing: bool,
=======
    model: Adapted,
>>>>>>> integrate
    limits: Limits,
    answer_within: Option<Duration>,
}

impl Asked {
    /// `limits` are for the person's queries; drafts that are compared get less.
    pub(super) fn new(factory: ModelFactory, limits: &Limits, answer_within: Option<Duration>, paths: Paths) -> Self {
        let default = Limits::default();
        let limits = Limits { timeout: limits.timeout.min(COMPARING), max_rows: limits.max_rows.min(default.max_rows), ..default };
<<<<<<< HEAD
        Self {
            factory,
            name: None,
            model: None,
            paths,
            adapter: None,
            followed: true,
            form: None,
            told_missing: false,
            limits,
            answer_within,
        }
=======
        Self { model: Adapted::new(factory, paths), limits, answer_within }
>>>>>>> integrate
    }

    pub(super) fn work(&mut self, task: &Task, open: &Opened, report: &Reporter) -> Result<Outcome, JobFailure> {
        match &task.work {
            Work::Models(ModelsWork::Use { name }) => {
<<<<<<< HEAD
                // The old one goes first: two may not fit.
                let old = self.name.replace(name.clone());
                self.model = None;
                (self.adapter, self.form, self.followed) = (None, None, false);
                self.told_missing = false;
                if let Err(failure) = self.loaded(task.job, report) {
                    self.name = old;
                    return Err(failure);
                }
=======
                self.model.replace(name, &mut telling(task.job, report))?;
>>>>>>> integrate
                Ok(Outcome::Finished)
            }
            Work::Ask(asked) => {
                let (open, limits) = (opened(open)?, self.limits);
                let answer_within = self.answer_within;
                let (model, form) = self.model.following(&open.asking, &open.schema, &mut telling(task.job, report))?;
                let request = AskRequest { answer_within, ..request(task, asked, &open, form, &limits) };
<<<<<<< HEAD
                let model = self.loaded(task.job, report)?;
                let answered = answer(task, &request, &open, model, report);
                let missing = model.missing();
                if !missing.is_empty() && !self.told_missing {
                    self.told_missing = true;
                    report(Report::Notes { job: task.job, notes: missing.into_iter().map(str::to_owned).collect() });
                }
                answered
=======
                answer(task, &request, &open, model, report)
>>>>>>> integrate
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
<<<<<<< HEAD
                // Whatever happens, the next question gets the adapter that is attached then.
                (self.adapter, self.form, self.followed) = (None, None, false);
                let model = self.loaded(task.job, report)?;
                if !model.tells_tokens() {
                    return Err(JobFailure {
                        message: "a run is compared on this machine, and the model in use is behind an address".into(),
                        hint: Some("choose the run's base with F7 first".into()),
                    });
                }
                let form = form_of(model);
                compare(task, folder, &open, (model, form), &limits, report)
            }
            Work::Prepare => {
                let open = opened(open)?;
                let form = self.follow(task.job, &open, report)?;
                let private = self.private(&open);
                prepare(task, &open, &private, (self.loaded(task.job, report)?, form), report)
=======
                let asked = self.model.unadapted(&mut telling(task.job, report))?;
                compare(task, folder, &open, asked, &limits, report)
            }
            Work::Prepare => {
                let open = opened(open)?;
                let asked = self.model.following(&open.asking, &open.schema, &mut telling(task.job, report))?;
                prepare(task, &open, asked, report)
>>>>>>> integrate
            }
            _ => Err(misplaced()),
        }
    }
<<<<<<< HEAD

    /// Has the model take the adapter that is attached to the open database, where that has changed; the form to ask in. An adapter that is
    /// gone, or of another model, is left out, and that is told.
    fn follow(&mut self, job: JobId, open: &Open, report: &Reporter) -> Result<Form, JobFailure> {
        let attached = Records::open(&self.paths).ok().and_then(|records| {
            let id = records.database(open.asking.path(), &open.schema.fingerprint()).ok()?;
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

    /// What a person keeps private of the open database.
    fn private(&self, open: &Open) -> Private {
        let notes = Records::open(&self.paths).ok().and_then(|records| {
            let id = records.database(open.asking.path(), &open.schema.fingerprint()).ok()?;
            records.notes(id).ok()
        });
        Private::of_notes(notes.unwrap_or_default().into_iter().map(|note| note.text)).0
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
=======
>>>>>>> integrate
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
    let text = schema_text(&private.shown(&open.schema), SCHEMA_BYTES);
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
<<<<<<< HEAD
        AskError::Model(LlmError::Server(ServerError::NotAllowed { address, prompt })) => Ok(Outcome::NotAllowed { address, prompt }),
        AskError::Model(error) => Err(JobFailure { message: error.to_string(), hint: error.hint().map(Into::into) }),
=======
        AskError::Model(error) => Err(failure_of(error)),
>>>>>>> integrate
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
        before: asked.before.clone().map(|(question, sql)| Turn { question, sql }),
        values: values(task, open),
        demonstrations: Some(Arc::clone(&open.demonstrations)),
        execution: Execution::ToCompare,
        limits: *limits,
        ..AskRequest::new(&asked.question, form)
    }
}
