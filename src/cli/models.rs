//! `models`: the catalogue and what of it is here.

use std::io::{Write, stderr, stdout};

use super::args::ModelsCommand;
use super::columns::print_columns;
use super::failure::Failure;
use super::interrupt;
use super::pull::{pull_entry, sources};
use super::settings::Settings;
use crate::store::catalogue::{self, WeightsForm};
use crate::store::{Entry, Paths, Presence, machine, pull};
use crate::text;

/// Runs a subcommand of `models`.
pub(super) fn run_models(command: &ModelsCommand, settings: &Settings) -> Result<u8, Failure> {
    let paths = &settings.paths;
    match command {
        ModelsCommand::List => list(paths)?,
        ModelsCommand::Pull { name } => {
            let entry = catalogue::entry(name)?;
            if !entry.is_installed(paths) {
                settings.require_network(false, &format!("model {name} is not installed"))?;
            }
            let path = pull_entry(entry, settings, &interrupt::watch())?;
            writeln!(stdout(), "{}", path.display())?;
        }
        ModelsCommand::Show { name } => show(catalogue::entry(name)?, paths)?,
        ModelsCommand::Path { name } => writeln!(stdout(), "{}", catalogue::resolve(paths, Some(name))?.path.display())?,
        ModelsCommand::Remove { name } => {
            let freed = pull::remove(catalogue::entry(name)?, paths)?;
            writeln!(stderr(), "removed {name}; {} are free again", text::bytes(freed))?;
        }
    }
    Ok(0)
}

fn list(paths: &Paths) -> Result<(), Failure> {
    let mut rows = vec![["NAME", "PARAMETERS", "QUANT", "SIZE", "LICENCE", "MEMORY", "STATE"].map(str::to_owned).to_vec()];
    for entry in catalogue::catalogue() {
        rows.push(vec![
            entry.name.clone(),
            entry.parameters.clone(),
            entry.quantisation.clone(),
            entry.bytes.map_or_else(|| "?".into(), text::bytes),
            entry.licence.clone(),
            fit(entry).into(),
            state(entry, paths),
        ]);
    }
    print_columns(&rows)?;
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
        WeightsForm::Pytorch => "PyTorch checkpoint, which has to be converted to GGUF",
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
