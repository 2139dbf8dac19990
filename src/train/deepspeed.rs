//! A DeepSpeed file beside the Trainer's flags: what of it is obeyed, what contradicts a flag, what means nothing on one machine.
//!
//! After `transformers/integrations/deepspeed.py` of 5.24.0 (how `auto` is filled, what must match) and DeepSpeed 0.19.8 (its defaults for
//! what a file leaves out).
//!
//! Files on their floors, the lowest first:
//! - [`keys`]: the keys there are
//! - `file`: values beside flags
//! - `machine`: batches, precision, placements
//! - `course`: optimizer and scheduler

mod course;
mod file;
pub mod keys;
mod machine;

use std::path::Path;

use serde_json::Value;

use super::TrainError;
use super::config::TrainConfig;
use file::File;
use keys::{IDLE, REFUSED};

/// What it shortens gradients to where a file does not say.
const CLIPPING: f64 = 1.0;

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

#[cfg(test)]
mod tests;
