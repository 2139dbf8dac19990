//! SQL text: taking it out of an answer, judging it, quoting names, highlighting. The only user of sqlparser.
//!
//! - [`dialect`]: habits of other dialects
//! - [`guard`]: the one place where SQL becomes allowed to run
//! - [`mod@extract`]: the SQL in a model's answer
//! - [`mod@mend`]: deterministic repair: names, qualifiers, missing joins
//! - [`qualify`]: the tables in a statement without a tree
//! - [`quotes`]: double-quoted values become strings
//! - [`comparisons`]: strings that are compared with columns
//! - [`mod@describe`]: what a query does, in words
//! - [`mod@follow`]: a query changed as a follow-up asks for it
//! - [`quote`]: names and strings as literals
//! - [`mod@resolve`]: every name looked up as SQLite looks it up
//! - [`mod@origins`]: which stored column a column of a result shows
//! - `related`: what two columns have to do with each other
//! - [`mod@shares`]: columns of a result that are shares
//! - [`ties`]: whether LIMIT 1 took the only row of its kind
//! - [`units`]: columns of a result that count time
//! - [`mod@suspicion`]: reasons to doubt a query that runs
//! - `tokens`: calls, operands and clauses on tokens
//! - `tree`: sqlparser's syntax tree
//! - `visitor`: one walk over it for everything that looks at it
//! - [`mod@format`]: a statement laid out for reading
//! - [`mod@highlight`]: colours for the screen
//! - [`mod@shape`]: how involved a query is; [`mod@hardness`]: how hard it is, as Spider counts it
//! - [`statement`]: the statements of a text, the one at the cursor; [`mod@parameters`]: their parameters
//! - [`mod@complete`]: names that fit at the cursor
//! - [`lex`]: tokens as SQLite cuts them
//! - [`lock`]: only names that exist, while SQL is being written

pub mod comparisons;
pub mod complete;
pub mod describe;
pub mod dialect;
pub mod extract;
pub mod follow;
pub mod format;
pub mod guard;
pub mod hardness;
pub mod highlight;
pub mod lex;
pub mod lock;
pub mod mend;
pub mod origins;
pub mod parameters;
pub mod qualify;
pub mod quote;
pub mod quotes;
mod related;
pub mod resolve;
pub mod shape;
pub mod shares;
pub mod statement;
pub mod suspicion;
pub mod ties;
mod tokens;
mod tree;
pub mod units;
mod visitor;

pub use complete::complete;
pub use describe::{Description, describe};
pub use extract::{Draft, extract};
pub use guard::{GuardError, ReadOnlySql};
pub use highlight::{Span, SpanKind, highlight};
pub use lock::NameLock;
pub use mend::{Change, ChangeKind, Mended, mend, mend_for};
pub use parameters::parameters;
pub use quotes::mend_double_quotes;
pub use shape::{Shape, shape};
pub use statement::{is_grammatical, statement_at, statements};
pub use suspicion::{Asked, Suspicion, SuspicionKind, suspicions};
pub use units::result_units;
