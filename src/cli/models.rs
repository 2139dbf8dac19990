//! `models`: the catalogue and what of it is here.

use std::io::{Write, stdout};

use super::args::ModelsCommand;
use super::failure::Failure;
use super::pull::pull_entry;
use crate::store::{Paths, catalogue};
use crate::text;

pub(super) fn run_models(command: &ModelsCommand) -> Result<u8, Failure> {
    let paths = Paths::find()?;
    match command {
        ModelsCommand::List => {
            for entry in catalogue::catalogue() {
                let state = if entry.is_installed(&paths) { "installed" } else { "" };
                let size = text::bytes(entry.bytes);
                writeln!(
                    stdout(),
                    "{:20} {:>5} {:7} {size:>9}  {:11} {state}",
                    entry.name,
                    entry.parameters,
                    entry.quantisation,
                    entry.licence
                )?;
            }
        }
        ModelsCommand::Pull { name } => {
            let path = pull_entry(catalogue::entry(name)?, &paths)?;
            writeln!(stdout(), "{}", path.display())?;
        }
        ModelsCommand::Show { name } => {
            let entry = catalogue::entry(name)?;
            writeln!(stdout(), "{entry:#?}\ninstalled: {}", entry.is_installed(&paths))?;
        }
        ModelsCommand::Path { name } => writeln!(stdout(), "{}", catalogue::resolve(&paths, Some(name))?.path.display())?,
        ModelsCommand::Remove { name } => {
            let path = catalogue::resolve(&paths, Some(catalogue::entry(name)?.name.as_str()))?.path;
            std::fs::remove_file(&path)?;
        }
    }
    Ok(0)
}
