//! What a run tells, and what an evaluation means for it.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use crate::train::TrainError;
use crate::train::event::TrainEvent;

/// What an evaluation means for what comes behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evaluation {
    /// The run goes on.
    Done,
    /// Patience has worn out.
    Enough,
    /// It was told to stop meanwhile, and nothing was learned of the model.
    Interrupted,
}

/// Tells events to the front end and to the run's file.
pub(super) struct Teller<'e> {
    pub(super) path: PathBuf,
    pub(super) emit: &'e mut dyn FnMut(TrainEvent),
}

impl Teller<'_> {
    pub(super) fn tell(&mut self, event: TrainEvent) -> Result<(), TrainError> {
        let line = serde_json::to_string(&event).unwrap_or_default() + "\n";
        (self.emit)(event);
        let appended = OpenOptions::new().create(true).append(true).open(&self.path).and_then(|mut file| file.write_all(line.as_bytes()));
        appended.map_err(TrainError::file(&self.path))
    }
}
