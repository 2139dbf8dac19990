//! The Hugging Face hub as a source. hf-hub knows addresses, endpoint and token; the bytes are carried here, because a pull goes on in
//! its own part file where an earlier one ended.

use std::io::Read;
use std::time::Duration;

use hf_hub::Cache;
use hf_hub::api::sync::ApiBuilder;
use ureq::http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_RANGE, LOCATION, RANGE};
use ureq::http::{HeaderMap, Response};

use super::StoreError;
use super::catalogue::{Entry, HubFile};
use super::machine::FreeBytes;
use super::part::Part;
use super::pull_event::PullEvent;
use crate::signal::Cancel;

/// How long a connection may take: short, so that a machine without a network soon tries something else.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the hub may think, or say nothing, before it is asked again.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(15);
/// A download that breaks off this many times without a new byte has ended.
const RETRIES: u32 = 4;
/// Addresses a file may be passed on to.
pub(super) const REDIRECTS: usize = 5;

/// The hub, or a mirror of it.
#[derive(Debug, Clone)]
pub struct Hub {
    endpoint: Option<String>,
    token: Option<String>,
    /// Waited before a retry, once for each that failed.
    pause: Duration,
}

/// What the hub says of a file, with its bytes from `from` on.
struct Offer {
    total: u64,
    sha256: Option<String>,
    from: u64,
    body: ureq::Body,
}

impl Hub {
    /// The hub that `HF_ENDPOINT` names, with the token of `HF_TOKEN` or of a login; `None` where `HF_HUB_OFFLINE` forbids it.
    pub fn from_env() -> Option<Self> {
        let variable = |name: &str| std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        if variable("HF_HUB_OFFLINE").is_some_and(|value| value != "0") {
            return None;
        }
        let token = variable("HF_TOKEN").or_else(|| Cache::from_env().token());
        Some(Self { endpoint: variable("HF_ENDPOINT"), token, pause: Duration::from_secs(1) })
    }

    /// The hub at `endpoint`, asked again at once where a download breaks off: for tests.
    pub fn at(endpoint: impl Into<String>, token: Option<String>) -> Self {
        Self { endpoint: Some(endpoint.into()), token, pause: Duration::ZERO }
    }

    /// What a gated repository is read with.
    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The address of a file.
    pub fn url(&self, source: &HubFile) -> Result<String, StoreError> {
        let mut builder = ApiBuilder::from_env().with_progress(false).with_token(None);
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(endpoint.trim_end_matches('/').to_owned());
        }
        let api = builder.build().map_err(|error| StoreError::Hub { reason: error.to_string() })?;
        Ok(api.model(source.repo.clone()).url(&source.file))
    }

    /// Asks whether the hub answers at all; the reason where it does not.
    pub fn answers(&self) -> Result<(), String> {
        let file = HubFile { repo: "sqllama/sqllama".into(), file: "README.md".into() };
        let url = self.url(&file).map_err(|error| error.to_string())?;
        let root = url.strip_suffix(&format!("/{}/resolve/main/{}", file.repo, file.file)).unwrap_or(&url);
        agent().head(root).call().map(|_| ()).map_err(|error| said(&error))
    }

    /// Brings what is missing in `part`. [`StoreError::Hub`] says that nothing was taken, and that another source may be tried.
    pub(super) fn fetch(
        &self,
        entry: &Entry,
        source: &HubFile,
        part: &mut Part,
        free: FreeBytes<'_>,
        cancel: &Cancel,
        emit: &mut dyn FnMut(PullEvent),
    ) -> Result<(), StoreError> {
        let url = self.url(source)?;
        let mut failures = 0;
        let mut taken = false;
        loop {
            let before = part.length();
            let reason = match self.step(&url, entry, part, free, cancel, emit) {
                Ok(None) => return Ok(()),
                Ok(Some(reason)) => reason,
                Err(StoreError::Hub { reason }) if taken => reason,
                Err(error) => return Err(error),
            };
            taken |= part.length() > before;
            failures = if part.length() > before { 1 } else { failures + 1 };
            if failures > RETRIES {
                return Err(match part.total() {
                    Some(total) if taken => StoreError::BrokenOff { done: part.length(), total, reason },
                    _ => StoreError::Hub { reason },
                });
            }
            wait(self.pause * failures, cancel)?;
        }
    }

    /// Asks once. `None` where the file is complete then; else why it is not.
    fn step(
        &self,
        url: &str,
        entry: &Entry,
        part: &mut Part,
        free: FreeBytes<'_>,
        cancel: &Cancel,
        emit: &mut dyn FnMut(PullEvent),
    ) -> Result<Option<String>, StoreError> {
        let refused = |reason: String| Err(StoreError::Hub { reason });
        let mut offer = self.ask(url, part.length())?;
        if let Some(bytes) = entry.bytes.filter(|&bytes| bytes != offer.total) {
            return refused(format!("it offers {} bytes, and the catalogue names {bytes}", offer.total));
        }
        if let (Some(known), Some(offered)) = (&entry.sha256, &offer.sha256)
            && !known.eq_ignore_ascii_case(offered)
        {
            return refused(format!("its file has SHA-256 {offered}, and the catalogue names {known}"));
        }
        // A file that changed on the hub since, or one that came whole although a part was asked for, begins anew.
        let here = part.length();
        if (!part.expect(offer.total, offer.sha256.clone())? || here > offer.total) && offer.from > 0 {
            part.restart()?;
            offer = self.ask(url, 0)?;
        }
        if offer.from == 0 && part.length() > 0 {
            part.restart()?;
        }
        if offer.from != part.length() {
            return refused(format!("it answers from byte {}, and byte {} was asked for", offer.from, part.length()));
        }
        part.require_space(part.missing(), free)?;
        copy(offer.body, part, cancel, emit)
    }

    /// Requests the file from byte `from` on, along at most [`REDIRECTS`] addresses. The token goes to the first host only.
    fn ask(&self, url: &str, from: u64) -> Result<Offer, StoreError> {
        let agent = agent();
        let failed = |reason: String| StoreError::Hub { reason };
        let mut at = url.to_owned();
        let (mut size, mut sha256) = (None, None);
        for _ in 0..=REDIRECTS {
            let mut request = agent.get(&at).header(ACCEPT_ENCODING, "identity").header(RANGE, format!("bytes={from}-"));
            if let Some(token) = self.token.as_ref().filter(|_| origin(&at) == origin(url)) {
                request = request.header(AUTHORIZATION, format!("Bearer {token}"));
            }
            let response = request.call().map_err(|error| failed(said(&error)))?;
            let headers = response.headers();
            // The hub tells size and hash of a large file while it passes the request on to where the bytes lie.
            size = size.or_else(|| text_of(headers, "x-linked-size").and_then(|text| text.parse().ok()));
            sha256 = sha256.or_else(|| hash_of(headers));
            match response.status().as_u16() {
                301 | 302 | 303 | 307 | 308 => {
                    let location = text_of(headers, LOCATION.as_str()).ok_or_else(|| failed("it passes on to nowhere".into()))?;
                    at = if location.starts_with('/') { format!("{}{location}", origin(&at)) } else { location };
                }
                200 | 206 | 416 => return offer_of(response, size, sha256, from),
                401 | 403 if self.token.is_none() => return Err(failed("the file needs a login, and HF_TOKEN is not set".into())),
                401 | 403 => return Err(failed("the token may not read this file".into())),
                404 => return Err(failed(format!("there is no such file: {url}"))),
                status => return Err(failed(format!("it answers with HTTP status {status}"))),
            }
        }
        Err(failed(format!("it passes on more than {REDIRECTS} times")))
    }
}

/// The agent passes nothing on by itself and calls no status an error: both are looked at here.
pub(super) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_resolve(Some(CONNECT_TIMEOUT))
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .timeout_recv_response(Some(SILENCE_TIMEOUT))
        .timeout_per_read(Some(SILENCE_TIMEOUT))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent(concat!("sqllama/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent()
}

fn offer_of(response: Response<ureq::Body>, size: Option<u64>, sha256: Option<String>, from: u64) -> Result<Offer, StoreError> {
    let failed = |reason: &str| StoreError::Hub { reason: reason.into() };
    let range = text_of(response.headers(), CONTENT_RANGE.as_str());
    let status = response.status().as_u16();
    let length = response.body().content_length();
    let body = response.into_body();
    match (status, range.as_deref().and_then(parse_range)) {
        (206, Some((Some(begin), total))) => Ok(Offer { total, sha256, from: begin, body }),
        (206, _) => Err(failed("it sends a part and does not say which")),
        // Nothing lies behind `from`: all of it is here already, or the file is shorter than what is here.
        (416, Some((None, total))) => Ok(Offer { total, sha256, from, body: ureq::Body::builder().data(Vec::new()) }),
        (416, _) => Err(failed("it does not know the range that is missing")),
        _ => {
            let total = length.or(size).ok_or_else(|| failed("it does not say how large the file is"))?;
            Ok(Offer { total, sha256, from: 0, body })
        }
    }
}

/// `bytes 5-9/10` is `(Some(5), 10)`; `bytes */10` is `(None, 10)`.
fn parse_range(text: &str) -> Option<(Option<u64>, u64)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let total = total.trim().parse().ok()?;
    match range.split_once('-') {
        Some((begin, _)) => Some((Some(begin.trim().parse().ok()?), total)),
        None => Some((None, total)),
    }
}

/// Copies a body to the end of `part`. `None` where the file is complete then; else why it is not.
fn copy(body: ureq::Body, part: &mut Part, cancel: &Cancel, emit: &mut dyn FnMut(PullEvent)) -> Result<Option<String>, StoreError> {
    let total = part.total().unwrap_or(0);
    // Whatever the server says, no more than the file has is taken.
    let mut reader = body.into_reader().take(part.missing());
    let mut buffer = vec![0; 1 << 18];
    emit(PullEvent::Progress { done: part.length(), total });
    loop {
        if cancel.is_stopped() {
            return Err(StoreError::Stopped);
        }
        match reader.read(&mut buffer) {
            Ok(0) if part.is_complete() => return Ok(None),
            Ok(0) => return Ok(Some("the connection was closed".into())),
            Ok(n) => {
                part.write(buffer.get(..n).unwrap_or_default())?;
                emit(PullEvent::Progress { done: part.length(), total });
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Ok(Some(said(&ureq::Error::from(error)))),
        }
    }
}

/// Waits in short pieces, so that a cancel is seen.
fn wait(pause: Duration, cancel: &Cancel) -> Result<(), StoreError> {
    let piece = Duration::from_millis(50);
    for _ in 0..pause.as_millis() / piece.as_millis() {
        if cancel.is_stopped() {
            return Err(StoreError::Stopped);
        }
        std::thread::sleep(piece);
    }
    Ok(())
}

pub(super) fn text_of(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// The hub's `X-Linked-Etag` is the SHA-256 of a large file; another header's tag need not be.
fn hash_of(headers: &HeaderMap) -> Option<String> {
    let tag = text_of(headers, "x-linked-etag")?;
    let tag = tag.trim_start_matches("W/").trim_matches('"').to_ascii_lowercase();
    (tag.len() == 64 && tag.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(tag)
}

/// `https://host:port` of an address.
pub(super) fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(host..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| host + at);
    url.get(..end).unwrap_or(url)
}

/// A transport error in a person's words.
pub(super) fn said(error: &ureq::Error) -> String {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    match error {
        // The system's resolver tells it in words only.
        ureq::Error::Io(error) if error.to_string().contains("lookup address") => said(&ureq::Error::HostNotFound),
        ureq::Error::HostNotFound => "its name is not found, so there seems to be no network".into(),
        ureq::Error::Io(error) if matches!(error.kind(), UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe) => {
            "the connection was closed".into()
        }
        ureq::Error::Timeout(_) => "it does not answer in time".into(),
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => "the connection was refused".into(),
        ureq::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read() {
        assert_eq!(parse_range("bytes 5-9/10"), Some((Some(5), 10)));
        assert_eq!(parse_range("bytes */10"), Some((None, 10)));
        assert_eq!(parse_range("bytes 5-9/*"), None);
        assert_eq!(origin("http://a:1/b/c"), "http://a:1");
        assert_eq!(origin("http://a"), "http://a");
        let mut headers = HeaderMap::new();
        assert_eq!(hash_of(&headers), None);
        headers.insert("x-linked-etag", format!("\"{}\"", "Ab".repeat(32)).parse().unwrap());
        assert_eq!(hash_of(&headers), Some("ab".repeat(32)));
    }

    #[test]
    fn the_address_is_the_hubs() {
        let file = HubFile { repo: "owner/name".into(), file: "folder/m.gguf".into() };
        assert_eq!(Hub::at("http://127.0.0.1:9/", None).url(&file).unwrap(), "http://127.0.0.1:9/owner/name/resolve/main/folder/m.gguf");
    }
}
