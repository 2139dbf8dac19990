//! What a run will do and what it will take, before anything is done. Pure: facts in, a plan or a reason out.

use serde::Serialize;

use super::TrainError;
use super::config::{Interval, Method, TrainConfig};
use super::device::Arithmetic;
use super::memory::{MemoryPlan, Needs, Sizes};
use super::model::{Adaptation, Batch, Row};
use super::offload::Offload;
use super::optimizer::{LEAST_IN_BYTES, OptimizerType};
use super::rows::{Dropped, Rows};
use super::schedule::Schedule;
use crate::llm::Model;
use crate::llm::adapter::LoraConfig;
use crate::llm::arch::Family;
use crate::llm::names::{Fused, Projection};
use crate::text;

/// What this machine offers a run; a number that is not known limits nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Machine {
    /// Bytes of memory that can be taken.
    pub memory: Option<u64>,
    /// Bytes that can be written to the run's folder.
    pub disk: Option<u64>,
    /// Multiplications and additions a second, as measured on one of the model's own matrices.
    pub operations_per_second: Option<f64>,
    /// What computes.
    pub arithmetic: Arithmetic,
    /// Bytes that are free on the card, where one computes.
    pub card_memory: Option<u64>,
}

/// Everything that is known before a run begins.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrainPlan {
    /// How it is trained.
    pub method: Method,
    /// Examples that are learned from.
    pub examples: usize,
    /// Examples that are left out, by reason.
    pub dropped: Dropped,
    /// Examples whose answer is cut at the limit.
    pub shortened: usize,
    /// Examples that are held out.
    pub eval_examples: usize,
    /// Optimizer steps of an epoch.
    pub steps_per_epoch: u64,
    /// All optimizer steps.
    pub total_steps: u64,
    /// Steps of warm-up.
    pub warmup_steps: u64,
    /// Tokens of the examples of all steps, each by itself.
    pub tokens: u64,
    /// Tokens that go through the model, where beginnings are shared.
    pub tokens_with_sharing: u64,
    /// Tokens that are learned.
    pub learned_tokens: u64,
    /// Tokens of the longest example.
    pub longest: usize,
    /// Numbers that are trained.
    pub trainable_parameters: u64,
    /// Numbers of the model.
    pub model_parameters: u64,
    /// Layers whose activations are kept; those of the others are computed again.
    pub kept_layers: usize,
    /// Whether frozen matrices are there a second time, turned over for the way back.
    pub turned: bool,
    /// The machine's memory by kind, in bytes.
    pub memory: MemoryPlan,
    /// The card's, where one computes.
    pub card: Option<MemoryPlan>,
    /// Bytes of all checkpoints and the result.
    pub disk_bytes: u64,
    /// Seconds, where the machine's speed is known.
    pub seconds: Option<f64>,
    /// What a person should know.
    pub warnings: Vec<String>,
}

impl TrainPlan {
    /// The course of the learning rate.
    pub fn schedule(&self, config: &TrainConfig) -> Schedule {
        Schedule {
            kind: config.lr_scheduler_type,
            rate: config.learning_rate,
            warmup: self.warmup_steps,
            total: self.total_steps,
            settings: config.lr_scheduler_kwargs,
        }
    }
}

/// The method where none is given: adapters, on whatever the model is.
pub fn method(config: &TrainConfig, model: &Model) -> Method {
    let quantised = is_quantised(model);
    config.method.unwrap_or(if quantised { Method::Qlora } else { Method::Lora })
}

/// Whether the model's matrices are quantised.
pub fn is_quantised(model: &Model) -> bool {
    model.weights.layers.iter().any(|layer| layer.ffn_down.matrix().block.block_len() > 1)
}

/// What of the model is trained.
pub fn adaptation(config: &TrainConfig, method: Method, initial: Option<&LoraConfig>, family: Family) -> Result<Adaptation, TrainError> {
    if method == Method::Full {
        return Ok(Adaptation::Full);
    }
    let lora = match initial {
        // What an adapter is shaped like, it stays.
        Some(initial) => LoraConfig { lora_dropout: config.lora_dropout, ..initial.clone() },
        None => config.lora_config()?,
    };
    let lora = lora.for_family(family);
    match lora.foreign_target(family) {
        Some(name) => Err(TrainError::Setting {
            key: "target_modules",
            value: format!("`{name}`"),
            reason: format!("this model has {}", LoraConfig::new(1, 1.0).for_family(family).target_names().join(", ")),
        }),
        None => Ok(Adaptation::Lora(lora)),
    }
}

/// Plans a run of `model` on `train`.
///
/// # Errors
/// When the settings cannot be, or the run does not fit the machine; the hint says what would make it fit.
pub fn plan(
    config: &TrainConfig,
    model: &Model,
    initial: Option<&LoraConfig>,
    train: &Rows,
    eval: Option<&Rows>,
    machine: &Machine,
) -> Result<TrainPlan, TrainError> {
    config.check()?;
    if !model.spec.family.is_trained() {
        let name = model.spec.family.gguf_name();
        let what = if model.spec.experts.is_some() { "experts" } else { name };
        return Err(TrainError::Method(format!("models with {what} are asked here, not trained; train another, or this one elsewhere")));
    }
    let method = method(config, model);
    let mut warnings = Vec::new();
    if method == Method::Full && is_quantised(model) {
        return Err(TrainError::Method("a quantised model cannot be trained in full; use --method qlora, or a Hugging Face folder".into()));
    }
    if method == Method::Full && initial.is_some() {
        return Err(TrainError::Method("full training does not begin with an adapter; merge it into the model first".into()));
    }
    if method == Method::Lora && is_quantised(model) {
        warnings.push("the model is quantised: --method lora does what qlora does".into());
    }
    if train.longest > model.spec.context_length {
        return Err(TrainError::Setting {
            key: "model_max_length",
            value: format!("`{}`", config.model_max_length),
            reason: format!("the model was made for {} tokens, and an example has {}", model.spec.context_length, train.longest),
        });
    }
    let units = config.sampling().units(&train.rows);
    if units < config.sampling().units_of_step() {
        let [one, many] = if config.packing { ["pack", "packs"] } else { ["example", "examples"] };
        warnings.push(format!(
            "{} fill one optimizer step in part only: it is meant for {}",
            text::counted(units as u64, one, many),
            config.sampling().units_of_step()
        ));
    }
    if config.share_prefix && config.lora_dropout > 0.0 {
        warnings.push("with dropout, rows that share a beginning also share what is dropped in it".into());
    }

    if config.offload != Offload::None && !machine.arithmetic.is_tensors() {
        warnings.push("--offload means nothing on the processor: everything is in its memory".into());
    }

    let sampling = config.sampling();
    let steps_per_epoch = sampling.steps_of_epoch(&train.rows) as u64;
    let total_steps = config.max_steps.unwrap_or((config.num_train_epochs * steps_per_epoch as f64).ceil() as u64).max(1);
    check_schedule(config, total_steps)?;
    if config.neftune_noise_alpha.is_some_and(|alpha| alpha > 0.0) && model.spec.embedding_scale != 1.0 {
        return Err(TrainError::Setting {
            key: "neftune_noise_alpha",
            value: format!("`{}`", config.neftune_noise_alpha.unwrap_or_default()),
            reason: "this model scales its embeddings, and the Trainer adds its noise before or behind that, by family".into(),
        });
    }
    if config.decay_norms && method == Method::Full && model.spec.family.norm_offset() != 0.0 {
        return Err(TrainError::Setting {
            key: "decay_norms",
            value: "`true`".into(),
            reason: "this model's norms are stored as their distance from 1, which would decay otherwise".into(),
        });
    }
    let adaptation = adaptation(config, method, initial, model.spec.family)?;
    let [trainable_parameters, never_in_bytes] = trainable(model, &adaptation);
    let work = work(config, train, total_steps, steps_per_epoch);

    let spec = &model.spec;
    let sizes = Sizes {
        never_in_bytes,
        ..Sizes::new(model, trainable_parameters, adaptation == Adaptation::Full, work.largest_batch, train.longest)
    };
    let bf16 = config.bf16 && machine.arithmetic.has_bf16();
    let Needs { host: memory, card, kept_layers, turned } = match machine.arithmetic.is_tensors() {
        false => sizes.kernels(config, machine.memory),
        true => sizes.tensors(config, bf16, machine.card_memory),
    };
    if let (Some(card), Some(available)) = (&card, machine.card_memory)
        && card.total() > available
    {
        let advice = sizes.card_advice(config, method, bf16, available, machine.memory);
        return Err(TrainError::CardMemory { needed: card.total(), available, advice });
    }
    if let Some(available) = machine.memory
        && memory.total() > available
    {
        return Err(TrainError::Memory { needed: memory.total(), available, advice: advice(config, method, &memory) });
    }
    // Adafactor's moments are less, and were always counted as AdamW's.
    let moments = if config.optim == OptimizerType::AdamW8Bit { sizes.moments(config) } else { 8 * trainable_parameters };
    let checkpoint = 4 * trainable_parameters + moments + (1 << 20);
    let kept = match config.save_strategy {
        Interval::No => 1,
        Interval::Steps => total_steps.div_ceil(config.save_steps),
        Interval::Epoch => total_steps.div_ceil(steps_per_epoch),
    };
    // One more than the limit lies there while the new one is written.
    let kept = config.save_total_limit.map_or(kept, |limit| kept.min(limit as u64 + 1));
    let disk_bytes = checkpoint * kept + 4 * trainable_parameters;
    if let Some(available) = machine.disk
        && disk_bytes > available
    {
        return Err(TrainError::Disk { path: config.output_dir.clone(), needed: disk_bytes, available });
    }
    let seconds = machine.operations_per_second.map(|speed| {
        let layer: f64 = Projection::ALL.iter().map(|p| p.shape(spec)).map(|(rows, columns)| (rows * columns) as f64).sum();
        let body = layer * spec.layers as f64;
        let head = (model.weights.output.rows * spec.hidden) as f64;
        // Forward, back to the input, and again what is not kept; full training also has the weights' own gradients.
        // Below the lowest adapter there is no way back.
        let lowest = match &adaptation {
            Adaptation::Lora(config) => config.layers_to_transform.iter().flatten().min().copied().unwrap_or(0).min(spec.layers),
            Adaptation::Full => 0,
        };
        let trained = spec.layers - lowest;
        let back = if method == Method::Full { 2.0 } else { 1.0 };
        let again = trained.saturating_sub(kept_layers) as f64;
        let passes = 1.0 + (back * trained as f64 + again) / spec.layers as f64;
        let operations = 2.0 * passes * body * work.shared as f64 + 2.0 * 2.0 * head * work.learned as f64;
        // The rest (attention, norms, the optimizer) takes about a fifth more.
        1.2 * operations / speed
    });
    Ok(TrainPlan {
        method,
        examples: train.rows.len(),
        dropped: train.dropped,
        shortened: train.shortened,
        eval_examples: eval.map_or(0, |rows| rows.rows.len()),
        steps_per_epoch,
        total_steps,
        warmup_steps: config.warmup(total_steps),
        tokens: work.separate,
        tokens_with_sharing: work.shared,
        learned_tokens: work.learned,
        longest: train.longest,
        trainable_parameters,
        model_parameters: model_parameters(model),
        kept_layers,
        turned,
        memory,
        card,
        disk_bytes,
        seconds,
        warnings,
    })
}

/// What of a DeepSpeed scheduler can only be compared once the steps are known; a mismatch is said as the Trainer says it.
fn check_schedule(config: &TrainConfig, total_steps: u64) -> Result<(), TrainError> {
    let (kind, set) = (config.lr_scheduler_type, &config.lr_scheduler_kwargs);
    if !kind.is_deepspeeds() {
        return Ok(());
    }
    let mut lines = Vec::new();
    if let Some(total) = set.total_num_steps.filter(|total| *total != total_steps) {
        lines.push(format!("- ds scheduler.params.total_num_steps={total} vs hf num_training_steps (calculated)={total_steps}"));
    }
    let warmup = config.warmup(total_steps).max(1);
    if let Some(steps) = set.warmup_num_steps.filter(|steps| *steps != warmup) {
        lines.push(format!("- ds scheduler.params.warmup_num_steps={steps} vs hf warmup_steps={warmup}"));
    }
    if lines.is_empty() { Ok(()) } else { Err(TrainError::Mismatch { path: "the DeepSpeed file".into(), lines }) }
}

fn model_parameters(model: &Model) -> u64 {
    let spec = &model.spec;
    let layer: usize = Projection::ALL.iter().map(|p| p.shape(spec)).map(|(rows, columns)| rows * columns).sum();
    let vectors: usize = model.weights.layers.iter().flat_map(|layer| layer.vectors()).map(<[f32]>::len).sum();
    let tables = if super::model::decoder::is_tied(model) { 1 } else { 2 };
    (spec.layers * layer + vectors + spec.hidden + tables * model.weights.token_embd.rows * spec.hidden) as u64
}

/// How many numbers are trained; and how many of them keep f32 moments where others have a byte each.
fn trainable(model: &Model, adaptation: &Adaptation) -> [u64; 2] {
    let Adaptation::Lora(config) = adaptation else {
        return [model_parameters(model), (model.weights.token_embd.rows * model.spec.hidden) as u64];
    };
    let one = |layer: usize| {
        let maps =
            Projection::ALL.iter().filter(|projection| config.covers(layer, **projection)).map(|map| (map.path(), map.shape(&model.spec)));
        let fused = Fused::ALL.iter().filter(|fused| config.covers_fused(layer, **fused)).map(|map| (map.path(), map.shape(&model.spec)));
        let sizes = |(path, (rows, columns))| [rows, columns].map(|side: usize| config.rank(layer, path) * side);
        maps.chain(fused).flat_map(sizes).collect::<Vec<usize>>()
    };
    let (mut all, mut small) = (0, 0);
    for size in (0..model.spec.layers).flat_map(one) {
        all += size as u64;
        small += if size < LEAST_IN_BYTES { size as u64 } else { 0 };
    }
    [all, small]
}

/// What goes through the model.
struct Work {
    separate: u64,
    shared: u64,
    learned: u64,
    largest_batch: usize,
}

fn work(config: &TrainConfig, train: &Rows, total_steps: u64, steps_per_epoch: u64) -> Work {
    let sampling = config.sampling();
    let mut work = Work { separate: 0, shared: 0, learned: 0, largest_batch: 0 };
    for step in sampling.steps(&train.rows, 0) {
        let step: Vec<&Row> = step.iter().filter_map(|&index| train.rows.get(index)).collect();
        for rows in sampling.batches(&step, train.longest, config.share_prefix) {
            let batch = if config.share_prefix { Batch::shared(&rows) } else { Batch::separate(&rows) };
            work.shared += batch.len() as u64;
            work.learned += batch.targets.len() as u64;
            work.largest_batch = work.largest_batch.max(batch.len());
        }
        work.separate += step.iter().map(|row| row.tokens.len() as u64).sum::<u64>();
    }
    // Of pairs both answers go through, each three times, and nothing is shared.
    if !train.rejected.is_empty() {
        let tokens: usize = train.rows.iter().chain(&train.rejected).map(|row| row.tokens.len()).sum();
        work.separate = tokens as u64;
        work.shared = work.separate + work.separate / 2;
        work.learned = train.rows.iter().chain(&train.rejected).map(|row| row.learned() as u64).sum();
        work.largest_batch = train.longest;
    }
    // One epoch is counted; the others are like it.
    let epochs = total_steps as f64 / steps_per_epoch.max(1) as f64;
    for count in [&mut work.separate, &mut work.shared, &mut work.learned] {
        *count = (*count as f64 * epochs) as u64;
    }
    work
}

fn advice(config: &TrainConfig, method: Method, memory: &MemoryPlan) -> String {
    let mut advice = Vec::new();
    if memory.activations > memory.parameters + memory.moments {
        if config.per_device_train_batch_size > 1 {
            let batch = (config.per_device_train_batch_size / 2).max(1);
            let steps = config.gradient_accumulation_steps * config.per_device_train_batch_size / batch;
            advice.push(format!("--per_device_train_batch_size {batch} --gradient_accumulation_steps {steps}"));
        }
        if config.gradient_checkpointing == Some(false) {
            advice.push("--gradient_checkpointing true".into());
        }
        advice.push(format!("--model_max_length {}", (config.model_max_length / 2).max(64)));
    }
    match method {
        Method::Full => advice.push("--method lora".into()),
        Method::Lora => advice.push("a quantised model with --method qlora".into()),
        Method::Qlora => advice.push("a smaller model".into()),
    }
    format!("it would fit sooner with {}", advice.join(", or "))
}
