//! What a path names is opened: a database, a notebook, a file of SQL.

use super::super::event::Effect;
use super::super::state::State;
use super::keep::{save_drafts_now, whole};
use super::work::submit;
use crate::jobs::{KeepWork, NotebookWork, Work};

/// Whether what is to be opened is a notebook or a file of SQL, by its name.
pub fn is_text(path: &str) -> bool {
    is_notebook(path) || is_script(path)
}

/// Opens `database` in the background. What is being written is written down first.
pub fn open(state: &mut State, database: &str) -> Vec<Effect> {
    if is_notebook(database) {
        return open_notebook(state, database);
    }
    if is_script(database) {
        return open_script(state, database);
    }
    let mut effects = save_drafts_now(state);
    for job in state.running.iter_mut().filter(|job| matches!(job.work, Work::Prepare | Work::ReadAhead { .. } | Work::Open { .. })) {
        job.stopping = true;
        effects.push(Effect::Cancel(job.job));
    }
    effects.extend(submit(state, Work::Open { database: database.into() }).1);
    effects
}

/// Whether a path that is to be opened is a notebook's.
fn is_notebook(path: &str) -> bool {
    let path = path.to_lowercase();
    path.ends_with(".md") || path.ends_with(".markdown")
}

/// Reads the notebook that was typed or chosen.
pub(super) fn open_notebook(state: &mut State, typed: &str) -> Vec<Effect> {
    let path = whole(state, typed);
    submit(state, Work::Notebook(NotebookWork::Read { path })).1
}

/// Whether a path that is to be opened is a file of SQL.
fn is_script(path: &str) -> bool {
    path.to_lowercase().ends_with(".sql")
}

/// Reads the file of SQL that was typed or chosen.
pub(super) fn open_script(state: &mut State, typed: &str) -> Vec<Effect> {
    let path = whole(state, typed);
    submit(state, Work::Keep(KeepWork::ReadScript { path })).1
}
