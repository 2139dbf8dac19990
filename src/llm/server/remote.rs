//! A model behind an address. Sockets live in one tokio runtime of this thread, which runs while a request does: one that is given up closes
//! its connection.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::task::LocalSet;
use tokio::time::{MissedTickBehavior, interval};

use super::super::LlmError;
use super::super::generate::{
    Draws, Ended, Enough, Generate, GenerateEvent, GenerateRequest, GenerateTimings, Generation, ModelInfo, Prompt, Purpose, generate_one,
};
use super::super::server_error::ServerError;
use super::abilities::Abilities;
use super::address::Address;
use super::dialect::as_text;
use super::exchange::Client;
use super::key::{KeySource, key};
use super::probe::{Found, Served, probe, served};
use super::secret::Secret;
use super::text::Writing;
use super::under_way::{TICK, UnderWay, plan};
use crate::signal::Cancel;

/// No server is given longer.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// Where nobody says how long an answer may take.
pub const TIMEOUT: Duration = Duration::from_secs(300);

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
    /// Whether they were found out just now: a person is told once.
    is_new: bool,
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
        let mut remote = Self { options, client: None, abilities, is_new: false, info: ModelInfo::default(), runtime: Some(runtime) };
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
        self.learnt(&found);
        Ok(found.abilities)
    }

    /// What is known of the model.
    pub fn abilities(&self) -> Option<&Abilities> {
        self.abilities.as_ref()
    }

    fn learnt(&mut self, found: &Found) {
        // A server that was busy is asked again the next time.
        if let (Some(keep), Some(model), true) = (&mut self.options.keep, &self.options.model, found.is_sure) {
            keep(model, &found.abilities);
        }
        self.abilities = Some(found.abilities.clone());
        self.is_new = true;
        self.tell();
    }

    fn tell(&mut self) {
        let known = self.abilities.as_ref();
        self.info = ModelInfo {
            name: self.options.model.clone().unwrap_or_else(|| self.options.address.to_string()),
            known_as: Vec::new(),
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
        let client = Arc::new(Client::new(address, headers, self.options.timeout));
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

/// How many letters of `model`'s words are words of `name`, too.
fn shared_words(name: &str, model: &str) -> usize {
    let words = |text: &str| text.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
    let own = words(name);
    words(model).iter().filter(|word| own.contains(word)).map(String::len).sum()
}

/// The same error, with the models that there are.
fn with_known(error: ServerError, all: &[Served]) -> ServerError {
    match error {
        ServerError::UnknownModel { address, model, .. } => {
            let mut known: Vec<String> = all.iter().map(|own| own.name.clone()).collect();
            // Only the first are told: those with most of the name that was asked for.
            known.sort_by_cached_key(|name| std::cmp::Reverse(shared_words(name, &model)));
            ServerError::UnknownModel { address, model, known }
        }
        other => other,
    }
}

impl Generate for Remote {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    fn reads_ahead(&self) -> bool {
        false
    }

    fn tells_tokens(&self) -> bool {
        false
    }

    fn missing(&self) -> Vec<&'static str> {
        self.abilities.as_ref().filter(|_| self.is_new).map(Abilities::missing).unwrap_or_default()
    }

    fn render(&self, prompt: &Prompt) -> Result<String, LlmError> {
        Ok(as_text(prompt))
    }

    fn tokenize(&self, _prompt: &Prompt) -> Result<Vec<u32>, LlmError> {
        Err(ServerError::NoTokens.into())
    }

    fn generate(
        &mut self,
        request: &GenerateRequest,
        cancel: &Cancel,
        emit: &mut dyn FnMut(GenerateEvent),
    ) -> Result<Generation, LlmError> {
        generate_one(self, request, cancel, emit)
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
            return Ok(draws
                .iter()
                .flat_map(|draws| draws.samplings)
                .map(|_| Writing::new(request).finish(GenerateTimings::default()))
                .collect());
        }
        let Some(first) = draws.first() else { return Ok(Vec::new()) };
        if let Some(stop) = cancel.stop() {
            return Err(LlmError::Stopped(stop));
        }
        self.ready(&as_text(first.prompt), cancel)?;
        let client = self.client()?;
        let known = self.abilities.clone().unwrap_or_else(Abilities::unknown);
        let abilities = Abilities { several: known.several && client.gives_several(), ..known };
        let model = self.options.model.clone().unwrap_or_default();
        let planned = plan(&model, request, draws, &abilities);
        let mut writing: Vec<Writing<'_>> = draws.iter().flat_map(|draws| draws.samplings).map(|_| Writing::new(request)).collect();
        let start = Instant::now();
        let mut timings = GenerateTimings::default();
        let runtime = self.runtime.as_ref().ok_or_else(|| ServerError::Runtime("its runtime is gone".into()))?;
        let local = LocalSet::new();
        let costs = Vec::new();
        let under_way = UnderWay { client, planned, writing: &mut writing, timings: &mut timings, start, cancel, emit, enough, costs };
        let error = runtime.block_on(local.run_until(under_way.work()))?;
        drop(local);
        timings.decode_ms = start.elapsed().as_secs_f64() * 1000.0 - timings.prefill_ms;
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
