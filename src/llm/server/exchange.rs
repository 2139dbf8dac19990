//! One request and its answer: retried while nothing of the answer has come, read piece by piece, judged at its end.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use ureq_proto::http::Request;

use super::super::server_error::ServerError;
use super::address::Address;
use super::dialect::{Ask, is_grammar};
use super::patience::{is_answer, is_overload, is_passing, retry_after};
use super::reading::{DONE, Reading, Speaker, Told, is_about_context, is_about_loading, is_about_model, with_path, without_mark};
use super::said::error_of;
use super::secret::{Secret, clean};
use super::sse::{Events, LONGEST_EVENT};
use super::wire::{Response, Wire, WireError};

/// A request is tried so often.
const TRIES: u32 = 4;
/// Between the first two tries; twice as long each time after.
const PAUSE: Duration = Duration::from_millis(400);
/// A server that loads its model is asked again so often, for as long as an answer may take.
const LOADING_PAUSE: Duration = Duration::from_secs(2);
/// A server that wants to be asked later than this is not waited for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Connecting takes no longer.
const CONNECT: Duration = Duration::from_secs(10);
/// Bytes of one answer, whatever stands in them.
pub(super) const MOST_BYTES: usize = 16 << 20;
/// Bytes of a refusal that are read.
const REFUSAL: usize = 64 << 10;
/// Fields that are left out of one request because a server refuses them.
const MOST_LEFT_OUT: usize = 6;
/// How long the end of a body may take behind the end of the answer.
const GRACE: Duration = Duration::from_millis(100);
/// Connections that wait for the next request.
const MOST_IDLE: usize = 16;

/// Where requests go, with what they carry.
pub(super) struct Client {
    pub(super) address: Address,
    /// `Authorization` and others.
    pub(super) headers: Vec<(String, Secret)>,
    /// A whole answer takes no longer.
    pub(super) timeout: Duration,
    idle: Mutex<Vec<Wire>>,
    /// Fields that the server has refused: each costs one request.
    refused: Mutex<BTreeSet<&'static str>>,
    /// Whether it has refused to give several answers to one request.
    one_each: AtomicBool,
}

impl Speaker for Client {
    fn address(&self) -> String {
        self.address.to_string()
    }

    fn clean(&self, text: &str) -> String {
        clean(text, self.headers.iter().map(|(_, value)| value))
    }
}

/// Why a try failed.
struct Failed {
    error: Box<ServerError>,
    /// Whether asking again may help.
    again: bool,
    /// How long the server wants to be left alone.
    after: Option<Duration>,
    /// The server's words, where it refused the request for what stands in it.
    refused: Option<String>,
}

impl Failed {
    fn for_good(error: ServerError) -> Self {
        Self { error: Box::new(error), again: false, after: None, refused: None }
    }
}

impl Client {
    /// A client of the server at `address`.
    pub(super) fn new(address: Address, headers: Vec<(String, Secret)>, timeout: Duration) -> Self {
        Self { address, headers, timeout, idle: Mutex::default(), refused: Mutex::default(), one_each: AtomicBool::new(false) }
    }

    /// Whether several answers to one request may be asked for, as far as it has not refused that.
    pub(super) fn gives_several(&self) -> bool {
        !self.one_each.load(Ordering::Relaxed)
    }

    /// It gives one answer to a request.
    pub(super) fn takes_one_each(&self) {
        self.one_each.store(true, Ordering::Relaxed);
    }

    /// Asks, and gives every piece of the answer to `tell` as it comes; at the end the fields that the server did not take. Every answer asked
    /// for is whole then. An error after the first piece is final.
    pub(super) async fn ask(&self, ask: &mut Ask, tell: &mut dyn FnMut(Told)) -> Result<(), ServerError> {
        let mut left_out = 0;
        for field in self.refused.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            ask.leave_out(field);
        }
        self.tried(async |tries, deadline| {
            loop {
                let mut begun = 0;
                let result = timeout_at(deadline, self.ask_once(ask, tries, &mut begun, tell)).await;
                let Err(failed) = result.unwrap_or_else(|_| Err(Failed::for_good(self.too_slow()))) else { return Ok(()) };
                let refused = failed.refused.as_deref().filter(|_| begun == 0 && left_out < MOST_LEFT_OUT);
                let Some(field) = refused.and_then(|said| ask.named_in(said)) else {
                    return Err(Failed { again: failed.again && begun == 0, ..failed });
                };
                ask.leave_out(field);
                left_out += 1;
                // One grammar may be too much where another is not.
                if !is_grammar(field) {
                    self.refused.lock().unwrap_or_else(PoisonError::into_inner).insert(field);
                }
            }
        })
        .await
    }

    /// What lies at a path, as JSON.
    pub(super) async fn get(&self, path: &str) -> Result<Value, ServerError> {
        self.whole(&self.address.uri(path), path, None).await
    }

    /// What a path beside the base answers to JSON.
    pub(super) async fn post_beside(&self, path: &str, body: &Value) -> Result<Value, ServerError> {
        self.whole(&self.address.uri_beside(path), path, Some(body)).await
    }

    /// What the base answers to JSON, all of it at once.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, ServerError> {
        self.whole(&self.address.uri(path), path, Some(body)).await
    }

    async fn whole(&self, uri: &str, path: &str, body: Option<&Value>) -> Result<Value, ServerError> {
        self.tried(async |tries, deadline| {
            let once = async {
                let text = body.map(Value::to_string);
                let mut response = self.send(uri, text.as_deref().map(str::as_bytes)).await?;
                if !is_answer(response.status) {
                    let model = body.and_then(|body| body.get("model")?.as_str()).unwrap_or_default();
                    return Err(self.refusal(response, path, model, tries).await);
                }
                self.refuse_compressed(&response)?;
                let mut bytes = Vec::new();
                while let Some(more) = response.next().await.map_err(|error| self.broken(error, 0))? {
                    bytes.extend(more);
                    if bytes.len() > MOST_BYTES {
                        return Err(Failed::for_good(self.too_much()));
                    }
                }
                let value = serde_json::from_slice(without_mark(&bytes)).map_err(|_| Failed::for_good(self.garbled("it is no JSON")))?;
                self.keep(response);
                match error_of(&value) {
                    Some(words) => {
                        let said = ServerError::Said { address: self.address.to_string(), said: self.clean(&words) };
                        Err(Failed::for_good(with_path(said, path)))
                    }
                    None => Ok(value),
                }
            };
            timeout_at(deadline, once).await.unwrap_or_else(|_| Err(Failed::for_good(self.too_slow())))
        })
        .await
    }

    /// Tries, with pauses that grow, while that may help and there is time.
    async fn tried<T>(&self, mut once: impl AsyncFnMut(u32, Instant) -> Result<T, Failed>) -> Result<T, ServerError> {
        let deadline = Instant::now() + self.timeout;
        let mut pause = PAUSE;
        for tries in 1.. {
            let failed = match once(tries, deadline).await {
                Ok(done) => return Ok(done),
                Err(failed) => failed,
            };
            let is_loading = matches!(*failed.error, ServerError::Loading { .. });
            let wait = failed.after.unwrap_or(pause).min(if is_loading { LOADING_PAUSE } else { Duration::MAX });
            if !failed.again || tries >= TRIES && !is_loading || wait > LONGEST_PAUSE || Instant::now() + wait >= deadline {
                return Err(*failed.error);
            }
            sleep(wait).await;
            pause *= 2;
        }
        Err(self.too_slow())
    }

    /// Sends a request; on a connection that waited and was closed meanwhile, once more on a new one.
    async fn send(&self, uri: &str, body: Option<&[u8]>) -> Result<Response, Failed> {
        loop {
            // What cannot be sent is said before anybody is called.
            let request = self.request(uri, body)?;
            let idle = self.idle().pop();
            let waited = idle.is_some();
            let wire = match idle {
                Some(wire) => wire,
                None => timeout(CONNECT, Wire::connect(&self.address))
                    .await
                    .unwrap_or_else(|_| Err(self.unconnected()))
                    .map_err(Failed::for_good)?,
            };
            match wire.send(request, body.unwrap_or_default()).await {
                Ok(response) => return Ok(response),
                Err(WireError::ClosedBefore) if waited => {}
                Err(error) => {
                    let again = matches!(error, WireError::ClosedBefore);
                    return Err(Failed { again, ..self.broken(error, 0) });
                }
            }
        }
    }

    fn request(&self, uri: &str, body: Option<&[u8]>) -> Result<Request<()>, Failed> {
        let mut request = match body {
            Some(body) => Request::post(uri).header("content-type", "application/json").header("content-length", body.len()),
            None => Request::get(uri),
        };
        request = request.header("user-agent", concat!("sqllama/", env!("CARGO_PKG_VERSION"))).header("accept-encoding", "identity");
        for (name, value) in &self.headers {
            request = request.header(name, value.expose());
        }
        // Whatever is wrong with it may hold the key: its words are not shown.
        request.body(()).map_err(|_| {
            let bad = |(name, value): &&(String, Secret)| Request::get("/").header(name, value.expose()).body(()).is_err();
            let what = self.headers.iter().find(bad).map_or("address", |(name, _)| name.as_str());
            Failed::for_good(ServerError::BadHeader { address: self.address.to_string(), what: crate::text::sanitize(what).into_owned() })
        })
    }

    async fn ask_once(&self, ask: &Ask, tries: u32, begun: &mut usize, tell: &mut dyn FnMut(Told)) -> Result<(), Failed> {
        let body = Value::Object(ask.body.clone()).to_string();
        let mut response = self.send(&self.address.uri(ask.path), Some(body.as_bytes())).await?;
        if !is_answer(response.status) {
            let model = ask.body.get("model").and_then(Value::as_str).unwrap_or_default();
            return Err(self.refusal(response, ask.path, model, tries).await);
        }
        self.refuse_compressed(&response)?;
        let mut reading = Reading::new(self, ask.answers, &mut *begun);
        let (mut events, mut bytes, mut whole, mut as_json) = (Events::default(), 0, Vec::new(), None);
        let (mut broken, mut over_since) = (None, None);
        let ended = loop {
            // Behind the last word stand the costs and the end of the body: a connection where they come at once can be used again.
            if reading.is_over() {
                let until = *over_since.get_or_insert_with(|| Instant::now() + GRACE);
                match timeout_at(until, response.next()).await {
                    Ok(Ok(Some(more))) if bytes + more.len() <= MOST_BYTES => {
                        bytes += more.len();
                        let _ = events.feed(&more, &mut |event| reading.costs(&event.data, tell));
                        continue;
                    }
                    Ok(Ok(None)) => break true,
                    // Where the server does not say that this was all, it may not have been.
                    Ok(Err(error)) if !reading.is_done() => return Err(self.broken(error, reading.begun())),
                    _ => break false,
                }
            }
            let more = match response.next().await {
                Ok(Some(more)) => more,
                Ok(None) => break true,
                Err(error) => {
                    broken = Some(error);
                    break false;
                }
            };
            bytes += more.len();
            if bytes > MOST_BYTES {
                return Err(Failed::for_good(self.too_much()));
            }
            // Headers may lie: the first byte says whether it is a stream.
            if as_json.is_none() {
                as_json = without_mark(&more).iter().find(|byte| !byte.is_ascii_whitespace()).map(|byte| matches!(byte, b'{' | b'<'));
            }
            if as_json == Some(true) {
                whole.extend(more);
                continue;
            }
            let mut failed = Ok(());
            let fed = events.feed(&more, &mut |event| {
                if failed.is_ok() {
                    failed = reading.event(&event, tell).map_err(|error| with_path(error, ask.path));
                }
            });
            failed.map_err(Failed::for_good)?;
            fed.map_err(|_| Failed::for_good(self.garbled(&format!("an event of more than {LONGEST_EVENT} bytes"))))?;
        };
        if as_json == Some(true) && broken.is_none() {
            reading.whole(without_mark(&whole), tell).map_err(|error| Failed::for_good(with_path(error, ask.path)))?;
        } else if !reading.is_over()
            && let Some(rest) = events.rest()
            && (rest.is_error || rest.data.trim_ascii() == DONE || serde_json::from_slice::<Value>(&rest.data).is_ok())
        {
            // The empty line behind it is missing; what is cut off is no JSON.
            reading.event(&rest, tell).map_err(Failed::for_good)?;
        }
        if !reading.is_over() {
            let characters = reading.begun();
            // Where nothing of it has come, the server may have been restarted.
            return Err(Failed { again: true, ..self.broken(broken.unwrap_or(WireError::ClosedWithin), characters) });
        }
        reading.end(tell).map_err(Failed::for_good)?;
        if ended {
            self.keep(response);
        }
        Ok(())
    }

    /// What a status other than 200 means.
    async fn refusal(&self, mut response: Response, path: &str, model: &str, tries: u32) -> Failed {
        let status = response.status;
        let after = retry_after(&response.headers);
        let mut bytes = Vec::new();
        while bytes.len() < REFUSAL {
            match timeout(Duration::from_secs(2), response.next()).await {
                Ok(Ok(Some(more))) => bytes.extend(more),
                Ok(Ok(None)) => {
                    self.keep(response);
                    break;
                }
                _ => break,
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let words = serde_json::from_str::<Value>(&text).ok().and_then(|value| error_of(&value));
        let is_page = text.trim_start().starts_with('<');
        let said = match words {
            Some(words) => self.clean(&words),
            None if is_page || text.trim().is_empty() => "it does not say why".into(),
            None => self.clean(&text),
        };
        let (address, lower) = (self.address.to_string(), said.to_lowercase());
        let error = match status {
            300..=399 => ServerError::PassedOn { address },
            401 | 403 if self.headers.is_empty() => ServerError::KeyMissing { address },
            401 | 403 => ServerError::KeyRefused { address, said },
            413 => ServerError::ContextTooLong { address, said },
            400 | 422 | 500 if is_about_context(&lower) => ServerError::ContextTooLong { address, said },
            400 | 404 | 422 if is_about_model(&lower, model) => {
                ServerError::UnknownModel { address, model: model.into(), known: Vec::new() }
            }
            404 | 405 => ServerError::NoSuchPath { address, path: path.into(), said },
            503 if is_about_loading(&lower) => ServerError::Loading { address },
            status if is_overload(status) => ServerError::Overloaded { address, status, tries, said },
            _ => ServerError::Status { address, status, said },
        };
        // A question is only read, so it may be asked again wherever the server did not take it.
        let again = matches!(error, ServerError::Overloaded { .. } | ServerError::Loading { .. })
            || matches!(error, ServerError::Status { .. }) && (is_passing(status) || status == 500 && tries == 1);
        let refused = (matches!(status, 400 | 422) && !matches!(error, ServerError::ContextTooLong { .. })).then_some(lower);
        Failed { error: Box::new(error), again, after, refused }
    }

    fn refuse_compressed(&self, response: &Response) -> Result<(), Failed> {
        match response.headers.get("content-encoding").is_some_and(|coding| coding != "identity") {
            true => Err(Failed::for_good(self.garbled("it is compressed, which was not asked for"))),
            false => Ok(()),
        }
    }

    fn keep(&self, response: Response) {
        if let Some(wire) = response.reuse() {
            let mut idle = self.idle();
            if idle.len() < MOST_IDLE {
                idle.push(wire);
            }
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Wire>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn broken(&self, error: WireError, characters: usize) -> Failed {
        let address = self.address.to_string();
        Failed::for_good(match error {
            WireError::ClosedBefore | WireError::ClosedWithin => ServerError::CutOff { address, characters },
            WireError::NoHttp(reason) => ServerError::Garbled { address, reason: self.clean(&reason) },
        })
    }

    fn unconnected(&self) -> ServerError {
        let reason = format!("connecting took longer than {} seconds", CONNECT.as_secs());
        ServerError::Unreachable { address: self.address.to_string(), reason }
    }

    fn too_slow(&self) -> ServerError {
        ServerError::TooSlow { address: self.address.to_string(), seconds: self.timeout.as_secs().max(1) }
    }

    fn too_much(&self) -> ServerError {
        ServerError::TooMuch { address: self.address.to_string(), bytes: MOST_BYTES }
    }
}
