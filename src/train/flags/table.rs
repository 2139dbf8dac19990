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
pub const FLAGS: [Flag; 62] = [
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
    flag("frozen_products", Kind::Text, "of a quantised model, on the processor: int8, as it is asked, or f32, as PEFT has it [int8]"),
    flag("share_prefix", Kind::Switch, "examples of one database go through with their schema once [true]"),
    flag("train_sampling_strategy", Kind::Text, "random, sequential, group_by_length or group_by_prefix [random]"),
    flag("learning_rate", Kind::Number, "the highest rate [5e-5]"),
    flag(
        "lr_scheduler_type",
        Kind::Text,
        "constant, constant_with_warmup, linear, cosine, cosine_with_restarts, polynomial, inverse_sqrt, cosine_with_min_lr, cosine_warmup_with_min_lr, warmup_stable_decay or reduce_lr_on_plateau; DeepSpeed's are warmup_lr, warmup_decay_lr, warmup_cosine_lr [linear]",
    ),
    flag("lr_scheduler_kwargs", Kind::Text, "what the schedule takes besides, as JSON: {\"num_cycles\": 2}"),
    flag("optim", Kind::Text, "adamw_torch, adamw_8bit (moments of a byte each) or adafactor [adamw_torch]"),
    flag("warmup_steps", Kind::Number, "steps up to the highest rate; below 1, their share [0]"),
    flag("warmup_ratio", Kind::Number, "share of steps up to the highest rate [0]"),
    flag("weight_decay", Kind::Number, "decoupled; biases and norms are spared [0]"),
    flag("decay_norms", Kind::Switch, "biases and norms decay, too, as under DeepSpeed's own optimizer"),
    flag("adam_beta1", Kind::Number, "[0.9]"),
    flag("adam_beta2", Kind::Number, "[0.999]"),
    flag("adam_epsilon", Kind::Number, "[1e-8]"),
    flag("max_grad_norm", Kind::Number, "longer gradients are shortened to this; 0 for never [1]"),
    flag("label_smoothing_factor", Kind::Number, "so much of each loss is the mean over all tokens; of the evaluation's, too [0]"),
    flag(
        "loss_type",
        Kind::Text,
        "nll: every answer is learned; sigmoid (DPO): of rows with `rejected`, the answer is learned against that one, as TRL's DPOTrainer does it [nll]",
    ),
    flag("beta", Kind::Number, "of sigmoid: how much the model may move from what it was [0.1]"),
    flag("neftune_noise_alpha", Kind::Number, "noise on the embeddings, within alpha / sqrt(tokens x width) [none]"),
    flag("dataloader_drop_last", Kind::Switch, "leave out an epoch's last batch where it is not full"),
    flag(
        "packing",
        Kind::Switch,
        "a batch is of packs of whole examples, model_max_length tokens at most each, put together as TRL does (bfd); each sees itself alone",
    ),
    flag("seed", Kind::Integer, "of order, adapters and dropout [42]"),
    flag("data_seed", Kind::Integer, "of order alone [seed]"),
    flag("device", Kind::Text, "auto, cpu or cuda [auto: a card where there is one]"),
    flag("bf16", Kind::Switch, "on a card, multiply matrices in bf16; values, gradients and moments stay f32"),
    flag(
        "offload",
        Kind::Text,
        "what waits in host memory rather than on the card: none, optimizer (moments and f32 values), gradients (also these) or all (also weights and layer inputs) [none]",
    ),
    flag("logging_steps", Kind::Integer, "steps between lines of the log [10]"),
    flag("logging_first_step", Kind::Switch, "also a line for the first step"),
    flag("save_strategy", Kind::Text, "checkpoints: no, steps or epoch [steps]"),
    flag("save_steps", Kind::Integer, "steps between checkpoints [500]"),
    flag("save_total_limit", Kind::Integer, "checkpoints that are kept [all]"),
    flag(
        "eval_strategy",
        Kind::Text,
        "loss on held-out examples, the mean over all their answer tokens (the Trainer's is one of batch means): no, steps or epoch [no]",
    ),
    flag("eval_steps", Kind::Integer, "steps between evaluations [as logging_steps]"),
    flag("eval_delay", Kind::Number, "steps, or epochs, before the first evaluation [0]"),
    flag("eval_on_start", Kind::Switch, "evaluate before the first step, too"),
    flag("load_best_model_at_end", Kind::Switch, "the result is the best checkpoint, by metric_for_best_model"),
    flag(
        "metric_for_best_model",
        Kind::Text,
        "what the best and early stopping go by: loss (of evaluation), or execution_accuracy: held-out questions are asked, and their answers run on --databases (a folder, or one database) [loss]",
    ),
    flag("early_stopping_patience", Kind::Integer, "stop behind so many evaluations without a better one"),
    flag("early_stopping_threshold", Kind::Number, "how much better it must be for patience; the best is the best all the same [0]"),
    flag("sample_steps", Kind::Integer, "steps between answers to the first held-out question, as the model is by then [never]"),
];

/// Names that do something besides setting a value.
pub(super) const SPECIAL: [(&str, Kind); 16] = [
    ("config", Kind::Text),
    ("preset", Kind::Text),
    ("deepspeed", Kind::Text),
    ("adafactor", Kind::Switch),
    ("logging_strategy", Kind::Text),
    ("greater_is_better", Kind::Switch),
    ("group_by_length", Kind::Switch),
    ("use_cpu", Kind::Switch),
    ("no_cuda", Kind::Switch),
    ("resume", Kind::Text),
    ("resume_from_checkpoint", Kind::Text),
    ("dry_run", Kind::Switch),
    ("json", Kind::Switch),
    ("threads", Kind::Integer),
    ("export", Kind::Text),
    ("export_for", Kind::Text),
];

/// Names whose only accepted value is what happens anyway, and why others are refused.
pub(super) const FIXED: [(&str, Kind, &[&str], &str); 3] = [
    ("auto_find_batch_size", Kind::Switch, &["false"], "the plan says before the first step whether a batch fits, and which would"),
    ("ignore_data_skip", Kind::Switch, &["false"], "a run that goes on reads what it has not read"),
    ("include_num_input_tokens_seen", Kind::Text, &["no", "false"], "events.jsonl has the tokens of every step"),
];
