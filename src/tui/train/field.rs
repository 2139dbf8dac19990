//! The lines of the form: what each is for, and what can stand there.

/// One line of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the labels say it
pub enum Field {
    Model,
    Data,
    EvalData,
    Preset,
    Method,
    Epochs,
    LearningRate,
    Schedule,
    Warmup,
    Rank,
    Alpha,
    Dropout,
    MaxLength,
    Batch,
    Accumulation,
    SaveSteps,
    SampleSteps,
    Seed,
    More,
    Name,
}

/// Examples made where their number is not said.
const MADE: usize = 200;
/// Examples made at most.
const MOST_MADE: usize = 10_000;

/// Settings that go together: name, what it is for, and what it sets.
pub(super) type Preset = (&'static str, &'static str, &'static [(Field, &'static str)]);

/// What the form offers.
pub(super) const PRESETS: [Preset; 4] = [
    (
        "quick",
        "an hour or less: rank 8, one pass",
        &[
            (Field::Epochs, "1"),
            (Field::LearningRate, "3e-4"),
            (Field::Rank, "8"),
            (Field::Alpha, "16"),
            (Field::Schedule, "linear"),
            (Field::Warmup, "0.03"),
        ],
    ),
    (
        "usual",
        "three passes: rank 8",
        &[
            (Field::Epochs, "3"),
            (Field::LearningRate, "1e-4"),
            (Field::Rank, "8"),
            (Field::Alpha, "16"),
            (Field::Schedule, "linear"),
            (Field::Warmup, "0.03"),
        ],
    ),
    (
        "careful",
        "rank 16, cosine, dropout",
        &[
            (Field::Epochs, "3"),
            (Field::LearningRate, "1e-4"),
            (Field::Rank, "16"),
            (Field::Alpha, "32"),
            (Field::Schedule, "cosine"),
            (Field::Warmup, "0.1"),
            (Field::Dropout, "0.05"),
        ],
    ),
    (
        "sql-llama",
        "as SQL-LLaMA was trained, for full training: rate 1e-5, decay 0.1",
        &[
            (Field::Method, "full"),
            (Field::Epochs, "3"),
            (Field::LearningRate, "1e-5"),
            (Field::Schedule, "linear"),
            (Field::Warmup, "0.03"),
            (Field::More, "--weight_decay 0.1"),
        ],
    ),
];

/// Schedules that the engine knows.
const SCHEDULES: [&str; 5] = ["linear", "cosine", "constant", "constant_with_warmup", "warmup_decay"];
const METHODS: [&str; 4] = ["auto", "lora", "qlora", "full"];

impl Field {
    /// In the order of the form.
    pub const ALL: [Self; 20] = [
        Self::Model,
        Self::Data,
        Self::EvalData,
        Self::Preset,
        Self::Method,
        Self::Epochs,
        Self::LearningRate,
        Self::Schedule,
        Self::Warmup,
        Self::Rank,
        Self::Alpha,
        Self::Dropout,
        Self::MaxLength,
        Self::Batch,
        Self::Accumulation,
        Self::SaveSteps,
        Self::SampleSteps,
        Self::Seed,
        Self::More,
        Self::Name,
    ];

    /// As the form shows it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Model => "1 Model",
            Self::Data => "2 Data",
            Self::EvalData => "  held-out data",
            Self::Preset => "3 Settings: preset",
            Self::Method => "  method",
            Self::Epochs => "  epochs",
            Self::LearningRate => "  learning rate",
            Self::Schedule => "  schedule",
            Self::Warmup => "  warm-up",
            Self::Rank => "  LoRA rank",
            Self::Alpha => "  LoRA alpha",
            Self::Dropout => "  LoRA dropout",
            Self::MaxLength => "  longest example, tokens",
            Self::Batch => "  examples in a batch",
            Self::Accumulation => "  batches in a step",
            Self::SaveSteps => "  steps between checkpoints",
            Self::SampleSteps => "  steps between samples",
            Self::Seed => "  seed",
            Self::More => "  more flags",
            Self::Name => "  the run's name",
        }
    }

    /// What the line beneath says while it is typed.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Model => "a model's name, or a file, or a Hugging Face folder",
            Self::Data => "empty: your accepted answers; made 300: 300 made-up ones, too; or files",
            Self::EvalData => "not trained on; empty: every fifth of this database's examples",
            Self::Preset => "quick, usual, careful or sql-llama: fills the lines below",
            Self::Method => "auto, lora, qlora (a quantised model) or full",
            Self::Epochs => "how often every example is seen",
            Self::LearningRate => "above 0, at most 10; for adapters about 1e-4, for full training 1e-5",
            Self::Schedule => "linear, cosine, constant, constant_with_warmup or warmup_decay",
            Self::Warmup => "steps up to the full rate; below 1, their share",
            Self::Rank => "1 to 4096; 8 is usual; more learns more and needs more memory",
            Self::Alpha => "twice the rank is usual",
            Self::Dropout => "0 to 0.99: the share of an adapter's input that is left out",
            Self::MaxLength => "2 to 1,048,576; what is longer is cut",
            Self::Batch | Self::Accumulation => "1 to 4096; their product is how many examples a step learns from",
            Self::SaveSteps => "1 or more; a kill loses at most so many steps",
            Self::SampleSteps => "1 or more: how often a question is answered on the way; empty: never",
            Self::Seed => "a whole number: of the order, of dropout, of the adapter's beginning",
            Self::More => "named as the Trainer names them: --weight_decay 0.1 --adam_beta2 0.99",
            Self::Name => "letters, digits, dashes, underscores; a folder of this name is made",
        }
    }

    /// Why `value` cannot be, while it is typed; `None` where it can.
    pub fn problem(self, value: &str) -> Option<String> {
        let value = value.trim();
        let number = |from: f64, to: f64| match value.parse::<f64>() {
            Ok(number) if number >= from && number <= to => None,
            _ => Some(format!("a number from {from} to {to} is needed")),
        };
        let whole = |from: u64, to: u64| match value.parse::<u64>() {
            Ok(number) if (from..=to).contains(&number) => None,
            _ => Some(format!("a whole number from {from} to {to} is needed")),
        };
        let one_of = |names: &[&str]| (!names.contains(&value)).then(|| format!("one of {} is needed", names.join(", ")));
        match self {
            Self::Model => value.is_empty().then(|| "a model is needed".into()),
            Self::Data => made(value).filter(|count| !(1..=MOST_MADE).contains(count)).map(|_| format!("1 to {MOST_MADE} can be made")),
            Self::EvalData | Self::More => None,
            Self::Preset => (!value.is_empty()).then(|| one_of(&PRESETS.map(|(name, ..)| name))).flatten(),
            Self::Method => one_of(&METHODS),
            Self::Schedule => one_of(&SCHEDULES),
            Self::Epochs => number(0.001, 1e6),
            Self::LearningRate => number(1e-12, 10.0),
            Self::Warmup => number(0.0, 1e12),
            Self::Alpha => number(0.0, 1e6),
            Self::Dropout => number(0.0, 0.99),
            Self::Rank | Self::Batch | Self::Accumulation => whole(1, 4096),
            Self::MaxLength => whole(2, 1 << 20),
            Self::SaveSteps => whole(1, 1_000_000_000),
            Self::SampleSteps => (!value.is_empty()).then(|| whole(1, 1_000_000_000)).flatten(),
            Self::Seed => whole(0, i64::MAX as u64),
            Self::Name => {
                let sound = !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
                (!sound).then(|| "the run's name may have letters, digits, dashes and underscores".into())
            }
        }
    }

    /// Its flag, without dashes; empty where it has none of its own.
    pub(super) fn flag(self) -> &'static str {
        match self {
            Self::Model => "model_name_or_path",
            Self::Data => "data_path",
            Self::EvalData => "eval_data_path",
            Self::Method => "method",
            Self::Epochs => "num_train_epochs",
            Self::LearningRate => "learning_rate",
            Self::Schedule => "lr_scheduler_type",
            Self::Warmup => "warmup_steps",
            Self::Rank => "lora_r",
            Self::Alpha => "lora_alpha",
            Self::Dropout => "lora_dropout",
            Self::MaxLength => "model_max_length",
            Self::Batch => "per_device_train_batch_size",
            Self::Accumulation => "gradient_accumulation_steps",
            Self::SaveSteps => "save_steps",
            Self::SampleSteps => "sample_steps",
            Self::Seed => "seed",
            Self::Name => "output_dir",
            Self::Preset | Self::More => "",
        }
    }
}

/// How many examples `made 300` wants; `None` where the data is something else.
pub(super) fn made(data: &str) -> Option<usize> {
    let rest = data.trim().strip_prefix("made")?;
    if rest.is_empty() {
        return Some(MADE);
    }
    rest.strip_prefix([' ', ':']).and_then(|count| count.trim().parse().ok())
}
