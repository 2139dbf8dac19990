//! DeepSpeed files beside flags, and what comes of them.

use super::super::offload::Offload;
use super::super::schedule::{Schedule, SchedulerType};
use super::*;

/// The file at `/seed/ds_config_sql.json`, as the seed has it.
const SEED: &str = r#"{
  "bf16": {"enabled": "auto"},
  "optimizer": {"type": "AdamW", "params": {"lr": "auto", "betas": "auto", "eps": "auto", "weight_decay": "auto"}},
  "scheduler": {"type": "WarmupDecayLR", "params": {"total_num_steps": "auto", "warmup_min_lr": "auto", "warmup_max_lr": "auto",
    "warmup_num_steps": "auto"}},
  "zero_optimization": {"stage": 3, "offload_optimizer": {"device": "cpu", "pin_memory": true},
    "offload_param": {"device": "cpu", "pin_memory": true}, "overlap_comm": true, "contiguous_gradients": true, "sub_group_size": 1e5,
    "reduce_bucket_size": 2e8, "stage3_prefetch_bucket_size": "auto", "stage3_param_persistence_threshold": "auto",
    "stage3_max_live_parameters": 1e6, "stage3_max_reuse_distance": 1e6, "stage3_gather_16bit_weights_on_model_save": true},
  "gradient_accumulation_steps": "auto", "gradient_clipping": "auto", "steps_per_print": 1, "train_batch_size": "auto",
  "train_micro_batch_size_per_gpu": "auto", "wall_clock_breakdown": false
}"#;

const SAID: [&str; 9] = [
    "learning_rate",
    "weight_decay",
    "per_device_train_batch_size",
    "gradient_accumulation_steps",
    "warmup_steps",
    "bf16",
    "lr_scheduler_type",
    "max_grad_norm",
    "adam_beta2",
];

fn flags() -> TrainConfig {
    TrainConfig {
        learning_rate: 1e-5,
        weight_decay: 0.1,
        per_device_train_batch_size: 4,
        gradient_accumulation_steps: 8,
        lr_scheduler_type: SchedulerType::Cosine,
        bf16: true,
        ..TrainConfig::default()
    }
}

fn applied(text: &str, said: bool) -> Result<(TrainConfig, String), TrainError> {
    let mut config = flags();
    let notes = apply(Path::new("ds.json"), text, &mut config, &|flag| said && SAID.contains(&flag))?;
    Ok((config, notes.join("\n")))
}

/// The first rates of four steps.
fn rates(config: &TrainConfig) -> [f64; 4] {
    let schedule = Schedule {
        kind: config.lr_scheduler_type,
        rate: config.learning_rate,
        warmup: config.warmup(4),
        total: 4,
        settings: config.lr_scheduler_kwargs,
    };
    [0, 1, 2, 3].map(|step| schedule.at(step))
}

#[test]
fn the_seeds_file_is_resolved_as_today() {
    let (config, notes) = applied(SEED, true).unwrap();
    assert_eq!((config.lr_scheduler_type, config.offload, config.decay_norms), (SchedulerType::WarmupDecayLr, Offload::All, true));
    assert_eq!((config.learning_rate, config.weight_decay, config.max_grad_norm, config.bf16), (1e-5, 0.1, 1.0, true));
    // Measured at DeepSpeed's optimizer.
    assert_eq!(rates(&config), [0.0, 0.0, 1e-5, 1e-5]);
    for part in [
        "the scheduler WarmupDecayLR of ds.json wins over --lr_scheduler_type cosine",
        "decays norms and biases, too",
        "steps_per_print",
        "zero_optimization.overlap_comm",
    ] {
        assert!(notes.contains(part), "{part} in {notes}");
    }
    config.lr_scheduler_kwargs.check(config.lr_scheduler_type, config.learning_rate).unwrap();
}

#[track_caller]
fn check(text: &str, holds: impl FnOnce(&TrainConfig) -> bool, note: &str) {
    let (config, notes) = applied(text, false).unwrap();
    assert!(holds(&config), "{config:?}");
    assert!(notes.contains(note), "{note} in {notes}");
}

#[test]
fn values_are_obeyed_where_no_flag_speaks() {
    let with = |params: &str| format!(r#"{{"scheduler": {{"type": "WarmupLR", "params": {{"warmup_num_steps": 3{params}}}}}}}"#);
    check(&with(""), |c| rates(c)[1] == 0.0 && rates(c)[3] == 1e-5, "warmup_num_steps = 3");
    check(&with(r#", "warmup_type": "linear""#), |c| (rates(c)[2] - 1e-5 / 3.0).abs() < 1e-18, "");
    check(&with(r#", "warmup_min_lr": 5e-6"#), |c| rates(c)[0] == 5e-6, "");
    check(&with(r#", "warmup_max_lr": 1e-3"#), |c| (rates(c)[3] - 1e-3).abs() < 1e-15, "warmup_max_lr = 0.001");
    check(&with(r#", "warmup_type": "cubic""#), |c| c.lr_scheduler_kwargs.warmup_type.is_none(), "it takes log");
    check(r#"{"gradient_clipping": 0.5}"#, |c| c.max_grad_norm == 0.5, "wants --max_grad_norm 0.5");
    check(r#"{"gradient_clipping": "auto"}"#, |c| c.max_grad_norm == 1.0, "");
    check(
        r#"{"train_micro_batch_size_per_gpu": 2, "gradient_accumulation_steps": 3, "train_batch_size": 6}"#,
        |c| c.per_device_train_batch_size * c.gradient_accumulation_steps == 6,
        "",
    );
    let params = r#"{"optimizer": {"type": "Adam", "params": {"lr": 2e-4, "betas": [0.8, 0.9], "eps": 1e-7, "weight_decay": 0.3}}}"#;
    check(params, |c| (c.learning_rate, c.adam_beta1, c.adam_beta2, c.adam_epsilon, c.weight_decay) == (2e-4, 0.8, 0.9, 1e-7, 0.3), "");
    // What a file leaves out is DeepSpeed's default, whatever the flags say.
    check(
        r#"{"optimizer": {"type": "AdamW"}}"#,
        |c| (c.learning_rate, c.weight_decay) == (1e-3, 0.0),
        "lr 0.001 (not --learning_rate 1e-5)",
    );
    check(r#"{"scheduler": {"type": "WarmupLR"}}"#, |c| c.warmup(4) == 1000, "DeepSpeed's 1000 are taken");
    check(r#"{"bf16": {"enabled": false}}"#, |c| !c.bf16, "--bf16 false");
    let written_out = r#"{"scheduler": {"type": "WarmupDecayLR", "params": {"warmup_num_steps": 0, "total_num_steps": "auto"}}}"#;
    check(written_out, |c| c.warmup(4) == 1 && rates(c)[3] == 1e-3, "which DeepSpeed of today refuses");
    check(r#"{"zero_optimization": {"stage": 2, "offload_optimizer": {"device": "cpu"}}}"#, |c| c.offload == Offload::Optimizer, "");
    check(r#"{"zero_optimization": {"stage": 0, "offload_optimizer": {"device": "cpu"}}}"#, |c| c.offload == Offload::None, "does not");
    check(r#"{"curriculum_learning": {"enabled": false}, "fp16": {"enabled": true}}"#, |_| true, "fp16, and that means nothing here");
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    let error = applied(text, true).unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn what_contradicts_a_flag_is_said_as_the_trainer_says_it() {
    check_error(r#"{"optimizer": {"type": "AdamW", "params": {"lr": 3e-4}}}"#, "- ds optimizer.params.lr=0.0003 vs hf learning_rate=1e-5");
    check_error(r#"{"optimizer": {"type": "AdamW", "params": {"lr": 3e-4}}}"#, "Please correct the following DeepSpeed config values");
    check_error(r#"{"train_batch_size": 128}"#, "- ds train_batch_size=128 vs hf train_batch_size (calculated)=32");
    check_error(r#"{"gradient_accumulation_steps": 2}"#, "- ds gradient_accumulation_steps=2 vs hf gradient_accumulation_steps=8");
    check_error(r#"{"bf16": {"enabled": false}}"#, "- ds bf16.enabled=False vs hf bf16|bf16_full_eval=True");
    let warm = r#"{"scheduler": {"type": "WarmupLR", "params": {"warmup_num_steps": 100}}}"#;
    check_error(warm, "- ds scheduler.params.warmup_num_steps=100 vs hf warmup_steps=1");
    check_error(r#"{"gradient_clipping": 0.3}"#, "- ds gradient_clipping=0.3 vs hf max_grad_norm=1");
    check_error(r#"{"optimizer": {"type": "AdamW", "params": {"betas": [0.9, 0.95]}}}"#, "adam_beta1+adam_beta2");
}

#[test]
fn what_is_unknown_or_not_done_is_refused() {
    check_error(r#"{"gradient_cliping": 1}"#, "`gradient_cliping` is no key of DeepSpeed's; the nearest is `gradient_clipping`");
    check_error(r#"{"zero_optimization": {"stag": 3}}"#, "the nearest is `zero_optimization.stage`");
    check_error(r#"{"zero_optimization": {"stage": 4}}"#, "`zero_optimization.stage` cannot be 4");
    check_error(r#"{"zero_optimization": {"stage": 3, "offload_param": {"device": "nvme"}}}"#, "nvme is not done here");
    check_error(r#"{"zero_optimization": {"stage": 3, "offload_param": {"devise": "cpu"}}}"#, "offload_param.device`");
    check_error(r#"{"optimizer": {"type": "Lamb"}}"#, "optimizer `Lamb` is not done here");
    check_error(r#"{"optimizer": {"type": "Adam", "params": {"adam_w_mode": false, "weight_decay": 0.1}}}"#, "L2, not decoupled");
    check_error(r#"{"optimizer": {"type": "AdamW", "params": {"learning_rate": 1}}}"#, "`optimizer.params.learning_rate` is no key");
    check_error(r#"{"optimizer": {"type": "AdamW", "params": {"lr": "1e-4"}}}"#, "`optimizer.params.lr` cannot be \"1e-4\"");
    check_error(r#"{"scheduler": {"type": "OneCycle"}}"#, "scheduler `OneCycle` is not done here");
    check_error(r#"{"scheduler": {"type": "StepLR"}}"#, "is not known");
    check_error(r#"{"scheduler": {"type": "WarmupDecayLR", "params": {}}}"#, "DeepSpeed refuses WarmupDecayLR without it");
    check_error(r#"{"scheduler": {"type": "WarmupLR", "params": {"warmup_steps": 3}}}"#, "`scheduler.params.warmup_steps` is no key");
    check_error(r#"{"data_efficiency": {"enabled": true}}"#, "`data_efficiency` is not done here");
    check_error("[]", "an object is needed");
    check_error("{", "EOF");
}
