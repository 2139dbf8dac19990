//! Batches, precision and placements: what a file says of the machine.

use serde_json::{Map, Value};

use super::file::File;
use super::keys::{BF16, FP16, OFFLOAD, ZERO, ZERO_MEANT};
use crate::train::TrainError;
use crate::train::config::TrainConfig;
use crate::train::offload::Offload;

impl File<'_> {
    pub(super) fn batches(&mut self, json: &Map<String, Value>, config: &mut TrainConfig) -> Result<(), TrainError> {
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

    pub(super) fn precision(&mut self, json: &Map<String, Value>, config: &mut TrainConfig) -> Result<(), TrainError> {
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

    pub(super) fn zero(&mut self, value: Option<&Value>, config: &mut TrainConfig) -> Result<(), TrainError> {
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
