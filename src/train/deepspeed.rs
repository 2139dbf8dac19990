//! A DeepSpeed file beside the Trainer's flags: what of it is obeyed, what contradicts a flag, what means nothing on one machine.
//!
//! After `transformers/integrations/deepspeed.py` of 5.24.0 (how `auto` is filled, what must match) and DeepSpeed 0.19.8 (its defaults for
//! what a file leaves out).
//!
//! Files on their floors, the lowest first:
//! - [`keys`]: the keys there are

pub mod keys;

use std::path::Path;

use serde_json::{Map, Value};

use super::TrainError;
use super::config::TrainConfig;
use super::offload::Offload;
use super::optimizer::OptimizerType;
use super::schedule::{Curve, ScheduleSettings, SchedulerType};
use crate::text::words;
use keys::{BF16, FP16, IDLE, OFFLOAD, OPTIMIZER, REFUSED, ZERO, ZERO_MEANT};

/// DeepSpeed's own rate, of an optimizer and of a schedule, where a file has none.
const RATE: f64 = 1e-3;
/// Its steps of warm-up where a file has none.
const WARMUP: f64 = 1000.0;
/// What it shortens gradients to where a file does not say.
const CLIPPING: f64 = 1.0;
/// torch's AdamW decays by this where it is not told.
const TORCH_DECAY: f64 = 0.01;

/// Puts what `text`, the file at `path`, says over `config`, which the flags made. `said` tells whether a flag was given or stands at its
/// default. What should be said comes back.
///
/// # Errors
/// An unknown key, a value that cannot be, something that is not done here, and values that contradict a flag: those as the Trainer says it.
pub fn apply(path: &Path, text: &str, config: &mut TrainConfig, said: &dyn Fn(&str) -> bool) -> Result<Vec<String>, TrainError> {
    let mut file = File { path, said, notes: Vec::new(), mismatches: Vec::new(), idle: Vec::new() };
    let json: Value = serde_json::from_str(text).map_err(|error| file.wrong(error.to_string()))?;
    let Value::Object(json) = json else { return Err(file.wrong("an object is needed".into())) };
    for (key, value) in &json {
        let is_on = value.get("enabled").is_none_or(|enabled| enabled.as_bool() != Some(false));
        if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| refused == key) {
            if is_on {
                return Err(file.wrong(format!("`{key}` is not done here: {why}")));
            }
        } else if IDLE.contains(&key.as_str()) {
            file.idle.push(key.clone());
        } else if !keys::MEANT.contains(&key.as_str()) {
            return Err(file.unknown("", key, keys::all()));
        }
    }
    file.batches(&json, config)?;
    file.precision(&json, config)?;
    let clipping = file.number(json.get("gradient_clipping"), "gradient_clipping", "max_grad_norm", config.max_grad_norm)?;
    if clipping.is_none() && config.max_grad_norm != CLIPPING {
        let flag = config.max_grad_norm;
        file.note(format!("has no gradient_clipping: DeepSpeed then shortens to {CLIPPING}, whatever --max_grad_norm ({flag}) says"));
    }
    config.max_grad_norm = clipping.unwrap_or(CLIPPING);
    // The schedule's highest rate must match the flag, whatever the optimizer's is.
    let flag = config.learning_rate;
    if let Some(optimizer) = json.get("optimizer") {
        file.optimizer(optimizer, config)?;
    }
    if let Some(scheduler) = json.get("scheduler") {
        file.scheduler(scheduler, config, flag)?;
    }
    file.zero(json.get("zero_optimization"), config)?;
    if !file.mismatches.is_empty() {
        return Err(TrainError::Mismatch { path: path.into(), lines: file.mismatches });
    }
    if !file.idle.is_empty() {
        file.notes.push(format!("{} of {} mean nothing here: one machine trains", file.idle.join(", "), path.display()));
    }
    Ok(file.notes)
}

struct File<'a> {
    path: &'a Path,
    said: &'a dyn Fn(&str) -> bool,
    notes: Vec<String>,
    mismatches: Vec<String>,
    idle: Vec<String>,
}

impl File<'_> {
    fn wrong(&self, reason: String) -> TrainError {
        TrainError::ConfigFile { path: self.path.into(), reason }
    }

    fn unknown<'k>(&self, within: &str, key: &str, known: impl Iterator<Item = &'k str>) -> TrainError {
        let near = |known: &'k str| words::edits_within(key, known, 2 + known.len() / 4).map(|edits| (edits, known));
        let hint = known.filter_map(near).min().map(|(_, known)| format!("; the nearest is `{within}{known}`"));
        self.wrong(format!("`{within}{key}` is no key of DeepSpeed's{}", hint.unwrap_or_default()))
    }

    fn note(&mut self, text: String) {
        self.notes.push(format!("{} {text}", self.path.display()));
    }

    fn object<'v>(&self, name: &str, value: &'v Value) -> Result<&'v Map<String, Value>, TrainError> {
        value.as_object().ok_or_else(|| self.wrong(format!("`{name}` must be an object")))
    }

    /// What stands at `long`: the flag's value for `auto`, a number where it matches the flag, or where the flag was not given. `None` where
    /// nothing stands there.
    fn number(&mut self, value: Option<&Value>, long: &str, flag: &str, current: f64) -> Result<Option<f64>, TrainError> {
        let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(None) };
        if value == "auto" {
            return Ok(Some(current));
        }
        let found = self.plain(value, long)?;
        Ok(Some(self.matched(found, long, flag, current)))
    }

    fn plain(&self, value: &Value, long: &str) -> Result<f64, TrainError> {
        value.as_f64().filter(|value| value.is_finite() && *value >= 0.0).ok_or_else(|| self.wrong(format!("`{long}` cannot be {value}")))
    }

    fn matched(&mut self, found: f64, long: &str, flag: &str, current: f64) -> f64 {
        if found == current {
            return found;
        }
        if (self.said)(flag) {
            self.mismatches.push(format!("- ds {long}={} vs hf {flag}={}", shown(found), shown(current)));
            return current;
        }
        let found_text = shown(found);
        self.note(format!("says {long} = {found_text}, and that is obeyed; the Trainer itself wants --{flag} {found_text} beside it"));
        found
    }

    fn batches(&mut self, json: &Map<String, Value>, config: &mut TrainConfig) -> Result<(), TrainError> {
        let whole = |value: f64| value as usize;
        let micro = config.per_device_train_batch_size as f64;
        let micro = self.number(
            json.get("train_micro_batch_size_per_gpu"),
            "train_micro_batch_size_per_gpu",
            "per_device_train_batch_size",
            micro,
        )?;
        let steps = config.gradient_accumulation_steps as f64;
        let steps =
            self.number(json.get("gradient_accumulation_steps"), "gradient_accumulation_steps", "gradient_accumulation_steps", steps)?;
        config.per_device_train_batch_size = micro.map_or(config.per_device_train_batch_size, whole);
        config.gradient_accumulation_steps = steps.map_or(config.gradient_accumulation_steps, whole);
        let both = (config.per_device_train_batch_size * config.gradient_accumulation_steps) as f64;
        if let Some(value) = json.get("train_batch_size").filter(|value| *value != "auto" && !value.is_null()) {
            let found = self.plain(value, "train_batch_size")?;
            if found != both {
                self.mismatches.push(format!("- ds train_batch_size={found} vs hf train_batch_size (calculated)={both}"));
            }
        }
        Ok(())
    }

    fn precision(&mut self, json: &Map<String, Value>, config: &mut TrainConfig) -> Result<(), TrainError> {
        for (name, known) in [("bf16", BF16), ("fp16", FP16)] {
            let Some(part) = json.get(name) else { continue };
            let part = self.object(name, part)?;
            for key in part.keys() {
                if !known.contains(&key.as_str()) {
                    return Err(self.unknown(&format!("{name}."), key, known.iter().copied()));
                }
            }
            let enabled = match part.get("enabled") {
                None => false,
                Some(Value::Bool(enabled)) => *enabled,
                Some(value) if value == "auto" => continue,
                Some(value) => return Err(self.wrong(format!("`{name}.enabled` cannot be {value}"))),
            };
            if name == "fp16" {
                if enabled {
                    self.note("enables fp16, and that means nothing here: matrices are multiplied in f32, or in bf16 on a card".into());
                }
            } else if enabled != config.bf16 {
                if (self.said)("bf16") {
                    let python = |value: bool| if value { "True" } else { "False" };
                    self.mismatches.push(format!(
                        "- ds bf16.enabled={} vs hf bf16|bf16_full_eval={}",
                        python(enabled),
                        python(config.bf16)
                    ));
                } else {
                    config.bf16 = enabled;
                    self.note(format!(
                        "says bf16.enabled = {enabled}, and that is obeyed; the Trainer itself wants --bf16 {enabled} beside it"
                    ));
                }
            }
        }
        Ok(())
    }

    fn optimizer(&mut self, value: &Value, config: &mut TrainConfig) -> Result<(), TrainError> {
        let optimizer = self.object("optimizer", value)?;
        for key in optimizer.keys() {
            if !["type", "params", "legacy_fusion"].contains(&key.as_str()) {
                return Err(self.unknown("optimizer.", key, ["type", "params"].into_iter()));
            }
        }
        let kind = optimizer.get("type").and_then(Value::as_str).unwrap_or_default();
        if !["adam", "adamw"].contains(&kind.to_lowercase().as_str()) {
            return Err(self.wrong(format!("optimizer `{kind}` is not done here: AdamW is, and DeepSpeed's Adam, which is the same")));
        }
        if config.optim != OptimizerType::AdamwTorch {
            self.note(format!("has an optimizer, {kind}, that wins over --optim {}, as in the Trainer", config.optim.name()));
            config.optim = OptimizerType::AdamwTorch;
        }
        let empty = Map::new();
        let params = match optimizer.get("params") {
            Some(params) => self.object("optimizer.params", params)?,
            None => &empty,
        };
        for (key, value) in params {
            if !OPTIMIZER.contains(&key.as_str()) {
                return Err(self.unknown("optimizer.params.", key, OPTIMIZER.iter().copied()));
            }
            let is = |on: bool| value.as_bool() == Some(on);
            if (key == "amsgrad" && !is(false)) || (key == "bias_correction" && !is(true)) {
                return Err(self.wrong(format!("`optimizer.params.{key}` = {value} is not done here")));
            }
        }
        let on = |key: &str| params.get(key).and_then(Value::as_bool) == Some(true);
        // What the file leaves out is DeepSpeed's default, not the flag's value; the Trainer says nothing of it.
        let mut left_out = Vec::new();
        let decay = if on("torch_adam") { TORCH_DECAY } else { 0.0 };
        for (key, flag, place, default) in [
            ("lr", "learning_rate", &mut config.learning_rate, RATE),
            ("eps", "adam_epsilon", &mut config.adam_epsilon, 1e-8),
            ("weight_decay", "weight_decay", &mut config.weight_decay, decay),
        ] {
            let found = self.number(params.get(key), &format!("optimizer.params.{key}"), flag, *place)?;
            if found.is_none() && *place != default {
                left_out.push(format!("{key} {} (not --{flag} {})", shown(default), shown(*place)));
            }
            *place = found.unwrap_or(default);
        }
        match params.get("betas") {
            Some(value) if value == "auto" => {}
            Some(value) => {
                let betas: Vec<f64> = value.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
                let [first, second] = betas[..] else { return Err(self.wrong(format!("`optimizer.params.betas` cannot be {value}"))) };
                let flags = [config.adam_beta1, config.adam_beta2];
                if [first, second] != flags {
                    if (self.said)("adam_beta1") || (self.said)("adam_beta2") {
                        self.mismatches.push(format!("- ds optimizer.params.betas={value} vs hf adam_beta1+adam_beta2={flags:?}"));
                    } else {
                        self.note(format!(
                            "says optimizer.params.betas = {value}, and that is obeyed; the Trainer itself wants the flags beside it"
                        ));
                    }
                }
                (config.adam_beta1, config.adam_beta2) = (first, second);
            }
            None => {
                if [config.adam_beta1, config.adam_beta2] != [0.9, 0.999] {
                    left_out.push("betas [0.9, 0.999] (not the flags')".into());
                }
                (config.adam_beta1, config.adam_beta2) = (0.9, 0.999);
            }
        }
        if !left_out.is_empty() {
            self.note(format!("leaves to DeepSpeed's defaults of its optimizer: {}", left_out.join(", ")));
        }
        let plain_adam = kind.eq_ignore_ascii_case("adam") && params.get("adam_w_mode").and_then(Value::as_bool) == Some(false);
        if plain_adam && config.weight_decay > 0.0 {
            return Err(self.wrong("`adam_w_mode` = false with a decay (L2, not decoupled) is not done here".into()));
        }
        // Its optimizer gets the parameters in one group, where the Trainer's own spares norms and biases.
        config.decay_norms = true;
        if config.weight_decay > 0.0 {
            self.note("has an optimizer: DeepSpeed's decays norms and biases, too".into());
        }
        Ok(())
    }

    fn scheduler(&mut self, value: &Value, config: &mut TrainConfig, flag: f64) -> Result<(), TrainError> {
        let scheduler = self.object("scheduler", value)?;
        for key in scheduler.keys() {
            if !["type", "params"].contains(&key.as_str()) {
                return Err(self.unknown("scheduler.", key, ["type", "params"].into_iter()));
            }
        }
        let name = scheduler.get("type").and_then(Value::as_str).unwrap_or_default();
        let kind = match name {
            "WarmupLR" => SchedulerType::WarmupLr,
            "WarmupDecayLR" => SchedulerType::WarmupDecayLr,
            "WarmupCosineLR" => SchedulerType::WarmupCosineLr,
            "OneCycle" | "LRRangeTest" => {
                return Err(self.wrong(format!("scheduler `{name}` is not done here: it moves betas, or seeks a rate; WarmupDecayLR is")));
            }
            _ => return Err(self.wrong(format!("scheduler `{name}` is not known; there are WarmupLR, WarmupDecayLR, WarmupCosineLR"))),
        };
        let typed = config.lr_scheduler_type.name();
        self.notes
            .push(format!("the scheduler {name} of {} wins over --lr_scheduler_type {typed}, as in the Trainer", self.path.display()));
        let mut settings = ScheduleSettings::default();
        let empty = Map::new();
        let params = match scheduler.get("params") {
            Some(params) => self.object("scheduler.params", params)?,
            None => &empty,
        };
        for key in params.keys() {
            if !keys::scheduler(kind).contains(&key.as_str()) {
                return Err(self.unknown("scheduler.params.", key, keys::scheduler(kind).iter().copied()));
            }
        }
        let long = |key: &str| format!("scheduler.params.{key}");
        let plain = |this: &Self, key: &str| params.get(key).map(|value| this.plain(value, &long(key))).transpose();
        settings.warmup_type = match params.get("warmup_type").map(|value| value.as_str().unwrap_or_default()) {
            None | Some("log") => None,
            Some("linear") => Some(Curve::Linear),
            Some(other) => {
                self.note(format!("has the warmup_type `{other}`, which DeepSpeed does not know: it takes log"));
                None
            }
        };
        if kind == SchedulerType::WarmupCosineLr {
            settings.warmup_min_ratio = plain(self, "warmup_min_ratio")?;
            settings.cos_min_ratio = plain(self, "cos_min_ratio")?;
        } else {
            if params.get("warmup_min_lr").is_some_and(|value| value != "auto") {
                settings.warmup_min_lr = plain(self, "warmup_min_lr")?;
            }
            let highest = self.number(params.get("warmup_max_lr"), &long("warmup_max_lr"), "learning_rate", flag)?;
            settings.warmup_max_lr = match (highest, kind) {
                (None, SchedulerType::WarmupDecayLr) => {
                    self.note(format!("has no warmup_max_lr: DeepSpeed's {} is the highest rate", shown(RATE)));
                    Some(RATE)
                }
                (highest, _) => highest.filter(|highest| *highest != config.learning_rate),
            };
        }
        if kind != SchedulerType::WarmupLr {
            match params.get("total_num_steps") {
                None => {
                    return Err(self.wrong(format!("`scheduler.params.total_num_steps` is missing: DeepSpeed refuses {name} without it")));
                }
                Some(value) if value == "auto" => {}
                // How many steps there are is known with the data: `plan` compares.
                Some(value) => settings.total_num_steps = Some(self.plain(value, &long("total_num_steps"))? as u64),
            }
        }
        self.warm_up(params.get("warmup_num_steps"), config, &mut settings)?;
        config.lr_scheduler_type = kind;
        config.lr_scheduler_kwargs = settings;
        Ok(())
    }

    fn warm_up(&mut self, value: Option<&Value>, config: &mut TrainConfig, settings: &mut ScheduleSettings) -> Result<(), TrainError> {
        let said = (self.said)("warmup_steps") || (self.said)("warmup_ratio");
        let Some(value) = value else {
            self.note(format!("has no warmup_num_steps: DeepSpeed's {WARMUP} are taken"));
            (config.warmup_steps, config.warmup_ratio) = (WARMUP, 0.0);
            return Ok(());
        };
        if value == "auto" {
            return Ok(());
        }
        let found = self.plain(value, "scheduler.params.warmup_num_steps")?;
        let share = config.warmup_steps > 0.0 && config.warmup_steps < 1.0 || (config.warmup_steps == 0.0 && config.warmup_ratio > 0.0);
        if found == 0.0 {
            self.note("has warmup_num_steps 0, which DeepSpeed of today refuses (\"must be a positive integer\"): 1 is taken".into());
        }
        let found = found.max(1.0);
        if said && share {
            settings.warmup_num_steps = Some(found as u64);
        } else {
            let found = self.matched(found, "scheduler.params.warmup_num_steps", "warmup_steps", config.warmup_steps.max(1.0));
            (config.warmup_steps, config.warmup_ratio) = (found, 0.0);
        }
        Ok(())
    }

    fn zero(&mut self, value: Option<&Value>, config: &mut TrainConfig) -> Result<(), TrainError> {
        let Some(value) = value else { return Ok(()) };
        let zero = self.object("zero_optimization", value)?;
        for (key, value) in zero {
            if key == "zenflow" && !value.is_null() {
                return Err(self.wrong("`zero_optimization.zenflow` is not done here: its steps lag behind the gradients".into()));
            }
            if ZERO.contains(&key.as_str()) {
                self.idle.push(format!("zero_optimization.{key}"));
            } else if !ZERO_MEANT.contains(&key.as_str()) {
                return Err(self.unknown("zero_optimization.", key, ZERO.iter().chain(&ZERO_MEANT).copied()));
            }
        }
        let stage = match zero.get("stage") {
            None => 0,
            Some(value) => value
                .as_u64()
                .filter(|stage| *stage <= 3)
                .ok_or_else(|| self.wrong(format!("`zero_optimization.stage` cannot be {value}")))?,
        };
        let mut to_host = [false; 2];
        for (to_host, (key, old)) in to_host.iter_mut().zip([("offload_optimizer", "cpu_offload"), ("offload_param", "cpu_offload_param")])
        {
            *to_host = zero.get(old).and_then(Value::as_bool) == Some(true);
            let Some(part) = zero.get(key).filter(|part| !part.is_null()) else { continue };
            let part = self.object(&format!("zero_optimization.{key}"), part)?;
            for name in part.keys() {
                if !OFFLOAD.contains(&name.as_str()) {
                    return Err(self.unknown(&format!("zero_optimization.{key}."), name, OFFLOAD.iter().copied()));
                }
            }
            match part.get("device").and_then(Value::as_str).unwrap_or("none") {
                "none" => {}
                "cpu" => *to_host = true,
                "nvme" => {
                    return Err(self.wrong(format!("`zero_optimization.{key}.device` = nvme is not done here: `cpu` is, host memory")));
                }
                other => return Err(self.wrong(format!("`zero_optimization.{key}.device` cannot be `{other}`: there are none, cpu, nvme"))),
            }
        }
        let offload = match to_host {
            [_, true] if stage == 3 => Offload::All,
            [true, _] if stage > 0 => Offload::Optimizer,
            [false, false] => return Ok(()),
            _ => {
                self.note(format!("offloads at stage {stage}, where DeepSpeed does not: nothing is put away"));
                return Ok(());
            }
        };
        // What was typed wins: only a card has anything to put away.
        if !(self.said)("offload") {
            config.offload = offload;
        }
        Ok(())
    }
}

/// A number as Python shows it, about.
fn shown(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-4 { format!("{value:e}") } else { value.to_string() }
}

#[cfg(test)]
mod tests;
