//! What can go wrong with a model behind an address.

/// What can go wrong with a model behind an address. A server's own words are cut, cleaned and free of keys before they come here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerError {
    /// What was typed is no address.
    #[error("`{typed}` is no address of a model server: {reason}")]
    Address {
        /// Without what may be secret.
        typed: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// Nobody said that something may be sent there.
    #[error("{address} is not this machine, and nobody has allowed sqllama to send it anything yet")]
    NotAllowed {
        /// Where to.
        address: String,
        /// What would have been sent.
        prompt: String,
    },
    /// The network must not be used.
    #[error("{address} is not this machine, and {by} forbids using the network")]
    Offline {
        /// Where to.
        address: String,
        /// What forbids it.
        by: String,
    },
    /// Nothing listens there.
    #[error("nothing answers at {address}: the connection was refused")]
    Refused {
        /// Where.
        address: String,
    },
    /// The host's name is unknown.
    #[error("the host of {address} is not found")]
    NoSuchHost {
        /// Where.
        address: String,
    },
    /// The connection failed otherwise.
    #[error("{address} cannot be reached: {reason}")]
    Unreachable {
        /// Where.
        address: String,
        /// The system's words.
        reason: String,
    },
    /// The variable with the key is not set.
    #[error("the key for {address} is missing: the environment variable {variable} is not set")]
    NoKey {
        /// Where to.
        address: String,
        /// Which variable.
        variable: String,
    },
    /// The command that prints the key failed.
    #[error("the key for {address} is missing: its `key_command` {reason}")]
    KeyCommand {
        /// Where to.
        address: String,
        /// What happened.
        reason: String,
    },
    /// A name or value that HTTP has no room for.
    #[error("the {what} for {address} cannot stand in a request: it holds characters that HTTP does not allow there")]
    BadHeader {
        /// Where to.
        address: String,
        /// `key`, or the header's name.
        what: String,
    },
    /// The server wants a key.
    #[error("{address} wants a key, and none was sent")]
    KeyMissing {
        /// Where.
        address: String,
    },
    /// The server does not take the key.
    #[error("{address} does not take the key that was sent: {said}")]
    KeyRefused {
        /// Where.
        address: String,
        /// In its words.
        said: String,
    },
    /// The server has no such model.
    #[error("{address} has no model `{model}`{}", listed(known))]
    UnknownModel {
        /// Where.
        address: String,
        /// What was wanted.
        model: String,
        /// What it has, where it says so.
        known: Vec<String>,
    },
    /// The server has several models and none was named.
    #[error("{address} has several models{}", listed(known))]
    ChooseModel {
        /// Where.
        address: String,
        /// Their names.
        known: Vec<String>,
    },
    /// The server names none.
    #[error("{address} does not say which models it has")]
    NoModel {
        /// Where.
        address: String,
    },
    /// The prompt is longer than the server takes.
    #[error("the prompt is too long for the model at {address}: {said}")]
    ContextTooLong {
        /// Where.
        address: String,
        /// In its words.
        said: String,
    },
    /// The server has too much to do.
    #[error("{address} has too much to do (HTTP status {status}) after {tries} tries: {said}")]
    Overloaded {
        /// Where.
        address: String,
        /// 429, 502, 503 or 504.
        status: u16,
        /// How often it was asked.
        tries: u32,
        /// In its words.
        said: String,
    },
    /// It runs, and its model is not there yet.
    #[error("{address} is still loading its model")]
    Loading {
        /// Where.
        address: String,
    },
    /// There is nothing at the path.
    #[error("{address} has no {path}: {said}")]
    NoSuchPath {
        /// Where.
        address: String,
        /// What was asked for.
        path: String,
        /// In its words.
        said: String,
    },
    /// It passes the request on elsewhere; neither key nor prompt follow.
    #[error("{address} passes the request on to another address, and nothing is sent there")]
    PassedOn {
        /// Where.
        address: String,
    },
    /// Another HTTP status.
    #[error("{address} answers with HTTP status {status}: {said}")]
    Status {
        /// Where.
        address: String,
        /// Which.
        status: u16,
        /// In its words.
        said: String,
    },
    /// An error in the middle of an answer.
    #[error("{address} failed while it answered: {said}")]
    Said {
        /// Where.
        address: String,
        /// In its words.
        said: String,
    },
    /// The connection ended before the answer did.
    #[error("the answer of {address} was cut off after {characters} characters: the connection was closed")]
    CutOff {
        /// Where.
        address: String,
        /// How much had come.
        characters: usize,
    },
    /// What came is no answer.
    #[error("what {address} answers is not understood: {reason}")]
    Garbled {
        /// Where.
        address: String,
        /// Why.
        reason: String,
    },
    /// Far more came than was asked for.
    #[error("{address} sent more than {bytes} bytes for one answer")]
    TooMuch {
        /// Where.
        address: String,
        /// The limit.
        bytes: usize,
    },
    /// The time was over.
    #[error("{address} did not answer within {seconds} seconds")]
    TooSlow {
        /// Where.
        address: String,
        /// The limit.
        seconds: u64,
    },
    /// What only a model on this machine can do.
    #[error("a model behind an address does not tell its tokens")]
    NoTokens,
    /// The runtime could not be made.
    #[error("sqllama cannot use the network: {0}")]
    Runtime(String),
}

/// So many models' names are told; some servers have thousands.
const MOST_LISTED: usize = 12;

fn listed(known: &[String]) -> String {
    let shown = known.iter().take(MOST_LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match known.len() {
        0 => String::new(),
        count if count <= MOST_LISTED => format!("; it has {shown}"),
        count => format!("; it has {count}: {shown}, ..."),
    }
}

impl ServerError {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Address { .. } => {
                "an address looks like http://127.0.0.1:8000/v1; a model of several is named behind it: http://127.0.0.1:8000/v1#NAME"
            }
            Self::NotAllowed { .. } => "ask once on a terminal, where the prompt is shown first, or give --allow-server ADDRESS",
            Self::Offline { .. } => "a server on this machine is no network: 127.0.0.1 and localhost may be used",
            Self::Refused { .. } => "start the server, or look at the port",
            Self::NoSuchHost { .. } | Self::Unreachable { .. } => {
                "look at the address and the network; an https address needs a certificate that is known"
            }
            Self::NoKey { .. } => "set it in this shell; `key_env` in config.toml names the variable",
            Self::KeyCommand { .. } => "run it by hand; it has to print the key and nothing else",
            Self::BadHeader { .. } => "look at it for line ends and letters beyond ASCII",
            Self::KeyMissing { .. } => {
                "name the variable that holds it as `key_env` in [servers.NAME] of config.toml, or set SQLLAMA_API_KEY"
            }
            Self::KeyRefused { .. } => "look at the key, and at whether it is this server's",
            Self::UnknownModel { .. } | Self::ChooseModel { .. } => {
                "name one behind the address: http://127.0.0.1:8000/v1#NAME, or as `model` in config.toml"
            }
            Self::NoModel { .. } => "name it behind the address: http://127.0.0.1:8000/v1#NAME, or as `model` in config.toml",
            Self::ContextTooLong { .. } => "ask about fewer tables, or start the server with a longer context",
            Self::Overloaded { .. } | Self::Loading { .. } => "ask again in a while",
            Self::NoSuchPath { .. } => "look at the address: it usually ends in /v1",
            Self::PassedOn { .. } => "give the address that it passes on to",
            Self::Status { .. } | Self::Said { .. } | Self::Garbled { .. } => "the server's own log may say more",
            Self::CutOff { .. } => "ask again; the server's own log may say why it stopped",
            Self::TooMuch { .. } => "look at whether this is a model server",
            Self::TooSlow { .. } => "raise `timeout` of the server in config.toml",
            Self::NoTokens => "name a model of this machine with --model",
            Self::Runtime(_) => return None,
        })
    }
}
