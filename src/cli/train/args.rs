//! What can be typed behind `train`. Its flags are the training engine's (`train::flags`): clap hands the words on.

use clap::Args;

/// Arguments of `train`.
#[derive(Debug, Args)]
#[command(after_long_help = super::after_help(), after_help = super::after_help(), override_usage = "sqllama train [CONFIG.toml] [--FLAG VALUE]...")]
pub struct TrainArgs {
    /// A TOML file of settings, flags, or a command line for the Hugging Face Trainer as it stands
    #[arg(value_name = "CONFIG.toml or flags", trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    pub words: Vec<String>,
}
