//! The Model Context Protocol: another program's model looks at a person's databases through tools of ours, over stdin and stdout. The
//! only user of rmcp, and but for the screen the only room with an async runtime, which ends at [`serve`].
//!
//! Three tools: `schema`, `query`, `ask`. What they run passes the same guard, limits and cancellation as what a person runs; what they
//! return is bounded, and says where it is cut. Text of a database goes out as data: structured, and as text with control characters shown.
//!
//! Files on their floors, the lowest first:
//! - `error`: why a tool gave nothing
//! - `files`: the databases, by name
//! - `private`: what no tool gives
//! - `arguments`: what the tools take
//! - `rows`: a result cut to what a model reads
//! - `results`: what the tools return
//! - `schema`, `query`, `ask`: the tools, each a blocking function
//! - `tools`: which there are, and what a client is told of them
//! - `server`: requests in, results out; a cancelled request stops its work

mod arguments;
mod ask;
mod error;
mod files;
mod private;
mod query;
mod results;
mod rows;
mod schema;
mod server;
#[cfg(test)]
mod tests;
mod tools;

pub use files::{OpenAgain, OpenFile};
pub use server::{McpError, McpSettings, serve};
