//! Prompt, draw, mend, judge, compare where there is doubt, choose; at last repairs that give the model SQLite's own message.

use std::sync::Arc;
use std::time::Instant;

use super::advice::advice;
use super::candidate::{Candidate, Fate, ballots};
use super::clarify::ask_back;
use super::confidence::{self, Belief, Votes};
use super::coverage::coverage;
use super::doubt::{Doubt, doubts};
use super::event::{Agreement, Answer, AnswerState, AskEvent, AskTimings};
use super::request::{AskRequest, Execution, SchemaForm};
use super::vote::{Group, Standing, group};
use crate::db::{Database, DbError};
use crate::llm::{Generate, LlmError};
use crate::prompt::{PromptParts, SCHEMA_BYTES, likely_answers, schema_as_stored, schema_text_for};
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::sql::ReadOnlySql;

/// Where less of a question's words than this is accounted for, what no name and no value has to do with is told as missing: so it was
/// for 42 of 1,506 questions beside their own SQL, and for 1,450 beside that of another database.
const UNCOVERED: f64 = 0.6;
/// What that leaves of the confidence.
const UNCOVERED_BELIEF: f64 = 0.5;

/// A question of which something is missing is said to be unanswerable below this confidence.
const UNANSWERABLE: f64 = 0.45;

/// A longer question is a mistake, or an attack on the context.
pub const MAX_QUESTION_BYTES: usize = 8 * 1024;
/// Repairs by the model: a third was measured to change nothing.
pub const MAX_REPAIRS: usize = 2;

/// Why there is no answer at all.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The question is too long.
    #[error("the question has {bytes} bytes, and at most {MAX_QUESTION_BYTES} are read")]
    QuestionTooLong {
        /// Its length.
        bytes: usize,
    },
    /// The model failed.
    #[error(transparent)]
    Model(#[from] LlmError),
    /// The database failed in a way that no other SQL would mend.
    #[error(transparent)]
    Database(DbError),
}

/// Answers a question over `database`. Blocks; every stage is an event.
pub fn ask(
    database: &Database,
    schema: &Schema,
    model: &mut dyn Generate,
    request: &AskRequest,
    cancel: &Cancel,
    emit: &mut dyn FnMut(AskEvent),
) -> Result<Answer, AskError> {
    let start = Instant::now();
    if request.question.len() > MAX_QUESTION_BYTES {
        return Err(AskError::QuestionTooLong { bytes: request.question.len() });
    }
    let likely = likely_answers(schema, request.form);
    let soon = request.answer_within.map_or_else(|| cancel.clone(), |within| cancel.with_timeout(within));
    let mut asking = Asking { database, schema, model, request, cancel, soon, emit, likely, timings: AskTimings::default() };
    let mut answer = match asking.accepted()? {
        Some(answer) => answer,
        None => match asking.followed()? {
            Some(answer) => answer,
            None => asking.answer()?,
        },
    };
    answer.timings = asking.timings;
    answer.timings.total_ms = start.elapsed().as_secs_f64() * 1000.0;
    Ok(answer)
}

/// What the first draft of an answer to `request` is asked with.
pub(super) fn first_parts(schema: &Schema, request: &AskRequest) -> PromptParts {
    let hits = request.values.as_ref().map(|index| index.find(&request.question)).unwrap_or_default();
    let schema_text = match request.schema_form {
        SchemaForm::Described => schema_text_for(schema, SCHEMA_BYTES, &request.question, &hits),
        SchemaForm::AsStored => schema_as_stored(schema, SCHEMA_BYTES),
    };
    PromptParts {
        schema_text,
        values: hits,
        question: request.question.clone(),
        hint: request.hint.clone(),
        examples: request.examples.clone(),
        previous: request.previous.clone(),
        ..PromptParts::default()
    }
}

/// One question on its way.
pub(super) struct Asking<'a> {
    pub(super) database: &'a Database,
    pub(super) schema: &'a Schema,
    pub(super) model: &'a mut dyn Generate,
    pub(super) request: &'a AskRequest,
    pub(super) cancel: &'a Cancel,
    /// The same, and when drafts that are only compared are waited for no longer.
    pub(super) soon: Cancel,
    pub(super) emit: &'a mut dyn FnMut(AskEvent),
    /// What the model drafts from.
    pub(super) likely: Arc<[String]>,
    pub(super) timings: AskTimings,
}

impl Asking<'_> {
    /// The answer that a person accepted for this question, where it still runs.
    fn accepted(&mut self) -> Result<Option<Answer>, AskError> {
        let Some(sql) = &self.request.accepted_sql else { return Ok(None) };
        let candidate = self.judge_sql(sql)?;
        if candidate.statement().is_none() {
            return Ok(None);
        }
        let belief = Belief { confidence: Some(1.0), reason: "you accepted this answer before".into() };
        let mut answer = self.blank();
        self.settle(&mut answer, candidate, belief)?;
        Ok(Some(answer))
    }

    fn answer(&mut self) -> Result<Answer, AskError> {
        let request = self.request;
        let mut parts = first_parts(self.schema, request);
        let mut answer = self.blank();
        let first = self.draw_shown(&parts)?;
        let Some(first) = first else { return Ok(answer) };
        (self.emit)(AskEvent::Proposed(first.sql.clone()));
        if let Fate::Refused(error) = &first.fate {
            answer.sql.clone_from(&first.sql);
            answer.error = Some(error.clone());
            answer.state = AnswerState::Refused;
            return Ok(answer);
        }
        answer.first_draft.clone_from(&first.draft);
        answer.mean_logprob = first.mean_logprob;
        answer.first_signals = first.signals.clone();
        let doubts = doubts(&first);
        let mut candidates = vec![first];
        let more = self.how_many(&doubts).saturating_sub(1);
        if more > 0 {
            let reason = doubts.first().map_or_else(|| "several drafts were asked for".into(), Doubt::reason);
            (self.emit)(AskEvent::Drawing { drafts: more, reason });
            let compared = self.draw_more(&parts, more, &candidates)?;
            candidates.extend(compared);
        }
        if let Some(chosen) = self.choose(&mut answer, &candidates, &doubts) {
            let candidate = candidates.swap_remove(chosen.place);
            self.settle(&mut answer, candidate, chosen.belief)?;
            return Ok(answer);
        }
        // Nothing runs: the model is told why, twice at most.
        let mut failed = candidates.swap_remove(0);
        for repair in 0..=request.repairs.min(MAX_REPAIRS) {
            let Some(attempt) = failed.attempt() else { break };
            answer.sql.clone_from(&attempt.sql);
            answer.error = Some(attempt.error.clone());
            let repeated = answer.attempts.iter().any(|earlier| earlier.sql == attempt.sql);
            answer.attempts.push(attempt.clone());
            if repeated || repair == request.repairs.min(MAX_REPAIRS) {
                break;
            }
            let told = match advice(&attempt.sql, &attempt.error, self.schema) {
                Some(advice) => format!("{}\n{advice}", attempt.error),
                None => attempt.error.clone(),
            };
            parts.repair = Some((attempt.sql.clone(), told));
            (self.emit)(AskEvent::Repairing { repair: repair + 1, failed: attempt });
            let Some(next) = self.draw_shown(&parts)? else { break };
            (self.emit)(AskEvent::Proposed(next.sql.clone()));
            if let Fate::Refused(error) = &next.fate {
                answer.sql.clone_from(&next.sql);
                answer.error = Some(error.clone());
                answer.state = AnswerState::Refused;
                return Ok(answer);
            }
            if next.statement().is_some() {
                self.settle(&mut answer, next, confidence::after_repair())?;
                return Ok(answer);
            }
            failed = next;
        }
        Ok(answer)
    }

    pub(super) fn blank(&self) -> Answer {
        Answer {
            question: self.request.question.clone(),
            reason: "unknown: no draft runs".into(),
            model: self.model.info().clone(),
            ..Answer::default()
        }
    }

    pub(super) fn judge_sql(&self, sql: &str) -> Result<Candidate, AskError> {
        Candidate::judge(self.database, self.schema, sql, self.request, self.cancel)
    }

    /// The draft to believe, and how much; `None` where SQLite takes none. What the drafts say goes into the answer.
    fn choose(&self, answer: &mut Answer, candidates: &[Candidate], doubts: &[Doubt]) -> Option<Chosen> {
        let ballots = ballots(candidates);
        let groups = group(&ballots);
        let place_of = |group: &Group| group.members.first().and_then(|&member| ballots.get(member)).map(|ballot| ballot.draft);
        for group in &groups {
            let Some(candidate) = place_of(group).and_then(|place| candidates.get(place)) else { continue };
            let signals = group.signals(candidate.signals.clone(), &ballots, &groups, candidates.len());
            answer.candidates.push(group.agreement(&ballots, &candidate.sql, signals));
        }
        match (groups.first(), groups.first().and_then(place_of)) {
            (Some(best), Some(place)) => {
                let first_logprob = candidates.first().map_or(f32::NEG_INFINITY, |first| first.mean_logprob);
                let votes = Votes { agreeing: best.members.len(), drawn: candidates.len(), standing: best.standing, first_logprob };
                let against = candidates.get(place).and_then(Candidate::against);
                Some(Chosen { place, belief: confidence::of(&votes, doubts, against.as_deref()) })
            }
            // None was compared: the first that SQLite takes.
            _ => {
                let place = candidates.iter().position(|candidate| candidate.statement().is_some())?;
                Some(Chosen { place, belief: confidence::not_compared() })
            }
        }
    }

    /// Makes `candidate` the answer; it runs here where it is to and has not yet.
    fn settle(&mut self, answer: &mut Answer, candidate: Candidate, belief: Belief) -> Result<(), AskError> {
        let Some(statement) = candidate.statement().cloned() else { return Ok(()) };
        (self.emit)(AskEvent::Checked(candidate.sql.clone()));
        let is_mended = candidate.is_mended();
        answer.sql = candidate.sql;
        answer.fixes = candidate.fixes;
        answer.error = None;
        answer.state = AnswerState::Checked;
        (answer.confidence, answer.reason) = (belief.confidence, belief.reason);
        if answer.candidates.is_empty() {
            answer.candidates.push(Agreement {
                sql: answer.sql.clone(),
                agrees: 1,
                mended: usize::from(is_mended),
                first: true,
                likelihood: candidate.mean_logprob,
                standing: Standing::Good,
                signals: candidate.signals.clone(),
            });
        }
        let hits = self.request.values.as_ref().map(|index| index.find(&self.request.question)).unwrap_or_default();
        let coverage = coverage(&self.request.question, &answer.sql, self.schema, &hits);
        if coverage.share() < UNCOVERED && !coverage.unknown.is_empty() {
            answer.confidence = answer.confidence.map(|confidence| confidence * UNCOVERED_BELIEF);
            answer.reason.push_str(", and nothing in the database has to do with a part of the question");
            answer.missing = coverage.unknown;
        }
        answer.ask_back = ask_back(&answer.candidates, answer.confidence);
        self.finish(answer, candidate.fate, &statement)?;
        if matches!(answer.state, AnswerState::Ran | AnswerState::Checked) {
            if !answer.missing.is_empty() && answer.confidence.is_some_and(|confidence| confidence < UNANSWERABLE) {
                answer.state = AnswerState::Unanswerable;
            } else if answer.ask_back.is_some() {
                answer.state = AnswerState::Clarify;
            }
        }
        Ok(())
    }

    /// Gives the answer its rows, where it is to have them.
    pub(super) fn finish(&mut self, answer: &mut Answer, fate: Fate, statement: &ReadOnlySql) -> Result<(), AskError> {
        if self.request.execution != Execution::Answer {
            return Ok(());
        }
        (self.emit)(AskEvent::Running);
        if let Fate::Ran(_, table) = fate {
            answer.table = Some(table);
            answer.state = AnswerState::Ran;
            return Ok(());
        }
        let start = Instant::now();
        match self.database.execute(statement, &self.request.limits, self.cancel) {
            Ok(table) => {
                answer.table = Some(table);
                answer.state = AnswerState::Ran;
            }
            Err(DbError::Sql { message, .. }) => {
                answer.state = AnswerState::Failed;
                answer.error = Some(message);
            }
            Err(error) => return Err(AskError::Database(error)),
        }
        self.timings.query_ms += start.elapsed().as_secs_f64() * 1000.0;
        Ok(())
    }
}

/// A draft chosen, and how much it is believed.
struct Chosen {
    place: usize,
    belief: Belief,
}
