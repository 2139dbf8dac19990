//! Learning the open database, and examples that no longer run on it.

use super::super::event::Effect;
use super::super::pages::run_name;
use super::super::state::{Prompt, PromptKind, State, Window};
use super::super::train::time_problem;
use super::list::prompt;
use super::train::{own_model, read_again, run_seen};
use super::{note, submit, warn};
use crate::jobs::stale::Stale;
use crate::jobs::{KeepWork, LearnWork, RunRow, TrainWork, Work};
use crate::text;

/// Questions that are named in one line.
const NAMED: usize = 2;

/// A run was looked at; where a database was learned meanwhile, what is kept for it is read again.
pub(super) fn run_came(state: &mut State, run: RunRow) -> Vec<Effect> {
    let attached = run.learned.as_ref().and_then(|learned| learned.decision.as_ref()).is_some_and(|decision| decision.attached);
    let known = match &state.window {
        Some(Window::Run(shown)) if shown.run.folder == run.folder => shown.run.learned == run.learned,
        _ => true,
    };
    let name = run_name(&run.folder);
    run_seen(state, run);
    if known || !attached || state.database.is_empty() {
        return Vec::new();
    }
    note(state, format!("{name} is better, and answers from now on; {} switches it off", "Alt+A"));
    let (path, fingerprint) = (state.database.clone(), state.schema.fingerprint());
    let mut effects = submit(state, Work::Keep(KeepWork::Database { path, fingerprint })).1;
    effects.extend(read_again(state));
    effects
}

/// It is begun, or a process is at it already.
pub(super) fn begun(state: &mut State, run: RunRow) {
    state.run_wanted = Some(run.folder.clone());
    note(state, "learning in the background; asking goes on, more slowly");
    run_seen(state, run);
}

/// Asks how long the open database may be learned.
pub(super) fn ask(state: &mut State) {
    if state.database.is_empty() {
        warn(state, "no database is open");
        return;
    }
    prompt(state, PromptKind::Learn, "30m");
}

/// Learns the open database in the time that was typed; what is none stays to be mended.
pub(super) fn within(state: &mut State, prompt: Prompt, typed: &str) -> Vec<Effect> {
    if let Some(problem) = time_problem(typed) {
        warn(state, problem);
        state.window = Some(Window::Prompt(Box::new(prompt)));
        return Vec::new();
    }
    let (database, model) = (state.database.clone(), own_model(state));
    submit(state, Work::Train(TrainWork::Learn(LearnWork { database, model, budget: typed.to_owned() }))).1
}

/// Has the examples of the open database looked at: its schema may be another one than when they were accepted or learned.
pub(super) fn look_for_stale(state: &mut State) -> Vec<Effect> {
    let (accepted, learned) = (state.records.accepted.clone(), state.records.adapter.clone());
    if accepted.is_empty() && learned.is_none() {
        return Vec::new();
    }
    submit(state, Work::Train(TrainWork::Stale { accepted, learned })).1
}

/// Examples that no longer run are named.
pub(super) fn stale_found(state: &mut State, stale: &[Stale]) {
    let (own, learned): (Vec<&Stale>, Vec<&Stale>) = stale.iter().partition(|stale| stale.accepted);
    let mut said = Vec::new();
    if !own.is_empty() {
        let named: Vec<&str> = own.iter().take(NAMED).map(|stale| stale.question.as_str()).collect();
        let more = if own.len() > NAMED { format!(" and {} more", own.len() - NAMED) } else { String::new() };
        said.push(format!("accepted answers that no longer run: {}{more}", named.join(" / ")));
    }
    if !learned.is_empty() {
        let count = text::counted(learned.len() as u64, "example no longer runs", "examples no longer run");
        said.push(format!("of what the adapter learned, {count}; Alt+L learns this schema"));
    }
    if !said.is_empty() {
        warn(state, said.join("; "));
    }
}
