//! Command lines and the settings they give.

use super::super::config::{Interval, Method};
use super::super::device::DeviceChoice;
use super::super::offload::Offload;
use super::super::order::SamplingStrategy;
use super::super::schedule::SchedulerType;
use super::*;

const DEEPSPEED: &str = r#"{"bf16": {"enabled": "auto"}, "optimizer": {"type": "AdamW", "params": {"lr": "auto", "weight_decay": "auto"}},
    "scheduler": {"type": "WarmupDecayLR", "params": {"total_num_steps": "auto", "warmup_num_steps": "auto", "warmup_max_lr": "auto"}},
    "zero_optimization": {"stage": 3, "overlap_comm": true}, "gradient_clipping": "auto"}"#;

fn parse_line(line: &str) -> Result<Request, TrainError> {
    let words: Vec<String> = line.split_whitespace().map(|word| word.trim_matches('"').to_owned()).collect();
    let read = |path: &Path| match path.to_str() {
        Some("ds_config_sql.json") => Ok(DEEPSPEED.to_owned()),
        Some("offload.json") => Ok(r#"{"zero_optimization": {"stage": 3, "offload_optimizer": {"device": "cpu"},
            "offload_param": {"device": "cpu"}}}"#
            .to_owned()),
        Some("run.toml") => Ok("model_name_or_path = \"m\"\ndata_path = [\"a.json\"]\noutput_dir = \"o\"\nlora_r = 4\n".to_owned()),
        Some("typo.toml") => Ok("model_name_or_path = \"m\"\nlora_rank = 4\n".to_owned()),
        _ => Err(std::io::ErrorKind::NotFound.into()),
    };
    parse(&words, &|name| (name == "p").then_some("learning_rate = 1e-5"), &read)
}

#[test]
fn the_seeds_command_line_is_understood_as_it_stands() {
    let request = parse_line(
        "torchrun --master_port=1211 train_sqlllama.py.py \\
         --model_name_or_path ./models_hf/13B/ \\
         --data_path \"./sql_create_dataset_cleaned_small.json\" \\
         --bf16 True \\
         --output_dir ./output_sqlAlpaca13B_small/ \\
         --num_train_epochs 15 \\
         --per_device_train_batch_size 4 \\
         --per_device_eval_batch_size 4 \\
         --gradient_accumulation_steps 8 \\
         --gradient_checkpointing True \\
         --evaluation_strategy \"no\" \\
         --learning_rate 1e-5 \\
         --weight_decay 0.1 \\
         --lr_scheduler_type \"cosine\" \\
         --warmup_steps 0 \\
         --deepspeed ds_config_sql.json \\
         --tf32 True \\
         --logging_steps 1 \\
         --save_strategy \"steps\" \\
         --save_steps 500 \\
         --save_total_limit 1 \\",
    )
    .unwrap();
    let config = &request.config;
    assert_eq!(config.model_name_or_path, "./models_hf/13B/");
    assert_eq!(config.data_path, [PathBuf::from("./sql_create_dataset_cleaned_small.json")]);
    assert_eq!((config.num_train_epochs, config.learning_rate, config.weight_decay), (15.0, 1e-5, 0.1));
    assert_eq!((config.gradient_checkpointing, config.eval_strategy, config.save_total_limit), (Some(true), Interval::No, Some(1)));
    assert_eq!(config.lr_scheduler_type, SchedulerType::WarmupDecayLr);
    let warnings = request.warnings.join("\n");
    for part in [
        "--tf32 means nothing",
        "WarmupDecayLR of ds_config_sql.json wins over --lr_scheduler_type cosine",
        "zero_optimization",
        "--evaluation_strategy is an older name: in the Trainer of today it is --eval_strategy",
    ] {
        assert!(warnings.contains(part), "{part} in {warnings}");
    }
    assert!(request.launched && request.deepspeed.is_some());
    assert!(config.bf16 && config.device == DeviceChoice::Auto && config.offload == Offload::None);
    config.check().unwrap();
}

#[test]
fn devices_and_what_waits_in_host_memory() {
    let config = |line: &str| parse_line(&format!("run.toml {line}")).unwrap().config;
    assert_eq!(config("--device CUDA --offload Optimizer").device, DeviceChoice::Cuda);
    assert_eq!((config("--no_cuda").device, config("--use_cpu True").device), (DeviceChoice::Cpu, DeviceChoice::Cpu));
    assert_eq!(config("--no_cuda False").device, DeviceChoice::Auto);
    let request = parse_line("run.toml --deepspeed offload.json").unwrap();
    assert_eq!((request.config.offload, request.warnings.len()), (Offload::All, 0));
    assert_eq!(config("--deepspeed offload.json --offload optimizer").offload, Offload::Optimizer);
    check_error("run.toml --device tpu", "`device` cannot be `tpu`");
    check_error("run.toml --offload disk", "`offload` cannot be `disk`");
}

#[test]
fn flags_win_over_the_file_and_resumed_settings() {
    let request = parse_line("run.toml --lora-r=16 --method qlora --target_modules q_proj,v_proj --use_rslora --max_steps -1").unwrap();
    assert_eq!((request.config.lora_r, request.config.method, request.config.use_rslora), (16, Some(Method::Qlora), true));
    assert_eq!(request.config.target_modules, ["q_proj", "v_proj"]);
    let steps = |line: &str| parse_line(line).unwrap().config.max_steps;
    assert_eq!([steps("run.toml --max_steps 0"), steps("run.toml --max_steps -1"), steps("run.toml --max_steps 3")], [None, None, Some(3)]);
    let request = parse_line("--resume runs/a --num_train_epochs 5").unwrap();
    let begun = parse_line("run.toml").unwrap().config;
    let over = request.over(&begun).unwrap();
    assert_eq!((over.lora_r, over.num_train_epochs, over.model_name_or_path.as_str()), (4, 5.0, "m"));
    assert_eq!(request.resume, Some("runs/a".into()));
    let request = parse_line("run.toml --resume_from_checkpoint o/checkpoint-30 --dry-run --group_by_length True").unwrap();
    assert_eq!((request.resume, request.dry_run), (Some("o".into()), true));
    assert!(request.warnings.iter().any(|text| text.contains("--train_sampling_strategy group_by_length")), "{:?}", request.warnings);
    assert_eq!(request.config.train_sampling_strategy, SamplingStrategy::GroupByLength);
    let request = parse_line("run.toml --target_modules q_proj k_proj --resume_from_checkpoint True --preset p").unwrap();
    assert_eq!((request.config.target_modules.len(), request.config.learning_rate), (2, 1e-5));
}

#[track_caller]
fn check_error(line: &str, expected: &str) {
    let error = parse_line(line).unwrap_err();
    let text = format!("{error} | {}", error.hint().unwrap_or_default());
    assert!(text.contains(expected), "{text}");
}

#[test]
fn what_is_wrong_is_named() {
    check_error("run.toml --learnin_rate 1", "--learning_rate");
    check_error("run.toml --lora_rank 4", "--lora_r");
    check_error("run.toml --learning_rate fast", "`learning_rate` cannot be `fast`: a number is needed");
    check_error("run.toml --save_steps 1.5", "a whole number is needed");
    check_error("run.toml --lr_scheduler_type greedy", "`lr_scheduler_type` cannot be `greedy`");
    check_error("run.toml --optim lion_32bit", "`optim` cannot be `lion_32bit`: another rule");
    check_error("run.toml --optim adamw_torch_8bit", "torchao's rounding of moments is not done here");
    check_error("run.toml --optim adamv", "no optimizer of that name");
    check_error("run.toml --lr_scheduler_kwargs {\"num_cycels\":2}", "unknown field `num_cycels`");
    check_error("run.toml --eval_packing", "without padding");
    assert!(parse_line("run.toml --packing True").unwrap().config.packing);
    check_error("run.toml --auto_find_batch_size True", "the plan says");
    check_error("run.toml --assistant_only_loss", "is not done here");
    check_error("run.toml --eval 3", "`--eval` is not known");
    check_error("run.toml --output_dir", "`output_dir` cannot be nothing");
    check_error("run.toml --use_rslora perhaps", "perhaps");
    check_error("typo.toml", "lora_rank");
    check_error("nowhere.toml", "nowhere.toml");
    check_error("run.toml --deepspeed nowhere.json", "nowhere.json");
    check_error("run.toml --metric_for_best_model accuracy", "only loss (eval_loss) and execution_accuracy");
    check_error("run.toml --greater_is_better True", "of losses the lower one is better");
    check_error("run.toml --metric_for_best_model execution_accuracy --greater_is_better False", "the greater one is better");
    check_error("run.toml --preset q", "no preset is called so");
}

#[test]
fn the_trainers_words_are_understood() {
    let config = |line: &str| parse_line(&format!("run.toml {line}")).unwrap().config;
    assert_eq!(config("--lr_scheduler_type polynomial --lr_scheduler_kwargs {\"power\":2}").lr_scheduler_kwargs.power, Some(2.0));
    assert_eq!(config("--optim adafactor").optim, super::super::optimizer::OptimizerType::Adafactor);
    for name in ["adamw_8bit", "adamw_bnb_8bit", "paged_adamw_8bit"] {
        assert_eq!(config(&format!("--optim {name}")).optim, super::super::optimizer::OptimizerType::AdamW8Bit);
    }
    for name in ["paged_adamw", "paged_adamw_32bit"] {
        assert_eq!(config(&format!("--optim {name}")).optim, super::super::optimizer::OptimizerType::AdamwTorch);
    }
    assert_eq!(config("--adafactor").optim, super::super::optimizer::OptimizerType::Adafactor);
    assert_eq!((config("--data_seed 7").seed, config("--data_seed 7").data_seed), (42, Some(7)));
    assert_eq!(config("--lr_scheduler_type warmup_decay").lr_scheduler_type, SchedulerType::WarmupDecayLr);
    let request = parse_line("run.toml --num_train_ep 2").unwrap();
    assert_eq!(request.config.num_train_epochs, 2.0);
    assert!(request.warnings[0].contains("--num_train_ep is read as --num_train_epochs"), "{:?}", request.warnings);
    // A run of an older build goes on with the course it was begun with.
    let begun = TrainConfig { lr_scheduler_type: SchedulerType::WarmupDecay, ..TrainConfig::default() };
    assert_eq!(parse_line("--resume runs/a").unwrap().over(&begun).unwrap().lr_scheduler_type, SchedulerType::WarmupDecay);
}

/// Every argument of `TrainingArguments` in transformers 5.24.0 with a value of its kind, one that changes nothing here.
const TRAINERS: &str = include_str!("../../../tests/training/training_arguments.txt");

#[test]
fn every_argument_of_the_trainers_is_decided() {
    let lines: Vec<&str> = TRAINERS.lines().filter(|line| !line.is_empty()).collect();
    assert!(lines.len() > 110);
    for line in lines {
        let request = parse_line(&format!("run.toml {line}"));
        assert!(request.is_ok(), "{line}: {:?}", request.unwrap_err());
    }
}

#[test]
fn the_table_has_every_setting() {
    let table: Table = toml::from_str(
        &TrainConfig {
            eval_data_path: Some("a".into()),
            databases: Some("a".into()),
            method: Some(Method::Full),
            layers_to_transform: Some(vec![1]),
            init_adapter: Some("a".into()),
            prompt: Some(super::super::config::PromptChoice::Chat),
            max_steps: Some(1),
            lr_scheduler_kwargs: super::super::schedule::ScheduleSettings { num_cycles: Some(2.0), ..Default::default() },
            neftune_noise_alpha: Some(5.0),
            data_seed: Some(1),
            gradient_checkpointing: Some(true),
            save_total_limit: Some(1),
            eval_steps: Some(1),
            early_stopping_patience: Some(1),
            sample_steps: Some(1),
            ..TrainConfig::default()
        }
        .to_toml(),
    )
    .unwrap();
    let flags: std::collections::BTreeSet<&str> = FLAGS.iter().map(|flag| flag.name).collect();
    let keys: std::collections::BTreeSet<&str> = table.keys().map(String::as_str).collect();
    assert_eq!(flags, keys);
}
