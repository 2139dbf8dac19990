//! The model, with the adapter that is attached to the database it is asked about.

use std::path::PathBuf;

use super::message::{AttachedAdapter, JobFailure};
use super::task::ModelFactory;
use crate::db::Database;
use crate::llm::{Adapter, Generate, LlmError, ModelInfo};
use crate::prompt::Form;
use crate::records::Records;
use crate::schema::Schema;
use crate::store::Paths;

/// What happens on the way to a model that can be asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// It is loaded now.
    Loading,
    /// It is there.
    Loaded(ModelInfo),
    /// The database's adapter, or its lack, is another one than before.
    Adapter(Option<AttachedAdapter>),
}

/// A model that is made when it is first asked, and takes the adapter of each database.
pub struct Adapted {
    factory: ModelFactory,
    /// The model wanted; `None` for the one chosen at the start.
    name: Option<String>,
    model: Option<Box<dyn Generate>>,
    /// Where what is kept for databases lies.
    paths: Paths,
    /// The attached adapter that the model has been told of, whether it could take it or not.
    adapter: Option<PathBuf>,
    /// Whether the model is as `adapter` says.
    followed: bool,
    /// The form that the adapter in use was trained with.
    form: Option<Form>,
}

impl Adapted {
    /// A model that `factory` makes when it is needed.
    pub fn new(factory: ModelFactory, paths: Paths) -> Self {
        Self { factory, name: None, model: None, paths, adapter: None, followed: true, form: None }
    }

    /// Whether it has been made.
    pub fn is_loaded(&self) -> bool {
        self.model.is_some()
    }

    /// Takes the model `name` from now on; on failure, the next question makes the one before again.
    pub fn replace(&mut self, name: &str, tell: &mut dyn FnMut(Told)) -> Result<(), JobFailure> {
        // The old one goes first: two may not fit.
        let old = self.name.replace(name.to_owned());
        self.model = None;
        self.forget_adapter();
        if let Err(failure) = self.loaded(tell) {
            self.name = old;
            return Err(failure);
        }
        Ok(())
    }

    /// The model, whose adapter the caller changes as it likes: the next question gets the one that is attached then.
    pub fn unadapted(&mut self, tell: &mut dyn FnMut(Told)) -> Result<(&mut dyn Generate, Form), JobFailure> {
        self.forget_adapter();
        let model = self.loaded(tell)?;
        let form = Form::of(model.info());
        Ok((model, form))
    }

    /// The model with the adapter that is attached to `database`, where that has changed, and the form to ask in. An adapter that is gone,
    /// or of another model, is left out, and that is told.
    pub fn following(
        &mut self,
        database: &Database,
        schema: &Schema,
        tell: &mut dyn FnMut(Told),
    ) -> Result<(&mut dyn Generate, Form), JobFailure> {
        let attached = Records::open(&self.paths).ok().and_then(|records| {
            let id = records.database(&database.label(), &schema.fingerprint()).ok()?;
            records.attachment(id).ok().flatten()
        });
        if attached != self.adapter || !self.followed {
            let model = self.loaded(tell)?;
            let taken = attached.as_deref().map(|folder| {
                let adapter = Adapter::read(folder)?;
                model.set_adapter(Some(&adapter)).map(|()| adapter)
            });
            let problem = taken.as_ref().and_then(|taken| taken.as_ref().err()).map(ToString::to_string);
            let taken = taken.and_then(Result::ok);
            if taken.is_none() {
                model.set_adapter(None).map_err(failure_of)?;
            }
            let name = |folder: &PathBuf| folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
            tell(Told::Adapter(attached.as_ref().map(|folder| AttachedAdapter { name: name(folder), problem })));
            self.followed = true;
            self.form = taken.and_then(|adapter| Form::named(&adapter.card?.prompt));
            self.adapter = attached;
        }
        let own = self.form;
        let model = self.loaded(tell)?;
        let form = own.unwrap_or_else(|| Form::of(model.info()));
        model.reads_about(&database.owner());
        Ok((model, form))
    }

    fn forget_adapter(&mut self) {
        (self.adapter, self.form, self.followed) = (None, None, false);
    }

    /// The model, made now where it was not.
    fn loaded(&mut self, tell: &mut dyn FnMut(Told)) -> Result<&mut dyn Generate, JobFailure> {
        if self.model.is_none() {
            tell(Told::Loading);
            let made = (self.factory)(self.name.as_deref())?;
            tell(Told::Loaded(made.info().clone()));
            self.model = Some(made);
        }
        match &mut self.model {
            Some(model) => Ok(model.as_mut()),
            None => Err(JobFailure { message: "there is no model".into(), hint: None }),
        }
    }
}

/// A model's error as those who wait see it.
pub(super) fn failure_of(error: LlmError) -> JobFailure {
    JobFailure { message: error.to_string(), hint: error.hint().map(Into::into) }
}
