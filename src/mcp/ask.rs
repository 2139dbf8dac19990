//! The tool `ask`: a question, through the one pipeline.

use super::arguments::AskArguments;
use super::error::ToolError;
use super::files::File;
use super::private::refuse;
use super::query::most_rows;
use super::results::{Returned, answered};
use crate::ask::{AskError, AskEvent, AskRequest, Execution, MAX_QUESTION_BYTES, Recalled, ask};
use crate::db::Limits;
use crate::jobs::{Adapted, JobFailure};
use crate::prompt::{Form, Turn};
use crate::records::{Records, RecordsError};
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::store::Paths;

/// What every question is answered with.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    pub(super) paths: Paths,
    pub(super) limits: Limits,
    /// Drafts are drawn to be compared until so much time has passed.
    pub(super) answer_within: Option<std::time::Duration>,
    /// How the model is asked, where the settings say so.
    pub(super) form: Option<Form>,
}

/// Answers a question about `file`.
pub(super) fn answer(
    arguments: &AskArguments,
    file: &File,
    model: &mut Adapted,
    asking: &Asking,
    cancel: &Cancel,
    emit: &mut dyn FnMut(AskEvent),
) -> Result<Returned, ToolError> {
    let bytes = arguments.question.len();
    if bytes > MAX_QUESTION_BYTES {
        // No model is loaded for that.
        return Err(AskError::QuestionTooLong { bytes }.into());
    }
    let read = file.read(&file.asking, &asking.paths, cancel)?;
    let (model, form) = model.following(&file.asking, &read.schema, &mut |_| ())?;
    let previous = arguments.previous_sql.as_ref();
    let request = AskRequest {
        hint: arguments.hint.clone(),
        values: Some(read.values),
        demonstrations: Some(read.demonstrations),
        previous: previous.map(|sql| Turn { question: arguments.previous_question.clone().unwrap_or_default(), sql: sql.clone() }),
        previous_confidence: arguments.previous_confidence,
        execution: if arguments.sql_only == Some(true) { Execution::Never } else { Execution::Answer },
        answer_within: asking.answer_within,
        limits: asking.limits,
        ..AskRequest::new(arguments.question.trim(), asking.form.unwrap_or(form))
    };
    // What a person keeps private is said there, too: nothing is asked without it.
    let kept = recalled(asking, file, &read.schema, &request.question, previous.map(String::as_str)).map_err(JobFailure::from)?;
    let request = kept.apply(request);
    let answer = ask(&file.asking, &read.schema, model, &request, cancel, emit)?;
    refuse(&request.private, &answer.sql, &read.schema)?;
    answered(&file.name, answer, most_rows(arguments.max_rows, &asking.limits))
        .map_err(|error| ToolError::Internal { message: error.to_string() })
}

fn recalled(asking: &Asking, file: &File, schema: &Schema, question: &str, before: Option<&str>) -> Result<Recalled, RecordsError> {
    let records = Records::open(&asking.paths)?;
    let id = records.database(file.asking.path(), &schema.fingerprint())?;
    Recalled::look_up(&records, id, question, before)
}
