//! What was asked and answered.

use crate::ask::{Answer, AnswerState, AskEvent};
use crate::jobs::{JobFailure, JobId};

/// How far a question came.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// Waiting for the model to be loaded.
    Loading,
    /// The model reads: percent.
    Reading(u8),
    /// The model writes.
    Writing,
    /// There is SQL, not judged yet.
    Proposed,
    /// The SQL passed; it has not run.
    Checked,
    /// The SQL ran; this many rows.
    Ran(usize),
    /// No SQL that runs was found.
    Failed,
    /// The SQL would do more than read.
    Refused,
    /// Stopped by the person; what came is kept.
    Cancelled,
}

/// One question.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The job that answers it.
    pub job: JobId,
    /// As asked.
    pub question: String,
    /// How far it came.
    pub stage: Stage,
    /// What the model wrote so far, in the present attempt.
    pub text: String,
    /// What did not pass, and why.
    pub attempts: Vec<(String, String)>,
    /// The answer.
    pub answer: Option<Answer>,
    /// Why there is none.
    pub failure: Option<JobFailure>,
}

impl Entry {
    /// A question that was just asked.
    pub fn new(job: JobId, question: String) -> Self {
        Self { job, question, stage: Stage::Loading, text: String::new(), attempts: Vec::new(), answer: None, failure: None }
    }

    /// Takes up a stage of the pipeline.
    pub fn apply(&mut self, event: AskEvent) {
        match event {
            AskEvent::Prompt(_) => self.text.clear(),
            AskEvent::Reading { done, total, .. } => {
                self.stage = Stage::Reading(u8::try_from(100 * done / total.max(1)).unwrap_or(100));
            }
            AskEvent::Text(text) => {
                self.stage = Stage::Writing;
                self.text.push_str(&text);
            }
            AskEvent::Proposed(_) => self.stage = Stage::Proposed,
            AskEvent::Checked(_) => self.stage = Stage::Checked,
            AskEvent::Repairing { failed, .. } => self.attempts.push((failed.sql, failed.error)),
            AskEvent::Drawing { .. } | AskEvent::Running => {}
        }
    }

    /// Takes up the answer.
    pub fn finish(&mut self, answer: Answer) {
        self.stage = match answer.state {
            AnswerState::Checked => Stage::Checked,
            AnswerState::Ran => Stage::Ran(answer.table.as_ref().map_or(0, |table| table.rows.len())),
            AnswerState::Failed => Stage::Failed,
            AnswerState::Refused => Stage::Refused,
        };
        self.attempts = answer.attempts.iter().map(|attempt| (attempt.sql.clone(), attempt.error.clone())).collect();
        self.answer = Some(answer);
    }

    /// The SQL it led to; of a cancelled one, what came.
    pub fn sql(&self) -> Option<&str> {
        match &self.answer {
            Some(answer) if !answer.sql.is_empty() => Some(&answer.sql),
            _ => None,
        }
    }
}
