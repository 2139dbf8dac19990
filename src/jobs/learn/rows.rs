//! A run of what was gathered: its settings, its rows as tokens, its plan.

use std::path::{Path, PathBuf};

use super::super::message::JobFailure;
use super::about::About;
use super::budget::{BATCH, Settled};
use crate::dataset::Example;
use crate::llm::OpenedModel;
use crate::llm::arch::ArchSpec;
use crate::prompt::Form;
use crate::signal::Cancel;
use crate::store::machine;
use crate::train::config::{Interval, Metric};
use crate::train::order::SamplingStrategy;
use crate::train::{Arithmetic, Machine, Rows, TrainConfig, TrainPlan, plan};

/// Tokens of an example; the rest is cut.
const LONGEST: usize = 4096;
/// Evaluations in a row that may be no better.
const PATIENCE: u64 = 3;
/// Of the steps, so much is warm-up.
const WARMUP: f64 = 0.1;

/// What learning works with.
pub(super) struct Learner<'a> {
    pub(super) about: &'a About,
    pub(super) model: &'a OpenedModel,
    pub(super) model_name: String,
    /// The model's folder, where it is one.
    pub(super) model_folder: Option<PathBuf>,
    pub(super) form: Form,
    pub(super) arithmetic: (Arithmetic, Option<u64>),
    /// Seconds it may take.
    pub(super) budget: f64,
}

impl Learner<'_> {
    /// The form as an adapter's card has it.
    pub(super) fn prompt(&self) -> &'static str {
        if self.form == Form::Alpaca { "alpaca" } else { "chat" }
    }
}

/// The settings of a run of `model` in `folder` as `settled` has it, on the database in `file`.
pub(super) fn config(folder: &Path, model: &str, spec: &ArchSpec, settled: &Settled, file: &Path) -> TrainConfig {
    let layers = spec.layers;
    TrainConfig {
        model_name_or_path: model.to_owned(),
        data_path: vec![folder.with_extension("examples.jsonl")],
        eval_data_path: Some(folder.with_extension("held.jsonl")),
        databases: Some(file.to_owned()),
        output_dir: folder.to_owned(),
        lora_r: settled.rank,
        lora_alpha: 2.0 * settled.rank as f64,
        layers_to_transform: (0 < settled.layers && settled.layers < layers).then(|| (layers - settled.layers..layers).collect()),
        model_max_length: LONGEST.min(spec.context_length),
        max_steps: Some(settled.steps),
        per_device_train_batch_size: BATCH,
        per_device_eval_batch_size: BATCH,
        train_sampling_strategy: SamplingStrategy::GroupByPrefix,
        learning_rate: settled.learning_rate,
        warmup_ratio: WARMUP,
        logging_steps: 1,
        eval_strategy: Interval::Steps,
        eval_steps: Some(settled.every),
        save_strategy: Interval::Steps,
        save_steps: settled.every,
        save_total_limit: Some(2),
        load_best_model_at_end: true,
        metric_for_best_model: if settled.choose > 0 { Metric::ExecutionAccuracy } else { Metric::Loss },
        early_stopping_patience: Some(PATIENCE),
        ..TrainConfig::default()
    }
}

/// The same for the few steps that are measured, elsewhere.
pub(super) fn measuring(config: &TrainConfig, place: PathBuf, steps: u64, batch: usize) -> TrainConfig {
    TrainConfig {
        output_dir: place,
        eval_data_path: None,
        layers_to_transform: None,
        max_steps: Some(steps),
        per_device_train_batch_size: batch,
        eval_strategy: Interval::No,
        save_strategy: Interval::No,
        load_best_model_at_end: false,
        metric_for_best_model: Metric::Loss,
        early_stopping_patience: None,
        overwrite_output_dir: true,
        ..config.clone()
    }
}

/// Examples as tokens.
pub(super) fn tokens(model: &OpenedModel, form: Form, examples: &[Example], cancel: &Cancel) -> Result<Rows, JobFailure> {
    Ok(Rows::make(model, form, LONGEST.min(model.model.spec.context_length), examples.iter().cloned().map(Ok), cancel)?)
}

/// What a run will take; a failure where this machine has too little.
pub(super) fn planned(
    config: &TrainConfig,
    model: &OpenedModel,
    train: &Rows,
    eval: Option<&Rows>,
    (arithmetic, card_memory): (Arithmetic, Option<u64>),
) -> Result<TrainPlan, JobFailure> {
    let machine = Machine {
        memory: machine::memory().map(|memory| memory.available),
        disk: machine::free_bytes(&config.output_dir),
        operations_per_second: None,
        arithmetic,
        card_memory,
    };
    Ok(plan(config, &model.model, None, train, eval, &machine)?)
}

/// The mean tokens that rows share, and that each has of its own.
pub(super) fn sizes(rows: &Rows) -> (f64, f64) {
    let count = rows.rows.len().max(1) as f64;
    let shared: usize = rows.rows.iter().map(|row| row.shared).sum();
    let all: usize = rows.rows.iter().map(|row| row.tokens.len()).sum();
    (shared as f64 / count, (all - shared) as f64 / count)
}
