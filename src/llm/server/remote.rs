//! A model behind an address. Sockets live in one tokio runtime of this thread, which runs while a request does: one that is given up closes
//! its connection.

use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{AbortHandle, LocalSet, spawn_local};
use tokio::time::{MissedTickBehavior, interval};

use super::super::LlmError;
use super::super::generate::{
    Draws, Ended, Enough, Generate, GenerateEvent, GenerateRequest, GenerateTimings, Generation, ModelInfo, Prompt, Purpose, Sampling,
};
use super::super::server_error::ServerError;
use super::abilities::Abilities;
use super::address::Address;
use super::dialect::{Ask, as_text};
use super::exchange::{Client, Told};
use super::probe::{Served, probe, served};
use super::secret::Secret;
use super::text::Writing;
use crate::signal::Cancel;

/// How often a cancel is looked for.
const TICK: Duration = Duration::from_millis(10);
/// Requests that are under way together.
const MOST_AT_ONCE: usize = 16;
/// No server is given longer.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// Where nobody says how long an answer may take.
pub const TIMEOUT: Duration = Duration::from_secs(300);

/// Where a key comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum KeySource {
    /// There is none.
    #[default]
    None,
    /// This environment variable, which has to be set.
    Variable(String),
    /// This environment variable, where it is set.
    VariableIfSet(String),
    /// What this command prints.
    Command(Vec<String>),
}

/// Is asked before the first prompt goes to an address, with what would be sent.
pub type Gate = Box<dyn FnMut(&Address, &str) -> Result<(), ServerError> + Send>;
/// Is told what was found out about a model, to keep it.
pub type Keep = Box<dyn FnMut(&str, &Abilities) + Send>;

/// A server, and how it is used.
pub struct ServerOptions {
    /// Where it is.
    pub address: Address,
    /// Which of its models; the only one where it is not said.
    pub model: Option<String>,
    /// Where the key comes from.
    pub key: KeySource,
    /// Headers of every request.
    pub headers: Vec<(String, Secret)>,
    /// A whole answer takes no longer.
    pub timeout: Duration,
    /// What is known of it; else it is asked at the first question.
    pub known: Option<Abilities>,
    /// What has to say yes before anything is sent.
    pub gate: Option<Gate>,
    /// Keeps what was found out.
    pub keep: Option<Keep>,
}

impl ServerOptions {
    /// The server at `address`, without a key.
    pub fn at(address: Address) -> Self {
        Self { address, model: None, key: KeySource::None, headers: Vec::new(), timeout: TIMEOUT, known: None, gate: None, keep: None }
    }
}

/// A model behind an address.
pub struct Remote {
    options: ServerOptions,
    client: Option<Arc<Client>>,
    abilities: Option<Abilities>,
    info: ModelInfo,
    /// Behind the client: its connections belong to it.
    runtime: Option<Runtime>,
}

impl Drop for Remote {
    fn drop(&mut self) {
        self.client = None;
        // Looking up a name may take long, and nobody waits for it.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Remote {
    /// A model of the server that `options` describe. Nothing is sent yet.
    pub fn new(mut options: ServerOptions) -> Result<Self, ServerError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| ServerError::Runtime(error.to_string()))?;
        options.timeout = options.timeout.clamp(Duration::from_millis(1), LONGEST);
        let abilities = options.known.take();
        let mut remote = Self { options, client: None, abilities, info: ModelInfo::default(), runtime: Some(runtime) };
        remote.tell();
        Ok(remote)
    }

    /// The server's models. The gate is not asked: nothing of a database is sent.
    pub fn served(&mut self, cancel: &Cancel) -> Result<Vec<Served>, LlmError> {
        let client = self.client()?;
        self.block(cancel, async move { served(&client).await })
    }

    /// What the model can do, asked now.
    pub fn probe(&mut self, cancel: &Cancel) -> Result<Abilities, LlmError> {
        let client = self.client()?;
        let wanted = self.options.model.clone();
        let (model, found) = self.block(cancel, async move {
            let all = served(&client).await;
            let model = match (wanted, &all) {
                (Some(model), Ok(all)) if all.is_empty() || all.iter().any(|own| own.name == model) => model,
                // A server that lists none may have it; one that lists others may know it by another name.
                (Some(model), _) => model,
                (None, Ok(all)) => match all.as_slice() {
                    [only] => only.name.clone(),
                    [] => return Err(ServerError::NoModel { address: client.address.to_string() }),
                    several => {
                        let bases: Vec<&Served> = several.iter().filter(|own| own.parent.is_none()).collect();
                        match bases.as_slice() {
                            // The others are its adapters.
                            [only] => only.name.clone(),
                            _ => {
                                let known = several.iter().map(|own| own.name.clone()).collect();
                                return Err(ServerError::ChooseModel { address: client.address.to_string(), known });
                            }
                        }
                    }
                },
                (None, Err(ServerError::NoSuchPath { .. })) => return Err(ServerError::NoModel { address: client.address.to_string() }),
                (None, Err(error)) => return Err(error.clone()),
            };
            let all = all.unwrap_or_default();
            match probe(&client, &model, &all).await {
                Ok(found) => Ok((model, found)),
                Err(error) => Err(with_known(error, &all)),
            }
        })?;
        self.options.model = Some(model);
        self.learnt(found.clone());
        Ok(found)
    }

    /// What is known of the model.
    pub fn abilities(&self) -> Option<&Abilities> {
        self.abilities.as_ref()
    }

    fn learnt(&mut self, found: Abilities) {
        if let (Some(keep), Some(model)) = (&mut self.options.keep, &self.options.model) {
            keep(model, &found);
        }
        self.abilities = Some(found);
        self.tell();
    }

    fn tell(&mut self) {
        let known = self.abilities.as_ref();
        self.info = ModelInfo {
            name: self.options.model.clone().unwrap_or_else(|| self.options.address.to_string()),
            sha256: None,
            context_length: known.and_then(|known| known.context_length).unwrap_or(0),
            // A server that was not asked yet has chat: nearly all have.
            has_chat_template: known.is_none_or(|known| known.chat),
            device: self.options.address.to_string(),
        };
    }

    /// The client, made with its key when it is needed first.
    fn client(&mut self) -> Result<Arc<Client>, ServerError> {
        if let Some(client) = &self.client {
            return Ok(Arc::clone(client));
        }
        let address = self.options.address.clone();
        let mut headers = self.options.headers.clone();
        if let Some(key) = key(&self.options.key, &address)? {
            headers.push(("authorization".into(), Secret::new(format!("Bearer {key}"))));
        }
        let client = Arc::new(Client { address, headers, timeout: self.options.timeout, idle: Mutex::default() });
        self.client = Some(Arc::clone(&client));
        Ok(client)
    }

    /// Works until it is done, or `cancel` says stop: then what it waits for is dropped, and its connections with it.
    fn block<T>(&self, cancel: &Cancel, work: impl Future<Output = Result<T, ServerError>>) -> Result<T, LlmError> {
        let runtime = self.runtime.as_ref().ok_or_else(|| ServerError::Runtime("its runtime is gone".into()))?;
        runtime.block_on(async {
            let mut tick = interval(TICK);
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            tokio::pin!(work);
            loop {
                tokio::select! {
                    done = &mut work => return done.map_err(LlmError::from),
                    _ = tick.tick() => if let Some(stop) = cancel.stop() { return Err(LlmError::Stopped(stop)) },
                }
            }
        })
    }

    /// Asks the gate, and the server what it can do, where that was not done yet.
    fn ready(&mut self, shown: &str, cancel: &Cancel) -> Result<(), LlmError> {
        if let Some(gate) = &mut self.options.gate {
            gate(&self.options.address, shown)?;
            self.options.gate = None;
        }
        if self.abilities.is_none() || self.options.model.is_none() {
            self.probe(cancel)?;
        }
        Ok(())
    }
}

/// The same error, with the models that there are.
fn with_known(error: ServerError, all: &[Served]) -> ServerError {
    match error {
        ServerError::UnknownModel { address, model, .. } => {
            ServerError::UnknownModel { address, model, known: all.iter().map(|own| own.name.clone()).collect() }
        }
        other => other,
    }
}

/// The key itself.
fn key(source: &KeySource, address: &Address) -> Result<Option<String>, ServerError> {
    let variable = |name: &String| std::env::var(name).ok().map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
    match source {
        KeySource::None => Ok(None),
        KeySource::VariableIfSet(name) => Ok(variable(name)),
        KeySource::Variable(name) => match variable(name) {
            Some(key) => Ok(Some(key)),
            None => Err(ServerError::NoKey { address: address.to_string(), variable: name.clone() }),
        },
        KeySource::Command(words) => {
            let failed = |reason: String| ServerError::KeyCommand { address: address.to_string(), reason };
            let Some((program, arguments)) = words.split_first() else { return Err(failed("is empty".into())) };
            let output = Command::new(program).args(arguments).stdin(std::process::Stdio::null()).output();
            let output = output.map_err(|error| failed(format!("does not start: {error}")))?;
            if !output.status.success() {
                return Err(failed(format!("ended with {}", output.status)));
            }
            let key = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            if key.is_empty() { Err(failed("printed nothing".into())) } else { Ok(Some(key)) }
        }
    }
}

impl Generate for Remote {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    fn reads_ahead(&self) -> bool {
        false
    }

    fn missing(&self) -> Vec<&'static str> {
        self.abilities.as_ref().map(Abilities::missing).unwrap_or_default()
    }

    fn render(&self, prompt: &Prompt) -> Result<String, LlmError> {
        Ok(as_text(prompt))
    }

    fn tokenize(&self, _prompt: &Prompt) -> Result<Vec<u32>, LlmError> {
        Err(ServerError::NoTokens.into())
    }

    fn generate(&mut self, request: &GenerateRequest, cancel: &Cancel, emit: &mut dyn FnMut(GenerateEvent)) -> Result<Generation, LlmError> {
        let draws = Draws { prompt: &request.prompt, samplings: std::slice::from_ref(&request.sampling) };
        let mut all = self.generate_many(request, &[draws], cancel, emit)?;
        all.pop().ok_or_else(|| LlmError::Inconsistent("nothing was written".into()))
    }

    /// All answers are under way together. Where some fail and others do not, those that ended are enough.
    fn generate_until(
        &mut self,
        request: &GenerateRequest,
        draws: &[Draws<'_>],
        cancel: &Cancel,
        emit: &mut dyn FnMut(GenerateEvent),
        enough: &mut dyn FnMut(&Ended<'_>) -> Enough,
    ) -> Result<Vec<Generation>, LlmError> {
        // Reading ahead and rehearsing cost the server's time, and nobody has asked yet.
        if request.max_tokens == 0 || request.purpose == Purpose::Rehearsal {
            return Ok(draws.iter().flat_map(|draws| draws.samplings).map(|_| Writing::new(request).finish(GenerateTimings::default())).collect());
        }
        let Some(first) = draws.first() else { return Ok(Vec::new()) };
        if let Some(stop) = cancel.stop() {
            return Err(LlmError::Stopped(stop));
        }
        self.ready(&as_text(first.prompt), cancel)?;
        let client = self.client()?;
        let abilities = self.abilities.clone().unwrap_or_else(Abilities::unknown);
        let model = self.options.model.clone().unwrap_or_default();
        let planned = plan(&model, request, draws, &abilities);
        let mut writing: Vec<Writing<'_>> = draws.iter().flat_map(|draws| draws.samplings).map(|_| Writing::new(request)).collect();
        let start = Instant::now();
        let mut timings = GenerateTimings::default();
        let runtime = self.runtime.as_ref().ok_or_else(|| ServerError::Runtime("its runtime is gone".into()))?;
        let local = LocalSet::new();
        let under_way = UnderWay { client, planned, writing: &mut writing, timings: &mut timings, start, cancel, emit, enough };
        let error = runtime.block_on(local.run_until(under_way.work()))?;
        drop(local);
        timings.decode_ms = start.elapsed().as_secs_f64() * 1000.0 - timings.prefill_ms;
        timings.generated_tokens = writing.iter().map(Writing::tokens).sum();
        match error {
            Some(error) if !writing.iter().any(|one| one.ended.is_some()) => {
                if let ServerError::UnknownModel { .. } = error {
                    return Err(with_known(error, &self.served(cancel).unwrap_or_default()).into());
                }
                return Err(error.into());
            }
            _ => {}
        }
        let mut timings = Some(timings);
        Ok(writing.into_iter().map(|one| one.finish(timings.take().unwrap_or_default())).collect())
    }
}

/// One request of several, and the places of its answers among all.
struct Planned {
    ask: Ask,
    places: Vec<usize>,
}

/// Samplings of one prompt that differ in their seed alone are one request, where the server takes that.
fn plan(model: &str, request: &GenerateRequest, draws: &[Draws<'_>], abilities: &Abilities) -> Vec<Planned> {
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
struct UnderWay<'a, 'w> {
    client: Arc<Client>,
    planned: Vec<Planned>,
    writing: &'a mut Vec<Writing<'w>>,
    timings: &'a mut GenerateTimings,
    start: Instant,
    cancel: &'a Cancel,
    emit: &'a mut dyn FnMut(GenerateEvent),
    enough: &'a mut dyn FnMut(&Ended<'_>) -> Enough,
}

impl UnderWay<'_, '_> {
    /// Works until all have ended or some are enough; the first failure, where there was one.
    async fn work(mut self) -> Result<Option<ServerError>, LlmError> {
        let (sender, mut receiver): (UnboundedSender<(usize, Message)>, UnboundedReceiver<(usize, Message)>) = unbounded_channel();
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
            Message::Told(Told::Usage([prompt, cached, _])) => {
                self.timings.prompt_tokens += prompt;
                self.timings.cached_tokens += cached;
                if places.contains(&0) && prompt > 0 {
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
                error.get_or_insert(failed);
                (said, true)
            }
        }
    }

    fn judge(&mut self, place: usize) -> Enough {
        match self.writing.get(place).and_then(|one| one.shown(place)) {
            Some(ended) => (self.enough)(&ended),
            None => Enough::No,
        }
    }
}
