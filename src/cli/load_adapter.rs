//! The adapter that a model answers with: what `--adapter` means.

use std::io::{Write, stderr};
use std::path::PathBuf;

use super::args::PromptForm;
use super::failure::Failure;
use super::load::{Chosen, Loading, load_model};
use super::settings::Settings;
use crate::db::Database;
use crate::llm::{Adapter, Generate, LlmError};
use crate::records::{DatabaseId, Records, RecordsError};
use crate::schema::Schema;
use crate::store::adapters;
use crate::text;

/// An adapter that was asked for.
#[derive(Debug)]
pub(super) struct Wanted {
    adapter: Adapter,
    folder: PathBuf,
    /// Nobody typed it: it is attached to the database, and another model may do without it.
    attached: bool,
}

/// What `typed` (`auto`, `none`, a stored adapter's name, a folder) means; `attached` is the folder attached to the database, where there is one.
pub(super) fn find_adapter(settings: &Settings, typed: &str, attached: Option<PathBuf>) -> Result<Option<Wanted>, Failure> {
    match typed {
        "none" => Ok(None),
        "auto" => {
            let Some(folder) = attached else { return Ok(None) };
            match Adapter::read(&folder) {
                Ok(adapter) => Ok(Some(Wanted { adapter, folder, attached: true })),
                Err(error) => {
                    writeln!(stderr(), "the attached adapter is not used: {}", text::sanitize(&error.to_string()))?;
                    Ok(None)
                }
            }
        }
        spec => {
            let folder = adapters::resolve(&settings.paths, spec)?;
            Ok(Some(Wanted { adapter: Adapter::read(&folder)?, folder, attached: false }))
        }
    }
}

/// Loads the model with an adapter. One that was typed has to fit; an attached one is left out, with a word, where the model is not its base.
pub(super) fn load_with_adapter(
    settings: &Settings,
    chosen: &Chosen,
    loading: Loading,
    wanted: Option<&Wanted>,
) -> Result<Box<dyn Generate>, Failure> {
    let (Some(wanted), Chosen::File(_)) = (wanted, chosen) else {
        return match wanted {
            Some(wanted) if !wanted.attached => Err(Failure::new(2, "a script takes no adapter")),
            _ => super::load::load_with(settings, chosen, loading),
        };
    };
    let mut model = load_model(settings, chosen, loading)?;
    match model.set_adapter(Some(&wanted.adapter)) {
        Ok(()) => writeln!(stderr(), "with adapter {}", wanted.name())?,
        Err(error @ LlmError::OtherBase { .. }) if wanted.attached => {
            writeln!(stderr(), "the attached adapter is not used: {}", text::sanitize(&error.to_string()))?;
        }
        Err(error) => return Err(error.into()),
    }
    Ok(Box::new(model))
}

impl Wanted {
    /// What to call it.
    fn name(&self) -> String {
        let name = self.folder.file_name().map_or_else(|| self.folder.display().to_string(), |name| name.to_string_lossy().into_owned());
        text::sanitize(&name).into_owned()
    }

    /// The form it was trained with; what is typed wins.
    pub(super) fn form(&self, typed: PromptForm) -> PromptForm {
        match (typed, self.adapter.card.as_ref().map(|card| card.prompt.as_str())) {
            (PromptForm::Auto, Some("alpaca")) => PromptForm::Alpaca,
            (PromptForm::Auto, Some("chat")) => PromptForm::Chat,
            (typed, _) => typed,
        }
    }
}

/// What `wanted` makes of the form that is typed.
pub(super) fn form_of(typed: PromptForm, wanted: Option<&Wanted>) -> PromptForm {
    wanted.map_or(typed, |wanted| wanted.form(typed))
}

/// The folder attached to `database`. Our own file may be unreadable: that keeps nobody from asking.
pub(super) fn attached(settings: &Settings, database: &Database, schema: &Schema) -> Option<PathBuf> {
    let look = || -> Result<Option<PathBuf>, RecordsError> {
        let (records, id) = known(settings, database, schema)?;
        records.attachment(id)
    };
    look().ok().flatten()
}

/// Our records, and what they call `database`.
pub(super) fn known(settings: &Settings, database: &Database, schema: &Schema) -> Result<(Records, DatabaseId), RecordsError> {
    let records = Records::open(&settings.paths)?;
    let id = records.database(&database.label(), &schema.fingerprint())?;
    Ok((records, id))
}
