//! `adapters`: list, show, attach, detach, merge, export, remove.

use std::io::{Write, stderr, stdout};
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::columns::print_columns;
use super::failure::Failure;
use super::interrupt;
use super::load_adapter::known;
use super::query::open;
use super::settings::Settings;
use crate::llm::adapter::card::hex;
use crate::llm::merge::merge;
use crate::llm::{Adapter, LlmError};
use crate::store::{Paths, adapters};
use crate::text;

/// Subcommands of `adapters`.
#[derive(Debug, Subcommand)]
pub enum AdaptersCommand {
    /// Stored adapters
    List,
    /// What is known of an adapter
    Show {
        /// A stored adapter's name, or an adapter's folder
        adapter: String,
    },
    /// Use an adapter whenever this database is asked
    Attach {
        /// A SQLite file, or `demo`
        database: String,
        /// A stored adapter's name, or an adapter's folder
        adapter: String,
    },
    /// Ask this database without an adapter again
    Detach {
        /// A SQLite file, or `demo`
        database: String,
    },
    /// Copy an adapter's folder among the stored ones
    Import {
        /// An adapter's folder, as PEFT or `sqllama train` writes it
        folder: PathBuf,
        /// What to call it [default: the folder's name]
        #[arg(long)]
        name: Option<String>,
    },
    /// Copy a stored adapter to a folder, in PEFT's files
    Export {
        /// A stored adapter's name, or an adapter's folder
        adapter: String,
        /// The new folder
        folder: PathBuf,
    },
    /// Add an adapter to its base for good, as a Hugging Face folder
    Merge {
        /// A stored adapter's name, or an adapter's folder
        adapter: String,
        /// The base: the Hugging Face folder it was trained on
        #[arg(long)]
        base: PathBuf,
        /// The new folder
        #[arg(long)]
        out: PathBuf,
    },
    /// Delete a stored adapter
    Remove {
        /// Its name
        name: String,
    },
}

/// Runs a subcommand of `adapters`.
pub(super) fn run_adapters(command: &AdaptersCommand, settings: &Settings) -> Result<u8, Failure> {
    let paths = &settings.paths;
    match command {
        AdaptersCommand::List => list(paths)?,
        AdaptersCommand::Show { adapter } => show(&adapters::resolve(paths, adapter)?)?,
        AdaptersCommand::Attach { database, adapter } => {
            let folder = adapters::resolve(paths, adapter)?;
            Adapter::read(&folder)?;
            let database = open(database, settings)?;
            let schema = database.schema_outline(&interrupt::watch())?;
            let (records, id) = known(settings, &database, &schema)?;
            records.attach(id, &folder)?;
            writeln!(stderr(), "{} is asked with {} from now on", database.path().display(), folder.display())?;
        }
        AdaptersCommand::Detach { database } => {
            let database = open(database, settings)?;
            let schema = database.schema_outline(&interrupt::watch())?;
            let (records, id) = known(settings, &database, &schema)?;
            let said = if records.detach(id)? { "is asked without an adapter from now on" } else { "has no adapter attached" };
            writeln!(stderr(), "{} {said}", database.path().display())?;
        }
        AdaptersCommand::Import { folder, name } => {
            let own = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let name = name.clone().unwrap_or(own);
            let adapter = Adapter::read(folder)?;
            let place = adapters::new_place(paths, &name)?;
            adapter.write(&place)?;
            writeln!(stderr(), "stored as {name}")?;
            writeln!(stdout(), "{}", place.display())?;
        }
        AdaptersCommand::Export { adapter, folder } => {
            let adapter = Adapter::read(&adapters::resolve(paths, adapter)?)?;
            refuse_existing(folder)?;
            adapter.write(folder)?;
            writeln!(stdout(), "{}", folder.display())?;
        }
        AdaptersCommand::Merge { adapter, base, out } => {
            let adapter = Adapter::read(&adapters::resolve(paths, adapter)?)?;
            if !base.is_dir() {
                let message =
                    format!("{} is not a Hugging Face folder, and only its safetensors can be merged into exactly", base.display());
                return Err(Failure::new(2, message));
            }
            merge(base, &adapter, out)?;
            writeln!(stdout(), "{}", out.display())?;
        }
        AdaptersCommand::Remove { name } => {
            adapters::remove(paths, name)?;
            writeln!(stderr(), "removed {name}")?;
        }
    }
    Ok(0)
}

fn refuse_existing(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        return Err(LlmError::Write { path: folder.into(), source: std::io::ErrorKind::AlreadyExists.into() }.into());
    }
    Ok(())
}

fn list(paths: &Paths) -> Result<(), Failure> {
    let stored = adapters::list(paths);
    if stored.is_empty() {
        writeln!(stderr(), "there are no adapters in {}", paths.adapters().display())?;
        return Ok(());
    }
    let mut rows = vec![["NAME", "BASE", "RANK", "PARAMETERS", "PROMPT"].map(str::to_owned).to_vec()];
    for (name, path) in stored {
        let row = match Adapter::read(&path) {
            Ok(adapter) => [
                name,
                base_of(&adapter),
                adapter.config.r.to_string(),
                text::count(adapter.parameters() as u64),
                adapter.card.as_ref().map_or_else(|| "?".into(), |card| card.prompt.clone()),
            ],
            Err(_) => [name, "(cannot be read)".into(), "?".into(), "?".into(), "?".into()],
        };
        rows.push(row.map(|cell| text::sanitize(&cell).into_owned()).to_vec());
    }
    print_columns(&rows)?;
    Ok(())
}

fn base_of(adapter: &Adapter) -> String {
    match &adapter.card {
        Some(card) => card.base.name.clone(),
        None if adapter.config.base_model_name_or_path.is_empty() => "?".into(),
        None => adapter.config.base_model_name_or_path.clone(),
    }
}

fn show(path: &Path) -> Result<(), Failure> {
    let adapter = Adapter::read(path)?;
    let config = &adapter.config;
    let modules: Vec<&str> = config.target_modules.iter().map(|projection| projection.name()).collect();
    let layers = match &config.layers_to_transform {
        None => "all".into(),
        Some(layers) => layers.iter().map(usize::to_string).collect::<Vec<_>>().join(", "),
    };
    let (prompt, weights) = match &adapter.card {
        Some(card) => (format!("{} (schema text {})", card.prompt, card.schema_text), card.base.weights_sha256.clone()),
        None => ("not said".into(), "not said; any model with the same shapes takes it".into()),
    };
    for (key, value) in [
        ("base", base_of(&adapter)),
        ("weights", weights),
        ("prompt", prompt),
        ("rank", config.r.to_string()),
        ("alpha", config.lora_alpha.to_string()),
        ("rslora", if config.use_rslora { "yes" } else { "no" }.into()),
        ("modules", modules.join(", ")),
        ("layers", layers),
        ("parameters", text::count(adapter.parameters() as u64)),
        ("hash", hex(&adapter.hash())),
        ("folder", path.display().to_string()),
    ] {
        writeln!(stdout(), "{key:11} {}", text::sanitize(&value))?;
    }
    Ok(())
}
