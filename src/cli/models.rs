//! `models`: the catalogue and what of it is here.

use std::io::{Write, stderr, stdout};

use clap::Subcommand;

use super::columns::print_columns;
use super::convert::{BlockedType, ConvertArgs, ImportanceArgs, QuantizeArgs, run_convert, run_importance, run_quantize};
use super::failure::Failure;
use super::interrupt;
use super::pull::{pull_entry_as, sources};
use super::pull_own::{Wishes, in_ollama, pull_own};
use super::settings::Settings;
use crate::prompt::Form;
use crate::store::catalogue::{self, OLLAMA, WeightsForm};
use crate::store::{Entry, Paths, Presence, machine, own, pull};
use crate::text;

/// Subcommands of `models`.
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// Known models, and which are installed
    List,
    /// Fetch a model and verify it, or name one that lies elsewhere
    #[command(
        after_help = "A file, a quantisation or a folder of a repository stands behind a colon: owner/name:q4_k_m. HF_TOKEN is for those that \
                            need a login. Models of Ollama's store, files and folders are named where they lie; nothing is copied."
    )]
    Pull {
        /// A catalogue name, owner/name of the hub, ollama:NAME, or a file or folder of this machine
        name: String,
        /// What to call a model that is not in the catalogue [default: its file's or folder's name]
        #[arg(long = "name", value_name = "NAME")]
        called: Option<String>,
        /// Write a fetched folder in fewer bits, as `models quantize` does
        #[arg(long, value_enum, ignore_case = true, value_name = "TYPE")]
        quantize: Option<BlockedType>,
        /// Keep the weights that were quantised
        #[arg(long)]
        keep: bool,
    },
    /// What is known of a model
    Show {
        /// Its name
        name: String,
    },
    /// Write a Hugging Face folder as a GGUF file
    Convert(ConvertArgs),
    /// Write a model in fewer bits, as llama.cpp quantises it
    #[command(alias = "quantise")]
    Quantize(QuantizeArgs),
    /// How much each column of a model matters for a text, for `quantize --importance`
    Importance(ImportanceArgs),
    /// Where a model's file lies
    Path {
        /// Its name
        name: String,
    },
    /// Delete a model's file, or what an unfinished pull left; what lies elsewhere is forgotten alone
    Remove {
        /// Its name
        name: String,
    },
}

/// Runs a subcommand of `models`.
pub(super) fn run_models(command: &ModelsCommand, settings: &Settings) -> Result<u8, Failure> {
    let paths = &settings.paths;
    match command {
        ModelsCommand::List => list(paths)?,
        ModelsCommand::Pull { name, called, quantize, keep } => {
            let wishes = Wishes { name: called.as_deref(), quantise: quantize.map(Into::into), keep: *keep };
            let Ok(entry) = catalogue::entry(name) else {
                for path in pull_own(name, wishes, settings, &interrupt::watch())? {
                    writeln!(stdout(), "{}", path.display())?;
                }
                return Ok(0);
            };
            if !entry.is_installed(paths) {
                settings.require_network(false, &format!("model {name} is not installed"))?;
            }
            let path = pull_entry_as(entry, wishes, settings, &interrupt::watch())?;
            writeln!(stdout(), "{}", path.display())?;
        }
        ModelsCommand::Convert(args) => return run_convert(args, settings),
        ModelsCommand::Quantize(args) => return run_quantize(args, settings),
        ModelsCommand::Importance(args) => return run_importance(args, settings),
        ModelsCommand::Show { name } if own::find(paths, name).is_some() => show_own(name, paths)?,
        ModelsCommand::Show { name } => show(catalogue::entry(name)?, paths)?,
        ModelsCommand::Path { name } => writeln!(stdout(), "{}", catalogue::resolve(paths, Some(name))?.path.display())?,
        ModelsCommand::Remove { name } => {
            let freed = match catalogue::entry(name) {
                Ok(entry) => pull::remove(entry, paths)?,
                Err(unknown) => own::remove(paths, name)?.ok_or(unknown)?,
            };
            writeln!(stderr(), "removed {name}; {} are free again", text::bytes(freed))?;
        }
    }
    Ok(0)
}

fn list(paths: &Paths) -> Result<(), Failure> {
    let mut rows = vec![["NAME", "PARAMETERS", "QUANT", "SIZE", "LICENCE", "PROMPT", "MEMORY", "STATE"].map(str::to_owned).to_vec()];
    for entry in catalogue::catalogue() {
        rows.push(vec![
            entry.name.clone(),
            entry.parameters.clone(),
            entry.quantisation.clone(),
            entry.bytes.map_or_else(|| "?".into(), text::bytes),
            entry.licence.clone(),
            prompt(entry).into(),
            fit(entry).into(),
            state(entry, paths),
        ]);
    }
    print_columns(&rows)?;
    let own = own::list(paths);
    let beside = own.iter().map(|model| [&model.name, &model.source].map(|cell| text::sanitize(cell).into_owned()));
    // Those of Ollama need no pull: their names can be asked.
    let ollama = in_ollama().into_iter().map(|name| [text::sanitize(&format!("{OLLAMA}{name}")).into_owned(), "Ollama's store".into()]);
    let rows: Vec<Vec<String>> = beside.chain(ollama).map(Vec::from).collect();
    if !rows.is_empty() {
        writeln!(stdout())?;
        let head = ["OWN", "FROM"].map(str::to_owned).to_vec();
        print_columns(&std::iter::once(head).chain(rows).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// The form that a model is asked in.
fn prompt(entry: &Entry) -> &str {
    match &entry.prompt {
        Some(prompt) => prompt,
        None if entry.form == WeightsForm::Pytorch => Form::Alpaca.name(),
        None => Form::Chat.name(),
    }
}

fn show_own(name: &str, paths: &Paths) -> Result<(), Failure> {
    let Some(model) = own::find(paths, name) else { return Ok(()) };
    let size = match model.path.metadata() {
        Ok(metadata) if metadata.is_file() => format!("{} ({} bytes)", text::bytes(metadata.len()), text::count(metadata.len())),
        Ok(_) => "a Hugging Face folder".into(),
        Err(_) => "not there any more".into(),
    };
    for (key, value) in [("name", model.name), ("source", model.source), ("size", size), ("file", model.path.display().to_string())] {
        writeln!(stdout(), "{key:13} {}", text::sanitize(&value))?;
    }
    Ok(())
}

/// How much of a model is here, in a word or two.
pub(super) fn state(entry: &Entry, paths: &Paths) -> String {
    match entry.presence(paths) {
        Presence::Installed => "installed".into(),
        Presence::Partial(bytes) => format!("partial ({})", text::bytes(bytes)),
        Presence::Absent => "-".into(),
    }
}

/// Whether a model fits this machine's memory, in a word or two.
pub(super) fn fit(entry: &Entry) -> &'static str {
    match machine::memory().and_then(|memory| entry.fits(memory.total)) {
        Some(true) => "fits",
        Some(false) => "too large",
        None => "?",
    }
}

fn show(entry: &Entry, paths: &Paths) -> Result<(), Failure> {
    let unknown = "known to the hub alone";
    let bytes = entry.bytes.map_or_else(|| unknown.into(), |bytes| format!("{} ({} bytes)", text::bytes(bytes), text::count(bytes)));
    let form = match entry.form {
        WeightsForm::Gguf => "GGUF",
        WeightsForm::Pytorch => "PyTorch checkpoint, which a pull converts to GGUF",
        WeightsForm::Safetensors => "safetensors checkpoint, which a pull converts to GGUF",
    };
    let lines = [
        ("name", entry.name.clone()),
        ("family", entry.family.clone()),
        ("parameters", entry.parameters.clone()),
        ("quantisation", entry.quantisation.clone()),
        ("form", form.into()),
        ("size", bytes),
        ("sha256", entry.sha256.clone().unwrap_or_else(|| unknown.into())),
        ("licence", entry.licence.clone()),
        ("prompt form", prompt(entry).into()),
        ("source", sources(entry)),
        ("memory", fit(entry).into()),
        ("state", state(entry, paths)),
        ("file", entry.path(paths).display().to_string()),
        ("note", entry.note.clone().unwrap_or_default()),
    ];
    for (key, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        writeln!(stdout(), "{key:13} {value}")?;
    }
    Ok(())
}
