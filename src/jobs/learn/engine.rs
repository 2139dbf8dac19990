//! Learning a database: gather, measure, settle, train, compare, decide. Each part that is done stays; whoever begins again goes on behind it.

use std::path::Path;
use std::time::{Duration, Instant};

use super::super::adapted::failure_of;
use super::super::compare::{Against, both_sides, failed, held_out_file, own_changes, trained_form};
use super::super::judge::Judge;
use super::super::message::JobFailure;
use super::super::training::{Decision, RunComparison};
use super::about::About;
use super::budget::{Measured, Settled, Unsettled, is_too_little, settle};
use super::data::{gather, questions, read_rows, write};
use super::decide::decide;
use super::kept::{Kept, hold, release};
use super::measure::measure;
use super::order::{BUDGET, LearnOrder};
use super::rows::{Learner, config, planned, tokens};
use super::words;
use crate::db::Limits;
use crate::eval;
use crate::llm::{Adapter, Generate, OpenedModel};
use crate::prompt::Form;
use crate::records::{Accepted, DatabaseId, Records};
use crate::signal::{Cancel, Stop};
use crate::store::Paths;
use crate::train::config::{Interval, Metric};
use crate::train::measure::Accuracy;
use crate::train::run::settings;
use crate::train::{Arithmetic, DeviceChoice, Inputs, Outcome, Rows, Standing, Start, TrainConfig, TrainEvent, run_judged, watch};

/// Seconds of training at least, however much time is gone.
const LEAST_TRAINING: f64 = 1.0;
/// Where the first steps are measured, among what may be deleted.
const MEASURING: &str = "measuring";

/// What happens meanwhile.
#[derive(Debug, Clone, PartialEq)]
pub enum LearnEvent {
    /// How far it is, until the next one comes.
    Progress(String),
    /// Something that stays: the plan, a part that is done.
    Said(String),
    /// Of the training run.
    Training(TrainEvent),
}

/// How it ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Learnt {
    /// It was told to stop, and can go on.
    Paused,
    /// The plan is made, and nothing more was wanted.
    Planned(Settled),
    /// It is done.
    Done(Box<(Decision, RunComparison)>),
}

/// Makes the model that is asked: the same one that is trained.
pub type Asked<'a> = &'a mut dyn FnMut() -> Result<Box<dyn Generate>, JobFailure>;

/// Learns the database. A run that was begun goes on. The adapter is attached to it only where it is better by the sign test, or where the
/// order says so.
pub fn learn(
    order: &LearnOrder,
    about: &About,
    paths: &Paths,
    asked: Asked<'_>,
    cancel: &Cancel,
    emit: &mut dyn FnMut(LearnEvent),
) -> Result<Learnt, JobFailure> {
    let _held = hold(&order.folder)?;
    let begun = Instant::now();
    let records = Records::open(paths)?;
    let id = records.database(&about.database.label(), &about.schema.fingerprint())?;
    let budget = order.budget.map(|budget| budget.as_secs_f64());
    let before = Kept::read(&order.folder);
    let begun_before = before.is_some();
    let mut kept = match before {
        Some(kept) => Kept { budget: budget.unwrap_or(kept.budget), attach: kept.attach || order.attach, ..kept },
        None => {
            let (place, fingerprint) = (about.place(), about.schema.fingerprint());
            Kept::new(&order.database, place, fingerprint, &order.model.0, budget.unwrap_or(BUDGET.as_secs_f64()), order.attach)
        }
    };
    if let Some(decision) = &kept.outcome {
        return Err(JobFailure {
            message: format!("{} is done: {}", words::name(&order.folder), decision.because),
            hint: Some("`--new` begins another one".into()),
        });
    }
    let spent = kept.spent;
    let mut time = Time { begun, spent };
    let result = Engine { order, about, paths, kept: &mut kept, time: &mut time, cancel, emit }.work(&records, id, asked);
    kept.spent = time.spent();
    // Also where it failed or was stopped: what it took is gone. A plan that was only looked at leaves nothing.
    match (order.dry_run, kept.settled.is_some()) {
        (false, true) => kept.write(&order.folder)?,
        (_, _) if !begun_before => release(&order.folder),
        (_, _) => {}
    }
    match result {
        // Whatever it was at.
        Err(_) if cancel.stop() == Some(Stop::Cancelled) => Ok(Learnt::Paused),
        result => result,
    }
}

/// Seconds that it took, earlier sittings included.
struct Time {
    begun: Instant,
    spent: f64,
}

impl Time {
    fn spent(&self) -> f64 {
        self.spent + self.begun.elapsed().as_secs_f64()
    }
}

struct Engine<'a> {
    order: &'a LearnOrder,
    about: &'a About,
    paths: &'a Paths,
    kept: &'a mut Kept,
    time: &'a mut Time,
    cancel: &'a Cancel,
    emit: &'a mut dyn FnMut(LearnEvent),
}

impl Engine<'_> {
    fn work(&mut self, records: &Records, id: DatabaseId, asked: Asked<'_>) -> Result<Learnt, JobFailure> {
        let (_, model_name, model_path) = &self.order.model;
        (self.emit)(LearnEvent::Progress("reading the model".into()));
        let opened = OpenedModel::open_known(model_path).map_err(failure_of)?;
        let form = if opened.template.is_ok() { Form::Chat } else { Form::Alpaca };
        let learner = Learner {
            about: self.about,
            model: &opened,
            model_name: model_name.clone(),
            model_folder: model_path.is_dir().then(|| model_path.clone()),
            form,
            arithmetic: Arithmetic::choose(DeviceChoice::Auto)?,
            budget: self.kept.budget,
        };
        let mut judge = Judge::new(asked()?, form, Vec::new(), Path::new("")).about(
            self.about.database.clone(),
            self.about.schema.clone(),
            self.about.private.clone(),
        );
        let settled = match self.kept.settled {
            Some(settled) => settled,
            None => match self.settled(&learner, records.accepted(id)?.as_slice(), &mut judge)? {
                Some(settled) => settled,
                None => return Ok(Learnt::Paused),
            },
        };
        let plan = words::plan(self.order, self.kept, &settled, opened.model.spec.layers);
        (self.emit)(LearnEvent::Said(plan));
        if self.order.dry_run {
            return Ok(Learnt::Planned(settled));
        }
        if self.kept.replaced.is_none() {
            self.kept.replaced = records.attachment(id)?;
        }
        self.kept.write(&self.order.folder)?;
        if !self.trained(&learner, &settled, &mut judge)? {
            return Ok(Learnt::Paused);
        }
        let Some(compared) = self.compared(judge.into_model(), form)? else { return Ok(Learnt::Paused) };
        let decision = decide(&compared, own_changes(&self.order.folder), self.kept.attach);
        if decision.attached {
            records.attach(id, &self.order.folder)?;
        }
        self.kept.outcome = Some(decision.clone());
        Ok(Learnt::Done(Box::new((decision, compared))))
    }

    /// Measures this machine, and settles what can be done; `None` where it was stopped. What is learned is written beside the run's folder.
    fn settled(&mut self, learner: &Learner<'_>, accepted: &[Accepted], judge: &mut Judge) -> Result<Option<Settled>, JobFailure> {
        (self.emit)(LearnEvent::Progress("reading the database".into()));
        let gathered = gather(self.about, accepted, self.cancel)?;
        words::gathered(&gathered).into_iter().for_each(|line| (self.emit)(LearnEvent::Said(line)));
        let (rows, compare) = (gathered.parts.learned.len(), gathered.parts.compare.len());
        if is_too_little(rows, compare) {
            return Err(too_few(rows, compare));
        }
        let provisional =
            config(&self.order.folder, &self.order.model.0, &learner.model.model.spec, &Settled::smallest(), self.about.database.path());
        let name = words::name(&self.order.folder);
        let place = self.paths.cache.join(MEASURING).join(format!("{name}-{}", std::process::id()));
        let Self { emit, cancel, .. } = self;
        let mut told = |text: String| emit(LearnEvent::Progress(text));
        let Some(measured) = measure(learner, &gathered.parts, &provisional, judge, &place, cancel, &mut told)? else { return Ok(None) };
        let settled = settle(&measured, self.kept.budget - self.time.spent()).map_err(|unsettled| self.unsettled(unsettled, &measured))?;
        (self.kept.accepted, self.kept.made) = (gathered.accepted, gathered.made);
        (self.kept.measured, self.kept.settled) = (Some(measured), Some(settled));
        if !self.order.dry_run {
            write(&self.order.folder, &gathered.parts, &settled)?;
        }
        Ok(Some(settled))
    }

    fn unsettled(&self, unsettled: Unsettled, measured: &Measured) -> JobFailure {
        match unsettled {
            Unsettled::TooShort(needed) => {
                let needed = needed + Duration::from_secs_f64(self.time.spent().ceil());
                JobFailure {
                    message: format!("{} is too short to learn this database on this machine", words::time(self.kept.budget)),
                    hint: Some(format!("give it at least {}: --budget {}s", words::time(needed.as_secs_f64()), needed.as_secs())),
                }
            }
            Unsettled::TooFew => too_few(measured.rows, measured.compare),
        }
    }

    /// Trains; false where it was stopped. What the time does not suffice for is left out: the best checkpoint so far is the result then.
    fn trained(&mut self, learner: &Learner<'_>, settled: &Settled, judge: &mut Judge) -> Result<bool, JobFailure> {
        let folder = &self.order.folder;
        if watch::look(folder).standing == Standing::Finished {
            return Ok(true);
        }
        let (begun, start) = match watch::is_run(folder) {
            true => (settings(folder)?, Start::Resume),
            false => {
                let spec = &learner.model.model.spec;
                (config(folder, &self.order.model.0, spec, settled, self.about.database.path()), Start::Fresh)
            }
        };
        let read = |extension: &str| read_rows(&folder.with_extension(extension), self.cancel);
        let (own, held) = (read("examples.jsonl")?, read("held.jsonl")?);
        let train = tokens(learner.model, learner.form, &own, self.cancel)?;
        let eval = (!held.is_empty()).then(|| tokens(learner.model, learner.form, &held, self.cancel)).transpose()?;
        let rows = (&train, eval.as_ref());
        // Without a row held out there is nothing to evaluate.
        let begun = if eval.is_some() { begun } else { without_evaluation(begun) };
        judge.ask(questions(&held));
        let left = self.kept.budget - self.time.spent() - settled.compare_seconds;
        let within = self.cancel.with_timeout(Duration::from_secs_f64(left.clamp(LEAST_TRAINING, 1e7)));
        let outcome = self.run(learner, &begun, rows, judge, start, &within)?;
        match outcome {
            Outcome::Finished { .. } => Ok(true),
            Outcome::Paused { .. } if self.cancel.stop() == Some(Stop::Cancelled) => Ok(false),
            Outcome::Paused { step: 0 } => Err(JobFailure {
                message: "the time was over before the first step was done".into(),
                hint: Some("begin again with a longer --budget: it goes on".into()),
            }),
            Outcome::Paused { step } => {
                (self.emit)(LearnEvent::Said(format!("the time for training is over behind step {step} of {}", settled.steps)));
                let ended = TrainConfig { max_steps: Some(step), ..begun };
                let outcome = self.run(learner, &ended, rows, judge, Start::Resume, self.cancel)?;
                Ok(matches!(outcome, Outcome::Finished { .. }))
            }
        }
    }

    /// Runs `config` over what is learned and what is held out.
    fn run(
        &mut self,
        learner: &Learner<'_>,
        config: &TrainConfig,
        (train, eval): (&Rows, Option<&Rows>),
        judge: &mut Judge,
        start: Start,
        within: &Cancel,
    ) -> Result<Outcome, JobFailure> {
        let plan = planned(config, learner.model, train, eval, learner.arithmetic)?;
        let inputs = Inputs {
            model: learner.model,
            model_name: learner.model_name.clone(),
            model_folder: learner.model_folder.clone(),
            train,
            eval,
            initial: None,
            prompt: learner.prompt(),
            arithmetic: learner.arithmetic.0,
        };
        let mut measure = |adapter: &Adapter, cancel: &Cancel| -> Result<Accuracy, _> { judge.measure(adapter, cancel) };
        let by_answers = config.metric_for_best_model == Metric::ExecutionAccuracy;
        let (folder, time, kept, emit) = (&self.order.folder, &*self.time, &mut *self.kept, &mut *self.emit);
        let outcome = run_judged(config, &plan, &inputs, start, by_answers.then_some(&mut measure as _), within, &mut |event| {
            if matches!(event, TrainEvent::Saved { .. }) {
                // A kill forgets no more than what it costs itself. That it cannot be written now is said at the end.
                let _ = Kept { spent: time.spent(), ..kept.clone() }.write(folder);
            }
            emit(LearnEvent::Training(event));
        });
        Ok(outcome?)
    }

    /// Asks the held-out questions with and without; `None` where it was stopped.
    fn compared(&mut self, mut model: Box<dyn Generate>, form: Form) -> Result<Option<RunComparison>, JobFailure> {
        let folder = &self.order.folder;
        let asked = eval::read_questions(&held_out_file(folder)).map_err(|error| failed(&error))?;
        // What answers now is what it has to be better than.
        let replaced = self.kept.replaced.as_deref().filter(|replaced| replaced != folder);
        let before = replaced.and_then(|folder| Adapter::read(folder).ok()).filter(|adapter| model.set_adapter(Some(adapter)).is_ok());
        let form = before.as_ref().map_or(form, |adapter| trained_form(adapter, form));
        let About { database, schema, private } = self.about;
        let against = Against { before: before.as_ref(), ..Against::one(&asked, database, schema, private, Limits::default()) };
        let Self { emit, cancel, .. } = self;
        let mut told = |text: String| emit(LearnEvent::Progress(text));
        both_sides(folder, &against, (model.as_mut(), form), cancel, &mut told)
    }
}

fn too_few(rows: usize, compare: usize) -> JobFailure {
    JobFailure {
        message: format!("this database gives too few examples: {rows} to learn, {compare} to hold out"),
        hint: Some("accept some answers with F2 first, or fill its tables".into()),
    }
}

fn without_evaluation(config: TrainConfig) -> TrainConfig {
    TrainConfig {
        eval_data_path: None,
        eval_strategy: Interval::No,
        load_best_model_at_end: false,
        early_stopping_patience: None,
        metric_for_best_model: Metric::Loss,
        ..config
    }
}
