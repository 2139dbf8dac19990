//! What settings cannot be.

use super::{Interval, LossType, Method, Metric, TrainConfig};
use crate::train::TrainError;
use crate::train::order::SamplingStrategy;
use crate::train::schedule::SchedulerType;

impl TrainConfig {
    /// Refuses what cannot be, by name.
    pub fn check(&self) -> Result<(), TrainError> {
        let refuse = |key: &'static str, value: String, reason: &str| Err(TrainError::Setting { key, value, reason: reason.into() });
        let shown = |value: &dyn std::fmt::Display| format!("`{value}`");
        if self.model_name_or_path.is_empty() {
            return refuse("model_name_or_path", "empty".into(), "a catalogue name, a GGUF file or a Hugging Face folder is needed");
        }
        if self.data_path.is_empty() {
            return refuse("data_path", "empty".into(), "a file of examples is needed");
        }
        if self.output_dir.as_os_str().is_empty() {
            return refuse("output_dir", "empty".into(), "a folder for the run is needed");
        }
        for (key, value) in [
            ("lora_r", self.lora_r),
            ("per_device_train_batch_size", self.per_device_train_batch_size),
            ("per_device_eval_batch_size", self.per_device_eval_batch_size),
            ("gradient_accumulation_steps", self.gradient_accumulation_steps),
        ] {
            if !(1..=4096).contains(&value) {
                return refuse(key, shown(&value), "a whole number from 1 to 4096 is needed");
            }
        }
        if !(2..=1 << 20).contains(&self.model_max_length) {
            return refuse("model_max_length", shown(&self.model_max_length), "a whole number from 2 on is needed");
        }
        for (key, value) in [
            ("logging_steps", self.logging_steps),
            ("save_steps", self.save_steps),
            ("eval_steps", self.eval_steps.unwrap_or(1)),
            ("sample_steps", self.sample_steps.unwrap_or(1)),
        ] {
            if value == 0 {
                return refuse(key, shown(&value), "a whole number of 1 or more is needed");
            }
        }
        let upper = |value: f64, most: f64| (0.0..=most).contains(&value);
        for (key, value, most) in [
            ("learning_rate", self.learning_rate, 10.0),
            ("weight_decay", self.weight_decay, 10.0),
            ("warmup_ratio", self.warmup_ratio, 1.0),
            ("warmup_steps", self.warmup_steps, 1e12),
            ("num_train_epochs", self.num_train_epochs, 1e6),
            ("max_grad_norm", self.max_grad_norm, 1e12),
            ("adam_beta1", self.adam_beta1, 0.999_999_9),
            ("adam_beta2", self.adam_beta2, 0.999_999_999),
            ("adam_epsilon", self.adam_epsilon, 1.0),
            ("lora_dropout", self.lora_dropout, 0.99),
            ("lora_alpha", self.lora_alpha, 1e6),
            ("beta", self.beta, 1e6),
            ("label_smoothing_factor", self.label_smoothing_factor, 1.0),
            ("neftune_noise_alpha", self.neftune_noise_alpha.unwrap_or(0.0), 1e6),
            ("eval_delay", self.eval_delay, 1e12),
            ("early_stopping_threshold", self.early_stopping_threshold, 1e12),
        ] {
            if !upper(value, most) {
                return refuse(key, shown(&value), &format!("a number from 0 to {most} is needed"));
            }
        }
        if self.num_train_epochs == 0.0 && self.max_steps.is_none() {
            return refuse("num_train_epochs", "0".into(), "nothing would be trained");
        }
        if let Err(reason) = self.lr_scheduler_kwargs.check(self.lr_scheduler_type, self.learning_rate) {
            return refuse("lr_scheduler_kwargs", "so".into(), &reason);
        }
        if self.lr_scheduler_type == SchedulerType::ReduceLrOnPlateau && self.eval_strategy == Interval::No {
            return refuse("lr_scheduler_type", "`reduce_lr_on_plateau`".into(), "it goes by evaluations: `eval_strategy` is needed");
        }
        if self.target_modules.is_empty() {
            return refuse("target_modules", "empty".into(), "at least one module is needed");
        }
        if self.eval_strategy == Interval::No && (self.early_stopping_patience.is_some() || self.load_best_model_at_end) {
            return refuse("eval_strategy", "`no`".into(), "early stopping and keeping the best need evaluation");
        }
        if self.eval_strategy != Interval::No && self.eval_data_path.is_none() {
            return refuse("eval_strategy", "set".into(), "`eval_data_path` is needed to evaluate");
        }
        if self.loss_type == LossType::Sigmoid {
            let noise = self.lora_dropout > 0.0 || self.neftune_noise_alpha.is_some_and(|alpha| alpha > 0.0);
            if noise || self.label_smoothing_factor > 0.0 {
                let reason = "pairs are learned without `lora_dropout`, `neftune_noise_alpha` and `label_smoothing_factor`";
                return refuse("loss_type", "`sigmoid`".into(), reason);
            }
        }
        if self.packing {
            let by_rows = matches!(self.train_sampling_strategy, SamplingStrategy::GroupByLength | SamplingStrategy::GroupByPrefix);
            let reason = match () {
                () if self.loss_type == LossType::Sigmoid => Some("pairs of answers are not packed"),
                () if by_rows => Some("packs are drawn as a whole: `train_sampling_strategy` is `random` or `sequential`"),
                () if self.neftune_noise_alpha.is_some_and(|alpha| alpha > 0.0) => {
                    Some("the Trainer's `neftune_noise_alpha` goes by the tokens of the whole batch then, and ours by those of an example")
                }
                () => None,
            };
            if let Some(reason) = reason {
                return refuse("packing", "`true`".into(), reason);
            }
        }
        if self.metric_for_best_model == Metric::ExecutionAccuracy {
            let reason = match () {
                () if self.eval_strategy == Interval::No => Some("it is measured when evaluating: `eval_strategy` is needed"),
                () if self.databases.is_none() => Some("answers run: `databases` is needed, a folder of databases or one of them"),
                () if self.method == Some(Method::Full) => Some("answers on the way are those of adapters: `method` cannot be `full`"),
                () => None,
            };
            if let Some(reason) = reason {
                return refuse("metric_for_best_model", "`execution_accuracy`".into(), reason);
            }
        }
        if self.load_best_model_at_end && self.save_strategy == Interval::No {
            return refuse("save_strategy", "`no`".into(), "keeping the best needs checkpoints");
        }
        self.lora_config().map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sound;
    use super::*;

    #[track_caller]
    fn check(change: impl FnOnce(&mut TrainConfig), expected: &str) {
        let mut config = sound();
        change(&mut config);
        let error = config.check().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        sound().check().unwrap();
        check(|c| c.model_name_or_path.clear(), "`model_name_or_path`");
        check(|c| c.per_device_train_batch_size = 0, "`per_device_train_batch_size` cannot be `0`");
        check(|c| c.learning_rate = f64::NAN, "`learning_rate` cannot be `NaN`");
        check(|c| c.learning_rate = -1.0, "`learning_rate`");
        check(|c| c.lora_dropout = 1.0, "`lora_dropout`");
        check(|c| c.target_modules = vec!["q_prj".into()], "there are q_proj, k_proj");
        check(|c| c.early_stopping_patience = Some(2), "need evaluation");
        check(|c| c.eval_strategy = Interval::Epoch, "`eval_data_path`");
        check(|c| c.lr_scheduler_type = SchedulerType::ReduceLrOnPlateau, "it goes by evaluations");
        check(|c| c.lr_scheduler_type = SchedulerType::CosineWithMinLr, "needs `min_lr` or `min_lr_rate`");
        check(|c| c.label_smoothing_factor = 1.5, "`label_smoothing_factor`");
        check(|c| (c.loss_type, c.lora_dropout) = (LossType::Sigmoid, 0.1), "pairs are learned without `lora_dropout`");
        check(|c| (c.packing, c.loss_type) = (true, LossType::Sigmoid), "pairs of answers are not packed");
        check(|c| (c.packing, c.train_sampling_strategy) = (true, SamplingStrategy::GroupByLength), "drawn as a whole");
        check(|c| (c.packing, c.neftune_noise_alpha) = (true, Some(5.0)), "tokens of the whole batch");
        check(|c| c.beta = -1.0, "`beta`");
        let by_execution = |c: &mut TrainConfig| {
            (c.metric_for_best_model, c.eval_strategy) = (Metric::ExecutionAccuracy, Interval::Epoch);
            (c.eval_data_path, c.databases) = (Some("e".into()), Some("d".into()));
        };
        check(|c| c.metric_for_best_model = Metric::ExecutionAccuracy, "`eval_strategy` is needed");
        check(|c| (by_execution(c), c.databases = None).1, "`databases` is needed");
        check(|c| (by_execution(c), c.method = Some(Method::Full)).1, "cannot be `full`");
    }
}
