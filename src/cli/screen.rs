//! `sqllama [DB]`: the screen.

use std::time::Duration;

use clap::Args as ClapArgs;

use super::beside::BesideArgs;
use super::database::{open, open_telling};
use super::failure::Failure;
use super::load::{self, Chosen};
use super::mistyped::nearest_command;
use super::network::ServerArgs;
use super::servers;
use super::settings::Settings;
use crate::db::files::FileSet;
use crate::db::{DbError, Limits};
use crate::jobs::{self, JobFailure};
use crate::llm::Generate;
use crate::schema::DatabaseSet;
use crate::store::config::ThemeChoice;
use crate::store::{StoreError, catalogue};
use crate::text;
use crate::tui::keys::Keymap;
use crate::tui::state::Options;
use crate::tui::theme::Theme;
use crate::tui::{self, Left, ScreenError, ScreenOptions};

/// Rows of a result that the screen keeps: on disk, so they may be many.
const MAX_ROWS: usize = 5_000_000;
/// Bytes of a result that the screen keeps.
const MAX_BYTES: usize = 4 << 30;
/// A query that a person watches, and can cancel, may take as long as this.
const TIMEOUT: Duration = Duration::from_secs(3600);
/// Exit code of a program that panicked.
const PANICKED: u8 = 101;

impl From<Failure> for JobFailure {
    fn from(failure: Failure) -> Self {
        Self { message: failure.message, hint: failure.hint }
    }
}

/// Arguments of the screen.
#[derive(Debug, ClapArgs)]
pub struct ScreenArgs {
    /// A SQLite file, or `demo`, to open on the screen; or a file whose rows are a table: CSV, TSV, JSON lines, a JSON list, Parquet, each
    /// also packed by gzip; a notebook (.md) or a file of SQL (.sql), too
    pub database: Option<String>,
    /// More files: those with tables are one with the first, databases stand beside it, as with --with
    #[arg(value_name = "FILE")]
    pub more: Vec<String>,
    /// A catalogue name, a GGUF file, a Hugging Face folder, a server's address or its name in config.toml
    #[arg(long)]
    pub model: Option<String>,
    /// What is opened beside it
    #[command(flatten)]
    pub beside: BesideArgs,
    /// What may be sent over the network.
    #[command(flatten)]
    pub servers: ServerArgs,
}

impl ScreenArgs {
    /// What is opened, in the order of its names.
    fn names(&self) -> Vec<String> {
        self.database.iter().chain(&self.more).cloned().collect()
    }
}

/// Shows the screen on `args.database`, or its start page.
pub(super) fn run_screen(args: &ScreenArgs, settings: Settings) -> Result<u8, Failure> {
    let mut settings = settings.with_servers(&args.servers, false).with_files(&args.beside);
    // The terminal is the screen's.
    settings.rights.may_ask = false;
    settings.apply_threads(None);
    // A file that is not there is said at once, where the person can still see what was typed. The demo is made in the background.
    let names = args.names();
    refuse_what_is_not_there(&names)?;
    let name = match names.len() {
        1.. => Some(args.beside.set_of(&names)?.to_string()),
        0 if args.beside.with.is_empty() => None,
        0 => {
            return Err(Failure {
                hint: Some("write `sqllama FIRST.db --with NAME=FILE`".into()),
                ..Failure::new(2, "--with names a file beside the first, and there is no first")
            });
        }
    };
    // A notebook or a file of SQL is read on the screen.
    if let Some(database) = name.as_ref().filter(|name| *name != "demo" && !tui::is_text(name)) {
        // What takes a while is done where a person sees how far it is.
        let set = DatabaseSet::read(database);
        let mut has_tables = false;
        for file in std::iter::once(&set.main).chain(set.beside.iter().map(|file| &file.file)) {
            has_tables |= FileSet::named(std::path::Path::new(file)).map_err(DbError::from)?.is_some();
        }
        if !has_tables {
            drop(open(database, &settings)?);
        }
    }
    let mut options = options(&settings)?;
    let asked_for = settings.model(args.model.as_deref());
    let chosen = load::choose(&settings, asked_for);
    options.model_here = chosen.is_ok();
    options.model_path = match chosen {
        Ok(Chosen::File(file)) if asked_for.is_some_and(|spec| spec != file.name) => {
            std::path::absolute(&file.path).ok().map(|path| path.display().to_string())
        }
        _ => None,
    };
    let default = settings.limits(None, None);
    let limits = Limits {
        max_rows: settings.config.max_rows.filter(|rows| *rows > 0).unwrap_or(MAX_ROWS),
        max_bytes: MAX_BYTES,
        timeout: settings.config.timeout.map_or(TIMEOUT, |_| default.timeout),
    };
    let theme = match (std::env::var_os("NO_COLOR").filter(|value| !value.is_empty()), settings.config.theme) {
        (Some(_), _) | (None, Some(ThemeChoice::Plain)) => Theme::Plain,
        (None, Some(ThemeChoice::Light)) => Theme::Light,
        (None, Some(ThemeChoice::Dark) | None) => Theme::Dark,
    };
    let answer_within = settings.answer_within(None);
    let (own, model) = (settings.clone(), args.model.clone());
    let (for_servers, also) = (settings.clone(), asked_for.map(str::to_owned));
    let reports = settings.paths.reports();
    let workers = jobs::Settings {
        open: Box::new(move |name, cancel, progress| Ok(open_telling(name, &own, cancel, progress)?)),
        paths: settings.paths.clone(),
        offline: settings.config.offline,
        model: Box::new(move |name| Ok(make_model(&settings, name.or(model.as_deref()))?)),
        servers: Box::new(move |cancel| servers::list(&for_servers, also.as_deref(), cancel)),
        limits,
        answer_within,
    };
    let shown = tui::run(ScreenOptions { database: name, settings: workers, theme, options, reports });
    match shown {
        Ok(Left::Quit) => Ok(0),
        // As shells tell of a program that a signal ended.
        Ok(Left::Told(signal)) => Ok(u8::try_from(128 + signal).unwrap_or(u8::MAX)),
        Err(error) => {
            let code = match error {
                ScreenError::NoTerminal | ScreenError::Keys(_) => 2,
                ScreenError::Terminal(_) => 1,
                ScreenError::Failed { .. } => PANICKED,
            };
            Err(Failure { hint: error.hint(), ..Failure::new(code, error.to_string()) })
        }
    }
}

/// Says which of several names is none, and what else a name may have been meant for.
fn refuse_what_is_not_there(names: &[String]) -> Result<(), Failure> {
    let absent = |name: &&String| {
        let is_other = *name == "demo" || name.starts_with("file:") || name.contains('+');
        !is_other && std::fs::symlink_metadata(name).is_err()
    };
    let Some(name) = names.iter().find(absent) else { return Ok(()) };
    let failure = Failure::from(DbError::Missing { path: name.into() });
    if names.first() == Some(name) && !name.contains(['.', '/', '\\']) {
        let hint = match nearest_command(name) {
            Some(command) => format!("the command is called `{command}`; `sqllama help` lists them all"),
            None => "check the path; `sqllama help` lists the commands".to_owned(),
        };
        return Err(Failure { hint: Some(hint), ..failure });
    }
    Err(failure)
}

/// What `config.toml` says of the screen.
fn options(settings: &Settings) -> Result<Options, Failure> {
    let own = settings.config.keys.iter().map(|(action, keys)| (action.clone(), keys.to_vec())).collect();
    let keymap = Keymap::new(&own).map_err(|error| {
        let message = format!("{}: {error}", settings.paths.config_file().display());
        Failure { hint: Some(error.hint().into()), ..Failure::new(2, message) }
    })?;
    let folder = std::env::current_dir().unwrap_or_default();
    let runs = settings.paths.runs();
    Ok(Options {
        vim: settings.config.vim,
        mouse: settings.config.mouse.unwrap_or(true),
        while_typing: settings.config.while_typing,
        ask_and_run: settings.config.ask_and_run,
        keymap,
        folder,
        runs,
        ..Options::default()
    })
}

fn make_model(settings: &Settings, typed: Option<&str>) -> Result<Box<dyn Generate>, Failure> {
    match load::choose(settings, settings.model(typed)) {
        Ok(chosen) => load::load(settings, &chosen),
        Err(error @ StoreError::NotInstalled(_)) => {
            let failure = Failure::from(error);
            let size = |bytes: Option<u64>| bytes.map_or_else(|| "size unknown".into(), text::bytes);
            let offers = catalogue::catalogue().iter().take(2);
            let offers: Vec<String> = offers.map(|entry| format!("{} ({}, {})", entry.name, size(entry.bytes), entry.licence)).collect();
            Err(Failure { hint: Some(format!("F7 fetches one, such as {}; then ask again", offers.join(" or "))), ..failure })
        }
        Err(error) => Err(error.into()),
    }
}
