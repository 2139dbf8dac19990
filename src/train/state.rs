//! `trainer_state.json`, as the Trainer writes it, with what a run of ours needs besides to go on.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::config::TrainConfig;
use super::schedule::Plateau;

/// The Trainer's record of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)] // the names are the Trainer's
pub struct TrainerState {
    pub best_metric: Option<f64>,
    pub best_global_step: Option<u64>,
    pub best_model_checkpoint: Option<String>,
    pub epoch: f64,
    pub eval_steps: u64,
    pub global_step: u64,
    pub is_hyper_param_search: bool,
    pub is_local_process_zero: bool,
    pub is_world_process_zero: bool,
    pub log_history: Vec<Value>,
    pub logging_steps: u64,
    pub max_steps: u64,
    pub num_train_epochs: f64,
    pub save_steps: u64,
    pub train_batch_size: usize,
    /// Ours.
    pub sqllama: Own,
}

/// What the Trainer keeps elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Own {
    /// Settings that must stay the same.
    pub settings: String,
    /// Hash of the rows.
    pub data: String,
    /// Hash of the model's weights.
    pub model: String,
    /// Losses of the steps since the last line of the log.
    pub pending: Vec<f64>,
    /// Sum of the losses of all steps.
    pub loss_sum: f64,
    /// Evaluations in a row that were no better than the best.
    pub patience: u64,
    /// The evaluation loss of the best, where that is told by right answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_loss: Option<f64>,
    /// Whether the run was stopped while it evaluated: then that comes first when it goes on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub evaluation_due: bool,
    /// Where the rate goes by the evaluation loss, where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plateau: Option<Plateau>,
}

impl TrainerState {
    /// Before the first step.
    pub fn new(config: &TrainConfig, max_steps: u64, own: Own) -> Self {
        Self {
            best_metric: None,
            best_global_step: None,
            best_model_checkpoint: None,
            epoch: 0.0,
            eval_steps: config.eval_steps.unwrap_or(config.logging_steps),
            global_step: 0,
            is_hyper_param_search: false,
            is_local_process_zero: true,
            is_world_process_zero: true,
            log_history: Vec::new(),
            logging_steps: config.logging_steps,
            max_steps,
            num_train_epochs: config.num_train_epochs,
            save_steps: config.save_steps,
            train_batch_size: config.per_device_train_batch_size,
            sqllama: own,
        }
    }

    /// Adds a line to the log, with the epoch first and the step last, as the Trainer's lines have them.
    pub fn log(&mut self, entries: &[(&str, f64)]) {
        let entries: Vec<(&str, Value)> = entries.iter().map(|(key, value)| (*key, json!(value))).collect();
        self.log_values(&entries);
    }

    /// The same with values of any kind.
    pub fn log_values(&mut self, entries: &[(&str, Value)]) {
        let mut line = Map::new();
        line.insert("epoch".into(), json!(self.epoch));
        for (key, value) in entries {
            line.insert((*key).into(), value.clone());
        }
        line.insert("step".into(), json!(self.global_step));
        self.log_history.push(Value::Object(line));
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads the file's text; why it cannot be used, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| format!("trainer_state.json: {error}"))
    }
}
