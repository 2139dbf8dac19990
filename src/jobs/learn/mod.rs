//! Learning a database: examples from its schema and values and from accepted answers, a run that fits the time and the machine, the best
//! checkpoint by what its answers return, and an adapter that is attached only where it is better.
//!
//! Files on their floors, the lowest first:
//! - `order`: what is asked for
//! - [`budget`]: what can be done in the time there is
//! - `about`: the database
//! - [`kept`]: what is kept beside the run, so that it can go on and be taken back
//! - `data`: what can be learned, in parts that share nothing
//! - `rows`: a run of it
//! - `measure`: how fast this machine trains and asks
//! - [`decide`]: whether it is used
//! - [`words`]: what is said of it
//! - `engine`: all of that, one after the other
//! - [`mod@undo`]: taking it back

mod about;
pub mod budget;
mod data;
pub mod decide;
mod engine;
pub mod kept;
mod measure;
mod order;
mod rows;
pub mod undo;
pub mod words;

pub use about::{About, place_of};
pub use engine::{Asked, LearnEvent, Learnt, learn};
pub use order::{BUDGET, LearnOrder};
pub use undo::{Undone, undo};
