//! A connection, and HTTP/1.1 over it: one request, its answer's head, its body as it comes. The protocol is that of downloads (ureq's), the
//! bytes are carried by tokio, so that many answers come at once and dropping one closes its connection.

use std::io;
use std::sync::{Arc, OnceLock};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use ureq_proto::BodyMode;
use ureq_proto::client::{Call, RecvBodyResult, RecvResponseResult, SendRequestResult, state};
use ureq_proto::http::{HeaderMap, Request};

use super::super::server_error::ServerError;
use super::address::Address;

/// An answer's head, and what stands between the pieces of its body, has no more bytes.
const LONGEST_HEAD: usize = 64 << 10;
/// Bytes that are read at once.
const READ: usize = 16 << 10;

/// Why a request came to nothing on a connection.
#[derive(Debug)]
pub(super) enum WireError {
    /// It was closed before the answer began: nobody has seen the request, or it was dropped.
    ClosedBefore,
    /// It was closed in the middle of the answer.
    ClosedWithin,
    /// What came is no HTTP.
    NoHttp(String),
}

trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

/// A connection.
pub(super) struct Wire {
    stream: Box<dyn Duplex>,
    /// Bytes that have come and are not used yet.
    input: Vec<u8>,
    /// Whether it has carried a request before.
    pub(super) used: bool,
}

/// What carries the rest of an answer.
enum Rest {
    Body(Box<Call<state::RecvBody>>),
    None { close: bool },
}

/// An answer whose head has come.
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    rest: Rest,
    wire: Wire,
}

impl Wire {
    /// Connects.
    pub(super) async fn connect(address: &Address) -> Result<Self, ServerError> {
        let failed = |error: &io::Error| match error.kind() {
            io::ErrorKind::ConnectionRefused => ServerError::Refused { address: address.to_string() },
            _ if error.to_string().contains("lookup address") => ServerError::NoSuchHost { address: address.to_string() },
            _ => ServerError::Unreachable { address: address.to_string(), reason: error.to_string() },
        };
        let stream = TcpStream::connect((address.host.as_str(), address.port)).await.map_err(|error| failed(&error))?;
        // A small request must not wait for the acknowledgement of its head.
        let _ = stream.set_nodelay(true);
        let stream: Box<dyn Duplex> = if address.tls {
            let unsound = |reason: String| ServerError::Unreachable { address: address.to_string(), reason };
            let name = ServerName::try_from(address.host.clone()).map_err(|error| unsound(error.to_string()))?;
            let config = tls_config().map_err(unsound)?;
            Box::new(TlsConnector::from(config).connect(name, stream).await.map_err(|error| failed(&error))?)
        } else {
            Box::new(stream)
        };
        Ok(Self { stream, input: Vec::new(), used: false })
    }

    /// Sends a request and waits for the head of its answer.
    pub(super) async fn send(mut self, request: Request<()>, body: &[u8]) -> Result<Response, WireError> {
        let unsent = |error: ureq_proto::Error| WireError::NoHttp(error.to_string());
        self.used = true;
        let mut call = Call::new(request).map_err(unsent)?.proceed();
        let mut out = vec![0; LONGEST_HEAD];
        while !call.can_proceed() {
            let written = call.write(&mut out).map_err(unsent)?;
            if written == 0 {
                return Err(WireError::NoHttp("the request's head is too long".into()));
            }
            self.write(out.get(..written).unwrap_or_default()).await.map_err(|_| WireError::ClosedBefore)?;
        }
        let mut call = match call.proceed().map_err(unsent)? {
            Some(SendRequestResult::SendBody(mut call)) => {
                // A server may answer, and close, before it has read everything: then its answer says why.
                let sent = self.write(body).await;
                call.consume_direct_write(body.len()).map_err(unsent)?;
                match (call.proceed(), sent) {
                    (Some(call), _) => call,
                    (None, _) => return Err(WireError::NoHttp("the request was not sent whole".into())),
                }
            }
            Some(SendRequestResult::RecvResponse(call)) => call,
            _ => return Err(WireError::NoHttp("the request was not sent whole".into())),
        };
        let response = loop {
            let (used, response) = call.try_response(&self.input, false).map_err(unsent)?;
            self.input.drain(..used.min(self.input.len()));
            if let Some(response) = response {
                break response;
            }
            if used == 0 && !self.read().await? {
                return Err(if self.input.is_empty() { WireError::ClosedBefore } else { WireError::ClosedWithin });
            }
        };
        let rest = match call.proceed() {
            Some(RecvResponseResult::RecvBody(call)) => Rest::Body(Box::new(call)),
            Some(RecvResponseResult::Cleanup(call)) => Rest::None { close: call.must_close_connection() },
            Some(RecvResponseResult::Redirect(_)) | None => Rest::None { close: true },
        };
        let (head, ()) = response.into_parts();
        Ok(Response { status: head.status.as_u16(), headers: head.headers, rest, wire: self })
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// Reads more; whether there was any.
    async fn read(&mut self) -> Result<bool, WireError> {
        if self.input.len() >= LONGEST_HEAD {
            return Err(WireError::NoHttp("its head does not end".into()));
        }
        let mut buffer = [0; READ];
        match self.stream.read(&mut buffer).await {
            Ok(read) => {
                self.input.extend_from_slice(buffer.get(..read).unwrap_or_default());
                Ok(read > 0)
            }
            Err(_) => Ok(false),
        }
    }
}

impl Response {
    /// The next bytes of the body; `None` at its end. A body without a length ends where the connection does: that tells nothing.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<u8>>, WireError> {
        let Rest::Body(call) = &mut self.rest else { return Ok(None) };
        let mut out = vec![0; READ];
        loop {
            let (used, written) = call.read(&self.wire.input, &mut out).map_err(|error| WireError::NoHttp(error.to_string()))?;
            self.wire.input.drain(..used.min(self.wire.input.len()));
            if written > 0 {
                out.truncate(written);
                return Ok(Some(out));
            }
            let by_close = matches!(call.body_mode(), BodyMode::CloseDelimited);
            if call.can_proceed() && !by_close {
                return Ok(None);
            }
            if used == 0 && !self.wire.read().await? {
                return if by_close || call.is_ended_chunked() { Ok(None) } else { Err(WireError::ClosedWithin) };
            }
        }
    }

    /// The connection, where it can carry another request: the body has come to its end, and neither side closes.
    pub(super) fn reuse(self) -> Option<Wire> {
        let close = match self.rest {
            Rest::None { close } => close,
            Rest::Body(call) if matches!(call.body_mode(), BodyMode::CloseDelimited) => true,
            Rest::Body(call) => match call.proceed() {
                Some(RecvBodyResult::Cleanup(call)) => call.must_close_connection(),
                _ => true,
            },
        };
        // What comes unasked would be taken for the next answer.
        (!close && self.wire.input.is_empty()).then_some(self.wire)
    }
}

/// Certificates as downloads trust them.
fn tls_config() -> Result<Arc<ClientConfig>, String> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(config) = CONFIG.get() {
        return Ok(Arc::clone(config));
    }
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let builder = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    let config = Arc::new(builder.with_root_certificates(roots).with_no_client_auth());
    Ok(Arc::clone(CONFIG.get_or_init(|| config)))
}
