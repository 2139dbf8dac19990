//! A model behind an address: OpenAI's completions and chat over HTTP, streamed.
//!
//! Files on their floors, the lowest first:
//! - [`address`]: where a server is
//! - [`secret`]: keys, which are never shown
//! - `key`: where a key comes from
//! - `sse`: a stream of events
//! - `wire`: a connection, and HTTP over it
//! - [`abilities`]: what a server can do
//! - `dialect`: requests as JSON
//! - `said`: answers as JSON
//! - `patience`: what a status means, which refusals are waited for, and how long
//! - `reading`: an answer, event by event
//! - `exchange`: a request and its answer, with what may go wrong on the way
//! - `text`: an answer as it is written
//! - `under_way`: requests that are sent together
//! - [`mod@probe`]: finding out what a server can do
//! - [`remote`]: the model itself

pub mod abilities;
pub mod address;
mod dialect;
mod exchange;
mod key;
mod patience;
pub mod probe;
mod reading;
pub mod remote;
mod said;
pub mod secret;
mod sse;
mod text;
mod under_way;
mod wire;

pub use abilities::{Abilities, GrammarField};
pub use address::Address;
pub use key::KeySource;
pub use probe::Served;
pub use remote::{Gate, Remote, ServerOptions};
pub use secret::Secret;
