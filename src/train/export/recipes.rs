//! The same job for axolotl and LLaMA-Factory: their YAML over our token ids, so that no template of theirs comes in between.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::train::config::{Interval, Method, TrainConfig};
use crate::train::optimizer::OptimizerType;
use crate::train::plan::TrainPlan;
use crate::train::schedule::SchedulerType;

const PREPARE: &str = include_str!("../../../assets/export/prepare.py");

/// A program that a job is written for, besides `train.py`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipe {
    /// axolotl.
    Axolotl,
    /// LLaMA-Factory.
    LlamaFactory,
}

impl Recipe {
    /// The program called so.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "axolotl" => Some(Self::Axolotl),
            "llama-factory" | "llamafactory" => Some(Self::LlamaFactory),
            _ => None,
        }
    }
}

/// The recipe's files, by name; in `notes` what they cannot say.
pub fn files(
    recipe: Recipe,
    config: &TrainConfig,
    plan: &TrainPlan,
    name: &str,
    base: &Path,
    notes: &mut Vec<String>,
) -> Vec<(&'static str, String)> {
    let mut left_out = Vec::new();
    if config.lr_scheduler_type.is_deepspeeds() {
        left_out.push("the schedule is DeepSpeed's: its file says it");
    }
    if config.decay_norms {
        left_out.push("norms and biases decay as the program has it");
    }
    notes.extend(left_out.iter().map(|text| (*text).to_owned()));
    notes.push("the order of examples and the beginning of adapters are the program's own: its losses will differ in detail".into());
    let base = std::path::absolute(base).unwrap_or_else(|_| base.into()).display().to_string();
    match recipe {
        Recipe::Axolotl => vec![("axolotl.yaml", yaml(&format!("{name}: `axolotl train axolotl.yaml`"), &axolotl(config, plan, &base)))],
        Recipe::LlamaFactory => vec![
            ("prepare.py", PREPARE.into()),
            (
                "llama_factory.yaml",
                yaml(
                    &format!("{name}: `python prepare.py`, then `llamafactory-cli train llama_factory.yaml`"),
                    &llama_factory(config, plan, &base),
                ),
            ),
        ],
    }
}

fn schedule(config: &TrainConfig) -> &'static str {
    match config.lr_scheduler_type {
        kind if kind.is_deepspeeds() || kind == SchedulerType::WarmupDecay => "linear",
        kind => kind.name(),
    }
}

fn optimizer(config: &TrainConfig) -> &'static str {
    match config.optim {
        OptimizerType::AdamwTorch => "adamw_torch_fused",
        OptimizerType::AdamW8Bit => "adamw_8bit",
        OptimizerType::Adafactor => "adafactor",
    }
}

fn axolotl(config: &TrainConfig, plan: &TrainPlan, base: &str) -> Vec<(&'static str, Value)> {
    let mut out = vec![
        ("base_model", json!(base)),
        // Ids and labels as they are: no type.
        ("datasets", json!([{ "path": "rows.jsonl", "ds_type": "json", "type": null }])),
    ];
    if plan.eval_examples > 0 {
        out.push(("test_datasets", json!([{ "path": "eval.jsonl", "ds_type": "json", "type": null, "split": "train" }])));
    }
    out.extend([
        ("sequence_len", json!(config.model_max_length)),
        ("sample_packing", json!(false)),
        ("micro_batch_size", json!(config.per_device_train_batch_size)),
        ("gradient_accumulation_steps", json!(config.gradient_accumulation_steps)),
        ("optimizer", json!(optimizer(config))),
        ("lr_scheduler", json!(schedule(config))),
        ("max_grad_norm", json!(config.max_grad_norm)),
        ("train_on_inputs", json!(false)),
    ]);
    match config.max_steps {
        Some(_) => out.push(("max_steps", json!(plan.total_steps))),
        None => out.push(("num_epochs", json!(config.num_train_epochs))),
    }
    if plan.method != Method::Full {
        out.extend([
            ("adapter", json!("lora")),
            ("lora_r", json!(config.lora_r)),
            ("lora_alpha", json!(config.lora_alpha)),
            ("lora_dropout", json!(config.lora_dropout)),
            ("lora_target_modules", json!(config.target_modules)),
        ]);
    }
    out.extend(common(config, plan));
    out
}

fn llama_factory(config: &TrainConfig, plan: &TrainPlan, base: &str) -> Vec<(&'static str, Value)> {
    let mut out = vec![
        ("model_name_or_path", json!(base)),
        ("stage", json!("sft")),
        ("do_train", json!(true)),
        ("finetuning_type", json!(if plan.method == Method::Full { "full" } else { "lora" })),
        // Made by prepare.py: the template is never applied, and only has to be one that exists.
        ("tokenized_path", json!("tokenized")),
        ("template", json!("empty")),
        ("cutoff_len", json!(config.model_max_length)),
        ("per_device_train_batch_size", json!(config.per_device_train_batch_size)),
        ("gradient_accumulation_steps", json!(config.gradient_accumulation_steps)),
        ("optim", json!(optimizer(config))),
        ("lr_scheduler_type", json!(schedule(config))),
        ("max_grad_norm", json!(config.max_grad_norm)),
    ];
    match config.max_steps {
        Some(_) => out.push(("max_steps", json!(plan.total_steps))),
        None => out.push(("num_train_epochs", json!(config.num_train_epochs))),
    }
    if plan.method != Method::Full {
        out.extend([
            ("lora_rank", json!(config.lora_r)),
            ("lora_alpha", json!(config.lora_alpha)),
            ("lora_dropout", json!(config.lora_dropout)),
            ("lora_target", json!(config.target_modules.join(","))),
        ]);
    }
    out.extend(common(config, plan));
    out
}

/// What both call the same.
fn common(config: &TrainConfig, plan: &TrainPlan) -> Vec<(&'static str, Value)> {
    let mut out = vec![
        ("learning_rate", json!(config.learning_rate)),
        ("warmup_steps", json!(plan.warmup_steps)),
        ("weight_decay", json!(config.weight_decay)),
        ("adam_beta1", json!(config.adam_beta1)),
        ("adam_beta2", json!(config.adam_beta2)),
        ("adam_epsilon", json!(config.adam_epsilon)),
        ("bf16", json!(config.bf16)),
        ("gradient_checkpointing", json!(config.gradient_checkpointing.unwrap_or(false))),
        ("seed", json!(config.seed)),
        ("logging_steps", json!(1)),
        ("save_steps", json!(config.save_steps)),
        ("output_dir", json!("output")),
    ];
    if config.eval_strategy != Interval::No {
        out.push(("eval_steps", json!(config.eval_steps.unwrap_or(config.logging_steps))));
    }
    if config.lr_scheduler_type.is_deepspeeds() {
        out.push(("deepspeed", json!(super::layout::DEEPSPEED)));
    }
    out
}

/// Keys and values as YAML. JSON is YAML, so what is no plain scalar is written as JSON.
fn yaml(comment: &str, entries: &[(&'static str, Value)]) -> String {
    let mut out = format!("# {}\n", crate::text::sanitize(comment));
    for (key, value) in entries {
        let _ = writeln!(out, "{key}: {value}");
    }
    out
}
