//! Requests in, results out. The runtime only listens, speaks and waits; all work is done by blocking functions on threads of their own,
//! one at a time for each database and for the model, and is stopped when its request is cancelled or the client goes.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, ListToolsResult, PaginatedRequestParams,
    ProgressNotificationParam, ProgressToken, ServerCapabilities, ServerConfig,
};
use rmcp::service::{Peer, RequestContext, RoleServer, ServerInitializeError};
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::{ErrorData, ServerHandler, serve_server};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Mutex, MutexGuard, mpsc};

use super::arguments::Call;
use super::ask::Asking;
use super::error::ToolError;
use super::files::{Files, OpenAgain, OpenFile};
use super::results::Returned;
use super::tools::Tools;
use crate::ask::AskEvent;
use crate::db::{DbError, Limits};
use crate::jobs::{Adapted, ModelFactory};
use crate::prompt::Form;
use crate::signal::{Cancel, Stop};
use crate::store::Paths;

/// How long work that was told to stop is waited for at the end.
const PATIENCE: Duration = Duration::from_secs(2);
/// Percent between two words on how much of a prompt is read.
const READING_STEP: usize = 10;

/// What the server needs to know.
pub struct McpSettings {
    /// The databases.
    pub files: Vec<OpenFile>,
    /// Opens one of them again, where it is a copy of files that have changed.
    pub open: OpenAgain,
    /// Makes the model when the first question comes.
    pub model: ModelFactory,
    /// Our folders.
    pub paths: Paths,
    /// Limits of queries; rows are counted here, bytes by what a model reads.
    pub limits: Limits,
    /// How long after a question drafts are still drawn to be compared; `None` for no limit.
    pub answer_within: Option<Duration>,
    /// How the model is asked, where the settings say so.
    pub form: Option<Form>,
}

/// Why the server ended otherwise than by its client going.
#[derive(Debug, thiserror::Error)]
pub enum McpError {
    /// The system gave no threads or no timers.
    #[error("the server cannot start: {0}")]
    Start(#[from] std::io::Error),
    /// The client said something else than the protocol's first words.
    #[error("the client does not speak the Model Context Protocol: {message}")]
    Protocol {
        /// What was wrong.
        message: String,
    },
}

impl McpError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Start(_) => "end other programs, or raise the limit on threads (`ulimit -u`)",
            Self::Protocol { .. } => "name `sqllama mcp FILE` as a server over stdio in the settings of a program that speaks it",
        }
    }
}

/// Serves one client over stdin and stdout, until it goes. Blocks.
pub fn serve(settings: McpSettings) -> Result<(), McpError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(speak(tools(settings), tokio::io::stdin(), tokio::io::stdout()));
    // Requests are dropped here, which stops their work.
    runtime.shutdown_timeout(PATIENCE);
    ended
}

pub(super) fn tools(settings: McpSettings) -> Tools {
    let McpSettings { files, open, model, paths, limits, answer_within, form } = settings;
    let asking = Asking { paths: paths.clone(), limits, answer_within, form };
    Tools::new(Files::new(files, open), Adapted::new(model, paths), asking)
}

/// Speaks with the client at the other end of `read` and `write`.
pub(super) async fn speak<R, W>(tools: Tools, read: R, write: W) -> Result<(), McpError>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let places = (0..tools.files.len()).map(|_| Mutex::default()).collect();
    let server = Server { tools: Arc::new(tools), places, model: Mutex::default() };
    match serve_server(server, AsyncRwTransport::new_server(read, write)).await {
        Ok(running) => match running.waiting().await {
            Ok(_) => Ok(()),
            Err(error) => Err(McpError::Protocol { message: error.to_string() }),
        },
        Err(ServerInitializeError::ConnectionClosed(_)) => Ok(()),
        Err(error) => Err(McpError::Protocol { message: short(&error) }),
    }
}

/// An error of the beginning, without the whole message that it quotes.
fn short(error: &ServerInitializeError) -> String {
    match error {
        ServerInitializeError::ExpectedInitializeRequest(_) => "its first message is no `initialize` request".into(),
        other => super::error::cut(&other.to_string(), 400).into_owned(),
    }
}

struct Server {
    tools: Arc<Tools>,
    /// One for each database: its queries run one after the other, and those who wait can be cancelled.
    places: Vec<Mutex<()>>,
    /// The same for the model.
    model: Mutex<()>,
}

/// Raises the flag when the request is over, however it ends: its work must not outlive it.
struct Stopper(Cancel);

impl Drop for Stopper {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// What a request hears from its work.
enum Heard {
    Said(AskEvent),
    Ended(Result<Result<Returned, ToolError>, tokio::task::JoinError>),
}

impl Server {
    async fn run(&self, call: Result<Call, ToolError>, context: &RequestContext<RoleServer>) -> Result<Returned, ToolError> {
        let call = call?;
        let place = self.tools.files.place(call.database())?;
        let _turn: MutexGuard<'_, ()> = tokio::select! {
            turn = self.queue(&call, place)?.lock() => turn,
            () = context.ct.cancelled() => return Err(cancelled()),
        };
        let stopper = Stopper(Cancel::new());
        let (cancel, tools) = (stopper.0.clone(), Arc::clone(&self.tools));
        let (say, mut said) = mpsc::unbounded_channel();
        let mut work = tokio::task::spawn_blocking(move || {
            tools.call(&call, place, &cancel, &mut |event| {
                // Nobody may be listening any more.
                let _ = say.send(event);
            })
        });
        let mut progress = Progress::new(context);
        let mut is_stopped = false;
        loop {
            let heard = tokio::select! {
                // What was said before the end is told before it.
                biased;
                () = context.ct.cancelled(), if !is_stopped => {
                    stopper.0.cancel();
                    is_stopped = true;
                    continue;
                }
                Some(event) = said.recv() => Heard::Said(event),
                ended = &mut work => Heard::Ended(ended),
            };
            match heard {
                Heard::Said(event) => progress.tell(&event).await,
                Heard::Ended(Ok(result)) => return result,
                Heard::Ended(Err(error)) => {
                    let message = error.try_into_panic().map_or_else(|error| error.to_string(), |panic| panic_text(panic.as_ref()));
                    return Err(ToolError::Internal { message });
                }
            }
        }
    }

    /// Where `call` waits until it is its turn.
    fn queue(&self, call: &Call, place: usize) -> Result<&Mutex<()>, ToolError> {
        match call {
            Call::Ask(_) => Ok(&self.model),
            Call::Schema(_) | Call::Query(_) => {
                self.places.get(place).ok_or_else(|| ToolError::WhichDatabase { names: self.tools.files.names() })
            }
        }
    }
}

fn cancelled() -> ToolError {
    ToolError::Database(DbError::Stopped(Stop::Cancelled))
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "unknown".into())
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let own = Implementation::new("sqllama", env!("CARGO_PKG_VERSION")).with_title("sqllama: SQLite databases, read-only");
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(own)
            .with_instructions(self.tools.instructions())
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools.list()))
    }

    async fn call_tool(&self, request: CallToolRequestParams, context: RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
        let Some(call) = Call::parse(&request.name, request.arguments) else {
            let name = super::error::cut(&request.name, 100).into_owned();
            return Err(ErrorData::invalid_params(format!("there is no tool `{name}`; there are `schema`, `query` and `ask`"), None));
        };
        let result = match self.run(call, &context).await {
            Ok(Returned { structured, text, failed }) => {
                let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
                result.structured_content = Some(structured);
                result.is_error = Some(failed);
                result
            }
            Err(error) => CallToolResult::error(vec![ContentBlock::text(error.text())]),
        };
        Ok(result.into())
    }
}

/// Tells a client that asked for it how a question comes along.
struct Progress<'a> {
    peer: &'a Peer<RoleServer>,
    token: Option<ProgressToken>,
    step: u32,
    last: String,
}

impl<'a> Progress<'a> {
    fn new(context: &'a RequestContext<RoleServer>) -> Self {
        Self { peer: &context.peer, token: context.meta.get_progress_token(), step: 0, last: String::new() }
    }

    async fn tell(&mut self, event: &AskEvent) {
        let (Some(token), Some(words)) = (&self.token, words(event)) else { return };
        if words == self.last {
            return;
        }
        self.step += 1;
        let progress = ProgressNotificationParam::new(token.clone(), self.step.into()).with_message(words.clone());
        // A client that is gone is noticed where it is read from.
        let _ = self.peer.notify_progress(progress).await;
        self.last = words;
    }
}

fn words(event: &AskEvent) -> Option<String> {
    Some(match event {
        AskEvent::Reading { done, total, .. } => {
            let percent = 100 * done / (*total).max(1);
            format!("reading {}%", percent / READING_STEP * READING_STEP)
        }
        AskEvent::Proposed(_) => "the SQL is written".into(),
        AskEvent::Drawing { drafts, reason } => format!("{reason}: comparing it with {drafts} more"),
        AskEvent::Repairing { repair, .. } => format!("repair {repair}"),
        AskEvent::Running => "running it".into(),
        AskEvent::Thinking(_) => "thinking".into(),
        AskEvent::Prompt(_) | AskEvent::Text(_) | AskEvent::Checked(_) => return None,
    })
}
