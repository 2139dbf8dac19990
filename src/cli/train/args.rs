//! What can be typed behind `train`. Its flags are the training engine's (`train::flags`): clap hands the words on.

use clap::Args;

use crate::train::flags::{FLAGS, Kind};

/// Arguments of `train`.
#[derive(Debug, Args)]
#[command(after_long_help = after_help(), after_help = after_help(), override_usage = "sqllama train [CONFIG.toml] [--FLAG VALUE]...")]
pub struct TrainArgs {
    /// A TOML file of settings, flags, or a command line for the Hugging Face Trainer as it stands
    #[arg(value_name = "CONFIG.toml or flags", trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    pub words: Vec<String>,
}

/// Flags of this command rather than settings of a run.
pub(super) const OWN: [(&str, Kind, &str); 7] = [
    ("preset", Kind::Text, "published rates and batches: sql-llama-7b, sql-llama-7b-small, sql-llama-13b, sql-llama-13b-small"),
    ("dry-run", Kind::Switch, "show the plan and do nothing"),
    ("json", Kind::Switch, "with --dry-run, show it as an object with examples as the model sees them"),
    ("export", Kind::Text, "train nothing: write the job for another machine to this folder (Trainer, PEFT, DeepSpeed, Slurm)"),
    ("export-for", Kind::Text, "with --export, also for axolotl or llama-factory"),
    ("resume", Kind::Text, "go on with the run in this folder"),
    ("threads", Kind::Integer, "threads to compute on"),
];

/// Every flag: its name, what it takes, what it means.
pub(in crate::cli) fn flags() -> impl Iterator<Item = (&'static str, Kind, &'static str)> {
    FLAGS.iter().map(|flag| (flag.name, flag.kind, flag.meaning)).chain(OWN)
}

/// What stands behind the help: the flags, and what comes with the program.
fn after_help() -> String {
    let lines: String = flags().map(|(name, _, meaning)| format!("      --{name:<30} {meaning}\n")).collect();
    format!("Flags (the Trainer's names; the same keys in CONFIG.toml; flags win):\n{lines}")
}
