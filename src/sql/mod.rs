//! SQL text: taking it out of an answer, judging it, quoting names, highlighting. The only user of sqlparser.
//!
//! Files on their floors, the lowest first:
//! - [`lex`]: tokens as SQLite cuts them
//! - [`quote`]: names and strings as literals
//! - [`json_path`]: paths into JSON documents, and what stands at one
//! - `tokens`: calls, operands and clauses on tokens
//! - `tree`: sqlparser's syntax tree
//! - `visitor`: one walk over it for everything that looks at it
//! - `edits`: a text with pieces of it replaced
//! - [`statement`], [`mod@parameters`]: the statements of a text, the one at the cursor; their parameters
//! - [`guard`]: the one place where SQL becomes allowed to run
//! - [`mod@extract`]: the SQL in a model's answer
//! - [`mod@highlight`], [`mod@format`]: colours for the screen; a statement laid out for reading
//! - [`mod@complete`]: names that fit at the cursor
//! - [`named`]: the table that the name at the cursor is of
//! - [`mod@shape`], [`mod@hardness`]: how involved a query is; how hard it is, as Spider counts it
//! - [`qualify`]: the tables in a statement without a tree
//! - [`mod@resolve`]: every name looked up as SQLite looks it up
//! - [`mod@origins`]: which stored column a column of a result shows
//! - `related`: what two columns have to do with each other
//! - [`mod@stretch`]: from when to when a row is, and how long
//! - [`narrow`]: a query with one more condition, that its rows have to do with a value
//! - [`comparisons`]: strings that are compared with columns, and numbers with keys
//! - [`mod@inside`]: strings that are compared with values of JSON documents
//! - [`units`]: columns of a result that count time
//! - [`mod@probes`]: queries that ask what comes of what a statement computes
//! - [`mod@as_numbers`]: texts that may be numbers where their order matters
//! - [`mod@shares`], [`ties`]: columns of a result that are shares; whether LIMIT 1 took the only row of its kind
//! - [`mod@recount`]: a count of rows, with each thing counted once
//! - [`mod@describe`]: what a query does, in words
//! - [`mod@follow`]: a query changed as a follow-up asks for it
//! - [`lock`]: only names that exist, while SQL is being written
//! - [`change`]: what was changed in a query, and how that is told
//! - [`dialect`]: habits of other dialects
//! - [`quotes`]: double-quoted values become strings
//! - [`mod@mend`]: deterministic repair: names, qualifiers, missing joins
//! - [`mod@suspicion`]: reasons to doubt a query that runs

pub mod as_numbers;
pub mod change;
pub mod comparisons;
pub mod complete;
pub mod describe;
pub mod dialect;
pub(crate) mod edits;
pub mod extract;
pub mod follow;
pub mod format;
pub mod guard;
pub mod hardness;
pub mod highlight;
pub mod inside;
pub mod json_path;
pub mod lex;
pub mod lock;
pub mod mend;
pub mod named;
pub mod narrow;
pub mod origins;
pub mod parameters;
pub mod probes;
pub mod qualify;
pub mod quote;
pub mod quotes;
pub mod recount;
mod related;
pub(crate) use related::label;
pub mod resolve;
pub mod shape;
pub mod shares;
pub mod statement;
pub mod stretch;
pub mod suspicion;
pub mod ties;
mod tokens;
mod tree;
pub mod units;
mod visitor;

pub use change::{Change, ChangeKind};
pub use complete::complete;
pub use describe::{Description, describe};
pub use extract::{Draft, extract};
pub use guard::{GuardError, ReadOnlySql};
pub use highlight::{Span, SpanKind, highlight};
pub use lock::NameLock;
pub use mend::{Mended, mend, mend_for};
pub use parameters::parameters;
pub use quotes::mend_double_quotes;
pub use recount::{Recount, recount};
pub use shape::{Shape, shape};
pub use statement::{explained, is_grammatical, statement_at, statements};
pub use stretch::{Stretch, lengths, stretch};
pub use suspicion::{Asked, Suspicion, SuspicionKind, suspicions};
pub use units::result_units;
