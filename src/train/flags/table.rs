//! What may be typed: settings of ours, other names of the same, what means nothing here.

/// What a flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One word.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `True` or `False`; alone, it means `True`.
    Switch,
    /// Words, with spaces or commas between.
    Words,
    /// Whole numbers, with spaces or commas between.
    Integers,
}

/// A setting that does something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag {
    /// Its name, without dashes. The same in a TOML file.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What it means.
    pub meaning: &'static str,
}

const fn flag(name: &'static str, kind: Kind, meaning: &'static str) -> Flag {
    Flag { name, kind, meaning }
}

/// Every setting of [`TrainConfig`](crate::train::TrainConfig).
pub const FLAGS: [Flag; 47] = [
    flag("model_name_or_path", Kind::Text, "catalogue name, GGUF file or Hugging Face folder"),
    flag("data_path", Kind::Words, "files of examples: Alpaca, chat, Spider, prompt and completion"),
    flag("eval_data_path", Kind::Text, "file of held-out examples"),
    flag("databases", Kind::Text, "folder of the databases that examples name"),
    flag("output_dir", Kind::Text, "folder of the run and its result"),
    flag("overwrite_output_dir", Kind::Switch, "begin anew where that folder holds a run"),
    flag("method", Kind::Text, "full, lora or qlora [default: lora on floats, qlora on a quantised model]"),
    flag("lora_r", Kind::Integer, "rank of adapters [8]"),
    flag("lora_alpha", Kind::Number, "adapters are scaled by alpha / rank [16]"),
    flag("lora_dropout", Kind::Number, "share of an adapter's input that is dropped in training [0]"),
    flag("target_modules", Kind::Words, "linear layers with adapters: q_proj k_proj v_proj o_proj gate_proj up_proj down_proj [all]"),
    flag("use_rslora", Kind::Switch, "scale by alpha / sqrt(rank)"),
    flag("layers_to_transform", Kind::Integers, "layers with adapters [all]"),
    flag("init_adapter", Kind::Text, "begin with this PEFT adapter"),
    flag("prompt", Kind::Text, "alpaca or chat [default: chat where the model has a template]"),
    flag("model_max_length", Kind::Integer, "tokens of an example; the rest is cut [4096]"),
    flag("num_train_epochs", Kind::Number, "passes over the examples [3]"),
    flag("max_steps", Kind::Integer, "optimizer steps, whatever the epochs"),
    flag("per_device_train_batch_size", Kind::Integer, "examples that go through together [8]"),
    flag("per_device_eval_batch_size", Kind::Integer, "the same when evaluating [8]"),
    flag("gradient_accumulation_steps", Kind::Integer, "batches of an optimizer step [1]"),
    flag(
        "gradient_checkpointing",
        Kind::Switch,
        "compute layers again on the way back: less memory, more time [default: as memory allows]",
    ),
    flag("share_prefix", Kind::Switch, "examples of one database go through with their schema once [true]"),
    flag("train_sampling_strategy", Kind::Text, "random, sequential, group_by_length or group_by_prefix [random]"),
    flag("learning_rate", Kind::Number, "the highest rate [5e-5]"),
    flag("lr_scheduler_type", Kind::Text, "constant, constant_with_warmup, linear, cosine or warmup_decay [linear]"),
    flag("warmup_steps", Kind::Number, "steps up to the highest rate; below 1, their share [0]"),
    flag("warmup_ratio", Kind::Number, "share of steps up to the highest rate [0]"),
    flag("weight_decay", Kind::Number, "decoupled; biases and norms are spared [0]"),
    flag("adam_beta1", Kind::Number, "[0.9]"),
    flag("adam_beta2", Kind::Number, "[0.999]"),
    flag("adam_epsilon", Kind::Number, "[1e-8]"),
    flag("max_grad_norm", Kind::Number, "longer gradients are shortened to this; 0 for never [1]"),
    flag("seed", Kind::Integer, "of order, adapters and dropout [42]"),
    flag("device", Kind::Text, "auto, cpu or cuda [auto: a card where there is one]"),
    flag("bf16", Kind::Switch, "on a card, multiply matrices in bf16; values, gradients and moments stay f32"),
    flag(
        "offload",
        Kind::Text,
        "what waits in host memory rather than on the card: none, optimizer (moments and f32 values), gradients (also these) or all (also weights and layer inputs) [none]",
    ),
    flag("logging_steps", Kind::Integer, "steps between lines of the log [10]"),
    flag("save_strategy", Kind::Text, "checkpoints: no, steps or epoch [steps]"),
    flag("save_steps", Kind::Integer, "steps between checkpoints [500]"),
    flag("save_total_limit", Kind::Integer, "checkpoints that are kept [all]"),
    flag("eval_strategy", Kind::Text, "loss on held-out examples: no, steps or epoch [no]"),
    flag("eval_steps", Kind::Integer, "steps between evaluations [as logging_steps]"),
    flag("load_best_model_at_end", Kind::Switch, "the result is the checkpoint with the lowest evaluation loss"),
    flag("early_stopping_patience", Kind::Integer, "stop behind so many evaluations without a better one"),
    flag("early_stopping_threshold", Kind::Number, "how much better it must be [0]"),
    flag("sample_steps", Kind::Integer, "steps between answers to the first held-out question, as the model is by then [never]"),
];

/// Other names of the same.
pub(super) const ALIASES: [(&str, &str); 5] = [
    ("evaluation_strategy", "eval_strategy"),
    ("model", "model_name_or_path"),
    ("per_gpu_train_batch_size", "per_device_train_batch_size"),
    ("max_seq_length", "model_max_length"),
    ("data_seed", "seed"),
];

/// What the Trainer takes and means nothing here, and why.
pub(super) const MEANINGLESS: [(&str, Kind, &str); 34] = [
    ("fp16", Kind::Switch, "everything is computed in f32"),
    ("tf32", Kind::Switch, "everything is computed in f32"),
    ("bf16_full_eval", Kind::Switch, "everything is computed in f32"),
    ("fp16_full_eval", Kind::Switch, "everything is computed in f32"),
    ("half_precision_backend", Kind::Text, "everything is computed in f32"),
    ("fsdp", Kind::Words, "one machine trains"),
    ("fsdp_config", Kind::Text, "one machine trains"),
    ("fsdp_transformer_layer_cls_to_wrap", Kind::Text, "one machine trains"),
    ("local_rank", Kind::Integer, "one machine trains"),
    ("local-rank", Kind::Integer, "one machine trains"),
    ("ddp_backend", Kind::Text, "one machine trains"),
    ("ddp_timeout", Kind::Integer, "one machine trains"),
    ("ddp_find_unused_parameters", Kind::Switch, "one machine trains"),
    ("dataloader_num_workers", Kind::Integer, "examples are tokenised before the run"),
    ("dataloader_pin_memory", Kind::Switch, "examples are tokenised before the run"),
    ("dataloader_drop_last", Kind::Switch, "the last, smaller step is always taken"),
    ("remove_unused_columns", Kind::Switch, "other columns are never read"),
    ("report_to", Kind::Words, "events go to events.jsonl in the output folder"),
    ("run_name", Kind::Text, "a run is called after its output folder"),
    ("logging_dir", Kind::Text, "events go to events.jsonl in the output folder"),
    ("logging_strategy", Kind::Text, "the log has a line every logging_steps"),
    ("logging_first_step", Kind::Switch, "the log has a line every logging_steps"),
    ("disable_tqdm", Kind::Switch, "progress is a line"),
    ("cache_dir", Kind::Text, "models lie where they are"),
    ("do_train", Kind::Switch, "that is what `train` does"),
    ("do_eval", Kind::Switch, "eval_strategy says when"),
    ("do_predict", Kind::Switch, "`sqllama eval` does that"),
    ("push_to_hub", Kind::Switch, "nothing is sent anywhere"),
    ("hub_model_id", Kind::Text, "nothing is sent anywhere"),
    ("hub_token", Kind::Text, "nothing is sent anywhere"),
    ("save_safetensors", Kind::Switch, "weights are always safetensors"),
    ("save_on_each_node", Kind::Switch, "one machine trains"),
    ("torch_compile", Kind::Switch, "there is no torch"),
    ("prediction_loss_only", Kind::Switch, "evaluation is the loss alone"),
];

/// Names that do something besides setting a value.
pub(super) const SPECIAL: [(&str, Kind); 12] = [
    ("config", Kind::Text),
    ("preset", Kind::Text),
    ("deepspeed", Kind::Text),
    ("optim", Kind::Text),
    ("group_by_length", Kind::Switch),
    ("use_cpu", Kind::Switch),
    ("no_cuda", Kind::Switch),
    ("resume", Kind::Text),
    ("resume_from_checkpoint", Kind::Text),
    ("dry_run", Kind::Switch),
    ("json", Kind::Switch),
    ("threads", Kind::Integer),
];

/// Names whose only accepted value is what happens anyway.
pub(super) const FIXED: [(&str, Kind, &[&str]); 3] = [
    ("metric_for_best_model", Kind::Text, &["loss", "eval_loss"]),
    ("greater_is_better", Kind::Switch, &["false"]),
    ("label_smoothing_factor", Kind::Number, &["0", "0.0"]),
];
