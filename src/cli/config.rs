//! `config`: a person's settings checked and described.

use std::io::{Write, stderr, stdout};
use std::path::PathBuf;

use clap::Subcommand;

use super::failure::Failure;
use super::input::Source;
use crate::store::config::schema;
use crate::store::{Config, Paths};
use crate::text;
use crate::tui::keys::{BadBinding, Keymap};

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

/// What is wrong with actions and keys, which are the screen's: of each by itself, or else of them together.
fn key_problems(text: &str) -> Vec<String> {
    let keys = text.parse::<toml::Table>().ok().and_then(|mut table| table.remove("keys"));
    let config = keys.and_then(|keys| toml::Table::from_iter([("keys".to_owned(), keys)]).try_into::<Config>().ok());
    let own: Vec<(String, Vec<String>)> =
        config.unwrap_or_default().keys.iter().map(|(action, keys)| (action.clone(), keys.to_vec())).collect();
    let problem = |bindings: &[(String, Vec<String>)]| Keymap::new(&bindings.iter().cloned().collect()).err();
    // Two that change places are in each other's way only one by one.
    let is_own = |error: &BadBinding| matches!(error, BadBinding::Action { .. } | BadBinding::Key { .. });
    let mut errors: Vec<BadBinding> = own.chunks(1).filter_map(problem).filter(is_own).collect();
    if errors.is_empty() {
        errors.extend(problem(&own));
    }
    errors.iter().map(|error| format!("{error}; {}", error.hint())).collect()
}

fn check(path: PathBuf) -> Result<u8, Failure> {
    let source = Source::of_path(&path);
    let (name, text) = (PathBuf::from(source.name()), source.read(MAX_BYTES)?);
    let mut problems: Vec<String> = Config::problems(&text, &name).iter().map(ToString::to_string).collect();
    problems.extend(key_problems(&text).into_iter().map(|problem| format!("{}: {problem}", name.display())));
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
