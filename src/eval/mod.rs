//! Questions in, execution accuracy out.
//!
//! Files on their floors, the lowest first:
//! - `error`: why an evaluation could not be done
//! - [`question`]: questions with the SQL that answers them
//! - [`record`]: what is kept of each, a JSON line
//! - [`report`]: accuracy with an interval, by difficulty, and whether confidence means something
//! - [`mod@compare`]: two runs over the same questions
//! - [`run`]: asking them one after another and judging each answer by its rows
//!
//! An answer is right where its rows are those of an accepted query ([`crate::db::same_result`]): columns in any order, rows in any order
//! unless the accepted query orders them. An answer withheld is wrong.

pub mod compare;
mod error;
pub mod question;
pub mod record;
pub mod report;
pub mod run;

pub use compare::{Comparison, compare};
pub use error::EvalError;
pub use question::{Question, read_questions};
pub use record::{GroupRecord, Record, read_records};
pub use report::Report;
pub use run::{EvalEvent, EvalInputs, evaluate};
