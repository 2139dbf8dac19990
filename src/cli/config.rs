//! `config`: a person's settings checked and described.

use std::io::{Write, stderr, stdout};
use std::path::PathBuf;

use clap::Subcommand;

use super::failure::Failure;
use super::input::Source;
use crate::store::config::schema;
use crate::store::{Config, Paths};
use crate::text;
use crate::tui::keys::Keymap;

/// Bytes of a file of settings.
const MAX_BYTES: usize = 1 << 20;

/// Subcommands of `config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Everything that is wrong with config.toml; exits with 2 where anything is
    Check {
        /// Another file, or `-` for stdin
        file: Option<PathBuf>,
    },
    /// The JSON Schema of config.toml: every key, what it means and takes
    Schema,
    /// Where config.toml is read
    Path,
}

/// Does what was asked.
pub(super) fn run_config(command: &ConfigCommand) -> Result<u8, Failure> {
    let own = || Ok::<_, Failure>(Paths::find()?.config_file());
    match command {
        ConfigCommand::Check { file: None } if !own()?.exists() => {
            writeln!(stderr(), "there is no {}: everything is as it comes", own()?.display())?;
            Ok(0)
        }
        ConfigCommand::Check { file } => check(file.clone().map_or_else(own, Ok)?),
        ConfigCommand::Schema => {
            writeln!(stdout(), "{}", serde_json::to_string_pretty(&schema())?)?;
            Ok(0)
        }
        ConfigCommand::Path => {
            writeln!(stdout(), "{}", own()?.display())?;
            Ok(0)
        }
    }
}

fn check(path: PathBuf) -> Result<u8, Failure> {
    let source = Source::of_path(&path);
    let (name, text) = (PathBuf::from(source.name()), source.read(MAX_BYTES)?);
    let mut problems: Vec<String> = Config::problems(&text, &name).iter().map(ToString::to_string).collect();
    // Actions and keys are the screen's; they can be judged where the rest holds.
    if let Ok(config) = text.parse::<toml::Table>().map(|table| table.try_into::<Config>())
        && let Ok(config) = config
    {
        let own = config.keys.iter().map(|(action, keys)| (action.clone(), keys.to_vec())).collect();
        if let Err(error) = Keymap::new(&own) {
            problems.push(format!("{}: {error}; {}", name.display(), error.hint()));
        }
    }
    for problem in &problems {
        writeln!(stdout(), "{}", text::sanitize_lines(problem))?;
    }
    match problems.len() {
        0 => {
            writeln!(stderr(), "nothing is wrong with {}", name.display())?;
            Ok(0)
        }
        count => Err(Failure::new(2, format!("{} wrong with {}", text::counted(count as u64, "thing is", "things are"), name.display()))),
    }
}
