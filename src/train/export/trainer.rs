//! Settings as `TrainingArguments` of transformers 5.24.0 spells them.

use serde_json::{Map, Value, json};

use crate::train::config::{Interval, TrainConfig};
use crate::train::plan::TrainPlan;
use crate::train::schedule::SchedulerType;

/// The arguments, by name. Those that depend on the machine (how many processes, whether there is a card) are `train.py`'s.
pub fn arguments(config: &TrainConfig, plan: &TrainPlan, deepspeed: bool, handed_on: &Map<String, Value>) -> Map<String, Value> {
    let schedule = config.lr_scheduler_type;
    let set = &config.lr_scheduler_kwargs;
    let interval = |interval: Interval| match interval {
        Interval::No => "no",
        Interval::Steps => "steps",
        Interval::Epoch => "epoch",
    };
    // A file's scheduler must find its highest rate among the Trainer's arguments.
    let rate = set.warmup_max_lr.filter(|_| deepspeed).unwrap_or(config.learning_rate);
    let warmup = match (config.warmup_steps, config.warmup_ratio) {
        (0.0, share) if share >= 1.0 => plan.total_steps as f64,
        (0.0, share) => share,
        (steps, _) => steps,
    };
    let mut out = handed_on.clone();
    let mut put = |key: &str, value: Value| {
        out.insert(key.into(), value);
    };
    put("per_device_train_batch_size", json!(config.per_device_train_batch_size));
    put("per_device_eval_batch_size", json!(config.per_device_eval_batch_size));
    put("gradient_accumulation_steps", json!(config.gradient_accumulation_steps));
    match config.max_steps {
        Some(_) => put("max_steps", json!(plan.total_steps)),
        None => put("num_train_epochs", json!(config.num_train_epochs)),
    }
    put("learning_rate", json!(rate));
    put("warmup_steps", json!(warmup));
    if schedule.is_deepspeeds() || schedule == SchedulerType::WarmupDecay {
        put("lr_scheduler_type", json!("linear"));
    } else {
        put("lr_scheduler_type", json!(schedule.name()));
        if !set.is_empty() {
            put("lr_scheduler_kwargs", json!(set));
        }
    }
    put("optim", json!(config.optim.name()));
    put("weight_decay", json!(config.weight_decay));
    put("adam_beta1", json!(config.adam_beta1));
    put("adam_beta2", json!(config.adam_beta2));
    put("adam_epsilon", json!(config.adam_epsilon));
    put("max_grad_norm", json!(config.max_grad_norm));
    put("label_smoothing_factor", json!(config.label_smoothing_factor));
    if let Some(alpha) = config.neftune_noise_alpha.filter(|alpha| *alpha > 0.0) {
        put("neftune_noise_alpha", json!(alpha));
    }
    put("seed", json!(config.seed));
    put("bf16", json!(config.bf16));
    let computed_again = config.gradient_checkpointing.unwrap_or(false);
    put("activation_checkpointing", json!(computed_again));
    let measured = config.eval_strategy != Interval::No;
    put("eval_strategy", json!(interval(config.eval_strategy)));
    let every = config.eval_steps.unwrap_or(config.logging_steps);
    if measured {
        put("eval_steps", json!(every));
        put("eval_delay", json!(config.eval_delay));
        put("eval_on_start", json!(config.eval_on_start));
        put("metric_for_best_model", json!("eval_loss"));
        put("greater_is_better", json!(false));
        put("load_best_model_at_end", json!(config.load_best_model_at_end));
    }
    // The best is kept where it is measured: there checkpoints and evaluations must go together.
    let saved = if config.load_best_model_at_end { config.eval_strategy } else { config.save_strategy };
    put("save_strategy", json!(interval(saved)));
    put("save_steps", json!(if config.load_best_model_at_end { every } else { config.save_steps }));
    if let Some(limit) = config.save_total_limit {
        put("save_total_limit", json!(limit));
    }
    out.entry("report_to").or_insert(json!("none"));
    out
}
