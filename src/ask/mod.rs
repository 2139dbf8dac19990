//! The one ask pipeline: question to answer.
//!
//! - `ahead`: what the model does before it is asked
//! - [`coverage`]: which words of a question its SQL accounts for
//! - `event`: what happens on the way, and the answer
//! - [`request`]: a question and how to answer it
//! - [`pipeline`]: prompt, draw, mend, judge, compare, choose, repair
//! - `draw`: how many drafts, from which prompts
//! - `candidate`: one draft, from the model's words to rows
//! - `follow`: a follow-up made from the query before, where its words say what to change
//! - `following`: the answer to such a follow-up
//! - `literals`: literals that nearly match a stored value
//! - `mend`: a draft to a statement that SQLite prepares
//! - `demonstrations`: examples made from the database, for drafts that are compared
//! - [`evidence`]: what its rows and the stored values say against a draft
//! - `doubt`: what speaks against a first draft
//! - `lock`: the model is held to the names of the schema
//! - [`signals`]: what is seen of drafts, as numbers
//! - [`vote`]: choosing among drafts by what they return
//! - `confidence`: how likely an answer is right
//! - [`recall`]: what a person said before about a database
//! - `clarify`: a question back, where two readings are about as likely
//! - `advice`: what to tell a model about SQLite's message

mod advice;
mod ahead;
mod candidate;
mod clarify;
mod confidence;
pub mod coverage;
mod demonstrations;
mod doubt;
mod draw;
mod event;
pub mod evidence;
mod follow;
mod following;
mod literals;
mod lock;
mod mend;
pub mod pipeline;
pub mod recall;
pub mod request;
pub mod signals;
pub mod vote;

pub use ahead::{Ahead, prepare_model, read_ahead};
pub use demonstrations::Demonstrations;
pub use doubt::Doubt;
pub use draw::drawn;
pub use event::{Agreement, Answer, AnswerState, AskBack, AskEvent, AskTimings, Attempt, Choice, Fix};
pub use follow::{Followed, follow};
pub use following::KEPT;
pub use literals::mend_literals;
pub use lock::name_lock;
pub use pipeline::{AskError, MAX_REPAIRS, ask};
pub use recall::{Recalled, like};
pub use request::{AskRequest, CANDIDATES, Candidates, Execution, Following, Mending, Names, SchemaForm};
pub use vote::Standing;
