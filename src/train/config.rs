//! What a run is told: settings under the names of Hugging Face's Trainer, and a few of our own.

mod check;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::TrainError;
use super::device::DeviceChoice;
use super::offload::Offload;
use super::optimizer::{Adafactor, AdamW, Optimizer, OptimizerType};
use super::order::{Sampling, SamplingStrategy};
use super::schedule::{ScheduleSettings, SchedulerType};
use crate::llm::adapter::LoraConfig;
use crate::llm::names::{Fused, Projection};
use crate::prompt::Form;

/// How a model is trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Every weight.
    Full,
    /// Adapters on a model whose weights are floats.
    Lora,
    /// Adapters on a quantised model.
    Qlora,
}

/// When something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    /// Never.
    No,
    /// Every so many steps.
    #[default]
    Steps,
    /// At the end of each epoch.
    Epoch,
}

/// By what the best checkpoint is told, and early stopping goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// The loss on held-out rows: the lower the better.
    #[default]
    Loss,
    /// The share of held-out questions whose answer returns what it should: the higher the better, and of equals the one with the lower loss.
    ExecutionAccuracy,
}

/// How products with a quantised model's frozen matrices are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum FrozenProducts {
    /// In 8 bits, as they are when the model is asked: in half the time.
    #[default]
    Int8,
    /// In f32, as PEFT makes them of a dequantised model.
    F32,
}

/// What is made small, under TRL's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum LossType {
    /// What answers are unlikely to be: each is learned.
    #[default]
    Nll,
    /// Direct preference optimization (Rafailov et al. 2023): of each pair the chosen answer becomes likelier than the rejected one, held against
    /// the model as it was at the beginning.
    Sigmoid,
}

impl LossType {
    /// What an evaluation's loss is a mean of. The Trainer's is a mean of the means of batches, each weighted by its rows.
    pub fn weighted_by(self) -> &'static str {
        match self {
            Self::Nll => "answer tokens",
            Self::Sigmoid => "pairs of answers",
        }
    }
}

/// How prompts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromptChoice {
    /// Stanford Alpaca's templates.
    Alpaca,
    /// The model's chat template.
    Chat,
}

impl From<PromptChoice> for Form {
    fn from(choice: PromptChoice) -> Self {
        match choice {
            PromptChoice::Alpaca => Self::Alpaca,
            PromptChoice::Chat => Self::Chat,
        }
    }
}

/// Everything a run is told. Fields are named as the Trainer's arguments are; defaults are the Trainer's, where it has any.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)] // `cli::train::flags` has a line for each
pub struct TrainConfig {
    pub model_name_or_path: String,
    pub data_path: Vec<PathBuf>,
    pub eval_data_path: Option<PathBuf>,
    pub databases: Option<PathBuf>,
    pub output_dir: PathBuf,
    pub overwrite_output_dir: bool,
    pub method: Option<Method>,
    pub lora_r: usize,
    pub lora_alpha: f64,
    pub lora_dropout: f64,
    pub target_modules: Vec<String>,
    pub use_rslora: bool,
    pub layers_to_transform: Option<Vec<usize>>,
    pub init_adapter: Option<PathBuf>,
    pub prompt: Option<PromptChoice>,
    pub model_max_length: usize,
    pub num_train_epochs: f64,
    #[serde(default, deserialize_with = "above_zero")]
    pub max_steps: Option<u64>,
    pub per_device_train_batch_size: usize,
    pub per_device_eval_batch_size: usize,
    pub gradient_accumulation_steps: usize,
    pub gradient_checkpointing: Option<bool>,
    pub frozen_products: FrozenProducts,
    pub share_prefix: bool,
    pub train_sampling_strategy: SamplingStrategy,
    pub packing: bool,
    pub learning_rate: f64,
    pub lr_scheduler_type: SchedulerType,
    #[serde(skip_serializing_if = "ScheduleSettings::is_empty")]
    pub lr_scheduler_kwargs: ScheduleSettings,
    pub optim: OptimizerType,
    pub warmup_steps: f64,
    pub warmup_ratio: f64,
    pub weight_decay: f64,
    pub decay_norms: bool,
    pub adam_beta1: f64,
    pub adam_beta2: f64,
    pub adam_epsilon: f64,
    pub max_grad_norm: f64,
    pub label_smoothing_factor: f64,
    pub loss_type: LossType,
    pub beta: f64,
    pub neftune_noise_alpha: Option<f64>,
    pub dataloader_drop_last: bool,
    pub seed: u64,
    pub data_seed: Option<u64>,
    pub device: DeviceChoice,
    pub bf16: bool,
    pub offload: Offload,
    pub logging_steps: u64,
    pub logging_first_step: bool,
    pub save_strategy: Interval,
    pub save_steps: u64,
    pub save_total_limit: Option<usize>,
    pub eval_strategy: Interval,
    pub eval_steps: Option<u64>,
    pub eval_delay: f64,
    pub eval_on_start: bool,
    pub load_best_model_at_end: bool,
    pub metric_for_best_model: Metric,
    pub early_stopping_patience: Option<u64>,
    pub early_stopping_threshold: f64,
    pub sample_steps: Option<u64>,
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self {
            model_name_or_path: String::new(),
            data_path: Vec::new(),
            eval_data_path: None,
            databases: None,
            output_dir: PathBuf::new(),
            overwrite_output_dir: false,
            method: None,
            lora_r: 8,
            lora_alpha: 16.0,
            lora_dropout: 0.0,
            target_modules: Projection::ALL.map(|projection| projection.name().to_owned()).into(),
            use_rslora: false,
            layers_to_transform: None,
            init_adapter: None,
            prompt: None,
            model_max_length: 4096,
            num_train_epochs: 3.0,
            max_steps: None,
            per_device_train_batch_size: 8,
            per_device_eval_batch_size: 8,
            gradient_accumulation_steps: 1,
            gradient_checkpointing: None,
            frozen_products: FrozenProducts::Int8,
            share_prefix: true,
            train_sampling_strategy: SamplingStrategy::Random,
            packing: false,
            learning_rate: 5e-5,
            lr_scheduler_type: SchedulerType::Linear,
            lr_scheduler_kwargs: ScheduleSettings::default(),
            optim: OptimizerType::AdamwTorch,
            warmup_steps: 0.0,
            warmup_ratio: 0.0,
            weight_decay: 0.0,
            decay_norms: false,
            adam_beta1: 0.9,
            adam_beta2: 0.999,
            adam_epsilon: 1e-8,
            max_grad_norm: 1.0,
            label_smoothing_factor: 0.0,
            loss_type: LossType::Nll,
            beta: 0.1,
            neftune_noise_alpha: None,
            dataloader_drop_last: false,
            seed: 42,
            data_seed: None,
            device: DeviceChoice::Auto,
            bf16: false,
            offload: Offload::None,
            logging_steps: 10,
            logging_first_step: false,
            save_strategy: Interval::Steps,
            save_steps: 500,
            save_total_limit: None,
            eval_strategy: Interval::No,
            eval_steps: None,
            eval_delay: 0.0,
            eval_on_start: false,
            load_best_model_at_end: false,
            metric_for_best_model: Metric::Loss,
            early_stopping_patience: None,
            early_stopping_threshold: 0.0,
            sample_steps: None,
        }
    }
}

/// A run's settings with how its products are made: a version that said nothing of that made them in f32, and so its runs go on.
fn with_products(run: &str) -> String {
    let said = run.lines().any(|line| line.starts_with("frozen_products"));
    if said { run.to_owned() } else { format!("frozen_products = \"f32\"\n{run}") }
}

/// Steps, where they are above 0: anything else leaves it to the epochs, as the Trainer's documentation has it. (transformers 5.24.0 takes one step
/// at a rate of 0 where 0 is said, which teaches nothing.)
fn above_zero<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let steps = Option::<i64>::deserialize(deserializer)?;
    Ok(steps.and_then(|steps| u64::try_from(steps).ok()).filter(|&steps| steps > 0))
}

impl TrainConfig {
    /// Reads a TOML file. Paths in it are meant from where the program runs, as in the Trainer.
    pub fn read(path: &Path) -> Result<Self, TrainError> {
        let text = std::fs::read_to_string(path).map_err(TrainError::file(path))?;
        toml::from_str(&text).map_err(|error| TrainError::ConfigFile { path: path.into(), reason: error.to_string().trim_end().to_owned() })
    }

    /// Settings of a run, as it wrote them.
    pub fn read_run(path: &Path) -> Result<Self, TrainError> {
        let text = std::fs::read_to_string(path).map_err(TrainError::file(path))?;
        toml::from_str(&with_products(&text))
            .map_err(|error| TrainError::ConfigFile { path: path.into(), reason: error.to_string().trim_end().to_owned() })
    }

    /// As TOML.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).unwrap_or_default()
    }

    /// The adapter's settings.
    pub fn lora_config(&self) -> Result<LoraConfig, TrainError> {
        let mut config = LoraConfig::new(self.lora_r, self.lora_alpha);
        config.lora_dropout = self.lora_dropout;
        config.use_rslora = self.use_rslora;
        config.layers_to_transform = self.layers_to_transform.clone();
        config.base_model_name_or_path = self.model_name_or_path.clone();
        if self.target_modules != ["all-linear"] {
            config.target_modules.clear();
            for name in &self.target_modules {
                match (Projection::named(name), Fused::named(name)) {
                    (Some(projection), _) => config.target_modules.push(projection),
                    (None, Some(fused)) => config.fused_modules.push(fused),
                    (None, None) => {
                        let known = Projection::ALL.map(Projection::name).into_iter().chain(Fused::ALL.map(Fused::name));
                        return Err(TrainError::Setting {
                            key: "target_modules",
                            value: format!("`{name}`"),
                            reason: format!("there are {}", known.collect::<Vec<_>>().join(", ")),
                        });
                    }
                }
            }
            config.target_modules.sort_unstable();
            config.target_modules.dedup();
            config.fused_modules.sort_unstable();
            config.fused_modules.dedup();
        }
        Ok(config)
    }

    /// How rows are drawn.
    pub fn sampling(&self) -> Sampling {
        Sampling {
            strategy: self.train_sampling_strategy,
            batch: self.per_device_train_batch_size,
            accumulation: self.gradient_accumulation_steps,
            // The Trainer draws from `seed` where there is no other.
            seed: self.data_seed.unwrap_or(self.seed),
            drop_last: self.dataloader_drop_last,
            pack: self.packing.then_some(self.model_max_length),
        }
    }

    /// What moves the values.
    pub fn optimizer(&self) -> Optimizer {
        match self.optim {
            OptimizerType::AdamwTorch | OptimizerType::AdamW8Bit => Optimizer::AdamW(AdamW {
                beta1: self.adam_beta1,
                beta2: self.adam_beta2,
                epsilon: self.adam_epsilon,
                weight_decay: self.weight_decay,
            }),
            OptimizerType::Adafactor => Optimizer::Adafactor(Adafactor { weight_decay: self.weight_decay }),
        }
    }

    /// Steps of warm-up in a run of `total`: as the Trainer has it, `warmup_steps` wins where it is set, and below 1 it is a share.
    pub fn warmup(&self, total: u64) -> u64 {
        match self.warmup_steps {
            steps if steps >= 1.0 => steps as u64,
            share if share > 0.0 => (total as f64 * share).ceil() as u64,
            _ => (total as f64 * self.warmup_ratio).ceil() as u64,
        }
    }

    /// The settings that differ from the defaults, as flags without dashes, and their values.
    pub fn as_flags(&self) -> Vec<(String, String)> {
        let table = |config: &Self| toml::from_str::<toml::Table>(&config.to_toml()).unwrap_or_default();
        let default = table(&Self::default());
        let word = |value: &toml::Value| match value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Table(_) => serde_json::to_string(value).unwrap_or_default(),
            value => value.to_string(),
        };
        let words =
            |value: &toml::Value| value.as_array().map_or_else(|| word(value), |all| all.iter().map(word).collect::<Vec<_>>().join(" "));
        let own = table(self);
        own.iter().filter(|(key, value)| default.get(*key) != Some(value)).map(|(key, value)| (key.clone(), words(value))).collect()
    }

    /// Which settings that must be the same are not those of a run whose [`Self::identity`] was `begun`. It is read as settings again, so
    /// that a newer version, with more of them, goes on with an older one's runs.
    pub fn changed_since(&self, begun: &str) -> Vec<String> {
        let table = |text: &str| toml::from_str::<toml::Table>(text).unwrap_or_default();
        let now = table(&self.identity());
        let before = match toml::from_str::<Self>(&with_products(begun)) {
            Ok(before) => table(&before.identity()),
            Err(_) => table(begun),
        };
        let mut keys: Vec<&String> = now.keys().chain(before.keys()).filter(|key| now.get(*key) != before.get(*key)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter().cloned().collect()
    }

    /// What must be the same for a run to go on. Where things lie, how often something is told or written and when the run ends may change.
    pub fn identity(&self) -> String {
        let fixed = Self {
            model_name_or_path: String::new(),
            data_path: Vec::new(),
            eval_data_path: None,
            databases: None,
            output_dir: PathBuf::new(),
            overwrite_output_dir: false,
            init_adapter: None,
            gradient_checkpointing: None,
            device: DeviceChoice::Auto,
            offload: Offload::None,
            logging_steps: 1,
            logging_first_step: false,
            save_steps: 1,
            save_total_limit: None,
            save_strategy: Interval::No,
            per_device_eval_batch_size: 1,
            num_train_epochs: 0.0,
            max_steps: None,
            early_stopping_patience: None,
            sample_steps: None,
            ..self.clone()
        };
        fixed.to_toml()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn sound() -> TrainConfig {
        TrainConfig { model_name_or_path: "m".into(), data_path: vec!["d".into()], output_dir: "o".into(), ..TrainConfig::default() }
    }

    #[test]
    fn settings_survive_their_file() {
        let config = TrainConfig { max_steps: Some(7), method: Some(Method::Qlora), eval_steps: Some(3), ..sound() };
        assert_eq!(toml::from_str::<TrainConfig>(&config.to_toml()).unwrap(), config);
        let lr_scheduler_kwargs = ScheduleSettings { num_cycles: Some(2.0), ..ScheduleSettings::default() };
        let config = TrainConfig { lr_scheduler_kwargs, optim: OptimizerType::Adafactor, neftune_noise_alpha: Some(5.0), ..sound() };
        assert!(config.as_flags().contains(&("lr_scheduler_kwargs".into(), r#"{"num_cycles":2.0}"#.into())));
        assert_eq!(toml::from_str::<TrainConfig>(&config.to_toml()).unwrap(), config);
        let error = toml::from_str::<TrainConfig>("learnign_rate = 1").unwrap_err().to_string();
        assert!(error.contains("learnign_rate"), "{error}");
    }

    #[test]
    fn settings_are_flags() {
        let config = TrainConfig { lora_r: 4, layers_to_transform: Some(vec![1, 2]), method: Some(Method::Qlora), ..sound() };
        let flags = config.as_flags();
        let find = |key: &str| flags.iter().find(|(own, _)| own == key).map(|(_, value)| value.as_str());
        assert_eq!((find("lora_r"), find("layers_to_transform"), find("method")), (Some("4"), Some("1 2"), Some("qlora")));
        assert_eq!(find("lora_alpha"), None);
    }

    #[test]
    fn what_must_stay_the_same_is_named_and_an_older_runs_text_is_read_anew() {
        let begun = sound().identity();
        let changed = |change: fn(&mut TrainConfig)| {
            let mut config = sound();
            change(&mut config);
            config.changed_since(&begun)
        };
        assert_eq!(changed(|c| c.output_dir = "elsewhere".into()), [""; 0]);
        assert_eq!(changed(|c| (c.lora_r, c.seed) = (3, 7)), ["lora_r", "seed"]);
        // An older version kept the epochs, and knew nothing of sharing.
        let older = begun.replace("num_train_epochs = 0.0", "num_train_epochs = 3.0").replace("share_prefix = true\n", "");
        assert_ne!(older, begun);
        assert_eq!(sound().changed_since(&older), [""; 0]);
    }

    #[test]
    fn warm_up_is_the_trainers() {
        let with = |steps: f64, ratio: f64| TrainConfig { warmup_steps: steps, warmup_ratio: ratio, ..sound() }.warmup(101);
        assert_eq!([with(3.0, 0.5), with(0.0, 0.03), with(0.1, 0.0), with(0.0, 0.0)], [3, 4, 11, 0]);
    }
}
