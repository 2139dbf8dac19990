//! The one ask pipeline: question to answer.
//!
//! Files on their floors, the lowest first:
//! - `wording`: words of questions, and what of SQL says them
//! - `stated`: what a statement says, for comparing with the words of its question
//! - [`coverage`]: which words of a question its SQL accounts for
//! - `advice`: what to tell a model about SQLite's message
//! - `lock`: the model is held to the names of the schema
//! - `likeness`: which questions are like another one
//! - `demonstrations`: examples made from the database, for drafts that are compared
//! - [`evidence`]: what its rows and the stored values say against a draft
//! - `follow`: a follow-up made from the query before, where its words say what to change
//! - `error`: why there is no answer at all
//! - [`request`]: a question and how to answer it
//! - [`recall`]: what a person said before about a database
//! - [`signals`]: what is seen of drafts, as numbers
//! - `weights`: how much each signal counts
//! - [`vote`]: choosing among drafts by what they return
//! - `event`: what happens on the way, and the answer
//! - `fold`: of what a model writes, its SQL alone is shown
//! - `clarify`: a question back, where two readings are about as likely
//! - `named`: a text compared with a key, where what it refers to is called so
//! - `literals`: literals that match no stored value, and nearly do or name what a key refers to
//! - `widened`: patterns that find a text at one end, of which no value begins or ends so
//! - `mentioned`: values that the question mentions, of which the query says nothing
//! - `as_numbers`: texts that are numbers where their order matters
//! - `keyed`: numbers of keys that a model makes up
//! - `mend`: a draft to a statement that SQLite prepares
//! - `candidate`: one draft, from the model's words to rows
//! - `confidence`: how likely an answer is right
//! - `choice`: which of several drafts is believed most
//! - `asking`: one question on its way
//! - `draw`: how many drafts, from which prompts
//! - `following`: the answer to such a follow-up
//! - `ahead`: what the model does before it is asked
//! - [`pipeline`]: prompt, draw, mend, judge, compare, choose, repair

mod advice;
mod ahead;
mod as_numbers;
mod asking;
mod candidate;
mod choice;
mod clarify;
mod confidence;
pub mod coverage;
mod demonstrations;
mod draw;
mod error;
mod event;
pub mod evidence;
mod fold;
mod follow;
mod following;
mod keyed;
mod likeness;
mod literals;
mod lock;
mod mend;
mod mentioned;
mod named;
pub mod pipeline;
pub mod recall;
pub mod request;
pub mod signals;
mod stated;
pub mod vote;
mod weights;
mod widened;
mod wording;

pub use advice::name_hint;
pub use ahead::{Ahead, prepare_model, read_ahead};
pub use demonstrations::Demonstrations;
pub use draw::drawn;
pub use error::{AskError, MAX_QUESTION_BYTES};
pub use event::{Answer, AnswerState, AskBack, AskEvent, AskTimings, Attempt, Choice, Fix};
pub use follow::{Followed, follow};
pub use following::KEPT;
pub use likeness::like;
pub use literals::mend_literals;
pub use lock::name_lock;
pub use mentioned::mend_mentioned;
pub use pipeline::ask;
pub use recall::Recalled;
pub use request::{AskRequest, CANDIDATES, Candidates, Execution, Following, MAX_REPAIRS, Mending, Names, SchemaForm};
pub use vote::{Agreement, Standing};
