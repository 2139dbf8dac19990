//! `sqllama [DB]`: the screen.

use super::args::ScreenArgs;
use super::failure::Failure;
use super::run::{load, open_database};
use crate::db::Limits;
use crate::jobs::{JobFailure, Settings};
use crate::llm::Generate;
use crate::store::{Paths, StoreError, catalogue};
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
pub(super) fn run_screen(args: &ScreenArgs) -> Result<u8, Failure> {
    let model = args.model.clone();
    let settings = Settings {
        open: Box::new(|name| Ok(open_database(name)?)),
        model: Box::new(move || Ok(make_model(model.as_deref())?)),
        limits: Limits { max_rows: MAX_ROWS, ..Limits::default() },
    };
    let database = args.database.clone().unwrap_or_else(|| "demo".into());
    // A file that is not there is said at once, where the person can still see what was typed.
    drop(open_database(&database)?);
    let colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    tui::run(ScreenOptions { database, settings, colour }).map_err(|error| {
        let code = if matches!(error, ScreenError::NoTerminal) { 2 } else { 1 };
        Failure { hint: error.hint().map(Into::into), ..Failure::new(code, error.to_string()) }
    })?;
    Ok(0)
}

fn make_model(wanted: Option<&str>) -> Result<Box<dyn Generate>, Failure> {
    match catalogue::resolve(&Paths::find()?, wanted) {
        Ok(resolved) => Ok(Box::new(load(&resolved)?)),
        Err(error @ StoreError::NotInstalled(_)) => {
            let failure = Failure::from(error);
            let offers: Vec<String> = catalogue::catalogue()
                .iter()
                .take(2)
                .map(|entry| format!("`sqllama models pull {}` ({}, {})", entry.name, text::bytes(entry.bytes), entry.licence))
                .collect();
            Err(Failure { hint: Some(format!("in another terminal: {}; then ask again", offers.join(", or "))), ..failure })
        }
        Err(error) => Err(error.into()),
    }
}
