//! What may be sent over the network.

use clap::Args;

/// What may be sent over the network.
#[derive(Debug, Clone, Default, Args)]
pub struct ServerArgs {
    /// Let prompts go to this address, which is not this machine, without asking; a server's name or its address, may be given several times
    #[arg(long, value_name = "ADDRESS")]
    pub allow_server: Vec<String>,
}

/// What of the network a command may use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rights {
    /// `--offline`.
    pub(super) offline: bool,
    /// Servers that may be sent prompts without asking.
    pub(super) allowed: Vec<String>,
    /// Whether a person may be asked on the terminal.
    pub(super) may_ask: bool,
}
