//! How often a model with an adapter that is still learned is right: its first drafts, mended and run, beside what held-out rows return. One
//! greedy draft a question, so that a run is not held up by questions that are in doubt.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::ask::{AskRequest, Candidates};
use crate::dataset::Example;
use crate::db::{Database, Limits, ValueIndex, ValueLimits};
use crate::eval::{self, EvalError, EvalEvent, EvalInputs, Question};
use crate::llm::{Adapter, Generate};
use crate::prompt::Form;
use crate::schema::{Private, Schema};
use crate::signal::{Cancel, Stop};
use crate::train::TrainError;
use crate::train::measure::Accuracy;

/// The values of the database that was asked about last.
#[derive(Default)]
pub(super) struct Values(Option<(PathBuf, Arc<ValueIndex>)>);

impl Values {
    /// Those of `database`; one whose values cannot be read is asked about without them.
    pub(super) fn of(&mut self, database: &Database, schema: &Schema, cancel: &Cancel) -> Option<Arc<ValueIndex>> {
        let known = self.0.take().filter(|(path, _)| path == database.path()).map(|(_, values)| values);
        let built = || ValueIndex::build(database, schema, &ValueLimits::default(), cancel).ok().map(Arc::new);
        let values = known.or_else(built);
        self.0 = values.clone().map(|values| (database.path().clone(), values));
        values
    }
}

/// Judges a run's adapter on the way.
pub struct Judge {
    model: Box<dyn Generate>,
    form: Form,
    questions: Vec<Question>,
    databases: PathBuf,
    opened: Option<(Arc<Database>, Arc<Schema>)>,
    private: Private,
    values: Values,
}

impl Judge {
    /// One that asks `model`, in the form it is trained in, about databases in a folder, or about one.
    pub fn new(model: Box<dyn Generate>, form: Form, questions: Vec<Question>, databases: &Path) -> Self {
        let databases = databases.to_owned();
        Self { model, form, questions, databases, opened: None, private: Private::default(), values: Values::default() }
    }

    /// The same about a database that is open, of which the model is not told what is private.
    #[must_use]
    pub fn about(self, database: Arc<Database>, schema: Arc<Schema>, private: Private) -> Self {
        Self { opened: Some((database, schema)), private, ..self }
    }

    /// The model, which has an adapter or not.
    pub fn model(&mut self) -> &mut dyn Generate {
        self.model.as_mut()
    }

    /// Asks `questions` from now on.
    pub fn ask(&mut self, questions: Vec<Question>) {
        self.questions = questions;
    }

    /// Gives the model back.
    pub fn into_model(self) -> Box<dyn Generate> {
        self.model
    }

    /// How many answers are right with `adapter`.
    pub fn judge(&mut self, adapter: Option<&Adapter>, cancel: &Cancel) -> Result<Accuracy, EvalError> {
        self.model.set_adapter(adapter).map_err(EvalError::Model)?;
        let Self { model, form, questions, databases, opened, private, values } = self;
        let inputs =
            EvalInputs { questions, databases: databases.clone(), done: HashSet::new(), opened: opened.clone(), demonstrations: None };
        let mut accuracy = Accuracy { right: 0, asked: 0 };
        eval::evaluate(
            &inputs,
            model.as_mut(),
            &mut |question, database, schema| AskRequest {
                hint: question.hint.clone(),
                values: values.of(database, schema, cancel),
                demonstrations: None,
                private: private.clone(),
                repairs: 0,
                candidates: Candidates::Exactly(1),
                limits: Limits::default(),
                ..AskRequest::new(&question.question, *form)
            },
            cancel,
            &mut |EvalEvent::Judged { record, .. }| {
                accuracy.asked += 1;
                accuracy.right += usize::from(record.ok);
                Ok(())
            },
        )?;
        Ok(accuracy)
    }

    /// As training wants it.
    pub fn measure(&mut self, adapter: &Adapter, cancel: &Cancel) -> Result<Accuracy, TrainError> {
        self.judge(Some(adapter), cancel).map_err(|error| match error {
            EvalError::Stopped => TrainError::Stopped(cancel.stop().unwrap_or(Stop::Cancelled)),
            EvalError::Model(error) => TrainError::Model(error),
            error => TrainError::Unjudged { reason: error.to_string() },
        })
    }
}

/// Rows that are held out as questions. Each has to name its database, unless there is only one.
pub fn questions_of(rows: impl IntoIterator<Item = Example>, only: Option<&Path>) -> Result<Vec<Question>, TrainError> {
    let only = only.and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
    let question = |(place, example): (usize, Example)| {
        let unnamed = || TrainError::Unjudged { reason: format!("held-out row {} names no database", place + 1) };
        let db_id = example.db_id.clone().or_else(|| only.clone()).ok_or_else(unnamed)?;
        let asked = example.asked().to_owned();
        Ok(Question { id: place.to_string(), db_id, question: asked, accepted: vec![example.answer], hint: None })
    };
    // A row that follows on another is no question by itself.
    let alone = rows.into_iter().enumerate().filter(|(_, example)| example.previous().is_none() && !example.answer.trim().is_empty());
    alone.map(question).collect()
}
