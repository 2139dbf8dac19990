//! Drawing drafts: how many, from which prompts, and each judged as it comes.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use super::asking::Asking;
use super::candidate::{Candidate, ballots};
use super::choice::is_settled;
use super::confidence::Belief;
use super::error::AskError;
use super::event::AskEvent;
use super::fold::Folded;
use super::lock::name_lock_in;
use super::request::{AskRequest, Candidates, Execution, Names};
use super::vote::is_decided;
use crate::db::Database;
use crate::llm::{Draws, Ended, Enough, FinishReason, GenerateEvent, GenerateRequest, LlmError, Prompt, Purpose, Repetition, Sampling};
use crate::prompt::{Form, PromptParts, Thoughts, render, shared};
use crate::schema::Schema;
use crate::signal::{Cancel, Stop};

/// Drafts after the first are drawn at this temperature, from the likeliest tokens that sum to `TOP_P`.
const TEMPERATURE: f64 = 0.7;
const TOP_P: f64 = 0.95;

/// Tokens of a draft at most, and at least; those beside the question's own words; and the bytes of a usual name.
const MOST_TOKENS: usize = 400;
const FEWEST_TOKENS: usize = 128;
const BESIDE_QUESTION: usize = 136;
const USUAL_NAME: usize = 10;

impl Asking<'_> {
    /// Drafts to draw, the first one counted.
    pub(super) fn how_many(&self, alone: &Belief) -> usize {
        match self.request.candidates {
            _ if self.request.execution == Execution::Never => 1,
            Candidates::WhenInDoubt(_) if alone.stands() => 1,
            candidates => candidates.most(),
        }
    }

    /// The greedy draft from `parts`, told while it is written.
    pub(super) fn draw_shown(&mut self, parts: &PromptParts) -> Result<Option<Candidate>, AskError> {
        let sampling = self.request.sampling.clone();
        Ok(self.draw(parts, std::slice::from_ref(&sampling), Shown::AsItComes)?.into_iter().next())
    }

    /// Has the model write `count` drafts to compare with the `first`: some from the same prompt, which it has read, and, where these leave
    /// the choice open, as many or one more after demonstrations, the first of these as greedy as the first draft. Fewer, where more could not
    /// change the choice, or take too long.
    pub(super) fn draw_more(&mut self, parts: &PromptParts, count: usize, first: Candidate) -> Result<Vec<Candidate>, AskError> {
        let request = self.request;
        let all = 1 + count;
        let mut samplings = drawn(request.sampling.seed, count);
        let mut after = samplings.split_off(count / 2);
        let mut there = vec![first];
        let same_prompt = self.draw(parts, &samplings, Shown::Compared { there: &there, all, examples: Examples::None })?;
        there.extend(same_prompt);
        if self.may_stop() && is_decided(&ballots(&there), all) || self.may_settle() && is_settled(&there) || self.is_late(&there) {
            return Ok(there);
        }
        let mut demonstrations = match &request.demonstrations {
            // Others were tuned without any.
            Some(demonstrations) if request.form.takes_demonstrations() => {
                let mut found = demonstrations.find(&request.question, self.database, self.shown, self.cancel);
                // They may have been made before something became private.
                found.retain(|turn| !request.private.is_mentioned(&turn.sql) && !request.private.is_mentioned(&turn.question));
                found
            }
            _ => Vec::new(),
        };
        let examples = if demonstrations.is_empty() { Examples::None } else { Examples::Demonstrations };
        // What a person accepted stands nearest to the question.
        demonstrations.extend(parts.examples.iter().cloned());
        if let (Examples::Demonstrations, Some(first)) = (examples, after.first_mut()) {
            first.clone_from(&request.sampling);
        }
        let demonstrated = PromptParts { examples: demonstrations, ..parts.clone() };
        let others = self.draw(&demonstrated, &after, Shown::Compared { there: &there, all, examples })?;
        there.extend(others);
        Ok(there)
    }

    /// Whether drafts end where more could not change the choice.
    fn may_stop(&self) -> bool {
        !matches!(self.request.candidates, Candidates::Exactly(_))
    }

    /// Whether they end where others are not worth their time.
    fn may_settle(&self) -> bool {
        matches!(self.request.candidates, Candidates::WhenInDoubt(_))
    }

    /// Whether the time to compare is over, and one of the drafts that are there runs.
    fn is_late(&self, there: &[Candidate]) -> bool {
        self.soon.is_stopped() && there.iter().any(|candidate| candidate.statement().is_some())
    }

    /// Has the model write a draft for each of the `samplings`, all together, and judges each at its end.
    fn draw(&mut self, parts: &PromptParts, samplings: &[Sampling], shown: Shown<'_>) -> Result<Vec<Candidate>, AskError> {
        if samplings.is_empty() {
            return Ok(Vec::new());
        }
        let prompt = render(parts, self.request.form);
        let (streamed, there, all, examples) = match shown {
            Shown::AsItComes => (true, &[][..], 1, Examples::None),
            Shown::Compared { there, all, examples } => (false, there, all, examples),
        };
        if streamed {
            (self.emit)(AskEvent::Prompt(self.model.render(&prompt)?));
        }
        let generation = draft_request(self.shown, self.request, prompt.clone(), Arc::clone(&self.likely));
        // What is short of time does with less, but not with nothing: one has to run.
        let runs = |candidate: &Candidate| candidate.statement().is_some();
        let soon = if streamed || !there.iter().any(runs) { self.cancel } else { &self.soon };
        let may_stop = !streamed && self.may_stop();
        let emit = &mut *self.emit;
        let mut folded = Folded::new(self.request.form.thoughts());
        let mut judging = Judging::new(self.database, self.schema, self.request, self.cancel, examples);
        let written = self.model.generate_until(
            &generation,
            &[Draws { prompt: &prompt, samplings }],
            soon,
            &mut |event| match event {
                GenerateEvent::Prefill { done, total, cached } if streamed => emit(AskEvent::Reading { done, total, cached }),
                GenerateEvent::Text(text) if streamed => folded.take(&text).into_iter().for_each(&mut *emit),
                GenerateEvent::Prefill { .. } | GenerateEvent::Text(_) => {}
            },
            &mut |ended| {
                judging.judge(ended);
                let decided = || may_stop && is_decided(&ballots(there.iter().chain(judging.judged.values())), all);
                let late = || !streamed && self.soon.is_stopped() && judging.judged.values().any(runs);
                if judging.error.is_some() || decided() || late() { Enough::Yes } else { Enough::No }
            },
        );
        self.timings.query_ms += judging.query_ms;
        match written {
            Ok(generations) => generations.iter().for_each(|generation| self.timings.generate.add(&generation.timings)),
            // Those that ended in time are compared.
            Err(LlmError::Stopped(Stop::TimedOut)) if !streamed && self.cancel.stop().is_none() => {}
            Err(error) => return Err(error.into()),
        }
        judging.finish()
    }
}

/// Drafts, judged each at its end.
struct Judging<'a> {
    database: &'a Database,
    schema: &'a Schema,
    request: &'a AskRequest,
    cancel: &'a Cancel,
    /// By the text that was written.
    known: HashMap<String, Candidate>,
    /// What the drafts are written after.
    examples: Examples,
    /// By the draft's place.
    judged: BTreeMap<usize, Candidate>,
    error: Option<AskError>,
    query_ms: f64,
}

impl<'a> Judging<'a> {
    fn new(database: &'a Database, schema: &'a Schema, request: &'a AskRequest, cancel: &'a Cancel, examples: Examples) -> Self {
        Self { database, schema, request, cancel, examples, known: HashMap::new(), judged: BTreeMap::new(), error: None, query_ms: 0.0 }
    }

    fn judge(&mut self, ended: &Ended<'_>) {
        if ended.finish_reason == FinishReason::Enough {
            return;
        }
        if let Some(same) = self.known.get(ended.text) {
            let signals = same.signals.clone().with_likelihood(ended.mean_logprob, ended.least_logprob);
            let after_examples = self.examples == Examples::Demonstrations;
            self.judged.insert(ended.index, Candidate { mean_logprob: ended.mean_logprob, signals, after_examples, ..same.clone() });
            return;
        }
        let start = Instant::now();
        match Candidate::new(self.database, self.schema, ended, self.request, self.cancel) {
            Ok(mut candidate) => {
                candidate.after_examples = self.examples == Examples::Demonstrations;
                self.known.insert(ended.text.into(), candidate.clone());
                self.judged.insert(ended.index, candidate);
            }
            Err(error) => self.error = Some(error),
        }
        self.query_ms += start.elapsed().as_secs_f64() * 1000.0;
    }

    /// In the order of the drafts.
    fn finish(self) -> Result<Vec<Candidate>, AskError> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.judged.into_values().collect()),
        }
    }
}

/// Tokens of a draft. Of 4,548 questions of Spider, none had SQL of more than half as many tokens (Qwen's) as it has bytes and 120, a fence
/// and long names left out. What goes on longer goes in circles.
fn most_tokens(schema: &Schema, form: Form, question: &str) -> usize {
    let names = schema.tables.iter().flat_map(|table| std::iter::once(&table.name).chain(table.columns.iter().map(|column| &column.name)));
    let (count, bytes) = names.fold((0, 0), |(count, bytes), name| (count + 1, bytes + name.len()));
    let longer = (bytes / usize::max(count, 1)).max(USUAL_NAME);
    form.most_thought() + ((BESIDE_QUESTION + question.len() / 2) * longer / USUAL_NAME).clamp(FEWEST_TOKENS, MOST_TOKENS)
}

/// What ends an answer in `form`.
fn stops(form: Form) -> Vec<String> {
    let stops: &[&str] = match form.thoughts() {
        // The end of a fenced block, and the next heading of an Alpaca model that goes on by itself.
        Thoughts::None => &["\n```\n", ";\n```", "\n###"],
        // Blocks and headings stand in thoughts, too.
        Thoughts::InWords => &[],
        Thoughts::InTags => &["</answer>"],
    };
    stops.iter().map(|stop| (*stop).to_owned()).collect()
}

/// What a model is asked with for a draft.
pub(super) fn draft_request(schema: &Schema, request: &AskRequest, prompt: Prompt, likely: Arc<[String]>) -> GenerateRequest {
    let form = request.form;
    GenerateRequest {
        shared: shared(&prompt, form),
        prompt,
        max_tokens: most_tokens(schema, form, &request.question),
        stop: stops(form),
        sampling: request.sampling.clone(),
        logprobs: 0,
        likely,
        constraint: (request.names == Names::Locked).then(|| name_lock_in(schema, form)),
        purpose: Purpose::Answer,
        repetition: Repetition::Cut,
    }
}

/// How `count` drafts after the first are drawn, each with a seed of its own.
pub fn drawn(seed: u64, count: usize) -> Vec<Sampling> {
    (1..=count as u64).map(|i| Sampling { temperature: TEMPERATURE, top_p: Some(TOP_P), top_k: None, seed: seed.wrapping_add(i) }).collect()
}

/// What is seen of drafts while they are written.
#[derive(Clone, Copy)]
enum Shown<'a> {
    /// The first one's text.
    AsItComes,
    /// Nothing: they are compared with each other and with those that are `there`, of `all` that may come.
    Compared { there: &'a [Candidate], all: usize, examples: Examples },
}

/// Examples made from the database that drafts are written after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Examples {
    None,
    Demonstrations,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::ask::{AnswerState, ask};
    use crate::llm::Scripted;

    /// What comes of `answers` where there is no time to compare: the SQL, and how many requests were answered.
    #[track_caller]
    fn check(answers: [&str; 3], expected: (&str, usize)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.sqlite");
        rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2)").unwrap();
        let (database, cancel) = (Database::open(&path).unwrap(), Cancel::new());
        let schema = database.schema(&cancel).unwrap();
        let request = AskRequest {
            candidates: Candidates::UntilDecided(8),
            answer_within: Some(Duration::ZERO),
            ..AskRequest::new("How many t?", Form::Chat)
        };
        let mut model = Scripted::new(answers);
        let answer = ask(&database, &schema, &mut model, &request, &cancel, &mut |_| ()).unwrap();
        assert_eq!(answer.state, AnswerState::Ran, "{answer:?}");
        // The request that finds the time passed is begun, too.
        assert_eq!((answer.sql.as_str(), model.asked().len()), expected);
    }

    #[test]
    fn without_time_the_first_draft_that_runs_is_the_answer() {
        check(["SELECT sum(a) FROM ts", "SELECT 5", "SELECT 6"], ("SELECT sum(a) FROM t", 2));
        check(["SELECT nowhere()", "SELECT nowhere()", "SELECT count(a) FROM t"], ("SELECT count(a) FROM t", 3));
    }

    /// How many of eight drafts are written where the model answers `answers`, the last of them again and again.
    #[track_caller]
    fn check_written(answers: &[&str], candidates: Candidates, expected: usize) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.sqlite");
        rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2)").unwrap();
        let (database, cancel) = (Database::open(&path).unwrap(), Cancel::new());
        let schema = database.schema(&cancel).unwrap();
        let request = AskRequest { candidates, ..AskRequest::new("What is the sum of a?", Form::Chat) };
        let all: Vec<&str> = answers.iter().chain(std::iter::repeat_n(answers.last().unwrap(), 8)).copied().collect();
        let mut model = Scripted::new(all);
        ask(&database, &schema, &mut model, &request, &cancel, &mut |_| ()).unwrap();
        assert_eq!(model.asked().len(), expected, "{answers:?}");
    }

    #[test]
    fn drafts_end_where_more_could_not_change_the_choice() {
        let (sum, other) = ("SELECT sum(a) FROM t", "SELECT max(a) FROM t");
        // Four agree: the four that would be written after examples could only draw level, and the first draft's result wins.
        check_written(&[sum], Candidates::UntilDecided(8), 4);
        check_written(&[sum, other, sum], Candidates::UntilDecided(8), 5);
        check_written(&[sum, other, other, sum], Candidates::UntilDecided(8), 6);
        check_written(&[sum], Candidates::Exactly(8), 8);
        check_written(&[sum], Candidates::Exactly(1), 1);
    }
}
