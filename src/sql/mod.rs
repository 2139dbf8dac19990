//! SQL text: taking it out of an answer, judging it, quoting names, highlighting. The only user of sqlparser.
//!
//! - [`guard`]: the one place where SQL becomes allowed to run
//! - [`mod@extract`]: the SQL in a model's answer
//! - [`qualify`]: qualifiers that name the wrong table
//! - [`quotes`]: double-quoted values become strings
//! - [`quote`]: names and strings as literals
//! - [`mod@format`]: a statement laid out for reading
//! - [`mod@highlight`]: colours for the screen
//! - [`lex`]: tokens as SQLite cuts them

pub mod extract;
pub mod format;
pub mod guard;
pub mod highlight;
pub mod lex;
pub mod qualify;
pub mod quote;
pub mod quotes;

pub use extract::{Draft, extract};
pub use guard::{GuardError, ReadOnlySql};
pub use highlight::{Span, SpanKind, highlight};
pub use quotes::mend_double_quotes;
