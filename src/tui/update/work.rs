//! Work for the workers: handed over, no longer wanted.

use super::super::event::Effect;
use super::super::state::{RunningJob, State};
use crate::jobs::{JobId, Work};

/// Hands `work` over; its result belongs in the tab that is shown.
pub(super) fn submit(state: &mut State, work: Work) -> (JobId, Vec<Effect>) {
    let job = state.next_job;
    state.next_job += 1;
    let tab = state.tab().id;
    state.running.push(RunningJob { job, work: work.clone(), tab, started_ms: state.clock_ms, progress: None, stopping: false });
    (job, vec![Effect::Submit { job, work }])
}

/// Cancels `job`, where it still runs: what is on its way is no longer wanted.
pub(super) fn cancel(state: &mut State, job: Option<JobId>) -> Vec<Effect> {
    let wanted = |running: &&mut RunningJob| Some(running.job) == job && !running.stopping;
    let stopped = state.running.iter_mut().find(wanted).map(|running| {
        running.stopping = true;
        Effect::Cancel(running.job)
    });
    stopped.into_iter().collect()
}
