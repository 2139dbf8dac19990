//! A database that somebody else changes while it is open: noticed, told, and counted again.

use super::super::event::Effect;
use super::super::state::State;
use super::{note, submit, warn};
use crate::db::FileChange;
use crate::jobs::Work;

/// How often the file is looked at, so that what happened to it is told within two seconds.
const LOOK_EVERY_MS: u64 = 900;
/// Somebody may write all the time: counts are not read again more often than this.
const REFRESH_EVERY_MS: u64 = 10_000;
/// And a person is not told more often than this.
const TELL_EVERY_MS: u64 = 60_000;

/// Looks at the file, now and then.
pub(super) fn look(state: &mut State) -> Vec<Effect> {
    let (watch, now) = (state.watch, state.clock_ms);
    let busy = |state: &State| state.running.iter().any(|job| matches!(job.work, Work::Look | Work::Refresh | Work::Open { .. }));
    if state.database.is_empty() || busy(state) {
        return Vec::new();
    }
    if watch.is_due && now >= watch.refreshed_ms + REFRESH_EVERY_MS {
        (state.watch.is_due, state.watch.refreshed_ms) = (false, now);
        return submit(state, Work::Refresh).1;
    }
    if now < watch.looked_ms + LOOK_EVERY_MS {
        return Vec::new();
    }
    state.watch.looked_ms = now;
    submit(state, Work::Look).1
}

/// What was seen, of which of several files.
pub(super) fn looked(state: &mut State, change: FileChange, file: Option<String>) -> Vec<Effect> {
    let now = state.clock_ms;
    if change == FileChange::Same {
        return Vec::new();
    }
    for tab in &mut state.tabs {
        tab.results.stale = tab.results.spool().is_some();
    }
    let name = file.unwrap_or_else(|| state.database_name());
    match change {
        FileChange::Same => {}
        FileChange::Gone => warn(state, format!("`{name}` is gone from its folder; what was read of it is still here")),
        FileChange::Replaced => {
            warn(state, format!("`{name}` was replaced by another file; the schema is read again"));
            // At once: what is shown is of a file that is not there any more.
            (state.watch.is_due, state.watch.refreshed_ms) = (false, now);
            return submit(state, Work::Refresh).1;
        }
        FileChange::Written => {
            state.watch.is_due = true;
            if state.notice.is_none() && state.watch.told_ms.is_none_or(|told| now >= told + TELL_EVERY_MS) {
                state.watch.told_ms = Some(now);
                note(state, "the database was changed by another program; F5 runs the SQL again");
            }
        }
    }
    Vec::new()
}
