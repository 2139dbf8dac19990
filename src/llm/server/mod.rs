//! A model behind an address: OpenAI's completions and chat over HTTP, streamed.
//!
//! Files on their floors, the lowest first:
//! - [`address`]: where a server is
//! - [`secret`]: keys, which are never shown
//! - `sse`: a stream of events
//! - `wire`: a connection, and HTTP over it
//! - [`abilities`]: what a server can do
//! - `dialect`: requests and answers as JSON
//! - `exchange`: a request and its answer, with what may go wrong on the way
//! - `text`: an answer as it is written
//! - [`mod@probe`]: finding out what a server can do
//! - [`remote`]: the model itself

pub mod abilities;
pub mod address;
mod dialect;
mod exchange;
pub mod probe;
pub mod remote;
pub mod secret;
mod sse;
mod text;
mod wire;

pub use abilities::{Abilities, GrammarField};
pub use address::Address;
pub use probe::Served;
pub use remote::{Gate, KeySource, Remote, ServerOptions};
pub use secret::Secret;
