//! sqllama: ask a SQLite file a question in plain language, on your own machine.
//!
//! # The house
//!
//! Every module ("room") stands on a floor and imports only from lower floors. The table is read by a test
//! (`tests/layers.rs`), which fails on an import that breaks it and on a dependency used outside its room. Inside a room it is the same:
//! its files, and those of each sub-folder, import each other in no circle, and the doc comment of the folder lists them from the lowest
//! floor up.
//!
//! | floor | rooms | what they are |
//! |---|---|---|
//! | 0 | `signal` `text` `random` `schema` | cancellation with a deadline; width, ellipsis, terminal sanitising, human numbers; numbers from a seed; tables, columns, keys and what they stand for |
//! | 1 | `store` `compute` | paths, config, profiles, model catalogue, downloads; the thread pool and the CPU kernels |
//! | 2 | `sql` `llm` | the only user of sqlparser; the only user of candle's models, and of its tensors too but for [`train::model::tensors`] |
//! | 3 | `db` `records` `prompt` | users' files, read-only; OUR SQLite file: history, accepted answers, notes, attachments; the one text for asking and for training |
//! | 4 | `dataset` `notebook` | training data: read, check, draw from, count, write; Markdown files of questions, SQL and results, run again |
//! | 5 | `synthesize` | examples made from a schema and its values |
//! | 6 | `ask` `train` | the one ask pipeline, the one training engine; neither sees the other |
//! | 7 | `eval` | questions in, execution accuracy out |
//! | 8 | `jobs` | background workers around engines |
//! | 9 | `tui` `mcp` | the only user of ratatui and crossterm; the only user of rmcp: databases as tools of another program |
//! | 10 | `cli` | the only user of clap; `sqllama DB` opens the screen |
//!
//! # Invariants
//!
//! - Only [`sql::guard`] makes a [`sql::ReadOnlySql`], and [`db::Database::execute`] accepts nothing else. Behind it stand three
//!   more locks, each tested alone: the connection is opened read-only with `query_only`, an authorizer, `stmt.readonly()`.
//! - A database file is hostile: `trusted_schema` off, defensive mode, limits on lengths, no extension; nothing is written in its folder.
//! - Engines are blocking functions `(inputs, &Cancel, emit)`. They start no threads save the compute pool and one that works in host
//!   memory while a card computes, never print, and never read the clock to decide (a deadline is in [`signal::Cancel`]). Front ends own
//!   threads, drawing, printing. [`llm::server`] is the exception: it waits for sockets in a tokio runtime of the thread that calls it, which
//!   may look up a host's name on a thread of its own, and it counts the seconds that an answer may take.
//! - A prompt is made in [`prompt::render`] and nowhere else. What a person keeps private ([`schema::private`]) is left out where prompts begin,
//!   in [`mod@ask`]; a server that is not this machine gets none before a person has seen it and said yes.
//! - With our kernels a row's logits depend on its own tokens and on the phase (prefill, decode) in which they were read: not on batch,
//!   chunk, thread count or processor. On a card they differ by the rounding of sums.
//! - Everything that crosses a thread is a closed enum that can be printed and compared.
//! - Model weights are immutable and shared; the KV cache belongs to a session, which can be truncated, forked, saved, loaded.
//! - Text from a database or a model is untrusted: control characters never reach the terminal ([`text::sanitize`]).
//! - Tests need no network, GPU or downloaded model: `tests/fixtures` has tiny real GGUF files made by the project, and
//!   [`llm::Generate`] stands for the model.

pub mod random;
pub mod schema;
pub mod signal;
pub mod text;

pub mod compute;
pub mod store;

pub mod llm;
pub mod sql;

pub mod db;
pub mod prompt;
pub mod records;

pub mod dataset;
pub mod notebook;

pub mod synthesize;

pub mod ask;
pub mod train;

pub mod eval;

pub mod jobs;

pub mod mcp;
pub mod tui;

pub mod cli;
