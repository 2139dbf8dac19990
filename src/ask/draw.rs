//! Drawing drafts: how many, from which prompts, and each judged as it comes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use super::candidate::Candidate;
use super::doubt::Doubt;
use super::event::AskEvent;
use super::lock::name_lock;
use super::pipeline::{AskError, Asking};
use super::request::{AskRequest, Candidates, Execution, Names};
use crate::llm::{Draws, GenerateEvent, GenerateRequest, Prompt, Purpose, Sampling};
use crate::prompt::{Form, PromptParts, render};
use crate::schema::Schema;

/// Drafts after the first are drawn at this temperature, from the likeliest tokens that sum to `TOP_P`.
const TEMPERATURE: f64 = 0.7;
const TOP_P: f64 = 0.95;

/// Tokens of a draft.
const MAX_TOKENS: usize = 400;

impl Asking<'_> {
    /// Drafts to draw, the first one counted.
    pub(super) fn how_many(&self, doubts: &[Doubt]) -> usize {
        match self.request.candidates {
            _ if self.request.execution == Execution::Never => 1,
            Candidates::WhenInDoubt(_) if doubts.is_empty() => 1,
            candidates => candidates.most(),
        }
    }

    /// Has the model write `count` drafts to compare with the first: some from the same prompt, and as many or one more after
    /// demonstrations, the first of these as greedy as the first draft.
    pub(super) fn draw_more(&mut self, parts: &PromptParts, count: usize) -> Result<Vec<Candidate>, AskError> {
        let request = self.request;
        let mut demonstrations = match &request.demonstrations {
            // An Alpaca model was tuned without any.
            Some(demonstrations) if request.form == Form::Chat => {
                demonstrations.find(&request.question, self.database, self.schema, self.cancel)
            }
            _ => Vec::new(),
        };
        if demonstrations.is_empty() {
            return self.draw(&[(parts, &drawn(request.sampling.seed, count))], Shown::Never);
        }
        // What a person accepted stands nearest to the question.
        demonstrations.extend(parts.examples.iter().cloned());
        let mut samplings = drawn(request.sampling.seed, count);
        let mut after = samplings.split_off(count / 2);
        if let Some(first) = after.first_mut() {
            first.clone_from(&request.sampling);
        }
        let demonstrated = PromptParts { examples: demonstrations, ..parts.clone() };
        self.draw(&[(parts, &samplings), (&demonstrated, &after)], Shown::Never)
    }

    /// Has the model write a draft for each sampling of each prompt, all together, and judges each. What is shown is the first.
    pub(super) fn draw(&mut self, drafts: &[(&PromptParts, &[Sampling])], shown: Shown) -> Result<Vec<Candidate>, AskError> {
        let drafts = drafts.iter().filter(|(_, samplings)| !samplings.is_empty());
        let prompts: Vec<(Prompt, &[Sampling])> = drafts.map(|(parts, samplings)| (render(parts, self.request.form), *samplings)).collect();
        let Some((first, _)) = prompts.first() else { return Ok(Vec::new()) };
        let streamed = shown == Shown::AsItComes;
        if streamed {
            (self.emit)(AskEvent::Prompt(self.model.render(first)?));
        }
        let draws: Vec<Draws<'_>> = prompts.iter().map(|(prompt, samplings)| Draws { prompt, samplings }).collect();
        let generation = draft_request(self.schema, self.request, first.clone(), Arc::clone(&self.likely));
        let emit = &mut *self.emit;
        let generations = self.model.generate_many(&generation, &draws, self.cancel, &mut |event| match event {
            GenerateEvent::Prefill { done, total, cached } if streamed => emit(AskEvent::Reading { done, total, cached }),
            GenerateEvent::Text(text) if streamed => emit(AskEvent::Text(text)),
            GenerateEvent::Prefill { .. } | GenerateEvent::Text(_) => {}
        })?;
        let mut known: HashMap<String, Candidate> = HashMap::new();
        let mut candidates = Vec::with_capacity(generations.len());
        for generation in &generations {
            self.timings.generate.add(&generation.timings);
            let candidate = match known.get(&generation.text) {
                Some(same) => Candidate { mean_logprob: generation.mean_logprob, ..same.clone() },
                None => {
                    let start = Instant::now();
                    let candidate = Candidate::new(self.database, self.schema, generation, self.request, self.cancel)?;
                    self.timings.query_ms += start.elapsed().as_secs_f64() * 1000.0;
                    known.insert(generation.text.clone(), candidate.clone());
                    candidate
                }
            };
            candidates.push(candidate);
        }
        Ok(candidates)
    }
}

/// What a model is asked with for a draft.
pub(super) fn draft_request(schema: &Schema, request: &AskRequest, prompt: Prompt, likely: Arc<[String]>) -> GenerateRequest {
    GenerateRequest {
        prompt,
        shared_messages: 1,
        max_tokens: MAX_TOKENS,
        // The end of a fenced block, and the next heading of an Alpaca model that goes on by itself.
        stop: vec!["\n```\n".into(), ";\n```".into(), "\n###".into()],
        sampling: request.sampling.clone(),
        logprobs: 0,
        likely,
        constraint: (request.names == Names::Locked).then(|| name_lock(schema)),
        purpose: Purpose::Answer,
    }
}

/// How `count` drafts after the first are drawn, each with a seed of its own.
pub fn drawn(seed: u64, count: usize) -> Vec<Sampling> {
    (1..=count as u64).map(|i| Sampling { temperature: TEMPERATURE, top_p: Some(TOP_P), top_k: None, seed: seed.wrapping_add(i) }).collect()
}

/// Whether a draft is told while it is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    AsItComes,
    Never,
}
