//! Prompt, draw, mend, judge, compare where there is doubt, choose; at last repairs that give the model SQLite's own message.

use std::time::Instant;

use super::advice::advice;
use super::asking::{Asking, first_parts};
use super::candidate::Candidate;
use super::choice::{Chosen, results};
use super::clarify::ask_back;
use super::confidence::{self, Belief};
use super::coverage::{coverage, quoted};
use super::error::{AskError, MAX_QUESTION_BYTES};
use super::event::{Answer, AnswerState, AskEvent, AskTimings};
use super::mend::Fate;
use super::request::{AskRequest, MAX_REPAIRS};
use super::vote::{Agreement, Standing};
use crate::db::Database;
use crate::llm::Generate;
use crate::prompt::likely_answers;
use crate::schema::Schema;
use crate::signal::Cancel;

/// Where less of a question's words than this is accounted for, what no name and no value has to do with is told as missing: so it was
/// for 42 of 1,506 questions beside their own SQL, and for 1,450 beside that of another database.
const UNCOVERED: f64 = 0.6;
/// What that leaves of the confidence: the weights are fitted to questions that have an answer.
const UNCOVERED_BELIEF: f64 = 0.5;

/// A question of which something is missing is said to be unanswerable below this confidence.
const UNANSWERABLE: f64 = 0.45;

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
    model.reads_about(&database.owner());
    let shown = &*request.private.shown(schema);
    let likely = likely_answers(shown, request.form);
    let soon = request.answer_within.map_or_else(|| cancel.clone(), |within| cancel.with_timeout(within));
    let mut asking = Asking { database, schema, shown, model, request, cancel, soon, emit, likely, timings: AskTimings::default() };
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
        let mut parts = first_parts(self.shown, request);
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
        let alone = confidence::of_first(&first);
        let more = self.how_many(&alone).saturating_sub(1);
        let mut candidates = if more == 0 {
            vec![first]
        } else {
            let reason = if alone.stands() { "several drafts were asked for".into() } else { alone.reason.clone() };
            (self.emit)(AskEvent::Drawing { drafts: more, reason });
            self.draw_more(&parts, more, first)?
        };
        if let Some(chosen) = self.choose(&mut answer, &candidates, alone) {
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
            let told = match advice(&attempt.sql, &attempt.error, self.shown) {
                Some(advice) => format!("{}\n{advice}", attempt.error),
                None => attempt.error.clone(),
            };
            // The model may have guessed a name; it is not told that there is one.
            if request.private.is_mentioned(&attempt.sql) || request.private.is_mentioned(&told) {
                break;
            }
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

    /// The draft to believe, and how much; `None` where SQLite takes none. What the drafts say goes into the answer. `alone`: the belief in
    /// the first by itself.
    fn choose(&self, answer: &mut Answer, candidates: &[Candidate], alone: Belief) -> Option<Chosen> {
        let (chosen, agreements): (Vec<_>, Vec<_>) = results(candidates).into_iter().unzip();
        answer.candidates = agreements;
        match (chosen.into_iter().next(), candidates) {
            (Some(Chosen { place, .. }), [_]) => Some(Chosen { place, belief: alone }),
            (Some(chosen), _) => Some(chosen),
            // None was compared: the first that SQLite takes.
            (None, _) => {
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
        // What the model wrote behind another answer stands and falls with it.
        if let (Some(turn), None) = (&self.request.previous, &self.request.accepted_sql) {
            let before = self.believed_before(turn);
            answer.confidence = answer.confidence.map(|confidence| confidence * before);
        }
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
        let coverage = candidate.coverage.unwrap_or_else(|| {
            let hits = self.request.values.as_ref().map(|index| index.find(&self.request.question)).unwrap_or_default();
            coverage(&self.request.question, &answer.sql, self.schema, &hits, self.database.path())
        });
        if coverage.share() < UNCOVERED && !coverage.unknown.is_empty() {
            answer.confidence = answer.confidence.map(|confidence| confidence * UNCOVERED_BELIEF);
            answer.reason.push_str(&format!(", and nothing in the database has to do with {}", quoted(&coverage.unknown)));
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
}
