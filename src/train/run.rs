//! Training itself: steps, evaluations, checkpoints, until the plan is done or somebody says stop.
//!
//! Files on their floors, the lowest first:
//! - `teller`: what a run tells, and what an evaluation means for it
//! - `gradients`: of the rows or pairs of one step
//! - `evaluation`: what a run is worth on the way

mod evaluation;
mod gradients;
mod teller;

use std::path::{Path, PathBuf};
use std::time::Instant;

use self::teller::{Evaluation, Teller};
use super::TrainError;
use super::checkpoint::{self, Identity, RunFolder, STATE, write_file};
use super::config::{FrozenProducts, Interval, LossType, Metric, TrainConfig};
use super::device::Arithmetic;
use super::event::TrainEvent;
use super::learner::Learner;
use super::measure::Judge;
use super::model::{Adaptation, Decoder};
use super::optimizer::{Moments, clip_factor};
use super::plan::{self, TrainPlan};
use super::preference::{self, Pair, Rewards};
use super::rows::Rows;
use super::schedule::{Plateau, SchedulerType};
use super::state::{Own, TrainerState};
use crate::compute;
use crate::llm::LlmError;
use crate::llm::adapter::card::{BaseCard, hex};
use crate::llm::adapter::{Adapter, AdapterCard};
use crate::llm::open::OpenedModel;
use crate::signal::Cancel;
use crate::store::machine;

/// The file of settings in a run's folder.
pub const SETTINGS: &str = "plan.toml";
/// The file of events in a run's folder.
pub const EVENTS: &str = "events.jsonl";

/// The folder in a run's where its result is compared with the model as it came.
pub const COMPARISON: &str = "compare";

/// What a run works with.
#[derive(Debug)]
pub struct Inputs<'a> {
    /// The model.
    pub model: &'a OpenedModel,
    /// What it is called.
    pub model_name: String,
    /// Its folder, where it is one.
    pub model_folder: Option<PathBuf>,
    /// What is learned from.
    pub train: &'a Rows,
    /// What is held out.
    pub eval: Option<&'a Rows>,
    /// The adapter it begins with.
    pub initial: Option<&'a Adapter>,
    /// `alpaca` or `chat`.
    pub prompt: &'static str,
    /// What computes.
    pub arithmetic: Arithmetic,
}

/// Where a run begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Anew. A folder that holds a run is refused, unless the settings say to overwrite it.
    Fresh,
    /// Behind its last complete checkpoint, or anew where it has none.
    Resume,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// All steps were taken, or it stopped early.
    Finished {
        /// The mean loss of all steps.
        train_loss: f64,
        /// The last step.
        step: u64,
    },
    /// It was told to stop, and can go on.
    Paused {
        /// The step its checkpoint is of.
        step: u64,
    },
}

/// Trains as `plan` says. Events are told as they happen and written to the run's folder; the last one is `Finished`, `Paused` or
/// `Failed`. A run that is stopped writes a checkpoint first.
pub fn run(
    config: &TrainConfig,
    plan: &TrainPlan,
    inputs: &Inputs<'_>,
    start: Start,
    cancel: &Cancel,
    emit: &mut dyn FnMut(TrainEvent),
) -> Result<Outcome, TrainError> {
    run_judged(config, plan, inputs, start, None, cancel, emit)
}

/// As [`run`], where `judge` says at each evaluation how often the model is right by then.
pub fn run_judged(
    config: &TrainConfig,
    plan: &TrainPlan,
    inputs: &Inputs<'_>,
    start: Start,
    judge: Option<Judge<'_>>,
    cancel: &Cancel,
    emit: &mut dyn FnMut(TrainEvent),
) -> Result<Outcome, TrainError> {
    if config.metric_for_best_model == Metric::ExecutionAccuracy && judge.is_none() {
        return Err(TrainError::Unjudged { reason: "nobody was brought who runs them".into() });
    }
    let folder = RunFolder::open(&config.output_dir)?;
    prepare(&folder, config, start)?;
    let mut teller = Teller { path: folder.path.join(EVENTS), emit };
    let mut step = 0;
    let result = Trainer::new(config, plan, inputs, &folder, start, judge, &mut teller).and_then(|mut trainer| {
        let result = trainer.train(cancel, &mut teller);
        step = trainer.state.global_step;
        result
    });
    if let Err(error) = &result {
        // Where the disk is full, the message reaches the front end at least.
        let _ = teller.tell(TrainEvent::Failed { step, message: error.to_string() });
    }
    result
}

fn prepare(folder: &RunFolder, config: &TrainConfig, start: Start) -> Result<(), TrainError> {
    // What an earlier result was compared with says nothing of the one to come.
    let _ = std::fs::remove_dir_all(folder.path.join(COMPARISON));
    let last = folder.checkpoints().last().copied();
    match (start, last) {
        (Start::Fresh, Some(step)) if !config.overwrite_output_dir => {
            return Err(TrainError::RunExists { path: folder.path.clone(), step });
        }
        (Start::Fresh, _) => folder.clear()?,
        (Start::Resume, _) => return Ok(()),
    }
    write_file(&folder.path.join(SETTINGS), config.to_toml().as_bytes())
}

/// Settings of the run in `folder`.
pub fn settings(folder: &Path) -> Result<TrainConfig, TrainError> {
    let path = folder.join(SETTINGS);
    if !path.is_file() {
        return Err(TrainError::NoRun { path: folder.into() });
    }
    TrainConfig::read_run(&path)
}

struct Trainer<'a, 'w, 'j> {
    config: &'a TrainConfig,
    plan: &'a TrainPlan,
    inputs: &'a Inputs<'w>,
    folder: &'a RunFolder,
    learner: Learner<'w>,
    identity: Identity,
    state: TrainerState,
    dropout: f32,
    judge: Option<Judge<'j>>,
    /// Of pairs, how likely each was at the beginning: of those that are learned, and of those that are held out.
    reference: [Vec<Pair>; 2],
    /// What came of the last step's pairs.
    rewards: Rewards,
    begun: Instant,
    /// The rows of each step of the present epoch.
    order: Option<(u64, Vec<Vec<usize>>)>,
}

impl<'a, 'w, 'j> Trainer<'a, 'w, 'j> {
    fn new(
        config: &'a TrainConfig,
        plan: &'a TrainPlan,
        inputs: &'a Inputs<'w>,
        folder: &'a RunFolder,
        start: Start,
        judge: Option<Judge<'j>>,
        teller: &mut Teller<'_>,
    ) -> Result<Self, TrainError> {
        let model = &inputs.model.model;
        let adaptation = plan::adaptation(config, plan.method, inputs.initial.map(|adapter| &adapter.config), model.spec.family)?;
        let (mut decoder, mut parameters) = Decoder::new(model, &adaptation, config.seed);
        let in_eight_bits = config.frozen_products == FrozenProducts::Int8 && !inputs.arithmetic.is_tensors();
        if in_eight_bits {
            decoder.use_eight_bits(compute::global(), plan.turned);
        }
        decoder.label_smoothing = config.label_smoothing_factor as f32;
        decoder.noise_alpha = config.neftune_noise_alpha.unwrap_or(0.0) as f32;
        if config.decay_norms {
            parameters.iter_mut().for_each(|parameter| parameter.decays = true);
        }
        if let Some(parameter) = parameters.iter().find(|parameter| parameter.values.iter().any(|value| !value.is_finite())) {
            return Err(TrainError::Weights { tensor: parameter.name.clone() });
        }
        if let Some(initial) = inputs.initial {
            if let Some(card) = &initial.card {
                let found = hex(model.weights_hash());
                if card.base.weights_sha256 != found {
                    let (base, expected) = (card.base.name.clone(), card.base.weights_sha256.clone());
                    return Err(LlmError::OtherBase { base, expected, found }.into());
                }
            }
            decoder
                .set_adapter(&mut parameters, initial)
                .map_err(|reason| TrainError::Method(format!("the initial adapter does not fit: {reason}")))?;
        }
        let reference = match config.loss_type {
            LossType::Nll => [Vec::new(), Vec::new()],
            LossType::Sigmoid => {
                // Also where the run goes on: it is held against what it was at the beginning.
                let (mut decoder, mut first) = Decoder::new(model, &adaptation, config.seed);
                if in_eight_bits {
                    decoder.use_eight_bits(compute::global(), false);
                }
                if let Some(initial) = inputs.initial {
                    decoder.set_adapter(&mut first, initial).map_err(TrainError::Method)?;
                }
                let moments = Moments::of(config.optim, &first);
                let mut before = Learner::new(config, inputs.arithmetic, decoder, first, moments, false)?;
                let eval = inputs.eval.map(|rows| preference::likelihoods(&mut before, rows)).transpose()?;
                [preference::likelihoods(&mut before, inputs.train)?, eval.unwrap_or_default()]
            }
        };
        let mut moments = Moments::of(config.optim, &parameters);
        let weights_sha256 = hex(model.weights_hash());
        let plateau = (config.lr_scheduler_type == SchedulerType::ReduceLrOnPlateau).then(|| Plateau::new(config.learning_rate));
        let own = Own { settings: config.identity(), data: inputs.train.hash(), model: weights_sha256.clone(), plateau, ..Own::default() };
        let mut state = TrainerState::new(config, plan.total_steps, own);
        let mut begun_before = false;
        if let (Start::Resume, Some(&step)) = (start, folder.checkpoints().last()) {
            let read = checkpoint::read(&folder.checkpoint(step), &decoder, &mut parameters, &mut moments, &adaptation, config.optim)?;
            let changed = config.changed_since(&read.sqllama.settings);
            if !changed.is_empty() {
                return Err(TrainError::Changed { what: format!("other settings ({})", changed.join(", ")) });
            }
            for (what, before, now) in
                [("other data", &read.sqllama.data, &state.sqllama.data), ("another model", &read.sqllama.model, &state.sqllama.model)]
            {
                if before != now {
                    return Err(TrainError::Changed { what: what.into() });
                }
            }
            state = read;
            begun_before = true;
        }
        let base = BaseCard { name: inputs.model_name.clone(), weights_sha256 };
        let card = AdapterCard { format: AdapterCard::FORMAT, prompt: inputs.prompt.into(), schema_text: 1, base };
        let dropout = match &adaptation {
            Adaptation::Full => 0.0,
            Adaptation::Lora(config) => config.lora_dropout as f32,
        };
        let identity = Identity { adaptation, optimizer: config.optim, card: Some(card), source: inputs.model_folder.clone() };
        let elements = parameters.elements();
        let learner = Learner::new(config, inputs.arithmetic, decoder, parameters, moments, begun_before)?;
        teller.tell(TrainEvent::Started {
            step: state.global_step,
            total_steps: plan.total_steps,
            epochs: plan.total_steps as f64 / plan.steps_per_epoch as f64,
            examples: plan.examples,
            parameters: elements,
        })?;
        for text in &plan.warnings {
            teller.tell(TrainEvent::Warning { text: text.clone() })?;
        }
        let begun = Instant::now();
        Ok(Self {
            config,
            plan,
            inputs,
            folder,
            learner,
            identity,
            state,
            dropout,
            judge,
            reference,
            rewards: Rewards::default(),
            begun,
            order: None,
        })
    }

    fn train(&mut self, cancel: &Cancel, teller: &mut Teller<'_>) -> Result<Outcome, TrainError> {
        let mut stopped_early = false;
        if let Some(rows) = self.inputs.eval
            && (self.state.sqllama.evaluation_due || (self.config.eval_on_start && self.state.global_step == 0))
        {
            match self.evaluate(rows, cancel, teller)? {
                Evaluation::Interrupted => return self.pause(teller),
                evaluated => stopped_early = evaluated == Evaluation::Enough,
            }
        }
        while self.state.global_step < self.plan.total_steps && !stopped_early {
            if !self.step(cancel, teller)? {
                return self.pause(teller);
            }
            let step = self.state.global_step;
            let last = step == self.plan.total_steps;
            let due = |interval: Interval, every: u64| match interval {
                Interval::No => false,
                Interval::Steps => step.is_multiple_of(every),
                Interval::Epoch => step.is_multiple_of(self.plan.steps_per_epoch) || last,
            };
            if let Some(rows) = self.inputs.eval
                && due(self.config.eval_strategy, self.config.eval_steps.unwrap_or(self.config.logging_steps))
                && self.config.eval_delay <= self.passed()
            {
                match self.evaluate(rows, cancel, teller)? {
                    Evaluation::Interrupted => return self.pause(teller),
                    evaluated => stopped_early = evaluated == Evaluation::Enough,
                }
            }
            if self.config.sample_steps.is_some_and(|every| step.is_multiple_of(every) || last) {
                self.sample(cancel, teller)?;
            }
            if due(self.config.save_strategy, self.config.save_steps) || (last && self.config.save_strategy != Interval::No) {
                self.save(teller)?;
            }
        }
        self.finish(stopped_early, teller)
    }

    /// Ends behind a checkpoint.
    fn pause(&mut self, teller: &mut Teller<'_>) -> Result<Outcome, TrainError> {
        self.save(teller)?;
        let step = self.state.global_step;
        teller.tell(TrainEvent::Paused { step })?;
        Ok(Outcome::Paused { step })
    }

    /// How far the run is, in what `eval_delay` counts.
    fn passed(&self) -> f64 {
        if self.config.eval_strategy == Interval::Epoch { self.state.epoch } else { self.state.global_step as f64 }
    }

    /// One optimizer step; false where it was told to stop, and nothing has changed.
    fn step(&mut self, cancel: &Cancel, teller: &mut Teller<'_>) -> Result<bool, TrainError> {
        let step = self.state.global_step;
        let sampling = self.config.sampling();
        let (epoch, within) = (step / self.plan.steps_per_epoch, (step % self.plan.steps_per_epoch) as usize);
        let order = match self.order.take() {
            Some((of, order)) if of == epoch => order,
            _ => sampling.steps(&self.inputs.train.rows, epoch),
        };
        let indexes: Vec<usize> = order.get(within).cloned().unwrap_or_default();
        self.order = Some((epoch, order));
        self.learner.clear();
        let is_pairs = self.config.loss_type == LossType::Sigmoid;
        let gone_through = if is_pairs { self.learn_pairs(&indexes, cancel)? } else { self.learn_rows(&indexes, cancel)? };
        let Some((loss, tokens)) = gone_through else { return Ok(false) };
        let norm = self.learner.norm()?;
        for (what, value) in [("loss", loss), ("gradient", norm)] {
            if !value.is_finite() {
                // Frozen weights are read here alone: to read all of them before every run would take seconds.
                return Err(match self.inputs.model.model.weights.find_not_finite(self.inputs.model.model.spec.family) {
                    Some(tensor) => TrainError::Weights { tensor },
                    None => TrainError::NotFinite { what, step: step + 1 },
                });
            }
        }
        let rate = self.state.sqllama.plateau.map_or_else(|| self.plan.schedule(self.config).at(step), |plateau| plateau.rate);
        let factor = clip_factor(norm, self.config.max_grad_norm);
        self.learner.step(&self.config.optimizer(), rate, factor)?;
        let state = &mut self.state;
        state.global_step = step + 1;
        state.epoch = state.global_step as f64 / self.plan.steps_per_epoch as f64;
        state.sqllama.pending.push(loss);
        state.sqllama.loss_sum += loss;
        let first = self.config.logging_first_step && state.global_step == 1;
        if first || state.global_step.is_multiple_of(self.config.logging_steps) {
            let pending = std::mem::take(&mut state.sqllama.pending);
            let mean = pending.iter().sum::<f64>() / pending.len() as f64;
            let mut line = vec![("loss", mean), ("grad_norm", norm), ("learning_rate", rate)];
            line.extend(self.rewards.lines().into_iter().filter(|_| is_pairs));
            state.log(&line);
        }
        let event = TrainEvent::Step {
            step: step + 1,
            epoch: self.state.epoch,
            loss,
            grad_norm: norm,
            learning_rate: rate,
            tokens,
            examples: indexes.len(),
            seconds: self.begun.elapsed().as_secs_f64(),
            memory: machine::resident_bytes(),
        };
        teller.tell(event)?;
        Ok(true)
    }

    fn save(&mut self, teller: &mut Teller<'_>) -> Result<(), TrainError> {
        let step = self.state.global_step;
        if step == 0 || self.folder.checkpoints().contains(&step) {
            return Ok(());
        }
        self.learner.read_back_all()?;
        let Learner { decoder, parameters, moments, .. } = &self.learner;
        let written = checkpoint::write(self.folder, decoder, parameters, moments, &self.state, &self.identity);
        self.learner.forget_copies();
        let folder = written?;
        let best = self.state.best_global_step.filter(|_| self.config.load_best_model_at_end);
        self.folder.rotate(self.config.save_total_limit, best);
        teller.tell(TrainEvent::Saved { step, folder: folder.display().to_string() })
    }

    fn finish(&mut self, stopped_early: bool, teller: &mut Teller<'_>) -> Result<Outcome, TrainError> {
        let step = self.state.global_step;
        self.learner.read_back()?;
        let Learner { decoder, parameters, .. } = &mut self.learner;
        if let Some(best) = self.state.best_global_step.filter(|&best| self.config.load_best_model_at_end && best != step) {
            let folder = self.folder.checkpoint(best);
            checkpoint::read_weights(&folder, decoder, parameters, &self.identity.adaptation)?;
        }
        checkpoint::write_result(&self.folder.path, decoder, parameters, &self.identity)?;
        let train_loss = self.state.sqllama.loss_sum / step.max(1) as f64;
        let seconds = self.begun.elapsed().as_secs_f64();
        self.state.log(&[("train_loss", train_loss), ("train_runtime", seconds)]);
        let path = self.folder.path.join(STATE);
        write_file(&path, self.state.to_json().as_bytes())?;
        let folder = self.folder.path.display().to_string();
        teller.tell(TrainEvent::Finished { step, train_loss, seconds, stopped_early, folder })?;
        Ok(Outcome::Finished { train_loss, step })
    }
}
