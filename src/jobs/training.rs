//! What is asked of training runs, and what is told of them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::eval::report::Share;
use crate::records::Accepted;
use crate::train::event::Standing;
use crate::train::{Progress, event::Preview};

/// What can be done with training runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrainWork {
    /// What a run would do and take; nothing is trained.
    Check(TrainOrder),
    /// Begin a run, or go on with one.
    Start(TrainOrder),
    /// Write a run as a job for another machine; nothing is trained.
    Export {
        /// Every word of `sqllama train`.
        words: Vec<String>,
        /// The folder that is made.
        folder: PathBuf,
    },
    /// Ask a run, whoever started it, to write a checkpoint and end.
    Stop {
        /// The run's folder.
        folder: PathBuf,
    },
    /// Delete a run with all that it made; one that goes on is stopped first.
    Remove {
        /// The run's folder.
        folder: PathBuf,
    },
    /// Which runs there are.
    List,
    /// Where a run stands.
    Watch {
        /// The run's folder.
        folder: PathBuf,
    },
    /// Answer held-out questions without and with a run's adapter.
    Compare {
        /// The run's folder.
        folder: PathBuf,
    },
    /// Learn the open database, or go on with that.
    Learn(LearnWork),
    /// Which examples of the open database no longer run.
    Stale {
        /// Accepted answers.
        accepted: Vec<Accepted>,
        /// The run whose adapter is attached.
        learned: Option<PathBuf>,
    },
}

/// The open database, to be learned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LearnWork {
    /// As it was named.
    pub database: String,
    /// The model, as `--model` takes it; `None` for the best that is here.
    pub model: Option<String>,
    /// The time, as it was typed.
    pub budget: String,
}

/// A run to be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrainOrder {
    /// Of `sqllama train`, without examples of the open database.
    pub words: Vec<String>,
    /// The run's folder.
    pub folder: PathBuf,
    /// Examples of the open database, which are written beside the folder; `None` where the words name files.
    pub own: Option<OwnExamples>,
}

/// Examples that the open database gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnExamples {
    /// Answers that the person accepted, each with what it followed on.
    pub accepted: Vec<Accepted>,
    /// How many are made from its rows besides.
    pub made: usize,
    /// Whether some are held out; not where the person names held-out ones.
    pub hold_out: bool,
}

/// Where a training run stands.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    /// Its folder.
    pub folder: PathBuf,
    /// Where it and its process stand.
    pub standing: Standing,
    /// What its events amount to.
    pub progress: Progress,
    /// The last line that it printed, where it was started here.
    pub last: String,
    /// What it was told: flags of `sqllama train` without dashes, and their values.
    pub settings: Vec<(String, String)>,
    /// What came of comparing, where that was done.
    pub compared: Option<RunComparison>,
    /// Where it learns a database.
    pub learned: Option<LearnedRow>,
}

/// How far a database is learned.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnedRow {
    /// Whether a process is at it.
    pub running: bool,
    /// What came of it.
    pub decision: Option<Decision>,
}

/// A run checked before it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Every word of `sqllama train`.
    pub words: Vec<String>,
    /// What it would do and take, and the examples as the model sees them.
    pub preview: Preview,
}

/// Answers to held-out questions without and with an adapter.
#[derive(Debug, Clone, PartialEq)]
pub struct RunComparison {
    /// Right answers without and with it: of all questions, then of the person's own and of made ones, where there are both.
    pub shares: Vec<(String, Share, Share)>,
    /// Wrong before, right now.
    pub fixed: Vec<Changed>,
    /// Right before, wrong now.
    pub broken: Vec<Changed>,
    /// Of the two-sided exact sign test.
    pub p_value: f64,
    /// What that means, in a sentence.
    pub verdict: String,
}

/// A question whose answer became right or wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// In words.
    pub question: String,
    /// The SQL without the adapter.
    pub before: String,
    /// The SQL with it.
    pub after: String,
    /// The SQL that is right.
    pub gold: String,
}

/// What came of learning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Whether the adapter was attached.
    pub attached: bool,
    /// Why, or why not, in a sentence.
    pub because: String,
    /// Questions answered twice.
    pub paired: usize,
    /// Right answers as it was.
    pub right_before: usize,
    /// Right answers with the adapter.
    pub right_after: usize,
    /// Wrong before, right now.
    pub fixed: usize,
    /// Right before, wrong now.
    pub broken: usize,
    /// Of the two-sided exact sign test.
    pub p_value: f64,
}
