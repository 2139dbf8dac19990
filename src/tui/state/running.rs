//! A job that has not ended.

use crate::jobs::{JobId, ModelsWork, TrainWork, Work};

/// A job that has not ended.
#[derive(Debug, Clone, PartialEq)]
pub struct RunningJob {
    /// Its name.
    pub job: JobId,
    /// What it does.
    pub work: Work,
    /// In which tab its result belongs.
    pub tab: u32,
    /// When it began, on the screen's clock.
    pub started_ms: u64,
    /// How far it is, as a word for the status line.
    pub progress: Option<String>,
    /// Whether it was asked to stop.
    pub stopping: bool,
}

impl RunningJob {
    /// Whether nobody asked for it: it begins by itself where a file is opened.
    pub fn is_unasked(&self) -> bool {
        matches!(self.work, Work::Open { .. } | Work::Prepare)
    }

    /// Whether a person need not know of it: it is short, and nobody waits for it.
    pub fn is_quiet(&self) -> bool {
        matches!(
            self.work,
            Work::Keep(_)
                | Work::Files { .. }
                | Work::Look
                | Work::Refresh
                | Work::ReadAhead { .. }
                | Work::Train(TrainWork::List | TrainWork::Watch { .. } | TrainWork::Stop { .. } | TrainWork::Stale { .. })
                | Work::Models(ModelsWork::List | ModelsWork::Remove { .. })
        )
    }
}
