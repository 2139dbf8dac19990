//! `sqllama [DB]`: the screen.

use super::args::ScreenArgs;
use super::failure::Failure;
use super::load;
use super::query::open;
use super::settings::Settings;
use crate::db::Limits;
use crate::jobs::{self, JobFailure};
use crate::llm::Generate;
use crate::store::{StoreError, catalogue};
use crate::text;
use crate::tui::{self, ScreenError, ScreenOptions};

/// Rows of a result that the screen keeps.
const MAX_ROWS: usize = 10_000;

impl From<Failure> for JobFailure {
    fn from(failure: Failure) -> Self {
        Self { message: failure.message, hint: failure.hint }
    }
}

/// Shows the screen on `args.database`, or on the demo.
pub(super) fn run_screen(args: &ScreenArgs, settings: Settings) -> Result<u8, Failure> {
    settings.apply_threads(None);
    let database = args.database.clone().unwrap_or_else(|| "demo".into());
    // A file that is not there is said at once, where the person can still see what was typed.
    drop(open(&database, &settings)?);
    let colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let limits = Limits { max_rows: MAX_ROWS, ..settings.limits(None, None) };
    let (own, model) = (settings.clone(), args.model.clone());
    let workers = jobs::Settings {
        open: Box::new(move |name| Ok(open(name, &own)?)),
        model: Box::new(move || Ok(make_model(&settings, model.as_deref())?)),
        limits,
    };
    tui::run(ScreenOptions { database, settings: workers, colour }).map_err(|error| {
        let code = if matches!(error, ScreenError::NoTerminal) { 2 } else { 1 };
        Failure { hint: error.hint().map(Into::into), ..Failure::new(code, error.to_string()) }
    })?;
    Ok(0)
}

fn make_model(settings: &Settings, typed: Option<&str>) -> Result<Box<dyn Generate>, Failure> {
    match load::choose(settings, settings.model(typed)) {
        Ok(chosen) => load::load(settings, &chosen),
        Err(error @ StoreError::NotInstalled(_)) => {
            let failure = Failure::from(error);
            let offers: Vec<String> = catalogue::catalogue()
                .iter()
                .take(2)
                .map(|entry| {
                    format!(
                        "`sqllama models pull {}` ({}, {})",
                        entry.name,
                        entry.bytes.map_or_else(|| "size unknown".into(), text::bytes),
                        entry.licence
                    )
                })
                .collect();
            Err(Failure { hint: Some(format!("in another terminal: {}; then ask again", offers.join(", or "))), ..failure })
        }
        Err(error) => Err(error.into()),
    }
}
