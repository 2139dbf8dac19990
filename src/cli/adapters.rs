//! `adapters`: list, show, attach, detach, merge, export, remove.

use std::io::{Write, stderr, stdout};
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::columns::print_columns;
use super::convert::{FloatType, merge_to_gguf};
use super::database::open;
use super::failure::Failure;
use super::interrupt;
use super::load_adapter::known;
use super::settings::Settings;
use crate::llm::adapter::card::hex;
use crate::llm::arch::ArchSpec;
use crate::llm::merge::merge;
use crate::llm::{Adapter, LlmError, OpenedModel};
use crate::records::Records;
use crate::store::{Paths, adapters, catalogue};
use crate::text;

/// Subcommands of `adapters`.
#[derive(Debug, Subcommand)]
pub enum AdaptersCommand {
    /// Adapters: stored ones, those of training runs, and those attached to a database
    List,
    /// What is known of an adapter
    Show {
        /// A stored adapter's or a run's name, or an adapter's folder
        adapter: String,
    },
    /// Use an adapter whenever this database is asked
    Attach {
        /// A SQLite file, or `demo`
        database: String,
        /// A stored adapter's or a run's name, or an adapter's folder
        adapter: String,
    },
    /// Ask this database without an adapter again
    Detach {
        /// A SQLite file, or `demo`
        database: String,
    },
    /// Copy an adapter among the stored ones
    Import {
        /// An adapter's folder, as PEFT or `sqllama train` writes it, or its GGUF file, as llama.cpp does
        folder: PathBuf,
        /// Its base, for a GGUF file: a model's name, a model file or a folder
        #[arg(long, value_name = "MODEL")]
        base: Option<String>,
        /// What to call it [default: the folder's name]
        #[arg(long)]
        name: Option<String>,
    },
    /// Copy a stored adapter to a folder, in PEFT's files, or to a GGUF file for llama.cpp
    Export {
        /// A stored adapter's or a run's name, or an adapter's folder
        adapter: String,
        /// The new folder, or the new file where its name ends with .gguf
        folder: PathBuf,
        /// Its base, for a GGUF file: a model's name, a model file or a folder
        #[arg(long, value_name = "MODEL")]
        base: Option<String>,
    },
    /// Add an adapter to its base for good, as a Hugging Face folder or as a GGUF file
    Merge {
        /// A stored adapter's or a run's name, or an adapter's folder
        adapter: String,
        /// The base: the Hugging Face folder it was trained on
        #[arg(long)]
        base: PathBuf,
        /// The new folder, or the new file
        #[arg(long)]
        out: PathBuf,
        /// Write a GGUF file
        #[arg(long)]
        gguf: bool,
        /// How the GGUF file stores matrices; norms and biases stay f32
        #[arg(long, value_enum, ignore_case = true, default_value = "f16", requires = "gguf")]
        r#type: FloatType,
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
        AdaptersCommand::Import { folder, base, name } => {
            let is_gguf = is_gguf(folder);
            let own = if is_gguf { folder.file_stem() } else { folder.file_name() };
            let own = own.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let name = name.clone().unwrap_or(own);
            let adapter = match is_gguf {
                true => Adapter::read_gguf(folder, &spec_of(base.as_deref(), paths)?)?,
                false => Adapter::read(folder)?,
            };
            let place = adapters::new_place(paths, &name)?;
            adapter.write(&place)?;
            writeln!(stderr(), "stored as {name}")?;
            writeln!(stdout(), "{}", place.display())?;
        }
        AdaptersCommand::Export { adapter, folder, base } => {
            let adapter = Adapter::read(&adapters::resolve(paths, adapter)?)?;
            refuse_existing(folder)?;
            match is_gguf(folder) {
                true => adapter.write_gguf(&spec_of(base.as_deref(), paths)?, folder)?,
                false => adapter.write(folder)?,
            }
            writeln!(stdout(), "{}", folder.display())?;
        }
        AdaptersCommand::Merge { adapter, base, out, gguf, r#type } => {
            let adapter = Adapter::read(&adapters::resolve(paths, adapter)?)?;
            if !base.is_dir() {
                let message =
                    format!("{} is not a Hugging Face folder, and only its safetensors can be merged into exactly", base.display());
                return Err(Failure::new(2, message));
            }
            if *gguf {
                return merge_to_gguf(base, &adapter, out, *r#type);
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

/// Whether it is a GGUF file by its name.
fn is_gguf(path: &Path) -> bool {
    !path.is_dir() && path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gguf"))
}

/// The parameters of an adapter's base: a GGUF file does not say by itself how rows of queries and keys are woven.
fn spec_of(base: Option<&str>, paths: &Paths) -> Result<ArchSpec, Failure> {
    let Some(base) = base else {
        let hint = Some("--base MODEL names the model that the adapter belongs to".into());
        return Err(Failure { hint, ..Failure::new(2, "an adapter as GGUF does not say how its base's heads are cut") });
    };
    Ok(OpenedModel::open_known(&catalogue::resolve(paths, Some(base))?.path)?.model.spec)
}

fn refuse_existing(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        return Err(LlmError::Write { path: folder.into(), source: std::io::ErrorKind::AlreadyExists.into() }.into());
    }
    Ok(())
}

/// Stored ones; behind them those that runs ended in and whatever else is attached; then what is attached to which database.
fn list(paths: &Paths) -> Result<(), Failure> {
    // Our file is not made only to be found empty, and may be unreadable: that hides no adapter.
    let attached = || Records::open(paths).and_then(|records| records.attachments());
    let attached = if paths.records().exists() { attached().unwrap_or_default() } else { Vec::new() };
    let stored = adapters::list(paths);
    let mut others = adapters::of_runs(paths);
    for (_, folder) in &attached {
        if !stored.iter().chain(&others).any(|(_, path)| is_same(path, folder)) {
            others.push((folder.display().to_string(), folder.clone()));
        }
    }
    if stored.is_empty() && others.is_empty() {
        writeln!(stderr(), "there are no adapters in {}", paths.adapters().display())?;
        return Ok(());
    }
    let name_of = |folder: &Path| stored.iter().chain(&others).find(|(_, path)| is_same(path, folder)).map(|(name, _)| name.clone());
    let ties: Vec<Vec<String>> = attached
        .iter()
        .map(|(database, folder)| vec![database.display().to_string(), name_of(folder).unwrap_or_default()])
        .map(|row| row.iter().map(|cell| text::sanitize(cell).into_owned()).collect())
        .collect();
    let headed = |head: &[&str], rows: Vec<Vec<String>>| -> Option<Vec<Vec<String>>> {
        let head = head.iter().map(|name| (*name).to_owned()).collect();
        (!rows.is_empty()).then(|| std::iter::once(head).chain(rows).collect())
    };
    let about = |name| [name, "BASE", "RANK", "PARAMETERS", "PROMPT"];
    let tables = [
        headed(&about("NAME"), stored.iter().map(described).collect()),
        headed(&about("RUN OR FOLDER"), others.iter().map(described).collect()),
        headed(&["DATABASE", "ATTACHED"], ties),
    ];
    for (i, rows) in tables.into_iter().flatten().enumerate() {
        if i > 0 {
            writeln!(stdout())?;
        }
        print_columns(&rows)?;
    }
    Ok(())
}

fn described((name, path): &(String, PathBuf)) -> Vec<String> {
    let rest = match Adapter::read(path) {
        Ok(adapter) => [
            base_of(&adapter),
            adapter.config.r.to_string(),
            text::count(adapter.parameters() as u64),
            adapter.card.as_ref().map_or_else(|| "?".into(), |card| card.prompt.clone()),
        ],
        Err(_) => ["(cannot be read)".into(), "?".into(), "?".into(), "?".into()],
    };
    std::iter::once(name).chain(&rest).map(|cell| text::sanitize(cell).into_owned()).collect()
}

/// Whether both are one folder, whatever links lead there.
fn is_same(a: &Path, b: &Path) -> bool {
    let settled = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    a == b || settled(a) == settled(b)
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
    let modules = config.target_names();
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
