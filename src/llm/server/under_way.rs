//! Requests under way together, and what comes of each as it comes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::{MissedTickBehavior, interval};

use super::super::LlmError;
use super::super::generate::{Draws, Ended, Enough, GenerateEvent, GenerateRequest, GenerateTimings, Sampling};
use super::super::server_error::ServerError;
use super::abilities::Abilities;
use super::dialect::Ask;
use super::exchange::Client;
use super::reading::Told;
use super::text::Writing;
use crate::signal::Cancel;

/// How often a cancel is looked for.
pub(super) const TICK: Duration = Duration::from_millis(10);
/// Requests that are under way together.
const MOST_AT_ONCE: usize = 16;

/// One request of several, and the places of its answers among all.
pub(super) struct Planned {
    ask: Ask,
    places: Vec<usize>,
}

/// Samplings of one prompt that differ in their seed alone are one request, where the server takes that.
pub(super) fn plan(model: &str, request: &GenerateRequest, draws: &[Draws<'_>], abilities: &Abilities) -> Vec<Planned> {
    let mut planned: Vec<Planned> = Vec::new();
    let mut place = 0;
    for draws in draws {
        let mut rest = draws.samplings;
        while let Some(first) = rest.first() {
            let alike = |other: &&Sampling| first.temperature > 0.0 && Sampling { seed: first.seed, ..(*other).clone() } == *first;
            let count = if abilities.several { rest.iter().take_while(alike).count().max(1) } else { 1 };
            let ask = Ask::new(model, draws.prompt, request, first, count, abilities);
            planned.push(Planned { ask, places: (place..place + count).collect() });
            place += count;
            rest = rest.get(count..).unwrap_or_default();
        }
    }
    planned
}

/// What a request tells.
enum Message {
    Told(Told),
    Done(Result<(), ServerError>),
}

/// Requests under way.
pub(super) struct UnderWay<'a, 'w> {
    pub(super) client: Arc<Client>,
    pub(super) planned: Vec<Planned>,
    pub(super) writing: &'a mut Vec<Writing<'w>>,
    pub(super) timings: &'a mut GenerateTimings,
    pub(super) start: Instant,
    pub(super) cancel: &'a Cancel,
    pub(super) emit: &'a mut dyn FnMut(GenerateEvent),
    pub(super) enough: &'a mut dyn FnMut(&Ended<'_>) -> Enough,
    /// What each request cost, as far as the server told it: tokens of the prompt, those of them read before, tokens written.
    pub(super) costs: Vec<[usize; 3]>,
}

impl UnderWay<'_, '_> {
    /// Works until all have ended or some are enough; the first failure, where there was one.
    pub(super) async fn work(mut self) -> Result<Option<ServerError>, LlmError> {
        let result = self.work_through().await;
        self.count_written();
        result
    }

    /// Tokens written: as many as the server says, or as many pieces as came where it does not say.
    fn count_written(&mut self) {
        let came = |places: &[usize]| places.iter().filter_map(|&place| self.writing.get(place)).map(Writing::tokens).sum::<usize>();
        let more = self.planned.iter().zip(&self.costs).map(|(planned, [_, _, told])| told.saturating_sub(came(&planned.places)));
        self.timings.generated_tokens = more.sum::<usize>() + self.writing.iter().map(Writing::tokens).sum::<usize>();
    }

    async fn work_through(&mut self) -> Result<Option<ServerError>, LlmError> {
        let (sender, mut receiver) = unbounded_channel::<(usize, Message)>();
        let mut handles: Vec<Option<AbortHandle>> = Vec::new();
        let (mut running, mut error) = (0_usize, None);
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            while running < MOST_AT_ONCE && handles.len() < self.planned.len() {
                handles.push(self.begin(handles.len(), &sender));
                running += 1;
            }
            if running == 0 {
                return Ok(error);
            }
            tokio::select! {
                _ = tick.tick() => if let Some(stop) = self.cancel.stop() { return Err(LlmError::Stopped(stop)) },
                Some((which, message)) = receiver.recv() => {
                    // What was given up may have said something before.
                    if handles.get(which).is_none_or(Option::is_none) {
                        continue;
                    }
                    let (said, over) = self.hear(which, message, &mut error);
                    if over && let Some(handle) = handles.get_mut(which).and_then(Option::take) {
                        handle.abort();
                        running -= 1;
                    }
                    if said == Enough::Yes {
                        return Ok(error);
                    }
                }
            }
        }
    }

    fn begin(&self, which: usize, sender: &UnboundedSender<(usize, Message)>) -> Option<AbortHandle> {
        let mut ask = self.planned.get(which)?.ask.clone();
        let (client, sender) = (Arc::clone(&self.client), sender.clone());
        let task = spawn_local(async move {
            let result = client.ask(&mut ask, &mut |told| drop(sender.send((which, Message::Told(told))))).await;
            drop(sender.send((which, Message::Done(result))));
        });
        Some(task.abort_handle())
    }

    /// What the person waiting says to it, and whether the request is over.
    fn hear(&mut self, which: usize, message: Message, error: &mut Option<ServerError>) -> (Enough, bool) {
        let places = self.planned.get(which).map(|planned| planned.places.clone()).unwrap_or_default();
        let mut said = Enough::No;
        match message {
            Message::Told(Told::Usage(told)) => {
                // Some tell it with every piece.
                if self.costs.len() <= which {
                    self.costs.resize(which + 1, [0; 3]);
                }
                let Some(known) = self.costs.get_mut(which) else { return (said, false) };
                let ([read, read_before, written], [prompt, cached, all]) = (*known, told);
                let (prompt, cached) = (prompt.max(read), cached.max(read_before));
                *known = [prompt, cached, all.max(written)];
                self.timings.prompt_tokens += prompt - read;
                self.timings.cached_tokens += cached - read_before;
                if places.contains(&0) && prompt > read {
                    (self.emit)(GenerateEvent::Prefill { done: prompt, total: prompt, cached });
                }
                (said, false)
            }
            Message::Told(Told::Piece(piece)) => {
                if self.timings.prefill_ms == 0.0 {
                    self.timings.prefill_ms = self.start.elapsed().as_secs_f64() * 1000.0;
                }
                let Some(&place) = places.get(piece.index) else { return (said, false) };
                let silent: &mut dyn FnMut(GenerateEvent) = &mut |_| ();
                let emit = if place == 0 { &mut *self.emit } else { silent };
                let is_whole = piece.finish.is_some();
                if self.writing.get_mut(place).is_some_and(|one| one.take(piece, emit)) {
                    said = self.judge(place);
                }
                // Where the server says that it is whole, its costs are still to come, and the connection can be kept.
                let all = places.iter().all(|&place| self.writing.get(place).is_none_or(|one| one.ended.is_some()));
                (said, all && !is_whole)
            }
            Message::Done(Ok(())) => {
                for place in places {
                    let silent: &mut dyn FnMut(GenerateEvent) = &mut |_| ();
                    let emit = if place == 0 { &mut *self.emit } else { silent };
                    if said == Enough::No && self.writing.get_mut(place).is_some_and(|one| one.end(emit)) {
                        said = self.judge(place);
                    }
                }
                (said, true)
            }
            Message::Done(Err(failed)) => {
                // So many answers to one request are too many for some: each is asked for by itself.
                let is_refused = matches!(failed, ServerError::Status { status: 400 | 422, .. });
                if is_refused && places.len() > 1 {
                    self.client.takes_one_each();
                    self.split(which);
                } else {
                    error.get_or_insert(failed);
                }
                (said, true)
            }
        }
    }

    /// Plans every answer of a request by itself.
    fn split(&mut self, which: usize) {
        let Some(planned) = self.planned.get(which) else { return };
        let alone = |(number, &place): (usize, &usize)| Planned { ask: planned.ask.alone(number as u64), places: vec![place] };
        let alone: Vec<Planned> = planned.places.iter().enumerate().map(alone).collect();
        self.planned.extend(alone);
    }

    fn judge(&mut self, place: usize) -> Enough {
        match self.writing.get(place).and_then(|one| one.shown(place)) {
            Some(ended) => (self.enough)(&ended),
            None => Enough::No,
        }
    }
}
