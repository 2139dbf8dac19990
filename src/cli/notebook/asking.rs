//! Questions of a notebook that have no SQL yet.

use std::io::{Write, stderr};
use std::sync::Arc;

use super::args::NotebookArgs;
use crate::ask::{AnswerState, AskRequest, ask};
use crate::cli::database::values;
use crate::cli::failure::Failure;
use crate::cli::form::form_for;
use crate::cli::load::{Loading, choose};
use crate::cli::load_adapter::{attached, find_adapter, form_of, load_with_adapter};
use crate::cli::servers::private_of;
use crate::cli::settings::Settings;
use crate::db::{Database, ValueIndex};
use crate::llm::Generate;
use crate::prompt::Form;
use crate::schema::{Private, Schema};
use crate::signal::Cancel;
use crate::text;

/// A model that knows the database.
pub(super) struct Asking {
    model: Box<dyn Generate>,
    form: Form,
    schema: Schema,
    values: Arc<ValueIndex>,
    private: Private,
}

impl Asking {
    /// Loads the model and reads the database.
    pub(super) fn begin(args: &NotebookArgs, settings: &Settings, database: &Database, cancel: &Cancel) -> Result<Self, Failure> {
        let settings = &settings.with_servers(&args.servers, args.offline);
        let chosen = choose(settings, settings.model(args.model.as_deref()))?;
        let schema = database.schema(cancel)?;
        let attached = if args.adapter == "auto" { attached(settings, database, &schema) } else { None };
        let adapter = find_adapter(settings, &chosen, &args.adapter, attached)?;
        let private = private_of(settings, database, settings.model(args.model.as_deref()))?;
        let model = load_with_adapter(settings, &chosen, Loading::on(Default::default()), adapter.as_ref())?;
        let form = form_for(form_of(settings.prompt(None), adapter.as_ref()), model.info());
        let values = values(settings, database, &schema, cancel)?;
        Ok(Self { model, form, schema, values, private })
    }

    /// The SQL that answers `question`, or why there is none.
    pub(super) fn sql(
        &mut self,
        question: &str,
        settings: &Settings,
        database: &Database,
        cancel: &Cancel,
    ) -> Result<Result<String, String>, Failure> {
        writeln!(stderr(), "asking: {}", text::sanitize(question))?;
        let request = AskRequest {
            values: Some(Arc::clone(&self.values)),
            private: self.private.clone(),
            answer_within: settings.answer_within(None),
            limits: settings.limits(None, None),
            ..AskRequest::new(question, self.form)
        };
        let answer = ask(database, &self.schema, self.model.as_mut(), &request, cancel, &mut |_| {})?;
        if let Some(confidence) = answer.confidence {
            writeln!(stderr(), "confidence {:.0}%: {}", 100.0 * confidence, text::sanitize(&answer.reason))?;
        }
        Ok(match answer.state {
            AnswerState::Ran | AnswerState::Checked | AnswerState::Clarify => Ok(answer.sql),
            AnswerState::Unanswerable => Err(format!("the database holds nothing about: {}", answer.missing.join(", "))),
            AnswerState::Failed | AnswerState::Refused => Err(answer.error.unwrap_or_else(|| "no SQL that runs was found".into())),
        })
    }
}
