//! The adapter that a model answers with: what `--adapter` means.

use std::io::{Write, stderr};
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::form::PromptForm;
use super::load::{Chosen, Loading, load_model};
use super::servers;
use super::settings::Settings;
use crate::db::Database;
use crate::llm::{Adapter, Generate, LlmError};
use crate::prompt::Form;
use crate::records::{DatabaseId, Records, RecordsError};
use crate::schema::Schema;
use crate::store::adapters;
use crate::text;

/// An adapter that was asked for.
#[derive(Debug)]
pub(super) enum Wanted {
    /// In a folder of this machine.
    Here {
        adapter: Box<Adapter>,
        folder: PathBuf,
        /// Nobody typed it: it is attached to the database, and another model may do without it.
        attached: bool,
    },
    /// One that a server has, by its name there.
    OfServer(String),
}

/// What `typed` (`auto`, `none`, a stored adapter's name, a folder) means; `attached` is the folder attached to the database, where there is one.
pub(super) fn find_adapter(
    settings: &Settings,
    chosen: &Chosen,
    typed: &str,
    attached: Option<PathBuf>,
) -> Result<Option<Wanted>, Failure> {
    // A server has its own, and knows them by their names.
    if matches!(chosen, Chosen::Server(_)) {
        return Ok((!matches!(typed, "none" | "auto")).then(|| Wanted::OfServer(typed.into())));
    }
    match typed {
        "none" => Ok(None),
        "auto" => {
            let Some(folder) = attached else { return Ok(None) };
            match Adapter::read(&folder) {
                Ok(adapter) => Ok(Some(Wanted::Here { adapter: Box::new(adapter), folder, attached: true })),
                Err(error) => {
                    writeln!(stderr(), "the attached adapter is not used: {}", text::sanitize(&error.to_string()))?;
                    Ok(None)
                }
            }
        }
        spec => {
            let folder = adapters::resolve(&settings.paths, spec)?;
            Ok(Some(Wanted::Here { adapter: Box::new(Adapter::read(&folder)?), folder, attached: false }))
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
    let model = match (wanted, chosen) {
        (Some(Wanted::OfServer(name)), Chosen::Server(spec)) => Box::new(servers::open(settings, spec, Some(name))?),
        (Some(Wanted::Here { adapter, folder, attached }), Chosen::File(_)) => {
            let mut model = load_model(settings, chosen, loading)?;
            match model.set_adapter(Some(adapter)) {
                Ok(()) => writeln!(stderr(), "with adapter {}", name(folder))?,
                Err(error @ LlmError::OtherBase { .. }) if *attached => {
                    writeln!(stderr(), "the attached adapter is not used: {}", text::sanitize(&error.to_string()))?;
                }
                Err(error) => return Err(error.into()),
            }
            return Ok(Box::new(model));
        }
        (Some(Wanted::Here { attached: false, .. } | Wanted::OfServer(_)), _) => return Err(Failure::new(2, "a script takes no adapter")),
        _ => return super::load::load_with(settings, chosen, loading),
    };
    Ok(model)
}

/// What to call an adapter in a folder.
fn name(folder: &Path) -> String {
    let name = folder.file_name().map_or_else(|| folder.display().to_string(), |name| name.to_string_lossy().into_owned());
    text::sanitize(&name).into_owned()
}

impl Wanted {
    /// The form it was trained with; what is typed wins.
    pub(super) fn form(&self, typed: PromptForm) -> PromptForm {
        let card = match self {
            Self::Here { adapter, .. } => adapter.card.as_ref(),
            Self::OfServer(_) => None,
        };
        match (typed, card.and_then(|card| Form::named(&card.prompt))) {
            (PromptForm::Auto, Some(trained)) => PromptForm::of(trained),
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
