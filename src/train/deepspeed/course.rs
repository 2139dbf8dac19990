//! Optimizer and scheduler: what a file says of the course of a run.

use serde_json::{Map, Value};

use super::file::{File, shown};
use super::keys::{self, OPTIMIZER};
use crate::train::TrainError;
use crate::train::config::TrainConfig;
use crate::train::optimizer::OptimizerType;
use crate::train::schedule::{Curve, ScheduleSettings, SchedulerType};

/// DeepSpeed's own rate, of an optimizer and of a schedule, where a file has none.
const RATE: f64 = 1e-3;
/// Its steps of warm-up where a file has none.
const WARMUP: f64 = 1000.0;
/// torch's AdamW decays by this where it is not told.
const TORCH_DECAY: f64 = 0.01;

impl File<'_> {
    pub(super) fn optimizer(&mut self, value: &Value, config: &mut TrainConfig) -> Result<(), TrainError> {
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

    pub(super) fn scheduler(&mut self, value: &Value, config: &mut TrainConfig, flag: f64) -> Result<(), TrainError> {
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

    pub(super) fn warm_up(
        &mut self,
        value: Option<&Value>,
        config: &mut TrainConfig,
        settings: &mut ScheduleSettings,
    ) -> Result<(), TrainError> {
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
}
